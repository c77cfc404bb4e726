//! Editing one cell of the table, with the control and the checks of the form.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::fields::FieldKind;
use domain::ids::Id;
use domain::schema::Field;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::table::Editing;
use super::wish::Wish;
use crate::components::{IconButton, icons};
use crate::fields;
use crate::i18n::{problem_text, problems_text, say, t};
use crate::state::foresee::problem_of;
use crate::state::outbox::{self, Note, Outcome};
use crate::state::session::schema_now;
use crate::state::{Moving, app};

/// As long as a cell waits to hear of a conflict; after that the tray has it.
const PATIENCE_MS: i32 = 6_000;

pub fn is_editable(field: &Field, body: &RecordBody) -> bool {
    let may = if field.id == "owner" { body.may.assign } else { body.may.update };
    // A control as wide as a form has no room in a cell.
    let fits = !fields::is_wide(field) || matches!(field.kind, FieldKind::Schedule(_));
    may && !field.system && !field.retired && fits
}

#[component]
pub fn CellEditor(
    field: Field,
    body: Arc<RecordBody>,
    editing: Editing,
    conflict: RwSignal<Option<Id>>,
) -> impl IntoView {
    provide_context(fields::OfKind(body.entity.clone()));
    let before = body.values.get(&field.id).cloned().unwrap_or(Json::Null);
    let value = RwSignal::new(before);
    let problem = RwSignal::new(None::<String>);
    let place = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        let Some(form) = place.get() else { return };
        let control = form.query_selector("input, select, textarea, button").ok().flatten();
        if let Some(control) = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = control.focus();
        }
    });
    let close = move || {
        // The cell keeps the focus, so that the arrow keys go on from where one is.
        let cell = place.get_untracked().and_then(|form| form.closest("td").ok().flatten());
        editing.set(None);
        if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = cell.focus();
        }
    };
    let save = {
        let (field, body) = (field.clone(), body.clone());
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            event.stop_propagation();
            let json = value.get_untracked();
            let schema = schema_now();
            if let Some(wrong) = problem_of(&schema, &field, &json) {
                problem.set(Some(untrack(|| problem_text(&wrong))));
                return;
            }
            if let (FieldKind::Stage(_), Some(to)) = (&field.kind, json.as_str()) {
                close();
                if body.values.get(&field.id) != Some(&json) {
                    let (body, to) = (Box::new((*body).clone()), to.to_owned());
                    app().moving.set(Some(Moving::To { body, to, rank: None }));
                }
                return;
            }
            let wish = Wish::Set { field: field.id.clone(), value: json };
            let action = schema.entity(&body.entity).and_then(|definition| wish.action(definition, &body));
            let Some(action) = action else { return close() };
            let note = Note {
                key: "outbox.item.update".to_owned(),
                entity: body.entity.clone(),
                name: untrack(|| fields::title(&schema, &body)),
                toast: Some(say("record.saved.toast", &[])),
                record: Some((body.entity.clone(), body.id)),
            };
            let (known, entity) = ((*body).clone(), body.entity.clone());
            spawn_local(async move {
                match outbox::submit(outbox::command(vec![action]), note, vec![known]).await {
                    Ok(command) => {
                        close();
                        if let Outcome::Conflict(_) = outbox::outcome(command, PATIENCE_MS).await {
                            conflict.try_set(Some(command));
                        }
                    }
                    Err(problems) => {
                        problem.try_set(Some(untrack(|| problems_text(&problems, &entity))));
                    }
                }
            });
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
        }
    };
    let control = fields::input(&Field { required: false, ..field }, value);
    view! {
        <form class="cell-edit" node_ref=place novalidate on:submit=save on:keydown=keys>
            {control}
            <button type="submit" class="icon-btn" aria-label=t("action.save")>{crate::components::icon(icons::CHECK)}</button>
            <IconButton label=t("action.cancel") drawing=icons::CLOSE on_press=move |()| close() />
            {move || problem.get().map(|text| view! { <p class="field-problem cell-problem" role="alert">{text}</p> })}
        </form>
    }
}
