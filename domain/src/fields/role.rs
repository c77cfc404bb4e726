//! A role of the workspace; its choices stand in the definitions.

use serde::{Deserialize, Serialize};

use super::ChoiceOption;
use super::defined::Defined;
use crate::schema::Schema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RoleField {}

impl Defined for RoleField {
    fn choices(&self, schema: &Schema) -> Vec<ChoiceOption> {
        schema.roles.iter().map(|role| ChoiceOption::new(&role.id, role.label.clone())).collect()
    }
}
