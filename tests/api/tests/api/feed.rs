//! `/api/v1/feed`, and the calendar that its address gives to whoever has it.

use api_tests::browser::{Browser, Reply, Request};
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::access::REP;
use domain::api::account::PreferencesRequest;
use domain::api::record::TodayRequest;
use domain::api::{Code, Empty, GetSchema, GetToday, MakeFeed, RevokeFeed, SetPreferences};
use domain::schema::change::DefinitionChange;
use serde_json::json;

covers!(MakeFeed, RevokeFeed);

fn make(person: &Person) -> String {
    let path = person.call::<MakeFeed>(&[], &Empty {}).path;
    assert!(path.starts_with("/ics/") && path.ends_with(".ics"), "{path}");
    path
}

/// As a calendar app reads it: without a session.
fn read(person: &Person, path: &str) -> Reply {
    Browser::new(&person.server).bare(&Request::new("GET", path))
}

/// The calendar with its folded lines in one (RFC 5545, 3.1).
fn calendar(person: &Person, path: &str) -> String {
    let reply = read(person, path);
    assert_eq!(reply.status, 200, "{reply}");
    let text = reply.text.replace("\r\n ", "");
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count(), "{text}");
    text
}

fn assert_gone(person: &Person, path: &str) {
    let reply = read(person, path);
    assert_eq!((reply.status, reply.refusal().code), (404, Code::NotFound), "{reply}");
    assert!(reply.refusal().problems.is_empty(), "{reply}");
}

fn day(person: &Person, days: i64) -> String {
    person.call::<GetToday>(&[], &TodayRequest {}).today.plus_days(days).to_string()
}

#[test]
fn it_holds_what_is_open_ones_own_and_has_a_day() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let on = |days: i64| json!({"date": day(admin, days)});
    let call = json!({"date": day(admin, 1), "time": "09:30", "zone": "Asia/Shanghai"});
    let task = rep.create(
        "task",
        json!({"name": "Call, then write", "due": call, "note": "SECRET-NOTE", "priority": "high"}),
    );
    let account =
        rep.create("account", json!({"name": "恒通物流", "next_touch": on(2), "note": "SECRET-NOTE"}));
    let done = rep.create("task", json!({"name": "FINISHED", "due": on(1)}));
    rep.update("task", done, json!({"status": "done"}));
    let gone = rep.create("task", json!({"name": "DELETED", "due": on(1)}));
    rep.done(vec![api_tests::actions::delete("task", gone, 1)]);
    rep.create("task", json!({"name": "UNDATED"}));
    rep.create("task", json!({"name": "LONG-AGO", "due": on(-32)}));
    rep.create("task", json!({"name": "FAR-AHEAD", "due": on(368)}));
    rep.create("task", json!({"name": "LATE", "due": on(-28)}));
    admin.create("task", json!({"name": "ANOTHERS", "due": on(1)}));

    let path = make(&rep);
    let reply = read(&rep, &path);
    assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert!(reply.header("cache-control").is_some_and(|kept| kept.starts_with("private")), "{reply}");
    let text = calendar(&rep, &path);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 3, "{text}");
    let moment = format!("DTSTART:{}T013000Z", day(admin, 1).replace('-', ""));
    let whole = format!("DTSTART;VALUE=DATE:{}", day(admin, 2).replace('-', ""));
    for expected in [
        "SUMMARY:Call\\, then write",
        "恒通物流",
        "SUMMARY:LATE",
        &moment,
        &whole,
        &format!("UID:{task}@zhike"),
        &format!("UID:{account}@zhike"),
        &format!("/records/task/{task}"),
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for foreign in ["SECRET", "FINISHED", "DELETED", "UNDATED", "LONG-AGO", "FAR-AHEAD", "ANOTHERS"] {
        assert!(!text.contains(foreign), "{foreign}: {text}");
    }
    // In the language of whose it is.
    let zh = PreferencesRequest { language: Some("zh".to_owned()), zone: None };
    rep.call::<SetPreferences>(&[], &zh);
    assert!(calendar(&rep, &path).contains("跟进：恒通物流"));
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let task = admin.create("task", json!({"name": "Call", "due": {"date": day(admin, 1)}}));
    let path = make(admin);
    let first = read(admin, &path);
    let tag = first.header("etag").unwrap_or_default().to_owned();
    assert!(!tag.is_empty(), "{first}");
    let again =
        |tag: &str| Browser::new(&admin.server).bare(&Request::new("GET", &path).with("if-none-match", tag));
    let reply = again(&tag);
    assert_eq!((reply.status, reply.text.as_str()), (304, ""), "{reply}");
    admin.update("task", task, json!({"name": "Write"}));
    let reply = again(&tag);
    assert_eq!(reply.status, 200, "{reply}");
    assert_ne!(reply.header("etag"), Some(tag.as_str()));
}

#[test]
fn an_address_is_void_once_another_is_made_or_it_is_revoked() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let (first, others) = (make(&rep), make(admin));
    calendar(&rep, &first);
    let second = make(&rep);
    assert_gone(&rep, &first);
    calendar(&rep, &second);
    rep.call::<RevokeFeed>(&[], &Empty {});
    assert_gone(&rep, &second);
    // There is nothing to revoke any more, which is what was wanted.
    rep.call::<RevokeFeed>(&[], &Empty {});
    calendar(admin, &others);
    let nobody = Browser::new(&admin.server);
    assert_eq!(nobody.refusal::<MakeFeed>(&[], &Empty {}).code, Code::NotSignedIn);
    assert_eq!(nobody.refusal::<RevokeFeed>(&[], &Empty {}).code, Code::NotSignedIn);
}

#[test]
fn an_address_that_leads_nowhere_says_no_more_than_that() {
    let (workspace, other) = (Workspace::new(), Workspace::new());
    let admin = &workspace.admin;
    let path = make(admin);
    let (place, token) = path.trim_end_matches(".ics").rsplit_once('.').unwrap_or_default();
    let foreign = format!("/ics/{}.{}", other.admin.shard().unwrap_or('0'), other.admin.workspace);
    for wrong in [
        format!("{place}.{}.ics", "A".repeat(token.len())),
        format!("{place}..ics"),
        format!("{foreign}.{token}.ics"),
        format!("/ics/9.{}.{token}.ics", admin.workspace),
        format!("/ics/0.nowhere.{token}.ics"),
        "/ics/.ics".to_owned(),
        "/ics/x.ics".to_owned(),
        path.trim_end_matches(".ics").to_owned(),
    ] {
        assert_gone(admin, &wrong);
    }
    let posted = Browser::new(&admin.server).ask(&Request::new("POST", &path).json("{}"));
    assert_eq!(posted.status, 405, "{posted}");
}

#[test]
fn who_left_reads_nothing_and_a_role_hides_what_it_hides() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person(REP, None);
    let on = json!({"date": day(admin, 1)});
    rep.create("task", json!({"name": "TASK", "due": on}));
    rep.create("lead", json!({"name": "LEAD", "next_touch": on}));
    let path = make(&rep);
    let text = calendar(&rep, &path);
    assert!(text.contains("TASK") && text.contains("LEAD"), "{text}");

    let schema = admin.call::<GetSchema>(&[], &Empty {});
    let mut role = schema.role(REP).cloned().unwrap_or_else(|| panic!("there is a rep"));
    role.hidden.insert("task".to_owned(), vec!["due".to_owned()]);
    admin.defines(DefinitionChange::SetRole { role });
    let text = calendar(&rep, &path);
    assert!(!text.contains("TASK") && text.contains("LEAD"), "{text}");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1, "{text}");

    admin.update("user", rep.user, json!({"status": "inactive"}));
    assert_gone(&rep, &path);
    admin.update("user", rep.user, json!({"status": "active"}));
    calendar(&rep, &path);
}
