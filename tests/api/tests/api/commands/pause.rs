//! When a deal came into its stage, what rots, and pauses.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeSet;

use api_tests::actions::{
    create, import as import_rows, log_touch, move_deal, move_deal_with, pause, undo, update,
};
use api_tests::browser::Server;
use api_tests::ids::{Dice, new_id, now_ms};
use api_tests::person::{Person, command};
use api_tests::workspace::{Workspace, settings};
use domain::api::record::{BoardRequest, RecordBody, TimelineEntry, TimelineRequest, UpdateRequest};
use domain::api::{Code, Empty, GetBoard, GetSchema, GetTimeline, UpdateRecord};
use domain::command::ImportRow;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::{WorkDays, WorkspaceSettings};
use domain::signals::{Calendar, Facts, LAST_TOUCH, PAUSE_REASON, PAUSED_UNTIL, SINCE, rotting, signals};
use domain::time::{Date, Instant, Zone};
use serde_json::{Value as Json, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn now() -> Instant {
    Instant::from_unix_ms(i64::try_from(now_ms()).unwrap()).unwrap()
}

fn ago(days: i64) -> Instant {
    now().plus_ms(-days * DAY_MS)
}

/// Where the clock is eight hours ahead the whole year.
struct Shanghai;

impl Zone for Shanghai {
    fn offset_ms(&self, _zone: &str, _unix_ms: i64) -> Option<i64> {
        Some(8 * 60 * 60 * 1000)
    }
}

/// The workspace's day so many days from now.
fn day(days: i64) -> Date {
    Shanghai.date("Asia/Shanghai", now()).unwrap().plus_days(days)
}

fn text(days: i64) -> Json {
    json!(day(days).to_string())
}

/// Logs a touch of so many days ago; says which command that was.
#[track_caller]
fn touched(person: &Person, deal: Id, days: i64) -> Id {
    let values = json!({"kind": "call", "happened_at": ago(days).to_string()});
    let command = command(vec![log_touch(new_id(), "deal", deal, values, None)]);
    person.done_as(&command);
    command.id
}

#[track_caller]
fn rots(person: &Person, deal: Id) -> bool {
    person.ids("deal", Some(&rotting())).contains(&deal)
}

fn named(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.field.as_deref().unwrap_or_default(), problem.key.as_str()))
        .collect()
}

#[test]
fn a_touch_resets_what_rots_and_an_edit_does_not() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期", "stage": "needs"}));
    assert!(!rots(&admin, deal), "it has just come into its stage");
    touched(&admin, deal, 60);
    assert!(rots(&admin, deal));
    admin.update("deal", deal, json!({"name": "仓储三期", "note": "改"}));
    admin.update("deal", deal, json!({"amount": {"amount": 100, "currency": "CNY"}}));
    admin.done(vec![move_deal(deal, "needs", "proposal")]);
    assert!(rots(&admin, deal), "neither does a move");
    let fresh = touched(&admin, deal, 0);
    assert!(!rots(&admin, deal));
    admin.done(vec![undo(fresh)]);
    assert!(rots(&admin, deal), "a touch that is taken back was none");
    admin.done(vec![move_deal_with(deal, "proposal", "lost", json!({"lost_reason": "price"}))]);
    assert!(!rots(&admin, deal), "what is over does not rot");
}

#[test]
fn a_deal_is_in_its_stage_since_whatever_brought_it_there() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let since = |deal: Id| Instant::parse(admin.value("deal", deal, SINCE).as_str().unwrap()).unwrap();
    let begin = ago(0).plus_ms(-60_000);
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    let first = since(deal);
    assert!(first > begin, "a new one comes into its first stage");
    admin.update("deal", deal, json!({"name": "仓储三期"}));
    assert_eq!(since(deal), first);
    let moved = command(vec![move_deal(deal, "first_contact", "proposal")]);
    admin.done_as(&moved);
    let second = since(deal);
    assert!(second > first);
    admin.done(vec![undo(moved.id)]);
    assert_eq!(since(deal), first, "as if it had never been away");
    admin.update("deal", deal, json!({"stage": "needs"}));
    assert!(since(deal) > second, "a plain change of the stage is a move");

    let imported = new_id();
    let cells = [("name", "旧单"), ("stage", "proposal")].map(|(field, cell)| (field.into(), cell.into()));
    let rows = vec![ImportRow { line: 1, record: imported, cells: cells.into() }];
    admin.done(vec![import_rows(new_id(), "deal", false, rows)]);
    assert!(since(imported) > begin);

    let (lead, account, became) = (new_id(), new_id(), new_id());
    admin.done(vec![create("lead", lead, json!({"name": "王工", "company": "恒通"}))]);
    admin.done(vec![
        create("account", account, json!({"name": "恒通"})),
        create("deal", became, json!({"name": "恒通一期", "account": account})),
        update(
            "lead",
            lead,
            1,
            json!({}),
            json!({"status": "qualified", "account": account, "deal": became}),
        ),
    ]);
    assert!(since(became) > begin, "a lead became it");

    let wish = UpdateRequest {
        command: new_id(),
        base_version: admin.read("deal", deal).version,
        old: [].into(),
        values: [(SINCE.to_owned(), json!(ago(9).to_string()))].into(),
    };
    let refused = admin.refusal::<UpdateRecord>(&["deal", &deal.to_string()], &wish);
    assert_eq!(named(&refused.problems), [(SINCE, "problem.read_only")]);
}

#[test]
fn a_pause_keeps_a_deal_from_rotting_is_logged_and_taken_back() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期", "stage": "needs"}));
    touched(&admin, deal, 60);
    let first = command(vec![pause(deal, None, Some(text(10)), Some("等预算"))]);
    admin.done_as(&first);
    let read = admin.read("deal", deal);
    assert_eq!((&read.values[PAUSED_UNTIL], &read.values[PAUSE_REASON]), (&text(10), &json!("等预算")));
    assert!(!rots(&admin, deal));
    // Sending it twice is the same; somebody who did not know of it hears of it.
    admin.done_as(&first);
    assert_eq!(admin.read("deal", deal).version, read.version);
    let conflict = admin.conflict(vec![pause(deal, None, Some(text(20)), Some("等审批"))]);
    assert_eq!(conflict[0].fields[0].field, PAUSED_UNTIL);
    assert_eq!(conflict[0].fields[0].theirs, text(10));
    // The day and the reason can be changed, and the pause ended early.
    admin.done(vec![pause(deal, Some(text(10)), Some(text(20)), Some("等审批"))]);
    assert_eq!(admin.value("deal", deal, PAUSE_REASON), "等审批");
    let ended = command(vec![pause(deal, Some(text(20)), None, None)]);
    admin.done_as(&ended);
    assert!(admin.value("deal", deal, PAUSED_UNTIL).is_null() && rots(&admin, deal));
    admin.done(vec![undo(ended.id)]);
    assert_eq!(admin.value("deal", deal, PAUSE_REASON), "等审批");
    assert!(!rots(&admin, deal));
    // What is over is not paused, and taking the move back brings the pause back.
    let lost = command(vec![move_deal_with(deal, "needs", "lost", json!({"lost_reason": "price"}))]);
    admin.done_as(&lost);
    assert!(admin.value("deal", deal, PAUSED_UNTIL).is_null());
    admin.done(vec![undo(lost.id)]);
    assert_eq!(admin.value("deal", deal, PAUSED_UNTIL), text(20));
    // History tells all of it: made, changed, ended, brought back, ended by the move, brought back.
    let told = admin.call::<GetTimeline>(&["deal", &deal.to_string()], &TimelineRequest::default());
    let is_pause = |entry: &&TimelineEntry| match entry {
        TimelineEntry::Change { fields, .. } => fields.contains_key(PAUSED_UNTIL),
        _ => false,
    };
    assert_eq!(told.entries.iter().filter(is_pause).count(), 6, "{:?}", told.entries);
}

#[test]
fn a_pause_is_for_those_who_may_edit_and_a_bad_one_is_refused_by_its_field() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    let good = || vec![pause(deal, None, Some(text(10)), Some("等预算"))];
    let (code, _) = workspace.person("finance", None).refused(good());
    assert_eq!(code, Code::Forbidden, "who only sees it");
    let (code, _) = workspace.person("rep", None).refused(good());
    assert_eq!(code, Code::NotFound, "who does not see it");
    let (code, _) = Workspace::new().admin.refused(good());
    assert_eq!(code, Code::NotFound, "who is elsewhere");
    let long = "长".repeat(301);
    for (until, reason, field, key) in [
        (text(10), None, PAUSE_REASON, "problem.required"),
        (text(10), Some(" "), PAUSE_REASON, "problem.required"),
        (text(10), Some(long.as_str()), PAUSE_REASON, "problem.too_long"),
        (text(-1), Some("x"), PAUSED_UNTIL, "problem.pause_range"),
        (text(-4_000), Some("x"), PAUSED_UNTIL, "problem.pause_range"),
        (text(800), Some("x"), PAUSED_UNTIL, "problem.pause_range"),
        (json!("2199-12-31"), Some("x"), PAUSED_UNTIL, "problem.pause_range"),
        (json!("9999-12-31"), Some("x"), PAUSED_UNTIL, "problem.not_date"),
        (json!("soon"), Some("x"), PAUSED_UNTIL, "problem.not_date"),
        (json!(-3), Some("x"), PAUSED_UNTIL, "problem.not_text"),
        (json!({"day": 1}), Some("x"), PAUSED_UNTIL, "problem.not_text"),
    ] {
        let (code, problems) = admin.refused(vec![pause(deal, None, Some(until.clone()), reason)]);
        assert_eq!((code, named(&problems)), (Code::Invalid, vec![(field, key)]), "{until} {reason:?}");
    }
    assert_eq!(admin.read("deal", deal).version, 1);
    let wrong = json!(["rotting", 5]).to_string();
    let request = domain::api::record::ListRequest { filter: Some(wrong), ..Default::default() };
    let refused = admin.refusal::<domain::api::ListRecords>(&["deal"], &request);
    assert_eq!(named(&refused.problems), [("filter", "problem.expr.arity")]);
    let many = Json::Array(std::iter::once(json!("or")).chain((0..199).map(|_| rotting())).collect());
    let request = domain::api::record::ListRequest { filter: Some(many.to_string()), ..Default::default() };
    let refused = admin.refusal::<domain::api::ListRecords>(&["deal"], &request);
    assert_eq!(named(&refused.problems), [("filter", "problem.expr.too_large")]);
    let request =
        domain::api::record::ListRequest { filter: Some(rotting().to_string()), ..Default::default() };
    let refused = admin.refusal::<domain::api::ListRecords>(&["account"], &request);
    assert!(refused.problems.iter().all(|problem| problem.key == "problem.expr.unknown_field"));
}

/// What a reader would count by hand.
fn counted(body: &RecordBody, schema: &domain::schema::Schema) -> bool {
    let text = |field: &str| body.values.get(field).and_then(Json::as_str);
    let facts = Facts {
        since: text(SINCE).and_then(Instant::parse),
        last_touch: text(LAST_TOUCH).and_then(Instant::parse),
        has_next: false,
        paused_until: text(PAUSED_UNTIL).and_then(Date::parse),
    };
    let calendar = Calendar::of(&schema.workspace);
    let stage = text("stage").and_then(|stage| schema.stage(stage));
    stage
        .and_then(|stage| signals(stage, &facts, &calendar, now(), &Shanghai))
        .is_some_and(|found| found.rotting)
}

#[test]
fn the_filter_finds_what_plain_counting_finds_in_list_total_and_board() {
    // A week of holidays behind us, and a Saturday and a Sunday worked for it.
    let days = (8..15).map(|ago| (day(-ago), false)).chain([(day(-20), true), (day(-21), true)]);
    let work = WorkDays { days: days.collect(), ..WorkDays::default() };
    let Workspace { admin } = Workspace::on(&Server::shared(), WorkspaceSettings { work, ..settings() });
    let seed = now_ms();
    let mut dice = Dice::new(seed);
    let stages = ["first_contact", "needs", "proposal", "negotiation"];
    let deals: Vec<Id> = (0..40).map(|_| new_id()).collect();
    let actions = deals.iter().enumerate().map(|(at, deal)| {
        create("deal", *deal, json!({"name": format!("单 {at}"), "stage": dice.pick(&stages)}))
    });
    admin.done(actions.collect());
    for deal in &deals {
        if dice.roll(5) > 0 {
            touched(&admin, *deal, i64::try_from(dice.roll(40)).unwrap());
        }
        if dice.roll(5) == 0 {
            let until = text(i64::try_from(1 + dice.roll(30)).unwrap());
            admin.done(vec![pause(*deal, None, Some(until), Some("等"))]);
        }
    }
    let schema = admin.call::<GetSchema>(&[], &Empty {});
    let expected: BTreeSet<Id> =
        deals.iter().copied().filter(|deal| counted(&admin.read("deal", *deal), &schema)).collect();
    assert!(!expected.is_empty() && expected.len() < deals.len(), "seed {seed}");
    assert_eq!(admin.ids("deal", Some(&rotting())), expected, "seed {seed}");
    assert_eq!(admin.count("deal", Some(&rotting())), expected.len() as u64, "seed {seed}");
    let request = BoardRequest { filter: Some(rotting().to_string()), limit: None };
    let columns = admin.call::<GetBoard>(&["sales"], &request).columns;
    let cards: BTreeSet<Id> =
        columns.iter().flat_map(|column| &column.records).map(|record| record.id).collect();
    assert_eq!(cards, expected, "seed {seed}");
    let others = admin.ids("deal", Some(&json!(["not", rotting()])));
    assert_eq!(others.len() + expected.len(), deals.len(), "seed {seed}");
}
