//! Importing rows that describe several records.
#![expect(clippy::panic, reason = "a helper that fails is a test that fails")]

use api_tests::actions::{import, import_several, undo};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{Code, Empty, GetImport};
use domain::command::{ImportRow, RowOutcome};
use domain::ids::Id;
use serde_json::{Value as Json, json};

fn row(line: u32, cells: &[(&str, &str)]) -> ImportRow {
    let cells = cells.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    ImportRow { line, record: new_id(), cells }
}

/// The one record of a kind with this name.
#[track_caller]
fn named(person: &Person, entity: &str, name: &str) -> Id {
    let found = person.ids(entity, Some(&json!(["=", ["field", "name"], name])));
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(id), None) => id,
        other => panic!("{entity} {name}: {other:?}"),
    }
}

fn counts(person: &Person) -> [u64; 3] {
    ["account", "contact", "deal"].map(|entity| person.count(entity, None))
}

/// A file as it comes out of a spreadsheet: accounts with their people and deals, the second half in another command.
fn file() -> [Vec<ImportRow>; 2] {
    let first = vec![
        row(
            2,
            &[
                ("account", "恒通物流"),
                ("account.industry", "software"),
                ("contact", "王芳"),
                ("contact.phone", "13800138000"),
                ("name", "扩容"),
                ("amount", "1200"),
            ],
        ),
        row(3, &[("account", "恒通物流"), ("contact", "李雷"), ("contact.position", "总监")]),
    ];
    let second = vec![
        row(
            4,
            &[
                ("account", "恒通 物流"),
                ("account.website", "ht.example"),
                ("account.industry", "retail"),
                ("contact", "王芳"),
                ("name", "二期"),
                ("amount", "300"),
            ],
        ),
        row(5, &[("account", "云栖仪器"), ("contact", "王芳"), ("name", "扩容"), ("amount", "7")]),
    ];
    [first, second]
}

const ABOUT: [&str; 2] = ["account", "contact"];

#[test]
fn a_file_of_accounts_people_and_deals_goes_in_hangs_together_and_comes_out_again() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let receipts: Vec<_> =
        file().into_iter().map(|rows| admin.done(vec![import_several(id, "deal", &ABOUT, rows)])).collect();
    assert!(
        receipts.iter().flat_map(|receipt| &receipt.rows).all(|row| row.outcome == RowOutcome::Created),
        "{receipts:?}"
    );
    assert_eq!(counts(&admin), [2, 3, 3]);
    // What the first command made is found by the second: filled where it was empty, and told where it says otherwise.
    let account = named(&admin, "account", "恒通物流");
    let values = admin.read("account", account).values;
    assert_eq!((&values["industry"], &values["website"]), (&json!("software"), &json!("ht.example")));
    let remark = &receipts[1].rows[0].remarks[0];
    assert_eq!(
        (remark.field.as_deref(), remark.key.as_str()),
        (Some("account.industry"), "problem.kept_another")
    );
    // An import's own records are not among those it found.
    assert!(receipts.iter().all(|receipt| receipt.found.is_empty()), "{receipts:?}");
    let contact = named(&admin, "contact", "李雷");
    assert_eq!(admin.read("contact", contact).values["account"], json!(account));
    let of_account = json!(["and", ["=", ["field", "name"], "王芳"], ["=", ["field", "account"], account]]);
    let wang: Vec<Id> = admin.ids("contact", Some(&of_account)).into_iter().collect();
    assert_eq!(wang.len(), 1, "one of the two is here");
    let second = admin.read("deal", named(&admin, "deal", "二期")).values;
    assert_eq!((&second["account"], &second["contact"]), (&json!(account), &json!(wang[0])));

    let shown = admin.call::<GetImport>(&[&id.to_string()], &Empty {});
    let made: Vec<(&str, u64)> = shown.made.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(made, [("account", 2), ("contact", 3), ("deal", 3)]);
    assert!(shown.commands.iter().all(|part| part.changed >= part.created && part.created > 0));
    for part in shown.commands.iter().rev() {
        let receipt = admin.done(vec![undo(part.command)]);
        assert!(receipt.kept.is_empty(), "{:?}", receipt.kept);
    }
    assert_eq!(counts(&admin), [0, 0, 0]);
}

#[test]
fn taking_it_back_leaves_what_people_worked_on_since_and_what_that_hangs_on() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    for rows in file() {
        admin.done(vec![import_several(id, "deal", &ABOUT, rows)]);
    }
    let contact = named(&admin, "contact", "李雷");
    admin.update("contact", contact, json!({"position": "副总裁"}));
    let other = named(&admin, "account", "云栖仪器");
    admin.update("account", other, json!({"grade": "a"}));
    let commands = admin.call::<GetImport>(&[&id.to_string()], &Empty {}).commands;
    let kept: Vec<(String, Id)> = commands
        .iter()
        .rev()
        .flat_map(|part| admin.done(vec![undo(part.command)]).kept)
        .map(|kept| (kept.entity, kept.record))
        .collect();
    let account = named(&admin, "account", "恒通物流");
    for left in [("account", other), ("contact", contact), ("account", account)] {
        assert!(kept.contains(&(left.0.to_owned(), left.1)), "{left:?} of {kept:?}");
    }
    assert_eq!(counts(&admin), [2, 1, 0]);
    assert_eq!(admin.read("contact", contact).values["account"], json!(account));
    // What the second command filled in is taken back, though the account stays.
    let values = admin.read("account", account).values;
    assert_eq!((values.get("website"), &values["industry"]), (None, &json!("software")));
}

#[test]
fn the_same_file_again_finds_everything_and_makes_nothing() {
    let Workspace { admin } = Workspace::new();
    for rows in file() {
        admin.done(vec![import_several(new_id(), "deal", &ABOUT, rows)]);
    }
    // Somebody worked with it meanwhile.
    let deal = named(&admin, "deal", "二期");
    admin.update("deal", deal, json!({"amount": {"amount": 50_000, "currency": "USD"}}));
    let id = new_id();
    let mut remarks = Vec::new();
    for rows in file() {
        let receipt = admin.done(vec![import_several(id, "deal", &ABOUT, rows)]);
        assert!(receipt.rows.iter().all(|row| row.outcome == RowOutcome::Skipped), "{:?}", receipt.rows);
        assert!(!receipt.found.is_empty() && receipt.records.is_empty());
        let told = receipt.rows.iter().flat_map(|row| &row.remarks);
        remarks.extend(told.filter_map(|remark| remark.field.clone()));
    }
    assert_eq!(counts(&admin), [2, 3, 3]);
    assert_eq!(remarks, ["account.industry", "amount"]);
    assert_eq!(admin.read("deal", deal).values["amount"]["amount"], json!(50_000));
}

#[test]
fn what_somebody_may_not_create_refuses_the_import_before_anything_is_saved() {
    let workspace = Workspace::new();
    let marketing = workspace.person("marketing", None);
    let rows = vec![
        row(2, &[("name", "寄样品")]),
        row(3, &[("name", "回访"), ("account", "恒通"), ("account.industry", "software")]),
    ];
    let (code, problems) = marketing.refused(vec![import_several(new_id(), "task", &["account"], rows)]);
    assert_eq!(code, Code::Forbidden);
    let told: Vec<_> =
        problems.iter().map(|problem| (problem.field.as_deref(), problem.key.as_str())).collect();
    assert_eq!(told, [(Some("account"), "problem.may_not_create")]);
    assert_eq!(problems[0].args["entity"], "account");
    assert_eq!((workspace.admin.count("task", None), workspace.admin.count("account", None)), (0, 0));
    // What is no relation, or leads to people, is nothing to be described.
    for wrong in ["owner", "name", "nothing"] {
        let rows = vec![row(2, &[("name", "一")])];
        let (code, problems) =
            workspace.admin.refused(vec![import_several(new_id(), "deal", &[wrong], rows)]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some(wrong)));
    }
}

#[test]
fn an_external_id_finds_its_record_and_one_out_of_sight_is_taken() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let manager = workspace.person("manager", None);
    let hidden = admin.create("account", json!({"name": "恒通物流", "external_id": "A1"}));
    let own = manager.create("account", json!({"name": "云栖仪器", "external_id": "A2"}));
    let rows = vec![
        row(2, &[("account", "恒通物流"), ("account.external_id", "A1"), ("name", "一")]),
        row(3, &[("account", "另一个名字"), ("account.external_id", "A2"), ("name", "二")]),
        row(4, &[("account", "恒通物流"), ("account.external_id", "A3"), ("name", "三")]),
    ];
    let receipt = manager.done(vec![import_several(new_id(), "deal", &["account"], rows)]);
    let outcomes: Vec<_> = receipt.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [RowOutcome::Refused, RowOutcome::Created, RowOutcome::Created], "{receipt:?}");
    let problem = &receipt.rows[0].problems[0];
    assert_eq!(
        (problem.field.as_deref(), problem.key.as_str()),
        (Some("account.external_id"), "problem.taken")
    );
    let account = |deal: &str| manager.read("deal", named(&manager, "deal", deal)).values["account"].clone();
    assert_eq!(account("二"), json!(own));
    assert!(account("三") != json!(hidden) && account("三") != json!(own));
    assert_eq!(manager.read("account", own).values["name"], json!("云栖仪器"), "told, not written");
    assert_eq!(receipt.rows[1].remarks[0].field.as_deref(), Some("account"));
    assert_eq!(receipt.found.len(), 1);
}

#[test]
fn two_commands_at_once_agree_on_what_they_both_describe() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let send = |part: u32| {
            let rows = (0..5).map(|at| {
                let deal = format!("第 {} 单", part * 5 + at);
                row(
                    part * 5 + at + 2,
                    &[
                        ("account", "恒通"),
                        ("account.industry", "software"),
                        ("contact", "王芳"),
                        ("contact.position", "采购"),
                        ("name", &deal),
                    ],
                )
            });
            admin.done(vec![import_several(id, "deal", &ABOUT, rows.collect())])
        };
        let threads: Vec<_> = (0..3).map(|part| scope.spawn(move || send(part))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(
        receipts.iter().flat_map(|receipt| &receipt.rows).all(|row| row.outcome == RowOutcome::Created),
        "{receipts:?}"
    );
    assert_eq!(counts(&admin), [1, 1, 15]);
}

#[test]
fn history_of_another_system_moves_the_last_touch_and_plans_nothing() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    let deal = admin.create("deal", json!({"name": "扩容", "account": account}));
    let planned = json!({"date": "2030-06-01"});
    admin.update("account", account, json!({"next_touch": planned}));
    let sent = command(vec![import(
        new_id(),
        "touch",
        false,
        vec![
            row(
                2,
                &[
                    ("account", "恒通"),
                    ("kind", "call"),
                    ("summary", "报价"),
                    ("happened_at", "2025-03-01T08:00:00Z"),
                ],
            ),
            row(3, &[("deal", "扩容"), ("summary", "签了合同"), ("happened_at", "2025-05-01T08:00:00Z")]),
            row(4, &[("account", "恒通"), ("summary", "哪一天？")]),
            row(5, &[("account", "没有"), ("happened_at", "2025-05-01T08:00:00Z")]),
        ],
    )]);
    let receipt = admin.done_as(&sent);
    use RowOutcome::{Created, Refused};
    let outcomes: Vec<_> = receipt.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [Created, Created, Refused, Refused], "{receipt:?}");
    assert_eq!(receipt.rows[2].problems[0].field.as_deref(), Some("happened_at"));
    let last = |entity: &str, id: Id| admin.read(entity, id).values.get("last_touch_at").cloned();
    let moment = |json: Option<Json>| json.and_then(|json| json.as_str().map(|text| text[..10].to_owned()));
    assert_eq!(moment(last("account", account)).as_deref(), Some("2025-05-01"));
    assert_eq!(moment(last("deal", deal)).as_deref(), Some("2025-05-01"));
    assert_eq!(admin.read("account", account).values["next_touch"]["date"], json!("2030-06-01"));
    assert_eq!(admin.count("touch", Some(&json!(["=", ["field", "account"], account]))), 2);
    admin.done(vec![undo(sent.id)]);
    assert_eq!((last("account", account), admin.count("touch", None)), (None, 0));
}

#[test]
fn tasks_of_the_past_come_in_done_or_not_and_competitors_for_everybody() {
    let Workspace { admin } = Workspace::new();
    admin.create("account", json!({"name": "恒通"}));
    let rows = vec![
        row(2, &[("name", "寄样品"), ("due", "2025-03-01"), ("status", "done"), ("account", "恒通")]),
        row(3, &[("name", "回访"), ("due", "2025-03-02 09:00"), ("status", "待办")]),
        row(4, &[("name", "没有日子"), ("status", "someday")]),
    ];
    let receipt = admin.done(vec![import(new_id(), "task", false, rows)]);
    let outcomes: Vec<_> = receipt.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [RowOutcome::Created, RowOutcome::Created, RowOutcome::Refused]);
    let done = admin.read("task", named(&admin, "task", "寄样品")).values;
    assert_eq!((&done["status"], &done["due"]["date"]), (&json!("done"), &json!("2025-03-01")));
    assert_eq!(admin.read("task", named(&admin, "task", "回访")).values["status"], json!("open"));
    let rows = vec![row(2, &[("name", "远望"), ("website", "yw.example"), ("strengths", "便宜")])];
    admin.done(vec![import(new_id(), "competitor", false, rows)]);
    assert_eq!(
        admin.read("competitor", named(&admin, "competitor", "远望")).values["strengths"],
        json!("便宜")
    );
}
