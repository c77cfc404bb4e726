use domain::access::Permission;
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::effects::{Concerned, effects};
use domain::schema::{Stage, StageStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

use super::arrange::Arrange;
use super::define::{Step, carry_out, define};
use super::effects::{Counts, Effects, count_text, status_key};
use super::everything::text;
use super::naming::{Naming, NamingFields, definition_id};
use super::stage_facts::{Facts, StageFacts};
use crate::components::{
    Badge, Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, TextInput, Tone, icons,
};
use crate::i18n::{label, problems_text, t, tr};
use crate::pages::more::Problems;
use crate::state::session::{role, schema, schema_now};

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
            <div class="btn-row">
                <Button label=t("definition.stage.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| edit(None) />
                <Button label=t("definition.order") kind=ButtonKind::Quiet drawing=icons::SORT on_press=move |()| arranging.set(true) />
            </div>
        </Show>
        <Sheet open title close=t("action.close")>
            <StageForm pipeline=id.get_value() stage=edited.get_untracked() open />
        </Sheet>
    }
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
        pending.set(true);
        let change = with_draft(stage);
        spawn_local(async move {
            let outcome = define(change).await;
            pending.try_set(false);
            match outcome {
                Ok(()) => open.set(false),
                Err(found) => problems.0.set(found),
            }
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
                <FormProblem problem=problems.rest(&["label", "probability", "goal", "expected_days", "steps"]) />
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

/// Taking stages away: how many records stand in them, and where those go. Without a `rest` the pipeline goes too.
#[component]
pub fn RemoveStages(
    pipeline: String,
    gone: Vec<Stage>,
    /// What stays of the pipeline.
    rest: Vec<Stage>,
    #[prop(into)] on_stay: Callback<()>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let now = schema_now();
    let entity = now.pipeline(&pipeline).map(|pipeline| pipeline.entity.clone()).unwrap_or_default();
    let ids: Vec<String> = gone.iter().map(|stage| stage.id.clone()).collect();
    let filter = json!(["in", ["field", "stage"], ids]);
    let question = StoredValue::new(Concerned { entity: entity.clone(), filter: filter.clone() });
    let counts = Counts::of(move || vec![question.get_value()]);
    let standing = move || question.with_value(|question| counts.get(question));
    let plural = now.entity(&entity).map(|entity| entity.plural.clone());
    // Into another stage of this pipeline, or of another one.
    let elsewhere: Vec<Choice> = now
        .pipelines_of(&entity)
        .flat_map(|known| {
            let several = now.pipelines_of(&entity).count() > 1;
            let own = known.label.clone();
            let stays =
                known.stages.iter().filter(|stage| !ids.contains(&stage.id)).cloned().collect::<Vec<_>>();
            stays.into_iter().map(move |stage| {
                let own = own.clone();
                Choice::new(stage.id.clone(), move || {
                    if several {
                        format!("{} · {}", label(&own), label(&stage.label))
                    } else {
                        label(&stage.label)
                    }
                })
            })
        })
        .collect();
    let elsewhere = Signal::stored(elsewhere);
    let target = RwSignal::new(String::new());
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let filter = StoredValue::new(filter);
    let (entity, pipeline, rest) =
        (StoredValue::new(entity), StoredValue::new(pipeline), StoredValue::new(rest));
    let remove = move |()| {
        let to = target.get_untracked();
        if standing().is_some_and(|count| count > 0) && to.is_empty() {
            problems.0.set(vec![Problem::on("target", "problem.required")]);
            return;
        }
        // The stage goes, and with it whatever its ways ask for.
        let reason = untrack(|| tr("definition.stage.remove.reason", &[]));
        let excepts = untrack(|| role().is_some_and(|role| role.may(Permission::OverrideProcess)));
        let action = move |body: &RecordBody| Action::MoveStage {
            entity: body.entity.clone(),
            record: body.id,
            from: text(body, "stage"),
            to: to.clone(),
            rank: None,
            values: Wire::new(),
            note: None,
            exception: excepts.then(|| reason.clone()),
            days: Wire::new(),
        };
        let stages = rest.get_value();
        let change = if stages.is_empty() {
            DefinitionChange::RemovePipeline { pipeline: pipeline.get_value() }
        } else {
            DefinitionChange::SetStages { pipeline: pipeline.get_value(), stages, edges: None }
        };
        let mut steps = vec![Step::Define(change)];
        if standing() != Some(0) {
            let each = Step::Each {
                entity: entity.get_value(),
                filter: filter.get_value(),
                action: Box::new(action),
            };
            steps.insert(0, each);
        }
        pending.set(true);
        spawn_local(async move {
            let outcome = carry_out(steps).await;
            pending.try_set(false);
            match outcome {
                Ok(()) => {
                    open.try_set(false);
                }
                Err(found) => {
                    problems.0.try_set(found);
                }
            }
        });
    };
    let names = move || gone.iter().map(|stage| label(&stage.label)).collect::<Vec<_>>().join(" · ");
    let said = move || {
        let plural = plural.as_ref().map(label).unwrap_or_default();
        match standing() {
            None => tr("definition.stage.remove.counting", &[]),
            Some(0) => tr("definition.stage.remove.empty", &[("stage", &names())]),
            Some(count) => {
                let count = count_text(Some(count));
                tr(
                    "definition.stage.remove.full",
                    &[("count", &count), ("entity", &plural), ("stage", &names())],
                )
            }
        }
    };
    view! {
        <div class="form">
            <p role="status">{said}</p>
            <Show when=move || standing().is_some_and(|count| count > 0)>
                <Field label=t("definition.stage.remove.target") required=true problem=problems.at("target")>
                    <Select
                        value=target
                        choices=elsewhere
                        placeholder=t("definition.stage.remove.choose")
                        on_choose=move |chosen| target.set(chosen)
                    />
                </Field>
            </Show>
            <FormProblem problem=problems.rest(&["target"]) />
            <div class="btn-row btn-row-end">
                <Button label=t("action.cancel") on_press=on_stay />
                <Button
                    label=t("action.remove")
                    kind=ButtonKind::Danger
                    pending
                    disabled=Signal::derive(move || standing().is_none())
                    on_press=remove
                />
            </div>
        </div>
    }
}
