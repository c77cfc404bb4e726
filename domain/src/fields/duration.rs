//! How long something takes, in whole minutes.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Shape, TextFormats};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::text::half_width;
use crate::value::Value;

/// Ten years.
pub const MAX_MINUTES: i64 = 5_256_000;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// The words of each unit, longest first, so that none hides in another.
const UNITS: [(i64, &[&str]); 3] = [
    (DAY, &["days", "day", "d", "天", "日"]),
    (HOUR, &["hours", "hour", "hrs", "hr", "h", "个小时", "小时", "时"]),
    (1, &["minutes", "minute", "mins", "min", "m", "分钟", "分"]),
];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DurationField {}

/// Minutes out of what people type: `90`, `1:30`, `1h 30m`, `1.5h`, `1小时30分`, `1h30`, `2天`. `None` when it is
/// no duration or no whole number of minutes.
#[must_use]
pub fn minutes(text: &str) -> Option<i64> {
    let text: String = text
        .trim()
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let whole = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<i64>().ok() } else { None }
    };
    if let Some((hours, rest)) = text.split_once(':') {
        let rest = whole(rest).filter(|minutes| rest.len() == 2 && *minutes < HOUR)?;
        return whole(hours)?.checked_mul(HOUR)?.checked_add(rest);
    }
    let mut sum = 0_i64;
    let mut rest = text.as_str();
    // Units come from large to small, each once.
    let mut smallest = i64::MAX;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let found = UNITS.iter().find_map(|(unit, words)| {
            words.iter().find_map(|word| after.strip_prefix(word)).map(|after| (*unit, after))
        });
        // A number without a unit is minutes, alone or behind the hours.
        let (unit, after) = match found {
            Some(found) => found,
            None if after.is_empty() && (smallest == i64::MAX || smallest == HOUR) => (1, after),
            None => return None,
        };
        if unit >= smallest {
            return None;
        }
        smallest = unit;
        let (before, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if fraction.len() > 4 {
            return None;
        }
        let scale = 10_i64.pow(u32::try_from(fraction.len()).ok()?);
        let units = whole(before)?.checked_mul(scale)?.checked_add(whole(fraction)?)?.checked_mul(unit)?;
        if units % scale != 0 {
            return None;
        }
        sum = sum.checked_add(units / scale)?;
        rest = after;
    }
    (smallest != i64::MAX).then_some(sum)
}

/// Hours and the minutes beyond them.
#[must_use]
pub fn hours_and_minutes(minutes: i64) -> (i64, i64) {
    (minutes / HOUR, minutes % HOUR)
}

impl DurationField {
    fn check(minutes: i64) -> Result<Value, Problem> {
        if (0..=MAX_MINUTES).contains(&minutes) {
            Ok(Value::Integer(minutes))
        } else {
            Err(Problem::new("problem.out_of_range").with("min", 0).with("max", MAX_MINUTES))
        }
    }
}

impl FieldType for DurationField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        match json.as_i64() {
            Some(minutes) => Self::check(minutes),
            None if json.is_number() => Err(Problem::new("problem.not_whole")),
            None => Err(Problem::new("problem.not_duration")),
        }
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        minutes(text).ok_or_else(|| Problem::new("problem.not_duration")).and_then(Self::check)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Integer(all) => match hours_and_minutes(*all) {
                (0, minutes) => format!("{minutes}m"),
                (hours, 0) => format!("{hours}h"),
                (hours, minutes) => format!("{hours}h {minutes}m"),
            },
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Integer
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Number { scale: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn what_people_type_becomes_minutes() {
        for (text, wanted) in [
            ("90", 90),
            ("0", 0),
            ("1:30", 90),
            ("1h 30m", 90),
            ("1H30", 90),
            ("1.5h", 90),
            ("1.25 hours", 75),
            ("45 min", 45),
            ("1小时30分", 90),
            ("1小时 30 分钟", 90),
            ("２个小时", 120),
            ("2天", 2880),
            ("1d 2h 3m", 1563),
        ] {
            assert_eq!(minutes(text), Some(wanted), "{text}");
        }
        for wrong in [
            "",
            "h",
            "1x",
            "1:5",
            "1:60",
            ":30",
            "-5",
            "1.3333h",
            "30m 1h",
            "1h 1h",
            "1d 30",
            "1..5h",
            ".5h",
            "1.h",
            "99999999999999999999",
            "9999999999999999d",
            "1.00001h",
            "1 2 3x",
        ] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }
}
