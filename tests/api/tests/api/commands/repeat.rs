//! Tasks that repeat.

use api_tests::actions::{undo, update};
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::record::{RecordBody, TodayRequest};
use domain::api::{Code, GetToday};
use serde_json::{Value as Json, json};

fn open(person: &Person) -> Vec<RecordBody> {
    let ids = person.ids("task", Some(&json!(["=", ["field", "status"], "open"])));
    ids.into_iter().map(|id| person.read("task", id)).collect()
}

fn weekly(person: &Person, rule: &str) -> (domain::ids::Id, Json, String) {
    let today = person.call::<GetToday>(&[], &TodayRequest {}).today;
    let steps = json!(["[x] Collect", "Send"]);
    let due = json!({"date": today.plus_days(1), "time": "09:00", "zone": "Asia/Shanghai"});
    let values = json!({"name": "Report", "due": due, "repeat": rule, "checklist": steps, "priority": "low"});
    (person.create("task", values.clone()), values, today.plus_days(8).to_string())
}

#[test]
fn what_is_done_comes_again_once_and_an_undo_takes_it_back() {
    let Workspace { admin } = Workspace::new();
    let (task, _, next_day) = weekly(&admin, "freq=weekly");
    assert_eq!(admin.value("task", task, "repeat"), json!("FREQ=WEEKLY"));
    assert_eq!(admin.value("task", task, "checklist"), json!(["[x] Collect", "[ ] Send"]));

    let done = command(vec![update("task", task, 1, json!({"status": "open"}), json!({"status": "done"}))]);
    let receipt = admin.done_as(&done);
    // The same command once more is the same change.
    assert_eq!(admin.done_as(&done).seq, receipt.seq);
    let [next] = &open(&admin)[..] else { panic!("one is open: {:?}", open(&admin)) };
    assert_eq!(next.values["due"]["date"], json!(next_day));
    assert_eq!(next.values["due"]["time"], json!("09:00"));
    assert_eq!(next.values["checklist"], json!(["[ ] Collect", "[ ] Send"]));
    assert_eq!((&next.values["repeat"], &next.values["priority"]), (&json!("FREQ=WEEKLY"), &json!("low")));
    assert_eq!(admin.value("task", task, "repeat"), Json::Null);

    // Opened and done again, it makes no second.
    admin.update("task", task, json!({"status": "open"}));
    admin.update("task", task, json!({"status": "done"}));
    assert_eq!(open(&admin).len(), 1);
    admin.update("task", task, json!({"status": "open"}));
    admin.update("task", task, json!({"status": "done"}));

    let (other, _, _) = weekly(&admin, "FREQ=WEEKLY");
    let done = command(vec![update("task", other, 1, json!({"status": "open"}), json!({"status": "done"}))]);
    admin.done_as(&done);
    assert_eq!(open(&admin).len(), 2);
    admin.done(vec![undo(done.id)]);
    let left = open(&admin);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().any(|task| task.id == other), "{left:?}");
    assert_eq!(admin.value("task", other, "repeat"), json!("FREQ=WEEKLY"));
}

#[test]
fn an_end_is_kept() {
    let Workspace { admin } = Workspace::new();
    let (task, ..) = weekly(&admin, "FREQ=WEEKLY;COUNT=2");
    admin.update("task", task, json!({"status": "done"}));
    let [next] = &open(&admin)[..] else { panic!("one is open") };
    assert_eq!(next.values["repeat"], json!("FREQ=WEEKLY;COUNT=1"));
    admin.update("task", next.id, json!({"status": "done"}));
    assert_eq!(open(&admin), []);
}

#[test]
fn a_rule_that_nobody_can_follow_names_its_field() {
    let Workspace { admin } = Workspace::new();
    let (task, ..) = weekly(&admin, "FREQ=DAILY");
    for wrong in [
        json!("FREQ=SECONDLY"),
        json!("FREQ=DAILY;UNTIL=99991231"),
        json!("FREQ=DAILY\nFREQ=WEEKLY"),
        json!("x".repeat(201)),
        json!(7),
        json!({}),
    ] {
        let (code, problems) =
            admin.refused(vec![update("task", task, 1, json!({}), json!({"repeat": wrong}))]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("repeat")), "{wrong}");
    }
    let (_, problems) =
        admin.refused(vec![update("task", task, 1, json!({}), json!({"checklist": [{"text": "a"}]}))]);
    assert_eq!(problems[0].field.as_deref(), Some("checklist"));
}
