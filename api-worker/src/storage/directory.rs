//! The directory: who signs in, to which workspaces. Its statements belong to no workspace.

use domain::ids::Id;
use domain::time::Instant;

use super::statement::Statement;

/// Attempts are counted in windows of this length.
pub const WINDOW_MS: i64 = 15 * 60 * 1000;

/// An identity: id and password hash.
#[must_use]
pub fn identity(email: &str) -> Statement {
    Statement::new(
        "identity",
        "SELECT json_array(id, password_hash) AS j FROM identity WHERE email = ?1",
        vec![email.into()],
    )
}

/// The identity behind a user, whose password is asked for or changed.
#[must_use]
pub fn identity_of_user(workspace: Id, user: Id) -> Statement {
    let sql = "SELECT json_array(i.id, i.password_hash) AS j FROM membership m JOIN identity i ON i.id = m.identity_id WHERE m.workspace_id = ?1 AND m.user_id = ?2";
    Statement::new("identity_of_user", sql, vec![workspace.into(), user.into()])
}

#[must_use]
pub fn insert_identity(id: Id, email: &str, password_hash: &str, now: Instant) -> Statement {
    let sql = "INSERT INTO identity (id, email, password_hash, created_at) VALUES (?1, ?2, ?3, ?4)";
    Statement::new(
        "insert_identity",
        sql,
        vec![id.into(), email.into(), password_hash.into(), now.unix_ms().into()],
    )
}

#[must_use]
pub fn set_password(identity: Id, password_hash: &str) -> Statement {
    Statement::new(
        "set_password",
        "UPDATE identity SET password_hash = ?2 WHERE id = ?1",
        vec![identity.into(), password_hash.into()],
    )
}

/// Shard, workspace and user of each membership, the newest first.
pub type Membership = (usize, Id, Id);

#[must_use]
pub fn memberships(identity: Id) -> Statement {
    let sql = "SELECT json_array(shard, workspace_id, user_id) AS j FROM membership WHERE identity_id = ?1 ORDER BY joined_at DESC, workspace_id DESC LIMIT 100";
    Statement::new("memberships", sql, vec![identity.into()])
}

#[must_use]
pub fn join(identity: Id, workspace: Id, shard: usize, user: Id, now: Instant) -> Statement {
    let sql = "INSERT INTO membership (identity_id, workspace_id, shard, user_id, joined_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    Statement::new(
        "join",
        sql,
        vec![identity.into(), workspace.into(), (shard as u64).into(), user.into(), now.unix_ms().into()],
    )
}

/// Counts an attempt and answers with the count in this window.
#[must_use]
pub fn attempt(subject: &str, now: Instant) -> Statement {
    let sql = "INSERT INTO attempt (subject, window, count) VALUES (?1, ?2, 1) ON CONFLICT (subject, window) DO UPDATE SET count = count + 1 RETURNING json_array(count) AS j";
    Statement::new("attempt", sql, vec![subject.into(), (now.unix_ms() / WINDOW_MS).into()])
}

/// Forgets the attempts of an account that signed in.
#[must_use]
pub fn forget_attempts(subject: &str) -> Statement {
    Statement::new("forget_attempts", "DELETE FROM attempt WHERE subject = ?1", vec![subject.into()])
}

/// Drops windows that are over.
#[must_use]
pub fn sweep_attempts(now: Instant) -> Statement {
    Statement::new(
        "sweep_attempts",
        "DELETE FROM attempt WHERE window < ?1",
        vec![(now.unix_ms() / WINDOW_MS - 1).into()],
    )
}

/// Uses a reset link up; answers with its identity when it was still good.
#[must_use]
pub fn use_reset(token_hash: &str, now: Instant) -> Statement {
    let sql = "UPDATE reset SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2 RETURNING json_array(identity_id) AS j";
    Statement::new("use_reset", sql, vec![token_hash.into(), now.unix_ms().into()])
}
