//! Who is signed in, and the definitions of their workspace: from the device at first, from the server as soon as it
//! answers.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::access::Role;
use domain::api::account::SessionReply;
use domain::api::{Empty, GetSchema, GetSession, SignOut};
use domain::ids::Id;
use domain::money::Currency;
use domain::schema::{Schema, WorkDays, WorkspaceSettings};
use domain::time::{Date, Zone as _};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::preferences::{read, remove, write};
use super::time::{self, ZONES};
use super::{app, ask, ask_for, outbox, store};
use crate::api::{self, ApiError, Later, Question, address};

/// `app/first.js` reads it too: whether to show the shell of the app or of the entrance.
const SIGNED_IN_KEY: &str = "zhike.signed_in";
/// Whose definitions this device remembers; `app/first.js` does not ask for them again.
const SCHEMA_KEY: &str = "zhike.schema";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Not known yet.
    Starting,
    Out,
    In,
    /// Somebody is signed in, as far as this device knows, but it has neither network nor memory.
    Stranded,
}

thread_local! {
    static SCHEMA_ON_ITS_WAY: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn start() {
    let known = read(SIGNED_IN_KEY);
    let entrance = window().location().pathname().is_ok_and(|path| crate::routes::is_entrance(&path));
    if known.is_none() && entrance {
        app().entry.set(Entry::Out);
        return;
    }
    spawn_local(async move {
        if let Some(name) = known
            && store::open(&name).await.is_ok()
        {
            remembered().await;
        }
        enter().await;
    });
}

/// What this device saw last: enough to show the app at once, and without network.
async fn remembered() {
    let Some(store) = store::current() else { return };
    let session = store.seen(&address::<GetSession>(&[], &Empty {})).await;
    let schema = store.seen(&address::<GetSchema>(&[], &Empty {})).await;
    let session = session.and_then(|text| read_session(&text).ok());
    let schema = schema.and_then(|text| read_schema(&text).ok());
    if let (Some(session), Some(schema)) = (session, schema) {
        app().session.set(Some(session));
        app().schema.set(Some(schema));
        app().entry.set(Entry::In);
        outbox::load().await;
    }
}

// Each is read in one place, whether it comes from the device or from the server: its code is there once.

fn read_session(text: &str) -> Result<Arc<SessionReply>, ApiError> {
    api::read(text).map(Arc::new)
}

fn read_schema(text: &str) -> Result<Arc<Schema>, ApiError> {
    api::read(text).map(Arc::new)
}

/// Asks who is signed in and what the workspace defines; used at start and right after signing in. Boxed, because
/// otherwise every caller would hold a copy of it.
pub fn enter() -> Later<()> {
    Box::pin(entering())
}

async fn entering() {
    let text = ask_for(Question::get(address::<GetSession>(&[], &Empty {}))).await;
    let session = text.and_then(|text| Ok((read_session(&text)?, text)));
    match session {
        Ok((session, text)) => signed_in(session, &text).await,
        Err(ApiError::SignedOut) => lost(),
        Err(_) if app().entry.get_untracked() == Entry::In => outbox::send_soon(),
        Err(_) => app().entry.set(Entry::Stranded),
    }
}

fn device_name(session: &SessionReply) -> String {
    format!("{}.{}", session.workspace, session.user)
}

/// Whether this browser is still signed in as whom this tab shows. Another tab may have signed in as somebody else, and
/// the cookie is theirs now: nothing may be sent from here then.
pub fn is_ours() -> bool {
    if window().local_storage().ok().flatten().is_none() {
        // Nowhere to know it from; such a window has no other tabs that could.
        return true;
    }
    let known = read(SIGNED_IN_KEY);
    app().session.with_untracked(|session| {
        session.as_ref().is_some_and(|session| known.as_deref() == Some(&device_name(session)))
    })
}

/// Before somebody signs in: from here on no tab sends for whoever was signed in. What it gives back undoes it.
pub fn suspend() -> Option<String> {
    let known = read(SIGNED_IN_KEY);
    remove(SIGNED_IN_KEY);
    known
}

/// The sign-in did not come to be.
pub fn resume(known: Option<String>) {
    if let Some(known) = known {
        write(SIGNED_IN_KEY, &known);
    }
}

async fn signed_in(session: Arc<SessionReply>, text: &str) {
    time::set_clock(session.now);
    let name = device_name(&session);
    let same = read(SIGNED_IN_KEY).as_deref() == Some(&name) && store::current().is_some();
    if !same {
        // Somebody else: nothing of the one before may be shown or sent.
        app().schema.set(None);
        app().items.set(Vec::new());
        app().looked.set(BTreeMap::new());
        store::forget_current();
        // Without a database the app works and forgets.
        let _ = store::open(&name).await;
        write(SIGNED_IN_KEY, &name);
    }
    if let Some(store) = store::current() {
        store.remember(&address::<GetSession>(&[], &Empty {}), text).await;
    }
    let revision = session.revision;
    super::names::learn_one(session.user, &session.name);
    app().session.set(Some(session));
    let known = app()
        .schema
        .with_untracked(|schema| schema.as_ref().is_some_and(|schema| schema.revision == revision));
    if known {
        api::forget_early(&address::<GetSchema>(&[], &Empty {}));
    }
    if known || load_schema().await.is_ok() {
        app().entry.set(Entry::In);
    } else if app().entry.get_untracked() != Entry::In {
        app().entry.set(Entry::Stranded);
    }
    outbox::load().await;
    outbox::send_soon();
}

fn load_schema() -> Later<Result<(), ApiError>> {
    Box::pin(async {
        let address = address::<GetSchema>(&[], &Empty {});
        let text = ask_for(Question::get(address.clone())).await?;
        let schema = read_schema(&text)?;
        if let Some(store) = store::current() {
            store.remember(&address, &text).await;
            if let Some(name) = read(SIGNED_IN_KEY) {
                write(SCHEMA_KEY, &name);
            }
        }
        app().schema.set(Some(schema));
        Ok(())
    })
}

/// Loads the definitions again, once at a time.
pub fn reload_schema() {
    if SCHEMA_ON_ITS_WAY.replace(true) {
        return;
    }
    spawn_local(async {
        // What failed is tried again by the next reply that mentions a newer revision.
        let _ = load_schema().await;
        SCHEMA_ON_ITS_WAY.set(false);
    });
}

/// A reply was made under this revision of the definitions.
pub fn note_revision(revision: u64) {
    let older = app()
        .schema
        .with_untracked(|schema| schema.as_ref().is_some_and(|schema| schema.revision < revision));
    if older {
        reload_schema();
    }
}

/// The session has ended, here or elsewhere. What waits stays on the device for when the same person comes back.
pub fn lost() {
    remove(SIGNED_IN_KEY);
    store::forget_current();
    app().session.set(None);
    app().schema.set(None);
    app().items.set(Vec::new());
    app().looked.set(BTreeMap::new());
    app().entry.set(Entry::Out);
}

/// Ends the session. Offline it cannot: the cookie would stay.
pub async fn sign_out() -> Result<(), ApiError> {
    match ask::<SignOut>(&[], &Empty {}).await {
        Ok(_) | Err(ApiError::SignedOut) => {
            lost();
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The definitions. Pages inside the shell exist only while there are some; elsewhere these are empty.
pub fn schema() -> Arc<Schema> {
    app().schema.get().unwrap_or_else(nothing_defined)
}

pub fn schema_now() -> Arc<Schema> {
    app().schema.get_untracked().unwrap_or_else(nothing_defined)
}

fn nothing_defined() -> Arc<Schema> {
    let Some(currency) = Currency::parse("CNY") else { unreachable!("three capital letters are a currency") };
    let workspace = WorkspaceSettings {
        name: String::new(),
        language: String::new(),
        zone: "UTC".to_owned(),
        currency,
        work: WorkDays::default(),
        logo: None,
    };
    Arc::new(Schema {
        v: 1,
        revision: 0,
        workspace,
        entities: Vec::new(),
        pipelines: Vec::new(),
        roles: Vec::new(),
    })
}

/// Who looks at the screen.
pub fn me() -> Option<Id> {
    app().session.with(|session| session.as_ref().map(|session| session.user))
}

/// The reader's role; none is like a role without grants.
pub fn role() -> Option<Role> {
    let id = app().session.with(|session| session.as_ref().map(|session| session.role.clone()))?;
    schema().role(&id).cloned()
}

/// The reader's team and those it is part of, where they are known.
pub fn own_teams() -> Option<BTreeSet<Id>> {
    app()
        .session
        .with(|session| session.as_ref()?.teams.as_ref().map(|teams| teams.iter().copied().collect()))
}

/// The zone whose clock the reader's schedules follow.
pub fn zone() -> String {
    app()
        .session
        .with_untracked(|session| session.as_ref().map(|session| session.zone.clone()))
        .unwrap_or_else(|| "UTC".to_owned())
}

/// The reader's day.
pub fn today() -> Date {
    let now = time::now();
    match ZONES.date(&zone(), now).or_else(|| now.utc_date()) {
        Some(today) => today,
        None => unreachable!("an instant of our years has a day"),
    }
}
