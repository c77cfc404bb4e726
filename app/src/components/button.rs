use leptos::prelude::*;

use super::{Icon, icon};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing this screen is for.
    Primary,
    #[default]
    Secondary,
    /// Beside others, or inside text.
    Quiet,
    Danger,
    DangerQuiet,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Secondary => "btn btn-secondary",
            Self::Quiet => "btn btn-quiet",
            Self::Danger => "btn btn-danger",
            Self::DangerQuiet => "btn btn-danger-quiet",
        }
    }
}

/// A button with words. While `pending` it keeps its label and its focus but does nothing.
#[component]
pub fn Button(
    #[prop(into)] label: TextProp,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] drawing: Option<Icon>,
    /// Submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// As wide as its place.
    #[prop(optional)]
    block: bool,
    #[prop(optional, into)] pending: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
) -> impl IntoView {
    let press = move |event: leptos::ev::MouseEvent| {
        if pending.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:btn-block=block
            disabled=move || disabled.get()
            aria-busy=move || pending.get().then_some("true")
            on:click=press
        >
            {drawing.map(icon)}
            <span>{move || label.get()}</span>
        </button>
    }
}

/// A button that is only a drawing; `label` is its name.
#[component]
pub fn IconButton(
    #[prop(into)] label: TextProp,
    drawing: Icon,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-btn"
            aria-label=label
            disabled=move || disabled.get()
            on:click=move |_| on_press.run(())
        >
            {icon(drawing)}
        </button>
    }
}
