//! `/api/v1/search` and the index behind it.

use std::collections::BTreeSet;

use api_tests::actions::{create, delete, field, import, restore, undo, update};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::record::{RebuildRequest, SearchReply, SearchRequest};
use domain::api::{Code, RebuildSearch, Search};
use domain::command::ImportRow;
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use serde_json::json;

covers!(Search, RebuildSearch);

#[track_caller]
fn ask(person: &Person, q: &str, entity: Option<&str>) -> SearchReply {
    person.call::<Search>(&[], &SearchRequest { q: q.to_owned(), entity: entity.map(str::to_owned) })
}

#[track_caller]
fn find(person: &Person, q: &str) -> Vec<Id> {
    ask(person, q, None).hits.into_iter().map(|hit| hit.id).collect()
}

/// Makes the whole index anew; answers with the records it took.
#[track_caller]
fn rebuild(admin: &Person) -> u32 {
    let (mut from, mut records, mut steps) = (None, 0, 0);
    loop {
        let step = admin.call::<RebuildSearch>(&[], &RebuildRequest { from });
        records += step.records;
        steps += 1;
        assert!(step.records <= 200 && steps < 40, "{step:?}");
        if step.next.is_none() {
            return records;
        }
        from = step.next;
    }
}

#[test]
fn records_are_found_by_name_phone_and_email() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let account = admin.create("account", json!({"name": "上海恒通物流有限公司", "phone": "021 5888 1234"}));
    let contact = admin.create(
        "contact",
        json!({"name": "Wang Fang", "email": "Wang.Fang@example.com", "phone": "+86 138 0013 8000", "account": account}),
    );
    admin.create("account", json!({"name": "另一家"}));
    let ways: [(Id, &[&str]); 2] = [
        (
            account,
            &[
                "恒通",
                "海恒",
                "流有",
                "物",
                "上海恒通物流有限公司",
                "恒通 上海",
                "hengtong",
                "hengt",
                "htwl",
                "shht",
                "shanghaihengtongwuliu",
                "58881234",
                "1234",
                "0215",
                "021 5888 1234",
                "021-5888",
                "恒通 5888",
            ],
        ),
        (
            contact,
            &[
                "wan",
                "WANG FANG",
                "fang wang",
                "wangf",
                "wf",
                "ＷＡＮＧ",
                "fang@example",
                "example.com",
                "13800138000",
                "+86 138 0013 8000",
                "8000",
                "0138",
                "fang 8000",
            ],
        ),
    ];
    for (id, typed) in ways {
        for q in typed {
            assert_eq!(find(admin, q), [id], "{q}");
        }
    }
    for q in [
        "没有这家",
        "通恒",
        "ang f",
        "angf",
        "99",
        "00",
        "wang 恒通",
        "%",
        "_",
        "'",
        "\" OR 1=1",
        "\\",
        "*",
        "客户\u{0}",
        "NEAR(",
        "a AND b",
    ] {
        assert!(find(admin, q).is_empty(), "{q:?}");
    }
    let hits = ask(admin, "wang", None).hits;
    let told = |at: usize| (hits[at].entity.as_str(), hits[at].title.as_str(), hits[at].detail.as_str());
    assert_eq!(told(0), ("contact", "Wang Fang", "上海恒通物流有限公司"));
    assert_eq!(hits[0].found, None);
    let by_number = &ask(admin, "8000", None).hits[0];
    let found = by_number.found.as_ref().unwrap();
    assert_eq!((found.field.as_str(), found.text.as_str()), ("phone", "+8613800138000"));
}

#[test]
fn one_kind_is_searched_alone() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    let deal = admin.create("deal", json!({"name": "恒通二期"}));
    let kind =
        |kind: &str| ask(&admin, "恒通", Some(kind)).hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>();
    assert_eq!((kind("account"), kind("deal"), kind("contact")), (vec![account], vec![deal], vec![]));
    let team = admin.create("team", json!({"name": "华东一队"}));
    let found = |q: &str, kind: &str| {
        ask(&admin, q, Some(kind)).hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>()
    };
    assert_eq!(found("华东", "team"), [team]);
    assert!(find(&admin, "华东").is_empty(), "teams have their place in the settings");
    assert_eq!(found("admin", "user"), [admin.user]);
}

#[test]
fn a_letter_may_be_wrong_when_nothing_is_right() {
    let Workspace { admin } = Workspace::new();
    let juniper = admin.create("account", json!({"name": "Juniper Works"}));
    for q in ["junper", "juniperr", "jumiper", "ujniper", "Junipre works"] {
        let reply = ask(&admin, q, None);
        assert!(reply.near, "{q}");
        assert_eq!(reply.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [juniper], "{q}");
    }
    for q in ["jumipar", "wrks juniqqr", "abc"] {
        let reply = ask(&admin, q, None);
        assert!(reply.hits.is_empty() && !reply.near, "{q}");
    }
    let junper = admin.create("account", json!({"name": "Junper"}));
    let reply = ask(&admin, "junper", None);
    assert_eq!((reply.hits[0].id, reply.hits.len(), reply.near), (junper, 1, false));
}

#[test]
fn the_very_name_comes_first_then_its_beginnings_then_what_changed_last() {
    let Workspace { admin } = Workspace::new();
    let same = admin.create("account", json!({"name": "恒通"}));
    let begins = admin.create("account", json!({"name": "恒通物流"}));
    let older = admin.create("account", json!({"name": "上海恒通"}));
    let newer = admin.create("account", json!({"name": "北京恒通"}));
    admin.update("account", older, json!({"note": "x"}));
    assert_eq!(find(&admin, "恒通"), [same, begins, older, newer]);
    // Among so many that the very name is not looked at.
    let actions = (0..300).map(|at| create("account", new_id(), json!({"name": format!("恒通第{at}分店")})));
    admin.done(actions.collect());
    let found = find(&admin, "恒通");
    assert_eq!((found[0], found.len()), (same, 10));
}

#[test]
fn what_changes_is_found_by_what_it_says_now() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let created = command(vec![create("account", id, json!({"name": "知客科技", "phone": "13800138000"}))]);
    admin.done_as(&created);
    let renamed = command(vec![update("account", id, 1, json!({}), json!({"name": "恒通物流"}))]);
    admin.done_as(&renamed);
    let finds = |wanted: &[&str], unwanted: &[&str]| {
        for q in wanted {
            assert_eq!(find(&admin, q), [id], "{q}");
        }
        for q in unwanted {
            assert!(find(&admin, q).is_empty(), "{q}");
        }
    };
    finds(&["恒通", "8000"], &["知客", "zhike"]);
    admin.done(vec![undo(renamed.id)]);
    finds(&["知客", "zk", "8000"], &["恒通"]);
    admin.update("account", id, json!({"phone": null}));
    finds(&["知客"], &["8000"]);

    let version = admin.read("account", id).version;
    let deleted = command(vec![delete("account", id, version)]);
    admin.done_as(&deleted);
    finds(&[], &["知客"]);
    admin.done(vec![restore("account", id)]);
    finds(&["知客"], &[]);
    let version = admin.read("account", id).version;
    let deleted = command(vec![delete("account", id, version)]);
    admin.done_as(&deleted);
    finds(&[], &["知客"]);
    admin.done(vec![undo(deleted.id)]);
    finds(&["知客"], &[]);
    let taken_back = new_id();
    let second = command(vec![create("account", taken_back, json!({"name": "临时客户"}))]);
    admin.done_as(&second);
    assert_eq!(find(&admin, "临时"), [taken_back]);
    admin.done(vec![undo(second.id)]);
    assert!(find(&admin, "临时").is_empty());
}

#[test]
fn imported_rows_and_what_they_name_are_found_until_the_import_is_undone() {
    let Workspace { admin } = Workspace::new();
    let row = |line: u32| {
        let cells = [("name", format!("仓储项目{line}号")), ("account", "远景物流".to_owned())];
        let cells = cells.into_iter().map(|(field, text)| (field.to_owned(), text)).collect();
        ImportRow { line, record: new_id(), cells }
    };
    let sent = command(vec![import(new_id(), "deal", true, (1..=500).map(row).collect())]);
    admin.done_as(&sent);
    assert_eq!(ask(&admin, "项目499号", None).hits.len(), 1);
    assert_eq!(ask(&admin, "ccxm", None).hits.len(), 10);
    let account = ask(&admin, "yuanjing", None).hits;
    assert_eq!((account.len(), account[0].entity.as_str()), (1, "account"));
    admin.done(vec![undo(sent.id)]);
    assert!(find(&admin, "项目499号").is_empty() && find(&admin, "ccxm").is_empty());
}

#[test]
fn fields_of_ones_own_are_searched_and_hidden_ones_are_not() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    for (id, kind) in [("f_nick", json!({"type": "text", "max": 60})), ("f_second", json!({"type": "phone"}))]
    {
        let change = DefinitionChange::AddField { entity: "account".into(), field: field(id, kind) };
        admin.defines(change);
    }
    let account = admin.create(
        "account",
        json!({"name": "甲乙丙", "phone": "021 5888 1234", "f_nick": "老虎公司", "f_second": "13911112222"}),
    );
    for q in ["老虎", "laohu", "1112", "5888"] {
        assert_eq!(find(admin, q), [account], "{q}");
    }
    assert_eq!(ask(admin, "laohu", None).hits[0].found.as_ref().unwrap().field, "f_nick");

    let mut role = domain::access::shipped_roles().into_iter().find(|role| role.id == "marketing").unwrap();
    role.hidden.insert("account".into(), vec!["f_nick".into(), "f_second".into(), "phone".into()]);
    admin.defines(DefinitionChange::SetRole { role });
    let marketing = workspace.person("marketing", None);
    assert_eq!(find(&marketing, "甲乙"), [account]);
    for q in ["老虎", "laohu", "lh", "1112", "5888", "02158881234", "甲乙 老虎", "甲乙 5888"] {
        let reply = ask(&marketing, q, None);
        assert!(reply.hits.is_empty() && !reply.stopped, "{q}");
    }
    let text = marketing.get("/api/v1/search?q=%E7%94%B2%E4%B9%99").text;
    assert!(!text.contains("5888") && !text.contains("老虎"), "{text}");

    let retire = DefinitionChange::RetireField { entity: "account".into(), field: "f_nick".into() };
    admin.defines(retire);
    assert!(find(admin, "老虎").is_empty());
}

#[test]
fn tags_addresses_and_given_numbers_are_searched_before_and_after_a_rebuild() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    for (id, kind) in [
        ("f_tags", json!({"type": "tags"})),
        ("f_place", json!({"type": "address"})),
        ("f_site", json!({"type": "url"})),
        ("f_no", json!({"type": "auto_number", "format": "HT-{0000}", "start": 7})),
    ] {
        workspace.add_field("account", id, kind);
    }
    let values = |name: &str| {
        json!({
            "name": name, "f_tags": ["展会", "VIP"], "f_site": "www.laohu-pump.com/cn",
            "f_place": {"province": "广东省", "city": "深圳市", "street": "科技园1号"},
        })
    };
    let account = admin.create("account", values("甲乙丙"));
    admin.create("account", json!({"name": "另一家"}));
    let competitor = admin.create("competitor", json!({"name": "对手甲"}));
    let ways = [
        ("展会", "f_tags"),
        ("zhanhui", "f_tags"),
        ("vip", "f_tags"),
        ("深圳", "f_place"),
        ("https://laohu-pump.com", "f_site"),
        ("HT-0007", "f_no"),
        ("ht0007", "f_no"),
        ("007", "f_no"),
    ];
    let all_found = |when: &str| {
        for (q, field) in ways {
            let reply = ask(admin, q, None);
            let hits: Vec<_> = reply
                .hits
                .iter()
                .map(|hit| (hit.id, hit.found.as_ref().map(|found| found.field.as_str())))
                .collect();
            assert_eq!(hits, [(account, Some(field))], "{q} {when}");
        }
        assert_eq!(find(admin, "对手"), [competitor], "{when}");
    };
    all_found("as they were saved");
    assert_eq!(ask(admin, "展会", None).hits[0].found.as_ref().unwrap().text, "展会, VIP");
    rebuild(admin);
    all_found("made anew");
}

#[test]
fn search_ends_where_sight_ends() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let theirs = workspace.admin.create("account", json!({"name": "恒通一号"}));
    let mine = rep.create("account", json!({"name": "恒通二号"}));
    let contact = rep.create("contact", json!({"name": "恒通的人"}));
    workspace.admin.update("contact", contact, json!({"account": theirs}));
    let mut found = find(&rep, "恒通");
    found.sort_unstable();
    assert_eq!(found, [mine, contact]);
    let hits = ask(&rep, "恒通", Some("contact")).hits;
    assert!(!hits[0].detail.contains("一号"), "{hits:?}");
    let recent: BTreeSet<Id> = find(&rep, "").into_iter().collect();
    assert!(recent.contains(&mine) && !recent.contains(&theirs));
    let elsewhere = Workspace::new();
    assert!(find(&elsewhere.admin, "恒通").is_empty());
}

#[test]
fn who_sees_little_of_much_finds_their_own_and_is_told_that_looking_stopped() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let mine = rep.create("account", json!({"name": "上海恒通"}));
    let actions = (0..260).map(|at| create("account", new_id(), json!({"name": format!("上海第{at}家")})));
    workspace.admin.done(actions.collect());
    let reply = ask(&rep, "上海", None);
    assert_eq!(reply.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [mine]);
    assert!(reply.stopped);
    let by_sound = ask(&rep, "shanghai", None);
    assert!(by_sound.hits.is_empty() && by_sound.stopped && !by_sound.near);
    for q in ["恒通", "hengtong", "shanghaihengtong"] {
        let reply = ask(&rep, q, None);
        assert_eq!((reply.hits.len(), reply.stopped), (1, false), "{q}");
    }
    let all = ask(&workspace.admin, "上海", None);
    assert_eq!((all.hits.len(), all.stopped), (10, false));
    assert!(find(&rep, "").contains(&mine));
}

#[test]
fn without_words_come_the_latest_records() {
    let Workspace { admin } = Workspace::new();
    assert!(find(&admin, "").is_empty());
    let account = admin.create("account", json!({"name": "恒通"}));
    let deal = admin.create("deal", json!({"name": "二期", "account": account}));
    admin.update("account", account, json!({"note": "x"}));
    for q in ["", "  "] {
        assert_eq!(find(&admin, q), [account, deal], "{q:?}");
    }
    assert_eq!(ask(&admin, "", Some("deal")).hits[0].detail, "恒通");
    let version = admin.read("deal", deal).version;
    admin.done(vec![delete("deal", deal, version)]);
    assert_eq!(find(&admin, ""), [account]);
}

#[test]
fn a_question_has_its_limit() {
    let Workspace { admin } = Workspace::new();
    let refusal = admin.refusal::<Search>(&[], &SearchRequest { q: "长".repeat(101), entity: None });
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("q")));
    assert_eq!(admin.get("/api/v1/search").refusal().code, Code::Malformed);
    let unknown = SearchRequest { q: "恒通".to_owned(), entity: Some("!a".to_owned()) };
    let refusal = admin.refusal::<Search>(&[], &unknown);
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("entity")));
    // What has no name is not searched, and that is no fault either.
    let unnamed = SearchRequest { q: "definition".to_owned(), entity: Some("deal_contact".to_owned()) };
    assert_eq!(admin.call::<Search>(&[], &unnamed).hits.len(), 0);
    let long = [
        "长".repeat(100),
        "a".repeat(100),
        "1".repeat(100),
        "a b ".repeat(25),
        "长a".repeat(50),
        "长 ".repeat(50),
    ];
    for q in long {
        assert!(find(&admin, &q).is_empty(), "{q}");
    }
    let name = "知客科技".repeat(50);
    let account = admin.create("account", json!({"name": name}));
    assert_eq!(find(&admin, &name.chars().take(100).collect::<String>()), [account]);
}

#[test]
fn the_index_is_made_anew_step_by_step() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let actions = (0..450).map(|at| create("account", new_id(), json!({"name": format!("恒通第{at}分店")})));
    admin.done(actions.collect());
    let gone = admin.create("deal", json!({"name": "恒通旧单"}));
    admin.done(vec![delete("deal", gone, 1)]);
    let before = find(admin, "恒通");
    // The accounts, and who signed up.
    assert_eq!(rebuild(admin), 451);
    assert_eq!(find(admin, "恒通").len(), before.len());
    assert_eq!(find(admin, "第449分"), find(admin, "di449"));
    assert_eq!(find(admin, "第449分").len(), 1);
    assert!(find(admin, "旧单").is_empty());

    for from in ["x", "account", "account x y", "account 1 2 3", "audit", "account 99999999999999999999 x"] {
        let reply = admin.reply::<RebuildSearch>(&[], &RebuildRequest { from: Some(from.to_owned()) });
        let fine = from == "account";
        assert_eq!(reply.status == 200, fine, "{reply}");
        if !fine {
            assert_eq!(reply.refusal().problems[0].field.as_deref(), Some("from"));
        }
    }
    let rep = workspace.person("rep", None);
    assert_eq!(rep.refusal::<RebuildSearch>(&[], &RebuildRequest::default()).code, Code::Forbidden);
}
