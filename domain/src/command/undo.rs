//! Taking a command back, under the asker's own rights, except where somebody changed things since.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::plan::{check_user, define_now, restored};
use super::{ChangeKind, Kept, Logged};
use crate::access::Permission;
use crate::fields;
use crate::files::FileInfo;
use crate::message::Problem;
use crate::record::{Record, RecordKey, Values};
use crate::reminder::PUT_OFF;
use crate::signals::{LAST_TOUCH, PAUSE, SINCE};
use crate::value::Value;

pub(super) fn undo(draft: &mut Draft<'_>) {
    let log = draft.world.undo;
    if log.is_empty() {
        draft.not_found(Problem::on("command", "problem.nothing_to_undo"));
        return;
    }
    // What a record points at that stays, stays with it: what it was made upon comes before it in the log.
    let mut held = BTreeSet::new();
    for entry in log.iter().rev() {
        match (&entry.kind, &entry.inverse) {
            (ChangeKind::Defined, Some(inverse)) => {
                if !draft.role.may(Permission::Define) {
                    draft.forbid(Problem::new("problem.forbidden"));
                    return;
                }
                define_now(draft, inverse);
            }
            _ => undo_record(draft, entry, &mut held),
        }
    }
}

fn undo_record(draft: &mut Draft<'_>, entry: &Logged, held: &mut BTreeSet<RecordKey>) {
    let Some(loaded) = draft.find(&entry.key) else {
        draft.not_found(Problem::on("record", "problem.record_not_found").with("record", entry.key.id));
        return;
    };
    let record = &loaded.record;
    let may = match entry.kind {
        ChangeKind::Created | ChangeKind::Deleted | ChangeKind::Restored => loaded.may.delete,
        _ if entry.after.contains_key("owner") => loaded.may.assign,
        _ => loaded.may.update,
    };
    // Every move sets the moment it was made, every day that is put off its counts: who may not see those has made the
    // move all the same.
    let beside = |field: &str| field == SINCE || PUT_OFF.contains(&field);
    let mut told = entry.after.keys().filter(|field| !beside(field));
    let hidden = told.any(|field| draft.role.hides(&entry.key.entity, field));
    if !may || hidden {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    // A pipeline of a team is no record, and leans on it all the same.
    let has_pipeline = entry.key.entity == "team"
        && draft.world.schema.pipelines.iter().any(|one| one.teams.contains(&entry.key.id));
    let leant_on = has_pipeline || draft.world.leant_on.contains(&entry.key) || held.contains(&entry.key);
    match entry.kind {
        ChangeKind::Created => {
            let changed = fields_changed_since(draft, entry, record);
            if changed.is_empty() && !leant_on {
                if record.deleted.is_none() {
                    draft.write(record, ChangeKind::Deleted, Values::new());
                }
            } else {
                held.extend(pointed_at(draft, record));
                keep(draft, entry, changed);
            }
        }
        ChangeKind::Deleted if record.deleted.is_some() => restored(draft, record),
        ChangeKind::Restored if record.deleted.is_none() && leant_on => keep(draft, entry, Vec::new()),
        ChangeKind::Restored if record.deleted.is_none() => {
            draft.write(record, ChangeKind::Deleted, Values::new())
        }
        ChangeKind::Updated => {
            let mut changed = fields_changed_since(draft, entry, record);
            changed.extend(entry.before.keys().filter(|field| is_gone(draft, entry, field)).cloned());
            changed.extend(paused_since(entry, record));
            let mut back: Values = entry
                .before
                .iter()
                // What holds something else by now is newer, whoever wrote it: also the last touch, which the
                // system keeps.
                .filter(|(field, _)| {
                    entry.after.get(*field).is_some_and(|after| record.get(field).same(after))
                })
                .filter(|(field, value)| !changed.contains(field) && !record.get(field).same(value))
                // Where touches are taken back too, the last one is looked for among those that are left.
                .filter(|(field, _)| *field != LAST_TOUCH || !draft.world.contacts.contains_key(&entry.key))
                .map(|(field, value)| (field.clone(), value.clone()))
                .collect();
            if entry.after.contains_key("stage") && !back.contains_key("stage") {
                // It stands where it stood, since when it stood there.
                back.remove(SINCE);
            }
            if let Some(entity) = draft.world.schema.entity(&entry.key.entity) {
                check_user(draft, entity, Some(record), &back);
            }
            if !back.is_empty() {
                draft.write(record, ChangeKind::Updated, back);
            }
            if !changed.is_empty() {
                keep(draft, entry, changed);
            }
        }
        _ => {}
    }
}

fn pointed_at(draft: &Draft<'_>, record: &Record) -> Vec<RecordKey> {
    let Some(entity) = draft.world.schema.entity(&record.key.entity) else { return Vec::new() };
    let pointed = |(field, value): (&String, &Value)| {
        Some(RecordKey::new(entity.field(field)?.kind.relation_target()?, value.reference()?))
    };
    record.values.iter().filter_map(pointed).collect()
}

/// What a field would go back to is no value of it any more, such as a stage or role that was removed, or names files
/// that have gone: it stays.
fn is_gone(draft: &Draft<'_>, entry: &Logged, field: &str) -> bool {
    let entity = draft.world.schema.entity(&entry.key.entity);
    let (Some(field), Some(before)) =
        (entity.and_then(|entity| entity.field(field)), entry.before.get(field))
    else {
        return false;
    };
    let known = |file: &FileInfo| draft.world.files.is_none_or(|known| known.contains_key(&file.id));
    let gone = !before.files().iter().all(known);
    gone || !field.system && fields::read_past(&field.kind, &before.to_json(), &draft.reading()).is_none()
}

/// Fields a person changed after the entry. What the system computes (the last touch) does not count.
fn fields_changed_since(draft: &Draft<'_>, entry: &Logged, record: &Record) -> Vec<String> {
    let definition = draft.world.schema.entity(&entry.key.entity);
    let by_hand =
        |field: &str| definition.and_then(|entity| entity.field(field)).is_some_and(|field| !field.system);
    let mut fields: Vec<String> = entry
        .after
        .iter()
        .filter(|(field, value)| by_hand(field) && !record.get(field).same(value))
        .map(|(field, _)| field.clone())
        .collect();
    if entry.kind == ChangeKind::Created {
        // Fields filled in later are later work too.
        let filled = record
            .values
            .iter()
            .filter(|(field, value)| !value.is_null() && by_hand(field) && !entry.after.contains_key(*field));
        fields.extend(filled.map(|(field, _): (&String, &Value)| field.clone()));
    }
    fields
}

/// Day and reason of a pause, when another was made of them after the entry: they belong together.
fn paused_since(entry: &Logged, record: &Record) -> Vec<String> {
    let own = PAUSE.into_iter().filter_map(|field| Some((field, entry.after.get(field)?)));
    let is_other = own.clone().any(|(field, after)| !record.get(field).same(after));
    own.filter(|_| is_other).map(|(field, _)| field.to_owned()).collect()
}

fn keep(draft: &mut Draft<'_>, entry: &Logged, fields: Vec<String>) {
    draft.plan.kept.push(Kept { entity: entry.key.entity.clone(), record: entry.key.id, fields });
}
