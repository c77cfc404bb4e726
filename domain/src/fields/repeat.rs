//! A rule by which something repeats: RFC 5545, kept as text.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Shape, TextFormats, check_string, read_string};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::recurrence::{MAX_RULE, tidied};
use crate::schema::Schema;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Repeat {}

fn rule(text: &str) -> Result<Value, Problem> {
    tidied(text).map(Value::Text).map_err(|_| Problem::new("problem.not_repeat"))
}

impl FieldType for Repeat {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_string(json, MAX_RULE).and_then(rule)
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        check_string(text, MAX_RULE).and_then(rule)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::PRESENCE
    }

    fn is_sortable(&self) -> bool {
        false
    }
}
