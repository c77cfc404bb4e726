//! What this build has built in and definitions saved by an earlier one lack.

use super::entities;
use crate::access::shipped_roles;
use crate::schema::{Entity, Schema};

/// The definitions with what is built in by now, as their next revision; `None` when they have all of it.
///
/// A new kind of record comes with the grants that the shipped roles have on it. A new field stands before what the
/// system keeps. New choices come only to kinds without a place in the menu, whose choices mean something to the
/// product itself; elsewhere they are the workspace's own matter, as names, order and what is retired are everywhere.
#[must_use]
pub fn completed(schema: &Schema) -> Option<Schema> {
    let mut whole = schema.clone();
    let mut before = None;
    for built_in in entities() {
        match whole.entities.iter_mut().find(|entity| entity.id == built_in.id) {
            Some(known) => complete(known, &built_in),
            None => insert(&mut whole, &built_in, before.as_deref()),
        }
        before = Some(built_in.id);
    }
    if whole == *schema {
        return None;
    }
    whole.revision += 1;
    Some(whole)
}

fn complete(known: &mut Entity, built_in: &Entity) {
    for field in &built_in.fields {
        let Some(at) = known.fields.iter().position(|one| one.id == field.id) else {
            let end = known.fields.iter().position(|one| one.system).unwrap_or(known.fields.len());
            let at = if field.system { known.fields.len() } else { end };
            known.fields.insert(at, field.clone());
            continue;
        };
        if built_in.listed {
            continue;
        }
        if let Some(options) = known.fields[at].kind.options_mut() {
            for option in field.kind.all_options() {
                if options.iter().all(|one| one.id != option.id) {
                    options.push(option.clone());
                }
            }
        }
    }
}

fn insert(schema: &mut Schema, entity: &Entity, before: Option<&str>) {
    let after = schema.entities.iter().position(|known| Some(known.id.as_str()) == before);
    schema.entities.insert(after.map_or(0, |at| at + 1), entity.clone());
    for shipped in shipped_roles() {
        let role = schema.roles.iter_mut().find(|role| role.id == shipped.id);
        if let (Some(role), Some(grant)) = (role, shipped.grants.get(&entity.id)) {
            role.grants.entry(entity.id.clone()).or_insert(*grant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{of_tests, saved_view};
    use super::*;
    use crate::access::REP;

    #[test]
    fn what_is_whole_stays_as_it_is() {
        assert_eq!(completed(&of_tests("UTC", "CNY")), None);
    }

    #[test]
    fn definitions_of_before_get_what_came_since_and_keep_their_own() {
        let whole = of_tests("UTC", "CNY");
        let mut old = whole.clone();
        old.revision = 7;
        old.entities.retain(|entity| entity.id != "competitor");
        for role in &mut old.roles {
            role.grants.remove("competitor");
        }
        for entity in &mut old.entities {
            entity.fields.retain(|field| field.id != "files" && field.id != "joined_at");
        }
        let named =
            |schema: &Schema, entity: &str| schema.entities.iter().position(|one| one.id == entity).unwrap();
        let (deal, views) = (named(&old, "deal"), named(&old, saved_view::SAVED_VIEW));
        let shared = old.entities[views].fields.iter_mut().find(|field| field.id == "shared").unwrap();
        shared.kind.options_mut().unwrap().retain(|option| option.id != saved_view::TEAMS);
        // A choice of a kind in the menu was taken out by the workspace, and a field was renamed and retired.
        let stage = &mut old.entities[deal].fields;
        let source = stage.iter_mut().find(|field| field.id == "source").unwrap();
        source.kind.options_mut().unwrap().pop();
        source.retired = true;
        source.label.en = "Origin".into();

        let found = completed(&old).unwrap();
        assert_eq!(found.revision, 8);
        assert_eq!(completed(&found), None);
        assert_eq!(found.entities[named(&found, "deal")].field("source"), old.entities[deal].field("source"));
        let ids =
            |schema: &Schema| schema.entities.iter().map(|entity| entity.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&found), ids(&whole));
        for (entity, fresh) in found.entities.iter().zip(&whole.entities) {
            let sorted = |entity: &Entity| {
                let mut ids: Vec<_> = entity.fields.iter().map(|field| field.id.clone()).collect();
                ids.sort();
                ids
            };
            assert_eq!(sorted(entity), sorted(fresh), "{}", entity.id);
            let at = |id: &str| entity.fields.iter().position(|field| field.id == id);
            if let (Some(files), Some(created)) = (at("files"), at("created_at")) {
                assert!(files < created, "{}", entity.id);
            }
        }
        assert_eq!(found.role(REP).unwrap().grants, whole.role(REP).unwrap().grants);
        let shared = found.entities[named(&found, saved_view::SAVED_VIEW)].field("shared").unwrap();
        assert!(shared.kind.all_options().iter().any(|option| option.id == saved_view::TEAMS));
    }
}
