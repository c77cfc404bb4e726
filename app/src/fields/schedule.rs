//! A day, perhaps with a time, to do something.

use domain::time::{Date, Instant};
use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::{Input, day_text};
use crate::components::TextInput;
use crate::i18n::t;
use crate::state::session::zone;
use crate::state::time::now;

/// What goes over the wire for a day.
pub fn on(date: Date) -> Json {
    json!({ "date": date, "zone": zone() })
}

/// The same wish on another day: a time of day stays.
pub fn moved(json: &Json, date: Date) -> Json {
    let mut moved = on(date);
    if let Some(time) = json.get("time").filter(|time| !time.is_null()) {
        moved["time"] = time.clone();
    }
    moved
}

pub fn date_of(json: &Json) -> Option<Date> {
    json.get("date")?.as_str().and_then(Date::parse)
}

/// Its moment has passed.
pub fn is_late(json: &Json) -> bool {
    let at = json.get("at").and_then(Json::as_str).and_then(Instant::parse);
    at.is_some_and(|at| at < now())
}

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let part = |name: &str| {
        value.with_untracked(|json| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned())
    };
    let (date, time) = (RwSignal::new(part("date")), RwSignal::new(part("time")));
    // Two texts make one value, as in `typed`.
    Effect::new(move |before: Option<()>| {
        let (date, time) = (date.get(), time.get());
        if before.is_some() {
            value.set(match (date.is_empty(), time.is_empty()) {
                (true, _) => Json::Null,
                (false, true) => json!({ "date": date, "zone": zone() }),
                (false, false) => json!({ "date": date, "time": time, "zone": zone() }),
            });
        }
    });
    view! {
        <div class="input-group">
            <TextInput value=date kind="date" />
            <TextInput value=time kind="time" alone=t("touch.when") />
        </div>
    }
    .into_any()
}

pub(super) fn text(json: &Json) -> String {
    let day = date_of(json).map(day_text).unwrap_or_default();
    match json.get("time").and_then(Json::as_str) {
        Some(time) => format!("{day} {time}"),
        None => day,
    }
}
