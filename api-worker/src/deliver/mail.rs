//! Mail: plain text to one person, built once and handed to whichever provider this deployment has.

use std::io;

use domain::fields::email::normalise;
use domain::time::Instant;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::url::URL;
use serde_json::{Value as Json, json};

use super::{Answered, Message, Outcome, SETTINGS_PATH};

/// Characters of a subject.
const MAX_SUBJECT: usize = 200;
/// Where Postmark takes mail. It is the one provider by HTTP because it leaves our Message-ID as it is.
pub const POSTMARK: &str = "https://api.postmarkapp.com/email";

/// A mail before it takes the form that a provider wants. Nothing in it can begin another header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Without its angle brackets. The same message has the same one, so that a repeat is known for one.
    pub message_id: String,
    /// Where one chooses to get no more of them.
    pub settings: String,
    pub at: Instant,
}

impl Mail {
    /// # Errors
    /// An address that is none, the sender's or the receiver's.
    pub fn new(message: &Message, origin: &str, from: &str, to: &str, at: Instant) -> Result<Self, String> {
        let address =
            |text: &str| normalise(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
        let from = address(from).ok_or("MAIL_FROM is not an e-mail address")?;
        let to = address(to).ok_or("the receiver's address is not one")?;
        let subject: String = message.title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let host = host.split(':').next().unwrap_or_default();
        let settings = format!("{origin}{SETTINGS_PATH}");
        let foot = message.text("channel.mail.foot", &[("link", &settings)]);
        let body = message.body.trim_end();
        Ok(Self {
            from_name: message.text("app.name", &[]).into_owned(),
            from,
            to,
            subject: subject.trim().chars().take(MAX_SUBJECT).collect(),
            text: format!("{body}\n\n{origin}{}\n\n-- \n{foot}\n", message.path),
            message_id: format!("{}@{host}", message.id),
            settings,
            at,
        })
    }

    /// The mail as it stands on the wire (RFC 5322).
    ///
    /// # Errors
    /// None that is known of; the library's signature has them.
    pub fn mime(&self) -> io::Result<String> {
        MessageBuilder::new()
            .from(Address::new_address(Some(self.from_name.as_str()), self.from.as_str()))
            .to(self.to.as_str())
            .subject(self.subject.as_str())
            // What is missing here the library would make up from a clock of its own.
            .date(self.at.unix_ms() / 1000)
            .message_id(self.message_id.as_str())
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("List-Unsubscribe", URL::new(self.settings.as_str()))
            .text_body(self.text.as_str())
            .write_to_string()
    }

    /// The mail as Postmark takes it.
    #[must_use]
    pub fn postmark(&self) -> String {
        let header = |name: &str, value: String| json!({"Name": name, "Value": value});
        json!({
            "From": format!("\"{}\" <{}>", self.from_name, self.from),
            "To": self.to,
            "Subject": self.subject,
            "TextBody": self.text,
            "MessageStream": "outbound",
            "Headers": [
                header("Message-ID", format!("<{}>", self.message_id)),
                header("X-PM-KeepID", "true".into()),
                header("Auto-Submitted", "auto-generated".into()),
                header("List-Unsubscribe", format!("<{}>", self.settings)),
            ],
        })
        .to_string()
    }
}

/// What Postmark's answer means. Its own code tells apart what HTTP calls unprocessable.
#[must_use]
pub fn postmark_outcome(answered: &Answered, now: Instant) -> Outcome {
    /// The receiver's server refused mail to this address before, or they complained.
    const INACTIVE: i64 = 406;
    let code = serde_json::from_str::<Json>(&answered.body).ok().and_then(|body| body["ErrorCode"].as_i64());
    let refused = |reason: String| Outcome::Refused { reason };
    match (answered.status, code) {
        (200, Some(0)) => Outcome::Sent,
        (200, _) => refused("answered 200 without its code".into()),
        (422, Some(INACTIVE)) => Outcome::Gone { reason: "the address takes no mail".into() },
        (422, Some(code)) => refused(format!("answered {code}")),
        // A wrong address of ours, not of the receiver.
        (404 | 410, _) => refused(format!("answered {}", answered.status)),
        _ => answered.outcome(now),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{message, now};
    use super::*;

    const ORIGIN: &str = "https://crm.example.com";

    fn mail(message: &Message) -> Mail {
        Mail::new(message, ORIGIN, "reminders@example.com", "wang@example.com", now()).unwrap()
    }

    /// The headers of a mail, unfolded.
    fn headers(mime: &str) -> Vec<String> {
        let (head, _) = mime.split_once("\r\n\r\n").unwrap();
        head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_mail_has_its_headers_and_a_text() {
        let english = Message {
            title: "Call Hengtong".into(),
            body: "Today 15:00".into(),
            language: "en".into(),
            ..message()
        };
        let mime = mail(&english).mime().unwrap();
        let headers = headers(&mime);
        let find = |name: &str| {
            let of =
                |line: &String| line.strip_prefix(&format!("{name}: ")).map(|value| value.trim().to_owned());
            headers.iter().find_map(of).unwrap_or_default()
        };
        for (name, value) in [
            ("From", "\"Zhike\" <reminders@example.com>"),
            ("To", "<wang@example.com>"),
            ("Subject", "Call Hengtong"),
            ("Date", "Fri, 1 May 2026 08:00:00 +0000"),
            ("Message-ID", "<0199f0a0-0000-7000-8000-000000000001@crm.example.com>"),
            ("Auto-Submitted", "auto-generated"),
            ("List-Unsubscribe", "<https://crm.example.com/more/reminders>"),
        ] {
            assert_eq!(find(name), value, "{mime}");
        }
        assert!(find("Content-Type").starts_with("text/plain"), "{mime}");
        let text = "Today 15:00\n\nhttps://crm.example.com/records/account/0199f0a0-0000-7000-8000-000000000002\n\n-- \n\
            What reaches you, and how, you choose here: https://crm.example.com/more/reminders\n";
        assert_eq!(mail(&english).text, text);
    }

    #[test]
    fn a_chinese_subject_is_encoded_and_every_header_is_ascii() {
        let mime = mail(&message()).mime().unwrap();
        let subject = headers(&mime).into_iter().find(|line| line.starts_with("Subject: ")).unwrap();
        assert!(subject.to_ascii_lowercase().starts_with("subject: =?utf-8?"), "{subject}");
        assert!(headers(&mime).iter().all(|line| line.is_ascii()), "{mime}");
    }

    #[test]
    fn nothing_that_somebody_typed_begins_another_header() {
        let evil = "恒通\r\nBcc: all@example.com\r\n\r\n<script>\u{0}\u{85}\u{2028}";
        let attacked = Message {
            title: evil.into(),
            body: format!("{evil}\r\n.\r\nMAIL FROM:<x>"),
            path: "/x\r\nBcc: all@example.com".into(),
            ..message()
        };
        let mail = mail(&attacked);
        assert!(!mail.subject.contains(['\r', '\n', '\u{0}']), "{:?}", mail.subject);
        let mime = mail.mime().unwrap();
        let names: Vec<_> = headers(&mime)
            .iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_ascii_lowercase())
            .collect();
        assert!(!names.contains(&"bcc".to_owned()), "{mime}");
        assert_eq!(names.iter().filter(|name| *name == "to").count(), 1);
        let postmark: Json = serde_json::from_str(&mail.postmark()).unwrap();
        assert_eq!(postmark["To"], "wang@example.com");
        assert_eq!(postmark["Headers"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn what_is_no_address_is_refused_before_it_goes_anywhere() {
        for to in [
            "",
            "wang",
            "wang@example.com\r\nBcc: all@example.com",
            "wang@example.com, all@example.com",
            "Wang <wang@example.com>",
            "wang@[127.0.0.1]",
            "王@example.com",
        ] {
            assert!(Mail::new(&message(), ORIGIN, "reminders@example.com", to, now()).is_err(), "{to}");
            assert!(Mail::new(&message(), ORIGIN, to, "wang@example.com", now()).is_err(), "{to}");
        }
    }

    #[test]
    fn a_long_subject_is_cut() {
        let long = Message { title: "长".repeat(500), ..message() };
        assert_eq!(mail(&long).subject.chars().count(), MAX_SUBJECT);
    }

    #[test]
    fn postmarks_own_code_says_what_became_of_it() {
        let gone = Outcome::Gone { reason: "the address takes no mail".into() };
        let refused = |reason: &str| Outcome::Refused { reason: reason.into() };
        let later = |status| Outcome::Later { reason: format!("answered {status}"), after_ms: None };
        for (status, body, expected) in [
            (200, r#"{"ErrorCode":0,"Message":"OK"}"#, Outcome::Sent),
            (200, "", refused("answered 200 without its code")),
            (422, r#"{"ErrorCode":406}"#, gone),
            (422, r#"{"ErrorCode":300}"#, refused("answered 300")),
            (401, r#"{"ErrorCode":10}"#, refused("answered 401")),
            (404, "", refused("answered 404")),
            (429, "", later(429)),
            (500, "", later(500)),
        ] {
            let answered = Answered { status, body: body.into(), retry_after: None };
            assert_eq!(postmark_outcome(&answered, now()), expected, "{status} {body}");
        }
    }
}
