//! Requests that were right once, changed at random: whatever comes, the answer is a reply or a refusal and never
//! a fault. The seed is printed; ZHIKE_FUZZ gives another one, ZHIKE_FUZZ_ROUNDS more patience.

use api_tests::actions::{add_field, assign, create, delete, log_touch, move_deal, restore, undo, update};
use api_tests::browser::{Reply, Request};
use api_tests::ids::{Dice, new_id, now_ms};
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{ENDPOINTS, Method};
use serde_json::{Value as Json, json};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Values that have been trouble somewhere.
fn trouble(dice: &mut Dice) -> Json {
    let long = "长".repeat(300);
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(9_007_199_254_740_993_i64),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("x"),
        json!("2026-02-30"),
        json!("9999-12-31"),
        json!("%"),
        json!("'\"\\"),
        json!("🦀"),
        json!("\u{202e}"),
        json!(long),
        json!([]),
        json!({}),
        json!([[]]),
        json!({"amount": 1e20, "currency": "CNY"}),
        json!(new_id()),
        json!("account"),
        json!("user"),
        json!("definition"),
        json!("name"),
    ];
    dice.pick(&values).clone()
}

/// Changes one place somewhere in a tree.
fn mutate(json: &mut Json, dice: &mut Dice) {
    let deeper = dice.roll(4) > 0;
    match json {
        Json::Object(map) if deeper && !map.is_empty() => {
            let keys: Vec<String> = map.keys().cloned().collect();
            let key = dice.pick(&keys).clone();
            match dice.roll(8) {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(format!("{key}x"), trouble(dice))),
                2 => {
                    let other = map.get(dice.pick(&keys)).cloned().unwrap_or_default();
                    map.insert(key, other);
                }
                _ => mutate(map.entry(key).or_insert(Json::Null), dice),
            }
        }
        Json::Array(items) if deeper && !items.is_empty() => {
            let at = dice.roll(items.len());
            match dice.roll(6) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => mutate(&mut items[at], dice),
            }
        }
        place => *place = trouble(dice),
    }
}

/// Changes bytes of a text.
fn scramble(text: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(bytes.len());
        match dice.roll(4) {
            0 => bytes.truncate(at),
            1 if !bytes.is_empty() => bytes[at] = u8::try_from(dice.roll(256)).unwrap_or(0),
            2 => bytes.insert(at.min(bytes.len()), *dice.pick(b"{}[]\",:\\0e")),
            _ => bytes.extend_from_within(at.min(bytes.len())..),
        }
    }
    bytes
}

/// A body that is right for each endpoint that has one.
fn bodies(person: &Person, workspace: &Workspace) -> Vec<(&'static str, Vec<Json>)> {
    let (account, deal) = workspace.account_and_deal(person.user);
    let kinds = vec![
        create(
            "deal",
            new_id(),
            json!({"name": "x", "account": account, "amount": {"amount": 5, "currency": "USD"}, "close_date": "2026-05-01", "next_touch": {"date": "2026-05-01", "time": "09:00", "zone": "UTC"}}),
        ),
        update(
            "account",
            account,
            1,
            json!({"name": "恒通物流"}),
            json!({"name": "y", "employees": 5, "grade": "a", "phone": "021 5888 1234"}),
        ),
        delete("deal", deal, 1),
        restore("deal", deal),
        move_deal(deal, "first_contact", "signed"),
        log_touch(
            new_id(),
            "account",
            account,
            json!({"kind": "call", "summary": "x", "happened_at": "2026-05-01T00:00:00Z"}),
            Some(json!({"date": "2026-06-01"})),
        ),
        assign("deal", deal, Some(person.user), None),
        add_field(
            1,
            "account",
            "f_x",
            json!({"type": "choice", "options": [{"id": "a", "label": {"zh": "甲", "en": "A"}}]}),
        ),
        api_tests::actions::import(
            new_id(),
            "contact",
            true,
            vec![domain::command::ImportRow {
                line: 1,
                record: new_id(),
                cells: [("name", "王"), ("account", "新"), ("email", "a@example.com")]
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .into(),
            }],
        ),
        undo(new_id()),
    ];
    let commands = kinds.into_iter().map(|action| json!({"commands": [command(vec![action])]})).collect();
    let one = |json: Json| vec![json];
    vec![
        ("send_commands", commands),
        (
            "sign_up",
            one(
                json!({"workspace": {"name": "x", "language": "zh", "zone": "UTC", "currency": "CNY"}, "name": "x", "email": "nobody", "password": "correct horse"}),
            ),
        ),
        ("sign_in", one(json!({"email": "nobody@example.com", "password": "x", "workspace": new_id()}))),
        ("reset_password", one(json!({"token": "x", "password": "correct horse"}))),
        ("set_preferences", one(json!({"language": "zh", "zone": "UTC"}))),
        ("change_password", one(json!({"old": "x", "new": "y"}))),
        (
            "invite",
            one(
                json!({"user": new_id(), "name": "x", "email": "a@example.com", "role": "rep", "team": new_id()}),
            ),
        ),
        ("accept_invitation", one(json!({"password": "correct horse"}))),
        ("create_record", one(json!({"id": new_id(), "values": {"name": "x", "account": account}}))),
        (
            "update_record",
            one(
                json!({"command": new_id(), "base_version": 1, "old": {"name": "x"}, "values": {"name": "z"}}),
            ),
        ),
    ]
}

/// Parameters that are right for each endpoint that has some.
fn queries() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let filter = (
        "filter",
        r#"["and",["=",["field","name"],"x"],["<",["field","created_at"],["now"]],["in",["field","owner"],[null]]]"#,
    );
    vec![
        (
            "list_records",
            vec![
                filter,
                ("sort", "-name"),
                ("limit", "5"),
                ("deleted", "false"),
                ("after", "WyJ4IiwiMDFhMjAwNDItOWMzOS03MmNiLWE2OTQtNmEzY2EwNjIzOTA0Il0"),
            ],
        ),
        ("get_totals", vec![filter, ("group", "owner"), ("sum", "amount")]),
        ("export_records", vec![filter, ("sort", "-name"), ("columns", "name,owner"), ("lang", "zh")]),
        ("get_board", vec![filter, ("limit", "5")]),
        ("get_forecast", vec![filter]),
        (
            "get_timeline",
            vec![
                ("only", "touch"),
                ("by", "01a20042-9c39-72cb-a694-6a3ca0623904"),
                ("related", "true"),
                ("after", "eyJjaGFuZ2UiOjUsInRvdWNoIjpudWxsLCJ0YXNrIjpudWxsfQ"),
            ],
        ),
        ("find_alike", vec![("name", "x"), ("phone", "02158881234"), ("email", "a@example.com")]),
        ("search", vec![("q", "x"), ("entity", "account")]),
        ("list_changes", vec![("after", "0")]),
        ("upload_file", vec![("name", "a.txt"), ("size", "5")]),
        ("put_thumbnail", vec![("size", "5")]),
        ("delete_record", vec![("command", "01a20042-9c39-72cb-a694-6a3ca0623904"), ("base_version", "1")]),
    ]
}

fn encode(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}

#[test]
fn no_request_changed_at_random_is_a_fault() {
    let seed = number("ZHIKE_FUZZ", now_ms());
    let rounds = number("ZHIKE_FUZZ_ROUNDS", 40);
    println!("ZHIKE_FUZZ={seed}");
    let mut dice = Dice::new(seed);
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    // Somebody else, so that no lucky mutation locks the test out.
    let person = workspace.person("administrator", None);
    let (account, deal) = workspace.account_and_deal(admin.user);
    let no_fault = |reply: &Reply, body: &[u8]| {
        assert!(
            reply.status < 500,
            "ZHIKE_FUZZ={seed} {reply}\n{}",
            String::from_utf8_lossy(&body[..body.len().min(3_000)])
        );
        assert!(!reply.text.contains(r#""code":"fault""#), "ZHIKE_FUZZ={seed} {reply}");
    };
    let bodies = bodies(&person, &workspace);
    let queries = queries();
    for endpoint in
        ENDPOINTS.iter().filter(|endpoint| !matches!(endpoint.name, "sign_out" | "revoke_session"))
    {
        let (entity, id) = if endpoint.path.contains("{pipeline}") {
            ("sales", deal)
        } else {
            *dice.pick(&[("account", account), ("deal", deal)])
        };
        let first = if endpoint.path.contains("{entity}") || endpoint.path.contains("{pipeline}") {
            entity.to_owned()
        } else {
            id.to_string()
        };
        let path = domain::api::fill(endpoint.path, &[&first, &id.to_string()]);
        let samples = bodies.iter().find(|(name, _)| *name == endpoint.name).map(|(_, samples)| samples);
        let parameters =
            queries.iter().find(|(name, _)| *name == endpoint.name).map(|(_, parameters)| parameters);
        // Passwords are expensive to check; the door has the most to get wrong.
        let rounds = match endpoint.name {
            "send_commands" => rounds * 8,
            "list_records" | "get_totals" => rounds * 2,
            _ => rounds,
        };
        for _ in 0..rounds {
            let request = match (samples, parameters) {
                (Some(samples), _) => {
                    let mut json = dice.pick(samples).clone();
                    for _ in 0..=dice.roll(2) {
                        mutate(&mut json, &mut dice);
                    }
                    if json["commands"][0]["id"].is_string() && dice.roll(4) > 0 {
                        json["commands"][0]["id"] = json!(new_id());
                    }
                    let text = json.to_string();
                    let body = if dice.roll(4) == 0 { scramble(&text, &mut dice) } else { text.into_bytes() };
                    Request::new(endpoint.method.name(), &path).json(body)
                }
                (None, Some(parameters)) => {
                    let mut query = Vec::new();
                    for (name, value) in parameters {
                        if dice.roll(5) == 0 {
                            continue;
                        }
                        let value = match dice.roll(4) {
                            0 => scramble(value, &mut dice),
                            1 => {
                                let mut json = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
                                mutate(&mut json, &mut dice);
                                json.as_str().map_or_else(|| json.to_string(), str::to_owned).into_bytes()
                            }
                            _ => value.as_bytes().to_vec(),
                        };
                        query.push(format!("{name}={}", encode(&value)));
                    }
                    Request::new(endpoint.method.name(), &format!("{path}?{}", query.join("&")))
                }
                (None, None) => {
                    let place = scramble(&first, &mut dice);
                    Request::new(endpoint.method.name(), &path.replace(&first, &encode(&place)))
                }
            };
            let reply = person.ask(&request);
            no_fault(&reply, request.body.as_deref().unwrap_or_default());
            if reply.status == 401 && endpoint.method != Method::Post {
                // Locked out of one's own session: that would make the rest meaningless.
                panic!("ZHIKE_FUZZ={seed} {reply}");
            }
        }
    }
    // The workspace still works.
    admin.create("account", json!({"name": "还在"}));
    assert!(admin.count("account", None) >= 2);
}
