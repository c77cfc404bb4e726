//! Text of several lines.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextArea;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, plain(&input.value.get_untracked()), |text| Json::from(text));
    view! { <TextArea value /> }.into_any()
}
