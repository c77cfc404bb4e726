//! Text of several lines.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Shape, TextFormats, check_string, read_string};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// Characters; some ten pages.
const MAX: u32 = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LongText {}

impl FieldType for LongText {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_string(json, MAX).map(|text| Value::Text(text.to_owned()))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        check_string(text, MAX).map(|text| Value::Text(text.to_owned()))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn is_sortable(&self) -> bool {
        false
    }

    fn sorts_by_sound(&self) -> bool {
        true
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }
}
