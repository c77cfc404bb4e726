//! The planner, by tables of small stories.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Action, ChangeKind, Command, FORMAT, Loaded, Logged, May, Plan, Refusal, World, plan};
use crate::access::{ADMINISTRATOR, Actor, REP};
use crate::ids::Id;
use crate::money::{Currency, Rate, Rates};
use crate::record::{Record, RecordKey, Values};
use crate::schema::builtin;
use crate::schema::{Schema, WorkspaceSettings};
use crate::time::{Date, Instant, UtcOnly};
use crate::value::Value;

const ALL: May = May { update: true, delete: true, assign: true };

struct Story {
    schema: Schema,
    actor: Actor,
    records: BTreeMap<RecordKey, Loaded>,
    names: BTreeMap<(String, String), Vec<Id>>,
    undo: Vec<Logged>,
    rates: Rates,
}

fn id(number: u8) -> Id {
    Id::v7(1_000, &[number; 10])
}

impl Story {
    fn new(role: &str) -> Self {
        let currency = Currency::parse("CNY").unwrap();
        let workspace =
            WorkspaceSettings { name: "T".into(), language: "zh".into(), zone: "UTC".into(), currency };
        let actor = Actor { user: id(1), role: role.into(), zone: "UTC".into() };
        let schema = builtin::schema(workspace);
        Self {
            schema,
            actor,
            records: BTreeMap::new(),
            names: BTreeMap::new(),
            undo: Vec::new(),
            rates: Rates::default(),
        }
    }

    fn with(mut self, entity: &str, number: u8, version: u64, values: &[(&str, Value)], may: May) -> Self {
        let key = RecordKey::new(entity, id(number));
        let values = values.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
        let record = Record { key: key.clone(), version, values, deleted: false };
        self.records.insert(key, Loaded { record, may });
        self
    }

    fn tell(&self, actions: Json) -> Result<Plan, Refusal> {
        let actions: Vec<Action> = serde_json::from_value(actions).unwrap();
        let command = Command { v: FORMAT, id: id(99), actions };
        let world = World {
            schema: &self.schema,
            actor: &self.actor,
            now: Instant::parse("2026-05-01T08:00:00Z").unwrap(),
            today: Date::parse("2026-05-01").unwrap(),
            zones: &UtcOnly,
            rates: &self.rates,
            records: &self.records,
            team_mates: &BTreeSet::new(),
            names: &self.names,
            taken: &BTreeSet::new(),
            occupied_stages: &BTreeSet::new(),
            undo: &self.undo,
        };
        plan(&command, &world)
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn problems(refusal: Result<Plan, Refusal>) -> Vec<(Option<String>, String)> {
    match refusal {
        Err(Refusal::Invalid(problems) | Refusal::Forbidden(problems) | Refusal::NotFound(problems)) => {
            problems.into_iter().map(|problem| (problem.field, problem.key)).collect()
        }
        other => panic!("expected problems, got {other:?}"),
    }
}

#[test]
fn every_problem_is_named_at_once() {
    let values = json!({"name": "a\u{0}b", "phone": "abc", "employees": -1, "nothing": 1, "created_at": "x"});
    let refused = Story::new(ADMINISTRATOR)
        .tell(json!([{"do": "create", "entity": "account", "record": id(7), "values": values}]));
    let found: BTreeSet<_> =
        problems(refused).into_iter().map(|(field, key)| (field.unwrap_or_default(), key)).collect();
    let expected = [
        ("created_at", "problem.read_only"),
        ("employees", "problem.out_of_range"),
        ("name", "problem.control_characters"),
        ("nothing", "problem.unknown_field"),
        ("phone", "problem.not_phone"),
    ];
    assert_eq!(found, expected.map(|(field, key)| (field.to_owned(), key.to_owned())).into());
}

#[test]
fn a_new_deal_gets_an_owner_a_stage_a_rank_and_its_worth() {
    let mut story = Story::new(ADMINISTRATOR);
    let usd = Currency::parse("USD").unwrap();
    story.rates.0.push(Rate { currency: usd, from: Date::parse("2026-01-01").unwrap(), micros: 7_000_000 });
    let values = json!({"name": "Pumps", "amount": {"amount": 10_000, "currency": "USD"}});
    let plan =
        story.tell(json!([{"do": "create", "entity": "deal", "record": id(7), "values": values}])).unwrap();
    let deal = &plan.changes[0].after;
    assert_eq!(deal["owner"], Value::Reference(id(1)));
    assert_eq!(deal["stage"], text("first_contact"));
    assert!(crate::rank::is_rank(deal["rank"].text().unwrap()));
    assert_eq!(deal["amount"].money().unwrap().base_minor, Some(70_000));
}

#[test]
fn different_fields_merge_and_the_same_field_shows_both_sides() {
    let story =
        Story::new(REP).with("account", 7, 3, &[("name", text("New")), ("phone", text("021123"))], ALL);
    let update = |old: Json, values: Json| {
        story.tell(json!([{"do": "update", "entity": "account", "record": id(7), "base_version": 2, "old": old, "values": values}]))
    };
    let merged = update(json!({"website": null}), json!({"website": "example.com"})).unwrap();
    assert_eq!((merged.changes[0].base_version, merged.changes[0].after.len()), (3, 1));

    let Err(Refusal::Conflict(conflicts)) = update(json!({"name": "Old"}), json!({"name": "Mine"})) else {
        panic!("no conflict")
    };
    let field = &conflicts[0].fields[0];
    assert_eq!((&field.base, &field.yours, &field.theirs), (&json!("Old"), &json!("Mine"), &json!("New")));

    // What stands there already is no change and no quarrel.
    assert_eq!(update(json!({"name": "Old"}), json!({"name": "New"})).unwrap(), Plan::default());
}

#[test]
fn a_command_stands_or_falls_whole() {
    let story = Story::new(REP).with("account", 7, 1, &[("name", text("A"))], ALL).with(
        "account",
        8,
        5,
        &[("name", text("B2"))],
        ALL,
    );
    let rename = |number: u8, old: &str| json!({"do": "update", "entity": "account", "record": id(number), "base_version": 1, "old": {"name": old}, "values": {"name": "C"}});
    assert!(matches!(story.tell(json!([rename(7, "A"), rename(8, "B")])), Err(Refusal::Conflict(_))));
}

#[test]
fn later_actions_see_earlier_ones() {
    let plan = Story::new(REP).tell(json!([
        {"do": "create", "entity": "account", "record": id(7), "values": {"name": "Acme"}},
        {"do": "create", "entity": "deal", "record": id(8), "values": {"name": "Pumps", "account": id(7)}},
        {"do": "move_stage", "entity": "deal", "record": id(8), "from": "first_contact", "to": "signed"},
    ]));
    let plan = plan.unwrap();
    let deal = plan.changes.iter().find(|change| change.key.entity == "deal").unwrap();
    assert_eq!((deal.kind, deal.base_version), (ChangeKind::Created, 0));
    assert_eq!((&deal.after["stage"], deal.after.contains_key("close_date")), (&text("signed"), true));
    assert!(plan.alive.is_empty());
}

#[test]
fn a_touch_reaches_everything_it_is_about() {
    let deal = [("name", text("Pumps")), ("stage", text("needs")), ("account", Value::Reference(id(6)))];
    let story = Story::new(REP).with("deal", 7, 1, &deal, ALL).with(
        "account",
        6,
        1,
        &[("name", text("Acme"))],
        May::default(),
    );
    let plan = story
        .tell(json!([{
            "do": "log_touch", "record": id(9), "entity": "deal", "subject": id(7),
            "values": {"kind": "visit"}, "next_touch": {"date": "2026-05-04"},
        }]))
        .unwrap();
    let change = |entity: &str| plan.changes.iter().find(|change| change.key.entity == entity).unwrap();
    assert_eq!(change("touch").after["account"], Value::Reference(id(6)));
    assert!(change("deal").after["next_touch"].instant().is_some());
    assert!(change("deal").after["last_touch_at"].instant().is_some());
    // Contact is a fact about the account, whoever may edit it.
    assert!(change("account").after["last_touch_at"].instant().is_some());
}

#[test]
fn roles_decide_for_whom() {
    let other =
        json!([{"do": "create", "entity": "deal", "record": id(7), "values": {"name": "x", "owner": id(2)}}]);
    let colleague = |role| Story::new(role).with("user", 2, 1, &[("name", text("Li"))], May::default());
    assert_eq!(
        problems(colleague(REP).tell(other.clone())),
        [(Some("owner".into()), "problem.not_for_this_owner".into())]
    );
    assert!(colleague(ADMINISTRATOR).tell(other).is_ok());
    let define = json!([{"do": "change_definition", "base_revision": 1, "change": {"change": "set_required", "entity": "deal", "field": "amount", "required": true}}]);
    assert!(matches!(Story::new(REP).tell(define.clone()), Err(Refusal::Forbidden(_))));
    let (schema, _) = Story::new(ADMINISTRATOR).tell(define).unwrap().definition.unwrap();
    assert_eq!(
        (schema.revision, schema.entity("deal").unwrap().field("amount").unwrap().required),
        (2, true)
    );
}

#[test]
fn hidden_fields_are_answered_like_unknown_ones() {
    let story = Story::new("marketing").with("deal", 7, 1, &[("name", text("x"))], ALL);
    let update = |field: &str| {
        story.tell(json!([{"do": "update", "entity": "deal", "record": id(7), "base_version": 1, "values": {field: 1}}]))
    };
    assert_eq!(problems(update("amount"))[0].1, problems(update("nothing"))[0].1);
}

#[test]
fn undo_takes_back_what_nobody_changed_since() {
    let entry = |before: &[(&str, Value)], after: &[(&str, Value)]| Logged {
        key: RecordKey::new("account", id(7)),
        kind: ChangeKind::Updated,
        version: 2,
        before: before.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
        after: after.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
        inverse: None,
    };
    let mut story = Story::new(REP).with(
        "account",
        7,
        3,
        &[("name", text("B")), ("website", text("later.example"))],
        ALL,
    );
    story.undo = vec![entry(
        &[("name", text("A")), ("website", Value::Null)],
        &[("name", text("B")), ("website", text("b.example"))],
    )];
    let plan = story.tell(json!([{"do": "undo", "command": id(50)}])).unwrap();
    assert_eq!(plan.changes[0].after, Values::from([("name".to_owned(), text("A"))]));
    assert_eq!(plan.kept[0].fields, ["website"]);
}

#[test]
fn import_rows_stand_or_fall_alone_and_name_what_they_miss() {
    let rows = json!([
        {"line": 2, "record": id(10), "cells": {"name": "GTX deal", "product": "GTXPro", "stage": "first contact", "amount": "$1,050.50"}},
        {"line": 3, "record": id(11), "cells": {"account": "Nobody Ltd", "name": "", "stage": "nowhere"}},
        {"line": 4, "record": id(12), "cells": {"name": "Again", "account": "New Co", "stage": "Signed"}},
    ]);
    let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "USD"});
    let mut story = Story::new(ADMINISTRATOR).with("product", 5, 1, &[("name", text("GTX Pro"))], ALL);
    story.names.insert(("product".into(), "gtxpro".into()), vec![id(5)]);
    let plan = story
        .tell(json!([{"do": "import_rows", "import": id(60), "entity": "deal", "formats": formats, "create_missing": true, "rows": rows}]))
        .unwrap();
    let outcomes: Vec<_> = plan.rows.iter().map(|row| (row.line, row.problems.len())).collect();
    assert_eq!(outcomes, [(2, 0), (3, 2), (4, 0)]);
    let created: Vec<_> = plan.changes.iter().map(|change| change.key.entity.as_str()).collect();
    assert_eq!(created, ["deal", "account", "deal"]);
    assert_eq!(plan.changes[0].after["product"], Value::Reference(id(5)));
    assert_eq!(plan.changes[0].after["amount"].money().unwrap().minor, 105_050);
}

#[test]
fn only_who_manages_users_gives_roles_by_whatever_way() {
    let mut story = Story::new(REP).with(
        "user",
        2,
        2,
        &[("name", text("Li")), ("role", text(REP)), ("status", text("active"))],
        ALL,
    );
    let rep = story.schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    rep.grants.insert("user".into(), crate::access::Grant::uniform(crate::access::Level::All));
    let values = json!({"name": "New", "role": ADMINISTRATOR, "status": "inactive"});
    let created = story.tell(json!([{"do": "create", "entity": "user", "record": id(7), "values": values}]));
    assert!(matches!(created, Err(Refusal::Forbidden(_))));
    story.undo = vec![Logged {
        key: RecordKey::new("user", id(2)),
        kind: ChangeKind::Updated,
        version: 2,
        before: Values::from([("role".to_owned(), text(ADMINISTRATOR))]),
        after: Values::from([("role".to_owned(), text(REP))]),
        inverse: None,
    }];
    let undone = story.tell(json!([{"do": "undo", "command": id(50)}]));
    assert!(matches!(undone, Err(Refusal::Forbidden(_))));
    story.actor.role = ADMINISTRATOR.into();
    assert!(story.tell(json!([{"do": "undo", "command": id(50)}])).is_ok());
}

fn view(values: &[(&str, &str)]) -> Json {
    let mut all = json!({"name": "本周要跟进", "entity": "deal"});
    for (field, value) in values {
        all[*field] = json!(value);
    }
    json!([{"do": "create", "entity": "saved_view", "record": id(7), "values": all}])
}

#[test]
fn a_view_filters_sorts_and_shows_what_its_kind_of_record_has() {
    let story = Story::new(ADMINISTRATOR);
    let sound = [
        ("filter", r#"["=",["field","owner"],["me"]]"#),
        ("sort", "-amount"),
        ("columns", "name,stage,amount"),
        ("shared", "team"),
        ("roles", "rep,manager"),
    ];
    let plan = story.tell(view(&sound)).unwrap();
    assert_eq!(plan.changes[0].after["shared"], text("team"));
    assert_eq!(story.tell(view(&[])).unwrap().changes[0].after["shared"], text("own"));
    for (wrong, field) in [
        (("entity", "nothing"), "entity"),
        (("filter", "{"), "filter"),
        (("filter", r#"["=",["field","nothing"],1]"#), "filter"),
        (("filter", r#"["frobnicate"]"#), "filter"),
        (("sort", "nothing"), "sort"),
        (("columns", "name,nothing"), "columns"),
        (("roles", "rep"), "roles"),
        (("roles", "nobody"), "roles"),
    ] {
        let Err(Refusal::Invalid(problems)) = story.tell(view(&[wrong])) else { panic!("{wrong:?}") };
        assert!(problems.iter().all(|problem| problem.field.as_deref() == Some(field)), "{problems:?}");
    }
}

#[test]
fn sharing_a_view_and_making_it_a_default_are_for_those_who_may() {
    let shared = view(&[("shared", "team")]);
    let default = view(&[("shared", "team"), ("roles", "rep")]);
    for (role, may_share, may_default) in
        [(ADMINISTRATOR, true, true), (crate::access::MANAGER, true, false), (REP, false, false)]
    {
        let story = Story::new(role);
        assert!(story.tell(view(&[])).is_ok(), "{role}");
        assert_eq!(story.tell(shared.clone()).is_ok(), may_share, "{role}");
        assert_eq!(story.tell(default.clone()).is_ok(), may_default, "{role}");
    }
    let own = [("name", text("A")), ("entity", text("deal")), ("shared", text("own"))];
    let story = Story::new(REP).with("saved_view", 7, 1, &own, ALL);
    let update = |values: Json| json!([{"do": "update", "entity": "saved_view", "record": id(7), "base_version": 1, "values": values}]);
    assert!(story.tell(update(json!({"name": "B"}))).is_ok());
    assert!(matches!(story.tell(update(json!({"shared": "team"}))), Err(Refusal::Forbidden(_))));
}
