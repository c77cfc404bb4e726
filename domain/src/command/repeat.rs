//! What repeats comes again: a task that is done makes the next one, and hands its rule on to it.

use super::draft::Draft;
use super::{Change, ChangeKind};
use crate::fields::{FieldKind, checklist};
use crate::record::{Record, RecordKey, Values};
use crate::recurrence::{Done, next};
use crate::schema::Entity;
use crate::schema::builtin::task::REPEAT;
use crate::time::Schedule;
use crate::value::Value;

const TASK: &str = "task";

/// Each task that was finished by this command and repeats is followed by the next one. The rule moves on with it, so that
/// one that is opened and finished once more makes no second. The system makes it, whatever the asker may do with tasks;
/// an undo takes both back and makes none.
pub(super) fn settle(draft: &mut Draft<'_>) {
    let world = draft.world;
    let (Some(days), Some(task)) = (world.repeats, world.schema.entity(TASK)) else { return };
    if !world.undo.is_empty() {
        return;
    }
    let finished = |change: &Change| {
        let done = change.after.get("status").and_then(Value::text) == Some("done");
        done && change.kind == ChangeKind::Updated && change.key.entity == TASK
    };
    let finished: Vec<RecordKey> = draft
        .plan
        .changes
        .iter()
        .filter(|change| finished(change))
        .map(|change| change.key.clone())
        .collect();
    for key in finished {
        let Some(record) = draft.find(&key).map(|found| found.record) else { continue };
        let Some(rule) = record.get(REPEAT).text() else { continue };
        let today = || Schedule::resolve(world.today, None, &world.actor.zone, world.zones);
        let due = match record.get("due") {
            Value::Schedule(due) => Some(due.clone()),
            _ => today(),
        };
        let found = due.and_then(|due| next(&Done { rule, due: &due, now: world.now }, days, world.zones));
        if let Some((due, rule)) = found {
            let id = draft.command.named(&format!("{}/{REPEAT}", key.id));
            let again =
                Record { key: RecordKey::new(TASK, id), version: 0, values: Values::new(), deleted: None };
            let values = copied(task, &record, due, rule);
            draft.write(&again, ChangeKind::Created, values);
        }
        draft.write(&record, ChangeKind::Updated, Values::from([(REPEAT.to_owned(), Value::Null)]));
    }
}

/// The same once more: what names it, whose it is, what it is about. Not what the system counts and numbers, and no files,
/// which belong to the time they were brought.
fn copied(task: &Entity, record: &Record, due: Schedule, rule: String) -> Values {
    let own = |field: &&crate::schema::Field| {
        let once = matches!(field.kind, FieldKind::File(_)) || field.kind.behaviour().is_assigned();
        !(field.system || field.retired || once || field.id == "external_id")
    };
    let mut values = Values::new();
    for field in task.fields.iter().filter(own) {
        let value = match record.get(&field.id) {
            Value::Null => continue,
            value if matches!(field.kind, FieldKind::Checklist(_)) => checklist::unticked(value),
            value => value.clone(),
        };
        values.insert(field.id.clone(), value);
    }
    values.insert("status".to_owned(), Value::Text("open".to_owned()));
    values.insert("due".to_owned(), Value::Schedule(due));
    values.insert(REPEAT.to_owned(), Value::Text(rule));
    values
}
