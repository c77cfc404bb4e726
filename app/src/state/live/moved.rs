//! Two people move the same card: the second is told who was first, and where it stands now.

use std::sync::Arc;

use domain::api::GetTimeline;
use domain::api::record::{TimelineEntry, TimelineKind, TimelineReply, TimelineRequest};
use domain::command::{Action, Conflict};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Toast, icons};
use crate::i18n::{label, say};
use crate::state::outbox::Item;
use crate::state::session::schema_now;
use crate::state::{app, ask};

/// Where the others have moved what a command wanted to move, whatever else it carries; nothing for another kind of
/// conflict.
fn moved_to(item: &Item, conflicts: &[Conflict]) -> Option<(Conflict, String)> {
    item.command.actions.iter().find_map(|action| {
        let Action::MoveStage { record, .. } = action else { return None };
        // A record may be in several conflicts: of its stage, and of what is changed beside it.
        conflicts.iter().filter(|conflict| conflict.record == *record).find_map(|conflict| {
            let stage = conflict.fields.iter().find(|one| one.field == "stage")?.theirs.as_str()?;
            Some((conflict.clone(), stage.to_owned()))
        })
    })
}

/// Tells of the move that came first. Whether the conflict is one.
pub fn tell(item: Arc<Item>, conflicts: &[Conflict]) -> bool {
    let Some((conflict, to)) = moved_to(&item, conflicts) else { return false };
    spawn_local(async move {
        // Who it was, the record's history knows; without it the place alone is told.
        let request = TimelineRequest { only: Some(TimelineKind::Change), ..TimelineRequest::default() };
        let record = conflict.record.to_string();
        let history = ask::<GetTimeline>(&[&conflict.entity, &record], &request).await;
        let who = history.ok().and_then(|history| mover(&history, &to));
        let stage = schema_now().stage(&to).map(|stage| untrack(|| label(&stage.label))).unwrap_or_default();
        let name = item.note.name.as_str();
        let text = match &who {
            Some(who) => say("live.moved_by.toast", &[("who", who), ("name", name), ("stage", &stage)]),
            None => say("live.moved.toast", &[("name", name), ("stage", &stage)]),
        };
        let decide = || app().tray.set(true);
        let toast = Toast::new(text).with_icon(icons::ALERT);
        app().toasts.show(toast.with_action(say("conflict.decide", &[]), decide));
    });
    true
}

/// Whoever moved the record to this stage last.
fn mover(history: &TimelineReply, to: &str) -> Option<String> {
    history.entries.iter().find_map(|entry| match entry {
        TimelineEntry::Change { by, fields, .. } => {
            let (_, now) = fields.get("stage")?;
            let is_it = now.as_str() == Some(to);
            is_it.then(|| history.names.get(by).cloned()).flatten()
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::command::{ChangeKind, Command, FieldConflict};
    use domain::ids::Id;
    use domain::time::Instant;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::state::outbox::{Note, State};

    fn id(number: u64) -> Id {
        Id::v7(number, &[0; 10])
    }

    fn change(by: u64, field: &str, from: &str, to: &str) -> TimelineEntry {
        let pair: (Json, Json) = (json!(from), json!(to));
        TimelineEntry::Change {
            at: Instant::from_unix_ms(0).unwrap(),
            command: id(9),
            by: id(by),
            change: ChangeKind::Updated,
            fields: BTreeMap::from([(field.to_owned(), pair)]),
        }
    }

    #[test]
    fn the_last_one_who_moved_it_there_is_named() {
        let history = TimelineReply {
            entries: vec![
                change(1, "name", "a", "b"),
                change(2, "stage", "needs", "proposal"),
                change(3, "stage", "proposal", "needs"),
                change(1, "stage", "needs", "proposal"),
            ],
            names: [(id(1), "林".to_owned()), (id(2), "陈".to_owned())].into(),
            next: None,
        };
        assert_eq!(mover(&history, "proposal").as_deref(), Some("陈"));
        // Whose name is not known is not guessed.
        assert_eq!(mover(&history, "needs"), None);
        assert_eq!(mover(&history, "signed"), None);
    }

    #[test]
    fn only_a_move_that_met_another_move_is_told_so() {
        let item = |actions| Item {
            command: Command { v: 1, id: id(5), actions },
            note: Note::default(),
            effects: Vec::new(),
            state: State::Waiting,
            kept: false,
        };
        let conflict = |field: &str| Conflict {
            entity: "deal".into(),
            record: id(7),
            version: 3,
            fields: vec![FieldConflict {
                field: field.into(),
                yours: json!("signed"),
                theirs: json!("proposal"),
                base: json!("needs"),
            }],
        };
        let a_move = || vec![Action::move_stage("deal", id(7), "needs", "signed")];
        let stage = moved_to(&item(a_move()), &[conflict("stage")]).map(|(_, stage)| stage);
        assert_eq!(stage.as_deref(), Some("proposal"));
        assert_eq!(moved_to(&item(a_move()), &[conflict("amount")]), None);
        let other = Action::move_stage("deal", id(8), "needs", "signed");
        assert_eq!(moved_to(&item(vec![other]), &[conflict("stage")]), None);
        assert_eq!(moved_to(&item(Vec::new()), &[conflict("stage")]), None);

        // With whatever goes along, in the move and beside it: a lane hands over in the same command.
        let mut whole = Action::move_stage("deal", id(7), "needs", "signed");
        if let Action::MoveStage { values, note, checked, days, .. } = &mut whole {
            values.insert("amount".to_owned(), json!(5));
            *note = Some("x".to_owned());
            checked.push("k_seen".to_owned());
            days.insert("again".to_owned(), json!("2026-06-01"));
        }
        let hands_over = |record| Action::Assign {
            entity: "deal".into(),
            record,
            old_owner: Some(id(1)),
            owner: Some(id(2)),
        };
        let told =
            |actions, conflicts: &[Conflict]| moved_to(&item(actions), conflicts).map(|(_, stage)| stage);
        let to = Some("proposal".to_owned());
        assert_eq!(told(vec![whole.clone()], &[conflict("stage")]), to);
        assert_eq!(told(vec![whole.clone(), hands_over(id(7))], &[conflict("owner"), conflict("stage")]), to);
        assert_eq!(told(vec![hands_over(id(8)), whole.clone()], &[conflict("stage")]), to);
        // Only handed over by somebody else meanwhile.
        assert_eq!(told(vec![whole, hands_over(id(7))], &[conflict("owner")]), None);
        assert_eq!(told(vec![hands_over(id(7))], &[conflict("stage")]), None);
    }
}
