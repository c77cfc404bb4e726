//! Somebody who is signed in, and what tests let them do.

use std::collections::BTreeSet;
use std::ops::Deref;

use domain::api::command::{Answer, CommandsRequest, Receipt};
use domain::api::file::{StoredFile, UploadRequest};
use domain::api::record::{ListReply, ListRequest, RecordBody, Total, TotalsRequest};
use domain::api::{self, Code, Empty};
use domain::command::{Action, Command, Conflict, FORMAT};
use domain::files::FileInfo;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use serde_json::Value as Json;

use crate::actions;
use crate::browser::Browser;
use crate::ids::new_id;

#[derive(Clone)]
pub struct Person {
    pub browser: Browser,
    pub workspace: Id,
    pub user: Id,
    pub email: String,
    pub password: String,
}

impl Deref for Person {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

/// A command of these actions with an id of its own.
#[must_use]
pub fn command(actions: Vec<Action>) -> Command {
    Command { v: FORMAT, id: new_id(), actions }
}

impl Person {
    #[track_caller]
    pub fn send_all(&self, commands: Vec<Command>) -> Vec<Answer> {
        self.call::<api::SendCommands>(&[], &CommandsRequest { commands }).answers
    }

    #[track_caller]
    pub fn send(&self, command: &Command) -> Answer {
        let mut answers = self.send_all(vec![command.clone()]);
        assert_eq!(answers.len(), 1);
        answers.remove(0)
    }

    /// Sends actions as one command, which has to be saved.
    #[track_caller]
    pub fn done(&self, actions: Vec<Action>) -> Receipt {
        self.done_as(&command(actions))
    }

    #[track_caller]
    pub fn done_as(&self, command: &Command) -> Receipt {
        match self.send(command) {
            Answer::Done(receipt) => receipt,
            other => panic!("not saved: {other:?}"),
        }
    }

    /// Sends actions as one command, which has to be refused.
    #[track_caller]
    pub fn refused(&self, actions: Vec<Action>) -> (Code, Vec<Problem>) {
        match self.send(&command(actions)) {
            Answer::Refused { code, problems, .. } => (code, problems),
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Sends actions as one command, which has to meet somebody else's change.
    #[track_caller]
    pub fn conflict(&self, actions: Vec<Action>) -> Vec<Conflict> {
        match self.send(&command(actions)) {
            Answer::Conflict { conflicts, .. } => conflicts,
            other => panic!("no conflict: {other:?}"),
        }
    }

    /// Changes the definitions as they are now; the command that did it.
    #[track_caller]
    pub fn defines(&self, change: DefinitionChange) -> Id {
        let command = command(vec![actions::define(self.revision(), change)]);
        self.done_as(&command);
        command.id
    }

    /// Asks for a change of the definitions, which has to be refused.
    #[track_caller]
    pub fn refused_definition(&self, change: DefinitionChange) -> (Code, Vec<Problem>) {
        self.refused(vec![actions::define(self.revision(), change)])
    }

    /// Creates a record by a command of its own.
    #[track_caller]
    pub fn create(&self, entity: &str, values: Json) -> Id {
        let id = new_id();
        self.done(vec![actions::create(entity, id, values)]);
        id
    }

    /// Changes fields of a record as it is now.
    #[track_caller]
    pub fn update(&self, entity: &str, id: Id, values: Json) -> Receipt {
        let version = self.read(entity, id).version;
        self.done(vec![actions::update(entity, id, version, serde_json::json!({}), values)])
    }

    /// A record that has to be in sight.
    #[track_caller]
    pub fn read(&self, entity: &str, id: Id) -> RecordBody {
        self.call::<api::GetRecord>(&[entity, &id.to_string()], &Empty {}).record
    }

    /// A value of a record that has to be in sight; null when it has none.
    #[track_caller]
    pub fn value(&self, entity: &str, id: Id, field: &str) -> Json {
        self.read(entity, id).values.get(field).cloned().unwrap_or(Json::Null)
    }

    /// Whether a record is in sight.
    #[track_caller]
    pub fn sees(&self, entity: &str, id: Id) -> bool {
        let reply = self.reply::<api::GetRecord>(&[entity, &id.to_string()], &Empty {});
        assert!(matches!(reply.status, 200 | 404 | 403), "{reply}");
        reply.status == 200
    }

    #[track_caller]
    pub fn list(&self, entity: &str, request: &ListRequest) -> ListReply {
        self.call::<api::ListRecords>(&[entity], request)
    }

    /// The ids of every record in sight that a filter lets through, over all pages.
    #[track_caller]
    pub fn ids(&self, entity: &str, filter: Option<&Json>) -> BTreeSet<Id> {
        let mut ids = BTreeSet::new();
        let mut after = None;
        loop {
            let filter = filter.map(Json::to_string);
            let page =
                self.list(entity, &ListRequest { filter, after, limit: Some(200), ..ListRequest::default() });
            let before = ids.len();
            ids.extend(page.records.iter().map(|record| record.id));
            assert_eq!(ids.len(), before + page.records.len(), "a record came twice");
            after = page.next;
            if after.is_none() {
                return ids;
            }
        }
    }

    #[track_caller]
    pub fn totals(
        &self,
        entity: &str,
        filter: Option<&Json>,
        group: Option<&str>,
        sum: Option<&str>,
    ) -> Vec<Total> {
        let text = |name: &str| name.to_owned();
        let request = TotalsRequest {
            filter: filter.map(Json::to_string),
            group: group.map(text),
            sum: sum.map(text),
            weigh: None,
        };
        self.call::<api::GetTotals>(&[entity], &request).groups
    }

    #[track_caller]
    pub fn count(&self, entity: &str, filter: Option<&Json>) -> u64 {
        self.totals(entity, filter, None, None).iter().map(|total| total.count).sum()
    }

    /// Brings a file, which no record holds yet.
    #[track_caller]
    pub fn upload(&self, name: &str, file: &[u8]) -> FileInfo {
        let request = UploadRequest { name: name.to_owned(), size: file.len() as u64 };
        let reply = self.send_file::<api::UploadFile>(&[], &request, file);
        assert_eq!(reply.status, 200, "{reply}");
        reply.parse::<StoredFile>().file
    }

    /// How far the workspace's log has come.
    #[track_caller]
    pub fn seq(&self) -> u64 {
        self.call::<api::GetSession>(&[], &Empty {}).seq
    }

    #[track_caller]
    pub fn revision(&self) -> u64 {
        self.call::<api::GetSession>(&[], &Empty {}).revision
    }
}
