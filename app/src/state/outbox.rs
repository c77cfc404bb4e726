//! Commands on their way. A command is in IndexedDB before the screen shows what it does, is sent in its order, and
//! leaves only when its answer is there; it may be sent twice, because the server knows it by its id. What was refused
//! stays visible until somebody decides.
//!
//! Here stands what the screen knows of them. What is done with them comes in a part of its own: [`Dispatch`].

use std::cell::Cell;
use std::collections::BTreeSet;

use domain::api::Code;
use domain::api::record::RecordBody;
use domain::command::{Action, Command, Conflict, FORMAT};
use domain::ids::Id;
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, closure::Closure};

use super::dispatch::{insert, keep, set_state};
use super::overlay::Effect;
use super::session::Entry;
use super::{app, session, sleep, store, time};
use crate::apart::apart;
use crate::api::Later;
use crate::components::{Toast, icons};
use crate::i18n::{named_problem_text, problems_text, say};

const LONGEST_PAUSE_MS: i32 = 60_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub command: Command,
    pub note: Note,
    #[serde(default)]
    pub effects: Vec<Effect>,
    #[serde(default)]
    pub state: State,
    /// It is on the device. One that could not be written lives in this tab only.
    #[serde(skip)]
    pub kept: bool,
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
        matches!(self.state, State::Waiting)
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
    /// The device holds commands that could not be read yet.
    static UNREAD: Cell<bool> = const { Cell::new(false) };
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

/// What is done with commands: [`dispatch`](super::dispatch), which a part of the program brings. Nothing of it is needed
/// to see Today or the board, and reading and planning commands is a third of all code that data makes necessary.
pub(super) struct Dispatch {
    pub submit: fn(Command, Note, Vec<RecordBody>) -> Later<Submitted>,
    /// What the device holds, and what was in memory when it was read.
    pub take_over: fn(&[String], &[Id]),
    pub send: fn() -> Later<bool>,
}

type Submitted = Result<Id, Vec<Problem>>;

apart!(outbox, dispatch, &super::dispatch::DISPATCH => &'static Dispatch);

/// Brings the part ahead of the first command.
pub async fn fetch() {
    // What did not come now is asked for again when it is wanted.
    let _ = dispatch().await;
}

/// Takes a command: foresees it, writes it down, shows it and sends it. `known` are the records it changes.
///
/// # Errors
/// What is wrong with it, as far as one can know here; nothing has happened then.
pub async fn submit(command: Command, note: Note, known: Vec<RecordBody>) -> Submitted {
    match dispatch().await {
        Ok(dispatch) => (dispatch.submit)(command, note, known).await,
        Err(_) => Err(vec![Problem::new("error.offline")]),
    }
}

/// The same from where nobody waits for the problems: they are said.
pub fn submit_soon(command: Command, note: Note, known: Vec<RecordBody>) {
    spawn_local(async move {
        if let Err(problems) = submit(command.clone(), note, known).await {
            let said: Vec<String> =
                untrack(|| problems.iter().map(|problem| problem_text(&command, problem)).collect());
            app().toasts.show(Toast::new(said.join(" · ")).with_icon(icons::ALERT));
        }
    });
}

/// Problems with one kind of record that have no place of their own.
pub fn say_problems(problems: &[Problem], entity: &str) {
    let said = untrack(|| problems_text(problems, entity));
    app().toasts.show(Toast::new(said).with_icon(icons::ALERT));
}

/// What is wrong with a command in words that name the field.
pub fn problem_text(command: &Command, problem: &Problem) -> String {
    let entity = match command.actions.get(problem.action.unwrap_or(0)) {
        // The next touch is planned on what the touch is about.
        Some(Action::LogTouch { .. }) if problem.field.as_deref() != Some("next_touch") => "touch",
        Some(
            Action::Create { entity, .. }
            | Action::Update { entity, .. }
            | Action::Delete { entity, .. }
            | Action::Restore { entity, .. }
            | Action::MoveStage { entity, .. }
            | Action::LogTouch { entity, .. }
            | Action::Assign { entity, .. }
            | Action::Pause { entity, .. }
            | Action::Snooze { entity, .. }
            | Action::ImportRows { entity, .. },
        ) => entity,
        Some(Action::ChangeDefinition { .. } | Action::Undo { .. }) | None => "",
    };
    named_problem_text(problem, entity)
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
    let (command, note) = (command(actions), item.note.clone());
    let mut again = Item { command, note, effects, state: State::Waiting, kept: false };
    discard(item.command.id);
    spawn_local(async move {
        again.kept = keep(&again).await;
        app().items.update(|items| insert(items, again));
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
        Action::Pause { record, old_until, .. } => {
            if let Some(until) = about(record).and_then(|conflict| theirs(conflict, "paused_until")) {
                *old_until = Some(until);
            }
        }
        _ => {}
    }
}

/// Takes over what the device holds: at start, and what another tab has put there or sent.
pub async fn load() {
    let Some(store) = store::current() else { return };
    let known =
        app().items.with_untracked(|items| items.iter().map(|item| item.command.id).collect::<Vec<_>>());
    let Ok(texts) = store.commands().await else { return };
    if texts.is_empty() && app().items.with_untracked(Vec::is_empty) {
        return;
    }
    match dispatch().await {
        Ok(dispatch) => (dispatch.take_over)(&texts, &known),
        Err(_) => UNREAD.set(true),
    }
}

/// Begins sending unless that is going on already; then it goes on a little longer.
pub fn send_soon() {
    if !UNREAD.get() && !any_waits() {
        return;
    }
    if SENDING.replace(true) {
        AGAIN.set(true);
        return;
    }
    spawn_local(async {
        loop {
            AGAIN.set(false);
            if UNREAD.take() {
                load().await;
            }
            let passing = match dispatch().await {
                Ok(dispatch) => (dispatch.send)().await,
                Err(_) => true,
            };
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

pub(super) fn any_waits() -> bool {
    app().items.with_untracked(|items| items.iter().any(|item| item.waits()))
}

/// An answer came: the next trouble is waited for as briefly as the first.
pub(super) fn answered() {
    PAUSE_MS.set(1_000);
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
