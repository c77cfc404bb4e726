//! The list beside one of its records, where the screen has room for both: the one that was looked through last, or
//! else all of that kind.

use domain::api::record::ListRequest;
use domain::schema::Entity;
use leptos::prelude::*;
use leptos_router::components::A;

use super::cards::face;
use super::pages::Pages;
use super::rows::Rows;
use crate::components::{Sentinel, SkeletonRows, icon, icons, mark_page, show_nearest};
use crate::i18n::label;
use crate::routes;
use crate::state::{Looked, app};

#[component]
pub fn Beside(definition: Entity) -> impl IntoView {
    mark_page("has-beside", || true);
    let entity = definition.id.clone();
    let looked = Memo::new(move |_| {
        let known = app().looked.with(|all| all.get(&entity).cloned());
        known.unwrap_or_else(|| Looked {
            query: String::new(),
            request: ListRequest { sort: Some("-updated_at".to_owned()), ..ListRequest::default() },
        })
    });
    let request = Memo::new(move |_| looked.with(|looked| Some(looked.request.clone())));
    let pages = Pages::load(definition.clone(), request);
    let rows = pages.rows();
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let rows = Rows::new(rows);
    // Where one is stands in sight, once there is a list to stand in.
    Effect::new(move |_| {
        if any.get() {
            request_animation_frame(show_where);
        }
    });
    let (plural, name) = (definition.plural.clone(), definition.plural.clone());
    let all = {
        let entity = definition.id.clone();
        move || format!("{}{}", routes::records(&entity), looked.with(|looked| looked.query.clone()))
    };
    let coming = move || {
        let waits = pages.first.value.with(Option::is_none) && pages.first.error.with(Option::is_none);
        (waits && !any.get()).then(|| view! { <SkeletonRows count=8 /> })
    };
    view! {
        <aside class="beside" aria-label=move || label(&name)>
            <A href=all exact=true attr:class="beside-head">
                <span class="truncate">{move || label(&plural)}</span>
                {icon(icons::CHEVRON)}
            </A>
            {coming}
            <div class="beside-rows">
                <For
                    each=move || rows.ids()
                    key=|id| *id
                    children=move |id| {
                        let to = routes::record(&definition.id, &id.to_string());
                        let inside = rows.body(id).map(|body| face(&definition, body));
                        view! { <A href=to attr:class="row">{inside.map(|inside| inside())}</A> }
                    }
                />
                <Show when=move || pages.next.with(Option::is_some)>
                    <Sentinel on_near=move |()| pages.more() />
                </Show>
            </div>
        </aside>
    }
}

fn show_where() {
    if let Some(row) = document().query_selector(".beside [aria-current]").ok().flatten() {
        show_nearest(&row);
    }
}
