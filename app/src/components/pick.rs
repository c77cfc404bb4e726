use leptos::prelude::*;

use super::field::field_context;
use super::{IconButton, icon, icons};

/// A control that shows what is chosen and opens whatever chooses.
#[component]
pub fn PickButton(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] placeholder: TextProp,
    #[prop(into)] clear: TextProp,
    #[prop(into)] on_press: Callback<()>,
    #[prop(into)] on_clear: Callback<()>,
) -> impl IntoView {
    let field = field_context();
    let empty = Memo::new(move |_| value.with(String::is_empty));
    // The label names the button and hides its content from screen readers; so the content describes it.
    let shown_id = format!("{}-shown", field.id);
    let described_by = {
        let shown_id = shown_id.clone();
        move || match field.described_by.get() {
            Some(others) => format!("{shown_id} {others}"),
            None => shown_id.clone(),
        }
    };
    let shown = move || if empty.get() { placeholder.get().into_owned() } else { value.get() };
    view! {
        <div class="input-with">
            <button
                type="button"
                class="input pick"
                id=field.id
                aria-haspopup="dialog"
                aria-invalid=move || field.invalid.get().then_some("true")
                aria-describedby=described_by
                data-empty=move || empty.get().then_some("true")
                on:click=move |_| on_press.run(())
            >
                <span class="truncate" id=shown_id>{shown}</span>
            </button>
            {move || {
                if empty.get() {
                    view! { <span class="pick-arrow">{icon(icons::CHEVRON_DOWN)}</span> }.into_any()
                } else {
                    view! { <IconButton label=clear.clone() drawing=icons::CLOSE on_press=on_clear /> }.into_any()
                }
            }}
        </div>
    }
}
