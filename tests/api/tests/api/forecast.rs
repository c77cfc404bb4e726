//! `/api/v1/forecast/{pipeline}`

use std::collections::BTreeSet;

use api_tests::actions::{delete, import as import_rows, move_deal, move_deal_with};
use api_tests::company::{CURRENCIES, Company};
use api_tests::ids::{new_id, random};
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::forecast::{Forecast, ForecastReply, ForecastRequest, StageHistory};
use domain::api::record::ListRequest;
use domain::api::{Code, Empty, GetForecast, GetSchema};
use domain::command::ImportRow;
use domain::forecast::{closing, counted, open, undated};
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use domain::schema::{Label, Pipeline, Stage, StageStatus};
use domain::time::Date;
use serde_json::{Value as Json, json};

covers!(GetForecast);

#[track_caller]
fn forecast(person: &Person, filter: Option<&Json>) -> ForecastReply {
    let request = ForecastRequest { filter: filter.map(Json::to_string) };
    person.call::<GetForecast>(&["sales"], &request)
}

fn amount(minor: i64) -> Json {
    json!({"amount": minor, "currency": "CNY"})
}

fn pipeline(person: &Person) -> Pipeline {
    person.call::<GetSchema>(&[], &Empty {}).pipelines[0].clone()
}

#[test]
fn what_is_won_counts_whole_what_is_open_by_its_probability_and_lost_not_at_all() {
    let Workspace { admin } = Workspace::new();
    let empty = forecast(&admin, None);
    let (month, quarter) = (empty.month.clone(), empty.quarter.clone());
    assert!(quarter.from <= month.from && month.to <= quarter.to, "{empty:?}");
    assert_eq!((month.won, month.open, month.by_stage, month.by_history), (0, 0, 0, Some(0)));
    let stages: Vec<&str> = empty.history.iter().map(|one| one.stage.as_str()).collect();
    assert_eq!(stages, ["first_contact", "needs", "proposal", "negotiation"]);

    let put = |stage: &str, minor: i64, close: Option<Date>, own: Option<u8>| {
        let mut values = json!({"name": stage, "stage": stage, "amount": amount(minor)});
        if let Some(close) = close {
            values["close_date"] = json!(close);
        }
        if let Some(own) = own {
            values["own_probability"] = json!(own);
        }
        admin.create("deal", values)
    };
    put("signed", 1_000, Some(month.from), Some(3));
    put("needs", 333, Some(month.to), Some(50));
    put("needs", 205, Some(month.to), None);
    put("lost", 70_000, Some(month.to), Some(90));
    put("needs", 90_000, None, None);
    put("signed", 90_000, None, None);
    put("needs", 90_000, Some(quarter.to.plus_days(1)), None);
    put("needs", 90_000, Some(quarter.from.plus_days(-1)), None);
    let gone = put("needs", 90_000, Some(month.to), None);
    admin.done(vec![delete("deal", gone, 1)]);
    admin.create("deal", json!({"name": "没有金额", "stage": "needs", "close_date": month.to}));
    let told = forecast(&admin, None);
    let Forecast { won, won_sum, open, open_sum, own, unvalued, .. } = told.month;
    assert_eq!((won, won_sum, open, open_sum, own, unvalued), (1, 1_000, 3, 538, Some(1), 1));
    // 1,000 + 30 % of 538; 1,000 + 50 % of 333 + 30 % of 205. Nobody knows yet what history says.
    assert_eq!((told.month.by_stage, told.month.by_own, told.month.by_history), (1_161, Some(1_228), None));
    assert_eq!((told.month.unseen, told.month.unseen_sum), (3, 538));
    // One open deal without a day; what is won or lost is not waited for.
    assert_eq!(told.undated, 1);
    assert_eq!(told.seq, admin.seq());
    let narrow = json!(["=", ["field", "name"], "signed"]);
    let told = forecast(&admin, Some(&narrow));
    assert_eq!((told.month.won, told.month.open, told.undated), (1, 0, 0));
}

#[test]
fn history_is_told_of_enough_deals_and_of_the_last_twelve_months_as_they_stand_now() {
    let Workspace { admin } = Workspace::new();
    let close = forecast(&admin, None).month.to;
    let deal = |stage: &str| {
        admin
            .create("deal", json!({"name": "单", "stage": stage, "amount": amount(100), "close_date": close}))
    };
    let of = |stage: &str| {
        let history = forecast(&admin, None).history;
        history.into_iter().find(|one| one.stage == stage).unwrap()
    };
    let told = |stage: &str, reached, won, lost, share| StageHistory {
        stage: stage.into(),
        reached,
        won,
        lost,
        share,
    };
    let deals: Vec<Id> = (0..10).map(|_| deal("needs")).collect();
    for deal in &deals[..6] {
        admin.done(vec![move_deal_with(*deal, "needs", "signed", json!({}))]);
    }
    for deal in &deals[6..9] {
        admin.done(vec![move_deal_with(*deal, "needs", "lost", json!({"lost_reason": "price"}))]);
    }
    assert_eq!(of("needs"), told("needs", 10, 6, 3, None));
    // The tenth goes on, comes back and is lost: it came once.
    admin.done(vec![move_deal(deals[9], "needs", "proposal")]);
    admin.done(vec![move_deal(deals[9], "proposal", "needs")]);
    admin.done(vec![move_deal_with(deals[9], "needs", "lost", json!({"lost_reason": "price"}))]);
    assert_eq!(of("needs"), told("needs", 10, 6, 4, Some(6_000)));
    assert_eq!(of("proposal"), told("proposal", 1, 0, 1, None));
    // Opened again it is not decided; deleted it is not there.
    admin.done(vec![move_deal(deals[9], "lost", "needs")]);
    assert_eq!(of("needs"), told("needs", 10, 6, 3, None));
    admin.done(vec![move_deal_with(deals[9], "needs", "signed", json!({}))]);
    assert_eq!(of("needs"), told("needs", 10, 7, 3, Some(7_000)));
    let version = admin.read("deal", deals[0]).version;
    admin.done(vec![delete("deal", deals[0], version)]);
    assert_eq!(of("needs"), told("needs", 9, 6, 3, None));
    // What an import brings as won never stood in the stages before.
    let rows = (0..12).map(|line| {
        let cells =
            [("name", "旧单"), ("stage", "Signed")].map(|(field, text)| (field.to_owned(), text.to_owned()));
        ImportRow { line: line + 2, record: new_id(), cells: cells.into() }
    });
    admin.done(vec![import_rows(new_id(), "deal", false, rows.collect())]);
    assert_eq!(of("needs"), told("needs", 9, 6, 3, None));
    // The filter of the board plays no part.
    let nothing = json!(["=", ["field", "name"], "没有"]);
    assert_eq!(forecast(&admin, Some(&nothing)).history, forecast(&admin, None).history);
}

#[test]
fn each_number_is_about_exactly_the_records_of_its_list() {
    let Workspace { admin } = Workspace::new();
    let empty = forecast(&admin, None);
    let days = [
        None,
        Some(empty.month.from),
        Some(empty.month.to),
        Some(empty.quarter.from),
        Some(empty.quarter.to),
    ];
    let days =
        days.into_iter().chain([Some(empty.quarter.to.plus_days(1)), Some(empty.quarter.from.plus_days(-1))]);
    for close in days {
        for stage in ["needs", "signed", "lost"] {
            admin.create("deal", json!({"name": stage, "stage": stage, "close_date": close}));
        }
    }
    let (told, pipeline) = (forecast(&admin, None), pipeline(&admin));
    let listed = |parts: [Json; 2]| {
        let filter = Some(json!(["and", parts[0], parts[1]]).to_string());
        let request = ListRequest { filter, limit: Some(200), ..ListRequest::default() };
        admin.list("deal", &request).records.len() as u64
    };
    for one in [&told.month, &told.quarter] {
        let span = domain::forecast::Span { from: one.from, to: one.to };
        assert_eq!(listed(closing(&counted(&pipeline), span)), one.won + one.open, "{one:?}");
        assert_eq!(listed(closing(&open(&pipeline), span)), one.open, "{one:?}");
    }
    assert_eq!(listed(undated(&open(&pipeline))), told.undated);
}

#[test]
fn a_forecast_is_refused_by_name_where_it_cannot_be() {
    let workspace = Workspace::new();
    let (admin, nothing) = (&workspace.admin, ForecastRequest::default());
    for unknown in ["nothing", "sales; --", "deal"] {
        assert_eq!(admin.refusal::<GetForecast>(&[unknown], &nothing).code, Code::NotFound, "{unknown}");
    }
    for filter in ["{", "[]", r#"["=",["field","nothing"],1]"#] {
        let request = ForecastRequest { filter: Some(filter.into()) };
        let refusal = admin.refusal::<GetForecast>(&["sales"], &request);
        assert_eq!(refusal.code, Code::Invalid, "{filter}");
    }
    // Marketing sees deals and not their amounts; service sees no deals.
    let refusal = workspace.person("marketing", None).refusal::<GetForecast>(&["sales"], &nothing);
    let field = refusal.problems[0].field.as_deref();
    assert_eq!((refusal.code, field), (Code::Invalid, Some("amount")));
    assert_eq!(
        workspace.person("service", None).refusal::<GetForecast>(&["sales"], &nothing).code,
        Code::Forbidden
    );

    // Whose role hides the probability of one's own is not told of it, nor by a filter.
    let mut role = domain::access::shipped_roles().into_iter().find(|role| role.id == "rep").unwrap();
    role.hidden.insert("deal".into(), vec!["own_probability".into()]);
    admin.defines(DefinitionChange::SetRole { role });
    let rep = workspace.person("rep", None);
    let told = forecast(&rep, None);
    assert_eq!((told.month.by_own, told.month.own), (None, None));
    let filter = json!(["is_set", ["field", "own_probability"]]).to_string();
    let refusal = rep.refusal::<GetForecast>(&["sales"], &ForecastRequest { filter: Some(filter) });
    assert_eq!(refusal.code, Code::Invalid);

    // A pipeline without anything in it.
    let stage = |id: &str, status, percent| Stage::new(id, Label::new(id, id), status, percent);
    let partners = Pipeline {
        id: "partners".into(),
        entity: "deal".into(),
        label: Label::new("渠道", "Partners"),
        stages: vec![
            stage("begun", StageStatus::Open, 40),
            stage("agreed", StageStatus::Won, 100),
            stage("left", StageStatus::Lost, 0),
        ],
        edges: Vec::new(),
        teams: Vec::new(),
        products: Vec::new(),
    };
    admin.defines(DefinitionChange::AddPipeline { pipeline: partners, at: None });
    let told = admin.call::<GetForecast>(&["partners"], &nothing);
    assert_eq!((told.quarter.open, told.history.len()), (0, 1));
}

#[test]
fn ones_own_probability_is_a_whole_percent_between_none_and_all() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期", "own_probability": 100}));
    for wrong in [json!(-1), json!(101), json!(12.5), json!("many"), json!(true)] {
        let values = json!({"own_probability": wrong});
        let (code, problems) =
            admin.refused(vec![api_tests::actions::update("deal", deal, 1, json!({}), values)]);
        let field = problems[0].field.as_deref();
        assert_eq!((code, field), (Code::Invalid, Some("own_probability")), "{wrong}");
    }
    admin.update("deal", deal, json!({"own_probability": 0}));
    assert_eq!(admin.value("deal", deal, "own_probability"), "0");
}

/// Open stages with their probabilities, in percent.
const OPEN: [(&str, i128); 4] = [("first_contact", 10), ("needs", 30), ("proposal", 50), ("negotiation", 75)];

/// Where a deal went from the open stage it began in.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// An open stage, perhaps the same.
    Open(usize),
    Won,
    Lost,
}

struct Deal {
    begins: usize,
    end: End,
    owner: Id,
    minor: Option<i128>,
    currency: usize,
    own: Option<u8>,
    close: Option<Date>,
}

impl Deal {
    fn chance(owners: &[Id], days: &[Option<Date>]) -> Self {
        let [begins, end, to, owner, a, b, sign, filled, currency, own, percent, day] = random::<12>();
        let pick = |byte: u8, of: usize| usize::from(byte) % of;
        let end = match end % 3 {
            0 => End::Open(pick(to, OPEN.len())),
            1 => End::Won,
            _ => End::Lost,
        };
        let minor = i128::from(u16::from_be_bytes([a, b])) * 1_013 + 1;
        let minor = if sign % 16 == 0 { -minor } else { minor };
        Self {
            begins: pick(begins, OPEN.len()),
            end,
            owner: owners[pick(owner, owners.len())],
            // What is signed has an amount and a day.
            minor: (end == End::Won || filled % 8 > 0).then_some(minor),
            currency: pick(currency, CURRENCIES.len()),
            own: (own % 2 == 0).then_some(percent % 101),
            close: days[pick(day, days.len())]
                .or_else(|| days.iter().flatten().next().copied().filter(|_| end == End::Won)),
        }
    }

    /// What the amount is worth in fen: by the rate, halves away from zero.
    fn worth(&self) -> Option<i128> {
        let (_, digits, rate) = CURRENCIES[self.currency];
        let (minor, divisor) = (self.minor? * rate?, 1_000_000 * 10_i128.pow(digits));
        Some(minor.signum() * ((minor.abs() * 100 * 2 + divisor) / (divisor * 2)))
    }

    fn save(&self, admin: &Person) {
        let begins = OPEN[self.begins].0;
        let mut values = json!({"name": "单", "stage": begins, "owner": self.owner, "own_probability": self.own, "close_date": self.close});
        if let Some(minor) = self.minor {
            let minor = i64::try_from(minor).unwrap_or_default();
            values["amount"] = json!({"amount": minor, "currency": CURRENCIES[self.currency].0});
        }
        let deal = admin.create("deal", values);
        let (to, filled) = match self.end {
            End::Open(to) => (OPEN[to].0, json!({})),
            End::Won => ("signed", json!({})),
            End::Lost => ("lost", json!({"lost_reason": "price"})),
        };
        if to != begins {
            admin.done(vec![move_deal_with(deal, begins, to, filled)]);
        }
    }
}

/// The shares of the open stages among some deals, by counting one by one.
fn shares(deals: &[&Deal]) -> Vec<StageHistory> {
    let one = |(at, (stage, _)): (usize, &(&str, i128))| {
        let came = deals.iter().filter(|deal| deal.begins == at || deal.end == End::Open(at));
        let (mut reached, mut won, mut lost) = (0, 0, 0);
        for deal in came {
            reached += 1;
            won += u64::from(deal.end == End::Won);
            lost += u64::from(deal.end == End::Lost);
        }
        let decided = won + lost;
        let share = (decided >= 10)
            .then(|| u16::try_from((won * 20_000 + decided) / (decided * 2)).unwrap_or_default());
        StageHistory { stage: (*stage).to_owned(), reached, won, lost, share }
    };
    OPEN.iter().enumerate().map(one).collect()
}

/// A forecast by weighing deal by deal.
fn weighed(deals: &[&Deal], history: &[StageHistory], from: Date, to: Date) -> Forecast {
    let (mut sums, mut won_sum, mut open_sum, mut unseen_sum) = ([0_i128; 3], 0_i128, 0_i128, 0_i128);
    let (mut won, mut open, mut own, mut unseen) = (0, 0, 0, 0);
    let (mut unvalued, mut converted, mut unconverted) = (0, 0, 0);
    let within = deals
        .iter()
        .filter(|deal| deal.end != End::Lost && deal.close.is_some_and(|day| (from..=to).contains(&day)));
    for deal in within {
        let worth = deal.worth().unwrap_or_default();
        unvalued += u64::from(deal.minor.is_none());
        converted += u64::from(deal.worth().is_some() && deal.currency > 0);
        unconverted += u64::from(deal.minor.is_some() && deal.worth().is_none());
        let End::Open(at) = deal.end else {
            won += 1;
            won_sum += worth;
            sums = sums.map(|sum| sum + worth * 10_000);
            continue;
        };
        open += 1;
        open_sum += worth;
        own += u64::from(deal.own.is_some());
        let by_stage = OPEN[at].1 * 100;
        sums[0] += worth * by_stage;
        sums[1] += worth * deal.own.map_or(by_stage, |own| i128::from(own) * 100);
        match history[at].share {
            Some(share) => sums[2] += worth * i128::from(share),
            None => {
                unseen += 1;
                unseen_sum += worth;
            }
        }
    }
    let whole = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
    let [by_stage, by_own, by_history] = sums.map(|sum| whole((sum.abs() + 5_000) / 10_000 * sum.signum()));
    Forecast {
        from,
        to,
        won,
        won_sum: whole(won_sum),
        open,
        open_sum: whole(open_sum),
        by_stage,
        by_own: Some(by_own),
        own: Some(own),
        by_history: (open == 0 || unseen < open).then_some(by_history),
        unseen,
        unseen_sum: whole(unseen_sum),
        unvalued,
        converted,
        unconverted,
    }
}

#[test]
fn a_forecast_is_what_weighing_deal_by_deal_gives_for_every_reader_and_currency() {
    let Company { workspace, manager, near, far, .. } = Company::new();
    let admin = &workspace.admin;
    let ForecastReply { month, quarter, .. } = forecast(admin, None);
    let days = [
        Some(month.from),
        Some(month.to),
        Some(month.from.plus_days(9)),
        Some(quarter.from),
        Some(quarter.to),
        Some(quarter.from.plus_days(-1)),
        Some(quarter.to.plus_days(1)),
        None,
    ];
    let owners = [admin.user, manager.user, near.user, far.user];
    let deals: Vec<Deal> = (0..140).map(|_| Deal::chance(&owners, &days)).collect();
    for deal in &deals {
        deal.save(admin);
    }
    let sees = |person: &Person| -> BTreeSet<Id> {
        if person.user == admin.user {
            owners.into_iter().collect()
        } else if person.user == manager.user {
            [manager.user, near.user].into_iter().collect()
        } else {
            [person.user].into_iter().collect()
        }
    };
    for person in [admin, &manager, &near, &far] {
        let seen = sees(person);
        let visible: Vec<&Deal> = deals.iter().filter(|deal| seen.contains(&deal.owner)).collect();
        let history = shares(&visible);
        for owner in [None, Some(near.user)] {
            let filter = owner.map(|owner| json!(["=", ["field", "owner"], owner]));
            let meant: Vec<&Deal> = visible
                .iter()
                .filter(|deal| owner.is_none_or(|owner| deal.owner == owner))
                .copied()
                .collect();
            let told = forecast(person, filter.as_ref());
            assert_eq!(told.history, history);
            assert_eq!(told.month, weighed(&meant, &history, month.from, month.to));
            assert_eq!(told.quarter, weighed(&meant, &history, quarter.from, quarter.to));
            let undated =
                meant.iter().filter(|deal| matches!(deal.end, End::Open(_)) && deal.close.is_none());
            assert_eq!(told.undated, undated.count() as u64);
        }
    }
}
