//! How a deal stands in its stage: days in it, days since contact, no next step, whether it rots; and letting it rest
//! until a day. On cards and in lists as icon and number, on the record's page in words.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::command::Action;
use domain::schema::{Entity, Schema};
use domain::signals::{
    Calendar, Facts, LAST_TOUCH, NEXT_TOUCH, PAUSE_REASON, PAUSED_UNTIL, ROTTING_READS, SINCE, Signals,
    has_signals, signals,
};
use domain::time::{Date, Instant};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::form::focus_first_problem;
use super::touch::NextChips;
use crate::components::{Button, ButtonKind, Field, FormProblem, Icon, Sheet, TextInput, Tone, icon, icons};
use crate::fields::{self, day_text};
use crate::i18n::{format, problem_text, say, t, tr};
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema, schema_now};
use crate::state::time;

/// Nothing where there is no open stage, or the reader may not see what it would be told by.
fn signals_of(schema: &Schema, body: &RecordBody) -> Option<Signals> {
    let entity = schema.entity(&body.entity).filter(|entity| has_signals(entity))?;
    let role = role()?;
    if ROTTING_READS.into_iter().chain([NEXT_TOUCH]).any(|field| role.hides(&entity.id, field)) {
        return None;
    }
    let text = |field: &str| body.values.get(field).and_then(Json::as_str);
    let (_, stage) = schema.stage_of(&entity.id, text("stage")?)?;
    let facts = Facts {
        since: text(SINCE).and_then(Instant::parse),
        last_touch: text(LAST_TOUCH).and_then(Instant::parse),
        has_next: body.values.get(NEXT_TOUCH).is_some_and(|next| !next.is_null()),
        paused_until: text(PAUSED_UNTIL).and_then(Date::parse),
    };
    signals(stage, &facts, &Calendar::of(&schema.workspace), time::now(), &time::ZONES)
}

/// One signal: a number for the eye, a sentence for everybody.
struct Told {
    drawings: Vec<Icon>,
    short: String,
    said: String,
    tone: Tone,
}

fn count(days: i64) -> String {
    format::number(days)
}

fn in_stage(found: &Signals) -> Option<Told> {
    let days = found.in_stage?;
    let expected = found.expected.map(|expected| count(i64::from(expected)));
    let number = count(days);
    let said = match &expected {
        None => tr("signal.in_stage", &[("count", &number)]),
        Some(expected) => {
            let key = if found.overstays() { "signal.in_stage.over" } else { "signal.in_stage.expected" };
            tr(key, &[("count", &number), ("expected", expected)])
        }
    };
    let short = expected.map_or(number.clone(), |expected| format!("{number}/{expected}"));
    let tone = if found.overstays() { Tone::Warning } else { Tone::Plain };
    Some(Told { drawings: vec![icons::CLOCK], short, said, tone })
}

fn contact(found: &Signals) -> Told {
    let said = match found.since_contact {
        Some(0) => tr("signal.contact.now", &[]),
        Some(days) => tr("signal.contact", &[("count", &count(days))]),
        None => tr("signal.contact.never", &[]),
    };
    let short = found.since_contact.map_or_else(|| "–".to_owned(), count);
    if found.rotting {
        let said = tr("signal.rotting", &[("contact", &said)]);
        return Told { drawings: vec![icons::ALERT, icons::TOUCH], short, said, tone: Tone::Danger };
    }
    Told { drawings: vec![icons::TOUCH], short, said, tone: Tone::Plain }
}

fn next_step(found: &Signals) -> Option<Told> {
    let said = found.no_next_step.then(|| tr("filter.quick.no_next_step", &[]))?;
    Some(Told { drawings: vec![icons::CALENDAR_OFF], short: String::new(), said, tone: Tone::Warning })
}

fn pause(found: &Signals, body: &RecordBody) -> Option<Told> {
    let day = found.paused_until.map(day_text)?;
    let reason = body.values.get(PAUSE_REASON).and_then(Json::as_str).unwrap_or_default();
    let said = tr("signal.paused", &[("day", &day), ("reason", reason)]);
    Some(Told { drawings: vec![icons::PAUSE], short: day, said, tone: Tone::Accent })
}

fn all(found: &Signals, body: &RecordBody) -> Vec<Told> {
    let told = [pause(found, body), in_stage(found), Some(contact(found)), next_step(found)];
    told.into_iter().flatten().collect()
}

fn small(told: Vec<Told>) -> AnyView {
    let one = |Told { drawings, short, said, tone }| {
        let title = said.clone();
        view! {
            <span class="badge signal" data-tone=tone.code() title=title>
                {drawings.into_iter().map(icon).collect_view()}
                <span aria-hidden="true">{short}</span>
                <span class="visually-hidden">{said}</span>
            </span>
        }
    };
    view! { <span class="signals numeric">{told.into_iter().map(one).collect_view()}</span> }.into_any()
}

/// The signals of a card, small; nothing for what has none.
pub fn card_signals(body: &RecordBody) -> AnyView {
    match signals_of(&schema(), body) {
        Some(found) => small(all(&found, body)),
        None => ().into_any(),
    }
}

/// Cells that count worked days, where a date alone would leave one counting.
pub fn cell(body: &RecordBody, field: &str) -> Option<AnyView> {
    if ![SINCE, LAST_TOUCH, NEXT_TOUCH].contains(&field) {
        return None;
    }
    let found = signals_of(&schema(), body)?;
    let told = match field {
        SINCE => in_stage(&found),
        LAST_TOUCH => Some(contact(&found)),
        _ => next_step(&found),
    };
    Some(small(vec![told?]))
}

/// On a record's page: every signal in words, and the pause.
#[component]
pub fn StageSignals(definition: Entity, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let pausing = RwSignal::new(false);
    let found = Memo::new(move |_| {
        let body = body.get()?;
        let found = signals_of(&schema(), &body)?;
        Some((found, body))
    });
    let lines = move || {
        let (found, body) = found.get()?;
        let line = |Told { drawings, said, tone, .. }: Told| {
            view! {
                <li class="signal-line" data-tone=tone.code()>
                    {drawings.into_iter().next().map(icon)}
                    <span>{said}</span>
                </li>
            }
        };
        Some(all(&found, &body).into_iter().map(line).collect_view())
    };
    let may = Memo::new(move |_| found.with(|found| found.as_ref().is_some_and(|(_, body)| body.may.update)));
    let rests = Memo::new(move |_| {
        found.with(|found| found.as_ref().is_some_and(|(found, _)| found.paused_until.is_some()))
    });
    let wake = move |()| {
        if let Some(body) = body.get_untracked() {
            let toast = say("pause.ended.toast", &[]);
            let (action, note) = (action_of(&body, None, None), note_of(&body, toast));
            outbox::submit_soon(outbox::command(vec![action]), note, vec![(*body).clone()]);
        }
    };
    has_signals(&definition).then(|| {
        view! {
            <Show when=move || found.with(Option::is_some)>
                <section class="card standing" aria-label=t("signal.title")>
                    <ul class="signal-lines">{lines}</ul>
                    <Show when=move || may.get()>
                        <div class="btn-row">
                            <Show when=move || rests.get()>
                                <Button label=t("pause.end") on_press=wake />
                            </Show>
                            <Button
                                label=move || tr(if rests.get() { "pause.change" } else { "pause.begin" }, &[])
                                drawing=icons::PAUSE
                                on_press=move |()| pausing.set(true)
                            />
                        </div>
                    </Show>
                </section>
            </Show>
            <Sheet open=pausing title=t("pause.title") close=t("action.close")>
                {move || {
                    body.get_untracked().map(|body| view! { <PauseForm body on_done=move |()| pausing.set(false) /> })
                }}
            </Sheet>
        }
    })
}

fn action_of(body: &RecordBody, until: Option<Date>, reason: Option<String>) -> Action {
    Action::Pause {
        entity: body.entity.clone(),
        record: body.id,
        old_until: body.values.get(PAUSED_UNTIL).cloned(),
        until: until.map(|day| Json::from(day.to_string())),
        reason,
    }
}

fn note_of(body: &RecordBody, toast: String) -> Note {
    Note {
        key: "outbox.item.update".to_owned(),
        entity: body.entity.clone(),
        name: untrack(|| fields::title(&schema_now(), body)),
        toast: Some(toast),
        record: Some((body.entity.clone(), body.id)),
    }
}

/// Until when, and why.
#[component]
fn PauseForm(body: Arc<RecordBody>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let day = RwSignal::new(None::<Date>);
    let known = body.values.get(PAUSE_REASON).and_then(Json::as_str).unwrap_or_default();
    let reason = RwSignal::new(known.to_owned());
    let (day_problem, reason_problem) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let pending = RwSignal::new(false);
    let required = || untrack(|| tr("problem.required", &[]));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let (until, said) = (day.get_untracked(), reason.get_untracked());
        day_problem.set(until.is_none().then(required));
        reason_problem.set(said.trim().is_empty().then(required));
        let Some(until) = until.filter(|_| !said.trim().is_empty()) else { return focus_first_problem() };
        pending.set(true);
        let toast = say("pause.toast", &[("day", &untrack(|| day_text(until)))]);
        let (action, note) = (action_of(&body, Some(until), Some(said)), note_of(&body, toast));
        let known = (*body).clone();
        spawn_local(async move {
            let answer = outbox::submit(outbox::command(vec![action]), note, vec![known]).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    on_done.try_run(());
                }
                Err(found) => {
                    for problem in found {
                        let place = if problem.field.as_deref() == Some(PAUSE_REASON) {
                            reason_problem
                        } else {
                            day_problem
                        };
                        place.try_set(Some(untrack(|| problem_text(&problem))));
                    }
                    focus_first_problem();
                }
            }
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="soft">{t("pause.help")}</p>
            <NextChips legend=t("pause.until") on_choose=move |chosen| day.set(chosen) />
            <FormProblem problem=day_problem />
            <Field label=t("pause.reason") required=true problem=reason_problem>
                <TextInput value=reason />
            </Field>
            <div class="sheet-submit">
                <Button label=t("pause.begin") kind=ButtonKind::Primary submit=true block=true pending />
            </div>
        </form>
    }
}
