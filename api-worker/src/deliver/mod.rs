//! Sending what a notification says over one channel.

#![expect(dead_code, reason = "a deployment that sends nothing looks at nothing of a message")]

use domain::api::notification::BotService;
use domain::ids::Id;
use domain::reminder::Kind;
use worker::Env;

/// Where people choose what reaches them, below the origin.
pub const SETTINGS_PATH: &str = "/more/reminders";

/// Where it goes.
pub enum Target {
    Push { endpoint: String, p256dh: String, auth: String },
    Mail { to: String },
    Bot { service: BotService, url: String, secret: Option<String> },
}

/// What is said.
pub struct Message {
    /// The notification: the Message-ID.
    pub id: Id,
    /// At most 32 url-safe characters, the same for the same thing.
    pub topic: String,
    pub language: String,
    pub title: String,
    pub body: String,
    /// Below the origin.
    pub path: String,
    /// Kind and id of the record that can be done, snoozed or opened.
    pub record: Option<(String, Id)>,
    pub kind: Kind,
    pub unread: u64,
}

/// What became of it.
pub enum Outcome {
    Sent,
    Later {
        reason: String,
        after_ms: Option<i64>,
    },
    /// The channel does not exist any more.
    Gone {
        reason: String,
    },
    Refused {
        reason: String,
    },
}

pub async fn send(_env: &Env, target: &Target, _message: &Message) -> Outcome {
    let over = match target {
        Target::Push { .. } => "push",
        Target::Mail { .. } => "mail",
        Target::Bot { .. } => "bots",
    };
    Outcome::Refused { reason: format!("this deployment sends nothing over {over}") }
}

/// The public key by which browsers subscribe.
///
/// # Errors
/// The deployment has none.
pub fn push_key(_env: &Env) -> Result<String, String> {
    Ok(String::new())
}

#[must_use]
pub fn sends_mail(_env: &Env) -> bool {
    false
}
