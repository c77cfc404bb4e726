//! Where a record stands on its way, what is to be reached there, and the button that moves it on.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::process;
use domain::schema::{Stage, StageStatus};
use leptos::prelude::*;

use super::stays::StageTimes;
use crate::components::{Badge, Tone, icon, icons};
use crate::i18n::{label, t, tr};
use crate::state::foresee::to_record;
use crate::state::session::{role, schema};
use crate::state::{Moving, app};

/// The stages of the pipeline a record stands in; of the entity's first one otherwise.
fn stages_around(entity: &str, stage: &str) -> Vec<Stage> {
    let schema = schema();
    let own = schema.stage_of(entity, stage).map(|(pipeline, _)| pipeline);
    own.or_else(|| schema.pipelines_of(entity).next())
        .map(|pipeline| pipeline.stages.clone())
        .unwrap_or_default()
}

fn stage_of(body: &RecordBody) -> String {
    body.values.get("stage").and_then(|stage| stage.as_str()).unwrap_or_default().to_owned()
}

/// The names of fields that somebody who moved here now would have to fill in.
fn lacking(body: &RecordBody) -> Option<String> {
    let (schema, role) = (schema(), role()?);
    let entity = schema.entity(&body.entity)?;
    let (_, stage) = schema.stage_of(&body.entity, &stage_of(body))?;
    let fields = process::lacks(stage, entity, &role, &to_record(&schema, body).values);
    let names = fields.iter().filter_map(|field| Some(label(&entity.field(field)?.label)));
    Some(names.collect::<Vec<_>>().join(" · ")).filter(|names| !names.is_empty())
}

/// The way done so far, the stage of now, and the button that moves on.
#[component]
pub fn StagePath(body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let now = Memo::new(move |_| {
        body.with(|body| body.as_ref().map(|body| (body.entity.clone(), stage_of(body), body.may.update)))
    });
    let lacks = Memo::new(move |_| body.with(|body| body.as_ref().and_then(|body| lacking(body))));
    let choose = move |_| {
        if let Some(body) = body.get_untracked() {
            app().moving.set(Some(Moving::Choose(Box::new((*body).clone()))));
        }
    };
    move || {
        let (entity, stage, may_move) = now.get()?;
        let stages = stages_around(&entity, &stage);
        let at = stages.iter().position(|known| known.id == stage);
        let known = at.and_then(|at| stages.get(at)).cloned();
        let tone = known.as_ref().map_or(Tone::Plain, |stage| tone(stage.status));
        let lost = known.as_ref().is_some_and(|stage| stage.status == StageStatus::Lost);
        let step = |(index, stage): (usize, &Stage)| {
            let done = !lost && at.is_some_and(|at| index <= at);
            (stage.status != StageStatus::Lost)
                .then(|| view! { <span class="path-step" data-done=done.then_some("true")></span> })
        };
        let steps = stages.iter().enumerate().map(step).collect_view();
        let goal = known.as_ref().and_then(|stage| stage.goal.as_ref().map(label));
        let days = known.as_ref().and_then(|stage| stage.expected_days);
        let days = days.map(|days| tr("process.expected", &[("count", &days.to_string())]));
        let told = [goal, days].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let name = known.map(|stage| label(&stage.label)).unwrap_or(stage);
        Some(view! {
            <section class="card stack stack-tight" aria-label=t("record.stage")>
                <div class="path" aria-hidden="true">{steps}</div>
                <div class="path-now">
                    <Badge label=name tone />
                    {may_move
                        .then(|| {
                            view! {
                                <button type="button" class="btn btn-secondary" aria-haspopup="dialog" on:click=choose>
                                    {icon(icons::MOVE)}
                                    <span>{t("action.move_to")}</span>
                                </button>
                            }
                        })}
                </div>
                {(!told.is_empty()).then(|| view! { <p class="soft">{told}</p> })}
                {move || {
                    lacks
                        .get()
                        .map(|fields| {
                            view! {
                                <p class="notice">
                                    {icon(icons::INFO)} <span>{tr("process.lacks", &[("fields", &fields)])}</span>
                                </p>
                            }
                        })
                }}
                <StageTimes body />
            </section>
        })
    }
}

pub fn tone(status: StageStatus) -> Tone {
    match status {
        StageStatus::Open => Tone::Accent,
        StageStatus::Won => Tone::Success,
        StageStatus::Lost => Tone::Danger,
    }
}
