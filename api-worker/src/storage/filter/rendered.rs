//! The cases of `domain::expr::cases` as statements of their own, for the tests here and for D1.

use domain::expr::Checked;
use domain::expr::cases::{Case, entity, env, schema};
use domain::fields::Shape;
use domain::record::Values;
use domain::value::Value;
use serde_json::{Map, Value as Json};

use super::{Filter, Param, compile};

/// A statement of one row with one column: 1 when the case's condition holds in SQL, otherwise 0.
#[must_use]
pub fn statement(case: &Case) -> (String, Vec<Param>) {
    let schema = schema();
    over(&case.checked(&schema), &case.values(&schema))
}

/// The same for any condition on the entity of the cases. The record travels as JSON in the first parameter.
#[must_use]
pub fn over(checked: &Checked, values: &Values) -> (String, Vec<Param>) {
    let schema = schema();
    let columns: Vec<String> = entity(&schema)
        .fields
        .iter()
        .map(|field| format!("json_extract(?1, '$.{0}') AS \"{0}\"", field.id))
        .collect();
    let place = |field: &str, _: Shape| format!("r.\"{field}\"");
    let Filter { sql, params } = compile(checked, &env(), &place, 2);
    let record: Map<String, Json> = values.iter().map(|(id, value)| (id.clone(), stored(value))).collect();
    let params = std::iter::once(Param::Text(Json::Object(record).to_string())).chain(params).collect();
    (format!("SELECT ({sql}) IS TRUE AS holds FROM (SELECT {}) r", columns.join(", ")), params)
}

/// A value as storage keeps it for the language.
pub(super) fn stored(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Decimal(decimal) => Json::from(decimal.units),
        Value::Money(money) => Json::from(money.base_minor),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Instant(at) => Json::from(at.unix_ms()),
        Value::Schedule(schedule) => Json::from(schedule.at.unix_ms()),
        Value::Reference(id) => Json::from(id.to_string()),
        Value::Bool(yes) => Json::from(*yes),
        Value::List(items) => Json::from(items.clone()),
        Value::Address(address) => Json::from(address.line()),
        Value::Files(files) => files.iter().map(|file| file.name.as_str()).collect(),
    }
}
