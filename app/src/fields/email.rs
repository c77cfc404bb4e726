//! An e-mail address.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, plain(&input.value.get_untracked()), |text| Json::from(text));
    view! { <TextInput value kind="email" inputmode="email" autocomplete="off" /> }.into_any()
}

pub(super) fn display(json: &Json) -> AnyView {
    let address = plain(json);
    if address.is_empty() {
        return ().into_any();
    }
    view! { <a href=format!("mailto:{address}")>{address.clone()}</a> }.into_any()
}
