//! A card that was let go becomes a move: one place, whatever let it go.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::command::Wire;
use domain::ids::Id;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::board::{Deck, text};
use super::drag::{Drop, Place};
use crate::components::{Toast, icons};
use crate::i18n::say;
use crate::state::{Moving, app};

/// The field by which a card changes hands.
pub const OWNER: &str = "owner";

/// The lane of a card, empty for those without a value; nothing where there are no lanes.
pub fn lane_of(deck: Deck, body: &RecordBody) -> Option<String> {
    deck.lanes.with_untracked(|field| field.as_ref().map(|field| text(body, field).to_owned()))
}

/// The cards of a stage, of one lane where there are some.
pub fn cards_in(deck: Deck, stage: &str, lane: Option<&str>) -> Vec<Arc<RecordBody>> {
    let mut column = deck.cards.with_untracked(|cards| cards.get(stage).cloned().unwrap_or_default());
    column.retain(|body| lane.is_none() || lane_of(deck, body).as_deref() == lane);
    column
}

/// The same without the one that is on its way.
pub fn others(deck: Deck, stage: &str, lane: Option<&str>, card: Id) -> Vec<Arc<RecordBody>> {
    let mut column = cards_in(deck, stage, lane);
    column.retain(|other| other.id != card);
    column
}

/// Where a card stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    pub stage: String,
    pub lane: Option<String>,
    /// How many cards are above it, of its lane where there are some.
    pub at: usize,
}

pub fn stands(deck: Deck, card: Id) -> Option<Stand> {
    let (stage, body) = deck.cards.with_untracked(|cards| {
        cards.iter().find_map(|(stage, column)| {
            Some((stage.clone(), column.iter().find(|body| body.id == card)?.clone()))
        })
    })?;
    let lane = lane_of(deck, &body);
    let at = cards_in(deck, &stage, lane.as_deref()).iter().position(|body| body.id == card)?;
    Some(Stand { stage, lane, at })
}

/// Sends the move of a card; nothing when it was let go where it was.
pub fn send(deck: Deck, drop: &Drop) {
    let body = deck.cards.with_untracked(|cards| {
        cards.values().flatten().find(|body| body.id == drop.card).filter(|body| body.may.update).cloned()
    });
    let Some(body) = body else { return };
    let field =
        deck.lanes.get_untracked().filter(|_| drop.lane.is_some() && drop.lane != lane_of(deck, &body));
    let also = match (field.as_deref(), &drop.lane) {
        (Some(OWNER), Some(owner)) => {
            let owner = if owner.is_empty() { Json::Null } else { Json::from(owner.clone()) };
            Wire::from([(OWNER.to_owned(), owner)])
        }
        // A deal goes from hand to hand, and not from customer to customer.
        (Some(_), _) => {
            return app().toasts.show(Toast::new(say("lane.account.stays", &[])).with_icon(icons::ALERT));
        }
        _ => Wire::new(),
    };
    let column = others(deck, &drop.stage, drop.lane.as_deref(), body.id);
    let find = |id: &Id| column.iter().position(|other| other.id == *id);
    let at = match &drop.place {
        Place::Anywhere => return ask(&body, &drop.stage, None, also),
        Place::Before(id) => find(id),
        Place::After(id) => find(id).map(|at| at + 1),
        Place::Alone => None,
    };
    let at = at.unwrap_or(column.len());
    let now = Stand { stage: drop.stage.clone(), lane: drop.lane.clone(), at };
    if stands(deck, body.id) == Some(now) {
        return;
    }
    let rank = |body: &Arc<RecordBody>| Some(text(body, "rank").to_owned()).filter(|rank| !rank.is_empty());
    let before = at.checked_sub(1).and_then(|at| column.get(at)).and_then(rank);
    // Two who order a column at once may choose one rank: between such there is no room, and behind them there is.
    let after = column.iter().skip(at).filter_map(rank).find(|after| before.as_ref() < Some(after));
    ask(&body, &drop.stage, domain::rank::between(before.as_deref(), after.as_deref()), also);
}

/// What the process still asks for is asked by a sheet of the shell, which then sends the move.
fn ask(body: &RecordBody, to: &str, rank: Option<String>, also: Wire) {
    app().moving.set(Some(Moving::To { body: Box::new(body.clone()), to: to.to_owned(), rank, also }));
}
