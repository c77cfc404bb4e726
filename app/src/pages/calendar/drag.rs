//! How something is dragged to another day: a mouse drags at once, a finger or a pen after it has rested for a moment; one
//! that moves before that scrolls. The same is done without dragging from its sheet.

use std::time::Duration;

use domain::ids::Id;
use domain::time::Date;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::pages::home::px;
use crate::state::app;

/// A finger that stays this long wants the thing and not the page.
const HOLD: Duration = Duration::from_millis(300);
/// A pointer that moves less than this only clicks, or only trembles.
const SLACK: f64 = 8.0;

#[derive(Clone, PartialEq)]
struct Held {
    record: Id,
    name: String,
    pointer: i32,
    waits: bool,
    start: (f64, f64),
    /// It has been lifted; before that the pointer only rests on it.
    active: bool,
}

#[derive(Clone, Copy)]
pub struct Drag {
    held: RwSignal<Option<Held>>,
    at: RwSignal<(f64, f64)>,
    /// The day under the pointer.
    pub over: RwSignal<Option<Date>>,
    turn: StoredValue<u32>,
    /// What follows a drag does nothing: the click that would open it, the finger that would scroll on.
    swallow: StoredValue<bool>,
    dropped: Callback<(Id, Date)>,
}

impl Drag {
    pub fn new(place: NodeRef<leptos::html::Div>, dropped: Callback<(Id, Date)>) -> Self {
        let drag = Self {
            held: RwSignal::new(None),
            at: RwSignal::new((0.0, 0.0)),
            over: RwSignal::new(None),
            turn: StoredValue::new(0),
            swallow: StoredValue::new(false),
            dropped,
        };
        Effect::new(move |_| {
            let Some(place) = place.get() else { return };
            // Once a finger holds something the page stays; only a listener that is not passive may say so.
            let keep = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                if drag.swallow.try_get_value().unwrap_or_default() {
                    event.prevent_default();
                }
            });
            let options = web_sys::AddEventListenerOptions::new();
            options.set_passive(false);
            let _ = place.add_event_listener_with_callback_and_add_event_listener_options(
                "touchmove",
                keep.as_ref().unchecked_ref(),
                &options,
            );
            // It lives as long as the element.
            keep.forget();
        });
        // What others move waits until it is let go.
        let holds = app().holds;
        Effect::new(move |_| holds.set(drag.held.with(|held| held.as_ref().is_some_and(|held| held.active))));
        let moved = window_event_listener(leptos::ev::pointermove, move |event| drag.moved(&event));
        let up = window_event_listener(leptos::ev::pointerup, move |event| drag.up(&event));
        let lost = window_event_listener(leptos::ev::pointercancel, move |_| drag.cancel());
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" && drag.is_active() {
                event.prevent_default();
                drag.cancel();
            }
        });
        on_cleanup(move || {
            drag.cancel();
            holds.set(false);
            for listener in [moved, up, lost] {
                listener.remove();
            }
            keys.remove();
        });
        drag
    }

    fn is_active(self) -> bool {
        self.held.try_with_untracked(|held| held.as_ref().is_some_and(|held| held.active)).unwrap_or_default()
    }

    pub fn down(self, event: &web_sys::PointerEvent) {
        if !event.is_primary() {
            // A second finger wants something else.
            return self.cancel();
        }
        self.swallow.set_value(false);
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let item = target.and_then(|target| target.closest("[data-movable]").ok().flatten());
        let Some(item) = item.filter(|_| event.button() == 0) else { return };
        let Some(record) = item.get_attribute("data-movable").and_then(|id| id.parse().ok()) else { return };
        let waits = event.pointer_type() != "mouse";
        let start = (f64::from(event.client_x()), f64::from(event.client_y()));
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.at.set(start);
        let name = item.text_content().unwrap_or_default();
        self.held.set(Some(Held { record, name, pointer: event.pointer_id(), waits, start, active: false }));
        if waits {
            set_timeout(
                move || {
                    if self.turn.try_get_value() == Some(turn) {
                        self.lift();
                    }
                },
                HOLD,
            );
        }
    }

    fn lift(self) {
        self.held.update(|held| {
            if let Some(held) = held {
                held.active = true;
            }
        });
        self.swallow.set_value(self.is_active());
    }

    fn moved(self, event: &web_sys::PointerEvent) {
        let Some(held) = self.held.try_get_untracked().flatten() else { return };
        if held.pointer != event.pointer_id() {
            return;
        }
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        if !held.active {
            if (at.0 - held.start.0).abs() + (at.1 - held.start.1).abs() <= SLACK {
                return;
            }
            if held.waits {
                // It scrolls.
                return self.cancel();
            }
            self.lift();
        }
        self.at.set(at);
        self.over.set(day_at(event));
    }

    fn up(self, event: &web_sys::PointerEvent) {
        let Some(held) = self.held.try_get_untracked().flatten() else { return };
        if held.pointer != event.pointer_id() {
            return;
        }
        if held.active {
            if let Some(day) = day_at(event) {
                self.dropped.run((held.record, day));
            }
            // The click comes at once or, after a finger, never.
            set_timeout(
                move || {
                    self.swallow.try_set_value(false);
                },
                HOLD,
            );
        }
        self.cancel();
    }

    /// Puts it back.
    fn cancel(self) {
        self.turn.try_update_value(|turn| *turn = turn.wrapping_add(1));
        if self.held.try_with_untracked(Option::is_some).unwrap_or_default() {
            self.held.set(None);
            self.over.set(None);
        }
    }

    pub fn click(self, event: &web_sys::MouseEvent) {
        if self.swallow.get_value() {
            self.swallow.set_value(false);
            event.prevent_default();
            event.stop_propagation();
        }
    }

    /// A long press opens the browser's menu; here it holds something.
    pub fn context(self, event: &web_sys::MouseEvent) {
        if self.held.with_untracked(|held| held.as_ref().is_some_and(|held| held.waits)) {
            event.prevent_default();
        }
    }
}

fn day_at(event: &web_sys::PointerEvent) -> Option<Date> {
    #[expect(clippy::cast_precision_loss, reason = "a place on a screen is a small number")]
    let under = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    Date::parse(&under.closest("[data-day]").ok()??.get_attribute("data-day")?)
}

/// What is dragged, under the pointer while it is on its way.
#[component]
pub fn Ghost(drag: Drag) -> impl IntoView {
    let name = Memo::new(move |_| {
        drag.held.with(|held| held.as_ref().filter(|held| held.active).map(|held| held.name.clone()))
    });
    move || {
        name.get().map(|name| {
            view! {
                <div
                    class="drag-ghost truncate"
                    aria-hidden="true"
                    style:transform=move || {
                        let (x, y) = drag.at.get();
                        format!("translate({}, {})", px(x), px(y))
                    }
                >
                    {name}
                </div>
            }
        })
    }
}
