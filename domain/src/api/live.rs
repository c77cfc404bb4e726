//! Hearing of changes at once. A socket says how far the workspace has come and nothing else; what has changed,
//! [`super::ListChanges`] tells, as far as one sees it.

use serde::{Deserialize, Serialize};

/// A message of the socket, as JSON. The first comes at once; of several that would follow within a moment only the last
/// is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Told {
    /// How far the log has come.
    pub seq: u64,
    /// Something is new in the bell of whoever hears this; `seq` may then be less than is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bell: bool,
}

/// What the other side may send to learn whether the line still holds, and what it hears then.
pub const PING: &str = "ping";
pub const PONG: &str = "pong";

/// Closed because the session has to be shown again: it may have ended, or it was looked at long ago.
pub const CLOSED_AGAIN: u16 = 4001;
/// Closed because the member has opened too many others since.
pub const CLOSED_TOO_MANY: u16 = 4002;
/// Closed because something else than [`PING`] was sent.
pub const CLOSED_UNHEARD: u16 = 4003;

/// Sockets of one member at a time.
pub const SOCKETS_OF_ONE: usize = 20;
