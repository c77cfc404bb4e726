//! The questions that are asked every day, one tap each.

use serde_json::Value as Json;

use super::{Operator, Part, Rule};
use crate::schema::{Entity, Schema, StageStatus};
use crate::signals::{has_signals, rotting};

#[derive(Clone, Debug, PartialEq)]
pub struct Quick {
    /// Behind `filter.quick.` in the message tables.
    pub name: &'static str,
    pub part: Part,
}

/// The quick filters of a kind of record, as far as its fields go.
#[must_use]
pub fn quick(entity: &Entity, schema: &Schema) -> Vec<Quick> {
    let known = |field: &str| entity.field(field).is_some_and(|field| !field.retired);
    let mut found = Vec::new();
    let mut add = |name: &'static str, field: &str, operator: Operator, values: Vec<Json>| {
        if known(field) {
            found.push(Quick { name, part: Part::Rule(Rule::new(field, operator, values)) });
        }
    };
    add("mine", "owner", Operator::IsMe, Vec::new());
    add("my_team", "owner", Operator::MyTeam, Vec::new());
    let stages = schema.pipelines_of(&entity.id).flat_map(|pipeline| &pipeline.stages);
    let open: Vec<Json> = stages
        .filter(|stage| stage.status == StageStatus::Open)
        .map(|stage| Json::from(stage.id.as_str()))
        .collect();
    if !open.is_empty() {
        add("open", "stage", Operator::AnyOf, open);
    }
    if entity.id == "task" {
        add("open", "status", Operator::AnyOf, vec![Json::from("open")]);
        add("overdue", "due", Operator::Past, Vec::new());
    }
    if entity.follow_up {
        add("overdue_touch", "next_touch", Operator::Past, Vec::new());
        add("no_next_step", "next_touch", Operator::Empty, Vec::new());
    }
    if has_signals(entity) && schema.pipelines_of(&entity.id).next().is_some() {
        found.push(Quick { name: "rotting", part: Part::Other(rotting()) });
    }
    found
}
