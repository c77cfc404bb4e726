//! The same Rust on both sides: on random definitions and random input, the planner as this machine compiles it
//! and the planner inside the Worker (WebAssembly in workerd) give the same verdict and the same values.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};

use api_tests::ids::{Dice, new_id};
use api_tests::person::command;
use api_tests::workspace::{Workspace, settings};
use api_tests::{actions, browser::Server};
use domain::access::Actor;
use domain::api::{self, Code, Empty, command::Answer};
use domain::command::{Action, Refusal, Wire, World, plan};
use domain::message::Problem;
use domain::money::Rates;
use domain::schema::{Schema, WorkspaceSettings};
use domain::time::{Date, Instant, UtcOnly};
use serde_json::{Value as Json, json};

const SEED: u64 = 0x2026_1121;
const DEFINITIONS: usize = 3;
const INPUTS: usize = 120;

/// A random kind of field, as the settings page would send it.
fn kind(dice: &mut Dice) -> Json {
    let entity = *dice.pick(&["account", "deal", "user"]);
    let options: Vec<Json> = (0..=dice.roll(4))
        .map(|n| json!({"id": format!("o{n}"), "label": {"zh": format!("选项{n}"), "en": format!("Option {n}")}}))
        .collect();
    match dice.roll(21) {
        0 => json!({"type": "text", "max": 1 + dice.roll(40)}),
        1 => json!({"type": "long_text"}),
        2 => json!({"type": "integer", "min": -5, "max": dice.roll(1000)}),
        3 => json!({"type": "decimal", "scale": 1 + dice.roll(6)}),
        4 => json!({"type": "money"}),
        5 => json!({"type": "date"}),
        6 => json!({"type": "choice", "options": options}),
        7 => json!({"type": "phone"}),
        8 => json!({"type": "email"}),
        9 => json!({"type": "relation", "entity": entity}),
        10 => json!({"type": "checkbox"}),
        11 => json!({"type": "percent", "scale": dice.roll(5)}),
        12 => json!({"type": "url"}),
        13 => json!({"type": "instant"}),
        14 => json!({"type": "rating", "max": 2 + dice.roll(9)}),
        15 => json!({"type": "duration"}),
        16 => json!({"type": "choices", "options": options}),
        17 => json!({"type": "tags"}),
        18 => json!({"type": "tree_choice", "options": options}),
        19 => json!({"type": "address"}),
        _ => json!({"type": "schedule"}),
    }
}

/// Anything a browser, an integrator or a troublemaker may send for a field.
fn value(dice: &mut Dice) -> Json {
    let pool = [
        json!(null),
        json!(""),
        json!("  "),
        json!("o0"),
        json!("o3"),
        json!("知客"),
        json!("a line\nand another"),
        json!("zero\u{0}byte"),
        json!("x".repeat(41)),
        json!("长".repeat(300)),
        json!("138 1234 5678"),
        json!("+1 (415) 555-0100"),
        json!("Someone@Example.com"),
        json!("no@address"),
        json!("2026-02-28"),
        json!("2026-02-30"),
        json!("12.50"),
        json!("-0.000001"),
        json!("1e3"),
        json!(0),
        json!(-6),
        json!(7.5),
        json!(1e300),
        json!(9_007_199_254_740_993_i64),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(true),
        json!(false),
        json!(3),
        json!([1]),
        json!([]),
        json!(["o0", "o1"]),
        json!(["重点", " VIP，vip "]),
        json!("example.com"),
        json!("javascript:alert(1)"),
        json!("2026-05-01T12:00:00+08:00"),
        json!({}),
        json!({"city": "上海市", "street": " 世纪大道1号 "}),
        json!({"planet": "Mars"}),
        json!({"amount": 125_000, "currency": "CNY"}),
        json!({"amount": 1, "currency": "cny"}),
        json!({"amount": 1.5, "currency": "USD"}),
        json!({"amount": i64::MIN, "currency": "USD"}),
        json!({"date": "2026-05-01"}),
        json!({"date": "2026-05-01", "time": "25:00"}),
        json!({"date": "2026-05-01", "time": "09:30", "zone": "UTC"}),
        json!(new_id()),
        json!("01a20041-3b88-7822-80d3-72f103ef0c5"),
    ];
    dice.pick(&pool).clone()
}

struct Here<'a> {
    schema: &'a Schema,
    actor: &'a Actor,
}

impl Here<'_> {
    /// What the planner says here, with nothing loaded: the ids above are nobody's.
    fn verdict(&self, action: Action) -> Result<Wire, (Code, Vec<Problem>)> {
        let world = World {
            schema: self.schema,
            actor: self.actor,
            now: Instant::parse("2026-05-01T08:00:00Z").unwrap(),
            today: Date::parse("2026-05-01").unwrap(),
            zones: &UtcOnly,
            rates: &Rates::default(),
            records: &BTreeMap::new(),
            team_mates: &BTreeSet::new(),
            names: &BTreeMap::new(),
            taken: &BTreeSet::new(),
            leant_on: &BTreeSet::new(),
            teams: &BTreeMap::new(),
            occupied: &BTreeMap::new(),
            active: None,
            undo: &[],
            contacts: &BTreeMap::new(),
        };
        match plan(&command(vec![action]), &world) {
            Ok(plan) => Ok(plan.changes[0]
                .after
                .iter()
                .map(|(field, value)| (field.clone(), value.to_json()))
                .collect()),
            Err(Refusal::Invalid(problems)) => Err((Code::Invalid, problems)),
            other => panic!("neither saved nor invalid: {other:?}"),
        }
    }
}

#[test]
fn the_worker_and_this_machine_decide_alike() {
    println!("seed {SEED:#x}");
    let mut dice = Dice::new(SEED);
    let (mut saved, mut refused) = (0, 0);
    for _ in 0..DEFINITIONS {
        let workspace =
            Workspace::on(&Server::shared(), WorkspaceSettings { zone: "UTC".to_owned(), ..settings() });
        for number in 0..24 {
            workspace.add_field("account", &format!("f_{number}"), kind(&mut dice));
        }
        let admin = &workspace.admin;
        let schema = admin.call::<api::GetSchema>(&[], &Empty {});
        let actor = Actor { user: admin.user, role: "administrator".to_owned(), zone: "UTC".to_owned() };
        let here = Here { schema: &schema, actor: &actor };
        for _ in 0..INPUTS {
            let mut values = Wire::from([("name".to_owned(), json!("Acme"))]);
            for _ in 0..=dice.roll(2) {
                let built_in =
                    ["name", "phone", "employees", "revenue", "website", "next_touch", "created_at"];
                let id = if dice.roll(3) == 0 {
                    (*dice.pick(&built_in)).to_owned()
                } else {
                    format!("f_{}", dice.roll(25))
                };
                values.insert(id, value(&mut dice));
            }
            let record = new_id();
            let action = actions::create("account", record, json!(values));
            let expected = here.verdict(action.clone());
            match (admin.send(&command(vec![action])), expected) {
                (Answer::Done(_), Ok(mut expected)) => {
                    saved += 1;
                    let mut found = admin.read("account", record).values;
                    for kept_by_the_save in ["created_at", "created_by", "updated_at", "updated_by"] {
                        found.remove(kept_by_the_save);
                        expected.remove(kept_by_the_save);
                    }
                    assert_eq!(found, expected, "{values:?}");
                }
                (Answer::Refused { code, problems, .. }, Err(expected)) => {
                    refused += 1;
                    assert_eq!((code, problems), expected, "{values:?}");
                }
                (answer, expected) => {
                    panic!("{values:?}: the Worker says {answer:?}, this machine {expected:?}")
                }
            }
        }
    }
    println!("{saved} saved alike, {refused} refused alike");
    assert!(saved > 20 && refused > 20, "the input is too one-sided to prove anything");
}
