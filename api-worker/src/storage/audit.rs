//! Traces of what changes nothing: exports.

use domain::api::record::ExportTrace;
use domain::ids::Id;
use domain::time::Instant;

use super::statement::Statement;

/// Exports that are told at once, newest first.
const EXPORTS: u32 = 200;

/// Writes down who exports what, before the first row leaves.
#[must_use]
pub fn export(id: Id, at: Instant, user: Id, entity: &str, trace: &ExportTrace) -> Statement {
    let sql = "INSERT INTO audit (workspace_id, id, at, user_id, kind, entity, body) VALUES (?1, ?2, ?3, ?4, 'export', ?5, ?6)";
    let body = serde_json::to_string(trace).unwrap_or_else(|_| "{}".to_owned());
    Statement::new(
        "audit_export",
        sql,
        vec![id.into(), at.unix_ms().into(), user.into(), entity.into(), body.into()],
    )
}

/// The newest exports, perhaps only of one user.
#[must_use]
pub fn exports(by: Option<Id>) -> Statement {
    let sql = format!(
        "SELECT json_array(a.id, a.at, a.user_id, a.entity, json(a.body), (SELECT u.name FROM \"user\" u WHERE u.workspace_id = ?1 AND u.id = a.user_id)) AS j \
         FROM audit a WHERE a.workspace_id = ?1 AND a.kind = 'export' AND a.user_id = coalesce(?2, a.user_id) \
         ORDER BY a.at DESC, a.id DESC LIMIT {EXPORTS}"
    );
    Statement::new("exports", sql, vec![by.into()])
}
