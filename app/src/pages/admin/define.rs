//! Carrying out what a settings page decides: sent at once, and waited for until the app knows it, so that the page after
//! it shows the new state. What is offered afterwards takes all of it back.

use domain::api::command::{Answer, CommandsRequest, Receipt};
use domain::api::record::{ListRequest, PAGE_MAX, RecordBody};
use domain::api::{Code, ListRecords, SendCommands};
use domain::command::Action;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use crate::api::ApiError;
use crate::components::{Toast, icons};
use crate::i18n::say;
use crate::pages::more::{Problems, problems_of};
use crate::state::outbox::{Note, command, submit_soon};
use crate::state::session::{note_revision, reload_schema, schema_now};
use crate::state::{app, ask, sleep};

const STEP_MS: i32 = 50;
const LONGEST_WAIT_MS: i32 = 10_000;
/// Pages of records that one step goes through: two hundred thousand records.
const MOST_PAGES: usize = 1_000;

/// One part of what is to happen; the parts happen in their order.
pub enum Step {
    Define(DefinitionChange),
    /// A command about records.
    Change(Vec<Action>),
    /// The same for every record a filter lets through, page by page. The action has to take it out of the filter.
    Each {
        entity: String,
        filter: Json,
        action: Box<dyn Fn(&RecordBody) -> Action>,
    },
}

/// Changes the definitions.
///
/// # Errors
/// What is wrong with it; nothing has happened then.
pub async fn define(change: DefinitionChange) -> Result<(), Vec<Problem>> {
    define_all(vec![change]).await
}

/// Several changes that belong together, one after another.
///
/// # Errors
/// What is wrong with the first that cannot be; those before it hold.
pub async fn define_all(changes: Vec<DefinitionChange>) -> Result<(), Vec<Problem>> {
    carry_out(changes.into_iter().map(Step::Define).collect()).await
}

/// Changes records.
///
/// # Errors
/// What is wrong with it; nothing has happened then.
pub async fn change(actions: Vec<Action>) -> Result<(), Vec<Problem>> {
    carry_out(vec![Step::Change(actions)]).await
}

/// What a form has decided, one thing at a time: what is wrong with it is said at its fields, and when it is done `then`
/// goes on.
pub fn submit(
    pending: RwSignal<bool>,
    problems: Problems,
    work: impl Future<Output = Result<(), Vec<Problem>>> + 'static,
    then: impl FnOnce() + 'static,
) {
    if pending.get_untracked() {
        return;
    }
    pending.set(true);
    spawn_local(async move {
        let outcome = work.await;
        pending.try_set(false);
        match outcome {
            Ok(()) => then(),
            Err(found) => {
                problems.0.try_set(found);
            }
        }
    });
}

/// Steps that belong together, one after another.
///
/// # Errors
/// What is wrong with the first that cannot be; those before it hold, and can be taken back.
pub async fn carry_out(steps: Vec<Step>) -> Result<(), Vec<Problem>> {
    let mut done = Vec::new();
    let mut outcome = Ok(());
    for step in steps {
        let carried = match step {
            Step::Define(change) => define_one(change, &mut done).await,
            Step::Change(actions) => act(actions, &mut done).await,
            Step::Each { entity, filter, action } => each(&entity, &filter, &*action, &mut done).await,
        };
        if let Err(problems) = carried {
            outcome = Err(problems);
            break;
        }
    }
    if !done.is_empty() {
        app().refresh.update(|count| *count += 1);
        let toast = Toast::new(say("definition.saved.toast", &[])).with_icon(icons::CHECK);
        app().toasts.show(toast.with_action(say("action.undo", &[]), move || take_back(&done)));
    }
    outcome
}

fn take_back(commands: &[Id]) {
    for (at, id) in commands.iter().enumerate().rev() {
        let toast = (at == 0).then(|| say("record.undone.toast", &[]));
        let note = Note { key: "outbox.item.other".to_owned(), toast, ..Note::default() };
        submit_soon(command(vec![Action::Undo { command: *id }]), note, Vec::new());
    }
}

async fn define_one(change: DefinitionChange, done: &mut Vec<Id>) -> Result<(), Vec<Problem>> {
    let wish = || {
        let base_revision = schema_now().revision;
        vec![Action::ChangeDefinition { base_revision, change: change.clone() }]
    };
    // A colleague may have changed something else in the same minute: once more on top of that.
    let sent = match send(wish()).await {
        Err(Failure::Outdated(revision)) => {
            reload_schema();
            wait_for(revision + 1).await;
            send(wish()).await
        }
        other => other,
    };
    let receipt = sent.map_err(Failure::problems)?;
    note_revision(receipt.revision);
    wait_for(receipt.revision).await;
    done.push(receipt.command);
    Ok(())
}

async fn act(actions: Vec<Action>, done: &mut Vec<Id>) -> Result<(), Vec<Problem>> {
    if actions.is_empty() {
        return Ok(());
    }
    done.push(send(actions).await.map_err(Failure::problems)?.command);
    Ok(())
}

async fn each(
    entity: &str,
    filter: &Json,
    action: &dyn Fn(&RecordBody) -> Action,
    done: &mut Vec<Id>,
) -> Result<(), Vec<Problem>> {
    for _ in 0..MOST_PAGES {
        let request =
            ListRequest { filter: Some(filter.to_string()), limit: Some(PAGE_MAX), ..ListRequest::default() };
        let page = ask::<ListRecords>(&[entity], &request).await.map_err(|error| problems_of(&error))?;
        if page.records.is_empty() {
            break;
        }
        act(page.records.iter().map(action).collect(), done).await?;
    }
    Ok(())
}

enum Failure {
    /// Decided against this revision, which has moved on.
    Outdated(u64),
    Problems(Vec<Problem>),
}

impl Failure {
    fn problems(self) -> Vec<Problem> {
        match self {
            Self::Outdated(_) => vec![Problem::new(Code::Outdated.message_key())],
            Self::Problems(problems) => problems,
        }
    }
}

async fn send(actions: Vec<Action>) -> Result<Receipt, Failure> {
    let revision = schema_now().revision;
    let only = |key: &str| Failure::Problems(vec![Problem::new(key)]);
    match ask::<SendCommands>(&[], &CommandsRequest { commands: vec![command(actions)] }).await {
        Ok(reply) => match reply.answers.into_iter().next() {
            Some(Answer::Done(receipt)) => Ok(receipt),
            Some(Answer::Refused { code: Code::Outdated, .. }) => Err(Failure::Outdated(revision)),
            Some(Answer::Refused { code, problems, .. }) if problems.is_empty() => {
                Err(only(code.message_key()))
            }
            Some(Answer::Refused { problems, .. }) => Err(Failure::Problems(problems)),
            Some(Answer::Conflict { .. }) => Err(only(Code::Conflict.message_key())),
            None => Err(only(Code::Fault.message_key())),
        },
        Err(ApiError::Outdated) => Err(Failure::Outdated(revision)),
        Err(error) => Err(Failure::Problems(problems_of(&error))),
    }
}

/// Waits until the app has definitions of at least this revision.
async fn wait_for(revision: u64) {
    let mut waited = 0;
    while schema_now().revision < revision && waited < LONGEST_WAIT_MS {
        sleep(STEP_MS).await;
        waited += STEP_MS;
    }
}
