//! The ways records go: several pipelines, each with its stages.

use std::collections::BTreeMap;

use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Edge, Pipeline, Schema, Stage};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Guarded;
use super::arrange::Arrange;
use super::audience::Audience;
use super::define::{define, submit};
use super::naming::{Naming, NamingFields, RenameForm, definition_id};
use super::removing::RemoveStages;
use super::stages::Stages;
use super::ways::Ways;
use crate::components::{
    Badge, Button, ButtonKind, Choice, Field, FormProblem, IconButton, Select, Sheet, Tone, icons, mark_page,
};
use crate::i18n::{label, problems_text, t, tr};
use crate::pages::Page;
use crate::pages::more::Problems;
use crate::routes;
use crate::state::session::{schema, schema_now};

/// Kinds of record that go through stages.
fn staged(schema: &Schema) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for pipeline in &schema.pipelines {
        if !kinds.contains(&pipeline.entity) {
            kinds.push(pipeline.entity.clone());
        }
    }
    kinds
}

#[component]
pub fn Pipelines() -> impl IntoView {
    mark_page("no-add", || true);
    let kinds = Memo::new(|_| staged(&schema()));
    view! {
        <Page title=t("settings.pipelines") back=routes::MORE>
            <Guarded>
                <div class="stack stack-loose">
                    <p class="field-help">{t("pipelines.lead")}</p>
                    <For each=move || kinds.get() key=String::clone children=|entity| view! { <OfEntity entity /> } />
                </div>
            </Guarded>
        </Page>
    }
}

#[component]
fn OfEntity(entity: String) -> impl IntoView {
    let entity = StoredValue::new(entity);
    let ids = Memo::new(move |_| {
        entity.with_value(|entity| {
            schema().pipelines_of(entity).map(|pipeline| pipeline.id.clone()).collect::<Vec<_>>()
        })
    });
    let (adding, arranging) = (RwSignal::new(false), RwSignal::new(false));
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let items = Signal::derive(move || {
        entity.with_value(|entity| {
            let schema = schema();
            schema
                .pipelines_of(entity)
                .map(|pipeline| (pipeline.id.clone(), label(&pipeline.label)))
                .collect::<Vec<_>>()
        })
    });
    let save_order = move |order: Vec<String>| {
        if ids.with_untracked(|ids| *ids == order) {
            arranging.set(false);
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let outcome =
                define(DefinitionChange::ArrangePipelines { entity: entity.get_value(), order }).await;
            pending.try_set(false);
            problem.try_set(outcome.as_ref().err().map(|problems| untrack(|| problems_text(problems, ""))));
            arranging.try_set(outcome.is_err());
        });
    };
    let first = move |id: &str| ids.with(|ids| ids.first().is_some_and(|first| first == id));
    let alone = Signal::derive(move || ids.with(|ids| ids.len() < 2));
    let one = move |id: String| {
        let own = id.clone();
        view! { <OnePipeline id first=Signal::derive(move || first(&own)) alone /> }
    };
    view! {
        <Show
            when=move || arranging.get()
            fallback=move || view! { <For each=move || ids.get() key=String::clone children=one /> }
        >
            <Arrange items pending problem on_save=save_order on_cancel=move |()| arranging.set(false) />
        </Show>
        <Show when=move || !arranging.get()>
            <div class="btn-row">
                <Button label=t("pipelines.add") kind=ButtonKind::Primary drawing=icons::ADD on_press=move |()| adding.set(true) />
                <Show when=move || !alone.get()>
                    <Button label=t("definition.order") drawing=icons::SORT on_press=move |()| arranging.set(true) />
                </Show>
            </div>
        </Show>
        <Sheet open=adding title=t("pipelines.add") close=t("action.close")>
            <NewPipeline entity=entity.get_value() open=adding />
        </Sheet>
    }
}

#[component]
fn OnePipeline(id: String, first: Signal<bool>, alone: Signal<bool>) -> impl IntoView {
    let id = StoredValue::new(id);
    let known = Memo::new(move |_| id.with_value(|id| schema().pipeline(id).cloned()));
    let name =
        move || known.with(|known| known.as_ref().map(|pipeline| label(&pipeline.label)).unwrap_or_default());
    let begins = move || {
        let schema = schema();
        let plural = known.with(|known| {
            let entity = schema.entity(&known.as_ref()?.entity)?;
            Some(label(&entity.plural))
        });
        tr("pipelines.first", &[("entity", &plural.unwrap_or_default())])
    };
    let (renaming, removing) = (RwSignal::new(false), RwSignal::new(false));
    let stages = move || known.get_untracked().map(|pipeline| pipeline.stages).unwrap_or_default();
    view! {
        <section>
            <div class="define-head">
                <h2 class="group-title">{name}</h2>
                <Show when=move || first.get() && !alone.get()>
                    <Badge label=begins tone=Tone::Accent />
                </Show>
                <IconButton
                    label=move || tr("pipelines.rename", &[("name", &name())])
                    drawing=icons::EDIT
                    on_press=move |()| renaming.set(true)
                />
                <Show when=move || !alone.get()>
                    <IconButton
                        label=move || tr("pipelines.remove_named", &[("name", &name())])
                        drawing=icons::DELETE
                        on_press=move |()| removing.set(true)
                    />
                </Show>
            </div>
            <Stages id=id.get_value() />
            <Ways id=id.get_value() />
            <Audience id=id.get_value() />
        </section>
        <Sheet open=renaming title=t("action.rename") close=t("action.close")>
            {move || known.get_untracked().map(|pipeline| view! { <Rename pipeline open=renaming /> })}
        </Sheet>
        <Sheet open=removing title=t("pipelines.remove") close=t("action.close")>
            <RemoveStages pipeline=id.get_value() gone=stages() rest=Vec::new() on_stay=move |()| removing.set(false) open=removing />
        </Sheet>
    }
}

#[component]
fn Rename(pipeline: Pipeline, open: RwSignal<bool>) -> impl IntoView {
    let naming = Naming::of(Some(&pipeline.label));
    let id = pipeline.id;
    let change = move || DefinitionChange::RenamePipeline { pipeline: id.clone(), label: naming.label() };
    view! { <RenameForm naming problems=Problems::none() open places=&["label"] change /> }
}

/// In the place of a pipeline whose stages are taken over.
const NONE: &str = "none";

/// A new pipeline begins with the stages of another one, which are renamed faster than invented, or with none.
#[component]
fn NewPipeline(entity: String, open: RwSignal<bool>) -> impl IntoView {
    let naming = Naming::of(None);
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let now = schema_now();
    let models: Vec<Choice> = now
        .pipelines_of(&entity)
        .map(|pipeline| {
            let name = pipeline.label.clone();
            Choice::new(pipeline.id.clone(), move || label(&name))
        })
        .chain([Choice::new(NONE, t("pipelines.like.none"))])
        .collect();
    let model = RwSignal::new(models.first().map(|choice| choice.value.clone()).unwrap_or_default());
    let entity = StoredValue::new(entity);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen = model.get_untracked();
        let like = schema_now().pipeline(&chosen).cloned();
        if like.is_none() && chosen != NONE {
            problems.0.set(vec![Problem::on("like", "problem.definition.unknown_pipeline")]);
            return;
        }
        let (stages, edges) = like.map(|like| (like.stages, like.edges)).unwrap_or_default();
        // Its ways are those of the other one, between the new stages.
        let ids: BTreeMap<String, String> =
            stages.iter().map(|stage| (stage.id.clone(), definition_id("s"))).collect();
        let new = |id: &String| ids.get(id).cloned().unwrap_or_default();
        let stages = stages.iter().map(|stage| Stage { id: new(&stage.id), ..stage.clone() }).collect();
        let edges = edges.iter().map(|edge| Edge {
            from: edge.from.as_ref().map(new),
            to: new(&edge.to),
            ..edge.clone()
        });
        let pipeline = Pipeline {
            id: definition_id("p"),
            entity: entity.get_value(),
            label: untrack(|| naming.label()),
            stages,
            edges: edges.collect(),
            teams: Vec::new(),
            products: Vec::new(),
        };
        let change = DefinitionChange::AddPipeline { pipeline, at: None };
        submit(pending, problems, define(change), move || {
            open.try_set(false);
        });
    };
    view! {
        <form class="form" novalidate on:submit=add>
            <FormProblem problem=problems.rest(&["label", "like"]) />
            <NamingFields naming problems />
            <Field label=t("pipelines.like") help=t("pipelines.like.help") problem=problems.at("like")>
                <Select value=model choices=models on_choose=move |chosen| model.set(chosen) />
            </Field>
            <Button label=t("pipelines.add") kind=ButtonKind::Primary submit=true block=true pending />
        </form>
    }
}
