//! What is over: records whose days of being restored are past, with what belongs to them alone, and sessions and links
//! that nobody can use any more. The log stays as it is.
//!
//! Sweeps over a whole shard, so these statements know no workspace: every row is named with its own. Each takes a
//! bounded number of rows and finds them by an index, so that a run costs what there is to do and not what is stored.

use domain::forecast::STAGE;
use domain::schema::{Entity, builtin};

use super::place::table;

/// Records of one kind that one run removes.
pub const RECORDS: u32 = 100;
/// Sessions, invitations or reset links that one run removes.
const TOKENS: u32 = 500;

/// The kinds of record that are removed. People stay: what they did keeps their name.
#[must_use]
pub fn kinds() -> Vec<Entity> {
    builtin::entities().into_iter().filter(|entity| entity.id != "user").collect()
}

/// Workspace and id of the records of a kind that were deleted before `?1`, those first that have been so longest.
#[must_use]
pub fn due(entity: &Entity) -> String {
    format!(
        "SELECT json_array(workspace_id, id) AS j FROM {} WHERE deleted_at < ?1 ORDER BY deleted_at LIMIT {RECORDS}",
        table(entity)
    )
}

/// Removes records of a kind for good; `?1` are their workspaces and ids, as [`due`] named them. What search knows of
/// them and what ties them to others goes first.
#[must_use]
pub fn remove(entity: &Entity, kinds: &[Entity]) -> Vec<String> {
    let found = format!(
        "SELECT m.row FROM json_each(?1) g CROSS JOIN search_row m ON m.workspace_id = g.value ->> 0 \
         AND m.entity = '{}' AND m.record_id = g.value ->> 1",
        entity.id
    );
    let held = format!(
        "json_each(?1) g CROSS JOIN file_use u ON u.workspace_id = g.value ->> 0 AND u.entity = '{}' AND u.record_id = g.value ->> 1",
        entity.id
    );
    let mut statements = vec![
        format!("DELETE FROM search_index WHERE rowid IN ({found})"),
        format!("DELETE FROM search_row WHERE row IN ({found})"),
        // Files that nothing else holds are over too; the sweep of files takes them away.
        format!(
            "UPDATE file SET expires_at = 0 WHERE rowid IN (SELECT f.rowid FROM {held} CROSS JOIN file f \
             ON f.workspace_id = u.workspace_id AND f.id = u.file_id) AND NOT EXISTS (SELECT 1 FROM file_use o \
             WHERE o.workspace_id = file.workspace_id AND o.file_id = file.id \
             AND NOT (o.entity = '{}' AND (o.workspace_id, o.record_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))))",
            entity.id
        ),
        format!("DELETE FROM file_use WHERE rowid IN (SELECT u.rowid FROM {held})"),
    ];
    if entity.field(STAGE).is_some() {
        statements.push(format!(
            "DELETE FROM stay WHERE rowid IN (SELECT s.rowid FROM json_each(?1) g CROSS JOIN stay s \
             ON s.workspace_id = g.value ->> 0 AND s.entity = '{}' AND s.record_id = g.value ->> 1)",
            entity.id
        ));
    }
    for link in kinds.iter().filter(|kind| is_link(kind)) {
        let ties = link.fields.iter().filter(|field| {
            field.required && field.kind.relation_target().is_some_and(|target| target == entity.id)
        });
        statements.extend(ties.map(|field| delete_by(link, &format!("{}_id", field.id))));
    }
    statements.push(delete_by(entity, "id"));
    statements
}

/// Whether records of this kind are nothing but a tie between others, such as the people of a deal: nobody's own, and
/// part of something.
fn is_link(entity: &Entity) -> bool {
    entity.field("owner").is_none() && !entity.parents.is_empty()
}

fn delete_by(entity: &Entity, column: &str) -> String {
    let table = table(entity);
    format!(
        "DELETE FROM {table} WHERE rowid IN (SELECT r.rowid FROM json_each(?1) g CROSS JOIN {table} r \
         ON r.workspace_id = g.value ->> 0 AND r.\"{column}\" = g.value ->> 1)"
    )
}

/// Removes rows of a shard's `session` or `invitation`, or of the directory's `reset`, that held until `?1` at most. One
/// that was used before goes when it would have gone unused.
#[must_use]
pub fn expired(table: &str) -> String {
    format!(
        "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE expires_at <= ?1 ORDER BY expires_at LIMIT {TOKENS})"
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use serde_json::json;

    use super::*;
    use crate::storage::tests::{directory, plan_of, shard};

    /// A row with what a table demands and nothing else.
    fn put(
        db: &Connection,
        entity: &Entity,
        workspace: &str,
        id: &str,
        deleted_at: Option<i64>,
        ties: &[(&str, &str)],
    ) {
        let mut columns = vec![
            "workspace_id",
            "id",
            "version",
            "created_at",
            "created_by_id",
            "updated_at",
            "updated_by_id",
        ];
        let mut values =
            vec![json!(workspace), json!(id), json!(1), json!(1), json!("u"), json!(1), json!("u")];
        let demanded: Vec<(String, String)> = db
            .prepare(&format!(
                "SELECT name, type FROM pragma_table_info('{}') WHERE \"notnull\" = 1 AND dflt_value IS NULL",
                entity.id
            ))
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for (column, kind) in demanded
            .iter()
            .filter(|(column, _)| {
                !columns.contains(&column.as_str()) && ties.iter().all(|(tie, _)| tie != column)
            })
            .collect::<Vec<_>>()
        {
            columns.push(column);
            values.push(if kind == "INTEGER" { json!(1) } else { json!("x") });
        }
        for (tie, target) in ties {
            columns.push(tie);
            values.push(json!(target));
        }
        columns.push("deleted_at");
        values.push(json!(deleted_at));
        let names: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let places: Vec<String> = (0..values.len()).map(|at| format!("?1 ->> {at}")).collect();
        let sql =
            format!("INSERT INTO {} ({}) SELECT {}", table(entity), names.join(", "), places.join(", "));
        db.execute(&sql, [json!(values).to_string()]).unwrap();
    }

    fn kind(id: &str) -> Entity {
        kinds().into_iter().find(|kind| kind.id == id).unwrap()
    }

    fn due_now(db: &Connection, entity: &Entity, before: i64) -> Vec<String> {
        let mut statement = db.prepare(&due(entity)).unwrap();
        statement.query_map([before], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn purge(db: &Connection, entity: &Entity, before: i64) {
        let rows = format!("[{}]", due_now(db, entity, before).join(","));
        for sql in remove(entity, &kinds()) {
            db.execute(&sql, [&rows]).unwrap();
        }
    }

    fn ids(db: &Connection, entity: &str) -> Vec<String> {
        let sql = format!("SELECT workspace_id || '/' || id FROM \"{entity}\" ORDER BY 1");
        let mut statement = db.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn what_was_deleted_long_ago_goes_with_its_ties_and_its_words_and_nothing_else_does() {
        let db = shard();
        let (deal, people) = (kind("deal"), kind("deal_contact"));
        for workspace in ["v", "w"] {
            put(&db, &deal, workspace, "there", None, &[]);
            put(&db, &deal, workspace, "lately", Some(1_000), &[]);
        }
        put(&db, &deal, "w", "long", Some(999), &[]);
        // The same id in another workspace is another record.
        put(&db, &deal, "v", "long", None, &[]);
        for (workspace, id, deal) in [("w", "a", "long"), ("w", "b", "there"), ("v", "a", "long")] {
            put(&db, &people, workspace, id, None, &[("deal_id", deal), ("contact_id", "c")]);
        }
        for (row, workspace, id) in [(1, "w", "long"), (2, "w", "there"), (3, "v", "long")] {
            db.execute(
                "INSERT INTO stay (workspace_id, entity, record_id, seq, stage, entered_at) VALUES (?1, 'deal', ?2, ?3, 's', 1)",
                (workspace, id, row),
            )
            .unwrap();
            db.execute(
                "INSERT INTO search_row (row, workspace_id, entity, record_id) VALUES (?1, ?2, 'deal', ?3)",
                (row, workspace, id),
            )
            .unwrap();
            db.execute("INSERT INTO search_index (rowid, words) VALUES (?1, 'word')", [row]).unwrap();
        }
        purge(&db, &deal, 1_000);
        assert_eq!(ids(&db, "deal"), ["v/lately", "v/long", "v/there", "w/lately", "w/there"]);
        assert_eq!(ids(&db, "deal_contact"), ["v/a", "w/b"]);
        let found: Vec<i64> = db
            .prepare("SELECT rowid FROM search_index WHERE search_index MATCH 'word' ORDER BY rowid")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(found, [2, 3]);
        assert_eq!(
            db.query_row("SELECT count(*) FROM search_row", [], |row| row.get::<_, i64>(0)).unwrap(),
            2
        );
        let stays: Vec<i64> = db
            .prepare("SELECT seq FROM stay ORDER BY seq")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(stays, [2, 3]);
        // Once more removes nothing more.
        purge(&db, &deal, 1_000);
        assert_eq!(ids(&db, "deal").len(), 5);
    }

    #[test]
    fn files_go_with_the_last_record_that_held_them() {
        let db = shard();
        let deal = kind("deal");
        put(&db, &deal, "w", "long", Some(999), &[]);
        put(&db, &deal, "w", "there", None, &[]);
        put(&db, &deal, "v", "long", None, &[]);
        for (workspace, file, records) in
            [("w", "alone", &["long"][..]), ("w", "shared", &["long", "there"]), ("v", "alone", &["long"])]
        {
            db.execute(
                "INSERT INTO file (workspace_id, id, name, size, media, thumbnail, created_at, created_by_id) \
                 VALUES (?1, ?2, 'a.pdf', 1, 'application/pdf', 0, 1, 'u')",
                [workspace, file],
            )
            .unwrap();
            for record in records {
                db.execute(
                    "INSERT INTO file_use (workspace_id, file_id, entity, record_id, field) VALUES (?1, ?2, 'deal', ?3, 'f')",
                    [workspace, file, record],
                )
                .unwrap();
            }
        }
        purge(&db, &deal, 1_000);
        let over: Vec<String> = db
            .prepare("SELECT workspace_id || '/' || id FROM file WHERE expires_at IS NOT NULL")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(over, ["w/alone"]);
        let uses = db.query_row("SELECT count(*) FROM file_use", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(uses, 2);
    }

    #[test]
    fn a_run_takes_so_many_and_the_oldest_first() {
        let db = shard();
        let lead = kind("lead");
        let count = i64::from(RECORDS) + 1;
        for at in 0..count {
            put(&db, &lead, "w", &at.to_string(), Some(count - at), &[]);
        }
        purge(&db, &lead, 1_000);
        assert_eq!(ids(&db, "lead"), ["w/0"]);
    }

    #[test]
    fn every_sweep_finds_its_rows_by_an_index() {
        let (db, directory) = (shard(), directory());
        for entity in kinds() {
            let plan = plan_of(&db, &due(&entity));
            assert!(plan.contains(&format!("{}_purge", entity.id)) && !plan.contains("TEMP"), "{plan}");
            for sql in remove(&entity, &kinds()) {
                let plan = plan_of(&db, &sql);
                let whole =
                    plan.lines().any(|step| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE"));
                assert!(!whole, "{sql}: {plan}");
            }
        }
        for (db, table) in [(&db, "session"), (&db, "invitation"), (&directory, "reset")] {
            let plan = plan_of(db, &expired(table));
            assert!(plan.contains(&format!("{table}_expires")) && !plan.contains("TEMP"), "{plan}");
        }
    }

    #[test]
    fn sessions_go_when_they_are_over() {
        let db = shard();
        for (token, expires_at) in [("old", 999), ("now", 1_000), ("new", 1_001)] {
            db.execute(
                "INSERT INTO session (workspace_id, token_hash, id, user_id, agent, created_at, seen_at, expires_at) \
                 VALUES ('w', ?1, ?1, 'u', '', 1, 1, ?2)",
                (token, expires_at),
            )
            .unwrap();
        }
        assert_eq!(db.execute(&expired("session"), [1_000]).unwrap(), 2);
        assert_eq!(ids(&db, "session"), ["w/new"]);
    }
}
