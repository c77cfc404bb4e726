//! The same Rust on both sides: on random definitions and random input, the planner as this machine compiles it
//! and the planner inside the Worker (WebAssembly in workerd) give the same verdict and the same values. The
//! browser's build answers the same kind of questions in tests/e2e/parity.spec.ts.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};

use api_tests::actions::define;
use api_tests::browser::Server;
use api_tests::ids::Dice;
use api_tests::parity::{ENTITIES, Known, ZONES, Zones, change};
use api_tests::person::{Person, command};
use api_tests::workspace::{Workspace, settings};
use domain::api::account::PreferencesRequest;
use domain::api::record::{ListRequest, RecordBody, TodayRequest};
use domain::api::{self, Code, Empty, GetToday, SetPreferences, command::Answer};
use domain::command::{Change, ChangeKind, Command, Conflict, May, needs};
use domain::ids::Id;
use domain::message::Problem;
use domain::money::Currency;
use domain::record::RecordKey;
use domain::schema::{Schema, WorkspaceSettings, change as definition};
use domain::signals::SINCE;
use domain::time::{Date, Instant, Zone as _};
use parity::{Setting, decide};
use serde_json::{Value as Json, json};

const SEED: u64 = 0x2026_1121;
const WORKSPACES: usize = 5;
const CHANGES: usize = 24;
const COMMANDS: usize = 110;

/// A workspace, who acts in it, and what this machine knows of it.
struct Scene {
    workspace: Workspace,
    actor: Person,
    role: &'static str,
    zone: String,
    schema: Schema,
    users: Vec<Id>,
}

/// Which way decisions went, so that a one-sided run shows.
type Counts = BTreeMap<&'static str, usize>;

fn scene(dice: &mut Dice, at: usize) -> Scene {
    let zone = ZONES[(at * 3 + 1) % ZONES.len()].to_owned();
    let workspace = Workspace::on(&Server::shared(), WorkspaceSettings { zone: zone.clone(), ..settings() });
    let team = workspace.team("华东", None);
    let role = if at.is_multiple_of(2) { "rep" } else { "administrator" };
    let actor = workspace.person(role, Some(team));
    let admin = &workspace.admin;
    let rate = json!({"currency": "USD", "from": "2020-01-01", "rate": "7.123456"});
    admin.create("rate", rate);
    let mate =
        admin.create("user", json!({"name": "同事", "role": "rep", "status": "inactive", "team": team}));
    // Their own zone is another than the workspace's now and then.
    let own = dice.pick(&ZONES).to_string();
    actor.call::<SetPreferences>(&[], &PreferencesRequest { language: None, zone: Some(own.clone()) });
    let users = vec![admin.user, actor.user, mate];
    let schema = admin.call::<api::GetSchema>(&[], &Empty {});
    Scene { workspace, actor, role, zone: own, schema, users }
}

impl Scene {
    /// Changes of the definitions, each decided here and there.
    fn define(&mut self, dice: &mut Dice, counts: &mut Counts) {
        for number in 0..CHANGES {
            let change = change(dice, &self.schema, number);
            let answer =
                self.workspace.admin.send(&command(vec![define(self.schema.revision, change.clone())]));
            match (answer, definition::apply(&self.schema, &change, &Zones)) {
                (Answer::Done(_), Ok((next, _))) => {
                    *counts.entry("defined").or_default() += 1;
                    self.schema = next;
                }
                (Answer::Refused { code: Code::Invalid, problems, .. }, Err(expected)) => {
                    *counts.entry("not defined").or_default() += 1;
                    assert_eq!(problems, expected, "{change:?}");
                }
                (answer, expected) => panic!("{change:?}: {answer:?}, and here {expected:?}"),
            }
        }
        assert_eq!(self.workspace.admin.call::<api::GetSchema>(&[], &Empty {}), self.schema);
    }

    fn records(&self) -> Vec<RecordBody> {
        let of = |entity: &&str| {
            let mut records = self.workspace.admin.list(entity, &all(false)).records;
            records.extend(self.workspace.admin.list(entity, &all(true)).records);
            records
        };
        ENTITIES.iter().flat_map(of).collect()
    }

    /// A record as the Worker's planner gets it: whole, when the actor sees it, with what the actor may.
    fn loaded(&self, key: &RecordKey) -> Option<RecordBody> {
        let parts = [key.entity.as_str(), &key.id.to_string()];
        let reply = self.actor.reply::<api::GetRecord>(&parts, &Empty {});
        if reply.status != 200 {
            return None;
        }
        let May { update, delete, assign } = reply.parse::<api::record::RecordReply>().record.may;
        let whole = self.workspace.admin.read(&key.entity, key.id);
        Some(RecordBody { may: May { update, delete, assign }, ..whole })
    }

    /// Everything that the Worker loads for a command.
    fn setting(&self, command: &Command) -> Setting {
        let needs = needs(command, &self.schema);
        let mut records: BTreeMap<RecordKey, RecordBody> = BTreeMap::new();
        let mut keys = needs.records.clone();
        for (subject, relation) in &needs.related {
            let target = self.schema.entity(&subject.entity).and_then(|entity| entity.field(relation));
            let target = target.and_then(|field| field.kind.relation_target());
            let parts = [subject.entity.as_str(), &subject.id.to_string()];
            let reply = self.workspace.admin.reply::<api::GetRecord>(&parts, &Empty {});
            if reply.status == 200
                && let Some(target) = target
                && let Some(id) = reply.json()["record"]["values"][relation.as_str()].as_str()
            {
                keys.insert(RecordKey::new(target, id.parse().unwrap()));
            }
        }
        for key in keys {
            if let Some(body) = self.loaded(&key) {
                records.insert(key, body);
            }
        }
        let mates = [self.users[1], self.users[2]];
        let external = |(entity, id): &(String, String)| {
            // What cannot be stored is not there, and cannot be asked for either.
            if id.contains(char::is_control) {
                return false;
            }
            let filter = json!(["=", ["field", "external_id"], id]);
            self.schema.entity(entity).is_some() && self.workspace.admin.count(entity, Some(&filter)) > 0
        };
        let now = Instant::from_unix_ms(api_tests::ids::now_ms().cast_signed()).unwrap();
        Setting {
            schema: self.schema.clone(),
            user: self.actor.user,
            role: self.role.to_owned(),
            zone: self.zone.clone(),
            now,
            today: self.actor.call::<GetToday>(&[], &TodayRequest {}).today,
            rates: vec![(Currency::parse("USD").unwrap(), Date::parse("2020-01-01").unwrap(), 7_123_456)],
            records: records.into_values().collect(),
            team_mates: mates.into(),
            names: Vec::new(),
            taken: needs.external_ids.iter().filter(|pair| external(pair)).cloned().collect(),
            contacts: self.contacts(&needs.touches),
        }
    }

    /// When the newest contact was with what these touches hang on, without them.
    fn contacts(&self, touches: &BTreeSet<Id>) -> Vec<(String, Id, Option<Instant>)> {
        let touch = self.schema.entity("touch").unwrap();
        let admin = &self.workspace.admin;
        let mut subjects: BTreeSet<(String, Id, String)> = BTreeSet::new();
        for id in touches {
            let reply = admin.reply::<api::GetRecord>(&["touch", &id.to_string()], &Empty {});
            if reply.status != 200 {
                continue;
            }
            let values = reply.parse::<api::record::RecordReply>().record.values;
            for parent in &touch.parents {
                let target = touch.field(parent).and_then(|field| field.kind.relation_target());
                let id = values.get(parent).and_then(Json::as_str).and_then(|id| id.parse().ok());
                subjects.extend(target.zip(id).map(|(target, id)| (target.to_owned(), id, parent.clone())));
            }
        }
        let newest = |(entity, id, parent): (String, Id, String)| {
            let filter = json!(["=", ["field", parent], id]).to_string();
            let others = admin.list("touch", &ListRequest { filter: Some(filter), ..all(false) }).records;
            let others = others.into_iter().filter(|body| !touches.contains(&body.id));
            let at = others.filter_map(|body| Instant::parse(body.values["happened_at"].as_str()?));
            (entity, id, at.max())
        };
        subjects.into_iter().map(newest).collect()
    }

    fn decide_alike(&self, command: &Command, counts: &mut Counts) {
        let setting = self.setting(command);
        let expected = decide(&setting, command, &Zones);
        let answer = self.actor.send(command);
        let way = match (&answer, &expected) {
            (Answer::Done(_), Ok(plan)) => {
                plan.changes.iter().for_each(|change| self.saved(change, &setting));
                "saved"
            }
            (Answer::Refused { code, problems, .. }, Err(refusal)) => {
                let refusal = parts(refusal);
                assert_eq!((*code, problems.as_slice()), (refusal.0, refusal.1), "{command:?}");
                "refused"
            }
            (Answer::Conflict { conflicts, .. }, Err(refusal)) => {
                assert_eq!(conflicts.as_slice(), parts(refusal).2, "{command:?}");
                "in conflict"
            }
            _ => panic!("{command:?}: the Worker says {answer:?}, this machine {expected:?}"),
        };
        *counts.entry(way).or_default() += 1;
    }

    /// The record holds what the plan said.
    fn saved(&self, change: &Change, setting: &Setting) {
        let found = self.workspace.admin.read(&change.key.entity, change.key.id);
        let before = setting.records.iter().find(|body| body.id == change.key.id);
        let mut expected = before.map(|body| body.values.clone()).unwrap_or_default();
        for (field, value) in &change.after {
            match value.to_json() {
                Json::Null => expected.remove(field),
                json => expected.insert(field.clone(), json),
            };
        }
        let mut values = found.values;
        let mut kept_by_the_save = vec!["created_at", "created_by", "updated_at", "updated_by"];
        if change.kind == ChangeKind::Created {
            // New cards go on top, by the clock.
            kept_by_the_save.push("rank");
        }
        if change.after.get(SINCE).is_some_and(|since| !since.is_null()) {
            // By the clock too.
            assert!(values.contains_key(SINCE), "{change:?}");
            kept_by_the_save.push(SINCE);
        }
        for field in kept_by_the_save {
            values.remove(field);
            expected.remove(field);
        }
        assert_eq!(values, expected, "{change:?}");
        let deleted = match change.kind {
            ChangeKind::Deleted => true,
            ChangeKind::Restored | ChangeKind::Created => false,
            _ => before.is_some_and(|body| body.deleted),
        };
        assert_eq!((found.version, found.deleted), (change.base_version + 1, deleted), "{change:?}");
    }
}

fn all(deleted: bool) -> ListRequest {
    ListRequest { limit: Some(200), deleted: deleted.then_some(true), ..ListRequest::default() }
}

fn parts(refusal: &domain::command::Refusal) -> (Code, &[Problem], &[Conflict]) {
    use domain::command::Refusal::{Conflict, Forbidden, Invalid, NotFound, Outdated};
    match refusal {
        Invalid(problems) => (Code::Invalid, problems, &[]),
        Forbidden(problems) => (Code::Forbidden, problems, &[]),
        NotFound(problems) => (Code::NotFound, problems, &[]),
        Conflict(conflicts) => (Code::Conflict, &[], conflicts),
        Outdated => (Code::Outdated, &[], &[]),
    }
}

#[test]
fn the_worker_and_this_machine_decide_alike() {
    println!("seed {SEED:#x}");
    let mut dice = Dice::new(SEED);
    let mut counts = Counts::new();
    for at in 0..WORKSPACES {
        let mut scene = scene(&mut dice, at);
        scene.define(&mut dice, &mut counts);
        for number in 0..COMMANDS {
            let records = if number % 5 == 0 { Vec::new() } else { scene.records() };
            let known = Known { schema: &scene.schema, records: &records, users: &scene.users };
            let command = known.command(&mut dice);
            scene.decide_alike(&command, &mut counts);
        }
    }
    println!("{counts:?}");
    for way in ["defined", "not defined", "saved", "refused", "in conflict"] {
        assert!(
            counts.get(way).is_some_and(|count| *count > 10),
            "too few {way} to prove anything: {counts:?}"
        );
    }
}

#[test]
fn every_edge_of_a_clock_is_the_same_instant_on_both_sides() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    for (zone, date, time) in api_tests::parity::EDGES {
        let wish = json!({"date": date, "time": time, "zone": zone});
        let local = format!("{date}T{time}:00").parse().unwrap();
        let at = Zones.instant(zone, local).unwrap();
        admin.update("account", account, json!({"next_touch": wish}));
        assert_eq!(admin.value("account", account, "next_touch")["at"], json!(at), "{wish}");
    }
}
