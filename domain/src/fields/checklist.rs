//! Small steps to tick: a list of texts that each begin with their box, `[ ] Call the bank` or `[x] Call the bank`, as
//! people write them. So they are read wherever a list is: in the log, in files, by the API.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Shape, TextFormats, check_string};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// Steps of one list.
pub const MAX_STEPS: usize = 50;
/// Characters of one step, without its box.
pub const MAX_STEP: u32 = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Checklist {}

/// Whether a step is ticked, and its text; one without a box is not.
#[must_use]
pub fn step(item: &str) -> (bool, &str) {
    let item = item.trim();
    match item.split_at_checked(3) {
        Some(("[ ]", text)) => (false, text.trim()),
        Some(("[x]" | "[X]", text)) => (true, text.trim()),
        _ => (false, item),
    }
}

/// A step as it is kept.
#[must_use]
pub fn boxed(done: bool, text: &str) -> String {
    format!("{} {}", if done { "[x]" } else { "[ ]" }, text.trim())
}

/// The list with nothing ticked.
#[must_use]
pub fn unticked(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| boxed(false, step(item).1)).collect()),
        other => other.clone(),
    }
}

fn collect<'a>(items: impl Iterator<Item = &'a str>) -> Result<Value, Problem> {
    let mut steps = Vec::new();
    for (done, text) in items.map(step).filter(|(_, text)| !text.is_empty()) {
        let text = check_string(text, MAX_STEP)?;
        if text.contains(['\n', '\r', '\t']) {
            return Err(Problem::new("problem.one_line"));
        }
        steps.push(boxed(done, text));
    }
    if steps.len() > MAX_STEPS {
        return Err(Problem::new("problem.too_many").with("max", MAX_STEPS));
    }
    Ok(if steps.is_empty() { Value::Null } else { Value::List(steps) })
}

impl FieldType for Checklist {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let items = json.as_array().ok_or_else(|| Problem::new("problem.not_list"))?;
        let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
        collect(texts.ok_or_else(|| Problem::new("problem.not_text"))?.into_iter())
    }

    /// One step a line.
    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        collect(text.split(['\n', '\r']))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.list().join("\n")
    }

    fn shape(&self) -> Shape {
        Shape::List
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::List
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::PRESENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_as_people_write_them() {
        for (item, read) in [
            ("Call", (false, "Call")),
            ("[ ] Call", (false, "Call")),
            ("[x]Call", (true, "Call")),
            ("  [X]  打电话 ", (true, "打电话")),
            ("[x] [ ] twice", (true, "[ ] twice")),
            ("[]", (false, "[]")),
            ("", (false, "")),
        ] {
            assert_eq!(step(item), read, "{item}");
        }
        let list = Value::List(vec!["[x] Call".into(), "[ ] Write".into()]);
        assert_eq!(unticked(&list), Value::List(vec!["[ ] Call".into(), "[ ] Write".into()]));
        assert_eq!(unticked(&Value::Null), Value::Null);
    }
}
