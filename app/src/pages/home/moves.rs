//! A card that was let go becomes a move: one place, whatever let it go.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::ids::Id;
use leptos::prelude::*;

use super::board::{Deck, text};
use super::drag::{Drop, Place};
use crate::state::{Moving, app};

/// The cards of a stage without the one that is on its way.
pub fn others(deck: Deck, stage: &str, card: Id) -> Vec<Arc<RecordBody>> {
    let column = deck.cards.with_untracked(|cards| cards.get(stage).cloned().unwrap_or_default());
    column.into_iter().filter(|other| other.id != card).collect()
}

/// Where a card stands: the stage's id and how many cards are above it.
pub fn stands(deck: Deck, card: Id) -> Option<(String, usize)> {
    deck.cards.with_untracked(|cards| {
        cards.iter().find_map(|(stage, column)| {
            let at = column.iter().position(|body| body.id == card)?;
            Some((stage.clone(), at))
        })
    })
}

/// Sends the move of a card; nothing when it was let go where it was.
pub fn send(deck: Deck, drop: &Drop) {
    let body = deck.cards.with_untracked(|cards| {
        cards.values().flatten().find(|body| body.id == drop.card).filter(|body| body.may.update).cloned()
    });
    let Some(body) = body else { return };
    let column = others(deck, &drop.stage, body.id);
    let find = |id: &Id| column.iter().position(|other| other.id == *id);
    let at = match &drop.place {
        Place::Anywhere => return ask(&body, &drop.stage, None),
        Place::Before(id) => find(id),
        Place::After(id) => find(id).map(|at| at + 1),
        Place::Alone => None,
    };
    let at = at.unwrap_or(column.len());
    if stands(deck, body.id).is_some_and(|(stage, own)| stage == drop.stage && own == at) {
        return;
    }
    let rank = |body: &Arc<RecordBody>| Some(text(body, "rank").to_owned()).filter(|rank| !rank.is_empty());
    let before = at.checked_sub(1).and_then(|at| column.get(at)).and_then(rank);
    // Two who order a column at once may choose one rank: between such there is no room, and behind them there is.
    let after = column.iter().skip(at).filter_map(rank).find(|after| before.as_ref() < Some(after));
    ask(&body, &drop.stage, domain::rank::between(before.as_deref(), after.as_deref()));
}

/// What the process still asks for is asked by a sheet of the shell, which then sends the move.
fn ask(body: &RecordBody, to: &str, rank: Option<String>) {
    app().moving.set(Some(Moving::To { body: Box::new(body.clone()), to: to.to_owned(), rank }));
}
