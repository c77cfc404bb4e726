//! Signing up and in, sessions, invitations.

use serde::{Deserialize, Serialize};

use crate::ids::Id;
use crate::message::Problem;
use crate::money::Currency;
use crate::schema::change::check_parts;
use crate::schema::{WorkDays, WorkspaceSettings};
use crate::time::{Instant, Zone};

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
    pub workspace: WorkspaceRequest,
    pub name: String,
    pub email: String,
    pub password: String,
}

/// The settings of a workspace to be, as somebody wrote them: what is wrong with them is told at its field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WorkspaceRequest {
    pub name: String,
    /// `zh` or `en`.
    pub language: String,
    /// IANA name.
    pub zone: String,
    /// Its code of three letters.
    pub currency: String,
    #[serde(default, skip_serializing_if = "WorkDays::is_usual")]
    pub work: WorkDays,
}

impl WorkspaceRequest {
    /// # Errors
    /// Everything that is wrong, at its field.
    pub fn read(self, zones: &dyn Zone) -> Result<WorkspaceSettings, Vec<Problem>> {
        let Self { name, language, zone, currency, work } = self;
        let name = name.trim().to_owned();
        let mut problems = check_parts(&name, &language, &zone, &work, zones);
        match Currency::parse(&currency) {
            Some(currency) if problems.is_empty() => {
                return Ok(WorkspaceSettings { name, language, zone, currency, work, logo: None });
            }
            Some(_) => {}
            None => problems.push(Problem::on("currency", "problem.not_currency")),
        }
        Err(problems)
    }
}

impl From<WorkspaceSettings> for WorkspaceRequest {
    fn from(settings: WorkspaceSettings) -> Self {
        let WorkspaceSettings { name, language, zone, currency, work, logo: _ } = settings;
        Self { name, language, zone, currency: currency.code().to_owned(), work }
    }
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
    /// The reader's team and those it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<Id>>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UtcOnly;

    #[test]
    fn everything_wrong_with_a_workspace_to_be_is_told_at_its_field() {
        let request = |name: &str, language: &str, zone: &str, currency: &str| {
            let text = str::to_owned;
            let (name, language, zone, currency) = (text(name), text(language), text(zone), text(currency));
            WorkspaceRequest { name, language, zone, currency, work: WorkDays::default() }
        };
        let fields = |request: WorkspaceRequest| {
            let problems = request.read(&UtcOnly).expect_err("something is wrong");
            problems.into_iter().filter_map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(request("A", "zh", "UTC", "yuan")), ["currency"]);
        assert_eq!(fields(request(" ", "fr", "UTC", "")), ["name", "language", "currency"]);
        let read = request(" A ", "zh", "UTC", "CNY").read(&UtcOnly).expect("settings");
        assert_eq!((read.name.as_str(), read.currency.code()), ("A", "CNY"));
    }
}
