use leptos::prelude::*;

use super::field::field_context;

/// Yes or no as the control of a field: the whole box can be tapped, and says in words which it is.
#[component]
pub fn YesNo(
    #[prop(into)] value: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(into)] yes: TextProp,
    #[prop(into)] no: TextProp,
) -> impl IntoView {
    let field = field_context();
    // The field's label names it; the words beside it repeat what the switch says to a screen reader.
    view! {
        <label class="switch toggle">
            <span class="switch-text" aria-hidden="true">
                {move || if value.get() { yes.get() } else { no.get() }}
            </span>
            <input
                type="checkbox"
                role="switch"
                id=field.id
                aria-required=field.required.then_some("true")
                aria-invalid=move || field.invalid.get().then_some("true")
                aria-describedby=field.described_by
                prop:checked=value
                on:change:target=move |event| on_change.run(event.target().checked())
            />
        </label>
    }
}
