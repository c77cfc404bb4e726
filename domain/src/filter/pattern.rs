//! Conditions with holes: written by putting values in, read by seeing what stands where the holes are. One pattern
//! serves both ways, so that the two cannot drift apart.
//!
//! A hole is the text `$field`, `$1`, `$2`, `-$1` (a number with its sign turned) or `$list`. Patterns are ours; no
//! text of a person gets into one.

use serde_json::{Value as Json, json};

#[must_use]
pub fn write(pattern: &Json, field: &str, values: &[Json]) -> Json {
    let value = |at: usize| values.get(at).cloned().unwrap_or(Json::Null);
    match pattern {
        Json::String(hole) => match hole.as_str() {
            "$field" => json!(["field", field]),
            "$1" => value(0),
            "$2" => value(1),
            "-$1" => value(0).as_i64().map_or(Json::Null, |number| Json::from(-number)),
            "$list" => Json::Array(values.to_vec()),
            _ => pattern.clone(),
        },
        Json::Array(parts) => parts.iter().map(|part| write(part, field, values)).collect(),
        other => other.clone(),
    }
}

/// The values in the holes; `None` when the condition has another shape. Which field it is about has been found by
/// [`field_of`] and is not looked at again, except that it is one and the same.
#[must_use]
pub fn read(pattern: &Json, json: &Json) -> Option<Vec<Json>> {
    let mut found = Found { field: None, values: [None, None], list: None };
    found.take(pattern, json)?;
    match found.list {
        Some(list) => Some(list),
        None => Some(found.values.into_iter().flatten().collect()),
    }
}

/// The field that a condition asks about first.
#[must_use]
pub fn field_of(json: &Json) -> Option<&str> {
    let parts = json.as_array()?;
    match parts.as_slice() {
        [Json::String(name), Json::String(id)] if name == "field" => Some(id),
        _ => parts.iter().find_map(field_of),
    }
}

struct Found {
    field: Option<Json>,
    values: [Option<Json>; 2],
    list: Option<Vec<Json>>,
}

impl Found {
    fn take(&mut self, pattern: &Json, json: &Json) -> Option<()> {
        match (pattern, json) {
            (Json::String(hole), json) if hole == "$field" => {
                let is_field = json.get(0).and_then(Json::as_str) == Some("field");
                (is_field && self.field.get_or_insert_with(|| json.clone()) == json).then_some(())
            }
            (Json::String(hole), json) if hole == "$1" => self.value(0, json.clone()),
            (Json::String(hole), json) if hole == "$2" => self.value(1, json.clone()),
            (Json::String(hole), json) if hole == "-$1" => {
                let number = json.as_i64().filter(|number| *number < 0)?;
                self.value(0, Json::from(number.checked_neg()?))
            }
            (Json::String(hole), Json::Array(items)) if hole == "$list" => {
                let sound = !items.is_empty() && items.iter().all(Json::is_string);
                self.list = sound.then(|| items.clone());
                sound.then_some(())
            }
            (Json::Array(patterns), Json::Array(parts)) if patterns.len() == parts.len() => {
                patterns.iter().zip(parts).try_for_each(|(pattern, part)| self.take(pattern, part))
            }
            (pattern, json) => (pattern == json).then_some(()),
        }
    }

    /// A literal that is something; the same hole holds the same everywhere.
    fn value(&mut self, at: usize, json: Json) -> Option<()> {
        let literal = match &json {
            Json::String(text) => !text.is_empty(),
            Json::Number(_) => true,
            _ => false,
        };
        let known = self.values[at].get_or_insert_with(|| json.clone());
        (literal && *known == json).then_some(())
    }
}
