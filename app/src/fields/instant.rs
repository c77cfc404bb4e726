//! A moment: typed by the reader's clock, sent in UTC.

use domain::time::{Instant, Zone as _};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain, typed};
use crate::components::TextInput;
use crate::i18n::format;
use crate::state::session::zone;
use crate::state::time::{ZONES, local_text};

pub(super) fn input(input: &Input) -> AnyView {
    let shown = input
        .value
        .with_untracked(|json| json.as_str().and_then(Instant::parse))
        .map(|at| local_text(&zone(), at))
        .unwrap_or_default();
    let value = typed(input.value, shown, read);
    view! { <TextInput value kind="datetime-local" /> }.into_any()
}

fn read(text: &str) -> Json {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let at = local.and_then(|local| ZONES.instant(&zone(), local));
    at.map_or_else(|| Json::from(text), |at| Json::from(at.to_string()))
}

pub(super) fn text(json: &Json) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
    let shown = Instant::parse(&plain(json)).map(|at| format::moment(at.unix_ms() as f64));
    shown.unwrap_or_default()
}
