//! What makes a comment one: it hangs on something, its author is who writes it, and whom it names sees what it is about.

use std::collections::BTreeSet;

use super::Mention;
use super::draft::Draft;
use crate::comment::{COMMENT, MAX_MENTIONS, mentions};
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{Record, RecordKey, Values};
use crate::schema::Entity;
use crate::value::Value;

/// What a comment is said to be about, when it is about several things: the nearest first.
const NEAREST: [&str; 4] = ["deal", "contact", "account", "lead"];

pub(super) fn check_comment(
    draft: &mut Draft<'_>,
    entity: &Entity,
    id: Id,
    record: Option<&Record>,
    values: &Values,
) {
    if entity.id != COMMENT {
        return;
    }
    let before = |field: &str| record.map_or(&Value::Null, |record| record.get(field));
    let after = |field: &str| values.get(field).unwrap_or_else(|| before(field));
    let moved = record.is_some() && NEAREST.iter().any(|field| !after(field).same(before(field)));
    if moved {
        // Whom it names was asked about where it stands.
        draft.invalid(Problem::new("problem.comment.stays"));
    }
    let about = |field: &&str| Some(RecordKey::new(field, after(field).reference()?));
    let subjects: Vec<RecordKey> = NEAREST.iter().filter_map(about).collect();
    let Some(nearest) = subjects.first().cloned() else {
        if NEAREST.iter().all(|field| !draft.complains_of(Some(field))) {
            draft.invalid(Problem::new("problem.comment.about_nothing"));
        }
        return;
    };
    if draft.plan.import.is_some() {
        // History names nobody anew.
        return;
    }
    let me = draft.world.actor.user;
    if record.is_none() && after("owner").reference() != Some(me) {
        draft.invalid(Problem::on("owner", "problem.comment.of_author"));
    }
    let named = mentions(after("text").text().unwrap_or_default());
    if named.len() > MAX_MENTIONS {
        draft.invalid(Problem::on("text", "problem.comment.many_mentions").with("max", MAX_MENTIONS));
        return;
    }
    let known = mentions(before("text").text().unwrap_or_default());
    let fresh: BTreeSet<Id> = named.into_iter().filter(|user| *user != me && !known.contains(user)).collect();
    if let Some(readers) = draft.world.readers {
        let own = RecordKey::new(COMMENT, id);
        let reads = |user: &Id| {
            let mut places = subjects.iter().chain([&own]);
            places.any(|key| readers.contains(&(key.clone(), *user)))
        };
        if !fresh.iter().all(reads) {
            draft.invalid(Problem::on("text", "problem.comment.unseen"));
            return;
        }
    }
    let mention = |user| Mention { comment: id, user, about: nearest.clone() };
    draft.plan.mentions.extend(fresh.into_iter().map(mention));
}
