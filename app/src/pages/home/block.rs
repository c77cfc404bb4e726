//! A few cards of a column that stand one after the other. They are drawn while they are near the view; otherwise a gap
//! stands in their place, as high as they were. However long a column is, only some blocks of it hold anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::api::record::RecordBody;
use domain::ids::Id;
use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::board::Deck;
use super::column::Card;
use super::drag::card_id;
use crate::components::{focus_in_place, is_focus_lost, watch_near};

/// Cards of a block: so many are drawn in one frame while a column is scrolled.
pub const BLOCK: usize = 4;
/// Blocks that are drawn before it is known what the view holds: what most screens show.
pub const FIRST: usize = 2;
/// So far beyond the column's edges blocks are drawn: what it shows at once, once more.
const MARGIN: &str = "100% 0px";
/// What a card takes with the gap below it, in pixels, as long as none was seen.
const CARD_HEIGHT: f64 = 122.0;

/// What the blocks of a column share.
#[derive(Clone, Copy)]
pub struct Shelf {
    pub ids: Memo<Vec<Id>>,
    /// The cards, and which place each has.
    pub known: Memo<BTreeMap<Id, (usize, Arc<RecordBody>)>>,
    /// How many cards the column has in all, for a screen reader; -1 while nobody knows.
    pub size: Memo<i64>,
    /// What a card takes on the average, as far as it was seen.
    card_height: StoredValue<f64>,
    /// Blocks that are drawn at once.
    first: usize,
}

impl Shelf {
    pub fn new(cards: Memo<Vec<Arc<RecordBody>>>, size: Memo<i64>, first: usize) -> Self {
        let ids = Memo::new(move |_| cards.with(|cards| cards.iter().map(|body| body.id).collect()));
        let known = Memo::new_with_compare(
            move |_| {
                let place = |(at, body): (usize, &Arc<RecordBody>)| (body.id, (at, body.clone()));
                cards.with(|cards| cards.iter().enumerate().map(place).collect())
            },
            // The cards say whether anything changed.
            |_, _| true,
        );
        Self { ids, known, size, card_height: StoredValue::new(CARD_HEIGHT), first }
    }

    pub fn blocks(self) -> usize {
        self.ids.with(Vec::len).div_ceil(BLOCK)
    }
}

#[component]
pub fn Block(at: usize, shelf: Shelf, deck: Deck) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let near = RwSignal::new(at < shelf.first);
    // Whether the view is near, whatever else keeps the block.
    let in_sight = StoredValue::new(at < shelf.first);
    let was = RwSignal::new(None::<(usize, f64)>);
    let ids = Memo::new(move |_| {
        shelf.ids.with(|ids| ids.iter().skip(at * BLOCK).take(BLOCK).copied().collect::<Vec<_>>())
    });
    let drawn = Memo::new(move |_| {
        near.get() || deck.needed.with(|needed| ids.with(|ids| needed.iter().any(|id| ids.contains(id))))
    });
    let has_focus = move || {
        let focused = document().active_element();
        place.get_untracked().is_some_and(|block| block.contains(focused.as_deref()))
    };
    Effect::new(move |_| {
        let Some(block) = place.get() else { return };
        let scroller = block.closest(".column-cards").ok().flatten();
        let (own, column): (Element, _) = (block.clone().into(), scroller.clone());
        let tell = move |sees: bool, height: f64| {
            if in_sight.try_set_value(sees).is_some() {
                return;
            }
            let is_drawn = drawn.try_get_untracked() == Some(true);
            let count = ids.try_with_untracked(Vec::len).unwrap_or_default();
            if is_drawn && count > 0 && height > 0.0 {
                was.set(Some((count, height)));
                shelf.card_height.try_set_value(height / many(count));
            }
            // Whoever is at one of its cards stays there.
            let keep = sees || has_focus();
            if near.try_get_untracked() == Some(keep) {
                return;
            }
            near.set(keep);
            if let Some(column) = column.as_ref().filter(|_| keep && !is_drawn && !anchors()) {
                stay(column.clone(), own.clone(), height);
            }
        };
        watch_near(&block, scroller.as_ref(), MARGIN, tell);
    });
    let left = move |_| {
        // Where the focus goes is known afterwards.
        set_timeout(
            move || {
                if in_sight.try_get_value() == Some(false) && !has_focus() {
                    near.try_set(false);
                }
            },
            Duration::ZERO,
        );
    };
    let height = move || {
        if drawn.get() {
            return "auto".to_owned();
        }
        let count = ids.with(Vec::len);
        let guess = || many(count) * shelf.card_height.get_value();
        let was = was.get().filter(|(then, _)| *then == count).map(|(_, height)| height);
        px(was.unwrap_or_else(guess))
    };
    let shown = move || if drawn.get() { ids.get() } else { Vec::new() };
    view! {
        <div class="card-block" node_ref=place data-block=at.to_string() style:height=height on:focusout=left>
            <For each=shown key=|id| *id let:id>
                {shelf.known.with_untracked(|known| known.get(&id).map(|(_, body)| body.clone())).map(|body| view! { <Card body shelf /> })}
            </For>
        </div>
    }
}

/// A length for a style. Whole pixels do for where cards stand, and printing other numbers would be code of its own.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
pub fn px(length: f64) -> String {
    format!("{}px", length.round() as i32)
}

fn many(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether the browser itself keeps in place what is seen while something above it changes its height.
fn anchors() -> bool {
    let style = document().document_element().and_then(|page| page.dyn_into::<HtmlElement>().ok());
    style.is_some_and(|page| {
        js_sys::Reflect::has(&page.style(), &JsValue::from_str("overflowAnchor")).unwrap_or_default()
    })
}

/// Keeps in place what a column shows, when a block above it turns out higher or lower than its gap was.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
fn stay(column: Element, block: Element, before: f64) {
    spawn_local(async move {
        // Drawn, and not yet shown.
        tick().await;
        let (edge, rect) = (column.get_bounding_client_rect().top(), block.get_bounding_client_rect());
        if rect.top() < edge {
            column.set_scroll_top(column.scroll_top() + (rect.height() - before).round() as i32);
        }
    });
}

/// The focus stays at its card when the card's element is made anew, because others moved what stands above it.
pub fn keep_focus(deck: Deck) {
    let focused = StoredValue::new(None::<Id>);
    let of = |target: Option<web_sys::EventTarget>| {
        let card = target?.dyn_into::<Element>().ok()?.closest("[data-card]").ok()??;
        card_id(&card)
    };
    let came = window_event_listener(leptos::ev::focusin, move |event| {
        focused.try_set_value(of(event.target()));
    });
    let pressed = window_event_listener(leptos::ev::pointerdown, move |_| {
        focused.try_set_value(None);
    });
    on_cleanup(move || {
        came.remove();
        pressed.remove();
    });
    Effect::new(move |before: Option<()>| {
        deck.cards.track();
        if before.is_none() || focused.with_value(Option::is_none) {
            return;
        }
        spawn_local(async move {
            tick().await;
            if let Some(Some(card)) = focused.try_get_value().filter(|_| is_focus_lost()) {
                focus_card(card);
            }
        });
    });
}

/// Gives the focus to a card that is drawn, without scrolling; whether it is.
pub fn focus_card(card: Id) -> bool {
    let link = document().query_selector(&format!("[data-card='{card}'] .deal-card-link")).ok().flatten();
    let link = link.and_then(|link| link.dyn_into::<HtmlElement>().ok());
    link.is_some_and(|link| focus_in_place(&link))
}

/// Some of the board's cards, which are others only when a card is.
pub fn some_cards(
    cards: impl Fn() -> Vec<Arc<RecordBody>> + Send + Sync + 'static,
) -> Memo<Vec<Arc<RecordBody>>> {
    Memo::new_with_compare(
        move |_| cards(),
        |before, now| !before.zip(now).is_some_and(|(before, now)| same(before, now)),
    )
}

/// Whether two answers have the same cards. Those that are shared are not compared field by field.
pub fn same(a: &[Arc<RecordBody>], b: &[Arc<RecordBody>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
}
