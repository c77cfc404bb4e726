//! Moving a card by keyboard: Space takes it up, arrows carry it, Space puts it down, Escape puts it back. Beyond the first
//! and the last card of a lane it goes to the lane beside it, as a pointer takes it there. A live region says each step.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::board::{Deck, scroll_to};
use super::drag::{Drop, Place};
use super::hands::{show, unmark};
use super::moves::{self, OWNER, Stand, others, stands};
use super::need::need;
use crate::components::show_nearest;
use crate::i18n::{label, say};
use crate::state::sleep;

/// So often, and so long after one another, it is looked whether a lane has come.
const TRIES: u32 = 100;
const PAUSE_MS: i32 = 50;

/// A card on its way by keyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    card: Id,
    name: String,
    /// The lane it would go into, where there are some.
    lane: Option<String>,
    /// The place of its stage, and how many other cards there would be above it: at most, since some may still come.
    stage: usize,
    at: usize,
    /// The lane is not there with its cards yet.
    is_coming: bool,
}

/// A key while a card is carried, or the one that takes up `card`.
pub fn key(deck: Deck, key: &str, card: Option<(Id, String)>) {
    let Some(mut carried) = deck.carried.get_untracked() else {
        return card.into_iter().for_each(|card| take_up(deck, card));
    };
    let stages = deck.pipeline.with_value(|pipeline| pipeline.stages.len());
    let room = |carried: &Carried| beside(deck, carried).len();
    let before = carried.lane.clone();
    carried.at = carried.at.min(room(&carried));
    match key {
        "Escape" => return put_back(deck, &carried),
        " " | "Enter" => return put_down(deck, &carried),
        "ArrowUp" if carried.at > 0 => carried.at -= 1,
        "ArrowDown" if carried.at < room(&carried) => carried.at += 1,
        "ArrowUp" | "ArrowDown" => {
            let goes_down = key == "ArrowDown";
            if let Some(next) = next_lane(&lanes(deck), carried.lane.as_deref(), goes_down) {
                if deck.lanes.with_untracked(|field| field.as_deref() != Some(OWNER)) {
                    // As a pointer is told that lets it go there.
                    return deck.says.set(say("lane.account.stays", &[]));
                }
                // To the end that is next to where it comes from.
                (carried.lane, carried.at) = (Some(next), if goes_down { 0 } else { usize::MAX });
                carried.is_coming = !is_drawn(deck, &carried);
            }
        }
        "ArrowLeft" | "ArrowRight" => {
            let to = if key == "ArrowLeft" { carried.stage.checked_sub(1) } else { Some(carried.stage + 1) };
            let Some(to) = to.filter(|to| *to < stages) else { return };
            carried.stage = to;
            carried.at = carried.at.min(room(&carried));
        }
        _ => return,
    }
    deck.carried.set(Some(carried.clone()));
    if !carried.is_coming {
        tell(deck, if carried.lane == before { "board.carry.over" } else { "lane.carry.over" }, &carried);
    }
    go(deck, carried);
}

fn take_up(deck: Deck, (card, name): (Id, String)) {
    let Some(Stand { stage, lane, at }) = stands(deck, card) else { return };
    let stage = deck
        .pipeline
        .with_value(|pipeline| pipeline.stages.iter().position(|known| known.id == stage))
        .unwrap_or_default();
    let carried = Carried { card, name, lane, stage, at, is_coming: false };
    tell(deck, "board.carry.taken", &carried);
    need(deck, vec![card]);
    show(deck, card, Some(&drop_of(deck, &carried)));
    deck.carried.set(Some(carried));
}

fn put_back(deck: Deck, carried: &Carried) {
    deck.carried.set(None);
    unmark();
    deck.says.set(say("board.carry.back", &[("name", &carried.name)]));
    need(deck, Vec::new());
    if let Some(card) = drawn(carried.card) {
        card.scroll_into_view_with_bool(false);
    }
}

fn put_down(deck: Deck, carried: &Carried) {
    deck.carried.set(None);
    unmark();
    let crosses = stands(deck, carried.card).is_some_and(|stand| stand.lane != carried.lane);
    tell(deck, if crosses { "lane.carry.dropped" } else { "board.carry.dropped" }, carried);
    moves::send(deck, &drop_of(deck, carried));
    let (card, there) = (carried.card, cell_of(deck, carried));
    let need = need(deck, vec![card]);
    spawn_local(async move {
        // In another column it is another element, once the command is written down: the focus follows it there, unless
        // somebody has gone elsewhere or taken up another card meanwhile.
        for _ in 0..40 {
            if !need.is_last() || is_elsewhere(card) {
                break;
            }
            let found = document()
                .query_selector(&format!("{there} [data-card='{card}'] .deal-card-link"))
                .ok()
                .flatten()
                .and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(link) = found {
                let _ = link.focus();
                break;
            }
            sleep(PAUSE_MS).await;
        }
        // The focus keeps it from here on.
        need.end();
    });
}

/// Whether something else than this card has the focus. A card whose element was taken away leaves it to the page.
fn is_elsewhere(card: Id) -> bool {
    document().active_element().is_some_and(|focused| {
        let own = focused.closest(&format!("[data-card='{card}']")).ok().flatten();
        own.is_none() && focused.tag_name() != "BODY"
    })
}

/// The other cards of where it would go.
fn beside(deck: Deck, carried: &Carried) -> Vec<Arc<RecordBody>> {
    others(deck, &stage_id(deck, carried.stage), carried.lane.as_deref(), carried.card)
}

/// The lanes that cards go into, from top to bottom: those that are not folded up.
fn lanes(deck: Deck) -> Vec<String> {
    let Some(board) = deck.board.get_untracked() else { return Vec::new() };
    let Ok(rows) = board.query_selector_all(".lane:not([data-folded])") else { return Vec::new() };
    let lane = |at: u32| rows.item(at)?.dyn_into::<Element>().ok()?.get_attribute("data-lane");
    (0..rows.length()).filter_map(lane).collect()
}

/// The lane below or above the one a card is in; nothing beyond the last one, and where there are no lanes.
fn next_lane(lanes: &[String], from: Option<&str>, goes_down: bool) -> Option<String> {
    let from = from?;
    let at = lanes.iter().position(|lane| lane == from)?;
    let next = if goes_down { at.checked_add(1) } else { at.checked_sub(1) };
    lanes.get(next?).cloned()
}

/// Where it would go, as a selector: a column, or a cell of a lane.
fn cell_of(deck: Deck, carried: &Carried) -> String {
    let stage = stage_id(deck, carried.stage);
    match &carried.lane {
        Some(lane) => format!(".lane-cell[data-stage='{stage}'][data-lane='{lane}']"),
        None => format!(".column[data-stage='{stage}']"),
    }
}

/// Whether the place is there, with its cards. A lane out of sight is drawn, and asks for them, once it comes near.
fn is_drawn(deck: Deck, carried: &Carried) -> bool {
    let Some(lane) = &carried.lane else { return true };
    let is_laid = deck.laid.try_with_untracked(|laid| laid.contains_key(lane)).unwrap_or_default();
    is_laid && element(&cell_of(deck, carried)).is_some()
}

fn stage_id(deck: Deck, at: usize) -> String {
    deck.pipeline
        .with_value(|pipeline| pipeline.stages.get(at).map(|stage| stage.id.clone()))
        .unwrap_or_default()
}

fn drop_of(deck: Deck, carried: &Carried) -> Drop {
    let column = beside(deck, carried);
    let place = match (column.get(carried.at), column.last()) {
        (Some(before), _) => Place::Before(before.id),
        (None, Some(last)) => Place::After(last.id),
        (None, None) => Place::Alone,
    };
    let stage = stage_id(deck, carried.stage);
    Drop { card: carried.card, stage, lane: carried.lane.clone(), place }
}

fn tell(deck: Deck, key: &str, carried: &Carried) {
    let stage = deck
        .pipeline
        .with_value(|pipeline| pipeline.stages.get(carried.stage).map(|stage| label(&stage.label)))
        .unwrap_or_default();
    let others = beside(deck, carried).len();
    let (at, count) = ((carried.at.min(others) + 1).to_string(), (others + 1).to_string());
    // As it is called on the board.
    let lane = lane_element(carried).and_then(|lane| lane.get_attribute("aria-label")).unwrap_or_default();
    deck.says.set(say(
        key,
        &[
            ("name", carried.name.as_str()),
            ("lane", lane.as_str()),
            ("stage", stage.as_str()),
            ("at", at.as_str()),
            ("of", count.as_str()),
        ],
    ));
}

fn element(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn drawn(card: Id) -> Option<Element> {
    element(&format!("[data-card='{card}']"))
}

fn lane_element(carried: &Carried) -> Option<Element> {
    element(&format!(".lane[data-lane='{}']", carried.lane.as_ref()?))
}

/// Whether no other key has gone on since, and the board is still there.
fn goes_on(deck: Deck, carried: &Carried) -> bool {
    deck.carried.try_get_untracked().flatten().as_ref() == Some(carried)
}

/// Shows the place that was reached, once what stands there is drawn.
fn go(deck: Deck, mut carried: Carried) {
    if carried.lane.is_none() {
        scroll_to(deck.board, carried.stage);
    }
    spawn_local(async move {
        if carried.is_coming {
            tell(deck, "lane.carry.coming", &carried);
            if let Some(lane) = lane_element(&carried) {
                show_nearest(&lane);
            }
            for _ in 0..TRIES {
                sleep(PAUSE_MS).await;
                if !goes_on(deck, &carried) {
                    return;
                }
                if is_drawn(deck, &carried) {
                    break;
                }
            }
            carried.is_coming = false;
            deck.carried.set(Some(carried.clone()));
            tell(deck, "lane.carry.over", &carried);
        }
        let drop = drop_of(deck, &carried);
        let neighbour = match drop.place {
            Place::Before(id) | Place::After(id) => Some(id),
            Place::Anywhere | Place::Alone => None,
        };
        need(deck, neighbour.into_iter().chain([carried.card]).collect());
        tick().await;
        if !goes_on(deck, &carried) {
            return;
        }
        show(deck, drop.card, Some(&drop));
        // A cell of a lane may be empty, and out of sight all the same.
        let cell = || element(&cell_of(deck, &carried)).filter(|_| carried.lane.is_some());
        if let Some(place) = neighbour.and_then(drawn).or_else(cell) {
            show_nearest(&place);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_its_last_lane_a_card_goes_nowhere() {
        let lanes: Vec<String> = ["a", "b", ""].map(str::to_owned).into();
        for (from, goes_down, next) in [
            (Some("a"), true, Some("b")),
            (Some("b"), true, Some("")),
            (Some(""), true, None),
            (Some(""), false, Some("b")),
            (Some("a"), false, None),
            // Folded up meanwhile.
            (Some("c"), true, None),
            (None, true, None),
        ] {
            assert_eq!(next_lane(&lanes, from, goes_down).as_deref(), next, "{from:?} {goes_down}");
        }
    }
}
