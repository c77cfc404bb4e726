//! Several of a list of choices: chips where they are few, a sheet of chips where they are many.

use domain::fields::ChoiceOption;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, choice};
use crate::components::{CheckChips, Choice, ColorBadge, PickButton, Sheet};
use crate::i18n::{label, t, tr};
use crate::state::session::schema_now;

/// More chips than this would bury the form.
const INLINE: usize = 8;

pub(super) fn items(json: &Json) -> Vec<String> {
    let texts =
        json.as_array().map(|items| items.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    texts.unwrap_or_default()
}

/// A list of none is no value.
pub(super) fn to_json(items: Vec<String>) -> Json {
    if items.is_empty() { Json::Null } else { Json::from(items) }
}

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let all = input.field.kind.all_options().to_vec();
    let mut options = input.field.kind.behaviour().options(&schema_now());
    // A retired option that is chosen can be taken off, and is not lost when something else changes.
    let chosen_now = value.with_untracked(items);
    options.extend(all.iter().filter(|option| option.retired && chosen_now.contains(&option.id)).cloned());
    let choices: Vec<Choice> = options
        .into_iter()
        .map(|option| {
            let text = option.label;
            Choice::new(option.id, move || label(&text))
        })
        .collect();
    let chosen = Signal::derive(move || value.with(items));
    let change = move |(id, on): (String, bool)| {
        let mut kept = value.with_untracked(items);
        kept.retain(|known| *known != id);
        if on {
            kept.push(id);
        }
        value.set(to_json(kept));
    };
    let name = {
        let text = input.field.label.clone();
        move || label(&text)
    };
    if choices.len() <= INLINE {
        return view! { <CheckChips label=name choices=choices chosen on_change=change /> }.into_any();
    }
    let open = RwSignal::new(false);
    let shown = Signal::derive(move || value.with(|json| text(&all, json)));
    view! {
        <PickButton
            value=shown
            placeholder=t("field.choose")
            clear=t("action.clear")
            on_press=move |()| open.set(true)
            on_clear=move |()| value.set(Json::Null)
        />
        <Sheet open title=name.clone() close=t("action.done")>
            <CheckChips label=name.clone() choices=choices.clone() chosen on_change=change />
        </Sheet>
    }
    .into_any()
}

pub(super) fn text(options: &[ChoiceOption], json: &Json) -> String {
    joined(items(json).iter().map(|id| choice::name_of(options, id)))
}

/// Several as one text, in the punctuation of the reader's language.
pub(super) fn joined(names: impl Iterator<Item = String>) -> String {
    let join = |all: String, one: String| tr("field.joint", &[("one", &all), ("other", &one)]);
    names.reduce(join).unwrap_or_default()
}

pub(super) fn display(options: &[ChoiceOption], json: &Json) -> AnyView {
    let badge = |id: String| {
        let color = choice::color_of(options, &id);
        let options = options.to_vec();
        view! { <ColorBadge label=move || choice::name_of(&options, &id) color /> }
    };
    view! { <span class="badges">{items(json).into_iter().map(badge).collect_view()}</span> }.into_any()
}
