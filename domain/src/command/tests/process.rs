//! Moving on, on every way in.

use serde_json::{Value as Json, json};

use super::{ALL, Story, at, id, problems, text};
use crate::access::{ADMINISTRATOR, MANAGER, Permission, REP};
use crate::command::{ChangeKind, Logged, May, Plan, Refusal, audience_to_undo};
use crate::record::{RecordKey, Values};
use crate::schema::change::DefinitionChange;
use crate::schema::{Check, Edge, Label, Pipeline, Stage, StageStatus, Step};
use crate::time::{Date, Instant};
use crate::value::Value;

/// A deal of colleague 2 in this stage. Nobody skips from needs to signed; back from lost takes a note.
fn story(role: &str, stage: &str, values: &[(&str, Value)]) -> Story {
    let mut all = vec![("name", text("Pumps")), ("stage", text(stage)), ("owner", Value::Reference(id(2)))];
    all.extend_from_slice(values);
    let mut story = Story::new(role).with("deal", 7, 3, &all, ALL);
    let edge = |from: &str, to: &str| Edge { from: Some(from.into()), to: to.into(), ..Edge::default() };
    story.schema.pipelines[0].edges =
        vec![Edge { closed: true, ..edge("needs", "signed") }, Edge { note: true, ..edge("lost", "needs") }];
    story
}

fn moved(from: &str, to: &str, with: Json) -> Json {
    let mut action = json!({"do": "move_stage", "entity": "deal", "record": id(7), "from": from, "to": to});
    action.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    json!([action])
}

fn updated(values: Json) -> Json {
    json!([{"do": "update", "entity": "deal", "record": id(7), "base_version": 3, "values": values}])
}

fn named(refused: Result<Plan, Refusal>) -> Vec<String> {
    problems(refused).into_iter().map(|(field, key)| format!("{} {key}", field.unwrap_or_default())).collect()
}

const REQUIRED: &str = "problem.process.required";

#[test]
fn a_move_and_a_plain_change_of_the_stage_are_decided_alike() {
    let money = json!({"amount": 100, "currency": "CNY"});
    let cases: [(&str, &str, Json, &[&str]); 6] = [
        ("first_contact", "needs", json!({}), &[]),
        ("proposal", "signed", json!({}), &["amount", "close_date"]),
        ("proposal", "signed", json!({"amount": money}), &["close_date"]),
        ("proposal", "signed", json!({"amount": money, "close_date": "2026-05-02"}), &[]),
        ("proposal", "lost", json!({}), &["lost_reason"]),
        ("proposal", "lost", json!({"lost_reason": "other"}), &["lost_note"]),
    ];
    for (from, to, values, missing) in cases {
        let story = story(REP, from, &[]);
        let mut whole = values.clone();
        whole["stage"] = json!(to);
        let ways = [story.tell(moved(from, to, json!({"values": values}))), story.tell(updated(whole))];
        for told in ways {
            if missing.is_empty() {
                assert_eq!(told.unwrap().changes[0].after["stage"], text(to));
            } else {
                let expected: Vec<_> = missing.iter().map(|field| format!("{field} {REQUIRED}")).collect();
                assert_eq!(named(told), expected, "{from} to {to}");
            }
        }
    }
    let closed = story(REP, "needs", &[]);
    for told in [
        closed.tell(moved("needs", "signed", json!({}))),
        closed.tell(updated(json!({"stage": "signed", "amount": money, "close_date": "2026-05-02"}))),
    ] {
        assert!(matches!(told, Err(Refusal::Forbidden(_))), "{told:?}");
        assert_eq!(named(told), ["stage problem.process.closed"]);
    }
    // A note has no place in a plain change.
    assert_eq!(
        named(story(REP, "lost", &[]).tell(updated(json!({"stage": "needs"})))),
        ["stage_note problem.process.note"]
    );
}

#[test]
fn everything_of_a_move_is_one_change() {
    let values = json!({"amount": {"amount": 100, "currency": "CNY"}, "close_date": "2026-05-02"});
    let plan = story(REP, "proposal", &[])
        .tell(moved("proposal", "signed", json!({"values": values, "note": " 终于 ", "rank": "80"})))
        .unwrap();
    let after = &plan.changes[0].after;
    assert_eq!((plan.changes.len(), &after["stage"], &after["rank"]), (1, &text("signed"), &text("80")));
    assert_eq!(after["amount"].money().unwrap().base_minor, Some(100));
    assert_eq!(after["close_date"], Value::Date(Date::parse("2026-05-02").unwrap()));
    assert_eq!(after["stage_note"], text("终于"));
    // The next move says something else, or nothing.
    let story = story(REP, "first_contact", &[("stage_note", text("终于"))]);
    let plan = story.tell(moved("first_contact", "needs", json!({}))).unwrap();
    assert_eq!(plan.changes[0].after["stage_note"], Value::Null);
    // Two problems at once, and nothing happens.
    let wrong =
        json!({"values": {"amount": "viel", "nothing": 1}, "days": {"again": "soon"}, "note": "\u{0}"});
    let found = named(story.tell(moved("first_contact", "needs", wrong)));
    assert_eq!(found.len(), 4, "{found:?}");
    let hidden = story.tell(moved("first_contact", "needs", json!({"values": {"stage": "signed"}})));
    assert_eq!(named(hidden), ["stage problem.read_only"]);
}

#[test]
fn what_others_filled_in_meanwhile_is_a_conflict_and_so_is_another_stage() {
    let story = story(REP, "proposal", &[("source", text("phone"))]);
    let with = |values: Json| json!({"values": values});
    let told = story.tell(moved("proposal", "negotiation", with(json!({"source": "website"}))));
    let Err(Refusal::Conflict(conflicts)) = told else { panic!("{told:?}") };
    assert_eq!(conflicts[0].fields[0].field, "source");
    assert!(story.tell(moved("proposal", "negotiation", with(json!({"source": "phone"})))).is_ok());
    // Whatever the way from there asks for: it is not the way that was meant.
    assert!(matches!(story.tell(moved("needs", "signed", json!({}))), Err(Refusal::Conflict(_))));
}

#[test]
fn an_exception_has_a_reason_that_is_kept() {
    let skip = || moved("needs", "signed", json!({"exception": "框架协议"}));
    let plan = story(MANAGER, "needs", &[]).tell(skip()).unwrap();
    let after = &plan.changes[0].after;
    assert_eq!((&after["stage"], &after["stage_exception"]), (&text("signed"), &text("框架协议")));
    assert_eq!(after["close_date"], Value::Date(Date::parse("2026-05-01").unwrap()));
    let refused = story(REP, "needs", &[]).tell(skip());
    assert_eq!(named(refused), ["stage_exception problem.process.exception"]);
    // Nobody moves what they may not change, exception or not.
    let mut other = story(MANAGER, "needs", &[]);
    other.records.get_mut(&RecordKey::new("deal", id(7))).unwrap().may = May::default();
    assert_eq!(named(other.tell(skip())), [" problem.forbidden"]);
}

#[test]
fn what_is_open_again_is_not_lost_for_any_reason() {
    let lost = [
        ("lost_reason", text("other")),
        ("lost_note", text("x")),
        ("lost_to", Value::Reference(id(5))),
        ("close_date", Value::Date(Date::parse("2026-04-01").unwrap())),
    ];
    let back = story(REP, "lost", &lost).tell(moved("lost", "needs", json!({"note": "又来了"}))).unwrap();
    let after = &back.changes[0].after;
    for field in crate::process::LOSS {
        assert_eq!(after[field], Value::Null, "{field}");
    }
    assert!(!after.contains_key("close_date"));
    assert_eq!(
        named(story(REP, "lost", &lost).tell(moved("lost", "needs", json!({})))),
        ["stage_note problem.process.note"]
    );
}

#[test]
fn actions_of_a_stage_become_tasks_of_the_owner() {
    let mut story = story(REP, "first_contact", &[]);
    let step = |id: &str, due_in| Step { id: id.into(), label: Label::new(id, "In English"), due_in };
    // The first of May 2026 is a Friday.
    story.schema.pipelines[0].stages[1].steps =
        vec![step("拜访", Some(1)), step("again", None), step("never", None)];
    let plan = story.tell(moved("first_contact", "needs", json!({"days": {"again": "2026-06-01"}}))).unwrap();
    let tasks: Vec<_> = plan.changes.iter().filter(|change| change.key.entity == "task").collect();
    let day = |values: &Values| match &values["due"] {
        Value::Schedule(due) => due.date.to_string(),
        other => panic!("{other:?}"),
    };
    let told: Vec<_> =
        tasks.iter().map(|task| (task.kind, task.after["name"].clone(), day(&task.after))).collect();
    assert_eq!(
        told,
        [
            (ChangeKind::Created, text("拜访"), "2026-05-04".to_owned()),
            (ChangeKind::Created, text("again"), "2026-06-01".to_owned()),
        ]
    );
    for task in &tasks {
        assert_eq!(
            (&task.after["deal"], &task.after["owner"], &task.after["status"]),
            (&Value::Reference(id(7)), &Value::Reference(id(2)), &text("open"))
        );
    }
    // The same command is the same tasks, to and fro makes them once.
    let again =
        story.tell(moved("first_contact", "needs", json!({"days": {"again": "2026-06-01"}}))).unwrap();
    assert_eq!(plan, again);
    let leg = |from: &str, to: &str| moved(from, to, json!({}))[0].clone();
    let to_and_fro =
        json!([leg("first_contact", "needs"), leg("needs", "first_contact"), leg("first_contact", "needs")]);
    assert_eq!(story.tell(to_and_fro).unwrap().changes.len(), 2);
}

#[test]
fn the_process_binds_nothing_but_moves() {
    let mut story = story(ADMINISTRATOR, "signed", &[]);
    // Created where it stands, as today; entered as history.
    let create = json!([{"do": "create", "entity": "deal", "record": id(8), "values": {"name": "x", "stage": "signed"}}]);
    assert!(story.tell(create).is_ok());
    let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "USD"});
    let rows = json!([{"line": 2, "record": id(9), "cells": {"name": "x", "stage": "lost"}}]);
    let import =
        json!([{"do": "import_rows", "import": id(60), "entity": "deal", "formats": formats, "rows": rows}]);
    assert_eq!(story.tell(import).unwrap().changes.len(), 1);
    // A record behind a stricter rule is changed as before, and moves inside its column.
    assert!(story.tell(updated(json!({"name": "y"}))).is_ok());
    assert!(story.tell(updated(json!({"name": "y", "stage": "signed"}))).is_ok());
    assert!(story.tell(moved("signed", "signed", json!({"rank": "80"}))).is_ok());
    // An undo goes back a way that is closed.
    story.schema.pipelines[0].edges.push(Edge {
        from: Some("signed".into()),
        to: "needs".into(),
        closed: true,
        ..Edge::default()
    });
    story.undo = vec![Logged {
        key: RecordKey::new("deal", id(7)),
        kind: ChangeKind::Updated,
        version: 3,
        before: Values::from([("stage".to_owned(), text("needs"))]),
        after: Values::from([("stage".to_owned(), text("signed"))]),
        inverse: None,
    }];
    let plan = story.tell(json!([{"do": "undo", "command": id(50)}])).unwrap();
    assert_eq!(plan.changes[0].after["stage"], text("needs"));
    assert_eq!(named(story.tell(moved("signed", "needs", json!({})))), ["stage problem.process.closed"]);
    // What was deleted comes back where it stood.
    story.records.get_mut(&RecordKey::new("deal", id(7))).unwrap().record.deleted =
        at("2026-04-30").instant();
    assert!(story.tell(json!([{"do": "restore", "entity": "deal", "record": id(7)}])).is_ok());
}

#[test]
fn many_moves_say_which_of_them_cannot_be() {
    let mut all =
        story(REP, "proposal", &[]).with("deal", 8, 1, &[("name", text("x")), ("stage", text("needs"))], ALL);
    all = all.with("deal", 9, 1, &[("name", text("y")), ("stage", text("first_contact"))], ALL);
    let leg = |number: u8, from: &str| json!({"do": "move_stage", "entity": "deal", "record": id(number), "from": from, "to": "signed"});
    let Err(Refusal::Invalid(found)) =
        all.tell(json!([leg(7, "proposal"), leg(8, "needs"), leg(9, "first_contact")]))
    else {
        panic!("allowed")
    };
    let told: Vec<_> = found.iter().map(|problem| (problem.action, problem.key.as_str())).collect();
    assert_eq!(
        told,
        [
            (Some(0), REQUIRED),
            (Some(0), REQUIRED),
            (Some(2), REQUIRED),
            (Some(2), REQUIRED),
            (Some(1), "problem.process.closed"),
        ]
    );
}

/// Renewals are for team 40.
fn of_a_team(role: &str, teams: &[u8]) -> Story {
    let mut story = story(role, "needs", &[]);
    let stage = |name: &str, status| Stage::new(name, Label::new(name, name), status, 50);
    story.schema.pipelines.push(Pipeline {
        id: "p_renewal".into(),
        entity: "deal".into(),
        label: Label::new("续约", "Renewals"),
        stages: vec![
            stage("s_due", StageStatus::Open),
            stage("s_renewed", StageStatus::Won),
            stage("s_gone", StageStatus::Lost),
        ],
        edges: Vec::new(),
        teams: vec![id(40)],
        products: Vec::new(),
    });
    story.own_teams = Some(teams.iter().copied().map(id).collect());
    story
}

#[test]
fn what_comes_into_a_pipeline_of_a_team_comes_from_it_on_every_way_in() {
    let create = |stage: &str| {
        let values = json!({"name": "New", "stage": stage, "owner": id(1)});
        json!([{"do": "create", "entity": "deal", "record": id(8), "values": values}])
    };
    let import = |stage: &str| {
        let cells = json!({"name": "Old", "stage": stage});
        let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "CNY"});
        json!([{"do": "import_rows", "import": id(90), "entity": "deal", "formats": formats,
            "rows": [{"line": 1, "record": id(8), "cells": cells}]}])
    };
    let ways = [moved("needs", "s_due", json!({})), updated(json!({"stage": "s_due"})), create("s_due")];
    for way in &ways {
        let refused = of_a_team(REP, &[41]).tell(way.clone());
        assert!(matches!(refused, Err(Refusal::Forbidden(_))), "{refused:?}");
        assert_eq!(named(refused), ["stage problem.process.team"]);
        assert!(of_a_team(REP, &[41, 40]).tell(way.clone()).is_ok(), "{way}");
    }
    // What one creates where one may make exceptions needs no reason: nothing is passed by.
    assert!(of_a_team(MANAGER, &[41]).tell(create("s_due")).is_ok());
    let excepted = moved("needs", "s_due", json!({"exception": "x"}));
    assert!(of_a_team(MANAGER, &[41]).tell(excepted).is_ok());
    // Something new begins in what one is in, and otherwise in what is for all.
    let plain = json!([{"do": "create", "entity": "deal", "record": id(8), "values": {"name": "New", "owner": id(1)}}]);
    for (teams, stage) in [(&[40_u8][..], "s_due"), (&[41], "first_contact")] {
        let plan = of_a_team(REP, teams).tell(plain.clone()).unwrap();
        assert_eq!(plan.changes[0].after["stage"], text(stage));
    }
    // History is entered by who may, whatever team.
    let mut history = of_a_team(REP, &[41]);
    let rep = history.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    rep.permissions = vec![Permission::Import];
    let row = |plan: &Plan| plan.rows[0].problems.first().map(|problem| problem.key.clone());
    assert_eq!(row(&history.tell(import("s_due")).unwrap()).as_deref(), Some("problem.process.team"));
    let rep = history.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    rep.permissions.push(Permission::EnterHistory);
    assert_eq!(row(&history.tell(import("s_due")).unwrap()), None);
    // What is taken back asks nobody.
    let mut inside = of_a_team(REP, &[40]);
    let plan = inside.tell(moved("needs", "first_contact", json!({}))).unwrap();
    inside.undo = Story::logged(&plan);
    for entry in &mut inside.undo {
        entry.before.insert("stage".into(), text("s_due"));
    }
    inside.save(&plan);
    inside.own_teams = Some([id(41)].into());
    let undone = inside.tell(json!([{"do": "undo", "command": id(99)}])).unwrap();
    assert_eq!(undone.changes[0].after["stage"], text("s_due"));
}

#[test]
fn what_was_ticked_stands_in_the_log_as_it_was_called() {
    let mut story = story(REP, "needs", &[("stage_checked", text("Before"))]);
    let check = |id: &str, name: &str| Check { id: id.into(), label: Label::new(name, "English") };
    story.schema.pipelines[0].edges = vec![Edge {
        from: Some("needs".into()),
        to: "proposal".into(),
        checks: vec![check("k_seen", "看过现场"), check("k_price", "报价已核")],
        ..Edge::default()
    }];
    let missing = story.tell(moved("needs", "proposal", json!({"checked": ["k_price"]})));
    assert_eq!(named(missing), ["stage_checked problem.process.checks"]);
    let all = json!({"checked": ["k_price", "k_seen", "k_gone"]});
    let plan = story.tell(moved("needs", "proposal", all)).unwrap();
    assert_eq!(plan.changes[0].after["stage_checked"], text("看过现场\n报价已核"));
    // The next move has its own.
    let plan = story.tell(moved("needs", "first_contact", json!({}))).unwrap();
    assert_eq!(plan.changes[0].after["stage_checked"], Value::Null);
    let many: Vec<String> = (0..101).map(|n| format!("k_{n}")).collect();
    let refused = story.tell(moved("needs", "proposal", json!({"checked": many})));
    assert_eq!(named(refused), ["checked problem.out_of_range"]);
}

#[test]
fn whom_a_pipeline_is_for_has_to_be_there_and_a_team_with_a_pipeline_stays() {
    let named_teams = |teams: &[u8], products: &[u8]| {
        let ids = |numbers: &[u8]| numbers.iter().copied().map(id).collect::<Vec<_>>();
        let change = json!({"change": "set_audience", "pipeline": "sales",
            "teams": ids(teams), "products": ids(products)});
        json!([{"do": "change_definition", "base_revision": 1, "change": change}])
    };
    let story = Story::new(ADMINISTRATOR).with("team", 40, 1, &[("name", text("North"))], ALL).with(
        "product",
        50,
        1,
        &[("name", text("Pump"))],
        ALL,
    );
    let plan = story.tell(named_teams(&[40], &[50])).unwrap();
    assert_eq!(plan.definition.unwrap().0.pipelines[0].teams, [id(40)]);
    assert!(plan.alive.contains(&RecordKey::new("team", id(40))));
    let unknown = "problem.reference_not_found";
    let expected = [format!("teams {unknown}"), format!("products {unknown}")];
    assert_eq!(named(story.tell(named_teams(&[41], &[51]))), expected);
    let mut story = story;
    story.schema.pipelines[0].teams = vec![id(40), id(41)];
    // What is named already stays named.
    assert!(story.tell(named_teams(&[41], &[])).is_ok());
    let gone = json!([{"do": "delete", "entity": "team", "record": id(40), "base_version": 1}]);
    assert_eq!(named(story.tell(gone)), ["record problem.team_has_pipeline"]);
    let rep = Story::new(REP);
    assert_eq!(named(rep.tell(named_teams(&[], &[]))), [" problem.forbidden"]);
}

#[test]
fn no_undo_makes_a_pipeline_that_is_for_nobody() {
    let north = RecordKey::new("team", id(40));
    let mut story = Story::new(ADMINISTRATOR).with("team", 40, 1, &[("name", text("North"))], ALL);
    let undo = json!([{"do": "undo", "command": id(99)}]);
    // The team that it was made for is gone by now.
    let teams = vec![id(40)];
    let inverse = DefinitionChange::SetAudience { pipeline: "sales".into(), teams, products: Vec::new() };
    story.undo = vec![Logged {
        key: RecordKey::new("definition", id(99)),
        kind: ChangeKind::Defined,
        version: 1,
        before: Values::new(),
        after: Values::new(),
        inverse: Some(inverse),
    }];
    assert_eq!(audience_to_undo(&story.undo), [north.clone()].into());
    assert!(story.tell(undo.clone()).unwrap().alive.contains(&north));
    let loaded = story.records.get_mut(&north).unwrap();
    loaded.record.deleted = Some(Instant::parse("2026-04-30T08:00:00Z").unwrap());
    assert_eq!(named(story.tell(undo.clone())), ["teams problem.reference_not_found"]);
    // A team that was just made and has a pipeline by now stays.
    story.records.get_mut(&north).unwrap().record.deleted = None;
    let after = Values::from([("name".to_owned(), text("North"))]);
    let (key, before) = (north.clone(), Values::new());
    story.undo = vec![Logged { key, kind: ChangeKind::Created, version: 1, before, after, inverse: None }];
    assert_eq!(story.tell(undo.clone()).unwrap().changes[0].kind, ChangeKind::Deleted);
    story.schema.pipelines[0].teams = vec![id(40)];
    let plan = story.tell(undo).unwrap();
    assert!(plan.changes.is_empty());
    assert_eq!(plan.kept[0].record, id(40));
}
