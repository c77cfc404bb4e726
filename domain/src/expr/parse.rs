//! From JSON and back. Only form and size are looked at here.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::tree::{Expr, Op};
use super::{MAX_SCALE, MAX_UNITS};
use crate::message::Problem;
use crate::text::has_forbidden;
use crate::value::Decimal;

/// Levels of brackets. SQLite on D1 takes expressions 100 levels deep, and the compiler needs several for one.
pub const MAX_DEPTH: usize = 20;
/// Operators, fields and literals together; the items of lists are counted by themselves.
pub const MAX_NODES: usize = 200;
/// What `rotting` counts beside itself: statements have a length that they may not exceed.
const ROTTING_NODES: usize = 20;
/// Literals in one list.
pub const MAX_ITEMS: usize = 1000;
/// Characters of one text.
pub const MAX_TEXT: usize = 2000;
/// Bytes of all texts together: they travel as parameters, whose sum the platform limits.
const MAX_TEXT_SUM: usize = 200_000;
/// A binary fraction holds this many decimal digits for sure; longer numbers are written as texts.
const MAX_FRACTION_DIGITS: usize = 15;

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first problem of form or size.
    pub fn parse(json: &Json) -> Result<Self, Problem> {
        Parser { nodes: 0, text_sum: 0 }.expr(json, 1)
    }

    /// The wire form; [`Expr::parse`] reads it back as the same expression.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(flag) => Json::from(*flag),
            Self::Number(number) => number_to_json(*number),
            Self::Text(text) => Json::from(text.as_str()),
            Self::Field(id) => Json::from(vec!["field", id]),
            Self::Call(op, args) => {
                let name = std::iter::once(Json::from(op.name()));
                Json::Array(name.chain(args.iter().map(Self::to_json)).collect())
            }
            Self::In(operand, items) => list_to_json("in", operand, items),
            Self::HasAny(operand, items) => list_to_json("has_any", operand, items),
        }
    }
}

fn too_large() -> Problem {
    Problem::new("problem.expr.too_large").with("max", MAX_NODES)
}

struct Parser {
    nodes: usize,
    text_sum: usize,
}

impl Parser {
    fn expr(&mut self, json: &Json, depth: usize) -> Result<Expr, Problem> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(too_large());
        }
        let Json::Array(parts) = json else { return self.literal(json) };
        if depth > MAX_DEPTH {
            return Err(Problem::new("problem.expr.too_deep").with("max", MAX_DEPTH));
        }
        let malformed = || Problem::new("problem.expr.malformed");
        let (name, args) = parts.split_first().ok_or_else(malformed)?;
        let name = name.as_str().ok_or_else(malformed)?;
        match name {
            "field" => match args {
                [Json::String(id)] if is_field_id(id) => Ok(Expr::Field(id.clone())),
                [_] => Err(malformed()),
                _ => Err(wrong_arity(name, "1")),
            },
            "in" | "has_any" => match args {
                [operand, Json::Array(items)] => {
                    let (operand, items) = self.list(operand, items, depth)?;
                    Ok(if name == "in" { Expr::In(operand, items) } else { Expr::HasAny(operand, items) })
                }
                [_, _] => Err(Problem::new("problem.expr.needs_list")),
                _ => Err(wrong_arity(name, "2")),
            },
            _ => self.call(name, args, depth),
        }
    }

    fn call(&mut self, name: &str, args: &[Json], depth: usize) -> Result<Expr, Problem> {
        let shown: String = name.chars().take(40).collect();
        let op = Op::named(name)
            .ok_or_else(|| Problem::new("problem.expr.unknown_operator").with("name", shown))?;
        if let Some(arity) = op.arity().filter(|arity| *arity != args.len()) {
            return Err(wrong_arity(name, &arity.to_string()));
        }
        if op == Op::Rotting {
            // It is read as a comparison for each count of days that stages expect.
            self.nodes += ROTTING_NODES;
        }
        let args: Result<Vec<_>, _> = args.iter().map(|arg| self.expr(arg, depth + 1)).collect();
        if self.nodes > MAX_NODES { Err(too_large()) } else { Ok(Expr::Call(op, args?)) }
    }

    fn list(
        &mut self,
        operand: &Json,
        items: &[Json],
        depth: usize,
    ) -> Result<(Box<Expr>, Vec<Expr>), Problem> {
        if items.len() > MAX_ITEMS {
            return Err(Problem::new("problem.expr.list_too_long").with("max", MAX_ITEMS));
        }
        let operand = self.expr(operand, depth + 1)?;
        let items: Result<Vec<_>, _> = items.iter().map(|item| self.literal(item)).collect();
        Ok((Box::new(operand), items?))
    }

    fn literal(&mut self, json: &Json) -> Result<Expr, Problem> {
        match json {
            Json::Null => Ok(Expr::Null),
            Json::Bool(flag) => Ok(Expr::Bool(*flag)),
            Json::Number(number) => {
                let text = number.to_string();
                let number = read_json_number(&text).map(Expr::Number);
                number.ok_or_else(|| Problem::new("problem.expr.bad_number").with("text", text))
            }
            Json::String(text) => {
                self.text_sum += text.len();
                if self.text_sum > MAX_TEXT_SUM || text.chars().count() > MAX_TEXT {
                    return Err(Problem::new("problem.expr.text_too_long").with("max", MAX_TEXT));
                }
                if has_forbidden(text) {
                    return Err(Problem::new("problem.control_characters"));
                }
                Ok(Expr::Text(text.clone()))
            }
            Json::Array(_) => Err(Problem::new("problem.expr.needs_list")),
            Json::Object(_) => Err(Problem::new("problem.expr.malformed")),
        }
    }
}

fn list_to_json(name: &str, operand: &Expr, items: &[Expr]) -> Json {
    let items = items.iter().map(Expr::to_json).collect();
    Json::Array(vec![Json::from(name), operand.to_json(), Json::Array(items)])
}

fn wrong_arity(name: &str, count: &str) -> Problem {
    Problem::new("problem.expr.arity").with("name", name).with("count", count)
}

/// Field ids end up inside SQL; nothing but these characters gets that far.
fn is_field_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !id.is_empty() && id.len() <= 80 && id.bytes().all(plain)
}

/// A decimal text with as few decimals as it needs; `None` beyond six decimals or the bounds of a number.
pub(super) fn read_number(text: &str) -> Option<Decimal> {
    let decimals = text.split_once('.').map_or("", |(_, fraction)| fraction).trim_end_matches('0').len();
    let scale = u32::try_from(decimals).ok().filter(|scale| *scale <= MAX_SCALE)?;
    Decimal::parse(text, scale).filter(|number| number.units.abs() <= MAX_UNITS)
}

/// A number as JSON writes it, exponents included. The text is the shortest that means the same binary
/// fraction, so that `0.1` is a tenth.
fn read_json_number(text: &str) -> Option<Decimal> {
    let number = match text.split_once(['e', 'E']) {
        None => read_number(text)?,
        Some((mantissa, exponent)) => read_number(&without_exponent(mantissa, exponent.parse().ok()?)?)?,
    };
    let digits = number.units.unsigned_abs().to_string().len();
    (number.scale == 0 || digits <= MAX_FRACTION_DIGITS).then_some(number)
}

/// `-1.5` and 3 as `-1500`. Exponents beyond 20 cannot be a number of the language.
fn without_exponent(mantissa: &str, exponent: i32) -> Option<String> {
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let shift = usize::try_from(exponent.unsigned_abs()).ok().filter(|shift| *shift <= 20)?;
    let zeros = "0".repeat(shift);
    let (all, point) = if exponent >= 0 {
        (format!("{whole}{fraction}{zeros}"), whole.len() + shift)
    } else {
        (format!("{zeros}{whole}{fraction}"), whole.len())
    };
    let (whole, fraction) = all.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    Some(format!("{sign}{}.{fraction}", if whole.is_empty() { "0" } else { whole }))
}

fn number_to_json(number: Decimal) -> Json {
    if number.scale == 0 {
        return Json::from(number.units);
    }
    let text = number.to_string();
    // A number that a binary fraction cannot hold goes as text, which every numeric context reads.
    let held = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    match held.filter(|held| read_json_number(&held.to_string()) == Some(number)) {
        Some(held) => Json::Number(held),
        None => Json::from(text),
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::parse(&json).map_err(|problem| serde::de::Error::custom(problem.key))
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Expr {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expr".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // The language is recursive and typed by context: docs/expressions.md says it better than a schema could.
        schemars::json_schema!({
            "description": "An expression of the condition language: a literal, or an array with its operator first.",
            "type": ["array", "string", "number", "boolean", "null"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_from_their_shortest_text() {
        for (json, units, scale) in [
            (json!(0.1), 1, 1),
            (json!(100_000), 100_000, 0),
            (json!(-2.50), -25, 1),
            (json!(1e6), 1_000_000, 0),
            (json!(1e-6), 1, 6),
            (json!(1.5e-5), 15, 6),
            (json!(-0.0), 0, 0),
            (json!(9_007_199_254_740_991_i64), MAX_UNITS, 0),
        ] {
            let Ok(Expr::Number(number)) = Expr::parse(&json) else { panic!("{json}") };
            assert_eq!((number.units, number.scale), (units, scale), "{json}");
            assert_eq!(Expr::parse(&Expr::Number(number).to_json()), Ok(Expr::Number(number)));
        }
        for wrong in [
            json!(1e-7),
            json!(1e21),
            json!(u64::MAX),
            json!(9_007_199_254_740_992_i64),
            json!(1e300),
            json!(5e-324),
        ] {
            assert!(Expr::parse(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn form_and_size_are_checked() {
        let nested = |levels: usize| (0..levels).fold(json!(true), |inner, _| json!(["not", inner]));
        let many = |count: usize| {
            Json::Array(std::iter::once(json!("and")).chain((0..count).map(|_| json!(true))).collect())
        };
        let rotting = |count: usize| {
            Json::Array(std::iter::once(json!("or")).chain((0..count).map(|_| json!(["rotting"]))).collect())
        };
        for (json, key) in [
            (json!([]), "problem.expr.malformed"),
            (json!({}), "problem.expr.malformed"),
            (json!([1, 2]), "problem.expr.malformed"),
            (json!([["and"]]), "problem.expr.malformed"),
            (json!(["field", "a\"b"]), "problem.expr.malformed"),
            (json!(["field", "Name"]), "problem.expr.malformed"),
            (json!(["field", ""]), "problem.expr.malformed"),
            (json!(["field"]), "problem.expr.arity"),
            (json!(["not"]), "problem.expr.arity"),
            (json!(["=", 1, 2, 3]), "problem.expr.arity"),
            (json!(["today", 1]), "problem.expr.arity"),
            (json!(["in", 1]), "problem.expr.arity"),
            (json!(["in", 1, 2]), "problem.expr.needs_list"),
            (json!(["in", 1, [["today"]]]), "problem.expr.needs_list"),
            (json!(["in", 1, vec![1; 1001]]), "problem.expr.list_too_long"),
            (json!(["AND", true]), "problem.expr.unknown_operator"),
            (json!(["drop table"]), "problem.expr.unknown_operator"),
            (json!(["=", "字".repeat(2001), "a"]), "problem.expr.text_too_long"),
            (json!(["=", "a\0", "a"]), "problem.control_characters"),
            (json!(["in", "a", vec!["x".repeat(2000); 101]]), "problem.expr.text_too_long"),
            (nested(21), "problem.expr.too_deep"),
            (nested(100), "problem.expr.too_deep"),
            (many(200), "problem.expr.too_large"),
            (rotting(10), "problem.expr.too_large"),
        ] {
            let problem = Expr::parse(&json).unwrap_err();
            assert_eq!(problem.key, key, "{json}");
        }
        for fine in
            [nested(20), many(199), rotting(9), json!(["in", 1, vec![1; 1000]]), json!("字".repeat(2000))]
        {
            assert_eq!(Expr::parse(&fine).unwrap().to_json(), fine);
        }
    }
}
