//! All records of a kind that there are few of: people, teams, rates. Their pages show them whole.

use std::sync::Arc;

use domain::api::ListRecords;
use domain::api::record::{ListRequest, PAGE_MAX, RecordBody};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiError;
use crate::components::SkeletonRows;
use crate::pages::Unread;
use crate::state::session::Entry;
use crate::state::{app, ask, loader, names};

/// Pages that are read at most: ten thousand people are more than any such page can show.
const PAGES: usize = 50;

#[derive(Clone, Copy)]
pub struct Everything {
    pub records: RwSignal<Option<Arc<Vec<RecordBody>>>>,
    pub error: RwSignal<Option<ApiError>>,
}

/// Reads every record of an entity in this order, again whenever something was saved.
pub fn everything(entity: &'static str, sort: &'static str) -> Everything {
    let found = Everything { records: RwSignal::new(None), error: RwSignal::new(None) };
    let turn = StoredValue::new(0_u64);
    Effect::new(move |_| {
        app().refresh.track();
        if app().entry.get() != Entry::In {
            return;
        }
        turn.update_value(|turn| *turn += 1);
        let own = turn.get_value();
        spawn_local(async move {
            let read = read(entity, sort).await;
            if turn.try_get_value() != Some(own) {
                return;
            }
            match read {
                Ok(records) => {
                    found.error.set(None);
                    found.records.set(Some(Arc::new(records)));
                }
                Err(error) => found.error.set(Some(error)),
            }
        });
    });
    found
}

async fn read(entity: &str, sort: &str) -> Result<Vec<RecordBody>, ApiError> {
    let mut records = Vec::new();
    let mut after = None;
    for _ in 0..PAGES {
        let request = ListRequest {
            sort: Some(sort.to_owned()),
            limit: Some(PAGE_MAX),
            after: after.take(),
            ..ListRequest::default()
        };
        let reply = ask::<ListRecords>(&[entity], &request).await?;
        loader::note(&reply);
        records.extend(reply.records);
        after = reply.next;
        if after.is_none() {
            break;
        }
    }
    // Whoever is told about one of them is told its name.
    let called = |record: &RecordBody| (record.id, text(record, "name"));
    names::learn(&records.iter().map(called).filter(|(_, name)| !name.is_empty()).collect());
    Ok(records)
}

impl Everything {
    /// The records inside a view; nothing while they are on their way.
    pub fn list(self) -> Vec<RecordBody> {
        self.records.with(|records| records.as_ref().map(|records| (**records).clone()).unwrap_or_default())
    }

    /// What stands in their place until they are there.
    pub fn pending(self) -> Option<AnyView> {
        if self.records.with(Option::is_some) {
            return None;
        }
        Some(match self.error.get() {
            Some(error) => view! { <Unread error /> }.into_any(),
            None => view! { <SkeletonRows count=5 /> }.into_any(),
        })
    }
}

/// A text of a record; empty when it has none.
pub fn text(record: &RecordBody, field: &str) -> String {
    record.values.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}
