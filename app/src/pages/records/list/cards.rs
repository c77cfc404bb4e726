//! The list on a phone and a tablet: one record, one row.

use domain::api::record::RecordBody;
use domain::ids::Id;
use domain::schema::Entity;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use super::rows::{Body, Rows};
use super::work::Work;
use crate::components::{Avatar, AvatarShape, Badge, Tone, icon};
use crate::fields::{self, schedule};
use crate::i18n::t;
use crate::pages::records::drawing;
use crate::pages::records::signals::card_signals;
use crate::routes;
use crate::state::app;
use crate::state::session::schema;

#[component]
pub fn Cards(work: Work, rows: Memo<Vec<RecordBody>>) -> impl IntoView {
    let rows = Rows::new(rows);
    view! {
        <div class="group">
            <For
                each=move || rows.ids()
                key=|id| *id
                children=move |id| {
                    rows.body(id).map(|body| work.with(|definition| row(work, definition, id, body, rows)))
                }
            />
        </div>
    }
}

fn row(work: Work, definition: &Entity, id: Id, body: Body, rows: Rows) -> AnyView {
    let to = routes::record(&definition.id, &id.to_string());
    let inside = face(definition, body);
    // Ticking is a mode: a row that leads somewhere should not be ticked by a thumb on its way.
    let picked = work.picked;
    let draw = move || {
        if picked.on.get() {
            view! {
                <label class="row row-pick">
                    <input type="checkbox" prop:checked=move || picked.has(id) on:change=move |_| picked.toggle(id, &rows.loaded()) />
                    {inside()}
                </label>
            }
            .into_any()
        } else {
            let inside = inside();
            view! { <A href=to.clone() attr:class="row">{inside}</A> }.into_any()
        }
    };
    draw.into_any()
}

/// What a row shows of its record.
pub fn face(definition: &Entity, body: Body) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let shape = if definition.id == "account" { AvatarShape::Square } else { AvatarShape::Round };
    let name = Memo::new(move |_| body.with(|body| fields::title(&schema(), body)));
    let sub = {
        let ids: Vec<&str> = match definition.id.as_str() {
            "deal" => vec!["account", "stage"],
            "contact" => vec!["account", "position"],
            "lead" => vec!["company", "status"],
            "account" => vec!["industry", "status"],
            "task" => vec!["account", "deal", "contact", "lead"],
            _ => vec!["code", "series"],
        };
        move || {
            let (schema, body) = (schema(), body.get());
            let texts = ids
                .iter()
                .map(|id| fields::text_of(&schema, &body, id))
                .filter(|text| !text.is_empty())
                .take(2);
            texts.collect::<Vec<_>>().join(" · ")
        }
    };
    let end = move || {
        let (schema, body) = (schema(), body.get());
        ["amount", "price", "due", "next_touch"]
            .iter()
            .map(|id| fields::text_of(&schema, &body, id))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    };
    let late = move || body.with(|body| is_late(body));
    let id = body.with_untracked(|body| body.id);
    let waiting = move || {
        app()
            .overlay
            .with(|overlay| overlay.is_waiting(id))
            .then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })
    };
    let kind = definition.id.clone();
    move || {
        let mark = match kind.as_str() {
            "deal" | "task" | "product" => {
                view! { <span class="row-icon">{icon(drawing(&kind))}</span> }.into_any()
            }
            _ => (move || view! { <Avatar name=name.get() shape /> }).into_any(),
        };
        view! {
            {mark}
            <span class="row-text">
                <span class="row-title">{move || name.get()}</span>
                <span class="row-sub">{sub.clone()}</span>
                {move || body.with(|body| card_signals(body))}
                {move || body.with(|body| urgent(body))}
            </span>
            {waiting}
            <span class="row-end numeric" class:due-late=late>{end}</span>
        }
        .into_any()
    }
}

/// What matters most says so, as it is called and coloured here; that the rest matters less needs no word.
fn urgent(body: &RecordBody) -> Option<AnyView> {
    let is_high = body.entity == "task" && body.values.get("priority").and_then(Json::as_str) == Some("high");
    is_high.then(|| {
        view! { <span class="badges">{fields::cell_of(&schema(), body, "priority")}</span> }.into_any()
    })
}

/// An amount in red would read as a debt: only a date that is shown is late.
fn is_late(body: &RecordBody) -> bool {
    let shows_amount = ["amount", "price"].iter().any(|id| body.values.contains_key(*id));
    !shows_amount
        && ["due", "next_touch"].iter().any(|id| body.values.get(*id).is_some_and(schedule::is_late))
        && body.values.get("status").and_then(Json::as_str) != Some("done")
}
