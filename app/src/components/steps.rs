use leptos::prelude::*;

use super::field::field_context;

/// Lines one after the other: return, or leaving the box, finishes one.
#[component]
pub fn StepInput(
    #[prop(into)] placeholder: TextProp,
    #[prop(into)] on_add: Callback<String>,
) -> impl IntoView {
    let field = field_context();
    let typed = RwSignal::new(String::new());
    let finish = move || {
        let text = typed.get_untracked();
        if !text.trim().is_empty() {
            on_add.run(text);
        }
        typed.set(String::new());
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        // While an input method composes, return chooses the characters; with control it sends the form.
        if event.is_composing() || event.ctrl_key() || event.meta_key() {
            return;
        }
        // With nothing typed, return is the form's.
        if event.key() == "Enter" && typed.with_untracked(|text| !text.trim().is_empty()) {
            event.prevent_default();
            finish();
        }
    };
    view! {
        <input
            class="input"
            id=field.id
            type="text"
            autocomplete="off"
            enterkeyhint="enter"
            placeholder=move || placeholder.get()
            aria-required=field.required.then_some("true")
            aria-invalid=move || field.invalid.get().then_some("true")
            aria-describedby=field.described_by
            prop:value=typed
            on:input:target=move |event| typed.set(event.target().value())
            on:keydown=key
            on:blur=move |_| finish()
        />
    }
}
