//! Where the view and the focus go.

use leptos::prelude::*;
use web_sys::{Element, FocusOptions, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Brings an element into view, as little as it takes.
pub fn show_nearest(element: &Element) {
    show(element, ScrollLogicalPosition::Nearest);
}

/// Brings an element to the middle of what scrolls.
pub fn show_in_middle(element: &Element) {
    show(element, ScrollLogicalPosition::Center);
}

fn show(element: &Element, block: ScrollLogicalPosition) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(block);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Gives the focus without scrolling; whether that could be done.
pub fn focus_in_place(element: &HtmlElement) -> bool {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options).is_ok()
}

/// Whether nothing has the focus, as after what had it was taken away.
pub fn is_focus_lost() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}
