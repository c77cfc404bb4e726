//! Today: what is overdue, what is due, what comes, and what has no day. One tap does a thing, one moves it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Datelike as _;
use domain::api::GetToday;
use domain::api::record::{RecordBody, TodayReply, TodayRequest};
use domain::command::{Action, Wire};
use domain::time::{Date, Zone as _};
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use crate::components::{Badge, Button, EmptyState, IconButton, Sheet, SkeletonRows, Tone, icon, icons};
use crate::fields::{self, day_text, schedule};
use crate::i18n::{format, label, named_action, say, t, tr};
use crate::pages::records::{NextChips, StaleNote};
use crate::pages::{Page, Unread, open_while};
use crate::routes;
use crate::state::loader::load;
use crate::state::outbox::{self, Note};
use crate::state::session::{schema, schema_now, today, zone};
use crate::state::time::{ZONES, local_text, now};
use crate::state::{Touching, app};

/// The field that says when it is due.
fn due_field(entity: &str) -> &'static str {
    if entity == "task" { "due" } else { "next_touch" }
}

fn due_of(body: &RecordBody) -> Option<&Json> {
    body.values.get(due_field(&body.entity))
}

#[derive(Clone, Default, PartialEq)]
struct Due {
    overdue: Vec<RecordBody>,
    today: Vec<RecordBody>,
    later: Vec<RecordBody>,
    undated: Vec<RecordBody>,
}

/// What the server listed with what waits on top, sorted into its part of the day anew: a thing that was moved has
/// moved.
fn due(reply: &TodayReply) -> Due {
    let overlay = app().overlay.get();
    let mut due = Due::default();
    let mut seen = BTreeSet::new();
    let listed = reply.overdue.iter().chain(&reply.today_items).chain(&reply.later).chain(&reply.undated);
    let shown = listed.filter_map(|body| overlay.apply(reply.seq, body));
    let schema = schema();
    let followed = schema.entities.iter().filter(|entity| entity.follow_up || entity.id == "task");
    let made = followed.flat_map(|entity| overlay.created(reply.seq, &entity.id));
    let day = today();
    for body in shown.chain(made) {
        let done = body.entity == "task" && body.values.get("status").and_then(Json::as_str) == Some("done");
        if done || !seen.insert(body.id) {
            continue;
        }
        let at = due_of(&body).unwrap_or(&Json::Null);
        let Some(date) = schedule::date_of(at) else {
            if body.entity == "task" {
                // The newest first: an id begins with the moment it was made.
                let place = due.undated.partition_point(|other| other.id > body.id);
                due.undated.insert(place, body);
            }
            continue;
        };
        let part = if date < day || schedule::is_late(at) {
            &mut due.overdue
        } else if date == day {
            &mut due.today
        } else {
            &mut due.later
        };
        // Mostly they come in order; and the sort of the standard library would be there once for each use.
        let due = by_due(&body);
        let place = part.partition_point(|other| by_due(other) <= due);
        part.insert(place, body);
    }
    due
}

/// What stands for the time at which it is due: a day without one ends it.
fn by_due(body: &RecordBody) -> Option<String> {
    let at = due_of(body)?;
    let exact = at.get("at").and_then(Json::as_str).map(str::to_owned);
    exact.or_else(|| schedule::date_of(at).map(|date| format!("{date}T99")))
}

#[component]
pub fn Today() -> impl IntoView {
    let reply = load::<GetToday>(|| Some((Vec::new(), TodayRequest::default())));
    let parts = Memo::new(move |_| reply.value.get().map(|reply| due(&reply)));
    let moving = RwSignal::new(None::<RecordBody>);
    let state = Memo::new(move |_| match (parts.get(), reply.error.with(Option::is_some)) {
        (Some(due), _) if due == Due::default() => 1,
        (Some(_), _) => 0,
        (None, true) => 2,
        (None, false) => 3,
    });
    let part = move |title: &'static str, late: bool, pick: fn(&Due) -> &Vec<RecordBody>| {
        let items = Memo::new(move |_| parts.get().map(|due| pick(&due).clone()).unwrap_or_default());
        let any = Memo::new(move |_| items.with(|items| !items.is_empty()));
        move || {
            any.get().then(|| {
                view! {
                    <section>
                        <h2 class="group-title" data-tone=late.then_some("danger")>
                            <span>{t(title)}</span>
                            <span class="numeric">{move || items.with(Vec::len)}</span>
                        </h2>
                        <ul class="group">
                            <For each=move || items.get() key=|body| (body.id, body.version, due_of(body).map(Json::to_string)) let:body>
                                <Item body moving />
                            </For>
                        </ul>
                    </section>
                }
            })
        }
    };
    let log = move |()| app().touching.set(Some(Touching::Anything));
    view! {
        <Page title=t("today.title")>
            <div class="stack">
                <Greeting />
                <StaleNote stale=reply.stale />
                {move || match state.get() {
                    0 => {
                        view! {
                            <div class="today-columns stack">
                                <div class="stack">
                                    {part("today.overdue", true, |due| &due.overdue)} {part("today.due", false, |due| &due.today)}
                                </div>
                                <div class="stack">
                                    {part("today.later", false, |due| &due.later)} {part("today.undated", false, |due| &due.undated)}
                                </div>
                            </div>
                        }
                        .into_any()
                    }
                    1 => {
                        view! {
                            <EmptyState drawing=icons::SPARK title=t("today.empty.title") body=t("today.empty.body")>
                                <Button label=t("add.touch") drawing=icons::TOUCH on_press=log />
                            </EmptyState>
                        }
                        .into_any()
                    }
                    2 => reply.error.get().map(|error| view! { <Unread error /> }).into_any(),
                    _ => view! { <SkeletonRows count=6 /> }.into_any(),
                }}
            </div>
            <LaterSheet moving />
        </Page>
    }
}

#[component]
fn Greeting() -> impl IntoView {
    let greeting = move || {
        let name = app()
            .session
            .with(|session| session.as_ref().map(|session| session.name.clone()))
            .unwrap_or_default();
        let hour: u32 =
            local_text(&zone(), now()).get(11..13).and_then(|hour| hour.parse().ok()).unwrap_or(9);
        let key = match hour {
            5..=10 => "today.greeting.morning",
            11..=13 => "today.greeting.noon",
            14..=17 => "today.greeting.afternoon",
            _ => "today.greeting.evening",
        };
        tr(key, &[("name", &name)])
    };
    let date = move || {
        let day = ZONES.date(&zone(), now()).unwrap_or_else(today).naive();
        format::day_long(day.year(), day.month(), day.day())
    };
    view! {
        <div class="greeting">
            <p class="record-title">{greeting}</p>
            <p class="greeting-date">{date}</p>
        </div>
    }
}

#[component]
fn Item(body: RecordBody, moving: RwSignal<Option<RecordBody>>) -> impl IntoView {
    let body = Arc::new(body);
    let is_task = body.entity == "task";
    let leaving = RwSignal::new(false);
    let done = {
        let body = body.clone();
        move |_| {
            if is_task {
                leaving.set(true);
                finish(&body);
            } else {
                app().touching.set(Some(Touching::Record(Box::new((*body).clone()))));
            }
        }
    };
    let name = {
        let body = body.clone();
        move || fields::title(&schema(), &body)
    };
    let done_label = {
        let name = name.clone();
        move || named_action(if is_task { "today.done" } else { "add.touch" }, &name())
    };
    let when = {
        let body = body.clone();
        move || {
            let at = due_of(&body)?;
            let date = schedule::date_of(at)?;
            let late = today().days_since(date);
            let time = at.get("time").and_then(Json::as_str).map(str::to_owned);
            let text =
                if late > 0 { tr("time.days_late", &[("count", &late.to_string())]) } else { day_text(date) };
            let is_late = late > 0 || schedule::is_late(at);
            Some(view! { <span class:due-late=is_late>{text} {time.map(|time| format!(" {time}"))}</span> })
        }
    };
    let about = {
        let body = body.clone();
        move || {
            let schema = schema();
            let kind = schema.entity(&body.entity).map(|entity| label(&entity.label)).unwrap_or_default();
            let texts = ["account", "company", "contact", "deal", "lead", "stage"]
                .iter()
                .map(|field| fields::text_of(&schema, &body, field))
                .filter(|text| !text.is_empty());
            std::iter::once(kind).chain(texts.take(2)).collect::<Vec<_>>().join(" · ")
        }
    };
    let waiting = {
        let id = body.id;
        move || {
            app()
                .overlay
                .with(|overlay| overlay.is_waiting(id))
                .then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })
        }
    };
    let to = routes::record(&body.entity, &body.id.to_string());
    let may = body.may.update;
    let later_label = {
        let name = name.clone();
        move || named_action("today.move", &name())
    };
    let postpone = move |()| moving.set(Some((*body).clone()));
    view! {
        <li class="due" data-leaving=move || leaving.get().then_some("true")>
            <button type="button" class="due-check" aria-label=done_label on:click=done>
                {icon(if is_task { icons::CIRCLE } else { icons::TOUCH })}
            </button>
            <A href=to attr:class="due-link">
                <span class="row-title">{name}</span>
                <span class="due-meta">{when} <span class="truncate">{about}</span> {waiting}</span>
            </A>
            {may.then(|| view! { <IconButton label=later_label drawing=icons::CALENDAR on_press=postpone /> })}
        </li>
    }
}

fn finish(body: &RecordBody) {
    let note = Note {
        key: "outbox.item.update".to_owned(),
        entity: body.entity.clone(),
        name: fields::title(&schema_now(), body),
        toast: Some(say("today.done.toast", &[])),
        record: Some((body.entity.clone(), body.id)),
    };
    change(body, "status", Json::from("done"), note);
}

fn change(body: &RecordBody, field: &str, value: Json, note: Note) {
    let old = body.values.get(field).cloned().unwrap_or(Json::Null);
    let action = Action::Update {
        entity: body.entity.clone(),
        record: body.id,
        base_version: body.version,
        old: single(field, old),
        values: single(field, value),
    };
    outbox::submit_soon(outbox::command(vec![action]), note, vec![body.clone()]);
}

fn single(field: &str, value: Json) -> Wire {
    let mut wire = Wire::new();
    wire.insert(field.to_owned(), value);
    wire
}

/// To which day.
#[component]
fn LaterSheet(moving: RwSignal<Option<RecordBody>>) -> impl IntoView {
    let open = open_while(moving);
    let choose = move |day: Option<Date>| {
        let (Some(body), Some(day)) = (moving.get_untracked(), day) else { return };
        open.set(false);
        let field = due_field(&body.entity);
        let value = schedule::moved(due_of(&body).unwrap_or(&Json::Null), day);
        let note = Note {
            key: "outbox.item.update".to_owned(),
            entity: body.entity.clone(),
            name: fields::title(&schema_now(), &body),
            toast: Some(say("today.moved.toast", &[("date", &day_text(day))])),
            record: Some((body.entity.clone(), body.id)),
        };
        change(&body, field, value, note);
    };
    let title = move || {
        moving.with(|body| body.as_ref().map(|body| fields::title(&schema(), body))).unwrap_or_default()
    };
    view! {
        <Sheet open title=title close=t("action.close")>
            <NextChips legend=t("today.move") on_choose=choose />
        </Sheet>
    }
}
