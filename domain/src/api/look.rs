//! A customer in one look: who has been talking with whom, and who may be told about it.

use serde::{Deserialize, Serialize};

use super::record::Names;
use crate::ids::Id;
use crate::time::Instant;

/// People of a list of readers.
pub const READERS: u32 = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LookReply {
    /// Who talked with whom about the record, or about what its history takes in, within
    /// [`TALK_DAYS`](crate::look::TALK_DAYS): the last conversation first, [`TALKS`](crate::look::TALKS) at most.
    pub talks: Vec<Talk>,
    /// The last time a colleague talked with the customer that the record belongs to, or with its people or about its
    /// deals, when that is not longer ago than [`WARNING_DAYS`](crate::look::WARNING_DAYS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colleague: Option<Talk>,
    pub names: Names,
}

/// What one of us has had to say to one of theirs, as far as the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Talk {
    pub by: Id,
    /// The contact; absent where none was named, or the reader does not see that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<Id>,
    /// The last touch.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub at: Instant,
    pub touches: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ReadersReply {
    /// Active people who see the record, whom a comment on it can name; by name, [`READERS`] at most.
    pub people: Vec<Person>,
    /// There are others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Person {
    pub id: Id,
    pub name: String,
}
