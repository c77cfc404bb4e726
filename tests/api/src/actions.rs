//! Actions in short.

use domain::command::{Action, ImportRow, Wire};
use domain::fields::{DateOrder, DecimalMark, TextFormats};
use domain::ids::Id;
use domain::money::Currency;
use domain::schema::change::DefinitionChange;
use domain::schema::{Field, Label, Pipeline, Stage, StageStatus};
use domain::time::Instant;
use serde_json::Value as Json;

use crate::ids::now_ms;

#[track_caller]
fn wire(values: Json) -> Wire {
    match values {
        Json::Object(values) => values.into_iter().collect(),
        other => panic!("values are an object, not {other}"),
    }
}

#[track_caller]
#[must_use]
pub fn create(entity: &str, record: Id, values: Json) -> Action {
    Action::Create { entity: entity.to_owned(), record, values: wire(values) }
}

#[track_caller]
#[must_use]
pub fn update(entity: &str, record: Id, base_version: u64, old: Json, values: Json) -> Action {
    Action::Update { entity: entity.to_owned(), record, base_version, old: wire(old), values: wire(values) }
}

#[must_use]
pub fn delete(entity: &str, record: Id, base_version: u64) -> Action {
    Action::Delete { entity: entity.to_owned(), record, base_version }
}

#[must_use]
pub fn restore(entity: &str, record: Id) -> Action {
    Action::Restore { entity: entity.to_owned(), record }
}

#[must_use]
pub fn move_deal(record: Id, from: &str, to: &str) -> Action {
    Action::move_stage("deal", record, from, to)
}

/// A move with fields that are filled in on the way.
#[track_caller]
#[must_use]
pub fn move_deal_with(record: Id, from: &str, to: &str, filled: Json) -> Action {
    let mut action = Action::move_stage("deal", record, from, to);
    if let Action::MoveStage { values, .. } = &mut action {
        *values = wire(filled);
    }
    action
}

/// What a deal needs to be signed.
#[must_use]
pub fn signing() -> Json {
    serde_json::json!({"amount": {"amount": 100, "currency": "CNY"}, "close_date": "2026-05-01"})
}

#[track_caller]
#[must_use]
pub fn log_touch(record: Id, entity: &str, subject: Id, values: Json, next_touch: Option<Json>) -> Action {
    Action::LogTouch { record, entity: entity.to_owned(), subject, values: wire(values), next_touch }
}

#[must_use]
pub fn assign(entity: &str, record: Id, old_owner: Option<Id>, owner: Option<Id>) -> Action {
    Action::Assign { entity: entity.to_owned(), record, old_owner, owner }
}

/// Lets a deal rest until a day; without one it goes on.
#[must_use]
pub fn pause(record: Id, old_until: Option<Json>, until: Option<Json>, reason: Option<&str>) -> Action {
    Action::Pause { entity: "deal".to_owned(), record, old_until, until, reason: reason.map(str::to_owned) }
}

/// Is reminded so many minutes from now of what is due.
#[track_caller]
#[must_use]
pub fn snooze(entity: &str, record: Id, minutes: i64) -> Action {
    let now = i64::try_from(now_ms()).ok().and_then(Instant::from_unix_ms);
    let Some(now) = now else { panic!("a clock of our years") };
    Action::Snooze { entity: entity.to_owned(), record, until: now.plus_ms(minutes * 60_000) }
}

/// Rows with days as 2026-05-01, a decimal point and dollars.
#[track_caller]
#[must_use]
pub fn import(import: Id, entity: &str, create_missing: bool, rows: Vec<ImportRow>) -> Action {
    let Some(currency) = Currency::parse("USD") else { panic!("USD is a currency") };
    let formats = TextFormats { dates: DateOrder::YearMonthDay, decimal: DecimalMark::Point, currency };
    let (also, by_name) = (Vec::new(), false);
    Action::ImportRows { import, entity: entity.to_owned(), formats, create_missing, also, by_name, rows }
}

/// The same where rows describe records of these relations too, and one name is one record.
#[track_caller]
#[must_use]
pub fn import_several(import: Id, entity: &str, also: &[&str], rows: Vec<ImportRow>) -> Action {
    let mut action = self::import(import, entity, true, rows);
    if let Action::ImportRows { also: relations, by_name, .. } = &mut action {
        relations.extend(also.iter().map(|relation| (*relation).to_owned()));
        *by_name = true;
    }
    action
}

#[must_use]
pub fn define(base_revision: u64, change: DefinitionChange) -> Action {
    Action::ChangeDefinition { base_revision, change }
}

/// A second pipeline of deals, for all.
#[must_use]
pub fn renewal() -> Pipeline {
    let stage = |id: &str, status| Stage::new(id, Label::new(id, id), status, 50);
    Pipeline {
        id: "p_renewal".into(),
        entity: "deal".into(),
        label: Label::new("续约", "Renewal"),
        stages: vec![
            stage("s_due", StageStatus::Open),
            stage("s_renewed", StageStatus::Won),
            stage("s_left", StageStatus::Lost),
        ],
        edges: Vec::new(),
        teams: Vec::new(),
        products: Vec::new(),
    }
}

#[must_use]
pub fn undo(command: Id) -> Action {
    Action::Undo { command }
}

/// A custom field; `kind` is its type with its settings, as on the wire.
#[track_caller]
#[must_use]
pub fn field(id: &str, kind: Json) -> Field {
    let mut json = kind;
    json["id"] = id.into();
    json["label"] = serde_json::json!(Label::new(id, id));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("not a field: {error}"))
}

/// Adds a custom field.
#[track_caller]
#[must_use]
pub fn add_field(revision: u64, entity: &str, id: &str, kind: Json) -> Action {
    define(revision, DefinitionChange::AddField { entity: entity.to_owned(), field: field(id, kind) })
}
