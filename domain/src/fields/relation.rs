//! A record of another entity. Whether it exists and may be seen is checked when the command is planned.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Exporting, FieldType, Reading, Shape, TextFormats};
use crate::expr::Type;
use crate::ids::Id;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Relation {
    pub entity: String,
}

pub(super) fn read_id(json: &Json) -> Result<Value, Problem> {
    let id = json.as_str().and_then(|text| text.trim().parse::<Id>().ok());
    id.map(Value::Reference).ok_or_else(|| Problem::new("problem.not_an_id"))
}

pub(super) fn write_id(value: &Value) -> String {
    value.reference().map(|id| id.to_string()).unwrap_or_default()
}

impl FieldType for Relation {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_id(json)
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_id(&Json::from(text))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        write_id(value)
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        cx.name(value)
    }

    fn shape(&self) -> Shape {
        Shape::Reference
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Reference
    }
}
