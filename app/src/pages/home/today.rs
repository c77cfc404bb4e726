//! Today: what is overdue, what is due, what comes, and what has no day. One tap does a thing, one moves it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::Datelike as _;
use domain::agenda::Weight;
use domain::api::GetToday;
use domain::api::record::{RecordBody, TodayReply, TodayRequest};
use domain::command::{Action, Wire};
use domain::ids::Id;
use domain::reminder::{MANY_MOVES, MOVES, SNOOZED_UNTIL};
use domain::time::{Date, Instant, Zone as _};
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use crate::components::{Badge, Button, ButtonRow, EmptyState, IconButton, SkeletonRows, Tone, icon, icons};
use crate::fields::{self, day_text, schedule};
use crate::i18n::{format, label, named_action, say, t, tr};
use crate::pages::records::StaleNote;
use crate::pages::{Page, Unread};
use crate::routes;
use crate::state::loader::load;
use crate::state::outbox::{self, Note};
use crate::state::session::{me, schema, schema_now, today, zone};
use crate::state::time::{ZONES, local_text, now};
use crate::state::{Day, Touching, app};

/// The field that says when it is due.
pub fn due_field(entity: &str) -> &'static str {
    if entity == "task" { "due" } else { "next_touch" }
}

pub fn due_of(body: &RecordBody) -> Option<&Json> {
    body.values.get(due_field(&body.entity))
}

/// Until when its reminder is snoozed, while that is still to come.
fn snoozed_until(body: &RecordBody) -> Option<Instant> {
    let until = body.values.get(SNOOZED_UNTIL).and_then(Json::as_str).and_then(Instant::parse);
    until.filter(|until| *until > now())
}

/// How pressing it is, where it has a day.
pub fn weight(body: &RecordBody) -> Option<Weight> {
    let date = schedule::date_of(due_of(body)?)?;
    let digits = schema_now().workspace.currency.minor_digits();
    Some(Weight::of(&body.values, date, today(), now(), digits))
}

#[derive(Clone, Default, PartialEq)]
pub struct Due {
    /// The most pressing first.
    overdue: Vec<RecordBody>,
    today: Vec<RecordBody>,
    later: Vec<RecordBody>,
    undated: Vec<RecordBody>,
    snoozed: Vec<RecordBody>,
}

impl Due {
    /// What is to be done today and can be moved.
    pub fn left(&self) -> impl Iterator<Item = &RecordBody> {
        self.overdue.iter().chain(&self.today).filter(|body| body.may.update)
    }
}

/// What the server listed with what waits on top, sorted into its part of the day anew: a thing that was moved has
/// moved.
pub fn due(reply: &TodayReply) -> Due {
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
        // What was handed over meanwhile, or made for somebody else.
        let elsewhere = fields::reference(&body, "owner").is_some_and(|owner| Some(owner) != me());
        if done || elsewhere || !seen.insert(body.id) {
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
        let part = if snoozed_until(&body).is_some() {
            &mut due.snoozed
        } else if date < day || schedule::is_late(at) {
            // Of two as pressing the one that was due first.
            let score = |body: &RecordBody| weight(body).map(|weight| weight.score());
            let (own, since) = (score(&body), by_due(&body));
            let place = due.overdue.partition_point(|other| {
                let score = score(other);
                score > own || score == own && by_due(other) <= since
            });
            due.overdue.insert(place, body);
            continue;
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

/// What tells one look of a row from another.
fn face(body: &RecordBody) -> (Id, u64, [Option<String>; 2]) {
    let snoozed = body.values.get(SNOOZED_UNTIL);
    (body.id, body.version, [due_of(body), snoozed].map(|value| value.map(Json::to_string)))
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
    let minute = RwSignal::new(());
    let clock = set_interval_with_handle(move || minute.notify(), Duration::from_secs(60));
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
    });
    // By the clock as well: what becomes late, and a snooze that ends, change their place.
    let parts = Memo::new(move |_| {
        minute.track();
        reply.value.get().map(|reply| due(&reply))
    });
    let left = Memo::new(move |_| parts.with(|due| due.as_ref().map_or(0, |due| due.left().count())));
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
                            <For each=move || items.get() key=face let:body>
                                <Item body />
                            </For>
                        </ul>
                    </section>
                }
            })
        }
    };
    let log = move |()| app().touching.set(Some(Touching::Anything));
    // Towards evening what is left stands first, before that at the end.
    let rest = move |evening: bool| {
        move || {
            let left = left.get();
            (left > 0 && evening == (hour() >= EVENING)).then(|| {
                view! {
                    <div class="group">
                        <ButtonRow
                            title=move || tr("today.left", &[("count", &left.to_string())])
                            on_press=move |()| app().day.set(Some(Day::Rest))
                        />
                    </div>
                }
            })
        }
    };
    let calendar = || {
        view! {
            <A href=routes::CALENDAR attr:class="icon-btn" attr:aria-label=t("nav.calendar")>
                {icon(icons::CALENDAR)}
            </A>
        }
    };
    view! {
        <Page title=t("today.title") actions=calendar>
            <div class="stack">
                <Greeting />
                {rest(true)}
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
                                    {part("today.snoozed", false, |due| &due.snoozed)}
                                    {rest(false)}
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
        </Page>
    }
}

/// From this hour on it is time to look at what is left.
const EVENING: u32 = 17;

/// By the reader's clock.
fn hour() -> u32 {
    local_text(&zone(), now()).get(11..13).and_then(|hour| hour.parse().ok()).unwrap_or(9)
}

#[component]
fn Greeting() -> impl IntoView {
    let greeting = move || {
        let name = app()
            .session
            .with(|session| session.as_ref().map(|session| session.name.clone()))
            .unwrap_or_default();
        let key = match hour() {
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
fn Item(body: RecordBody) -> impl IntoView {
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
            if let Some(until) = snoozed_until(&body) {
                let local = local_text(&zone(), until);
                let day = local.get(..10).and_then(Date::parse).map(day_text).unwrap_or_default();
                let when = format!("{day} {}", local.get(11..).unwrap_or_default());
                return Some(
                    view! { <span>{tr("today.snoozed.until", &[("when", &when)])}</span> }.into_any(),
                );
            }
            let late = today().days_since(date);
            let time = at.get("time").and_then(Json::as_str).map(str::to_owned);
            let text =
                if late > 0 { tr("time.days_late", &[("count", &late.to_string())]) } else { day_text(date) };
            let is_late = late > 0 || schedule::is_late(at);
            Some(
                view! { <span class:due-late=is_late>{text} {time.map(|time| format!(" {time}"))}</span> }
                    .into_any(),
            )
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
    let options_label = {
        let name = name.clone();
        move || named_action("today.options", &name())
    };
    let moves = body.values.get(MOVES).and_then(Json::as_i64).filter(|moves| *moves >= MANY_MOVES);
    let moved = moves.map(|moves| {
        view! { <Badge label=move || tr("today.moves", &[("count", &moves.to_string())]) /> }
    });
    let is_snoozed = snoozed_until(&body).is_some();
    let options = move |()| app().day.set(Some(Day::Item(Box::new((*body).clone()))));
    view! {
        <li
            class="due"
            data-leaving=move || leaving.get().then_some("true")
            data-snoozed=is_snoozed.then_some("true")
        >
            <button type="button" class="due-check" aria-label=done_label on:click=done>
                {icon(if is_task { icons::CIRCLE } else { icons::TOUCH })}
            </button>
            <A href=to attr:class="due-link">
                <span class="row-title">{name}</span>
                <span class="due-meta">{when} <span class="truncate">{about}</span> {moved} {waiting}</span>
            </A>
            {may.then(|| view! { <IconButton label=options_label drawing=icons::MORE on_press=options /> })}
        </li>
    }
}

/// A task is done.
pub fn finish(body: &RecordBody) {
    let note = Note {
        key: "outbox.item.update".to_owned(),
        entity: body.entity.clone(),
        name: fields::title(&schema_now(), body),
        toast: Some(say("today.done.toast", &[])),
        record: Some((body.entity.clone(), body.id)),
    };
    change(body, "status", Json::from("done"), note);
}

/// Another value for one field.
pub fn change(body: &RecordBody, field: &str, value: Json, note: Note) {
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
