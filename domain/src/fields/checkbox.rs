//! Yes or no. A record made before the field was has neither.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Exporting, FieldType, Reading, Shape, TextFormats};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::text::half_width;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Checkbox {}

/// How files say yes and no, in half width and small letters.
const YES: [&str; 12] = ["yes", "y", "true", "t", "1", "x", "on", "是", "对", "有", "√", "✓"];
const NO: [&str; 12] = ["no", "n", "false", "f", "0", "-", "off", "否", "不", "无", "×", "✗"];

/// What a word of a file says; `None` when it is neither yes nor no.
#[must_use]
pub fn yes_or_no(text: &str) -> Option<bool> {
    let word: String = text.trim().chars().map(half_width).map(|c| c.to_ascii_lowercase()).collect();
    if YES.contains(&word.as_str()) {
        Some(true)
    } else if NO.contains(&word.as_str()) {
        Some(false)
    } else {
        None
    }
}

impl FieldType for Checkbox {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        json.as_bool().map(Value::Bool).ok_or_else(|| Problem::new("problem.not_yes_or_no"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        yes_or_no(text).map(Value::Bool).ok_or_else(|| Problem::new("problem.not_yes_or_no"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Bool(yes) => yes.to_string(),
            _ => String::new(),
        }
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        let word = |yes| match (yes, cx.chinese) {
            (true, true) => "是",
            (false, true) => "否",
            (true, false) => "yes",
            (false, false) => "no",
        };
        match value {
            Value::Bool(yes) => word(*yes).to_owned(),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Bool
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Bool
    }
}
