//! Sessions, invitations and the first rows of a workspace, in the workspace's shard.

use domain::access::ADMINISTRATOR;
use domain::ids::Id;
use domain::schema::Schema;
use domain::schema::builtin::user::status;
use domain::time::Instant;

use super::search;
use super::statement::Statement;

/// Sessions that nobody uses end after thirty days.
pub const SESSION_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Invitations hold for a week.
pub const INVITATION_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The session of a token with its user and the workspace's state: user, role, zone, language, name, email,
/// revision, seq, session id, last seen.
pub type SessionRow = (Id, String, Option<String>, Option<String>, String, Option<String>, u64, u64, Id, i64);

#[must_use]
pub fn session(token_hash: &str, now: Instant) -> Statement {
    let sql = "SELECT json_array(u.id, u.role, u.zone, u.language, u.name, u.email, w.revision, w.seq, s.id, s.seen_at) AS j \
        FROM session s JOIN \"user\" u ON u.workspace_id = s.workspace_id AND u.id = s.user_id \
        JOIN workspace w ON w.workspace_id = s.workspace_id \
        WHERE s.workspace_id = ?1 AND s.token_hash = ?2 AND s.expires_at > ?3 AND u.status = 'active' AND u.deleted_at IS NULL";
    Statement::new("session", sql, vec![token_hash.into(), now.unix_ms().into()])
}

/// Whether a session that is seen now was last seen on another day: then the browser's copy is prolonged too, which is
/// once a day and long before it ends.
#[must_use]
pub fn is_first_of_day(seen_at: i64, now: Instant) -> bool {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    seen_at.div_euclid(DAY_MS) < now.unix_ms().div_euclid(DAY_MS)
}

/// Prolongs a session that is used; at most once in five minutes, so that reading stays reading.
#[must_use]
pub fn see(token_hash: &str, now: Instant) -> Statement {
    let sql = "UPDATE session SET seen_at = ?3, expires_at = ?4 WHERE workspace_id = ?1 AND token_hash = ?2";
    let now = now.unix_ms();
    Statement::new("see_session", sql, vec![token_hash.into(), now.into(), (now + SESSION_MS).into()])
}

#[must_use]
pub fn start_session(id: Id, user: Id, token_hash: &str, agent: &str, now: Instant) -> Statement {
    let sql = "INSERT INTO session (workspace_id, token_hash, id, user_id, agent, created_at, seen_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)";
    let now = now.unix_ms();
    let params =
        vec![token_hash.into(), id.into(), user.into(), agent.into(), now.into(), (now + SESSION_MS).into()];
    Statement::new("start_session", sql, params)
}

#[must_use]
pub fn sessions_of(user: Id, now: Instant) -> Statement {
    let sql = "SELECT json_array(id, agent, created_at, seen_at, token_hash) AS j FROM session \
        WHERE workspace_id = ?1 AND user_id = ?2 AND expires_at > ?3 ORDER BY seen_at DESC LIMIT 100";
    Statement::new("sessions_of", sql, vec![user.into(), now.unix_ms().into()])
}

/// Ends one session of a user; answers with a row when there was one.
#[must_use]
pub fn end_session(user: Id, id: Id) -> Statement {
    let sql = "DELETE FROM session WHERE workspace_id = ?1 AND user_id = ?2 AND id = ?3 RETURNING json_array(id) AS j";
    Statement::new("end_session", sql, vec![user.into(), id.into()])
}

/// Ends the sessions of a user, perhaps all but one.
#[must_use]
pub fn end_sessions(user: Id, but: Option<&str>) -> Statement {
    let sql = "DELETE FROM session WHERE workspace_id = ?1 AND user_id = ?2 AND token_hash IS NOT ?3";
    Statement::new("end_sessions", sql, vec![user.into(), but.map(str::to_owned).into()])
}

#[must_use]
pub fn set_preferences(user: Id, language: Option<&str>, zone: Option<&str>) -> Statement {
    let sql = "UPDATE \"user\" SET language = coalesce(?3, language), zone = coalesce(?4, zone) WHERE workspace_id = ?1 AND id = ?2";
    Statement::new(
        "set_preferences",
        sql,
        vec![user.into(), language.map(str::to_owned).into(), zone.map(str::to_owned).into()],
    )
}

/// The rows of a new workspace: itself, its definitions, its first user.
#[must_use]
pub fn found(schema: &Schema, user: Id, name: &str, email: &str, now: Instant) -> Vec<Statement> {
    let at = now.unix_ms();
    let body = serde_json::to_string(schema).unwrap_or_default();
    let mut statements = vec![
        Statement::new(
            "found_workspace",
            "INSERT INTO workspace (workspace_id, seq, revision, created_at) VALUES (?1, 0, ?2, ?3)",
            vec![schema.revision.into(), at.into()],
        ),
        Statement::new(
            "found_definition",
            "INSERT INTO definition (workspace_id, revision, body, created_at, created_by_id) VALUES (?1, ?2, ?3, ?4, ?5)",
            vec![schema.revision.into(), body.into(), at.into(), user.into()],
        ),
        Statement::new(
            "found_user",
            "INSERT INTO \"user\" (workspace_id, id, version, name, email, role, status, created_at, created_by_id, updated_at, updated_by_id, name_key, match_key, joined_at) \
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?2, ?7, ?2, ?8, ?9, ?7)",
            vec![
                user.into(),
                name.into(),
                email.into(),
                ADMINISTRATOR.into(),
                status::ACTIVE.into(),
                at.into(),
                super::sort_key::sort_key(name).into(),
                domain::text::match_key(name).into(),
            ],
        ),
    ];
    statements.extend(search::add("user", vec![search::row_of_user(user, name)], &[]));
    statements
}

/// Which of an identity's memberships let in: workspace, its name, user. For [`super::db::SystemDb`]: who asks has no
/// session yet, and the directory named the memberships.
#[must_use]
pub fn entrances(memberships: &[(Id, Id)]) -> Statement {
    let sql = "SELECT json_array(u.workspace_id, json_extract(d.body, '$.workspace.name'), u.id) AS j FROM json_each(?1) m \
        JOIN \"user\" u ON u.workspace_id = m.value ->> 0 AND u.id = m.value ->> 1 AND u.status = 'active' AND u.deleted_at IS NULL \
        JOIN workspace w ON w.workspace_id = u.workspace_id \
        JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision";
    Statement::new("entrances", sql, vec![serde_json::json!(memberships).into()])
}

/// The link of an invitation; the user's record is saved beside it.
#[must_use]
pub fn invite(by: Id, user: Id, email: &str, token_hash: &str, now: Instant) -> Vec<Statement> {
    let at = now.unix_ms();
    let link = Statement::new(
        "insert_invitation",
        "INSERT INTO invitation (workspace_id, token_hash, user_id, email, created_at, created_by_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        vec![token_hash.into(), user.into(), email.into(), at.into(), by.into(), (at + INVITATION_MS).into()],
    );
    // A link that went to an address which was wrong must not open anything.
    let earlier = Statement::new(
        "forget_invitations",
        "DELETE FROM invitation WHERE workspace_id = ?1 AND user_id = ?2 AND used_at IS NULL",
        vec![user.into()],
    );
    vec![earlier, link]
}

/// An open invitation: user, name, e-mail, the user's version, and when they first joined.
pub type InvitationRow = (Id, String, String, u64, Option<i64>);

#[must_use]
pub fn invitation(token_hash: &str, now: Instant) -> Statement {
    let sql = "SELECT json_array(i.user_id, u.name, i.email, u.version, u.joined_at) AS j FROM invitation i \
        JOIN \"user\" u ON u.workspace_id = i.workspace_id AND u.id = i.user_id \
        WHERE i.workspace_id = ?1 AND i.token_hash = ?2 AND i.expires_at > ?3 AND i.used_at IS NULL AND u.status = 'invited' AND u.deleted_at IS NULL";
    Statement::new("invitation", sql, vec![token_hash.into(), now.unix_ms().into()])
}

/// Uses an invitation up. That it is still open, the version of its user says.
#[must_use]
pub fn use_invitation(token_hash: &str, now: Instant) -> Statement {
    let sql = "UPDATE invitation SET used_at = ?3 WHERE workspace_id = ?1 AND token_hash = ?2";
    Statement::new("use_invitation", sql, vec![token_hash.into(), now.unix_ms().into()])
}

/// Whether an e-mail address is a user of the workspace already.
#[must_use]
pub fn user_by_email(email: &str) -> Statement {
    let sql = "SELECT json_array(id, status) AS j FROM \"user\" WHERE workspace_id = ?1 AND email = ?2 AND deleted_at IS NULL";
    Statement::new("user_by_email", sql, vec![email.into()])
}

/// Removes what [`found`] made, when the directory did not take it.
#[must_use]
pub fn abandon() -> Vec<Statement> {
    [
        "DELETE FROM \"user\" WHERE workspace_id = ?1",
        "DELETE FROM definition WHERE workspace_id = ?1",
        "DELETE FROM workspace WHERE workspace_id = ?1",
    ]
    .map(|sql| Statement::new("abandon", sql, Vec::new()))
    .into()
}

/// The name a workspace goes by, for people who are not in it yet.
#[must_use]
pub fn workspace_name() -> Statement {
    let sql = "SELECT json_array(json_extract(d.body, '$.workspace.name')) AS j FROM workspace w \
        JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision WHERE w.workspace_id = ?1";
    Statement::new("workspace_name", sql, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_in_use_is_prolonged_in_the_browser_once_a_day() {
        let at = |text: &str| Instant::parse(text).unwrap();
        let mut seen = at("2026-05-01T00:10:00Z");
        let mut prolonged = 0;
        // Somebody who works every hour of ten days never leaves a gap of a day.
        for hour in 1..240 {
            let now = at("2026-05-01T00:10:00Z").plus_ms(hour * 60 * 60 * 1000);
            prolonged += u32::from(is_first_of_day(seen.unix_ms(), now));
            seen = now;
        }
        assert_eq!(prolonged, 9);
    }
}
