//! A shard in memory for tests of statements: the migrations, and values bound as D1 binds them.

use domain::ids::Id;
use domain::money::Currency;
use domain::schema::{Schema, WorkDays, WorkspaceSettings, builtin};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::limits::{Param, check, highest_placeholder, names_workspace};
use super::statement::{DbError, Rows, Statement};

pub struct Shard {
    pub connection: Connection,
    pub workspace: Id,
}

/// An id by its number; greater numbers are greater ids.
pub fn id(number: u64) -> Id {
    Id::v7(number, &[0; 10])
}

/// The definitions a workspace begins with.
pub fn schema() -> Schema {
    builtin::schema(WorkspaceSettings {
        name: "T".into(),
        language: "zh".into(),
        zone: "UTC".into(),
        currency: Currency::parse("CNY").unwrap(),
        work: WorkDays::default(),
        logo: None,
    })
}

impl Shard {
    pub fn new() -> Self {
        Self { connection: super::tests::shard(), workspace: id(1) }
    }

    pub fn run(&self, statement: Statement) -> Result<Rows, DbError> {
        let (name, sql, mut params) = statement.into_parts();
        assert!(names_workspace(&sql), "{name}");
        params.insert(0, self.workspace.into());
        self.bound(name, &sql, &params)
    }

    /// A statement over the whole shard, which names its workspaces itself.
    pub fn sweep(&self, statement: Statement) -> Result<Rows, DbError> {
        let (name, sql, params) = statement.into_parts();
        self.bound(name, &sql, &params)
    }

    fn bound(&self, name: &str, sql: &str, params: &[Param]) -> Result<Rows, DbError> {
        assert_eq!(check(sql, params), Ok(()), "{name}");
        // Floating point, as D1 binds JavaScript numbers.
        #[expect(clippy::cast_precision_loss, reason = "`check` lets safe integers through only")]
        let value = |param: &Param| match param {
            Param::Null => Value::Null,
            Param::Text(text) => Value::Text(text.clone()),
            Param::Integer(number) => Value::Real(*number as f64),
        };
        let values: Vec<Value> = params.iter().take(highest_placeholder(sql)).map(value).collect();
        let failed = |error: rusqlite::Error| DbError::Fault(format!("{name}: {error}: {sql}"));
        let mut prepared = self.connection.prepare(sql).map_err(failed)?;
        let rows = prepared.query_map(params_from_iter(values), |row| row.get(0)).map_err(failed)?;
        let rows = rows.collect::<Result<Vec<String>, _>>().map_err(failed)?;
        Ok(Rows::new(&rows.join(",")))
    }
}
