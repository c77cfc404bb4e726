//! The reader's scope as SQL: part of every query. `?1` is the workspace and `?2` the reader.

use domain::access::{Act, Owners, ParentScope, Role, Scope, SharedViews, scope};
use domain::schema::builtin::saved_view::{SHARED, TEAMS};
use domain::schema::{Entity, Schema};

use super::place::table;

/// The reader and the people in the reader's team and in the teams below it. `union` drops what was seen before,
/// so that a circle in the tree ends.
pub const TEAM_MATES: &str = "WITH RECURSIVE tree(id) AS (\
    SELECT team_id FROM \"user\" WHERE workspace_id = ?1 AND id = ?2 AND team_id IS NOT NULL \
    UNION SELECT t.id FROM team t JOIN tree ON t.parent_id = tree.id WHERE t.workspace_id = ?1 AND t.deleted_at IS NULL) \
    SELECT ?2 AS id UNION SELECT m.id FROM \"user\" m JOIN tree ON m.team_id = tree.id WHERE m.workspace_id = ?1";

/// The reader's team and the teams it is part of, as far as they are there. A circle in the tree ends.
const TEAMS_ABOVE: &str = "WITH RECURSIVE above(id) AS (\
    SELECT team_id FROM \"user\" WHERE workspace_id = ?1 AND id = ?2 \
    UNION SELECT t.parent_id FROM team t JOIN above ON t.id = above.id WHERE t.workspace_id = ?1 AND t.deleted_at IS NULL) \
    SELECT t.id FROM team t JOIN above ON t.id = above.id WHERE t.workspace_id = ?1 AND t.deleted_at IS NULL";

/// A predicate over the rows of `entity` under `alias`: 1 where the role may `act`.
#[must_use]
pub fn predicate(schema: &Schema, role: &Role, entity: &Entity, act: Act, alias: &str) -> String {
    sql(schema, entity, &scope(schema, role, &entity.id, act), alias, 0)
}

fn sql(schema: &Schema, entity: &Entity, scope: &Scope, alias: &str, depth: usize) -> String {
    let (owners, parents, shared) = match scope {
        Scope::Nothing => return "0".to_owned(),
        Scope::Everything => return "1".to_owned(),
        Scope::Within { owners, parents, shared } => (owners, parents, shared),
    };
    // A user owns themselves; teams and rates belong to nobody.
    let owner = match (entity.field("owner"), entity.id.as_str()) {
        (Some(_), _) => Some(format!("{alias}.owner_id")),
        (None, "user") => Some(format!("{alias}.id")),
        (None, _) => None,
    };
    let mut any: Vec<String> = parents.iter().map(|parent| inherited(schema, parent, alias, depth)).collect();
    if let Some(owner) = owner {
        let own = match owners {
            Owners::Me => format!("{owner} = ?2"),
            Owners::MyTeams => format!("{owner} IN ({TEAM_MATES})"),
        };
        any.insert(0, own);
    }
    if let Some(SharedViews { kinds, of_all_teams }) = shared
        && !kinds.is_empty()
    {
        // Ids of definitions are small letters, digits and underscores.
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
        let of_mine = if *of_all_teams {
            "1".to_owned()
        } else {
            format!("EXISTS (SELECT 1 FROM ({TEAMS_ABOVE}) mine WHERE instr({alias}.teams, mine.id) > 0)")
        };
        any.push(format!(
            "({alias}.entity IN ({}) AND ({alias}.shared = '{SHARED}' OR ({alias}.shared = '{TEAMS}' AND {of_mine})))",
            kinds.join(", ")
        ));
    }
    // Null where nobody owns the record: not selected, and not granted.
    if any.is_empty() { "0".to_owned() } else { format!("({})", any.join(" OR ")) }
}

fn inherited(schema: &Schema, parent: &ParentScope, alias: &str, depth: usize) -> String {
    let Some(entity) = schema.entity(&parent.entity) else { return "0".to_owned() };
    let (inner, field) = (format!("p{depth}"), &parent.field);
    let within = sql(schema, entity, &parent.scope, &inner, depth + 1);
    format!(
        "EXISTS (SELECT 1 FROM {} {inner} WHERE {inner}.workspace_id = ?1 AND {inner}.id = {alias}.\"{field}_id\" AND {inner}.deleted_at IS NULL AND {within})",
        table(entity)
    )
}
