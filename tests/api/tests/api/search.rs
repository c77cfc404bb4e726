//! `/api/v1/search`

use api_tests::workspace::Workspace;
use domain::api::record::SearchRequest;
use domain::api::{Code, Search};
use domain::ids::Id;
use serde_json::json;

covers!(Search);

fn find(person: &api_tests::person::Person, q: &str, entity: Option<&str>) -> Vec<Id> {
    let request = SearchRequest { q: q.to_owned(), entity: entity.map(str::to_owned) };
    person.call::<Search>(&[], &request).hits.into_iter().map(|hit| hit.id).collect()
}

#[test]
fn records_are_found_by_name_phone_and_email() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let account = admin.create("account", json!({"name": "上海恒通物流有限公司", "phone": "021 5888 1234"}));
    let contact = admin.create("contact", json!({"name": "Wang Fang", "email": "Wang.Fang@example.com", "phone": "+86 138 0013 8000", "account": account}));
    admin.create("account", json!({"name": "另一家"}));
    for q in ["恒通", "上海恒通物流有限公司", "58881234"] {
        assert_eq!(find(admin, q, None), [account], "{q}");
    }
    for q in ["wang", "WANG FANG", "fang@example", "13800138000"] {
        assert_eq!(find(admin, q, None), [contact], "{q}");
    }
    assert_eq!(find(admin, "恒通", Some("account")), [account]);
    assert!(find(admin, "恒通", Some("contact")).is_empty());
    for q in ["", " ", "没有这家", "%", "_", "'", "\" OR 1=1", "\\", "*", "客户\u{0}"] {
        assert!(find(admin, q, None).is_empty(), "{q:?}");
    }
    let hit = &admin.call::<Search>(&[], &SearchRequest { q: "wang".into(), entity: None }).hits[0];
    assert_eq!(
        (hit.entity.as_str(), hit.title.as_str(), hit.detail.as_str()),
        ("contact", "Wang Fang", "上海恒通物流有限公司")
    );
}

#[test]
fn search_ends_where_sight_ends() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let theirs = workspace.admin.create("account", json!({"name": "恒通一号"}));
    let mine = rep.create("account", json!({"name": "恒通二号"}));
    let contact = rep.create("contact", json!({"name": "恒通的人"}));
    workspace.admin.update("contact", contact, json!({"account": theirs}));
    let mut found = find(&rep, "恒通", None);
    found.sort_unstable();
    assert_eq!(found, [mine, contact]);
    let hits =
        rep.call::<Search>(&[], &SearchRequest { q: "恒通".into(), entity: Some("contact".into()) }).hits;
    assert!(!hits[0].detail.contains("一号"), "{hits:?}");
    let elsewhere = Workspace::new();
    assert!(find(&elsewhere.admin, "恒通", None).is_empty());
}

#[test]
fn a_question_has_its_limit() {
    let Workspace { admin } = Workspace::new();
    let refusal = admin.refusal::<Search>(&[], &SearchRequest { q: "长".repeat(101), entity: None });
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("q")));
    assert_eq!(admin.get("/api/v1/search").refusal().code, Code::Malformed);
    assert!(find(&admin, &"长".repeat(100), None).is_empty());
    assert!(find(&admin, "x", Some("nothing")).is_empty());
}
