use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::expr::{self, Env, Expr};
use crate::ids::Id;
use crate::schema::Label;
use crate::schema::builtin;
use crate::value::Value;

/// Every zone of the IANA.
struct Real;

impl Zone for Real {
    fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
        use chrono::{Offset, TimeZone};
        let zone: chrono_tz::Tz = zone.parse().ok()?;
        let at = chrono::Utc.timestamp_millis_opt(unix_ms).single()?.with_timezone(&zone);
        Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
    }
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn stage(expected_days: Option<u16>) -> Stage {
    Stage { expected_days, ..Stage::new("needs", Label::new("需求", "Needs"), StageStatus::Open, 30) }
}

/// As the days since contact are counted.
fn days_since(calendar: &Calendar, from: Instant, now: Instant) -> Option<i64> {
    let facts = Facts { last_touch: Some(from), ..Facts::default() };
    signals(&stage(None), &facts, calendar, now, &Real)?.since_contact
}

/// The May holiday of 2026 with the Saturday that is worked for it.
fn shanghai() -> Calendar {
    let off = ["2026-05-01", "2026-05-04", "2026-05-05"].map(|text| (day(text), false));
    let days = off.into_iter().chain([(day("2026-05-09"), true)]).collect();
    Calendar { work: WorkDays { days, ..WorkDays::default() }, zone: "Asia/Shanghai".into() }
}

#[test]
fn days_are_those_the_workspace_works_by_its_own_clock() {
    let berlin = Calendar { work: WorkDays::default(), zone: "Europe/Berlin".into() };
    for (calendar, from, now, expected) in [
        // The same day, the next one, and the other side of midnight in Shanghai.
        (shanghai(), "2026-04-28T01:00:00Z", "2026-04-28T15:59:59Z", 0),
        (shanghai(), "2026-04-28T01:00:00Z", "2026-04-28T16:00:00Z", 1),
        (shanghai(), "2026-04-28T15:59:59Z", "2026-04-28T16:00:00Z", 1),
        // Thursday before the holiday, to the Wednesday after it: that one day.
        (shanghai(), "2026-04-30T02:00:00Z", "2026-05-05T08:00:00Z", 0),
        (shanghai(), "2026-04-30T02:00:00Z", "2026-05-06T08:00:00Z", 1),
        // Over the Saturday that is worked, and the Sunday that is not.
        (shanghai(), "2026-05-08T02:00:00Z", "2026-05-09T02:00:00Z", 1),
        (shanghai(), "2026-05-08T02:00:00Z", "2026-05-10T02:00:00Z", 1),
        // What is still to come is no day ago.
        (shanghai(), "2026-05-20T02:00:00Z", "2026-05-06T02:00:00Z", 0),
        // The nights of the clock: an hour more or less is no day.
        (berlin.clone(), "2026-03-27T22:30:00Z", "2026-03-29T21:59:00Z", 0),
        (berlin.clone(), "2026-03-27T22:30:00Z", "2026-03-29T22:00:00Z", 1),
        (berlin.clone(), "2026-10-23T21:30:00Z", "2026-10-25T22:59:00Z", 0),
        (berlin, "2026-10-23T21:30:00Z", "2026-10-25T23:00:00Z", 1),
    ] {
        assert_eq!(days_since(&calendar, at(from), at(now)), Some(expected), "{from} {now}");
    }
    let nowhere = Calendar { work: WorkDays::default(), zone: "Mars/Olympus".into() };
    assert_eq!(days_since(&nowhere, at("2026-05-01T00:00:00Z"), at("2026-05-02T00:00:00Z")), None);
}

#[test]
fn the_three_signals_are_told_apart() {
    let now = at("2026-05-22T04:00:00Z");
    let told = |expected, facts: Facts| {
        let found = signals(&stage(expected), &facts, &shanghai(), now, &Real).unwrap();
        (found.in_stage, found.since_contact, found.no_next_step, found.overstays(), found.rotting)
    };
    let facts = |since: &str, touch: Option<&str>| Facts {
        since: Some(at(since)),
        last_touch: touch.map(at),
        ..Facts::default()
    };
    // A Friday. Ten worked days before it lies the Saturday that is worked, eleven the Friday before that.
    for (expected, facts, result) in [
        (Some(10), facts("2026-05-22T02:00:00Z", None), (Some(0), None, true, false, false)),
        // Never a touch: it counts from when it came into the stage.
        (Some(10), facts("2026-05-09T02:00:00Z", None), (Some(10), None, true, false, false)),
        (Some(10), facts("2026-05-08T02:00:00Z", None), (Some(11), None, true, true, true)),
        // Long in its stage and in touch: it overstays and does not rot.
        (
            Some(10),
            facts("2026-03-02T02:00:00Z", Some("2026-05-21T02:00:00Z")),
            (Some(57), Some(1), true, true, false),
        ),
        // Just come into its stage, and without a touch for long: it rots all the same.
        (
            Some(10),
            facts("2026-05-21T02:00:00Z", Some("2026-05-08T02:00:00Z")),
            (Some(1), Some(11), true, false, true),
        ),
        // A stage that expects nothing.
        (None, facts("2025-05-08T02:00:00Z", None), (Some(269), None, true, false, false)),
        // A record of before anybody kept when it came.
        (Some(1), Facts { has_next: true, ..Facts::default() }, (None, None, false, false, false)),
    ] {
        assert_eq!(told(expected, facts), result, "{facts:?}");
    }
    let won = Stage { status: StageStatus::Won, ..stage(Some(1)) };
    assert_eq!(signals(&won, &Facts::default(), &shanghai(), now, &Real), None);
}

#[test]
fn a_pause_ends_by_itself_on_its_day_and_hides_no_count() {
    let facts = Facts {
        since: Some(at("2026-01-05T02:00:00Z")),
        paused_until: Some(day("2026-05-22")),
        ..Facts::default()
    };
    // Midnight in Shanghai.
    for (now, rests) in [("2026-05-21T15:59:59Z", true), ("2026-05-21T16:00:00Z", false)] {
        let found = signals(&stage(Some(10)), &facts, &shanghai(), at(now), &Real).unwrap();
        assert_eq!((found.paused_until.is_some(), found.rotting), (rests, !rests), "{now}");
        assert!(found.in_stage > Some(80) && found.overstays());
    }
}

#[test]
fn whoever_may_not_see_a_field_asks_for_it_in_no_other_words() {
    let schema = builtin::of_tests("UTC", "CNY");
    let expr = Expr::parse(&rotting()).unwrap();
    let whole = schema.entity("deal").unwrap();
    assert!(has_signals(whole) && expr::check(&expr, whole, &schema).is_ok());
    for hidden in ROTTING_READS {
        assert!(expr.fields().contains(&hidden));
        let mut deal = whole.clone();
        deal.fields.retain(|field| field.id != hidden);
        let problems = expr::check(&expr, &deal, &schema).unwrap_err();
        assert_eq!(problems[0].key, "problem.expr.unknown_field", "{hidden}");
        assert!(!has_signals(&deal));
    }
    assert!(expr::check(&expr, schema.entity("account").unwrap(), &schema).is_err());
    for wrong in [json!(["rotting", 1]), json!(["rotting", ["field", "stage"]])] {
        assert!(Expr::parse(&wrong).is_err(), "{wrong}");
    }
}

/// Day by day, as one counts on a wall calendar.
fn counted(work: &WorkDays, from: Date, to: Date) -> i64 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        day = day.plus_days(1);
        count += i64::from(work.is_worked(day));
    }
    count
}

fn any_work() -> impl Strategy<Value = WorkDays> {
    let week = prop::collection::btree_set(1_u8..=7, 0..=7);
    let days = prop::collection::btree_map(-200_i64..200, any::<bool>(), 0..60);
    (week, days).prop_map(|(week, days): (BTreeSet<u8>, BTreeMap<i64, bool>)| {
        let first = day("2026-05-01");
        WorkDays { week, days: days.into_iter().map(|(at, worked)| (first.plus_days(at), worked)).collect() }
    })
}

const ZONES: [&str; 6] = [
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counting_by_weeks_is_counting_day_by_day(work in any_work(), from in -250_i64..250, to in -250_i64..250) {
        let (from, to) = (day("2026-05-01").plus_days(from), day("2026-05-01").plus_days(to));
        prop_assert_eq!(work.between(from, to), counted(&work, from, to));
    }

    #[test]
    fn going_back_is_counting_turned_around(work in any_work(), from in -250_i64..250, to in -250_i64..250, days in 0_u16..90) {
        let (from, to) = (day("2026-05-01").plus_days(from), day("2026-05-01").plus_days(to));
        match work.back(to, days) {
            Some(limit) => prop_assert_eq!(work.between(from, to) > i64::from(days), from < limit),
            None => prop_assert!(work.week.is_empty()),
        }
    }

    /// What a list compares with is what a card counts, in every zone and over every change of its clock.
    #[test]
    fn a_list_and_a_card_say_the_same(
        work in any_work(),
        zone in prop::sample::select(ZONES.to_vec()),
        from in -17_000_000_000_i64..17_000_000_000,
        now in -17_000_000_000_i64..17_000_000_000,
        days in 0_u16..90,
    ) {
        let (middle, calendar) = (at("2026-05-01T00:00:00Z"), Calendar { work, zone: zone.to_owned() });
        let (from, now) = (middle.plus_ms(from), middle.plus_ms(now));
        let counted = days_since(&calendar, from, now).unwrap();
        match calendar.limit(days, now, &Real) {
            Some(limit) => prop_assert_eq!(counted > i64::from(days), from < limit, "{} {}", counted, limit),
            None => prop_assert!(calendar.work.week.is_empty()),
        }
    }

    #[test]
    fn the_condition_holds_for_exactly_what_rots(
        work in any_work(),
        expected in prop::collection::vec(prop::option::of(1_u16..20), 4),
        stage in 0_usize..6,
        since in prop::option::of(0_i64..60),
        touch in prop::option::of(0_i64..60),
        paused in prop::option::of(-10_i64..10),
    ) {
        let mut schema = builtin::of_tests("Asia/Shanghai", "CNY");
        schema.workspace.work = work;
        for (known, expected) in schema.pipelines[0].stages.iter_mut().zip(expected) {
            known.expected_days = expected;
        }
        let now = at("2026-05-22T15:30:00Z");
        let (calendar, today) = (Calendar::of(&schema.workspace), day("2026-05-22"));
        let ago = |days: i64| now.plus_ms(-days * 86_400_000);
        let facts = Facts {
            since: since.map(ago),
            last_touch: touch.map(ago),
            has_next: false,
            paused_until: paused.map(|days| today.plus_days(days)),
        };
        let stage = &schema.pipelines[0].stages[stage];
        let get = |id: &str| match id {
            "stage" => Value::Text(stage.id.clone()),
            SINCE => facts.since.map_or(Value::Null, Value::Instant),
            LAST_TOUCH => facts.last_touch.map_or(Value::Null, Value::Instant),
            PAUSED_UNTIL => facts.paused_until.map_or(Value::Null, Value::Date),
            _ => Value::Null,
        };
        // A reader far away, whose day is another: the condition asks the workspace's.
        let me = Id::v7(1, &[1; 10]);
        let env = Env { today: today.plus_days(1), now, me, mates: None, zone: "Pacific/Kiritimati", zones: &Real };
        let checked = expr::check(&Expr::parse(&rotting()).unwrap(), schema.entity("deal").unwrap(), &schema);
        let shown = signals(stage, &facts, &calendar, now, &Real).is_some_and(|found| found.rotting);
        prop_assert_eq!(checked.unwrap().holds(&get, &env), shown);
    }
}
