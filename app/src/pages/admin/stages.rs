use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use domain::schema::{Label, Stage, StageStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::Lang;

use super::arrange::Arrange;
use super::define::{self, define};
use super::effects::{Effects, status_key};
use super::naming::{Naming, NamingFields, definition_id};
use super::removing::RemoveStages;
use super::stage_facts::{Facts, StageFacts};
use crate::components::{
    Badge, Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, TextInput, Tone, icons,
};
use crate::i18n::{label, problems_text, t, tr};
use crate::pages::more::Problems;
use crate::state::session::{schema, schema_now};

fn status_tone(status: StageStatus) -> Tone {
    match status {
        StageStatus::Open => Tone::Plain,
        StageStatus::Won => Tone::Success,
        StageStatus::Lost => Tone::Danger,
    }
}

/// The stages of one pipeline, in their order.
#[component]
pub fn Stages(id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    let stages = Memo::new(move |_| {
        let schema = schema();
        id.with_value(|id| schema.pipeline(id).map(|pipeline| pipeline.stages.clone()).unwrap_or_default())
    });
    let arranging = RwSignal::new(false);
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let edited = RwSignal::new(None::<String>);
    let items = Signal::derive(move || {
        stages.with(|stages| {
            stages.iter().map(|stage| (stage.id.clone(), label(&stage.label))).collect::<Vec<_>>()
        })
    });
    let save_order = move |order: Vec<String>| {
        let known = stages.get_untracked();
        if order.iter().eq(known.iter().map(|stage| &stage.id)) {
            arranging.set(false);
            return;
        }
        let stages: Vec<Stage> =
            order.iter().filter_map(|id| known.iter().find(|stage| &stage.id == id).cloned()).collect();
        pending.set(true);
        spawn_local(async move {
            let outcome =
                define(DefinitionChange::SetStages { pipeline: id.get_value(), stages, edges: None }).await;
            pending.set(false);
            problem.set(outcome.as_ref().err().map(|problems| problems_text(problems, "")));
            arranging.set(outcome.is_err());
        });
    };
    let empty = Memo::new(move |_| stages.with(Vec::is_empty));
    // A pipeline has one stage of each kind at least: the first ones come together.
    let begin = move |()| {
        pending.set(true);
        spawn_local(async move {
            let stages = STATUSES.into_iter().map(|(_, status)| first_stage(status)).collect();
            let outcome =
                define(DefinitionChange::SetStages { pipeline: id.get_value(), stages, edges: None }).await;
            pending.try_set(false);
            problem.try_set(outcome.as_ref().err().map(|problems| untrack(|| problems_text(problems, ""))));
        });
    };
    let edit = move |stage: Option<String>| {
        edited.set(stage);
        open.set(true);
    };
    let row = move |stage: Stage| {
        let own = stage.id.clone();
        let chance = stage.probability.to_string();
        view! {
            <li>
                <button type="button" class="row" aria-haspopup="dialog" on:click=move |_| edit(Some(own.clone()))>
                    <span class="row-text">
                        <span class="row-title">{move || label(&stage.label)}</span>
                        <span class="row-sub">{move || tr("definition.stage.chance_of", &[("percent", &chance)])}</span>
                    </span>
                    <Badge label=t(status_key(stage.status)) tone=status_tone(stage.status) />
                </button>
            </li>
        }
    };
    let title = move || {
        edited
            .get()
            .and_then(|id| {
                stages.with(|stages| {
                    stages.iter().find(|stage| stage.id == id).map(|stage| label(&stage.label))
                })
            })
            .unwrap_or_else(|| tr("definition.stage.add", &[]))
    };
    view! {
        <Show
            when=move || arranging.get()
            fallback=move || view! { <ul class="group">{move || stages.get().into_iter().map(row).collect_view()}</ul> }
        >
            <Arrange items pending problem on_save=save_order on_cancel=move |()| arranging.set(false) />
        </Show>
        <Show when=move || !arranging.get()>
            <Show when=move || empty.get()>
                <p class="field-help">{t("pipelines.empty")}</p>
                <FormProblem problem />
            </Show>
            <div class="btn-row" hidden=move || !empty.get()>
                <Button label=t("pipelines.empty.begin") drawing=icons::ADD pending on_press=begin />
            </div>
            <div class="btn-row" hidden=move || empty.get()>
                <Button label=t("definition.stage.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| edit(None) />
                <Button label=t("definition.order") kind=ButtonKind::Quiet drawing=icons::SORT on_press=move |()| arranging.set(true) />
            </div>
        </Show>
        <Sheet open title close=t("action.close")>
            <StageForm pipeline=id.get_value() stage=edited.get_untracked() open />
        </Sheet>
    }
}

/// What a pipeline without stages begins with, called by its outcome.
fn first_stage(status: StageStatus) -> Stage {
    let name = |lang| messages::text(lang, status_key(status), &[]).into_owned();
    let chance = match status {
        StageStatus::Open => 50,
        StageStatus::Won => 100,
        StageStatus::Lost => 0,
    };
    let label = Label { zh: name(Lang::Zh), en: name(Lang::En) };
    Stage::new(&definition_id("s"), label, status, chance)
}

/// What is being written into the sheet of a stage.
#[derive(Clone, Copy)]
struct Draft {
    naming: Naming,
    chance: RwSignal<String>,
    status: RwSignal<StageStatus>,
    facts: Facts,
}

impl Draft {
    /// The stage as it stands in the sheet; nothing while its chance is no percentage or its days are no number.
    fn stage(self, id: &str) -> Option<Stage> {
        let probability = self.chance.get().trim().parse::<u8>().ok().filter(|percent| *percent <= 100)?;
        let stage = Stage::new(id, self.naming.label(), self.status.get(), probability);
        self.facts.stage(stage)
    }
}

#[component]
fn StageForm(pipeline: String, stage: Option<String>, open: RwSignal<bool>) -> impl IntoView {
    let now = schema_now();
    let known = now
        .pipeline(&pipeline)
        .and_then(|pipeline| pipeline.stages.iter().find(|known| Some(&known.id) == stage.as_ref()))
        .cloned();
    let draft = Draft {
        naming: Naming::of(known.as_ref().map(|stage| &stage.label)),
        chance: RwSignal::new(
            known.as_ref().map_or_else(|| "50".to_owned(), |stage| stage.probability.to_string()),
        ),
        status: RwSignal::new(known.as_ref().map_or(StageStatus::Open, |stage| stage.status)),
        facts: Facts::of(known.as_ref()),
    };
    let entity = now.pipeline(&pipeline).map(|pipeline| pipeline.entity.clone()).unwrap_or_default();
    let pending = RwSignal::new(false);
    let leaving = RwSignal::new(false);
    let problems = Problems::none();
    let is_new = known.is_none();
    let pipeline = StoredValue::new(pipeline);
    let known = StoredValue::new(known);
    let stages_now =
        move || pipeline.with_value(|id| schema_now().pipeline(id).map(|pipeline| pipeline.stages.clone()));
    let with_draft = move |stage: Stage| {
        let mut stages = stages_now().unwrap_or_default();
        match stages.iter_mut().find(|old| old.id == stage.id) {
            Some(old) => *old = stage,
            None => {
                // An open stage belongs before those that end the way.
                let end =
                    stages.iter().position(|other| other.status != StageStatus::Open).unwrap_or(stages.len());
                let place = if stage.status == StageStatus::Open { end } else { stages.len() };
                stages.insert(place, stage);
            }
        }
        DefinitionChange::SetStages { pipeline: pipeline.get_value(), stages, edges: None }
    };
    let meant = Memo::new(move |_| {
        let stage = known.get_value().and_then(|known| draft.stage(&known.id));
        stage.map(|stage| effects(&schema(), &with_draft(stage))).unwrap_or_default()
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let id = known
            .with_value(|known| known.as_ref().map_or_else(|| definition_id("s"), |stage| stage.id.clone()));
        let Some(stage) = untrack(|| draft.stage(&id)) else {
            let wrong = untrack(|| draft.facts.problem()).unwrap_or_else(|| {
                Problem::on("probability", "problem.out_of_range").with("min", 0).with("max", 100)
            });
            problems.0.set(vec![wrong]);
            return;
        };
        define::submit(pending, problems, define(with_draft(stage)), move || {
            open.try_set(false);
        });
    };
    let statuses: Vec<Choice> =
        STATUSES.into_iter().map(|(code, status)| Choice::new(code, t(status_key(status)))).collect();
    let status_code = Signal::derive(move || {
        let now = draft.status.get();
        STATUSES.iter().find(|(_, status)| *status == now).map_or("open", |(code, _)| code).to_owned()
    });
    let choose = move |code: String| {
        let Some((_, status)) = STATUSES.iter().find(|(known, _)| *known == code) else { return };
        draft.status.set(*status);
        // What has ended is certain.
        match status {
            StageStatus::Won => draft.chance.set("100".to_owned()),
            StageStatus::Lost => draft.chance.set("0".to_owned()),
            StageStatus::Open => {}
        }
    };
    let form = move || {
        let statuses = statuses.clone();
        view! {
            <form class="form" novalidate on:submit=save>
                <NamingFields naming=draft.naming problems />
                <Field label=t("definition.stage.status") help=t("definition.stage.status.help")>
                    <Select value=status_code choices=statuses on_choose=choose />
                </Field>
                <Field label=t("definition.stage.chance") problem=problems.at("probability")>
                    <TextInput value=draft.chance inputmode="numeric" />
                </Field>
                <StageFacts facts=draft.facts entity=entity.clone() problems />
                <Effects effects=meant />
                <FormProblem problem=problems.rest(&["label", "probability", "goal", "expected_days", "limit", "steps"]) />
                <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
                {(!is_new)
                    .then(|| view! { <Button label=t("definition.stage.remove") kind=ButtonKind::DangerQuiet on_press=move |()| leaving.set(true) /> })}
            </form>
        }
    };
    move || match known.get_value().filter(|_| leaving.get()) {
        Some(stage) => {
            let rest =
                stages_now().unwrap_or_default().into_iter().filter(|other| other.id != stage.id).collect();
            view! { <RemoveStages pipeline=pipeline.get_value() gone=vec![stage] rest on_stay=move |()| leaving.set(false) open /> }
                .into_any()
        }
        None => form.clone()().into_any(),
    }
}

const STATUSES: [(&str, StageStatus); 3] =
    [("open", StageStatus::Open), ("won", StageStatus::Won), ("lost", StageStatus::Lost)];
