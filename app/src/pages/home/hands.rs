//! What happens while a pointer holds a card: it shows where the card would go, the board moves along at its edges, and
//! letting go sends the move. Comes with what sends commands: without that nothing could be moved.

use std::cell::RefCell;
use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::ids::Id;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{DomRect, Element};

use super::block::BLOCK;
use super::board::{Deck, scroll_to, stage_at};
use super::drag::{Drag, Drop, Place, card_id};
use super::kept::{self, Kept};
use super::moves::cards_in;
use super::need::{Need, need};
use super::{carry, moves};

/// So near to an edge things move along.
const EDGE: f64 = 44.0;
/// Pixels of a frame, at the very edge.
const FASTEST: f64 = 18.0;
/// A finger that stays so long at the side of a phone wants the next stage, and the one after it.
const TURNS_MS: f64 = 350.0;
const TURNS_AGAIN_MS: f64 = 900.0;
/// What a lifted card says to the hand.
const VIBRATION_MS: u32 = 12;

pub struct Hands {
    pub lift: fn(Drag),
    pub moved: fn(Drag),
    pub drop: fn(Drag),
    pub let_go: fn(Drag),
    pub key: fn(Deck, &str, Option<(Id, String)>),
    pub keep: fn(Deck, &web_sys::MouseEvent),
    pub restore: fn(Deck, Kept),
}

pub static HANDS: Hands =
    Hands { lift, moved, drop: dropped, let_go, key: carry::key, keep: kept::keep, restore: kept::restore };

/// What belongs to the one card that is held.
#[derive(Default)]
struct Grip {
    listeners: Vec<WindowListenerHandle>,
    shown: Option<Drop>,
    /// When the side of the screen turns to the next stage.
    turns_at: Option<f64>,
    need: Option<Need>,
}

thread_local! {
    static GRIP: RefCell<Grip> = RefCell::default();
}

fn lift(drag: Drag) {
    vibrate();
    let Some(held) = drag.held.get_untracked() else { return };
    if let Some(board) = drag.deck.board.get_untracked() {
        // The board hears the pointer wherever it goes, also when the card's element is drawn anew. It fails for a
        // pointer that has left meanwhile.
        let _ = board.set_pointer_capture(held.pointer);
    }
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" {
            event.prevent_default();
            drag.cancel();
        }
    });
    let second = window_event_listener(leptos::ev::pointerdown, move |event| {
        if event.pointer_id() != held.pointer {
            drag.cancel();
        }
    });
    // The screen turns, a call comes, another window is in front.
    let away = ["resize", "orientationchange", "blur", "visibilitychange"]
        .map(|name| window_event_listener_untyped(name, move |_| drag.cancel()));
    GRIP.with_borrow_mut(|grip| {
        grip.listeners.extend([escape, second]);
        grip.listeners.extend(away);
    });
    // A finger's events come to the card's element as long as there is one.
    let need = need(drag.deck, vec![held.card]);
    let place = under(drag);
    show(drag.deck, held.card, place.as_ref());
    GRIP.with_borrow_mut(|grip| (grip.shown, grip.need) = (place, Some(need)));
    follow(drag, drag.turn.get_value());
}

/// A short buzz, on devices that have one, once somebody has touched the page: before that the browser would complain.
fn vibrate() {
    let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &JsValue::from_str(name)).ok();
    let navigator = JsValue::from(window().navigator());
    let touched = get(&navigator, "userActivation")
        .and_then(|activation| get(&activation, "hasBeenActive"))
        .is_some_and(|active| active.is_truthy());
    if touched && get(&navigator, "vibrate").is_some_and(|vibrate| vibrate.is_function()) {
        window().navigator().vibrate_with_duration(VIBRATION_MS);
    }
}

fn moved(drag: Drag) {
    let place = under(drag);
    let changed = GRIP.with_borrow_mut(|grip| {
        let changed = grip.shown != place;
        grip.shown.clone_from(&place);
        changed
    });
    if changed && let Some(held) = drag.held.get_untracked() {
        show(drag.deck, held.card, place.as_ref());
    }
}

fn dropped(drag: Drag) {
    if let Some(drop) = under(drag) {
        moves::send(drag.deck, &drop);
    }
}

fn let_go(_: Drag) {
    let Grip { listeners, need, .. } = GRIP.take();
    if let Some(need) = need {
        need.end();
    }
    for listener in listeners {
        listener.remove();
    }
    unmark();
}

/// Moves along at the edges, frame by frame, as long as the card is held: a pointer that rests there sends nothing.
fn follow(drag: Drag, turn: u32) {
    request_animation_frame(move || {
        if drag.turn.try_get_value() == Some(turn) && drag.is_active() {
            move_along(drag);
            moved(drag);
            follow(drag, turn);
        }
    });
}

fn move_along(drag: Drag) {
    let Some(board) = drag.deck.board.get_untracked() else { return };
    let (x, y) = drag.at.get_untracked();
    let strip = document().query_selector(".strip").ok().flatten();
    if let Some(strip) = strip.filter(|strip| is_inside(&strip.get_bounding_client_rect(), x, y)) {
        let rect = strip.get_bounding_client_rect();
        nudge(&strip, near_edge(x, rect.left(), rect.right()), 0.0);
        return;
    }
    let rect = board.get_bounding_client_rect();
    if y < rect.top() || y > rect.bottom() {
        return;
    }
    let side = near_edge(x, rect.left(), rect.right());
    if is_paged(&board, &rect) {
        turn_page(drag, side);
    } else {
        nudge(&board, side, 0.0);
    }
    let down = |rect: &DomRect| near_edge(y, rect.top(), rect.bottom().min(viewport_height()));
    // Lanes stand one below the other: the board's own edges move them, as far as there are more.
    let lanes = drag.deck.lanes.with_untracked(Option::is_some);
    if lanes && nudge(&board, 0.0, down(&rect)) {
        return;
    }
    if let Some(cards) = column_at(drag, &board, &rect).and_then(|column| cards_of(&column)) {
        nudge(&cards, 0.0, down(&cards.get_bounding_client_rect()));
    }
}

fn viewport_height() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX)
}

/// On a phone the board goes from stage to stage.
fn turn_page(drag: Drag, side: f64) {
    let now = js_sys::Date::now();
    let due = GRIP.with_borrow_mut(|grip| {
        if side == 0.0 {
            grip.turns_at = None;
            return false;
        }
        let due = *grip.turns_at.get_or_insert(now + TURNS_MS) <= now;
        if due {
            grip.turns_at = Some(now + TURNS_AGAIN_MS);
        }
        due
    });
    if due {
        let at = stage_at(drag.deck.board);
        scroll_to(drag.deck.board, if side < 0.0 { at.saturating_sub(1) } else { at + 1 });
    }
}

/// How far into an edge: from -1 at the beginning to 1 at the end, 0 between them.
fn near_edge(at: f64, from: f64, to: f64) -> f64 {
    if at < from + EDGE {
        -((from + EDGE - at) / EDGE).min(1.0)
    } else if at > to - EDGE {
        ((at - (to - EDGE)) / EDGE).min(1.0)
    } else {
        0.0
    }
}

/// Whether there was anything left to move.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a frame")]
fn nudge(element: &Element, across: f64, down: f64) -> bool {
    let step = |part: f64| (part * FASTEST).round() as i32;
    let before = (element.scroll_left(), element.scroll_top());
    if across != 0.0 {
        element.set_scroll_left(before.0 + step(across));
    }
    if down != 0.0 {
        element.set_scroll_top(before.1 + step(down));
    }
    before != (element.scroll_left(), element.scroll_top())
}

fn is_inside(rect: &DomRect, x: f64, y: f64) -> bool {
    rect.left() <= x && x <= rect.right() && rect.top() <= y && y <= rect.bottom()
}

/// One stage fills the screen. Lanes have no columns of their own, and room for all stages.
fn is_paged(board: &Element, rect: &DomRect) -> bool {
    let first = board.first_element_child().filter(|first| first.class_list().contains("column"));
    first.is_some_and(|column| column.get_bounding_client_rect().width() > rect.width() * 0.6)
}

/// The column under the pointer; on a phone the one that fills the screen, not the edge of the next.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
fn column_at(drag: Drag, board: &Element, rect: &DomRect) -> Option<Element> {
    let (x, y) = drag.at.get_untracked();
    let paged = is_inside(rect, x.clamp(rect.left(), rect.right()), y) && is_paged(board, rect);
    let x = if paged { rect.left() + rect.width() / 2.0 } else { x };
    document().element_from_point(x as f32, y as f32)?.closest("[data-stage]").ok().flatten()
}

/// Where the card would go.
fn under(drag: Drag) -> Option<Drop> {
    let held = drag.held.get_untracked()?;
    let board = drag.deck.board.get_untracked()?;
    let column = column_at(drag, &board, &board.get_bounding_client_rect())?;
    let stage = column.get_attribute("data-stage")?;
    let lane = column.get_attribute("data-lane");
    let place = match cards_of(&column) {
        Some(cards) => {
            let column = cards_in(drag.deck, &stage, lane.as_deref());
            place_in(&column, &cards, held.card, drag.at.get_untracked().1)
        }
        None => Place::Anywhere,
    };
    Some(Drop { card: held.card, stage, lane, place })
}

fn cards_of(column: &Element) -> Option<Element> {
    column.query_selector(".column-cards").ok().flatten()
}

/// Before the first card whose middle is below the pointer. Blocks, and the cards in one, come from top to bottom, so that
/// a long column is measured in a few places only. Where a block is not drawn yet, the cards it will hold are counted.
fn place_in(column: &[Arc<RecordBody>], cards: &Element, own: Id, y: f64) -> Place {
    let is_above = |card: &Element| {
        let rect = card.get_bounding_client_rect();
        rect.top() + rect.height() / 2.0 <= y
    };
    let is_over = |block: &Element| block.get_bounding_client_rect().bottom() <= y;
    let feed = cards.query_selector(".column-feed").ok().flatten();
    let block = feed.and_then(|feed| {
        let at = count_first(&feed, is_over);
        feed.children().item(at).or_else(|| feed.last_element_child())
    });
    let number = block.as_ref().and_then(|block| block.get_attribute("data-block")?.parse::<usize>().ok());
    let above = block.as_ref().map_or(0, |block| count_first(block, is_above)) as usize;
    let drawn = block.and_then(|block| card_id(&block.first_element_child()?));
    let first = match drawn {
        Some(first) => column.iter().position(|body| body.id == first).unwrap_or_default(),
        None => number.unwrap_or_default() * BLOCK,
    };
    let at = (first + above).min(column.len());
    // The card itself is no neighbour of its own.
    let other = |body: &&Arc<RecordBody>| body.id != own;
    match (column[at..].iter().find(other), column[..at].iter().rev().find(other)) {
        (Some(next), _) => Place::Before(next.id),
        (None, Some(last)) => Place::After(last.id),
        (None, None) => Place::Alone,
    }
}

/// How many of an element's children come before the first one of which this is not so.
fn count_first(of: &Element, is_so: impl Fn(&Element) -> bool) -> u32 {
    let children = of.children();
    let (mut low, mut high) = (0, children.length());
    while low < high {
        let middle = low + (high - low) / 2;
        if children.item(middle).is_some_and(|child| is_so(&child)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Shows where it would go. By hand, because a signal per card would wake every card on every pixel.
pub fn show(deck: Deck, card: Id, drop: Option<&Drop>) {
    unmark();
    let Some(board) = deck.board.get_untracked() else { return };
    let mark = |selector: &str, name: &str, value: &str| {
        if let Ok(Some(element)) = document().query_selector(selector) {
            let _ = element.set_attribute(name, value);
        }
    };
    if let Ok(Some(own)) = board.query_selector(&format!("[data-card='{card}']")) {
        let _ = own.set_attribute("data-dragging", "true");
    }
    let Some(Drop { stage, lane, place, .. }) = drop else { return };
    let over = match lane {
        Some(lane) => format!(".lane-cell[data-stage='{stage}'][data-lane='{lane}']"),
        None if *place == Place::Anywhere => format!(".strip-stage[data-stage='{stage}']"),
        None => format!(".column[data-stage='{stage}']"),
    };
    mark(&over, "data-over", "true");
    match place {
        Place::Before(id) => mark(&format!("[data-card='{id}']"), "data-drop", "before"),
        Place::After(id) => mark(&format!("[data-card='{id}']"), "data-drop", "after"),
        Place::Anywhere | Place::Alone => {}
    }
}

pub fn unmark() {
    for name in ["data-dragging", "data-over", "data-drop"] {
        let Ok(marked) = document().query_selector_all(&format!("[{name}]")) else { continue };
        for at in 0..marked.length() {
            if let Some(element) = marked.item(at).and_then(|node| node.dyn_into::<Element>().ok()) {
                let _ = element.remove_attribute(name);
            }
        }
    }
}
