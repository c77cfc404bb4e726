//! Definitions: one document a revision.

use domain::schema::{FORMAT, Schema};
use domain::time::Instant;

use super::statement::{DbError, Rows, Statement};

#[must_use]
pub fn current() -> Statement {
    let sql = "SELECT json_array(d.body) AS j FROM workspace w JOIN definition d ON d.workspace_id = w.workspace_id AND d.revision = w.revision \
        WHERE w.workspace_id = ?1";
    Statement::new("definition", sql, Vec::new())
}

/// Puts definitions in the place of those they follow, in the name of who made those. Where somebody else was faster,
/// nothing happens.
#[must_use]
pub fn follow(schema: &Schema, now: Instant) -> [Statement; 2] {
    let body = serde_json::to_string(schema).unwrap_or_default();
    [
        Statement::new(
            "follow",
            "INSERT OR IGNORE INTO definition (workspace_id, revision, body, created_at, created_by_id) \
             SELECT workspace_id, ?2, ?3, ?4, created_by_id FROM definition WHERE workspace_id = ?1 AND revision = ?2 - 1",
            vec![schema.revision.into(), body.into(), now.unix_ms().into()],
        ),
        Statement::new(
            "followed",
            "UPDATE workspace SET revision = ?2 WHERE workspace_id = ?1 AND revision = ?2 - 1",
            vec![schema.revision.into()],
        ),
    ]
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

#[cfg(test)]
mod tests {
    use domain::money::Currency;
    use domain::schema::{Schema, WorkDays, WorkspaceSettings, builtin};
    use rusqlite::params;

    use super::super::testing::{Shard, id};
    use super::*;

    #[test]
    fn definitions_follow_those_they_were_made_from() {
        let shard = Shard::new();
        let mut old = builtin::schema(WorkspaceSettings {
            name: "昆仑".into(),
            language: "zh".into(),
            zone: "UTC".into(),
            currency: Currency::parse("CNY").unwrap(),
            work: WorkDays::default(),
            logo: None,
        });
        old.entities.pop();
        for workspace in [1, 3] {
            let workspace = id(workspace).to_string();
            let sql = "INSERT INTO workspace (workspace_id, revision, created_at) VALUES (?1, 1, 0)";
            shard.connection.execute(sql, params![workspace]).unwrap();
            let sql = "INSERT INTO definition (workspace_id, revision, body, created_at, created_by_id) VALUES (?1, 1, ?2, 0, ?3)";
            let body = serde_json::to_string(&old).unwrap();
            shard.connection.execute(sql, params![workspace, body, id(2).to_string()]).unwrap();
        }
        let mut shard = shard;
        let current = |shard: &Shard| read(&shard.run(current()).unwrap()).unwrap();
        let put = |shard: &Shard, schema: &Schema| {
            for statement in follow(schema, Instant::from_unix_ms(5).unwrap()) {
                shard.run(statement).unwrap();
            }
        };
        let whole = builtin::completed(&current(&shard)).unwrap();
        put(&shard, &whole);
        assert_eq!(current(&shard), whole);
        // A second isolate that saw the old ones too changes nothing, and neither does one far behind.
        let mut late = whole.clone();
        late.pipelines.clear();
        put(&shard, &late);
        late.revision = 9;
        put(&shard, &late);
        assert_eq!(current(&shard), whole);
        shard.workspace = id(3);
        assert_eq!(current(&shard), old);
    }
}
