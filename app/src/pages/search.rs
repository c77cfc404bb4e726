use std::time::Duration;

use domain::api::record::{Hit, SearchRequest};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast;

use crate::components::{Avatar, AvatarShape, EmptyState, Icon, SearchBox, SkeletonRows, icon, icons};
use crate::i18n::{format, label, t, tr};
use crate::pages::Page;
use crate::routes;
use crate::state::loader::load;
use crate::state::session::schema;
use crate::state::store;

/// A pause in typing after which it is asked.
const PAUSE: Duration = Duration::from_millis(180);
/// Under which the device remembers what was opened from here.
const RECENT: &str = "search/recent";
const RECENT_KEPT: usize = 8;

/// Everything by name, phone or e-mail. The words stand in the address, so that coming back finds them again.
#[component]
pub fn Search() -> impl IntoView {
    let params = use_query_map();
    let query = RwSignal::new(params.with_untracked(|params| params.get("q").unwrap_or_default()));
    let asked = RwSignal::new(query.get_untracked().trim().to_owned());
    let recent = RwSignal::new(Vec::<Hit>::new());
    spawn_local(async move {
        let text = match store::current() {
            Some(store) => store.seen(RECENT).await,
            None => None,
        };
        if let Some(hits) = text.and_then(|text| serde_json::from_str(&text).ok()) {
            recent.try_set(hits);
        }
    });
    let navigate = StoredValue::new_local(use_navigate());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<String>| {
        let text = query.get().trim().to_owned();
        if before.is_some_and(|before| before != text) {
            let now = turn.get_value() + 1;
            turn.set_value(now);
            let text = text.clone();
            set_timeout(
                move || {
                    // Only the last of several quick letters asks.
                    if turn.try_get_value() != Some(now) {
                        return;
                    }
                    let options =
                        leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() };
                    navigate.with_value(|navigate| navigate(&routes::search(&text), options));
                    asked.set(text);
                },
                PAUSE,
            );
        }
        text
    });
    let found = load::<domain::api::Search>(move || {
        let q = asked.get();
        (!q.is_empty()).then(|| (Vec::new(), SearchRequest { q, entity: None }))
    });
    let remember = Callback::new(move |hit: Hit| {
        recent.update(|hits| {
            hits.retain(|known| known.id != hit.id);
            hits.insert(0, hit);
            hits.truncate(RECENT_KEPT);
        });
        let text = serde_json::to_string(&recent.get_untracked()).unwrap_or_default();
        spawn_local(async move {
            if let Some(store) = store::current() {
                store.remember(RECENT, &text).await;
            }
        });
    });
    // Who comes to search types; who comes back to results reads.
    Effect::new(move |first: Option<()>| {
        if first.is_none() && query.with_untracked(String::is_empty) {
            set_timeout(|| focus("input[type=search]"), Duration::ZERO);
        }
    });
    let results = NodeRef::<html::Div>::new();
    // Arrow keys walk from the input through the results, Enter opens: they are links.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let by: i32 = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        if walk(results, by) {
            event.prevent_default();
        }
    };
    let content = move || {
        let asked = asked.get();
        if asked.is_empty() {
            return if recent.with(Vec::is_empty) {
                view! { <EmptyState drawing=icons::SEARCH title=t("search.hint.title") body=t("search.hint.body") /> }.into_any()
            } else {
                view! { <Hits title=t("search.recent") hits=recent.get() remember /> }.into_any()
            };
        }
        match (found.value.get(), found.error.get()) {
            (Some(reply), _) if !reply.hits.is_empty() => view! { <Grouped hits=reply.hits.clone() remember /> }.into_any(),
            (Some(_), None) => {
                let title = move || tr("search.none.title", &[("query", &asked)]);
                view! { <EmptyState drawing=icons::SEARCH title body=t("search.none.body") /> }.into_any()
            }
            (_, Some(error)) => view! { <EmptyState drawing=icons::OFFLINE title=t("error.panel") body=t(error.message_key()) /> }.into_any(),
            (None, None) => view! { <SkeletonRows count=4 /> }.into_any(),
        }
    };
    view! {
        <Page title=t("search.title")>
            <div class="stack" on:keydown=on_key>
                <SearchBox value=query label=t("search.placeholder") clear=t("action.clear") />
                <div class="stack" node_ref=results>
                    {content}
                </div>
            </div>
        </Page>
    }
}

fn focus(selector: &str) {
    let found = document()
        .query_selector(selector)
        .ok()
        .flatten()
        .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = found {
        let _ = element.focus();
    }
}

/// Moves the focus among the links below; up from the first one goes back into the input. Whether it moved.
fn walk(results: NodeRef<html::Div>, by: i32) -> bool {
    let Some(results) = results.get_untracked() else { return false };
    let Ok(links) = results.query_selector_all("a") else { return false };
    let focused = document().active_element();
    let at = (0..links.length()).find(|at| {
        links.item(*at).zip(focused.as_ref()).is_some_and(|(link, focused)| focused.is_same_node(Some(&link)))
    });
    let next = match at {
        None if by > 0 => Some(0),
        None => return false,
        Some(at) => at.checked_add_signed(by),
    };
    let target = match next {
        Some(next) => links.item(next),
        None => document().query_selector("input[type=search]").ok().flatten().map(Into::into),
    };
    let Some(target) = target.and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    target.focus().is_ok()
}

/// Results by kind of record. The kinds stand in the order of their best result.
#[component]
fn Grouped(hits: Vec<Hit>, remember: Callback<Hit>) -> impl IntoView {
    let count = hits.len() as i64;
    let mut kinds: Vec<(String, Vec<Hit>)> = Vec::new();
    for hit in hits {
        match kinds.iter_mut().find(|(entity, _)| *entity == hit.entity) {
            Some((_, group)) => group.push(hit),
            None => kinds.push((hit.entity.clone(), vec![hit])),
        }
    }
    let group = |(entity, hits): (String, Vec<Hit>)| {
        let title =
            move || schema().entity(&entity).map_or_else(|| entity.clone(), |entity| label(&entity.plural));
        view! { <Hits title hits remember /> }
    };
    view! {
        <p class="visually-hidden" role="status">{move || tr("search.results", &[("count", &format::number(count))])}</p>
        {kinds.into_iter().map(group).collect_view()}
    }
}

#[component]
fn Hits(#[prop(into)] title: TextProp, hits: Vec<Hit>, remember: Callback<Hit>) -> impl IntoView {
    let row = move |hit: Hit| {
        let opened = hit.clone();
        let mark = match icon_of(&hit.entity) {
            Some(drawing) => view! { <span class="row-icon">{icon(drawing)}</span> }.into_any(),
            None => {
                let shape = if hit.entity == "account" { AvatarShape::Square } else { AvatarShape::Round };
                view! { <Avatar name=hit.title.clone() shape /> }.into_any()
            }
        };
        view! {
            <li>
                <A href=routes::record(&hit.entity, &hit.id.to_string()) attr:class="row" on:click=move |_| remember.run(opened.clone())>
                    {mark}
                    <span class="row-text">
                        <span class="row-title">{hit.title}</span>
                        <span class="row-sub">{hit.detail}</span>
                    </span>
                </A>
            </li>
        }
    };
    view! {
        <section>
            <h2 class="group-title">{move || title.get()}</h2>
            <ul class="group">{hits.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

/// Things have a drawing; people and companies the first letter of their name.
fn icon_of(entity: &str) -> Option<Icon> {
    match entity {
        "account" | "contact" | "lead" | "user" => None,
        "deal" => Some(icons::DEAL),
        "product" => Some(icons::PRODUCT),
        "task" => Some(icons::TASK),
        "team" => Some(icons::TEAM),
        _ => Some(icons::FIELDS),
    }
}
