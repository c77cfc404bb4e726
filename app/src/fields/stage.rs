//! A stage of a pipeline.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, choice};
use crate::i18n::label;
use crate::state::session::{schema, schema_now};

pub(super) fn input(input: &Input) -> AnyView {
    choice::select(input, input.field.kind.behaviour().options(&schema_now()))
}

pub(super) fn text(json: &Json) -> String {
    let id = json.as_str().unwrap_or_default();
    schema().stage(id).map_or_else(|| id.to_owned(), |stage| label(&stage.label))
}
