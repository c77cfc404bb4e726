//! A telephone number: one tap calls it.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, input.value.with_untracked(text), |text| Json::from(text));
    view! { <TextInput value kind="tel" autocomplete="off" /> }.into_any()
}

/// Grouped as it is read aloud: 138 1234 5678, without the country's own prefix.
pub(super) fn text(json: &Json) -> String {
    let number = plain(json);
    match number.strip_prefix("+86") {
        Some(local) if local.len() == 11 && local.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{} {} {}", &local[..3], &local[3..7], &local[7..])
        }
        _ => number,
    }
}

pub(super) fn display(json: &Json) -> AnyView {
    let number = plain(json);
    if number.is_empty() {
        return ().into_any();
    }
    view! { <a class="numeric" href=format!("tel:{number}")>{text(json)}</a> }.into_any()
}
