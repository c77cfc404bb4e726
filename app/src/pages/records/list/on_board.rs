//! The list's filters above a board: quick ones, the builder and saved views, in the address like those of a list; and
//! the forecast of what they let through.

use leptos::prelude::*;

use super::build::FilterSheet;
use super::card_face::{FaceButton, FaceSheet, face, is_wide, lanes};
use super::forecast::ForecastStrip;
use super::quick::QuickFilters;
use super::sentence::FilterChips;
use super::views::ViewsSheet;
use super::work::Work;
use super::{FilterButton, ViewButton};
use crate::pages::home::BoardFilter;
use crate::pages::records::definition;
use crate::pages::records::signals::card_signals;

#[component]
pub fn BoardFilters() -> impl IntoView {
    let board = use_context::<BoardFilter>()?;
    let definition = definition(&board.entity.get_value())?;
    let work = Work::of_board(&definition);
    board.bring_signals(card_signals);
    let (filtering, choosing_view) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        // The same condition again is no reason to ask again.
        if let Some(request) = work.request.get()
            && board.read.with_untracked(|read| *read != Some(request.filter.clone()))
        {
            board.read.set(Some(request.filter));
        }
    });
    let (wide, facing) = (is_wide(), RwSignal::new(false));
    Effect::new(move |_| board.face.set(Some(face(work))));
    Effect::new(move |_| {
        // Where it is not known yet which view there is, its lanes are not known either.
        if work.request.with(Option::is_some) {
            let now = lanes(work, wide);
            if board.lanes.with_untracked(|before| *before != now) {
                board.lanes.set(now);
            }
        }
    });
    Some(view! {
        <div class="board-filter-bar">
            <div class="chips chips-scroll">
                <ViewButton work open=choosing_view />
                <QuickFilters work />
            </div>
            <FaceButton open=facing />
            <FilterButton work filtering />
        </div>
        <FilterChips work on_edit=move |()| filtering.set(true) />
        <ForecastStrip work pipeline=board.pipeline.get_value() ready=board.ready />
        <FilterSheet work open=filtering />
        <ViewsSheet work open=choosing_view />
        <FaceSheet work wide open=facing />
    })
}
