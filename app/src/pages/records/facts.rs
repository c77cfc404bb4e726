//! What is known about a record, field by field; what is empty is left out.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::schema::{Entity, Field, Part};
use leptos::prelude::*;

use crate::fields;
use crate::i18n::label;

#[component]
pub fn Facts(definition: Entity, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let part = |Part { section, fields }: Part<'_>| {
        let facts = fields.into_iter().cloned().map(|field| view! { <Fact field body /> }).collect_view();
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
    definition.page_parts().into_iter().map(part).collect_view()
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
