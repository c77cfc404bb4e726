//! Writes the table of cases that the browser's build has to decide like this machine's, to standard output.

use std::collections::BTreeSet;

use api_tests::ids::{Dice, new_id};
use api_tests::parity::{Known, ZONES, Zones, change};
use api_tests::workspace::settings;
use domain::api::record::RecordBody;
use domain::command::{Action, Command, FORMAT, May};
use domain::ids::Id;
use domain::money::Currency;
use domain::schema::{Schema, WorkspaceSettings, builtin, change as definition};
use domain::text::match_key;
use domain::time::{Date, Instant, Zone as _};
use parity::{Case, Setting, Table, verdict};

const SEED: u64 = 0x2026_1125;
const SETTINGS: usize = 24;
const COMMANDS: usize = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut dice = Dice::new(SEED);
    let mut table = Table::default();
    for at in 0..SETTINGS {
        let setting = setting(&mut dice, at)?;
        let users: Vec<Id> = setting.team_mates.iter().copied().collect();
        for _ in 0..COMMANDS {
            let known = Known { schema: &setting.schema, records: &setting.records, users: &users };
            let command = match dice.roll(8) {
                0 => known.imported(&mut dice),
                1 => {
                    let revision = setting.schema.revision - u64::from(dice.roll(10) == 0);
                    let change = change(&mut dice, &setting.schema, 90);
                    let actions = vec![Action::ChangeDefinition { base_revision: revision, change }];
                    Command { v: FORMAT, id: new_id(), actions }
                }
                _ => known.command(&mut dice),
            };
            let verdict = verdict(&setting, &command, &Zones);
            table.cases.push(Case { setting: at, command, verdict });
        }
        table.settings.push(setting);
    }
    println!("{}", serde_json::to_string(&table)?);
    Ok(())
}

/// A workspace with definitions, people and records by chance.
fn setting(dice: &mut Dice, at: usize) -> Result<Setting, &'static str> {
    let zone = ZONES[at % ZONES.len()].to_owned();
    let settings = WorkspaceSettings { zone: zone.clone(), ..settings() };
    let schema = defined(dice, builtin::schema(settings));
    let user = new_id();
    let mates: Vec<Id> = std::iter::once(user).chain((0..3).map(|_| new_id())).collect();
    let role = if dice.roll(3) == 0 { "administrator" } else { "rep" };
    let now = Instant::parse("2026-05-01T16:30:00Z").ok_or("a time")?;
    let now = now.plus_ms(i64::try_from(dice.roll(400)).map_err(|_| "small")? * 86_400_000 + 7);
    let day = |text: &str| Date::parse(text).ok_or("a day");
    let dollars = Currency::parse("USD").ok_or("USD is a currency")?;
    let mut setting = Setting {
        today: Zones.date(&zone, now).ok_or("a zone")?,
        rates: vec![(dollars, day("2026-01-01")?, 7_123_456), (dollars, day("2026-12-01")?, 6_900_000)],
        team_mates: mates.iter().copied().collect(),
        taken: BTreeSet::from([("account".to_owned(), "Acme Ltd".to_owned())]),
        contacts: Vec::new(),
        role: role.to_owned(),
        records: Vec::new(),
        names: Vec::new(),
        schema,
        user,
        zone,
        now,
    };
    setting.records = mates.iter().map(|id| body("user", *id, now, dice)).collect();
    for entity in api_tests::parity::ENTITIES {
        for _ in 0..4 {
            let known = Known { schema: &setting.schema, records: &setting.records, users: &mates };
            let values = known.values(dice, entity);
            let mut record = body(entity, new_id(), now, dice);
            record.values = values;
            setting.records.push(record);
        }
    }
    // Names in files: of one, of several, of nobody.
    for (name, count) in [("恒通", 1), ("Acme Ltd", 2), ("王芳", 1)] {
        for entity in ["account", "user", "contact"] {
            let ids = (0..count).map(|_| new_id()).collect();
            setting.names.push((entity.to_owned(), match_key(name), ids));
        }
    }
    Ok(setting)
}

fn defined(dice: &mut Dice, mut schema: Schema) -> Schema {
    for number in 0..14 {
        let change = change(dice, &schema, number);
        // What cannot be is decided the same way too; it is among the cases.
        if let Ok((next, _)) = definition::apply(&schema, &change, &Zones) {
            schema = next;
        }
    }
    schema
}

fn body(entity: &str, id: Id, now: Instant, dice: &mut Dice) -> RecordBody {
    // Some of them longer ago than anything can be restored.
    let deleted_at = (dice.roll(10) == 0)
        .then(|| now.plus_ms(-86_400_000 * i64::try_from(dice.roll(60)).unwrap_or_default()));
    let mut may = || dice.roll(4) > 0;
    let may = May { update: may(), delete: may(), assign: may() };
    RecordBody {
        entity: entity.to_owned(),
        id,
        version: 3,
        values: Default::default(),
        deleted: deleted_at.is_some(),
        deleted_at,
        may,
    }
}
