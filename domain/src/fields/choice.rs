//! One of a list of choices.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Exporting, FieldType, Reading, Shape, TextFormats, find_option, read_string};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::{Label, Schema};
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChoiceOption {
    pub id: String,
    pub label: Label,
    /// The colour of its badge; plain when it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<OptionColor>,
    /// In a tree: the option above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// No longer offered; records that hold it keep it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// A colour by its name. What it looks like in light and dark, the design says (`style/tokens.css`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptionColor {
    Gray,
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
}

impl OptionColor {
    pub const ALL: [Self; 8] = [
        Self::Gray,
        Self::Red,
        Self::Orange,
        Self::Yellow,
        Self::Green,
        Self::Teal,
        Self::Blue,
        Self::Purple,
    ];

    /// Its name on the wire, in message keys and in style sheets.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gray => "gray",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Purple => "purple",
        }
    }

    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|color| color.code() == code)
    }
}

impl ChoiceOption {
    /// An option without colour and parent.
    #[must_use]
    pub fn new(id: &str, label: Label) -> Self {
        Self { id: id.to_owned(), label, color: None, parent: None, retired: false }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Choice {
    pub options: Vec<ChoiceOption>,
}

impl FieldType for Choice {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 200)?;
        let known = self.options.iter().any(|option| option.id == text);
        known.then(|| Value::Text(text.to_owned())).ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        find_option(&self.options, text).map(Value::Text).ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::CHOICE
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        cx.option(&self.options, value.text().unwrap_or_default())
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn check_settings(&self) -> Vec<Problem> {
        let mut problems = check_options(&self.options);
        problems.extend(check_flat(&self.options));
        problems
    }

    fn options(&self, _schema: &Schema) -> Vec<ChoiceOption> {
        self.options.iter().filter(|option| !option.retired).cloned().collect()
    }

    fn order(&self, _schema: &Schema) -> Option<Vec<String>> {
        Some(self.options.iter().map(|option| option.id.clone()).collect())
    }
}

/// What is wrong with the options of any type that has some.
pub(super) fn check_options(options: &[ChoiceOption]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if options.is_empty() || options.len() > 500 {
        problems.push(Problem::on("options", "problem.out_of_range").with("min", 1).with("max", 500));
    }
    let mut ids: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        problems.push(Problem::on("options", "problem.duplicate"));
    }
    let named = |option: &ChoiceOption| {
        !option.label.zh.trim().is_empty()
            && !option.label.en.trim().is_empty()
            && !option.id.is_empty()
            && option.id.len() <= 80
    };
    if !options.iter().all(named) {
        problems.push(Problem::on("options", "problem.required"));
    }
    problems
}

/// Only a tree has options below others.
pub(super) fn check_flat(options: &[ChoiceOption]) -> Option<Problem> {
    let nested = options.iter().any(|option| option.parent.is_some());
    nested.then(|| Problem::on("options", "problem.definition.bad_tree"))
}
