//! Moving a record on, from wherever that is begun: where to, and what the process still asks for. What it lets through
//! goes at once; otherwise a sheet has the missing fields and nothing else, or says why not and who may.

mod park;
mod steps;

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::message::Problem;
use domain::process::{self, Decision};
use domain::record::Values;
use domain::schema::{Entity, Pipeline, Schema, Stage, Step};
use domain::time::Date;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use self::park::{Park, Parking};
use self::steps::Steps;
use super::form::{Form, focus_first_problem};
use crate::components::{
    Button, ButtonKind, ButtonRow, CheckChips, Choice, Field, FormProblem, Sheet, TextArea, icon, icons,
    show_in_middle, tick,
};
use crate::fields;
use crate::i18n::{label, problem_text, say, t, tr};
use crate::pages::open_while;
use crate::state::foresee::to_record;
use crate::state::outbox::{self, Note};
use crate::state::session::{own_teams, role, schema, schema_now, today};
use crate::state::{Moving, app};

/// Where a record is to go.
#[derive(Clone, Debug, PartialEq)]
struct Wish {
    body: RecordBody,
    to: String,
    rank: Option<String>,
    /// What else changes, whatever the process says of the move.
    also: Wire,
}

/// What goes along with a move.
#[derive(Clone, Debug, Default)]
struct Beside {
    values: Wire,
    note: String,
    exception: String,
    days: BTreeMap<String, Date>,
    checked: Vec<String>,
}

fn stage_of(body: &RecordBody) -> &str {
    body.values.get("stage").and_then(Json::as_str).unwrap_or_default()
}

/// The same decision as the Worker's, on what is known here. Nothing where the definitions or the role are not.
fn decide(schema: &Schema, wish: &Wish, beside: &Beside) -> Option<Decision> {
    let entity = schema.entity(&wish.body.entity)?;
    let role = role()?;
    let mut values: Values = to_record(schema, &wish.body).values;
    let filled = RecordBody { values: beside.values.clone(), ..wish.body.clone() };
    values.extend(to_record(schema, &filled).values);
    let to = schema.stage_of(&entity.id, &wish.to)?;
    let teams = own_teams();
    Some(process::decide(
        schema,
        &process::Move {
            entity,
            from: stage_of(&wish.body),
            to,
            role: &role,
            values: &values,
            note: &beside.note,
            exception: &beside.exception,
            checked: &beside.checked,
            teams: teams.as_ref(),
        },
    ))
}

/// Whether whoever moves says when something is due.
fn asks_days(wish: &Wish) -> bool {
    let schema = schema_now();
    let stage = schema.stage(&wish.to);
    stage.is_some_and(|stage| process::asks_days(stage_of(&wish.body), stage).next().is_some())
}

/// The command that moves, as the outbox takes it. A stage that has become too full asks what could wait.
async fn send(wish: Wish, beside: Beside, parking: Parking) -> Result<(), Vec<Problem>> {
    let (body, schema) = (wish.body, schema_now());
    let (moved, target) = (body.clone(), wish.to.clone());
    // A lane that is another's hands it over.
    let before = fields::reference(&body, "owner");
    let owner = match wish.also.get("owner") {
        Some(owner) => owner.as_str().and_then(|id| id.parse().ok()),
        None => before,
    };
    let from = stage_of(&body).to_owned();
    let stage = schema.stage(&wish.to).filter(|stage| stage.id != from);
    let toast = stage.map(|stage| say("board.moved.toast", &[("stage", &untrack(|| label(&stage.label)))]));
    let note = Note {
        key: "outbox.item.move".to_owned(),
        entity: body.entity.clone(),
        name: untrack(|| fields::title(&schema, &body)),
        toast,
        record: Some((body.entity.clone(), body.id)),
    };
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut actions = vec![Action::MoveStage {
        entity: body.entity.clone(),
        record: body.id,
        from,
        to: wish.to,
        rank: wish.rank,
        values: beside.values,
        note: said(beside.note),
        exception: said(beside.exception),
        days: beside.days.into_iter().map(|(step, day)| (step, Json::from(day.to_string()))).collect(),
        checked: beside.checked,
    }];
    if !wish.also.is_empty() {
        let before = |id: &String| (id.clone(), body.values.get(id).cloned().unwrap_or(Json::Null));
        actions.push(Action::Update {
            entity: body.entity.clone(),
            record: body.id,
            base_version: body.version,
            old: wish.also.keys().map(before).collect(),
            values: wish.also,
        });
    }
    let command = outbox::submit(outbox::command(actions), note, vec![body]).await?;
    if let Some(owner) = owner
        && (stage_of(&moved) != target || Some(owner) != before)
    {
        spawn_local(parking.look(command, moved, owner, target));
    }
    Ok(())
}

/// Opened by `app().moving` from anywhere.
#[component]
pub fn MovingSheet() -> impl IntoView {
    let moving = app().moving;
    let parking = Parking::default();
    provide_context(parking);
    let choosing = RwSignal::new(None::<RecordBody>);
    let asked = RwSignal::new(None::<Wish>);
    let begin = move |wish: Wish| {
        let decision = untrack(|| decide(&schema_now(), &wish, &Beside::default()));
        match decision {
            Some(Decision::Missing(_) | Decision::Forbidden(_)) => asked.set(Some(wish)),
            Some(Decision::Allowed) if asks_days(&wish) => asked.set(Some(wish)),
            Some(Decision::Allowed) | None => {
                let entity = wish.body.entity.clone();
                spawn_local(async move {
                    if let Err(problems) = send(wish, Beside::default(), parking).await {
                        outbox::say_problems(&problems, &entity);
                    }
                });
            }
        }
    };
    Effect::new(move |_| {
        let Some(next) = moving.get() else { return };
        moving.set(None);
        match next {
            Moving::Choose(body) => choosing.set(Some(*body)),
            Moving::To { body, to, rank, also } => begin(Wish { body: *body, to, rank, also }),
        }
    });
    let choose = move |to: String| {
        let Some(body) = choosing.get_untracked() else { return };
        choosing.set(None);
        if stage_of(&body) != to {
            begin(Wish { body, to, rank: None, also: Wire::new() });
        }
    };
    let (choice_open, asked_open) = (open_while(choosing), open_while(asked));
    let title = move || {
        let stage = asked.with(|asked| {
            let schema = schema();
            asked.as_ref().and_then(|wish| Some(label(&schema.stage(&wish.to)?.label)))
        });
        tr("process.move_to", &[("stage", &stage.unwrap_or_default())])
    };
    view! {
        <Sheet open=choice_open title=t("board.move.title") close=t("action.close")>
            {move || choosing.get().map(|body| view! { <Choose body on_choose=choose /> })}
        </Sheet>
        <Sheet open=asked_open title close=t("action.close")>
            {move || asked.get().map(|wish| view! { <Ask wish on_done=move |()| asked.set(None) /> })}
        </Sheet>
        <Park parking />
    }
}

/// The stages of its pipeline, and the way into another one.
#[component]
fn Choose(body: RecordBody, #[prop(into)] on_choose: Callback<String>) -> impl IntoView {
    let current = stage_of(&body).to_owned();
    let now = schema_now();
    let own = now.stage_of(&body.entity, &current).map(|(pipeline, _)| pipeline.id.clone());
    let own = own.or_else(|| now.pipelines_of(&body.entity).next().map(|pipeline| pipeline.id.clone()));
    let own = own.unwrap_or_default();
    let teams = own_teams();
    let product = crate::fields::reference(&body, "product");
    let others = process::offered(&now, &body.entity, teams.as_ref(), product).into_iter();
    let others: Vec<Pipeline> = others.filter(|pipeline| pipeline.id != own).cloned().collect();
    let shown = RwSignal::new(own.clone());
    let body = StoredValue::new(body);
    let current = StoredValue::new(current);
    let stages = move || {
        let schema = schema();
        let pipeline = schema.pipeline(&shown.get())?;
        let like = current.with_value(|current| process::counterpart(&schema, current, pipeline));
        let like = like.map(|stage| stage.id.clone());
        let row = |stage: &Stage| {
            let wish = Wish { body: body.get_value(), to: stage.id.clone(), rank: None, also: Wire::new() };
            let closed = matches!(decide(&schema, &wish, &Beside::default()), Some(Decision::Forbidden(_)));
            let here = like.as_ref() == Some(&stage.id);
            let (name, id) = (stage.label.clone(), stage.id.clone());
            let go = move |()| on_choose.run(id.clone());
            let name = move || label(&name);
            if closed {
                view! { <ButtonRow title=name sub=t("process.not_open") chosen=Signal::stored(here) on_press=go /> }
                    .into_any()
            } else {
                view! { <ButtonRow title=name chosen=Signal::stored(here) on_press=go /> }.into_any()
            }
        };
        Some(pipeline.stages.iter().map(row).collect_view())
    };
    let elsewhere = StoredValue::new(others);
    let rows = move || {
        let row = |pipeline: Pipeline| {
            let id = pipeline.id.clone();
            let sub = move || {
                let stage = current.with_value(|from| {
                    process::counterpart(&schema(), from, &pipeline).map(|stage| label(&stage.label))
                });
                tr("process.counterpart", &[("stage", &stage.unwrap_or_default())])
            };
            let name = schema().pipeline(&id).map(|pipeline| label(&pipeline.label)).unwrap_or_default();
            view! {
                <ButtonRow title=name sub on_press=move |()| shown.set(id.clone())>
                    <span class="row-icon">{icon(icons::PIPELINE)}</span>
                </ButtonRow>
            }
        };
        elsewhere.get_value().into_iter().map(row).collect_view()
    };
    let at_home = Memo::new(move |_| shown.with(|shown| *shown == own));
    let name = move || schema().pipeline(&shown.get()).map(|pipeline| label(&pipeline.label));
    // Among many stages the one it stands in may be far down.
    let rows_of_stages = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        shown.track();
        if let Some(rows) = rows_of_stages.get() {
            request_animation_frame(move || show_current(&rows));
        }
    });
    view! {
        <div class="stack">
            <Show when=move || !at_home.get()>
                <p class="group-title">{name}</p>
            </Show>
            <div class="group" node_ref=rows_of_stages>{stages}</div>
            <Show when=move || at_home.get() && elsewhere.with_value(|others| !others.is_empty())>
                <section>
                    <h3 class="group-title">{t("process.other_pipeline")}</h3>
                    <div class="group">{rows}</div>
                </section>
            </Show>
        </div>
    }
}

fn show_current(rows: &web_sys::Element) {
    if let Some(row) = rows.query_selector("[aria-pressed]").ok().flatten() {
        show_in_middle(&row);
    }
}

/// What the process has to say about a move.
#[component]
fn Ask(wish: Wish, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let decision = untrack(|| decide(&schema_now(), &wish, &Beside::default()));
    match decision {
        Some(Decision::Missing(missing)) => view! { <Fill wish missing on_done /> }.into_any(),
        Some(Decision::Forbidden(barrier)) => {
            let problem = barrier.problem();
            let stage = schema_now().stage(&wish.to).cloned();
            let steps = stage.map(|stage| stage.steps).unwrap_or_default();
            let days = RwSignal::new(BTreeMap::new());
            view! {
                <div class="stack">
                    <p class="notice" role="status">
                        {icon(icons::ALERT)} <span>{move || problem_text(&problem)}</span>
                    </p>
                    <Exception wish steps days on_done />
                </div>
            }
            .into_any()
        }
        // Nothing is missing, and something is asked all the same.
        Some(Decision::Allowed) => {
            view! { <Fill wish missing=process::Missing::default() on_done /> }.into_any()
        }
        None => ().into_any(),
    }
}

fn may_except() -> bool {
    role().is_some_and(|role| role.may(Permission::OverrideProcess))
}

/// For those who may: past the process, with a reason.
#[component]
fn Exception(
    wish: Wish,
    /// What is done in the stage, where nobody has told it yet.
    steps: Vec<Step>,
    days: RwSignal<BTreeMap<String, Date>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let pending = RwSignal::new(false);
    let parking = use_context::<Parking>().unwrap_or_default();
    let wish = StoredValue::new(wish);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // A second command would come from a stage that the first has left.
        if pending.get_untracked() {
            return;
        }
        let exception = reason.get_untracked();
        if exception.trim().is_empty() {
            problem.set(Some(untrack(|| tr("problem.required", &[]))));
            return focus_first_problem();
        }
        pending.set(true);
        let wish = wish.get_value();
        spawn_local(async move {
            let beside = Beside { exception, days: days.get_untracked(), ..Beside::default() };
            let outcome = send(wish, beside, parking).await;
            pending.try_set(false);
            match outcome {
                Ok(()) => {
                    on_done.try_run(());
                }
                Err(found) => {
                    problem.try_set(found.first().map(|found| untrack(|| problem_text(found))));
                }
            }
        });
    };
    view! {
        <Show
            when=may_except
            fallback=move || view! { <Button label=t("action.close") block=true on_press=move |()| on_done.run(()) /> }
        >
            <form class="form" novalidate on:submit=submit>
                <Field label=t("process.exception") help=t("process.exception.help") required=true problem>
                    <TextArea value=reason />
                </Field>
                <Steps steps=steps.clone() days />
                <Button label=t("process.exception.move") kind=ButtonKind::Primary submit=true block=true pending />
            </form>
        </Show>
    }
}

/// The definition with these fields only, in this order; the first ones have to be filled in.
pub(super) fn only(definition: &Entity, required: &[String], further: &[String]) -> Entity {
    let mut entity = definition.clone();
    let wanted: Vec<&String> = required.iter().chain(further).collect();
    entity.fields.retain(|field| wanted.contains(&&field.id));
    for field in &mut entity.fields {
        field.required = required.contains(&field.id);
    }
    entity.layout = wanted.into_iter().cloned().collect();
    entity
}

/// The fields that a move still needs, what may be said beside them, and what is to be done afterwards.
#[component]
fn Fill(wish: Wish, missing: process::Missing, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let schema = schema_now();
    let (Some(definition), Some(stage)) =
        (schema.entity(&wish.body.entity).cloned(), schema.stage(&wish.to).cloned())
    else {
        return ().into_any();
    };
    let explained: Vec<(String, &'static str)> = missing
        .fields
        .iter()
        .filter_map(|field| Some((field.clone(), process::explanation_of(&definition, field)?)))
        .filter(|(_, by)| !missing.fields.iter().any(|field| field == by))
        .collect();
    let is_open = |id: &String| {
        let hidden = role().is_some_and(|role| role.hides(&definition.id, id));
        let empty = wish.body.values.get(id).is_none_or(Json::is_null);
        !hidden && empty && !missing.fields.contains(id)
    };
    let asked: Vec<String> = untrack(|| stage.asked.iter().filter(|id| is_open(id)).cloned().collect());
    let further: Vec<String> =
        explained.iter().map(|(_, by)| (*by).to_owned()).chain(asked.iter().cloned()).collect();
    let mut initial = Wire::new();
    if missing.fields.iter().any(|field| field == "close_date") {
        // Most are closed on the day they are.
        initial.insert("close_date".to_owned(), Json::from(today().to_string()));
    }
    let form = Form::new(&only(&definition, &missing.fields, &further), &initial);
    let note = RwSignal::new(String::new());
    let note_problem = RwSignal::new(None::<String>);
    let (checked, check_problem) = (RwSignal::new(Vec::<String>::new()), RwSignal::new(None::<String>));
    let parking = use_context::<Parking>().unwrap_or_default();
    let days = RwSignal::new(BTreeMap::<String, Date>::new());
    let pending = form.pending;
    let save = {
        let (form, wish) = (form.clone(), wish.clone());
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if pending.get_untracked() {
                return;
            }
            note_problem.set(None);
            check_problem.set(None);
            let sound = form.is_sound();
            let mut values = form.wire();
            values.retain(|_, value| !value.is_null());
            let beside = Beside {
                values,
                note: note.get_untracked(),
                days: days.get_untracked(),
                checked: checked.get_untracked(),
                ..Beside::default()
            };
            let decision = untrack(|| decide(&schema_now(), &wish, &beside));
            if let Some(Decision::Missing(missing)) = decision {
                let required = |open: bool| open.then(|| untrack(|| tr("problem.required", &[])));
                note_problem.set(required(missing.note));
                check_problem.set(required(!missing.checks.is_empty()));
                let mut at_fields = missing.problems();
                at_fields.retain(|problem| {
                    !matches!(problem.field.as_deref(), Some(process::NOTE | process::CHECKED))
                });
                return form.refuse(None, at_fields);
            }
            if !sound {
                return focus_first_problem();
            }
            pending.set(true);
            let (form, wish) = (form.clone(), wish.clone());
            spawn_local(async move {
                let outcome = send(wish, beside, parking).await;
                pending.try_set(false);
                match outcome {
                    Ok(()) => {
                        on_done.try_run(());
                    }
                    Err(found) => form.refuse(None, found),
                }
            });
        }
    };
    let row = |id: &String| form.definition.field(id).map(|field| form.row(field));
    let required = missing.fields.iter().filter_map(row).collect_view();
    let explaining = explained
        .into_iter()
        .map(|(field, by)| {
            let (form, known) = (form.clone(), definition.clone());
            let told = form.clone();
            let shown = Memo::new(move |_| {
                process::explanation(&known, &field, told.value(&field).as_str()).is_some()
            });
            let row = form.definition.field(by).cloned();
            move || row.clone().filter(|_| shown.get()).map(|field| form.row(&field))
        })
        .collect_view();
    let optional = asked.iter().filter_map(row).collect_view();
    let points: Vec<Choice> = missing
        .checks
        .iter()
        .map(|check| {
            let name = check.label.clone();
            Choice::new(check.id.clone(), move || label(&name))
        })
        .collect();
    let checklist = (!points.is_empty()).then(|| {
        let choices = Signal::stored(points);
        view! {
            <Field label=t("process.checks") help=t("process.checks.help") required=true problem=check_problem>
                <CheckChips label=t("process.checks") choices chosen=checked on_change=move |(id, on)| tick(checked, id, on) />
            </Field>
        }
    });
    let summary = form.summary();
    let except = wish.clone();
    view! {
        <div class="stack">
            <form class="form" novalidate on:submit=save>
                <FormProblem problem=summary />
                {required}
                {explaining}
                {optional}
                {checklist}
                {missing
                    .note
                    .then(|| {
                        view! {
                            <Field label=t("process.note") required=true problem=note_problem>
                                <TextArea value=note />
                            </Field>
                        }
                    })}
                <Steps steps=stage.steps.clone() days />
                <div class="sheet-submit">
                    <Button label=t("process.move") kind=ButtonKind::Primary submit=true block=true pending />
                </div>
            </form>
            <Show when=may_except>
                <details class="form-more">
                    <summary>{t("process.exception.make")} {icon(icons::CHEVRON_DOWN)}</summary>
                    <Exception wish=except.clone() steps=Vec::new() days on_done />
                </details>
            </Show>
        </div>
    }
    .into_any()
}
