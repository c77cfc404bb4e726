//! Input that makes no sense: the right status, every problem at once, each naming its field, and never a fault.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use api_tests::actions::create;
use api_tests::browser::{Reply, Request};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{Code, ENDPOINTS, Endpoint, fill};
use serde_json::{Value as Json, json};

const ANY: &str = "01a20042-9c39-72cb-a694-6a3ca0623904";

fn path(endpoint: &Endpoint) -> String {
    let first = if endpoint.path.contains("{entity}") { "deal" } else { ANY };
    fill(endpoint.path, &[first, ANY])
}

fn code(reply: &Reply) -> Code {
    reply.refusal().code
}

/// Endpoints whose body is read; signing out has none.
fn with_body() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().filter(|endpoint| endpoint.method.has_body() && endpoint.name != "sign_out")
}

#[test]
fn what_is_not_json_or_not_of_this_shape_is_malformed_on_every_endpoint() {
    let Workspace { admin } = Workspace::new();
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let deep_objects = format!("{}1{}", r#"{"a":"#.repeat(1_000), "}".repeat(1_000));
    let bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "[1]",
        "null",
        "true",
        "1",
        "\"x\"",
        "{\"a\":}",
        "{'a':1}",
        "{\"a\":1,}",
        "nonsense",
        "\u{feff}{}",
        "{}{}",
        "{\"nonsense\":1}",
        "{\"a\":1e400}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":\"\u{0}\"}",
        "{\"a\":NaN}",
        "{\"a\":0x10}",
        &deep,
        &deep_objects,
    ]
    .into_iter()
    .map(|body| body.as_bytes().to_vec())
    .chain([
        vec![0xff, 0xfe],
        b"{\"a\":\"\xc3\x28\"}".to_vec(),
        vec![0],
        b"{\"a\":\"\xed\xa0\x80\"}".to_vec(),
    ])
    .collect();
    for endpoint in with_body() {
        for body in &bodies {
            let reply = admin.ask(&Request::new(endpoint.method.name(), &path(endpoint)).json(body.clone()));
            assert_eq!(
                code(&reply),
                Code::Malformed,
                "{}: {reply}",
                String::from_utf8_lossy(&body[..body.len().min(60)])
            );
        }
    }
}

/// Sends a request and listens at the same time, as browsers do: a server that has heard enough answers before the
/// end and hangs up, and whoever only talks until then never hears it.
fn answer_while_sending(admin: &Person, endpoint: &Endpoint, body: &[u8]) -> String {
    let url = &admin.server.url;
    let host = url.trim_start_matches("http://");
    let mut out = TcpStream::connect(host).unwrap();
    out.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut back = out.try_clone().unwrap();
    let head = format!(
        "{} {} HTTP/1.1\r\nhost: {host}\r\norigin: {url}\r\ncookie: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        endpoint.method.name(),
        path(endpoint),
        admin.cookie.as_deref().unwrap_or_default(),
        body.len()
    );
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Being hung up on is an answer too; what it says is read below.
            let _ = out.write_all(head.as_bytes()).and_then(|()| out.write_all(body));
        });
        let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = back.read(&mut piece) {
            heard.extend_from_slice(&piece[..count]);
        }
        String::from_utf8_lossy(&heard).into_owned()
    })
}

#[test]
fn a_body_beyond_the_limit_is_too_large_on_every_endpoint() {
    let Workspace { admin } = Workspace::new();
    let seq = admin.seq();
    for endpoint in with_body() {
        // Bodies that would do what they ask for, were they not followed by ten megabytes of nothing.
        let values = json!({"name": "x"});
        let create =
            json!({"do": "create", "entity": "account", "record": new_id(), "values": values.clone()});
        let wish = match endpoint.name {
            "send_commands" => json!({"commands": [{"v": 1, "id": new_id(), "actions": [create]}]}),
            "create_record" => json!({"id": new_id(), "values": values}),
            _ => json!({}),
        };
        let mut body = wish.to_string().into_bytes();
        body.resize(10 * 1024 * 1024, b' ');
        let answer = answer_while_sending(&admin, endpoint, &body);
        assert!(answer.starts_with("HTTP/1.1 413 "), "{}: {answer}", endpoint.name);
        assert!(answer.contains("\"code\":\"too_large\""), "{}: {answer}", endpoint.name);
    }
    assert_eq!(admin.seq(), seq, "nothing of it is saved");
    let command =
        command(vec![create("account", new_id(), json!({"name": "x", "note": "y".repeat(3_000_000)}))]);
    let body = json!({"commands": [command]}).to_string();
    let reply = admin.post("/api/v1/commands", body);
    assert_eq!(code(&reply), Code::TooLarge, "{reply}");
    assert_eq!(admin.seq(), seq, "nothing of it is saved");
}

#[test]
fn values_of_the_wrong_kind_are_named_all_at_once() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let foreign = Workspace::new();
    let (foreign_account, _) = foreign.account_and_deal(foreign.admin.user);
    let product = admin.create("product", json!({"name": "GTX"}));
    let text = |count: usize| json!("长".repeat(count));
    let cases: Vec<(&str, &str, Vec<Json>)> = vec![
        (
            "account",
            "name",
            vec![
                text(201),
                json!(7),
                json!(true),
                json!([]),
                json!({}),
                json!("a\u{0}b"),
                json!("a\u{2028}b"),
                json!("\u{feff}a"),
            ],
        ),
        ("account", "note", vec![text(100_001), json!("a\u{0}"), json!(1.5), json!("\u{1b}[31m")]),
        (
            "account",
            "employees",
            vec![
                json!(-1),
                json!(1.5),
                json!("12"),
                json!(1e300),
                json!(i64::MIN),
                json!(i64::MAX),
                json!(u64::MAX),
                json!([1]),
            ],
        ),
        ("account", "grade", vec![json!("z"), json!(1), json!("A"), json!(["a"]), text(5_000)]),
        ("account", "phone", vec![json!("abc"), json!(123), json!("1".repeat(200))]),
        (
            "account",
            "parent",
            vec![
                json!("x"),
                json!(new_id()),
                json!(foreign_account),
                json!(product),
                json!(7),
                json!({"id": new_id()}),
            ],
        ),
        (
            "account",
            "owner",
            vec![json!(foreign.admin.user), json!(new_id()), json!("me"), json!(foreign_account)],
        ),
        (
            "account",
            "revenue",
            vec![json!(5), json!("5"), json!({"amount": 5}), json!({"amount": 5, "currency": "CNY", "x": 1})],
        ),
        (
            "contact",
            "email",
            vec![
                json!("nobody"),
                json!("a@b@c"),
                json!(7),
                json!(format!("{}@example.com", "a".repeat(300))),
                json!("a@\u{0}example.com"),
            ],
        ),
        (
            "deal",
            "close_date",
            vec![
                json!("2026-02-30"),
                json!("30.02.2026"),
                json!("2026-2-3"),
                json!("1899-12-31"),
                json!("2201-01-01"),
                json!(20_260_230),
                json!("today"),
                json!("2026-05-01T00:00:00Z"),
            ],
        ),
        ("deal", "stage", vec![json!("won"), json!(1)]),
        (
            "touch",
            "happened_at",
            vec![
                json!("2026-05-01"),
                json!("2026-05-01 08:00"),
                json!("9999-01-01T00:00:00Z"),
                json!(1_700_000_000),
            ],
        ),
        (
            "rate",
            "rate",
            vec![
                json!("7,1"),
                json!("1e3"),
                json!("7.1234567"),
                json!("x"),
                json!([7]),
                json!("99999999999999999999"),
            ],
        ),
        ("user", "role", vec![json!("emperor"), json!(1)]),
    ];
    for (entity, field, values) in &cases {
        for value in values {
            let mut record = json!({"name": "x"});
            record[*field] = value.clone();
            let (code, problems) = admin.refused(vec![create(entity, new_id(), record)]);
            let named = problems.iter().any(|problem| problem.field.as_deref() == Some(field));
            // A required field that is emptied is said to be missing, which names it too.
            assert!(code == Code::Invalid && named, "{entity}.{field} = {value}: {problems:?}");
        }
    }
    let mut everything = json!({"nonsense": 1, "created_at": "2026-01-01T00:00:00Z", "deleted_at": 1, "workspace_id": 1, "id": 1, "version": 1, "custom": {}});
    for (_, field, values) in cases.iter().filter(|(entity, ..)| *entity == "account") {
        everything[*field] = values[0].clone();
    }
    let (_, problems) = admin.refused(vec![create("account", new_id(), everything.clone())]);
    for field in everything.as_object().unwrap().keys() {
        assert!(
            problems.iter().any(|problem| problem.field.as_ref() == Some(field)),
            "{field}: {problems:?}"
        );
    }
    assert_eq!(admin.seq(), 1, "nothing is half-saved");
}

#[test]
fn a_value_at_its_limit_goes_in_and_comes_back_as_it_was() {
    let Workspace { admin } = Workspace::new();
    let cases = [
        ("name", json!("长".repeat(200))),
        ("name", json!("👩‍👩‍👧 e\u{301} İ \u{202e}x")),
        ("name", json!("'; DROP TABLE account; -- \" \\ % _ ?1")),
        ("note", json!("第一行\n第二行\t。\r\nx")),
        ("employees", json!(0)),
        ("website", json!("x".repeat(300))),
    ];
    for (field, value) in cases {
        let mut record = json!({"name": "x"});
        record[field] = value.clone();
        let id = admin.create("account", record);
        assert_eq!(admin.value("account", id, field), value);
        assert!(
            admin.ids("account", Some(&json!(["=", ["field", field], value]))).contains(&id),
            "{field} {value}"
        );
    }
}

#[test]
fn numbers_beyond_counting_and_escapes_of_nothing_never_fault() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, _) = workspace.account_and_deal(admin.user);
    let numbers = [
        "1e400",
        "-1e400",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1e-400",
        "0.1",
        "-0",
        "1E5",
        "123456789012345678901234567890",
    ];
    for number in numbers {
        let bodies = [
            format!(
                r#"{{"commands":[{{"v":1,"id":"{ANY}","actions":[{{"do":"update","entity":"account","record":"{account}","base_version":{number},"values":{{"name":"x"}}}}]}}]}}"#
            ),
            format!(r#"{{"commands":[{{"v":{number},"id":"{ANY}","actions":[]}}]}}"#),
            format!(
                r#"{{"commands":[{{"v":1,"id":"{ANY}","actions":[{{"do":"create","entity":"account","record":"{}","values":{{"name":"x","employees":{number},"grade":"z"}}}}]}}]}}"#,
                new_id()
            ),
            format!(
                r#"{{"commands":[{{"v":1,"id":"{ANY}","actions":[{{"do":"change_definition","base_revision":{number},"change":{{"change":"retire_field","entity":"account","field":"x"}}}}]}}]}}"#
            ),
        ];
        for body in bodies {
            let reply = admin.post("/api/v1/commands", body);
            assert!(matches!(reply.status, 200 | 400), "{number}: {reply}");
            assert!(
                !reply.text.contains("\"fault\"") && !reply.text.contains("\"done\""),
                "{number}: {reply}"
            );
        }
        for query in [
            format!("limit={number}"),
            format!("filter=%5B%22%3D%22%2C%5B%22field%22%2C%22employees%22%5D%2C{number}%5D"),
        ] {
            let reply = admin.get(&format!("/api/v1/records/account?{query}"));
            assert!(reply.status < 500, "{reply}");
        }
        assert!(admin.get(&format!("/api/v1/changes?after={number}")).status < 500);
    }
    for escape in ["\\ud800", "\\udfff", "\\u0000", "\\ud800\\u0041", "\\u202e"] {
        let body = format!(
            r#"{{"commands":[{{"v":1,"id":"{}","actions":[{{"do":"create","entity":"account","record":"{}","values":{{"name":"a{escape}b"}}}}]}}]}}"#,
            new_id(),
            new_id()
        );
        let reply = admin.post("/api/v1/commands", body);
        assert!(matches!(reply.status, 200 | 400), "{escape}: {reply}");
        assert_eq!(reply.text.contains("\"done\""), escape == "\\u202e", "{escape}: {reply}");
    }
}

#[test]
fn addresses_and_queries_that_make_no_sense_are_told_so() {
    let Workspace { admin } = Workspace::new();
    let lost = [
        "/api/v1/records/deal/%zz",
        "/api/v1/records/%ff/x",
        "/api/v1/records/deal/%",
        "/api/v1/records/deal/%2",
        "/api/v1/records/deal/%C3%28",
        "/api/v1/records/%00",
        "/api/v1/records/deal%2Fx",
        "/api/v1/records/..%2F..",
        "/api/v1/records/Deal",
        "/api/v1/records/deal'--",
        "/api/v1/board/%F0%9F%92%A9",
        "/api/v1/totals/sqlite_master",
        "/api/v1/records/session",
        "/api/v1/records/receipt",
        "/api/v1/records/definition",
    ];
    for path in lost {
        let reply = admin.get(path);
        assert_eq!(code(&reply), Code::NotFound, "{reply}");
    }
    let long = "x".repeat(4_000);
    assert_eq!(code(&admin.get(&format!("/api/v1/records/{long}"))), Code::NotFound);
    assert_eq!(code(&admin.get(&format!("/api/v1/records/deal/{long}"))), Code::NotFound);
    for query in ["q=%ff", "q=%zz", "q", "q=a&q=b", "x=1", "=", "&&&", "q=%", "%71=a", "q=a;b", "q=+%2B"] {
        let reply = admin.get(&format!("/api/v1/search?{query}"));
        assert!(matches!(reply.status, 200 | 400), "{reply}");
    }
    for endpoint in
        ENDPOINTS.iter().filter(|endpoint| !endpoint.method.has_body() && endpoint.method.name() == "GET")
    {
        for query in [
            "nonsense=1",
            "filter=%00",
            "limit=%00",
            "before=x",
            "before=2026-02-30T00:00:00Z",
            "before=9999-01-01T00:00:00Z",
        ] {
            let reply = admin.get(&format!("{}?{query}", path(endpoint)));
            assert!(reply.status < 500, "{reply}");
        }
    }
    for query in [
        "",
        "?command=x",
        "?base_version=1",
        &format!("?command={ANY}"),
        &format!("?command={ANY}&base_version=-1"),
        &format!("?command={ANY}&base_version=x"),
    ] {
        let reply = admin.ask(&Request::new("DELETE", &format!("/api/v1/records/deal/{ANY}{query}")));
        assert_eq!(code(&reply), Code::Malformed, "{reply}");
    }
}

#[test]
fn ids_are_read_strictly_everywhere() {
    let Workspace { admin } = Workspace::new();
    for id in [
        "",
        "x",
        "01a200429c3972cba6946a3ca0623904",
        "{01a20042-9c39-72cb-a694-6a3ca0623904}",
        "urn:uuid:01a20042-9c39-72cb-a694-6a3ca0623904",
        "01a20042-9c39-72cb-a694-6a3ca062390g",
    ] {
        for body in [
            json!({"commands": [{"v": 1, "id": id, "actions": [{"do": "undo", "command": ANY}]}]}),
            json!({"commands": [{"v": 1, "id": ANY, "actions": [{"do": "restore", "entity": "deal", "record": id}]}]}),
        ] {
            let reply = admin.post("/api/v1/commands", body.to_string());
            assert!(matches!(reply.status, 200 | 400), "{reply}");
            assert!(!reply.text.contains("\"done\""), "{reply}");
        }
    }
    let upper = new_id().to_string().to_uppercase();
    let body = json!({"commands": [{"v": 1, "id": new_id(), "actions": [{"do": "create", "entity": "account", "record": upper, "values": {"name": "x"}}]}]});
    assert!(admin.post("/api/v1/commands", body.to_string()).text.contains("\"done\""));
    assert_eq!(
        admin.get(&format!("/api/v1/records/account/{}", upper.to_lowercase())).status,
        200,
        "ids have one spelling in storage"
    );
}
