//! Where somebody was on the board: which stage, how far down each column, at which card. Kept while the page lives, so
//! that one who comes back from a record finds the very place again.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::block::focus_card;
use super::board::Deck;
use super::drag::card_id;
use super::need::need;
use crate::state::sleep;

/// The board as it was left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The pipeline and what its address asked for: another one begins at its beginning.
    pub about: String,
    left: i32,
    /// Where lanes stand one below the other.
    top: i32,
    pub columns: BTreeMap<String, KeptColumn>,
    /// The card that was opened.
    card: Option<Id>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptColumn {
    pub pages: usize,
    /// The uppermost card in view, and how far its top is below the column's.
    first: Option<(Id, f64)>,
}

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Takes what was kept of this board.
pub fn take(about: &str) -> Option<Kept> {
    KEPT.take().filter(|kept| kept.about == about)
}

/// Tries in a row until a column stands where it stood: blocks get their heights when they come into view.
const TRIES: u32 = 60;
const PAUSE_MS: i32 = 50;

fn columns(board: &Element) -> Vec<(String, Element)> {
    let children = board.children();
    let column = |at: u32| {
        let column = children.item(at)?;
        let cards = column.query_selector(".column-cards").ok().flatten()?;
        Some((column.get_attribute("data-stage")?, cards))
    };
    (0..children.length()).filter_map(column).collect()
}

/// Keeps the board as it is at a click, which may lead away from it.
pub fn keep(deck: Deck, click: &web_sys::MouseEvent) {
    let Some(Some(board)) = deck.board.try_get_untracked() else { return };
    let one = |(stage, cards): (String, Element)| {
        let deep = deck.deep.with_value(|deep| deep.get(&stage).copied())?;
        let top = cards.get_bounding_client_rect().top();
        let drawn = cards.query_selector_all("[data-card]").ok()?;
        let seen = |card: &Element| card.get_bounding_client_rect().bottom() > top;
        let first = (0..drawn.length())
            .filter_map(|at| drawn.item(at)?.dyn_into::<Element>().ok())
            .find(seen)
            .filter(|_| cards.scroll_top() > 0)
            .and_then(|card| Some((card_id(&card)?, card.get_bounding_client_rect().top() - top)));
        Some((stage, KeptColumn { pages: deep.pages.get_untracked(), first }))
    };
    let card = click
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("[data-card]").ok().flatten())
        .and_then(|card| card_id(&card));
    let kept = Kept {
        about: deck.about.get_untracked(),
        left: board.scroll_left(),
        top: board.scroll_top(),
        columns: columns(&board).into_iter().filter_map(one).collect(),
        card,
    };
    KEPT.set(Some(kept));
}

/// Goes where it was, unless somebody goes elsewhere meanwhile.
pub fn restore(deck: Deck, kept: Kept) {
    let moved = Rc::new(Cell::new(false));
    let listeners = ["wheel", "pointerdown", "keydown"].map(|name| {
        let moved = moved.clone();
        window_event_listener_untyped(name, move |_| moved.set(true))
    });
    spawn_local(async move {
        let mut waiting = kept.columns;
        waiting.retain(|_, column| column.first.is_some());
        if let Some(Some(board)) = deck.board.try_get_untracked() {
            board.set_scroll_left(kept.left);
        }
        let card = kept.card;
        // Wherever they stand by now, they are drawn.
        let firsts = waiting.values().filter_map(|column| Some(column.first?.0));
        let need = need(deck, firsts.chain(card).collect());
        for _ in 0..TRIES {
            let Some(Some(board)) = deck.board.try_get_untracked() else { break };
            if moved.get() {
                break;
            }
            for (stage, cards) in columns(&board) {
                if waiting
                    .get(&stage)
                    .and_then(|column| column.first)
                    .is_some_and(|first| stands(&cards, first))
                {
                    waiting.remove(&stage);
                }
            }
            // Lanes come in a part of their own.
            board.set_scroll_top(kept.top);
            if waiting.is_empty() && board.scroll_top() == kept.top && card.is_none_or(focus_card) {
                break;
            }
            sleep(PAUSE_MS).await;
        }
        need.end();
        for listener in listeners {
            listener.remove();
        }
    });
}

/// Scrolls until the card is where it was; whether it is.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
fn stands(cards: &Element, (id, below): (Id, f64)) -> bool {
    let Some(card) = cards.query_selector(&format!("[data-card='{id}']")).ok().flatten() else {
        return false;
    };
    let now = card.get_bounding_client_rect().top() - cards.get_bounding_client_rect().top();
    let (before, step) = (cards.scroll_top(), (now - below).round() as i32);
    if step == 0 {
        return true;
    }
    cards.set_scroll_top(before + step);
    // At the end of a column that has become shorter there is nowhere to go.
    cards.scroll_top() == before
}
