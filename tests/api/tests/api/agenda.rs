//! `/api/v1/agenda`

use api_tests::actions::create;
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::agenda::{AGENDA_ITEMS, AgendaReply, AgendaRequest};
use domain::api::{Code, GetAgenda};
use domain::ids::Id;
use serde_json::json;

covers!(GetAgenda);

fn asked(from: &str, to: &str, owner: Option<Id>) -> AgendaRequest {
    AgendaRequest { from: from.to_owned(), to: to.to_owned(), owner }
}

fn may(person: &Person, owner: Option<Id>) -> AgendaReply {
    person.call::<GetAgenda>(&[], &asked("2090-05-01", "2090-05-31", owner))
}

fn names(reply: &AgendaReply) -> Vec<&str> {
    reply.items.iter().map(|record| record.values["name"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_month_holds_what_is_open_and_due_in_it_by_its_time() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let task = |name: &str, due: serde_json::Value| admin.create("task", json!({"name": name, "due": due}));
    task("四月三十", json!({"date": "2090-04-30"}));
    task("月末", json!({"date": "2090-05-31"}));
    task("六月一日", json!({"date": "2090-06-01"}));
    task("上午", json!({"date": "2090-05-10", "time": "09:30"}));
    task("没有日期", json!(null));
    let done = task("做完", json!({"date": "2090-05-10"}));
    admin.update("task", done, json!({"status": "done"}));
    admin.create("account", json!({"name": "恒通", "next_touch": {"date": "2090-05-10"}}));
    admin.create("lead", json!({"name": "李", "next_touch": {"date": "2090-05-10", "time": "08:00"}}));

    let reply = may(admin, None);
    assert_eq!((names(&reply), reply.more), (vec!["李", "上午", "恒通", "月末"], false));
    // One day is a range too.
    let day = admin.call::<GetAgenda>(&[], &asked("2090-05-31", "2090-05-31", None));
    assert_eq!(names(&day), ["月末"]);
}

#[test]
fn of_others_one_sees_what_ones_role_lets_one_see() {
    let workspace = Workspace::new();
    let team = workspace.team("华东", None);
    let (manager, rep) = (workspace.person("manager", Some(team)), workspace.person("rep", Some(team)));
    let other = workspace.person("rep", None);
    let mine = json!({"name": "回访", "due": {"date": "2090-05-10"}});
    rep.create("task", mine);

    assert_eq!(names(&may(&manager, Some(rep.user))), ["回访"]);
    assert!(names(&may(&manager, None)).is_empty());
    assert!(names(&may(&other, Some(rep.user))).is_empty());
    // Nobody here, and somebody of another workspace.
    let elsewhere = Workspace::new().admin;
    elsewhere.create("task", json!({"name": "别处", "due": {"date": "2090-05-10"}}));
    for stranger in [elsewhere.user, new_id()] {
        assert!(names(&may(&workspace.admin, Some(stranger))).is_empty());
    }
    assert!(names(&may(&elsewhere, Some(rep.user))).is_empty());
}

#[test]
fn days_that_cannot_be_are_refused_by_their_name() {
    let Workspace { admin } = Workspace::new();
    for (from, to, field, key) in [
        ("9999-01-01", "9999-01-31", "from", "problem.not_date"),
        ("2090-05-01", "9999-01-01", "to", "problem.not_date"),
        ("2090-02-30", "2090-03-01", "from", "problem.not_date"),
        ("", "2090-03-01", "from", "problem.not_date"),
        ("2090-05-02", "2090-05-01", "to", "problem.agenda_range"),
        ("2090-05-01", "2090-07-02", "to", "problem.agenda_range"),
    ] {
        let refusal = admin.refusal::<GetAgenda>(&[], &asked(from, to, None));
        let problem = &refusal.problems[0];
        assert_eq!(
            (refusal.code, problem.field.as_deref(), problem.key.as_str()),
            (Code::Invalid, Some(field), key),
            "{from} {to}"
        );
    }
    // Two months are not too many, nor are the first and the last days there are.
    for (from, to) in
        [("2090-05-01", "2090-07-01"), ("1900-01-01", "1900-01-02"), ("2200-12-30", "2200-12-31")]
    {
        assert!(admin.call::<GetAgenda>(&[], &asked(from, to, None)).items.is_empty(), "{from}");
    }
    for query in [
        "",
        "?from=2090-05-01",
        "?from=2090-05-01&to=2090-05-02&owner=me",
        "?from=2090-05-01&to=2090-05-02&x=1",
    ] {
        assert_eq!(admin.get(&format!("/api/v1/agenda{query}")).refusal().code, Code::Malformed, "{query}");
    }
}

#[test]
fn who_does_not_see_when_it_is_due_is_not_told_by_the_calendar() {
    let workspace = Workspace::new();
    workspace.admin.create("deal", json!({"name": "仓储", "next_touch": {"date": "2090-05-10"}}));
    // Service does not see leads at all.
    let service = workspace.person("service", None);
    workspace.admin.create("lead", json!({"name": "李", "next_touch": {"date": "2090-05-10"}}));
    let seen = may(&service, Some(workspace.admin.user));
    assert!(seen.items.iter().all(|record| record.entity != "lead"), "{seen:?}");
}

#[test]
fn a_month_with_more_than_it_holds_says_so() {
    let Workspace { admin } = Workspace::new();
    let many = AGENDA_ITEMS as usize + 1;
    let make = |count: usize| {
        let values = json!({"name": "任务", "due": {"date": "2090-05-10"}});
        admin.done((0..count).map(|_| create("task", new_id(), values.clone())).collect());
    };
    make(many - 1);
    let reply = may(&admin, None);
    assert_eq!((reply.items.len(), reply.more), (many - 1, false));
    make(1);
    let reply = may(&admin, None);
    assert_eq!((reply.items.len(), reply.more), (many - 1, true));
}
