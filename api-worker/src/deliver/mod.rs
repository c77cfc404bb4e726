//! How a reminder travels: Web Push, mail, group bots. Who hears of what is decided elsewhere; here a message goes to
//! one target, once, and what became of it is said. What is built is built by plain functions that take the clock and
//! randomness as arguments, so that it is tested on any machine; `send` alone needs the platform.

pub mod bot;
pub mod mail;
pub mod push;

#[cfg(target_arch = "wasm32")]
mod outgoing;
#[cfg(target_arch = "wasm32")]
mod send;
#[cfg(target_arch = "wasm32")]
pub use send::{local_receivers, push_key, send, sends_mail};

use std::borrow::Cow;

use chrono::DateTime;
use domain::api::notification::BotService;
use domain::ids::Id;
use domain::reminder::Kind;
use domain::time::Instant;
use messages::Lang;

/// Where people choose what reaches them, below the origin.
pub const SETTINGS_PATH: &str = "/more/reminders";

/// Nobody is asked to wait longer than this, whatever a receiver wishes.
const LONGEST_WAIT_MS: i64 = 24 * 60 * 60 * 1000;

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Push { endpoint: String, p256dh: String, auth: String },
    Mail { to: String },
    Bot { service: BotService, url: String, secret: Option<String> },
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The notification: the Message-ID.
    pub id: Id,
    /// At most 32 url-safe characters, the same for the same thing: a push service keeps the last of a topic only.
    pub topic: String,
    /// The reader's, as a short code.
    pub language: String,
    pub title: String,
    pub body: String,
    /// Where it leads, below the origin.
    pub path: String,
    /// Kind and id of the record that can be done, snoozed and opened.
    pub record: Option<(String, Id)>,
    pub kind: Kind,
    /// How many notifications the reader has not read; bots tell nothing else.
    pub unread: u64,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service took it.
    Sent,
    /// Not now; the reasons are English and for the log. `after_ms` is what the service asks to wait.
    Later { reason: String, after_ms: Option<i64> },
    /// The channel does not exist any more.
    Gone { reason: String },
    /// This will never be taken.
    Refused { reason: String },
}

impl Message {
    #[must_use]
    pub fn lang(&self) -> Lang {
        Lang::from_tag(&self.language).unwrap_or(Lang::En)
    }

    fn text(&self, key: &str, args: &[(&str, &str)]) -> Cow<'static, str> {
        messages::text(self.lang(), key, args)
    }
}

/// What a service answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub retry_after: Option<String>,
    /// Its beginning.
    pub body: String,
}

impl Answered {
    /// An outcome by the status alone: what HTTP says of it, whichever service it is.
    #[must_use]
    pub fn outcome(&self, now: Instant) -> Outcome {
        let reason = format!("answered {}", self.status);
        match self.status {
            200..=299 => Outcome::Sent,
            404 | 410 => Outcome::Gone { reason },
            408 | 425 | 429 | 500..=599 => Outcome::Later { reason, after_ms: self.wait_ms(now) },
            // Redirections among them: nobody is led elsewhere.
            _ => Outcome::Refused { reason },
        }
    }

    /// `Retry-After` (RFC 9110, 10.2.3) is a number of seconds or a date.
    fn wait_ms(&self, now: Instant) -> Option<i64> {
        let text = self.retry_after.as_deref()?.trim();
        let wait = match text.parse::<u32>() {
            Ok(seconds) => i64::from(seconds) * 1000,
            Err(_) => DateTime::parse_from_rfc2822(text).ok()?.timestamp_millis() - now.unix_ms(),
        };
        Some(wait.clamp(0, LONGEST_WAIT_MS))
    }
}

/// The origin that links in messages begin with, as a deployment sets it; without one there is nothing to link to.
///
/// # Errors
/// It is missing, or no origin.
pub fn check_origin(origin: &str) -> Result<&str, String> {
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://localhost:"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']) => Ok(origin),
        _ => Err(format!(
            "ORIGIN has to be this deployment's origin, such as https://crm.acme.com, and is {origin:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn message() -> Message {
        Message {
            id: "0199f0a0-0000-7000-8000-000000000001".parse().unwrap(),
            topic: "t-0199f0a0".into(),
            language: "zh".into(),
            title: "恒通物流".into(),
            body: "今天 15:00 联系".into(),
            path: "/records/account/0199f0a0-0000-7000-8000-000000000002".into(),
            record: Some(("account".into(), "0199f0a0-0000-7000-8000-000000000002".parse().unwrap())),
            kind: Kind::TouchDue,
            unread: 3,
        }
    }

    pub fn now() -> Instant {
        Instant::parse("2026-05-01T08:00:00Z").unwrap()
    }

    #[test]
    fn a_status_says_what_became_of_it() {
        for (status, said) in [
            (200, "sent"),
            (201, "sent"),
            (202, "sent"),
            (204, "sent"),
            (301, "refused"),
            (302, "refused"),
            (307, "refused"),
            (400, "refused"),
            (401, "refused"),
            (403, "refused"),
            (404, "gone"),
            (410, "gone"),
            (413, "refused"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
        ] {
            let answered = Answered { status, ..Answered::default() };
            let outcome = match answered.outcome(now()) {
                Outcome::Sent => "sent",
                Outcome::Later { .. } => "later",
                Outcome::Gone { .. } => "gone",
                Outcome::Refused { .. } => "refused",
            };
            assert_eq!(outcome, said, "{status}");
        }
    }

    #[test]
    fn a_receiver_may_ask_to_wait_for_a_day_at_most() {
        for (retry_after, wait) in [
            (None, None),
            (Some("120"), Some(120_000)),
            (Some(" 0 "), Some(0)),
            (Some("4000000"), Some(LONGEST_WAIT_MS)),
            (Some("Fri, 01 May 2026 08:01:00 GMT"), Some(60_000)),
            (Some("Fri, 01 May 2026 07:00:00 GMT"), Some(0)),
            (Some("Fri, 01 May 2099 08:01:00 GMT"), Some(LONGEST_WAIT_MS)),
            (Some("-1"), None),
            (Some("soon"), None),
            (Some(""), None),
        ] {
            let answered =
                Answered { status: 429, retry_after: retry_after.map(str::to_owned), ..Answered::default() };
            let expected = Outcome::Later { reason: "answered 429".into(), after_ms: wait };
            assert_eq!(answered.outcome(now()), expected, "{retry_after:?}");
        }
    }

    #[test]
    fn links_begin_with_an_origin_and_nothing_else() {
        for (origin, is_one) in [
            ("https://crm.acme.com", true),
            ("https://crm.acme.com:8443", true),
            ("http://localhost:8787", true),
            ("", false),
            ("https://", false),
            ("https://crm.acme.com/", false),
            ("http://crm.acme.com", false),
            ("crm.acme.com", false),
            ("https://a b", false),
        ] {
            assert_eq!(check_origin(origin).is_ok(), is_one, "{origin}");
        }
    }
}
