//! A day, perhaps a time, in a zone: `{"date": "2026-05-01", "time": "15:00", "zone": "Asia/Shanghai"}`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::date::read_day;
use super::{FieldType, Reading, Shape, TextFormats};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::time::{Date, Schedule, TimeOfDay};
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ScheduleField {}

impl FieldType for ScheduleField {
    fn read(&self, json: &Json, cx: &Reading<'_>) -> Result<Value, Problem> {
        let wrong = || Problem::new("problem.not_date");
        let parts = json.as_object().ok_or_else(wrong)?;
        if parts.keys().any(|key| !matches!(key.as_str(), "date" | "time" | "zone" | "at")) {
            return Err(wrong());
        }
        let date = parts.get("date").and_then(Json::as_str).and_then(Date::parse).ok_or_else(wrong)?;
        let time = match parts.get("time") {
            None | Some(Json::Null) => None,
            Some(time) => Some(
                time.as_str().and_then(TimeOfDay::parse).ok_or_else(|| Problem::new("problem.not_time"))?,
            ),
        };
        let zone = match parts.get("zone") {
            None | Some(Json::Null) => cx.zone,
            Some(zone) => zone.as_str().ok_or_else(|| Problem::new("problem.not_zone"))?,
        };
        let schedule = Schedule::resolve(date, time, zone, cx.zones);
        schedule.map(Value::Schedule).ok_or_else(|| Problem::new("problem.not_zone"))
    }

    fn read_text(&self, text: &str, formats: &TextFormats, cx: &Reading<'_>) -> Result<Value, Problem> {
        let date = read_day(text, formats.dates).ok_or_else(|| Problem::new("problem.not_date"))?;
        let time = match text.trim().split_once([' ', 'T']) {
            None => None,
            Some((_, clock)) => {
                Some(TimeOfDay::parse(clock.trim()).ok_or_else(|| Problem::new("problem.not_time"))?)
            }
        };
        let schedule = Schedule::resolve(date, time, cx.zone, cx.zones);
        schedule.map(Value::Schedule).ok_or_else(|| Problem::new("problem.not_zone"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Schedule(Schedule { date, time: Some(time), .. }) => format!("{date} {time}"),
            Value::Schedule(Schedule { date, .. }) => date.to_string(),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Schedule
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Instant
    }
}
