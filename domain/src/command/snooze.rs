//! Being reminded later, and how often a thing was put off.

use super::draft::Draft;
use super::{Change, ChangeKind};
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{Record, RecordKey, Values};
use crate::reminder::{MAX_SNOOZE_DAYS, MOVES, PUT_OFF, SNOOZED_UNTIL, SNOOZES, due_field};
use crate::schema::Entity;
use crate::signals::LAST_TOUCH;
use crate::time::Instant;
use crate::value::Value;

const DAY_MS: i64 = 86_400_000;

/// A moment that has passed while the device had no network is now.
pub(super) fn snooze(draft: &mut Draft<'_>, entity: &str, id: Id, until: Instant) {
    let Some(definition) = draft.entity(entity) else { return };
    let Some(field) = due_field(definition).filter(|_| counts(definition)) else {
        draft.invalid(Problem::on("entity", "problem.never_due"));
        return;
    };
    if draft.role.hides(entity, field) {
        draft.invalid(Problem::on(field, "problem.unknown_field"));
        return;
    }
    if until > draft.world.now.plus_ms(MAX_SNOOZE_DAYS * DAY_MS) {
        draft.invalid(Problem::on("until", "problem.snooze_range").with("max", MAX_SNOOZE_DAYS));
        return;
    }
    let Some(loaded) = draft.load(entity, id) else { return };
    if !loaded.may.update {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    let done = entity == "task" && loaded.record.get("status").text() == Some("done");
    if done || loaded.record.get(field).is_null() {
        draft.invalid(Problem::on(field, "problem.nothing_due"));
        return;
    }
    let snoozes = Value::Integer(count(&loaded.record, SNOOZES) + 1);
    let wish = [(SNOOZED_UNTIL, Value::Instant(until)), (SNOOZES, snoozes)];
    draft.write(&loaded.record, ChangeKind::Updated, wish.map(|(field, value)| (field.to_owned(), value)).into());
}

fn counts(entity: &Entity) -> bool {
    PUT_OFF.into_iter().all(|field| entity.field(field).is_some())
}

fn count(record: &Record, field: &str) -> i64 {
    if let Value::Integer(count) = record.get(field) { *count } else { 0 }
}

/// Whatever gave a record another day ends its snooze; a later day counts as a move, unless there was contact. An undo
/// brings back what was counted.
pub(super) fn settle(draft: &mut Draft<'_>) {
    let world = draft.world;
    let moved = |change: &Change| {
        let entity = world.schema.entity(&change.key.entity).filter(|entity| counts(entity))?;
        let field = due_field(entity)?;
        let untold = PUT_OFF.iter().all(|field| !change.after.contains_key(*field));
        let known = change.kind == ChangeKind::Updated && untold;
        let (was, now) = (change.before.get(field), change.after.get(field));
        let contact = change.after.get(LAST_TOUCH).is_some_and(|at| !at.is_null());
        (known && (now.is_some() || contact)).then(|| {
            let later = matches!((was, now), (Some(Value::Schedule(was)), Some(Value::Schedule(now))) if now.at > was.at);
            let gone = contact || now.is_some_and(Value::is_null);
            (change.key.clone(), now.is_some(), later, gone)
        })
    };
    let all: Vec<(RecordKey, bool, bool, bool)> = draft.plan.changes.iter().filter_map(moved).collect();
    for (key, changed, later, gone) in all {
        let Some(record) = draft.find(&key).map(|found| found.record) else { continue };
        let mut values = Values::new();
        let mut set = |field: &str, value: Value| {
            if !record.get(field).same(&value) && !(record.get(field).is_null() && value == Value::Integer(0)) {
                values.insert(field.to_owned(), value);
            }
        };
        if changed {
            set(SNOOZED_UNTIL, Value::Null);
            set(SNOOZES, Value::Integer(0));
        }
        if gone {
            set(MOVES, Value::Integer(0));
        } else if later {
            set(MOVES, Value::Integer(count(&record, MOVES) + 1));
        }
        if !values.is_empty() {
            draft.write(&record, ChangeKind::Updated, values);
        }
    }
}
