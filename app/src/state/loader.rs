//! How pages read: what was seen last at once, the server's answer as soon as it is there, and again when something was
//! saved. While a newer answer is on its way the older one stays.

use std::sync::Arc;

use domain::api::Call;
use domain::api::record::{
    AlikeReply, BoardReply, ListReply, Names, RecordReply, SearchReply, TimelineReply, TodayReply,
    TotalsReply,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::session::{self, Entry};
use super::{app, ask, names, store};
use crate::api::{ApiError, address};

/// What every page does with a reply, whatever it holds.
pub trait Told {
    fn names(&self) -> Option<&Names> {
        None
    }

    fn revision(&self) -> Option<u64> {
        None
    }
}

impl Told for ListReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }

    fn revision(&self) -> Option<u64> {
        Some(self.revision)
    }
}

impl Told for RecordReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }

    fn revision(&self) -> Option<u64> {
        Some(self.revision)
    }
}

impl Told for BoardReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }

    fn revision(&self) -> Option<u64> {
        Some(self.revision)
    }
}

impl Told for TodayReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }

    fn revision(&self) -> Option<u64> {
        Some(self.revision)
    }
}

impl Told for TotalsReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }
}

impl Told for TimelineReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }
}

impl Told for AlikeReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }
}

impl Told for SearchReply {}
impl Told for domain::api::account::SessionsReply {}

/// Takes notice of what a reply tells beside its data.
pub fn note(reply: &impl Told) {
    if let Some(told) = reply.names() {
        names::learn(told);
    }
    if let Some(revision) = reply.revision() {
        session::note_revision(revision);
    }
}

pub struct Loader<T: Send + Sync + 'static> {
    pub value: RwSignal<Option<Arc<T>>>,
    /// Why the newest answer is missing.
    pub error: RwSignal<Option<ApiError>>,
    /// What is shown was seen earlier and could not be read again.
    pub stale: RwSignal<bool>,
}

impl<T: Send + Sync + 'static> Clone for Loader<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Loader<T> {}

/// Loads what `request` asks for, again whenever it asks for something else and whenever something was saved. While it
/// is `None` nothing is loaded.
pub fn load<C>(request: impl Fn() -> Option<(Vec<String>, C::Request)> + 'static) -> Loader<C::Reply>
where
    C: Call,
    C::Request: 'static,
    C::Reply: Told + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let loader =
        Loader { value: RwSignal::new(None), error: RwSignal::new(None), stale: RwSignal::new(false) };
    // What was asked last, which turn that was, and which turn the server has answered.
    let asked = StoredValue::new((String::new(), 0_u64));
    let answered = StoredValue::new(0_u64);
    Effect::new(move |_| {
        app().refresh.track();
        // Without a session there is nothing to read yet; what was seen last is somebody's.
        if app().entry.get() != Entry::In {
            return;
        }
        let Some((parts, request)) = request() else { return };
        let name = address::<C>(&parts.iter().map(String::as_str).collect::<Vec<_>>(), &request);
        let (before, turn) = asked.get_value();
        let turn = turn + 1;
        let path = |name: &str| name.split('?').next().unwrap_or_default().to_owned();
        // A later question, or a page that is gone, takes no earlier answer.
        let current = move || asked.try_get_value().is_some_and(|(_, last)| last == turn);
        if path(&before) != path(&name) {
            loader.value.set(None);
        }
        asked.set_value((name.clone(), turn));
        if before != name {
            loader.error.set(None);
            let name = name.clone();
            spawn_local(async move {
                let Some(store) = store::current() else { return };
                let seen =
                    store.seen(&name).await.and_then(|text| serde_json::from_str::<C::Reply>(&text).ok());
                if let Some(seen) = seen
                    && current()
                    && answered.try_get_value() != Some(turn)
                {
                    note(&seen);
                    loader.value.set(Some(Arc::new(seen)));
                }
            });
        }
        spawn_local(async move {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let reply = ask::<C>(&parts, &request).await;
            if !current() {
                return;
            }
            match reply {
                Ok(reply) => {
                    answered.set_value(turn);
                    note(&reply);
                    let text = serde_json::to_string(&reply).ok();
                    loader.error.set(None);
                    loader.stale.set(false);
                    loader.value.set(Some(Arc::new(reply)));
                    if let (Some(store), Some(text)) = (store::current(), text) {
                        store.remember(&name, &text).await;
                    }
                }
                Err(error) => {
                    loader.stale.set(error.is_passing() && loader.value.with_untracked(Option::is_some));
                    loader.error.set(Some(error));
                }
            }
        });
    });
    loader
}
