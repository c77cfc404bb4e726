//! One thing that is due: done, snoozed, moved, handed over, opened, called.

use std::sync::Arc;

use domain::agenda::Weight;
use domain::api::record::{Hit, RecordBody};
use domain::command::Action;
use domain::reminder::{MANY_MOVES, MOVES};
use domain::snooze_choices::snooze_choices;
use domain::time::{Date, Instant};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{move_to, note};
use crate::components::{Button, ButtonKind, ButtonRow, LinkRow, icon, icons};
use crate::fields::{self, Picker, day_text, schedule};
use crate::i18n::{format, say, t, tr};
use crate::pages::home::{due_of, finish, weight};
use crate::pages::notifications::snooze_key;
use crate::pages::records::NextChips;
use crate::routes;
use crate::state::session::{schema_now, today, zone};
use crate::state::time::{ZONES, local_text, now};
use crate::state::{Touching, app, names, outbox};

#[component]
pub fn ItemBody(body: RecordBody, open: RwSignal<bool>) -> impl IntoView {
    let giving = RwSignal::new(false);
    let body = Arc::new(body);
    let menu = {
        let body = body.clone();
        move || view! { <Menu body=body.clone() open giving /> }
    };
    let give = move |hit: Hit| {
        open.set(false);
        names::learn_one(hit.id, &hit.title);
        let action = Action::Assign {
            entity: body.entity.clone(),
            record: body.id,
            old_owner: fields::reference(&body, "owner"),
            owner: Some(hit.id),
        };
        let note = note(&body, say("record.assigned.toast", &[("name", &hit.title)]));
        outbox::submit_soon(outbox::command(vec![action]), note, vec![(*body).clone()]);
    };
    let give = Callback::new(give);
    view! {
        <Show when=move || giving.get() fallback=menu.clone()>
            <h3 class="group-title">{t("record.assign")}</h3>
            <Picker entities=vec!["user".to_owned()] on_pick=give />
        </Show>
    }
}

#[component]
fn Menu(body: Arc<RecordBody>, open: RwSignal<bool>, giving: RwSignal<bool>) -> impl IntoView {
    let is_task = body.entity == "task";
    let done = {
        let body = body.clone();
        move |()| {
            open.set(false);
            if is_task {
                finish(&body);
            } else {
                app().touching.set(Some(Touching::Record(Box::new((*body).clone()))));
            }
        }
    };
    let choose = {
        let body = body.clone();
        move |day: Option<Date>| {
            if let Some(day) = day {
                open.set(false);
                move_to(&body, day);
            }
        }
    };
    let phone = body.values.get("phone").and_then(Json::as_str).map(str::to_owned);
    let to = routes::record(&body.entity, &body.id.to_string());
    let has_owner = schema_now().entity(&body.entity).is_some_and(|entity| entity.field("owner").is_some());
    let (may, assign) = (body.may.update, body.may.assign && has_owner);
    view! {
        <div class="stack">
            <Moved moves=body.values.get(MOVES).and_then(Json::as_i64).unwrap_or(0) />
            <Why body=body.clone() />
            {may
                .then(|| {
                    view! {
                        <Button
                            label=t(if is_task { "today.done" } else { "add.touch" })
                            drawing=if is_task { icons::CHECK } else { icons::TOUCH }
                            kind=ButtonKind::Primary
                            block=true
                            on_press=done
                        />
                        <Snooze body=body.clone() open />
                        <NextChips legend=t("today.move") on_choose=choose />
                    }
                })}
            <div class="group">
                {assign
                    .then(|| view! { <ButtonRow title=t("record.assign") on_press=move |()| giving.set(true) /> })}
                {phone
                    .map(|phone| {
                        let to = format!("tel:{phone}");
                        view! {
                            <a class="row" href=to>
                                <span class="row-icon">{icon(icons::CALL)}</span>
                                <span class="row-text">
                                    <span class="row-title">{t("day.call")}</span>
                                    <span class="row-sub">{phone}</span>
                                </span>
                            </a>
                        }
                    })}
                <div on:click=move |_| open.set(false)>
                    <LinkRow href=to title=t("action.open") />
                </div>
            </div>
        </div>
    }
}

/// What was put off again and again may want something else than another day.
#[component]
fn Moved(moves: i64) -> impl IntoView {
    (moves >= MANY_MOVES).then(|| {
        view! {
            <p class="notice">
                {icon(icons::INFO)} <span>{move || tr("day.moved_often", &[("count", &moves.to_string())])}</span>
            </p>
        }
    })
}

/// Why it stands where it does among what is overdue: the arithmetic, in words.
#[component]
fn Why(body: Arc<RecordBody>) -> impl IntoView {
    let is_late = due_of(&body)
        .is_some_and(|at| schedule::is_late(at) || schedule::date_of(at).is_some_and(|date| date < today()));
    let weight = weight(&body).filter(|_| is_late);
    weight.map(|weight| {
        view! {
            <details class="day-why">
                <summary>{t("day.why")}</summary>
                <p>{move || reckoned(&weight)}</p>
                <p class="list-note">{t("day.why.help")}</p>
            </details>
        }
    })
}

fn reckoned(weight: &Weight) -> String {
    let number = |value: i64| format::number(value);
    let worth = match weight.worth {
        Some(worth) => tr("day.why.worth", &[("amount", &number(worth.max(1)))]),
        None => tr("day.why.no_worth", &[]),
    };
    let (late, silent) = (weight.late.to_string(), weight.silent.to_string());
    let args = [
        ("worth", worth.as_str()),
        ("late", late.as_str()),
        ("silent", silent.as_str()),
        ("score", &number(weight.score())),
    ];
    let key = if weight.late + weight.silent == 0 { "day.why.due_today" } else { "day.why.reckoned" };
    tr(key, &args)
}

/// Later today or tomorrow: the reminder moves, the day stays.
#[component]
fn Snooze(body: Arc<RecordBody>, open: RwSignal<bool>) -> impl IntoView {
    let buttons = snooze_choices(now(), &zone(), &ZONES).into_iter().map(|(choice, until)| {
        let body = body.clone();
        let press = move |()| {
            open.set(false);
            snooze(&body, until);
        };
        view! { <Button label=t(snooze_key(choice)) on_press=press /> }
    });
    view! {
        <fieldset class="field">
            <legend class="field-label">{t("day.snooze")}</legend>
            <div class="day-snooze">{buttons.collect_view()}</div>
        </fieldset>
    }
}

fn snooze(body: &RecordBody, until: Instant) {
    let action = Action::Snooze { entity: body.entity.clone(), record: body.id, until };
    let local = local_text(&zone(), until);
    let day = local.get(..10).and_then(Date::parse).map(day_text).unwrap_or_default();
    let when = format!("{day} {}", local.get(11..).unwrap_or_default());
    let note = note(body, say("today.snoozed.until", &[("when", &when)]));
    outbox::submit_soon(outbox::command(vec![action]), note, vec![body.clone()]);
}
