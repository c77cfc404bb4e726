//! D1, wrapped once: values are bound safely, every statement has a name for the logs, limits that the local
//! runtime does not enforce are checked.

use std::cell::Cell;

use domain::ids::Id;
use js_sys::{Array, JsString, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::d1::serde_wasm_bindgen;
use worker::{D1Database, D1Result, Env, console_error};

use super::limits::{self, Over, Param, highest_placeholder, names_workspace};
pub use super::statement::{DbError, Rows, Statement};

/// How many shards are bound; `wrangler.toml` has one binding for each.
pub const SHARDS: [&str; 2] = ["DB_0", "DB_1"];

/// One workspace's shard.
pub struct Db {
    d1: D1Database,
    workspace: Id,
    statements: Cell<u32>,
}

impl Db {
    /// # Errors
    /// A shard that is not bound.
    pub fn open(env: &Env, shard: usize, workspace: Id) -> Result<Self, DbError> {
        let binding = SHARDS.get(shard).ok_or_else(|| DbError::Fault(format!("no shard {shard}")))?;
        Ok(Self { d1: open(env, binding)?, workspace, statements: Cell::new(0) })
    }

    #[must_use]
    pub fn workspace(&self) -> Id {
        self.workspace
    }

    /// Whether much of what one invocation may ask has been asked: better begin nothing new.
    #[must_use]
    pub fn is_nearly_spent(&self) -> bool {
        limits::is_nearly_spent(self.statements.get())
    }

    /// Runs statements as one transaction.
    ///
    /// # Errors
    /// A constraint that failed (nothing is saved then) or a fault.
    pub async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DbError> {
        let workspace = Param::from(self.workspace);
        let bound = statements.into_iter().map(|statement| {
            let (name, sql, mut params) = statement.into_parts();
            if !names_workspace(&sql) {
                return Err(DbError::Fault(format!("{name}: a statement without its workspace")));
            }
            params.insert(0, workspace.clone());
            Ok((name, sql, params))
        });
        run(&self.d1, bound.collect::<Result<_, _>>()?, &self.statements).await
    }

    /// # Errors
    /// As [`Db::batch`].
    pub async fn one(&self, statement: Statement) -> Result<Rows, DbError> {
        let mut rows = self.batch(vec![statement]).await?;
        rows.pop().ok_or_else(|| DbError::Fault("no answer".into()))
    }
}

/// What may work without a workspace: the directory, and scans over all workspaces of a shard.
pub struct SystemDb {
    d1: D1Database,
    statements: Cell<u32>,
}

impl SystemDb {
    /// # Errors
    /// A binding that is not there.
    pub fn directory(env: &Env) -> Result<Self, DbError> {
        Ok(Self { d1: open(env, "DIRECTORY")?, statements: Cell::new(0) })
    }

    /// # Errors
    /// A shard that is not bound.
    pub fn shard(env: &Env, shard: usize) -> Result<Self, DbError> {
        let binding = SHARDS.get(shard).ok_or_else(|| DbError::Fault(format!("no shard {shard}")))?;
        Ok(Self { d1: open(env, binding)?, statements: Cell::new(0) })
    }

    /// # Errors
    /// As [`Db::batch`].
    pub async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DbError> {
        let bound = statements.into_iter().map(Statement::into_parts).collect();
        run(&self.d1, bound, &self.statements).await
    }

    /// # Errors
    /// As [`Db::batch`].
    pub async fn one(&self, statement: Statement) -> Result<Rows, DbError> {
        let mut rows = self.batch(vec![statement]).await?;
        rows.pop().ok_or_else(|| DbError::Fault("no answer".into()))
    }
}

fn open(env: &Env, binding: &str) -> Result<D1Database, DbError> {
    env.d1(binding).map_err(|error| DbError::Fault(format!("{binding}: {error}")))
}

/// The one column of a row, a text. It stays where it is until all of them are there.
#[derive(Deserialize)]
struct Row {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    j: JsValue,
}

#[wasm_bindgen]
extern "C" {
    /// The platform's encoder. What takes texts over otherwise looks at each of their characters, in JavaScript.
    type TextEncoder;

    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;

    #[wasm_bindgen(method)]
    fn encode(this: &TextEncoder, text: &JsString) -> Uint8Array;
}

thread_local! {
    static ENCODER: TextEncoder = TextEncoder::new();
}

async fn run(
    d1: &D1Database,
    statements: Vec<(&'static str, String, Vec<Param>)>,
    count: &Cell<u32>,
) -> Result<Vec<Rows>, DbError> {
    // D1 takes no batch of nothing.
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    count.set(limits::counted(count.get(), statements.len()).map_err(DbError::Fault)?);
    let names: Vec<&str> = statements.iter().map(|(name, ..)| *name).collect();
    let mut prepared = Vec::with_capacity(statements.len());
    for (name, sql, params) in &statements {
        limits::check(sql, params).map_err(|over| match over {
            Over::Value(bytes) => DbError::TooLarge(format!("{name}: a value of {bytes} bytes")),
            Over::Statement(text) => DbError::Fault(format!("{name}: {text}")),
        })?;
        // A scope that needs no reader leaves `?2` out, and D1 refuses parameters beyond the last one named.
        let values: Vec<JsValue> = params.iter().take(highest_placeholder(sql)).map(to_js).collect();
        let statement = d1.prepare(sql).bind(&values);
        prepared.push(statement.map_err(|error| DbError::Fault(format!("{name}: {error}")))?);
    }
    match d1.batch(prepared).await {
        Ok(results) => results.iter().zip(&names).map(|(result, name)| read(result, name)).collect(),
        Err(error) => {
            let text = error.to_string();
            // SQLite's own words; D1 has no code for it.
            if text.contains("constraint failed") || text.contains("SQLITE_CONSTRAINT") {
                return Err(DbError::Constraint(text));
            }
            console_error!("{} failed: {text}", names.join(", "));
            Err(DbError::Fault(text))
        }
    }
}

fn to_js(param: &Param) -> JsValue {
    match param {
        Param::Null => JsValue::NULL,
        Param::Text(text) => JsValue::from_str(text),
        // The binding's own integer type holds 32 bits; a JavaScript number holds 53.
        #[expect(clippy::cast_precision_loss, reason = "`limits::check` lets safe integers through only")]
        Param::Integer(number) => JsValue::from_f64(*number as f64),
    }
}

fn read(result: &D1Result, name: &str) -> Result<Rows, DbError> {
    let fault = |error: &dyn std::fmt::Display| DbError::Fault(format!("{name}: {error}"));
    let rows = result.results::<Row>().map_err(|error| fault(&error))?;
    let joined = rows.into_iter().map(|row| row.j).collect::<Array>().join(",");
    let bytes = ENCODER.with(|encoder| encoder.encode(&joined)).to_vec();
    let joined = std::str::from_utf8(&bytes).map_err(|error| fault(&error))?;
    Ok(Rows::new(joined))
}
