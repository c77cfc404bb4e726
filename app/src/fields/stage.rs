//! A stage of a pipeline.

use domain::fields::ChoiceOption;
use domain::process;
use domain::schema::{Label, Pipeline, Stage};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, choice};
use crate::i18n::label;
use crate::state::session::{own_teams, schema, schema_now};

/// With the pipeline before the stage where there are several, those that are meant for the reader first.
pub(super) fn input(input: &Input) -> AnyView {
    let (schema, teams) = (schema_now(), own_teams());
    let mut pipelines: Vec<&Pipeline> = schema.pipelines.iter().collect();
    pipelines.sort_by_key(|pipeline| process::place(pipeline, teams.as_ref(), None));
    let several = pipelines.len() > 1;
    let option = |pipeline: &Pipeline, stage: &Stage| {
        let named = |pipeline: &str, stage: &str| {
            if several { format!("{pipeline} · {stage}") } else { stage.to_owned() }
        };
        let (own, name) = (&pipeline.label, &stage.label);
        ChoiceOption::new(&stage.id, Label::new(&named(&own.zh, &name.zh), &named(&own.en, &name.en)))
    };
    let options = pipelines
        .into_iter()
        .flat_map(|pipeline| pipeline.stages.iter().map(move |stage| option(pipeline, stage)))
        .collect();
    choice::select(input, options)
}

pub(super) fn text(json: &Json) -> String {
    let id = json.as_str().unwrap_or_default();
    schema().stage(id).map_or_else(|| id.to_owned(), |stage| label(&stage.label))
}
