//! What is said to people: a message key with arguments, never a sentence. The sentences stand in `messages`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One reason why something cannot be, at the place where it can be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The field's id; absent when the problem belongs to no single field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A key of the message tables, such as `problem.required`.
    pub key: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Which action of the command (from 0), when it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<usize>,
}

impl Problem {
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self { field: None, key: key.to_owned(), args: BTreeMap::new(), action: None }
    }

    #[must_use]
    pub fn on(field: &str, key: &str) -> Self {
        Self::new(key).at(field)
    }

    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}
