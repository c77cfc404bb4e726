//! Free words; what others have used is offered, so that one thing gets one word.

use domain::api::GetTotals;
use domain::api::record::TotalsRequest;
use domain::fields::split_list;
use domain::schema::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::choices::{items, joined, to_json};
use super::{Input, OfKind};
use crate::components::{ColorBadge, WordInput};
use crate::i18n::{t, tr};
use crate::state::ask;
use crate::state::session::schema_now;

/// Words that are kept to be offered.
const OFFERED: usize = 60;

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let words = Signal::derive(move || value.with(items));
    let offered = RwSignal::new(Vec::new());
    if let Some(entity) = entity_of(&input.field) {
        let field = input.field.id.clone();
        spawn_local(async move {
            let request = TotalsRequest { group: Some(field), ..TotalsRequest::default() };
            // Without a network there is nothing to offer, and the words can still be typed.
            if let Ok(reply) = ask::<GetTotals>(&[&entity], &request).await {
                let used = reply.groups.into_iter().filter_map(|total| total.group).take(OFFERED);
                offered.try_set(used.collect::<Vec<_>>());
            }
        });
    }
    let add = move |text: String| {
        let mut all = value.with_untracked(items);
        for word in split_list(&text) {
            if !all.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                all.push(word.to_owned());
            }
        }
        value.set(to_json(all));
    };
    let remove = move |word: String| {
        let mut all = value.with_untracked(items);
        all.retain(|known| *known != word);
        value.set(to_json(all));
    };
    view! {
        <WordInput
            words
            on_add=add
            on_remove=remove
            offered
            placeholder=t("field.tags.add")
            remove=|word: String| tr("field.tags.remove", &[("tag", &word)])
            offer=t("field.tags.offered")
        />
    }
    .into_any()
}

/// The kind of record a field belongs to: as the page says, or else by the id, which no two custom fields share.
fn entity_of(field: &Field) -> Option<String> {
    if let Some(OfKind(entity)) = use_context() {
        return Some(entity);
    }
    let schema = schema_now();
    let owner = schema.entities.iter().find(|entity| entity.field(&field.id) == Some(field));
    owner.map(|entity| entity.id.clone())
}

pub(super) fn text(json: &Json) -> String {
    joined(items(json).into_iter())
}

pub(super) fn display(json: &Json) -> AnyView {
    let badge = |word: String| view! { <ColorBadge label=word color=None /> };
    view! { <span class="badges">{items(json).into_iter().map(badge).collect_view()}</span> }.into_any()
}
