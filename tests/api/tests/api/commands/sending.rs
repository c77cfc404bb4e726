//! Sending: batches, sending again, and what is answered.

use api_tests::actions::{create, update};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::command::{Answer, CommandsRequest, MAX_COMMANDS};
use domain::api::{Code, SendCommands};
use domain::command::{Action, Command, FORMAT, MAX_ACTIONS};
use serde_json::json;

#[test]
fn a_command_sent_again_gives_the_receipt_of_the_first_time() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let created = command(vec![create("account", id, json!({"name": "恒通"}))]);
    let first = admin.done_as(&created);
    admin.update("account", id, json!({"name": "后来"}));
    let again = admin.done_as(&created);
    assert_eq!(again, first);
    // Whatever stands in it: the id is the command.
    let other = Command { actions: vec![create("account", new_id(), json!({"name": "别的"}))], ..created };
    assert_eq!(admin.done_as(&other), first);
    assert_eq!((admin.count("account", None), admin.value("account", id, "name")), (1, json!("后来")));
}

#[test]
fn two_phones_sending_the_same_command_make_one_change() {
    let Workspace { admin } = Workspace::new();
    for _ in 0..5 {
        let before = admin.seq();
        let id = new_id();
        let command = command(vec![
            create("account", id, json!({"name": "恒通"})),
            create("deal", new_id(), json!({"name": "二期", "account": id})),
        ]);
        let receipts: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| admin.done_as(&command))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "{receipts:?}");
        assert_eq!((admin.seq(), admin.read("account", id).version), (before + 2, 1));
    }
}

#[test]
fn somebody_elses_command_id_is_refused() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let sent = command(vec![create("account", new_id(), json!({"name": "恒通"}))]);
    workspace.admin.done_as(&sent);
    match rep.send(&sent) {
        Answer::Refused { command, code, problems } => {
            assert_eq!(
                (command, code, problems[0].field.as_deref(), problems[0].key.as_str()),
                (sent.id, Code::Invalid, Some("id"), "problem.id_taken")
            );
        }
        other => panic!("{other:?}"),
    }
    // In another workspace the same id is another command.
    let elsewhere = Workspace::new();
    elsewhere.admin.done_as(&sent);
    assert_eq!(elsewhere.admin.count("account", None), 1);
}

#[test]
fn a_batch_is_answered_command_by_command_in_its_order() {
    let Workspace { admin } = Workspace::new();
    let (first, third) = (new_id(), new_id());
    let commands = vec![
        command(vec![create("account", first, json!({"name": "甲"}))]),
        command(vec![create("account", new_id(), json!({}))]),
        command(vec![create("contact", third, json!({"name": "王芳", "account": first}))]),
        command(vec![update("account", first, 7, json!({"name": "谁"}), json!({"name": "乙"}))]),
    ];
    let ids: Vec<_> = commands.iter().map(|command| command.id).collect();
    let answers = admin.send_all(commands);
    assert!(matches!(&answers[0], Answer::Done(receipt) if receipt.command == ids[0]));
    assert!(
        matches!(&answers[1], Answer::Refused { command, code: Code::Invalid, problems } if *command == ids[1] && problems[0].field.as_deref() == Some("name"))
    );
    assert!(matches!(&answers[2], Answer::Done(receipt) if receipt.command == ids[2]));
    assert!(
        matches!(&answers[3], Answer::Conflict { command, conflicts } if *command == ids[3] && conflicts[0].record == first)
    );
    assert_eq!(admin.value("contact", third, "account"), json!(first));
}

#[test]
fn a_refused_command_may_be_sent_again_under_its_id_when_it_is_mended() {
    let Workspace { admin } = Workspace::new();
    let (id, record) = (new_id(), new_id());
    let send =
        |values| admin.send(&Command { v: FORMAT, id, actions: vec![create("account", record, values)] });
    assert!(matches!(send(json!({"name": ""})), Answer::Refused { .. }));
    assert!(matches!(send(json!({"name": "恒通"})), Answer::Done(_)));
}

#[test]
fn batches_and_commands_have_their_limits() {
    let Workspace { admin } = Workspace::new();
    let many = |count: usize| CommandsRequest {
        commands: (0..count)
            .map(|_| command(vec![create("lead", new_id(), json!({"name": "李"}))]))
            .collect(),
    };
    assert_eq!(admin.refusal::<SendCommands>(&[], &many(0)).problems[0].field.as_deref(), Some("commands"));
    assert_eq!(
        admin.refusal::<SendCommands>(&[], &many(MAX_COMMANDS + 1)).problems[0].field.as_deref(),
        Some("commands")
    );
    // One request saves as many as the database lets it; the rest is sent again, as the app does.
    let mut left = many(MAX_COMMANDS);
    for _ in 0..3 {
        let answers = admin.call::<SendCommands>(&[], &left).answers;
        assert!(answers.iter().all(|answer| matches!(answer, Answer::Done(_))), "{answers:?}");
        assert!(!answers.is_empty());
        left.commands.drain(..answers.len());
        if left.commands.is_empty() {
            break;
        }
    }
    assert_eq!(left.commands.len(), 0);

    let creations = |count: usize| {
        (0..count).map(|_| create("lead", new_id(), json!({"name": "李"}))).collect::<Vec<_>>()
    };
    assert_eq!(admin.refused(Vec::new()).1[0].field.as_deref(), Some("actions"));
    assert_eq!(admin.refused(creations(MAX_ACTIONS + 1)).1[0].field.as_deref(), Some("actions"));
    let before = admin.seq();
    let receipt = admin.done(creations(MAX_ACTIONS));
    assert_eq!((receipt.records.len(), receipt.seq), (MAX_ACTIONS, before + MAX_ACTIONS as u64));
    assert_eq!(admin.count("lead", None), (MAX_ACTIONS + MAX_COMMANDS) as u64);
}

#[test]
fn a_format_of_the_future_is_refused() {
    let Workspace { admin } = Workspace::new();
    for v in [0, FORMAT + 1, u16::MAX] {
        let answer = admin.send(&Command {
            v,
            id: new_id(),
            actions: vec![create("lead", new_id(), json!({"name": "李"}))],
        });
        assert!(
            matches!(&answer, Answer::Refused { code: Code::Invalid, problems, .. } if problems[0].field.as_deref() == Some("v")),
            "{answer:?}"
        );
    }
}

#[test]
fn what_has_to_stand_alone_is_refused_among_others() {
    let Workspace { admin } = Workspace::new();
    let lead = new_id();
    let (code, problems) =
        admin.refused(vec![create("lead", lead, json!({"name": "李"})), Action::Undo { command: new_id() }]);
    assert_eq!(
        (code, problems[0].key.as_str(), problems[0].action),
        (Code::Invalid, "problem.must_be_alone", Some(1))
    );
    assert!(!admin.sees("lead", lead));
}

#[test]
fn the_log_counts_without_gaps_whoever_writes() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let people: Vec<_> = (0..4).map(|_| workspace.person("rep", None)).collect();
    let before = admin.seq();
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let write = |person: &api_tests::person::Person| {
            let one = |at: usize| {
                person.done((0..=at % 3).map(|_| create("lead", new_id(), json!({"name": "李"}))).collect())
            };
            (0..6).map(one).collect::<Vec<_>>()
        };
        let threads: Vec<_> = people.iter().map(|person| scope.spawn(move || write(person))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let entries: u64 = receipts.iter().map(|receipt| receipt.records.len() as u64).sum();
    assert_eq!(admin.seq(), before + entries);
    let mut ends: Vec<(u64, u64)> =
        receipts.iter().map(|receipt| (receipt.seq, receipt.records.len() as u64)).collect();
    ends.sort_unstable();
    let mut at = before;
    for (seq, entries) in ends {
        at += entries;
        assert_eq!(seq, at);
    }
    let changes =
        admin.call::<domain::api::ListChanges>(&[], &domain::api::record::ChangesRequest { after: before });
    assert_eq!(
        changes.changes.iter().map(|note| note.seq).collect::<Vec<_>>(),
        (before + 1..=before + entries).collect::<Vec<_>>()
    );
}

#[test]
fn a_command_that_makes_too_large_a_row_is_refused_and_those_behind_it_are_not() {
    let Workspace { admin } = Workspace::new();
    // Quotes take four bytes where the log keeps them, so this body is within its limit and its row is not.
    let notes = (0..45).map(|at| {
        create("account", new_id(), json!({"name": format!("客户 {at}"), "note": "\"".repeat(20_000)}))
    });
    let large = command(notes.collect());
    let fine = command(vec![create("account", new_id(), json!({"name": "恒通"}))]);
    let answers = admin.send_all(vec![large, fine]);
    let refused =
        matches!(&answers[0], Answer::Refused { code: Code::TooLarge, problems, .. } if problems.len() == 1);
    assert!(refused, "{:?}", answers[0]);
    assert!(matches!(&answers[1], Answer::Done(_)), "{:?}", answers[1]);
    assert_eq!(admin.count("account", None), 1);
}
