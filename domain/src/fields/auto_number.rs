//! A number the system gives when a record is made: `HT-2026-0007`. Nobody writes it, nobody changes it, and no two
//! records of a workspace get the same. It is counted where it is saved; here is only how it looks.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    Adjustment, FieldKind, FieldType, Reading, Searched, Shape, TextFormats, check_string, read_string,
};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::time::Date;
use crate::value::Value;

/// Characters of a format.
const MAX_FORMAT: usize = 60;
/// Digits a number is filled up to with zeros; it may grow beyond.
const MAX_DIGITS: usize = 10;
const MAX_START: u32 = 1_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AutoNumber {
    /// Text with `{0000}` for the number (as many digits as zeros), and perhaps `{year}` and `{month}`: with them
    /// the counting begins anew each year or month.
    pub format: String,
    /// The first number.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub start: u32,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_one(start: &u32) -> bool {
    *start == 1
}

/// How the numbers of one period look: everything but the number itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbering {
    /// What is counted by itself: `2026`, `2026-05`, or empty when the counting never begins anew.
    pub period: String,
    pub before: String,
    pub digits: usize,
    pub after: String,
    pub start: u32,
}

impl Numbering {
    #[must_use]
    pub fn write(&self, number: u64) -> String {
        format!("{}{number:0digits$}{}", self.before, self.after, digits = self.digits)
    }
}

enum Piece<'a> {
    Text(&'a str),
    Year,
    Month,
    Number(usize),
}

/// The pieces of a format; `None` where a bracket is wrong.
fn pieces(format: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, bracket) = rest.split_at(at);
        let (word, after) = bracket.strip_prefix('{')?.split_once('}')?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(match word {
            "year" => Piece::Year,
            "month" => Piece::Month,
            zeros if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
                Piece::Number(zeros.len())
            }
            _ => return None,
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Some(pieces)
}

impl AutoNumber {
    /// How numbers given on a day look. A format that is wrong gives plain numbers: definitions are checked when
    /// they are made, and a record must be saved whatever they say.
    #[must_use]
    pub fn numbering(&self, today: Date) -> Numbering {
        use chrono::Datelike as _;
        let (year, month) = (today.naive().year(), today.naive().month());
        let mut numbering = Numbering {
            period: String::new(),
            before: String::new(),
            digits: 1,
            after: String::new(),
            start: self.start,
        };
        let (mut yearly, mut monthly, mut counted) = (false, false, false);
        for piece in pieces(&self.format).unwrap_or_default() {
            let text = match piece {
                Piece::Number(digits) => {
                    (numbering.digits, counted) = (digits, true);
                    continue;
                }
                Piece::Text(text) => text.to_owned(),
                Piece::Year => {
                    yearly = true;
                    year.to_string()
                }
                Piece::Month => {
                    monthly = true;
                    format!("{month:02}")
                }
            };
            if counted { &mut numbering.after } else { &mut numbering.before }.push_str(&text);
        }
        if monthly {
            numbering.period = format!("{year}-{month:02}");
        } else if yearly {
            numbering.period = year.to_string();
        }
        numbering
    }
}

impl FieldType for AutoNumber {
    /// Only the log reads one: whoever writes is refused before.
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_string(json, 200).and_then(line)
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        check_string(text, 200).and_then(line)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Code)
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn check_settings(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let found = pieces(&self.format).unwrap_or_default();
        let numbers: Vec<usize> = found
            .iter()
            .filter_map(|piece| if let Piece::Number(digits) = piece { Some(*digits) } else { None })
            .collect();
        let year = found.iter().any(|piece| matches!(piece, Piece::Year));
        let month = found.iter().any(|piece| matches!(piece, Piece::Month));
        // Counting anew each month without saying the year would give a number twice.
        let sound = matches!(numbers[..], [digits] if digits <= MAX_DIGITS)
            && (year || !month)
            && self.format.chars().count() <= MAX_FORMAT
            && !crate::text::has_forbidden(&self.format)
            && !self.format.contains(['\n', '\r', '\t']);
        if !sound {
            // The sentence shows the words of a format, which look like its own placeholders.
            let problem = Problem::on("format", "problem.definition.bad_number_format");
            problems.push(problem.with("number", "{0000}").with("year", "{year}").with("month", "{month}"));
        }
        if self.start > MAX_START {
            problems.push(Problem::on("start", "problem.out_of_range").with("min", 0).with("max", MAX_START));
        }
        problems
    }

    fn adjustment(&self) -> Option<Adjustment> {
        let (format, start) = (Some(self.format.clone()), Some(self.start));
        Some(Adjustment { format, start, ..Adjustment::default() })
    }

    fn adjusted(&self, to: &Adjustment) -> Result<FieldKind, Problem> {
        let (format, start) = (to.format.clone(), to.start);
        to.only(&Adjustment { format, start, ..Adjustment::default() })?;
        let format = to.format.as_ref().ok_or_else(|| Problem::on("format", "problem.required"))?;
        Ok(FieldKind::auto_number(format, to.start.unwrap_or(1)))
    }

    fn is_assigned(&self) -> bool {
        true
    }
}

fn line(text: &str) -> Result<Value, Problem> {
    if text.contains(['\n', '\r']) {
        return Err(Problem::new("problem.one_line"));
    }
    Ok(Value::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(format: &str) -> AutoNumber {
        AutoNumber { format: format.to_owned(), start: 1 }
    }

    #[test]
    fn a_format_says_how_numbers_look_and_when_they_begin_anew() {
        let may = Date::new(2026, 5, 1).unwrap();
        for (format, period, number, shown) in [
            ("HT-{year}-{0000}", "2026", 7, "HT-2026-0007"),
            ("{year}{month}{00}号", "2026-05", 123, "202605123号"),
            ("{0}", "", 5, "5"),
            ("合同{000}/{year}", "2026", 1, "合同001/2026"),
        ] {
            let numbering = auto(format).numbering(may);
            assert_eq!((numbering.period.as_str(), numbering.write(number).as_str()), (period, shown));
            assert_eq!(auto(format).check_settings(), Vec::new(), "{format}");
        }
    }

    #[test]
    fn formats_that_repeat_or_say_nothing_are_refused() {
        for format in [
            "",
            "HT",
            "{year}",
            "{0}{0}",
            "{month}-{0}",
            "{day}{0}",
            "{0",
            "0}",
            "{00000000000}",
            "a\n{0}",
            "{{0}}",
        ] {
            assert_eq!(auto(format).check_settings().len(), 1, "{format}");
        }
    }
}
