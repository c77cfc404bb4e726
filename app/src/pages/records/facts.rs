//! What is known about a record, field by field, each edited where it stands; what is empty is left out, and offered
//! below to whoever may fill it in.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::schema::{Entity, Field, Part};
use leptos::prelude::*;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::ConflictSheet;
use super::desk::{Desk, FactEditor};
use super::edit::is_editable;
use super::wish::Wish;
use crate::components::{icon, icons};
use crate::fields;
use crate::i18n::{label, tr};
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema_now};

/// Pixels that a pointer moves while it only presses.
const STILL: i32 = 4;

/// A value that one tap changes goes the way that an edited one goes.
fn change(body: Memo<Option<Arc<RecordBody>>>, field: &str, value: Json) {
    let Some(body) = body.get_untracked() else { return };
    let schema = schema_now();
    let wish = Wish::Set { field: field.to_owned(), value };
    let action = schema.entity(&body.entity).and_then(|entity| wish.action(entity, &body));
    let Some(action) = action else { return };
    let note = Note {
        key: "outbox.item.update".to_owned(),
        entity: body.entity.clone(),
        name: untrack(|| fields::title(&schema, &body)),
        toast: None,
        record: Some((body.entity.clone(), body.id)),
    };
    outbox::submit_soon(outbox::command(vec![action]), note, vec![(*body).clone()]);
}

#[component]
pub fn Facts(definition: Entity, body: Memo<Option<Arc<RecordBody>>>, desk: Desk) -> impl IntoView {
    let may = Memo::new(move |_| body.with(|body| body.as_ref().is_some_and(|body| body.may.update)));
    let change = Callback::new(move |(field, value): (String, Json)| change(body, &field, value));
    provide_context(fields::InPlace { change, may });
    let part = |Part { section, fields }: Part<'_>| {
        let facts =
            fields.into_iter().cloned().map(|field| view! { <Fact field body desk /> }).collect_view();
        let facts = view! { <dl class="facts">{facts}</dl> };
        let Some(section) = section else { return facts.into_any() };
        let name = section.label.clone();
        view! {
            <section class="facts-part">
                <h3 class="facts-title">{move || label(&name)}</h3>
                {facts}
            </section>
        }
        .into_any()
    };
    let parts = definition.page_parts();
    let shown: Vec<Field> = parts.iter().flat_map(|part| part.fields.iter().copied().cloned()).collect();
    view! {
        {parts.into_iter().map(part).collect_view()}
        <Blanks fields=shown body desk />
        <ConflictSheet command=desk.conflict on_done=|()| {} />
    }
}

/// One fact: a press on it, or its pencil, makes it the field's control. What leads somewhere has only the pencil.
#[component]
fn Fact(field: Field, body: Memo<Option<Arc<RecordBody>>>, desk: Desk) -> impl IntoView {
    let (id, own, opened) = (field.id.clone(), field.clone(), field.id.clone());
    // Only a changed value is drawn again.
    let value =
        Memo::new(move |_| body.with(|body| body.as_ref().and_then(|body| body.values.get(&id).cloned())));
    let editable =
        Memo::new(move |_| body.with(|body| body.as_ref().is_some_and(|body| is_editable(&own, body))));
    let open = Memo::new(move |_| desk.is_open(&opened));
    move || {
        if open.get() {
            return Some(view! { <FactEditor field=field.clone() body desk /> }.into_any());
        }
        let json = value.get()?;
        let text = field.label.clone();
        let shown = fields::display(&field, &json);
        let pencil = editable.get();
        let place = NodeRef::<leptos::html::Dd>::new();
        let edit = {
            let id = field.id.clone();
            move || desk.open(&id)
        };
        let (press, by_key) = (edit.clone(), edit.clone());
        // A pointer that moves chooses text to copy.
        let at = StoredValue::new((0, 0));
        let down = move |event: leptos::ev::MouseEvent| at.set_value((event.client_x(), event.client_y()));
        let pressed = move |event: leptos::ev::MouseEvent| {
            // The pencil has taken the fact away already.
            let Some((x, y)) = at.try_get_value() else { return };
            let still = (event.client_x() - x).abs() <= STILL && (event.client_y() - y).abs() <= STILL;
            let leads =
                place.get_untracked().is_some_and(|place| place.query_selector("a").ok().flatten().is_some());
            let control = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let control = control.is_some_and(|element| element.closest("button").ok().flatten().is_some());
            if pencil && still && !leads && !control {
                press();
            }
        };
        let keys = move |event: leptos::ev::KeyboardEvent| {
            let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
            if pencil && plain && event.key() == "e" {
                event.prevent_default();
                by_key();
            }
        };
        let name = text.clone();
        let marked = pencil.then_some("true");
        let pencil = pencil.then(|| {
            let name = move || tr("record.fact.edit", &[("name", &label(&name))]);
            view! {
                <button type="button" class="icon-btn fact-pencil" aria-label=name on:click=move |_| edit()>
                    {icon(icons::EDIT)}
                </button>
            }
        });
        Some(
            view! {
                <div class="fact" data-fact=field.id.clone() data-editable=marked on:keydown=keys>
                    <dt class="fact-label">{move || label(&text)}</dt>
                    <dd class="fact-value" node_ref=place on:mousedown=down on:click=pressed>
                        <div class="fact-shown">{shown}</div>
                        {pencil}
                    </dd>
                </div>
            }
            .into_any(),
        )
    }
}

/// The fields that hold nothing and could: each opens its control among the facts.
#[component]
fn Blanks(fields: Vec<Field>, body: Memo<Option<Arc<RecordBody>>>, desk: Desk) -> impl IntoView {
    let blank = Memo::new(move |_| {
        let (Some(body), Some(role)) = (body.get(), role()) else { return Vec::new() };
        let offered = fields.iter().filter(|field| {
            let held = body.values.contains_key(&field.id) || desk.is_open(&field.id);
            !held && is_editable(field, &body) && !role.hides(&body.entity, &field.id)
        });
        offered.map(|field| (field.id.clone(), field.label.clone())).collect::<Vec<_>>()
    });
    let count = move || blank.with(Vec::len).to_string();
    view! {
        <Show when=move || blank.with(|blank| !blank.is_empty())>
            <details class="form-more">
                <summary>{move || tr("record.blank_fields", &[("count", &count())])} {icon(icons::CHEVRON_DOWN)}</summary>
                <div class="facts-blank">
                    <For each=move || blank.get() key=|(id, _)| id.clone() let:field>
                        {
                            let (id, text) = field;
                            let shown = text.clone();
                            view! {
                                <button
                                    type="button"
                                    class="btn btn-quiet"
                                    aria-label=move || tr("record.fact.add", &[("name", &label(&text))])
                                    on:click=move |_| desk.open(&id)
                                >
                                    {icon(icons::ADD)}
                                    <span>{move || label(&shown)}</span>
                                </button>
                            }
                        }
                    </For>
                </div>
            </details>
        </Show>
    }
}
