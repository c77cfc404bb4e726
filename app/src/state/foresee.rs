//! The planner of the Worker, run here on what is at hand: problems show at their fields before anything is sent, and
//! the screen shows the outcome before the answer is there.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Actor;
use domain::api::record::RecordBody;
use domain::command::{Action, Command, Loaded, May, Plan, Refusal, World, needs, plan};
use domain::fields::{self, Reading};
use domain::message::Problem;
use domain::money::Rates;
use domain::record::{Record, RecordKey, Values};
use domain::schema::{Entity, Schema};
use domain::value::Value;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::session::{schema_now, today, zone};
use super::time::{ZONES, now};
use super::{app, session};

/// Runs `then` with what reading a value needs here.
pub fn with_reading<T>(schema: &Schema, then: impl FnOnce(&Reading<'_>) -> T) -> T {
    then(&Reading { schema, zone: &zone(), zones: &ZONES })
}

/// What is wrong with a value for a field, while it is typed.
pub fn problem_of(schema: &Schema, field: &domain::schema::Field, json: &Json) -> Option<Problem> {
    match with_reading(schema, |reading| fields::read(&field.kind, json, reading)) {
        Ok(Value::Null) if field.required => Some(Problem::on(&field.id, "problem.required")),
        Ok(_) => None,
        Err(problem) => Some(problem.at(&field.id)),
    }
}

/// A record out of the wire's shapes.
pub fn to_record(schema: &Schema, body: &RecordBody) -> Record {
    let definition = schema.entity(&body.entity);
    let read = |definition: &Entity, (id, json): (&String, &Json)| {
        let field = definition.field(id)?;
        let value = with_reading(schema, |reading| fields::read_past(&field.kind, json, reading))?;
        Some((id.clone(), value))
    };
    let values: Values = definition
        .map(|definition| body.values.iter().filter_map(|pair| read(definition, pair)).collect())
        .unwrap_or_default();
    Record {
        key: RecordKey::new(&body.entity, body.id),
        version: body.version,
        values,
        // What this device has just deleted has no moment yet.
        deleted: body.deleted.then(|| body.deleted_at.unwrap_or_else(now)),
    }
}

/// What a command will do, as far as one can know here.
///
/// # Errors
/// The problems that the Worker would find too. What depends on records that are not at hand gives an empty plan.
pub fn foresee(command: &Command, known: &[RecordBody]) -> Result<Plan, Vec<Problem>> {
    let schema = schema_now();
    let Some(session) = app().session.get_untracked() else { return Ok(Plan::default()) };
    let actor = Actor { user: session.user, role: session.role.clone(), zone: session::zone() };
    let created: BTreeSet<RecordKey> = command.actions.iter().filter_map(created_by).collect();
    let mut records: BTreeMap<RecordKey, Loaded> = BTreeMap::new();
    for key in needs(command, &schema).records {
        let known = known.iter().find(|body| body.id == key.id && body.entity == key.entity);
        let loaded = match known {
            Some(body) => Loaded { record: to_record(&schema, body), may: body.may },
            None if created.contains(&key) => continue,
            // Pointed at and not at hand: taken to be there; the Worker knows.
            None => {
                let record = Record { key: key.clone(), version: 1, values: Values::new(), deleted: None };
                Loaded { record, may: May { update: true, delete: true, assign: true } }
            }
        };
        records.insert(key, loaded);
    }
    let own_teams = session.teams.as_ref().map(|teams| teams.iter().copied().collect());
    let world = World {
        schema: &schema,
        actor: &actor,
        now: now(),
        today: today(),
        zones: &ZONES,
        rates: &Rates::default(),
        repeats: None,
        records: &records,
        team_mates: &BTreeSet::new(),
        own_teams: own_teams.as_ref(),
        names: &BTreeMap::new(),
        taken: &BTreeSet::new(),
        leant_on: &BTreeSet::new(),
        teams: &BTreeMap::new(),
        occupied: &BTreeMap::new(),
        active: None,
        files: None,
        undo: &[],
        contacts: &BTreeMap::new(),
        readers: None,
    };
    match plan(command, &world) {
        Ok(plan) => Ok(plan),
        Err(Refusal::Invalid(problems)) => Err(problems),
        // The process is known here whole.
        Err(Refusal::Forbidden(problems))
            if problems.iter().all(|problem| problem.key.starts_with("problem.process.")) =>
        {
            Err(problems)
        }
        // Whose records one may create for, what else changed meanwhile: that is the Worker's to say.
        Err(_) => Ok(Plan::default()),
    }
}

fn created_by(action: &Action) -> Option<RecordKey> {
    match action {
        Action::Create { entity, record, .. } => Some(RecordKey::new(entity, *record)),
        Action::LogTouch { record, .. } => Some(RecordKey::new("touch", *record)),
        _ => None,
    }
}
