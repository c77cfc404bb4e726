//! Browsers and bots by which reminders arrive: one person's own, so every statement names whose they are.

use domain::api::notification::{AddBotRequest, AddPushRequest, BotService};
use domain::channel::MAX_CHANNELS;
use domain::ids::Id;
use domain::time::Instant;
use serde::{Deserialize, Serialize};

use super::statement::{Param, Statement};

/// What is sent to, as the row keeps it. Its secrets leave the database for sending alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    Push(AddPushRequest),
    Bot {
        service: BotService,
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
    },
}

/// What a channel is called when nobody named it: cut as a user agent is.
const MAX_NAME: usize = 200;

/// They answer the channel's id, when there was room for it. A browser that is known keeps its id and comes to life again.
#[must_use]
pub fn add_push(
    user: Id,
    id: Id,
    name: &str,
    push: &AddPushRequest,
    endpoint_hash: &str,
    now: Instant,
) -> [Statement; 3] {
    let body = serde_json::json!(Body::Push(push.clone()));
    let name: String = name.chars().take(MAX_NAME).collect();
    // Whoever uses the browser now is the one it wakes: another's reminders are not shown to them.
    let others = "DELETE FROM channel WHERE workspace_id = ?1 AND endpoint_hash = ?3 AND user_id <> ?2";
    // The browser's keys may have changed with its subscription.
    let again = "UPDATE channel SET name = ?4, body = ?5, dead_at = NULL, failures = 0 \
        WHERE workspace_id = ?1 AND user_id = ?2 AND endpoint_hash = ?3 RETURNING json_array(id) AS j";
    let params: Vec<Param> =
        vec![user.into(), endpoint_hash.into(), name.clone().into(), body.clone().into()];
    [
        Statement::new("end_push_of_others", others, vec![user.into(), endpoint_hash.into()]),
        Statement::new("add_push_again", again, params),
        insert("add_push", user, id, "push", &name, body, Some(endpoint_hash), now),
    ]
}

#[must_use]
pub fn add_bot(user: Id, id: Id, bot: &AddBotRequest, now: Instant) -> Statement {
    let AddBotRequest { name, service, url, secret } = bot.clone();
    let body = serde_json::json!(Body::Bot { service, url, secret });
    insert("add_bot", user, id, "bot", name.trim(), body, None, now)
}

/// One more channel, unless there are as many as there may be or the browser is known: counted where it is saved, so that
/// two at a time are not one too many.
#[expect(clippy::too_many_arguments, reason = "they are the columns of the row")]
fn insert(
    statement: &'static str,
    user: Id,
    id: Id,
    kind: &str,
    name: &str,
    body: serde_json::Value,
    endpoint_hash: Option<&str>,
    now: Instant,
) -> Statement {
    let sql = format!(
        "INSERT INTO channel (workspace_id, id, user_id, kind, name, body, endpoint_hash, created_at) \
         SELECT ?1, ?3, ?2, ?4, ?5, ?6, ?7, ?8 \
         WHERE (SELECT count(*) FROM channel WHERE workspace_id = ?1 AND user_id = ?2) < {MAX_CHANNELS} \
         AND NOT EXISTS (SELECT 1 FROM channel WHERE workspace_id = ?1 AND user_id = ?2 AND endpoint_hash = ?7) \
         RETURNING json_array(id) AS j"
    );
    let params = vec![
        user.into(),
        id.into(),
        kind.into(),
        name.into(),
        body.into(),
        endpoint_hash.map(str::to_owned).into(),
        now.unix_ms().into(),
    ];
    Statement::new(statement, sql, params)
}

/// Removes one's own channel; answers with a row when there was one.
#[must_use]
pub fn remove(user: Id, id: Id) -> Statement {
    let sql = "DELETE FROM channel WHERE workspace_id = ?1 AND user_id = ?2 AND id = ?3 RETURNING json_array(id) AS j";
    Statement::new("remove_channel", sql, vec![user.into(), id.into()])
}

/// What one's own channel sends to.
#[must_use]
pub fn body_of(user: Id, id: Id) -> Statement {
    let sql = "SELECT json_array(json(body)) AS j FROM channel WHERE workspace_id = ?1 AND user_id = ?2 AND id = ?3";
    Statement::new("channel", sql, vec![user.into(), id.into()])
}

/// A trial that arrived: the channel is not dead, whatever was thought of it.
#[must_use]
pub fn lives(user: Id, id: Id) -> Statement {
    let sql = "UPDATE channel SET dead_at = NULL, failures = 0 WHERE workspace_id = ?1 AND user_id = ?2 AND id = ?3";
    Statement::new("channel_lives", sql, vec![user.into(), id.into()])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Shard, id};
    use super::*;

    /// The table as the migration of reminders makes it, for a shard that lacks it yet.
    fn shard() -> Shard {
        let shard = Shard::new();
        let table = "CREATE TABLE IF NOT EXISTS channel (workspace_id TEXT NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL, \
            kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body)), endpoint_hash TEXT, \
            created_at INTEGER NOT NULL, dead_at INTEGER, failures INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (workspace_id, id))";
        shard.connection.execute_batch(table).unwrap();
        shard
    }

    fn now() -> Instant {
        Instant::parse("2026-05-01T08:00:00Z").unwrap()
    }

    fn push(endpoint: &str) -> AddPushRequest {
        AddPushRequest { endpoint: endpoint.into(), p256dh: "B".into(), auth: "A".into() }
    }

    fn bot(name: &str) -> AddBotRequest {
        AddBotRequest {
            name: name.into(),
            service: BotService::Feishu,
            url: "https://x".into(),
            secret: None,
        }
    }

    fn ids(shard: &Shard, statement: Statement) -> Vec<Id> {
        shard.run(statement).unwrap().read::<(Id,)>().unwrap().into_iter().map(|(id,)| id).collect()
    }

    /// As the route goes about it.
    fn add(shard: &Shard, user: Id, new: Id, endpoint: &str) -> Vec<Id> {
        let statements =
            add_push(user, new, "Firefox", &push(endpoint), &format!("hash of {endpoint}"), now());
        statements.into_iter().flat_map(|statement| ids(shard, statement)).collect()
    }

    #[test]
    fn the_same_browser_is_the_same_channel_and_comes_to_life_again() {
        let shard = shard();
        assert_eq!(add(&shard, id(10), id(100), "a"), [id(100)]);
        shard.connection.execute("UPDATE channel SET dead_at = 5, failures = 3", []).unwrap();
        assert_eq!(add(&shard, id(10), id(101), "a"), [id(100)]);
        assert_eq!(add(&shard, id(10), id(102), "b"), [id(102)]);
        // Somebody else at the same browser: it wakes them, and nobody who used it before.
        assert_eq!(add(&shard, id(11), id(103), "a"), [id(103)]);
        assert!(shard.run(body_of(id(10), id(100))).unwrap().is_empty());
        let dead = "SELECT count(*) FROM channel WHERE dead_at IS NOT NULL OR failures > 0";
        let (dead, all): (i64, i64) = (
            shard.connection.query_row(dead, [], |row| row.get(0)).unwrap(),
            shard.connection.query_row("SELECT count(*) FROM channel", [], |row| row.get(0)).unwrap(),
        );
        assert_eq!((dead, all), (0, 2));
    }

    #[test]
    fn nobody_has_more_channels_than_there_may_be() {
        let shard = shard();
        for number in 0..MAX_CHANNELS as u64 {
            let added = add_bot(id(10), id(100 + number), &bot("群"), now());
            assert_eq!(ids(&shard, added), [id(100 + number)]);
        }
        assert!(ids(&shard, add_bot(id(10), id(900), &bot("群"), now())).is_empty());
        assert!(add(&shard, id(10), id(901), "a").is_empty());
        // Whoever else there is has room of their own.
        assert_eq!(ids(&shard, add_bot(id(11), id(902), &bot("群"), now())), [id(902)]);
        assert_eq!(ids(&shard, remove(id(10), id(100))), [id(100)]);
        assert_eq!(add(&shard, id(10), id(903), "a"), [id(903)]);
        assert_eq!(add(&shard, id(10), id(904), "a"), [id(903)], "known although it is full");
    }

    #[test]
    fn nobody_reads_or_removes_a_channel_of_others() {
        let shard = shard();
        ids(&shard, add_bot(id(10), id(100), &bot(" 群 "), now()));
        let body = |user| shard.run(body_of(user, id(100))).unwrap().first::<(Body,)>().unwrap();
        let expected = Body::Bot { service: BotService::Feishu, url: "https://x".into(), secret: None };
        assert_eq!(body(id(10)), Some((expected,)));
        assert_eq!(body(id(11)), None);
        assert!(ids(&shard, remove(id(11), id(100))).is_empty());
        let elsewhere = Shard { workspace: id(2), ..shard };
        assert!(elsewhere.run(body_of(id(10), id(100))).unwrap().is_empty());
        assert!(ids(&elsewhere, remove(id(10), id(100))).is_empty());
    }

    #[test]
    fn what_is_kept_is_read_as_what_it_is() {
        let shard = shard();
        add(&shard, id(10), id(100), "https://push.example.com/x");
        let body = shard.run(body_of(id(10), id(100))).unwrap().first::<(Body,)>().unwrap();
        assert_eq!(body, Some((Body::Push(push("https://push.example.com/x")),)));
        shard.run(lives(id(10), id(100))).unwrap();
    }
}
