//! A stage of a pipeline; its choices stand in the workspace's pipelines.

use serde::{Deserialize, Serialize};

use super::ChoiceOption;
use super::defined::Defined;
use crate::schema::Schema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StageField {}

impl Defined for StageField {
    fn choices(&self, schema: &Schema) -> Vec<ChoiceOption> {
        let stages = schema.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        stages.map(|stage| ChoiceOption::new(&stage.id, stage.label.clone())).collect()
    }
}
