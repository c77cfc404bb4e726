//! Definitions: one document a revision.

use domain::schema::{FORMAT, Schema};

use super::statement::{DbError, Rows, Statement};

#[must_use]
pub fn current() -> Statement {
    let sql = "SELECT json_array(d.body) AS j FROM workspace w JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision \
        WHERE w.workspace_id = ?1";
    Statement::new("definition", sql, Vec::new())
}

/// # Errors
/// A document this build cannot read.
pub fn read(rows: &Rows) -> Result<Schema, DbError> {
    let (body,): (String,) =
        rows.first()?.ok_or_else(|| DbError::Fault("a workspace without definitions".into()))?;
    let schema: Schema =
        serde_json::from_str(&body).map_err(|error| DbError::Fault(format!("definition: {error}")))?;
    if schema.v > FORMAT {
        return Err(DbError::Fault(format!("definitions of format {}", schema.v)));
    }
    Ok(schema)
}
