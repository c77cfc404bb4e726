//! Sending commands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::Code;
use super::record::Names;
use crate::command::{Command, Conflict, Kept, RowReport};
use crate::ids::Id;
use crate::message::Problem;
use crate::time::Instant;

/// Commands of one request.
pub const MAX_COMMANDS: usize = 50;
/// Bytes of a request's body.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CommandsRequest {
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CommandsReply {
    /// One for each command, in their order. Where there are fewer answers than commands, the rest was not tried: it is
    /// to be sent again.
    pub answers: Vec<Answer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Saved, now or when it came the first time.
    Done(Receipt),
    Refused {
        command: Id,
        code: Code,
        problems: Vec<Problem>,
    },
    Conflict {
        command: Id,
        conflicts: Vec<Conflict>,
    },
}

/// What a saved command did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Receipt {
    pub command: Id,
    /// Where the command stands in the workspace's log; 0 when it changed nothing.
    pub seq: u64,
    pub records: Vec<Saved>,
    /// The definitions' revision after it.
    pub revision: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowReport>,
    /// Records that the rows describe and that were there before the import.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Saved {
    pub entity: String,
    pub record: Id,
    pub version: u64,
}

/// A record that a row of an import is or describes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Found {
    pub entity: String,
    pub record: Id,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportsRequest {
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ImportsReply {
    /// The newest first: by their ids, which begin with the moment they were made.
    pub imports: Vec<ImportSummary>,
    /// Who imported.
    pub names: Names,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An import as a whole; [`super::GetImport`] tells its commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ImportSummary {
    pub import: Id,
    /// The kind of record that the file was of.
    pub entity: String,
    /// When its first rows were saved.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub at: Instant,
    pub by: Id,
    /// Rows that went in, whose records were there already, and that were refused.
    pub created: u64,
    pub skipped: u64,
    pub refused: u64,
    /// Commands that changed something and were not taken back: with none left, the import is undone.
    pub open: u64,
}

impl ImportSummary {
    /// Whether it made something and all of it was taken back.
    #[must_use]
    pub fn is_undone(&self) -> bool {
        self.created > 0 && self.open == 0
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ImportReply {
    pub import: Id,
    /// In the order they were saved; undoing them in reverse takes the import back.
    pub commands: Vec<ImportCommand>,
    /// How many records of each kind it created.
    #[serde(default)]
    pub made: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ImportCommand {
    pub command: Id,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub at: Instant,
    /// Records that it created.
    pub created: u64,
    /// Records that it created or filled: with none, there is nothing to take back.
    #[serde(default)]
    pub changed: u64,
    pub undone: bool,
}
