//! Amounts in foreign currencies, and rates with their days.

use api_tests::actions::{create, update};
use api_tests::browser::Server;
use api_tests::ids::new_id;
use api_tests::own_server::OwnServer;
use api_tests::workspace::{Workspace, settings};
use domain::api::Code;
use domain::time::Date;
use serde_json::{Value as Json, json};

fn rate(workspace: &Workspace, currency: &str, from: Date, rate: &str) {
    workspace.admin.create("rate", json!({"currency": currency, "from": from.to_string(), "rate": rate}));
}

fn today(workspace: &Workspace) -> Date {
    workspace.admin.call::<domain::api::GetToday>(&[], &domain::api::record::TodayRequest {}).today
}

fn amount(minor: i64, currency: &str) -> Json {
    json!({"amount": minor, "currency": currency})
}

#[test]
fn a_foreign_amount_is_worth_what_the_newest_rate_of_the_day_says() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let today = today(&workspace);
    rate(&workspace, "USD", today.plus_days(-30), "7.1");
    rate(&workspace, "USD", today.plus_days(-1), "7.25");
    rate(&workspace, "USD", today.plus_days(1), "8");
    rate(&workspace, "JPY", today, "0.0485");
    rate(&workspace, "KWD", today, "23.456789");
    let cases = [
        ("USD", 100, 725),
        ("USD", -1, -7),
        ("USD", 2, 15),
        ("JPY", 1_000, 4_850),
        ("KWD", 1_000, 2_346),
        ("CNY", 99, 99),
    ];
    for (currency, minor, base) in cases {
        let deal = admin.create("deal", json!({"name": currency, "amount": amount(minor, currency)}));
        assert_eq!(
            admin.value("deal", deal, "amount"),
            json!({"amount": minor, "currency": currency, "base": base})
        );
    }
}

#[test]
fn without_a_rate_an_amount_is_kept_and_counted_as_unconverted() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let deal = admin.create("deal", json!({"name": "欧元", "amount": amount(500, "EUR")}));
    admin.create("deal", json!({"name": "人民币", "amount": amount(300, "CNY")}));
    admin.create("deal", json!({"name": "没有"}));
    assert_eq!(admin.value("deal", deal, "amount"), amount(500, "EUR"));
    let totals = admin.totals("deal", None, None, Some("amount"));
    assert_eq!((totals[0].count, totals[0].sum, totals[0].unconverted), (3, 300, 1));
    // Conditions compare what amounts are worth; what has no worth is neither more nor less.
    assert!(admin.ids("deal", Some(&json!(["is_empty", ["field", "amount"]]))).contains(&deal));

    rate(&workspace, "EUR", today(&workspace), "8");
    admin.done(vec![update(
        "deal",
        deal,
        1,
        json!({"amount": amount(500, "EUR")}),
        json!({"amount": amount(600, "EUR")}),
    )]);
    assert_eq!(admin.value("deal", deal, "amount")["base"], 4_800);
    let totals = admin.totals("deal", Some(&json!([">=", ["field", "amount"], 48])), None, Some("amount"));
    assert_eq!((totals[0].count, totals[0].sum, totals[0].unconverted), (1, 4_800, 0));
}

#[test]
fn a_rate_counts_for_amounts_that_are_there_already() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let today = today(&workspace);
    let deal = admin.create("deal", json!({"name": "欧元", "amount": amount(500, "EUR")}));
    let sum = || {
        let totals = admin.totals("deal", None, None, Some("amount"));
        (totals[0].sum, totals[0].unconverted)
    };
    assert_eq!(sum(), (0, 1));
    let wrong = admin.create("rate", json!({"currency": "EUR", "from": today.to_string(), "rate": "80"}));
    assert_eq!(sum(), (40_000, 0));
    admin.update("rate", wrong, json!({"rate": "8"}));
    assert_eq!(sum(), (4_000, 0));
    assert_eq!(admin.value("deal", deal, "amount")["base"], 4_000);
    // A day that has not come moves nothing.
    rate(&workspace, "EUR", today.plus_days(1), "9");
    assert_eq!((sum(), admin.read("deal", deal).version), ((4_000, 0), 1));
}

#[test]
fn what_an_amount_is_worth_is_not_for_the_sender_to_say() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create(
        "deal",
        json!({"name": "x", "amount": {"amount": 100, "currency": "CNY", "base": 1_000_000}}),
    );
    assert_eq!(admin.value("deal", deal, "amount")["base"], 100);
}

#[test]
fn an_amount_beyond_what_a_browser_counts_is_refused() {
    let Workspace { admin } = Workspace::new();
    let limit = domain::money::MAX_SAFE;
    for minor in [limit, -limit] {
        let deal = admin.create("deal", json!({"name": "x", "amount": amount(minor, "CNY")}));
        assert_eq!(admin.value("deal", deal, "amount")["amount"], minor);
    }
    for wrong in [
        json!(limit + 1),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(1.5),
        json!("12"),
        json!(null),
        json!([]),
    ] {
        let (code, problems) = admin.refused(vec![create(
            "deal",
            new_id(),
            json!({"name": "x", "amount": {"amount": wrong, "currency": "CNY"}}),
        )]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("amount")), "{wrong}");
    }
    for wrong in [json!("cny"), json!("CN"), json!("人民币"), json!(null), json!(1)] {
        let (code, problems) = admin.refused(vec![create(
            "deal",
            new_id(),
            json!({"name": "x", "amount": {"amount": 1, "currency": wrong}}),
        )]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("amount")), "{wrong}");
    }
    // Sums go further than single amounts.
    for _ in 0..3 {
        admin.create("deal", json!({"name": "x", "amount": amount(limit, "CNY")}));
    }
    let totals = admin.totals("deal", None, None, Some("amount"));
    assert_eq!(totals[0].sum, limit * 3);
}

#[test]
fn only_who_may_sets_rates() {
    let workspace = Workspace::new();
    let finance = workspace.person("finance", None);
    finance.create("rate", json!({"currency": "USD", "from": "2026-01-01", "rate": "7.1"}));
    let rep = workspace.person("rep", None);
    assert_eq!(
        rep.refused(vec![create(
            "rate",
            new_id(),
            json!({"currency": "USD", "from": "2026-01-01", "rate": "9"})
        )])
        .0,
        Code::Forbidden
    );
    let deal = rep.create("deal", json!({"name": "x", "amount": amount(100, "USD")}));
    assert_eq!(rep.value("deal", deal, "amount")["base"], 710);
}

#[test]
fn a_rate_reaches_what_has_no_worth_when_its_day_comes() {
    let mut own = OwnServer::start("rates").unwrap();
    let workspace = Workspace::on(&Server::at(&own.url), settings());
    let admin = &workspace.admin;
    let today = today(&workspace);
    let deal = admin.create("deal", json!({"name": "欧元", "amount": amount(500, "EUR")}));
    let other = admin.create("deal", json!({"name": "美元", "amount": amount(500, "USD")}));
    rate(&workspace, "EUR", today.plus_days(2), "8");
    rate(&workspace, "USD", today.plus_days(3), "7");
    let minute = || assert_eq!(admin.get("/cdn-cgi/local/scheduled").status, 200);
    let worth = |deal| admin.value("deal", deal, "amount")["base"].clone();
    minute();
    assert_eq!([worth(deal), worth(other)], [Json::Null, Json::Null]);
    // Two days go by: the rates begin so much earlier.
    own.kill().unwrap();
    for database in own.databases_with("rate_due").unwrap() {
        for (table, also) in [("rate", ""), ("rate_due", ", due_at = due_at - 172800000")] {
            let sql = format!("UPDATE {table} SET \"from\" = date(\"from\", '-2 days'){also}");
            database.execute(&sql, []).unwrap();
        }
    }
    own.start_again().unwrap();
    let version = admin.read("deal", deal).version;
    for _ in 0..2 {
        minute();
        assert_eq!([worth(deal), worth(other)], [json!(4_000), Json::Null]);
    }
    assert_eq!(admin.read("deal", deal).version, version);
    let totals = admin.totals("deal", None, None, Some("amount"));
    assert_eq!((totals[0].sum, totals[0].unconverted), (4_000, 1));
}
