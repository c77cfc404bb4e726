//! The planner, by tables of small stories.

mod comment;
mod pause;
mod process;
mod repeat;
mod snooze;
mod undo;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{
    Action, ChangeKind, Command, FORMAT, Invitation, Loaded, Logged, May, Plan, Refusal, World,
    needs_to_undo, plan, plan_acceptance, plan_invitation,
};
use crate::access::{ADMINISTRATOR, Actor, REP};
use crate::files::{FileInfo, Uploaded};
use crate::ids::Id;
use crate::money::{Currency, Rate, Rates};
use crate::record::{Record, RecordKey, Values};
use crate::recurrence::Recurrence;
use crate::schema::Schema;
use crate::schema::builtin;
use crate::schema::change::{DefinitionChange, Place};
use crate::time::{Date, Instant, UtcOnly};
use crate::value::Value;

pub(super) const ALL: May = May { update: true, delete: true, assign: true };

pub(super) struct Story {
    pub schema: Schema,
    actor: Actor,
    pub records: BTreeMap<RecordKey, Loaded>,
    pub names: BTreeMap<(String, String), Vec<Id>>,
    pub undo: Vec<Logged>,
    rates: Rates,
    teams: BTreeMap<Id, Id>,
    occupied: BTreeMap<Place, u64>,
    active: Option<BTreeMap<String, u64>>,
    contacts: BTreeMap<RecordKey, Option<Instant>>,
    files: Option<BTreeMap<Id, Uploaded>>,
    pub own_teams: Option<BTreeSet<Id>>,
    pub readers: Option<BTreeSet<(RecordKey, Id)>>,
    pub repeats: bool,
}

pub(super) fn id(number: u8) -> Id {
    Id::v7(1_000, &[number; 10])
}

impl Story {
    pub fn new(role: &str) -> Self {
        let actor = Actor { user: id(1), role: role.into(), zone: "UTC".into() };
        let schema = builtin::of_tests("UTC", "CNY");
        Self {
            schema,
            actor,
            records: BTreeMap::new(),
            names: BTreeMap::new(),
            undo: Vec::new(),
            rates: Rates::default(),
            teams: BTreeMap::new(),
            occupied: BTreeMap::new(),
            active: None,
            contacts: BTreeMap::new(),
            files: None,
            own_teams: None,
            readers: None,
            repeats: false,
        }
    }

    pub fn with(
        mut self,
        entity: &str,
        number: u8,
        version: u64,
        values: &[(&str, Value)],
        may: May,
    ) -> Self {
        let key = RecordKey::new(entity, id(number));
        let values = values.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
        let record = Record { key: key.clone(), version, values, deleted: None };
        self.records.insert(key, Loaded { record, may });
        self
    }

    pub fn tell(&self, actions: Json) -> Result<Plan, Refusal> {
        let actions: Vec<Action> = serde_json::from_value(actions).unwrap();
        let command = Command { v: FORMAT, id: id(99), actions };
        self.within(|world| plan(&command, world))
    }

    /// The world after a plan was saved.
    pub fn save(&mut self, plan: &Plan) {
        for change in &plan.changes {
            let key = change.key.clone();
            let known = self.records.remove(&key).map(|loaded| loaded.record);
            let mut record = known.unwrap_or(Record {
                key: key.clone(),
                version: 0,
                values: Values::new(),
                deleted: None,
            });
            record.version += 1;
            record.values.extend(change.after.clone());
            if let Some(name) = record.get("name").text() {
                let ids = self.names.entry((key.entity.clone(), crate::text::match_key(name))).or_default();
                if !ids.contains(&key.id) {
                    ids.push(key.id);
                }
            }
            self.records.insert(key, Loaded { record, may: ALL });
        }
    }

    /// A plan as the log tells it.
    pub fn logged(plan: &Plan) -> Vec<Logged> {
        let entry = |change: &super::Change| Logged {
            key: change.key.clone(),
            kind: change.kind,
            version: change.base_version + 1,
            before: change.before.clone(),
            after: change.after.clone(),
            inverse: None,
        };
        plan.changes.iter().map(entry).collect()
    }

    pub(super) fn within<T>(&self, then: impl FnOnce(&World<'_>) -> T) -> T {
        then(&World {
            schema: &self.schema,
            actor: &self.actor,
            now: Instant::parse("2026-05-01T08:00:00Z").unwrap(),
            today: Date::parse("2026-05-01").unwrap(),
            zones: &UtcOnly,
            rates: &self.rates,
            repeats: self.repeats.then_some(&repeat::Weeks as &dyn Recurrence),
            records: &self.records,
            team_mates: &BTreeSet::new(),
            own_teams: self.own_teams.as_ref(),
            names: &self.names,
            taken: &BTreeSet::new(),
            leant_on: &BTreeSet::new(),
            teams: &self.teams,
            occupied: &self.occupied,
            active: self.active.as_ref(),
            undo: &self.undo,
            contacts: &self.contacts,
            readers: self.readers.as_ref(),
            files: self.files.as_ref(),
        })
    }
}

pub(super) fn text(value: &str) -> Value {
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
        {"do": "move_stage", "entity": "deal", "record": id(8), "from": "first_contact", "to": "lost", "values": {"lost_reason": "price"}},
    ]));
    let plan = plan.unwrap();
    let deal = plan.changes.iter().find(|change| change.key.entity == "deal").unwrap();
    assert_eq!((deal.kind, deal.base_version), (ChangeKind::Created, 0));
    assert_eq!((&deal.after["stage"], deal.after.contains_key("close_date")), (&text("lost"), true));
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
fn what_a_lead_becomes_was_in_contact_when_the_lead_was() {
    let at = Instant::parse("2026-04-20T08:00:00Z").unwrap();
    let lead = [("name", text("Wang")), ("last_touch_at", Value::Instant(at))];
    let story = Story::new(REP).with("lead", 5, 4, &lead, ALL);
    let plan = story
        .tell(json!([
            {"do": "create", "entity": "account", "record": id(7), "values": {"name": "Acme"}},
            {"do": "update", "entity": "lead", "record": id(5), "base_version": 4, "values": {"status": "qualified", "account": id(7)}},
        ]))
        .unwrap();
    let account = plan.changes.iter().find(|change| change.key.entity == "account").unwrap();
    assert_eq!((account.kind, &account.after["last_touch_at"]), (ChangeKind::Created, &Value::Instant(at)));
    assert_eq!(plan.changes.len(), 2);
}

/// A customer (2) whose touch (3) of this day was the last one, and another one (4) that comes in the story.
fn in_contact(others: Option<&str>) -> Story {
    let account = Value::Reference(id(2));
    let touch = |day: &str| [("kind", text("call")), ("account", account.clone()), ("happened_at", at(day))];
    let mut story = Story::new(ADMINISTRATOR)
        .with("account", 2, 5, &[("name", text("A")), ("last_touch_at", at("2026-04-20"))], ALL)
        .with("touch", 3, 1, &touch("2026-04-20"), ALL)
        .with("touch", 4, 1, &touch("2026-04-25"), ALL);
    story.records.get_mut(&RecordKey::new("touch", id(4))).unwrap().record.deleted =
        Some(Instant::parse("2026-04-30T08:00:00Z").unwrap());
    story.contacts.insert(RecordKey::new("account", id(2)), others.and_then(|day| at(day).instant()));
    story
}

fn at(day: &str) -> Value {
    Value::Instant(Instant::parse(&format!("{day}T08:00:00Z")).unwrap())
}

/// What the customer's last touch becomes; `None` where it stays.
fn last_touch(plan: &Plan) -> Option<Value> {
    let account = plan.changes.iter().find(|change| change.key.entity == "account")?;
    account.after.get("last_touch_at").cloned()
}

#[test]
fn the_last_touch_is_the_newest_that_is_left() {
    let delete = json!({"do": "delete", "entity": "touch", "record": id(3), "base_version": 1});
    let restore = json!({"do": "restore", "entity": "touch", "record": id(4)});
    let move_to = |day: &str| {
        let happened = format!("{day}T08:00:00Z");
        json!({"do": "update", "entity": "touch", "record": id(3), "base_version": 1, "values": {"happened_at": happened}})
    };
    let elsewhere = json!({"do": "update", "entity": "touch", "record": id(3), "base_version": 1, "values": {"account": null}});
    for (others, actions, expected) in [
        (Some("2026-04-10"), json!([delete]), Some(at("2026-04-10"))),
        (None, json!([delete]), Some(Value::Null)),
        (Some("2026-04-20"), json!([delete]), None),
        (None, json!([restore]), Some(at("2026-04-25"))),
        (None, json!([delete, restore]), Some(at("2026-04-25"))),
        (Some("2026-04-10"), json!([move_to("2026-04-05")]), Some(at("2026-04-10"))),
        (Some("2026-04-10"), json!([move_to("2026-04-28")]), Some(at("2026-04-28"))),
        (Some("2026-04-10"), json!([elsewhere]), Some(at("2026-04-10"))),
    ] {
        let plan = in_contact(others).tell(actions.clone()).unwrap();
        assert_eq!(last_touch(&plan), expected, "{others:?} {actions}");
    }
}

#[test]
fn undoing_a_touch_finds_the_newest_that_is_left_and_a_touch_that_stays_counts() {
    let touch = |after: &[(&str, Value)]| Logged {
        key: RecordKey::new("touch", id(3)),
        kind: ChangeKind::Created,
        version: 1,
        before: Values::new(),
        after: after.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
        inverse: None,
    };
    let account = Logged {
        key: RecordKey::new("account", id(2)),
        kind: ChangeKind::Updated,
        version: 5,
        before: Values::from([("last_touch_at".to_owned(), at("2026-04-01"))]),
        after: Values::from([("last_touch_at".to_owned(), at("2026-04-20"))]),
        inverse: None,
    };
    let whole =
        [("kind", text("call")), ("account", Value::Reference(id(2))), ("happened_at", at("2026-04-20"))];
    let undo = json!([{"do": "undo", "command": id(50)}]);
    // What stood before it was taken away meanwhile, and one between them was logged later.
    let mut story = in_contact(Some("2026-04-10"));
    story.undo = vec![touch(&whole), account.clone()];
    assert_eq!(last_touch(&story.tell(undo.clone()).unwrap()), Some(at("2026-04-10")));
    // Somebody wrote down since what was said: the touch stays, and with it the contact.
    let other =
        [("kind", text("visit")), ("account", Value::Reference(id(2))), ("happened_at", at("2026-04-20"))];
    story.undo = vec![touch(&other), account];
    let plan = story.tell(undo).unwrap();
    assert_eq!(last_touch(&plan), None, "{plan:?}");
}

#[test]
fn people_are_added_to_a_deal_by_whoever_may_change_it() {
    let add = json!([{"do": "create", "entity": "deal_contact", "record": id(9), "values": {"deal": id(7), "contact": id(8), "role": "champion"}}]);
    let story = |may: May| {
        Story::new(REP).with("deal", 7, 1, &[("name", text("Pumps"))], may).with(
            "contact",
            8,
            1,
            &[("name", text("Li"))],
            May::default(),
        )
    };
    assert!(story(ALL).tell(add.clone()).is_ok());
    assert_eq!(problems(story(May::default()).tell(add)), [(None, "problem.forbidden".into())]);
    // Nor does a change move them to a deal that one may only look at.
    let part = [("deal", Value::Reference(id(7))), ("contact", Value::Reference(id(8)))];
    let moved = story(ALL)
        .with("deal", 6, 1, &[("name", text("Theirs"))], May::default())
        .with("deal_contact", 9, 1, &part, ALL)
        .tell(json!([{"do": "update", "entity": "deal_contact", "record": id(9), "base_version": 1, "values": {"deal": id(6)}}]));
    assert_eq!(problems(moved), [(None, "problem.forbidden".into())]);
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

/// An administrator's story with a colleague (2) of this role who came in by an invitation.
fn with_colleague(role: &str, active: &[(&str, u64)]) -> Story {
    let joined = Value::Instant(Instant::parse("2026-04-01T08:00:00Z").unwrap());
    let values = [
        ("name", text("Li")),
        ("email", text("li@example.com")),
        ("role", text(role)),
        ("status", text("active")),
        ("joined_at", joined),
    ];
    let mut story = Story::new(ADMINISTRATOR).with("user", 2, 1, &values, ALL);
    story.active = Some(active.iter().map(|(role, count)| ((*role).to_owned(), *count)).collect());
    story
}

fn set(values: Json) -> Json {
    json!([{"do": "update", "entity": "user", "record": id(2), "base_version": 1, "values": values}])
}

fn first_problem(outcome: Result<Plan, Refusal>) -> (String, String) {
    match outcome {
        Err(Refusal::Invalid(problems)) => {
            (problems[0].field.clone().unwrap_or_default(), problems[0].key.clone())
        }
        other => panic!("not invalid: {other:?}"),
    }
}

#[test]
fn the_last_who_can_mend_everything_keeps_the_keys() {
    let last = ("status".to_owned(), "problem.definition.last_administrator".to_owned());
    let alone = with_colleague(ADMINISTRATOR, &[(ADMINISTRATOR, 1), (REP, 4)]);
    assert_eq!(first_problem(alone.tell(set(json!({"status": "inactive"})))), last);
    let demoted = first_problem(alone.tell(set(json!({"role": REP}))));
    assert_eq!(demoted, ("role".to_owned(), last.1));
    // With another one there, both may be; the save still asserts that the other is.
    let two = with_colleague(ADMINISTRATOR, &[(ADMINISTRATOR, 2)]);
    let plan = two.tell(set(json!({"role": REP}))).unwrap();
    let keys = plan.keys.unwrap();
    assert_eq!((keys.roles, keys.but), ([ADMINISTRATOR.to_owned()].into(), [id(2)].into()));
    // Others come and go as they like.
    let rep = with_colleague(REP, &[(ADMINISTRATOR, 1), (REP, 1)]);
    assert_eq!(rep.tell(set(json!({"status": "inactive"}))).unwrap().keys, None);
}

#[test]
fn a_role_cannot_lose_the_keys_when_its_people_are_the_last_to_hold_them() {
    let mut story = Story::new("boss");
    let boss = crate::access::Role {
        id: "boss".into(),
        label: crate::schema::Label::new("老板", "Boss"),
        ..story.schema.roles[0].clone()
    };
    story.schema.roles.push(boss.clone());
    story.active = Some(BTreeMap::from([("boss".to_owned(), 1)]));
    let mut weaker = boss;
    weaker.permissions = vec![crate::access::Permission::ManageUsers];
    let tell = |story: &Story| {
        story.tell(json!([{"do": "change_definition", "base_revision": 1, "change": {"change": "set_role", "role": weaker}}]))
    };
    assert_eq!(
        first_problem(tell(&story)),
        ("permissions".to_owned(), "problem.definition.last_administrator".to_owned())
    );
    story.active = Some(BTreeMap::from([("boss".to_owned(), 1), (ADMINISTRATOR.to_owned(), 1)]));
    assert_eq!(tell(&story).unwrap().keys.unwrap().roles, [ADMINISTRATOR.to_owned()].into());
}

#[test]
fn nobody_gives_a_role_with_keys_they_do_not_hold() {
    let mut story = with_colleague(REP, &[(ADMINISTRATOR, 1), (REP, 1)]);
    let mut clerk = story.schema.role(ADMINISTRATOR).unwrap().clone();
    clerk.id = "clerk".into();
    clerk.permissions = vec![crate::access::Permission::ManageUsers];
    let mut designer = clerk.clone();
    designer.id = "designer".into();
    designer.permissions = vec![crate::access::Permission::Define];
    story.schema.roles.extend([clerk, designer]);
    let mut invitation = Invitation {
        user: id(3),
        existing: false,
        name: "Wang",
        email: "wang@example.com",
        role: ADMINISTRATOR,
        team: None,
    };
    for (giver, given, may) in [
        ("clerk", ADMINISTRATOR, false),
        ("clerk", "designer", false),
        ("clerk", "clerk", true),
        ("clerk", crate::access::MANAGER, true),
        (ADMINISTRATOR, "designer", true),
        (ADMINISTRATOR, ADMINISTRATOR, true),
    ] {
        story.actor.role = giver.into();
        invitation.role = given;
        let made = json!([{"do": "create", "entity": "user", "record": id(4), "values": {"name": "Wang", "role": given, "status": "inactive"}}]);
        for (way, outcome) in [
            ("update", story.tell(set(json!({"role": given})))),
            ("create", story.tell(made)),
            ("invite", story.within(|world| plan_invitation(&invitation, world))),
        ] {
            let told = outcome.is_err().then(|| problems(outcome));
            let expected = vec![(Some("role".to_owned()), "problem.role_beyond_own".to_owned())];
            assert_eq!(told, (!may).then_some(expected), "{giver} {way}s {given}");
        }
    }
}

#[test]
fn nobody_takes_the_keys_of_who_holds_more() {
    let mut clerk = with_colleague(REP, &[]).schema.role(ADMINISTRATOR).unwrap().clone();
    clerk.id = "clerk".into();
    clerk.permissions = vec![crate::access::Permission::ManageUsers];
    for (theirs, may) in [(ADMINISTRATOR, false), ("clerk", true), (REP, true)] {
        let mut story = with_colleague(theirs, &[(ADMINISTRATOR, 2), ("clerk", 2), (REP, 2)]);
        story.schema.roles.push(clerk.clone());
        for (giver, may) in [("clerk", may), (ADMINISTRATOR, true)] {
            story.actor.role = giver.into();
            let given = if theirs == REP { "clerk" } else { REP };
            for (field, value) in [("status", "inactive"), ("role", given)] {
                let outcome = story.tell(set(json!({field: value})));
                let told = outcome.is_err().then(|| problems(outcome));
                let expected = vec![(Some(field.to_owned()), "problem.person_beyond_own".to_owned())];
                assert_eq!(told, (!may).then_some(expected), "{giver} changes the {field} of {theirs}");
            }
        }
    }
}

#[test]
fn only_an_invitation_makes_an_entrance() {
    let name_only = [("name", text("Moses")), ("role", text(REP)), ("status", text("inactive"))];
    let story = Story::new(ADMINISTRATOR).with("user", 2, 1, &name_only, ALL);
    for state in ["active", "invited"] {
        assert_eq!(
            first_problem(story.tell(set(json!({"status": state})))),
            ("status".to_owned(), "problem.joins_by_invitation".to_owned()),
            "{state}"
        );
    }
    let mut left = with_colleague(REP, &[(ADMINISTRATOR, 1)]);
    let key = RecordKey::new("user", id(2));
    left.records.get_mut(&key).unwrap().record.values.insert("status".into(), text("inactive"));
    assert!(left.tell(set(json!({"status": "active"}))).is_ok());
    let made = json!([{"do": "create", "entity": "user", "record": id(7), "values": {"name": "X", "role": REP, "status": "active"}}]);
    assert_eq!(first_problem(story.tell(made)).1, "problem.joins_by_invitation");
}

#[test]
fn what_is_in_use_stays() {
    let mut story = Story::new(ADMINISTRATOR).with("team", 2, 1, &[("name", text("East"))], ALL);
    let delete = json!([{"do": "delete", "entity": "team", "record": id(2), "base_version": 1}]);
    let plan = story.tell(delete.clone()).unwrap();
    assert_eq!(plan.vacant, [Place::Team(id(2))].into());
    story.occupied.insert(Place::Team(id(2)), 3);
    assert_eq!(first_problem(story.tell(delete)), ("record".into(), "problem.team_in_use".into()));
    let remove = json!([{"do": "change_definition", "base_revision": 1, "change": {"change": "remove_role", "role": REP}}]);
    story.occupied.insert(Place::Role(REP.into()), 2);
    match story.tell(remove) {
        Err(Refusal::Invalid(problems)) => assert_eq!(problems[0].args["count"], "2"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_deleted_more_than_thirty_days_ago_stays_deleted() {
    // The story's now is the first of May, eight o'clock.
    for (deleted, comes_back) in [("2026-04-01T08:00:00Z", true), ("2026-04-01T07:59:59Z", false)] {
        let mut story = Story::new(ADMINISTRATOR).with("account", 2, 3, &[("name", text("A"))], ALL);
        let key = RecordKey::new("account", id(2));
        story.records.get_mut(&key).unwrap().record.deleted = Some(Instant::parse(deleted).unwrap());
        story.undo = vec![Logged {
            key,
            kind: ChangeKind::Deleted,
            version: 3,
            before: Values::new(),
            after: Values::new(),
            inverse: None,
        }];
        for action in [
            json!([{"do": "restore", "entity": "account", "record": id(2)}]),
            json!([{"do": "undo", "command": id(50)}]),
        ] {
            let told = story.tell(action);
            if comes_back {
                assert_eq!(told.unwrap().changes[0].kind, ChangeKind::Restored, "{deleted}");
            } else {
                assert_eq!(first_problem(told), ("record".into(), "problem.deleted_long_ago".into()));
            }
        }
    }
}

#[test]
fn what_comes_back_to_a_stage_that_is_gone_begins_again() {
    let mut story =
        Story::new(ADMINISTRATOR).with("deal", 2, 3, &[("name", text("D")), ("stage", text("s_gone"))], ALL);
    let key = RecordKey::new("deal", id(2));
    story.records.get_mut(&key).unwrap().record.deleted =
        Some(Instant::parse("2026-04-30T08:00:00Z").unwrap());
    let plan = story.tell(json!([{"do": "restore", "entity": "deal", "record": id(2)}])).unwrap();
    let first = story.schema.pipelines[0].stages[0].id.clone();
    assert_eq!(
        (plan.changes[0].kind, plan.changes[0].after.get("stage")),
        (ChangeKind::Restored, Some(&text(&first)))
    );
    // And an undo does not put a record where there is nothing.
    let mut story =
        Story::new(ADMINISTRATOR).with("deal", 2, 3, &[("name", text("D")), ("stage", text(&first))], ALL);
    story.undo = vec![Logged {
        key,
        kind: ChangeKind::Updated,
        version: 3,
        before: Values::from([("stage".to_owned(), text("s_gone"))]),
        after: Values::from([("stage".to_owned(), text(&first))]),
        inverse: None,
    }];
    let plan = story.tell(json!([{"do": "undo", "command": id(50)}])).unwrap();
    assert_eq!((plan.changes.len(), plan.kept[0].fields.as_slice()), (0, ["stage".to_owned()].as_slice()));
}

fn numbered(entity: &str, id: &str, format: &str) -> Story {
    let mut story = Story::new(ADMINISTRATOR);
    let change = crate::schema::change::DefinitionChange::AddField {
        entity: entity.to_owned(),
        field: serde_json::from_value(json!({
            "id": id, "label": {"zh": "编号", "en": "Number"}, "type": "auto_number", "format": format,
            "required": true, "personal": true,
        }))
        .unwrap(),
    };
    (story.schema, _) = crate::schema::change::apply(&story.schema, &change, &UtcOnly).unwrap();
    story
}

#[test]
fn a_new_record_orders_its_numbers_and_nobody_writes_them() {
    let story = numbered("deal", "f_no", "HT-{year}-{0000}");
    let field = story.schema.entity("deal").unwrap().field("f_no").unwrap();
    assert!(field.system && !field.required && !field.personal);
    let create = |number: u8, values: Json| json!({"do": "create", "entity": "deal", "record": id(number), "values": values});
    let plan = story.tell(json!([create(7, json!({"name": "A"})), create(8, json!({"name": "B"}))])).unwrap();
    let ordered: Vec<(Id, String)> =
        plan.numbers.iter().map(|numbered| (numbered.key.id, numbered.numbering.write(12))).collect();
    assert_eq!(ordered, [(id(7), "HT-2026-0012".to_owned()), (id(8), "HT-2026-0012".to_owned())]);
    assert_eq!(plan.numbers[0].numbering.period, "2026");
    let refused = story.tell(json!([create(7, json!({"name": "A", "f_no": "HT-2026-0001"}))]));
    assert_eq!(problems(refused), [(Some("f_no".to_owned()), "problem.read_only".to_owned())]);
    let other =
        story.tell(json!([{"do": "create", "entity": "lead", "record": id(7), "values": {"name": "A"}}]));
    assert!(other.unwrap().numbers.is_empty());
}

#[test]
fn a_refused_row_of_an_import_orders_no_number() {
    let story = numbered("account", "f_no", "{000}");
    let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "CNY"});
    let row =
        |line: u32, number: u8, cells: Json| json!({"line": line, "record": id(number), "cells": cells});
    let plan = story
        .tell(json!([{
            "do": "import_rows", "import": id(90), "entity": "account", "formats": formats, "create_missing": true,
            "rows": [
                row(2, 10, json!({"name": "恒通"})),
                row(3, 11, json!({"name": "坏行", "parent": "只在坏行里", "employees": "many"})),
                row(4, 12, json!({"name": "子公司", "parent": "母公司"})),
            ],
        }]))
        .unwrap();
    let keys: Vec<Id> = plan.numbers.iter().map(|numbered| numbered.key.id).collect();
    let created: Vec<Id> = plan.changes.iter().map(|change| change.key.id).collect();
    assert_eq!(keys, created);
    assert_eq!(keys.len(), 3);
}

#[test]
fn a_team_is_no_part_of_what_is_part_of_it() {
    let mut story = Story::new(ADMINISTRATOR);
    for number in [2, 3, 4] {
        story = story.with("team", number, 1, &[("name", text("T"))], ALL);
    }
    story.teams = BTreeMap::from([(id(3), id(2)), (id(4), id(3))]);
    let under = |parent: u8| json!([{"do": "update", "entity": "team", "record": id(2), "base_version": 1, "values": {"parent": id(parent)}}]);
    let within = ("parent".to_owned(), "problem.within_itself".to_owned());
    assert_eq!(first_problem(story.tell(under(4))), within);
    assert_eq!(first_problem(story.tell(under(2))).1, "problem.refers_to_itself");
    // Freed by the same command, it may.
    let mut freed = under(4);
    let free = json!({"do": "update", "entity": "team", "record": id(3), "base_version": 1, "old": {"parent": id(2)}, "values": {"parent": null}});
    freed.as_array_mut().unwrap().insert(0, free);
    story
        .records
        .get_mut(&RecordKey::new("team", id(3)))
        .unwrap()
        .record
        .values
        .insert("parent".into(), Value::Reference(id(2)));
    assert!(story.tell(freed).is_ok());
    // A circle that is there already ends the search.
    story.teams = BTreeMap::from([(id(3), id(4)), (id(4), id(3))]);
    assert!(story.tell(under(3)).is_ok());
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
        ("card", "amount,close_date,owner"),
        ("lanes", "owner"),
        ("shared", "team"),
        ("roles", "rep,manager"),
    ];
    let crowded = ["amount"; 13].join(",");
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
        (("card", "name,nothing"), "card"),
        (("card", crowded.as_str()), "card"),
        (("lanes", "stage"), "lanes"),
        (("lanes", "nothing"), "lanes"),
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

#[test]
fn a_view_is_shared_with_teams_that_are_there() {
    let (north, south, gone) = (id(2).to_string(), id(3).to_string(), id(4).to_string());
    let story = Story::new(crate::access::MANAGER)
        .with("team", 2, 5, &[("name", text("North"))], May::default())
        .with("team", 3, 1, &[("name", text("South"))], May::default());
    let of = |teams: &str| view(&[("shared", "teams"), ("teams", teams)]);
    let plan = story.tell(of(&format!("{north},{south}"))).unwrap();
    assert_eq!(plan.changes[0].after["teams"], text(&format!("{north},{south}")));
    // They have to be there still when it is saved.
    assert_eq!(plan.alive, [2, 3].map(|number| RecordKey::new("team", id(number))).into());
    let many = vec![north.as_str(); 51].join(",");
    for (teams, key) in [
        ("", "problem.view.no_team"),
        (gone.as_str(), "problem.reference_not_found"),
        ("north", "problem.reference_not_found"),
        (north.to_uppercase().as_str(), "problem.reference_not_found"),
        (many.as_str(), "problem.too_many"),
    ] {
        assert_eq!(problems(story.tell(of(teams))), [(Some("teams".to_owned()), key.to_owned())], "{teams}");
    }
    assert!(matches!(
        Story::new(REP).with("team", 2, 1, &[], ALL).tell(of(&north)),
        Err(Refusal::Forbidden(_))
    ));
    let mut default = of(&north);
    default[0]["values"]["roles"] = json!("rep");
    let admin = Story::new(ADMINISTRATOR).with("team", 2, 5, &[], ALL);
    assert!(admin.tell(default).is_ok());
}

#[test]
fn a_team_that_is_gone_blocks_no_other_change_of_its_views() {
    let gone = id(4).to_string();
    let own = [
        ("name", text("A")),
        ("entity", text("deal")),
        ("shared", text("teams")),
        ("teams", Value::Text(gone.clone())),
    ];
    let story = Story::new(crate::access::MANAGER).with("saved_view", 7, 1, &own, ALL).with(
        "team",
        2,
        1,
        &[],
        May::default(),
    );
    let update = |values: Json| {
        story.tell(json!([{"do": "update", "entity": "saved_view", "record": id(7), "base_version": 1, "values": values}]))
    };
    assert!(update(json!({"name": "B"})).is_ok());
    assert!(update(json!({"teams": format!("{gone},{}", id(2))})).is_ok());
    assert_eq!(problems(update(json!({"teams": null})))[0].1, "problem.view.no_team");
    assert!(update(json!({"shared": "team", "teams": null})).is_ok());
    assert!(update(json!({"shared": "own"})).is_ok());
}

#[test]
fn an_invitation_is_a_change_of_the_user_and_names_everything_wrong_with_it() {
    let invitation = Invitation {
        user: id(2),
        existing: false,
        name: "Li",
        email: "li@example.com",
        role: REP,
        team: None,
    };
    let invite =
        |story: &Story, invitation: &Invitation<'_>| story.within(|world| plan_invitation(invitation, world));
    let plan = invite(&Story::new(ADMINISTRATOR), &invitation).unwrap();
    let change = &plan.changes[0];
    assert_eq!((change.kind, change.base_version), (ChangeKind::Created, 0));
    assert_eq!(
        (&change.after["status"], &change.after["email"]),
        (&text("invited"), &text("li@example.com"))
    );

    // Sent again with another role: only what differs is written, and on top of what was seen.
    let known = [
        ("name", text("Li")),
        ("email", text("li@example.com")),
        ("role", text(REP)),
        ("status", text("invited")),
    ];
    let story = Story::new(ADMINISTRATOR).with("user", 2, 4, &known, ALL);
    let again = Invitation { existing: true, role: ADMINISTRATOR, ..invitation };
    let plan = invite(&story, &again).unwrap();
    assert_eq!((plan.changes[0].base_version, plan.changes[0].after.len()), (4, 1));

    let wrong = Invitation { existing: true, role: "emperor", team: Some(id(8)), ..invitation };
    let found: BTreeSet<_> = problems(invite(&Story::new(ADMINISTRATOR), &wrong))
        .into_iter()
        .filter_map(|(field, _)| field)
        .collect();
    assert_eq!(found, ["role", "team", "user"].map(str::to_owned).into());
    let active = with_colleague(REP, &[(ADMINISTRATOR, 1)]);
    let taken = problems(invite(&active, &Invitation { existing: true, ..invitation }));
    assert_eq!(taken, [(Some("user".to_owned()), "problem.taken".to_owned())]);
    assert!(matches!(invite(&Story::new(REP), &invitation), Err(Refusal::Forbidden(_))));
}

#[test]
fn who_comes_in_again_joined_when_they_first_did() {
    let now = at("2026-05-01").instant().unwrap();
    let first = plan_acceptance(id(2), 3, None, now);
    assert_eq!(first.changes[0].after["joined_at"], Value::Instant(now));
    let again = plan_acceptance(id(2), 3, Some(now), now.plus_ms(1));
    assert!(!again.changes[0].after.contains_key("joined_at"));
    assert_eq!((again.changes[0].base_version, &again.changes[0].after["status"]), (3, &text("active")));
}

fn file(number: u8, name: &str, media: &str) -> FileInfo {
    FileInfo { id: id(number), name: name.into(), size: 5, media: media.into(), thumbnail: false }
}

/// A deal that may hold files and photos, and a workspace with a file of one's own, a photo and somebody else's file.
fn with_files(held: &[(&str, Value)]) -> Story {
    let mut story = Story::new(ADMINISTRATOR).with("deal", 7, 3, held, ALL);
    let deal = story.schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
    for (id, photos_only) in [("f_files", false), ("f_photos", true)] {
        let field = json!({"id": id, "label": {"zh": id, "en": id}, "type": "file", "max": 3, "photos_only": photos_only, "custom": true});
        deal.fields.push(serde_json::from_value(field).unwrap());
    }
    let known = [
        (file(20, "own.pdf", "application/pdf"), id(1)),
        (file(21, "own.jpg", "image/jpeg"), id(1)),
        (file(22, "other.pdf", "application/pdf"), id(2)),
    ];
    let known = known.map(|(info, by)| (info.id, Uploaded { info, by }));
    story.files = Some(known.into());
    story
}

fn hold(field: &str, files: Json) -> Json {
    json!([{"do": "update", "entity": "deal", "record": id(7), "base_version": 3, "values": {field: files}}])
}

#[test]
fn files_are_ones_own_or_on_the_record_already_and_told_as_the_workspace_knows_them() {
    let held = [("f_files", Value::Files(vec![file(23, "held.pdf", "application/pdf")]))];
    let story = with_files(&held);
    let lied = json!([id(23), {"id": id(20), "name": "lie.jpg", "size": 1, "type": "image/jpeg"}]);
    let plan = story.tell(hold("f_files", lied)).unwrap();
    let expected = [file(23, "held.pdf", "application/pdf"), file(20, "own.pdf", "application/pdf")];
    assert_eq!(plan.changes[0].after["f_files"].files(), expected);
    // What is on the record may move to another of its fields, as far as that takes it.
    assert!(story.tell(hold("f_photos", json!([id(21)]))).is_ok());
    for (field, files, key) in [
        ("f_files", json!([id(22)]), "problem.file_not_found"),
        ("f_files", json!([id(24)]), "problem.file_not_found"),
        ("f_photos", json!([id(20)]), "problem.not_photo"),
        ("f_photos", json!([{"id": id(20), "type": "image/jpeg"}]), "problem.not_photo"),
        ("f_photos", json!([id(23)]), "problem.not_photo"),
        ("f_files", json!([id(20), id(21), id(23), id(24)]), "problem.too_many"),
    ] {
        let found = problems(story.tell(hold(field, files)));
        assert_eq!(found, [(Some(field.to_owned()), key.to_owned())]);
    }
    // The same files again are no change, whatever is said of them.
    let again = story.tell(hold("f_files", json!([{"id": id(23), "name": "lie.pdf"}]))).unwrap();
    assert_eq!(again.changes, []);
}

#[test]
fn a_file_of_a_field_one_does_not_see_is_not_on_the_record() {
    let held = [("f_files", Value::Files(vec![file(23, "held.jpg", "image/jpeg")]))];
    let mut story = with_files(&held);
    assert!(story.tell(hold("f_photos", json!([id(23)]))).is_ok());
    let role = story.schema.roles.iter_mut().find(|role| role.id == ADMINISTRATOR).unwrap();
    role.hidden.insert("deal".into(), ["f_files".to_owned()].into());
    assert_eq!(problems(story.tell(hold("f_photos", json!([id(23)]))))[0].1, "problem.file_not_found");
}

#[test]
fn a_device_that_cannot_look_believes_what_it_is_told() {
    let mut story = with_files(&[]);
    story.files = None;
    let told = json!([file(30, "new.jpg", "image/jpeg").to_json()]);
    let plan = story.tell(hold("f_photos", told)).unwrap();
    assert_eq!(plan.changes[0].after["f_photos"].files(), [file(30, "new.jpg", "image/jpeg")]);
}

#[test]
fn an_undo_brings_files_back_while_they_are_kept() {
    let before = Value::Files(vec![file(22, "other.pdf", "application/pdf")]);
    let mut story = with_files(&[]);
    story.undo = vec![Logged {
        key: RecordKey::new("deal", id(7)),
        kind: ChangeKind::Updated,
        version: 3,
        before: Values::from([("f_files".to_owned(), before.clone())]),
        after: Values::from([("f_files".to_owned(), Value::Null)]),
        inverse: None,
    }];
    let undo = json!([{"do": "undo", "command": id(50)}]);
    assert_eq!(story.tell(undo.clone()).unwrap().changes[0].after["f_files"], before);
    story.files = Some(BTreeMap::new());
    let plan = story.tell(undo).unwrap();
    assert_eq!((plan.changes.len(), plan.kept[0].fields.clone()), (0, vec!["f_files".to_owned()]));
}

fn set_logo(logo: Option<Id>) -> Json {
    json!([{"do": "change_definition", "base_revision": 1, "change": {"change": "set_logo", "logo": logo}}])
}

#[test]
fn a_logo_is_a_small_picture_that_the_writer_brought() {
    let mut story = Story::new(ADMINISTRATOR);
    let kept = |number: u8, media: &str, size: u64, by: u8| {
        let info = FileInfo { size, ..file(number, "logo", media) };
        (info.id, Uploaded { info, by: id(by) })
    };
    story.files = Some(BTreeMap::from([
        kept(20, "image/png", 200 * 1024, 1),
        kept(21, "image/png", 200 * 1024 + 1, 1),
        kept(22, "image/gif", 5, 1),
        kept(23, "image/png", 5, 2),
    ]));
    let plan = story.tell(set_logo(Some(id(20)))).unwrap();
    let (schema, inverse) = plan.definition.unwrap();
    assert_eq!((schema.revision, schema.workspace.logo), (2, Some(id(20))));
    assert_eq!(inverse, DefinitionChange::SetLogo { logo: None });
    assert_eq!(story.tell(set_logo(None)).unwrap().definition.unwrap().0.workspace.logo, None);
    for (number, key) in [
        (21, "problem.file_too_large"),
        (22, "problem.not_logo"),
        (23, "problem.file_not_found"),
        (24, "problem.file_not_found"),
    ] {
        let found = problems(story.tell(set_logo(Some(id(number)))));
        assert_eq!(found, [(Some("logo".to_owned()), key.to_owned())], "{number}");
    }
    story.actor.role = REP.into();
    assert!(matches!(story.tell(set_logo(Some(id(20)))), Err(Refusal::Forbidden(_))));
}

#[test]
fn an_undo_brings_a_logo_back_while_it_is_kept_whoever_brought_it() {
    let mut story = Story::new(ADMINISTRATOR);
    let logo = file(20, "logo.png", "image/png");
    story.files = Some(BTreeMap::from([(logo.id, Uploaded { info: logo, by: id(2) })]));
    story.undo = vec![Logged {
        key: RecordKey::new("definition", id(50)),
        kind: ChangeKind::Defined,
        version: 1,
        before: Values::new(),
        after: Values::new(),
        inverse: Some(DefinitionChange::SetLogo { logo: Some(id(20)) }),
    }];
    assert_eq!(needs_to_undo(&story.undo, &story.schema).1, [id(20)].into());
    let undo = json!([{"do": "undo", "command": id(50)}]);
    let (schema, _) = story.tell(undo.clone()).unwrap().definition.unwrap();
    assert_eq!(schema.workspace.logo, Some(id(20)));
    story.files = Some(BTreeMap::new());
    assert_eq!(problems(story.tell(undo))[0].1, "problem.file_not_found");
}
