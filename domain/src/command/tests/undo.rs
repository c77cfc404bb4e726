//! Undo brings back what stood there, or says that it cannot.

use serde_json::{Value as Json, json};

use super::{ALL, Story, id, text};
use crate::access::{ADMINISTRATOR, REP};
use crate::command::{ChangeKind, Logged, Plan};
use crate::fields::FieldKind;
use crate::record::{RecordKey, Values};
use crate::schema::Field;
use crate::signals::SINCE;
use crate::time::Instant;
use crate::value::{Decimal, Value};

fn undo() -> Json {
    json!([{"do": "undo", "command": id(50)}])
}

fn deal(role: &str, values: &[(&str, Value)]) -> Story {
    let mut all = vec![("name", text("三号线")), ("stage", text("needs"))];
    all.extend_from_slice(values);
    Story::new(role).with("deal", 7, 3, &all, ALL)
}

/// A deal with a field of this kind, which holds `now` since one command wrote it in the place of `before`.
fn written(kind: FieldKind, before: Value, now: &Value) -> Story {
    let mut story = deal(REP, &[("f_one", now.clone())]);
    let deal = story.schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
    let like = deal.field("note").unwrap().clone();
    deal.fields.push(Field { id: "f_one".into(), kind, custom: true, ..like });
    story.undo = vec![Logged {
        key: RecordKey::new("deal", id(7)),
        kind: ChangeKind::Updated,
        version: 3,
        before: Values::from([("f_one".to_owned(), before)]),
        after: Values::from([("f_one".to_owned(), now.clone())]),
        inverse: None,
    }];
    story
}

#[test]
fn a_value_comes_back_beyond_limits_that_were_set_since() {
    for (kind, before, now) in [
        (FieldKind::integer(Some(10), Some(60)), Value::Integer(80), Value::Integer(50)),
        (FieldKind::integer(Some(10), Some(60)), Value::Integer(-5), Value::Null),
        (FieldKind::rating(3), Value::Integer(5), Value::Integer(2)),
        (FieldKind::text(2), text("一二三"), text("一")),
        // What holds by now need not be within them either.
        (FieldKind::integer(None, Some(60)), Value::Integer(50), Value::Integer(80)),
    ] {
        let plan = written(kind.clone(), before.clone(), &now).tell(undo()).unwrap();
        assert_eq!(plan.changes[0].after, Values::from([("f_one".to_owned(), before)]), "{kind:?}");
        assert!(plan.kept.is_empty(), "{kind:?}");
    }
}

#[test]
fn what_a_field_has_no_room_for_is_named_and_never_rounded() {
    let half = Value::Decimal(Decimal { units: 15, scale: 1 });
    for (kind, before, now) in [
        (FieldKind::decimal(1), text("1.25"), half),
        (FieldKind::percent(0), text("1.5"), Value::Null),
        (FieldKind::integer(None, None), text("9007199254740993"), Value::Integer(1)),
        (FieldKind::rating(3), text("11"), Value::Integer(1)),
    ] {
        let plan = written(kind.clone(), before, &now).tell(undo()).unwrap();
        assert!(plan.changes.is_empty(), "{kind:?}");
        assert_eq!(plan.kept[0].fields, ["f_one"], "{kind:?}");
    }
}

#[test]
fn who_edits_what_is_beyond_a_limit_is_told_of_no_conflict() {
    let story = written(FieldKind::integer(None, Some(60)), Value::Null, &Value::Integer(80));
    // The version is an older one: what the device believes to stand there is compared.
    let edit = |old: i64| {
        story.tell(json!([{
            "do": "update", "entity": "deal", "record": id(7), "base_version": 2,
            "old": {"f_one": old}, "values": {"f_one": 55},
        }]))
    };
    assert_eq!(edit(80).unwrap().changes[0].after["f_one"], Value::Integer(55));
    assert!(edit(79).is_err());
}

fn at(text: &str) -> Value {
    Value::Instant(Instant::parse(text).unwrap())
}

const JANUARY: &str = "2026-01-05T08:00:00Z";

fn stands(plan: &Plan) -> (Option<&Value>, Option<&Value>) {
    let after = &plan.changes[0].after;
    (after.get("stage"), after.get(SINCE))
}

#[test]
fn undoing_the_undo_of_a_move_is_the_move_as_it_was_made() {
    let mut story = deal(ADMINISTRATOR, &[(SINCE, at(JANUARY))]);
    let moved = story
        .tell(json!([{"do": "move_stage", "entity": "deal", "record": id(7), "from": "needs", "to": "proposal"}]))
        .unwrap();
    let made = moved.changes[0].after[SINCE].clone();
    story.save(&moved);
    let mut last = moved;
    // As often as one likes.
    for turn in 0..4 {
        story.undo = Story::logged(&last);
        let next = story.tell(undo()).unwrap();
        let expected = if turn % 2 == 0 {
            (Some(text("needs")), Some(at(JANUARY)))
        } else {
            (Some(text("proposal")), Some(made.clone()))
        };
        assert_eq!(stands(&next), (expected.0.as_ref(), expected.1.as_ref()), "{turn}");
        story.save(&next);
        last = next;
    }
}

#[test]
fn a_moment_does_not_come_back_without_its_stage() {
    // The stage it came from is gone: it stays where it is, and since when.
    let mut story = deal(ADMINISTRATOR, &[(SINCE, at("2026-04-30T08:00:00Z"))]);
    story.undo = vec![Logged {
        key: RecordKey::new("deal", id(7)),
        kind: ChangeKind::Updated,
        version: 3,
        before: Values::from([("stage".to_owned(), text("gone")), (SINCE.to_owned(), at(JANUARY))]),
        after: Values::from([
            ("stage".to_owned(), text("needs")),
            (SINCE.to_owned(), at("2026-04-30T08:00:00Z")),
        ]),
        inverse: None,
    }];
    let plan = story.tell(undo()).unwrap();
    assert!(plan.changes.is_empty(), "{:?}", plan.changes);
    assert_eq!(plan.kept[0].fields, ["stage"]);
}
