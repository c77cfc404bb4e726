//! `/api/v1/records/{entity}/{id}/timeline?only=file`: what was attached, to whom it is told, and in pages.

use std::collections::BTreeSet;

use api_tests::actions::{define, delete, log_touch, move_deal};
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::record::{TimelineEntry, TimelineKind, TimelineRequest};
use domain::api::{Code, Empty, GetSchema, GetTimeline};
use domain::command::Action;
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use serde_json::json;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n";

/// Everything of one kind in a history, over all pages.
fn told(person: &Person, entity: &str, id: Id, only: Option<TimelineKind>) -> Vec<TimelineEntry> {
    let mut request = TimelineRequest { only, ..TimelineRequest::default() };
    let mut told = Vec::new();
    loop {
        let reply = person.call::<GetTimeline>(&[entity, &id.to_string()], &request);
        told.extend(reply.entries);
        request.after = reply.next;
        if request.after.is_none() {
            return told;
        }
    }
}

/// Name of each file with the kind of record that holds it, newest first.
fn files(person: &Person, entity: &str, id: Id) -> Vec<(String, String)> {
    let file = |entry| match entry {
        TimelineEntry::File { file, entity, .. } => Some((file.name, entity)),
        _ => None,
    };
    let entries = told(person, entity, id, Some(TimelineKind::File));
    let (all, files) = (entries.len(), entries.into_iter().filter_map(file).collect::<Vec<_>>());
    assert_eq!(files.len(), all, "nothing but files was asked for");
    files
}

fn names(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, entity)| ((*name).to_owned(), (*entity).to_owned())).collect()
}

#[test]
fn photos_of_a_visit_and_documents_of_the_customer_are_its_files() {
    let Workspace { admin } = Workspace::new();
    let contract = admin.upload("合同.pdf", PDF);
    let account = admin.create("account", json!({"name": "恒通", "files": [contract.id]}));
    let deal = admin.create("deal", json!({"name": "二期", "account": account}));
    let photo = admin.upload("门头.png", PNG);
    let touch = new_id();
    let values = json!({"kind": "visit", "files": [photo.id]});
    admin.done(vec![log_touch(touch, "deal", deal, values, None)]);
    // What is logged on a deal belongs to its customer too.
    let all = names(&[("门头.png", "touch"), ("合同.pdf", "account")]);
    assert_eq!(files(&admin, "account", account), all);
    assert_eq!(files(&admin, "deal", deal), all[..1]);
    let entries = told(&admin, "account", account, Some(TimelineKind::File));
    let TimelineEntry::File { by, file, record, .. } = &entries[0] else { panic!("{entries:?}") };
    assert_eq!((*by, file, *record), (admin.user, &photo, touch));
    // Beside everything else they stand with what brought them, and are not told twice.
    let everything = told(&admin, "account", account, None);
    assert!(!everything.iter().any(|entry| matches!(entry, TimelineEntry::File { .. })), "{everything:?}");
    let told = everything.iter().find_map(|entry| match entry {
        TimelineEntry::Touch { record, .. } => Some(record.values["files"].clone()),
        _ => None,
    });
    assert_eq!(told, Some(json!([photo.to_json()])));
    // Held twice, it is one file; let go, it is none.
    admin.update("account", account, json!({"files": [photo.id]}));
    assert_eq!(files(&admin, "account", account), names(&[("门头.png", "account")]));
    admin.update("account", account, json!({"files": null}));
    assert_eq!(files(&admin, "account", account), all[..1]);
    let version = admin.read("touch", touch).version;
    admin.done(vec![delete("touch", touch, version)]);
    assert!(files(&admin, "account", account).is_empty());
}

#[test]
fn more_files_than_a_page_holds_are_all_told_once() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    let mut wanted = BTreeSet::new();
    for visit in 0..5 {
        let photos: Vec<Id> =
            (0..9).map(|photo| admin.upload(&format!("{visit}-{photo}.png"), PNG).id).collect();
        wanted.extend(photos.iter().copied());
        let values = json!({"kind": "visit", "files": photos});
        admin.done(vec![log_touch(new_id(), "account", account, values, None)]);
    }
    let request = TimelineRequest { only: Some(TimelineKind::File), ..TimelineRequest::default() };
    let first = admin.call::<GetTimeline>(&["account", &account.to_string()], &request);
    assert_eq!((first.entries.len(), first.next.is_some()), (40, true));
    let entries = told(&admin, "account", account, Some(TimelineKind::File));
    let moments: Vec<_> = entries.iter().map(TimelineEntry::at).collect();
    assert!(moments.is_sorted_by(|newer, older| newer >= older), "{moments:?}");
    let found: Vec<Id> = entries
        .iter()
        .filter_map(|entry| if let TimelineEntry::File { file, .. } = entry { Some(file.id) } else { None })
        .collect();
    assert_eq!((found.len(), found.into_iter().collect::<BTreeSet<_>>()), (45, wanted));
}

#[test]
fn files_are_told_to_who_sees_the_record_and_what_holds_them() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let marketing = workspace.person("marketing", None);
    let account = rep.create("account", json!({"name": "恒通"}));
    let hidden = admin.create("account", json!({"name": "机密"}));
    let (photo, contract) = (rep.upload("门头.png", PNG), rep.upload("合同.pdf", PDF));
    rep.done(vec![log_touch(
        new_id(),
        "account",
        account,
        json!({"kind": "visit", "files": [photo.id]}),
        None,
    )]);
    rep.update("account", account, json!({"files": [contract.id]}));
    assert_eq!(files(&rep, "account", account).len(), 2);
    // Marketing sees customers and no touches.
    assert_eq!(files(&marketing, "account", account), names(&[("合同.pdf", "account")]));
    let request = TimelineRequest { only: Some(TimelineKind::File), ..TimelineRequest::default() };
    let unseen = rep.refusal::<GetTimeline>(&["account", &hidden.to_string()], &request);
    assert_eq!(unseen.code, Code::NotFound);
    // Another workspace's record is none, whatever is asked of it.
    let stranger = Workspace::new().admin;
    let unseen = stranger.refusal::<GetTimeline>(&["account", &account.to_string()], &request);
    assert_eq!(unseen.code, Code::NotFound);
    // A hidden field hides its files.
    let schema = admin.call::<GetSchema>(&[], &Empty {});
    let mut role = schema.role("marketing").cloned().unwrap();
    role.hidden.entry("account".into()).or_default().push("files".into());
    admin.done(vec![define(schema.revision, DefinitionChange::SetRole { role })]);
    assert!(files(&marketing, "account", account).is_empty());
}

#[test]
fn what_was_attached_to_the_lead_is_read_with_the_customer() {
    let Workspace { admin } = Workspace::new();
    let card = admin.upload("名片.png", PNG);
    let lead = admin.create("lead", json!({"name": "王芳", "files": [card.id]}));
    let account = admin.create("account", json!({"name": "恒通"}));
    assert!(files(&admin, "account", account).is_empty());
    admin.update("lead", lead, json!({"account": account}));
    assert_eq!(files(&admin, "account", account), names(&[("名片.png", "lead")]));
}

#[test]
fn what_a_mover_said_is_told_with_the_move() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期", "stage": "needs"}));
    let mut action = move_deal(deal, "needs", "negotiation");
    if let Action::MoveStage { note, exception, .. } = &mut action {
        *note = Some("年框".to_owned());
        *exception = Some("总监同意".to_owned());
    }
    admin.done(vec![action]);
    let entries = told(&admin, "deal", deal, Some(TimelineKind::Change));
    let TimelineEntry::Change { fields, .. } = &entries[0] else { panic!("{entries:?}") };
    let after = |field: &str| fields.get(field).map(|(_, after)| after.clone());
    assert_eq!(after("stage_note"), Some(json!("年框")));
    assert_eq!(after("stage_exception"), Some(json!("总监同意")));
    assert_eq!(after("rank"), None);
}
