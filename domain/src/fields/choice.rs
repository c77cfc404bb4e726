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
    /// No longer offered; records that hold it keep it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
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
        let mut problems = Vec::new();
        if self.options.is_empty() || self.options.len() > 500 {
            problems.push(Problem::on("options", "problem.out_of_range").with("min", 1).with("max", 500));
        }
        let mut ids: Vec<&str> = self.options.iter().map(|option| option.id.as_str()).collect();
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
        if !self.options.iter().all(named) {
            problems.push(Problem::on("options", "problem.required"));
        }
        problems
    }

    fn options(&self, _schema: &Schema) -> Vec<ChoiceOption> {
        self.options.iter().filter(|option| !option.retired).cloned().collect()
    }
}
