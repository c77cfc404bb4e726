use super::*;

fn none() -> LocalReceivers {
    LocalReceivers::default()
}

fn open() -> LocalReceivers {
    LocalReceivers::of(Some("test"), Some("http://127.0.0.1:9000 http://localhost:*"))
}

#[test]
fn public_https_addresses_may_be_sent_to() {
    for (address, origin) in [
        ("https://fcm.googleapis.com/fcm/send/abc:APA91-_x", "https://fcm.googleapis.com"),
        (
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://updates.push.services.mozilla.com",
        ),
        ("https://web.push.apple.com/QK?x=1&y=%20", "https://web.push.apple.com"),
        ("https://wns2-par02p.notify.windows.com/w/?token=BQ%2f", "https://wns2-par02p.notify.windows.com"),
        ("https://Push.Example.com:443/x", "https://push.example.com"),
        ("https://push.example.com", "https://push.example.com"),
        ("https://push.example.com?x=/", "https://push.example.com"),
        ("https://xn--fiqs8s.xn--fiqs8s/x", "https://xn--fiqs8s.xn--fiqs8s"),
        ("https://1.push.example.com/", "https://1.push.example.com"),
    ] {
        assert_eq!(origin_of(address, &none()).as_deref(), Some(origin), "{address}");
    }
}

#[test]
fn every_other_address_is_refused() {
    let long = format!("https://push.example.com/{}", "x".repeat(MAX_ADDRESS));
    let long_label = format!("https://{}.example.com/", "x".repeat(64));
    for address in [
        "",
        "https://",
        "https:///x",
        // Other schemes, and what merely looks like https.
        "http://push.example.com/x",
        "ftp://push.example.com/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/plain,x",
        "//push.example.com/x",
        "push.example.com/x",
        "HTTPS://push.example.com/x",
        "https:/push.example.com/x",
        "https:push.example.com",
        " https://push.example.com/x",
        "https://push.example.com/x ",
        "https://push.example.com/\r\nx",
        "https://push.exa\tmple.com/",
        // Names and passwords, by which a host hides behind another.
        "https://user@push.example.com/",
        "https://user:pass@push.example.com/",
        "https://push.example.com@127.0.0.1/",
        "https://push.example.com:443@10.0.0.1/",
        "https://push.example.com/x@y",
        "https://127.0.0.1\\@push.example.com/",
        "https://push.example.com\\.internal/",
        "https://127.0.0.1#.push.example.com/",
        "https://push.example.com#@127.0.0.1/",
        // Ports.
        "https://push.example.com:8443/",
        "https://push.example.com:80/",
        "https://push.example.com:/",
        "https://push.example.com:443:443/",
        "https://push.example.com:0443/",
        "https://push.example.com:22?",
        // Addresses by number, in all their spellings.
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://127.0.0.0x1/",
        "https://0177.0.0.01/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://8.8.8.8/",
        "https://1.2.3.4./",
        "https://push.example.1/",
        "https://push.example.0xa/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[fe80::1%25eth0]/",
        "https://127。0。0。1/",
        "https://①②⑦.0.0.1/",
        "https://127.0.0.1%2epush.example.com/",
        "https://%31%32%37.0.0.1/",
        // Names of the inside, and of nowhere.
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://printer/",
        "https://printer.local/",
        "https://printer.LOCAL/",
        "https://metadata.google.internal/",
        "https://router.home.arpa/",
        "https://1.0.0.127.in-addr.arpa/",
        "https://nas.lan/",
        "https://mail.corp/",
        "https://wiki.intranet/",
        "https://x.onion/",
        "https://x.test/",
        "https://push.example/",
        "https://push.example.com./",
        "https://.example.com/",
        "https://push..example.com/",
        "https://-push.example.com/",
        "https://push-.example.com/",
        "https://push_1.example.com/",
        "https://push.example.c/",
        "https://пуш.example.com/",
        "https://推送.中国/",
        &long,
        &long_label,
        // Open in tests alone.
        "http://127.0.0.1:9000/x",
        "http://localhost:9000/x",
    ] {
        assert_eq!(origin_of(address, &none()), None, "{address}");
    }
}

#[test]
fn receivers_of_this_machine_are_open_where_they_are_named() {
    for (address, origin) in [
        ("http://127.0.0.1:9000/push/1?x=2", Some("http://127.0.0.1:9000")),
        ("http://localhost:1234/", Some("http://localhost:1234")),
        ("http://127.0.0.1:9001/", None),
        ("http://127.0.0.1:90001/", None),
        ("http://127.0.0.1:9000", None),
        ("http://127.0.0.1:9000.example.com/", None),
        ("http://127.0.0.1:9000@example.com/", None),
        ("http://127.0.0.1:9000\\@example.com/", None),
        ("http://localhost:*/", None),
        ("http://localhost:65536/", None),
        ("http://localhost:080/", None),
        ("http://localhost.example.com:80/", None),
        ("http://10.0.0.1:9000/", None),
        ("https://127.0.0.1:9000/", None),
        ("https://push.example.com/x", Some("https://push.example.com")),
    ] {
        assert_eq!(origin_of(address, &open()).as_deref(), origin, "{address}");
    }
}

#[test]
fn what_is_named_opens_nothing_in_a_deployment_and_no_other_machine() {
    let list = Some("http://127.0.0.1:9000");
    for environment in [None, Some(""), Some("production"), Some("Test"), Some("test "), Some("developmen")] {
        assert_eq!(LocalReceivers::of(environment, list), none(), "{environment:?}");
    }
    for list in [
        None,
        Some(""),
        Some("http://10.0.0.1:9000"),
        Some("http://127.0.0.1"),
        Some("http://127.0.0.1:"),
        Some("http://127.0.0.1:90a"),
        Some("https://127.0.0.1:9000"),
        Some("http://*:*"),
        Some("*"),
        Some("http://127.0.0.1:9000/x"),
    ] {
        assert_eq!(LocalReceivers::of(Some("test"), list), none(), "{list:?}");
    }
}

fn push() -> AddPushRequest {
    AddPushRequest {
        endpoint: "https://push.example.com/x".into(),
        p256dh: format!("B{}", "A".repeat(86)),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
    }
}

#[test]
fn everything_that_is_wrong_with_a_browser_is_said_at_once() {
    let fields = |request: &AddPushRequest| -> Vec<_> {
        check_push(request, &none()).into_iter().filter_map(|problem| problem.field).collect()
    };
    assert_eq!(fields(&push()), Vec::<String>::new());
    let wrong = AddPushRequest { endpoint: String::new(), p256dh: String::new(), auth: String::new() };
    assert_eq!(fields(&wrong), ["endpoint", "p256dh", "auth"]);
    // A compressed point, another length, other letters.
    for p256dh in [format!("C{}", "A".repeat(86)), "B".repeat(88), format!("B{}=", "A".repeat(85))] {
        assert_eq!(fields(&AddPushRequest { p256dh, ..push() }), ["p256dh"]);
    }
    for auth in ["BTBZMqHH6r4Tts7J_aSIg", "BTBZMqHH6r4Tts7J/aSIgg", "BTBZMqHH6r4Tts7J_aSIgg=="] {
        assert_eq!(fields(&AddPushRequest { auth: auth.into(), ..push() }), ["auth"]);
    }
}

const WECOM: &str =
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa";
const DINGTALK: &str = "https://oapi.dingtalk.com/robot/send?access_token=3b2f0";
const FEISHU: &str = "https://open.feishu.cn/open-apis/bot/v2/hook/f19c-1";

#[test]
fn bots_have_the_addresses_of_their_service() {
    use BotService::{Dingtalk, Feishu, Wecom};
    for (service, address, is_one) in [
        (Wecom, WECOM, true),
        (Dingtalk, DINGTALK, true),
        (Feishu, FEISHU, true),
        (Feishu, "https://open.larksuite.com/open-apis/bot/v2/hook/f19c", true),
        (Wecom, DINGTALK, false),
        (Dingtalk, FEISHU, false),
        (Feishu, WECOM, false),
        (Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", false),
        (Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&key=b", false),
        (Wecom, "https://qyapi.weixin.qq.com.example.com/cgi-bin/webhook/send?key=a", false),
        (Wecom, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a", false),
        (Dingtalk, "https://oapi.dingtalk.com/robot/other?access_token=a", false),
        (Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/../../../auth/v3/token", false),
        (Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/%2e%2e", false),
        (Feishu, "https://hooks.example.com/open-apis/bot/v2/hook/a", false),
        (Feishu, "http://127.0.0.1:9000/bot", false),
    ] {
        assert_eq!(is_bot_address(service, address, &none()), is_one, "{address}");
    }
    assert!(is_bot_address(Feishu, "http://127.0.0.1:9000/bot", &open()));
    assert!(!is_bot_address(Feishu, "https://hooks.example.com/bot", &open()));
}

#[test]
fn everything_that_is_wrong_with_a_bot_is_said_at_once() {
    let bot = |service, name: &str, url: &str, secret: Option<&str>| AddBotRequest {
        service,
        name: name.into(),
        url: url.into(),
        secret: secret.map(str::to_owned),
    };
    let said = |request: AddBotRequest| -> Vec<_> {
        let problems = check_bot(&request, &none()).into_iter();
        problems.map(|problem| format!("{} {}", problem.field.unwrap_or_default(), problem.key)).collect()
    };
    let long = "长".repeat(MAX_NAME + 1);
    for (request, problems) in [
        (bot(BotService::Wecom, "销售群", WECOM, None), &[][..]),
        (bot(BotService::Dingtalk, &"长".repeat(MAX_NAME), DINGTALK, Some("SEC1")), &[]),
        (bot(BotService::Feishu, "群", FEISHU, Some("a")), &[]),
        (
            bot(BotService::Wecom, " ", "", Some("x")),
            &["name problem.required", "url channel.problem.bot_address", "secret channel.problem.no_secret"],
        ),
        (bot(BotService::Wecom, &long, WECOM, None), &["name problem.too_long"]),
        (bot(BotService::Wecom, "a\nb", WECOM, None), &["name problem.one_line"]),
        (bot(BotService::Feishu, "群", FEISHU, Some("")), &["secret channel.problem.secret"]),
        (bot(BotService::Feishu, "群", FEISHU, Some("a b")), &["secret channel.problem.secret"]),
        (bot(BotService::Feishu, "群", FEISHU, Some(&"x".repeat(201))), &["secret channel.problem.secret"]),
    ] {
        assert_eq!(said(request), problems);
    }
}
