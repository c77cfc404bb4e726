use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// Tells, first and whenever it changes, whether an element is in the view or so near to it; `inside` is what scrolls it,
/// when that is not the page: the margin counts from its edge only. With the height that the element has then. For as
/// long as whoever asks is on the page.
pub fn watch_near(
    element: &Element,
    inside: Option<&Element>,
    margin: &str,
    tell: impl Fn(bool, f64) + 'static,
) {
    let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        // The last one says how it is now.
        let last = entries.get(entries.length().saturating_sub(1));
        if let Ok(entry) = last.dyn_into::<IntersectionObserverEntry>() {
            tell(entry.is_intersecting(), entry.bounding_client_rect().height());
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin(margin);
    options.set_root(inside);
    let observer = IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &options);
    if let Ok(observer) = observer {
        observer.observe(element);
        let kept = StoredValue::new_local((observer, seen));
        on_cleanup(move || {
            let _ = kept.try_with_value(|(observer, _)| observer.disconnect());
        });
    }
}

/// Nothing to see: it tells when it comes near the view, so that more can be drawn.
#[component]
pub fn Sentinel(
    #[prop(into)] on_near: Callback<()>,
    /// What scrolls it, as a selector, when that is not the page.
    #[prop(optional)]
    inside: Option<&'static str>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let Some(element) = place.get() else { return };
        let scroller = inside.and_then(|inside| element.closest(inside).ok().flatten());
        watch_near(&element, scroller.as_ref(), "600px", move |near, _| {
            if near {
                // After the frame: what it draws moves this very element.
                set_timeout(
                    move || {
                        let _ = on_near.try_run(());
                    },
                    Duration::ZERO,
                );
            }
        });
    });
    view! { <div class="sentinel" node_ref=place aria-hidden="true"></div> }
}
