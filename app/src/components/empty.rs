use leptos::prelude::*;

use super::{Icon, icon};

/// Nothing here yet: says so, and what to do about it.
#[component]
pub fn EmptyState(
    drawing: Icon,
    #[prop(into)] title: TextProp,
    #[prop(into)] body: TextProp,
    /// What one can do about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon">{icon(drawing)}</span>
            <h2>{move || title.get()}</h2>
            <p class="empty-body">{move || body.get()}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}
