//! When somebody was last in contact with a customer: `last_touch_at`, which the system keeps.

use std::collections::BTreeMap;

use super::ChangeKind;
use super::draft::Draft;
use super::needs::TOUCH;
use crate::conversion;
use crate::ids::Id;
use crate::record::{Record, RecordKey, Values};
use crate::schema::Entity;
use crate::signals::LAST_TOUCH;
use crate::time::Instant;
use crate::value::Value;

/// A touch is contact with everything it hangs on.
pub(super) fn note(draft: &mut Draft<'_>, entity: &Entity, touch: &Values) {
    let Some(at) = touch.get("happened_at").and_then(Value::instant) else { return };
    for subject in subjects(entity, touch) {
        note_with(draft, &subject.entity, subject.id, at);
    }
}

fn note_with(draft: &mut Draft<'_>, entity: &str, id: Id, at: Instant) {
    let Some(loaded) = draft.find(&RecordKey::new(entity, id)) else { return };
    let newer = loaded.record.get(LAST_TOUCH).instant().is_none_or(|last| last < at);
    if newer {
        let values = Values::from([(LAST_TOUCH.to_owned(), Value::Instant(at))]);
        draft.write(&loaded.record, ChangeKind::Updated, values);
    }
}

/// What a lead becomes has been in contact as long as the lead was.
pub(super) fn hand_on(draft: &mut Draft<'_>, lead: &Record, changed: &Values) {
    let Some(at) = lead.get(LAST_TOUCH).instant() else { return };
    for result in conversion::RESULTS {
        let Some(id) = changed.get(result).and_then(Value::reference) else { continue };
        note_with(draft, result, id, at);
    }
}

/// Where touches came, went or moved, the last one is the newest that is there now: of those at hand, and of the others,
/// which were looked up.
pub(super) fn settle(draft: &mut Draft<'_>) {
    let world = draft.world;
    let Some(entity) = world.schema.entity(TOUCH).filter(|_| !world.contacts.is_empty()) else { return };
    let mut newest: BTreeMap<RecordKey, Instant> = BTreeMap::new();
    for key in world.records.keys().filter(|key| key.entity == TOUCH) {
        let Some(touch) = draft.find(key).map(|found| found.record).filter(|touch| touch.deleted.is_none())
        else {
            continue;
        };
        let Some(at) = touch.get("happened_at").instant() else { continue };
        for subject in subjects(entity, &touch.values) {
            let last = newest.entry(subject).or_insert(at);
            *last = at.max(*last);
        }
    }
    for (key, others) in world.contacts {
        let Some(subject) =
            draft.find(key).map(|found| found.record).filter(|subject| subject.deleted.is_none())
        else {
            continue;
        };
        let last = newest.get(key).copied().max(*others);
        if subject.get(LAST_TOUCH).instant() != last {
            let last = last.map_or(Value::Null, Value::Instant);
            draft.write(&subject, ChangeKind::Updated, Values::from([(LAST_TOUCH.to_owned(), last)]));
        }
    }
}

/// What a touch hangs on.
fn subjects(entity: &Entity, touch: &Values) -> Vec<RecordKey> {
    let subject = |parent: &String| {
        let target = entity.field(parent)?.kind.relation_target()?;
        Some(RecordKey::new(target, touch.get(parent)?.reference()?))
    };
    entity.parents.iter().filter_map(subject).collect()
}
