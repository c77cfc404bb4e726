//! One line of text.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, plain(&input.value.get_untracked()), |text| Json::from(text));
    view! { <TextInput value autocomplete="off" /> }.into_any()
}

/// An address of the web can be opened.
pub(super) fn display(json: &Json) -> AnyView {
    let text = plain(json);
    let web = text.starts_with("https://") || text.starts_with("http://");
    if web && !text.contains(char::is_whitespace) {
        view! { <a href=text.clone() target="_blank" rel="noopener noreferrer">{text.clone()}</a> }.into_any()
    } else {
        text.into_any()
    }
}
