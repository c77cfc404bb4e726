//! Being reminded later of what is due.

use api_tests::actions::{snooze, undo, update};
use api_tests::ids::now_ms;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{Code, GetToday, record::TodayRequest};
use domain::ids::Id;
use domain::time::Instant;
use serde_json::{Value as Json, json};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

fn task(person: &Person) -> Id {
    let today = person.call::<GetToday>(&[], &TodayRequest {}).today;
    person.create("task", json!({"name": "寄合同", "due": {"date": today.to_string()}}))
}

/// Until when, how often, how often moved.
fn put_off(person: &Person, id: Id) -> (Json, Json, Json) {
    let values = person.read("task", id).values;
    let of = |field: &str| values.get(field).cloned().unwrap_or(Json::Null);
    (of("snoozed_until"), of("snoozes"), of("times_moved"))
}

#[test]
fn a_snooze_is_saved_once_however_often_it_arrives_and_is_taken_back() {
    let Workspace { admin } = Workspace::new();
    let id = task(&admin);
    let due = admin.value("task", id, "due");
    let tapped = command(vec![snooze("task", id, HOUR)]);
    let receipt = admin.done_as(&tapped);
    assert_eq!(admin.done_as(&tapped).seq, receipt.seq);
    let (until, snoozes, moves) = put_off(&admin, id);
    let until = until.as_str().and_then(Instant::parse).map(Instant::unix_ms);
    assert!(until.is_some_and(|until| u64::try_from(until).is_ok_and(|until| until > now_ms())));
    assert_eq!((snoozes, moves), (json!(1), Json::Null));
    assert_eq!(admin.value("task", id, "due"), due);
    admin.done(vec![undo(tapped.id)]);
    assert_eq!(put_off(&admin, id).0, Json::Null);
}

#[test]
fn another_day_ends_it_and_a_later_one_is_counted() {
    let Workspace { admin } = Workspace::new();
    let id = task(&admin);
    admin.done(vec![snooze("task", id, HOUR)]);
    let record = admin.read("task", id);
    let old = json!({"due": record.values["due"]});
    admin.done(vec![update("task", id, record.version, old, json!({"due": {"date": "2090-05-01"}}))]);
    assert_eq!(put_off(&admin, id), (Json::Null, json!(0), json!(1)));
}

#[test]
fn what_cannot_be_snoozed_is_refused_by_its_field() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (open, done, idle) = (task(admin), task(admin), admin.create("account", json!({"name": "恒通"})));
    admin.update("task", done, json!({"status": "done"}));
    let touch = admin.create("touch", json!({"kind": "call", "account": idle}));
    for (action, field) in [
        (snooze("task", open, 32 * DAY), "until"),
        (snooze("task", done, HOUR), "due"),
        (snooze("account", idle, HOUR), "next_touch"),
        (snooze("touch", touch, HOUR), "entity"),
    ] {
        let (code, problems) = admin.refused(vec![action.clone()]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some(field)), "{action:?}");
    }
    let stranger = workspace.person("rep", None);
    assert_eq!(stranger.refused(vec![snooze("task", open, HOUR)]).0, Code::NotFound);
    assert_eq!(put_off(admin, open), (Json::Null, Json::Null, Json::Null));
}
