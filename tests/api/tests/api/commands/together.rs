//! Commands of several actions: all of them or none.

use api_tests::actions::{assign, create, delete, move_deal, move_deal_with, signing, update};
use api_tests::ids::new_id;
use api_tests::workspace::Workspace;
use domain::api::Code;
use domain::ids::Id;
use serde_json::json;

#[test]
fn a_bulk_change_with_one_stale_row_saves_nothing() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<Id> = (0..20)
        .map(|at| admin.create("account", json!({"name": format!("客户 {at}"), "grade": "b"})))
        .collect();
    admin.update("account", ids[13], json!({"grade": "c"}));
    let seq = admin.seq();
    let bulk = || {
        ids.iter()
            .map(|id| update("account", *id, 1, json!({"grade": "b"}), json!({"grade": "a"})))
            .collect::<Vec<_>>()
    };
    let conflicts = admin.conflict(bulk());
    assert_eq!(conflicts.iter().map(|conflict| conflict.record).collect::<Vec<_>>(), [ids[13]]);
    assert_eq!((admin.seq(), admin.count("account", Some(&json!(["=", ["field", "grade"], "a"])))), (seq, 0));
    // Without the stale one it goes through, as one change.
    let rest = bulk().into_iter().enumerate().filter(|(at, _)| *at != 13).map(|(_, action)| action).collect();
    assert_eq!(admin.done(rest).records.len(), 19);
    assert_eq!(admin.count("account", Some(&json!(["=", ["field", "grade"], "a"]))), 19);
}

#[test]
fn a_bulk_delete_with_one_stale_row_saves_nothing() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<Id> = (0..5).map(|at| admin.create("lead", json!({"name": format!("线索 {at}")}))).collect();
    admin.update("lead", ids[4], json!({"company": "恒通"}));
    let conflicts = admin.conflict(ids.iter().map(|id| delete("lead", *id, 1)).collect());
    assert_eq!((conflicts.len(), conflicts[0].record, admin.count("lead", None)), (1, ids[4], 5));
}

/// A lead becomes an account, a contact and a deal: four records in one command.
fn convert(lead: Id, version: u64, status: &str) -> (Vec<domain::command::Action>, [Id; 3]) {
    let made @ [account, contact, deal] = [new_id(), new_id(), new_id()];
    let actions = vec![
        create("account", account, json!({"name": "恒通物流"})),
        create("contact", contact, json!({"name": "王芳", "account": account})),
        create("deal", deal, json!({"name": "仓储二期", "account": account, "contact": contact})),
        update(
            "lead",
            lead,
            version,
            json!({"status": status}),
            json!({"status": "qualified", "account": account, "contact": contact, "deal": deal}),
        ),
    ];
    (actions, made)
}

#[test]
fn a_lead_is_converted_whole() {
    let Workspace { admin } = Workspace::new();
    let lead = admin.create("lead", json!({"name": "王芳"}));
    let (actions, [account, contact, deal]) = convert(lead, 1, "new");
    let receipt = admin.done(actions);
    assert_eq!(receipt.records.len(), 4);
    assert_eq!(
        (admin.value("contact", contact, "account"), admin.value("deal", deal, "contact")),
        (json!(account), json!(contact))
    );
    assert_eq!(
        (admin.value("lead", lead, "status"), admin.value("lead", lead, "deal")),
        (json!("qualified"), json!(deal))
    );
}

#[test]
fn a_lead_that_somebody_converted_a_moment_ago_makes_no_second_account() {
    let Workspace { admin } = Workspace::new();
    let lead = admin.create("lead", json!({"name": "王芳"}));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let send = || admin.send(&api_tests::person::command(convert(lead, 1, "new").0));
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done =
        answers.iter().filter(|answer| matches!(answer, domain::api::command::Answer::Done(_))).count();
    assert_eq!(
        (done, admin.count("account", None), admin.count("contact", None), admin.count("deal", None)),
        (1, 1, 1, 1),
        "{answers:?}"
    );
}

#[test]
fn what_a_command_points_at_has_to_be_there_still() {
    let Workspace { admin } = Workspace::new();
    let lead = admin.create("lead", json!({"name": "王芳"}));
    let (mut actions, [account, ..]) = convert(lead, 1, "new");
    actions.push(create("task", new_id(), json!({"name": "回访", "contact": new_id()})));
    let (code, problems) = admin.refused(actions);
    assert_eq!(
        (code, problems[0].field.as_deref(), problems[0].action),
        (Code::Invalid, Some("contact"), Some(4))
    );
    assert!(!admin.sees("account", account));
}

#[test]
fn one_forbidden_action_stops_the_others() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let mine = rep.create("account", json!({"name": "我的"}));
    let theirs = workspace.admin.create("account", json!({"name": "别人的"}));
    let (code, problems) = rep.refused(vec![
        update("account", mine, 1, json!({}), json!({"note": "x"})),
        update("account", theirs, 1, json!({}), json!({"note": "x"})),
    ]);
    assert_eq!((code, problems[0].action), (Code::NotFound, Some(1)));
    let (code, _) = rep.refused(vec![
        update("account", mine, 1, json!({}), json!({"note": "x"})),
        assign("account", mine, Some(rep.user), Some(workspace.admin.user)),
    ]);
    assert_eq!(code, Code::Forbidden);
    assert_eq!(rep.read("account", mine).version, 1);
}

#[test]
fn a_record_changed_by_several_actions_of_one_command_is_saved_once() {
    let Workspace { admin } = Workspace::new();
    let (account, deal) = (new_id(), new_id());
    let receipt = admin.done(vec![
        create("account", account, json!({"name": "恒通"})),
        create("deal", deal, json!({"name": "二期", "account": account})),
        move_deal(deal, "first_contact", "proposal"),
        move_deal_with(deal, "proposal", "signed", signing()),
        update("account", account, 0, json!({"name": "恒通"}), json!({"status": "customer"})),
    ]);
    assert_eq!(receipt.records.len(), 2, "{receipt:?}");
    assert_eq!((admin.value("deal", deal, "stage"), admin.read("deal", deal).version), (json!("signed"), 1));
    assert_eq!(admin.value("account", account, "status"), "customer");
}

#[test]
fn every_problem_of_every_action_is_said_at_once() {
    let Workspace { admin } = Workspace::new();
    let (code, problems) = admin.refused(vec![
        create(
            "account",
            new_id(),
            json!({"name": "长".repeat(201), "employees": -1, "grade": "z", "nonsense": 1}),
        ),
        create("deal", new_id(), json!({"amount": "viel", "close_date": "2026-02-30", "account": "x"})),
        create("nothing", new_id(), json!({})),
    ]);
    assert_eq!(code, Code::Invalid);
    let mut found: Vec<(Option<usize>, &str)> =
        problems.iter().map(|problem| (problem.action, problem.field.as_deref().unwrap_or(""))).collect();
    found.sort_unstable();
    let expected = [
        (0, "employees"),
        (0, "grade"),
        (0, "name"),
        (0, "nonsense"),
        (1, "account"),
        (1, "amount"),
        (1, "close_date"),
        (1, "name"),
        (2, "entity"),
    ];
    assert!(expected.iter().all(|(action, field)| found.contains(&(Some(*action), *field))), "{problems:?}");
    assert_eq!(admin.seq(), 0);
}
