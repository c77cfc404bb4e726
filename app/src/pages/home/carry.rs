//! Moving a card by keyboard: Space takes it up, arrows carry it, Space puts it down, Escape puts it back. A live region
//! says each step.

use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;

use super::board::{Deck, scroll_to};
use super::drag::{Drop, Place};
use super::hands::{show, unmark};
use super::moves::{self, Stand, others, stands};
use crate::i18n::{label, say};
use crate::state::sleep;

/// A card on its way by keyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    card: Id,
    name: String,
    /// The lane it stays in, where there are some.
    lane: Option<String>,
    /// The place of its stage, and how many other cards there are above it.
    stage: usize,
    at: usize,
}

/// A key while a card is carried, or the one that takes up `card`.
pub fn key(deck: Deck, key: &str, card: Option<(Id, String)>) {
    let Some(mut carried) = deck.carried.get_untracked() else {
        return card.into_iter().for_each(|card| take_up(deck, card));
    };
    let stages = deck.pipeline.with_value(|pipeline| pipeline.stages.len());
    let (card, lane) = (carried.card, carried.lane.clone());
    let room = |stage: usize| others(deck, &stage_id(deck, stage), lane.as_deref(), card).len();
    match key {
        "Escape" => return put_back(deck, &carried),
        " " | "Enter" => return put_down(deck, &carried),
        "ArrowUp" => carried.at = carried.at.saturating_sub(1),
        "ArrowDown" => carried.at = (carried.at + 1).min(room(carried.stage)),
        "ArrowLeft" | "ArrowRight" => {
            let to = if key == "ArrowLeft" { carried.stage.checked_sub(1) } else { Some(carried.stage + 1) };
            let Some(to) = to.filter(|to| *to < stages) else { return };
            carried.stage = to;
            carried.at = carried.at.min(room(to));
        }
        _ => return,
    }
    tell(deck, "board.carry.over", &carried);
    deck.carried.set(Some(carried.clone()));
    go(deck, carried);
}

fn take_up(deck: Deck, (card, name): (Id, String)) {
    let Some(Stand { stage, lane, at }) = stands(deck, card) else { return };
    let stage = deck
        .pipeline
        .with_value(|pipeline| pipeline.stages.iter().position(|known| known.id == stage))
        .unwrap_or_default();
    let carried = Carried { card, name, lane, stage, at };
    tell(deck, "board.carry.taken", &carried);
    show(deck, card, Some(&drop_of(deck, &carried)));
    deck.carried.set(Some(carried));
}

fn put_back(deck: Deck, carried: &Carried) {
    deck.carried.set(None);
    unmark();
    deck.says.set(say("board.carry.back", &[("name", &carried.name)]));
    deck.needed.set(Vec::new());
    if let Some(card) = drawn(carried.card) {
        card.scroll_into_view_with_bool(false);
    }
}

fn put_down(deck: Deck, carried: &Carried) {
    deck.carried.set(None);
    unmark();
    tell(deck, "board.carry.dropped", carried);
    moves::send(deck, &drop_of(deck, carried));
    let (card, stage) = (carried.card, stage_id(deck, carried.stage));
    deck.needed.set(vec![card]);
    spawn_local(async move {
        // In another column it is another element, once the command is written down: the focus follows it there.
        for _ in 0..40 {
            let found = document()
                .query_selector(&format!("[data-stage='{stage}'] [data-card='{card}'] .deal-card-link"))
                .ok()
                .flatten()
                .and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(link) = found {
                let _ = link.focus();
                break;
            }
            sleep(50).await;
        }
        // The focus keeps it from here on.
        deck.needed.try_set(Vec::new());
    });
}

fn stage_id(deck: Deck, at: usize) -> String {
    deck.pipeline
        .with_value(|pipeline| pipeline.stages.get(at).map(|stage| stage.id.clone()))
        .unwrap_or_default()
}

fn drop_of(deck: Deck, carried: &Carried) -> Drop {
    let stage = stage_id(deck, carried.stage);
    let column = others(deck, &stage, carried.lane.as_deref(), carried.card);
    let place = match (column.get(carried.at), column.last()) {
        (Some(before), _) => Place::Before(before.id),
        (None, Some(last)) => Place::After(last.id),
        (None, None) => Place::Alone,
    };
    Drop { card: carried.card, stage, lane: carried.lane.clone(), place }
}

fn tell(deck: Deck, key: &str, carried: &Carried) {
    let stage = deck
        .pipeline
        .with_value(|pipeline| pipeline.stages.get(carried.stage).map(|stage| label(&stage.label)))
        .unwrap_or_default();
    let stage_id = stage_id(deck, carried.stage);
    let count = others(deck, &stage_id, carried.lane.as_deref(), carried.card).len() + 1;
    let (at, count) = ((carried.at + 1).to_string(), count.to_string());
    deck.says.set(say(
        key,
        &[
            ("name", carried.name.as_str()),
            ("stage", stage.as_str()),
            ("at", at.as_str()),
            ("of", count.as_str()),
        ],
    ));
}

fn drawn(card: Id) -> Option<web_sys::Element> {
    document().query_selector(&format!("[data-card='{card}']")).ok().flatten()
}

/// Shows the place that was reached, once what stands there is drawn.
fn go(deck: Deck, carried: Carried) {
    let drop = drop_of(deck, &carried);
    let neighbour = match drop.place {
        Place::Before(id) | Place::After(id) => Some(id),
        Place::Anywhere | Place::Alone => None,
    };
    deck.needed.set(neighbour.into_iter().chain([carried.card]).collect());
    if carried.lane.is_none() {
        scroll_to(deck.board, carried.stage);
    }
    spawn_local(async move {
        tick().await;
        // Another key may have gone on meanwhile.
        if deck.carried.try_get_untracked().flatten() != Some(carried) {
            return;
        }
        show(deck, drop.card, Some(&drop));
        // A cell of a lane may be empty, and out of sight all the same.
        let cell = || {
            let lane = drop.lane.as_ref()?;
            let cell = format!(".lane-cell[data-stage='{}'][data-lane='{lane}']", drop.stage);
            document().query_selector(&cell).ok().flatten()
        };
        if let Some(card) = neighbour.and_then(drawn).or_else(cell) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            card.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}
