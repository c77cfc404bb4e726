//! The ways records go: stages, what is asked for on the way in, and which moves are otherwise than free.

use serde::{Deserialize, Serialize};

use super::{Label, is_false};
use crate::ids::Id;

/// How deals (or other records with stages) move on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Pipeline {
    pub id: String,
    pub entity: String,
    pub label: Label,
    pub stages: Vec<Stage>,
    /// Moves with a rule of their own; whatever is not named is free. See `domain::process`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
    /// Whose it is: only members of these teams, and of teams below them, bring something in. Everybody's without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<Id>,
    /// What it is for: it is offered first to deals about these products. It refuses nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Id>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Stage {
    /// Unique in the workspace: a record's stage names its pipeline too.
    pub id: String,
    pub label: Label,
    pub status: StageStatus,
    /// Percent, 0 to 100.
    pub probability: u8,
    /// What is to be reached here, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Label>,
    /// Working days that a record usually stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_days: Option<u16>,
    /// Fields that have to hold something before a record moves in here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Fields that are asked for beside the required ones and may stay empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What is done here; each becomes a task when a record moves in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// How many open records one person should have here at once; more are asked about and never refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageStatus {
    Open,
    Won,
    Lost,
}

/// A standard action of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Step {
    /// Unique in its stage.
    pub id: String,
    pub label: Label,
    /// Due so many working days after the move. Without it whoever moves names the day, or none and there is no task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_in: Option<u16>,
}

/// What holds for moves from one stage to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Edge {
    /// `None` for what comes from another pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub to: String,
    /// Nobody goes this way.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
    /// Who may; everybody when no role is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Fields that this move needs beside those of its stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// A note has to say why.
    #[serde(default, skip_serializing_if = "is_false")]
    pub note: bool,
    /// What has to be ticked on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// Something that whoever moves says is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Check {
    /// Unique among those of its move.
    pub id: String,
    pub label: Label,
}

impl Pipeline {
    #[must_use]
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The rule of its own that a move has; `from` is `None` for what comes from another pipeline.
    #[must_use]
    pub fn edge(&self, from: Option<&str>, to: &str) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.from.as_deref() == from && edge.to == to)
    }
}

impl Stage {
    /// A stage that asks for nothing.
    #[must_use]
    pub fn new(id: &str, label: Label, status: StageStatus, probability: u8) -> Self {
        Self {
            id: id.to_owned(),
            label,
            status,
            probability,
            goal: None,
            expected_days: None,
            required: Vec::new(),
            asked: Vec::new(),
            steps: Vec::new(),
            limit: None,
        }
    }
}

impl Edge {
    /// Whether it says nothing that is not so anyway.
    #[must_use]
    pub fn is_free(&self) -> bool {
        let asks = self.note || !self.required.is_empty() || !self.checks.is_empty();
        !self.closed && !asks && self.roles.is_empty()
    }
}
