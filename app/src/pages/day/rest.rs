//! What is left of today, in the evening: each is done or goes to the next day that is worked, alone or all together.

use domain::api::GetToday;
use domain::api::record::{RecordBody, TodayRequest};
use domain::command::{Action, MAX_ACTIONS, Wire};
use domain::time::Date;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::move_to;
use crate::components::{Button, ButtonKind, EmptyState, IconButton, icons};
use crate::fields::{self, day_text, schedule};
use crate::i18n::{label, named_action, say, t, tr};
use crate::pages::home::{due, due_field, due_of, finish};
use crate::state::loader::load;
use crate::state::outbox::{self, Note};
use crate::state::session::{schema, today};
use crate::state::{Touching, app};

/// The next day on which anybody works.
fn next_day() -> Date {
    schema().workspace.work.next(today().plus_days(1))
}

#[component]
pub fn Rest(open: RwSignal<bool>) -> impl IntoView {
    let reply = load::<GetToday>(|| Some((Vec::new(), TodayRequest::default())));
    let left = Memo::new(move |_| {
        let Some(reply) = reply.value.get() else { return Vec::new() };
        due(&reply).left().cloned().collect::<Vec<_>>()
    });
    let any = Memo::new(move |_| left.with(|left| !left.is_empty()));
    let day = Memo::new(move |_| next_day());
    let all = move |()| {
        roll_over(left.get_untracked(), day.get_untracked());
        open.set(false);
    };
    let to_day = move || tr("day.rest.all", &[("date", &day_text(day.get()))]);
    view! {
        <Show
            when=move || any.get()
            fallback=|| view! { <EmptyState drawing=icons::SPARK title=t("today.empty.title") body=t("day.rest.none") /> }
        >
            <div class="stack">
                <p class="list-note">{t("day.rest.help")}</p>
                <ul class="group">
                    <For each=move || left.get() key=|body| (body.id, body.version) let:body>
                        <Left body day open />
                    </For>
                </ul>
                <Button label=to_day kind=ButtonKind::Primary drawing=icons::CALENDAR block=true on_press=all />
            </div>
        </Show>
    }
}

#[component]
fn Left(body: RecordBody, day: Memo<Date>, open: RwSignal<bool>) -> impl IntoView {
    let is_task = body.entity == "task";
    let body = StoredValue::new(body);
    let name = move || body.with_value(|body| fields::title(&schema(), body));
    let kind = move || {
        body.with_value(|body| schema().entity(&body.entity).map(|entity| label(&entity.label)))
            .unwrap_or_default()
    };
    let done = move |()| {
        if is_task {
            body.with_value(finish);
        } else {
            open.set(false);
            app().touching.set(Some(Touching::Record(Box::new(body.get_value()))));
        }
    };
    let later = move |()| body.with_value(|body| move_to(body, day.get_untracked()));
    let done_label = move || named_action(if is_task { "today.done" } else { "add.touch" }, &name());
    let later_label = move || named_action("today.move", &name());
    view! {
        <li class="due">
            <span class="due-link day-left">
                <span class="row-title">{name}</span>
                <span class="due-meta">{kind}</span>
            </span>
            <IconButton
                label=done_label
                drawing=if is_task { icons::CHECK } else { icons::TOUCH }
                on_press=done
            />
            <IconButton label=later_label drawing=icons::CALENDAR on_press=later />
        </li>
    }
}

/// All of them in one command, so that one undo brings all of them back.
fn roll_over(left: Vec<RecordBody>, day: Date) {
    let left: Vec<RecordBody> = left.into_iter().take(MAX_ACTIONS).collect();
    let actions: Vec<Action> = left.iter().map(|body| moved(body, day)).collect();
    if actions.is_empty() {
        return;
    }
    let count = actions.len().to_string();
    let toast = say("day.rest.toast", &[("count", &count), ("date", &day_text(day))]);
    let note = Note { key: "day.rest.item".to_owned(), name: count, toast: Some(toast), ..Note::default() };
    outbox::submit_soon(outbox::command(actions), note, left);
}

fn moved(body: &RecordBody, day: Date) -> Action {
    let field = due_field(&body.entity);
    let old = due_of(body).cloned().unwrap_or(Json::Null);
    let value = schedule::moved(&old, day);
    Action::Update {
        entity: body.entity.clone(),
        record: body.id,
        base_version: body.version,
        old: Wire::from([(field.to_owned(), old)]),
        values: Wire::from([(field.to_owned(), value)]),
    }
}
