//! The secret address of one's own calendar: whose it is, and what stands in it. Only the hash of its token is kept.

use domain::ids::Id;
use domain::schema::Entity;
use domain::time::Instant;

use super::queries::{Conditions, due};
use super::records::{Reader, Selection};
use super::statement::Statement;

/// Who an address belongs to, with the workspace's state: user, role, zone, language, revision.
pub type Owner = (Id, String, Option<String>, Option<String>, u64);

/// The owner of an address, as long as they are active.
#[must_use]
pub fn owner(token_hash: &str) -> Statement {
    let sql = "SELECT json_array(u.id, u.role, u.zone, u.language, w.revision) AS j FROM feed f \
        JOIN \"user\" u ON u.workspace_id = f.workspace_id AND u.id = f.user_id \
        JOIN workspace w ON w.workspace_id = f.workspace_id \
        WHERE f.workspace_id = ?1 AND f.token_hash = ?2 AND u.status = 'active' AND u.deleted_at IS NULL";
    Statement::new("feed_owner", sql, vec![token_hash.into()])
}

/// Makes an address void; answers with a row when there was one.
#[must_use]
pub fn revoke(user: Id) -> Statement {
    let sql = "DELETE FROM feed WHERE workspace_id = ?1 AND user_id = ?2 RETURNING json_array(user_id) AS j";
    Statement::new("revoke_feed", sql, vec![user.into()])
}

/// A new address in the place of an earlier one.
#[must_use]
pub fn make(user: Id, token_hash: &str, now: Instant) -> [Statement; 2] {
    let sql = "INSERT INTO feed (workspace_id, user_id, token_hash, created_at) VALUES (?1, ?2, ?3, ?4)";
    let params = vec![user.into(), token_hash.into(), now.unix_ms().into()];
    [revoke(user), Statement::new("make_feed", sql, params)]
}

/// The reader's own open tasks of a kind, or records with a next touch, that are due within a time.
#[must_use]
pub fn entries(reader: Reader<'_>, entity: &Entity, from: Instant, to: Instant, limit: u32) -> Statement {
    let task = entity.id == "task";
    let at = if task { "r.due_at" } else { "r.next_touch_at" };
    let mut conditions = Conditions::new(reader);
    let (from, to) = (conditions.bind(from.unix_ms()), conditions.bind(to.unix_ms()));
    conditions.and(&format!("{at} BETWEEN {from} AND {to}"));
    due(&Selection::new(reader, entity), conditions, task, limit)
}

#[cfg(test)]
mod tests {
    use domain::access::REP;
    use domain::schema::Schema;
    use rusqlite::params;

    use super::super::records::Selected;
    use super::super::testing::{Shard, id, schema};
    use super::*;

    /// A shard with the table as the migration of reminders makes it, two people and their work.
    fn shard() -> Shard {
        let shard = Shard::new();
        let made = "CREATE TABLE IF NOT EXISTS feed (workspace_id TEXT NOT NULL, user_id TEXT NOT NULL, token_hash TEXT NOT NULL, \
            created_at INTEGER NOT NULL, PRIMARY KEY (workspace_id, user_id))";
        shard.connection.execute_batch(made).unwrap();
        let workspace = shard.workspace.to_string();
        let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            shard.connection.execute(sql, values).unwrap();
        };
        run(
            "INSERT INTO workspace (workspace_id, seq, revision, created_at) VALUES (?1, 0, 1, 5)",
            params![workspace],
        );
        for (person, status) in [(2, "active"), (3, "inactive")] {
            run(
                "INSERT INTO \"user\" (workspace_id, id, version, name, role, status, created_at, updated_at, created_by_id, updated_by_id) \
                 VALUES (?1, ?2, 1, 'x', 'rep', ?3, 5, 5, ?2, ?2)",
                params![workspace, id(person).to_string(), status],
            );
        }
        for (task, owner, status, at) in [
            (10, 2, "open", Some(50)),
            (11, 2, "done", Some(50)),
            (12, 3, "open", Some(50)),
            (13, 2, "open", None),
            (14, 2, "open", Some(500)),
        ] {
            run(
                "INSERT INTO task (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, status, \
                 owner_id, due_date, due_zone, due_at) VALUES (?1, ?2, 1, 5, 5, ?3, ?3, 'x', ?4, ?3, '1970-01-01', 'UTC', ?5)",
                params![workspace, id(task).to_string(), id(owner).to_string(), status, at],
            );
        }
        shard
    }

    fn owner_of(shard: &Shard, hash: &str) -> Option<Id> {
        shard.run(owner(hash)).unwrap().first::<Owner>().unwrap().map(|owner| owner.0)
    }

    #[test]
    fn an_address_is_ones_own_until_another_is_made_or_it_is_revoked() {
        let shard = shard();
        let now = Instant::from_unix_ms(1_000).unwrap();
        let made = |person: u64, hash: &str| {
            for statement in make(id(person), hash, now) {
                shard.run(statement).unwrap();
            }
        };
        made(2, "first");
        assert_eq!((owner_of(&shard, "first"), owner_of(&shard, "other")), (Some(id(2)), None));
        made(2, "second");
        assert_eq!((owner_of(&shard, "first"), owner_of(&shard, "second")), (None, Some(id(2))));
        // Whoever is active no longer reads nothing.
        made(3, "third");
        assert_eq!(owner_of(&shard, "third"), None);
        assert!(!shard.run(revoke(id(2))).unwrap().is_empty());
        assert_eq!(owner_of(&shard, "second"), None);
        assert!(shard.run(revoke(id(2))).unwrap().is_empty());
    }

    #[test]
    fn it_holds_what_is_open_ones_own_and_due_within_its_time() {
        let shard = shard();
        let schema: Schema = schema();
        let reader = Reader { schema: &schema, role: schema.role(REP).unwrap(), user: id(2) };
        let at = |ms: i64| Instant::from_unix_ms(ms).unwrap();
        let task = schema.entity("task").unwrap();
        let found = |from: i64, to: i64| -> Vec<Id> {
            let rows = shard.run(entries(reader, task, at(from), at(to), 10)).unwrap();
            rows.read::<Selected>().unwrap().iter().map(Selected::id).collect()
        };
        assert_eq!(found(0, 100), [id(10)]);
        assert_eq!(found(0, 1_000), [id(10), id(14)]);
        assert_eq!(found(60, 100), []);
        for entity in schema.entities.iter().filter(|entity| entity.follow_up) {
            assert!(shard.run(entries(reader, entity, at(0), at(100), 10)).unwrap().is_empty());
        }
    }
}
