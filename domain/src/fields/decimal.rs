//! Numbers with a fixed count of decimals, kept as scaled integers and written on the wire as text (`"12.50"`),
//! so that no reader turns them into binary fractions.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Adjustment, FieldKind, FieldType, Reading, Shape, TextFormats, plain_number};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::{Decimal, Value};

/// Units of the last decimal that such a number may count, whatever its sign: storage and JavaScript hold them exactly.
pub const MAX_UNITS: i64 = 1_000_000_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DecimalField {
    /// Decimals, 1 to 6.
    pub scale: u32,
}

impl DecimalField {
    fn parse(&self, text: &str) -> Result<Value, Problem> {
        let scale = self.scale.min(6);
        let decimal = Decimal::parse(text, scale)
            .ok_or_else(|| Problem::new("problem.not_decimal").with("scale", scale))?;
        if decimal.units.abs() > MAX_UNITS {
            let max = Decimal { units: MAX_UNITS, scale };
            return Err(Problem::new("problem.out_of_range").with("min", format!("-{max}")).with("max", max));
        }
        Ok(Value::Decimal(decimal))
    }
}

impl FieldType for DecimalField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        match json {
            Json::String(text) => self.parse(text.trim()),
            Json::Number(number) => self.parse(&number.to_string()),
            _ => Err(Problem::new("problem.not_number")),
        }
    }

    fn read_text(&self, text: &str, formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let plain = plain_number(text, formats.decimal).ok_or_else(|| Problem::new("problem.not_number"))?;
        self.parse(&plain)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Decimal(decimal) => decimal.to_string(),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Decimal(self.scale.min(6))
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Number { scale: self.scale.min(6) }
    }

    fn check_settings(&self) -> Vec<Problem> {
        if (1..=6).contains(&self.scale) {
            Vec::new()
        } else {
            vec![Problem::on("scale", "problem.out_of_range").with("min", 1).with("max", 6)]
        }
    }

    fn adjustment(&self) -> Option<Adjustment> {
        Some(Adjustment { scale: Some(self.scale), ..Adjustment::default() })
    }

    fn adjusted(&self, to: &Adjustment) -> Result<FieldKind, Problem> {
        to.only(&Adjustment { scale: to.scale, ..Adjustment::default() })?;
        let scale = to.scale.ok_or_else(|| Problem::on("scale", "problem.required"))?;
        Ok(FieldKind::decimal(scale))
    }
}
