//! What people do all day: leads, touches, tasks.

use chrono::{DateTime, Datelike as _, Duration, SecondsFormat, Utc, Weekday};
use serde_json::{Value, json};
use uuid::Uuid;

use super::customers::{Customers, SOURCES, card};
use super::names::{BRAND_FIRST, BRAND_SECOND, CITIES, OFFERS, TRADES};
use super::phrases::{
    CARE, ENGLISH_CARE, ENGLISH_QUALIFY, ENGLISH_SILENT, ENGLISH_STUCK, ENGLISH_TASKS, OFFICE_TASKS, Phase,
    QUALIFY, SILENT, STUCK, TASKS, progress,
};
use super::random::Random;
use super::sales::{Deal, Sales};
use super::{ACTIONS, Person, Sending, Setting, TOUCHES, create};

/// Touches older than this are not in the demo.
const DAYS: i64 = 90;

const LEADS: [(&str, usize); 5] =
    [("new", 18), ("working", 24), ("dormant", 8), ("unqualified", 5), ("qualified", 5)];

/// A lead's place in its list decides what it is, so that its touches can be told again.
struct Lead {
    id: Uuid,
    who: String,
    chinese: bool,
    owner: Person,
    status: &'static str,
    values: Value,
}

fn invent_leads(setting: &Setting, customers: &Customers, sales: &Sales, seed: u64) -> Vec<Lead> {
    let mut random = Random::about("leads", seed);
    // Converted leads are what won deals came from.
    let mut won = sales.deals.iter().filter(|deal| deal.phase == Phase::Signed && deal.contact.is_some());
    let mut leads = Vec::new();
    for (status, count) in LEADS {
        for _ in 0..count {
            let deal = if status == "qualified" { won.next() } else { None };
            leads.push(lead(setting, customers, &mut random, status, deal));
        }
    }
    leads
}

fn lead(
    setting: &Setting,
    customers: &Customers,
    random: &mut Random,
    status: &'static str,
    deal: Option<&Deal>,
) -> Lead {
    let account = deal.map(|deal| &customers.accounts[deal.account]);
    let chinese = account.map_or_else(|| random.percent(75), |account| account.chinese);
    let card = card(random, chinese);
    let age = if status == "new" { random.between(0, 4) } else { random.between(5, 85) };
    let trade = random.pick(&TRADES);
    let (city, region, _) = *random.pick(&CITIES);
    let company = if chinese {
        // The other way round than customers are named, so that none of them is one already.
        let (first, second) = (random.pick(&BRAND_SECOND).0, random.pick(&BRAND_FIRST).0);
        format!("{city}{first}{second}{}有限公司", random.pick(trade.1))
    } else {
        let surname = card.name.rsplit(' ').next().unwrap_or_default();
        format!("{surname} & Daughters {}", random.pick(trade.2))
    };
    let owner = match account {
        Some(account) => account.owner,
        None if !chinese => Person::International,
        None if random.percent(12) => Person::Manager,
        None => Person::of(region),
    };
    let source = random.weighted(&SOURCES);
    let name = deal.map_or(card.name, |deal| deal.who.clone());
    let mut values = json!({
        "name": name, "company": account.map_or(company, |account| account.name.clone()), "phone": card.phone,
        "email": format!("{}.{}@example.com", card.letters, random.between(1, 99)), "source": source, "status": status,
        "owner": setting.id_of(owner),
    });
    if let Some(deal) = deal {
        values["deal"] = json!(deal.id);
        values["contact"] = json!(deal.contact);
        values["account"] = json!(customers.accounts[deal.account].id);
    }
    if status == "new" && random.percent(60) {
        values["next_touch"] = json!({"date": setting.date(random.between(-1, 2))});
    }
    Lead { id: setting.new_id(random, -age), who: name, chinese, owner, status, values }
}

pub fn leads(setting: &Setting, customers: &Customers, sales: &Sales, seed: u64) -> Vec<Sending> {
    let leads = invent_leads(setting, customers, sales, seed);
    let actions = leads.into_iter().map(|lead| create("lead", lead.id, lead.values)).collect();
    vec![Sending { by: Person::Administrator, actions, at_once: ACTIONS }]
}

/// One conversation, before it is written down.
struct Touch {
    by: Person,
    at: DateTime<Utc>,
    entity: &'static str,
    subject: Uuid,
    values: Value,
    next: Value,
}

/// Each person logs what they did, in the order it happened: the last word on a subject says when the next is due.
pub fn touches(setting: &Setting, customers: &Customers, sales: &Sales, seed: u64) -> Vec<Sending> {
    let mut random = Random::about("touches", seed);
    let mut all = Vec::new();
    for deal in &sales.deals {
        deal_touches(setting, customers, &mut random, deal, &mut all);
    }
    for (at, account) in customers.accounts.iter().enumerate() {
        if sales.deals.iter().any(|deal| deal.account == at && deal.closed.is_none()) {
            continue;
        }
        let who = customers.contacts_of(at).next().map_or("", |contact| contact.name.as_str());
        let lines: &[&str] = if account.chinese { &CARE } else { &ENGLISH_CARE };
        let days = scattered(&mut random, 1, 89, 2);
        let told = Told {
            by: account.owner,
            chinese: account.chinese,
            entity: "account",
            subject: account.id,
            who,
            what: "",
        };
        told.tell(setting, &mut random, &days, &|_| lines, 35, &mut all);
    }
    for lead in invent_leads(setting, customers, sales, seed) {
        let days = match lead.status {
            "working" => scattered(&mut random, 0, 24, 3),
            "dormant" => scattered(&mut random, 40, 85, 2),
            "unqualified" | "qualified" => scattered(&mut random, 10, 60, 2),
            _ => continue,
        };
        let lines: &[&str] = if lead.chinese { &QUALIFY } else { &ENGLISH_QUALIFY };
        let told = Told {
            by: lead.owner,
            chinese: lead.chinese,
            entity: "lead",
            subject: lead.id,
            who: &lead.who,
            what: "",
        };
        let chance = if lead.status == "working" { 90 } else { 0 };
        told.tell(setting, &mut random, &days, &|_| lines, chance, &mut all);
    }
    all.sort_by_key(|touch| (touch.at, touch.subject));
    let mut ids = Random::about("touch ids", seed);
    Person::ALL
        .into_iter()
        .map(|by| {
            let own = all.iter().filter(|touch| touch.by == by);
            Sending {
                by,
                actions: own.map(|touch| touch.action(setting, &mut ids)).collect(),
                at_once: TOUCHES,
            }
        })
        .collect()
}

fn deal_touches(
    setting: &Setting,
    customers: &Customers,
    random: &mut Random,
    deal: &Deal,
    all: &mut Vec<Touch>,
) {
    let account = &customers.accounts[deal.account];
    let stage = Phase::OPEN.iter().position(|phase| *phase == deal.phase);
    let (newest, wanted) = match (deal.closed, stage) {
        (Some(closed), _) => (closed, 3),
        // One in six has been left lying.
        (None, _) if random.percent(16) => (deal.age.min(random.between(16, 34)), 2),
        (None, stage) => (random.between(0, deal.age.min(13)), 2 + stage.unwrap_or(0)),
    };
    let what = if account.chinese { OFFERS[deal.offer].zh } else { OFFERS[deal.offer].en };
    let days = scattered(random, newest, deal.age.max(newest), wanted);
    let last = days.len().saturating_sub(1);
    // The talk is about what was next at that time.
    let phase = |at: usize| match (at == last, stage) {
        (true, _) => deal.phase,
        (false, Some(stage)) => Phase::OPEN[(at * (stage + 1) / (last + 1)).min(stage)],
        (false, None) => Phase::OPEN[(at * 4 / (last + 1)).min(3)],
    };
    let chance = if deal.closed.is_some() { if deal.phase == Phase::Signed { 15 } else { 0 } } else { 86 };
    let told = Told {
        by: account.owner,
        chinese: account.chinese,
        entity: "deal",
        subject: deal.id,
        who: &deal.who,
        what,
    };
    told.tell(setting, random, &days, &|at| progress(phase(at), account.chinese), chance, all);
}

/// Up to `wanted` days ago between `newest` and `oldest`, the oldest first; one of them is `newest` itself.
fn scattered(random: &mut Random, newest: i64, oldest: i64, wanted: usize) -> Vec<i64> {
    let mut days = vec![newest];
    for _ in 1..wanted {
        days.push(random.between(newest, oldest));
    }
    days.sort_unstable_by_key(|day| std::cmp::Reverse(*day));
    days.dedup();
    days.retain(|day| *day < DAYS);
    days
}

/// Who speaks with whom about what.
struct Told<'a> {
    by: Person,
    chinese: bool,
    entity: &'static str,
    subject: Uuid,
    who: &'a str,
    what: &'a str,
}

impl Told<'_> {
    /// One touch a day; after the last one something may be planned.
    fn tell(
        &self,
        setting: &Setting,
        random: &mut Random,
        days: &[i64],
        lines: &dyn Fn(usize) -> &'static [&'static str],
        plan_chance: u32,
        all: &mut Vec<Touch>,
    ) {
        let last = days.len().saturating_sub(1);
        for (at, day) in days.iter().enumerate() {
            let kinds: &[(&str, u32)] = if self.chinese {
                &[("call", 34), ("wechat", 28), ("visit", 17), ("meeting", 12), ("email", 7), ("other", 2)]
            } else {
                &[("email", 36), ("call", 34), ("meeting", 22), ("visit", 8)]
            };
            let kind = random.weighted(kinds);
            let reachable = matches!(kind, "visit" | "meeting");
            let outcomes: &[(&str, u32)] = if reachable {
                &[("progress", 82), ("no_progress", 18)]
            } else {
                &[("progress", 62), ("no_progress", 22), ("no_answer", 16)]
            };
            let outcome = random.weighted(outcomes);
            let said = match (outcome, self.chinese) {
                ("progress", _) => lines(at),
                ("no_progress", true) => &STUCK,
                ("no_progress", false) => &ENGLISH_STUCK,
                (_, true) => &SILENT,
                (_, false) => &ENGLISH_SILENT,
            };
            let happened = working_moment(setting, random, *day);
            let values = json!({
                "kind": kind, "outcome": outcome, "summary": self.filled(random.pick::<&str>(said)),
                "happened_at": happened.to_rfc3339_opts(SecondsFormat::Millis, true),
            });
            let planned = at == last && random.percent(plan_chance);
            let next = if planned { next_touch(setting, random, *day) } else { Value::Null };
            all.push(Touch {
                by: self.by,
                at: happened,
                entity: self.entity,
                subject: self.subject,
                values,
                next,
            });
        }
    }

    fn filled(&self, phrase: &str) -> String {
        let who = match (self.who, self.chinese) {
            ("", true) => "对方",
            ("", false) => "The customer",
            (who, _) => who,
        };
        phrase.replace("{who}", who).replace("{what}", self.what)
    }
}

impl Touch {
    fn action(&self, setting: &Setting, random: &mut Random) -> Value {
        let days = (self.at - setting.now).num_days();
        let id = setting.new_id(random, days);
        let mut action = json!({"do": "log_touch", "record": id, "entity": self.entity, "subject": self.subject, "values": self.values});
        if !self.next.is_null() {
            action["next_touch"] = self.next.clone();
        }
        action
    }
}

/// In office hours of a working day, and never later than now.
fn working_moment(setting: &Setting, random: &mut Random, days_ago: i64) -> DateTime<Utc> {
    let mut day = setting.day(-days_ago);
    let back = match day.weekday() {
        Weekday::Sat if random.percent(85) => 1,
        Weekday::Sun => 2,
        _ => 0,
    };
    day -= Duration::days(back);
    let at = Setting::moment(day, random.between(8 * 12 + 6, 18 * 12 + 3) * 5);
    if at < setting.now { at } else { setting.now - Duration::minutes(random.between(3, 90)) }
}

/// The day agreed for the next talk. What was said long ago is overdue by now, what was said lately mostly lies
/// ahead, and some of it is for today.
fn next_touch(setting: &Setting, random: &mut Random, days_ago: i64) -> Value {
    let day = match random.below(100) {
        0..13 => 0,
        13..26 if days_ago > 1 => -random.between(1, (days_ago - 1).min(9)),
        _ if days_ago > 15 => -random.between(1, 10),
        _ => random.between(1, 21),
    };
    schedule(setting, random, day, 35)
}

fn schedule(setting: &Setting, random: &mut Random, day: i64, time_chance: u32) -> Value {
    let mut schedule = json!({"date": setting.date(day), "zone": "Asia/Shanghai"});
    if random.percent(time_chance) {
        schedule["time"] = json!(format!("{:02}:{:02}", random.between(9, 17), random.pick(&[0, 0, 30])));
    }
    schedule
}

pub fn tasks(setting: &Setting, customers: &Customers, sales: &Sales, seed: u64) -> Vec<Sending> {
    let mut random = Random::about("tasks", seed);
    let mut sendings: Vec<Sending> =
        Person::ALL.into_iter().map(|by| Sending { by, actions: Vec::new(), at_once: ACTIONS }).collect();
    for name in OFFICE_TASKS {
        let day = random.between(-2, 9);
        let values = json!({"name": name, "due": schedule(setting, &mut random, day, 20), "status": "open"});
        let action = create("task", setting.new_id(&mut random, -3), values);
        sendings[Person::Administrator.index()].actions.push(action);
    }
    let open: Vec<&Deal> =
        sales.deals.iter().filter(|deal| deal.closed.is_none_or(|days| days < 30)).collect();
    let mut known = std::collections::BTreeSet::new();
    for at in 0..76 {
        let deal = open[random.below(open.len())];
        let account = &customers.accounts[deal.account];
        let phrase = *random.pick(if account.chinese { &TASKS } else { &ENGLISH_TASKS as &[&str] });
        let (day, status) = match at {
            0..16 => (-random.between(1, 8), "open"),
            16..30 => (0, "open"),
            30..60 => (random.between(1, 20), "open"),
            _ => (-random.between(1, 30), "done"),
        };
        let who = if deal.who.is_empty() { account.short.as_str() } else { deal.who.as_str() };
        let name = phrase.replace("{who}", who).replace("{where}", &account.short);
        if !known.insert(name.clone()) {
            // Nobody notes the same thing twice.
            continue;
        }
        let mut values = json!({
            "name": name, "status": status, "due": schedule(setting, &mut random, day, 45),
            "deal": deal.id, "account": account.id,
        });
        if let Some(contact) = deal.contact {
            values["contact"] = json!(contact);
        }
        let action = create("task", setting.new_id(&mut random, day.min(0) - 2), values);
        sendings[account.owner.index()].actions.push(action);
    }
    sendings.retain(|sending| !sending.actions.is_empty());
    sendings
}
