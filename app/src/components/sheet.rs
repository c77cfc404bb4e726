use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{IconButton, icons};

/// Opens and closes a dialog with its signal. What comes back is for its clicks: one on the grey around it closes it.
pub fn modal(
    dialog: NodeRef<html::Dialog>,
    open: RwSignal<bool>,
) -> impl Fn(leptos::ev::MouseEvent) + Copy + 'static {
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
    move |event: leptos::ev::MouseEvent| {
        // The dialog has no padding, so a press on it and not on its content is a press on the grey.
        let outside =
            event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok()).is_some_and(|target| {
                dialog.get_untracked().is_some_and(|dialog| dialog.is_same_node(Some(&target)))
            });
        if outside {
            open.set(false);
        }
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
    let dialog = NodeRef::<html::Dialog>::new();
    let close_outside = modal(dialog, open);
    let title_id = super::unique_id("sheet");
    let labelled_by = title_id.clone();

    view! {
        <dialog
            class="sheet"
            node_ref=dialog
            aria-labelledby=labelled_by
            on:close=move |_| open.set(false)
            on:click=close_outside
        >
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
        </dialog>
    }
}
