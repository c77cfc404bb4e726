//! A day.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{DateOrder, FieldType, Reading, Shape, TextFormats, read_string};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::time::Date;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DateField {}

/// A day as people write it: parts between `-`, `/`, `.`, or 年月日, in the order the file uses; a year of four
/// digits at the front wins over that order. A time after the day is dropped.
pub(super) fn read_day(text: &str, order: DateOrder) -> Option<Date> {
    let day = text.trim().split([' ', 'T']).next()?;
    let parts: Vec<&str> =
        day.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = parts[..] else { return None };
    let number = |part: &str| {
        (part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let (year, month, day) = match order {
        _ if a.len() == 4 => (a, b, c),
        DateOrder::YearMonthDay => (a, b, c),
        DateOrder::DayMonthYear => (c, b, a),
        DateOrder::MonthDayYear => (c, a, b),
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

impl FieldType for DateField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 40)?;
        Date::parse(text).map(Value::Date).ok_or_else(|| Problem::new("problem.not_date"))
    }

    fn read_text(&self, text: &str, formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_day(text, formats.dates).map(Value::Date).ok_or_else(|| Problem::new("problem.not_date"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Date(date) => date.to_string(),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Date
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Date
    }
}
