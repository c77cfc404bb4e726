//! The deals of the demo, in every stage.

use serde_json::{Value, json};
use uuid::Uuid;

use super::customers::Customers;
use super::names::OFFERS;
use super::phrases::{DEAL_KINDS, ENGLISH_DEAL_KINDS, ENGLISH_LOST_REASONS, LOST_REASONS, Phase};
use super::random::Random;
use super::{ACTIONS, Person, Sending, Setting, create, ways};

/// How many deals stand in each stage: a funnel, and what has left it.
const STAGES: [(Phase, usize); 6] = [
    (Phase::First, 68),
    (Phase::Needs, 54),
    (Phase::Proposal, 46),
    (Phase::Negotiation, 30),
    (Phase::Signed, 64),
    (Phase::Lost, 38),
];

/// Yuan a dollar in the price list of the demo company, rounded down to stay simple.
const LIST_RATE: i64 = 7;

pub struct Sales {
    pub deals: Vec<Deal>,
}

pub struct Deal {
    pub id: Uuid,
    pub account: usize,
    pub contact: Option<Uuid>,
    /// Who is spoken to.
    pub who: String,
    pub offer: usize,
    pub phase: Phase,
    /// Days since the first contact.
    pub age: i64,
    /// Days since it was won or lost.
    pub closed: Option<i64>,
    pub values: Value,
}

impl Sales {
    pub fn invent(setting: &Setting, customers: &Customers, seed: u64) -> Self {
        let mut random = Random::about("deals", seed);
        let mut deals: Vec<Deal> = Vec::new();
        for (phase, count) in STAGES {
            for _ in 0..count {
                // A third of the customers has no deal at all; the others have several.
                let account = random.below(customers.accounts.len() * 2 / 3) * 3 / 2;
                deals.push(deal(setting, customers, &mut random, account, phase));
            }
        }
        // As they were begun: the newest stand on top of their columns.
        deals.sort_by_key(|deal| (std::cmp::Reverse(deal.age), deal.id));
        Self { deals }
    }

    /// Whoever signed is a customer; whose every deal was lost is lost.
    pub fn status_of(&self, account: usize) -> &'static str {
        let phases: Vec<Phase> =
            self.deals.iter().filter(|deal| deal.account == account).map(|deal| deal.phase).collect();
        if phases.contains(&Phase::Signed) {
            "customer"
        } else if !phases.is_empty() && phases.iter().all(|phase| *phase == Phase::Lost) {
            "lost"
        } else {
            "prospect"
        }
    }

    pub fn sendings(&self, setting: &Setting, customers: &Customers, seed: u64) -> Vec<Sending> {
        let mut sendings = ways::sendings(setting, customers, self, seed);
        let mut random = Random::about("standings", seed);
        let rivals: Vec<(Uuid, &str)> =
            RIVALS.iter().map(|name| (setting.new_id(&mut random, -200), *name)).collect();
        let mut all: Vec<Value> =
            rivals.iter().map(|(id, name)| create("competitor", *id, json!({"name": name}))).collect();
        for deal in self.deals.iter().filter(|deal| deal.phase != Phase::First) {
            standings(setting, customers, deal, &rivals, &mut random, &mut all);
        }
        sendings.push(Sending { by: Person::Administrator, actions: all, at_once: ACTIONS });
        sendings
    }
}

/// Who sells something like it.
const RIVALS: [&str; 5] = ["海纳自动化", "恒瑞智能", "北辰科技", "Nordwerk", "Apex Instruments"];
const PARTS: [&str; 5] = ["decision_maker", "influencer", "user", "gatekeeper", "champion"];
const ATTITUDES: [&str; 5] = ["supports", "supports", "neutral", "neutral", "against"];
const STANDINGS: [&str; 3] = ["ahead", "level", "behind"];

/// Some of the customer's people with their say in a deal, and now and then somebody else who wants it.
fn standings(
    setting: &Setting,
    customers: &Customers,
    deal: &Deal,
    rivals: &[(Uuid, &str)],
    random: &mut Random,
    into: &mut Vec<Value>,
) {
    let people: Vec<Uuid> = customers.contacts_of(deal.account).map(|contact| contact.id).take(3).collect();
    for contact in people {
        if random.percent(70) {
            let values = json!({
                "deal": deal.id, "contact": contact, "role": random.pick(&PARTS), "attitude": random.pick(&ATTITUDES),
            });
            into.push(create("deal_contact", setting.new_id(random, -deal.age), values));
        }
    }
    if random.percent(35) {
        let (rival, _) = random.pick(rivals);
        let values = json!({"deal": deal.id, "competitor": rival, "standing": random.pick(&STANDINGS)});
        into.push(create("deal_competitor", setting.new_id(random, -deal.age), values));
    }
}

fn deal(setting: &Setting, customers: &Customers, random: &mut Random, at: usize, phase: Phase) -> Deal {
    let account = &customers.accounts[at];
    let contacts: Vec<_> = customers.contacts_of(at).collect();
    let contact = contacts.get(random.below(contacts.len()));
    let offer = random.below(OFFERS.len());
    let closed = match phase {
        Phase::Signed | Phase::Lost => {
            Some(if random.percent(60) { random.between(0, 60) } else { random.between(61, 200) })
        }
        _ => None,
    };
    let age = match phase {
        Phase::First => random.between(1, 26),
        Phase::Needs => random.between(8, 48),
        Phase::Proposal => random.between(16, 75),
        Phase::Negotiation => random.between(26, 110),
        Phase::Signed | Phase::Lost => closed.unwrap_or(0) + random.between(18, 95),
    };
    let close_date = match (closed, phase) {
        (Some(days), _) => setting.date(-days),
        // A few have let their day pass: somebody should ask.
        _ if random.percent(9) => setting.date(-random.between(1, 12)),
        (None, Phase::Negotiation) => setting.date(random.between(2, 30)),
        (None, Phase::Proposal) => setting.date(random.between(10, 60)),
        (None, _) => setting.date(random.between(25, 110)),
    };
    let (what, kind, source) = if account.chinese {
        (OFFERS[offer].zh, random.weighted(&DEAL_KINDS), account.source)
    } else {
        (OFFERS[offer].en, random.weighted(&ENGLISH_DEAL_KINDS), account.source)
    };
    // Without what the price list counts it in: 实施与培训（人天）.
    let what = what.split(['（', '(']).next().unwrap_or(what).trim_end();
    let name = if account.chinese {
        format!("{} {what}{kind}", account.short)
    } else {
        format!("{} – {what} {kind}", account.short)
    };
    let mut values = json!({
        "name": name, "amount": amount(random, offer, account.chinese), "engaged_on": setting.date(-age),
        "close_date": close_date, "source": source,
    });
    if phase == Phase::Lost {
        let reasons: &[(&str, &str)] = if account.chinese { &LOST_REASONS } else { &ENGLISH_LOST_REASONS };
        let (reason, note) = *random.pick(reasons);
        (values["lost_reason"], values["lost_note"]) = (json!(reason), json!(note));
    }
    // Nobody knows yet what the youngest ones are worth.
    if phase == Phase::First && random.percent(18) {
        values["amount"] = Value::Null;
    }
    let who = contact.map_or_else(String::new, |contact| contact.name.clone());
    Deal {
        id: setting.new_id(random, -age),
        account: at,
        contact: contact.map(|contact| contact.id),
        who,
        offer,
        phase,
        age,
        closed,
        values,
    }
}

/// Some pieces at a discount, in round hundreds.
fn amount(random: &mut Random, offer: usize, chinese: bool) -> Value {
    let offer = &OFFERS[offer];
    let pieces = random.between(offer.least, offer.most);
    let percent = *random.pick(&[100, 100, 95, 92, 90, 88, 85]);
    let yuan = offer.price / 100 * pieces * percent / 100;
    let (units, currency) = if chinese { (yuan, "CNY") } else { (yuan / LIST_RATE, "USD") };
    json!({"amount": (units / 100).max(1) * 100 * 100, "currency": currency})
}
