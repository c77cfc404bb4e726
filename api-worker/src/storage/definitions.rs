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

#[cfg(test)]
mod tests {
    use domain::money::Currency;
    use domain::schema::{Schema, WorkDays, WorkspaceSettings, builtin};
    use rusqlite::{Connection, params};

    use super::super::testing::{Shard, id};
    use super::super::tests::{SHARD, migrated};

    /// Workspace and definitions of it, as a build before a migration left them.
    fn define(shard: &Connection, workspace: u64, schema: &Schema) {
        let workspace = id(workspace).to_string();
        let revision = i64::try_from(schema.revision).unwrap();
        let body = serde_json::to_string(schema).unwrap();
        let sql = "INSERT INTO workspace (workspace_id, revision, created_at) VALUES (?1, ?2, 0)";
        shard.execute(sql, params![workspace, revision]).unwrap();
        let sql = "INSERT INTO definition (workspace_id, revision, body, created_at, created_by_id) VALUES (?1, ?2, ?3, 0, ?4)";
        shard.execute(sql, params![workspace, revision, body, id(2).to_string()]).unwrap();
    }

    #[test]
    fn workspaces_of_before_get_the_files_of_records() {
        let mut fresh = builtin::schema(WorkspaceSettings {
            name: "昆仑".into(),
            language: "zh".into(),
            zone: "UTC".into(),
            currency: Currency::parse("CNY").unwrap(),
            work: WorkDays::default(),
        });
        fresh.revision = 7;
        let mut before = fresh.clone();
        for entity in &mut before.entities {
            entity.fields.retain(|field| field.id != "files");
        }
        let connection = migrated(&SHARD[..5]);
        define(&connection, 1, &before);
        // One that has the field already keeps it as it is.
        define(&connection, 3, &fresh);
        connection.execute_batch(SHARD[5]).unwrap();
        let mut shard = Shard { connection, workspace: id(1) };
        let read = |shard: &Shard| super::read(&shard.run(super::current()).unwrap()).unwrap();
        let found = read(&shard);
        assert_eq!(found.revision, 8);
        for (entity, old) in fresh.entities.iter().zip(&before.entities) {
            let known = found.entity(&entity.id).unwrap();
            let (mut wanted, mut fields) = (entity.fields.clone(), known.fields.clone());
            // Before what the system keeps, wherever a new workspace has it.
            let place =
                |fields: &[domain::schema::Field], id: &str| fields.iter().position(|one| one.id == id);
            if let Some(at) = place(&fields, "files") {
                assert_eq!(place(&fields, "created_at"), Some(at + 1), "{}", entity.id);
            }
            for list in [&mut wanted, &mut fields] {
                list.sort_by(|one, other| one.id.cmp(&other.id));
            }
            assert_eq!(fields, wanted, "{}", entity.id);
            let rest: Vec<_> = known.fields.iter().filter(|field| field.id != "files").collect();
            assert!(rest.into_iter().eq(&old.fields), "{}", entity.id);
        }
        shard.workspace = id(3);
        assert_eq!(read(&shard).entities, fresh.entities);
    }
}
