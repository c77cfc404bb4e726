//! What others change is seen within seconds. The server says over a socket that the workspace has come further; this
//! device then asks what changed, and what is on the screen reads again, quietly, if that may concern it. Without a
//! socket it asks from time to time. All of it rests while nobody looks at the page.
//!
//! It comes in a part of its own once the first page is drawn; `app().news` is all that pages know of it.

pub mod bell;
mod concerns;
pub(super) mod moved;
mod pace;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use domain::api::live::{CLOSED_AGAIN, PING, PONG, Told};
use domain::api::record::{ChangeNote, ChangesRequest};
use domain::api::{Call, ListChanges, Live};
use domain::ids::Id;
use js_sys::{Function, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::session::{self, Entry};
use super::{app, ask, hands_free, sleep, steady};
use crate::api::ApiError;
use concerns::Concerned;
use pace::{Backoff, Pace};

/// How often the line is tried while nothing comes over it, and how long it may take to answer.
const PING_MS: i32 = 45_000;
const ANSWER_MS: i32 = 10_000;
/// Long work of one's own fills whole portions of the log: so many are gone through for what others did meanwhile.
const PORTIONS: usize = 8;
/// How often it is looked whether somebody looks, where the browser says nothing.
const IDLE_MS: i32 = 60_000;

thread_local! {
    static RUNS: Cell<bool> = const { Cell::new(false) };
    /// Ends the pause that is being made.
    static WAKE: RefCell<Option<Function>> = const { RefCell::new(None) };
    /// Of this workspace everything up to here is known.
    static KNOWN: Cell<Option<(Id, u64)>> = const { Cell::new(None) };
    /// How far the workspace has come, as far as this device has heard.
    static HEARD: Cell<u64> = const { Cell::new(0) };
    static LOOKS: Cell<bool> = const { Cell::new(false) };
    static PACE: RefCell<Pace> = RefCell::default();
    /// What the last news are about.
    static CONCERNED: RefCell<Concerned> = RefCell::default();
}

/// Begins to follow the workspace, for as long as the page lives.
pub fn run() {
    if RUNS.replace(true) {
        // Somebody has come in again.
        return wake();
    }
    let seen = Closure::<dyn Fn()>::new(|| {
        if !document().hidden() {
            wake();
            look_if_behind();
        }
    });
    let _ = document().add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
    // They listen as long as the page lives.
    seen.forget();
    std::mem::forget(window_event_listener_untyped("online", |_| wake()));
    spawn_local(follow());
    bell::run();
}

async fn follow() {
    let mut backoff = Backoff::default();
    loop {
        while !may_ask() {
            pause(IDLE_MS).await;
        }
        // What was missed. It also says whether the session still holds, which a socket that is refused does not.
        let reached = look().await.is_ok();
        if !may_ask() {
            continue;
        }
        let held = if reached { hold().await } else { Held::default() };
        if held.ms > f64::from(PING_MS) || held.again {
            backoff = Backoff::default();
        }
        pause(backoff.next(dice())).await;
    }
}

/// Somebody is signed in, looks at the page, and has a network as far as the device knows.
fn may_ask() -> bool {
    app().entry.get_untracked() == Entry::In && !document().hidden() && window().navigator().on_line()
}

/// Waits, unless something happens that ends the waiting.
async fn pause(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Fails only without a window.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        WAKE.set(Some(resolve));
    });
    let _ = JsFuture::from(promise).await;
}

fn wake() {
    if let Some(resolve) = WAKE.take() {
        let _ = resolve.call0(&JsValue::NULL);
    }
}

fn now() -> f64 {
    js_sys::Date::now()
}

fn dice() -> f64 {
    js_sys::Math::random()
}

/// What a socket is heard saying.
struct Line {
    workspace: Option<Id>,
    /// Something came since it was asked for.
    lives: Cell<bool>,
    /// The code it was closed with.
    closed: Cell<Option<u16>>,
}

/// How it went with a socket: how long it was held, and whether it was only to show its session again.
#[derive(Default)]
struct Held {
    ms: f64,
    again: bool,
}

/// Holds a socket until it closes or stops answering.
async fn hold() -> Held {
    let Some(socket) = address().and_then(|address| WebSocket::new(&address).ok()) else {
        return Held::default();
    };
    let line = Rc::new(Line { workspace: workspace(), lives: Cell::new(false), closed: Cell::new(None) });
    let on_message = {
        let line = line.clone();
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            line.lives.set(true);
            let text = event.data().as_string().unwrap_or_default();
            if text != PONG && line.workspace == workspace() {
                heard(&text);
            }
        })
    };
    let on_close = {
        let line = line.clone();
        Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| {
            line.closed.set(Some(event.code()));
            wake();
        })
    };
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    let begun = now();
    // The other side speaks first.
    let mut asked = Some(begun);
    loop {
        pause(if asked.is_some() { ANSWER_MS } else { PING_MS }).await;
        // Somebody else signed in, or nobody is: this socket was theirs who were here before.
        if line.closed.get().is_some()
            || app().entry.get_untracked() != Entry::In
            || line.workspace != workspace()
        {
            break;
        }
        look_if_behind();
        match asked {
            Some(_) if line.lives.get() => asked = None,
            Some(at) if now() - at >= f64::from(ANSWER_MS) => break,
            Some(_) => {}
            None => {
                line.lives.set(false);
                if socket.send_with_str(PING).is_err() {
                    break;
                }
                asked = Some(now());
            }
        }
    }
    socket.set_onmessage(None);
    socket.set_onclose(None);
    // Closing what is closed changes nothing.
    let _ = socket.close();
    Held { ms: now() - begun, again: line.closed.get() == Some(CLOSED_AGAIN) }
}

fn address() -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}{}", location.host().ok()?, Live::ENDPOINT.path))
}

fn workspace() -> Option<Id> {
    app().session.with_untracked(|session| session.as_ref().map(|session| session.workspace))
}

fn heard(text: &str) {
    // What is no such message comes from a later release, and says nothing to this one.
    if let Ok(Told { seq, bell }) = serde_json::from_str(text) {
        if bell {
            bell::count_soon();
        }
        HEARD.set(HEARD.get().max(seq));
        look_if_behind();
    }
}

/// The workspace, and up to where its changes are known: at first, how far it was when somebody came in.
fn known() -> Option<(Id, u64)> {
    let (workspace, seq) = app()
        .session
        .with_untracked(|session| session.as_ref().map(|session| (session.workspace, session.seq)))?;
    KNOWN.get().filter(|(of, _)| *of == workspace).or(Some((workspace, seq)))
}

/// Asks what changed if something has, at the pace at which one may.
fn look_if_behind() {
    if !is_behind() || LOOKS.replace(true) {
        return;
    }
    spawn_local(async {
        while is_behind() && may_ask() {
            sleep(PACE.with_borrow(|pace| pace.wait(now(), dice()))).await;
            // Whoever comes back to the page asks then.
            if !may_ask() {
                break;
            }
            PACE.with_borrow_mut(|pace| pace.looks(now()));
            if look().await.is_err() {
                break;
            }
        }
        LOOKS.set(false);
    });
}

fn is_behind() -> bool {
    known().is_some_and(|(_, seq)| HEARD.get() > seq)
}

/// Asks what changed, and lets pages know.
async fn look() -> Result<(), ApiError> {
    let Some((workspace, after)) = known() else { return Ok(()) };
    if KNOWN.get().is_none_or(|(of, _)| of != workspace) {
        // What was heard was heard of another one.
        HEARD.set(0);
    }
    let heard = HEARD.get();
    let mut reply = ask::<ListChanges>(&[], &ChangesRequest { after }).await?;
    for _ in 1..PORTIONS {
        if !reply.more || reply.lost || !reply.changes.iter().all(|note| is_own(note.command)) {
            break;
        }
        reply = ask::<ListChanges>(&[], &ChangesRequest { after: reply.seq }).await?;
    }
    // Another workspace was entered meanwhile, or what was asked twice is answered twice.
    if known() != Some((workspace, after)) {
        return Ok(());
    }
    // Many changes are not gone through one by one.
    let upto = if reply.more { reply.head } else { reply.seq };
    KNOWN.set(Some((workspace, upto)));
    if HEARD.get() == heard {
        // A log that was put back to an earlier state ends where it ends.
        HEARD.set(upto);
    }
    let others: Vec<ChangeNote> = reply.changes.into_iter().filter(|note| !is_own(note.command)).collect();
    if others.iter().any(|note| note.entity == "definition") {
        session::reload_schema();
    }
    let concerned = Concerned::new(&others, reply.more || reply.lost);
    if !concerned.is_nobody() {
        hands_free().await;
        CONCERNED.set(concerned);
        app().news.update(|news| {
            news.turn += 1;
            news.concerns = |address| {
                CONCERNED.with_borrow(|concerned| concerned.are_seen_at(&session::schema_now(), address))
            };
        });
    }
    Ok(())
}

/// What this device did it shows already, or reads again when it is done with it.
fn is_own(command: Id) -> bool {
    steady::has_sent(command)
        || app().items.with_untracked(|items| items.iter().any(|item| item.command.id == command))
}
