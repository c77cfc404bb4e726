//! When a record came into its stage, and pauses.

use serde_json::{Value as Json, json};

use super::{ALL, Story, id, text};
use crate::access::{ADMINISTRATOR, REP};
use crate::command::{ChangeKind, May, Plan, Refusal};
use crate::record::{RecordKey, Values};
use crate::signals::{PAUSE_REASON, PAUSED_UNTIL, SINCE};
use crate::time::{Date, Instant};
use crate::value::Value;

const LONG_AGO: &str = "2026-01-05T08:00:00Z";

fn instant(text: &str) -> Value {
    Value::Instant(Instant::parse(text).unwrap())
}

fn date(text: &str) -> Value {
    Value::Date(Date::parse(text).unwrap())
}

/// A deal (7) in a stage since January; the story's day is 2026-05-01.
fn deal(role: &str, stage: &str, more: &[(&str, Value)], may: May) -> Story {
    let mut values = vec![("name", text("三号线")), ("stage", text(stage)), (SINCE, instant(LONG_AGO))];
    values.extend_from_slice(more);
    Story::new(role).with("deal", 7, 3, &values, may)
}

fn after(plan: &Plan) -> &Values {
    &plan.changes.iter().find(|change| change.key.entity == "deal").unwrap().after
}

fn now(story: &Story) -> Value {
    story.within(|world| Value::Instant(world.now))
}

#[test]
fn whatever_brings_a_deal_into_another_stage_starts_its_clock() {
    let story = deal(ADMINISTRATOR, "needs", &[], ALL);
    let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "CNY"});
    let update = |values: Json| json!([{"do": "update", "entity": "deal", "record": id(7), "base_version": 3, "values": values}]);
    for (actions, starts) in [
        (
            json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "proposal"}]),
            true,
        ),
        (update(json!({"stage": "proposal"})), true),
        (json!([{"do": "create", "entity": "deal", "record": id(8), "values": {"name": "新"}}]), true),
        (
            json!([{"do": "import_rows", "import": id(50), "entity": "deal", "formats": formats,
                "rows": [{"line": 1, "record": id(9), "cells": {"name": "旧", "stage": "proposal"}}]}]),
            true,
        ),
        // Edits and order never do.
        (update(json!({"name": "四号线", "note": "改"})), false),
        (update(json!({"stage": "needs", "name": "四号线"})), false),
        (
            json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "needs", "rank": "80"}]),
            false,
        ),
        (
            json!([{"do": "log_touch", "record": id(5), "entity": "deal", "subject": id(7), "values": {"kind": "call"}}]),
            false,
        ),
    ] {
        let plan = story.tell(actions.clone()).unwrap();
        let expected = starts.then(|| now(&story));
        assert_eq!(after(&plan).get(SINCE), expected.as_ref(), "{actions}");
    }
}

#[test]
fn undoing_a_move_brings_back_when_it_had_come() {
    let mut story = deal(ADMINISTRATOR, "needs", &[], ALL);
    let moved = story
        .tell(json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "proposal"}]))
        .unwrap();
    story.save(&moved);
    story.undo = Story::logged(&moved);
    let back = story.tell(json!([{"do": "undo", "command": id(99)}])).unwrap();
    assert_eq!((&after(&back)["stage"], &after(&back)[SINCE]), (&text("needs"), &instant(LONG_AGO)));

    // It has been away and come again meanwhile: it goes back now, and stands there from now on.
    let key = RecordKey::new("deal", id(7));
    let later = instant("2026-04-30T08:00:00Z");
    story.records.get_mut(&key).unwrap().record.values.insert(SINCE.into(), later);
    let back = story.tell(json!([{"do": "undo", "command": id(99)}])).unwrap();
    assert_eq!((&after(&back)["stage"], &after(&back)[SINCE]), (&text("needs"), &now(&story)));
}

#[test]
fn who_does_not_see_the_clock_of_a_deal_takes_a_move_back_all_the_same() {
    for (hidden, is_back) in [(SINCE, true), (PAUSED_UNTIL, false)] {
        let mut story = deal(REP, "needs", &[(PAUSED_UNTIL, date("2026-05-20"))], ALL);
        let rep = story.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
        rep.hidden.insert("deal".into(), [hidden.to_owned()].into());
        let lost = json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "lost", "values": {"lost_reason": "price"}}]);
        let moved = story.tell(lost).unwrap();
        story.save(&moved);
        story.undo = Story::logged(&moved);
        assert_eq!(story.tell(json!([{"do": "undo", "command": id(99)}])).is_ok(), is_back, "{hidden}");
    }
}

#[test]
fn an_undo_takes_a_pause_back_whole_or_leaves_the_one_that_was_made_of_it() {
    let mut story = deal(REP, "needs", &[], ALL);
    let plan = story.tell(pause(json!({"until": "2026-05-20", "reason": "等预算"}))).unwrap();
    story.save(&plan);
    story.undo = Story::logged(&plan);
    let undo = json!([{"do": "undo", "command": id(99)}]);
    let back = story.tell(undo.clone()).unwrap();
    let awake = Values::from([(PAUSED_UNTIL.into(), Value::Null), (PAUSE_REASON.into(), Value::Null)]);
    assert_eq!(after(&back), &awake);
    let other = pause(json!({"old_until": "2026-05-20", "until": "2026-05-20", "reason": "等审批"}));
    let plan = story.tell(other).unwrap();
    story.save(&plan);
    let kept = story.tell(undo).unwrap();
    assert!(kept.changes.is_empty());
    assert_eq!(kept.kept[0].fields, [PAUSED_UNTIL, PAUSE_REASON]);
}

#[test]
fn a_role_that_does_not_see_stages_is_not_told_by_a_pause_whether_one_is_open() {
    for stage in ["needs", "signed"] {
        let mut story = deal(REP, stage, &[], ALL);
        let rep = story.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
        rep.hidden.insert("deal".into(), ["stage".to_owned()].into());
        let Err(Refusal::Invalid(problems)) =
            story.tell(pause(json!({"until": "2026-05-20", "reason": "x"})))
        else {
            unreachable!("{stage}")
        };
        assert_eq!(problems[0].key, "problem.unknown_field", "{stage}");
    }
}

#[test]
fn nobody_writes_these_by_hand() {
    let story = deal(ADMINISTRATOR, "needs", &[], ALL);
    for (field, value) in [(SINCE, LONG_AGO), (PAUSED_UNTIL, "2026-05-20"), (PAUSE_REASON, "等预算")] {
        let actions = json!([{"do": "update", "entity": "deal", "record": id(7), "base_version": 3, "values": {field: value}}]);
        let Err(Refusal::Invalid(problems)) = story.tell(actions) else { unreachable!("{field}") };
        assert_eq!(
            (problems[0].field.as_deref(), problems[0].key.as_str()),
            (Some(field), "problem.read_only")
        );
    }
}

fn pause(with: Json) -> Json {
    let mut action = json!({"do": "pause", "entity": "deal", "record": id(7)});
    action.as_object_mut().unwrap().extend(with.as_object().cloned().unwrap_or_default());
    json!([action])
}

#[test]
fn a_pause_has_a_day_ahead_and_a_reason_and_is_ended_early() {
    let story = deal(REP, "needs", &[], ALL);
    let plan = story.tell(pause(json!({"until": "2026-05-20", "reason": " 等预算 "}))).unwrap();
    let expected =
        Values::from([(PAUSED_UNTIL.into(), date("2026-05-20")), (PAUSE_REASON.into(), text("等预算"))]);
    assert_eq!(after(&plan), &expected);
    assert_eq!(plan.changes[0].kind, ChangeKind::Updated);

    let resting = [(PAUSED_UNTIL, date("2026-05-20")), (PAUSE_REASON, text("等预算"))];
    let story = deal(REP, "needs", &resting, ALL);
    let awake = Values::from([(PAUSED_UNTIL.into(), Value::Null), (PAUSE_REASON.into(), Value::Null)]);
    let plan = story.tell(pause(json!({"old_until": "2026-05-20"}))).unwrap();
    assert_eq!(after(&plan), &awake);
    // The same again is no change; another reason for the same day is.
    let same = pause(json!({"old_until": "2026-05-20", "until": "2026-05-20", "reason": "等预算"}));
    assert!(story.tell(same).unwrap().changes.is_empty());
    let other = pause(json!({"old_until": "2026-05-20", "until": "2026-05-20", "reason": "等审批"}));
    assert_eq!(after(&story.tell(other).unwrap()), &Values::from([(PAUSE_REASON.into(), text("等审批"))]));
    // Somebody else's day was not known.
    assert!(matches!(story.tell(pause(json!({}))), Err(Refusal::Conflict(_))));
    // What is over rests no longer.
    let lost = json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "lost", "values": {"lost_reason": "price"}}]);
    let plan = story.tell(lost).unwrap();
    assert_eq!((&after(&plan)[PAUSED_UNTIL], &after(&plan)[PAUSE_REASON]), (&Value::Null, &Value::Null));
    let on =
        json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "proposal"}]);
    assert!(!after(&story.tell(on).unwrap()).contains_key(PAUSED_UNTIL));
}

#[test]
fn a_pause_that_cannot_be_is_refused_by_the_field() {
    let open = deal(REP, "needs", &[], ALL);
    let long = "长".repeat(301);
    for (with, field, key) in [
        (json!({"until": "2026-05-20"}), PAUSE_REASON, "problem.required"),
        (json!({"until": "2026-05-20", "reason": "  "}), PAUSE_REASON, "problem.required"),
        (json!({"until": "2026-05-20", "reason": long}), PAUSE_REASON, "problem.too_long"),
        (json!({"until": "2026-05-20", "reason": "a\u{0}b"}), PAUSE_REASON, "problem.control_characters"),
        (json!({"until": "2026-05-01", "reason": "x"}), PAUSED_UNTIL, "problem.pause_range"),
        (json!({"until": "2025-05-20", "reason": "x"}), PAUSED_UNTIL, "problem.pause_range"),
        (json!({"until": "2027-05-03", "reason": "x"}), PAUSED_UNTIL, "problem.pause_range"),
        (json!({"until": "2026-02-30", "reason": "x"}), PAUSED_UNTIL, "problem.not_date"),
        (json!({"until": -5, "reason": "x"}), PAUSED_UNTIL, "problem.not_text"),
    ] {
        let Err(Refusal::Invalid(problems)) = open.tell(pause(with.clone())) else { unreachable!("{with}") };
        assert_eq!((problems[0].field.as_deref(), problems[0].key.as_str()), (Some(field), key), "{with}");
    }
    let won = deal(REP, "signed", &[], ALL);
    let Err(Refusal::Invalid(problems)) = won.tell(pause(json!({"until": "2026-05-20", "reason": "x"})))
    else {
        unreachable!("a won deal rests")
    };
    assert_eq!(problems[0].key, "problem.pause_closed");
    let account = Story::new(REP).with("account", 7, 1, &[("name", text("A"))], ALL);
    let action =
        json!([{"do": "pause", "entity": "account", "record": id(7), "until": "2026-05-20", "reason": "x"}]);
    let Err(Refusal::Invalid(problems)) = account.tell(action) else { unreachable!("an account rests") };
    assert_eq!(
        (problems[0].field.as_deref(), problems[0].key.as_str()),
        (Some("entity"), "problem.cannot_pause")
    );
    let others = deal(REP, "needs", &[], May::default());
    let wish = pause(json!({"until": "2026-05-20", "reason": "x"}));
    assert!(matches!(others.tell(wish.clone()), Err(Refusal::Forbidden(_))));
    assert!(matches!(Story::new(REP).tell(wish), Err(Refusal::NotFound(_))));
}
