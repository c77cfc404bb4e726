//! A telephone number, kept as digits with an optional plus (E.164 where the country is known), so that ten
//! ways of writing it are one value. Eleven digits beginning with 1 are a Chinese mobile number.
//!
//! libphonenumber's tables would weigh more than the whole app: see `docs/decisions`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Exporting, FieldType, Reading, Searched, Shape, TextFormats, read_string};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::text::half_width;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Phone {}

/// The one spelling of a number. `None` when it cannot be one: fewer than 3 or more than 15 digits
/// (ITU-T E.164), or other characters than separators.
fn normalise(text: &str) -> Option<String> {
    let mut digits = String::new();
    let mut plus = false;
    for c in text.trim().chars().map(half_width) {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && !plus => plus = true,
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' | '－' | '—' | '–' => {}
            _ => return None,
        }
    }
    if !plus && let Some(rest) = digits.strip_prefix("00") {
        digits = rest.to_owned();
        plus = true;
    }
    let mobile = |digits: &str| {
        digits.len() == 11
            && digits.starts_with('1')
            && !digits.starts_with("10")
            && !digits.starts_with("11")
            && !digits.starts_with("12")
    };
    if !plus && mobile(&digits) {
        digits.insert_str(0, "86");
        plus = true;
    } else if !plus && digits.strip_prefix("86").is_some_and(mobile) {
        plus = true;
    }
    let fits = (3..=15).contains(&digits.len());
    fits.then(|| if plus { format!("+{digits}") } else { digits })
}

impl FieldType for Phone {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 60)?;
        normalise(text).map(Value::Text).ok_or_else(|| Problem::new("problem.not_phone"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        normalise(text).map(Value::Text).ok_or_else(|| Problem::new("problem.not_phone"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn part(&self, text: &str) -> String {
        text.chars().map(half_width).filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }

    /// Grouped as it is read aloud, so that no spreadsheet takes it for a number or a sum.
    fn export_text(&self, value: &Value, _cx: &Exporting<'_>) -> String {
        let number = value.text().unwrap_or_default();
        match number.strip_prefix("+86").map(|local| (local, local.get(..3), local.get(3..7), local.get(7..)))
        {
            Some((local, Some(first), Some(middle), Some(last))) if local.len() == 11 => {
                format!("{first} {middle} {last}")
            }
            _ => number.to_owned(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Digits)
    }

    fn may_be_personal(&self) -> bool {
        true
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn one_number_in_ten_formats_is_one_value() {
        for text in [
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "+86 138 1234 5678",
            "+8613812345678",
            "0086 13812345678",
            "86-138-1234-5678",
            "（+86）138-1234-5678",
            "１３８１２３４５６７８",
            " 138.1234.5678 ",
        ] {
            assert_eq!(normalise(text).as_deref(), Some("+8613812345678"), "{text}");
        }
    }

    #[test]
    fn landlines_stay_national_and_nonsense_is_refused() {
        assert_eq!(normalise("021-6888 1234").as_deref(), Some("02168881234"));
        assert_eq!(normalise("+1 (415) 555-0100").as_deref(), Some("+14155550100"));
        for wrong in ["12", "call me", "+", "1+2345678", "1234567890123456", "138x12345678"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }
}
