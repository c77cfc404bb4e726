//! The one error envelope.

use serde::{Deserialize, Serialize};

use crate::command::Conflict;
use crate::message::Problem;

/// What kind of no it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request cannot be read: not JSON, wrong shape.
    Malformed,
    /// It can be read and is wrong; the problems say where.
    Invalid,
    NotSignedIn,
    /// Wrong e-mail or password; which of them is not said.
    WrongCredentials,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// Somebody else was first; both sides are given.
    Conflict,
    /// Validated against definitions that have moved on: load them and try again.
    Outdated,
    /// Others changed the same things all the while; nothing was saved, and the same again will do.
    Busy,
    TooLarge,
    UnsupportedMediaType,
    TooManyAttempts,
    /// Ours. The request id finds it in the log.
    Fault,
}

impl Code {
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Invalid => 422,
            Self::NotSignedIn | Self::WrongCredentials => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict | Self::Outdated | Self::Busy => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::TooManyAttempts => 429,
            Self::Fault => 500,
        }
    }

    /// The message key of the code's own sentence.
    #[must_use]
    pub fn message_key(self) -> &'static str {
        match self {
            Self::Malformed => "error.malformed",
            Self::Invalid => "error.invalid",
            Self::NotSignedIn => "error.not_signed_in",
            Self::WrongCredentials => "error.wrong_credentials",
            Self::Forbidden => "error.forbidden",
            Self::NotFound => "error.not_found",
            Self::MethodNotAllowed => "error.method_not_allowed",
            Self::Conflict => "error.conflict",
            Self::Outdated => "error.outdated",
            Self::Busy => "error.busy",
            Self::TooLarge => "error.too_large",
            Self::UnsupportedMediaType => "error.unsupported_media_type",
            Self::TooManyAttempts => "error.too_many_attempts",
            Self::Fault => "error.fault",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Envelope {
    pub code: Code,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// English, for people who read logs; the app translates code and problems.
    pub text: String,
    pub request_id: String,
}
