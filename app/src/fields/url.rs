//! An address of the web: one tap opens it, in a page of its own that learns nothing of ours.

use domain::fields::web_address;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, plain(&input.value.get_untracked()), |text| Json::from(text));
    view! { <TextInput value kind="url" inputmode="url" autocomplete="off" placeholder="example.com" /> }
        .into_any()
}

/// Without what every address has.
pub(super) fn text(json: &Json) -> String {
    let address = plain(json);
    let short = address.strip_prefix("https://").unwrap_or(&address);
    short.strip_suffix('/').unwrap_or(short).to_owned()
}

pub(super) fn display(json: &Json) -> AnyView {
    let shown = text(json);
    // What was stored some other way is looked at once more before it becomes a link.
    match web_address(&plain(json)) {
        Some(address) => {
            view! { <a class="break" href=address target="_blank" rel="noopener noreferrer">{shown}</a> }
                .into_any()
        }
        None => shown.into_any(),
    }
}
