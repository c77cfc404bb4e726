//! Imports under way. They go on whatever page is open, wait for the network, and survive a reload: every command has
//! its id and is on the device before the first one is sent, so that whoever goes on sends the same again.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use domain::api::command::{ImportSummary, Receipt};
use domain::api::{Code, GetImport};
use domain::command::{Action, Command, RowOutcome};
use domain::ids::Id;
use domain::import_file::{Chunk, named};
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::state::outbox::command;
use crate::state::session::{note_revision, schema_now};
use crate::state::steady::{self, Sent};
use crate::state::{app, ask, sleep, store, time};

/// Under which the device remembers imports.
const RUNS: &str = "import/runs";
/// Imports that are remembered with their report.
const RUNS_KEPT: usize = 20;
/// Refused rows that are kept to be mended; of more, only the count.
const REFUSED_KEPT: usize = 5_000;
/// Rows whose remarks are kept; of more, only the count.
const REMARKS_KEPT: usize = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: Id,
    pub entity: String,
    pub file: String,
    /// Milliseconds since 1970.
    pub started: i64,
    pub chunks: Vec<Part>,
    pub created: usize,
    pub skipped: usize,
    pub refused_count: usize,
    pub refused: Vec<Refused>,
    /// Rows whose records were there and lacked something.
    #[serde(default)]
    pub filled: usize,
    /// Whether rows describe records of other kinds besides.
    #[serde(default)]
    pub several: bool,
    /// How many records of each kind were made.
    #[serde(default)]
    pub kinds: BTreeMap<String, usize>,
    /// Records that were there before, by kind.
    #[serde(default)]
    pub found: BTreeMap<String, BTreeSet<Id>>,
    #[serde(default)]
    pub remark_count: usize,
    /// The first rows of which something was not saved because something else stands there.
    #[serde(default)]
    pub remarks: Vec<Refused>,
    /// What relations named and nobody had.
    pub made: Vec<Made>,
    /// Records that went back to how they were; nothing where somebody else took the import back.
    #[serde(default)]
    pub back: Option<usize>,
    pub phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub command: Id,
    pub rows: usize,
    pub done: bool,
}

/// A row of which not everything went in, with what it said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    pub line: u32,
    pub cells: BTreeMap<String, String>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub entity: String,
    pub id: Id,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Running,
    /// The server is not reached; it goes on by itself.
    Waiting,
    /// Somebody has to go on with it: after a reload, or when the server said no.
    Stopped {
        problems: Vec<Problem>,
    },
    Done,
    Undoing {
        done: usize,
        of: usize,
    },
    Undone {
        kept: usize,
    },
}

impl Run {
    fn new(id: Id, entity: &str, file: &str, started: i64) -> Self {
        Self {
            id,
            entity: entity.to_owned(),
            file: file.to_owned(),
            started,
            chunks: Vec::new(),
            created: 0,
            skipped: 0,
            refused_count: 0,
            refused: Vec::new(),
            filled: 0,
            several: false,
            kinds: BTreeMap::new(),
            found: BTreeMap::new(),
            remark_count: 0,
            remarks: Vec::new(),
            made: Vec::new(),
            back: None,
            phase: Phase::Running,
        }
    }

    /// What came of it, each figure with its message: of what was taken back, how much of it still stands.
    pub fn figures(&self) -> Vec<(&'static str, usize)> {
        let mut figures = match self.phase {
            Phase::Undone { kept } => {
                let back = self.back.map(|back| ("import.stat.taken_back", back));
                back.into_iter().chain((kept > 0).then_some(("import.stat.kept", kept))).collect()
            }
            _ => {
                let filled = (self.filled > 0).then_some(("import.stat.filled", self.filled));
                std::iter::once(("import.stat.created", self.created)).chain(filled).collect::<Vec<_>>()
            }
        };
        figures.push(("import.stat.skipped", self.skipped));
        figures.push(("import.stat.refused", self.refused_count));
        figures
    }

    pub fn rows(&self) -> usize {
        self.chunks.iter().map(|part| part.rows).sum()
    }

    pub fn rows_done(&self) -> usize {
        self.chunks.iter().filter(|part| part.done).map(|part| part.rows).sum()
    }

    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Waiting | Phase::Undoing { .. })
    }
}

thread_local! {
    static LIST: ArcRwSignal<Vec<Run>> = ArcRwSignal::new(Vec::new());
    /// Whose imports these are.
    static OWNER: RefCell<Option<Id>> = const { RefCell::new(None) };
    /// Commands of imports started in this tab.
    static COMMANDS: RefCell<BTreeMap<Id, Rc<Vec<Command>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Imports of this device, the newest first.
pub fn runs() -> Vec<Run> {
    LIST.with(|list| list.get())
}

pub fn run(id: Id) -> Option<Run> {
    LIST.with(|list| list.with(|runs| runs.iter().find(|run| run.id == id).cloned()))
}

fn now(id: Id) -> Option<Run> {
    LIST.with(|list| list.with_untracked(|runs| runs.iter().find(|run| run.id == id).cloned()))
}

/// Reads what the device remembers of the imports of whoever is signed in.
pub async fn remembered() {
    let Some(user) = app().session.with_untracked(|session| session.as_ref().map(|session| session.user))
    else {
        return;
    };
    if OWNER.with_borrow(|owner| *owner == Some(user)) {
        return;
    }
    OWNER.set(Some(user));
    COMMANDS.with_borrow_mut(BTreeMap::clear);
    let text = match store::current() {
        Some(store) => store.seen(RUNS).await,
        None => None,
    };
    let mut runs: Vec<Run> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    for run in runs.iter_mut().filter(|run| run.is_busy()) {
        // The tab that ran it is gone.
        run.phase = Phase::Stopped { problems: Vec::new() };
    }
    LIST.with(|list| list.set(runs));
}

async fn save() {
    let runs = LIST.with(|list| list.get_untracked());
    if let (Some(store), Ok(text)) = (store::current(), serde_json::to_string(&runs)) {
        store.remember(RUNS, &text).await;
    }
}

fn chunk_key(run: Id, at: usize) -> String {
    format!("import/{run}/{at}")
}

fn change(id: Id, by: impl FnOnce(&mut Run)) {
    LIST.with(|list| {
        list.update(|runs| {
            if let Some(run) = runs.iter_mut().find(|run| run.id == id) {
                by(run);
            }
        });
    });
}

/// Begins an import.
pub async fn start(id: Id, entity: &str, file: &str, several: bool, chunks: Vec<Chunk>) {
    remembered().await;
    let parts = chunks.iter().map(|chunk| Part { command: chunk.command.id, rows: chunk.rows, done: false });
    let chunks_of = parts.collect();
    let fresh = Run::new(id, entity, file, time::now().unix_ms());
    let run = Run { chunks: chunks_of, several, ..fresh };
    if let Some(store) = store::current() {
        for (at, chunk) in chunks.iter().enumerate() {
            if let Ok(text) = serde_json::to_string(&chunk.command) {
                store.remember(&chunk_key(id, at), &text).await;
            }
        }
    }
    COMMANDS.with_borrow_mut(|known| {
        known.insert(id, Rc::new(chunks.into_iter().map(|chunk| chunk.command).collect()))
    });
    LIST.with(|list| {
        list.update(|runs| {
            runs.insert(0, run);
            runs.truncate(RUNS_KEPT);
        });
    });
    save().await;
    spawn_local(drive(id));
}

/// Takes an import that this device does not know into its list, so that its report is shown and it is taken back from
/// here. What its file said is known only where it was started.
pub fn adopt(told: &ImportSummary, name: String) {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let run = Run {
        created: number(told.created),
        skipped: number(told.skipped),
        refused_count: number(told.refused),
        phase: if told.is_undone() { Phase::Undone { kept: 0 } } else { Phase::Done },
        ..Run::new(told.import, &told.entity, &name, told.at.unix_ms())
    };
    let id = run.id;
    spawn_local(async move {
        let Ok(import) = ask::<GetImport>(&[&id.to_string()], &domain::api::Empty {}).await else { return };
        change(id, |run| {
            run.several = import.made.len() > 1;
            run.kinds = import.made.into_iter().map(|(kind, count)| (kind, number(count))).collect();
        });
    });
    LIST.with(|list| {
        list.update(|runs| {
            if runs.iter().all(|known| known.id != run.id) {
                let at = runs.partition_point(|known| known.started > run.started);
                runs.insert(at, run);
            }
        });
    });
}

/// Another device took a finished import back.
pub fn note_undone(id: Id, undone: bool) {
    if undone && now(id).is_some_and(|run| run.phase == Phase::Done) {
        change(id, |run| run.phase = Phase::Undone { kept: 0 });
    }
}

/// Goes on with an import that was interrupted.
pub fn go_on(id: Id) {
    if now(id).is_some_and(|run| !run.is_busy()) {
        change(id, |run| run.phase = Phase::Running);
        spawn_local(drive(id));
    }
}

async fn command_of(id: Id, at: usize) -> Option<Command> {
    let known = COMMANDS.with_borrow(|known| known.get(&id).cloned());
    if let Some(command) = known.and_then(|commands| commands.get(at).cloned()) {
        return Some(command);
    }
    let text = store::current()?.seen(&chunk_key(id, at)).await?;
    serde_json::from_str(&text).ok()
}

/// How often a command that met somebody else's change in the same moment is sent again.
const TURNS: usize = 5;

/// Sends a command until there is an answer.
async fn send(id: Id, command: &Command) -> Sent {
    let wait = || {
        change(id, |run| {
            if run.phase == Phase::Running {
                run.phase = Phase::Waiting;
            }
        });
    };
    for _ in 0..TURNS {
        match steady::send(command, wait).await {
            // Rows of a file are nobody's yet; who else was here is gone by the next turn.
            Sent::Conflict(_) => sleep(1_000).await,
            sent => return sent,
        }
    }
    Sent::Stop(vec![Problem::new(Code::Conflict.message_key())])
}

async fn drive(id: Id) {
    while let Some(run) = now(id) {
        let Some(at) = run.chunks.iter().position(|part| !part.done) else {
            change(id, |run| run.phase = Phase::Done);
            break;
        };
        let Some(command) = command_of(id, at).await else {
            change(id, |run| {
                run.phase = Phase::Stopped { problems: vec![Problem::new("import.problem.forgotten")] }
            });
            break;
        };
        match send(id, &command).await {
            Sent::Done(receipt) => {
                note_revision(receipt.revision);
                change(id, |run| take(run, at, &command, &receipt));
            }
            Sent::Refused(problems) => change(id, |run| refuse(run, at, &command, &problems)),
            // `send` answers conflicts itself.
            Sent::Conflict(_) => continue,
            Sent::Stop(problems) => {
                change(id, |run| run.phase = Phase::Stopped { problems });
                break;
            }
        }
        save().await;
        if let Some(store) = store::current() {
            store.remember(&chunk_key(id, at), "").await;
        }
    }
    save().await;
    COMMANDS.with_borrow_mut(|known| known.remove(&id));
    app().refresh.update(|count| *count += 1);
}

fn rows_of(command: &Command) -> &[domain::command::ImportRow] {
    match command.actions.first() {
        Some(Action::ImportRows { rows, .. }) => rows,
        _ => &[],
    }
}

fn keep_refused(run: &mut Run, command: &Command, line: u32, problems: Vec<Problem>) {
    run.refused_count += 1;
    if run.refused.len() < REFUSED_KEPT {
        let cells = cells_of(command, line);
        run.refused.push(Refused { line, cells, problems });
    }
}

fn cells_of(command: &Command, line: u32) -> BTreeMap<String, String> {
    let row = rows_of(command).iter().find(|row| row.line == line);
    row.map(|row| row.cells.clone()).unwrap_or_default()
}

/// What a row said of a record and was not saved: with the cells it stands in, for what is personal is not told twice.
fn keep_remarks(run: &mut Run, command: &Command, line: u32, remarks: &[Problem]) {
    if remarks.is_empty() {
        return;
    }
    run.remark_count += remarks.len();
    if run.remarks.len() < REMARKS_KEPT {
        let cells = cells_of(command, line);
        let said = |remark: &Problem| {
            let text = remark.field.as_ref().and_then(|path| cells.get(path));
            text.map_or_else(|| remark.clone(), |text| remark.clone().with("text", text))
        };
        let problems = remarks.iter().map(said).collect();
        run.remarks.push(Refused { line, cells: BTreeMap::new(), problems });
    }
}

fn take(run: &mut Run, at: usize, command: &Command, receipt: &Receipt) {
    run.phase = Phase::Running;
    run.chunks[at].done = true;
    for report in &receipt.rows {
        match report.outcome {
            RowOutcome::Created => run.created += 1,
            RowOutcome::Filled => run.filled += 1,
            RowOutcome::Skipped => run.skipped += 1,
            RowOutcome::Refused => keep_refused(run, command, report.line, report.problems.clone()),
        }
        keep_remarks(run, command, report.line, &report.remarks);
    }
    // The first version is what a command made.
    for saved in receipt.records.iter().filter(|saved| saved.version == 1) {
        *run.kinds.entry(saved.entity.clone()).or_default() += 1;
    }
    for found in &receipt.found {
        run.found.entry(found.entity.clone()).or_default().insert(found.record);
    }
    let saved: BTreeSet<(&str, Id)> =
        receipt.records.iter().map(|saved| (saved.entity.as_str(), saved.record)).collect();
    for ((entity, id), name) in named(&schema_now(), command) {
        if saved.contains(&(entity.as_str(), id)) && !run.made.iter().any(|made| made.id == id) {
            run.made.push(Made { entity, id, name });
        }
    }
}

fn refuse(run: &mut Run, at: usize, command: &Command, problems: &[Problem]) {
    run.phase = Phase::Running;
    run.chunks[at].done = true;
    for row in rows_of(command) {
        keep_refused(run, command, row.line, problems.to_vec());
    }
}

/// Takes back everything an import did, its last command first.
pub fn undo(id: Id) {
    if now(id).is_some_and(|run| !run.is_busy()) {
        change(id, |run| run.phase = Phase::Undoing { done: 0, of: run.chunks.len() });
        spawn_local(async move {
            let outcome = take_back(id).await;
            change(id, |run| match outcome {
                Ok((back, kept)) => {
                    run.back = Some(back);
                    run.phase = Phase::Undone { kept };
                }
                Err(problems) => run.phase = Phase::Stopped { problems },
            });
            save().await;
            app().refresh.update(|count| *count += 1);
        });
    }
}

/// How many records went back, and how many of them stay as somebody made them since.
async fn take_back(id: Id) -> Result<(usize, usize), Vec<Problem>> {
    let import = ask::<GetImport>(&[&id.to_string()], &domain::api::Empty {}).await;
    let import = import.map_err(|error| vec![Problem::new(error.message_key())])?;
    let open: Vec<Id> = import
        .commands
        .iter()
        .rev()
        .filter(|part| !part.undone && part.changed > 0)
        .map(|part| part.command)
        .collect();
    // What has not been sent yet never will be.
    change(id, |run| run.chunks.iter_mut().for_each(|part| part.done = true));
    let of = open.len();
    let (mut back, mut kept) = (BTreeSet::new(), 0);
    for (done, part) in open.into_iter().enumerate() {
        change(id, |run| run.phase = Phase::Undoing { done, of });
        match send(id, &command(vec![Action::Undo { command: part }])).await {
            Sent::Done(receipt) => {
                kept += receipt.kept.len();
                back.extend(receipt.records.into_iter().map(|saved| (saved.entity, saved.record)));
            }
            // Somebody else took this part back in the same moment.
            Sent::Refused(problems)
                if problems.iter().all(|problem| problem.key == "problem.nothing_to_undo") => {}
            Sent::Refused(problems) | Sent::Stop(problems) => return Err(problems),
            Sent::Conflict(_) => return Err(vec![Problem::new(Code::Conflict.message_key())]),
        }
    }
    Ok((back.len(), kept))
}

#[cfg(test)]
mod tests {
    use domain::ids::Id;

    use super::{Phase, Run};

    #[test]
    fn what_was_taken_back_no_longer_counts_as_created() {
        let fresh = Run::new(Id::v7(1, &[1; 10]), "account", "a.csv", 0);
        let run = Run { created: 3, filled: 1, skipped: 2, refused_count: 4, ..fresh };
        let rest = [("import.stat.skipped", 2), ("import.stat.refused", 4)];
        let figures = |phase: Phase, back| Run { phase, back, ..run.clone() }.figures();
        let done = [("import.stat.created", 3), ("import.stat.filled", 1)];
        assert_eq!(figures(Phase::Done, None), [&done[..], &rest].concat());
        let undone = [("import.stat.taken_back", 3), ("import.stat.kept", 1)];
        assert_eq!(figures(Phase::Undone { kept: 1 }, Some(3)), [&undone[..], &rest].concat());
        assert_eq!(figures(Phase::Undone { kept: 0 }, Some(4))[..1], [("import.stat.taken_back", 4)]);
        // Of what somebody else took back only the end is known.
        assert_eq!(figures(Phase::Undone { kept: 0 }, None), rest);
    }
}
