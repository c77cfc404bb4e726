//! How the deals of the demo came to where they stand. They go in as history, as the deals of a team do that moves to a
//! new system: each in its stage since some day. Those that are won or lost have passed through the stages before.

use serde_json::{Value, json};
use uuid::Uuid;

use super::customers::Customers;
use super::names::OFFERS;
use super::phrases::Phase;
use super::random::Random;
use super::sales::{Deal, Sales};
use super::{ACTIONS, Person, Sending, Setting};

/// Rows of a file sent at once, as the import page does.
const ROWS: usize = 200;
const PAUSED: usize = 7;
const PAUSES: [&str; 4] =
    ["客户年底封账，元旦后再谈", "等集团预算批复", "项目负责人出差", "Waiting for their new fiscal year"];
/// The stage that nobody should have too much in, and how much is too much.
pub const LIMITED: (&str, u16) = ("proposal", 10);

/// Every deal at its place, with nothing said about it beyond its row.
pub fn sendings(setting: &Setting, customers: &Customers, sales: &Sales, seed: u64) -> Vec<Sending> {
    let mut random = Random::about("ways", seed);
    let rows: Vec<Value> = (2..)
        .zip(&sales.deals)
        .map(|(line, deal)| {
            let cells = cells(setting, customers, &mut random, deal);
            json!({"line": line, "record": deal.id, "cells": cells})
        })
        .collect();
    let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "CNY"});
    let import = setting.new_id(&mut random, 0);
    let imports = rows.chunks(ROWS).map(
        |rows| json!({"do": "import_rows", "import": import, "entity": "deal", "formats": formats, "rows": rows}),
    );
    let mut all = vec![(imports.collect(), 1)];
    let namesakes = sales.deals.iter().filter_map(|deal| Some((deal, deal.contact?)));
    let namesakes = namesakes.filter(|(deal, _)| !is_unique(customers, &deal.who)).map(|(deal, contact)| {
        json!({"do": "update", "entity": "deal", "record": deal.id, "base_version": 1, "values": {"contact": contact}})
    });
    all.push((namesakes.collect(), ACTIONS));
    // A command moves a deal once.
    all.extend(moves(sales, &mut random).into_iter().map(|moves| (moves, ACTIONS)));
    all.into_iter()
        .map(|(actions, at_once)| Sending { by: Person::Administrator, actions, at_once })
        .collect()
}

/// A few deals rest, each for a reason.
pub fn pauses(setting: &Setting, sales: &Sales, seed: u64) -> Sending {
    let mut random = Random::about("pauses", seed);
    let rests = |deal: &&Deal| deal.closed.is_none() && deal.phase != Phase::First;
    let mut open: Vec<&Deal> = sales.deals.iter().filter(rests).collect();
    let mut actions = Vec::new();
    while actions.len() < PAUSED && !open.is_empty() {
        let deal = open.swap_remove(random.below(open.len()));
        let until = setting.date(random.between(5, 40));
        let reason = random.pick(&PAUSES);
        actions.push(
            json!({"do": "pause", "entity": "deal", "record": deal.id, "until": until, "reason": reason}),
        );
    }
    Sending { by: Person::Administrator, actions, at_once: ACTIONS }
}

/// What a file would say of a deal, the columns by their fields.
fn cells(setting: &Setting, customers: &Customers, random: &mut Random, deal: &Deal) -> Value {
    let account = &customers.accounts[deal.account];
    let since = match deal.phase {
        Phase::Needs => random.between(0, deal.age.min(18)),
        Phase::Proposal => random.between(0, deal.age.min(20)),
        Phase::Negotiation => random.between(0, deal.age.min(28)),
        // In the first stage they are since they began.
        Phase::First | Phase::Signed | Phase::Lost => deal.age,
    };
    let stage = if deal.closed.is_some() { Phase::First } else { deal.phase };
    let mut cells = json!({
        "name": deal.values["name"], "account": account.name, "product": OFFERS[deal.offer].zh, "owner": account.owner.name(),
        "stage": stage.stage(), "stage_since": setting.date(-since),
        "engaged_on": deal.values["engaged_on"], "close_date": deal.values["close_date"], "source": deal.values["source"],
    });
    if let (Some(minor), Some(currency)) =
        (deal.values["amount"]["amount"].as_i64(), deal.values["amount"]["currency"].as_str())
    {
        cells["amount"] = json!(format!("{currency} {}", minor / 100));
    }
    if is_unique(customers, &deal.who) {
        cells["contact"] = json!(deal.who);
    }
    if deal.closed.is_none() && random.percent(24) {
        cells["own_probability"] = json!((random.between(1, 18) * 5).to_string());
    }
    cells
}

/// A name that stands for one contact says who is meant.
fn is_unique(customers: &Customers, name: &str) -> bool {
    customers.contacts.iter().filter(|contact| contact.name == name).count() == 1
}

/// The moves of what is won or lost, first those out of the first stage. What is lost may be so from any stage on.
fn moves(sales: &Sales, random: &mut Random) -> Vec<Vec<Value>> {
    let last = Phase::OPEN.len() - 1;
    let mut steps: Vec<Vec<Value>> = vec![Vec::new(); Phase::OPEN.len()];
    for deal in sales.deals.iter().filter(|deal| deal.closed.is_some()) {
        let reached = if deal.phase == Phase::Signed { last } else { random.below(last + 1) };
        for (at, pair) in Phase::OPEN.windows(2).take(reached).enumerate() {
            steps[at].push(moved(deal.id, pair[0], pair[1]));
        }
        let mut end = moved(deal.id, Phase::OPEN[reached], deal.phase);
        if deal.phase == Phase::Lost {
            end["values"] =
                json!({"lost_reason": deal.values["lost_reason"], "lost_note": deal.values["lost_note"]});
        }
        steps[reached].push(end);
    }
    steps
}

fn moved(deal: Uuid, from: Phase, to: Phase) -> Value {
    json!({"do": "move_stage", "entity": "deal", "record": deal, "from": from.stage(), "to": to.stage()})
}
