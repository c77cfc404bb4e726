//! How a card is taken up with a pointer: a mouse drags at once, a finger or a pen after it has rested for a moment; one
//! that moves before that scrolls. What happens once a card is held comes in a part of its own: [`Hands`]. Everything
//! here can also be done from the card's menu and by keyboard.

use std::time::Duration;

use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::block::px;
use super::board::Deck;
use super::hands::Hands;
use crate::apart::apart;
use crate::state::app;

/// A finger that stays this long wants the card and not the page.
const HOLD: Duration = Duration::from_millis(300);
/// A pointer that moves less than this only clicks, or only trembles.
const SLACK: f64 = 8.0;

/// Where a card was let go.
#[derive(Clone, Debug, PartialEq)]
pub struct Drop {
    pub card: Id,
    pub stage: String,
    /// The value that makes the lane, empty for none; nothing where there are no lanes.
    pub lane: Option<String>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// On a stage's name, not at a place in its column.
    Anywhere,
    Before(Id),
    After(Id),
    /// In a column without other cards.
    Alone,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub card: Id,
    pub name: String,
    pub pointer: i32,
    waits: bool,
    start: (f64, f64),
    /// It has been lifted; before that the pointer only rests on it.
    pub active: bool,
}

#[derive(Clone, Copy)]
pub struct Drag {
    pub deck: Deck,
    pub held: RwSignal<Option<Held>>,
    pub at: RwSignal<(f64, f64)>,
    /// Grows with every gesture, so that what was begun for an earlier one ends.
    pub turn: StoredValue<u32>,
    hands: StoredValue<Option<&'static Hands>>,
    /// What follows a drag does nothing: the click that would open the record, the finger that would scroll on.
    swallow: StoredValue<bool>,
}

apart!(outbox, hands, &super::hands::HANDS => &'static Hands);

impl Drag {
    pub fn new(deck: Deck) -> Self {
        let drag = Self {
            deck,
            held: RwSignal::new(None),
            at: RwSignal::new((0.0, 0.0)),
            turn: StoredValue::new(0),
            hands: StoredValue::new(None),
            swallow: StoredValue::new(false),
        };
        Effect::new(move |_| {
            let Some(board) = deck.board.get() else { return };
            // Once a finger holds a card the page stays; only a listener that is not passive may say so.
            let keep = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                if drag.swallow.try_get_value().unwrap_or_default() {
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
        // What others move waits until the card is let go.
        let holds = app().holds;
        Effect::new(move |_| {
            let held = drag.held.with(|held| held.as_ref().is_some_and(|held| held.active));
            holds.set(held || deck.carried.with(Option::is_some));
        });
        on_cleanup(move || {
            drag.cancel();
            holds.set(false);
        });
        drag
    }

    pub fn is_active(self) -> bool {
        self.held.try_with_untracked(|held| held.as_ref().is_some_and(|held| held.active)).unwrap_or_default()
    }

    /// Does something with what moves cards, as soon as its code is there.
    pub fn with_hands(self, then: impl FnOnce(&'static Hands) + 'static) {
        match self.hands.try_get_value() {
            Some(Some(hands)) => then(hands),
            _ => self.fetch_hands(Box::new(then)),
        }
    }

    fn fetch_hands(self, then: Box<dyn FnOnce(&'static Hands)>) {
        spawn_local(async move {
            // What did not come now is asked for again by the next gesture.
            if let Ok(hands) = hands().await
                && self.hands.try_set_value(Some(hands)).is_none()
            {
                then(hands);
            }
        });
    }

    pub fn down(self, event: &web_sys::PointerEvent) {
        if !event.is_primary() {
            // A second finger wants something else.
            return self.cancel();
        }
        self.swallow.set_value(false);
        if event.button() != 0 {
            return;
        }
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        if target.closest("button").ok().flatten().is_some() {
            return;
        }
        let Some(card) = target.closest("[data-movable]").ok().flatten() else { return };
        let Some(id) = card_id(&card) else { return };
        let waits = event.pointer_type() != "mouse";
        let start = (f64::from(event.client_x()), f64::from(event.client_y()));
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.at.set(start);
        let held =
            Held { card: id, name: name_on(&card), pointer: event.pointer_id(), waits, start, active: false };
        self.held.set(Some(held));
        if waits {
            set_timeout(move || self.lift(turn), HOLD);
        }
    }

    fn lift(self, turn: u32) {
        self.with_hands(move |hands| {
            // The finger may have gone, or moved, while it was waited for.
            let resting = self.held.with_untracked(|held| held.as_ref().is_some_and(|held| !held.active));
            if !resting || self.turn.get_value() != turn {
                return;
            }
            self.held.update(|held| {
                if let Some(held) = held {
                    held.active = true;
                }
            });
            self.swallow.set_value(true);
            (hands.lift)(self);
        });
    }

    pub fn moved(self, event: &web_sys::PointerEvent) {
        let Some(held) = self.held.get_untracked() else { return };
        if held.pointer != event.pointer_id() {
            return;
        }
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        if held.active {
            self.at.set(at);
            return self.with_hands(move |hands| (hands.moved)(self));
        }
        if (at.0 - held.start.0).abs() + (at.1 - held.start.1).abs() <= SLACK {
            return;
        }
        if held.waits {
            // It scrolls.
            return self.cancel();
        }
        self.at.set(at);
        self.lift(self.turn.get_value());
    }

    pub fn up(self, event: &web_sys::PointerEvent) {
        if self.swallow.get_value() {
            // The click comes at once or, after a finger, never.
            set_timeout(
                move || {
                    if !self.held.try_with_untracked(Option::is_some).unwrap_or_default() {
                        self.swallow.try_set_value(false);
                    }
                },
                HOLD,
            );
        }
        let Some(held) = self.held.get_untracked() else { return };
        if held.pointer != event.pointer_id() {
            return;
        }
        if held.active {
            self.at.set((f64::from(event.client_x()), f64::from(event.client_y())));
            self.with_hands(move |hands| (hands.drop)(self));
        }
        self.cancel();
    }

    /// Puts the card back.
    pub fn cancel(self) {
        let Some(held) = self.held.try_get_untracked().flatten() else { return };
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.held.set(None);
        if held.active {
            self.with_hands(move |hands| (hands.let_go)(self));
        }
    }

    /// The pointer was taken away: by a call, a gesture of the system, another window.
    pub fn lost(self, event: &web_sys::PointerEvent) {
        // What the finger touched loses the pointer when the board takes it.
        let is_board = event.target().is_some_and(|target| Some(target) == event.current_target());
        if is_board {
            self.cancel();
        }
    }

    pub fn click(self, event: &web_sys::MouseEvent) {
        // A link that was pressed may have taken the board away by now.
        if self.swallow.try_get_value().unwrap_or_default() {
            self.swallow.set_value(false);
            event.prevent_default();
            event.stop_propagation();
        }
    }

    /// A long press on a link opens the browser's menu; here it holds the card.
    pub fn context(self, event: &web_sys::MouseEvent) {
        if self.held.with_untracked(|held| held.as_ref().is_some_and(|held| held.waits)) {
            event.prevent_default();
        }
    }

    /// A key on a card: Space takes it up, and then the keys that move it are its own.
    pub fn key(self, event: &web_sys::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        let card = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .filter(|target| target.class_list().contains("deal-card-link"))
            .and_then(|target| target.closest("[data-movable]").ok().flatten())
            .and_then(|card| Some((card_id(&card)?, name_on(&card))));
        let carries = self.deck.carried.with_untracked(Option::is_some);
        let own = if carries {
            matches!(key.as_str(), " " | "Enter" | "Escape") || key.starts_with("Arrow")
        } else {
            key == " " && card.is_some()
        };
        if own {
            event.prevent_default();
            self.with_hands(move |hands| (hands.key)(self.deck, &key, card));
        }
    }

    /// The focus went elsewhere: what is carried by keyboard goes back.
    pub fn left(self) {
        // A board that is taken away while it has the focus says so as well.
        if self.deck.carried.try_with_untracked(Option::is_some).unwrap_or_default() {
            self.with_hands(move |hands| (hands.key)(self.deck, "Escape", None));
        }
    }
}

pub fn card_id(card: &Element) -> Option<Id> {
    card.get_attribute("data-card")?.parse().ok()
}

fn name_on(card: &Element) -> String {
    let name = card.query_selector(".deal-card-name").ok().flatten();
    name.and_then(|name| name.text_content()).unwrap_or_default()
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
                        format!("translate({}, {})", px(x), px(y))
                    }
                >
                    {name}
                </div>
            }
        })
    }
}
