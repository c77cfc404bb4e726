//! What can be asked about a field, in the words of people, and the condition each question is.

use serde_json::{Value as Json, json};

use crate::fields::{Choice, FieldKind, Shape};
use crate::schema::Schema;

/// Days that a relative question may reach: ten years.
const MAX_DAYS: i64 = 3_650;
/// Characters of what is looked for in a text.
const MAX_PART: u32 = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Contains,
    NotContains,
    StartsWith,
    Is,
    IsNot,
    AnyOf,
    NoneOf,
    IsMe,
    MyTeam,
    Yes,
    No,
    Under,
    NotUnder,
    More,
    AtLeast,
    Less,
    AtMost,
    Between,
    Past,
    Today,
    LastDays,
    NextDays,
    LongerAgo,
    On,
    Before,
    After,
    Within,
    Empty,
    Filled,
}

/// What an operator wants to know beside its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    One,
    Two,
    /// Some of the field's choices.
    Choices,
}

impl Takes {
    /// How many values; `None` for as many as one likes.
    #[must_use]
    pub fn count(self) -> Option<usize> {
        match self {
            Self::Nothing => Some(0),
            Self::One => Some(1),
            Self::Two => Some(2),
            Self::Choices => None,
        }
    }
}

impl Operator {
    pub const TEXT: &'static [Self] = &[
        Self::Contains,
        Self::NotContains,
        Self::StartsWith,
        Self::Is,
        Self::IsNot,
        Self::Empty,
        Self::Filled,
    ];
    /// Of several words, and of texts in parts: only a part of them means something.
    pub const PART: &'static [Self] = &[Self::Contains, Self::NotContains, Self::Empty, Self::Filled];
    /// Of what can only be there or not.
    pub const PRESENCE: &'static [Self] = &[Self::Empty, Self::Filled];
    pub const YES_NO: &'static [Self] = &[Self::Yes, Self::No, Self::Empty, Self::Filled];
    /// Of trees: an option with all below it.
    pub const BRANCH: &'static [Self] = &[Self::Under, Self::NotUnder, Self::Empty, Self::Filled];
    pub const CHOICE: &'static [Self] = &[Self::AnyOf, Self::NoneOf, Self::Empty, Self::Filled];
    pub const NUMBER: &'static [Self] = &[
        Self::AtLeast,
        Self::AtMost,
        Self::More,
        Self::Less,
        Self::Between,
        Self::Is,
        Self::IsNot,
        Self::Empty,
        Self::Filled,
    ];
    /// Of days, and of moments by their day.
    pub const DAY: &'static [Self] = &[
        Self::LastDays,
        Self::NextDays,
        Self::LongerAgo,
        Self::Today,
        Self::Past,
        Self::On,
        Self::Before,
        Self::After,
        Self::Within,
        Self::Empty,
        Self::Filled,
    ];
    pub const REFERENCE: &'static [Self] = &[Self::Is, Self::IsNot, Self::Empty, Self::Filled];
    pub const PERSON: &'static [Self] =
        &[Self::IsMe, Self::MyTeam, Self::Is, Self::IsNot, Self::Empty, Self::Filled];

    /// What fits every field of a shape; a type of field with better ones names them itself
    /// ([`crate::fields::FieldType::operators`]).
    #[must_use]
    pub fn of_shape(shape: Shape) -> &'static [Self] {
        match shape {
            Shape::Text => Self::TEXT,
            Shape::Integer | Shape::Decimal(_) | Shape::Money => Self::NUMBER,
            Shape::Date | Shape::Instant | Shape::Schedule => Self::DAY,
            Shape::Reference => Self::REFERENCE,
            Shape::Bool => Self::YES_NO,
            Shape::List | Shape::Address => Self::PART,
            Shape::Files => Self::PRESENCE,
        }
    }

    /// Its name in the interface's code and in message keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::NotContains => "not_contains",
            Self::StartsWith => "starts_with",
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::AnyOf => "any_of",
            Self::NoneOf => "none_of",
            Self::IsMe => "is_me",
            Self::MyTeam => "my_team",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Under => "under",
            Self::NotUnder => "not_under",
            Self::More => "more",
            Self::AtLeast => "at_least",
            Self::Less => "less",
            Self::AtMost => "at_most",
            Self::Between => "between",
            Self::Past => "past",
            Self::Today => "today",
            Self::LastDays => "last_days",
            Self::NextDays => "next_days",
            Self::LongerAgo => "longer_ago",
            Self::On => "on",
            Self::Before => "before",
            Self::After => "after",
            Self::Within => "within",
            Self::Empty => "empty",
            Self::Filled => "filled",
        }
    }

    #[must_use]
    pub fn takes(self) -> Takes {
        match self {
            Self::IsMe
            | Self::MyTeam
            | Self::Yes
            | Self::No
            | Self::Past
            | Self::Today
            | Self::Empty
            | Self::Filled => Takes::Nothing,
            Self::AnyOf | Self::NoneOf => Takes::Choices,
            Self::Between | Self::Within => Takes::Two,
            _ => Takes::One,
        }
    }

    /// The type of field whose control enters each value; `None` when there is nothing to enter.
    #[must_use]
    pub fn control(self, kind: &FieldKind, schema: &Schema) -> Option<FieldKind> {
        match self {
            _ if self.takes() == Takes::Nothing => None,
            Self::LastDays | Self::NextDays | Self::LongerAgo => {
                Some(FieldKind::integer(Some(1), Some(MAX_DAYS)))
            }
            Self::On | Self::Before | Self::After | Self::Within => Some(FieldKind::date()),
            // One of several is chosen from the same options as if there were only one.
            Self::AnyOf | Self::NoneOf if kind.behaviour().shape() == Shape::List => {
                Some(FieldKind::Choice(Choice { options: kind.all_options().to_vec() }))
            }
            // A part is a text, also of what is no text; and nobody writes what the system gives, but looks for it.
            Self::Contains | Self::NotContains | Self::StartsWith => Some(FieldKind::text(MAX_PART)),
            _ if kind.behaviour().is_assigned() => Some(FieldKind::text(MAX_PART)),
            // Amounts compare by their worth in the workspace's currency, and are entered in it.
            _ if kind.behaviour().shape() == Shape::Money => {
                Some(FieldKind::decimal(schema.workspace.currency.minor_digits()))
            }
            _ => Some(kind.clone()),
        }
    }

    /// The condition with its holes (`pattern`). Moments are asked about by the reader's days.
    pub(super) fn pattern(self, shape: Shape) -> Json {
        let moment = matches!(shape, Shape::Instant | Shape::Schedule);
        let several = shape == Shape::List;
        let field = "$field";
        let from_today = |days: Json| json!(["plus_days", ["today"], days]);
        let next = |day: Json| json!(["plus_days", day, 1]);
        // From the beginning of a day, and up to the end of one.
        let since = |day: Json| {
            if moment { json!([">=", field, ["start_of", day]]) } else { json!([">=", field, day]) }
        };
        let until = |day: Json| {
            if moment { json!(["<", field, ["start_of", next(day)]]) } else { json!(["<=", field, day]) }
        };
        let on = |day: Json| {
            if moment { json!(["and", since(day.clone()), until(day)]) } else { json!(["=", field, day]) }
        };
        let before = |day: Json| {
            if moment { json!(["<", field, ["start_of", day]]) } else { json!(["<", field, day]) }
        };
        match self {
            Self::Contains if several => json!(["has", field, "$1"]),
            Self::NotContains if several => json!(["not", ["has", field, "$1"]]),
            Self::Contains => json!(["contains", field, "$1"]),
            Self::NotContains => json!(["not", ["contains", field, "$1"]]),
            Self::StartsWith => json!(["starts_with", field, "$1"]),
            Self::Is => json!(["=", field, "$1"]),
            Self::IsNot => json!(["!=", field, "$1"]),
            Self::AnyOf if several => json!(["has_any", field, "$list"]),
            Self::NoneOf if several => json!(["not", ["has_any", field, "$list"]]),
            Self::AnyOf => json!(["in", field, "$list"]),
            Self::NoneOf => json!(["not", ["in", field, "$list"]]),
            Self::IsMe => json!(["=", field, ["me"]]),
            Self::MyTeam => json!(["my_team", field]),
            Self::Yes => json!(["=", field, true]),
            Self::No => json!(["=", field, false]),
            Self::Under => json!(["under", field, "$1"]),
            Self::NotUnder => json!(["not", ["under", field, "$1"]]),
            Self::More => json!([">", field, "$1"]),
            Self::AtLeast => json!([">=", field, "$1"]),
            Self::Less => json!(["<", field, "$1"]),
            Self::AtMost => json!(["<=", field, "$1"]),
            Self::Between => json!(["and", [">=", field, "$1"], ["<=", field, "$2"]]),
            Self::Past if moment => json!(["<", field, ["now"]]),
            Self::Past => json!(["<", field, ["today"]]),
            Self::Today => on(json!(["today"])),
            Self::LastDays => json!(["and", since(from_today(json!("-$1"))), until(json!(["today"]))]),
            Self::NextDays => json!(["and", since(json!(["today"])), until(from_today(json!("$1")))]),
            Self::LongerAgo => before(from_today(json!("-$1"))),
            Self::On => on(json!("$1")),
            Self::Before => before(json!("$1")),
            Self::After if moment => since(next(json!("$1"))),
            Self::After => json!([">", field, "$1"]),
            Self::Within => json!(["and", since(json!("$1")), until(json!("$2"))]),
            Self::Empty => json!(["is_empty", field]),
            Self::Filled => json!(["is_set", field]),
        }
    }
}
