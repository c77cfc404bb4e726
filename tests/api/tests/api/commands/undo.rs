//! Taking commands back.

use api_tests::actions::{
    add_field, assign, create, define, delete, field, move_deal_with, restore, undo, update,
};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{Code, Empty, GetSchema};
use domain::command::Action;
use domain::fields::Adjustment;
use domain::schema::change::DefinitionChange;
use serde_json::json;

fn done(person: &Person, action: Action) -> domain::ids::Id {
    let command = command(vec![action]);
    person.done_as(&command);
    command.id
}

#[test]
fn every_kind_of_change_is_taken_back_and_the_taking_back_too() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let deal = new_id();
    let created = done(admin, create("deal", deal, json!({"name": "二期", "note": "旧"})));
    let deleted = |wanted: bool| assert_eq!(!admin.ids("deal", None).contains(&deal), wanted);

    let taken_back = done(admin, undo(created));
    deleted(true);
    let again = done(admin, undo(taken_back));
    deleted(false);
    done(admin, undo(again));
    deleted(true);
    done(admin, restore("deal", deal));

    let version = admin.read("deal", deal).version;
    let updated =
        done(admin, update("deal", deal, version, json!({}), json!({"name": "三期", "note": null})));
    let back = done(admin, undo(updated));
    assert_eq!(
        (admin.value("deal", deal, "name"), admin.value("deal", deal, "note")),
        (json!("二期"), json!("旧"))
    );
    done(admin, undo(back));
    assert_eq!(
        (admin.value("deal", deal, "name"), admin.value("deal", deal, "note")),
        (json!("三期"), json!(null))
    );

    let moved = done(admin, move_deal_with(deal, "first_contact", "lost", json!({"lost_reason": "price"})));
    done(admin, undo(moved));
    assert_eq!(
        (admin.value("deal", deal, "stage"), admin.value("deal", deal, "close_date")),
        (json!("first_contact"), json!(null))
    );

    let assigned = done(admin, assign("deal", deal, Some(admin.user), Some(rep.user)));
    done(admin, undo(assigned));
    assert_eq!(admin.value("deal", deal, "owner"), json!(admin.user));

    let gone = done(admin, delete("deal", deal, admin.read("deal", deal).version));
    done(admin, undo(gone));
    deleted(false);
}

#[test]
fn taking_back_leaves_alone_what_somebody_changed_since() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let account = admin.create("account", json!({"name": "甲", "note": "甲"}));
    let updated = done(
        admin,
        update(
            "account",
            account,
            1,
            json!({"name": "甲", "note": "甲"}),
            json!({"name": "乙", "note": "乙"}),
        ),
    );
    admin.update("account", account, json!({"note": "丙"}));
    let receipt = admin.done(vec![undo(updated)]);
    assert_eq!(
        (receipt.kept.len(), receipt.kept[0].record, &receipt.kept[0].fields),
        (1, account, &vec!["note".to_owned()])
    );
    assert_eq!(
        (admin.value("account", account, "name"), admin.value("account", account, "note")),
        (json!("甲"), json!("丙"))
    );

    let created = command(vec![create("account", new_id(), json!({"name": "新"}))]);
    let id = admin.done_as(&created).records[0].record;
    admin.update("account", id, json!({"phone": "021 5888 1234"}));
    let receipt = admin.done(vec![undo(created.id)]);
    assert_eq!(
        (receipt.kept.len(), admin.sees("account", id)),
        (1, true),
        "a record somebody worked on stays"
    );
    assert!(admin.ids("account", None).contains(&id));
}

#[test]
fn a_command_of_several_actions_is_taken_back_whole() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let lead = admin.create("lead", json!({"name": "王芳"}));
    let [account, contact] = [new_id(), new_id()];
    let converted = command(vec![
        create("account", account, json!({"name": "恒通"})),
        create("contact", contact, json!({"name": "王芳", "account": account})),
        update("lead", lead, 1, json!({"status": "new"}), json!({"status": "qualified", "account": account})),
    ]);
    admin.done_as(&converted);
    admin.done(vec![undo(converted.id)]);
    assert_eq!((admin.count("account", None), admin.count("contact", None)), (0, 0));
    assert_eq!(
        (admin.value("lead", lead, "status"), admin.value("lead", lead, "account")),
        (json!("new"), json!(null))
    );
}

#[test]
fn a_change_of_definition_is_taken_back() {
    let Workspace { admin } = Workspace::new();
    let added = command(vec![add_field(1, "account", "f_size", json!({"type": "integer"}))]);
    admin.done_as(&added);
    let account = admin.create("account", json!({"name": "恒通", "f_size": 7}));
    let back = command(vec![undo(added.id)]);
    assert_eq!(admin.done_as(&back).revision, 3);
    let retired = || {
        admin.call::<GetSchema>(&[], &Empty {}).entity("account").unwrap().field("f_size").unwrap().retired
    };
    assert!(retired());
    admin.done(vec![undo(back.id)]);
    assert!(!retired());
    assert_eq!(admin.value("account", account, "f_size"), 7);

    let renamed = command(vec![define(
        4,
        DefinitionChange::RenameField {
            entity: "account".into(),
            field: "name".into(),
            label: field("x", json!({"type": "date"})).label,
        },
    )]);
    admin.done_as(&renamed);
    admin.done(vec![undo(renamed.id)]);
    assert_eq!(
        admin.call::<GetSchema>(&[], &Empty {}).entity("account").unwrap().field("name").unwrap().label.en,
        "Name"
    );
}

#[test]
fn nobody_takes_back_what_they_may_not_do() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let (mine, theirs) = (new_id(), new_id());
    let own = done(&rep, create("account", mine, json!({"name": "我的"})));
    let foreign = done(admin, create("account", theirs, json!({"name": "别人的"})));
    let defined = done(admin, add_field(1, "account", "f_size", json!({"type": "integer"})));
    assert_eq!(rep.refused(vec![undo(foreign)]).0, Code::NotFound);
    assert_eq!(rep.refused(vec![undo(defined)]).0, Code::Forbidden);
    assert_eq!(rep.refused(vec![undo(new_id())]).0, Code::NotFound);
    let elsewhere = Workspace::new();
    assert_eq!(elsewhere.admin.refused(vec![undo(own)]).0, Code::NotFound);

    let handed = done(admin, assign("account", mine, Some(rep.user), Some(admin.user)));
    assert!(matches!(rep.refused(vec![undo(handed)]).0, Code::NotFound | Code::Forbidden));
    done(admin, undo(handed));
    done(&rep, undo(own));
    assert!(!rep.ids("account", None).contains(&mine));
    assert!(admin.sees("account", theirs));
}

#[test]
fn taking_back_twice_changes_once() {
    let Workspace { admin } = Workspace::new();
    let account = new_id();
    let created = done(&admin, create("account", account, json!({"name": "甲"})));
    done(&admin, undo(created));
    let seq = admin.seq();
    let receipt = admin.done(vec![undo(created)]);
    assert!(receipt.records.is_empty(), "{receipt:?}");
    assert_eq!(admin.seq(), seq);
}

#[test]
fn what_others_lean_on_by_now_stays() {
    let Workspace { admin } = Workspace::new();
    let [account, alone, contact] = [new_id(), new_id(), new_id()];
    let created = command(vec![
        create("account", account, json!({"name": "恒通"})),
        create("account", alone, json!({"name": "无人问津"})),
        create("contact", contact, json!({"name": "王芳", "account": account})),
    ]);
    admin.done_as(&created);
    let deal = admin.create("deal", json!({"name": "二期", "account": account}));
    let receipt = admin.done(vec![undo(created.id)]);
    assert_eq!(receipt.kept.iter().map(|kept| kept.record).collect::<Vec<_>>(), [account]);
    assert_eq!(admin.ids("account", None).into_iter().collect::<Vec<_>>(), [account]);
    assert_eq!(admin.count("contact", None), 0, "nothing but the account itself leans on it");
    // Once the deal is gone too, nothing holds the account.
    admin.done(vec![delete("deal", deal, 1)]);
    admin.done(vec![undo(created.id)]);
    assert_eq!(admin.count("account", None), 0);
}

#[test]
fn an_undo_reaches_back_over_what_was_set_about_a_field_since() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_size", json!({"type": "decimal", "scale": 2}));
    workspace.add_field("account", "f_count", json!({"type": "integer"}));
    let account = admin.create("account", json!({"name": "恒通", "f_size": "2.25", "f_count": 80}));
    let edit = |values| {
        done(admin, update("account", account, admin.read("account", account).version, json!({}), values))
    };
    let first = edit(json!({"f_size": "2.50", "f_count": 90}));
    let second = edit(json!({"f_size": "7.00", "f_count": 50}));
    let set = |field: &str, settings: Adjustment| {
        let change = DefinitionChange::SetField { entity: "account".into(), field: field.into(), settings };
        done(admin, define(admin.revision(), change))
    };
    let coarser = set("f_size", Adjustment { scale: Some(1), ..Adjustment::default() });
    set("f_count", Adjustment { max: Some(60), ..Adjustment::default() });
    let stands = |size: &str, count: u32| {
        let read = admin.read("account", account).values;
        assert_eq!((&read["f_size"], &read["f_count"]), (&json!(size), &json!(count)));
    };
    stands("7.0", 50);
    // The same number with fewer decimals; and what was beyond the limit that holds now.
    let receipt = admin.done(vec![undo(second)]);
    assert!(receipt.kept.is_empty(), "{receipt:?}");
    stands("2.5", 90);
    // What has no room is not rounded: it is named, and comes back once there is room.
    let receipt = admin.done(vec![undo(first)]);
    assert_eq!(receipt.kept[0].fields, ["f_size"]);
    stands("2.5", 80);
    done(admin, undo(coarser));
    stands("2.50", 80);
    admin.done(vec![undo(first)]);
    stands("2.25", 80);
}
