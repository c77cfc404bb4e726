//! Who the demo company sells to, and what it sells: accounts, contacts, products, rates.

use serde_json::{Value, json};
use uuid::Uuid;

use super::names::{
    BRAND_FIRST, BRAND_SECOND, CHINESE_FORMS, CITIES, ENGLISH_BRANDS, ENGLISH_FORMS, ENGLISH_GIVEN,
    ENGLISH_PLACES, ENGLISH_POSITIONS, ENGLISH_SURNAMES, GIVEN_NAMES, OFFERS, POSITIONS, SURNAMES, TRADES,
};
use super::phrases::{ACCOUNT_NOTES, ENGLISH_ACCOUNT_NOTES};
use super::random::Random;
use super::sales::Sales;
use super::{ACTIONS, Person, Sending, Setting, create};

const CHINESE: usize = 134;
const ENGLISH: usize = 66;
const CONTACTS: usize = 400;

pub const SOURCES: [(&str, u32); 5] =
    [("website", 24), ("exhibition", 28), ("partner", 18), ("referral", 20), ("phone", 10)];

pub struct Customers {
    pub accounts: Vec<Account>,
    pub contacts: Vec<Contact>,
    pub products: Vec<Uuid>,
}

pub struct Account {
    pub id: Uuid,
    pub chinese: bool,
    pub name: String,
    /// What its own people call it.
    pub short: String,
    pub owner: Person,
    pub since_days: i64,
    pub source: &'static str,
    /// For addresses on the web.
    host: String,
    values: Value,
}

pub struct Contact {
    pub id: Uuid,
    pub name: String,
    pub account: usize,
    values: Value,
}

/// A person's name, the name's letters for an address, and a number nobody has.
pub struct Card {
    pub name: String,
    pub letters: String,
    pub phone: String,
}

impl Customers {
    pub fn invent(setting: &Setting, seed: u64) -> Self {
        let mut random = Random::about("accounts", seed);
        let brands = brands(&mut random);
        let mut accounts: Vec<Account> =
            brands.iter().map(|brand| chinese_account(setting, &mut random, brand)).collect();
        for at in 0..ENGLISH {
            // Twice through the list: sister companies in other trades.
            let other = at >= ENGLISH_BRANDS.len();
            accounts.push(english_account(
                setting,
                &mut random,
                ENGLISH_BRANDS[at % ENGLISH_BRANDS.len()],
                other,
            ));
        }
        let contacts = invent_contacts(setting, &accounts, seed);
        let mut random = Random::about("products", seed);
        let products = OFFERS.iter().map(|_| setting.new_id(&mut random, -300)).collect();
        Self { accounts, contacts, products }
    }

    /// The people of an account, the one who decides first.
    pub fn contacts_of(&self, account: usize) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(move |contact| contact.account == account)
    }

    pub fn sendings(&self, setting: &Setting, sales: &Sales) -> Vec<Sending> {
        let by = Person::Administrator;
        let rates = [(-240, "7.182300"), (-120, "7.164500"), (-30, "7.121800"), (-3, "7.108600")];
        let mut random = Random::about("rates", 0);
        let mut first: Vec<Value> = rates
            .iter()
            .map(|(day, rate)| {
                let values = json!({"currency": "USD", "from": setting.date(*day), "rate": rate});
                create("rate", setting.new_id(&mut random, *day), values)
            })
            .collect();
        first.extend(self.products.iter().zip(&OFFERS).map(|(id, offer)| {
            let values = json!({
                "name": offer.zh, "code": offer.code, "series": offer.series, "note": offer.en,
                "price": {"amount": offer.price, "currency": "CNY"},
            });
            create("product", *id, values)
        }));
        let accounts = self.accounts.iter().enumerate().map(|(at, account)| {
            let mut values = account.values.clone();
            values["status"] = json!(sales.status_of(at));
            values["owner"] = json!(setting.id_of(account.owner));
            create("account", account.id, values)
        });
        let contacts = self.contacts.iter().map(|contact| {
            let mut values = contact.values.clone();
            values["owner"] = json!(setting.id_of(self.accounts[contact.account].owner));
            create("contact", contact.id, values)
        });
        vec![
            Sending { by, actions: first, at_once: ACTIONS },
            Sending { by, actions: accounts.collect(), at_once: ACTIONS },
            Sending { by, actions: contacts.collect(), at_once: ACTIONS },
        ]
    }
}

/// Short names of two characters with their sounds, each once.
fn brands(random: &mut Random) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (first, sound) in BRAND_FIRST {
        all.extend(
            BRAND_SECOND.map(|(second, other)| (format!("{first}{second}"), format!("{sound}{other}"))),
        );
    }
    let mut chosen = Vec::with_capacity(CHINESE);
    while chosen.len() < CHINESE && !all.is_empty() {
        chosen.push(all.swap_remove(random.below(all.len())));
    }
    chosen
}

fn chinese_account(setting: &Setting, random: &mut Random, (brand, host): &(String, String)) -> Account {
    let (city, region, streets) = *random.pick(&CITIES);
    let at = trade(random);
    let (industry, words, ..) = TRADES[at];
    let word = *random.pick(words);
    let form = random.weighted(&CHINESE_FORMS);
    // A quarter names its place in the middle, as such companies do.
    let name = if random.percent(25) {
        format!("{brand}{word}（{city}）{form}")
    } else {
        format!("{city}{brand}{word}{form}")
    };
    let owner = match (random.below(100), region) {
        (0..4, _) => Person::Administrator,
        (4..14, _) => Person::Manager,
        (_, region) => Person::of(region),
    };
    let address = format!("{city}市{}{}号", random.pick(streets), random.between(8, 1_888));
    let host = format!("{host}-{at}.example.com");
    let sized = Sized::of(random);
    let mut values = json!({
        "name": name, "industry": industry, "website": format!("https://{host}"), "address": address,
        "phone": chinese_phone(random), "employees": sized.employees,
        "revenue": {"amount": sized.employees * random.between(300_000, 900_000) * 100, "currency": "CNY"},
    });
    if random.percent(18) {
        values["note"] = json!(random.pick(&ACCOUNT_NOTES));
    }
    finish(
        setting,
        random,
        Begun { chinese: true, short: format!("{brand}{word}"), host, owner, sized, values },
    )
}

fn english_account(setting: &Setting, random: &mut Random, brand: &str, other: bool) -> Account {
    let mut at = trade(random);
    if other {
        at = (at + 3) % TRADES.len();
    }
    let (industry, _, words, _) = TRADES[at];
    let short = format!("{brand} {}", random.pick(words));
    let name = format!("{short} {}", random.weighted(&ENGLISH_FORMS));
    let owner = if random.percent(12) { Person::Manager } else { Person::International };
    let host = format!("{}.example.com", short.to_lowercase().replace(' ', "-"));
    let sized = Sized::of(random);
    let mut values = json!({
        "name": name, "industry": industry, "website": format!("https://{host}"), "address": random.pick(&ENGLISH_PLACES),
        "phone": english_phone(random), "employees": sized.employees,
        "revenue": {"amount": sized.employees * random.between(90_000, 220_000) * 100, "currency": "USD"},
    });
    if random.percent(14) {
        values["note"] = json!(random.pick(&ENGLISH_ACCOUNT_NOTES));
    }
    finish(setting, random, Begun { chinese: false, short, host, owner, sized, values })
}

/// An account as far as both kinds make it in their own way.
struct Begun {
    chinese: bool,
    short: String,
    host: String,
    owner: Person,
    sized: Sized,
    values: Value,
}

fn finish(setting: &Setting, random: &mut Random, begun: Begun) -> Account {
    let Begun { chinese, short, host, owner, sized, mut values } = begun;
    let source = random.weighted(&SOURCES);
    let since_days = random.between(20, 700);
    values["grade"] = json!(sized.grade);
    values["source"] = json!(source);
    let name = values["name"].as_str().unwrap_or_default().to_owned();
    Account {
        id: setting.new_id(random, -since_days),
        chinese,
        name,
        short,
        owner,
        since_days,
        source,
        host,
        values,
    }
}

struct Sized {
    grade: &'static str,
    employees: i64,
}

impl Sized {
    fn of(random: &mut Random) -> Self {
        let grade = random.weighted(&[("a", 12), ("b", 33), ("c", 55)]);
        let employees = match grade {
            "a" => random.between(60, 400) * 10,
            "b" => random.between(15, 90) * 10,
            _ => random.between(8, 240),
        };
        Self { grade, employees }
    }
}

fn trade(random: &mut Random) -> usize {
    let weights: Vec<(usize, u32)> =
        TRADES.iter().enumerate().map(|(at, (.., weight))| (at, *weight)).collect();
    random.weighted(&weights)
}

fn invent_contacts(setting: &Setting, accounts: &[Account], seed: u64) -> Vec<Contact> {
    let mut random = Random::about("contacts", seed);
    // Everybody has one; the others gather at the strategic customers.
    let mut places: Vec<usize> = (0..accounts.len()).collect();
    while places.len() < CONTACTS {
        let at = random.below(accounts.len());
        let grade = accounts[at].values["grade"].as_str();
        let welcome = match grade {
            Some("a") => 90,
            Some("b") => 45,
            _ => 25,
        };
        if random.percent(welcome) {
            places.push(at);
        }
    }
    places.into_iter().map(|at| contact(setting, &mut random, at, &accounts[at])).collect()
}

fn contact(setting: &Setting, random: &mut Random, at: usize, account: &Account) -> Contact {
    let card = card(random, account.chinese);
    let position = random.weighted(if account.chinese { &POSITIONS } else { &ENGLISH_POSITIONS as &[_] });
    let mut values = json!({
        "name": card.name, "account": account.id, "position": position, "phone": card.phone,
        "email": format!("{}@{}", card.letters, account.host),
    });
    if account.chinese && random.percent(70) {
        values["wechat"] = json!(format!("{}_{}", card.letters.replace('.', ""), random.between(10, 99)));
    }
    let days = random.between(1, account.since_days);
    Contact { id: setting.new_id(random, -days), name: card.name, account: at, values }
}

pub fn card(random: &mut Random, chinese: bool) -> Card {
    if chinese {
        let (surname, sound) = *random.pick(&SURNAMES);
        let (given, other) = *random.pick(&GIVEN_NAMES);
        return Card {
            name: format!("{surname}{given}"),
            letters: format!("{sound}.{other}"),
            phone: chinese_phone(random),
        };
    }
    let (given, surname) = (*random.pick(&ENGLISH_GIVEN), *random.pick(&ENGLISH_SURNAMES));
    let letters = format!("{given}.{surname}").to_lowercase().replace(' ', "");
    Card { name: format!("{given} {surname}"), letters, phone: english_phone(random) }
}

/// 154 is a block of Chinese mobile numbers that no network has been given: right in form, and nobody answers.
fn chinese_phone(random: &mut Random) -> String {
    format!("154{:08}", random.below(100_000_000))
}

/// Numbers kept free for stories: 555-01xx in America, 020 7946 0xxx in London (Ofcom).
fn english_phone(random: &mut Random) -> String {
    if random.percent(50) {
        let area = random.pick(&["212", "312", "415", "617"]);
        return format!("+1 {area} 555 01{:02}", random.below(100));
    }
    format!("+44 20 7946 0{:03}", random.below(1_000))
}
