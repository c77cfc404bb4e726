//! `/api/v1/totals/{entity}`

use std::collections::{BTreeMap, BTreeSet};

use api_tests::company::{CURRENCIES, Company};
use api_tests::ids::random;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::record::TotalsRequest;
use domain::api::{Code, GetTotals};
use domain::ids::Id;
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
        let request = TotalsRequest {
            group: group.map(str::to_owned),
            sum: sum.map(str::to_owned),
            ..TotalsRequest::default()
        };
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

#[test]
fn what_cannot_be_weighed_is_refused_by_name() {
    let Workspace { admin } = Workspace::new();
    let text = |text: &str| Some(text.to_owned());
    for (sum, weigh) in [
        (text("amount"), "owner"),
        (text("amount"), "nothing"),
        (text("amount"), ""),
        (text("amount"), "amount; --"),
        (None, "stage"),
    ] {
        let request = TotalsRequest { sum, weigh: text(weigh), ..TotalsRequest::default() };
        let refusal = admin.refusal::<GetTotals>(&["deal"], &request);
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some("weigh")),
            "{request:?}"
        );
    }
    // Other kinds of record have no stage.
    let request = TotalsRequest { weigh: text("stage"), ..TotalsRequest::default() };
    assert_eq!(admin.refusal::<GetTotals>(&["task"], &request).code, Code::Invalid);
}

/// Stages with their probabilities, in percent.
const STAGES: [(&str, i128); 6] = [
    ("first_contact", 10),
    ("needs", 30),
    ("proposal", 50),
    ("negotiation", 75),
    ("signed", 100),
    ("lost", 0),
];

struct Deal {
    stage: usize,
    owner: Id,
    account: Option<Id>,
    minor: Option<i128>,
    currency: usize,
}

impl Deal {
    fn chance(owners: &[Id], accounts: &[Id]) -> Self {
        let [stage, owner, account, currency, filled, a, b, c, sign] = random::<9>();
        let minor = i128::from(u32::from_be_bytes([0, a, b, c])) * 101;
        Self {
            stage: usize::from(stage) % STAGES.len(),
            owner: owners[usize::from(owner) % owners.len()],
            account: accounts.get(usize::from(account) % (accounts.len() + 1)).copied(),
            minor: (filled % 8 > 0).then_some(if sign % 16 == 0 { -minor } else { minor }),
            currency: usize::from(currency) % CURRENCIES.len(),
        }
    }

    /// What the amount is worth in fen: by the rate, halves away from zero.
    fn worth(&self) -> Option<i128> {
        let (_, digits, rate) = CURRENCIES[self.currency];
        let (minor, divisor) = (self.minor? * rate?, 1_000_000 * 10_i128.pow(digits));
        let twice = minor.abs() * 100 * 2 + divisor;
        Some(minor.signum() * (twice / (divisor * 2)))
    }
}

/// Count, sum, weighted sum, converted, without a rate.
type Numbers = (u64, i64, i64, u64, u64);

/// The same by plain addition over the deals one by one.
fn added<'a>(deals: impl Iterator<Item = &'a Deal>) -> Numbers {
    let (mut count, mut sum, mut hundredths, mut converted, mut unconverted) = (0, 0, 0, 0, 0);
    for deal in deals {
        count += 1;
        match (deal.minor, deal.worth()) {
            (_, Some(worth)) => {
                sum += worth;
                hundredths += worth * STAGES[deal.stage].1;
                converted += u64::from(deal.currency > 0);
            }
            (Some(_), None) => unconverted += 1,
            (None, None) => {}
        }
    }
    let weighted = (hundredths.abs() + 50) / 100 * hundredths.signum();
    let fit = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
    (count, fit(sum), fit(weighted), converted, unconverted)
}

#[track_caller]
fn told(person: &Person, group: Option<&str>, stages: Option<&[&str]>) -> BTreeMap<String, Numbers> {
    let request = TotalsRequest {
        filter: stages.map(|stages| json!(["in", ["field", "stage"], stages]).to_string()),
        group: group.map(str::to_owned),
        sum: Some("amount".to_owned()),
        weigh: Some("stage".to_owned()),
    };
    let groups = person.call::<GetTotals>(&["deal"], &request).groups;
    let numbers = |total: domain::api::record::Total| {
        assert!(total.weighted.is_some(), "{total:?}: it was asked to be weighed");
        let weighted = total.weighted.unwrap_or_default();
        let numbers = (total.count, total.sum, weighted, total.converted, total.unconverted);
        (total.group.unwrap_or_default(), numbers)
    };
    let found: BTreeMap<_, _> = groups.into_iter().map(numbers).collect();
    // Nothing there is no group, or one of nothing.
    found.into_iter().filter(|(_, numbers)| numbers.0 > 0).collect()
}

#[test]
fn totals_are_what_adding_up_one_by_one_gives_for_every_reader_and_currency() {
    let Company { workspace, north, south, under, manager, near, far } = Company::new();
    let admin = &workspace.admin;
    // Two more, each in some team: whom the manager sees is worked out below.
    let places = [north, south, under];
    let further = [(); 2].map(|()| {
        let team = places[usize::from(random::<1>()[0]) % places.len()];
        (workspace.person("rep", Some(team)), team != south)
    });
    let [one, other] = [further[0].0.user, further[1].0.user];
    let owners = [admin.user, manager.user, near.user, far.user, one, other];
    let accounts = [0, 1, 2].map(|at| admin.create("account", json!({"name": format!("客户 {at}")})));
    let deals: Vec<Deal> = (0..120).map(|_| Deal::chance(&owners, &accounts)).collect();
    for (at, deal) in deals.iter().enumerate() {
        let amount = deal.minor.map(
            |minor| json!({"amount": i64::try_from(minor).unwrap(), "currency": CURRENCIES[deal.currency].0}),
        );
        let stage = STAGES[deal.stage].0;
        let mut values = json!({"name": format!("单 {at}"), "stage": stage, "owner": deal.owner});
        if let Some(amount) = amount {
            values["amount"] = amount;
        }
        if let Some(account) = deal.account {
            values["account"] = json!(account);
        }
        admin.create("deal", values);
    }
    let sees = |person: &Person| -> BTreeSet<Id> {
        if person.user == admin.user {
            owners.into_iter().collect()
        } else if person.user == manager.user {
            let below = further.iter().filter(|(_, below)| *below).map(|(person, _)| person.user);
            [manager.user, near.user].into_iter().chain(below).collect()
        } else {
            [person.user].into_iter().collect()
        }
    };
    let some_stages = ["needs", "negotiation", "lost"];
    for person in [admin, &manager, &near, &far, &further[0].0, &further[1].0] {
        let seen = sees(person);
        for stages in [None, Some(some_stages.as_slice())] {
            let shown = |deal: &&Deal| {
                seen.contains(&deal.owner)
                    && stages.is_none_or(|stages| stages.contains(&STAGES[deal.stage].0))
            };
            let grouped = |key: &dyn Fn(&Deal) -> String| {
                let keys: BTreeSet<String> = deals.iter().filter(shown).map(key).collect();
                let one = |wanted: String| {
                    let numbers = added(deals.iter().filter(shown).filter(|deal| key(deal) == wanted));
                    (wanted, numbers)
                };
                keys.into_iter().map(one).collect::<BTreeMap<_, _>>()
            };
            assert_eq!(told(person, None, stages), grouped(&|_| String::new()), "all");
            assert_eq!(
                told(person, Some("stage"), stages),
                grouped(&|deal| STAGES[deal.stage].0.to_owned()),
                "by stage"
            );
            assert_eq!(
                told(person, Some("owner"), stages),
                grouped(&|deal| deal.owner.to_string()),
                "by owner"
            );
            assert_eq!(
                told(person, Some("account"), stages),
                grouped(&|deal| deal.account.map(|account| account.to_string()).unwrap_or_default()),
                "by account"
            );
        }
    }
}
