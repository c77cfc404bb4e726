//! Dragging cards with a pointer: a mouse drags at once, a finger after it has rested for a moment. Everything here can
//! also be done from the card's menu.

use std::time::Duration;

use domain::ids::Id;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// A finger that stays this long wants the card and not the page.
const HOLD: Duration = Duration::from_millis(300);
/// A mouse that moves less than this only clicks.
const SLACK: f64 = 6.0;
/// So near to the edge the board moves along.
const EDGE: f64 = 36.0;

/// Where a card was let go.
#[derive(Clone, Debug, PartialEq)]
pub struct Drop {
    pub card: Id,
    pub stage: String,
    /// The card that comes after it; the end of the column otherwise.
    pub before: Option<Id>,
    /// It was let go at a place in a column, not on a stage's name.
    pub placed: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Held {
    card: Id,
    name: String,
    touch: bool,
    start: (f64, f64),
    active: bool,
}

#[derive(Clone, Copy)]
pub struct Drag {
    board: NodeRef<html::Div>,
    held: RwSignal<Option<Held>>,
    at: RwSignal<(f64, f64)>,
    turn: StoredValue<u32>,
    /// The click that follows a drag opens nothing.
    swallow: StoredValue<bool>,
    on_drop: Callback<Drop>,
}

impl Drag {
    pub fn new(board: NodeRef<html::Div>, on_drop: impl Fn(Drop) + Send + Sync + 'static) -> Self {
        let drag = Self {
            board,
            held: RwSignal::new(None),
            at: RwSignal::new((0.0, 0.0)),
            turn: StoredValue::new(0),
            swallow: StoredValue::new(false),
            on_drop: Callback::new(on_drop),
        };
        Effect::new(move |_| {
            let Some(board) = board.get() else { return };
            // Once a finger holds a card the page stays; only a listener that is not passive may say so.
            let keep = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                if drag
                    .held
                    .try_with_untracked(|held| held.as_ref().is_some_and(|held| held.active))
                    .unwrap_or_default()
                {
                    event.prevent_default();
                }
            });
            let options = web_sys::AddEventListenerOptions::new();
            options.set_passive(false);
            let _ = board.add_event_listener_with_callback_and_add_event_listener_options(
                "touchmove",
                keep.as_ref().unchecked_ref(),
                &options,
            );
            // It lives as long as the element.
            keep.forget();
        });
        drag
    }

    fn is_active(self) -> bool {
        self.held.with_untracked(|held| held.as_ref().is_some_and(|held| held.active))
    }

    pub fn down(self, event: &web_sys::PointerEvent) {
        self.swallow.set_value(false);
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        if target.closest("button").ok().flatten().is_some() {
            return;
        }
        let Some(card) = target.closest("[data-movable]").ok().flatten() else { return };
        let Some(id) = card_id(&card) else { return };
        let name = card
            .query_selector(".deal-card-name")
            .ok()
            .flatten()
            .and_then(|name| name.text_content())
            .unwrap_or_default();
        let touch = event.pointer_type() != "mouse";
        let start = (f64::from(event.client_x()), f64::from(event.client_y()));
        self.at.set(start);
        self.held.set(Some(Held { card: id, name, touch, start, active: false }));
        if touch {
            let turn = self.turn.get_value().wrapping_add(1);
            self.turn.set_value(turn);
            set_timeout(
                move || {
                    if self.turn.try_get_value() == Some(turn) && self.held.with_untracked(Option::is_some) {
                        self.activate();
                    }
                },
                HOLD,
            );
        }
    }

    fn activate(self) {
        self.held.update(|held| {
            if let Some(held) = held {
                held.active = true;
            }
        });
        self.swallow.set_value(true);
        self.mark();
    }

    pub fn moved(self, event: &web_sys::PointerEvent) {
        let Some(held) = self.held.get_untracked() else { return };
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let far = (at.0 - held.start.0).abs() + (at.1 - held.start.1).abs() > SLACK;
        if !held.active {
            if far && held.touch {
                // It scrolls.
                self.cancel();
            } else if far {
                if let Some(board) = self.board.get_untracked() {
                    // Fails for a pointer that has left meanwhile.
                    let _ = board.set_pointer_capture(event.pointer_id());
                }
                self.activate();
            }
            return;
        }
        self.at.set(at);
        self.mark();
        if let Some(board) = self.board.get_untracked() {
            let rect = board.get_bounding_client_rect();
            let step = if at.0 > rect.right() - EDGE {
                14
            } else if at.0 < rect.left() + EDGE {
                -14
            } else {
                0
            };
            if step != 0 {
                board.set_scroll_left(board.scroll_left() + step);
            }
        }
    }

    pub fn up(self, event: &web_sys::PointerEvent) {
        if !self.is_active() {
            return self.cancel();
        }
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let drop = self.held.get_untracked().and_then(|held| self.drop_at(held.card, at));
        self.cancel();
        if let Some(drop) = drop {
            self.on_drop.run(drop);
        }
    }

    pub fn cancel(self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        if self.held.with_untracked(Option::is_some) {
            self.held.set(None);
        }
        self.unmark();
    }

    pub fn click(self, event: &web_sys::MouseEvent) {
        if self.swallow.get_value() {
            self.swallow.set_value(false);
            event.prevent_default();
            event.stop_propagation();
        }
    }

    /// A long press on a link opens the browser's menu; here it holds the card.
    pub fn context(self, event: &web_sys::MouseEvent) {
        if self.held.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    }

    fn drop_at(self, card: Id, at: (f64, f64)) -> Option<Drop> {
        let (column, near) = self.under(at)?;
        let stage = column.get_attribute("data-stage")?;
        let before = near.and_then(|(element, upper)| {
            let next = if upper { Some(element) } else { next_card(&element) };
            let next = next
                .filter(|next| card_id(next) != Some(card))
                .or_else(|| next_card(&own_card(&column, card)?));
            next.as_ref().and_then(card_id)
        });
        Some(Drop { card, stage, before, placed: !column.has_attribute("data-name") })
    }

    /// The column under a point, and the card there with whether the point is in its upper half.
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
    fn under(self, (x, y): (f64, f64)) -> Option<(web_sys::Element, Option<(web_sys::Element, bool)>)> {
        let element = document().element_from_point(x as f32, y as f32)?;
        let column = element.closest("[data-stage]").ok().flatten()?;
        let card = element.closest("[data-card]").ok().flatten().map(|card| {
            let rect = card.get_bounding_client_rect();
            let upper = y < rect.top() + rect.height() / 2.0;
            (card, upper)
        });
        Some((column, card))
    }

    /// Shows where it would go. By hand, because a signal per card would wake every card on every pixel.
    fn mark(self) {
        self.unmark();
        let Some(held) = self.held.get_untracked() else { return };
        if let Some(board) = self.board.get_untracked() {
            let own = board.query_selector(&format!("[data-card='{}']", held.card)).ok().flatten();
            if let Some(own) = own {
                let _ = own.set_attribute("data-dragging", "true");
            }
        }
        if let Some((column, card)) = self.under(self.at.get_untracked()) {
            let _ = column.set_attribute("data-over", "true");
            if let Some((card, upper)) = card {
                let _ = card.set_attribute("data-drop", if upper { "before" } else { "after" });
            }
        }
    }

    fn unmark(self) {
        for name in ["data-dragging", "data-over", "data-drop"] {
            let Ok(marked) = document().query_selector_all(&format!("[{name}]")) else { continue };
            for at in 0..marked.length() {
                if let Some(element) =
                    marked.item(at).and_then(|node| node.dyn_into::<web_sys::Element>().ok())
                {
                    let _ = element.remove_attribute(name);
                }
            }
        }
    }
}

fn card_id(card: &web_sys::Element) -> Option<Id> {
    card.get_attribute("data-card")?.parse().ok()
}

fn next_card(card: &web_sys::Element) -> Option<web_sys::Element> {
    card.next_element_sibling().filter(|next| next.has_attribute("data-card"))
}

fn own_card(column: &web_sys::Element, card: Id) -> Option<web_sys::Element> {
    column.query_selector(&format!("[data-card='{card}']")).ok().flatten()
}

/// The card's name under the pointer while it is on its way.
#[component]
pub fn DragGhost(drag: Drag) -> impl IntoView {
    let name = Memo::new(move |_| {
        drag.held.with(|held| held.as_ref().filter(|held| held.active).map(|held| held.name.clone()))
    });
    move || {
        name.get().map(|name| {
            view! {
                <div
                    class="drag-ghost"
                    aria-hidden="true"
                    style:transform=move || {
                        let (x, y) = drag.at.get();
                        format!("translate({x}px, {y}px)")
                    }
                >
                    {name}
                </div>
            }
        })
    }
}
