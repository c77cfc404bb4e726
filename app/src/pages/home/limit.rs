//! Whether the reader has more open records in a stage than one person should: said at the head of its column.

use std::sync::Arc;

use domain::api::GetTotals;
use domain::api::record::{TotalsReply, TotalsRequest};
use domain::process::is_over;
use domain::schema::{Pipeline, Stage};
use leptos::prelude::*;
use serde_json::json;

use crate::components::{icon, icons};
use crate::i18n::tr;
use crate::state::loader::load;

/// How many of the reader's own stand in the stages that have a limit.
#[derive(Clone, Copy)]
struct Own(RwSignal<Option<Arc<TotalsReply>>>);

/// Counts for the columns below, whatever the board's filter; nothing is asked where no stage has a limit.
pub fn count(pipeline: &Pipeline) {
    let limited = pipeline.stages.iter().filter(|stage| stage.limit.is_some());
    let limited: Vec<&str> = limited.map(|stage| stage.id.as_str()).collect();
    if limited.is_empty() {
        return;
    }
    let mine = json!(["and", ["=", ["field", "owner"], ["me"]], ["in", ["field", "stage"], limited]]);
    let (entity, filter) = (pipeline.entity.clone(), Some(mine.to_string()));
    let own = load::<GetTotals>(move || {
        let (filter, group) = (filter.clone(), Some("stage".to_owned()));
        Some((vec![entity.clone()], TotalsRequest { filter, group, ..TotalsRequest::default() }))
    });
    provide_context(Own(own.value));
}

#[component]
pub fn Over(stage: Stage) -> impl IntoView {
    let own = use_context::<Own>();
    move || {
        let own = own?.0.get()?;
        let mine = own.groups.iter().find(|total| total.group.as_deref() == Some(&stage.id))?.count;
        let limit = stage.limit.filter(|_| is_over(&stage, mine))?;
        let said = tr("board.over", &[("count", &mine.to_string()), ("limit", &limit.to_string())]);
        Some(view! {
            <p class="column-over numeric">
                {icon(icons::ALERT)} <span>{said}</span>
            </p>
        })
    }
}
