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
pub const TEAMS_ABOVE: &str = "WITH RECURSIVE above(id) AS (\
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
    let held =
        |parent: &ParentScope| inherited(schema, parent, &format!("{alias}.\"{}_id\"", parent.field), depth);
    let mut any: Vec<String> = parents.iter().map(held).collect();
    if let Some(owner) = owner {
        any.insert(0, is_of(*owners, &owner));
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

/// Whether this is one of these people.
fn is_of(owners: Owners, owner: &str) -> String {
    match owners {
        Owners::Me => format!("{owner} = ?2"),
        Owners::MyTeams => format!("{owner} IN ({TEAM_MATES})"),
    }
}

/// Over a field of a log entry, `{alias}.key` with before and after in `{alias}.value`: 1 where a record of `entity` was
/// in sight by what stood there before. For a record that no longer is.
#[must_use]
pub fn was_in_sight(schema: &Schema, role: &Role, entity: &Entity, alias: &str) -> String {
    let Scope::Within { owners, parents, shared } = scope(schema, role, &entity.id, Act::View) else {
        // What is seen whole is never lost, and neither is what is not seen at all.
        return "0".to_owned();
    };
    let before = format!("{alias}.value ->> 0");
    let held = |parent: &ParentScope| {
        format!("({alias}.key = '{}' AND {})", parent.field, inherited(schema, parent, &before, 0))
    };
    let mut any: Vec<String> = parents.iter().map(held).collect();
    if entity.field("owner").is_some() {
        any.push(format!("({alias}.key = 'owner' AND {})", is_of(owners, &format!("({before})"))));
    }
    if shared.is_some() {
        any.push(format!("{alias}.key IN ('shared', 'teams')"));
    }
    if any.is_empty() { "0".to_owned() } else { format!("({})", any.join(" OR ")) }
}

/// Whether `id` is one of a parent that is there and in sight.
fn inherited(schema: &Schema, parent: &ParentScope, id: &str, depth: usize) -> String {
    let Some(entity) = schema.entity(&parent.entity) else { return "0".to_owned() };
    let inner = format!("p{depth}");
    let within = sql(schema, entity, &parent.scope, &inner, depth + 1);
    format!(
        "EXISTS (SELECT 1 FROM {} {inner} WHERE {inner}.workspace_id = ?1 AND {inner}.id = {id} AND {inner}.deleted_at IS NULL AND {within})",
        table(entity)
    )
}

#[cfg(test)]
mod tests {
    use domain::access::{ADMINISTRATOR, MANAGER, REP};
    use domain::ids::Id;

    use super::super::statement::Statement;
    use super::super::testing::{Shard, id, schema};
    use super::*;

    fn insert(shard: &Shard, table: &str, number: u64, columns: &str, values: &str) {
        let sql = format!(
            "INSERT INTO \"{table}\" (workspace_id, id, version, name, created_at, updated_at, created_by_id, updated_by_id, {columns}) \
             VALUES ('{}', '{}', 1, 'x', 0, 0, 'x', 'x', {values})",
            shard.workspace,
            id(number)
        );
        shard.connection.execute(&sql, []).unwrap();
    }

    fn team(shard: &Shard, number: u64, parent: Option<u64>) {
        let parent = parent.map_or_else(|| "NULL".to_owned(), |parent| format!("'{}'", id(parent)));
        insert(shard, "team", number, "parent_id", &parent);
    }

    fn view(shard: &Shard, number: u64, shared: &str, teams: &[u64]) {
        let teams: Vec<String> = teams.iter().map(|team| id(*team).to_string()).collect();
        let values = format!("'deal', '{shared}', '{}', '{}'", teams.join(","), id(90));
        insert(shard, "saved_view", number, "entity, shared, teams, owner_id", &values);
    }

    fn seen(shard: &Shard, role: &str, user: u64) -> Vec<u64> {
        let schema = schema();
        let entity = schema.entity("saved_view").unwrap();
        let within = predicate(&schema, schema.role(role).unwrap(), entity, Act::View, "r");
        let sql = format!(
            "SELECT json_array(r.id) AS j FROM saved_view r WHERE r.workspace_id = ?1 AND {within} ORDER BY r.id"
        );
        let rows = shard.run(Statement::new("views", sql, vec![id(user).into()])).unwrap();
        let found = rows.read::<(Id,)>().unwrap();
        found.into_iter().map(|(found,)| (60..70).find(|number| id(*number) == found).unwrap()).collect()
    }

    /// Team 41 with 42 below it and 43 below that; 44 beside them; 45 and 46 in a circle; 47 deleted.
    fn shard() -> Shard {
        let shard = Shard::new();
        team(&shard, 41, None);
        team(&shard, 42, Some(41));
        team(&shard, 43, Some(42));
        team(&shard, 44, None);
        team(&shard, 45, Some(46));
        team(&shard, 46, Some(45));
        team(&shard, 47, None);
        shard
            .connection
            .execute("UPDATE team SET deleted_at = 1 WHERE id = ?1", [id(47).to_string()])
            .unwrap();
        for (user, team) in [(51, 41), (52, 42), (53, 43), (54, 44), (55, 45), (57, 47)] {
            insert(
                &shard,
                "user",
                user,
                "role, status, team_id",
                &format!("'rep', 'active', '{}'", id(team)),
            );
        }
        insert(&shard, "user", 58, "role, status", "'rep', 'active'");
        view(&shard, 60, "team", &[44]);
        view(&shard, 61, "teams", &[42]);
        view(&shard, 62, "teams", &[41, 44]);
        view(&shard, 63, "teams", &[46]);
        view(&shard, 64, "teams", &[47]);
        view(&shard, 65, "own", &[41, 42, 43, 44]);
        view(&shard, 66, "teams", &[]);
        shard
    }

    #[test]
    fn a_view_of_a_team_is_seen_there_and_below() {
        let shard = shard();
        for (user, views) in [
            (51, vec![60, 62]),
            (52, vec![60, 61, 62]),
            (53, vec![60, 61, 62]),
            (54, vec![60, 62]),
            // A circle ends; a team that is gone reaches nobody; without a team there is what everybody has.
            (55, vec![60, 63]),
            (57, vec![60]),
            (58, vec![60]),
        ] {
            assert_eq!(seen(&shard, REP, user), views, "{user}");
            assert_eq!(seen(&shard, MANAGER, user), views, "{user}");
        }
        // Whoever looks after shared views has those of all teams, and nobody's own.
        assert_eq!(seen(&shard, ADMINISTRATOR, 58), [60, 61, 62, 63, 64, 66]);
        assert_eq!(seen(&shard, REP, 90), [60, 61, 62, 63, 64, 65, 66]);
    }

    #[test]
    fn teams_of_another_workspace_reach_nobody() {
        let mut shard = shard();
        shard.workspace = id(2);
        view(&shard, 67, "teams", &[42]);
        assert_eq!(seen(&shard, REP, 52), Vec::<u64>::new());
    }
}
