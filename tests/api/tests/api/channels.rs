//! Browsers and bots by which reminders arrive: added, tried, removed; and every address that nothing is sent to.

use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use api_tests::browser::Request;
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::push_browser::PushBrowser;
use api_tests::receiver::{Answer, Receiver};
use api_tests::workspace::Workspace;
use domain::api::notification::{AddBotRequest, AddPushRequest, BotService, TestReply, TestRequest};
use domain::api::{self, Code, Empty};
use domain::channel::MAX_CHANNELS;
use domain::ids::Id;
use serde_json::json;

covers!(AddPush, AddBot, RemoveChannel, TestReminder);

fn try_out(person: &Person, channel: Id) -> TestReply {
    person.call::<api::TestReminder>(&[], &TestRequest { channel: Some(channel) })
}

fn failed(reason: &str) -> TestReply {
    TestReply { sent: false, reason: Some(reason.to_owned()) }
}

const SENT: TestReply = TestReply { sent: true, reason: None };

fn bot(service: BotService, url: &str, secret: Option<&str>) -> AddBotRequest {
    AddBotRequest {
        name: "销售群".into(), service, url: url.to_owned(), secret: secret.map(str::to_owned)
    }
}

#[test]
fn a_browser_is_woken_by_a_message_that_only_it_reads_and_that_says_who_sent_it() {
    let Workspace { admin } = Workspace::new();
    let service = Receiver::answering(Answer::status(201));
    let browser = PushBrowser::at(&format!("{}/push/1", service.origin));
    let id = admin.call::<api::AddPush>(&[], &browser.subscription()).id;
    assert_eq!(try_out(&admin, id), SENT);

    let received = service.take();
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/push/1"));
    for (name, value) in [("content-encoding", "aes128gcm"), ("topic", "trial"), ("urgency", "normal")] {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
    assert!(received.header("ttl").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(received.header("cookie"), None);
    let told = browser.decrypt(&received.body);
    assert_eq!((&told["tag"], &told["path"]), (&json!("trial"), &json!("/more/reminders")));
    assert_eq!(told["actions"].as_array().map(Vec::len), Some(1));
    assert!(!told["title"].as_str().unwrap().is_empty() && !told["body"].as_str().unwrap().is_empty());

    let (claims, key) = PushBrowser::sender(&received);
    assert_eq!(claims["aud"], json!(service.origin));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let left = claims["exp"].as_u64().unwrap() - now;
    assert!((60..=24 * 60 * 60).contains(&left), "{left}");
    assert_eq!(claims["sub"], json!("mailto:reminders@example.com"));

    // The sender stays the same, the encryption never does.
    assert_eq!(try_out(&admin, id), SENT);
    let again = service.take();
    assert_eq!(PushBrowser::sender(&again).1, key);
    assert_ne!(again.body, received.body);
}

#[test]
fn what_a_push_service_answers_is_what_is_said_of_a_trial() {
    let Workspace { admin } = Workspace::new();
    let service = Receiver::answering(Answer::status(201));
    let browser = PushBrowser::at(&format!("{}/push", service.origin));
    let id = admin.call::<api::AddPush>(&[], &browser.subscription()).id;
    let elsewhere = Receiver::answering(Answer::status(201));
    for (answer, said) in [
        (Answer::status(200), SENT),
        (Answer::status(202).body(&"x".repeat(100_000)), SENT),
        (Answer::status(404), failed("answered 404")),
        (Answer::status(410), failed("answered 410")),
        (Answer::status(413), failed("answered 413")),
        (Answer::status(429).with("retry-after", "60"), failed("answered 429")),
        (Answer::status(500), failed("answered 500")),
        // Nobody is led elsewhere.
        (Answer::status(307).with("location", &format!("{}/x", elsewhere.origin)), failed("answered 307")),
        (Answer::status(302).with("location", "http://169.254.169.254/"), failed("answered 302")),
    ] {
        service.answer_next([answer.clone()]);
        assert_eq!(try_out(&admin, id), said, "{answer:?}");
    }
    assert!(elsewhere.received().is_empty());
}

#[test]
fn the_same_browser_is_the_same_channel() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let service = Receiver::answering(Answer::status(201));
    let add =
        |person: &Person, browser: &PushBrowser| person.call::<api::AddPush>(&[], &browser.subscription()).id;
    let endpoint = format!("{}/push", service.origin);
    let first = add(admin, &PushBrowser::at(&endpoint));
    // Its keys are new, its endpoint is not: the new keys hold.
    let renewed = PushBrowser::at(&endpoint);
    assert_eq!(add(admin, &renewed), first);
    assert_eq!(try_out(admin, first), SENT);
    assert_eq!(renewed.decrypt(&service.take().body)["tag"], json!("trial"));
    assert_ne!(add(admin, &PushBrowser::at(&format!("{endpoint}/2"))), first);
    // Somebody else at the same browser: it wakes them from now on, and nobody who used it before.
    let colleague = workspace.person("rep", None);
    let theirs = add(&colleague, &PushBrowser::at(&endpoint));
    assert_ne!(theirs, first);
    let gone = admin.refusal::<api::TestReminder>(&[], &TestRequest { channel: Some(first) });
    assert_eq!(gone.code, Code::NotFound);
    assert_eq!(try_out(&colleague, theirs), SENT);
}

#[test]
fn each_bot_is_spoken_to_in_its_own_way_and_its_own_code_is_read() {
    let Workspace { admin } = Workspace::new();
    for (service, secret, done, no) in [
        (BotService::Wecom, None, r#"{"errcode":0}"#, r#"{"errcode":40058}"#),
        (BotService::Dingtalk, Some("SEC1"), r#"{"errcode":0}"#, r#"{"errcode":310000}"#),
        (BotService::Feishu, Some("x"), r#"{"code":0}"#, r#"{"code":19021}"#),
    ] {
        let receiver = Receiver::answering(Answer::status(200).body(done));
        let request = bot(service, &format!("{}/bot?key=1", receiver.origin), secret);
        let id = admin.call::<api::AddBot>(&[], &request).id;
        assert_eq!(try_out(&admin, id), SENT, "{service:?}");
        let received = receiver.take();
        let body = received.json();
        let text = match service {
            BotService::Feishu => &body["content"]["text"],
            BotService::Wecom | BotService::Dingtalk => &body["text"]["content"],
        };
        assert!(text.as_str().unwrap().contains(&admin.server.url), "{body}");
        let signed = match service {
            BotService::Wecom => received.path == "/bot?key=1" && body.get("sign").is_none(),
            BotService::Dingtalk => received.path.contains("&timestamp=") && received.path.contains("&sign="),
            BotService::Feishu => body["sign"].is_string() && body["timestamp"].is_string(),
        };
        assert!(signed, "{received:?}");
        receiver.answer_next([Answer::status(200).body(no)]);
        let said = try_out(&admin, id);
        assert!(
            !said.sent && said.reason.is_some_and(|reason| reason.starts_with("answered ")),
            "{service:?}"
        );
    }
}

#[test]
fn a_trial_by_mail_lies_in_the_outbox() {
    let Workspace { admin } = Workspace::new();
    assert_eq!(admin.call::<api::TestReminder>(&[], &TestRequest { channel: None }), SENT);
    let folder = PathBuf::from(std::env::var("ZHIKE_OUTBOX_DIR").unwrap());
    let mut mine = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        // Others write into it at the same time; a half-written one is none yet.
        if file.extension().is_some_and(|ending| ending == "eml") {
            let mail = fs::read_to_string(file).unwrap();
            if mail.contains(&format!("To: <{}>", admin.email)) {
                mine.push(mail);
            }
        }
    }
    assert_eq!(mine.len(), 1);
    let mail = &mine[0];
    for header in
        ["Message-ID: <", "Auto-Submitted: auto-generated", "List-Unsubscribe: <", "Subject: ", "Date: "]
    {
        assert!(mail.contains(header), "{header}: {mail}");
    }
}

#[test]
fn nothing_is_sent_to_addresses_that_are_not_public_https() {
    let Workspace { admin } = Workspace::new();
    let AddPushRequest { p256dh, auth, .. } = PushBrowser::at("").subscription();
    for endpoint in [
        "",
        "http://push.acme.com/x",
        "ftp://push.acme.com/x",
        "https://user@push.acme.com/x",
        "https://push.acme.com:8443/x",
        "https://push.acme.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://localhost/x",
        "https://printer.local/x",
        "https://metadata.google.internal/x",
        "https://printer/x",
        "http://10.0.0.1:9000/x",
        "http://127.0.0.1/x",
        "http://[::1]:9000/x",
        "https://push.acme.com/\nx",
    ] {
        let request =
            AddPushRequest { endpoint: endpoint.into(), p256dh: p256dh.clone(), auth: auth.clone() };
        let refusal = admin.refusal::<api::AddPush>(&[], &request);
        let fields: Vec<_> = refusal.problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
        assert_eq!((refusal.code, fields.as_slice()), (Code::Invalid, ["endpoint"].as_slice()), "{endpoint}");
        let refusal = admin.refusal::<api::AddBot>(&[], &bot(BotService::Feishu, endpoint, None));
        assert_eq!(refusal.problems[0].field.as_deref(), Some("url"), "{endpoint}");
    }
    for url in [
        "https://hooks.acme.com/open-apis/bot/v2/hook/x",
        "https://open.feishu.cn.acme.com/open-apis/bot/v2/hook/x",
        "https://open.feishu.cn/open-apis/bot/v2/hook/../../auth",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x",
    ] {
        let refusal = admin.refusal::<api::AddBot>(&[], &bot(BotService::Feishu, url, None));
        assert_eq!(refusal.problems[0].key, "channel.problem.bot_address", "{url}");
    }
    // A point beside the curve has the right letters.
    let endpoint = "https://push.acme.com/x".to_owned();
    let off_curve = AddPushRequest { endpoint, p256dh: format!("B{}", "A".repeat(86)), auth };
    let refusal = admin.refusal::<api::AddPush>(&[], &off_curve);
    assert_eq!(refusal.problems[0].field.as_deref(), Some("p256dh"));
}

#[test]
fn a_channel_is_its_owners_alone() {
    let workspace = Workspace::new();
    let receiver = Receiver::answering(Answer::status(200).body(r#"{"code":0}"#));
    let owner = workspace.person("rep", None);
    let request = bot(BotService::Feishu, &format!("{}/bot", receiver.origin), None);
    let id = owner.call::<api::AddBot>(&[], &request).id;
    let strangers = [workspace.admin.clone(), workspace.person("rep", None), Workspace::new().admin];
    for stranger in &strangers {
        let tried = stranger.refusal::<api::TestReminder>(&[], &TestRequest { channel: Some(id) });
        let removed = stranger.refusal::<api::RemoveChannel>(&[&id.to_string()], &Empty {});
        assert_eq!((tried.code, removed.code), (Code::NotFound, Code::NotFound));
    }
    assert!(receiver.received().is_empty());
    assert_eq!(try_out(&owner, id), SENT);
    owner.call::<api::RemoveChannel>(&[&id.to_string()], &Empty {});
    for gone in [id, new_id()] {
        let removed = owner.refusal::<api::RemoveChannel>(&[&gone.to_string()], &Empty {});
        assert_eq!(removed.code, Code::NotFound);
    }
    assert_eq!(
        owner.refusal::<api::TestReminder>(&[], &TestRequest { channel: Some(id) }).code,
        Code::NotFound
    );
    // Without a session nothing is said of what was sent.
    let nobody = api_tests::browser::Browser::new(&owner.server);
    let bad = Request::of::<api::AddBot>(&[], &bot(BotService::Feishu, "", None));
    assert_eq!(nobody.ask(&bad).refusal().code, Code::NotSignedIn);
}

#[test]
fn twenty_channels_are_enough() {
    let Workspace { admin } = Workspace::new();
    let request = bot(BotService::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/x", None);
    for _ in 0..MAX_CHANNELS {
        admin.call::<api::AddBot>(&[], &request);
    }
    let refusal = admin.refusal::<api::AddBot>(&[], &request);
    assert_eq!((refusal.code, refusal.problems[0].key.as_str()), (Code::Invalid, "channel.problem.many"));
}
