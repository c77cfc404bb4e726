use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{IconButton, icons};

/// A dialog that is open as long as its signal says so. Escape and a press on the grey around it close it.
#[component]
pub fn Modal(open: RwSignal<bool>, class: &'static str, children: Children) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // The one place where a signal and the state of a DOM element have to be kept equal by hand.
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // It refuses only when it is open already or not on the page.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let meant = move |event: &web_sys::Event| {
        event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok()).is_some_and(|target| {
            dialog.get_untracked().is_some_and(|dialog| dialog.is_same_node(Some(&target)))
        })
    };
    // Said while Escape is pressed. A file picker that is given up says it too, from inside.
    let on_cancel = move |event: web_sys::Event| {
        if meant(&event) {
            open.set(false);
        }
    };
    // Said some time after it closed: by then it may have been opened again.
    let on_close = move |_| {
        if dialog.get_untracked().is_some_and(|dialog| !dialog.open()) {
            open.set(false);
        }
    };
    // The dialog has no padding, so a press on it and not on its content is a press on the grey.
    let on_click = move |event: leptos::ev::MouseEvent| {
        if meant(&event) {
            open.set(false);
        }
    };
    view! {
        <dialog class=class node_ref=dialog on:cancel=on_cancel on:close=on_close on:click=on_click>
            {children()}
        </dialog>
    }
}

/// A dialog over the page: from below on a phone, in the middle elsewhere. Escape, the grey around it and the cross
/// close it, and the browser gives the focus back to where it was. Its content exists only while it is open.
#[component]
pub fn Sheet(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(into)] close: TextProp,
    /// Buttons that stay in view while the content scrolls.
    #[prop(optional, into)]
    foot: Option<ViewFn>,
    children: ChildrenFn,
) -> impl IntoView {
    let title_id = super::unique_id("sheet");
    let labelled_by = title_id.clone();

    view! {
        <Modal open class="sheet" attr:aria-labelledby=labelled_by>
            <div class="sheet-grip"></div>
            <header class="sheet-head">
                <h2 class="sheet-title" id=title_id>
                    {move || title.get()}
                </h2>
                <IconButton label=close drawing=icons::CLOSE on_press=move |()| open.set(false) />
            </header>
            <Show when=move || open.get()>
                <div class="sheet-body">{children()}</div>
                {foot.as_ref().map(|foot| view! { <footer class="sheet-foot">{foot.run()}</footer> })}
            </Show>
        </Modal>
    }
}
