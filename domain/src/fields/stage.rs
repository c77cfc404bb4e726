//! A stage of a pipeline; its choices stand in the workspace's pipelines.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{ChoiceOption, Exporting, FieldType, Reading, Shape, TextFormats, find_option, read_string};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StageField {}

impl FieldType for StageField {
    fn read(&self, json: &Json, cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 200)?;
        let known = cx.schema.stage(text).is_some();
        known.then(|| Value::Text(text.to_owned())).ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, cx: &Reading<'_>) -> Result<Value, Problem> {
        find_option(&self.options(cx.schema), text)
            .map(Value::Text)
            .ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::CHOICE
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        cx.option(&self.options(cx.reading.schema), value.text().unwrap_or_default())
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn options(&self, schema: &Schema) -> Vec<ChoiceOption> {
        let stages = schema.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        stages.map(|stage| ChoiceOption::new(&stage.id, stage.label.clone())).collect()
    }

    fn order(&self, schema: &Schema) -> Option<Vec<String>> {
        Some(self.options(schema).into_iter().map(|option| option.id).collect())
    }
}
