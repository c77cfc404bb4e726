//! What makes a saved view a view: it filters, sorts and shows what its kind of record has; sharing and defaults are
//! for those who may give views to others.

use serde_json::Value as Json;

use std::collections::BTreeSet;

use super::draft::Draft;
use crate::access::{Act, Level, Permission};
use crate::expr::{self, Expr};
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{Record, RecordKey, Values};
use crate::schema::Entity;
use crate::schema::builtin::saved_view::{LANES, MAX_CARD, MAX_TEAMS, OWN, SAVED_VIEW, TEAMS};
use crate::value::Value;

pub(super) fn check_view(draft: &mut Draft<'_>, entity: &Entity, record: Option<&Record>, values: &Values) {
    if entity.id != SAVED_VIEW {
        return;
    }
    let before = |field: &str| record.and_then(|record| record.get(field).text());
    let after = |field: &str| values.get(field).map_or(before(field), Value::text);
    let changes = |field: &str| values.contains_key(field) && after(field) != before(field);
    let shared = after("shared").is_some_and(|shared| shared != OWN);
    let reaches_others = shared && (changes("shared") || changes("teams"));
    if reaches_others && draft.role.level(SAVED_VIEW, Act::Create) <= Level::Own {
        draft.forbid(Problem::on("shared", "problem.view.not_to_share"));
    }
    if changes("shared") || changes("teams") {
        let of_teams = after("shared") == Some(TEAMS);
        check_teams(draft, before("teams").unwrap_or_default(), after("teams").unwrap_or_default(), of_teams);
    }
    if changes("roles") {
        check_roles(draft, after("roles").unwrap_or_default(), shared);
    }
    let Some(about) = after("entity") else { return };
    let Some(about) = draft.world.schema.entity(about) else {
        draft.invalid(Problem::on("entity", "problem.unknown_entity").with("entity", about));
        return;
    };
    // What was sound when it was saved and is no longer, because a field has gone, blocks no other change.
    if changes("entity") || changes("filter") {
        check_filter(draft, about, after("filter"));
    }
    let known = |id: &str| about.field(id).is_some();
    let sort = after("sort").map(|sort| sort.strip_prefix('-').unwrap_or(sort));
    if changes("sort") && !sort.is_none_or(known) {
        draft.invalid(Problem::on("sort", "problem.unknown_field"));
    }
    if changes("columns") && !after("columns").is_none_or(|columns| columns.split(',').all(known)) {
        draft.invalid(Problem::on("columns", "problem.unknown_field"));
    }
    // A hidden field is answered like an unknown one.
    let role = draft.role;
    let seen = |id: &str| known(id) && !role.hides(&about.id, id);
    if changes("card")
        && let Some(card) = after("card")
    {
        if card.split(',').count() > MAX_CARD {
            draft.invalid(Problem::on("card", "problem.too_many").with("max", MAX_CARD));
        } else if !card.split(',').all(seen) {
            draft.invalid(Problem::on("card", "problem.unknown_field"));
        }
    }
    if changes("lanes") && !after("lanes").is_none_or(|lanes| LANES.contains(&lanes) && seen(lanes)) {
        draft.invalid(Problem::on("lanes", "problem.not_a_choice"));
    }
}

/// The ids of teams in the field of a view; what is no id names none.
pub(super) fn teams_of(text: &str) -> impl Iterator<Item = Id> + '_ {
    text.split(',').filter_map(|id| id.parse().ok())
}

/// Teams that are named anew have to be there; one that has gone since blocks no other change.
fn check_teams(draft: &mut Draft<'_>, before: &str, after: &str, of_teams: bool) {
    let parts: Vec<&str> = after.split(',').filter(|id| !id.is_empty()).collect();
    if of_teams && parts.is_empty() {
        draft.invalid(Problem::on("teams", "problem.view.no_team"));
    }
    if parts.len() > MAX_TEAMS {
        draft.invalid(Problem::on("teams", "problem.too_many").with("max", MAX_TEAMS));
        return;
    }
    let known: BTreeSet<Id> = teams_of(before).collect();
    for part in parts {
        let team = part.parse::<Id>().ok().filter(|team| team.to_string() == part);
        let key = team.map(|team| RecordKey::new("team", team));
        let found = key.as_ref().and_then(|key| draft.find(key));
        match (key, found) {
            (Some(key), Some(loaded)) if loaded.record.deleted.is_none() => {
                if loaded.record.version > 0 {
                    draft.plan.alive.insert(key);
                }
            }
            _ if team.is_some_and(|team| known.contains(&team)) => {}
            _ => {
                draft.invalid(Problem::on("teams", "problem.reference_not_found"));
                return;
            }
        }
    }
}

fn check_roles(draft: &mut Draft<'_>, roles: &str, shared: bool) {
    if !draft.role.may(Permission::Define) {
        draft.forbid(Problem::on("roles", "problem.forbidden"));
    }
    let mut roles = roles.split(',').filter(|role| !role.is_empty()).peekable();
    if roles.peek().is_some() && !shared {
        draft.invalid(Problem::on("roles", "problem.view.default_is_shared"));
    }
    if !roles.all(|role| draft.world.schema.role(role).is_some()) {
        draft.invalid(Problem::on("roles", "problem.definition.unknown_role"));
    }
}

fn check_filter(draft: &mut Draft<'_>, about: &Entity, text: Option<&str>) {
    let Some(text) = text else { return };
    let parsed = serde_json::from_str::<Json>(text).map_err(|_| Problem::new("problem.not_json"));
    let problems = match parsed.and_then(|json| Expr::parse(&json)) {
        Ok(expr) => {
            // A hidden field is answered like an unknown one.
            let mut visible = about.clone();
            visible.fields.retain(|field| !draft.role.hides(&about.id, &field.id));
            expr::check(&expr, &visible, draft.world.schema).err().unwrap_or_default()
        }
        Err(problem) => vec![problem],
    };
    for problem in problems {
        draft.invalid(problem.at("filter"));
    }
}
