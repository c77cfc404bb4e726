//! Plain REST for integrators, which ends in the same commands.

use api_tests::actions::create;
use api_tests::ids::new_id;
use api_tests::workspace::Workspace;
use domain::api::record::{
    ChangesRequest, CreateRequest, DeleteRequest, TimelineEntry, TimelineKind, TimelineRequest, UpdateRequest,
};
use domain::api::{
    Code, CreateRecord, DeleteRecord, Empty, GetRecord, GetTimeline, ListChanges, UpdateRecord,
};
use domain::command::{ChangeKind, Wire};
use serde_json::{Value as Json, json};

fn wire(json: Json) -> Wire {
    serde_json::from_value(json).unwrap_or_default()
}

#[test]
fn a_record_is_created_read_changed_and_deleted() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let text = id.to_string();
    let create = CreateRequest { id, values: wire(json!({"name": "恒通"})) };
    let saved = admin.call::<CreateRecord>(&["account"], &create);
    assert_eq!((saved.id, saved.version, saved.seq), (id, 1, 1));
    assert_eq!(admin.call::<CreateRecord>(&["account"], &create), saved, "creating twice creates once");

    let update = UpdateRequest {
        command: new_id(),
        base_version: 1,
        old: wire(json!({"name": "恒通"})),
        values: wire(json!({"name": "恒通物流"})),
    };
    let saved = admin.call::<UpdateRecord>(&["account", &text], &update);
    assert_eq!((saved.version, saved.seq), (2, 2));
    assert_eq!(
        admin.call::<UpdateRecord>(&["account", &text], &update),
        saved,
        "changing twice changes once"
    );
    let record = admin.call::<GetRecord>(&["account", &text], &Empty {});
    assert_eq!(
        (record.record.version, &record.record.values["name"], record.seq),
        (2, &json!("恒通物流"), 2)
    );

    let delete = DeleteRequest { command: new_id(), base_version: 1 };
    let refusal = admin.refusal::<DeleteRecord>(&["account", &text], &delete);
    assert_eq!((refusal.code, refusal.conflicts[0].version), (Code::Conflict, 2));
    let delete = DeleteRequest { command: new_id(), base_version: 2 };
    let saved = admin.call::<DeleteRecord>(&["account", &text], &delete);
    assert_eq!((saved.version, saved.seq), (3, 3));
    assert_eq!(
        admin.call::<DeleteRecord>(&["account", &text], &delete),
        saved,
        "deleting twice deletes once"
    );

    let kinds: Vec<_> = admin
        .call::<ListChanges>(&[], &ChangesRequest { after: 0 })
        .changes
        .into_iter()
        .map(|note| note.change)
        .collect();
    assert_eq!(serde_json::to_value(kinds).unwrap(), json!(["created", "updated", "deleted"]));
}

#[test]
fn a_conflict_shows_both_sides() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    admin.update("account", id, json!({"name": "他们的"}));
    let update = UpdateRequest {
        command: new_id(),
        base_version: 1,
        old: wire(json!({"name": "恒通"})),
        values: wire(json!({"name": "我的"})),
    };
    let refusal = admin.refusal::<UpdateRecord>(&["account", &id.to_string()], &update);
    let field = &refusal.conflicts[0].fields[0];
    assert_eq!(
        (refusal.code, &field.yours, &field.theirs, &field.base),
        (Code::Conflict, &json!("我的"), &json!("他们的"), &json!("恒通"))
    );
}

#[test]
fn refusals_carry_the_status_of_their_code() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let foreign = admin.create("account", json!({"name": "恒通"})).to_string();
    let team = workspace.team("华东", None).to_string();
    let update = |values: Json| UpdateRequest {
        command: new_id(),
        base_version: 1,
        old: Wire::new(),
        values: wire(values),
    };
    let code = |refusal: domain::api::Envelope| refusal.code;
    assert_eq!(
        code(
            admin.refusal::<CreateRecord>(&["account"], &CreateRequest { id: new_id(), values: Wire::new() })
        ),
        Code::Invalid
    );
    assert_eq!(
        code(
            admin.refusal::<UpdateRecord>(&["account", &new_id().to_string()], &update(json!({"name": "x"})))
        ),
        Code::NotFound
    );
    assert_eq!(
        code(rep.refusal::<UpdateRecord>(&["account", &foreign], &update(json!({"name": "x"})))),
        Code::NotFound
    );
    assert_eq!(
        code(rep.refusal::<UpdateRecord>(&["team", &team], &update(json!({"name": "x"})))),
        Code::Forbidden
    );
    assert_eq!(code(rep.refusal::<GetRecord>(&["account", &foreign], &Empty {})), Code::NotFound);
    assert_eq!(
        code(rep.refusal::<DeleteRecord>(
            &["account", &foreign],
            &DeleteRequest { command: new_id(), base_version: 1 }
        )),
        Code::NotFound
    );
    for wrong in ["x", "1", &foreign[..35], &foreign.replace('-', ""), "%2e%2e"] {
        assert_eq!(
            code(admin.refusal::<GetRecord>(&["account", wrong], &Empty {})),
            Code::NotFound,
            "{wrong}"
        );
        assert_eq!(
            code(admin.refusal::<UpdateRecord>(&["account", wrong], &update(json!({})))),
            Code::NotFound,
            "{wrong}"
        );
    }
    assert_eq!(code(admin.refusal::<GetRecord>(&["nothing", &foreign], &Empty {})), Code::NotFound);
    assert!(matches!(
        code(
            admin.refusal::<CreateRecord>(&["nothing"], &CreateRequest { id: new_id(), values: Wire::new() })
        ),
        Code::Invalid | Code::NotFound
    ));
}

#[test]
fn a_timeline_is_told_to_who_sees_the_record_and_in_pages() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let id = admin.create("account", json!({"name": "恒通"}));
    let text = id.to_string();
    assert_eq!(
        rep.refusal::<GetTimeline>(&["account", &text], &TimelineRequest::default()).code,
        Code::NotFound
    );
    for at in 0..45 {
        admin.update("account", id, json!({"employees": at}));
    }
    let mut request = TimelineRequest::default();
    let (mut seen, mut pages) = (std::collections::BTreeSet::new(), 0);
    loop {
        let reply = admin.call::<GetTimeline>(&["account", &text], &request);
        for entry in &reply.entries {
            if let TimelineEntry::Change { command, .. } = entry {
                seen.insert(*command);
            }
        }
        pages += 1;
        request.after = reply.next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (46, 2));
    let request = TimelineRequest { after: Some("nonsense".into()), ..TimelineRequest::default() };
    assert_eq!(admin.refusal::<GetTimeline>(&["account", &text], &request).code, Code::Invalid);
}

#[test]
fn touches_by_the_dozen_hide_no_older_change() {
    let Workspace { admin } = Workspace::new();
    let id = admin.create("account", json!({"name": "恒通"}));
    for at in 0..50 {
        // Each is newer than the one before, and moves the account's last touch.
        let happened = format!("2026-05-01T08:{at:02}:00Z");
        admin.create(
            "touch",
            json!({"kind": "call", "summary": format!("电话 {at}"), "account": id, "happened_at": happened}),
        );
    }
    let told = |only: Option<TimelineKind>| {
        let mut request = TimelineRequest { only, ..TimelineRequest::default() };
        let mut told = Vec::new();
        loop {
            let reply = admin.call::<GetTimeline>(&["account", &id.to_string()], &request);
            told.extend(reply.entries);
            request.after = reply.next;
            if request.after.is_none() {
                return told;
            }
        }
    };
    let changes = told(Some(TimelineKind::Change));
    assert!(
        matches!(&changes[..], [TimelineEntry::Change { change: ChangeKind::Created, .. }]),
        "{changes:?}"
    );
    assert_eq!(told(None).len(), 51);
}

#[test]
fn a_history_is_told_by_kind_and_id() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let hidden = workspace.admin.create("deal", json!({"name": "机密项目"}));
    assert!(!rep.sees("deal", hidden));
    // Ids are unique among records of one kind only: knowing one lets nobody read what happened under another.
    rep.done(vec![create("lead", hidden, json!({"name": "同号"}))]);
    let told = rep.reply::<GetTimeline>(&["lead", &hidden.to_string()], &TimelineRequest::default());
    assert_eq!(told.status, 200, "{told}");
    assert!(told.text.contains("同号") && !told.text.contains("机密"), "{told}");
}
