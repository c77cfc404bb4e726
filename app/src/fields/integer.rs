//! Whole numbers.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;
use crate::i18n::format;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, plain(&input.value.get_untracked()), read);
    view! { <TextInput value inputmode="numeric" autocomplete="off" /> }.into_any()
}

fn read(text: &str) -> Json {
    let digits: String =
        text.trim().chars().map(domain::text::half_width).filter(|c| !matches!(c, ',' | ' ')).collect();
    match digits.parse::<i64>() {
        Ok(number) => Json::from(number),
        // A fraction is a number too, though not a whole one: the domain tells the two apart.
        Err(_) => digits
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| Json::from(text), Json::Number),
    }
}

pub(super) fn text(json: &Json) -> String {
    json.as_i64().map(format::number).unwrap_or_default()
}
