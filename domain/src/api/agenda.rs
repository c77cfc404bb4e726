//! The calendar of one person: open tasks and next touches of some days.

use serde::{Deserialize, Serialize};

use super::record::{Names, RecordBody};
use crate::ids::Id;

/// Days that are asked for at once, at most: two months.
pub const AGENDA_DAYS: i64 = 62;
/// Records of each kind, at most.
pub const AGENDA_ITEMS: u32 = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgendaRequest {
    /// The first day, `YYYY-MM-DD`, in the reader's zone.
    pub from: String,
    /// The last day; at most 62 days with the first.
    pub to: String,
    /// Whose; the reader's own without it. Of others one sees what one's role lets one see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AgendaReply {
    /// By the moment they are due. Tasks have `due`, the others `next_touch`.
    pub items: Vec<RecordBody>,
    pub names: Names,
    /// Some kind has more in these days than was sent.
    pub more: bool,
    pub seq: u64,
    pub revision: u64,
}
