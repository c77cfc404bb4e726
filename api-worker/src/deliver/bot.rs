//! Group bots of WeCom, `DingTalk` and Feishu. A group reads what they say, so they tell a count and a link and nothing
//! of a customer.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::api::notification::BotService;
use domain::time::Instant;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::{Answered, Message, Outcome};

/// What is sent where.
#[derive(Debug, PartialEq, Eq)]
pub struct Post {
    pub url: String,
    pub body: String,
}

/// The text: how much is unread, and where one's own day is seen. Whose it is and what it is about stays out of it.
#[must_use]
pub fn text(message: &Message, origin: &str) -> String {
    let app = message.text("app.name", &[]);
    let link = format!("{origin}/");
    if message.unread == 0 {
        return message.text("channel.bot.trial", &[("app", &app), ("link", &link)]).into_owned();
    }
    let count = message.unread.to_string();
    message.text("channel.bot.count", &[("app", &app), ("count", &count), ("link", &link)]).into_owned()
}

/// A message as the service takes it, signed where the bot has a secret.
#[must_use]
pub fn post(service: BotService, url: &str, secret: Option<&str>, text: &str, now: Instant) -> Post {
    let mut url = url.to_owned();
    let body = match service {
        BotService::Wecom => json!({"msgtype": "text", "text": {"content": text}}),
        BotService::Dingtalk => {
            if let Some(secret) = secret {
                let timestamp = now.unix_ms();
                let sign = sign(secret.as_bytes(), format!("{timestamp}\n{secret}").as_bytes());
                let mark = if url.contains('?') { '&' } else { '?' };
                // Writing to a String cannot fail.
                let _ = write!(url, "{mark}timestamp={timestamp}&sign={}", encoded(&sign));
            }
            json!({"msgtype": "text", "text": {"content": text}})
        }
        BotService::Feishu => {
            let mut body = json!({"msg_type": "text", "content": {"text": text}});
            if let Some(secret) = secret {
                // Its key is what the others sign, and what it signs is empty.
                let timestamp = (now.unix_ms() / 1000).to_string();
                body["sign"] = sign(format!("{timestamp}\n{secret}").as_bytes(), b"").into();
                body["timestamp"] = timestamp.into();
            }
            body
        }
    };
    Post { url, body: body.to_string() }
}

fn sign(key: &[u8], text: &[u8]) -> String {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes keys of any length") };
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// The three characters of base64 that a query would read otherwise.
fn encoded(base64: &str) -> String {
    base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// These services answer 200 to nearly everything; their own code says what became of it.
#[must_use]
pub fn outcome(service: BotService, answered: &Answered, now: Instant) -> Outcome {
    if answered.status != 200 {
        return match answered.outcome(now) {
            Outcome::Sent => Outcome::Refused { reason: format!("answered {}", answered.status) },
            other => other,
        };
    }
    let body: Json = serde_json::from_str(&answered.body).unwrap_or_default();
    let name = if service == BotService::Feishu { "code" } else { "errcode" };
    // Feishu's first version answers `StatusCode`, and some of its answers have both.
    let code = body.get(name).or_else(|| body.get("StatusCode")).and_then(Json::as_i64);
    let Some(code) = code else { return Outcome::Refused { reason: "answered 200 without a code".into() } };
    let reason = format!("answered {code}");
    let wait = Some(60_000);
    match (service, code) {
        (_, 0) => Outcome::Sent,
        // Too many in a minute, or the service is busy.
        (BotService::Wecom, -1 | 45_009 | 45_033) => Outcome::Later { reason, after_ms: wait },
        (BotService::Dingtalk, -1 | 130_101 | 130_102 | 410_100) => Outcome::Later { reason, after_ms: wait },
        (BotService::Feishu, 9_499 | 11_232 | 99_991_400) => Outcome::Later { reason, after_ms: wait },
        // The bot was removed from its group, or its group is no more.
        (BotService::Wecom, 93_000 | 93_008) => Outcome::Gone { reason },
        (BotService::Dingtalk, 300_001 | 300_005 | 400_101 | 400_102) => Outcome::Gone { reason },
        (BotService::Feishu, 19_001) => Outcome::Gone { reason },
        _ => Outcome::Refused { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{message, now};
    use super::*;

    #[test]
    fn a_bot_tells_a_count_and_a_link_and_nothing_of_a_customer() {
        for (language, unread, told) in [
            ("zh", 3, "知客：群里有一位同事有 3 条提醒待处理。https://crm.example.com/"),
            ("en", 1, "Zhike: 1 reminder is waiting for a member of this group. https://crm.example.com/"),
            ("en", 2, "Zhike: 2 reminders are waiting for a member of this group. https://crm.example.com/"),
            ("en", 0, "Zhike: reminders will be announced here. https://crm.example.com/"),
        ] {
            let message = Message { language: language.into(), unread, ..message() };
            let text = text(&message, "https://crm.example.com");
            assert_eq!(text, told);
            for secret in [&message.title, &message.body, &message.path, &message.topic] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }

    fn body(post: &Post) -> Json {
        serde_json::from_str(&post.body).unwrap()
    }

    #[test]
    fn each_service_is_spoken_to_as_it_wants() {
        let at = |service, secret| post(service, "https://x.example.com/?t=1", secret, "好 \"x\"", now());
        let plain = json!({"msgtype": "text", "text": {"content": "好 \"x\""}});
        let wecom = at(BotService::Wecom, None);
        assert_eq!((wecom.url.as_str(), body(&wecom)), ("https://x.example.com/?t=1", plain.clone()));
        let dingtalk = at(BotService::Dingtalk, None);
        assert_eq!((dingtalk.url.as_str(), body(&dingtalk)), ("https://x.example.com/?t=1", plain.clone()));
        let feishu = at(BotService::Feishu, None);
        assert_eq!(body(&feishu), json!({"msg_type": "text", "content": {"text": "好 \"x\""}}));

        // Signatures as Python's hmac module gives them.
        let dingtalk = at(BotService::Dingtalk, Some("SEC1"));
        let signed = "https://x.example.com/?t=1&timestamp=1777622400000&sign=uF2BBVKMh4qHhqc07yg746cUipp%2ByNlIBlBfXy10vCk%3D";
        assert_eq!((dingtalk.url.as_str(), body(&dingtalk)), (signed, plain));
        let feishu = body(&at(BotService::Feishu, Some("SEC1")));
        assert_eq!(
            (&feishu["timestamp"], &feishu["sign"]),
            (&json!("1777622400"), &json!("99X+sHqVmH0lLFt1FAF58LdPtDDUOt4Utj5b/5uODB4="))
        );
        let bare = post(BotService::Dingtalk, "http://127.0.0.1:9000/bot", Some("SEC1"), "x", now());
        assert!(bare.url.starts_with("http://127.0.0.1:9000/bot?timestamp="), "{}", bare.url);
    }

    #[test]
    fn the_services_own_code_says_what_became_of_it() {
        use BotService::{Dingtalk, Feishu, Wecom};
        let later = |code: i64| Outcome::Later { reason: format!("answered {code}"), after_ms: Some(60_000) };
        let gone = |code: i64| Outcome::Gone { reason: format!("answered {code}") };
        let refused = |reason: &str| Outcome::Refused { reason: reason.into() };
        for (service, status, body, expected) in [
            (Wecom, 200, r#"{"errcode":0,"errmsg":"ok"}"#, Outcome::Sent),
            (Dingtalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#, Outcome::Sent),
            (Feishu, 200, r#"{"code":0,"msg":"success","data":{}}"#, Outcome::Sent),
            (Feishu, 200, r#"{"StatusCode":0,"StatusMessage":"success"}"#, Outcome::Sent),
            (Wecom, 200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#, gone(93_000)),
            (Wecom, 200, r#"{"errcode":45009}"#, later(45_009)),
            (Dingtalk, 200, r#"{"errcode":310000,"errmsg":"sign not match"}"#, refused("answered 310000")),
            (Dingtalk, 200, r#"{"errcode":130101}"#, later(130_101)),
            (Dingtalk, 200, r#"{"errcode":300001}"#, gone(300_001)),
            (Feishu, 200, r#"{"code":19021,"msg":"sign match fail"}"#, refused("answered 19021")),
            (Feishu, 200, r#"{"code":19001}"#, gone(19_001)),
            (Feishu, 200, r#"{"errcode":0}"#, refused("answered 200 without a code")),
            (Wecom, 200, "<html>", refused("answered 200 without a code")),
            (Wecom, 200, "", refused("answered 200 without a code")),
            (Wecom, 204, "", refused("answered 204")),
            (Wecom, 302, "", refused("answered 302")),
        ] {
            let answered = Answered { status, body: body.into(), retry_after: None };
            assert_eq!(outcome(service, &answered, now()), expected, "{service:?} {status} {body}");
        }
        let busy = Answered { status: 503, body: String::new(), retry_after: Some("7".into()) };
        let expected = Outcome::Later { reason: "answered 503".into(), after_ms: Some(7_000) };
        assert_eq!(outcome(Wecom, &busy, now()), expected);
    }
}
