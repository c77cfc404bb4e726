use leptos::prelude::*;
use leptos_router::components::A;

use super::{icon, icons};

/// Rows that belong together, with or without a heading.
#[component]
pub fn Group(#[prop(optional, into)] title: Option<TextProp>, children: Children) -> impl IntoView {
    view! {
        <section>
            {title.map(|title| view! { <h2 class="group-title">{move || title.get()}</h2> })}
            <div class="group">{children()}</div>
        </section>
    }
}

#[component]
fn RowText(title: TextProp, sub: Option<TextProp>) -> impl IntoView {
    view! {
        <span class="row-text">
            <span class="row-title">{move || title.get()}</span>
            {sub.map(|sub| view! { <span class="row-sub">{move || sub.get()}</span> })}
        </span>
    }
}

/// A row that leads somewhere. Children stand at its start: an avatar or a drawing.
#[component]
pub fn LinkRow(
    #[prop(into)] href: String,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] sub: Option<TextProp>,
    #[prop(optional, into)] end: Option<TextProp>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <A href=href attr:class="row">
            {children.map(|children| children())}
            <RowText title sub />
            <span class="row-end">
                {end.map(|end| view! { <span>{move || end.get()}</span> })} {icon(icons::CHEVRON)}
            </span>
        </A>
    }
}

/// A row that does something.
#[component]
pub fn ButtonRow(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] sub: Option<TextProp>,
    #[prop(optional)] danger: bool,
    /// Stands marked as the one in force.
    #[prop(optional, into)]
    chosen: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="row"
            data-tone=danger.then_some("danger")
            aria-pressed=move || chosen.get().then_some("true")
            on:click=move |_| on_press.run(())
        >
            {children.map(|children| children())}
            <RowText title sub />
            <Show when=move || chosen.get()>
                <span class="row-end">{icon(icons::CHECK)}</span>
            </Show>
        </button>
    }
}
