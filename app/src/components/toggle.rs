use leptos::prelude::*;

use super::{icon, icons};

/// One of a few things to choose between, shown whole: a radio button in the shape of a card. Cards of one `group`
/// exclude each other, and arrow keys move between them.
#[component]
pub fn ToggleCard(
    #[prop(into)] title: TextProp,
    #[prop(into)] text: TextProp,
    #[prop(into)] group: String,
    #[prop(into)] chosen: Signal<bool>,
    #[prop(into)] on_choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="versus-side toggle-card">
            <input type="radio" name=group prop:checked=chosen on:change=move |_| on_choose.run(()) />
            <span class="versus-label">{move || title.get()}</span>
            <span class="toggle-text">{move || text.get()}</span>
            <span class="toggle-mark" aria-hidden="true">
                {icon(icons::CHECK)}
            </span>
        </label>
    }
}
