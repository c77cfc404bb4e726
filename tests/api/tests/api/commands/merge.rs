//! Two people at one record.

use api_tests::actions::update;
use api_tests::workspace::Workspace;
use serde_json::json;

#[test]
fn different_fields_merge() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通", "phone": "021 5888 1234"}));
    admin.done(vec![update("account", id, 1, json!({"name": "恒通"}), json!({"name": "恒通物流"}))]);
    let receipt = admin.done(vec![update("account", id, 1, json!({"note": null}), json!({"note": "回访"}))]);
    assert_eq!(receipt.records[0].version, 3);
    let account = admin.read("account", id);
    assert_eq!((&account.values["name"], &account.values["note"]), (&json!("恒通物流"), &json!("回访")));
}

#[test]
fn the_same_field_conflicts_and_shows_both_sides() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通", "note": "旧"}));
    admin.done(vec![update("account", id, 1, json!({"name": "恒通"}), json!({"name": "他们的"}))]);
    let seq = admin.seq();
    let conflicts = admin.conflict(vec![update(
        "account",
        id,
        1,
        json!({"name": "恒通", "note": "旧"}),
        json!({"name": "我的", "note": "新"}),
    )]);
    assert_eq!(
        (conflicts.len(), conflicts[0].entity.as_str(), conflicts[0].record, conflicts[0].version),
        (1, "account", id, 2)
    );
    let fields = &conflicts[0].fields;
    assert_eq!((fields.len(), fields[0].field.as_str()), (1, "name"));
    assert_eq!(
        (&fields[0].yours, &fields[0].theirs, &fields[0].base),
        (&json!("我的"), &json!("他们的"), &json!("恒通"))
    );
    assert_eq!(
        (admin.seq(), admin.value("account", id, "note")),
        (seq, json!("旧")),
        "nothing is half-saved"
    );
    // Having seen both sides, one decides.
    admin.done(vec![update(
        "account",
        id,
        2,
        json!({"name": "他们的", "note": "旧"}),
        json!({"name": "我的", "note": "新"}),
    )]);
    assert_eq!(admin.value("account", id, "name"), "我的");
}

#[test]
fn two_who_wish_the_same_agree() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    admin.done(vec![update("account", id, 1, json!({"name": "恒通"}), json!({"name": "恒通物流"}))]);
    let receipt =
        admin.done(vec![update("account", id, 1, json!({"name": "恒通"}), json!({"name": "恒通物流"}))]);
    assert!(receipt.records.is_empty());
}

#[test]
fn what_the_system_computes_makes_no_conflict() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    admin.done(vec![api_tests::actions::log_touch(
        api_tests::ids::new_id(),
        "account",
        account,
        json!({"kind": "call"}),
        None,
    )]);
    assert!(!admin.value("account", account, "last_touch_at").is_null());
    admin.done(vec![update("account", account, 1, json!({"name": "恒通"}), json!({"name": "恒通物流"}))]);
}

#[test]
fn of_many_who_write_one_field_at_once_one_wins_and_the_others_see_a_conflict() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let write = |at: usize| {
            admin.send(&api_tests::person::command(vec![update(
                "account",
                id,
                1,
                json!({"name": "恒通"}),
                json!({"name": format!("第 {at}")}),
            )]))
        };
        let threads: Vec<_> = (0..6).map(|at| scope.spawn(move || write(at))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done =
        answers.iter().filter(|answer| matches!(answer, domain::api::command::Answer::Done(_))).count();
    let conflicts = answers
        .iter()
        .filter(|answer| matches!(answer, domain::api::command::Answer::Conflict { .. }))
        .count();
    assert_eq!((done, conflicts, admin.read("account", id).version), (1, 5, 2), "{answers:?}");
}

#[test]
fn many_who_write_different_fields_at_once_all_get_through() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    let fields = [
        ("phone", json!("021 5888 1234")),
        ("website", json!("example.com")),
        ("address", json!("上海")),
        ("note", json!("回访")),
        ("employees", json!(12)),
    ];
    std::thread::scope(|scope| {
        for (field, value) in &fields {
            let admin = &admin;
            scope
                .spawn(move || admin.done(vec![update("account", id, 1, json!({}), json!({*field: value}))]));
        }
    });
    let account = admin.read("account", id);
    assert_eq!(account.version, 6);
    for (field, _) in &fields {
        assert!(account.values.contains_key(*field), "{field}");
    }
}
