//! A day.

use chrono::Datelike as _;
use domain::time::Date;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;
use crate::i18n::{format, tr};
use crate::state::session::today;

pub(super) fn input(input: &Input) -> AnyView {
    let value = typed(input.value, plain(&input.value.get_untracked()), |text| Json::from(text));
    view! { <TextInput value kind="date" /> }.into_any()
}

pub(super) fn text(json: &Json) -> String {
    json.as_str().and_then(Date::parse).map(day_text).unwrap_or_default()
}

/// A day as one says it: today, tomorrow, 5月3日, and with its year when that is another one.
pub fn day_text(date: Date) -> String {
    let today = today();
    let naive = date.naive();
    match date.days_since(today) {
        0 => tr("time.today", &[]),
        1 => tr("time.tomorrow", &[]),
        -1 => tr("time.yesterday", &[]),
        _ if naive.year() == today.naive().year() => format::day(naive.year(), naive.month(), naive.day()),
        _ => format::day_with_year(naive.year(), naive.month(), naive.day()),
    }
}
