//! Which ways lead from stage to stage: on a phone a list for each stage, on wider screens a matrix; each way opens its
//! sheet. Whatever has no rule of its own is free.

use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use domain::schema::{Edge, Pipeline};
use leptos::prelude::*;

use super::checklist::{Checklist, Points};
use super::define::{define, submit};
use super::effects::Effects;
use super::stage_facts::FieldChips;
use crate::components::{
    Button, ButtonKind, ButtonRow, CheckChips, Choice, Field, FormProblem, Sheet, Switch, icon, icons, media,
    tick,
};
use crate::i18n::{label, t, tr};
use crate::pages::more::Problems;
use crate::state::session::{schema, schema_now};

/// From this width on a matrix can be read.
const WIDE: &str = "(min-width: 48rem)";

/// Where from, which is `None` for another pipeline, and where to.
type Way = (Option<String>, String);

#[component]
pub fn Ways(id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    let pipeline = Memo::new(move |_| id.with_value(|id| schema().pipeline(id).cloned()));
    let open = RwSignal::new(false);
    let edited = RwSignal::new(None::<Way>);
    let wide = media(WIDE);
    let title = move || match edited.get() {
        Some((from, to)) => pipeline
            .with(|pipeline| pipeline.as_ref().map(|pipeline| way_name(pipeline, from.as_deref(), &to))),
        None => Some(tr("ways.title", &[])),
    };
    let content = move || {
        if let Some(way) = edited.get() {
            // What is being written stays when somebody else changes the pipeline.
            let pipeline = pipeline.get_untracked()?;
            return Some(view! { <OneWay pipeline way edited /> }.into_any());
        }
        let pipeline = pipeline.get()?;
        Some(if wide.get() {
            view! { <Matrix pipeline edited /> }.into_any()
        } else {
            view! { <PerStage pipeline edited /> }.into_any()
        })
    };
    let begin = move |()| {
        edited.set(None);
        open.set(true);
    };
    view! {
        <div class="btn-row">
            <Button label=t("ways.title") kind=ButtonKind::Quiet drawing=icons::MOVE on_press=begin />
        </div>
        <Sheet open title=move || title().unwrap_or_default() close=t("action.close")>
            {content}
        </Sheet>
    }
}

fn stage_label(pipeline: &Pipeline, id: Option<&str>) -> String {
    match id {
        Some(id) => pipeline.stage(id).map(|stage| label(&stage.label)).unwrap_or_default(),
        None => tr("ways.elsewhere", &[]),
    }
}

fn way_name(pipeline: &Pipeline, from: Option<&str>, to: &str) -> String {
    tr("ways.way", &[("from", &stage_label(pipeline, from)), ("to", &stage_label(pipeline, Some(to)))])
}

/// What holds for a way, in a few words.
fn told(edge: Option<&Edge>) -> String {
    let Some(edge) = edge else { return tr("ways.free", &[]) };
    if edge.closed {
        return tr("ways.closed", &[]);
    }
    let parts = [
        (!edge.roles.is_empty()).then_some("ways.for_some"),
        (!edge.required.is_empty()).then_some("ways.asks"),
        edge.note.then_some("ways.noted"),
        (!edge.checks.is_empty()).then_some("ways.checked"),
    ];
    parts.into_iter().flatten().map(|key| tr(key, &[])).collect::<Vec<_>>().join(" · ")
}

/// Every place that something may come from.
fn sources(pipeline: &Pipeline) -> Vec<Option<String>> {
    let stages = pipeline.stages.iter().map(|stage| Some(stage.id.clone()));
    let several = schema().pipelines_of(&pipeline.entity).count() > 1;
    stages.chain(several.then_some(None)).collect()
}

#[component]
fn PerStage(pipeline: Pipeline, edited: RwSignal<Option<Way>>) -> impl IntoView {
    let one = |from: Option<String>| {
        let name = tr("ways.from", &[("stage", &stage_label(&pipeline, from.as_deref()))]);
        let targets = pipeline.stages.iter().filter(|stage| from.as_ref() != Some(&stage.id));
        let row = |to: &domain::schema::Stage| {
            let way = (from.clone(), to.id.clone());
            let said = told(pipeline.edge(from.as_deref(), &to.id));
            view! { <ButtonRow title=label(&to.label) sub=said on_press=move |()| edited.set(Some(way.clone())) /> }
        };
        let rows = targets.map(row).collect_view();
        view! {
            <details class="form-more">
                <summary>{name} {icon(icons::CHEVRON_DOWN)}</summary>
                <div class="group">{rows}</div>
            </details>
        }
    };
    let all = sources(&pipeline).into_iter().map(one).collect_view();
    view! {
        <div class="stack">
            <p class="field-help">{t("ways.help")}</p>
            {all}
        </div>
    }
}

#[component]
fn Matrix(pipeline: Pipeline, edited: RwSignal<Option<Way>>) -> impl IntoView {
    let heads = pipeline
        .stages
        .iter()
        .map(|stage| view! { <th scope="col">{label(&stage.label)}</th> })
        .collect_view();
    let row = |from: Option<String>| {
        let name = stage_label(&pipeline, from.as_deref());
        let cell = |to: &domain::schema::Stage| {
            if from.as_ref() == Some(&to.id) {
                return view! { <td></td> }.into_any();
            }
            let edge = pipeline.edge(from.as_deref(), &to.id);
            let drawing = match edge {
                None => icons::CHECK,
                Some(edge) if edge.closed => icons::CLOSE,
                Some(_) => icons::ALERT,
            };
            let state = match edge {
                None => "free",
                Some(edge) if edge.closed => "closed",
                Some(_) => "asks",
            };
            let said = format!("{}: {}", way_name(&pipeline, from.as_deref(), &to.id), told(edge));
            let way = (from.clone(), to.id.clone());
            view! {
                <td>
                    <button
                        type="button"
                        class="icon-btn way"
                        data-state=state
                        aria-label=said
                        on:click=move |_| edited.set(Some(way.clone()))
                    >
                        {icon(drawing)}
                    </button>
                </td>
            }
            .into_any()
        };
        let cells = pipeline.stages.iter().map(cell).collect_view();
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells}
            </tr>
        }
    };
    let rows = sources(&pipeline).into_iter().map(row).collect_view();
    view! {
        <div class="stack">
            <p class="field-help">{t("ways.help")}</p>
            <div class="ways">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t("ways.from_to")}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

#[component]
fn OneWay(pipeline: Pipeline, way: Way, edited: RwSignal<Option<Way>>) -> impl IntoView {
    let (from, to) = way;
    let known = pipeline.edge(from.as_deref(), &to).cloned().unwrap_or_default();
    let closed = RwSignal::new(known.closed);
    let note = RwSignal::new(known.note);
    let points = Points::of(&known.checks);
    let (roles, required) = (RwSignal::new(known.roles), RwSignal::new(known.required));
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let entity = pipeline.entity.clone();
    let pipeline = StoredValue::new(pipeline.id);
    let way = StoredValue::new((from, to));
    // On top of what holds now, so that what a colleague has just set stays.
    let change = move || {
        let (from, to) = way.get_value();
        let now = schema_now();
        let id = pipeline.get_value();
        let mut edges = now.pipeline(&id).map(|pipeline| pipeline.edges.clone()).unwrap_or_default();
        edges.retain(|edge| edge.from != from || edge.to != to);
        let edge = Edge {
            from,
            to,
            closed: closed.get(),
            roles: roles.get(),
            required: required.get(),
            note: note.get(),
            checks: points.checks(),
        };
        if !edge.is_free() {
            edges.push(edge);
        }
        DefinitionChange::SetEdges { pipeline: id, edges }
    };
    let meant = Memo::new(move |_| effects(&schema(), &change()));
    let choices = Signal::derive(|| {
        let schema = schema();
        schema.roles.iter().map(|role| Choice::new(role.id.clone(), label(&role.label))).collect::<Vec<_>>()
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submit(pending, problems, define(untrack(change)), move || {
            edited.try_set(None);
        });
    };
    view! {
        <form class="form" novalidate on:submit=save>
            <Switch
                label=t("ways.open")
                help=t("ways.open.help")
                value=Signal::derive(move || !closed.get())
                on_change=move |on: bool| closed.set(!on)
            />
            <Show when=move || !closed.get()>
                <Field label=t("ways.roles") help=t("ways.roles.help") problem=problems.at("roles")>
                    <CheckChips label=t("ways.roles") choices chosen=roles on_change=move |(id, on)| tick(roles, id, on) />
                </Field>
                <FieldChips entity=entity.clone() title=t("ways.required") help=t("ways.required.help") chosen=required />
                <Checklist points problems />
                <Switch label=t("ways.note") help=t("ways.note.help") value=note on_change=move |on| note.set(on) />
            </Show>
            <Effects effects=meant />
            <FormProblem problem=problems.rest(&["roles", "checks"]) />
            <div class="btn-row btn-row-end">
                <Button label=t("action.back") on_press=move |()| edited.set(None) />
                <Button label=t("action.save") kind=ButtonKind::Primary submit=true pending />
            </div>
        </form>
    }
}
