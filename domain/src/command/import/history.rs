//! What is history in a row: a stage beyond the first, and since when a record stands in its stage. Both are for those
//! who may enter it.

use chrono::NaiveTime;

use super::Draft;
use crate::access::Permission;
use crate::forecast::CLOSE;
use crate::message::Problem;
use crate::record::Values;
use crate::schema::{Entity, Field, StageStatus};
use crate::signals::{SINCE, STARTED};
use crate::time::{Date, Instant};
use crate::value::Value;

/// Whether files may fill a field: what forms may, and the moment a record came into its stage.
#[must_use]
pub fn takes_cells(field: &Field) -> bool {
    (!field.system || field.id == SINCE) && !field.retired && field.kind.behaviour().is_importable()
}

/// The field that a cell fills, when the asker may.
pub(super) fn writable<'e>(draft: &mut Draft<'_>, entity: &'e Entity, id: &str) -> Option<&'e Field> {
    let since = entity
        .field(id)
        .filter(|field| field.id == SINCE && takes_cells(field) && !draft.role.hides(&entity.id, &field.id));
    let Some(field) = since else { return draft.writable(entity, id) };
    if !draft.role.may(Permission::EnterHistory) {
        draft.invalid(Problem::on(id, "problem.needs_enter_history"));
        return None;
    }
    Some(field)
}

/// Whether a new record may have the history that its row says. What is won or lost came there on its day, when nobody
/// says otherwise.
pub(super) fn settle(draft: &mut Draft<'_>, entity: &Entity, values: &mut Values) -> bool {
    let schema = draft.world.schema;
    let stage = values.get("stage").and_then(Value::text);
    let known = stage.and_then(|stage| schema.stage_of(&entity.id, stage));
    let enters = draft.role.may(Permission::EnterHistory);
    if let Some(stage) = stage {
        let first = schema
            .pipelines_of(&entity.id)
            .any(|pipeline| pipeline.stages.first().is_some_and(|first| first.id == stage));
        if !first && !enters {
            draft.invalid(Problem::on("stage", "problem.needs_enter_history"));
            return false;
        }
    }
    if let Some(since) = values.get(SINCE).and_then(Value::instant) {
        let wrong = impossible(draft, values, since);
        if let Some(key) = wrong {
            draft.invalid(Problem::on(SINCE, key));
        }
        return wrong.is_none();
    }
    let closed = known.is_some_and(|(_, stage)| stage.status != StageStatus::Open);
    if closed
        && enters
        && entity.field(SINCE).is_some()
        && let Some(at) = day(values, CLOSE).and_then(|day| begin(draft, day))
        && impossible(draft, values, at).is_none()
    {
        values.insert(SINCE.to_owned(), Value::Instant(at));
    }
    true
}

/// Why a record cannot have come into its stage at that moment.
fn impossible(draft: &Draft<'_>, values: &Values, since: Instant) -> Option<&'static str> {
    if since > draft.world.now {
        return Some("problem.in_future");
    }
    let reading = draft.reading();
    let started = day(values, STARTED)?;
    let came = reading.zones.date(reading.zone, since)?;
    (came < started).then_some("problem.before_start")
}

fn day(values: &Values, field: &str) -> Option<Date> {
    match values.get(field) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    }
}

/// When a day begins by the asker's clock, as days in files are read.
fn begin(draft: &Draft<'_>, day: Date) -> Option<Instant> {
    let reading = draft.reading();
    reading.zones.instant(reading.zone, day.naive().and_time(NaiveTime::MIN))
}
