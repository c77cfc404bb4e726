//! One line of text.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    Adjustment, FieldKind, FieldType, Reading, Searched, Shape, TextFormats, check_string, read_string,
};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// The longest that one can be set to, in characters.
pub(super) const MAX: u32 = 2000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Text {
    /// Characters.
    pub max: u32,
}

impl Text {
    fn line(text: &str) -> Result<Value, Problem> {
        if text.contains(['\n', '\r']) {
            return Err(Problem::new("problem.one_line"));
        }
        Ok(Value::Text(text.to_owned()))
    }
}

impl FieldType for Text {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_string(json, self.max).and_then(Self::line)
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        check_string(text, self.max).and_then(Self::line)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn sorts_by_sound(&self) -> bool {
        true
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Words)
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn check_settings(&self) -> Vec<Problem> {
        if (1..=MAX).contains(&self.max) {
            Vec::new()
        } else {
            vec![Problem::on("max", "problem.out_of_range").with("min", 1).with("max", MAX)]
        }
    }

    fn adjustment(&self) -> Option<Adjustment> {
        Some(Adjustment { max: Some(i64::from(self.max)), ..Adjustment::default() })
    }

    fn adjusted(&self, to: &Adjustment) -> Result<FieldKind, Problem> {
        to.only(&Adjustment { max: to.max, ..Adjustment::default() })?;
        let max = to.max.ok_or_else(|| Problem::on("max", "problem.required"))?;
        // What is no length is refused with those that are too long.
        Ok(FieldKind::text(u32::try_from(max).unwrap_or(u32::MAX)))
    }

    fn may_be_personal(&self) -> bool {
        true
    }
}
