//! A moment: when something happened.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::date::read_day;
use super::{FieldType, Reading, Shape, TextFormats, read_string};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::time::{Instant, TimeOfDay};
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct InstantField {}

impl FieldType for InstantField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 40)?;
        Instant::parse(text).map(Value::Instant).ok_or_else(|| Problem::new("problem.not_instant"))
    }

    fn read_text(&self, text: &str, formats: &TextFormats, cx: &Reading<'_>) -> Result<Value, Problem> {
        let wrong = || Problem::new("problem.not_instant");
        if let Some(at) = Instant::parse(text.trim()) {
            return Ok(Value::Instant(at));
        }
        let date = read_day(text, formats.dates).ok_or_else(wrong)?;
        let clock = text.trim().split_once([' ', 'T']).map_or("00:00", |(_, clock)| clock.trim());
        let time = TimeOfDay::parse(clock.get(..5).unwrap_or(clock)).ok_or_else(wrong)?;
        let at = cx.zones.instant(cx.zone, date.naive().and_time(time.naive()));
        at.map(Value::Instant).ok_or_else(wrong)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Instant(at) => at.to_string(),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Instant
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Instant
    }
}
