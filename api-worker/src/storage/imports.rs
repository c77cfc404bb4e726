//! The imports of a workspace as a list. What one consists of, the log says (`log::of_import`).

/// Imports of one page. Each is put together from its commands, of which a file has a hundred at most.
pub const PAGE: usize = 20;

/// A page of imports, the newest first: id, when, by whom, kind, rows created, skipped and refused, commands that are not
/// taken back, and the name of whose it is. `?2` is whose imports they are, with `own`; `?3` is the import after which
/// the page begins, with `after`. One row more than [`PAGE`] tells that there are others.
#[must_use]
pub fn list(own: bool, after: bool) -> String {
    let own = if own { " AND r.user_id = ?2" } else { "" };
    // Either keeps to imports; both at once make the database take the index of everybody's for the better one.
    let after = if after { "r.import_id < ?3" } else { "r.import_id IS NOT NULL" };
    format!(
        "SELECT json_array(i.id, i.at, i.user_id, coalesce(i.entity, ''), i.created, i.skipped, i.refused, i.open, \
         (SELECT u.name FROM \"user\" u WHERE u.workspace_id = ?1 AND u.id = i.user_id)) AS j \
         FROM (SELECT r.import_id AS id, min(r.at) AS at, r.user_id, r.import_entity AS entity, \
         sum(r.import_created) AS created, sum(r.import_skipped) AS skipped, sum(r.import_refused) AS refused, \
         sum(EXISTS (SELECT 1 FROM change_log l WHERE l.workspace_id = ?1 AND l.command_id = r.command_id) \
         AND NOT EXISTS (SELECT 1 FROM change_log u WHERE u.workspace_id = ?1 AND u.undoes = r.command_id)) AS open \
         FROM receipt r WHERE r.workspace_id = ?1 AND {after}{own} \
         GROUP BY r.import_id ORDER BY r.import_id DESC LIMIT {}) i ORDER BY i.id DESC",
        PAGE + 1
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::storage::tests::{plan_of, shard};

    fn receipt(db: &Connection, command: &str, user: &str, at: i64, import: &str, rows: (i64, i64, i64)) {
        db.execute(
            "INSERT INTO receipt (workspace_id, command_id, user_id, at, seq, import_id, result, holds, import_entity, \
             import_created, import_skipped, import_refused) VALUES ('w', ?1, ?2, ?3, 0, ?4, '{}', 1, 'lead', ?5, ?6, ?7)",
            (command, user, at, import, rows.0, rows.1, rows.2),
        )
        .unwrap();
    }

    fn logged(db: &Connection, seq: i64, command: &str, undoes: Option<&str>) {
        db.execute(
            "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body, undoes) \
             VALUES ('w', ?1, 1, ?2, 1, 'u', 'lead', 'r', 1, 'created', '{}', ?3)",
            (seq, command, undoes),
        )
        .unwrap();
    }

    fn listed(db: &Connection, user: Option<&str>, after: Option<&str>) -> Vec<String> {
        let mut statement = db.prepare(&list(user.is_some(), after.is_some())).unwrap();
        for (at, value) in [(1, Some("w")), (2, user), (3, after)] {
            if value.is_some() {
                statement.raw_bind_parameter(at, value).unwrap();
            }
        }
        let (mut rows, mut found) = (statement.raw_query(), Vec::new());
        while let Some(row) = rows.next().unwrap() {
            found.push(row.get(0).unwrap());
        }
        found
    }

    #[test]
    fn an_import_is_the_sum_of_its_commands_and_tells_how_much_of_it_stands() {
        let db = shard();
        receipt(&db, "a1", "u", 10, "1", (3, 1, 0));
        receipt(&db, "a2", "u", 20, "1", (2, 0, 2));
        receipt(&db, "a3", "u", 30, "1", (0, 5, 0));
        receipt(&db, "b1", "v", 40, "2", (1, 0, 0));
        for (seq, command) in [(1, "a1"), (2, "a1"), (3, "a2"), (4, "b1")] {
            logged(&db, seq, command, None);
        }
        // One of its two commands that did something is taken back.
        logged(&db, 5, "x", Some("a2"));
        let first = r#"["1",10,"u","lead",5,6,2,1,null]"#;
        let second = r#"["2",40,"v","lead",1,0,0,1,null]"#;
        assert_eq!(listed(&db, None, None), [second, first]);
        assert_eq!(listed(&db, Some("u"), None), [first]);
        assert_eq!(listed(&db, None, Some("2")), [first]);
        assert!(listed(&db, Some("v"), Some("2")).is_empty());
        logged(&db, 6, "y", Some("a1"));
        assert_eq!(listed(&db, Some("u"), None), [r#"["1",10,"u","lead",5,6,2,0,null]"#]);
    }

    #[test]
    fn a_page_reads_its_own_imports_and_sorts_nothing() {
        let db = shard();
        for (own, after, by) in [
            (false, false, "receipt_import (workspace_id=? AND import_id"),
            (false, true, "receipt_import (workspace_id=? AND import_id"),
            (true, false, "receipt_import_user (workspace_id=? AND user_id=? AND import_id"),
            (true, true, "receipt_import_user (workspace_id=? AND user_id=? AND import_id"),
        ] {
            let plan = plan_of(&db, &list(own, after));
            assert!(plan.contains(by) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
