//! Notifications of those whom a comment names, in the save of the comment.

use domain::command::{Mention, Plan};
use domain::ids::Id;
use domain::schema::builtin::user::status::ACTIVE;
use domain::time::Instant;
use serde_json::{Value as Json, json};

use super::statement::Statement;

/// One notification for each person and comment, however often the text names them anew, to who is active when it is
/// saved. It is about what the comment is about: that is where the comment stands.
#[must_use]
pub fn notify(plan: &Plan, by: Id, now: Instant) -> Option<Statement> {
    let row = |Mention { comment, user, about }: &Mention| {
        let id = comment.named(&format!("mentioned.{user}"));
        let body = json!({"by": by, "comment": comment}).to_string();
        json!({"id": id, "user": user, "entity": about.entity, "record": about.id, "body": body})
    };
    let rows: Vec<Json> = plan.mentions.iter().map(row).collect();
    let sql = format!(
        "INSERT OR IGNORE INTO notification (workspace_id, id, user_id, kind, entity, record_id, at, body) \
         SELECT ?1, m.value ->> 'id', u.id, 'mentioned', m.value ->> 'entity', m.value ->> 'record', CAST(?3 AS INTEGER), \
         m.value ->> 'body' FROM json_each(?2) m CROSS JOIN \"user\" u ON u.workspace_id = ?1 AND u.id = m.value ->> 'user' \
         WHERE u.status = '{ACTIVE}' AND u.deleted_at IS NULL AND u.id <> ?4"
    );
    let params = vec![Json::from(rows).into(), now.unix_ms().into(), by.into()];
    (!plan.mentions.is_empty()).then(|| Statement::new("mentioned", sql, params))
}

#[cfg(test)]
mod tests {
    use domain::record::RecordKey;

    use super::super::testing::{Shard, id};
    use super::*;

    #[test]
    fn who_is_named_hears_of_it_once_and_only_while_they_are_active() {
        let shard = Shard::new();
        // As `0020_schedule.sql` makes it.
        let table = "CREATE TABLE IF NOT EXISTS notification (workspace_id TEXT NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL, \
                     kind TEXT NOT NULL, entity TEXT, record_id TEXT, due_at INTEGER, at INTEGER NOT NULL, read_at INTEGER, \
                     body TEXT NOT NULL, PRIMARY KEY (workspace_id, id))";
        shard.connection.execute_batch(table).unwrap();
        for (number, status) in [(2, ACTIVE), (3, ACTIVE), (4, "inactive")] {
            let sql = "INSERT INTO \"user\" (workspace_id, id, version, name, role, status, created_at, updated_at, created_by_id, updated_by_id) \
                       VALUES (?1, ?2, 1, 'x', 'rep', ?3, 0, 0, 'x', 'x')";
            let values = [shard.workspace.to_string(), id(number).to_string(), status.to_owned()];
            shard.connection.execute(sql, values).unwrap();
        }
        let about = RecordKey::new("deal", id(12));
        let mention = |user| Mention { comment: id(20), user: id(user), about: about.clone() };
        let plan = Plan { mentions: [2, 3, 4, 5].map(mention).into(), ..Plan::default() };
        for _ in 0..2 {
            shard.run(notify(&plan, id(2), Instant::from_unix_ms(1_000).unwrap()).unwrap()).unwrap();
        }
        let found = "SELECT user_id || kind || entity || record_id || at || body FROM notification";
        let found: Vec<String> = shard
            .connection
            .prepare(found)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let body = format!(r#"{{"by":"{}","comment":"{}"}}"#, id(2), id(20));
        assert_eq!(found, [format!("{}mentioneddeal{}1000{body}", id(3), id(12))]);
        assert!(notify(&Plan::default(), id(2), Instant::from_unix_ms(0).unwrap()).is_none());
    }
}
