//! What the whole app knows: made once, read through small functions.
//!
//! [`session`] is who is signed in and what the workspace defines, [`outbox`] what waits to be sent, [`steady`] long
//! work that goes past the outbox, [`overlay`] how the screen shows it meanwhile, [`loader`] how pages read and [`calm`]
//! how often, [`store`] what the device remembers, [`recent`] what was looked at on it, [`drafts`] what is not saved yet,
//! [`live`] what others do meanwhile.

mod calm;
mod dispatch;
pub mod drafts;
mod faults;
pub mod foresee;
pub mod live;
pub mod loader;
pub mod names;
pub mod outbox;
pub mod overlay;
pub mod preferences;
pub mod push;
pub mod recent;
mod release;
pub mod session;
pub mod steady;
pub mod store;
pub mod time;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::api::Call;
use domain::api::account::SessionReply;
use domain::api::record::{ListRequest, RecordBody};
use domain::command::Wire;
use domain::schema::Schema;
use leptos::prelude::*;

use crate::api::{self, ApiError, Later, Question};
use crate::components::Toasts;
use outbox::Item;
use overlay::Overlay;
use session::Entry;

/// The signals of the app. They live as long as the page.
#[derive(Clone, Copy)]
pub struct App {
    pub entry: RwSignal<Entry>,
    pub session: RwSignal<Option<Arc<SessionReply>>>,
    pub schema: RwSignal<Option<Arc<Schema>>>,
    /// The server was reached last time it was asked.
    pub online: RwSignal<bool>,
    pub names_version: RwSignal<u32>,
    /// Commands without an answer, refused ones, and answered ones that a page may not know of yet.
    pub items: RwSignal<Vec<Arc<Item>>>,
    pub sending: RwSignal<bool>,
    pub overlay: Memo<Arc<Overlay>>,
    /// Grows when something was saved or the page was looked at again: pages read again.
    pub refresh: RwSignal<u64>,
    /// What others have changed: pages that it concerns read again.
    pub news: RwSignal<News>,
    /// Something is held in the hand: nothing moves below it meanwhile.
    pub holds: RwSignal<bool>,
    /// Notifications that were not read.
    pub unread: RwSignal<u64>,
    pub toasts: Toasts,
    /// The sheet of what waits is open.
    pub tray: RwSignal<bool>,
    /// The palette is open.
    pub palette: RwSignal<bool>,
    /// The sheet that logs a touch is open, and about what.
    pub touching: RwSignal<Option<Touching>>,
    /// A record that is to go to another stage.
    pub moving: RwSignal<Option<Moving>>,
    /// The sheet about one's day is open, and about what.
    pub day: RwSignal<Option<Day>>,
    /// What somebody wants to try again with: a form for this kind takes it over.
    pub draft: RwSignal<Option<(String, Wire)>>,
    /// What each kind's list was asked for last: it stands beside its records.
    pub looked: RwSignal<BTreeMap<String, Looked>>,
}

/// That others have changed something.
#[derive(Clone, Copy)]
pub struct News {
    /// Grows each time.
    pub turn: u64,
    /// Whether it may concern what is read from an address.
    pub concerns: fn(&str) -> bool,
}

/// A list as it was looked through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// What stands behind its address.
    pub query: String,
    pub request: ListRequest,
}

/// About what a touch is to be logged.
#[derive(Clone, Debug, PartialEq)]
pub enum Touching {
    Anything,
    Record(Box<RecordBody>),
    /// A call that was just made, and how many minutes it took.
    Call(Box<RecordBody>, i64),
}

/// What is looked at of one's day.
#[derive(Clone, Debug, PartialEq)]
pub enum Day {
    /// Something that is due: to be done, snoozed, moved, handed over.
    Item(Box<RecordBody>),
    /// What is left of today.
    Rest,
}

/// A wish to move a record on.
#[derive(Clone, Debug, PartialEq)]
pub enum Moving {
    /// Where to is still to be chosen.
    Choose(Box<RecordBody>),
    /// Into this stage and, with a rank, to a place in its column.
    To {
        body: Box<RecordBody>,
        to: String,
        rank: Option<String>,
        /// What else changes in the same command.
        also: Wire,
    },
}

thread_local! {
    static APP: OnceCell<App> = const { OnceCell::new() };
}

/// The app's signals. Made by the first call, which [`start`] sees to be outside of every component.
pub fn app() -> App {
    APP.with(|app| {
        *app.get_or_init(|| {
            let items = RwSignal::new(Vec::new());
            App {
                entry: RwSignal::new(Entry::Starting),
                session: RwSignal::new(None),
                schema: RwSignal::new(None),
                online: RwSignal::new(true),
                names_version: RwSignal::new(0),
                items,
                sending: RwSignal::new(false),
                overlay: Memo::new(move |_| {
                    Arc::new(items.with(|items: &Vec<Arc<Item>>| Overlay::of(items)))
                }),
                refresh: RwSignal::new(0),
                news: RwSignal::new(News { turn: 0, concerns: |_| true }),
                holds: RwSignal::new(false),
                unread: RwSignal::new(0),
                toasts: Toasts::default(),
                tray: RwSignal::new(false),
                palette: RwSignal::new(false),
                touching: RwSignal::new(None),
                moving: RwSignal::new(None),
                day: RwSignal::new(None),
                draft: RwSignal::new(None),
                looked: RwSignal::new(BTreeMap::new()),
            }
        })
    })
}

/// Begins: signals, language and theme, the session, the outbox.
pub fn start() {
    app();
    preferences::start();
    session::start();
    outbox::start();
    release::start();
}

/// Calls an endpoint and takes notice of what the answer says about connection and session.
pub async fn ask<C: Call>(parts: &[&str], request: &C::Request) -> Result<C::Reply, ApiError> {
    api::read(&ask_for(Question::new::<C>(parts, request)?).await?)
}

/// The same for the text of the reply, which is what the device remembers.
pub fn ask_for(question: Question) -> Later<Result<String, ApiError>> {
    Box::pin(async {
        let believed = app().online.get_untracked();
        let reply = api::send(question).await;
        heard(&reply, believed);
        reply
    })
}

/// What any reply says beside what was asked for: whether the server is there, and still knows us. `believed` is whether
/// it was thought to be there when it was asked: one that was on its way when the connection went says nothing new.
pub fn heard(reply: &Result<String, ApiError>, believed: bool) {
    match reply {
        Err(ApiError::Offline) => app().online.set(false),
        Err(ApiError::SignedOut) => session::lost(),
        Err(ApiError::Outdated) => session::reload_schema(),
        _ => {
            if !believed && !app().online.get_untracked() {
                app().online.set(true);
            }
        }
    }
}

/// Waits until nothing is held any more; whoever holds something for a minute has forgotten it.
pub async fn hands_free() {
    for _ in 0..600 {
        if !app().holds.get_untracked() {
            break;
        }
        sleep(100).await;
    }
}

/// Waits.
pub async fn sleep(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        // Fails only without a window.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
