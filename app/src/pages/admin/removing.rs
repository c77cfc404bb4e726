//! Taking stages away, or a pipeline with all of its stages: how many records stand in them, and where those go.

use domain::access::Permission;
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::message::Problem;
use domain::process;
use domain::schema::Stage;
use domain::schema::change::{self, DefinitionChange};
use domain::schema::effects::Concerned;
use leptos::prelude::*;
use serde_json::json;

use super::define::{Step, carry_out, submit};
use super::effects::{Counts, count_text};
use super::everything::text;
use crate::components::{Button, ButtonKind, Choice, Field, FormProblem, Select};
use crate::i18n::{label, t, tr};
use crate::pages::more::Problems;
use crate::state::session::{role, schema_now};
use crate::state::time::ZONES;

/// A stage that goes, and where its records go.
#[derive(Clone)]
struct Going {
    stage: Stage,
    to: RwSignal<String>,
    standing: Concerned,
}

/// Without a `rest` the pipeline goes too.
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
    let several = gone.len() > 1;
    // Where a whole pipeline goes, each stage has one that is like it.
    let other = now.pipelines_of(&entity).find(|other| other.id != pipeline && !other.stages.is_empty());
    let like = |stage: &Stage| {
        let found = other.filter(|_| several).and_then(|other| process::counterpart(&now, &stage.id, other));
        found.map(|stage| stage.id.clone()).unwrap_or_default()
    };
    let going: Vec<Going> = gone
        .iter()
        .map(|stage| Going {
            to: RwSignal::new(like(stage)),
            standing: Concerned {
                entity: entity.clone(),
                filter: json!(["=", ["field", "stage"], stage.id]),
            },
            stage: stage.clone(),
        })
        .collect();
    let going = StoredValue::new(going);
    let counts = Counts::of(move || {
        going.with_value(|going| going.iter().map(|one| one.standing.clone()).collect::<Vec<_>>())
    });
    let standing = move || {
        going.with_value(|going| going.iter().map(|one| counts.get(&one.standing)).sum::<Option<u64>>())
    };
    let plural = now.entity(&entity).map(|entity| entity.plural.clone());
    // Into another stage of this pipeline, or of another one.
    let many = now.pipelines_of(&entity).count() > 1;
    let stays = |stage: &&Stage| !gone.iter().any(|gone| gone.id == stage.id);
    let elsewhere: Vec<Choice> = now
        .pipelines_of(&entity)
        .flat_map(|known| known.stages.iter().filter(stays).map(move |stage| (known, stage)))
        .map(|(known, stage)| {
            let (own, name) = (known.label.clone(), stage.label.clone());
            Choice::new(stage.id.clone(), move || {
                if many { format!("{} · {}", label(&own), label(&name)) } else { label(&name) }
            })
        })
        .collect();
    let elsewhere = Signal::stored(elsewhere);
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let filter = json!(["in", ["field", "stage"], gone.iter().map(|stage| &stage.id).collect::<Vec<_>>()]);
    let (filter, rest) = (StoredValue::new(filter), StoredValue::new(rest));
    let (entity, pipeline) = (StoredValue::new(entity), StoredValue::new(pipeline));
    let remove = move |()| {
        let full = |one: &Going| counts.get(&one.standing).is_some_and(|count| count > 0);
        let aimless = |one: &Going| full(one) && one.to.with_untracked(String::is_empty);
        if untrack(|| going.with_value(|going| going.iter().any(aimless))) {
            problems.0.set(vec![Problem::on("target", "problem.required")]);
            return;
        }
        let stages = rest.get_value();
        let change = if stages.is_empty() {
            DefinitionChange::RemovePipeline { pipeline: pipeline.get_value() }
        } else {
            DefinitionChange::SetStages { pipeline: pipeline.get_value(), stages, edges: None }
        };
        // What cannot be is said before anything has moved.
        if let Err(found) = change::apply(&schema_now(), &change, &ZONES) {
            problems.0.set(found);
            return;
        }
        // The stage goes, and with it whatever its ways ask for.
        let reason = untrack(|| tr("definition.stage.remove.reason", &[]));
        let excepts = untrack(|| role().is_some_and(|role| role.may(Permission::OverrideProcess)));
        let targets: Vec<(String, String)> = going.with_value(|going| {
            going.iter().map(|one| (one.stage.id.clone(), one.to.get_untracked())).collect()
        });
        let action = move |body: &RecordBody| {
            let from = text(body, "stage");
            let to = targets.iter().find(|(gone, _)| *gone == from).map(|(_, to)| to.clone());
            Action::MoveStage {
                entity: body.entity.clone(),
                record: body.id,
                from,
                to: to.unwrap_or_default(),
                rank: None,
                values: Wire::new(),
                note: None,
                exception: excepts.then(|| reason.clone()),
                days: Wire::new(),
                checked: Vec::new(),
            }
        };
        let mut steps = vec![Step::Define(change)];
        if untrack(standing) != Some(0) {
            let each = Step::Each {
                entity: entity.get_value(),
                filter: filter.get_value(),
                action: Box::new(action),
            };
            steps.insert(0, each);
        }
        submit(pending, problems, carry_out(steps), move || {
            open.try_set(false);
        });
    };
    let said = move || {
        let plural = plural.as_ref().map(label).unwrap_or_default();
        let names = gone.iter().map(|stage| label(&stage.label)).collect::<Vec<_>>().join(" · ");
        match standing() {
            None => tr("definition.stage.remove.counting", &[]),
            Some(0) if gone.is_empty() => tr("definition.stage.remove.pipeline", &[]),
            Some(0) => tr("definition.stage.remove.empty", &[("stage", &names)]),
            Some(count) => {
                let count = count_text(Some(count));
                tr(
                    "definition.stage.remove.full",
                    &[("count", &count), ("entity", &plural), ("stage", &names)],
                )
            }
        }
    };
    let target = move |one: Going| {
        let (name, to) = (one.stage.label, one.to);
        let count = move || counts.get(&one.standing).filter(|count| *count > 0);
        let asked = count.clone();
        let named = move || {
            if !several {
                return tr("definition.stage.remove.target", &[]);
            }
            tr("definition.stage.remove.from", &[("stage", &label(&name)), ("count", &count_text(count()))])
        };
        // Said where a place is missing.
        let said = problems.at("target");
        let problem = Signal::derive(move || said.get().filter(|_| to.with(String::is_empty)));
        view! {
            <Show when=move || asked().is_some()>
                <Field label=named.clone() required=true problem>
                    <Select
                        value=to
                        choices=elsewhere
                        placeholder=t("definition.stage.remove.choose")
                        on_choose=move |chosen| to.set(chosen)
                    />
                </Field>
            </Show>
        }
    };
    view! {
        <div class="form">
            <p role="status">{said}</p>
            {going.get_value().into_iter().map(target).collect_view()}
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
