//! What a lead has become, in the place where one looks first.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::conversion;
use leptos::prelude::*;

use super::drawing;
use crate::components::{LinkRow, icon};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::routes;
use crate::state::names::name_of;
use crate::state::session::schema;

#[component]
pub fn Became(body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    move || {
        let body = body.get().filter(|body| conversion::is_converted(body))?;
        let row = move |entity: &'static str| {
            let id = fields::reference(&body, entity)?;
            let kind = schema().entity(entity).map(|entity| label(&entity.label)).unwrap_or_default();
            let name = move || name_of(id).unwrap_or_else(|| tr("record.unnamed", &[]));
            Some(view! {
                <LinkRow href=routes::record(entity, &id.to_string()) title=name sub=kind>
                    <span class="row-icon">{icon(drawing(entity))}</span>
                </LinkRow>
            })
        };
        Some(view! {
            <section aria-labelledby="became-title">
                <h2 class="group-title" id="became-title">{t("convert.became")}</h2>
                <div class="group">{conversion::RESULTS.into_iter().filter_map(row).collect_view()}</div>
            </section>
        })
    }
}
