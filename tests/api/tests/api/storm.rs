//! The Worker is killed again and again while many write: what was acknowledged is there exactly once, nothing
//! unacknowledged is there in half, and sending it again finishes it.
#![expect(clippy::panic, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use api_tests::actions::{create, log_touch, update};
use api_tests::browser::{Request, Server};
use api_tests::ids::new_id;
use api_tests::own_server::OwnServer;
use api_tests::person::{Person, command};
use api_tests::workspace::{Workspace, settings};
use domain::api::command::{Answer, CommandsReply, CommandsRequest, Receipt};
use domain::api::record::{ChangeNote, ChangesRequest};
use domain::api::{ListChanges, SendCommands};
use domain::command::{ChangeKind, Command};
use domain::ids::Id;
use serde_json::json;

const WRITERS: usize = 4;
const KILLS: usize = 4;
/// Acknowledged commands between two kills: enough that some are always on their way.
const BETWEEN: usize = 25;

/// A command of two records that belong together, with a change of what all share.
struct Sent {
    command: Command,
    lead: Id,
    touch: Id,
    receipt: Option<Receipt>,
}

fn next(shared: Id, at: usize) -> Sent {
    let (lead, touch) = (new_id(), new_id());
    let next_touch = json!({"date": format!("2026-06-{:02}", 1 + at % 28)});
    let mut actions = vec![
        create("lead", lead, json!({"name": format!("线索 {at}"), "note": "个人"})),
        log_touch(
            touch,
            "account",
            shared,
            json!({"kind": "call", "summary": format!("{at}")}),
            Some(next_touch),
        ),
    ];
    if at.is_multiple_of(3) {
        // Belongs to a version that is long gone: the field is nobody else's, so it merges.
        actions.push(update("lead", lead, 0, json!({}), json!({"company": "恒通"})));
    }
    Sent { command: command(actions), lead, touch, receipt: None }
}

/// The answer, or none when the server was gone.
fn send(person: &Person, command: &Command) -> Option<Answer> {
    let request = Request::of::<SendCommands>(&[], &CommandsRequest { commands: vec![command.clone()] });
    let reply = person.exchange(&request.with("origin", &person.server.url)).ok()?;
    // A proxy whose runtime is gone answers for it; that is no answer of ours.
    let mut reply: CommandsReply =
        if reply.status == 200 { serde_json::from_str(&reply.text).ok()? } else { return None };
    reply.answers.pop()
}

fn write(person: &Person, shared: Id, stop: &AtomicBool, acknowledged: &AtomicUsize) -> Vec<Sent> {
    let mut sent = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let mut one = next(shared, sent.len());
        match send(person, &one.command) {
            Some(Answer::Done(receipt)) => {
                one.receipt = Some(receipt);
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Some(other) => panic!("{other:?}"),
            None => wait_for_server(person, stop),
        }
        sent.push(one);
    }
    sent
}

/// What is on its way when the server goes is one command of each writer, not as many as fit into the darkness.
fn wait_for_server(person: &Person, stop: &AtomicBool) {
    let health = Request::new("GET", "/api/v1/health");
    let answers = || person.exchange(&health).is_ok_and(|reply| reply.status == 200);
    while !stop.load(Ordering::Relaxed) && !answers() {
        thread::sleep(Duration::from_millis(50));
    }
}

fn log(person: &Person) -> Vec<ChangeNote> {
    let (mut after, mut notes) = (0, Vec::new());
    loop {
        let reply = person.call::<ListChanges>(&[], &ChangesRequest { after });
        notes.extend(reply.changes);
        after = reply.seq;
        if !reply.more {
            return notes;
        }
    }
}

/// The log counts without gaps, each record's versions do, and the rows agree with it.
fn log_and_rows_agree(admin: &Person, shared: Id) -> BTreeSet<Id> {
    let notes = log(admin);
    let seqs: Vec<u64> = notes.iter().map(|note| note.seq).collect();
    assert_eq!(seqs, (1..=notes.len() as u64).collect::<Vec<_>>());
    assert_eq!(admin.seq(), notes.len() as u64);
    let mut versions: BTreeMap<Id, u64> = BTreeMap::new();
    let mut created = BTreeSet::new();
    for note in &notes {
        let version = versions.entry(note.record).or_insert(0);
        assert_eq!(note.version, *version + 1, "{note:?}");
        *version = note.version;
        if note.change == ChangeKind::Created && note.entity != "user" {
            assert!(created.insert(note.record), "{note:?}");
        }
    }
    let mut rows = BTreeSet::new();
    for entity in ["lead", "touch", "account"] {
        rows.extend(admin.ids(entity, None));
    }
    assert_eq!(rows, created, "what the log says was created is there, and nothing else");
    assert_eq!(admin.read("account", shared).version, versions[&shared]);
    rows
}

#[test]
fn no_kill_loses_doubles_or_halves_a_command() {
    if std::env::var_os("ZHIKE_XTASK").is_none() {
        println!("SKIPPED: ZHIKE_XTASK does not say how to start a server. Start with cargo xtask test api.");
        return;
    }
    let mut server = OwnServer::start("storm").unwrap();
    let workspace = Workspace::on(&Server::at(&server.url), settings());
    let admin = &workspace.admin;
    let shared = admin.create("account", json!({"name": "恒通"}));
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut sent: Vec<Sent> = thread::scope(|scope| {
        let writers: Vec<_> =
            (0..WRITERS).map(|_| scope.spawn(|| write(admin, shared, &stop, &acknowledged))).collect();
        let alive = || writers.iter().all(|writer| !writer.is_finished());
        for _ in 0..KILLS {
            let until = acknowledged.load(Ordering::Relaxed) + BETWEEN;
            while acknowledged.load(Ordering::Relaxed) < until && alive() {
                thread::sleep(Duration::from_millis(5));
            }
            server.kill().unwrap();
            server.start_again().unwrap();
        }
        let until = acknowledged.load(Ordering::Relaxed) + BETWEEN;
        while acknowledged.load(Ordering::Relaxed) < until && alive() {
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });

    let rows = log_and_rows_agree(admin, shared);
    for one in &sent {
        let (lead, touch) = (rows.contains(&one.lead), rows.contains(&one.touch));
        assert_eq!(lead, touch, "half of {:?}", one.command);
        assert!(lead || one.receipt.is_none(), "lost: {:?}", one.command);
    }
    let open = sent.iter().filter(|one| one.receipt.is_none()).count();
    println!(
        "{} commands, {} unanswered, of which {} were saved",
        sent.len(),
        open,
        sent.iter().filter(|one| one.receipt.is_none() && rows.contains(&one.lead)).count()
    );

    // A phone sends what it has no receipt for, and perhaps what it has one for.
    for one in &mut sent {
        match send(admin, &one.command) {
            Some(Answer::Done(receipt)) => {
                assert!(one.receipt.as_ref().is_none_or(|first| *first == receipt), "{receipt:?}");
                one.receipt = Some(receipt);
            }
            other => panic!("{other:?}"),
        }
    }
    let rows = log_and_rows_agree(admin, shared);
    assert!(sent.iter().all(|one| rows.contains(&one.lead) && rows.contains(&one.touch)));
    assert_eq!(rows.len(), sent.len() * 2 + 1);
    let mut ends: Vec<u64> =
        sent.iter().filter_map(|one| one.receipt.as_ref()).map(|receipt| receipt.seq).collect();
    ends.sort_unstable();
    ends.dedup();
    assert_eq!(ends.len(), sent.len(), "each command has its own place in the log");
}
