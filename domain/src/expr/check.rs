//! From what was written to what the readers get: fields found, types agreed, literals read by their context.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parse::read_number;
use super::tree::{Checked, CheckedValue, Condition, Constant, Expr, Node, Op, Operand, Order};
use super::{MAX_SCALE, MAX_UNITS, Type};
use crate::fields::FieldKind;
use crate::message::Problem;
use crate::schema::{Entity, Schema, StageStatus};
use crate::signals::{self, Calendar};
use crate::time::{Date, Instant};
use crate::value::Decimal;

/// A quotient has at least this many decimals.
const QUOTIENT_SCALE: u32 = 4;

/// Checks a condition against an entity's definition.
///
/// # Errors
/// Everything that is wrong with it, each once.
pub fn check(expr: &Expr, entity: &Entity, schema: &Schema) -> Result<Checked, Vec<Problem>> {
    let mut checker = Checker { entity, schema, problems: Vec::new() };
    let condition = checker.condition(expr);
    checker.finish(condition.map(Checked))
}

/// Checks an expression that is to yield a value. Its type is found from its parts; text when nothing says.
///
/// # Errors
/// Everything that is wrong with it, each once.
pub fn check_value(expr: &Expr, entity: &Entity, schema: &Schema) -> Result<CheckedValue, Vec<Problem>> {
    let mut checker = Checker { entity, schema, problems: Vec::new() };
    let kind = checker.kind_of(expr).unwrap_or(Kind::Text);
    let operand = checker.operand(expr, kind);
    checker.finish(operand.map(CheckedValue))
}

/// A type without the decimals, which never make two expressions strangers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Date,
    Instant,
    Reference,
    Bool,
    List,
}

impl Kind {
    fn of(kind: Type) -> Self {
        match kind {
            Type::Bool => Self::Bool,
            Type::Text => Self::Text,
            Type::Number { .. } => Self::Number,
            Type::Date => Self::Date,
            Type::Instant => Self::Instant,
            Type::Reference => Self::Reference,
            Type::List => Self::List,
        }
    }

    fn whole(self) -> Type {
        match self {
            Self::Text => Type::Text,
            Self::Number => Type::Number { scale: 0 },
            Self::Date => Type::Date,
            Self::Instant => Type::Instant,
            Self::Reference => Type::Reference,
            Self::Bool => Type::Bool,
            Self::List => Type::List,
        }
    }

    fn needed(self) -> &'static str {
        match self {
            Self::Text => "problem.expr.needs_text",
            Self::Number => "problem.expr.needs_number",
            Self::Date => "problem.expr.needs_date",
            Self::Instant => "problem.expr.needs_instant",
            Self::Reference => "problem.expr.needs_reference",
            Self::Bool => "problem.expr.needs_checkbox",
            Self::List => "problem.expr.needs_several",
        }
    }
}

/// Methods give `None` after they have noted at least one problem, and go on where they can, so that all are told.
struct Checker<'a> {
    entity: &'a Entity,
    schema: &'a Schema,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn finish<T>(self, checked: Option<T>) -> Result<T, Vec<Problem>> {
        let mut problems: Vec<Problem> = Vec::new();
        for problem in self.problems {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        match checked {
            Some(checked) if problems.is_empty() => Ok(checked),
            _ => Err(problems),
        }
    }

    fn refuse<T>(&mut self, problem: Problem) -> Option<T> {
        self.problems.push(problem);
        None
    }

    fn condition(&mut self, expr: &Expr) -> Option<Condition> {
        match expr {
            Expr::Bool(flag) => Some(Condition::Always(*flag)),
            Expr::In(operand, items) => self.list(operand, items),
            Expr::HasAny(operand, items) => self.has_any(operand, items),
            Expr::Call(op, args) => self.call_condition(*op, args),
            Expr::Field(id) if matches!(self.field_type(id), Some((Type::Bool, _))) => {
                let ticked = constant(Type::Bool, Constant::Bool(true));
                Some(Condition::Equal(self.field(id, Kind::Bool)?, ticked))
            }
            Expr::Null | Expr::Number(_) | Expr::Text(_) | Expr::Field(_) => {
                self.refuse(Problem::new("problem.expr.not_condition").with("name", shown(expr)))
            }
        }
    }

    fn call_condition(&mut self, op: Op, args: &[Expr]) -> Option<Condition> {
        match (op, args) {
            (Op::And, args) => self.conditions(args).map(Condition::All),
            (Op::Or, args) => self.conditions(args).map(Condition::Any),
            (Op::Not, [inner]) => Some(Condition::Not(Box::new(self.condition(inner)?))),
            (Op::Equal, [left, right]) => self.equal(left, right),
            (Op::NotEqual, [left, right]) => Some(Condition::Not(Box::new(self.equal(left, right)?))),
            (Op::Less, [left, right]) => self.ordered(Order::Less, left, right),
            (Op::LessOrEqual, [left, right]) => self.ordered(Order::LessOrEqual, left, right),
            (Op::Greater, [left, right]) => self.ordered(Order::Greater, left, right),
            (Op::GreaterOrEqual, [left, right]) => self.ordered(Order::GreaterOrEqual, left, right),
            (Op::IsEmpty, [operand]) => self.is_empty(operand),
            (Op::IsSet, [operand]) => Some(Condition::Not(Box::new(self.is_empty(operand)?))),
            (Op::MyTeam, [person]) => self.operand(person, Kind::Reference).map(Condition::MyTeam),
            (Op::Contains, [text, part]) => {
                let (text, part) = self.pair(text, part, Kind::Text)?;
                Some(Condition::Contains(text, part))
            }
            (Op::StartsWith, [text, part]) => {
                let (text, part) = self.pair(text, part, Kind::Text)?;
                Some(Condition::StartsWith(text, part))
            }
            (Op::Has, [list, text]) => {
                let list = self.operand(list, Kind::List);
                let text = self.operand(text, Kind::Text)?;
                Some(Condition::Has(list?, text))
            }
            (Op::Under, [field, option]) => self.under(field, option),
            (Op::Rotting, _) => self.rotting(),
            _ => self.refuse(Problem::new("problem.expr.not_condition").with("name", op.name())),
        }
    }

    fn conditions(&mut self, exprs: &[Expr]) -> Option<Vec<Condition>> {
        // Every part is checked before the first failure counts, so that all problems are told.
        let checked: Vec<Option<Condition>> = exprs.iter().map(|expr| self.condition(expr)).collect();
        checked.into_iter().collect()
    }

    fn is_empty(&mut self, expr: &Expr) -> Option<Condition> {
        let kind = self.kind_of(expr).unwrap_or(Kind::Text);
        self.operand(expr, kind).map(Condition::IsNull)
    }

    fn equal(&mut self, left: &Expr, right: &Expr) -> Option<Condition> {
        let kind = self.common_kind(left, right);
        let (left, right) = self.pair(left, right, kind)?;
        Some(match (is_null(&left), is_null(&right)) {
            (_, true) => Condition::IsNull(left),
            (true, _) => Condition::IsNull(right),
            _ if kind == Kind::List => return self.refuse(Problem::new("problem.expr.not_compared")),
            _ => Condition::Equal(left, right),
        })
    }

    fn ordered(&mut self, order: Order, left: &Expr, right: &Expr) -> Option<Condition> {
        let kind = self.common_kind(left, right);
        let (left, right) = self.pair(left, right, kind)?;
        if matches!(kind, Kind::Reference | Kind::Bool | Kind::List) {
            return self.refuse(Problem::new("problem.expr.not_ordered"));
        }
        Some(Condition::Ordered(order, left, right))
    }

    fn list(&mut self, expr: &Expr, literals: &[Expr]) -> Option<Condition> {
        let kind = self.kind_of(expr).or_else(|| literals.iter().find_map(|item| self.kind_of(item)));
        let kind = kind.unwrap_or(Kind::Text);
        let operand = self.operand(expr, kind);
        let literals: Vec<Option<Operand>> = literals.iter().map(|item| self.operand(item, kind)).collect();
        let literals: Vec<Operand> = literals.into_iter().collect::<Option<_>>()?;
        let operand = operand?;
        let or_null = literals.iter().any(is_null);
        let items = literals.into_iter().filter_map(|item| at_scale(item, operand.scale())).collect();
        Some(Condition::In { operand, items, or_null })
    }

    fn has_any(&mut self, expr: &Expr, literals: &[Expr]) -> Option<Condition> {
        let operand = self.operand(expr, Kind::List);
        let items: Vec<Option<Operand>> =
            literals.iter().map(|item| self.operand(item, Kind::Text)).collect();
        let items: Vec<Operand> = items.into_iter().collect::<Option<_>>()?;
        let text = |item: Operand| match item.node {
            Node::Constant(Constant::Text(text)) => Some(text),
            _ => None,
        };
        Some(Condition::HasAny(operand?, items.into_iter().filter_map(text).collect()))
    }

    /// A branch of a tree is a list of its options: the readers need not know the tree.
    fn under(&mut self, field: &Expr, option: &Expr) -> Option<Condition> {
        let operand = self.operand(field, Kind::Text)?;
        let kind = match field {
            Expr::Field(id) => self.entity.field(id).map(|field| &field.kind),
            _ => None,
        };
        let Some(FieldKind::TreeChoice(tree)) = kind else {
            return self.refuse(Problem::new("problem.expr.needs_tree").with("name", shown(field)));
        };
        let items = match option {
            Expr::Text(id) if !id.is_empty() => tree.branch(id),
            Expr::Null | Expr::Text(_) => Vec::new(),
            _ => return self.refuse(Problem::new(Kind::Text.needed()).with("name", shown(option))),
        };
        let items = items.into_iter().map(Constant::Text).collect();
        Some(Condition::In { operand, items, or_null: false })
    }

    /// A comparison for each count of days that open stages of this kind expect: the readers know neither stages nor
    /// calendars.
    fn rotting(&mut self) -> Option<Condition> {
        let own = |id: &str| Expr::Field(id.to_owned());
        let stage = self.operand(&own("stage"), Kind::Text);
        let start = Expr::Call(Op::Coalesce, vec![own(signals::LAST_TOUCH), own(signals::SINCE)]);
        let start = self.operand(&start, Kind::Instant);
        let until = self.operand(&own(signals::PAUSED_UNTIL), Kind::Date);
        let (stage, start, until) = (stage?, start?, until?);
        let calendar = Arc::new(Calendar::of(&self.schema.workspace));
        let mut expecting: BTreeMap<u16, Vec<Constant>> = BTreeMap::new();
        let stages = self.schema.pipelines_of(&self.entity.id).flat_map(|pipeline| &pipeline.stages);
        for stage in stages.filter(|stage| stage.status == StageStatus::Open) {
            if let Some(days) = stage.expected_days {
                expecting.entry(days).or_default().push(Constant::Text(stage.id.clone()));
            }
        }
        let late = |(days, items)| {
            let limit = Operand { kind: Type::Instant, node: Node::LimitOf(calendar.clone(), days) };
            let here = Condition::In { operand: stage.clone(), items, or_null: false };
            Condition::All(vec![here, Condition::Ordered(Order::Less, start.clone(), limit)])
        };
        let late = Condition::Any(expecting.into_iter().map(late).collect());
        let today = Operand { kind: Type::Date, node: Node::DayOf(calendar.clone()) };
        let rests = Condition::Ordered(Order::Greater, until, today);
        Some(Condition::All(vec![late, Condition::Not(Box::new(rests))]))
    }

    fn pair(&mut self, left: &Expr, right: &Expr, kind: Kind) -> Option<(Operand, Operand)> {
        let left = self.operand(left, kind);
        let right = self.operand(right, kind);
        Some((left?, right?))
    }

    fn common_kind(&self, left: &Expr, right: &Expr) -> Kind {
        self.kind_of(left).or_else(|| self.kind_of(right)).unwrap_or(Kind::Text)
    }

    /// The kind an expression has by itself. Nulls, texts and what is unknown take theirs from the context.
    fn kind_of(&self, expr: &Expr) -> Option<Kind> {
        match expr {
            Expr::Null | Expr::Text(_) | Expr::In(..) | Expr::HasAny(..) => None,
            Expr::Bool(_) => Some(Kind::Bool),
            Expr::Number(_) => Some(Kind::Number),
            Expr::Field(id) => self.field_type(id).map(|(kind, _)| Kind::of(kind)),
            Expr::Call(op, args) => match (op, &args[..]) {
                (Op::If, [_, left, right]) | (Op::Coalesce, [left, right]) => {
                    self.kind_of(left).or_else(|| self.kind_of(right))
                }
                (op, _) => result_kind(*op),
            },
        }
    }

    fn field_type(&self, id: &str) -> Option<(Type, crate::fields::Shape)> {
        let behaviour = self.entity.field(id)?.kind.behaviour();
        Some((behaviour.expr_type(self.schema), behaviour.shape()))
    }

    fn operand(&mut self, expr: &Expr, wanted: Kind) -> Option<Operand> {
        match expr {
            Expr::Null => Some(constant(wanted.whole(), Constant::Null)),
            Expr::Bool(flag) if wanted == Kind::Bool => Some(constant(Type::Bool, Constant::Bool(*flag))),
            Expr::Bool(_) | Expr::In(..) | Expr::HasAny(..) => {
                self.refuse(Problem::new("problem.expr.not_value").with("name", shown(expr)))
            }
            Expr::Number(number) if wanted == Kind::Number => Some(number_constant(*number)),
            Expr::Number(_) => self.unlike(expr, wanted),
            Expr::Text(text) => self.text_literal(text, wanted),
            Expr::Field(id) => self.field(id, wanted),
            Expr::Call(Op::If, args) => match &args[..] {
                [condition, left, right] => {
                    let condition = self.condition(condition);
                    let (left, right) = aligned(self.pair(left, right, wanted)?);
                    let kind = left.kind;
                    Some(Operand {
                        kind,
                        node: Node::If(Box::new(condition?), Box::new(left), Box::new(right)),
                    })
                }
                _ => self.refuse(Problem::new("problem.expr.malformed")),
            },
            Expr::Call(Op::Coalesce, args) => match &args[..] {
                [left, right] => {
                    let (left, right) = aligned(self.pair(left, right, wanted)?);
                    let kind = left.kind;
                    Some(Operand { kind, node: Node::Coalesce(Box::new(left), Box::new(right)) })
                }
                _ => self.refuse(Problem::new("problem.expr.malformed")),
            },
            Expr::Call(op, args) => match result_kind(*op) {
                None => self.refuse(Problem::new("problem.expr.not_value").with("name", op.name())),
                Some(kind) if kind != wanted => self.unlike(expr, wanted),
                Some(_) => self.call(*op, args),
            },
        }
    }

    fn unlike(&mut self, expr: &Expr, wanted: Kind) -> Option<Operand> {
        self.refuse(Problem::new(wanted.needed()).with("name", shown(expr)))
    }

    fn text_literal(&mut self, text: &str, wanted: Kind) -> Option<Operand> {
        if text.is_empty() {
            return Some(constant(wanted.whole(), Constant::Null));
        }
        let (read, wrong) = match wanted {
            Kind::Text => (Some(Constant::Text(text.to_owned())), ""),
            Kind::Number => match read_number(text) {
                Some(number) => return Some(number_constant(number)),
                None => (None, "problem.expr.bad_number"),
            },
            Kind::Date => (Date::parse(text).map(Constant::Date), "problem.expr.bad_date"),
            Kind::Instant => (Instant::parse(text).map(Constant::Instant), "problem.expr.bad_instant"),
            Kind::Reference => (text.parse().ok().map(Constant::Reference), "problem.expr.bad_id"),
            // No text stands for these.
            Kind::Bool | Kind::List => (None, wanted.needed()),
        };
        match read {
            Some(read) => Some(constant(wanted.whole(), read)),
            None => self.refuse(Problem::new(wrong).with("text", shorten(text))),
        }
    }

    fn field(&mut self, id: &str, wanted: Kind) -> Option<Operand> {
        match self.field_type(id) {
            None => self.refuse(Problem::new("problem.expr.unknown_field").with("name", id)),
            Some((kind, _)) if Kind::of(kind) != wanted => self.unlike(&Expr::Field(id.to_owned()), wanted),
            Some((kind, shape)) => Some(Operand { kind, node: Node::Field { id: id.to_owned(), shape } }),
        }
    }

    /// Operators whose type does not hang on their context.
    fn call(&mut self, op: Op, args: &[Expr]) -> Option<Operand> {
        match (op, args) {
            (Op::Today, _) => Some(Operand { kind: Type::Date, node: Node::Today }),
            (Op::Now, _) => Some(Operand { kind: Type::Instant, node: Node::Now }),
            (Op::Me, _) => Some(Operand { kind: Type::Reference, node: Node::Me }),
            (Op::StartOf, [day]) if !day.fields().is_empty() => {
                self.refuse(Problem::new("problem.expr.needs_fixed_day"))
            }
            (Op::StartOf, [day]) => {
                let day = self.operand(day, Kind::Date)?;
                Some(Operand { kind: Type::Instant, node: Node::StartOf(Box::new(day)) })
            }
            (Op::Add, [left, right]) => {
                let (left, right) = self.pair(left, right, Kind::Number)?;
                let scale = left.scale().max(right.scale());
                Some(Operand {
                    kind: Type::Number { scale },
                    node: Node::Add(Box::new(left), Box::new(right)),
                })
            }
            (Op::Subtract, [left, right]) => {
                let (left, right) = self.pair(left, right, Kind::Number)?;
                let scale = left.scale().max(right.scale());
                Some(Operand {
                    kind: Type::Number { scale },
                    node: Node::Subtract(Box::new(left), Box::new(right)),
                })
            }
            (Op::Multiply, [left, right]) => {
                let (left, right) = self.pair(left, right, Kind::Number)?;
                let full = left.scale() + right.scale();
                let scale = full.min(MAX_SCALE);
                let node =
                    Node::Multiply { left: Box::new(left), right: Box::new(right), drop: full - scale };
                Some(Operand { kind: Type::Number { scale }, node })
            }
            (Op::Divide, [left, right]) => {
                let (left, right) = self.pair(left, right, Kind::Number)?;
                let scale = left.scale().max(QUOTIENT_SCALE);
                let gain = scale - left.scale() + right.scale();
                Some(Operand {
                    kind: Type::Number { scale },
                    node: Node::Divide { left: Box::new(left), right: Box::new(right), gain },
                })
            }
            (Op::Negate, [operand]) => {
                let operand = self.operand(operand, Kind::Number)?;
                Some(Operand { kind: operand.kind, node: Node::Negate(Box::new(operand)) })
            }
            (Op::Round, [operand, places]) => self.round(operand, places),
            (Op::Length, [text]) => {
                let text = self.operand(text, Kind::Text)?;
                Some(Operand { kind: Type::Number { scale: 0 }, node: Node::Length(Box::new(text)) })
            }
            (Op::DaysBetween, [from, to]) => {
                let (from, to) = self.pair(from, to, Kind::Date)?;
                Some(Operand {
                    kind: Type::Number { scale: 0 },
                    node: Node::DaysBetween(Box::new(from), Box::new(to)),
                })
            }
            (Op::PlusDays, [date, days]) => {
                let date = self.operand(date, Kind::Date);
                let days = self.operand(days, Kind::Number)?;
                if days.scale() > 0 {
                    return self.refuse(Problem::new("problem.expr.needs_whole"));
                }
                Some(Operand { kind: Type::Date, node: Node::PlusDays(Box::new(date?), Box::new(days)) })
            }
            _ => self.refuse(Problem::new("problem.expr.malformed")),
        }
    }

    fn round(&mut self, operand: &Expr, places: &Expr) -> Option<Operand> {
        let operand = self.operand(operand, Kind::Number);
        let places = match places {
            Expr::Number(Decimal { units, scale: 0 }) => {
                u32::try_from(*units).ok().filter(|places| *places <= MAX_SCALE)
            }
            _ => None,
        };
        let Some(places) = places else {
            return self.refuse(Problem::new("problem.expr.bad_places").with("max", MAX_SCALE));
        };
        let operand = operand?;
        let drop = operand.scale().saturating_sub(places);
        if drop == 0 {
            return Some(operand);
        }
        Some(Operand { kind: Type::Number { scale: places }, node: Node::Drop(Box::new(operand), drop) })
    }
}

/// What an operator yields; `None` for conditions and for those that take their type from their arguments.
fn result_kind(op: Op) -> Option<Kind> {
    match op {
        Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::Negate
        | Op::Round
        | Op::Length
        | Op::DaysBetween => Some(Kind::Number),
        Op::PlusDays | Op::Today => Some(Kind::Date),
        Op::Now | Op::StartOf => Some(Kind::Instant),
        Op::Me => Some(Kind::Reference),
        _ => None,
    }
}

fn constant(kind: Type, value: Constant) -> Operand {
    Operand { kind, node: Node::Constant(value) }
}

fn number_constant(number: Decimal) -> Operand {
    constant(Type::Number { scale: number.scale }, Constant::Number(number.units))
}

fn is_null(operand: &Operand) -> bool {
    operand.node == Node::Constant(Constant::Null)
}

/// Both with the larger count of decimals of the two.
fn aligned((left, right): (Operand, Operand)) -> (Operand, Operand) {
    let scale = left.scale().max(right.scale());
    (gain(left, scale), gain(right, scale))
}

fn gain(operand: Operand, scale: u32) -> Operand {
    let by = scale - operand.scale();
    if by == 0 {
        return operand;
    }
    let node = match operand.node {
        Node::Constant(Constant::Number(units)) => {
            Node::Constant(gained(units, by).map_or(Constant::Null, Constant::Number))
        }
        Node::Constant(other) => Node::Constant(other),
        _ => Node::Gain(Box::new(operand), by),
    };
    Operand { kind: Type::Number { scale }, node }
}

fn gained(units: i64, by: u32) -> Option<i64> {
    units.checked_mul(10_i64.pow(by)).filter(|units| units.abs() <= MAX_UNITS)
}

/// A literal of a list with the decimals of what it is compared with; `None` when nothing of those can equal it.
fn at_scale(literal: Operand, scale: u32) -> Option<Constant> {
    let own = literal.scale();
    match literal.node {
        Node::Constant(Constant::Number(units)) => {
            Some(Constant::Number(gained(units, scale.checked_sub(own)?)?))
        }
        Node::Constant(Constant::Null) => None,
        Node::Constant(other) => Some(other),
        _ => None,
    }
}

/// How an expression is called in a problem.
fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Null => "null".to_owned(),
        Expr::Bool(flag) => flag.to_string(),
        Expr::Number(number) => number.to_string(),
        Expr::Text(text) => shorten(text),
        Expr::Field(id) => id.clone(),
        Expr::Call(op, _) => op.name().to_owned(),
        Expr::In(..) => "in".to_owned(),
        Expr::HasAny(..) => "has_any".to_owned(),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::cases;
    use serde_json::{Value as Json, json};

    fn keys(expr: &Json) -> Vec<String> {
        let schema = cases::schema();
        let problems = check(&Expr::parse(expr).unwrap(), cases::entity(&schema), &schema).unwrap_err();
        problems.into_iter().map(|problem| problem.key.replace("problem.expr.", "")).collect()
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_every_reason() {
        for (expr, expected) in [
            (json!("a"), vec!["not_condition"]),
            (json!(null), vec!["not_condition"]),
            (json!(1), vec!["not_condition"]),
            (json!(["field", "name"]), vec!["not_condition"]),
            (json!(["today"]), vec!["not_condition"]),
            (json!(["and", ["+", 1, 2]]), vec!["not_condition"]),
            (json!(["if", true, true, false]), vec!["not_condition"]),
            (json!(["=", ["field", "nope"], 1]), vec!["unknown_field"]),
            (json!(["is_set", ["field", "nope"]]), vec!["unknown_field"]),
            (json!(["=", ["field", "name"], 1]), vec!["needs_text"]),
            (json!(["=", 1, ["field", "name"]]), vec!["needs_number"]),
            (json!(["=", ["field", "name"], true]), vec!["not_value"]),
            (json!(["=", ["field", "name"], ["not", true]]), vec!["not_value"]),
            (json!(["=", ["field", "name"], ["in", "a", ["a"]]]), vec!["not_value"]),
            (json!(["<", ["field", "day"], ["now"]]), vec!["needs_date"]),
            (json!(["<", ["field", "at"], ["today"]]), vec!["needs_instant"]),
            (json!(["<", ["field", "next"], "2026-05-01"]), vec!["bad_instant"]),
            (json!(["<", ["field", "day"], "2026-02-30"]), vec!["bad_date"]),
            (json!(["=", ["field", "owner"], "somebody"]), vec!["bad_id"]),
            (json!(["<", ["field", "owner"], ["me"]]), vec!["not_ordered"]),
            (json!(["=", ["field", "owner"], ["today"]]), vec!["needs_reference"]),
            (json!(["=", ["field", "count"], "1,000"]), vec!["bad_number"]),
            (json!(["=", ["field", "count"], "0.0000001"]), vec!["bad_number"]),
            (json!(["contains", ["field", "count"], "1"]), vec!["needs_text"]),
            (json!(["starts_with", ["field", "day"], "2026"]), vec!["needs_text"]),
            (json!([">", ["round", ["field", "ratio"], 7], 1]), vec!["bad_places"]),
            (json!([">", ["round", ["field", "ratio"], -1], 1]), vec!["bad_places"]),
            (json!([">", ["round", ["field", "ratio"], ["field", "count"]], 1]), vec!["bad_places"]),
            (json!(["=", ["plus_days", ["today"], 1.5], ["today"]]), vec!["needs_whole"]),
            (json!(["=", ["plus_days", ["now"], 1], ["today"]]), vec!["needs_date"]),
            (json!([">", ["days_between", ["field", "at"], ["today"]], 1]), vec!["needs_date"]),
            (json!(["in", ["field", "day"], ["2026-05-01", 5]]), vec!["needs_date"]),
            (json!(["in", ["field", "count"], [1, "x", true]]), vec!["bad_number", "not_value"]),
            (json!(["=", ["coalesce", ["field", "day"], ["field", "count"]], null]), vec!["needs_date"]),
            (json!(["=", ["if", ["field", "name"], 1, 2], 1]), vec!["not_condition"]),
            (json!(["=", ["field", "vip"], 1]), vec!["needs_checkbox"]),
            (json!(["=", ["field", "vip"], "true"]), vec!["needs_checkbox"]),
            (json!(["<", ["field", "vip"], true]), vec!["not_ordered"]),
            (json!(["=", ["field", "tags"], ["field", "colors"]]), vec!["not_compared"]),
            (json!(["=", ["field", "tags"], "a"]), vec!["needs_several"]),
            (json!(["<", ["field", "tags"], ["field", "colors"]]), vec!["not_ordered"]),
            (json!(["contains", ["field", "tags"], "a"]), vec!["needs_text"]),
            (json!(["has", ["field", "name"], "a"]), vec!["needs_several"]),
            (json!(["has", ["field", "tags"], 1]), vec!["needs_text"]),
            (json!(["has", ["field", "tags"], ["field", "colors"]]), vec!["needs_text"]),
            (json!(["has_any", ["field", "name"], ["a"]]), vec!["needs_several"]),
            (json!(["has_any", ["field", "tags"], ["a", 1]]), vec!["needs_text"]),
            (json!(["=", ["field", "name"], ["has_any", ["field", "tags"], []]]), vec!["not_value"]),
            (json!(["under", ["field", "grade"], "a"]), vec!["needs_tree"]),
            (json!(["under", ["coalesce", ["field", "industry"], "make"], "make"]), vec!["needs_tree"]),
            (json!(["under", ["field", "industry"], ["field", "name"]]), vec!["needs_text"]),
            (
                json!(["and", ["=", ["field", "x"], 1], ["=", ["field", "y"], 1], ["=", ["field", "x"], 1]]),
                vec!["unknown_field", "unknown_field"],
            ),
        ] {
            assert_eq!(keys(&expr), expected, "{expr}");
        }
    }

    #[test]
    fn a_value_has_the_decimals_its_operators_promise() {
        let schema = cases::schema();
        for (expr, scale) in [
            (json!(["+", ["field", "count"], ["field", "weight"]]), 3),
            (json!(["*", ["field", "amount"], ["field", "weight"]]), 5),
            (json!(["*", ["field", "ratio"], ["field", "weight"]]), 6),
            (json!(["/", ["field", "amount"], ["field", "count"]]), 4),
            (json!(["/", ["field", "ratio"], ["field", "count"]]), 6),
            (json!(["round", ["field", "ratio"], 2]), 2),
            (json!(["round", ["field", "count"], 2]), 0),
            (json!(["coalesce", null, ["field", "amount"]]), 2),
        ] {
            let checked = check_value(&Expr::parse(&expr).unwrap(), cases::entity(&schema), &schema).unwrap();
            assert_eq!(checked.operand().kind, Type::Number { scale }, "{expr}");
        }
    }

    #[test]
    fn an_expression_names_the_fields_it_reads() {
        let expr = json!([
            "and",
            ["in", ["field", "name"], ["a"]],
            ["=", ["if", ["is_set", ["field", "day"]], 1, 2], ["field", "count"]]
        ]);
        assert_eq!(Expr::parse(&expr).unwrap().fields(), ["name", "day", "count"]);
    }
}
