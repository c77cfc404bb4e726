//! Sending, with what this deployment has: its key, its mail provider, its origin.

use domain::api::notification::BotService;
use domain::channel::{LocalReceivers, is_bot_address, origin_of};
use worker::{EmailMessage, Env};

use super::mail::{Mail, POSTMARK, postmark_outcome};
use super::outgoing::{post, post_known};
use super::push::{Receiver, Sender, payload, ttl, urgency};
use super::{Answered, Message, Outcome, Target, bot, check_origin};
use crate::platform::{now, random};

/// The binding of Cloudflare's own mail, where a deployment has it.
const MAIL: &str = "MAIL";
/// The secret by which Postmark knows a deployment.
const POSTMARK_TOKEN: &str = "POSTMARK_TOKEN";

/// Sends a message to one target, once, and says what became of it.
pub async fn send(env: &Env, target: &Target, message: &Message) -> Outcome {
    let sent = match target {
        Target::Push { endpoint, p256dh, auth } => send_push(env, endpoint, p256dh, auth, message).await,
        Target::Mail { to } => send_mail(env, to, message).await,
        Target::Bot { service, url, secret } => {
            send_bot(env, *service, url, secret.as_deref(), message).await
        }
    };
    sent.unwrap_or_else(|outcome| outcome)
}

/// The public key by which browsers subscribe: an uncompressed point of P-256, base64url.
///
/// # Errors
/// The deployment has no key, or one that is none; in English.
pub fn push_key(env: &Env) -> Result<String, String> {
    sender(env).map(|sender| sender.public_key())
}

/// Whether this deployment can send mail.
#[must_use]
pub fn sends_mail(env: &Env) -> bool {
    provider(env).is_ok_and(|provider| provider.is_some())
        && origin(env).is_ok()
        && setting(env, "MAIL_FROM").is_some()
}

/// The receivers on this machine that development and tests may send to.
#[must_use]
pub fn local_receivers(env: &Env) -> LocalReceivers {
    let (environment, list) = (setting(env, "ZHIKE_ENV"), setting(env, "ZHIKE_LOCAL_RECEIVERS"));
    LocalReceivers::of(environment.as_deref(), list.as_deref())
}

/// A variable or a secret; one that is empty is not there.
fn setting(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty())
}

fn sender(env: &Env) -> Result<Sender, String> {
    Sender::read(&setting(env, "VAPID_KEY").ok_or("this deployment has no VAPID_KEY")?)
}

fn origin(env: &Env) -> Result<String, String> {
    let origin = setting(env, "ORIGIN").unwrap_or_default();
    check_origin(&origin).map(str::to_owned)
}

fn refused(reason: impl ToString) -> Outcome {
    Outcome::Refused { reason: reason.to_string() }
}

/// Whatever kept the answer away may be over in a while.
fn unanswered(reason: String) -> Outcome {
    Outcome::Later { reason, after_ms: None }
}

async fn send_push(
    env: &Env,
    endpoint: &str,
    p256dh: &str,
    auth: &str,
    message: &Message,
) -> Result<Outcome, Outcome> {
    let local = local_receivers(env);
    let audience = origin_of(endpoint, &local).ok_or_else(|| refused("this address is not sent to"))?;
    let (sender, receiver) = (sender(env).map_err(refused)?, Receiver::read(p256dh, auth).map_err(refused)?);
    let no_chance = |error: getrandom::Error| unanswered(format!("randomness: {error}"));
    let (salt, ephemeral) = (random().map_err(no_chance)?, random().map_err(no_chance)?);
    let body = receiver
        .encrypt(&payload(message), &salt, &ephemeral)
        // One in four thousand million keys is none: the next try has another.
        .map_err(unanswered)?;
    let now = now();
    // Whom the push service may ask when something is wrong (RFC 8292, 2.1).
    let subject = match setting(env, "MAIL_FROM") {
        Some(address) => format!("mailto:{address}"),
        None => origin(env).map_err(refused)?,
    };
    let (authorization, ttl) =
        (sender.authorization(&audience, &subject, now), ttl(message.kind).to_string());
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
        ("ttl", ttl.as_str()),
        ("urgency", urgency(message.kind)),
        ("topic", message.topic.as_str()),
    ];
    let answered = post(endpoint, &local, &headers, &body).await.map_err(unanswered)?;
    Ok(answered.outcome(now))
}

async fn send_bot(
    env: &Env,
    service: BotService,
    url: &str,
    secret: Option<&str>,
    message: &Message,
) -> Result<Outcome, Outcome> {
    let local = local_receivers(env);
    if !is_bot_address(service, url, &local) {
        return Err(refused("this address is not sent to"));
    }
    let (origin, now) = (origin(env).map_err(refused)?, now());
    let sent = bot::post(service, url, secret, &bot::text(message, &origin), now);
    let headers = [("content-type", "application/json; charset=utf-8")];
    let answered = post(&sent.url, &local, &headers, sent.body.as_bytes()).await.map_err(unanswered)?;
    Ok(bot::outcome(service, &answered, now))
}

/// What takes this deployment's mail.
enum Provider {
    /// A receiver on this machine that keeps mail where a developer reads it.
    Outbox(String),
    Cloudflare,
    Postmark(String),
}

/// # Errors
/// The outbox of development is not an address on this machine.
fn provider(env: &Env) -> Result<Option<Provider>, String> {
    if let Some(outbox) = setting(env, "ZHIKE_OUTBOX") {
        let is_open = origin_of(&outbox, &local_receivers(env)).is_some();
        return if is_open {
            Ok(Some(Provider::Outbox(outbox)))
        } else {
            Err("ZHIKE_OUTBOX is not open here".into())
        };
    }
    if env.send_email(MAIL).is_ok() {
        return Ok(Some(Provider::Cloudflare));
    }
    Ok(setting(env, POSTMARK_TOKEN).map(Provider::Postmark))
}

async fn send_mail(env: &Env, to: &str, message: &Message) -> Result<Outcome, Outcome> {
    let provider = provider(env).map_err(refused)?.ok_or_else(|| refused("this deployment sends no mail"))?;
    let (origin, now) = (origin(env).map_err(refused)?, now());
    let from = setting(env, "MAIL_FROM").ok_or_else(|| refused("MAIL_FROM is not set"))?;
    let mail = Mail::new(message, &origin, &from, to, now).map_err(refused)?;
    match provider {
        Provider::Outbox(outbox) => {
            let (local, mime) = (local_receivers(env), mail.mime().map_err(refused)?);
            let headers = [("content-type", "message/rfc822")];
            let answered: Answered =
                post(&outbox, &local, &headers, mime.as_bytes()).await.map_err(unanswered)?;
            Ok(answered.outcome(now))
        }
        Provider::Cloudflare => {
            let said = |error: js_sys::Error| unanswered(format!("mail: {}", String::from(error.message())));
            let mime = mail.mime().map_err(refused)?;
            let email = EmailMessage::new(&mail.from, &mail.to, &mime).map_err(said)?;
            let binding = env.send_email(MAIL).map_err(|error| unanswered(error.to_string()))?;
            binding.send(&email).await.map_err(said)?;
            Ok(Outcome::Sent)
        }
        Provider::Postmark(token) => {
            let headers = [
                ("content-type", "application/json"),
                ("accept", "application/json"),
                ("x-postmark-server-token", token.as_str()),
            ];
            let body = mail.postmark();
            let answered = post_known(POSTMARK, &headers, body.as_bytes()).await.map_err(unanswered)?;
            Ok(postmark_outcome(&answered, now))
        }
    }
}
