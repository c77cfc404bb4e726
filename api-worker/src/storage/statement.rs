//! A statement on its way to the database, and what comes back. The platform is not needed for either, so that the
//! statements are tested against the migrations on any machine.

use serde::de::DeserializeOwned;

pub use super::limits::Param;

/// A statement about the workspace; `?1` is always the workspace.
pub struct Statement {
    name: &'static str,
    sql: String,
    params: Vec<Param>,
}

impl Statement {
    /// `params` are bound from `?2` on.
    #[must_use]
    pub fn new(name: &'static str, sql: impl Into<String>, params: Vec<Param>) -> Self {
        Self { name, sql: sql.into(), params }
    }

    /// Its name for the logs, its SQL, and what is bound from `?2` on.
    #[must_use]
    pub fn into_parts(self) -> (&'static str, String, Vec<Param>) {
        (self.name, self.sql, self.params)
    }
}

/// Why the database did not do it.
#[derive(Debug)]
pub enum DbError {
    /// A constraint said no; its text names which.
    Constraint(String),
    /// A value beyond what a row or a parameter holds; its text names the statement.
    TooLarge(String),
    /// Ours, or the platform's.
    Fault(String),
}

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constraint(text) => write!(f, "constraint: {text}"),
            Self::TooLarge(text) => write!(f, "too large: {text}"),
            Self::Fault(text) => f.write_str(text),
        }
    }
}

/// The answer of one statement: a JSON array of its rows, each of which is one too.
pub struct Rows(String);

impl Rows {
    /// Takes the rows with commas between them.
    #[must_use]
    pub fn new(joined: &str) -> Self {
        Self(format!("[{joined}]"))
    }

    /// Rows as a type that reads a JSON array, such as a tuple.
    ///
    /// # Errors
    /// A row of another shape: the query and its reader disagree.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Vec<T>, DbError> {
        serde_json::from_str(&self.0).map_err(|error| DbError::Fault(format!("row: {error}")))
    }

    /// # Errors
    /// As [`Rows::read`].
    pub fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, DbError> {
        Ok(self.read()?.into_iter().next())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == "[]"
    }
}
