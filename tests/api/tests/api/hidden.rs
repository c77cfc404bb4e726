//! Fields that a role does not see are nowhere: marketing knows deals and not their amounts.

use api_tests::actions::{create, update};
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::record::{ListRequest, SearchRequest, TimelineRequest, TotalsRequest};
use domain::api::{Code, GetBoard, GetTimeline, GetTotals, ListChanges, ListRecords, Search};
use domain::ids::Id;
use serde_json::json;

/// An amount that appears nowhere else.
const SECRET: &str = "73519";

fn setup() -> (Workspace, Person, Id) {
    let workspace = Workspace::new();
    let marketing = workspace.person("marketing", None);
    let deal = workspace
        .admin
        .create("deal", json!({"name": "仓储二期", "amount": {"amount": 73_519, "currency": "CNY"}}));
    workspace.admin.update("deal", deal, json!({"amount": {"amount": 735_190, "currency": "CNY"}}));
    workspace.admin.update(
        "deal",
        deal,
        json!({"amount": {"amount": 73_519, "currency": "CNY"}, "note": "x"}),
    );
    (workspace, marketing, deal)
}

#[test]
fn a_hidden_field_is_in_no_reply() {
    let (_workspace, marketing, deal) = setup();
    let id = deal.to_string();
    let paths = [
        format!("/api/v1/records/deal/{id}"),
        "/api/v1/records/deal".to_owned(),
        "/api/v1/records/deal?sort=-updated_at&limit=1".to_owned(),
        format!("/api/v1/records/deal/{id}/timeline"),
        "/api/v1/board/sales".to_owned(),
        "/api/v1/totals/deal".to_owned(),
        "/api/v1/records/saved_view".to_owned(),
        "/api/v1/totals/deal?group=stage".to_owned(),
        "/api/v1/search?q=%E4%BB%93%E5%82%A8".to_owned(),
        "/api/v1/changes?after=0".to_owned(),
        "/api/v1/today".to_owned(),
        "/api/v1/agenda?from=2026-05-01&to=2026-05-31".to_owned(),
    ];
    for path in paths {
        let reply = marketing.get(&path);
        assert_eq!(reply.status, 200, "{reply}");
        assert!(!reply.text.contains(SECRET) && !reply.text.contains("amount"), "{reply}");
    }
    assert_eq!(marketing.read("deal", deal).id, deal);
    let board = marketing.call::<GetBoard>(&["sales"], &domain::api::record::BoardRequest::default());
    assert_eq!(board.columns[0].records.len(), 1);
    let hits = marketing.call::<Search>(&[], &SearchRequest { q: "仓储".into(), entity: None }).hits;
    assert_eq!(hits.len(), 1);
    assert!(
        !marketing
            .call::<ListChanges>(&[], &domain::api::record::ChangesRequest { after: 0 })
            .changes
            .is_empty()
    );
    let timeline = marketing.call::<GetTimeline>(&["deal", &id], &TimelineRequest::default());
    assert_eq!(timeline.entries.len(), 2, "the change of the amount alone is not told: {timeline:?}");
}

#[test]
fn a_hidden_field_is_not_guessed_by_filter_sort_or_sum() {
    let (workspace, marketing, _) = setup();
    let filters = [
        json!([">", ["field", "amount"], 1]),
        json!(["is_set", ["field", "amount"]]),
        json!([
            "or",
            ["=", ["field", "stage"], "signed"],
            ["=", ["coalesce", ["field", "amount"], 0], 735.19]
        ]),
    ];
    for filter in filters {
        let text = filter.to_string();
        let request = ListRequest { filter: Some(text.clone()), ..ListRequest::default() };
        let refusal = marketing.refusal::<ListRecords>(&["deal"], &request);
        assert_eq!(refusal.code, Code::Invalid, "{filter}");
        assert!(!refusal.text.contains(SECRET));
        assert_eq!(
            marketing
                .refusal::<GetTotals>(
                    &["deal"],
                    &TotalsRequest { filter: Some(text.clone()), ..TotalsRequest::default() }
                )
                .code,
            Code::Invalid
        );
        assert_eq!(
            marketing
                .refusal::<GetBoard>(
                    &["sales"],
                    &domain::api::record::BoardRequest { filter: Some(text), limit: None }
                )
                .code,
            Code::Invalid
        );
        assert_eq!(workspace.admin.list("deal", &request).records.len(), 1);
    }
    for sort in ["amount", "-amount"] {
        let refusal = marketing.refusal::<ListRecords>(
            &["deal"],
            &ListRequest { sort: Some(sort.into()), ..ListRequest::default() },
        );
        assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("sort")));
    }
    for request in [
        TotalsRequest { sum: Some("amount".into()), ..TotalsRequest::default() },
        TotalsRequest { group: Some("amount".into()), ..TotalsRequest::default() },
    ] {
        assert_eq!(marketing.refusal::<GetTotals>(&["deal"], &request).code, Code::Invalid);
    }
    // A hidden field and one that is not there are answered alike.
    let said = |field: &str| {
        let filter = json!([">", ["field", field], 1]).to_string();
        marketing
            .refusal::<ListRecords>(
                &["deal"],
                &ListRequest { filter: Some(filter), ..ListRequest::default() },
            )
            .problems
            .into_iter()
            .map(|problem| problem.key)
            .collect::<Vec<_>>()
    };
    assert_eq!(said("amount"), said("f_nothing"));
}

#[test]
fn a_hidden_field_is_not_written_either() {
    let workspace = Workspace::new();
    let mut role = domain::access::shipped_roles().into_iter().find(|role| role.id == "rep").unwrap();
    role.hidden.insert("deal".into(), vec!["amount".into()]);
    workspace.admin.done(vec![api_tests::actions::define(
        1,
        domain::schema::change::DefinitionChange::SetRole { role },
    )]);
    let rep = workspace.person("rep", None);
    let amount = json!({"amount": 1, "currency": "CNY"});
    let (code, problems) =
        rep.refused(vec![create("deal", new_id(), json!({"name": "x", "amount": amount}))]);
    assert_eq!(
        (code, problems[0].field.as_deref(), problems[0].key.as_str()),
        (Code::Invalid, Some("amount"), "problem.unknown_field")
    );
    let deal = rep.create("deal", json!({"name": "x"}));
    workspace.admin.update("deal", deal, json!({"amount": {"amount": 73_519, "currency": "CNY"}}));
    let version = rep.read("deal", deal).version;
    // A wrong belief about it shows nothing of it.
    let answer = rep.send(&api_tests::person::command(vec![update(
        "deal",
        deal,
        1,
        json!({"name": "x", "amount": null}),
        json!({"amount": amount}),
    )]));
    assert!(!serde_json::to_string(&answer).unwrap().contains(SECRET), "{answer:?}");
    rep.done(vec![update("deal", deal, version, json!({"name": "x"}), json!({"name": "y"}))]);
    assert_eq!(workspace.admin.value("deal", deal, "amount")["amount"], 73_519);
}
