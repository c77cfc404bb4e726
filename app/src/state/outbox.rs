//! Commands on their way. A command is in IndexedDB before the screen shows what it does, is sent in its order, and
//! leaves only when its answer is there; it may be sent twice, because the server knows it by its id. What was refused
//! stays visible until somebody decides.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use domain::api::command::{Answer, CommandsRequest, MAX_COMMANDS};
use domain::api::record::RecordBody;
use domain::api::{Code, SendCommands};
use domain::command::{Action, Command, Conflict, FORMAT};
use domain::ids::Id;
use domain::message::Problem;
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::foresee::foresee;
use super::overlay::{Effect, effects};
use super::session::Entry;
use super::{app, ask, session, sleep, store, time};
use crate::api::ApiError;
use crate::components::{Toast, icons};
use crate::i18n::say;

/// Answered commands that are kept for pages which read before they were saved.
const DONE_KEPT: usize = 200;
const LONGEST_PAUSE_MS: i32 = 60_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub command: Command,
    pub note: Note,
    #[serde(default)]
    pub effects: Vec<Effect>,
    #[serde(default)]
    pub state: State,
}

/// What the command is about, in words that its maker knew: for the tray and the toast.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// A message key of the tray, with `{name}` and `{entity}`.
    pub key: String,
    pub entity: String,
    pub name: String,
    /// Said when it is saved; nothing is said without.
    #[serde(default)]
    pub toast: Option<String>,
    /// Where one can look at it.
    #[serde(default)]
    pub record: Option<(String, Id)>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Waiting,
    Refused {
        code: Code,
        problems: Vec<Problem>,
    },
    Conflict {
        conflicts: Vec<Conflict>,
    },
    /// Saved; kept in memory for pages that do not know of it.
    Done {
        seq: u64,
    },
}

impl Item {
    pub fn waits(&self) -> bool {
        self.state == State::Waiting
    }

    pub fn needs_a_decision(&self) -> bool {
        matches!(self.state, State::Refused { .. } | State::Conflict { .. })
    }
}

/// What became of a command, for a form that waits for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Saved,
    Refused {
        code: Code,
        problems: Vec<Problem>,
    },
    Conflict(Vec<Conflict>),
    /// No answer yet: it is on the device and will be sent.
    Waiting,
}

thread_local! {
    static SENDING: Cell<bool> = const { Cell::new(false) };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
    static PAUSE_MS: Cell<i32> = const { Cell::new(1_000) };
}

pub(super) fn start() {
    let online = window_event_listener_untyped("online", |_| wake());
    let offline = window_event_listener_untyped("offline", |_| app().online.set(false));
    let elsewhere = window_event_listener_untyped("storage", |_| {
        // Another tab signed out, or in as somebody else: this one starts anew.
        if app().entry.get_untracked() == Entry::In && !session::is_ours() {
            let _ = window().location().reload();
        }
    });
    // They listen as long as the page lives.
    std::mem::forget((online, offline, elsewhere));
    let looked_at = Closure::<dyn Fn()>::new(|| {
        if !document().hidden() {
            wake();
            app().refresh.update(|count| *count += 1);
        }
    });
    let _ =
        document().add_event_listener_with_callback("visibilitychange", looked_at.as_ref().unchecked_ref());
    looked_at.forget();
}

/// There may be a network again: no waiting for the next try.
pub fn wake() {
    PAUSE_MS.set(1_000);
    if app().entry.get_untracked() == Entry::Stranded {
        spawn_local(session::enter());
    }
    send_soon();
}

/// A command of this build with an id of its own.
pub fn command(actions: Vec<Action>) -> Command {
    Command { v: FORMAT, id: time::new_id(), actions }
}

/// Takes a command: foresees it, writes it down, shows it and sends it. `known` are the records it changes.
///
/// # Errors
/// What is wrong with it, as far as one can know here; nothing has happened then.
pub async fn submit(command: Command, note: Note, known: &[RecordBody]) -> Result<Id, Vec<Problem>> {
    let plan = foresee(&command, known)?;
    let id = command.id;
    let item = Item { effects: effects(&plan), command, note, state: State::Waiting };
    for effect in item.effects.iter().filter(|effect| effect.kind == domain::command::ChangeKind::Created) {
        let title = session::schema_now()
            .entity(&effect.entity)
            .and_then(|entity| effect.values.get(&entity.title)?.as_str().map(str::to_owned));
        if let Some(title) = title {
            super::names::learn_one(effect.record, &title);
        }
    }
    keep(&item).await;
    app().items.update(|items| items.push(Arc::new(item)));
    if !app().online.get_untracked() {
        app().toasts.show(Toast::new(say("outbox.offline", &[])).with_icon(icons::OFFLINE));
    }
    send_soon();
    Ok(id)
}

/// The same from where nobody waits for the problems: they are said.
pub fn submit_soon(command: Command, note: Note, known: Vec<RecordBody>) {
    spawn_local(async move {
        if let Err(problems) = submit(command, note, &known).await {
            app().toasts.show(Toast::new(crate::i18n::problems_text(&problems)).with_icon(icons::ALERT));
        }
    });
}

/// Waits until a command is answered, at most so long.
pub async fn outcome(command: Id, at_most_ms: i32) -> Outcome {
    const STEP_MS: i32 = 20;
    let mut waited = 0;
    loop {
        let state = app().items.with_untracked(|items| {
            items.iter().find(|item| item.command.id == command).map(|item| item.state.clone())
        });
        match state {
            None | Some(State::Done { .. }) => return Outcome::Saved,
            Some(State::Refused { code, problems }) => return Outcome::Refused { code, problems },
            Some(State::Conflict { conflicts }) => return Outcome::Conflict(conflicts),
            Some(State::Waiting)
                if waited >= at_most_ms || (waited > 300 && !app().online.get_untracked()) =>
            {
                return Outcome::Waiting;
            }
            Some(State::Waiting) => {}
        }
        sleep(STEP_MS).await;
        waited += STEP_MS;
    }
}

/// Gives a refused or conflicting command up.
pub fn discard(command: Id) {
    spawn_local(async move {
        if let Some(store) = store::current() {
            let _ = store.delete_command(&command.to_string()).await;
        }
        app().items.update(|items| items.retain(|item| item.command.id != command));
    });
}

/// Sends a refused command again as it is: the reason may be gone.
pub fn retry(command: Id) {
    set_state(command, State::Waiting);
    wake();
}

/// Decides a conflict: the command again on top of what the others did, without the fields that stay `theirs`.
pub fn resolve(item: &Item, theirs: &BTreeSet<(Id, String)>) {
    let State::Conflict { conflicts } = &item.state else { return };
    let is_theirs = |record: Id, field: &str| theirs.iter().any(|(id, own)| *id == record && own == field);
    let mut actions = item.command.actions.clone();
    for action in &mut actions {
        if let Action::Update { record, values, old, .. } = action {
            values.retain(|field, _| !is_theirs(*record, field));
            old.retain(|field, _| !is_theirs(*record, field));
        }
        rebase(action, conflicts);
    }
    actions.retain(|action| !matches!(action, Action::Update { values, .. } if values.is_empty()));
    if actions.is_empty() {
        return discard(item.command.id);
    }
    let mut effects = item.effects.clone();
    for effect in &mut effects {
        effect.values.retain(|field, _| !is_theirs(effect.record, field));
    }
    let again = Item { command: command(actions), note: item.note.clone(), effects, state: State::Waiting };
    discard(item.command.id);
    spawn_local(async move {
        keep(&again).await;
        app().items.update(|items| items.push(Arc::new(again)));
        send_soon();
    });
}

fn rebase(action: &mut Action, conflicts: &[Conflict]) {
    let about = |record: &Id| conflicts.iter().find(|conflict| conflict.record == *record);
    let theirs = |conflict: &Conflict, field: &str| {
        conflict.fields.iter().find(|one| one.field == field).map(|one| one.theirs.clone())
    };
    match action {
        Action::Update { record, base_version, old, values, .. } => {
            let Some(conflict) = about(record) else { return };
            for field in &conflict.fields {
                if values.contains_key(&field.field) {
                    old.insert(field.field.clone(), field.theirs.clone());
                }
            }
            // Not the version of now: other fields may have changed unseen since.
            *base_version = 0;
        }
        Action::Delete { record, base_version, .. } => {
            if let Some(conflict) = about(record) {
                *base_version = conflict.version;
            }
        }
        Action::MoveStage { record, from, .. } => {
            if let Some(stage) =
                about(record).and_then(|conflict| theirs(conflict, "stage")?.as_str().map(str::to_owned))
            {
                *from = stage;
            }
        }
        Action::Assign { record, old_owner, .. } => {
            if let Some(owner) = about(record).and_then(|conflict| theirs(conflict, "owner")) {
                *old_owner = owner.as_str().and_then(|owner| owner.parse().ok());
            }
        }
        _ => {}
    }
}

async fn keep(item: &Item) {
    let Some(store) = store::current() else { return };
    let Ok(text) = serde_json::to_string(item) else { return };
    if let Err(error) = store.put_command(&item.command.id.to_string(), &text).await {
        // Without room or permission the command lives in this tab only; the tray says that it waits.
        web_sys::console::warn_1(&JsValue::from_str(&error.to_string()));
    }
}

fn set_state(command: Id, state: State) {
    let mut changed = None;
    app().items.update(|items| {
        if let Some(item) = items.iter_mut().find(|item| item.command.id == command) {
            let next = Item { state, ..(**item).clone() };
            *item = Arc::new(next.clone());
            changed = Some(next);
        }
    });
    if let Some(item) = changed {
        spawn_local(async move { keep(&item).await });
    }
}

/// Takes over what the device holds: at start, and what another tab has put there or sent.
pub async fn load() {
    let Some(store) = store::current() else { return };
    let Ok(texts) = store.commands().await else { return };
    let kept: Vec<Item> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    app().items.update(|items| {
        // What another tab has sent is no longer on the device.
        items.retain(|item| {
            matches!(item.state, State::Done { .. })
                || kept.iter().any(|other| other.command.id == item.command.id)
        });
        for item in kept {
            if !items.iter().any(|known| known.command.id == item.command.id) {
                items.push(Arc::new(item));
            }
        }
        items.sort_by_key(|item| item.command.id);
    });
}

/// Begins sending unless that is going on already; then it goes on a little longer.
pub fn send_soon() {
    if SENDING.replace(true) {
        AGAIN.set(true);
        return;
    }
    spawn_local(async {
        loop {
            AGAIN.set(false);
            let passing = send_all().await;
            if passing {
                let pause = PAUSE_MS.get();
                PAUSE_MS.set((pause * 2).min(LONGEST_PAUSE_MS));
                // In steps, so that `wake` is heard.
                let mut slept = 0;
                while slept < pause && !AGAIN.get() {
                    sleep(250).await;
                    slept += 250;
                }
            } else if !AGAIN.get() {
                break;
            }
        }
        SENDING.set(false);
    });
}

/// Sends what waits. Whether it stopped for a reason that may pass.
async fn send_all() -> bool {
    let mut batch = MAX_COMMANDS;
    if waiting(1).is_empty() {
        return false;
    }
    let Some(_lock) = Lock::acquire().await else {
        // Another tab sends; what it sent leaves the device, and then this one's list.
        load().await;
        return !waiting(1).is_empty();
    };
    loop {
        let commands = waiting(batch);
        if commands.is_empty() || app().entry.get_untracked() == Entry::Out || !session::is_ours() {
            return false;
        }
        app().sending.set(true);
        let count = commands.len();
        let only = commands[0].id;
        let reply = ask::<SendCommands>(&[], &CommandsRequest { commands }).await;
        app().sending.set(false);
        match reply {
            Ok(reply) => {
                PAUSE_MS.set(1_000);
                for answer in reply.answers {
                    settle(answer).await;
                }
                app().refresh.update(|count| *count += 1);
            }
            Err(error) if error.is_passing() => return true,
            Err(ApiError::SignedOut) => return false,
            // The batch as a whole was refused: smaller ones find the culprit.
            Err(_) if count > 1 => batch = (count / 2).max(1),
            Err(ApiError::Refused(envelope)) => {
                set_state(only, State::Refused { code: envelope.code, problems: envelope.problems });
                batch = MAX_COMMANDS;
            }
            Err(ApiError::Conflict(conflicts)) => set_state(only, State::Conflict { conflicts }),
            Err(_) => set_state(only, State::Refused { code: Code::Outdated, problems: Vec::new() }),
        }
    }
}

fn waiting(at_most: usize) -> Vec<Command> {
    app().items.with_untracked(|items| {
        items.iter().filter(|item| item.waits()).take(at_most).map(|item| item.command.clone()).collect()
    })
}

async fn settle(answer: Answer) {
    match answer {
        Answer::Done(receipt) => {
            if let Some(store) = store::current() {
                let _ = store.delete_command(&receipt.command.to_string()).await;
            }
            let mut note = None;
            app().items.update(|items| {
                if let Some(item) = items.iter_mut().find(|item| item.command.id == receipt.command) {
                    note =
                        Some((item.note.clone(), matches!(item.command.actions[..], [Action::Undo { .. }])));
                    *item = Arc::new(Item { state: State::Done { seq: receipt.seq }, ..(**item).clone() });
                }
                let done = items.iter().filter(|item| matches!(item.state, State::Done { .. })).count();
                let mut excess = done.saturating_sub(DONE_KEPT);
                items.retain(|item| {
                    let leaves = excess > 0 && matches!(item.state, State::Done { .. });
                    excess -= usize::from(leaves);
                    !leaves
                });
            });
            session::note_revision(receipt.revision);
            if let Some((note, was_undo)) = note {
                say_saved(&note, receipt.command, was_undo || receipt.seq == 0);
            }
        }
        Answer::Refused { command, code, problems } => {
            if code == Code::Outdated {
                session::reload_schema();
            }
            set_state(command, State::Refused { code, problems });
        }
        Answer::Conflict { command, conflicts } => set_state(command, State::Conflict { conflicts }),
    }
}

fn say_saved(note: &Note, command: Id, final_: bool) {
    let Some(text) = &note.toast else { return };
    let toast = Toast::new(text.clone()).with_icon(icons::CHECK);
    let toast =
        if final_ { toast } else { toast.with_action(say("action.undo", &[]), move || undo(command)) };
    app().toasts.show(toast);
}

/// Takes a saved command back.
pub fn undo(id: Id) {
    let note = Note {
        key: "outbox.item.other".to_owned(),
        toast: Some(say("record.undone.toast", &[])),
        ..Note::default()
    };
    submit_soon(command(vec![Action::Undo { command: id }]), note, Vec::new());
}

/// Only one tab sends at a time. Two would do no harm, because a command is known by its id; it would be waste.
struct Lock {
    release: Option<Function>,
}

impl Lock {
    async fn acquire() -> Option<Self> {
        let locks = Reflect::get(&window().navigator(), &JsValue::from_str("locks")).ok();
        let Some(locks) = locks.filter(JsValue::is_object) else { return Some(Self { release: None }) };
        let request: Function = Reflect::get(&locks, &JsValue::from_str("request")).ok()?.dyn_into().ok()?;
        let options = Object::new();
        let _ = Reflect::set(&options, &JsValue::from_str("ifAvailable"), &JsValue::TRUE);
        let granted = Promise::new(&mut |resolve, _| {
            let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
                if lock.is_null() {
                    let _ = resolve.call1(&JsValue::NULL, &JsValue::NULL);
                    return JsValue::UNDEFINED;
                }
                let held = Promise::new(&mut |release, _| {
                    let _ = resolve.call1(&JsValue::NULL, &release);
                });
                held.into()
            });
            let _ = request.call3(&locks, &JsValue::from_str("zhike.outbox"), &options, &callback);
        });
        let release = JsFuture::from(granted).await.ok()?;
        release.dyn_into::<Function>().ok().map(|release| Self { release: Some(release) })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}
