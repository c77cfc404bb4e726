//! Bulk changes under way. Which records they are about is gathered first and written down, then commands of at most
//! five hundred actions go through the one door, each with an id that follows from the job's: whoever goes on after a
//! reload sends the same again, and nothing happens twice. A record that somebody else changed meanwhile, or that may
//! not be changed, is taken out and named, and the others of its command go on without it.
//!
//! Why on the device and not as a job of the server: docs/decisions/0009-lists.md.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use domain::api::ListRecords;
use domain::api::record::{ListRequest, RecordBody};
use domain::command::{Action, Command, FORMAT, MAX_ACTIONS};
use domain::ids::Id;
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::fields;
use crate::pages::records::wish::Wish;
use crate::state::loader::note;
use crate::state::session::{note_revision, schema_now};
use crate::state::steady::{self, Sent};
use crate::state::{app, ask, sleep, store, time};

/// Under which the device remembers bulk changes.
const JOBS: &str = "bulk/jobs";
const JOBS_KEPT: usize = 10;
/// Records that are named when they stayed as they were; of more, only the count.
const LEFT_KEPT: usize = 500;
/// Rows of one page while gathering.
const PAGE: u32 = 200;
/// Bytes of actions in one command: a request may have two megabytes, and so may a row of the log.
const MAX_BYTES: usize = 700_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: Id,
    pub entity: String,
    pub wish: Wish,
    /// What is done, as its maker read it.
    pub title: String,
    pub parts: Vec<Part>,
    /// Records found so far, and how many there should be.
    pub gathered: usize,
    pub expected: usize,
    pub changed: usize,
    /// Were as wished already.
    pub same: usize,
    pub left_count: usize,
    pub left: Vec<Left>,
    pub phase: Phase,
}

/// One command's worth of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub rows: usize,
    /// How often records were taken out; the command's id follows from it.
    pub turn: usize,
    pub done: bool,
    /// Something was saved, so that there is something to take back.
    pub saved: bool,
}

/// A record that stayed as it was, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Left {
    pub record: Id,
    pub name: String,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Gathering,
    Running,
    /// The server is not reached; it goes on by itself.
    Waiting,
    /// Somebody has to go on with it.
    Stopped {
        problems: Vec<Problem>,
    },
    Done,
    Undoing {
        done: usize,
    },
    Undone {
        kept: usize,
    },
}

impl Job {
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Gathering | Phase::Running | Phase::Waiting | Phase::Undoing { .. })
    }

    pub fn can_undo(&self) -> bool {
        let ended = matches!(self.phase, Phase::Done | Phase::Stopped { .. });
        ended && self.parts.iter().any(|part| part.saved)
    }

    pub fn done(&self) -> usize {
        self.changed + self.same + self.left_count
    }

    fn command_id(&self, at: usize) -> Id {
        let turn = self.parts.get(at).map_or(0, |part| part.turn);
        self.id.named(&format!("{at}/{turn}"))
    }
}

/// What a part still has to do, as the device remembers it.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Rest {
    actions: Vec<Action>,
    names: BTreeMap<Id, String>,
}

thread_local! {
    static LIST: ArcRwSignal<Vec<Job>> = ArcRwSignal::new(Vec::new());
    /// Whose jobs these are.
    static OWNER: RefCell<Option<Id>> = const { RefCell::new(None) };
    /// What this tab still has to send; the device has it too, where it may remember anything.
    static RESTS: RefCell<BTreeMap<(Id, usize), Rest>> = const { RefCell::new(BTreeMap::new()) };
}

/// The bulk changes of this device on one kind of record, the newest first.
pub fn jobs(entity: &str) -> Vec<Job> {
    LIST.with(|list| list.with(|jobs| jobs.iter().filter(|job| job.entity == entity).cloned().collect()))
}

pub fn job(id: Id) -> Option<Job> {
    LIST.with(|list| list.with(|jobs| jobs.iter().find(|job| job.id == id).cloned()))
}

fn now(id: Id) -> Option<Job> {
    LIST.with(|list| list.with_untracked(|jobs| jobs.iter().find(|job| job.id == id).cloned()))
}

fn change(id: Id, by: impl FnOnce(&mut Job)) {
    LIST.with(|list| {
        list.update(|jobs| {
            if let Some(job) = jobs.iter_mut().find(|job| job.id == id) {
                by(job);
            }
        });
    });
}

/// Reads what the device remembers of the bulk changes of whoever is signed in.
pub async fn remembered() {
    let Some(user) = app().session.with_untracked(|session| session.as_ref().map(|session| session.user))
    else {
        return;
    };
    if OWNER.with_borrow(|owner| *owner == Some(user)) {
        return;
    }
    OWNER.set(Some(user));
    let text = match store::current() {
        Some(store) => store.seen(JOBS).await,
        None => None,
    };
    let mut jobs: Vec<Job> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    // What was still being gathered has changed nothing; what was taken back may be taken back again.
    jobs.retain(|job| job.phase != Phase::Gathering);
    for job in jobs.iter_mut().filter(|job| job.is_busy()) {
        // The tab that ran it is gone.
        job.phase = Phase::Stopped { problems: Vec::new() };
    }
    LIST.with(|list| list.set(jobs));
}

async fn save() {
    let jobs = LIST.with(|list| list.get_untracked());
    if let (Some(store), Ok(text)) = (store::current(), serde_json::to_string(&jobs)) {
        store.remember(JOBS, &text).await;
    }
}

fn rest_key(job: Id, at: usize) -> String {
    format!("bulk/{job}/{at}")
}

async fn keep_rest(job: Id, at: usize, rest: &Rest) {
    RESTS.with_borrow_mut(|rests| rests.insert((job, at), rest.clone()));
    if let (Some(store), Ok(text)) = (store::current(), serde_json::to_string(rest)) {
        store.remember(&rest_key(job, at), &text).await;
    }
}

async fn rest_of(job: Id, at: usize) -> Option<Rest> {
    if let Some(rest) = RESTS.with_borrow(|rests| rests.get(&(job, at)).cloned()) {
        return Some(rest);
    }
    serde_json::from_str(&store::current()?.seen(&rest_key(job, at)).await?).ok()
}

async fn forget_rest(job: Id, at: usize) {
    RESTS.with_borrow_mut(|rests| rests.remove(&(job, at)));
    if let Some(store) = store::current() {
        store.remember(&rest_key(job, at), "").await;
    }
}

/// What a bulk change is about: ticked records, or everything a filter lets through.
pub enum About {
    These(Vec<RecordBody>),
    Everything { filter: Option<String>, expected: usize },
}

/// Begins a bulk change; its name follows it.
pub fn start(entity: &str, wish: Wish, title: String, about: About) -> Id {
    let id = time::new_id();
    let expected = match &about {
        About::These(bodies) => bodies.len(),
        About::Everything { expected, .. } => *expected,
    };
    let job = Job {
        id,
        entity: entity.to_owned(),
        wish,
        title,
        parts: Vec::new(),
        gathered: 0,
        expected,
        changed: 0,
        same: 0,
        left_count: 0,
        left: Vec::new(),
        phase: Phase::Gathering,
    };
    LIST.with(|list| {
        list.update(|jobs| {
            jobs.insert(0, job);
            jobs.truncate(JOBS_KEPT);
        });
    });
    spawn_local(async move {
        match gather(id, about).await {
            Ok(bodies) => {
                divide(id, bodies).await;
                drive(id).await;
            }
            Err(problems) => {
                change(id, |job| job.phase = Phase::Stopped { problems });
                save().await;
            }
        }
    });
    id
}

/// The records as they are now. By their ids, which no change moves, so that none is met twice or missed while others
/// work, and which are the primary key, so that no page sorts what the pages before it had.
async fn gather(id: Id, about: About) -> Result<Vec<RecordBody>, Vec<Problem>> {
    let filter = match about {
        About::These(bodies) => {
            change(id, |job| job.gathered = bodies.len());
            return Ok(bodies);
        }
        About::Everything { filter, .. } => filter,
    };
    let Some(job) = now(id) else { return Ok(Vec::new()) };
    let (mut bodies, mut seen, mut after) = (Vec::new(), BTreeSet::new(), None);
    loop {
        let request = ListRequest {
            filter: filter.clone(),
            sort: Some("id".to_owned()),
            after: after.clone(),
            limit: Some(PAGE),
            ..ListRequest::default()
        };
        match ask::<ListRecords>(&[&job.entity], &request).await {
            Ok(page) => {
                note(&page);
                bodies.extend(page.records.into_iter().filter(|body| seen.insert(body.id)));
                change(id, |job| job.gathered = bodies.len());
                after = page.next;
                if after.is_none() {
                    return Ok(bodies);
                }
            }
            Err(ApiError::Offline) => sleep(2_000).await,
            Err(ApiError::Refused(envelope)) if !envelope.problems.is_empty() => {
                return Err(envelope.problems);
            }
            Err(error) => return Err(vec![Problem::new(error.message_key())]),
        }
    }
}

/// Puts the work into parts and writes each down before the first is sent.
async fn divide(id: Id, bodies: Vec<RecordBody>) {
    let Some(job) = now(id) else { return };
    let schema = schema_now();
    let Some(definition) = schema.entity(&job.entity) else { return };
    let mut parts: Vec<Rest> = Vec::new();
    let mut bytes = 0;
    let (mut same, mut left) = (0, Vec::new());
    for body in bodies {
        let name = untrack(|| fields::title(&schema, &body));
        if !job.wish.is_allowed(&body) {
            left.push(Left { record: body.id, name, problems: vec![Problem::new("problem.forbidden")] });
            continue;
        }
        let Some(action) = job.wish.action(definition, &body) else {
            same += 1;
            continue;
        };
        let size = serde_json::to_string(&action).map_or(0, |text| text.len());
        let full = |rest: &Rest| rest.actions.len() >= MAX_ACTIONS || bytes + size > MAX_BYTES;
        if parts.last().is_none_or(full) {
            parts.push(Rest::default());
            bytes = 0;
        }
        bytes += size;
        if let Some(rest) = parts.last_mut() {
            rest.actions.push(action);
            rest.names.insert(body.id, name);
        }
    }
    for (at, rest) in parts.iter().enumerate() {
        keep_rest(id, at, rest).await;
    }
    change(id, |job| {
        job.same = same;
        job.expected = job.gathered;
        job.parts = parts
            .iter()
            .map(|rest| Part { rows: rest.actions.len(), turn: 0, done: false, saved: false })
            .collect();
        leave(job, left);
        job.phase = Phase::Running;
    });
    save().await;
}

fn leave(job: &mut Job, left: Vec<Left>) {
    job.left_count += left.len();
    job.left.extend(left);
    job.left.truncate(LEFT_KEPT);
}

/// Goes on with a bulk change that was interrupted.
pub fn go_on(id: Id) {
    if now(id).is_some_and(|job| matches!(job.phase, Phase::Stopped { .. })) {
        change(id, |job| job.phase = Phase::Running);
        spawn_local(drive(id));
    }
}

/// Forgets a bulk change that has ended; what it did stays.
pub fn dismiss(id: Id) {
    LIST.with(|list| list.update(|jobs| jobs.retain(|job| job.id != id || job.is_busy())));
    spawn_local(save());
}

async fn drive(id: Id) {
    while let Some(job) = now(id) {
        let Some(at) = job.parts.iter().position(|part| !part.done) else {
            change(id, |job| job.phase = Phase::Done);
            break;
        };
        let Some(rest) = rest_of(id, at).await else {
            change(id, |job| job.phase = Phase::Stopped { problems: vec![Problem::new("bulk.forgotten")] });
            break;
        };
        if !send_part(id, at, rest).await {
            break;
        }
        save().await;
        forget_rest(id, at).await;
    }
    save().await;
    app().refresh.update(|count| *count += 1);
}

/// Sends a part, and what is left of it after records were taken out. Whether to go on.
async fn send_part(id: Id, at: usize, mut rest: Rest) -> bool {
    loop {
        let Some(job) = now(id) else { return false };
        if rest.actions.is_empty() {
            change(id, |job| job.parts[at].done = true);
            return true;
        }
        let command = Command { v: FORMAT, id: job.command_id(at), actions: rest.actions.clone() };
        let wait = || {
            change(id, |job| {
                if job.phase == Phase::Running {
                    job.phase = Phase::Waiting;
                }
            });
        };
        let out = match steady::send(&command, wait).await {
            Sent::Done(receipt) => {
                note_revision(receipt.revision);
                change(id, |job| {
                    job.phase = Phase::Running;
                    job.changed += rest.actions.len();
                    job.parts[at].done = true;
                    job.parts[at].saved = receipt.seq > 0;
                });
                return true;
            }
            Sent::Conflict(conflicts) => conflicts
                .into_iter()
                .map(|conflict| (conflict.record, vec![Problem::new("bulk.changed_meanwhile")]))
                .collect(),
            Sent::Refused(problems) => blamed(&rest.actions, problems),
            Sent::Stop(problems) => {
                change(id, |job| job.phase = Phase::Stopped { problems });
                return false;
            }
        };
        take_out(id, at, &mut rest, out).await;
    }
}

/// The records that problems are about; all of them when a problem names none.
fn blamed(actions: &[Action], problems: Vec<Problem>) -> BTreeMap<Id, Vec<Problem>> {
    let mut found: BTreeMap<Id, Vec<Problem>> = BTreeMap::new();
    for problem in problems {
        match problem.action.and_then(|at| record_of(actions.get(at)?)) {
            Some(record) => found.entry(record).or_default().push(problem),
            None => {
                for record in actions.iter().filter_map(record_of) {
                    found.entry(record).or_default().push(problem.clone());
                }
            }
        }
    }
    found
}

/// The record that an action of a wish is about.
fn record_of(action: &Action) -> Option<Id> {
    match action {
        Action::Update { record, .. }
        | Action::Delete { record, .. }
        | Action::MoveStage { record, .. }
        | Action::Assign { record, .. } => Some(*record),
        _ => None,
    }
}

/// Names records that stay as they are and writes the rest down under its next id.
async fn take_out(id: Id, at: usize, rest: &mut Rest, mut out: BTreeMap<Id, Vec<Problem>>) {
    let before = rest.actions.len();
    rest.actions.retain(|action| record_of(action).is_some_and(|record| !out.contains_key(&record)));
    if rest.actions.len() == before {
        // An answer about records that were never sent: nothing of this part can be believed to go in.
        out = blamed(&rest.actions, vec![Problem::new("bulk.changed_meanwhile")]);
        rest.actions.clear();
    }
    let left: Vec<Left> = out
        .into_iter()
        .map(|(record, problems)| Left {
            record,
            name: rest.names.get(&record).cloned().unwrap_or_default(),
            problems,
        })
        .collect();
    keep_rest(id, at, rest).await;
    change(id, |job| {
        job.phase = Phase::Running;
        job.parts[at].turn += 1;
        leave(job, left);
    });
    save().await;
}

/// Takes the whole bulk change back, its last part first.
pub fn undo(id: Id) {
    if now(id).is_some_and(|job| job.can_undo()) {
        change(id, |job| job.phase = Phase::Undoing { done: 0 });
        spawn_local(async move {
            let phase = match take_back(id).await {
                Ok(kept) => Phase::Undone { kept },
                Err(problems) => Phase::Stopped { problems },
            };
            change(id, |job| job.phase = phase);
            save().await;
            app().refresh.update(|count| *count += 1);
        });
    }
}

async fn take_back(id: Id) -> Result<usize, Vec<Problem>> {
    let Some(job) = now(id) else { return Ok(0) };
    // What has not been sent yet never will be.
    change(id, |job| job.parts.iter_mut().for_each(|part| part.done = true));
    let mut kept = 0;
    let saved: Vec<usize> = (0..job.parts.len()).rev().filter(|at| job.parts[*at].saved).collect();
    for (done, at) in saved.into_iter().enumerate() {
        change(id, |job| job.phase = Phase::Undoing { done });
        let undone = job.command_id(at);
        let command =
            Command { v: FORMAT, id: undone.named("undo"), actions: vec![Action::Undo { command: undone }] };
        match steady::send(&command, || {}).await {
            Sent::Done(receipt) => kept += receipt.kept.len(),
            // Somebody else took this part back already.
            Sent::Refused(problems)
                if problems.iter().all(|problem| problem.key == "problem.nothing_to_undo") => {}
            Sent::Refused(problems) | Sent::Stop(problems) => return Err(problems),
            Sent::Conflict(_) => {
                return Err(vec![Problem::new(domain::api::Code::Conflict.message_key())]);
            }
        }
    }
    Ok(kept)
}
