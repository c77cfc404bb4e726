//! The table of conditions (`domain::expr::cases`) through real D1. All of it runs natively against SQLite beside
//! the compiler in `api-worker`; here runs what can be asked from outside, on custom fields in workerd's own
//! SQLite: cases that name the day, the hour or the reader depend on the clock, amounts with a made-up worth and
//! references to nobody cannot be stored, and what is too long for an address stays away.

use std::collections::BTreeMap;

use api_tests::actions::{create, define, field};
use api_tests::browser::Server;
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::{Workspace, settings};
use domain::api::command::Answer;
use domain::api::record::{ListReply, ListRequest};
use domain::api::{ListRecords, to_query};
use domain::expr::cases;
use domain::ids::Id;
use domain::schema::WorkspaceSettings;
use domain::schema::change::DefinitionChange;
use serde_json::{Value as Json, json};

/// The fields of the cases are custom fields here.
fn on_custom_fields(expr: &Json) -> Json {
    match expr {
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(word), Json::String(id)] if word == "field" => json!(["field", format!("f_{id}")]),
            parts => parts.iter().map(on_custom_fields).collect(),
        },
        other => other.clone(),
    }
}

fn can_be_asked(expr: &str) -> bool {
    !["[\"today\"]", "[\"now\"]", "[\"me\"]"].iter().any(|word| expr.replace(' ', "").contains(word))
}

/// A case's record on custom fields; none when its amounts are worth what no rate says.
fn values(record: &str) -> Option<Json> {
    let record: Json = serde_json::from_str(record).ok()?;
    let mut values = json!({"name": "x"});
    for (id, value) in record.as_object()? {
        let amount = value.get("amount");
        if amount.is_some() && (value["currency"] != "CNY" || value.get("base") != amount) {
            return None;
        }
        values[format!("f_{id}")] = value.clone();
    }
    Some(values)
}

#[test]
fn d1_reads_conditions_as_the_evaluator_does() {
    let utc = WorkspaceSettings { zone: "UTC".into(), ..settings() };
    let workspace = Workspace::on(&Server::shared(), utc);
    let admin = &workspace.admin;
    let schema = cases::schema();
    for (at, known) in cases::entity(&schema).fields.iter().enumerate() {
        let kind = serde_json::to_value(&known.kind).unwrap();
        let change = DefinitionChange::AddField {
            entity: "account".into(),
            field: field(&format!("f_{}", known.id), kind),
        };
        admin.done(vec![define(at as u64 + 1, change)]);
    }
    let all = cases::all();
    let mut records: BTreeMap<String, Id> = BTreeMap::new();
    for case in &all {
        if let Some(values) = values(&case.record).filter(|_| !records.contains_key(&case.record)) {
            let id = new_id();
            if let Answer::Done(_) = admin.send(&command(vec![create("account", id, values)])) {
                records.insert(case.record.clone(), id);
            }
        }
    }
    let mut ran = 0;
    for case in all.iter().filter(|case| can_be_asked(&case.expr)) {
        let Some(id) = records.get(&case.record) else { continue };
        let expr = on_custom_fields(&serde_json::from_str(&case.expr).unwrap());
        let mut request =
            ListRequest { filter: Some(expr.to_string()), limit: Some(200), ..ListRequest::default() };
        if to_query(&request).len() > 6_000 {
            continue;
        }
        let mut holds = false;
        loop {
            let reply = admin.reply::<ListRecords>(&["account"], &request);
            assert_eq!(reply.status, 200, "{}: {reply}", case.name);
            let page: ListReply = reply.parse();
            holds |= page.records.iter().any(|record| record.id == *id);
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
        assert_eq!(holds, case.holds, "{}: {} on {}", case.name, case.expr, case.record);
        ran += 1;
    }
    println!("{ran} of {} cases ran through D1, on {} records", all.len(), records.len());
    assert!(ran >= 120, "only {ran} cases could be asked");
}
