//! One notification: what it says, when it was due, what became of it elsewhere, and what can be done.

use domain::api::notification::{Delivery, DeliveryState, Notification};
use domain::command::{Action, Wire};
use domain::reminder::{Channel, Kind};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde_json::Value as Json;

use super::Reader;
use super::snooze::{moment_text, record_of};
use crate::components::{Badge, Button, ButtonKind, Icon, Tone, icon, icons, watch_near};
use crate::i18n::{named_action, say, t, tr};
use crate::routes;
use crate::state::names::name_of;
use crate::state::outbox::{self, Note};
use crate::state::{Touching, app};

/// Told so long after it was due it came late.
const LATE_MS: i64 = 2 * 60_000;

#[component]
pub fn Row(one: Notification, reader: Reader) -> impl IntoView {
    let id = one.id;
    let place = NodeRef::<html::Li>::new();
    let read_before = one.read_at.is_some();
    let unread = Memo::new(move |_| !read_before && !reader.read.with(|read| read.contains(&id)));
    if !read_before {
        Effect::new(move |_| {
            let Some(element) = place.get() else { return };
            watch_near(&element, None, "0px", move |near, _| {
                let waits = near && unread.try_get_untracked().unwrap_or_default();
                if waits {
                    reader.seen.try_update_value(|seen| {
                        seen.insert(id);
                    });
                }
            });
        });
    }
    let one = StoredValue::new(one);
    let sentence = move || one.with_value(sentence);
    let drawing = match one.with_value(|one| one.kind) {
        Kind::TouchDue => icons::TOUCH,
        Kind::TaskDue => icons::TASK,
        Kind::Assigned => icons::USER,
        Kind::Mentioned => icons::CHAT,
        Kind::Morning | Kind::Evening => icons::TODAY,
        Kind::ChannelDead => icons::ALERT,
    };
    let meta = move || one.with_value(times);
    // What is not in sight any more cannot be opened.
    let to = one.with_value(|one| match (&one.about, one.kind) {
        (Some(about), _) => {
            about.title.is_some().then(|| routes::record(&about.entity, &about.record.to_string()))
        }
        (None, Kind::ChannelDead) => Some(routes::REMINDERS.to_owned()),
        (None, Kind::Morning) => Some(routes::TODAY.to_owned()),
        (None, _) => None,
    });
    let opened = move |_| {
        if unread.get_untracked() {
            reader.read_one(id);
        }
    };
    let text = view! {
        <span class="bell-text">{sentence}</span>
        <span class="row-sub row-sub-wrap">{meta}</span>
    };
    let text = match to {
        Some(href) => view! { <A href attr:class="bell-link" on:click=opened>{text}</A> }.into_any(),
        None => view! { <div class="bell-link">{text}</div> }.into_any(),
    };
    let due = one.with_value(|one| {
        let still = one.about.as_ref().is_some_and(|about| about.open && about.title.is_some());
        still && matches!(one.kind, Kind::TouchDue | Kind::TaskDue)
    });
    let deliveries = one.with_value(|one| one.deliveries.clone());
    let elsewhere = (!deliveries.is_empty()).then(|| {
        let lines = move || deliveries.iter().map(delivered).collect::<Vec<_>>().join(" · ");
        view! {
            <details class="bell-elsewhere">
                <summary>{t("bell.elsewhere")}</summary>
                <p>{lines}</p>
            </details>
        }
    });
    view! {
        <li class="bell-row" node_ref=place data-unread=move || unread.get().then_some("true")>
            {sign(drawing)}
            <div class="bell-body">
                <Show when=move || unread.get()>
                    <Badge label=t("bell.unread") tone=Tone::Accent />
                </Show>
                {text}
                {due.then(|| view! { <Actions one reader /> })}
                {elsewhere}
            </div>
        </li>
    }
}

fn sign(drawing: Icon) -> impl IntoView {
    view! { <span class="row-icon">{icon(drawing)}</span> }
}

/// What can be done about something that is due, without opening it.
#[component]
fn Actions(one: StoredValue<Notification>, reader: Reader) -> impl IntoView {
    let is_task = one.with_value(|one| one.kind == Kind::TaskDue);
    let named = move |key: &'static str| named_action(key, &one.with_value(title));
    let done = move |()| {
        let one = one.get_value();
        reader.read_one(one.id);
        spawn_local(async move {
            let Some(body) = record_of(&one).await else { return };
            if !is_task {
                app().touching.set(Some(Touching::Record(Box::new(body))));
                return;
            }
            let old = body.values.get("status").cloned();
            let action = Action::Update {
                entity: body.entity.clone(),
                record: body.id,
                base_version: body.version,
                old: old.map(|old| Wire::from([("status".to_owned(), old)])).unwrap_or_default(),
                values: Wire::from([("status".to_owned(), Json::from("done"))]),
            };
            let note = Note {
                key: "outbox.item.update".to_owned(),
                entity: body.entity.clone(),
                name: untrack(|| title(&one)),
                toast: Some(say("today.done.toast", &[])),
                record: Some((body.entity.clone(), body.id)),
            };
            outbox::submit_soon(outbox::command(vec![action]), note, vec![body]);
        });
    };
    let (done_key, drawing) =
        if is_task { ("today.done", icons::CIRCLE_CHECK) } else { ("add.touch", icons::TOUCH) };
    view! {
        <div class="bell-actions">
            <Button label=t(done_key) drawing=drawing on_press=done attr:aria-label=move || named(done_key) />
            <Button
                label=t("bell.snooze")
                kind=ButtonKind::Quiet
                drawing=icons::CLOCK
                on_press=move |()| reader.snoozing.set(Some(one.get_value()))
                attr:aria-label=move || named("bell.snooze")
            />
        </div>
    }
}

/// The record's name as the reader sees it now.
fn title(one: &Notification) -> String {
    let title = one.about.as_ref().and_then(|about| about.title.clone());
    title.unwrap_or_else(|| tr("bell.gone", &[]))
}

fn sentence(one: &Notification) -> String {
    let title = title(one);
    let by = one.by.and_then(name_of).unwrap_or_else(|| tr("bell.somebody", &[]));
    let counts = one.counts.unwrap_or_default();
    let (due, overdue) = (counts.due.to_string(), counts.overdue.to_string());
    let counted = [("due", due.as_str()), ("overdue", overdue.as_str())];
    match one.kind {
        Kind::TouchDue => tr("bell.says.touch_due", &[("title", &title)]),
        Kind::TaskDue => tr("bell.says.task_due", &[("title", &title)]),
        Kind::Assigned => tr("bell.says.assigned", &[("name", &by), ("title", &title)]),
        Kind::Mentioned => tr("bell.says.mentioned", &[("name", &by), ("title", &title)]),
        Kind::Morning => tr("bell.says.morning", &counted),
        Kind::Evening => tr("bell.says.evening", &counted),
        Kind::ChannelDead => {
            let named = one.channel.clone().unwrap_or_else(|| tr("bell.some_channel", &[]));
            tr("bell.says.channel_dead", &[("channel", &named)])
        }
    }
}

/// When it was due and, where that is another time, when it was told.
fn times(one: &Notification) -> String {
    let told = moment_text(one.at);
    let Some(due) = one.due_at else { return told };
    // What has a day and no time is due at its last second.
    if due.unix_ms().rem_euclid(60_000) == 59_000 {
        let day = moment_text(due);
        let day = day.rsplit_once(' ').map_or_else(|| tr("time.today", &[]), |(day, _)| day.to_owned());
        return format!("{} · {told}", tr("bell.due", &[("when", &day)]));
    }
    let when = moment_text(due);
    if one.at.unix_ms() - due.unix_ms() > LATE_MS {
        tr("bell.late", &[("when", &when), ("told", &told)])
    } else {
        tr("bell.due", &[("when", &when)])
    }
}

/// What became of it on another channel.
fn delivered(delivery: &Delivery) -> String {
    let channel = tr(channel_key(delivery.channel), &[]);
    let at = delivery.at.map(moment_text).unwrap_or_default();
    let key = match delivery.state {
        DeliveryState::Waiting => "bell.delivery.waiting",
        DeliveryState::Sent => "bell.delivery.sent",
        DeliveryState::GivenUp => "bell.delivery.given_up",
    };
    let said = tr(key, &[("channel", &channel), ("when", &at)]);
    let doubt = if delivery.doubtful { tr("bell.delivery.doubtful", &[]) } else { String::new() };
    format!("{} {doubt}", said.trim_end()).trim_end().to_owned()
}

pub const fn channel_key(channel: Channel) -> &'static str {
    match channel {
        Channel::Push => "reminders.channel.push",
        Channel::Mail => "reminders.channel.mail",
        Channel::Bot => "reminders.channel.bot",
    }
}
