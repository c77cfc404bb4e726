//! Sending a change of definition and waiting until the app knows it: the page after it shows the new state.

use domain::api::command::{Answer, CommandsRequest};
use domain::api::{Code, SendCommands};
use domain::command::Action;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;

use crate::api::ApiError;
use crate::components::{Toast, icons};
use crate::i18n::say;
use crate::state::outbox::{Note, command, submit_soon};
use crate::state::session::{note_revision, reload_schema, schema_now};
use crate::state::{app, ask, sleep};

const STEP_MS: i32 = 50;
const LONGEST_WAIT_MS: i32 = 10_000;

/// Changes the definitions.
///
/// # Errors
/// What is wrong with it; nothing has happened then.
pub async fn define(change: DefinitionChange) -> Result<(), Vec<Problem>> {
    define_all(vec![change]).await
}

/// Several changes that belong together, one after another. What is offered afterwards takes all of them back.
///
/// # Errors
/// What is wrong with the first that cannot be; those before it hold.
pub async fn define_all(changes: Vec<DefinitionChange>) -> Result<(), Vec<Problem>> {
    let mut done = Vec::new();
    let mut outcome = Ok(());
    for change in changes {
        // A colleague may have changed something else in the same minute: once more on top of that.
        let sent = match send(change.clone()).await {
            Err(Failure::Outdated(revision)) => {
                reload_schema();
                wait_for(revision + 1).await;
                send(change).await
            }
            other => other,
        };
        match sent {
            Ok(command) => done.push(command),
            Err(failure) => {
                outcome = Err(failure.problems());
                break;
            }
        }
    }
    if !done.is_empty() {
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

async fn send(change: DefinitionChange) -> Result<Id, Failure> {
    let base_revision = schema_now().revision;
    let wish = command(vec![Action::ChangeDefinition { base_revision, change }]);
    let id = wish.id;
    let only = |key: &str| Failure::Problems(vec![Problem::new(key)]);
    match ask::<SendCommands>(&[], &CommandsRequest { commands: vec![wish] }).await {
        Ok(reply) => match reply.answers.into_iter().next() {
            Some(Answer::Done(receipt)) => {
                note_revision(receipt.revision);
                wait_for(receipt.revision).await;
                Ok(id)
            }
            Some(Answer::Refused { code: Code::Outdated, .. }) => Err(Failure::Outdated(base_revision)),
            Some(Answer::Refused { code, problems, .. }) if problems.is_empty() => {
                Err(only(code.message_key()))
            }
            Some(Answer::Refused { problems, .. }) => Err(Failure::Problems(problems)),
            Some(Answer::Conflict { .. }) => Err(only(Code::Conflict.message_key())),
            None => Err(only(Code::Fault.message_key())),
        },
        Err(ApiError::Outdated) => Err(Failure::Outdated(base_revision)),
        Err(ApiError::Refused(envelope)) if !envelope.problems.is_empty() => {
            Err(Failure::Problems(envelope.problems))
        }
        Err(error) => Err(only(error.message_key())),
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
