//! Sending one command of a long piece of work until there is an answer: imports and bulk changes send hundreds, one
//! after the other, and keep their own account of them. The network may come and go meanwhile.

use std::cell::RefCell;
use std::collections::BTreeSet;

use domain::api::command::{Answer, CommandsRequest, Receipt};
use domain::api::{Code, SendCommands};
use domain::command::{Command, Conflict};
use domain::ids::Id;
use domain::message::Problem;

use super::session::reload_schema;
use super::{ask, sleep};
use crate::api::ApiError;

const LONGEST_PAUSE_MS: i32 = 30_000;
/// How often what may pass by itself is tried again, the network excepted: that is waited for.
const TRIES: i32 = 5;

thread_local! {
    /// What was sent, answered or not.
    static SENT: RefCell<BTreeSet<Id>> = const { RefCell::new(BTreeSet::new()) };
}

/// Whether this page has sent a command: what it changed is nobody else's doing.
pub fn has_sent(command: Id) -> bool {
    SENT.with_borrow(|sent| sent.contains(&command))
}

/// Before it goes, since others may tell of it before it is answered.
fn remember(command: Id) {
    SENT.with_borrow_mut(|sent| sent.insert(command));
}

/// What came of sending one command.
pub enum Sent {
    Done(Receipt),
    /// What this command wants cannot be.
    Refused(Vec<Problem>),
    /// Somebody else was first.
    Conflict(Vec<Conflict>),
    /// Nothing more can be sent until somebody does something about it.
    Stop(Vec<Problem>),
}

/// Sends until there is an answer; `wait` hears of each pause.
pub async fn send(command: &Command, wait: impl Fn()) -> Sent {
    remember(command.id);
    let mut pause = 1_000;
    let mut tries = 0;
    loop {
        let request = CommandsRequest { commands: vec![command.clone()] };
        let again = match ask::<SendCommands>(&[], &request).await {
            Ok(reply) => match reply.answers.into_iter().next() {
                Some(Answer::Done(receipt)) => return Sent::Done(receipt),
                Some(Answer::Conflict { conflicts, .. }) => return Sent::Conflict(conflicts),
                Some(Answer::Refused { code: Code::Outdated, .. }) if tries < TRIES => {
                    // Somebody changed the definitions in the same moment.
                    reload_schema();
                    true
                }
                Some(Answer::Refused { code: Code::Fault, .. }) if tries < TRIES => true,
                Some(Answer::Refused {
                    code: Code::Invalid | Code::NotFound | Code::Forbidden,
                    problems,
                    ..
                }) if !problems.is_empty() => return Sent::Refused(problems),
                Some(Answer::Refused { code, problems, .. }) => return Sent::Stop(told(code, problems)),
                None => return Sent::Stop(told(Code::Fault, Vec::new())),
            },
            Err(ApiError::Outdated | ApiError::Fault(_)) if tries < TRIES => true,
            Err(error) if error.is_busy() && tries < TRIES => true,
            Err(ApiError::Offline) => false,
            Err(ApiError::Refused(envelope)) => return Sent::Stop(told(envelope.code, envelope.problems)),
            Err(error) => return Sent::Stop(vec![Problem::new(error.message_key())]),
        };
        tries += i32::from(again);
        wait();
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE_MS);
    }
}

fn told(code: Code, problems: Vec<Problem>) -> Vec<Problem> {
    if problems.is_empty() { vec![Problem::new(code.message_key())] } else { problems }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_known_again_and_nothing_else() {
        let id = |number: u8| Id::v7(1_000, &[number; 10]);
        remember(id(1));
        assert!(has_sent(id(1)) && !has_sent(id(2)));
    }
}
