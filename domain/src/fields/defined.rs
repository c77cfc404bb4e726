//! Choices that stand in the definitions and not in the field: the stages of the pipelines, the roles.

use serde_json::Value as Json;

use super::{ChoiceOption, Exporting, FieldType, Reading, Shape, TextFormats, find_option, read_string};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// A type of field with such choices.
pub trait Defined {
    /// All of them, in their order.
    fn choices(&self, schema: &Schema) -> Vec<ChoiceOption>;
}

impl<T: Defined> FieldType for T {
    fn read(&self, json: &Json, cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 200)?;
        let known = self.choices(cx.schema).iter().any(|choice| choice.id == text);
        known.then(|| Value::Text(text.to_owned())).ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, cx: &Reading<'_>) -> Result<Value, Problem> {
        find_option(&self.choices(cx.schema), text)
            .map(Value::Text)
            .ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::CHOICE
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        cx.option(&self.choices(cx.reading.schema), value.text().unwrap_or_default())
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn options(&self, schema: &Schema) -> Vec<ChoiceOption> {
        self.choices(schema)
    }

    fn order(&self, schema: &Schema) -> Option<Vec<String>> {
        Some(self.choices(schema).into_iter().map(|choice| choice.id).collect())
    }
}
