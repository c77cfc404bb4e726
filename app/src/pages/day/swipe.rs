//! A row of Today under a finger: to the right it is done, to the left it is for later. Both press the button that stands
//! in the row, so that a swipe does nothing that could not be done without it.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};

use crate::pages::home::px;

/// From here on it is no tap, and no trembling.
const SLACK: f64 = 12.0;
/// So far it has to go.
const FAR: f64 = 80.0;

struct Held {
    row: HtmlElement,
    pointer: i32,
    from: (f64, f64),
    by: f64,
    swipes: bool,
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Begins to watch, once for as long as the page lives.
pub fn watch_swipes() {
    if WATCHED.replace(true) {
        return;
    }
    let down = window_event_listener(leptos::ev::pointerdown, |event| down(&event));
    let moved = window_event_listener(leptos::ev::pointermove, |event| moved(&event));
    let up = window_event_listener(leptos::ev::pointerup, |event| {
        if let Some(held) = let_go(&event) {
            press(&held);
        }
    });
    let lost = window_event_listener(leptos::ev::pointercancel, |event| {
        let_go(&event);
    });
    std::mem::forget((down, moved, up, lost));
}

fn down(event: &PointerEvent) {
    // A second finger wants something else.
    if let Some(held) = HELD.take() {
        lay_back(&held);
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let row = target.and_then(|target| target.closest(".today-columns .due").ok().flatten());
    let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { return };
    if event.pointer_type() == "mouse" || !event.is_primary() {
        return;
    }
    let from = (f64::from(event.client_x()), f64::from(event.client_y()));
    HELD.set(Some(Held { row, pointer: event.pointer_id(), from, by: 0.0, swipes: false }));
}

fn moved(event: &PointerEvent) {
    HELD.with_borrow_mut(|held| {
        let Some(held) = held.as_mut().filter(|held| held.pointer == event.pointer_id()) else { return };
        let by = f64::from(event.client_x()) - held.from.0;
        let across = (f64::from(event.client_y()) - held.from.1).abs();
        held.swipes |= by.abs() > SLACK && by.abs() > 2.0 * across;
        if !held.swipes {
            return;
        }
        held.by = by;
        // Neither fails for a name and a value that are right.
        let _ = held.row.style().set_property("--swiped", &px(by));
        let _ = held.row.set_attribute("data-swipe", if by > 0.0 { "done" } else { "later" });
        let _ = held.row.toggle_attribute_with_force("data-far", by.abs() >= FAR);
    });
}

fn let_go(event: &PointerEvent) -> Option<Held> {
    let is_it = HELD.with_borrow(|held| held.as_ref().is_some_and(|held| held.pointer == event.pointer_id()));
    let held = if is_it { HELD.take() } else { None }?;
    lay_back(&held);
    Some(held)
}

fn lay_back(held: &Held) {
    let _ = held.row.style().remove_property("--swiped");
    for mark in ["data-swipe", "data-far"] {
        let _ = held.row.remove_attribute(mark);
    }
}

fn press(held: &Held) {
    if !held.swipes || held.by.abs() < FAR {
        return;
    }
    let button = if held.by > 0.0 { ".due-check" } else { ".icon-btn" };
    let button = held.row.query_selector(button).ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}
