//! Creating, changing, deleting and restoring records; moving them along their stages.

use api_tests::actions::{create, delete, move_deal, move_deal_with, restore, signing, undo, update};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::record::ListRequest;
use domain::api::{Code, GetRecord, ListRecords};
use domain::command::Action;
use domain::schema::change::DefinitionChange;
use serde_json::json;

#[test]
fn a_created_record_is_there_with_its_defaults() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let receipt = admin.done(vec![create(
        "deal",
        id,
        json!({"name": "  仓储二期 ", "amount": {"amount": 125_000, "currency": "CNY"}}),
    )]);
    assert_eq!((receipt.records.len(), receipt.records[0].record, receipt.records[0].version), (1, id, 1));
    let deal = admin.read("deal", id);
    assert_eq!((deal.entity.as_str(), deal.version, deal.deleted), ("deal", 1, false));
    let value = |field: &str| deal.values.get(field).cloned().unwrap_or_default();
    assert_eq!(value("name"), "仓储二期");
    assert_eq!(value("amount"), json!({"amount": 125_000, "currency": "CNY", "base": 125_000}));
    assert_eq!(
        (value("stage"), value("owner"), value("created_by")),
        (json!("first_contact"), json!(admin.user), json!(admin.user))
    );
    assert_eq!(value("created_at"), value("updated_at"));
    assert!(value("rank").is_string(), "{:?}", deal.values);
    assert!(deal.may.update && deal.may.delete && deal.may.assign);
    // Empty fields are left out.
    assert!(!deal.values.contains_key("note") && !deal.values.contains_key("account"));
}

#[test]
fn a_change_touches_only_its_fields_and_counts_up_the_version() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通", "phone": "021 5888 1234", "note": "老客户"}));
    let receipt = admin.done(vec![update(
        "account",
        id,
        1,
        json!({"name": "恒通"}),
        json!({"name": "恒通物流", "phone": null}),
    )]);
    assert_eq!(receipt.records[0].version, 2);
    let account = admin.read("account", id);
    assert_eq!(
        (account.version, &account.values["name"], &account.values["note"]),
        (2, &json!("恒通物流"), &json!("老客户"))
    );
    assert!(!account.values.contains_key("phone"));
}

#[test]
fn writing_what_is_there_already_changes_nothing() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    let seq = admin.seq();
    let receipt = admin.done(vec![update(
        "account",
        id,
        1,
        json!({"name": "恒通"}),
        json!({"name": "恒通", "note": ""}),
    )]);
    assert!(receipt.records.is_empty(), "{receipt:?}");
    assert_eq!((admin.seq(), admin.read("account", id).version), (seq, 1));
}

#[test]
fn what_is_deleted_is_out_of_sight_until_it_is_restored() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    let receipt = admin.done(vec![delete("account", id, 1)]);
    assert_eq!(receipt.records[0].version, 2);
    assert!(admin.ids("account", None).is_empty());
    assert_eq!(admin.count("account", None), 0);
    let bin = admin
        .call::<ListRecords>(&["account"], &ListRequest { deleted: Some(true), ..ListRequest::default() });
    assert_eq!(
        bin.records.iter().map(|record| (record.id, record.deleted)).collect::<Vec<_>>(),
        [(id, true)]
    );
    assert_eq!(bin.records[0].values["updated_by"], json!(admin.user));
    assert!(bin.records[0].deleted_at.is_some());
    let (code, problems) = admin.refused(vec![update("account", id, 2, json!({}), json!({"name": "x"}))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::NotFound, "problem.record_not_found"));
    let (code, problems) =
        admin.refused(vec![create("contact", new_id(), json!({"name": "王芳", "account": id}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("account")));

    admin.done(vec![restore("account", id)]);
    let account = admin.read("account", id);
    assert_eq!((account.deleted, account.deleted_at, &account.values["name"]), (false, None, &json!("恒通")));
    assert!(admin.ids("account", None).contains(&id));
    let seq = admin.seq();
    admin.done(vec![restore("account", id)]);
    assert_eq!(admin.seq(), seq, "restoring what is there changes nothing");
}

#[test]
fn what_was_deleted_last_comes_first_page_by_page() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<_> = ["一", "二", "三"].map(|name| admin.create("account", json!({"name": name}))).into();
    // Another order than that of their making.
    for at in [1, 2, 0] {
        admin.done(vec![delete("account", ids[at], 1)]);
    }
    let mut request = ListRequest { deleted: Some(true), limit: Some(1), ..ListRequest::default() };
    let mut found = Vec::new();
    loop {
        let page = admin.list("account", &request);
        found.extend(page.records.iter().map(|record| record.id));
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(found, [ids[0], ids[2], ids[1]]);
    // Asked for in another order, it comes in that.
    let by_name =
        ListRequest { deleted: Some(true), sort: Some("created_at".into()), ..ListRequest::default() };
    let created: Vec<_> = admin.list("account", &by_name).records.iter().map(|record| record.id).collect();
    assert_eq!(created, ids);
}

#[test]
fn deleting_what_one_has_not_seen_as_it_is_conflicts() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    admin.update("account", id, json!({"name": "恒通物流"}));
    let conflicts = admin.conflict(vec![delete("account", id, 1)]);
    assert_eq!((conflicts.len(), conflicts[0].record, conflicts[0].version), (1, id, 2));
    assert!(admin.sees("account", id) && !admin.read("account", id).deleted);
    admin.done(vec![delete("account", id, 2)]);
}

#[test]
fn the_id_of_a_record_is_used_once() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    let (code, problems) = admin.refused(vec![create("account", id, json!({"name": "另一个"}))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.id_taken"));
    let again = new_id();
    let (code, problems) = admin.refused(vec![
        create("account", again, json!({"name": "a"})),
        create("account", again, json!({"name": "b"})),
    ]);
    assert_eq!(
        (code, problems[0].key.as_str(), problems[0].action),
        (Code::Invalid, "problem.id_taken", Some(1))
    );
    assert!(!admin.sees("account", again));
}

#[test]
fn the_id_of_a_record_out_of_sight_is_taken_too() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let id = workspace.admin.create("account", json!({"name": "恒通"}));
    let (code, problems) = rep.refused(vec![create("account", id, json!({"name": "另一个"}))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.id_taken"));
    assert_eq!(workspace.admin.value("account", id, "name"), "恒通");
}

#[test]
fn a_deal_moves_along_its_stages_and_closes_on_the_day() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("deal", json!({"name": "仓储二期"}));
    admin.done(vec![move_deal(id, "first_contact", "proposal")]);
    assert_eq!(admin.value("deal", id, "stage"), "proposal");
    assert!(admin.value("deal", id, "close_date").is_null());
    admin.done(vec![move_deal_with(id, "proposal", "signed", signing())]);
    assert_eq!(admin.value("deal", id, "close_date"), "2026-05-01");

    let conflicts = admin.conflict(vec![move_deal(id, "proposal", "lost")]);
    let field = &conflicts[0].fields[0];
    assert_eq!(
        (field.field.as_str(), &field.yours, &field.theirs, &field.base),
        ("stage", &json!("lost"), &json!("signed"), &json!("proposal"))
    );
    let receipt = admin.done(vec![move_deal(id, "proposal", "signed")]);
    assert!(receipt.records.is_empty(), "two who move to the same stage agree: {receipt:?}");

    for (entity, to, rank, field) in [
        ("deal", "nowhere", None, "to"),
        ("deal", "lost", Some(""), "rank"),
        ("deal", "lost", Some("\u{0}"), "rank"),
        ("account", "lost", None, "entity"),
        ("nothing", "lost", None, "entity"),
    ] {
        let mut action = Action::move_stage(entity, id, "signed", to);
        if let Action::MoveStage { rank: place, .. } = &mut action {
            *place = rank.map(str::to_owned);
        }
        let (code, problems) = admin.refused(vec![action]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some(field)), "{entity} {to}");
    }
}

#[test]
fn a_stage_that_is_gone_can_be_moved_to_no_more() {
    let Workspace { admin } = Workspace::new();
    let schema = admin.call::<domain::api::GetSchema>(&[], &domain::api::Empty {});
    let stages: Vec<_> =
        schema.pipelines[0].stages.iter().filter(|stage| stage.id != "needs").cloned().collect();
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    admin.done(vec![move_deal(deal, "first_contact", "needs")]);
    let change = DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None };
    let (code, problems) = admin.refused(vec![api_tests::actions::define(1, change.clone())]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.definition.stage_in_use"));
    admin.done(vec![move_deal(deal, "needs", "proposal")]);
    admin.done(vec![api_tests::actions::define(1, change)]);
    let (code, problems) = admin.refused(vec![move_deal(deal, "proposal", "needs")]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("to")));
}

#[test]
fn an_external_id_is_there_once() {
    let Workspace { admin } = Workspace::new();
    let first = admin.create("account", json!({"name": "甲", "external_id": "A-1"}));
    let (code, problems) =
        admin.refused(vec![create("account", new_id(), json!({"name": "乙", "external_id": " A-1 "}))]);
    assert_eq!(
        (code, problems[0].field.as_deref(), problems[0].key.as_str()),
        (Code::Invalid, Some("external_id"), "problem.taken")
    );
    let second = admin.create("account", json!({"name": "乙"}));
    let (code, _) =
        admin.refused(vec![update("account", second, 1, json!({}), json!({"external_id": "A-1"}))]);
    assert_eq!(code, Code::Invalid);
    // Another kind of record has its own, and keeping one's own is no claim on it.
    admin.create("deal", json!({"name": "丙", "external_id": "A-1"}));
    admin.done(vec![update(
        "account",
        first,
        1,
        json!({"external_id": "A-1", "name": "甲"}),
        json!({"external_id": "A-1", "name": "甲方"}),
    )]);
    assert_eq!(admin.value("account", first, "name"), "甲方");
    let together = admin.refused(vec![
        create("account", new_id(), json!({"name": "丁", "external_id": "A-2"})),
        create("account", new_id(), json!({"name": "戊", "external_id": "A-2"})),
    ]);
    assert_eq!(together.0, Code::Invalid, "{together:?}");
    assert_eq!(admin.count("account", None), 2);
}

#[test]
fn a_record_is_not_its_own_parent_and_circles_end() {
    let Workspace { admin } = Workspace::new();
    let (a, b) =
        (admin.create("account", json!({"name": "甲"})), admin.create("account", json!({"name": "乙"})));
    let (code, problems) = admin.refused(vec![update("account", a, 1, json!({}), json!({"parent": a}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("parent")));
    admin.update("account", a, json!({"parent": b}));
    admin.update("account", b, json!({"parent": a}));
    let (x, y) = (admin.create("team", json!({"name": "x"})), admin.create("team", json!({"name": "y"})));
    admin.update("team", x, json!({"parent": y}));
    let circle = admin.refused(vec![update("team", y, 1, json!({}), json!({"parent": x}))]);
    assert_eq!((circle.0, circle.1[0].key.as_str()), (Code::Invalid, "problem.within_itself"));
    // Two who move teams at once can still make one, and so can an undo.
    let freed = command(vec![update("team", x, 2, json!({}), json!({"parent": null}))]);
    admin.done_as(&freed);
    admin.update("team", y, json!({"parent": x}));
    admin.done(vec![undo(freed.id)]);
    assert_eq!(admin.value("team", x, "parent"), json!(y));
    admin.update("user", admin.user, json!({"team": x}));
    assert!(admin.sees("account", a));
}

#[test]
fn nobody_locks_the_last_door_behind_themselves() {
    let Workspace { admin } = Workspace::new();
    for values in [json!({"role": "rep"}), json!({"status": "inactive"})] {
        let (code, problems) = admin.refused(vec![update("user", admin.user, 1, json!({}), values)]);
        assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.not_oneself"));
    }
    let version = admin.read("user", admin.user).version;
    let (code, problems) = admin.refused(vec![delete("user", admin.user, version)]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.user_stays"));
    assert_eq!(
        admin.reply::<GetRecord>(&["user", &admin.user.to_string()], &domain::api::Empty {}).status,
        200
    );
}

#[test]
fn what_was_deleted_does_not_come_back_beside_its_successor() {
    let Workspace { admin } = Workspace::new();
    let first = admin.create("account", json!({"name": "甲", "external_id": "A-1"}));
    admin.done(vec![delete("account", first, 1)]);
    let second = admin.create("account", json!({"name": "乙", "external_id": "A-1"}));
    let (code, problems) = admin.refused(vec![restore("account", first)]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("external_id")));
    assert_eq!(admin.ids("account", None).into_iter().collect::<Vec<_>>(), [second]);
}
