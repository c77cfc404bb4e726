//! What is due, who is told of it, and what becomes of it on other channels.
//!
//! What the minute looks for spans a shard: those statements know no workspace, every row is named with its own, and each
//! takes a bounded number that it finds by an index. Lists of rows travel as one JSON parameter.

use domain::access::Act;
use domain::command::{ChangeKind, Plan};
use domain::ids::Id;
use domain::reminder::{Kind, Led, Settings, due_field};
use domain::schema::{Entity, Schema};
use domain::time::Instant;
use domain::value::Value;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::place::table;
use super::records::Reader;
use super::scope::{TEAM_MATES, predicate};
use super::statement::Statement;

/// Rows that one step takes.
pub const STEP: usize = 500;
/// Groups of deliveries that one run hands on.
pub const GROUPS: usize = 1_000;
/// Who sends has so long before somebody else may.
pub const LEASE_MS: i64 = 2 * 60_000;
/// A channel that gave up so many in a row is dead.
pub const MAX_FAILURES: u32 = 3;
/// What was told is forgotten after so long.
pub const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Whose row it is, as far as they come in: role, zone and settings.
#[derive(Clone, Debug, Deserialize)]
pub struct Whose(pub Option<String>, pub Option<String>, pub Option<String>);

impl Whose {
    /// What a later release wrote and this one cannot read counts as nothing set.
    #[must_use]
    pub fn settings(&self) -> Settings {
        read_settings(self.2.as_deref())
    }
}

#[must_use]
pub fn read_settings(body: Option<&str>) -> Settings {
    body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
}

/// A row of the schedule that is worth a look: workspace, kind of record, record, owner, when it is due, its day, whether
/// it has a time, until when it is snoozed, when it was to be looked at.
#[derive(Debug, Deserialize)]
pub struct Look(
    pub Id,
    pub String,
    pub Id,
    pub Id,
    pub i64,
    pub String,
    pub u8,
    pub Option<i64>,
    pub i64,
    pub Whose,
);

const WHOSE: &str = "json_array(u.role, u.zone, p.body)";

/// Who the row `{alias}` is of, as [`WHOSE`] reads it.
fn whose(alias: &str) -> String {
    format!(
        "LEFT JOIN \"user\" u ON u.workspace_id = {alias}.workspace_id AND u.id = {alias}.user_id AND u.status = 'active' \
         AND u.deleted_at IS NULL LEFT JOIN reminder_setting p ON p.workspace_id = {alias}.workspace_id AND p.user_id = {alias}.user_id"
    )
}

#[must_use]
pub fn looks(now: Instant) -> Statement {
    let sql = format!(
        "SELECT json_array(s.workspace_id, s.entity, s.record_id, s.user_id, s.due_at, s.date, s.time IS NOT NULL, s.snoozed_until, \
         s.look_at, {WHOSE}) AS j FROM schedule s INDEXED BY schedule_look {} WHERE s.look_at <= ?1 ORDER BY s.look_at LIMIT {STEP}",
        whose("s")
    );
    Statement::new("schedule_looks", sql, vec![now.unix_ms().into()])
}

/// The definitions that hold in some workspaces.
#[must_use]
pub fn schemas(workspaces: &[Id]) -> Statement {
    let sql = "SELECT json_array(w.workspace_id, d.body) AS j FROM json_each(?1) g CROSS JOIN workspace w ON w.workspace_id = g.value \
        JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision";
    Statement::new("definitions_of", sql, vec![json!(workspaces).into()])
}

/// Tells owners of what is due, unless it changed since it was looked at: each row is the notification's id, its kind, and
/// the row looked at. Answers with workspace and member of each that was told now.
#[must_use]
pub fn tell(rows: &[(Id, Kind, &Look)], now: Instant) -> Statement {
    let sql = "INSERT OR IGNORE INTO notification (workspace_id, id, user_id, kind, entity, record_id, due_at, at) \
        SELECT s.workspace_id, g.value ->> 3, s.user_id, g.value ->> 4, s.entity, s.record_id, s.due_at, ?2 \
        FROM json_each(?1) g CROSS JOIN schedule s ON s.workspace_id = g.value ->> 0 AND s.entity = g.value ->> 1 \
        AND s.record_id = g.value ->> 2 WHERE s.user_id = g.value ->> 5 AND s.due_at = g.value ->> 6 \
        AND s.snoozed_until IS g.value ->> 7 AND s.look_at = g.value ->> 8 RETURNING json_array(workspace_id, user_id) AS j";
    let row = |(id, kind, look): &(Id, Kind, &Look)| {
        json!([look.0, look.1, look.2, id, kind, look.3, look.4, look.7, look.8])
    };
    let rows: Json = rows.iter().map(row).collect();
    Statement::new("tell_due", sql, vec![rows.into(), now.unix_ms().into()])
}

/// Says when rows are looked at again, unless they changed since.
#[must_use]
pub fn look_again(rows: &[(&Look, Option<Instant>)]) -> Statement {
    let sql = "INSERT INTO schedule (workspace_id, entity, record_id, user_id, due_at, date, look_at) \
        SELECT s.workspace_id, s.entity, s.record_id, s.user_id, s.due_at, s.date, g.value ->> 4 \
        FROM json_each(?1) g CROSS JOIN schedule s ON s.workspace_id = g.value ->> 0 AND s.entity = g.value ->> 1 \
        AND s.record_id = g.value ->> 2 WHERE s.look_at = g.value ->> 3 \
        ON CONFLICT (workspace_id, entity, record_id) DO UPDATE SET look_at = excluded.look_at";
    let row = |(look, again): &(&Look, Option<Instant>)| {
        json!([look.0, look.1, look.2, look.8, again.map(Instant::unix_ms)])
    };
    let rows: Json = rows.iter().map(row).collect();
    Statement::new("look_again", sql, vec![rows.into()])
}

/// Rows of a member, or of the whole workspace, whose moment is to be found anew: settings or clocks have changed.
#[must_use]
pub fn find_anew(user: Option<Id>) -> [Statement; 2] {
    let params = || vec![user.into()];
    [
        Statement::new(
            "reminders_anew",
            "UPDATE schedule SET look_at = coalesce(snoozed_until, due_at - iif(time IS NULL, 180000000, 86400000)) \
             WHERE workspace_id = ?1 AND (?2 IS NULL OR user_id = ?2) AND look_at IS NOT NULL",
            params(),
        ),
        Statement::new(
            "digests_anew",
            "UPDATE digest SET look_at = seen_at WHERE workspace_id = ?1 AND (?2 IS NULL OR user_id = ?2)",
            params(),
        ),
    ]
}

/// A digest that is worth a look: workspace, member, kind, until when it was looked after, when it was to be looked at.
#[derive(Debug, Deserialize)]
pub struct DigestLook(pub Id, pub Id, pub Kind, pub i64, pub i64, pub Whose);

#[must_use]
pub fn digests(now: Instant) -> Statement {
    let sql = format!(
        "SELECT json_array(d.workspace_id, d.user_id, d.kind, d.seen_at, d.look_at, {WHOSE}) AS j \
         FROM digest d INDEXED BY digest_look {} WHERE d.look_at <= ?1 ORDER BY d.look_at LIMIT {STEP}",
        whose("d")
    );
    Statement::new("digest_looks", sql, vec![now.unix_ms().into()])
}

/// A digest to be told: its notification's id, whom it counts besides the reader, the moment before which things are
/// overdue, and the one that ends the day.
pub struct Told<'a> {
    pub id: Id,
    pub look: &'a DigestLook,
    pub led: Option<Led>,
    pub from: Instant,
    pub to: Instant,
}

/// Tells digests that have something to tell. Answers as [`tell`].
#[must_use]
pub fn tell_digests(rows: &[Told<'_>], now: Instant) -> Statement {
    let mates = TEAM_MATES.replace("?1", "(g.value ->> 0)").replace("?2", "(g.value ->> 2)");
    let counted = |times: &str| {
        format!(
            "CASE g.value ->> 6 \
             WHEN 'own' THEN (SELECT count(*) FROM schedule s WHERE s.workspace_id = g.value ->> 0 AND s.user_id = g.value ->> 2 AND {times}) \
             WHEN 'teams' THEN (SELECT count(*) FROM schedule s WHERE s.workspace_id = g.value ->> 0 AND s.user_id IN ({mates}) AND {times}) \
             ELSE (SELECT count(*) FROM schedule s WHERE s.workspace_id = g.value ->> 0 AND {times}) END"
        )
    };
    let sql = format!(
        "INSERT OR IGNORE INTO notification (workspace_id, id, user_id, kind, at, body) \
         SELECT c.workspace, c.id, c.user, c.kind, ?2, json_object('counts', json_object('overdue', c.overdue, 'due', c.due)) FROM (\
         SELECT g.value ->> 0 AS workspace, g.value ->> 1 AS id, g.value ->> 2 AS user, g.value ->> 3 AS kind, {} AS overdue, {} AS due \
         FROM json_each(?1) g) c WHERE c.overdue + c.due > 0 RETURNING json_array(workspace_id, user_id) AS j",
        counted("s.due_at < g.value ->> 4"),
        counted("s.due_at >= g.value ->> 4 AND s.due_at < g.value ->> 5")
    );
    let row = |told: &Told<'_>| {
        let whose = match told.led {
            None => "own",
            Some(Led::MyTeams) => "teams",
            Some(Led::Everybody) => "all",
        };
        let DigestLook(workspace, user, kind, ..) = told.look;
        json!([workspace, told.id, user, kind, told.from.unix_ms(), told.to.unix_ms(), whose])
    };
    let rows: Json = rows.iter().map(row).collect();
    Statement::new("tell_digests", sql, vec![rows.into(), now.unix_ms().into()])
}

/// Digests are looked after until `now`; when again, unless somebody else was faster.
#[must_use]
pub fn digest_again(rows: &[(&DigestLook, Option<Instant>)], now: Instant) -> Statement {
    let sql = "INSERT INTO digest (workspace_id, user_id, kind, seen_at, look_at) \
        SELECT d.workspace_id, d.user_id, d.kind, ?2, g.value ->> 4 FROM json_each(?1) g CROSS JOIN digest d \
        ON d.workspace_id = g.value ->> 0 AND d.user_id = g.value ->> 1 AND d.kind = g.value ->> 2 \
        WHERE d.look_at = g.value ->> 3 ON CONFLICT (workspace_id, user_id, kind) \
        DO UPDATE SET seen_at = excluded.seen_at, look_at = excluded.look_at";
    let row = |(look, again): &(&DigestLook, Option<Instant>)| {
        json!([look.0, look.1, look.2, look.4, again.map(Instant::unix_ms)])
    };
    let rows: Json = rows.iter().map(row).collect();
    Statement::new("digest_again", sql, vec![rows.into(), now.unix_ms().into()])
}

/// A notification of which nobody has decided yet where else it goes: workspace, id, member, kind, whether it is read.
#[derive(Debug, Deserialize)]
pub struct Unrouted(pub Id, pub Id, pub Id, pub Kind, pub u8, pub Whose);

#[must_use]
pub fn unrouted() -> Statement {
    let sql = format!(
        "SELECT json_array(n.workspace_id, n.id, n.user_id, n.kind, n.read_at IS NOT NULL, {WHOSE}) AS j \
         FROM notification n INDEXED BY notification_new {} WHERE n.routed_at IS NULL ORDER BY n.at LIMIT {STEP}",
        whose("n")
    );
    Statement::new("unrouted", sql, Vec::new())
}

/// Where notifications go: each row is workspace, notification, member, when, and the kinds of channel. Done twice, it is
/// done once.
#[must_use]
pub fn route(rows: &Json, now: Instant) -> [Statement; 3] {
    let columns = "INSERT OR IGNORE INTO delivery (workspace_id, notification_id, user_id, next_at, channel_id, channel, state) \
        SELECT g.value ->> 0, g.value ->> 1, g.value ->> 2, g.value ->> 3";
    let param = || rows.clone().into();
    [
        Statement::new(
            "route",
            format!(
                "{columns}, c.id, c.kind, 'waiting' FROM json_each(?1) g CROSS JOIN channel c ON c.workspace_id = g.value ->> 0 \
                 AND c.user_id = g.value ->> 2 AND c.dead_at IS NULL \
                 WHERE c.kind IN (SELECT k.value FROM json_each(g.value -> 4) k)"
            ),
            vec![param()],
        ),
        Statement::new(
            "route_mail",
            format!(
                "{columns}, 'mail', 'mail', 'waiting' FROM json_each(?1) g CROSS JOIN \"user\" u ON u.workspace_id = g.value ->> 0 \
                 AND u.id = g.value ->> 2 AND u.email IS NOT NULL WHERE 'mail' IN (SELECT k.value FROM json_each(g.value -> 4) k)"
            ),
            vec![param()],
        ),
        Statement::new(
            "routed",
            "UPDATE notification SET routed_at = ?2 WHERE (workspace_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
            vec![param(), now.unix_ms().into()],
        ),
    ]
}

/// Deliveries that are due, by workspace, member and channel: what of them goes out together.
#[must_use]
pub fn groups(now: Instant) -> Statement {
    let sql = format!(
        "SELECT DISTINCT json_array(workspace_id, user_id, channel_id) AS j FROM delivery INDEXED BY delivery_next \
         WHERE next_at <= ?1 LIMIT {GROUPS}"
    );
    Statement::new("deliveries_due", sql, vec![now.unix_ms().into()])
}

/// Takes what is due to a member over a channel, so that nobody else sends it meanwhile. What broke off while it was sent
/// is sent once more, and then never again. The second answers with notification, attempts and whether it may arrive twice.
#[must_use]
pub fn claim(user: Id, channel: &str, now: Instant) -> [Statement; 2] {
    let due = "WHERE workspace_id = ?1 AND user_id = ?2 AND channel_id = ?3 AND next_at <= ?4";
    let at = now.unix_ms();
    [
        Statement::new(
            "give_up_broken",
            format!(
                "UPDATE delivery SET state = 'given_up', next_at = NULL, reason = 'broke off twice' {due} AND state = 'sending' AND doubtful = 1"
            ),
            vec![user.into(), channel.into(), at.into()],
        ),
        Statement::new(
            "claim",
            format!(
                "UPDATE delivery SET doubtful = max(doubtful, state = 'sending'), state = 'sending', attempts = attempts + 1, \
                 next_at = ?5 {due} RETURNING json_array(notification_id, attempts, doubtful) AS j"
            ),
            vec![user.into(), channel.into(), at.into(), (at + LEASE_MS).into()],
        ),
    ]
}

/// What became of claimed deliveries.
pub struct Outcome<'a> {
    pub state: &'a str,
    pub next_at: Option<Instant>,
    pub sent_at: Option<Instant>,
    pub reason: Option<&'a str>,
}

#[must_use]
pub fn note(channel: &str, notifications: &[Id], outcome: &Outcome<'_>) -> Statement {
    let sql = "UPDATE delivery SET state = ?4, next_at = ?5, sent_at = ?6, reason = ?7 WHERE workspace_id = ?1 AND channel_id = ?2 \
        AND notification_id IN (SELECT value FROM json_each(?3)) AND state = 'sending'";
    let params = vec![
        channel.into(),
        json!(notifications).into(),
        outcome.state.into(),
        outcome.next_at.map(Instant::unix_ms).into(),
        outcome.sent_at.map(Instant::unix_ms).into(),
        outcome.reason.map(str::to_owned).into(),
    ];
    Statement::new("note_delivery", sql, params)
}

/// Counts what a channel gave up in a row; answers with the count.
#[must_use]
pub fn count_failures(channel: &str, failed: bool) -> Statement {
    let sql = "UPDATE channel SET failures = iif(?3, failures + 1, 0) WHERE workspace_id = ?1 AND id = ?2 \
        RETURNING json_array(failures) AS j";
    Statement::new("count_failures", sql, vec![channel.into(), i64::from(failed).into()])
}

/// A channel that does not deliver any more: what waited for it is given up, and its member is told once.
#[must_use]
pub fn bury(user: Id, channel: &str, notification: Id, now: Instant) -> [Statement; 3] {
    let at = now.unix_ms();
    [
        Statement::new(
            "tell_dead",
            "INSERT OR IGNORE INTO notification (workspace_id, id, user_id, kind, at, body) \
             SELECT workspace_id, ?4, user_id, 'channel_dead', ?5, json_object('channel', name) FROM channel \
             WHERE workspace_id = ?1 AND id = ?2 AND user_id = ?3 AND dead_at IS NULL",
            vec![channel.into(), user.into(), notification.into(), at.into()],
        ),
        Statement::new(
            "bury",
            "UPDATE channel SET dead_at = ?3 WHERE workspace_id = ?1 AND id = ?2 AND dead_at IS NULL",
            vec![channel.into(), at.into()],
        ),
        Statement::new(
            "give_up_waiting",
            "UPDATE delivery SET state = 'given_up', next_at = NULL, reason = 'the channel is dead' \
             WHERE workspace_id = ?1 AND user_id = ?2 AND channel_id = ?3 AND next_at IS NOT NULL",
            vec![user.into(), channel.into()],
        ),
    ]
}

/// Who a delivery goes to: role, zone, language, e-mail, unread. Nobody who does not come in any more.
pub type Member = (String, Option<String>, Option<String>, Option<String>, u64);

#[must_use]
pub fn member(user: Id) -> Statement {
    let sql = format!(
        "SELECT json_array(u.role, u.zone, u.language, u.email, ({UNREAD})) AS j FROM \"user\" u \
         WHERE u.workspace_id = ?1 AND u.id = ?2 AND u.status = 'active' AND u.deleted_at IS NULL"
    );
    Statement::new("member", sql, vec![user.into()])
}

/// Kind and body of a channel that lives.
#[must_use]
pub fn channel(user: Id, id: &str) -> Statement {
    let sql = "SELECT json_array(kind, body) AS j FROM channel WHERE workspace_id = ?1 AND user_id = ?2 AND id = ?3 AND dead_at IS NULL";
    Statement::new("channel", sql, vec![user.into(), id.into()])
}

const UNREAD: &str =
    "SELECT count(*) FROM notification WHERE workspace_id = ?1 AND user_id = ?2 AND read_at IS NULL";

/// How many notifications of a member are unread.
#[must_use]
pub fn unread(user: Id) -> Statement {
    Statement::new("unread", format!("SELECT json_array(({UNREAD})) AS j"), vec![user.into()])
}

/// A notification: id, kind, kind of record, record, when it is due, when it was told and read, body, and whether what is
/// due still is as it was told.
#[derive(Debug, Deserialize)]
pub struct Row(
    pub Id,
    pub Kind,
    pub Option<String>,
    pub Option<Id>,
    pub Option<i64>,
    pub i64,
    pub Option<i64>,
    pub String,
    pub u8,
);

const ROW: &str = "json_array(n.id, n.kind, n.entity, n.record_id, n.due_at, n.at, n.read_at, n.body, \
    EXISTS (SELECT 1 FROM schedule s WHERE s.workspace_id = n.workspace_id AND s.entity = n.entity AND s.record_id = n.record_id \
    AND s.user_id = n.user_id AND s.due_at = n.due_at AND coalesce(s.snoozed_until, n.at) <= n.at))";

/// One's own notifications, newest first, from behind `after` on.
#[must_use]
pub fn page(user: Id, after: Option<(i64, Id)>, limit: u32) -> Statement {
    let sql = format!(
        "SELECT {ROW} AS j FROM notification n INDEXED BY notification_newest WHERE n.workspace_id = ?1 AND n.user_id = ?2 \
         AND (?3 IS NULL OR (n.at, n.id) < (?3, ?4)) ORDER BY n.at DESC, n.id DESC LIMIT {limit}"
    );
    let (at, id) = after.unzip();
    Statement::new("notifications", sql, vec![user.into(), at.into(), id.into()])
}

#[must_use]
pub fn by_ids(ids: &[Id]) -> Statement {
    let sql = format!(
        "SELECT {ROW} AS j FROM json_each(?2) g CROSS JOIN notification n ON n.workspace_id = ?1 AND n.id = g.value ORDER BY n.at, n.id"
    );
    Statement::new("notifications_by_id", sql, vec![json!(ids).into()])
}

/// Titles of the records of one kind that notifications are about, as far as the reader sees them: by the notification.
#[must_use]
pub fn titles(reader: Reader<'_>, entity: &Entity, notifications: &[Id]) -> Statement {
    let title = if reader.role.hides(&entity.id, &entity.title) {
        "''".to_owned()
    } else {
        format!("r.\"{}\"", entity.title)
    };
    let sql = format!(
        "SELECT json_array(n.id, coalesce({title}, '')) AS j FROM json_each(?3) g CROSS JOIN notification n ON n.workspace_id = ?1 \
         AND n.id = g.value AND n.entity = '{}' CROSS JOIN {} r ON r.workspace_id = ?1 AND r.id = n.record_id \
         WHERE r.deleted_at IS NULL AND {}",
        entity.id,
        table(entity),
        predicate(reader.schema, reader.role, entity, Act::View, "r")
    );
    Statement::new("notified_titles", sql, vec![reader.user.into(), json!(notifications).into()])
}

/// What became of notifications on the other channels: notification, channel, state, whether doubtful, when, why.
#[must_use]
pub fn deliveries(notifications: &[Id]) -> Statement {
    let sql = "SELECT json_array(d.notification_id, d.channel, d.state, d.doubtful, d.sent_at, d.reason) AS j \
        FROM json_each(?2) g CROSS JOIN delivery d ON d.workspace_id = ?1 AND d.notification_id = g.value";
    Statement::new("deliveries", sql, vec![json!(notifications).into()])
}

/// Marks one's own notifications as read; what still waits to be sent of them is not sent any more.
#[must_use]
pub fn read(user: Id, ids: &[Id], until: Option<Instant>, now: Instant) -> [Statement; 2] {
    let chosen = "workspace_id = ?1 AND user_id = ?2 AND read_at IS NULL AND (at <= ?4 OR id IN (SELECT value FROM json_each(?3)))";
    let params = || vec![user.into(), json!(ids).into(), until.map(Instant::unix_ms).into()];
    let mut marked = params();
    marked.push(now.unix_ms().into());
    [
        Statement::new(
            "unsend",
            format!(
                "DELETE FROM delivery WHERE workspace_id = ?1 AND state = 'waiting' AND attempts = 0 \
                 AND notification_id IN (SELECT id FROM notification WHERE {chosen})"
            ),
            params(),
        ),
        Statement::new("read", format!("UPDATE notification SET read_at = ?5 WHERE {chosen}"), marked),
    ]
}

#[must_use]
pub fn settings(user: Id) -> Statement {
    let sql = "SELECT json_array(body) AS j FROM reminder_setting WHERE workspace_id = ?1 AND user_id = ?2";
    Statement::new("reminder_settings", sql, vec![user.into()])
}

#[must_use]
pub fn set(user: Id, settings: &Settings) -> Statement {
    let sql = "INSERT INTO reminder_setting (workspace_id, user_id, body) VALUES (?1, ?2, ?3) \
        ON CONFLICT (workspace_id, user_id) DO UPDATE SET body = excluded.body";
    Statement::new("set_reminders", sql, vec![user.into(), json!(settings).into()])
}

/// One's own channels, the oldest first: id, kind, name, hash of the endpoint, since when, since when dead.
#[must_use]
pub fn channels(user: Id) -> Statement {
    let sql = "SELECT json_array(id, kind, name, endpoint_hash, created_at, dead_at) AS j FROM channel \
        WHERE workspace_id = ?1 AND user_id = ?2 ORDER BY created_at, id LIMIT 200";
    Statement::new("channels", sql, vec![user.into()])
}

/// Since when a member has a calendar address.
#[must_use]
pub fn feed_since(user: Id) -> Statement {
    let sql = "SELECT json_array(created_at) AS j FROM feed WHERE workspace_id = ?1 AND user_id = ?2";
    Statement::new("feed_since", sql, vec![user.into()])
}

/// Tells those to whom a plan gives something that somebody else gave it: part of the save. Nothing where nobody is told.
#[must_use]
pub fn assigned(
    schema: &Schema,
    plan: &Plan,
    workspace: Id,
    command: Id,
    by: Id,
    now: Instant,
) -> Option<Statement> {
    let given =
        plan.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Created | ChangeKind::Updated));
    let rows: Vec<Json> = given
        .filter_map(|change| {
            schema.entity(&change.key.entity).and_then(due_field)?;
            let Some(Value::Reference(owner)) = change.after.get("owner") else { return None };
            let had = matches!(change.before.get("owner"), Some(Value::Reference(had)) if had == owner);
            let id = workspace.named(&format!("{owner}/assigned/{}/{command}", change.key.id));
            (*owner != by && !had).then(|| json!([id, owner, change.key.entity, change.key.id]))
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let sql = "INSERT OR IGNORE INTO notification (workspace_id, id, user_id, kind, entity, record_id, at, body) \
        SELECT ?1, g.value ->> 0, u.id, 'assigned', g.value ->> 2, g.value ->> 3, ?3, json_object('by', ?4) \
        FROM json_each(?2) g CROSS JOIN \"user\" u ON u.workspace_id = ?1 AND u.id = g.value ->> 1 AND u.status = 'active' \
        AND u.deleted_at IS NULL";
    Some(Statement::new("tell_assigned", sql, vec![Json::from(rows).into(), now.unix_ms().into(), by.into()]))
}

/// Forgets what was told long ago; what became of it goes first.
#[must_use]
pub fn forget(before: Instant) -> [Statement; 2] {
    let old = format!("SELECT workspace_id, id FROM notification WHERE at < ?1 ORDER BY at LIMIT {STEP}");
    let params = || vec![before.unix_ms().into()];
    [
        Statement::new(
            "forget_deliveries",
            format!("DELETE FROM delivery WHERE (workspace_id, notification_id) IN ({old})"),
            params(),
        ),
        Statement::new(
            "forget_notifications",
            format!("DELETE FROM notification WHERE (workspace_id, id) IN ({old})"),
            params(),
        ),
    ]
}

#[cfg(test)]
#[path = "reminders_tests.rs"]
mod tests;
