//! Letting a record rest until a day, with a reason. The pause ends by itself: nothing runs on that day, it only no
//! longer counts.

use serde_json::Value as Json;

use super::ChangeKind;
use super::draft::Draft;
use crate::fields;
use crate::ids::Id;
use crate::message::Problem;
use crate::record::Values;
use crate::schema::{Entity, StageStatus};
use crate::signals::{Calendar, MAX_PAUSE_DAYS, PAUSE_REASON, PAUSED_UNTIL};
use crate::value::Value;

pub(super) struct Wish<'a> {
    pub old_until: Option<&'a Json>,
    pub until: Option<&'a Json>,
    pub reason: &'a str,
}

pub(super) fn pause(draft: &mut Draft<'_>, entity: &str, id: Id, wish: &Wish<'_>) {
    let Some(definition) = draft.entity(entity) else { return };
    let known = |field: &str| definition.field(field).is_some();
    if ![PAUSED_UNTIL, PAUSE_REASON, "stage"].into_iter().all(known) {
        draft.invalid(Problem::on("entity", "problem.cannot_pause"));
        return;
    }
    // Whether it may rest tells whether its stage is open.
    for field in [PAUSED_UNTIL, PAUSE_REASON, "stage"] {
        if draft.role.hides(entity, field) {
            draft.invalid(Problem::on(field, "problem.unknown_field"));
            return;
        }
    }
    let (until, reason) = (read(draft, definition, PAUSED_UNTIL, wish.until), said(draft, definition, wish));
    let believed = read(draft, definition, PAUSED_UNTIL, wish.old_until);
    let (Some(until), Some(reason), Some(believed)) = (until, reason, believed) else { return };
    let Some(loaded) = draft.load(entity, id) else { return };
    if !loaded.may.update {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    if let Value::Date(day) = until {
        let stage = loaded.record.get("stage").text().unwrap_or_default();
        let stage = draft.world.schema.stage_of(entity, stage).map(|(_, stage)| stage.status);
        if stage.is_some_and(|status| status != StageStatus::Open) {
            draft.invalid(Problem::on(PAUSED_UNTIL, "problem.pause_closed"));
            return;
        }
        let calendar = Calendar::of(&draft.world.schema.workspace);
        let today = calendar.today(draft.world.now, draft.world.zones).unwrap_or(draft.world.today);
        if !(1..=MAX_PAUSE_DAYS).contains(&day.days_since(today)) {
            draft.invalid(Problem::on(PAUSED_UNTIL, "problem.pause_range").with("max", MAX_PAUSE_DAYS));
            return;
        }
    }
    let old = Values::from([
        (PAUSED_UNTIL.to_owned(), believed),
        // Two reasons for one day are no quarrel: the last one holds.
        (PAUSE_REASON.to_owned(), loaded.record.get(PAUSE_REASON).clone()),
    ]);
    let wished = Values::from([(PAUSED_UNTIL.to_owned(), until), (PAUSE_REASON.to_owned(), reason)]);
    let quarrels = draft.conflicts.len();
    let merged = draft.merge(&loaded.record, &old, wished);
    if draft.conflicts.len() == quarrels && !merged.is_empty() {
        draft.write(&loaded.record, ChangeKind::Updated, merged);
    }
}

fn read(draft: &mut Draft<'_>, entity: &Entity, field: &str, json: Option<&Json>) -> Option<Value> {
    let kind = &entity.field(field)?.kind;
    match fields::read(kind, json.unwrap_or(&Json::Null), &draft.reading()) {
        Ok(value) => Some(value),
        Err(problem) => {
            draft.invalid(problem.at(field));
            None
        }
    }
}

/// The reason, which a pause has to have and its end does away with.
fn said(draft: &mut Draft<'_>, entity: &Entity, wish: &Wish<'_>) -> Option<Value> {
    if wish.until.is_none_or(Json::is_null) {
        return Some(Value::Null);
    }
    let reason = read(draft, entity, PAUSE_REASON, Some(&Json::from(wish.reason)))?;
    if reason.is_null() {
        draft.invalid(Problem::on(PAUSE_REASON, "problem.required"));
        return None;
    }
    Some(reason)
}
