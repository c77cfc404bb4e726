//! One box over everything: a page of its own, and on a desk the palette over any page.

mod asking;
mod palette;

use std::time::Duration;

use domain::api::record::Hit;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast;

pub use palette::Palette;

use crate::components::{EmptyState, SearchBox, SkeletonRows, icons};
use crate::i18n::{format, label, t, tr};
use crate::pages::{Page, Unread};
use crate::routes;
use crate::state::recent;
use crate::state::session::schema;
use asking::{Asking, mark_of, remark, second_line};

/// Everything by name, sound, phone or e-mail. The words stand in the address, so that coming back finds them again.
#[component]
pub fn Search() -> impl IntoView {
    let params = use_query_map();
    let navigate = use_navigate();
    let beginning = params.with_untracked(|params| params.get("q").unwrap_or_default());
    let asking = Asking::new(beginning, move |words| {
        let options = leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&routes::search(words), options);
    });
    let Asking { query, asked, found, changed, looked_at } = asking;
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
    let unasked = move || {
        let lately = asking.changed_lately();
        let known = looked_at.get();
        let asked_already = changed.value.with(Option::is_some) || changed.error.with(Option::is_some);
        match (known.is_empty(), lately.is_empty()) {
            (true, true) if !asked_already => view! { <SkeletonRows count=4 /> }.into_any(),
            (true, true) => view! { <EmptyState drawing=icons::SEARCH title=t("search.hint.title") body=t("search.hint.body") /> }.into_any(),
            (no_known, nothing_lately) => view! {
                {(!no_known).then(|| view! { <Hits title=t("search.recent") hits=known /> })}
                {(!nothing_lately).then(|| view! { <Hits title=t("search.changed") hits=lately /> })}
                <p class="list-note palette-tip">{move || tr("search.shortcut", &[("keys", palette::shortcut())])}</p>
            }
            .into_any(),
        }
    };
    let content = move || {
        let asked = asked.get();
        if asked.is_empty() {
            return unasked();
        }
        match (found.value.get(), found.error.get()) {
            (Some(reply), _) if !reply.hits.is_empty() => {
                let remark = remark(&reply).map(|key| view! { <p class="list-note">{t(key)}</p> });
                view! { <Grouped hits=reply.hits.clone() /> {remark} }.into_any()
            }
            (Some(reply), None) => {
                let title = move || tr("search.none.title", &[("query", &asked)]);
                let body = t(remark(&reply).unwrap_or("search.none.body"));
                view! { <EmptyState drawing=icons::SEARCH title body /> }.into_any()
            }
            (_, Some(error)) => view! { <Unread error /> }.into_any(),
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
fn Grouped(hits: Vec<Hit>) -> impl IntoView {
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
        view! { <Hits title hits /> }
    };
    view! {
        <p class="visually-hidden" role="status">{move || tr("search.results", &[("count", &format::number(count))])}</p>
        {kinds.into_iter().map(group).collect_view()}
    }
}

#[component]
fn Hits(#[prop(into)] title: TextProp, hits: Vec<Hit>) -> impl IntoView {
    let row = move |hit: Hit| {
        let opened = hit.clone();
        view! {
            <li>
                <A href=routes::record(&hit.entity, &hit.id.to_string()) attr:class="row" on:click=move |_| recent::look_at(opened.clone())>
                    {mark_of(&hit)}
                    <span class="row-text">
                        <span class="row-title">{hit.title.clone()}</span>
                        <span class="row-sub">{move || second_line(&hit)}</span>
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
