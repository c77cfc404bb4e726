//! A user of the workspace.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::relation::{read_id, write_id};
use super::{Exporting, FieldType, Reading, Shape, TextFormats};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct User {}

impl FieldType for User {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_id(json)
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_id(&Json::from(text))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        write_id(value)
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::PERSON
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
