//! Whole numbers.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Adjustment, FieldKind, FieldType, Reading, Shape, TextFormats, plain_number};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::{Decimal, Value};

/// Far below what storage and JavaScript hold exactly, and above any count a company keeps.
pub const MAX: i64 = 100_000_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Integer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl Integer {
    fn check(&self, number: i64) -> Result<Value, Problem> {
        let min = self.min.unwrap_or(-MAX).max(-MAX);
        let max = self.max.unwrap_or(MAX).min(MAX);
        if (min..=max).contains(&number) {
            Ok(Value::Integer(number))
        } else {
            Err(Problem::new("problem.out_of_range").with("min", min).with("max", max))
        }
    }
}

impl FieldType for Integer {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        match json.as_i64() {
            Some(number) => self.check(number),
            None if json.is_number() => Err(Problem::new("problem.not_whole")),
            None => Err(Problem::new("problem.not_number")),
        }
    }

    fn read_text(&self, text: &str, formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let plain = plain_number(text, formats.decimal).ok_or_else(|| Problem::new("problem.not_number"))?;
        let number = Decimal::parse(&plain, 0).ok_or_else(|| Problem::new("problem.not_whole"))?;
        self.check(number.units)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Integer(number) => number.to_string(),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Integer
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Number { scale: 0 }
    }

    fn check_settings(&self) -> Vec<Problem> {
        let far = |bound: Option<i64>| bound.is_some_and(|bound| !(-MAX..=MAX).contains(&bound));
        let beyond = |place| Problem::on(place, "problem.out_of_range").with("min", -MAX).with("max", MAX);
        let mut problems = Vec::new();
        problems.extend(far(self.min).then(|| beyond("min")));
        problems.extend(far(self.max).then(|| beyond("max")));
        match (self.min, self.max) {
            (Some(min), Some(max)) if min > max && problems.is_empty() => {
                problems.push(Problem::on("max", "problem.less_than_min"));
            }
            _ => {}
        }
        problems
    }

    fn adjustment(&self) -> Option<Adjustment> {
        Some(Adjustment { min: self.min, max: self.max, ..Adjustment::default() })
    }

    fn adjusted(&self, to: &Adjustment) -> Result<FieldKind, Problem> {
        to.only(&Adjustment { min: to.min, max: to.max, ..Adjustment::default() })?;
        Ok(FieldKind::integer(to.min, to.max))
    }
}
