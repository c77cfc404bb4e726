//! The page of an address. The router keeps the address, the links and the way back; which page that is, the table of
//! `routes` says. The router's own table has a type for every row and with it 50 KB of code.

use leptos::prelude::*;
use leptos::reactive::computed::ArcMemo;
use leptos_router::hooks::use_location;
use leptos_router::location::{BrowserUrl, LocationProvider as _};
use leptos_router::params::ParamsMap;

use crate::pages::{NotFound, Shell};
use crate::routes::{self, Around, Words};

/// Where one is: the route by its place in the table, and the words of its path.
type Place = Memo<Option<(usize, Words)>>;

/// What the address leads to, with what stands around it.
#[component]
pub fn Pages() -> impl IntoView {
    let path = use_location().pathname;
    let place: Place = Memo::new(move |_| path.with(|path| routes::find(path)));
    // Between two pages inside the shell the shell stays.
    let around = Memo::new(move |_| {
        place.with(|place| place.as_ref().and_then(|(at, _)| routes::route(*at)).map(|route| route.around))
    });
    // A link waits with the address until its page is drawn.
    let location = use_context::<BrowserUrl>();
    Effect::new(move |_| {
        path.track();
        if let Some(location) = &location {
            location.ready_to_complete();
        }
    });
    let at = Memo::new(move |_| place.with(|place| place.as_ref().map(|(at, _)| *at)));
    let page = move |around| move || page(at.get(), around, place);
    move || match around.get() {
        Some(around @ Around::Shell) => view! { <Shell page=page(around) /> }.into_any(),
        Some(around @ Around::Nothing) => page(around).into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

/// The page of a route, drawn anew when another route comes and not when only its words change.
/// Nothing for a route with other surroundings: those are about to be exchanged.
fn page(at: Option<usize>, around: Around, place: Place) -> AnyView {
    let route = at.and_then(|at| Some((at, routes::route(at)?)));
    let Some((at, route)) = route.filter(|(_, route)| route.around == around) else { return ().into_any() };
    // A page that is about to go keeps its words: those of the next page mean nothing to it.
    provide_context(ArcMemo::new(move |before: Option<&ParamsMap>| {
        place.with(|place| match place {
            Some((now, words)) if *now == at => words.iter().cloned().collect(),
            _ => before.cloned().unwrap_or_default(),
        })
    }));
    (route.view)()
}
