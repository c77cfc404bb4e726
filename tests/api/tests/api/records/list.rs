//! Pages of records, filtered and sorted.

use api_tests::actions::{delete, undo, update};
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::record::ListRequest;
use domain::api::{Code, ListRecords};
use domain::fields::Shape;
use domain::ids::Id;
use serde_json::{Value as Json, json};

fn sorted(sort: &str) -> ListRequest {
    ListRequest { sort: Some(sort.to_owned()), ..ListRequest::default() }
}

/// A column of every record in the order of a sort, over small pages.
#[track_caller]
fn column(person: &api_tests::person::Person, sort: &str, field: &str) -> Vec<Json> {
    let mut values = Vec::new();
    let mut request = ListRequest { limit: Some(2), ..sorted(sort) };
    loop {
        let page = person.list("account", &request);
        values.extend(
            page.records.into_iter().map(|record| record.values.get(field).cloned().unwrap_or(Json::Null)),
        );
        request.after = page.next;
        if request.after.is_none() {
            return values;
        }
    }
}

#[test]
fn names_sort_by_their_sound_and_page_without_gaps() {
    let Workspace { admin } = Workspace::new();
    for name in ["重庆", "阿里", "北京", "apple", "Zebra", "张三", "10", "9"] {
        admin.create("account", json!({"name": name}));
    }
    let up = column(&admin, "name", "name");
    let mut down = column(&admin, "-name", "name");
    down.reverse();
    assert_eq!(up, down);
    let at = |name: &str| up.iter().position(|value| value == name).unwrap();
    assert_eq!(up.len(), 8);
    assert!(at("阿里") < at("北京") && at("北京") < at("张三"), "{up:?}");
    assert!(at("apple") < at("Zebra"), "{up:?}");
}

#[test]
fn every_text_sorts_by_its_sound_whatever_happens_to_its_record() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_city", json!({"type": "text", "max": 80}));
    workspace.add_field("account", "f_story", json!({"type": "long_text"}));
    let cities = ["重庆", "Zürich", "阿坝", "北京", "apple town", "Berlin", "张家口", "ＢＣ"];
    let mut ids = Vec::new();
    for city in cities {
        let values = json!({"name": "x", "note": city, "f_city": city, "f_story": city, "website": city});
        ids.push(admin.create("account", values));
    }
    admin.create("account", json!({"name": "x"}));
    for field in ["note", "f_city", "f_story", "website"] {
        let mut down = column(admin, &format!("-{field}"), field);
        down.reverse();
        assert_eq!(column(admin, field, field), down, "{field}");
    }
    let up = column(admin, "f_city", "f_city");
    for field in ["note", "f_story", "website"] {
        assert_eq!(column(admin, field, field), up, "{field}");
    }
    let at = |name: &str| up.iter().position(|value| value == name).unwrap();
    assert_eq!((up.len(), &up[0]), (cities.len() + 1, &Json::Null));
    assert!(at("阿坝") < at("apple town") && at("apple town") < at("北京"), "{up:?}");
    assert!(at("ＢＣ") < at("北京") && at("北京") < at("Berlin") && at("Berlin") < at("张家口"), "{up:?}");

    // What changes one field keeps the keys of the others.
    admin.update("account", ids[3], json!({"note": "周口"}));
    assert_eq!(column(admin, "f_city", "f_city"), up);
    let notes = column(admin, "note", "note");
    assert!(notes.iter().position(|note| note == "周口").unwrap() > at("张家口"), "{notes:?}");
    let moved = command(vec![update("account", ids[2], 1, json!({}), json!({"f_city": "遵义"}))]);
    admin.done_as(&moved);
    assert_eq!(column(admin, "f_city", "f_city")[up.len() - 2..], [json!("遵义"), json!("Zürich")]);
    admin.done(vec![undo(moved.id)]);
    assert_eq!(column(admin, "f_city", "f_city"), up);
    let gone = command(vec![delete("account", ids[2], admin.read("account", ids[2]).version)]);
    admin.done_as(&gone);
    assert_eq!(column(admin, "f_city", "f_city").len(), up.len() - 1);
    admin.done(vec![undo(gone.id)]);
    assert_eq!(column(admin, "f_city", "f_city"), up);
}

#[test]
fn empty_values_come_first_going_up_and_last_going_down() {
    let Workspace { admin } = Workspace::new();
    for employees in [json!(30), json!(null), json!(-0), json!(7), json!(null), json!(7)] {
        admin.create("account", json!({"name": "x", "employees": employees}));
    }
    let wanted = json!([null, null, 0, 7, 7, 30]);
    assert_eq!(json!(column(&admin, "employees", "employees")), wanted);
    let wanted = json!([30, 7, 7, 0, null, null]);
    assert_eq!(json!(column(&admin, "-employees", "employees")), wanted);
}

#[test]
fn every_field_of_every_kind_of_record_sorts_and_pages() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.account_and_deal(admin.user);
    workspace.account_and_deal(workspace.person("rep", None).user);
    let schema = admin.call::<domain::api::GetSchema>(&[], &domain::api::Empty {});
    for entity in &schema.entities {
        for field in &entity.fields {
            for sort in [field.id.clone(), format!("-{}", field.id)] {
                let mut request = ListRequest { limit: Some(1), ..sorted(&sort) };
                if matches!(field.kind.behaviour().shape(), Shape::List | Shape::Files) {
                    let refusal = admin.refusal::<ListRecords>(&[&entity.id], &request);
                    assert_eq!(refusal.problems[0].key, "problem.cannot_sort", "{} {sort}", entity.id);
                    continue;
                }
                let mut seen = 0;
                loop {
                    let reply = admin.reply::<ListRecords>(&[&entity.id], &request);
                    assert_eq!(reply.status, 200, "{sort}: {reply}");
                    let page: domain::api::record::ListReply = reply.parse();
                    seen += page.records.len();
                    request.after = page.next;
                    assert!(seen < 10);
                    if request.after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen as u64, admin.count(&entity.id, None), "{} {sort}", entity.id);
            }
        }
    }
}

#[test]
fn ids_sort_and_page_by_themselves() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<Id> = (0..5).map(|at| admin.create("account", json!({"name": format!("{at}")}))).collect();
    let names = |from: i32, to: i32| {
        let step = if from < to { 1 } else { -1 };
        (0..5).map(|at| json!((from + step * at).to_string())).collect::<Vec<_>>()
    };
    assert!(ids.is_sorted());
    assert_eq!(column(&admin, "id", "name"), names(0, 4));
    // What changes meanwhile keeps its place.
    admin.update("account", ids[2], json!({"phone": "02158881234"}));
    assert_eq!(column(&admin, "-id", "name"), names(4, 0));
}

#[test]
fn the_newest_change_comes_first_when_nothing_is_asked_for() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<Id> = (0..3).map(|at| admin.create("lead", json!({"name": format!("{at}")}))).collect();
    admin.update("lead", ids[0], json!({"company": "恒通"}));
    let found: Vec<Id> =
        admin.list("lead", &ListRequest::default()).records.iter().map(|record| record.id).collect();
    assert_eq!(found, [ids[0], ids[2], ids[1]]);
}

#[test]
fn filters_are_conditions_over_every_kind_of_field() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, deal) = workspace.account_and_deal(admin.user);
    let other = admin.create("deal", json!({"name": "Big %_ deal", "amount": {"amount": 1_000_000, "currency": "CNY"}, "close_date": "2026-05-01", "stage": "signed"}));
    let yes = [
        (deal, json!(["=", ["field", "account"], account])),
        (deal, json!(["=", ["field", "stage"], "first_contact"])),
        (deal, json!(["is_empty", ["field", "amount"]])),
        (deal, json!(["and", ["=", ["field", "owner"], ["me"]], ["contains", ["field", "name"], "仓储"]])),
        (other, json!([">=", ["field", "amount"], 10_000])),
        (other, json!(["=", ["field", "amount"], 10_000])),
        (other, json!(["contains", ["field", "name"], "%_ D"])),
        (other, json!(["starts_with", ["field", "name"], "bIG"])),
        (other, json!(["=", ["field", "close_date"], "2026-05-01"])),
        (other, json!(["in", ["field", "stage"], ["signed", "lost"]])),
        (other, json!(["not", ["=", ["field", "account"], account]])),
        (other, json!(["<", ["days_between", ["field", "close_date"], "2026-06-01"], 32])),
    ];
    for (wanted, filter) in yes {
        assert_eq!(admin.ids("deal", Some(&filter)).into_iter().collect::<Vec<_>>(), [wanted], "{filter}");
        assert_eq!(admin.count("deal", Some(&filter)), 1, "{filter}");
    }
    for filter in [
        json!(["<", ["field", "close_date"], ["plus_days", ["today"], -100_000]]),
        json!(["contains", ["field", "name"], ""]),
        json!(false),
        json!(["or"]),
    ] {
        assert!(admin.ids("deal", Some(&filter)).is_empty(), "{filter}");
    }
    for filter in [json!(true), json!(["and"]), json!(["is_set", ["field", "name"]])] {
        assert_eq!(admin.ids("deal", Some(&filter)).len(), 2, "{filter}");
    }
}

#[test]
fn a_filter_that_makes_no_sense_is_refused_by_name() {
    let Workspace { admin } = Workspace::new();
    let deep = (0..30).fold(json!(true), |inner, _| json!(["not", inner]));
    let wide: Vec<Json> =
        std::iter::once(json!("and")).chain((0..250).map(|_| json!(["is_set", ["field", "name"]]))).collect();
    let wrong = [
        json!(["=", ["field", "nothing"], 1]),
        json!(["=", ["field", "name"], 1]),
        json!(["<", ["field", "stage"], 7]),
        json!(["=", ["field", "close_date"], "2026-02-30"]),
        json!(["=", ["field", "account"], "x"]),
        json!(["frobnicate", 1]),
        json!(["=", 1]),
        json!([]),
        json!({}),
        json!("name"),
        json!(7),
        json!(null),
        json!(["field", "name"]),
        json!(["=", ["field", "name'; DROP TABLE deal; --"], "x"]),
        json!(["=", ["field", "name"], "a\u{0}b"]),
        json!(["in", ["field", "name"], "x"]),
        json!(["in", ["field", "name"], (0..1001).map(|at| at.to_string()).collect::<Vec<_>>()]),
        json!(["=", ["field", "name"], "x".repeat(2001)]),
        deep,
        Json::from(wide),
    ];
    for filter in wrong {
        let request = ListRequest { filter: Some(filter.to_string()), ..ListRequest::default() };
        let refusal = admin.refusal::<ListRecords>(&["deal"], &request);
        assert_eq!(refusal.code, Code::Invalid, "{filter}");
        assert!(refusal.problems.iter().all(|problem| problem.field.is_some()), "{filter}: {refusal:?}");
    }
    for text in ["", "{", "[1,", "nonsense", "\u{0}"] {
        let request = ListRequest { filter: Some(text.to_owned()), ..ListRequest::default() };
        let refusal = admin.refusal::<ListRecords>(&["deal"], &request);
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some("filter")),
            "{text}"
        );
    }
}

#[test]
fn wrong_parameters_are_refused_by_name() {
    let Workspace { admin } = Workspace::new();
    let wrong = [
        ("limit", ListRequest { limit: Some(0), ..ListRequest::default() }),
        ("limit", ListRequest { limit: Some(201), ..ListRequest::default() }),
        ("limit", ListRequest { limit: Some(u32::MAX), ..ListRequest::default() }),
        ("sort", sorted("nothing")),
        ("sort", sorted("")),
        ("sort", sorted("-")),
        ("sort", sorted("name; DROP TABLE account")),
        ("after", ListRequest { after: Some("x".into()), ..ListRequest::default() }),
        ("after", ListRequest { after: Some(String::new()), ..ListRequest::default() }),
        ("after", ListRequest { after: Some("W10".into()), ..ListRequest::default() }),
        ("after", ListRequest { after: Some("Wzk5XQ".into()), ..ListRequest::default() }),
    ];
    for (field, request) in wrong {
        let refusal = admin.refusal::<ListRecords>(&["account"], &request);
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some(field)),
            "{request:?}"
        );
    }
    for query in [
        "limit=x",
        "limit=-1",
        "limit=1e3",
        "limit=99999999999",
        "deleted=maybe",
        "nothing=1",
        "limit=1&limit=2",
    ] {
        let reply = admin.get(&format!("/api/v1/records/account?{query}"));
        assert_eq!(reply.refusal().code, Code::Malformed, "{reply}");
    }
    assert_eq!(admin.refusal::<ListRecords>(&["nothing"], &ListRequest::default()).code, Code::NotFound);
}

#[test]
fn a_cursor_of_another_sort_or_workspace_shows_nothing_foreign() {
    let (first, second) = (Workspace::new(), Workspace::new());
    for at in 0..3 {
        first.admin.create("account", json!({"name": format!("甲 {at}")}));
        second.admin.create("account", json!({"name": format!("乙 {at}")}));
    }
    let page = first.admin.list("account", &ListRequest { limit: Some(1), ..sorted("name") });
    for sort in ["name", "-name", "employees", "created_at", "owner"] {
        let request = ListRequest { after: page.next.clone(), ..sorted(sort) };
        let reply = second.admin.reply::<ListRecords>(&["account"], &request);
        assert!(reply.status < 500, "{reply}");
        assert!(!reply.text.contains('甲'), "{reply}");
    }
}

#[test]
fn names_of_what_records_point_at_come_along() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, deal) = workspace.account_and_deal(admin.user);
    let page = admin.list("deal", &ListRequest::default());
    assert_eq!(page.records[0].id, deal);
    assert_eq!(page.names.get(&account).map(String::as_str), Some("恒通物流"));
    assert_eq!(page.names.get(&admin.user).map(String::as_str), Some("Admin"));
    assert_eq!((page.seq, page.revision), (admin.seq(), 1));
    // A rep who owns the deal and not the account sees no name of it.
    let rep = workspace.person("rep", None);
    admin.done(vec![api_tests::actions::assign("deal", deal, Some(admin.user), Some(rep.user))]);
    let page = rep.list("deal", &ListRequest::default());
    assert_eq!(page.records.len(), 1);
    assert!(!page.names.contains_key(&account), "{:?}", page.names);
}
