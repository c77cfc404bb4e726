//! The planner, asked about worlds that are written down, so that two builds of it can be given the same question.
//! `api-tests` writes a table of questions with the answers of this machine; compiled as the app is, with the
//! browser's own time zones, this crate answers them again in the browser.

#[cfg(target_arch = "wasm32")]
mod browser;
/// The app's own: what the browser says about time zones.
#[cfg(target_arch = "wasm32")]
#[path = "../../../app/src/state/time.rs"]
pub mod time;

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Actor;
use domain::api::record::RecordBody;
use domain::command::{Change, Command, Loaded, Plan, Refusal, World, plan};
use domain::fields::{self, Reading};
use domain::ids::Id;
use domain::money::{Currency, Rate, Rates};
use domain::record::{Record, RecordKey, Values};
use domain::schema::Schema;
use domain::time::{Date, Instant, Zone};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Questions with the answers that one build gave.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Table {
    pub settings: Vec<Setting>,
    pub cases: Vec<Case>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Case {
    /// Which of the table's settings.
    pub setting: usize,
    pub command: Command,
    pub verdict: Json,
}

/// Everything the planner may look at, in the shapes of the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setting {
    pub schema: Schema,
    pub user: Id,
    pub role: String,
    pub zone: String,
    pub now: Instant,
    pub today: Date,
    /// Currency, from when, in millionths.
    pub rates: Vec<(Currency, Date, i64)>,
    pub records: Vec<RecordBody>,
    pub team_mates: BTreeSet<Id>,
    /// Entity, match key of a name, and whose it is.
    pub names: Vec<(String, String, Vec<Id>)>,
    pub taken: BTreeSet<(String, String)>,
    /// What the command's touches hang on, and when the newest contact was without them.
    pub contacts: Vec<(String, Id, Option<Instant>)>,
}

/// What the planner decides, whole, as JSON.
#[must_use]
pub fn verdict(setting: &Setting, command: &Command, zones: &dyn Zone) -> Json {
    match decide(setting, command, zones) {
        Ok(plan) => planned(&plan),
        Err(Refusal::Invalid(problems)) => json!({"invalid": problems}),
        Err(Refusal::Forbidden(problems)) => json!({"forbidden": problems}),
        Err(Refusal::NotFound(problems)) => json!({"not_found": problems}),
        Err(Refusal::Conflict(conflicts)) => json!({"conflict": conflicts}),
        Err(Refusal::Outdated) => json!("outdated"),
    }
}

/// What the planner decides.
///
/// # Errors
/// The planner's own no.
pub fn decide(setting: &Setting, command: &Command, zones: &dyn Zone) -> Result<Plan, Refusal> {
    let actor = Actor { user: setting.user, role: setting.role.clone(), zone: setting.zone.clone() };
    let rate = |(currency, from, micros): &(Currency, Date, i64)| Rate {
        currency: *currency,
        from: *from,
        micros: *micros,
    };
    let reading = Reading { schema: &setting.schema, zone: &setting.zone, zones };
    let records: BTreeMap<RecordKey, Loaded> = setting
        .records
        .iter()
        .map(|body| loaded(body, &reading))
        .map(|l| (l.record.key.clone(), l))
        .collect();
    let names = setting.names.iter().map(|(entity, key, ids)| ((entity.clone(), key.clone()), ids.clone()));
    let contacts =
        setting.contacts.iter().map(|(entity, id, last)| (RecordKey::new(entity, *id), *last)).collect();
    let world = World {
        schema: &setting.schema,
        actor: &actor,
        now: setting.now,
        today: setting.today,
        zones,
        rates: &Rates(setting.rates.iter().map(rate).collect()),
        repeats: None,
        records: &records,
        team_mates: &setting.team_mates,
        own_teams: None,
        names: &names.collect(),
        taken: &setting.taken,
        occupied: &BTreeMap::new(),
        active: None,
        files: None,
        undo: &[],
        leant_on: &BTreeSet::new(),
        teams: &BTreeMap::new(),
        contacts: &contacts,
        readers: None,
    };
    plan(command, &world)
}

/// A record out of the wire's shape; what does not read as a value is left out.
fn loaded(body: &RecordBody, reading: &Reading<'_>) -> Loaded {
    let value = |(id, json): (&String, &Json)| {
        let field = reading.schema.entity(&body.entity)?.field(id)?;
        fields::read(&field.kind, json, reading).ok().map(|value| (id.clone(), value))
    };
    let values = body.values.iter().filter_map(value).collect();
    let key = RecordKey::new(&body.entity, body.id);
    Loaded { record: Record { key, version: body.version, values, deleted: body.deleted_at }, may: body.may }
}

fn planned(plan: &Plan) -> Json {
    let Plan { changes, alive, definition, rows, found, kept, import, vacant, keys, numbers, mentions } =
        plan;
    // As they are inside: on the wire a value does not say what it is worth in the workspace's currency.
    let values = |values: &Values| -> BTreeMap<String, String> {
        values.iter().map(|(field, value)| (field.clone(), format!("{value:?}"))).collect()
    };
    let change = |Change { key, kind, base_version, before, after }: &Change| {
        let (before, after) = (values(before), values(after));
        json!({"entity": key.entity, "id": key.id, "kind": kind, "base": base_version, "before": before, "after": after})
    };
    let keys_of = |keys: &BTreeSet<RecordKey>| -> Vec<Json> {
        keys.iter().map(|key| json!([key.entity, key.id])).collect()
    };
    let (alive, found) = (keys_of(alive), keys_of(found));
    json!({
        "changes": changes.iter().map(change).collect::<Vec<_>>(),
        "alive": alive,
        "found": found,
        "definition": definition,
        "rows": rows,
        "kept": kept,
        "import": import,
        "vacant": format!("{vacant:?}"),
        "keys": format!("{keys:?}"),
        "numbers": format!("{numbers:?}"),
        "mentions": format!("{mentions:?}"),
    })
}
