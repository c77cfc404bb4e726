//! What is done with commands: they are foreseen, written down, sent and settled. This is the part of the program that
//! `outbox::Dispatch` fetches; nothing that the first page shows may call it in another way, or it moves back there.

use std::cell::Cell;
use std::sync::Arc;

use domain::api::command::{Answer, CommandsRequest, MAX_COMMANDS};
use domain::api::record::RecordBody;
use domain::api::{Code, Empty, GetSession, SendCommands};
use domain::command::{Action, ChangeKind, Command};
use domain::ids::Id;
use domain::message::Problem;
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::faults::Faults;
use super::foresee::foresee;
use super::live::moved;
use super::outbox::{self, Dispatch, Item, Note, State, answered, any_waits, load, send_soon, undo};
use super::overlay::effects;
use super::session::{self, Entry};
use super::{app, ask, store, time};
use crate::api::ApiError;
use crate::components::{Toast, icons};
use crate::i18n::say;

/// Answered commands that are kept for pages which read before they were saved.
const DONE_KEPT: usize = 200;

thread_local! {
    static FAULTS: Cell<Option<Faults>> = const { Cell::new(None) };
}

pub(super) static DISPATCH: Dispatch = Dispatch {
    submit: |command, note, known| Box::pin(submit(command, note, known)),
    take_over,
    send: || Box::pin(send_all()),
};

async fn submit(command: Command, note: Note, known: Vec<RecordBody>) -> Result<Id, Vec<Problem>> {
    let plan = foresee(&command, &known)?;
    let id = command.id;
    let mut item = Item { effects: effects(&plan), command, note, state: State::Waiting, kept: false };
    for effect in item.effects.iter().filter(|effect| effect.kind == ChangeKind::Created) {
        let title = session::schema_now()
            .entity(&effect.entity)
            .and_then(|entity| effect.values.get(&entity.title)?.as_str().map(str::to_owned));
        if let Some(title) = title {
            super::names::learn_one(effect.record, &title);
        }
    }
    item.kept = keep(&item).await;
    app().items.update(|items| insert(items, item));
    if !app().online.get_untracked() {
        app().toasts.show(Toast::new(say("outbox.offline", &[])).with_icon(icons::OFFLINE));
    }
    send_soon();
    Ok(id)
}

/// Writes it down, and says whether it is on the device now.
pub(super) async fn keep(item: &Item) -> bool {
    let Some(store) = store::current() else { return false };
    let Ok(text) = serde_json::to_string(item) else { return false };
    let written = store.put_command(&item.command.id.to_string(), &text).await;
    if let Err(error) = &written {
        // Without room or permission the command lives in this tab only; the tray says that it waits.
        web_sys::console::warn_1(&JsValue::from_str(&error.to_string()));
    }
    written.is_ok()
}

pub(super) fn set_state(command: Id, state: State) {
    let mut changed = None;
    app().items.update(|items| {
        if let Some(item) = items.iter_mut().find(|item| item.command.id == command) {
            let next = Item { state, ..(**item).clone() };
            *item = Arc::new(next.clone());
            changed = Some(next);
        }
    });
    if let Some(item) = changed {
        spawn_local(async move {
            keep(&item).await;
        });
    }
}

/// In the order in which they were made, which is that of their ids.
pub(super) fn insert(items: &mut Vec<Arc<Item>>, item: Item) {
    let at = items.partition_point(|known| known.command.id < item.command.id);
    items.insert(at, Arc::new(item));
}

fn take_over(texts: &[String], known: &[Id]) {
    let stored = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    app().items.update(|items| merge(items, stored, known));
}

/// Brings memory in line with the device, whose commands were read when memory held `known`.
fn merge(items: &mut Vec<Arc<Item>>, stored: Vec<Item>, known: &[Id]) {
    // What another tab has sent is no longer on the device. What was never there, or came after the reading, is not
    // sent yet.
    let sent_elsewhere = |item: &Item| {
        item.kept
            && known.contains(&item.command.id)
            && !matches!(item.state, State::Done { .. })
            && !stored.iter().any(|other| other.command.id == item.command.id)
    };
    items.retain(|item| !sent_elsewhere(item));
    for item in stored {
        if !items.iter().any(|known| known.command.id == item.command.id) {
            insert(items, Item { kept: true, ..item });
        }
    }
}

/// Sends what waits. Whether it stopped for a reason that may pass.
async fn send_all() -> bool {
    let mut batch = MAX_COMMANDS;
    if !any_waits() {
        return false;
    }
    let Some(_lock) = Lock::acquire().await else {
        // Another tab sends; what it sent leaves the device, and then this one's list.
        load().await;
        return any_waits();
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
                answered();
                for answer in reply.answers {
                    settle(answer).await;
                }
                app().refresh.update(|count| *count += 1);
            }
            // Whose fault it is shows when the first of them goes alone.
            Err(ApiError::Fault(_)) if count > 1 => batch = 1,
            Err(ApiError::Fault(_)) if is_stuck(only).await => {
                let problems = vec![Problem::new("outbox.stuck")];
                set_state(only, State::Refused { code: Code::Fault, problems });
                batch = MAX_COMMANDS;
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

/// Whether a command has met the server's own mistake so often, while other questions are answered, that those behind it
/// go on without it.
async fn is_stuck(command: Id) -> bool {
    let faults = Faults::one_more(FAULTS.get(), command, time::now());
    FAULTS.set(Some(faults));
    if !faults.are_enough(time::now()) || ask::<GetSession>(&[], &Empty {}).await.is_err() {
        return false;
    }
    FAULTS.set(None);
    true
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
            say_refused(command, code, &problems);
            set_state(command, State::Refused { code, problems });
        }
        Answer::Conflict { command, conflicts } => {
            let item = app()
                .items
                .with_untracked(|items| items.iter().find(|item| item.command.id == command).cloned());
            if !item.is_some_and(|item| moved::tell(item, &conflicts)) {
                say_refused(command, Code::Conflict, &[]);
            }
            set_state(command, State::Conflict { conflicts });
        }
    }
}

/// A card that goes back to where it was says why; everything else waits in the tray for somebody to decide.
fn say_refused(id: Id, code: Code, problems: &[Problem]) {
    let item = app()
        .items
        .with_untracked(|items| items.iter().find(|item| item.command.id == id).cloned())
        // A lane hands the card over as well.
        .filter(|item| matches!(item.command.actions[..], [Action::MoveStage { .. }, ..]));
    let Some(item) = item else { return };
    let text = untrack(|| {
        let said: Vec<String> =
            problems.iter().map(|problem| outbox::problem_text(&item.command, problem)).collect();
        let why = if said.is_empty() { say(code.message_key(), &[]) } else { said.join(" · ") };
        say("board.refused.toast", &[("name", &item.note.name), ("why", &why)])
    });
    app().toasts.show(Toast::new(text).with_icon(icons::ALERT));
}

fn say_saved(note: &Note, command: Id, final_: bool) {
    let Some(text) = &note.toast else { return };
    let toast = Toast::new(text.clone()).with_icon(icons::CHECK);
    let toast =
        if final_ { toast } else { toast.with_action(say("action.undo", &[]), move || undo(command)) };
    app().toasts.show(toast);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: u64, kept: bool, state: State) -> Item {
        let command = Command { v: 1, id: Id::v7(number, &[0; 10]), actions: Vec::new() };
        Item { command, note: Note::default(), effects: Vec::new(), state, kept }
    }

    #[test]
    fn only_what_was_on_the_device_can_have_been_sent_by_another_tab() {
        let mut items: Vec<Arc<Item>> = [
            item(1, true, State::Waiting),
            item(2, false, State::Waiting),
            item(3, true, State::Done { seq: 9 }),
            item(4, true, State::Waiting),
            item(5, true, State::Waiting),
        ]
        .into_iter()
        .map(Arc::new)
        .collect();
        let known: Vec<Id> = items[..4].iter().map(|item| item.command.id).collect();
        let stored = vec![item(4, false, State::Waiting), item(6, false, State::Waiting)];

        merge(&mut items, stored, &known);
        let left: Vec<(Id, bool)> = items.iter().map(|item| (item.command.id, item.kept)).collect();
        let expected = [(2, false), (3, true), (4, true), (5, true), (6, true)];
        assert_eq!(left, expected.map(|(number, kept)| (Id::v7(number, &[0; 10]), kept)));
    }
}
