//! How long something takes: typed as one says it, `1h 30m`, `1小时30分` or `90`.

use domain::fields::duration::{hours_and_minutes, minutes};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, typed};
use crate::components::TextInput;
use crate::i18n::{t, tr};

pub(super) fn input(input: &Input) -> AnyView {
    let read = |text: &str| minutes(text).map_or_else(|| Json::from(text), Json::from);
    let value = typed(input.value, untrack(|| text(&input.value.get_untracked())), read);
    view! { <TextInput value autocomplete="off" placeholder=t("field.duration.example") /> }.into_any()
}

/// What the input reads back.
pub(super) fn text(json: &Json) -> String {
    let Some(all) = json.as_i64() else { return String::new() };
    let (hours, minutes) = hours_and_minutes(all);
    let (h, m) = (hours.to_string(), minutes.to_string());
    match (hours, minutes) {
        (0, _) => tr("field.duration.m", &[("minutes", &m)]),
        (_, 0) => tr("field.duration.h", &[("hours", &h)]),
        _ => tr("field.duration.hm", &[("hours", &h), ("minutes", &m)]),
    }
}
