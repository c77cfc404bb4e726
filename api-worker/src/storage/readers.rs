//! Who sees a record: the scope of others, asked for whom a comment names.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Act, Level};
use domain::api::look::READERS;
use domain::comment::COMMENT;
use domain::ids::Id;
use domain::record::RecordKey;
use domain::schema::builtin::user::status::ACTIVE;
use domain::schema::{Entity, Schema};
use serde_json::{Value as Json, json};

use super::place::table;
use super::records::Reader;
use super::scope::predicate;
use super::statement::{DbError, Rows, Statement};

/// What holds for the records `r` of an entity that a user `u` sees, with the roles for which that is so. Roles that
/// read no comments are left out: whom one cannot tell anything is not named.
fn sights(schema: &Schema, entity: &Entity) -> BTreeMap<String, Vec<String>> {
    let mut sights: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for role in schema.roles.iter().filter(|role| role.level(COMMENT, Act::View) != Level::None) {
        // Scopes know their reader as `?2`, and no other parameter but the workspace.
        let sight = predicate(schema, role, entity, Act::View, "r").replace("?2", "u.id");
        sights.entry(sight).or_default().push(role.id.clone());
    }
    sights
}

/// Which of these pairs of a record and an active person are such that the person sees the record. Each kind of sight is a
/// statement of its own, so that many roles make none too long; [`read`] reads the answer of each.
#[must_use]
pub fn of_pairs(schema: &Schema, pairs: &BTreeSet<(RecordKey, Id)>) -> Vec<(String, Statement)> {
    let mut by_entity: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for (key, user) in pairs {
        by_entity.entry(&key.entity).or_default().push(json!([key.id, user]));
    }
    let mut statements = Vec::new();
    for (entity, pairs) in by_entity {
        let Some(definition) = schema.entity(entity) else { continue };
        let pairs = Json::from(pairs);
        for (sight, roles) in sights(schema, definition) {
            let sql = format!(
                "SELECT json_array(r.id, u.id) AS j FROM json_each(?2) g \
                 CROSS JOIN \"user\" u ON u.workspace_id = ?1 AND u.id = g.value ->> 1 \
                 CROSS JOIN {} r ON r.workspace_id = ?1 AND r.id = g.value ->> 0 \
                 WHERE u.status = '{ACTIVE}' AND u.deleted_at IS NULL AND u.role IN (SELECT value FROM json_each(?3)) \
                 AND r.deleted_at IS NULL AND {sight}",
                table(definition)
            );
            let params = vec![pairs.clone().into(), Json::from(roles).into()];
            statements.push((entity.to_owned(), Statement::new("readers", sql, params)));
        }
    }
    statements
}

/// # Errors
/// A row that is not as selected.
pub fn read(entity: &str, rows: &Rows, into: &mut BTreeSet<(RecordKey, Id)>) -> Result<(), DbError> {
    let pairs = rows.read::<(Id, Id)>()?.into_iter();
    into.extend(pairs.map(|(record, user)| (RecordKey::new(entity, record), user)));
    Ok(())
}

/// The active people in the reader's sight who see a record, by name, as `(name_key, id, name)`; one more than
/// [`READERS`] of each statement tells that there are others. The caller has to know that the reader sees the record.
#[must_use]
pub fn of_record(reader: Reader<'_>, entity: &Entity, record: Id) -> Vec<Statement> {
    let people = reader.schema.entity("user").filter(|_| !reader.role.hides("user", "name"));
    let Some(people) = people else { return Vec::new() };
    let known = predicate(reader.schema, reader.role, people, Act::View, "u");
    let statement = |(sight, roles): (String, Vec<String>)| {
        let sql = format!(
            "SELECT json_array(u.name_key, u.id, u.name) AS j FROM \"user\" u WHERE u.workspace_id = ?1 AND u.status = '{ACTIVE}' \
             AND u.deleted_at IS NULL AND u.role IN (SELECT value FROM json_each(?4)) AND {known} AND EXISTS (SELECT 1 FROM {} r \
             WHERE r.workspace_id = ?1 AND r.id = ?3 AND r.deleted_at IS NULL AND {sight}) ORDER BY u.name_key, u.id LIMIT {}",
            table(entity),
            READERS + 1
        );
        Statement::new("readers_of", sql, vec![reader.user.into(), record.into(), Json::from(roles).into()])
    };
    sights(reader.schema, entity).into_iter().map(statement).collect()
}

#[cfg(test)]
mod tests {
    use domain::access::{ADMINISTRATOR, MANAGER, REP};

    use super::super::testing::{Shard, id, schema};
    use super::*;

    const TEAM: u64 = 40;

    fn user(shard: &Shard, number: u64, role: &str, status: &str, team: Option<u64>) {
        let sql = "INSERT INTO \"user\" (workspace_id, id, version, name, name_key, role, status, team_id, created_at, updated_at, created_by_id, updated_by_id) \
                   VALUES (?1, ?2, 1, ?3, ?3, ?4, ?5, ?6, 0, 0, 'x', 'x')";
        let values = rusqlite::params![
            shard.workspace.to_string(),
            id(number).to_string(),
            number.to_string(),
            role,
            status,
            team.map(|team| id(team).to_string())
        ];
        shard.connection.execute(sql, values).unwrap();
    }

    /// The owner of the account with a colleague of the same team, who leads it; somebody else; a reader of everything;
    /// one who left; one whose role is unknown to everything.
    fn shard() -> Shard {
        let shard = Shard::new();
        let (workspace, account) = (shard.workspace, id(10));
        let sql = format!(
            "INSERT INTO team (workspace_id, id, version, name, created_at, updated_at, created_by_id, updated_by_id) \
             VALUES ('{workspace}', '{}', 1, 'x', 0, 0, 'x', 'x'); \
             INSERT INTO account (workspace_id, id, version, name, owner_id, created_at, updated_at, created_by_id, updated_by_id) \
             VALUES ('{workspace}', '{account}', 1, 'x', '{}', 0, 0, 'x', 'x'); \
             INSERT INTO comment (workspace_id, id, version, text, owner_id, account_id, created_at, updated_at, created_by_id, updated_by_id) \
             VALUES ('{workspace}', '{}', 1, 'x', '{}', '{account}', 0, 0, 'x', 'x')",
            id(TEAM),
            id(51),
            id(20),
            id(51),
        );
        shard.connection.execute_batch(&sql).unwrap();
        user(&shard, 51, REP, "active", Some(TEAM));
        user(&shard, 52, MANAGER, "active", Some(TEAM));
        user(&shard, 53, REP, "active", Some(TEAM));
        user(&shard, 54, MANAGER, "active", None);
        user(&shard, 55, ADMINISTRATOR, "active", None);
        user(&shard, 56, ADMINISTRATOR, "inactive", None);
        user(&shard, 57, "nobody", "active", None);
        shard
    }

    #[test]
    fn a_comment_names_whoever_sees_the_record_by_their_own_role_and_team() {
        let (shard, mut schema) = (shard(), schema());
        let asked = |schema: &Schema, key: &RecordKey| {
            let pairs = (50..60).map(|user| (key.clone(), id(user))).collect();
            let mut found = BTreeSet::new();
            for (entity, statement) in of_pairs(schema, &pairs) {
                read(&entity, &shard.run(statement).unwrap(), &mut found).unwrap();
            }
            (50..60).filter(|user| found.contains(&(key.clone(), id(*user)))).collect::<Vec<_>>()
        };
        for key in [RecordKey::new("account", id(10)), RecordKey::new(COMMENT, id(20))] {
            assert_eq!(asked(&schema, &key), [51, 52, 55], "{key:?}");
        }
        assert_eq!(asked(&schema, &RecordKey::new("account", id(11))), [0; 0]);
        assert_eq!(asked(&schema, &RecordKey::new("nothing", id(10))), [0; 0]);
        let of_record = |schema: &Schema, role: &str| {
            let reader = Reader { schema, role: schema.role(role).unwrap(), user: id(51) };
            let statements = of_record(reader, schema.entity("account").unwrap(), id(10));
            let rows = statements
                .into_iter()
                .flat_map(|one| shard.run(one).unwrap().read::<(String, Id, String)>().unwrap());
            rows.map(|(_, _, name)| name).collect::<BTreeSet<_>>()
        };
        assert_eq!(of_record(&schema, REP), ["51", "52", "55"].map(str::to_owned).into());
        // A role that reads no comments is told of none.
        schema.roles.iter_mut().find(|role| role.id == MANAGER).unwrap().grants.remove(COMMENT);
        assert_eq!(asked(&schema, &RecordKey::new("account", id(10))), [51, 55]);
        assert_eq!(of_record(&schema, REP), ["51", "55"].map(str::to_owned).into());
    }
}
