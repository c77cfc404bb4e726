//! Where a field lies: its columns, or its key in the record's `custom` column. Nobody else knows.

use domain::address::{Address, PARTS};
use domain::fields::{FieldKind, Shape};
use domain::files::FileInfo;
use domain::money::{Currency, Money};
use domain::schema::{Entity, Field};
use domain::time::{Date, Instant, Schedule, TimeOfDay};
use domain::value::{Decimal, Value};
use serde_json::{Map, Value as Json, json};

/// Columns of every record table that are fields to readers too, but kept by the save itself.
pub const BOOKKEEPING: [&str; 4] = ["created_at", "created_by", "updated_at", "updated_by"];

/// A table's name as SQL; `user` is a word of other databases and quoted like all.
#[must_use]
pub fn table(entity: &Entity) -> String {
    format!("\"{}\"", entity.id)
}

/// The names of a built-in field's columns, the main one first: these behind its id.
#[must_use]
pub fn endings(field: &Field) -> &'static [&'static str] {
    match field.kind.behaviour().shape() {
        Shape::Money => &["", "_currency", "_base"],
        Shape::Schedule => &["_date", "_time", "_zone", "_at"],
        Shape::Reference => &["_id"],
        Shape::Text
        | Shape::Integer
        | Shape::Decimal(_)
        | Shape::Date
        | Shape::Instant
        | Shape::Bool
        | Shape::List
        | Shape::Address
        | Shape::Files => &[""],
    }
}

/// The names of a built-in field's columns, the main one first.
#[must_use]
pub fn columns(field: &Field) -> Vec<String> {
    endings(field).iter().map(|ending| format!("{}{ending}", field.id)).collect()
}

/// The expression a condition, a sort or a group compares: money by its worth in the workspace's currency, a
/// schedule by its moment, an address by its line, files by their names. A list is its JSON.
#[must_use]
pub fn comparable(alias: &str, field: &Field) -> String {
    let shape = field.kind.behaviour().shape();
    if field.custom {
        let path = match shape {
            Shape::Money => format!("$.{}.base", field.id),
            Shape::Schedule => format!("$.{}.at", field.id),
            Shape::Address => format!("$.{}.line", field.id),
            Shape::Files => format!("$.{}.names", field.id),
            _ => format!("$.{}", field.id),
        };
        return format!("json_extract({alias}.custom, '{path}')");
    }
    let inside = match shape {
        Shape::Address => Some("line"),
        Shape::Files => Some("names"),
        _ => None,
    };
    if let Some(part) = inside {
        return format!("json_extract({alias}.\"{}\", '$.{part}')", field.id);
    }
    let column = match shape {
        Shape::Money => format!("{}_base", field.id),
        Shape::Schedule => format!("{}_at", field.id),
        _ => columns(field).swap_remove(0),
    };
    format!("{alias}.\"{column}\"")
}

/// The text that search reads: what `Value::searched_text` makes of the field's value.
#[must_use]
pub fn searched(alias: &str, field: &Field) -> String {
    let stored = comparable(alias, field);
    match field.kind.behaviour().shape() {
        Shape::List => format!("(SELECT group_concat(l.value, ', ') FROM json_each({stored}) l)"),
        _ => stored,
    }
}

/// Whether a field holds anything: money counts before its worth is known.
#[must_use]
pub fn filled(alias: &str, field: &Field) -> String {
    if field.custom {
        format!("json_extract({alias}.custom, '$.{}') IS NOT NULL", field.id)
    } else {
        format!("{alias}.\"{}\" IS NOT NULL", columns(field).swap_remove(0))
    }
}

/// The currency of an amount as it was entered.
#[must_use]
pub fn currency(alias: &str, field: &Field) -> String {
    if field.custom {
        format!("json_extract({alias}.custom, '$.{}.currency')", field.id)
    } else {
        format!("{alias}.\"{}_currency\"", field.id)
    }
}

/// What a value's columns hold, in the order of [`columns`].
#[must_use]
pub fn to_columns(field: &Field, value: &Value) -> Vec<Json> {
    match value {
        Value::Null => vec![Json::Null; endings(field).len()],
        Value::Text(text) => vec![Json::from(text.as_str())],
        Value::Integer(number) => vec![Json::from(*number)],
        Value::Decimal(decimal) => vec![Json::from(decimal.units)],
        Value::Money(money) => {
            vec![Json::from(money.minor), Json::from(money.currency.code()), Json::from(money.base_minor)]
        }
        Value::Date(date) => vec![Json::from(date.to_string())],
        Value::Instant(at) => vec![Json::from(at.unix_ms())],
        Value::Schedule(schedule) => vec![
            Json::from(schedule.date.to_string()),
            Json::from(schedule.time.map(|time| time.to_string())),
            Json::from(schedule.zone.as_str()),
            Json::from(schedule.at.unix_ms()),
        ],
        Value::Reference(id) => vec![Json::from(id.to_string())],
        Value::Bool(yes) => vec![Json::from(i32::from(*yes))],
        // One column holds one text.
        Value::List(_) | Value::Address(_) | Value::Files(_) => {
            vec![Json::from(to_custom(value).to_string())]
        }
    }
}

/// A value out of its columns, which it takes for its own. Storage that does not read as the field's type reads as
/// null: a definition never makes a record unreadable.
#[must_use]
pub fn from_columns(kind: &FieldKind, columns: &mut [Json]) -> Value {
    read(kind, columns).unwrap_or(Value::Null)
}

fn read(kind: &FieldKind, columns: &mut [Json]) -> Option<Value> {
    let (first, others) = columns.split_first_mut().filter(|(first, _)| !first.is_null())?;
    let value = match (kind.behaviour().shape(), others) {
        (Shape::Text, _) => match first.take() {
            Json::String(text) => Value::Text(text),
            _ => return None,
        },
        (Shape::Integer, _) => Value::Integer(first.as_i64()?),
        (Shape::Decimal(scale), _) => Value::Decimal(Decimal { units: first.as_i64()?, scale }),
        (Shape::Money, [currency, base]) => {
            let currency = Currency::parse(currency.as_str()?)?;
            Value::Money(Money { minor: first.as_i64()?, currency, base_minor: base.as_i64() })
        }
        (Shape::Date, _) => Value::Date(Date::parse(first.as_str()?)?),
        (Shape::Instant, _) => Value::Instant(Instant::from_unix_ms(first.as_i64()?)?),
        (Shape::Schedule, [time, zone, at]) => Value::Schedule(Schedule {
            date: Date::parse(first.as_str()?)?,
            time: time.as_str().and_then(TimeOfDay::parse),
            zone: zone.as_str()?.to_owned(),
            at: Instant::from_unix_ms(at.as_i64()?)?,
        }),
        (Shape::Reference, _) => Value::Reference(first.as_str()?.parse().ok()?),
        (Shape::Bool, _) => Value::Bool(first.as_bool().or_else(|| first.as_i64().map(|bit| bit == 1))?),
        (Shape::List, _) => {
            let items = unpacked(first.take())?;
            let texts = items.as_array()?.iter().filter_map(Json::as_str).map(str::to_owned);
            Value::List(Some(texts.collect::<Vec<_>>()).filter(|texts| !texts.is_empty())?)
        }
        (Shape::Address, _) => {
            let parts = unpacked(first.take())?;
            let mut address = Address::default();
            for part in PARTS {
                let text = parts.get(part).and_then(Json::as_str).unwrap_or_default();
                text.clone_into(address.part_mut(part)?);
            }
            Value::Address(Some(Box::new(address)).filter(|address| !address.is_empty())?)
        }
        (Shape::Files, _) => {
            let files = unpacked(first.take())?;
            let known = files.get("files")?.as_array()?.iter().filter_map(FileInfo::from_json);
            Value::Files(Some(known.collect::<Vec<_>>()).filter(|files| !files.is_empty())?)
        }
        (Shape::Money | Shape::Schedule, _) => return None,
    };
    Some(value)
}

/// JSON as it stands in the `custom` column, or as the text of a column of its own.
fn unpacked(stored: Json) -> Option<Json> {
    match stored {
        Json::String(text) => serde_json::from_str(&text).ok(),
        stored => Some(stored),
    }
}

/// A custom field's value as it stands in the `custom` column: numbers where a condition compares numbers.
#[must_use]
pub fn to_custom(value: &Value) -> Json {
    match value {
        Value::Decimal(decimal) => Json::from(decimal.units),
        Value::Instant(at) => Json::from(at.unix_ms()),
        Value::Money(money) => {
            json!({"minor": money.minor, "currency": money.currency, "base": money.base_minor})
        }
        Value::Schedule(schedule) => json!({
            "date": schedule.date, "time": schedule.time.map(|time| time.to_string()), "zone": schedule.zone, "at": schedule.at.unix_ms(),
        }),
        Value::Address(address) => {
            let mut stored = address.to_json();
            stored["line"] = Json::from(address.line());
            stored
        }
        Value::Files(files) => {
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            json!({"files": value.to_json(), "names": names})
        }
        value => value.to_json(),
    }
}

#[must_use]
pub fn from_custom(kind: &FieldKind, mut stored: Json) -> Value {
    let mut parts = |keys: &[&str]| -> Vec<Json> {
        keys.iter().map(|key| stored.get_mut(key).map_or(Json::Null, Json::take)).collect()
    };
    match kind.behaviour().shape() {
        Shape::Money => from_columns(kind, &mut parts(&["minor", "currency", "base"])),
        Shape::Schedule => from_columns(kind, &mut parts(&["date", "time", "zone", "at"])),
        _ => from_columns(kind, std::slice::from_mut(&mut stored)),
    }
}

/// The `custom` column of a record with these values.
#[must_use]
pub fn custom(entity: &Entity, values: &domain::record::Values) -> Json {
    let mut custom = Map::new();
    for field in entity.fields.iter().filter(|field| field.custom) {
        if let Some(value) = values.get(&field.id).filter(|value| !value.is_null()) {
            custom.insert(field.id.clone(), to_custom(value));
        }
    }
    Json::Object(custom)
}
