//! How pages read: what was seen last at once, the server's answer as soon as it is there, and again when something was
//! saved. While a newer answer is on its way the older one stays.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use domain::api::agenda::AgendaReply;
use domain::api::command::ImportsReply;
use domain::api::record::{
    AlikeReply, BoardReply, ListReply, Names, RecordReply, SearchReply, TimelineReply, TodayReply,
    TotalsReply,
};
use domain::api::{Call, Code};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use super::calm::{Calm, Turn};
use super::session::{self, Entry};
use super::{app, ask_for, hands_free, names, store};
use crate::api::{self, ApiError, Question, address};

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

impl Told for AgendaReply {
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

impl Told for ImportsReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }
}

impl Told for domain::api::notification::NotificationsReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }
}

impl Told for SearchReply {}
impl Told for domain::api::notification::RemindersReply {}
impl Told for domain::api::forecast::StaysReply {}
impl Told for domain::api::forecast::ForecastReply {}
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

/// Loads what `request` asks for, again whenever it asks for something else, whenever something was saved and whenever
/// others changed what may concern it. While it is `None` nothing is loaded.
pub fn load<C>(request: impl Fn() -> Option<(Vec<String>, C::Request)> + 'static) -> Loader<C::Reply>
where
    C: Call,
    C::Reply: Told + DeserializeOwned + Send + Sync + 'static,
{
    load_at::<C>(request, None)
}

/// The same for numbers over many records: while one change follows another they are asked for only so often.
pub fn load_calmly<C>(request: impl Fn() -> Option<(Vec<String>, C::Request)> + 'static) -> Loader<C::Reply>
where
    C: Call,
    C::Reply: Told + DeserializeOwned + Send + Sync + 'static,
{
    load_at::<C>(request, Some(Calm::default()))
}

fn load_at<C>(
    request: impl Fn() -> Option<(Vec<String>, C::Request)> + 'static,
    calm: Option<Calm>,
) -> Loader<C::Reply>
where
    C: Call,
    C::Reply: Told + DeserializeOwned + Send + Sync + 'static,
{
    let value = RwSignal::new(None);
    let wanted = move || {
        let (parts, request) = request()?;
        Some(address::<C>(&parts.iter().map(String::as_str).collect::<Vec<_>>(), &request))
    };
    let show = move |text: Option<&str>| {
        let reply = text.map(api::read::<C::Reply>).transpose()?;
        if let Some(reply) = &reply {
            note(reply);
        }
        value.set(reply.map(Arc::new));
        Ok(())
    };
    let (error, stale) = follow(Box::new(wanted), Rc::new(show), calm);
    Loader { value, error, stale }
}

/// The address of what is to be read, while anything is.
type Wanted = Box<dyn Fn() -> Option<String>>;
/// Shows a reply, or that there is none.
type Show = Rc<dyn Fn(Option<&str>) -> Result<(), ApiError>>;

/// The part of [`load`] that is the same for every kind of reply: when to ask, and which answers still count.
fn follow(wanted: Wanted, show: Show, calm: Option<Calm>) -> (RwSignal<Option<ApiError>>, RwSignal<bool>) {
    let error = RwSignal::new(None);
    let stale = RwSignal::new(false);
    // What was asked last, which turn that was, which turn the server has answered, and whether anything is shown.
    let asked = StoredValue::new((String::new(), 0_u64));
    let answered = StoredValue::new(0_u64);
    let shown = StoredValue::new(false);
    let calm = StoredValue::new(calm);
    // Grows when a question that was put off is due.
    let due = RwSignal::new(0_u64);
    Effect::new(move |heard: Option<(u64, u64)>| {
        let (refresh, news) = (app().refresh.get() + due.get(), app().news.get());
        let hears = (refresh, news.turn);
        // Without a session there is nothing to read yet; what was seen last is somebody's.
        if app().entry.get() != Entry::In {
            return hears;
        }
        let Some(name) = wanted() else { return hears };
        let (before, turn) = asked.get_value();
        let only_news = heard.is_some_and(|heard| heard != hears && heard.0 == refresh) && before == name;
        if only_news && !(news.concerns)(&name) {
            return hears;
        }
        // What failed is tried at once.
        let same = before == name && error.with_untracked(Option::is_none);
        if is_put_off(calm, due, same) {
            return hears;
        }
        let turn = turn + 1;
        let path = |name: &str| name.split('?').next().unwrap_or_default().to_owned();
        // A later question, or a page that is gone, takes no earlier answer.
        let current = move || asked.try_get_value().is_some_and(|(_, last)| last == turn);
        if path(&before) != path(&name) {
            // Showing nothing cannot fail.
            let _ = show(None);
            shown.set_value(false);
        }
        asked.set_value((name.clone(), turn));
        if before != name {
            error.set(None);
            let (name, show) = (name.clone(), show.clone());
            spawn_local(async move {
                let Some(store) = store::current() else { return };
                let Some(seen) = store.seen(&name).await else { return };
                if current() && answered.try_get_value() != Some(turn) && show(Some(&seen)).is_ok() {
                    shown.set_value(true);
                }
            });
        }
        let show = show.clone();
        spawn_local(async move {
            let reply = ask_for(Question::get(name.clone())).await;
            // What is seen stays below a hand; what was not there yet takes nothing away from it.
            if shown.try_get_value().unwrap_or_default() {
                hands_free().await;
            }
            if !current() {
                return;
            }
            match reply.and_then(|text| show(Some(&text)).map(|()| text)) {
                Ok(text) => {
                    answered.set_value(turn);
                    shown.set_value(true);
                    error.set(None);
                    stale.set(false);
                    if let Some(store) = store::current() {
                        store.remember(&name, &text).await;
                    }
                }
                Err(reason) => {
                    // It is not there, or not for us any more: what was seen of it goes as well.
                    let gone = matches!(&reason, ApiError::Refused(no) if no.code == Code::NotFound);
                    if gone && shown.get_value() {
                        let _ = show(None);
                        shown.set_value(false);
                    }
                    stale.set(reason.is_passing() && shown.get_value());
                    error.set(Some(reason));
                    if let Some(store) = store::current().filter(|_| gone) {
                        store.forget(&name).await;
                    }
                }
            }
        });
        hears
    });
    (error, stale)
}

/// Whether a calm question waits for its turn. Another one than before does not.
fn is_put_off(calm: StoredValue<Option<Calm>>, due: RwSignal<u64>, same: bool) -> bool {
    let now = js_sys::Date::now();
    let turn = calm.try_update_value(|calm| {
        let calm = calm.as_mut()?;
        if same {
            return Some(calm.turn(now));
        }
        calm.asks(now);
        None
    });
    let Some(turn) = turn.flatten() else { return false };
    if let Turn::Later(ms) = turn {
        let ring = move || {
            calm.try_update_value(|calm| calm.as_mut().map(Calm::is_due));
            due.try_update(|due| *due += 1);
        };
        set_timeout(ring, Duration::from_millis(u64::from(ms.unsigned_abs())));
    }
    turn != Turn::Now
}
