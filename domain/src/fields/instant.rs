//! A moment: when something happened.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::date::read_day;
use super::{Exporting, FieldType, Reading, Shape, TextFormats, read_string};
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

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        let Some(at) = value.instant() else { return String::new() };
        let Reading { zone, zones, .. } = cx.reading;
        // The clock of the reader: what stands on it is found by how far its day has come.
        let local = zones.date(zone, at).and_then(|day| {
            let begins = zones.instant(zone, day.naive().and_time(chrono::NaiveTime::MIN))?;
            let minutes = (at.unix_ms() - begins.unix_ms()) / 60_000;
            Some(format!("{day} {:02}:{:02}", minutes / 60, minutes % 60))
        });
        local.unwrap_or_else(|| at.to_string())
    }

    fn shape(&self) -> Shape {
        Shape::Instant
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Instant
    }
}
