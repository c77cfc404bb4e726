//! What is planned on which day, and how one thing of it looks.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::agenda::AgendaReply;
use domain::api::record::RecordBody;
use domain::ids::Id;
use domain::time::Date;
use leptos::prelude::*;
use serde_json::Value as Json;

use crate::components::{icon, icons};
use crate::fields::{self, schedule};
use crate::i18n::label;
use crate::pages::home::due_of;
use crate::state::session::schema;
use crate::state::{Day, app};

/// What the server listed with what waits on top, by day: first what has no time, then by time.
pub fn plan(reply: &AgendaReply, owner: Option<Id>) -> BTreeMap<Date, Vec<RecordBody>> {
    let overlay = app().overlay.get();
    let schema = schema();
    let due = schema.entities.iter().filter(|entity| entity.follow_up || entity.id == "task");
    let made = due.flat_map(|entity| overlay.created(reply.seq, &entity.id));
    let shown = reply.items.iter().filter_map(|body| overlay.apply(reply.seq, body));
    let mut planned: BTreeMap<Date, Vec<RecordBody>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for body in shown.chain(made) {
        let done = body.entity == "task" && body.values.get("status").and_then(Json::as_str) == Some("done");
        let Some(date) = due_of(&body).and_then(schedule::date_of) else { continue };
        // What was handed over meanwhile, or made for somebody else.
        let elsewhere = fields::reference(&body, "owner").is_some_and(|other| Some(other) != owner);
        if done || elsewhere || !seen.insert(body.id) {
            continue;
        }
        let day = planned.entry(date).or_default();
        let place = day.partition_point(|other| time_of(other) <= time_of(&body));
        day.insert(place, body);
    }
    planned
}

fn time_of(body: &RecordBody) -> Option<&str> {
    due_of(body)?.get("time")?.as_str()
}

/// When it is due, for telling two states of it apart.
pub fn due_text(body: &RecordBody) -> Option<String> {
    due_of(body).map(Json::to_string)
}

/// One thing: opens its sheet. Two lines where it is alone in its row.
#[component]
pub fn Item(body: RecordBody, large: bool) -> impl IntoView {
    let time = time_of(&body).map(str::to_owned);
    let is_late = due_of(&body).is_some_and(schedule::is_late);
    let movable = body.may.update.then(|| body.id.to_string());
    let is_task = body.entity == "task";
    let body = StoredValue::new(body);
    let name = move || body.with_value(|body| fields::title(&schema(), body));
    let kind = move || {
        body.with_value(|body| schema().entity(&body.entity).map(|entity| label(&entity.label)))
            .unwrap_or_default()
    };
    let open = move |_| app().day.set(Some(Day::Item(Box::new(body.get_value()))));
    view! {
        <button
            type="button"
            class="calendar-item"
            class:row=large
            data-movable=movable
            data-late=is_late.then_some("true")
            on:click=open
        >
            <span class="calendar-kind">{icon(if is_task { icons::CIRCLE } else { icons::TOUCH })}</span>
            {time.map(|time| view! { <span class="numeric">{time}</span> })}
            <span class="truncate">{name}</span>
            {large.then(|| view! { <span class="calendar-of">{kind}</span> })}
        </button>
    }
}
