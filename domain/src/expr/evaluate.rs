//! The reader for one record in memory: the browser foresees with it, the Worker plans rules with it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::tree::{Checked, CheckedValue, Condition, Constant, Node, Operand, Order};
use super::{MAX_UNITS, MAX_WIDE, Type};
use crate::fields::Shape;
use crate::ids::Id;
use crate::money::round_half_away;
use crate::text::fold;
use crate::time::{Date, Instant, Zone};
use crate::value::{Decimal, Value};

/// What an expression may ask about the moment and its reader.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The reader's day.
    pub today: Date,
    pub now: Instant,
    pub me: Id,
    /// The reader's team mates, the reader included. Where nobody knows them, anybody may be one; the Worker's queries
    /// look them up themselves.
    pub mates: Option<&'a BTreeSet<Id>>,
    /// The reader's zone: where their days begin.
    pub zone: &'a str,
    pub zones: &'a dyn Zone,
}

impl Checked {
    /// Whether the condition holds for a record whose values `get` gives by field id.
    #[must_use]
    pub fn holds(&self, get: &dyn Fn(&str) -> Value, env: &Env<'_>) -> bool {
        Reader { get, env }.holds(&self.0)
    }
}

impl CheckedValue {
    /// What the expression is worth for a record: a whole number or a decimal, a text, a day, an instant, a
    /// reference, a yes or no, or a list, as its type says, or null.
    #[must_use]
    pub fn evaluate(&self, get: &dyn Fn(&str) -> Value, env: &Env<'_>) -> Value {
        match (Reader { get, env }).value(&self.0) {
            Constant::Null => Value::Null,
            Constant::Text(text) => Value::Text(text),
            Constant::Number(units) => match self.0.kind {
                Type::Number { scale } if scale > 0 => Value::Decimal(Decimal { units, scale }),
                _ => Value::Integer(units),
            },
            Constant::Date(date) => Value::Date(date),
            Constant::Instant(at) => Value::Instant(at),
            Constant::Reference(id) => Value::Reference(id),
            Constant::Bool(yes) => Value::Bool(yes),
            Constant::List(items) => Value::List(items),
        }
    }
}

struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Value,
    env: &'a Env<'a>,
}

impl Operand {
    /// What it is worth when it reads no field: for readers that have no record at hand.
    #[must_use]
    pub fn fixed(&self, env: &Env<'_>) -> Constant {
        Reader { get: &|_| Value::Null, env }.value(self)
    }
}

impl Reader<'_> {
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Always(flag) => *flag,
            Condition::All(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::Not(inner) => !self.holds(inner),
            Condition::Equal(left, right) => match (self.value(left), self.value(right)) {
                (Constant::Null, Constant::Null) => true,
                (a, b) => compare(&a, left.scale(), &b, right.scale()) == Some(Ordering::Equal),
            },
            Condition::Ordered(order, left, right) => {
                let found = compare(&self.value(left), left.scale(), &self.value(right), right.scale());
                found.is_some_and(|found| agrees(*order, found))
            }
            Condition::IsNull(operand) => self.value(operand) == Constant::Null,
            Condition::In { operand, items, or_null } => match self.value(operand) {
                Constant::Null => *or_null,
                value => items.contains(&value),
            },
            Condition::Contains(text, part) => {
                self.texts(text, part).is_some_and(|(text, part)| text.contains(&part))
            }
            Condition::StartsWith(text, part) => {
                self.texts(text, part).is_some_and(|(text, part)| text.starts_with(&part))
            }
            Condition::Has(list, text) => match (self.value(list), self.value(text)) {
                (Constant::List(items), Constant::Text(text)) => items.contains(&text),
                _ => false,
            },
            Condition::MyTeam(person) => match self.value(person) {
                Constant::Reference(id) => self.env.mates.is_none_or(|mates| mates.contains(&id)),
                _ => false,
            },
            Condition::HasAny(list, wanted) => match self.value(list) {
                Constant::List(items) => items.iter().any(|item| wanted.contains(item)),
                _ => false,
            },
        }
    }

    fn texts(&self, left: &Operand, right: &Operand) -> Option<(String, String)> {
        match (self.value(left), self.value(right)) {
            (Constant::Text(left), Constant::Text(right)) => Some((fold(&left), fold(&right))),
            _ => None,
        }
    }

    fn value(&self, operand: &Operand) -> Constant {
        let number = |units: Option<i64>| units.map_or(Constant::Null, Constant::Number);
        match &operand.node {
            Node::Constant(constant) => constant.clone(),
            Node::Field { id, shape } => plain((self.get)(id), *shape),
            Node::Today => Constant::Date(self.env.today),
            Node::Now => Constant::Instant(self.env.now),
            Node::Me => Constant::Reference(self.env.me),
            Node::Add(left, right) => number(self.aligned(left, right).and_then(|(a, b)| kept(a + b))),
            Node::Subtract(left, right) => number(self.aligned(left, right).and_then(|(a, b)| kept(a - b))),
            Node::Multiply { left, right, drop: 0 } => {
                number(self.numbers(left, right).and_then(|(a, b)| kept(a * b)))
            }
            Node::Multiply { left, right, drop } => number(
                self.numbers(left, right)
                    .and_then(|(a, b)| kept(round_half_away(wide(a * b)?, 10_i128.pow(*drop)))),
            ),
            Node::Divide { left, right, gain } => number(self.numbers(left, right).and_then(|(a, b)| {
                let dividend = wide(a * 10_i128.pow(*gain))?;
                (b != 0).then(|| round_half_away(dividend * b.signum(), b.abs())).and_then(kept)
            })),
            Node::Negate(inner) => number(self.number(inner).and_then(|a| kept(-a))),
            Node::Drop(inner, by) => {
                number(self.number(inner).and_then(|a| kept(round_half_away(a, 10_i128.pow(*by)))))
            }
            Node::Gain(inner, by) => number(self.number(inner).and_then(|a| kept(a * 10_i128.pow(*by)))),
            Node::Length(text) => match self.value(text) {
                Constant::Text(text) => {
                    i64::try_from(text.chars().count()).map_or(Constant::Null, Constant::Number)
                }
                _ => Constant::Null,
            },
            Node::DaysBetween(from, to) => match (self.value(from), self.value(to)) {
                (Constant::Date(from), Constant::Date(to)) => Constant::Number(to.days_since(from)),
                _ => Constant::Null,
            },
            Node::PlusDays(date, days) => match (self.value(date), self.value(days)) {
                (Constant::Date(date), Constant::Number(days)) => {
                    moved(date, days).map_or(Constant::Null, Constant::Date)
                }
                _ => Constant::Null,
            },
            Node::StartOf(day) => match self.value(day) {
                Constant::Date(day) => {
                    let begins =
                        self.env.zones.instant(self.env.zone, day.naive().and_time(chrono::NaiveTime::MIN));
                    begins.map_or(Constant::Null, Constant::Instant)
                }
                _ => Constant::Null,
            },
            Node::DayOf(calendar) => {
                calendar.today(self.env.now, self.env.zones).map_or(Constant::Null, Constant::Date)
            }
            Node::LimitOf(calendar, days) => {
                let limit = calendar.limit(*days, self.env.now, self.env.zones);
                limit.map_or(Constant::Null, Constant::Instant)
            }
            Node::If(condition, left, right) => self.value(if self.holds(condition) { left } else { right }),
            Node::Coalesce(left, right) => match self.value(left) {
                Constant::Null => self.value(right),
                value => value,
            },
        }
    }

    fn number(&self, operand: &Operand) -> Option<i128> {
        match self.value(operand) {
            Constant::Number(units) => Some(i128::from(units)),
            _ => None,
        }
    }

    fn numbers(&self, left: &Operand, right: &Operand) -> Option<(i128, i128)> {
        Some((self.number(left)?, self.number(right)?))
    }

    /// Both in units of the larger count of decimals.
    fn aligned(&self, left: &Operand, right: &Operand) -> Option<(i128, i128)> {
        let scale = left.scale().max(right.scale());
        let (a, b) = self.numbers(left, right)?;
        Some((a * 10_i128.pow(scale - left.scale()), b * 10_i128.pow(scale - right.scale())))
    }
}

/// What storage holds of a value for the language. A value of another shape than its field's is null.
fn plain(value: Value, shape: Shape) -> Constant {
    match (value, shape) {
        (Value::Text(text), Shape::Text) if !text.is_empty() => Constant::Text(text),
        (Value::Integer(number), Shape::Integer) => Constant::Number(number),
        (Value::Decimal(decimal), Shape::Decimal(scale)) if decimal.scale == scale => {
            Constant::Number(decimal.units)
        }
        (Value::Money(money), Shape::Money) => money.base_minor.map_or(Constant::Null, Constant::Number),
        (Value::Date(date), Shape::Date) => Constant::Date(date),
        (Value::Instant(at), Shape::Instant) => Constant::Instant(at),
        (Value::Schedule(schedule), Shape::Schedule) => Constant::Instant(schedule.at),
        (Value::Reference(id), Shape::Reference) => Constant::Reference(id),
        (Value::Bool(yes), Shape::Bool) => Constant::Bool(yes),
        (Value::List(items), Shape::List) if !items.is_empty() => Constant::List(items),
        (Value::Files(files), Shape::Files) if !files.is_empty() => {
            Constant::List(files.into_iter().map(|file| file.name).collect())
        }
        (Value::Address(address), Shape::Address) if !address.is_empty() => Constant::Text(address.line()),
        _ => Constant::Null,
    }
}

/// How two values of one type stand to each other; `None` when either is null.
fn compare(left: &Constant, left_scale: u32, right: &Constant, right_scale: u32) -> Option<Ordering> {
    match (left, right) {
        (Constant::Text(a), Constant::Text(b)) => Some(a.cmp(b)),
        (Constant::Number(a), Constant::Number(b)) => {
            let scale = left_scale.max(right_scale);
            let at = |units: i64, own: u32| i128::from(units) * 10_i128.pow(scale - own);
            Some(at(*a, left_scale).cmp(&at(*b, right_scale)))
        }
        (Constant::Date(a), Constant::Date(b)) => Some(a.cmp(b)),
        (Constant::Instant(a), Constant::Instant(b)) => Some(a.cmp(b)),
        (Constant::Reference(a), Constant::Reference(b)) => Some(a.cmp(b)),
        (Constant::Bool(a), Constant::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn agrees(order: Order, found: Ordering) -> bool {
    match order {
        Order::Less => found.is_lt(),
        Order::LessOrEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterOrEqual => found.is_ge(),
    }
}

fn kept(units: i128) -> Option<i64> {
    i64::try_from(units).ok().filter(|units| units.unsigned_abs() <= MAX_UNITS.unsigned_abs())
}

fn wide(units: i128) -> Option<i128> {
    (units.abs() <= i128::from(MAX_WIDE)).then_some(units)
}

fn moved(date: Date, days: i64) -> Option<Date> {
    let span = chrono::Days::new(days.unsigned_abs());
    let naive = date.naive();
    let moved = if days >= 0 { naive.checked_add_days(span) } else { naive.checked_sub_days(span) };
    moved.and_then(Date::from_naive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Expr, cases, check_value};
    use serde_json::json;

    #[test]
    fn every_case_holds_as_the_table_says() {
        let schema = cases::schema();
        let all = cases::all();
        assert!(all.len() >= 120, "{} cases", all.len());
        let wrong = all.iter().filter(|case| {
            let values = case.values(&schema);
            let get = |id: &str| values.get(id).cloned().unwrap_or(Value::Null);
            case.checked(&schema).holds(&get, &cases::env()) != case.holds
        });
        assert_eq!(wrong.map(|case| &case.name).collect::<Vec<_>>(), Vec::<&String>::new());
    }

    #[test]
    fn values_come_out_in_their_types() {
        let schema = cases::schema();
        let env = cases::env();
        let get = |id: &str| match id {
            "count" => Value::Integer(7),
            "name" => Value::Text("知客".into()),
            _ => Value::Null,
        };
        for (expr, value) in [
            (json!(["+", ["field", "count"], 1]), Value::Integer(8)),
            (json!(["/", ["field", "count"], 2]), Value::Decimal(Decimal { units: 35_000, scale: 4 })),
            (json!(["coalesce", ["field", "note"], ["field", "name"]]), Value::Text("知客".into())),
            (json!(["plus_days", ["today"], 1]), Value::Date(Date::new(2026, 5, 2).unwrap())),
            (json!(["now"]), Value::Instant(env.now)),
            (json!(["me"]), Value::Reference(env.me)),
            (json!("plain"), Value::Text("plain".into())),
            (json!(["+", ["field", "weight"], 1]), Value::Null),
        ] {
            let checked = check_value(&Expr::parse(&expr).unwrap(), cases::entity(&schema), &schema).unwrap();
            assert_eq!(checked.evaluate(&get, &env), value, "{expr}");
        }
    }
}
