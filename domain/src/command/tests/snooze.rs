//! Snoozing and moving what is due, and how often either was done.

use serde_json::{Value as Json, json};

use super::{ALL, Story, id, text};
use crate::access::{ADMINISTRATOR, REP};
use crate::command::{May, Plan, Refusal};
use crate::record::{RecordKey, Values};
use crate::reminder::{MOVES, PUT_OFF, SNOOZED_UNTIL, SNOOZES};
use crate::signals::LAST_TOUCH;
use crate::time::{Date, Instant, Schedule, UtcOnly};
use crate::value::Value;

// The story's moment is 2026-05-01T08:00Z.
const AT_THREE: &str = "2026-05-01T15:00:00Z";

fn instant(text: &str) -> Value {
    Value::Instant(Instant::parse(text).unwrap())
}

fn due(day: &str) -> Value {
    let date = Date::parse(day).unwrap();
    Value::Schedule(Schedule::resolve(date, None, "UTC", &UtcOnly).unwrap())
}

fn snooze(entity: &str, until: &str) -> Json {
    json!([{"do": "snooze", "entity": entity, "record": id(7), "until": until}])
}

fn task(more: &[(&str, Value)]) -> Story {
    let mut values = vec![("name", text("寄合同")), ("status", text("open")), ("due", due("2026-05-01"))];
    values.extend_from_slice(more);
    Story::new(REP).with("task", 7, 3, &values, ALL)
}

fn account(more: &[(&str, Value)]) -> Story {
    let mut values = vec![("name", text("恒通")), ("next_touch", due("2026-05-01"))];
    values.extend_from_slice(more);
    Story::new(REP).with("account", 7, 3, &values, ALL)
}

fn to_day(entity: &str, field: &str, day: Option<&str>) -> Json {
    let value = day.map_or(Json::Null, |day| json!({"date": day, "zone": "UTC"}));
    json!([{"do": "update", "entity": entity, "record": id(7), "base_version": 3, "values": {field: value}}])
}

fn after<'a>(plan: &'a Plan, entity: &str) -> &'a Values {
    &plan.changes.iter().find(|change| change.key.entity == entity).unwrap().after
}

fn only_problem(outcome: Result<Plan, Refusal>) -> (Option<String>, String) {
    let Err(Refusal::Invalid(problems)) = outcome else { panic!("expected problems, got {outcome:?}") };
    assert_eq!(problems.len(), 1, "{problems:?}");
    (problems[0].field.clone(), problems[0].key.clone())
}

#[test]
fn a_snooze_moves_the_reminder_and_counts_while_the_day_stays() {
    let mut story = task(&[]);
    for count in 1..=3 {
        let plan = story.tell(snooze("task", AT_THREE)).unwrap();
        let values = after(&plan, "task");
        assert_eq!(values.get(SNOOZES), Some(&Value::Integer(count)));
        assert!(!values.contains_key("due") && !values.contains_key(MOVES));
        story.save(&plan);
    }
    let record = &story.records[&RecordKey::new("task", id(7))].record;
    assert_eq!(record.get(SNOOZED_UNTIL), &instant(AT_THREE));
    // What is followed up is snoozed by its next touch.
    let plan = account(&[]).tell(snooze("account", AT_THREE)).unwrap();
    assert_eq!(after(&plan, "account").get(SNOOZED_UNTIL), Some(&instant(AT_THREE)));
}

#[test]
fn another_day_ends_a_snooze_and_a_later_one_counts_as_a_move() {
    let snoozed =
        [(SNOOZED_UNTIL, instant(AT_THREE)), (SNOOZES, Value::Integer(2)), (MOVES, Value::Integer(1))];
    for (day, moves) in [
        (Some("2026-05-04"), Some(Value::Integer(2))),
        (Some("2026-04-30"), None),
        // No day at all: nothing is put off any more.
        (None, Some(Value::Integer(0))),
    ] {
        for (story, entity, field) in
            [(task(&snoozed), "task", "due"), (account(&snoozed), "account", "next_touch")]
        {
            let plan = story.tell(to_day(entity, field, day)).unwrap();
            let values = after(&plan, entity);
            assert_eq!(values.get(SNOOZED_UNTIL), Some(&Value::Null), "{entity} {day:?}");
            assert_eq!(values.get(SNOOZES), Some(&Value::Integer(0)), "{entity} {day:?}");
            assert_eq!(values.get(MOVES), moves.as_ref(), "{entity} {day:?}");
        }
    }
    // The same day again, and what has nothing to do with it, change no count.
    assert!(task(&snoozed).tell(to_day("task", "due", Some("2026-05-01"))).unwrap().changes.is_empty());
    let renamed = json!([{"do": "update", "entity": "task", "record": id(7), "base_version": 3, "values": {"name": "改"}}]);
    let plan = task(&snoozed).tell(renamed).unwrap();
    assert!(PUT_OFF.iter().all(|field| !after(&plan, "task").contains_key(*field)));
    // A first day is no move.
    let story = Story::new(REP).with("account", 7, 3, &[("name", text("恒通"))], ALL);
    let plan = story.tell(to_day("account", "next_touch", Some("2026-05-09"))).unwrap();
    assert!(!after(&plan, "account").contains_key(MOVES));
}

fn touched(next: Option<&str>) -> Json {
    let mut action = json!({"do": "log_touch", "record": id(5), "entity": "account", "subject": id(7), "values": {"kind": "call"}});
    if let Some(day) = next {
        action["next_touch"] = json!({"date": day, "zone": "UTC"});
    }
    json!([action])
}

#[test]
fn contact_sets_the_moves_back() {
    let put_off =
        [(SNOOZED_UNTIL, instant(AT_THREE)), (SNOOZES, Value::Integer(1)), (MOVES, Value::Integer(3))];
    for next in [None, Some("2026-05-20")] {
        let plan = account(&put_off).tell(touched(next)).unwrap();
        let values = after(&plan, "account");
        assert_eq!(values.get(MOVES), Some(&Value::Integer(0)), "{next:?}");
        assert_eq!(values.get(SNOOZED_UNTIL), Some(&Value::Null), "{next:?}");
    }
}

#[test]
fn a_touch_that_is_gone_is_no_contact() {
    let happened = instant("2026-04-30T08:00:00Z");
    let story = account(&[(LAST_TOUCH, happened.clone()), (MOVES, Value::Integer(2))]);
    let mut story = story.with(
        "touch",
        5,
        1,
        &[
            ("kind", text("call")),
            ("account", Value::Reference(id(7))),
            ("happened_at", happened),
            ("owner", Value::Reference(id(1))),
        ],
        ALL,
    );
    let earlier = Instant::parse("2026-04-02T08:00:00Z");
    story.contacts.insert(RecordKey::new("account", id(7)), earlier);
    let plan =
        story.tell(json!([{"do": "delete", "entity": "touch", "record": id(5), "base_version": 1}])).unwrap();
    let values = after(&plan, "account");
    assert_eq!((values.get(LAST_TOUCH), values.get(MOVES)), (earlier.map(Value::Instant).as_ref(), None));
}

#[test]
fn an_undo_brings_back_what_was_counted() {
    let undo = json!([{"do": "undo", "command": id(99)}]);
    let counted =
        [(SNOOZED_UNTIL, instant(AT_THREE)), (SNOOZES, Value::Integer(2)), (MOVES, Value::Integer(1))];
    for (actions, back) in [
        (
            snooze("task", "2026-05-02T01:00:00Z"),
            vec![(SNOOZED_UNTIL, instant(AT_THREE)), (SNOOZES, Value::Integer(2))],
        ),
        (
            to_day("task", "due", Some("2026-05-05")),
            counted.iter().cloned().chain([("due", due("2026-05-01"))]).collect(),
        ),
    ] {
        let mut story = task(&counted);
        let plan = story.tell(actions.clone()).unwrap();
        story.save(&plan);
        story.undo = Story::logged(&plan);
        let plan = story.tell(undo.clone()).unwrap();
        let back: Values = back.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        assert_eq!(after(&plan, "task"), &back, "{actions}");
    }
}

#[test]
fn who_does_not_see_the_counts_takes_back_what_they_did_all_the_same() {
    let mut story = task(&[]);
    let rep = story.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    rep.hidden.insert("task".into(), PUT_OFF.map(str::to_owned).into());
    for actions in [snooze("task", AT_THREE), to_day("task", "due", Some("2026-05-05"))] {
        let plan = story.tell(actions.clone()).unwrap();
        let mut later = task(&[]);
        later.schema = story.schema.clone();
        later.save(&plan);
        later.undo = Story::logged(&plan);
        let back = later.tell(json!([{"do": "undo", "command": id(99)}]));
        assert!(back.is_ok_and(|plan| plan.changes.len() == 1), "{actions}");
    }
}

#[test]
fn what_cannot_be_snoozed_is_refused_by_its_field() {
    let refused = |story: &Story, entity: &str, until: &str| only_problem(story.tell(snooze(entity, until)));
    let named = |field: &str, key: &str| (Some(field.to_owned()), key.to_owned());
    let done = task(&[("status", text("done"))]);
    assert_eq!(refused(&done, "task", AT_THREE), named("due", "problem.nothing_due"));
    let undated = task(&[("due", Value::Null)]);
    assert_eq!(refused(&undated, "task", AT_THREE), named("due", "problem.nothing_due"));
    let idle = account(&[("next_touch", Value::Null)]);
    assert_eq!(refused(&idle, "account", AT_THREE), named("next_touch", "problem.nothing_due"));
    let touch = Story::new(ADMINISTRATOR).with("touch", 7, 1, &[("kind", text("call"))], ALL);
    assert_eq!(refused(&touch, "touch", AT_THREE), named("entity", "problem.never_due"));
    assert_eq!(refused(&task(&[]), "spaceship", AT_THREE), named("entity", "problem.unknown_entity"));
    // 31 days and not a moment more.
    assert!(task(&[]).tell(snooze("task", "2026-06-01T08:00:00Z")).is_ok());
    for far in ["2026-06-01T08:00:00.001Z", "2199-01-01T00:00:00Z"] {
        assert_eq!(refused(&task(&[]), "task", far), named("until", "problem.snooze_range"), "{far}");
    }
    assert!(
        serde_json::from_value::<Vec<crate::command::Action>>(snooze("task", "9999-01-01T00:00:00Z"))
            .is_err()
    );

    let mut blind = task(&[]);
    let rep = blind.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    rep.hidden.insert("task".into(), ["due".to_owned()].into());
    assert_eq!(refused(&blind, "task", AT_THREE), named("due", "problem.unknown_field"));
}

#[test]
fn only_who_may_change_it_snoozes_what_is_in_sight() {
    let values = [("name", text("寄合同")), ("status", text("open")), ("due", due("2026-05-01"))];
    let others = Story::new(REP).with("task", 7, 3, &values, May::default());
    assert!(matches!(others.tell(snooze("task", AT_THREE)), Err(Refusal::Forbidden(_))));
    assert!(matches!(Story::new(REP).tell(snooze("task", AT_THREE)), Err(Refusal::NotFound(_))));
    let by_hand = |field: &str, value: Json| {
        task(&[]).tell(json!([{"do": "update", "entity": "task", "record": id(7), "base_version": 3, "values": {field: value}}]))
    };
    for (field, value) in [(SNOOZED_UNTIL, json!(AT_THREE)), (SNOOZES, json!(0)), (MOVES, json!(0))] {
        assert_eq!(
            only_problem(by_hand(field, value)),
            (Some(field.to_owned()), "problem.read_only".to_owned())
        );
    }
}

#[test]
fn a_snooze_that_ended_on_the_way_is_kept_as_it_was_wished() {
    // Tapped without a network, sent an hour after its end: it is due now, and counts.
    let plan = task(&[]).tell(snooze("task", "2026-05-01T07:00:00Z")).unwrap();
    let values = after(&plan, "task");
    assert_eq!(values.get(SNOOZED_UNTIL), Some(&instant("2026-05-01T07:00:00Z")));
    assert_eq!(values.get(SNOOZES), Some(&Value::Integer(1)));
}
