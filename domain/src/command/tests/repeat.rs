//! Tasks that repeat: the next one comes with the one that is done, once, and goes with it.

use serde_json::{Value as Json, json};

use super::{ALL, Story, id, text};
use crate::access::{ADMINISTRATOR, REP};
use crate::command::{Change, ChangeKind, Plan};
use crate::record::RecordKey;
use crate::recurrence::{Recurrence, Rule};
use crate::time::{Date, Schedule, TimeOfDay, UtcOnly};
use crate::value::Value;

/// Weeks only: which days follow other rules is a matter of the platform, which has tests of its own.
pub(super) struct Weeks;

impl Recurrence for Weeks {
    fn days(&self, _rule: &Rule, start: Date, last: Date, most: usize) -> Vec<Date> {
        (0..).map(|week| start.plus_days(7 * week)).take_while(|day| *day <= last).take(most).collect()
    }
}

fn due(day: &str, time: Option<&str>) -> Value {
    let (day, time) = (Date::parse(day).unwrap(), time.and_then(TimeOfDay::parse));
    Value::Schedule(Schedule::resolve(day, time, "UTC", &UtcOnly).unwrap())
}

/// A task of the asker, open, due last Friday at seven, on a day that is a Friday.
fn weekly(role: &str) -> Story {
    let steps = vec!["[x] Collect figures".to_owned(), "[ ] Send".to_owned()];
    let values = [
        ("name", text("Report")),
        ("status", text("open")),
        ("owner", Value::Reference(id(1))),
        ("deal", Value::Reference(id(9))),
        ("due", due("2026-04-24", Some("07:00"))),
        ("repeat", text("FREQ=WEEKLY")),
        ("priority", text("high")),
        ("checklist", Value::List(steps)),
        ("note", text("As every week")),
        ("external_id", text("T-1")),
        ("snoozes", Value::Integer(2)),
    ];
    let mut story = Story::new(role).with("task", 7, 3, &values, ALL);
    story.repeats = true;
    story
}

fn finish(values: Json) -> Json {
    json!([{"do": "update", "entity": "task", "record": id(7), "base_version": 3, "values": values}])
}

fn made(plan: &Plan) -> Vec<&Change> {
    plan.changes.iter().filter(|change| change.kind == ChangeKind::Created).collect()
}

#[test]
fn a_task_that_is_done_makes_the_next_one_and_hands_its_rule_on() {
    for role in [ADMINISTRATOR, REP] {
        let story = weekly(role);
        let plan = story.tell(finish(json!({"status": "done"}))).unwrap();
        let done = plan.changes.iter().find(|change| change.key.id == id(7)).unwrap();
        assert_eq!((&done.after["status"], &done.after["repeat"]), (&text("done"), &Value::Null));
        let [next] = made(&plan)[..] else { panic!("one is made, not {plan:?}") };
        let expected = [
            ("name", text("Report")),
            ("status", text("open")),
            ("owner", Value::Reference(id(1))),
            ("deal", Value::Reference(id(9))),
            // Last Friday's and this morning's are missed: the next one is a week from now.
            ("due", due("2026-05-08", Some("07:00"))),
            ("repeat", text("FREQ=WEEKLY")),
            ("priority", text("high")),
            ("checklist", Value::List(vec!["[ ] Collect figures".into(), "[ ] Send".into()])),
            ("note", text("As every week")),
        ];
        assert_eq!(next.after, expected.map(|(field, value)| (field.to_owned(), value)).into(), "{role}");
        // However often it comes, it is the same one.
        assert_eq!(story.tell(finish(json!({"status": "done"}))).unwrap(), plan);
    }
}

#[test]
fn what_is_opened_and_finished_once_more_makes_no_second() {
    let mut story = weekly(REP);
    let plan = story.tell(finish(json!({"status": "done"}))).unwrap();
    story.save(&plan);
    let again = |version: u64, status: &str| json!([{"do": "update", "entity": "task", "record": id(7), "base_version": version, "values": {"status": status}}]);
    let plan = story.tell(again(4, "open")).unwrap();
    story.save(&plan);
    assert_eq!(made(&story.tell(again(5, "done")).unwrap()), Vec::<&Change>::new());
}

#[test]
fn an_undo_takes_the_next_one_back_and_gives_the_rule_back() {
    let mut story = weekly(REP);
    let plan = story.tell(finish(json!({"status": "done"}))).unwrap();
    let next = made(&plan)[0].key.clone();
    story.save(&plan);
    story.undo = Story::logged(&plan);
    let undone = story.tell(json!([{"do": "undo", "command": id(99)}])).unwrap();
    let of = |key: &RecordKey| undone.changes.iter().find(|change| change.key == *key).unwrap();
    assert_eq!(of(&next).kind, ChangeKind::Deleted);
    let back = &of(&RecordKey::new("task", id(7))).after;
    assert_eq!((&back["status"], &back["repeat"]), (&text("open"), &text("FREQ=WEEKLY")));
    assert_eq!(made(&undone), Vec::<&Change>::new());
}

#[test]
fn the_rule_that_is_given_along_counts() {
    let story = weekly(REP);
    let count = |rule: Json| {
        let plan = story.tell(finish(json!({"status": "done", "repeat": rule}))).unwrap();
        made(&plan).into_iter().map(|next| next.after["repeat"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(count(Json::Null), []);
    assert_eq!(count(json!("FREQ=WEEKLY;COUNT=4")), [text("FREQ=WEEKLY;COUNT=2")]);
    assert_eq!(count(json!("FREQ=WEEKLY;COUNT=2")), []);
    assert_eq!(count(json!("FREQ=WEEKLY;UNTIL=20260507")), []);
}

#[test]
fn without_a_day_it_is_counted_from_today() {
    let mut story = weekly(REP);
    let key = RecordKey::new("task", id(7));
    story.records.get_mut(&key).unwrap().record.values.remove("due");
    let plan = story.tell(finish(json!({"status": "done"}))).unwrap();
    assert_eq!(made(&plan)[0].after["due"], due("2026-05-08", None));
}

#[test]
fn a_device_that_cannot_count_days_leaves_the_next_one_to_the_server() {
    let mut story = weekly(REP);
    story.repeats = false;
    let plan = story.tell(finish(json!({"status": "done"}))).unwrap();
    assert_eq!(made(&plan), Vec::<&Change>::new());
    assert!(!plan.changes[0].after.contains_key("repeat"));
}

#[test]
fn a_wrong_rule_and_a_wrong_step_name_their_fields() {
    let refused = weekly(REP).tell(finish(json!({"repeat": "FREQ=SECONDLY", "checklist": ["a\nb"]})));
    let problems = super::problems(refused);
    let expected = [("checklist", "problem.one_line"), ("repeat", "problem.not_repeat")];
    assert_eq!(problems, expected.map(|(field, key)| (Some(field.to_owned()), key.to_owned())));
}
