//! What has changed since a point, as far as a reader sees it.

use domain::access::Act;
use domain::schema::Entity;

use super::place::table;
use super::records::Reader;
use super::scope::{predicate, was_in_sight};
use super::statement::Statement;

/// Log entries looked at in one go.
pub const CHANGES: u64 = 500;

/// Whether the record of log entry `l` is in sight as it is now. Definitions are everybody's.
fn is_in_sight(reader: Reader<'_>) -> String {
    let of = |entity: &Entity| {
        let scope = predicate(reader.schema, reader.role, entity, Act::View, "r");
        format!(
            "(l.entity = '{}' AND EXISTS (SELECT 1 FROM {} r WHERE r.workspace_id = ?1 AND r.id = l.record_id AND {scope}))",
            entity.id,
            table(entity)
        )
    };
    let mut any: Vec<String> = reader.schema.entities.iter().map(of).collect();
    any.push("l.entity = 'definition'".to_owned());
    format!("({})", any.join(" OR "))
}

/// The entries after a point whose records are in sight: seq, kind of record, record, version, kind of change, command.
#[must_use]
pub fn changes(reader: Reader<'_>, after: u64) -> Statement {
    let sql = format!(
        "SELECT json_array(l.seq, l.entity, l.record_id, l.version, l.kind, l.command_id) AS j FROM change_log l \
         WHERE l.workspace_id = ?1 AND l.seq > ?3 AND l.seq <= ?3 + {CHANGES} AND {} ORDER BY l.seq",
        is_in_sight(reader)
    );
    Statement::new("changes", sql, vec![reader.user.into(), after.into()])
}

/// A row when, by one of these entries, something went out of sight that was in it by its owner or by what it hung on.
#[must_use]
pub fn lost(reader: Reader<'_>, after: u64) -> Statement {
    let of = |entity: &Entity| {
        let was = was_in_sight(reader.schema, reader.role, entity, "f");
        (was != "0").then(|| format!("(l.entity = '{}' AND {was})", entity.id))
    };
    let any: Vec<String> = reader.schema.entities.iter().filter_map(of).collect();
    let was = if any.is_empty() { "0".to_owned() } else { any.join(" OR ") };
    let sql = format!(
        "SELECT json_array(1) AS j FROM change_log l \
         WHERE l.workspace_id = ?1 AND l.seq > ?3 AND l.seq <= ?3 + {CHANGES} AND l.kind <> 'created' AND NOT {} \
         AND EXISTS (SELECT 1 FROM json_each(l.body, '$.fields') f WHERE {was}) LIMIT 1",
        is_in_sight(reader)
    );
    Statement::new("lost", sql, vec![reader.user.into(), after.into()])
}

#[cfg(test)]
mod tests {
    use domain::access::{ADMINISTRATOR, REP};
    use domain::ids::Id;
    use serde_json::{Value as Json, json};

    use super::super::testing::{Shard, id, schema};
    use super::*;

    const ME: u64 = 2;
    const COLLEAGUE: u64 = 3;

    fn record(shard: &Shard, table: &str, number: u64, owner: u64, more: &[(&str, String)]) {
        let columns: String = more.iter().map(|(column, _)| format!(", {column}")).collect();
        let values: String = more.iter().map(|(_, value)| format!(", '{value}'")).collect();
        let sql = format!(
            "INSERT INTO {table} (workspace_id, id, version, name, created_at, updated_at, created_by_id, updated_by_id, owner_id{columns}) \
             VALUES ('{}', '{}', 1, 'x', 0, 0, 'x', 'x', '{}'{values})",
            shard.workspace,
            id(number),
            id(owner)
        );
        shard.connection.execute(&sql, []).unwrap();
    }

    /// An entry of the log: what was done to which record, and the fields that changed.
    fn entry(shard: &Shard, seq: u64, (entity, number): (&str, u64), kind: &str, fields: &Json) {
        let sql = "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body) \
            VALUES (?1, ?2, 1, ?3, 0, 'x', ?4, ?5, 1, ?6, ?7)";
        let body = json!({ "fields": fields }).to_string();
        let params = [
            shard.workspace.to_string(),
            seq.to_string(),
            id(900 + seq).to_string(),
            entity.to_owned(),
            id(number).to_string(),
            kind.to_owned(),
            body,
        ];
        shard.connection.execute(sql, params).unwrap();
    }

    /// Mine: account 21 and deal 11. A colleague's: account 22 with contact 31, and deal 12.
    fn shard() -> Shard {
        let shard = Shard::new();
        let staged = || [("stage", "needs".to_owned()), ("rank", "m".to_owned())];
        record(&shard, "account", 21, ME, &[]);
        record(&shard, "account", 22, COLLEAGUE, &[]);
        record(&shard, "deal", 11, ME, &staged());
        record(&shard, "deal", 12, COLLEAGUE, &staged());
        record(&shard, "contact", 31, COLLEAGUE, &[("account_id", id(22).to_string())]);
        shard
    }

    fn asked(shard: &Shard, role: &str, after: u64) -> (Vec<(u64, Id)>, bool) {
        let schema = schema();
        let reader = Reader { schema: &schema, role: schema.role(role).unwrap(), user: id(ME) };
        let rows = shard.run(changes(reader, after)).unwrap();
        type Row = (u64, String, Id, u64, String, Id);
        let told = rows.read::<Row>().unwrap().into_iter().map(|(seq, .., command)| (seq, command)).collect();
        (told, !shard.run(lost(reader, after)).unwrap().is_empty())
    }

    #[test]
    fn what_went_out_of_sight_is_said_to_have_and_nothing_else_of_it() {
        let [me, colleague, third] = [ME, COLLEAGUE, 4].map(|number| json!(id(number)));
        let [mine, theirs] = [21, 22].map(|number| json!(id(number)));
        for (entry_of, kind, fields, is_lost) in [
            // Another's own business.
            (("deal", 12), "created", json!({"owner": [null, colleague]}), false),
            (("deal", 12), "updated", json!({"name": ["a", "b"]}), false),
            (("deal", 12), "updated", json!({"owner": [third, colleague]}), false),
            (("contact", 31), "updated", json!({"account": [third, theirs]}), false),
            (("contact", 31), "deleted", json!({}), false),
            // It was mine, or below what is mine.
            (("deal", 12), "updated", json!({"owner": [me, colleague]}), true),
            (("contact", 31), "updated", json!({"name": ["a", "b"], "account": [mine, theirs]}), true),
        ] {
            let shard = shard();
            entry(&shard, 1, entry_of, kind, &fields);
            assert_eq!(asked(&shard, REP, 0), (Vec::new(), is_lost), "{kind} {fields}");
            assert_eq!(asked(&shard, REP, 1), (Vec::new(), false));
            // Whoever sees everything loses nothing.
            assert_eq!(asked(&shard, ADMINISTRATOR, 0), (vec![(1, id(901))], false), "{kind} {fields}");
        }
    }

    #[test]
    fn what_is_still_in_sight_is_told_and_not_lost() {
        let shard = shard();
        let [me, third] = [ME, 4].map(|number| json!(id(number)));
        entry(&shard, 1, ("deal", 11), "updated", &json!({"owner": [third, me]}));
        entry(&shard, 2, ("deal", 11), "updated", &json!({"owner": [me, me]}));
        entry(&shard, 3, ("definition", 1), "defined", &json!({}));
        let told = vec![(1, id(901)), (2, id(902)), (3, id(903))];
        assert_eq!(asked(&shard, REP, 0), (told, false));
    }

    #[test]
    fn another_workspace_tells_and_loses_nothing() {
        let mut shard = shard();
        entry(&shard, 1, ("deal", 12), "updated", &json!({"owner": [id(ME), id(COLLEAGUE)]}));
        entry(&shard, 2, ("deal", 11), "updated", &json!({"name": ["a", "b"]}));
        shard.workspace = id(77);
        assert_eq!(asked(&shard, REP, 0), (Vec::new(), false));
    }
}
