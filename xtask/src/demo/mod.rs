//! The demo workspace, filled through the API as any client would. It exists in development only.
//!
//! The same seed makes the same workspace, relative to the day it is made on. Nothing here uses the `domain`
//! crate: what builds the product should not have to be rebuilt with it.

mod client;
mod customers;
mod names;
mod phrases;
mod random;
mod sales;
mod ways;
mod work;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use client::{Client, Refused};
use customers::Customers;
use names::Region;
use random::Random;
use sales::Sales;

use crate::say::{note, step};

/// Who may sign in to the demo, as printed for the person who started it.
pub struct SignIn {
    pub role: String,
    pub email: String,
    pub password: String,
}

/// Makes the demo workspace on a server (given by its address) that has none, and says who can sign in.
pub type Fill = fn(&str) -> Result<Vec<SignIn>>;

pub const FILL: Option<Fill> = Some(fill);

const SEED: u64 = 20_260_501;

/// Actions sent at once: below the 500 a command may have, and touches cost the server a statement or two each.
const ACTIONS: usize = 400;
const TOUCHES: usize = 100;

const TEAMS: [&str; 5] = ["销售部", "华东组", "华南组", "北方组", "国际组"];
const ADMINISTRATOR: (&str, &str) = ("周明远", "zhou");
/// Name, the address's first part, role, team.
const COLLEAGUES: [(&str, &str, &str, usize); 5] = [
    ("沈静", "shen", "manager", 0),
    ("林晓", "lin", "rep", 1),
    ("何志强", "he", "rep", 2),
    ("赵雪", "zhao", "rep", 3),
    ("Emma Clarke", "emma", "rep", 4),
];

/// Somebody of the demo company.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Person {
    Administrator,
    Manager,
    East,
    South,
    North,
    International,
}

impl Person {
    const ALL: [Self; 6] =
        [Self::Administrator, Self::Manager, Self::East, Self::South, Self::North, Self::International];

    /// Who looks after customers there.
    fn of(region: Region) -> Self {
        match region {
            Region::East => Self::East,
            Region::South => Self::South,
            Region::North => Self::North,
        }
    }

    fn index(self) -> usize {
        self as usize
    }

    fn name(self) -> &'static str {
        match self {
            Self::Administrator => ADMINISTRATOR.0,
            colleague => COLLEAGUES[colleague.index() - 1].0,
        }
    }
}

/// When the workspace is made, and under which ids its people are known.
pub struct Setting {
    now: DateTime<Utc>,
    people: [Uuid; 6],
}

impl Setting {
    fn id_of(&self, person: Person) -> Uuid {
        self.people[person.index()]
    }

    /// The day in Shanghai, eight hours ahead the whole year.
    fn today(&self) -> NaiveDate {
        (self.now + Duration::hours(8)).date_naive()
    }

    fn day(&self, from_today: i64) -> NaiveDate {
        self.today() + Duration::days(from_today)
    }

    /// The same as the API writes it.
    fn date(&self, from_today: i64) -> String {
        self.day(from_today).to_string()
    }

    /// A moment by the clock in Shanghai.
    fn moment(day: NaiveDate, minutes: i64) -> DateTime<Utc> {
        let local = NaiveDateTime::new(day, NaiveTime::MIN) + Duration::minutes(minutes);
        (local - Duration::hours(8)).and_utc()
    }

    /// An id as a device would have made it on that day.
    fn new_id(&self, random: &mut Random, from_today: i64) -> Uuid {
        let at = Self::moment(self.day(from_today), 9 * 60).timestamp_millis();
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(at).unwrap_or(0), &random.ten_bytes())
            .into_uuid()
    }
}

/// What one person sends: actions that belong together, in their order.
pub struct Sending {
    by: Person,
    actions: Vec<Value>,
    at_once: usize,
}

fn create(entity: &str, id: Uuid, values: Value) -> Value {
    json!({"do": "create", "entity": entity, "record": id, "values": values})
}

/// `cargo xtask demo URL`: beside what a server that is running already holds.
pub fn run(args: &[String]) -> Result<()> {
    let [url] = args else {
        bail!("demo needs the server's address: cargo xtask demo http://localhost:8787")
    };
    for SignIn { role, email, password } in step("fill the demo workspace", || fill(url))? {
        note(&format!("  {role:14} {email}   {password}"));
    }
    Ok(())
}

fn fill(url: &str) -> Result<Vec<SignIn>> {
    let (mut clients, sign_ins, people) = found(url)?;
    let setting = Setting { now: Utc::now(), people };
    let mut random = Random::about("commands", SEED);
    limit(&mut clients[Person::Administrator.index()], &setting.new_id(&mut random, 0))?;
    for sending in workspace(&setting, SEED) {
        let client = &mut clients[sending.by.index()];
        for actions in sending.actions.chunks(sending.at_once) {
            client.command(&setting.new_id(&mut random, 0), actions)?;
        }
    }
    Ok(sign_ins)
}

/// Says of one stage how much of it is too much for one person.
fn limit(administrator: &mut Client, command: &Uuid) -> Result<()> {
    let mut schema = administrator.get("/api/v1/schema")?;
    let revision = schema["revision"].clone();
    let (limited, limit) = ways::LIMITED;
    let pipeline = &mut schema["pipelines"][0];
    let stages = pipeline["stages"].as_array_mut().context("a pipeline without stages")?;
    for stage in stages.iter_mut().filter(|stage| stage["id"] == limited) {
        stage["limit"] = json!(limit);
    }
    let change = json!({"change": "set_stages", "pipeline": pipeline["id"], "stages": pipeline["stages"]});
    administrator
        .command(command, &[json!({"do": "change_definition", "base_revision": revision, "change": change})])
}

/// Everything that is in the workspace beside its people.
fn workspace(setting: &Setting, seed: u64) -> Vec<Sending> {
    let customers = Customers::invent(setting, seed);
    let sales = Sales::invent(setting, &customers, seed);
    let mut sendings = customers.sendings(setting, &sales);
    sendings.extend(sales.sendings(setting, &customers, seed));
    sendings.extend(work::leads(setting, &customers, &sales, seed));
    sendings.extend(work::touches(setting, &customers, &sales, seed));
    sendings.extend(work::tasks(setting, &customers, &sales, seed));
    sendings.push(ways::pauses(setting, &sales, seed));
    sendings
}

/// Signs up, makes the teams, and invites everybody: one client for each person, in the order of [`Person::ALL`].
fn found(url: &str) -> Result<(Vec<Client>, Vec<SignIn>, [Uuid; 6])> {
    let mut password = secret()?;
    let mut administrator = Client::new(url);
    let mut tag = String::new();
    let founded = administrator.sign_up(ADMINISTRATOR.0, &address(ADMINISTRATOR.1, &tag), &password);
    let mut ids = vec![match founded {
        // A filling that was interrupted has left these addresses behind.
        Err(error) if error.downcast_ref::<Refused>().is_some_and(|refused| refused.names("email")) => {
            tag = format!("-{}", secret()?.get(..4).unwrap_or_default().to_lowercase());
            administrator.sign_up(ADMINISTRATOR.0, &address(ADMINISTRATOR.1, &tag), &password)?
        }
        founded => founded?,
    }];
    let sign_in = |role: &str, name: &str, password: &str| SignIn {
        role: role.to_owned(),
        email: address(name, &tag),
        password: password.to_owned(),
    };
    let mut sign_ins = vec![sign_in("administrator", ADMINISTRATOR.1, &password)];

    let mut random = Random::about("teams", SEED);
    let mut new_id = || uuid::Builder::from_random_bytes(widened(random.ten_bytes())).into_uuid();
    let teams: Vec<Uuid> = TEAMS.iter().map(|_| new_id()).collect();
    let parent = |at: usize| (at > 0).then(|| teams[0]);
    let created = TEAMS
        .iter()
        .enumerate()
        .map(|(at, name)| create("team", teams[at], json!({"name": name, "parent": parent(at)})));
    administrator.command(&new_id(), &created.collect::<Vec<_>>())?;

    let mut clients = vec![administrator];
    for (name, local, role, team) in COLLEAGUES {
        let link = clients[0].invite(name, &address(local, &tag), role, teams[team])?;
        password = secret()?;
        let mut client = Client::new(url);
        ids.push(client.accept(&link, &password)?);
        clients.push(client);
        if !sign_ins.iter().any(|known| known.role == role) {
            sign_ins.push(sign_in(role, local, &password));
        }
    }
    let people = ids.try_into().ok().context("as many people as were invited")?;
    Ok((clients, sign_ins, people))
}

/// `.example` belongs to nobody (RFC 2606), so no mail of the demo ever reaches anybody.
fn address(local: &str, tag: &str) -> String {
    format!("{local}{tag}@zhike.example")
}

/// Twelve characters: enough for a workspace that lives on one machine, and short enough to type.
fn secret() -> Result<String> {
    let mut bytes = [0; 9];
    getrandom::fill(&mut bytes).context("the system gave no random bytes")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn widened(ten: [u8; 10]) -> [u8; 16] {
    let mut sixteen = [0; 16];
    sixteen[..10].copy_from_slice(&ten);
    sixteen[10..].copy_from_slice(&ten[..6]);
    sixteen
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn setting() -> Setting {
        let now = "2026-11-20T03:00:00Z".parse().unwrap();
        Setting { now, people: std::array::from_fn(|at| Uuid::from_u128(at as u128 + 1)) }
    }

    fn actions(sendings: &[Sending]) -> Vec<&Value> {
        sendings.iter().flat_map(|sending| &sending.actions).collect()
    }

    fn rows<'a>(actions: &[&'a Value]) -> Vec<&'a Value> {
        actions.iter().filter_map(|action| action["rows"].as_array()).flatten().collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_workspace_and_another_seed_another() {
        let text = |seed| format!("{:?}", actions(&workspace(&setting(), seed)));
        assert_eq!(text(SEED), text(SEED));
        assert_ne!(text(SEED), text(SEED + 1));
    }

    #[test]
    fn there_is_as_much_of_everything_as_a_demo_needs() {
        let sendings = workspace(&setting(), SEED);
        let all = actions(&sendings);
        let count = |entity: &str| {
            all.iter().filter(|action| action["do"] == "create" && action["entity"] == entity).count()
        };
        assert_eq!(
            (count("account"), count("contact"), rows(&all).len(), count("lead"), count("product")),
            (200, 400, 300, 60, 8)
        );
        assert!((75..=95).contains(&count("task")), "{}", count("task"));
        let touches = all.iter().filter(|action| action["do"] == "log_touch").count();
        assert!((800..=1_000).contains(&touches), "{touches}");
    }

    #[test]
    fn deals_stand_in_every_stage_and_enough_have_passed_each_for_a_history() {
        let setting = setting();
        let sendings = workspace(&setting, SEED);
        let all = actions(&sendings);
        let mut way: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows(&all) {
            let stage = row["cells"]["stage"].as_str().unwrap();
            way.insert(row["record"].as_str().unwrap(), vec![stage]);
            let day = |field: &str| row["cells"][field].as_str().unwrap().parse::<NaiveDate>().unwrap();
            assert!(day("engaged_on") <= day("stage_since") && day("stage_since") <= setting.today());
            assert!(day("stage_since") > setting.day(-360), "within what history looks back");
        }
        for step in all.iter().filter(|action| action["do"] == "move_stage") {
            let gone = way.get_mut(step["record"].as_str().unwrap()).unwrap();
            assert_eq!(gone.last(), step["from"].as_str().as_ref(), "{step}");
            gone.push(step["to"].as_str().unwrap());
        }
        let stands: BTreeSet<&str> = way.values().filter_map(|way| way.last().copied()).collect();
        assert_eq!(stands.len(), 6);
        let decided: Vec<&Vec<&str>> =
            way.values().filter(|way| way.contains(&"signed") || way.contains(&"lost")).collect();
        for phase in phrases::Phase::OPEN {
            let passed = decided.iter().filter(|way| way.contains(&phase.stage())).count();
            assert!(passed >= 20, "{phase:?}: {passed}");
        }
        let own = rows(&all).iter().filter(|row| row["cells"]["own_probability"].is_string()).count();
        assert!((30..=70).contains(&own), "{own}");
        assert_eq!(all.iter().filter(|action| action["do"] == "pause").count(), 7);
    }

    #[test]
    fn ids_and_company_names_are_used_once() {
        let sendings = workspace(&setting(), SEED);
        let all = actions(&sendings);
        let new = |action: &&&Value| action["do"] == "create" || action["do"] == "log_touch";
        let made: Vec<&Value> = all.iter().filter(new).copied().chain(rows(&all)).collect();
        let ids: BTreeSet<&str> = made.iter().filter_map(|made| made["record"].as_str()).collect();
        assert_eq!(ids.len(), made.len());
        let names: BTreeSet<&str> = all
            .iter()
            .filter(|action| action["entity"] == "account" && action["do"] == "create")
            .filter_map(|action| action["values"]["name"].as_str())
            .collect();
        assert_eq!(names.len(), 200);
    }

    #[test]
    fn touches_lie_in_the_past_ninety_days_and_each_person_logs_in_order() {
        let setting = setting();
        for sending in workspace(&setting, SEED) {
            let times: Vec<DateTime<Utc>> = sending
                .actions
                .iter()
                .filter_map(|action| action["values"]["happened_at"].as_str()?.parse().ok())
                .collect();
            assert!(times.is_sorted());
            assert!(times.iter().all(|at| *at < setting.now && *at > setting.now - Duration::days(92)));
        }
    }
}
