//! A share of a hundred: `"12.5"` means 12.5 %. Never a fraction of one, on the wire or in a file.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Adjustment, FieldKind, FieldType, Reading, Shape, TextFormats, plain_number};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::text::half_width;
use crate::value::{Decimal, Value};

/// Decimals a percentage can have.
const MAX_SCALE: u32 = 4;
/// Growth can be more than a hundred percent and less than none; a million is a typing error.
const MAX: i64 = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Percent {
    /// Decimals, 0 to 4.
    #[serde(default)]
    pub scale: u32,
    /// The least and the most it can be, in whole percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl Percent {
    fn scale(&self) -> u32 {
        self.scale.min(MAX_SCALE)
    }

    fn parse(&self, text: &str) -> Result<Value, Problem> {
        let scale = self.scale();
        let decimal = Decimal::parse(text, scale)
            .ok_or_else(|| Problem::new("problem.not_decimal").with("scale", scale))?;
        let (min, max) = (self.min.unwrap_or(-MAX).max(-MAX), self.max.unwrap_or(MAX).min(MAX));
        let unit = 10_i64.pow(scale);
        if !(min * unit..=max * unit).contains(&decimal.units) {
            return Err(Problem::new("problem.out_of_range").with("min", min).with("max", max));
        }
        Ok(Value::Decimal(decimal))
    }
}

impl FieldType for Percent {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        match json {
            Json::String(text) => self.parse(text.trim()),
            Json::Number(number) => self.parse(&number.to_string()),
            _ => Err(Problem::new("problem.not_number")),
        }
    }

    fn read_text(&self, text: &str, formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text: String = text.trim().chars().map(half_width).collect();
        let number = text.strip_suffix('%').unwrap_or(&text);
        let plain =
            plain_number(number, formats.decimal).ok_or_else(|| Problem::new("problem.not_number"))?;
        self.parse(&plain)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Decimal(decimal) => format!("{decimal}%"),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Decimal(self.scale())
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Number { scale: self.scale() }
    }

    fn check_settings(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.scale > MAX_SCALE {
            problems.push(Problem::on("scale", "problem.out_of_range").with("min", 0).with("max", MAX_SCALE));
        }
        if self.min.zip(self.max).is_some_and(|(min, max)| min > max) {
            problems.push(Problem::on("max", "problem.less_than_min"));
        }
        problems
    }

    fn adjustment(&self) -> Option<Adjustment> {
        Some(Adjustment { scale: Some(self.scale), ..Adjustment::default() })
    }

    fn adjusted(&self, to: &Adjustment) -> Result<FieldKind, Problem> {
        to.only(&Adjustment { scale: to.scale, ..Adjustment::default() })?;
        let scale = to.scale.ok_or_else(|| Problem::on("scale", "problem.required"))?;
        Ok(FieldKind::Percent(Self { scale, ..self.clone() }))
    }
}
