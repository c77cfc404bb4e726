//! Cards that are drawn wherever the view is. A card that is held, one that was put down and one that is come back to want
//! that, at times one before the other has ended: the last wish counts, and an earlier one that ends takes nothing away.

use std::cell::Cell;

use domain::ids::Id;
use leptos::prelude::*;

use super::board::Deck;

thread_local! {
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// A wish among others, of which the last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn(u32);

impl Turn {
    fn next() -> Self {
        LAST.set(LAST.get().wrapping_add(1));
        Self(LAST.get())
    }

    fn is_last(self) -> bool {
        LAST.get() == self.0
    }
}

/// A wish to have some cards drawn.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    cards: RwSignal<Vec<Id>>,
    turn: Turn,
}

/// Has these drawn from now on, in place of those that were wished for before.
pub fn need(deck: Deck, cards: Vec<Id>) -> Need {
    let need = Need { cards: deck.needed, turn: Turn::next() };
    // The board may have gone.
    need.cards.try_set(cards);
    need
}

impl Need {
    /// Whether nothing else was wished for since.
    pub fn is_last(self) -> bool {
        self.turn.is_last()
    }

    pub fn end(self) {
        if self.is_last() {
            self.cards.try_set(Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_wish_that_ends_leaves_the_later_one() {
        let _owner = Owner::new();
        let cards = RwSignal::new(Vec::new());
        let wish = |number: u64| {
            let need = Need { cards, turn: Turn::next() };
            cards.set(vec![Id::v7(number, &[0; 10])]);
            need
        };
        let (first, second) = (wish(1), wish(2));
        first.end();
        assert_eq!(cards.get_untracked(), [Id::v7(2, &[0; 10])]);
        assert!(second.is_last() && !first.is_last());
        second.end();
        assert!(cards.get_untracked().is_empty());
    }
}
