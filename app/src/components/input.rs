use leptos::prelude::*;

use super::field::{field_context, lone_context};
use super::{Choice, IconButton, icon, icons, unique_id};

/// One line of text. `kind`, `autocomplete` and `inputmode` are those of HTML and decide which keyboard a phone shows.
#[component]
pub fn TextInput(
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<TextProp>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// The first day that can be chosen.
    #[prop(optional)]
    min: Option<String>,
    /// Its own name, for a second control inside a field.
    #[prop(optional, into)]
    alone: Option<TextProp>,
) -> impl IntoView {
    let field = if alone.is_some() { lone_context() } else { field_context() };
    view! {
        <input
            class="input"
            id=field.id
            type=kind
            aria-label=move || alone.as_ref().map(TextProp::get)
            autocomplete=autocomplete
            inputmode=inputmode
            placeholder=move || placeholder.as_ref().map(TextProp::get)
            autofocus=autofocus
            min=min
            disabled=move || disabled.get()
            aria-required=field.required.then_some("true")
            aria-invalid=move || field.invalid.get().then_some("true")
            aria-describedby=field.described_by
            prop:value=value
            on:input:target=move |event| value.set(event.target().value())
        />
    }
}

/// Text of several lines; grows with what is in it.
#[component]
pub fn TextArea(
    value: RwSignal<String>,
    #[prop(optional, into)] placeholder: Option<TextProp>,
) -> impl IntoView {
    let field = field_context();
    view! {
        <textarea
            class="input"
            id=field.id
            rows="3"
            placeholder=move || placeholder.as_ref().map(TextProp::get)
            aria-required=field.required.then_some("true")
            aria-invalid=move || field.invalid.get().then_some("true")
            aria-describedby=field.described_by
            prop:value=value
            on:input:target=move |event| value.set(event.target().value())
        ></textarea>
    }
}

/// A password that can be looked at before it is sent.
#[component]
pub fn PasswordInput(
    value: RwSignal<String>,
    /// `current-password` or `new-password`, for password managers.
    autocomplete: &'static str,
    #[prop(into)] show: TextProp,
    #[prop(into)] hide: TextProp,
) -> impl IntoView {
    let field = field_context();
    let (shown, set_shown) = signal(false);
    let label = move || if shown.get() { hide.get() } else { show.get() };
    view! {
        <div class="input-with">
            <input
                class="input"
                id=field.id
                type=move || if shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                aria-required=field.required.then_some("true")
                aria-invalid=move || field.invalid.get().then_some("true")
                aria-describedby=field.described_by
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
            <button
                type="button"
                class="icon-btn"
                aria-label=label
                on:click=move |_| set_shown.update(|shown| *shown = !*shown)
            >
                {move || icon(if shown.get() { icons::HIDE } else { icons::SHOW })}
            </button>
        </div>
    }
}

/// The platform's own list of choices: on a phone nothing of ours is as good.
#[component]
pub fn Select(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] on_choose: Callback<String>,
    /// Shown while nothing is chosen.
    #[prop(optional, into)]
    placeholder: Option<TextProp>,
    /// Its own name, for a second control inside a field.
    #[prop(optional, into)]
    alone: Option<TextProp>,
) -> impl IntoView {
    let field = if alone.is_some() { lone_context() } else { field_context() };
    // By property: once somebody has chosen, the attribute moves nothing any more.
    let options = move || {
        choices
            .get()
            .into_iter()
            .map(|choice| {
                let own = choice.value.clone();
                let label = choice.label;
                view! {
                    <option value=choice.value prop:selected=move || value.with(|value| *value == own)>
                        {move || label.get()}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <div class="select">
            <select
                class="input"
                id=field.id
                aria-label=move || alone.as_ref().map(TextProp::get)
                aria-required=field.required.then_some("true")
                aria-invalid=move || field.invalid.get().then_some("true")
                aria-describedby=field.described_by
                on:change:target=move |event| on_choose.run(event.target().value())
            >
                {placeholder
                    .map(|placeholder| {
                        view! {
                            <option value="" prop:selected=move || value.with(String::is_empty)>
                                {move || placeholder.get()}
                            </option>
                        }
                    })}
                {options}
            </select>
            {icon(icons::CHEVRON_DOWN)}
        </div>
    }
}

/// On or off, at once.
#[component]
pub fn Switch(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(into)] value: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="switch">
            <span class="switch-text">
                <span>{move || label.get()}</span>
                {help.map(|help| view! { <span class="switch-help">{move || help.get()}</span> })}
            </span>
            <input
                type="checkbox"
                role="switch"
                prop:checked=value
                disabled=move || disabled.get()
                on:change:target=move |event| on_change.run(event.target().checked())
            />
        </label>
    }
}

/// A field to search in, with its own way to clear it.
#[component]
pub fn SearchBox(
    value: RwSignal<String>,
    #[prop(into)] label: TextProp,
    #[prop(into)] clear: TextProp,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let id = unique_id("search");
    let name = label.clone();
    view! {
        <div class="search-box input-with" role="search">
            {icon(icons::SEARCH)}
            <label class="visually-hidden" for=id.clone()>
                {move || name.get()}
            </label>
            <input
                class="input"
                id=id
                type="search"
                inputmode="search"
                enterkeyhint="search"
                autocomplete="off"
                autofocus=autofocus
                placeholder=label
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
            <Show when=move || !value.with(String::is_empty)>
                <IconButton label=clear.clone() drawing=icons::CLOSE on_press=move |()| value.set(String::new()) />
            </Show>
        </div>
    }
}
