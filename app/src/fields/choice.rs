//! One of a list of choices.

use domain::fields::{ChoiceOption, OptionColor};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, plain};
use crate::components::{Choice, ColorBadge, Select};
use crate::i18n::{label, t};
use crate::state::session::schema_now;

pub(super) fn input(input: &Input) -> AnyView {
    let offered = input.field.kind.behaviour().options(&schema_now());
    select(input, offered)
}

/// The platform's list over any choices; shared with stages and roles.
pub(super) fn select(input: &Input, options: Vec<ChoiceOption>) -> AnyView {
    let value = input.value;
    let choices: Vec<Choice> = options
        .into_iter()
        .map(|option| {
            let text = option.label;
            Choice::new(option.id, move || label(&text))
        })
        .collect();
    let chosen = Signal::derive(move || value.with(plain));
    let choose = move |id: String| value.set(if id.is_empty() { Json::Null } else { Json::from(id) });
    view! { <Select value=chosen choices=choices on_choose=choose placeholder=t("field.choose") /> }
        .into_any()
}

pub(super) fn text(options: &[ChoiceOption], json: &Json) -> String {
    name_of(options, json.as_str().unwrap_or_default())
}

/// The text, in the option's colour when it has one.
pub(super) fn display(options: &[ChoiceOption], json: &Json) -> AnyView {
    let color = color_of(options, json.as_str().unwrap_or_default());
    let (options, json) = (options.to_vec(), json.clone());
    let text = move || text(&options, &json);
    match color {
        Some(_) => view! { <ColorBadge label=text color /> }.into_any(),
        None => text.into_any(),
    }
}

/// A retired option still has its name.
pub(super) fn name_of(options: &[ChoiceOption], id: &str) -> String {
    let found = options.iter().find(|option| option.id == id);
    found.map_or_else(|| id.to_owned(), |option| label(&option.label))
}

pub(super) fn color_of(options: &[ChoiceOption], id: &str) -> Option<&'static str> {
    options.iter().find(|option| option.id == id)?.color.map(OptionColor::code)
}
