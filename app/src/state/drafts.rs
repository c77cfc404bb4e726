//! Forms that are not saved yet: kept on the device while they are typed, one for each record and one for a new one of
//! each kind, and offered back to whoever returns.

use domain::command::Wire;
use domain::ids::Id;
use domain::time::Instant;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::{store, time};
use crate::i18n::format;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The version the work began on; 0 for a new record.
    pub version: u64,
    /// What stood in the changed fields then; absent means nothing.
    pub before: Wire,
    pub values: Wire,
    at: String,
}

impl Draft {
    pub fn new(version: u64, before: Wire, values: Wire) -> Self {
        Self { version, before, values, at: time::now().to_string() }
    }

    /// When it was typed, in the words of the reader.
    pub fn when(&self) -> String {
        let at = Instant::parse(&self.at).unwrap_or_else(time::now);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
        let ms = at.unix_ms() as f64;
        format::moment(ms)
    }
}

/// The name of a form's work.
pub fn key(entity: &str, record: Option<Id>) -> String {
    record.map_or_else(|| format!("{entity}/new"), |id| format!("{entity}/{id}"))
}

/// Puts what is kept under this key into `offered`, if there is something.
pub fn offer(key: String, offered: RwSignal<Option<Draft>>) {
    spawn_local(async move {
        let Some(store) = store::current() else { return };
        let found = store.draft(&key).await.and_then(|text| serde_json::from_str::<Draft>(&text).ok());
        if found.is_some() {
            offered.try_set(found);
        }
    });
}

pub fn keep(key: &str, draft: &Draft) {
    let Ok(text) = serde_json::to_string(draft) else { return };
    let key = key.to_owned();
    spawn_local(async move {
        let Some(store) = store::current() else { return };
        // Without room the work lives as long as the page; there is nothing better to do.
        let _ = store.keep_draft(&key, &text).await;
    });
}

pub fn forget(key: &str) {
    let key = key.to_owned();
    spawn_local(async move {
        let Some(store) = store::current() else { return };
        let _ = store.forget_draft(&key).await;
    });
}
