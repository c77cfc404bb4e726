//! A customer in one look: which records belong to another one's history, and how long a conversation is news.

use crate::schema::{Entity, Field, Schema};

/// For so many days a colleague who talked with a customer is worth a word to whoever is about to.
pub const WARNING_DAYS: i64 = 3;
/// Who has been talking with whom is told of so many days.
pub const TALK_DAYS: i64 = 90;
/// People of one look: the last ones that talked.
pub const TALKS: u32 = 6;

/// What touches, tasks and comments can be about.
pub const SUBJECTS: [&str; 4] = ["lead", "account", "contact", "deal"];

/// The kinds of record whose histories are part of that of a record of `entity`, with the relation by which each hangs
/// on it: contacts and deals of an account, deals of a contact. Leads that became it belong to it anyway.
#[must_use]
pub fn related<'a>(schema: &'a Schema, entity: &str) -> Vec<(&'a Entity, &'a Field)> {
    let of = |kind: &'a Entity| {
        let field = kind.field(entity).filter(|field| field.kind.relation_target() == Some(entity))?;
        (!field.custom && !field.retired).then_some((kind, field))
    };
    let kinds = schema.entities.iter().filter(|kind| {
        SUBJECTS.contains(&kind.id.as_str())
            && SUBJECTS.contains(&entity)
            && kind.id != "lead"
            && kind.id != entity
    });
    kinds.filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::builtin;

    #[test]
    fn an_account_has_the_histories_of_its_people_and_deals() {
        let schema = builtin::of_tests("UTC", "CNY");
        let of = |entity: &str| {
            let found = related(&schema, entity);
            found.into_iter().map(|(kind, field)| format!("{}.{}", kind.id, field.id)).collect::<Vec<_>>()
        };
        assert_eq!(of("account"), ["contact.account", "deal.account"]);
        assert_eq!(of("contact"), ["deal.contact"]);
        for entity in ["deal", "lead", "touch", "task", "user", "nothing"] {
            assert_eq!(of(entity), [""; 0], "{entity}");
        }
    }
}
