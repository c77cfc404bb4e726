//! The process of a pipeline, on every way in: commands, many at once, imports, undo and the records API.

use api_tests::actions::{
    create, define, import as import_rows, move_deal, move_deal_with, restore, signing, undo, update,
};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::record::{ListRequest, UpdateRequest};
use domain::api::{Code, Empty, GetSchema, UpdateRecord};
use domain::command::{Action, ImportRow, RowOutcome, Wire};
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Edge, Label, Stage, Step};
use serde_json::json;

/// Nobody skips from needs to signed; only managers go from negotiation to signed; back from lost takes a note.
fn strict(admin: &Person) {
    let edge = |from: &str, to: &str| Edge { from: Some(from.into()), to: to.into(), ..Edge::default() };
    let edges = vec![
        Edge { closed: true, ..edge("needs", "signed") },
        Edge { roles: vec!["manager".into()], ..edge("negotiation", "signed") },
        Edge { note: true, ..edge("lost", "needs") },
    ];
    let change = DefinitionChange::SetEdges { pipeline: "sales".into(), edges };
    admin.defines(change);
}

fn named(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.field.as_deref().unwrap_or_default(), problem.key.as_str()))
        .collect()
}

fn with(mut action: Action, said: &str, why: Option<&str>) -> Action {
    if let Action::MoveStage { note, exception, .. } = &mut action {
        *note = Some(said.to_owned());
        *exception = why.map(str::to_owned);
    }
    action
}

const REQUIRED: &str = "problem.process.required";

#[test]
fn a_move_that_lacks_something_changes_nothing_and_names_it() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    let (code, problems) = admin.refused(vec![move_deal(deal, "first_contact", "signed")]);
    assert_eq!(code, Code::Invalid);
    assert_eq!(named(&problems), [("amount", REQUIRED), ("close_date", REQUIRED)]);
    let other = json!({"lost_reason": "other"});
    let (_, problems) = admin.refused(vec![move_deal_with(deal, "first_contact", "lost", other)]);
    assert_eq!(named(&problems), [("lost_note", REQUIRED)]);
    // A plain change of the stage is a move as well, also by the records API.
    let (_, problems) = admin.refused(vec![update("deal", deal, 1, json!({}), json!({"stage": "lost"}))]);
    assert_eq!(named(&problems), [("lost_reason", REQUIRED)]);
    let refused = admin.refusal::<UpdateRecord>(&["deal", &deal.to_string()], &plain("signed"));
    assert_eq!(named(&refused.problems), [("amount", REQUIRED), ("close_date", REQUIRED)]);
    assert_eq!(
        (admin.read("deal", deal).version, admin.value("deal", deal, "stage")),
        (1, json!("first_contact"))
    );

    let receipt = admin.done(vec![move_deal_with(deal, "first_contact", "signed", signing())]);
    assert_eq!(receipt.records.len(), 1);
    assert_eq!(admin.value("deal", deal, "close_date"), "2026-05-01");
}

fn plain(stage: &str) -> UpdateRequest {
    let values = [("stage".to_owned(), json!(stage))].into();
    UpdateRequest { command: new_id(), base_version: 1, old: Wire::new(), values }
}

#[test]
fn a_way_that_is_closed_or_for_others_says_who_may() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    strict(admin);
    let deal = rep.create("deal", json!({"name": "仓储二期", "stage": "needs"}));
    let skip = || move_deal_with(deal, "needs", "signed", signing());
    let (code, problems) = rep.refused(vec![skip()]);
    assert_eq!((code, named(&problems)), (Code::Forbidden, vec![("stage", "problem.process.closed")]));
    assert_eq!(problems[0].args["roles"], "administrator,manager");
    let (code, _) = rep.refused(vec![update("deal", deal, 1, json!({}), json!({"stage": "signed"}))]);
    assert_eq!(code, Code::Forbidden);
    // Nor by two steps of one command that meet the way of others, nor with a reason that is not theirs to give.
    let (code, problems) = rep.refused(vec![
        move_deal(deal, "needs", "negotiation"),
        move_deal_with(deal, "negotiation", "signed", signing()),
    ]);
    assert_eq!(
        (code, problems[0].key.as_str(), problems[0].action),
        (Code::Forbidden, "problem.process.role", Some(1))
    );
    let (_, problems) = rep.refused(vec![with(skip(), "", Some("总监同意"))]);
    assert_eq!(named(&problems), [("stage_exception", "problem.process.exception")]);
    assert_eq!(rep.read("deal", deal).version, 1);

    // Those who may, with a reason that stays readable.
    admin.done(vec![with(skip(), "年框", Some("总监同意"))]);
    let saved = admin.read("deal", deal);
    assert_eq!(
        (&saved.values["stage"], &saved.values["stage_note"], &saved.values["stage_exception"]),
        (&json!("signed"), &json!("年框"), &json!("总监同意"))
    );
}

#[test]
fn of_many_moves_those_that_cannot_be_are_named() {
    let Workspace { admin } = Workspace::new();
    strict(&admin);
    let deal = |stage: &str| admin.create("deal", json!({"name": stage, "stage": stage}));
    let deals = [deal("needs"), deal("proposal"), deal("negotiation")];
    let stages = ["needs", "proposal", "negotiation"];
    let moves = deals.iter().zip(stages).map(|(deal, from)| move_deal_with(*deal, from, "signed", signing()));
    let (code, problems) = admin.refused(moves.collect());
    assert_eq!(code, Code::Forbidden);
    let mut told: Vec<_> = problems.iter().map(|problem| (problem.action, problem.key.as_str())).collect();
    told.sort_unstable();
    assert_eq!(told, [(Some(0), "problem.process.closed"), (Some(2), "problem.process.role")]);
    assert!(deals.iter().all(|deal| admin.read("deal", *deal).version == 1));
}

#[test]
fn what_enters_history_or_comes_back_is_not_asked() {
    let Workspace { admin } = Workspace::new();
    strict(&admin);
    let cells = [("name", "一"), ("stage", "Lost")].map(|(field, text)| (field.to_owned(), text.to_owned()));
    let row = ImportRow { line: 2, record: new_id(), cells: cells.into() };
    let imported = row.record;
    let receipt = admin.done(vec![import_rows(new_id(), "deal", false, vec![row])]);
    assert_eq!(receipt.rows[0].outcome, RowOutcome::Created);
    // Behind the rule, and changed as ever.
    admin.update("deal", imported, json!({"name": "二"}));

    let deal = new_id();
    admin.done(vec![create("deal", deal, json!({"name": "三", "stage": "lost"}))]);
    let back = command(vec![with(move_deal(deal, "lost", "needs"), "又来了", None)]);
    admin.done_as(&back);
    let (_, problems) = admin.refused(vec![move_deal(deal, "needs", "lost")]);
    assert_eq!(named(&problems), [("lost_reason", REQUIRED)]);
    admin.done(vec![undo(back.id)]);
    assert_eq!(admin.value("deal", deal, "stage"), "lost");
    let (_, problems) = admin.refused(vec![move_deal(deal, "lost", "needs")]);
    assert_eq!(named(&problems), [("stage_note", "problem.process.note")]);
    let version = admin.read("deal", deal).version;
    admin.done(vec![api_tests::actions::delete("deal", deal, version)]);
    admin.done(vec![restore("deal", deal)]);
    assert_eq!(admin.value("deal", deal, "stage"), "lost");
}

#[test]
fn actions_of_a_stage_are_tasks_of_the_owner_and_go_with_the_move() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let mut stages = admin.call::<GetSchema>(&[], &Empty {}).pipelines[0].stages.clone();
    let visit = Step { id: "visit".into(), label: Label::new("上门拜访", "Visit"), due_in: Some(2) };
    stages[1] = Stage { steps: vec![visit], ..stages[1].clone() };
    let change = DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None };
    admin.defines(change);
    let deal = rep.create("deal", json!({"name": "仓储二期"}));
    let moved = command(vec![move_deal(deal, "first_contact", "needs")]);
    admin.done_as(&moved);
    let tasks = || rep.list("task", &ListRequest::default()).records;
    let task = &tasks()[0].values;
    // In the language of the workspace.
    assert_eq!(
        (&task["name"], &task["deal"], &task["owner"], &task["status"]),
        (&json!("Visit"), &json!(deal), &json!(rep.user), &json!("open"))
    );
    assert!(task["due"]["date"].is_string());
    // Sent twice it is made once; taken back it is gone.
    admin.done_as(&moved);
    assert_eq!(tasks().len(), 1);
    admin.done(vec![undo(moved.id)]);
    assert_eq!((tasks().len(), admin.value("deal", deal, "stage")), (0, json!("first_contact")));

    // A lost deal is tried again on the day that is said.
    let mut lost = move_deal_with(deal, "first_contact", "lost", json!({"lost_reason": "timing"}));
    if let Action::MoveStage { days, .. } = &mut lost {
        days.insert("again".to_owned(), json!("2027-01-04"));
    }
    rep.done(vec![lost]);
    assert_eq!(tasks()[0].values["due"]["date"], "2027-01-04");
}

#[test]
fn many_that_are_lost_together_are_tried_again_on_the_day_that_was_said_once() {
    let Workspace { admin } = Workspace::new();
    let lost = |deal: Id, from: &str, day: Option<&str>| {
        let mut action = move_deal_with(deal, from, "lost", json!({"lost_reason": "timing"}));
        if let Action::MoveStage { days, .. } = &mut action {
            days.extend(day.map(|day| ("again".to_owned(), json!(day))));
        }
        action
    };
    let deal = |name: &str, stage: &str| admin.create("deal", json!({"name": name, "stage": stage}));
    let (one, two, three) = (deal("一", "needs"), deal("二", "proposal"), deal("三", "needs"));
    let day = Some("2027-01-04");
    let moved =
        command(vec![lost(one, "needs", day), lost(two, "proposal", day), lost(three, "needs", None)]);
    admin.done_as(&moved);
    let tasks = || {
        let tasks = admin.list("task", &ListRequest::default()).records.into_iter();
        let mut found: Vec<_> =
            tasks.map(|task| (task.values["deal"].clone(), task.values["due"]["date"].clone())).collect();
        found.sort_by_key(|(deal, _)| deal.to_string());
        found
    };
    let mut expected = vec![(json!(one), json!("2027-01-04")), (json!(two), json!("2027-01-04"))];
    expected.sort_by_key(|(deal, _)| deal.to_string());
    // Whoever names no day wants no task.
    assert_eq!(tasks(), expected);
    assert_eq!(admin.value("deal", three, "stage"), "lost");
    admin.done(vec![undo(moved.id)]);
    assert!(tasks().is_empty());

    // A day that is none keeps all of them where they are, and says whose it is.
    let (code, problems) = admin.refused(vec![lost(one, "needs", day), lost(two, "proposal", Some("soon"))]);
    assert_eq!(code, Code::Invalid);
    assert_eq!((problems[0].action, problems[0].field.as_deref()), (Some(1), Some("days")));
    assert_eq!((tasks(), admin.value("deal", one, "stage")), (Vec::new(), json!("needs")));
}

#[test]
fn bad_moves_and_bad_rules_are_refused_in_words() {
    let Workspace { admin } = Workspace::new();
    let deal: Id = admin.create("deal", json!({"name": "仓储二期"}));
    for (values, field) in [
        (json!({"amount": {"amount": -1, "currency": "???"}}), "amount"),
        (json!({"nothing": 1}), "nothing"),
        (json!({"stage": "signed"}), "stage"),
        (json!({"lost_to": new_id()}), "lost_to"),
        (json!({"rank": "80"}), "rank"),
    ] {
        let (code, problems) = admin.refused(vec![move_deal_with(deal, "first_contact", "needs", values)]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some(field)));
    }
    let (_, problems) =
        admin.refused(vec![with(move_deal(deal, "first_contact", "needs"), &"长".repeat(2_001), None)]);
    assert_eq!(named(&problems), [("stage_note", "problem.too_long")]);
    let rule = |from: &str, to: &str| {
        let edges = vec![Edge { from: Some(from.into()), to: to.into(), closed: true, ..Edge::default() }];
        define(admin.revision(), DefinitionChange::SetEdges { pipeline: "sales".into(), edges })
    };
    for (from, to) in [("needs", "needs"), ("nowhere", "needs"), ("needs", "nowhere")] {
        let (_, problems) = admin.refused(vec![rule(from, to)]);
        assert_eq!(named(&problems), [("edges", "problem.not_a_choice")]);
    }
}
