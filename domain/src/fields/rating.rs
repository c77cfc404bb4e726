//! So many stars out of a few. None at all is no rating, not the worst.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Adjustment, FieldKind, FieldType, Reading, Shape, TextFormats, plain_number};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::{Decimal, Value};

/// More stars than this are a number field.
pub const MAX_STARS: i64 = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Rating {
    /// The best there is.
    pub max: i64,
}

impl Rating {
    fn check(&self, stars: i64) -> Result<Value, Problem> {
        let max = self.max.clamp(1, MAX_STARS);
        if (1..=max).contains(&stars) {
            Ok(Value::Integer(stars))
        } else {
            Err(Problem::new("problem.out_of_range").with("min", 1).with("max", max))
        }
    }
}

impl FieldType for Rating {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        match json.as_i64() {
            Some(stars) => self.check(stars),
            None if json.is_number() => Err(Problem::new("problem.not_whole")),
            None => Err(Problem::new("problem.not_number")),
        }
    }

    /// `4`, `★★★★`, `★★★★☆`.
    fn read_text(&self, text: &str, formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = text.trim();
        let drawn = |c: char| matches!(c, '★' | '⭐' | '☆' | '\u{fe0f}');
        if text.chars().all(drawn) {
            let full = text.chars().filter(|c| matches!(c, '★' | '⭐')).count();
            return self.check(i64::try_from(full).unwrap_or(i64::MAX));
        }
        let plain = plain_number(text, formats.decimal).ok_or_else(|| Problem::new("problem.not_number"))?;
        let stars = Decimal::parse(&plain, 0).ok_or_else(|| Problem::new("problem.not_whole"))?;
        self.check(stars.units)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Integer(stars) => stars.to_string(),
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
        if (2..=MAX_STARS).contains(&self.max) {
            Vec::new()
        } else {
            vec![Problem::on("max", "problem.out_of_range").with("min", 2).with("max", MAX_STARS)]
        }
    }

    fn adjustment(&self) -> Option<Adjustment> {
        Some(Adjustment { max: Some(self.max), ..Adjustment::default() })
    }

    fn adjusted(&self, to: &Adjustment) -> Result<FieldKind, Problem> {
        to.only(&Adjustment { max: to.max, ..Adjustment::default() })?;
        let max = to.max.ok_or_else(|| Problem::on("max", "problem.required"))?;
        Ok(FieldKind::rating(max))
    }
}
