//! What points at a record: the contacts and deals of a customer, the tasks of a deal. Found in the definitions.

use domain::access::{Act, Level};
use domain::api::ListRecords;
use domain::api::record::ListRequest;
use domain::ids::Id;
use domain::schema::Entity;
use leptos::prelude::*;
use serde_json::json;

use super::drawing;
use crate::components::{LinkRow, icon};
use crate::fields;
use crate::i18n::label;
use crate::routes;
use crate::state::app;
use crate::state::loader::load;
use crate::state::session::{role, schema, schema_now};

const SHOWN: u32 = 5;

#[component]
pub fn Related(entity: String, id: Id) -> impl IntoView {
    let panels = schema_now();
    let pointing =
        panels.entities.iter().filter(|other| other.listed && other.id != entity).filter_map(|other| {
            let field = other
                .fields
                .iter()
                .find(|field| !field.retired && field.kind.relation_target() == Some(entity.as_str()))?;
            Some((other.clone(), field.id.clone()))
        });
    // A lead points at what it became: that is told on the lead.
    pointing
        .filter(|(other, _)| other.id != "lead")
        .map(|(other, field)| view! { <Panel definition=other field id /> })
        .collect_view()
}

#[component]
fn Panel(definition: Entity, field: String, id: Id) -> impl IntoView {
    let visible = role().is_some_and(|role| role.level(&definition.id, Act::View) != Level::None);
    if !visible {
        return ().into_any();
    }
    let request = {
        let filter = json!(["=", ["field", field], id]).to_string();
        ListRequest {
            filter: Some(filter),
            sort: Some("-updated_at".to_owned()),
            limit: Some(SHOWN),
            ..ListRequest::default()
        }
    };
    let reply = load::<ListRecords>({
        let entity = definition.id.clone();
        move || Some((vec![entity.clone()], request.clone()))
    });
    let entity = definition.id.clone();
    let rows = Memo::new(move |_| {
        let overlay = app().overlay.get();
        let reply = reply.value.get();
        let seq = reply.as_ref().map_or(0, |reply| reply.seq);
        let made = overlay
            .created(seq, &entity)
            .into_iter()
            .filter(|body| fields::reference(body, &field) == Some(id));
        let known = reply.iter().flat_map(|reply| &reply.records).filter_map(|body| overlay.apply(seq, body));
        made.chain(known).collect::<Vec<_>>()
    });
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let list = definition.clone();
    let shown = move || {
        any.get().then(|| {
            let (definition, title) = (list.clone(), list.plural.clone());
            let row = move |body: domain::api::record::RecordBody| {
                let mark = drawing(&definition.id);
                let (first, second) = (body.clone(), body.clone());
                let sub = move || {
                    let schema = schema();
                    let texts = ["position", "phone", "stage", "due", "status"].iter().map(|field| fields::text_of(&schema, &second, field)).filter(|text| !text.is_empty());
                    texts.take(2).collect::<Vec<_>>().join(" · ")
                };
                let end = {
                    let body = body.clone();
                    move || fields::text_of(&schema(), &body, "amount")
                };
                view! {
                    <LinkRow href=routes::record(&body.entity, &body.id.to_string()) title=move || fields::title(&schema(), &first) sub=sub end=end>
                        <span class="row-icon">{icon(mark)}</span>
                    </LinkRow>
                }
            };
            view! {
                <section>
                    <h2 class="group-title">{move || label(&title)}</h2>
                    <div class="group">
                        {move || rows.get().into_iter().map(&row).collect_view()}
                    </div>
                </section>
            }
        })
    };
    shown.into_any()
}
