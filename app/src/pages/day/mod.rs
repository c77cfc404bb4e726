//! What is done about one's day, from Today and the calendar: with one thing that is due, or with what is left of today.

mod item;
mod rest;
mod swipe;

pub use swipe::watch_swipes;

use domain::api::record::RecordBody;
use domain::time::Date;
use leptos::prelude::*;
use serde_json::Value as Json;

use crate::components::Sheet;
use crate::fields::{self, day_text, schedule};
use crate::i18n::{say, t, tr};
use crate::pages::home::{change, due_field, due_of};
use crate::pages::open_while;
use crate::state::outbox::Note;
use crate::state::session::{schema, schema_now};
use crate::state::{Day, app};

/// The sheet about one's day, opened by `app().day` from anywhere.
#[component]
pub fn DaySheet() -> impl IntoView {
    let day = app().day;
    let open = open_while(day);
    let title = move || match day.get() {
        Some(Day::Item(body)) => fields::title(&schema(), &body),
        Some(Day::Rest) => tr("day.rest.title", &[]),
        None => String::new(),
    };
    view! {
        <Sheet open title=title close=t("action.close")>
            {move || match day.get() {
                Some(Day::Item(body)) => view! { <item::ItemBody body=*body open /> }.into_any(),
                Some(Day::Rest) => view! { <rest::Rest open /> }.into_any(),
                None => ().into_any(),
            }}
        </Sheet>
    }
}

/// What the tray and the toast call a change of one thing.
fn note(body: &RecordBody, toast: String) -> Note {
    Note {
        key: "outbox.item.update".to_owned(),
        entity: body.entity.clone(),
        name: fields::title(&schema_now(), body),
        toast: Some(toast),
        record: Some((body.entity.clone(), body.id)),
    }
}

/// Gives something that is due another day; a time of day stays.
pub fn move_to(body: &RecordBody, day: Date) {
    let value = schedule::moved(due_of(body).unwrap_or(&Json::Null), day);
    let toast = untrack(|| say("today.moved.toast", &[("date", &day_text(day))]));
    change(body, due_field(&body.entity), value, note(body, toast));
}
