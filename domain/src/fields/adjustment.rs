//! What can be set anew about a field that has values: never what they are, only which new ones are allowed, how
//! numbers look from now on, and with how many decimals they are kept.

use serde::{Deserialize, Serialize};

use crate::message::Problem;

/// All that can be set about one type of field, together: what is left out is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Adjustment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The largest number, the characters of a text, or the best rating.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// How the numbers that the system gives look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The next such number, unless the counting is past it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Decimals of a number or a percentage. What is there keeps its worth; what would not fit is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
}

impl Adjustment {
    /// Refuses what is none of the settings of a type, which are `known` with their values.
    pub(super) fn only(&self, known: &Self) -> Result<(), Problem> {
        let foreign = [
            ("min", self.min != known.min),
            ("max", self.max != known.max),
            ("format", self.format != known.format),
            ("start", self.start != known.start),
            ("scale", self.scale != known.scale),
        ];
        match foreign.into_iter().find(|(_, foreign)| *foreign) {
            Some((setting, _)) => Err(Problem::on(setting, "problem.definition.not_a_setting")),
            None => Ok(()),
        }
    }
}
