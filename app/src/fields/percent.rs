//! A percentage: typed as a number, with its sign beside it.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;

pub(super) fn input(input: &Input) -> AnyView {
    let read = |text: &str| {
        let half = text.trim().chars().map(domain::text::half_width);
        Json::from(half.filter(|c| !matches!(c, ',' | ' ' | '%')).collect::<String>())
    };
    let value = typed(input.value, trimmed(&input.value.get_untracked()), read);
    view! {
        <div class="input-with">
            <TextInput value inputmode="decimal" autocomplete="off" />
            <span class="input-suffix" aria-hidden="true">"%"</span>
        </div>
    }
    .into_any()
}

/// Without the zeros that only fill up its decimals.
fn trimmed(json: &Json) -> String {
    let text = plain(json);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

pub(super) fn text(json: &Json) -> String {
    format!("{}%", trimmed(json))
}
