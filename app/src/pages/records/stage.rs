//! Where a record stands on its way, and moving it on.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::command::Action;
use domain::schema::{Stage, StageStatus};
use leptos::prelude::*;

use crate::components::{Badge, ButtonRow, Sheet, Tone, icon, icons};
use crate::fields;
use crate::i18n::{label, say, t};
use crate::pages::open_while;
use crate::state::outbox::{self, Note};
use crate::state::session::{schema, schema_now};

/// The stages of the pipeline a record stands in; of the entity's first one otherwise.
fn stages_around(entity: &str, stage: &str) -> Vec<Stage> {
    let schema = schema();
    let own =
        schema.pipelines_of(entity).find(|pipeline| pipeline.stages.iter().any(|known| known.id == stage));
    own.or_else(|| schema.pipelines_of(entity).next())
        .map(|pipeline| pipeline.stages.clone())
        .unwrap_or_default()
}

fn stage_of(body: &RecordBody) -> String {
    body.values.get("stage").and_then(|stage| stage.as_str()).unwrap_or_default().to_owned()
}

/// Puts a record into a stage, and with `rank` at a place in its column.
pub fn move_to(body: &RecordBody, to: &Stage, rank: Option<String>) {
    let from = stage_of(body);
    if from == to.id && rank.is_none() {
        return;
    }
    let name = fields::title(&schema_now(), body);
    let toast = (from != to.id).then(|| say("board.moved.toast", &[("stage", &label(&to.label))]));
    let note = Note {
        key: "outbox.item.move".to_owned(),
        entity: body.entity.clone(),
        name,
        toast,
        record: Some((body.entity.clone(), body.id)),
    };
    let action =
        Action::MoveStage { entity: body.entity.clone(), record: body.id, from, to: to.id.clone(), rank };
    outbox::submit_soon(outbox::command(vec![action]), note, vec![body.clone()]);
}

/// The way done so far, the stage of now, and the button that moves on.
#[component]
pub fn StagePath(body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let moving = RwSignal::new(None::<RecordBody>);
    let now = Memo::new(move |_| {
        body.with(|body| body.as_ref().map(|body| (body.entity.clone(), stage_of(body), body.may.update)))
    });
    let path = move || {
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
        let name = known.map(|stage| label(&stage.label)).unwrap_or(stage);
        Some(view! {
            <section class="card stack stack-tight" aria-label=t("record.stage")>
                <div class="path" aria-hidden="true">{steps}</div>
                <div class="path-now">
                    <Badge label=name tone />
                    {may_move
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="btn btn-secondary"
                                    aria-haspopup="dialog"
                                    on:click=move |_| moving.set(body.get_untracked().map(|body| (*body).clone()))
                                >
                                    {icon(icons::MOVE)}
                                    <span>{t("action.move_to")}</span>
                                </button>
                            }
                        })}
                </div>
            </section>
        })
    };
    view! {
        {path}
        <MoveSheet moving />
    }
}

pub fn tone(status: StageStatus) -> Tone {
    match status {
        StageStatus::Open => Tone::Accent,
        StageStatus::Won => Tone::Success,
        StageStatus::Lost => Tone::Danger,
    }
}

/// The stages to choose from, for the record that is being moved.
#[component]
pub fn MoveSheet(moving: RwSignal<Option<RecordBody>>) -> impl IntoView {
    let open = open_while(moving);
    let rows = move || {
        let body = moving.get()?;
        let current = stage_of(&body);
        let row = |stage: Stage| {
            let (here, name, body) = (stage.id == current, stage.label.clone(), body.clone());
            let go = move |()| {
                moving.set(None);
                move_to(&body, &stage, None);
            };
            view! { <ButtonRow title=move || label(&name) chosen=Signal::stored(here) on_press=go /> }
        };
        Some(stages_around(&body.entity, &current).into_iter().map(row).collect_view())
    };
    view! {
        <Sheet open title=t("board.move.title") close=t("action.close")>
            <div class="group">{rows}</div>
        </Sheet>
    }
}

/// The record that is being moved, for a sheet whose code comes later.
#[derive(Clone, Copy)]
pub struct Moving(pub RwSignal<Option<RecordBody>>);

/// The sheet of the board.
#[component]
pub fn BoardMoveSheet() -> impl IntoView {
    use_context::<Moving>().map(|Moving(moving)| view! { <MoveSheet moving /> })
}
