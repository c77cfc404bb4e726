//! Expressions as they are written ([`Expr`]), and as the readers get them ([`Checked`]).

use std::sync::Arc;

use super::Type;
use crate::fields::Shape;
use crate::ids::Id;
use crate::signals::{Calendar, ROTTING_READS};
use crate::time::{Date, Instant};
use crate::value::Decimal;

/// An expression as it was written; whether it makes sense for an entity, `check` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
    Field(String),
    Call(Op, Vec<Expr>),
    /// An expression and the literals it may equal.
    In(Box<Expr>, Vec<Expr>),
    /// A list and the literals of which it may hold one.
    HasAny(Box<Expr>, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    IsEmpty,
    IsSet,
    Contains,
    StartsWith,
    Has,
    Under,
    MyTeam,
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Round,
    Length,
    DaysBetween,
    PlusDays,
    Today,
    Now,
    Me,
    StartOf,
    If,
    Coalesce,
    Rotting,
}

impl Op {
    /// Operator, its name on the wire, and how many arguments it takes; `None` is any number.
    pub(super) const TABLE: [(Self, &'static str, Option<usize>); 32] = [
        (Self::And, "and", None),
        (Self::Or, "or", None),
        (Self::Not, "not", Some(1)),
        (Self::Equal, "=", Some(2)),
        (Self::NotEqual, "!=", Some(2)),
        (Self::Less, "<", Some(2)),
        (Self::LessOrEqual, "<=", Some(2)),
        (Self::Greater, ">", Some(2)),
        (Self::GreaterOrEqual, ">=", Some(2)),
        (Self::IsEmpty, "is_empty", Some(1)),
        (Self::IsSet, "is_set", Some(1)),
        (Self::Contains, "contains", Some(2)),
        (Self::StartsWith, "starts_with", Some(2)),
        (Self::Has, "has", Some(2)),
        (Self::Under, "under", Some(2)),
        (Self::MyTeam, "my_team", Some(1)),
        (Self::Add, "+", Some(2)),
        (Self::Subtract, "-", Some(2)),
        (Self::Multiply, "*", Some(2)),
        (Self::Divide, "/", Some(2)),
        (Self::Negate, "neg", Some(1)),
        (Self::Round, "round", Some(2)),
        (Self::Length, "length", Some(1)),
        (Self::DaysBetween, "days_between", Some(2)),
        (Self::PlusDays, "plus_days", Some(2)),
        (Self::Today, "today", Some(0)),
        (Self::Now, "now", Some(0)),
        (Self::Me, "me", Some(0)),
        (Self::StartOf, "start_of", Some(1)),
        (Self::If, "if", Some(3)),
        (Self::Coalesce, "coalesce", Some(2)),
        (Self::Rotting, "rotting", Some(0)),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::TABLE.iter().find(|(op, ..)| *op == self).map_or("", |(_, name, _)| name)
    }

    pub(super) fn arity(self) -> Option<usize> {
        Self::TABLE.iter().find(|(op, ..)| *op == self).and_then(|(.., arity)| *arity)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, known, _)| *known == name).map(|(op, ..)| *op)
    }
}

/// A condition whose fields, types and literals have been checked; no reader of it can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked(pub(super) Condition);

/// A value expression that has been checked: formulas and defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedValue(pub(super) Operand);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Always(bool),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// The null-safe equality. Numbers on the two sides may differ in their decimals, here and in the ordering.
    Equal(Operand, Operand),
    Ordered(Order, Operand, Operand),
    IsNull(Operand),
    /// Equal to one of the constants, which have the operand's decimals and are never null; or null, when the
    /// list had a null.
    In {
        operand: Operand,
        items: Vec<Constant>,
        or_null: bool,
    },
    Contains(Operand, Operand),
    StartsWith(Operand, Operand),
    /// The list holds the text.
    Has(Operand, Operand),
    /// The list holds one of the texts.
    HasAny(Operand, Vec<String>),
    /// The reader, or somebody in the reader's team or a team below it.
    MyTeam(Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// The order that holds when the two sides change places.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// Something with a value, and the type of that value. [`Type::Bool`] is that of checkboxes and of `true` and
/// `false` beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    pub kind: Type,
    pub node: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Constant(Constant),
    Field {
        id: String,
        shape: Shape,
    },
    Today,
    Now,
    Me,
    /// The sides of a sum and of a difference may differ in their decimals; the result has the larger count.
    Add(Box<Operand>, Box<Operand>),
    Subtract(Box<Operand>, Box<Operand>),
    /// The product loses this many decimals again.
    Multiply {
        left: Box<Operand>,
        right: Box<Operand>,
        drop: u32,
    },
    /// The dividend gains this many decimals before it is divided.
    Divide {
        left: Box<Operand>,
        right: Box<Operand>,
        gain: u32,
    },
    Negate(Box<Operand>),
    /// Rounds this many decimals away.
    Drop(Box<Operand>, u32),
    /// The same number with this many decimals more.
    Gain(Box<Operand>, u32),
    /// Characters of a text.
    Length(Box<Operand>),
    /// Days from the first day to the second.
    DaysBetween(Box<Operand>, Box<Operand>),
    PlusDays(Box<Operand>, Box<Operand>),
    /// The instant at which the reader's day begins. The day hangs on no field, so that SQL needs no zones.
    StartOf(Box<Operand>),
    If(Box<Condition>, Box<Operand>, Box<Operand>),
    Coalesce(Box<Operand>, Box<Operand>),
    /// The day it is by a calendar.
    DayOf(Arc<Calendar>),
    /// The moment before which more than so many days were worked ([`Calendar::limit`]).
    LimitOf(Arc<Calendar>, u16),
}

/// What an operand can be worth: one variant per type of the language, numbers as units of their decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    Null,
    Text(String),
    Number(i64),
    Date(Date),
    Instant(Instant),
    Reference(Id),
    Bool(bool),
    List(Vec<String>),
}

impl Operand {
    /// How many decimals a number has; 0 for everything else.
    #[must_use]
    pub fn scale(&self) -> u32 {
        match self.kind {
            Type::Number { scale } => scale,
            _ => 0,
        }
    }
}

impl Checked {
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.0
    }
}

impl CheckedValue {
    #[must_use]
    pub fn operand(&self) -> &Operand {
        &self.0
    }
}

impl Expr {
    /// The ids of the fields it reads, perhaps more than once. Whoever runs an expression of somebody else's asks
    /// first whether that person may see them: a filter on a hidden field gives its values away.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect_fields(&mut found);
        found
    }

    fn collect_fields<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Field(id) => found.push(id),
            Self::Call(Op::Rotting, _) => found.extend(ROTTING_READS),
            Self::Call(_, args) => args.iter().for_each(|arg| arg.collect_fields(found)),
            Self::In(operand, _) | Self::HasAny(operand, _) => operand.collect_fields(found),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {}
        }
    }
}
