//! Which of the things on the screen a change may concern. Rather one too many: what is read again without need looks the
//! same as before.

use std::collections::BTreeSet;

use domain::api::record::ChangeNote;
use domain::schema::{Entity, Schema};

/// Kinds whose change may change what everybody sees of everything: who belongs where, what things are called, what
/// money is worth.
const OF_ALL: [&str; 4] = ["definition", "user", "team", "rate"];

/// What news are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Concerned {
    #[default]
    Everything,
    /// Records of these kinds.
    Kinds(BTreeSet<String>),
}

impl Concerned {
    /// `beyond`: there is more than the notes say.
    pub fn new(notes: &[ChangeNote], beyond: bool) -> Self {
        if beyond || notes.iter().any(|note| OF_ALL.contains(&note.entity.as_str())) {
            return Self::Everything;
        }
        Self::Kinds(notes.iter().map(|note| note.entity.clone()).collect())
    }

    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Kinds(kinds) if kinds.is_empty())
    }

    /// Whether what is read from this address may look different now.
    pub fn are_seen_at(&self, schema: &Schema, address: &str) -> bool {
        let Self::Kinds(kinds) = self else { return true };
        let path = address.split('?').next().unwrap_or_default();
        let mut parts = path.trim_start_matches("/api/v1/").split('/');
        let of = |entity: Option<&str>| {
            let entity = entity.and_then(|id| schema.entity(id));
            entity.is_none_or(|entity| kinds.iter().any(|kind| meets(schema, entity, kind)))
        };
        match (parts.next(), parts.next()) {
            (Some("records" | "totals" | "alike"), entity) => of(entity),
            (Some("board"), pipeline) => {
                let known = schema.pipelines.iter().find(|known| Some(known.id.as_str()) == pipeline);
                of(known.map(|pipeline| pipeline.entity.as_str()))
            }
            (Some("today" | "agenda"), _) => {
                let mut due = schema.entities.iter().filter(|entity| entity.follow_up || entity.id == "task");
                due.any(|entity| kinds.iter().any(|kind| meets(schema, entity, kind)))
            }
            // One's own devices.
            (Some("session" | "sessions"), _) => false,
            _ => true,
        }
    }
}

/// Whether records of `entity` show something of records of `kind`, or are told of by them: one points at the other.
fn meets(schema: &Schema, entity: &Entity, kind: &str) -> bool {
    let points = |from: &Entity, to: &str| {
        from.fields.iter().any(|field| !field.retired && field.kind.relation_target() == Some(to))
    };
    entity.id == kind
        || points(entity, kind)
        || schema.entity(kind).is_none_or(|other| points(other, &entity.id))
}

#[cfg(test)]
mod tests {
    use domain::command::ChangeKind;
    use domain::ids::Id;

    use super::*;
    use crate::testing::schema;

    fn notes(kinds: &[&str]) -> Vec<ChangeNote> {
        let id = Id::v7(1, &[0; 10]);
        let note = |kind: &&str| ChangeNote {
            seq: 1,
            entity: (*kind).to_owned(),
            record: id,
            version: 1,
            change: ChangeKind::Updated,
            command: id,
        };
        kinds.iter().map(note).collect()
    }

    #[test]
    fn what_shows_a_kind_or_what_hangs_on_it_is_read_again() {
        let schema = schema();
        for (kinds, address, seen) in [
            (&["deal"][..], "/api/v1/board/sales", true),
            (&["deal"], "/api/v1/totals/deal?group=stage", true),
            (&["deal"], "/api/v1/today", true),
            (&["deal"], "/api/v1/search?q=x", true),
            // Its name stands on the card; a touch moves what is due; a contact knows nothing of a view.
            (&["account"], "/api/v1/board/sales?filter=x", true),
            (&["touch"], "/api/v1/records/deal/01a2/timeline", true),
            (&["contact"], "/api/v1/records/account/01a2", true),
            (&["saved_view"], "/api/v1/records/contact", false),
            (&["saved_view"], "/api/v1/board/sales", false),
            (&["saved_view"], "/api/v1/today", false),
            (&["saved_view"], "/api/v1/records/saved_view?filter=x", true),
            (&["saved_view", "deal"], "/api/v1/board/sales", true),
            (&["deal"], "/api/v1/sessions", false),
            // What nobody here knows of may be anything.
            (&["kind_of_tomorrow"], "/api/v1/board/sales", true),
            (&["saved_view"], "/api/v1/board/gone", true),
            (&["rate"], "/api/v1/totals/deal", true),
            (&["user"], "/api/v1/sessions", true),
        ] {
            let concerned = Concerned::new(&notes(kinds), false);
            assert_eq!(concerned.are_seen_at(&schema, address), seen, "{kinds:?} {address}");
        }
    }

    #[test]
    fn without_notes_nobody_is_concerned_unless_there_is_more() {
        assert!(Concerned::new(&[], false).is_nobody());
        assert_eq!(Concerned::new(&[], true), Concerned::Everything);
        assert_eq!(Concerned::new(&notes(&["deal"]), true), Concerned::Everything);
        assert!(!Concerned::Everything.is_nobody());
    }
}
