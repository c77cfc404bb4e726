//! Numbers with decimals; text on the wire.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;

pub(super) fn input(input: &Input) -> AnyView {
    let read = |text: &str| {
        Json::from(
            text.trim()
                .chars()
                .map(domain::text::half_width)
                .filter(|c| !matches!(c, ',' | ' '))
                .collect::<String>(),
        )
    };
    let value = typed(input.value, plain(&input.value.get_untracked()), read);
    view! { <TextInput value inputmode="decimal" autocomplete="off" /> }.into_any()
}
