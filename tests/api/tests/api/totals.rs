//! `/api/v1/totals/{entity}`

use std::collections::BTreeMap;

use api_tests::workspace::Workspace;
use domain::api::record::TotalsRequest;
use domain::api::{Code, GetTotals};
use serde_json::json;

covers!(GetTotals);

#[test]
fn counts_and_sums_are_exact_and_grouped_by_any_field() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    for (stage, amount, owner) in [
        ("signed", 100, admin.user),
        ("signed", 250, rep.user),
        ("lost", 40, rep.user),
        ("needs", 7, rep.user),
    ] {
        admin.create("deal", json!({"name": stage, "stage": stage, "owner": owner, "amount": {"amount": amount, "currency": "CNY"}}));
    }
    admin.create("deal", json!({"name": "x", "owner": null}));
    let by = |group: &str| -> BTreeMap<String, (u64, i64)> {
        let totals = admin.totals("deal", None, Some(group), Some("amount"));
        totals.into_iter().map(|total| (total.group.unwrap_or_default(), (total.count, total.sum))).collect()
    };
    let stages = by("stage");
    assert_eq!((stages["signed"], stages["lost"], stages["first_contact"]), ((2, 350), (1, 40), (1, 0)));
    let owners = by("owner");
    assert_eq!((owners[&rep.user.to_string()], owners[&admin.user.to_string()].0), ((3, 297), 2));
    let reply = admin.call::<GetTotals>(
        &["deal"],
        &TotalsRequest { group: Some("owner".into()), ..TotalsRequest::default() },
    );
    assert_eq!(reply.names.get(&rep.user).map(String::as_str), Some("rep 同事"));
    assert_eq!(reply.seq, admin.seq());

    let won = json!(["=", ["field", "stage"], "signed"]);
    let totals = admin.totals("deal", Some(&won), None, Some("amount"));
    assert_eq!((totals.len(), totals[0].group.clone(), totals[0].count, totals[0].sum), (1, None, 2, 350));
    assert_eq!(rep.totals("deal", None, None, Some("amount"))[0].sum, 297);
    assert_eq!(rep.count("deal", None), 3);
}

#[test]
fn what_cannot_be_grouped_or_added_up_is_refused_by_name() {
    let Workspace { admin } = Workspace::new();
    for (group, sum, field) in [
        (Some("nothing"), None, "group"),
        (Some("amount"), None, "group"),
        (Some("next_touch"), None, "group"),
        (None, Some("nothing"), "sum"),
        (None, Some("name"), "sum"),
        (None, Some("close_date"), "sum"),
        (Some("name; DROP TABLE deal"), None, "group"),
        (Some(""), None, "group"),
    ] {
        let request =
            TotalsRequest { filter: None, group: group.map(str::to_owned), sum: sum.map(str::to_owned) };
        let refusal = admin.refusal::<GetTotals>(&["deal"], &request);
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some(field)),
            "{request:?}"
        );
    }
    assert_eq!(admin.refusal::<GetTotals>(&["nothing"], &TotalsRequest::default()).code, Code::NotFound);
}

#[test]
fn every_field_that_can_be_grouped_groups_every_record_once() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.account_and_deal(admin.user);
    admin.create("deal", json!({"name": "x", "close_date": "2026-05-01", "source": "phone"}));
    let schema = admin.call::<domain::api::GetSchema>(&[], &domain::api::Empty {});
    for entity in &schema.entities {
        for field in &entity.fields {
            let request = TotalsRequest { group: Some(field.id.clone()), ..TotalsRequest::default() };
            let reply = admin.reply::<GetTotals>(&[&entity.id], &request);
            assert!(matches!(reply.status, 200 | 422), "{reply}");
            if reply.status == 200 {
                let groups = reply.parse::<domain::api::record::TotalsReply>().groups;
                assert_eq!(
                    groups.iter().map(|total| total.count).sum::<u64>(),
                    admin.count(&entity.id, None),
                    "{reply}"
                );
            }
        }
    }
}
