//! Several of a list of choices: their ids in the order of the list, each once.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::choice::{check_flat, check_options};
use super::tags::{JOINT, split};
use super::{ChoiceOption, Exporting, FieldType, Reading, Shape, TextFormats, find_option};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Choices {
    pub options: Vec<ChoiceOption>,
}

impl Choices {
    fn ordered(&self, chosen: &[&str]) -> Value {
        let ids = self.options.iter().map(|option| option.id.as_str()).filter(|id| chosen.contains(id));
        let ids: Vec<String> = ids.map(str::to_owned).collect();
        if ids.is_empty() { Value::Null } else { Value::List(ids) }
    }
}

impl FieldType for Choices {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let items = json.as_array().ok_or_else(|| Problem::new("problem.not_list"))?;
        let known = |item: &'_ Json| {
            let id = item.as_str()?;
            self.options.iter().find(|option| option.id == id).map(|option| option.id.as_str())
        };
        let chosen: Option<Vec<&str>> = items.iter().map(known).collect();
        let chosen = chosen.ok_or_else(|| Problem::new("problem.not_a_choice"))?;
        Ok(self.ordered(&chosen))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let chosen: Option<Vec<String>> = split(text).map(|part| find_option(&self.options, part)).collect();
        let chosen = chosen.ok_or_else(|| Problem::new("problem.not_a_choice"))?;
        Ok(self.ordered(&chosen.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.list().join(JOINT)
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::CHOICE
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        let labels: Vec<String> = value.list().iter().map(|id| cx.option(&self.options, id)).collect();
        labels.join(JOINT)
    }

    fn shape(&self) -> Shape {
        Shape::List
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::List
    }

    fn check_settings(&self) -> Vec<Problem> {
        let mut problems = check_options(&self.options);
        problems.extend(check_flat(&self.options));
        // Several ids share one cell of a file; none may fall apart there.
        let falls_apart = |option: &ChoiceOption| split(&option.id).any(|part| part != option.id);
        if self.options.iter().any(falls_apart) {
            problems.push(Problem::on("options", "problem.definition.bad_id"));
        }
        problems
    }

    fn options(&self, _schema: &Schema) -> Vec<ChoiceOption> {
        self.options.iter().filter(|option| !option.retired).cloned().collect()
    }
}
