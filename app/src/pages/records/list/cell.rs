//! Editing one cell of the table.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::fields::FieldKind;
use domain::ids::Id;
use domain::schema::Field;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::table::Editing;
use crate::components::{IconButton, icon, icons};
use crate::fields;
use crate::i18n::t;
use crate::pages::records::edit::{self, Edit, Submitted, focus_first};
use crate::state::outbox::Outcome;

pub fn is_editable(field: &Field, body: &RecordBody) -> bool {
    // A control as wide as a form has no room in a cell.
    let fits = !fields::is_wide(field) || matches!(field.kind, FieldKind::Schedule(_));
    fits && edit::is_editable(field, body)
}

#[component]
pub fn CellEditor(
    field: Field,
    body: Arc<RecordBody>,
    editing: Editing,
    conflict: RwSignal<Option<Id>>,
) -> impl IntoView {
    let edit = Edit::new(field, body, None, None);
    let place = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        if let Some(form) = place.get() {
            focus_first(&form);
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
    let problem = edit.problem;
    let control = edit.control();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        let edit = edit.clone();
        spawn_local(async move {
            match edit.submit().await {
                Submitted::Wrong => {}
                Submitted::Same => close(),
                Submitted::Sent(command) => {
                    close();
                    if let Outcome::Conflict(_) = edit::outcome(command).await {
                        conflict.try_set(Some(command));
                    }
                }
            }
        });
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
        }
    };
    view! {
        <form class="cell-edit" node_ref=place novalidate on:submit=save on:keydown=keys>
            {control}
            <button type="submit" class="icon-btn" aria-label=t("action.save")>{icon(icons::CHECK)}</button>
            <IconButton label=t("action.cancel") drawing=icons::CLOSE on_press=move |()| close() />
            {move || problem.get().map(|text| view! { <p class="field-problem cell-problem" role="alert">{text}</p> })}
        </form>
    }
}
