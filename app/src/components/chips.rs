use leptos::prelude::*;

use super::unique_id;

/// One of a few values to choose from.
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: TextProp,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<TextProp>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// Radio buttons in the shape of chips: arrow keys move, one tap chooses.
#[component]
pub fn ChipGroup(
    #[prop(into)] legend: TextProp,
    /// Shown above the chips; otherwise the legend is for screen readers only.
    #[prop(optional)]
    show_legend: bool,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    /// On one line that scrolls, instead of wrapping.
    #[prop(optional)]
    scroll: bool,
) -> impl IntoView {
    let name = unique_id("chips");
    view! {
        <fieldset class="field">
            <legend class=if show_legend { "field-label" } else { "visually-hidden" }>
                {move || legend.get()}
            </legend>
            <div class="chips" class:chips-scroll=scroll>
                {move || {
                    let chip = |choice: Choice| {
                        let own = choice.value.clone();
                        let chosen = choice.value.clone();
                        let label = choice.label;
                        view! {
                            <label class="chip">
                                <input
                                    type="radio"
                                    name=name.clone()
                                    value=choice.value
                                    prop:checked=move || value.with(|value| *value == own)
                                    on:change=move |_| on_choose.run(chosen.clone())
                                />
                                <span>{move || label.get()}</span>
                            </label>
                        }
                    };
                    choices.get().into_iter().map(chip).collect_view()
                }}
            </div>
        </fieldset>
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Accent,
    Success,
    Warning,
    Danger,
}

impl Tone {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Accent => "accent",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

/// A short fact about the thing beside it.
#[component]
pub fn Badge(#[prop(into)] label: TextProp, #[prop(optional)] tone: Tone) -> impl IntoView {
    view! {
        <span class="badge" data-tone=tone.code()>
            {move || label.get()}
        </span>
    }
}

/// What is chosen, in the colour somebody gave it: a name out of `style/tokens.css`, plain without one.
#[component]
pub fn ColorBadge(#[prop(into)] label: TextProp, color: Option<&'static str>) -> impl IntoView {
    view! {
        <span class="badge badge-choice" data-color=color>
            {move || label.get()}
        </span>
    }
}
