use leptos::prelude::*;

use super::field::field_context;
use super::{Icon, icon};

/// A button behind which the device offers its files, or its camera.
#[component]
pub fn FileButton(
    #[prop(into)] label: TextProp,
    drawing: Icon,
    /// Media types; everything when empty.
    accept: &'static str,
    /// Opens the camera, where there is one.
    #[prop(optional)]
    camera: bool,
    /// One file, not several.
    #[prop(optional)]
    single: bool,
    #[prop(into)] disabled: Signal<bool>,
    #[prop(into)] on_choose: Callback<Vec<web_sys::File>>,
) -> impl IntoView {
    let field = field_context();
    let choose = move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlInputElement>| {
        let input = event.target();
        let files = input.files().map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect());
        on_choose.run(files.unwrap_or_default());
        // The same file may be chosen again, after it was taken off.
        input.set_value("");
    };
    view! {
        <label class="btn btn-secondary file-button" class:file-camera=camera>
            {icon(drawing)}
            <span>{move || label.get()}</span>
            <input
                type="file"
                class="visually-hidden"
                accept=accept
                multiple=!camera && !single
                capture=camera.then_some("environment")
                disabled=move || disabled.get()
                aria-invalid=move || field.invalid.get().then_some("true")
                aria-describedby=field.described_by
                on:change:target=choose
            />
        </label>
    }
}
