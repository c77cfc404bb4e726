//! `/api/v1/today`

use api_tests::actions::{create, delete, log_touch, update};
use api_tests::ids::{new_id, now_ms, random};
use api_tests::workspace::Workspace;
use domain::api::GetToday;
use domain::api::account::PreferencesRequest;
use domain::api::record::{RecordBody, TodayReply, TodayRequest};
use domain::ids::Id;
use serde_json::json;

covers!(GetToday);

fn names(records: &[RecordBody]) -> Vec<String> {
    records.iter().map(|record| record.values["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_is_due_stands_in_its_place_by_its_time() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let today = admin.call::<GetToday>(&[], &TodayRequest {}).today;
    let day = |days: i64| today.plus_days(days).to_string();
    admin.create("task", json!({"name": "昨天", "due": {"date": day(-1)}}));
    admin.create("task", json!({"name": "今天", "due": {"date": day(0)}}));
    admin.create("task", json!({"name": "明天", "due": {"date": day(1)}}));
    admin.create("task", json!({"name": "哪天"}));
    let done = admin.create("task", json!({"name": "做完", "due": {"date": day(0)}}));
    admin.update("task", done, json!({"status": "done"}));
    let account = admin.create("account", json!({"name": "恒通", "next_touch": {"date": day(-3)}}));
    admin.create("lead", json!({"name": "李", "next_touch": {"date": day(2), "time": "09:00"}}));
    let rep = workspace.person("rep", None);
    admin.create("task", json!({"name": "别人的", "due": {"date": day(0)}, "owner": rep.user}));

    let reply = admin.call::<GetToday>(&[], &TodayRequest {});
    assert_eq!(names(&reply.overdue), ["恒通", "昨天"]);
    assert_eq!(names(&reply.today_items), ["今天"]);
    assert_eq!(names(&reply.later), ["明天", "李"]);
    assert_eq!(names(&reply.undated), ["哪天"]);
    assert_eq!(names(&rep.call::<GetToday>(&[], &TodayRequest {}).today_items), ["别人的"]);

    // Done by one tap, moved by another.
    let next = json!({"date": day(5)});
    admin.done(vec![log_touch(new_id(), "account", account, json!({"kind": "call"}), Some(next))]);
    let task = reply.today_items[0].clone();
    admin.done(vec![update(
        "task",
        task.id,
        task.version,
        json!({"status": "open"}),
        json!({"status": "done"}),
    )]);
    let reply = admin.call::<GetToday>(&[], &TodayRequest {});
    assert_eq!((names(&reply.overdue), reply.today_items.len()), (vec!["昨天".to_owned()], 0));
    assert!(names(&reply.later).contains(&"恒通".to_owned()));
}

#[test]
fn of_the_tasks_without_a_day_the_newest_come() {
    let Workspace { admin } = Workspace::new();
    // One after the other, as devices make them.
    let ids: Vec<_> = (0..52).map(|at| Id::v7(now_ms() - 1_000 + at, &random())).collect();
    let make = |ids: &[Id]| {
        admin.done(ids.iter().map(|id| create("task", *id, json!({"name": "任务"}))).collect());
    };
    let shown = |reply: &TodayReply| reply.undated.iter().map(|record| record.id).collect::<Vec<_>>();
    make(&ids[..50]);
    admin.update("task", ids[49], json!({"status": "done"}));
    admin.done(vec![delete("task", ids[48], 1)]);
    admin.update("task", ids[47], json!({"due": {"date": "2090-01-01"}}));
    let reply = admin.call::<GetToday>(&[], &TodayRequest {});
    assert_eq!(shown(&reply), ids[..47].iter().rev().copied().collect::<Vec<_>>());
    assert!(!reply.more);

    make(&ids[50..]);
    let many: Vec<_> = (0..2).map(|at| Id::v7(now_ms() + at, &random())).collect();
    make(&many);
    let reply = admin.call::<GetToday>(&[], &TodayRequest {});
    assert_eq!(
        (reply.undated.len(), &shown(&reply)[..3], reply.more),
        (50, &[many[1], many[0], ids[51]][..], true)
    );
}

#[test]
fn today_is_the_readers_day() {
    let Workspace { admin } = Workspace::new();
    let day_in = |zone: &str| {
        admin.call::<domain::api::SetPreferences>(
            &[],
            &PreferencesRequest { language: None, zone: Some(zone.to_owned()) },
        );
        admin.call::<GetToday>(&[], &TodayRequest {}).today
    };
    // 25 hours lie between them, so it is never the same day in both.
    assert!(day_in("Pacific/Kiritimati") > day_in("Pacific/Niue"));
}

#[test]
fn today_without_anything_is_empty_for_every_role() {
    let workspace = Workspace::new();
    for role in ["manager", "rep", "marketing", "service", "finance", "read_only"] {
        let reply = workspace.person(role, None).call::<GetToday>(&[], &TodayRequest {});
        assert!(
            reply.overdue.is_empty()
                && reply.today_items.is_empty()
                && reply.later.is_empty()
                && reply.undated.is_empty()
                && !reply.more,
            "{role}"
        );
    }
}
