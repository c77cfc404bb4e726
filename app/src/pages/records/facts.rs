//! What is known about a record, field by field; what is empty is left out.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::conversion;
use domain::schema::{Entity, Field};
use leptos::prelude::*;

use crate::fields;
use crate::i18n::label;

/// Kept by the system and told elsewhere on the page.
const TOLD_ELSEWHERE: [&str; 5] = ["rank", "updated_by", "created_by", "next_touch", "updated_at"];

#[component]
pub fn Facts(definition: Entity, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let system = definition.fields.iter().filter(|field| field.system && !field.retired);
    let shown: Vec<Field> = definition
        .form_fields()
        .into_iter()
        .chain(system)
        .filter(|field| field.id != definition.title && !TOLD_ELSEWHERE.contains(&field.id.as_str()))
        .filter(|field| !conversion::is_result(&definition.id, &field.id))
        .cloned()
        .collect();
    view! {
        <dl class="facts">
            {shown.into_iter().map(|field| view! { <Fact field body /> }).collect_view()}
        </dl>
    }
}

#[component]
fn Fact(field: Field, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let id = field.id.clone();
    // Only a changed value is drawn again.
    let value =
        Memo::new(move |_| body.with(|body| body.as_ref().and_then(|body| body.values.get(&id).cloned())));
    move || {
        let json = value.get()?;
        let text = field.label.clone();
        Some(view! {
            <div class="fact">
                <dt class="fact-label">{move || label(&text)}</dt>
                <dd class="fact-value">{fields::display(&field, &json)}</dd>
            </div>
        })
    }
}
