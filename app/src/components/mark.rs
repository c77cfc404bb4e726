//! What the frame of the page has to know about what the page shows, as classes of the root.
//!
//! Styles could ask with `:has()`; but a browser that is asked that of what stands around everything looks at every
//! element again whenever one is put in, and a board that is scrolled puts in many.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;

thread_local! {
    /// How many on the page ask for each: the next page comes before the last one goes.
    static MARKS: RefCell<BTreeMap<&'static str, u32>> = const { RefCell::new(BTreeMap::new()) };
}

/// The root has this class while `when` says so, for as long as whoever calls is on the page.
pub fn mark_page(mark: &'static str, when: impl Fn() -> bool + 'static) {
    let marked = Arc::new(AtomicBool::new(false));
    let gone = marked.clone();
    Effect::new(move |_| {
        let now = when();
        if marked.swap(now, Ordering::Relaxed) != now {
            count(mark, now);
        }
    });
    on_cleanup(move || {
        if gone.swap(false, Ordering::Relaxed) {
            count(mark, false);
        }
    });
}

fn count(mark: &'static str, more: bool) {
    let any = MARKS.with_borrow_mut(|marks| {
        let asked = marks.entry(mark).or_default();
        *asked = if more { *asked + 1 } else { asked.saturating_sub(1) };
        *asked > 0
    });
    if let Some(root) = document().document_element() {
        // Fails for names that are no class.
        let _ = root.class_list().toggle_with_force(mark, any);
    }
}
