//! Signing up and in, sessions, invitations.

use serde::{Deserialize, Serialize};

use crate::ids::Id;
use crate::schema::WorkspaceSettings;
use crate::time::Instant;

/// Characters of a password: NIST SP 800-63B asks for at least eight and for no rules of composition.
pub const PASSWORD_MIN: usize = 8;
pub const PASSWORD_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HealthReply {
    pub ok: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUpRequest {
    pub workspace: WorkspaceSettings,
    pub name: String,
    pub email: String,
    pub password: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    pub email: String,
    pub password: String,
    /// Which workspace, for people who have several; the one joined last otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignedInReply {
    pub workspace: Id,
    pub user: Id,
    /// After signing in with a password: every workspace that lets this person in, the one joined last first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entrances: Vec<Entrance>,
}

/// A workspace that somebody may enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Entrance {
    pub workspace: Id,
    pub name: String,
    /// Who one is there.
    pub user: Id,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetRequest {
    pub token: String,
    pub password: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    pub old: String,
    pub new: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SessionReply {
    pub workspace: Id,
    pub user: Id,
    pub name: String,
    pub email: String,
    pub role: String,
    /// Of the reader: `zh` or `en`.
    pub language: Option<String>,
    pub zone: String,
    /// The definitions' revision.
    pub revision: u64,
    /// How far the workspace's change log has come.
    pub seq: u64,
    /// Now, by the server's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub now: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PreferencesRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SessionsReply {
    pub sessions: Vec<SessionInfo>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SessionInfo {
    pub id: Id,
    /// The browser's own words about itself.
    pub agent: String,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub created_at: Instant,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub seen_at: Instant,
    pub current: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// An inactive user to give an entrance to; a new one otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    pub name: String,
    pub email: String,
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct InviteReply {
    pub user: Id,
    /// The link's path with its token; shown once, only its hash is kept.
    pub path: String,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub expires_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct InvitationReply {
    pub workspace_name: String,
    pub name: String,
    pub email: String,
    /// The address has a password already: joining asks for that one.
    pub known: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    pub password: String,
}
