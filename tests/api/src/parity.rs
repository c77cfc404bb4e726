//! Random definitions and random input, for comparing builds of the planner: what a careful person sends, what an
//! integrator gets slightly wrong, and what a troublemaker thinks of.

use std::collections::BTreeMap;

use chrono::{Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use domain::access::{Grant, Level, Role};
use domain::api::record::RecordBody;
use domain::command::{Action, Command, FORMAT, ImportRow, Wire};
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Field, Label, Schema};
use domain::time::Zone;
use serde_json::{Value as Json, json};

use crate::actions::{field, import};
use crate::ids::{Dice, new_id};

/// Time zones by chrono-tz, as in the Worker.
pub struct Zones;

impl Zone for Zones {
    fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
        let zone: Tz = zone.parse().ok()?;
        let at = Utc.timestamp_millis_opt(unix_ms).single()?.with_timezone(&zone);
        Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
    }
}

/// Zones with and without daylight saving, on both halves of the earth, with odd offsets and odd jumps.
pub const ZONES: [&str; 10] = [
    "UTC",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
];

/// Local times that are not there, or there twice, or at the edge of either.
pub const EDGES: [(&str, &str, &str); 14] = [
    ("Europe/Berlin", "2026-03-29", "01:59"),
    ("Europe/Berlin", "2026-03-29", "02:00"),
    ("Europe/Berlin", "2026-03-29", "02:30"),
    ("Europe/Berlin", "2026-03-29", "03:00"),
    ("Europe/Berlin", "2026-10-25", "02:00"),
    ("Europe/Berlin", "2026-10-25", "02:30"),
    ("Europe/London", "2027-10-31", "01:15"),
    ("America/New_York", "2026-03-08", "02:30"),
    ("America/New_York", "2026-11-01", "01:30"),
    ("America/Santiago", "2026-09-06", "00:30"),
    ("America/St_Johns", "2027-03-14", "02:45"),
    // Half an hour only.
    ("Australia/Lord_Howe", "2026-10-04", "02:10"),
    ("Australia/Lord_Howe", "2027-04-04", "01:45"),
    // A day that was left out.
    ("Pacific/Kiritimati", "1994-12-31", "12:00"),
];

/// Kinds of record that definitions and input are about.
pub const ENTITIES: [&str; 7] = ["lead", "account", "contact", "deal", "product", "touch", "task"];

/// A random kind of field, as the settings page would send it.
pub fn kind(dice: &mut Dice) -> Json {
    let entity = *dice.pick(&["account", "deal", "user", "contact"]);
    // Numbers that the save gives out are no matter of verdicts.
    match dice.roll(22) {
        0 => json!({"type": "text", "max": 1 + dice.roll(40)}),
        1 => json!({"type": "long_text"}),
        2 => json!({"type": "integer", "min": -5, "max": dice.roll(1000)}),
        3 => json!({"type": "decimal", "scale": 1 + dice.roll(6)}),
        4 => json!({"type": "money"}),
        5 => json!({"type": "date"}),
        6 => json!({"type": "choice", "options": options(dice)}),
        7 => json!({"type": "phone"}),
        8 => json!({"type": "email"}),
        9 => json!({"type": "relation", "entity": entity}),
        10 => json!({"type": "user"}),
        11 => json!({"type": "checkbox"}),
        12 => json!({"type": "percent", "scale": dice.roll(5)}),
        13 => json!({"type": "url"}),
        14 => json!({"type": "instant"}),
        15 => json!({"type": "rating", "max": 2 + dice.roll(9)}),
        16 => json!({"type": "duration"}),
        17 => json!({"type": "choices", "options": options(dice)}),
        18 => json!({"type": "tags"}),
        19 => json!({"type": "tree_choice", "options": options(dice)}),
        20 => json!({"type": "address"}),
        _ => json!({"type": "schedule"}),
    }
}

fn options(dice: &mut Dice) -> Json {
    let option = |n: usize, retired: bool| json!({"id": format!("o{n}"), "label": Label::new(&format!("选项{n}"), &format!("Option {n}")), "retired": retired});
    (0..=dice.roll(4)).map(|n| option(n, dice.roll(4) == 0)).collect()
}

/// Something an administrator may want of the definitions, now and then something that cannot be.
#[track_caller]
pub fn change(dice: &mut Dice, schema: &Schema, number: usize) -> DefinitionChange {
    let entity = dice.pick(&ENTITIES).to_string();
    let fields: Vec<String> = schema.entity(&entity).map(ids_of).unwrap_or_default();
    let one = if fields.is_empty() { "nothing".to_owned() } else { dice.pick(&fields).clone() };
    match dice.roll(12) {
        0..=5 => {
            let mut added = field(&format!("f_{number}"), kind(dice));
            added.required = dice.roll(5) == 0;
            DefinitionChange::AddField { entity, field: added }
        }
        6 | 7 => DefinitionChange::SetRequired { entity, field: one, required: dice.roll(2) == 0 },
        8 => {
            let is_choice = |field: &&Field| json!(field.kind)["type"] == "choice";
            let choice = schema.entity(&entity).and_then(|entity| entity.fields.iter().find(is_choice));
            let field = choice.map_or(one, |choice| choice.id.clone());
            let options = serde_json::from_value(options(dice)).unwrap_or_default();
            DefinitionChange::SetOptions { entity, field, options }
        }
        9 => DefinitionChange::RetireField { entity, field: one },
        10 => DefinitionChange::RenameField { entity, field: one, label: Label::new("改名", " Renamed ") },
        _ => DefinitionChange::SetRole { role: role(dice, schema) },
    }
}

/// The rep's role with levels and hidden fields by chance.
pub fn role(dice: &mut Dice, schema: &Schema) -> Role {
    let levels = [Level::None, Level::Own, Level::Team, Level::All, Level::All];
    let mut grants = BTreeMap::new();
    let mut hidden: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entity in &schema.entities {
        let mut level = || *dice.pick(&levels);
        let view = level().max(Level::Own);
        let grant = Grant { view, create: level(), update: level(), delete: level(), assign: level() };
        grants.insert(entity.id.clone(), grant);
        let fields: Vec<String> = ids_of(entity).into_iter().filter(|field| *field != entity.title).collect();
        if ENTITIES.contains(&entity.id.as_str()) && dice.roll(2) == 0 {
            hidden.insert(entity.id.clone(), vec![dice.pick(&fields).clone()]);
        }
    }
    let rep = schema.roles.iter().find(|role| role.id == domain::access::REP);
    let (label, permissions) = (Label::new("销售", "Sales rep"), Vec::new());
    let (id, permissions) =
        rep.map_or(("rep".to_owned(), permissions), |rep| (rep.id.clone(), rep.permissions.clone()));
    Role { id, label, grants, permissions, hidden }
}

fn ids_of(entity: &Entity) -> Vec<String> {
    entity.fields.iter().map(|field| field.id.clone()).collect()
}

/// What input may refer to.
pub struct Known<'a> {
    pub schema: &'a Schema,
    pub records: &'a [RecordBody],
    pub users: &'a [Id],
}

impl Known<'_> {
    fn any_of(&self, dice: &mut Dice, entity: &str) -> Id {
        let ids: Vec<Id> =
            self.records.iter().filter(|record| record.entity == entity).map(|record| record.id).collect();
        if ids.is_empty() || dice.roll(8) == 0 { new_id() } else { *dice.pick(&ids) }
    }

    fn any_user(&self, dice: &mut Dice) -> Id {
        if self.users.is_empty() || dice.roll(10) == 0 { new_id() } else { *dice.pick(self.users) }
    }

    /// What a careful person would write into a field.
    fn fitting(&self, dice: &mut Dice, field: &Field) -> Json {
        let kind = json!(field.kind);
        match kind["type"].as_str().unwrap_or_default() {
            "integer" | "duration" | "rating" => json!(dice.roll(40)),
            "checkbox" => json!(dice.roll(2) == 0),
            // A file would have to be there first.
            "file" => json!([]),
            "tags" => json!([*dice.pick(&["重点", " VIP，vip ", "老客户"]), "新"]),
            "address" => json!({"city": "上海市", "street": " 世纪大道1号 "}),
            "url" => json!(*dice.pick(&["example.com", "https://知客.example/a?b=c"])),
            "decimal" | "percent" => json!(format!("{}.{}", dice.roll(2_000), dice.roll(10))),
            "money" => {
                json!({"amount": dice.roll(9_000_000), "currency": dice.pick(&["CNY", "USD", "JPY", "KWD"])})
            }
            "date" => json!(date(dice)),
            "instant" => json!(format!("{}T{}:00+08:00", date(dice), time(dice))),
            "schedule" => schedule(dice),
            several @ ("choice" | "tree_choice" | "choices") => {
                let options = kind["options"].as_array().cloned().unwrap_or_default();
                let one = if options.is_empty() { json!("o0") } else { dice.pick(&options)["id"].clone() };
                if several == "choices" { json!([one]) } else { one }
            }
            "phone" => json!(format!("138 {:04} {:04}", dice.roll(10_000), dice.roll(10_000))),
            "email" => json!(format!("Someone{}@Example.com", dice.roll(1_000))),
            "relation" => json!(self.any_of(dice, kind["entity"].as_str().unwrap_or_default())),
            "user" => json!(self.any_user(dice)),
            "stage" => json!(stage(dice)),
            _ => json!(*dice.pick(&["知客", "Acme Ltd", " two  words ", "第一行", "x"])),
        }
    }

    fn value(&self, dice: &mut Dice, field: Option<&Field>) -> Json {
        match field {
            Some(field) if dice.roll(3) > 0 => self.fitting(dice, field),
            _ => odd(dice),
        }
    }

    /// Values for some fields of an entity; its title nearly always.
    pub fn values(&self, dice: &mut Dice, entity: &str) -> Wire {
        let Some(entity) = self.schema.entity(entity) else { return Wire::new() };
        let mut values = Wire::new();
        for field in &entity.fields {
            let wanted = (field.required && !field.system) || field.id == entity.title;
            let happens = if wanted { dice.roll(12) > 0 } else { dice.roll(8) == 0 };
            if happens && (!field.system || dice.roll(6) == 0) {
                let value = if wanted { self.fitting(dice, field) } else { self.value(dice, Some(field)) };
                values.insert(field.id.clone(), value);
            }
        }
        if dice.roll(12) == 0 {
            values.insert("f_nothing".to_owned(), odd(dice));
        }
        // Both would be filled in from the clock, which no two machines share.
        if entity.field("happened_at").is_some() {
            values.entry("happened_at".to_owned()).or_insert_with(|| json!("2026-05-01T08:00:00Z"));
        }
        values
    }

    /// A random command; several actions now and then.
    pub fn command(&self, dice: &mut Dice) -> Command {
        let count = if dice.roll(5) == 0 { 2 + dice.roll(2) } else { 1 };
        Command { v: FORMAT, id: new_id(), actions: (0..count).map(|_| self.action(dice)).collect() }
    }

    fn action(&self, dice: &mut Dice) -> Action {
        let some = if self.records.is_empty() { None } else { Some(dice.pick(self.records).clone()) };
        let Some(record) = some.filter(|_| dice.roll(10) > 2) else { return self.creation(dice) };
        let (entity, id) = (record.entity.clone(), if dice.roll(20) == 0 { new_id() } else { record.id });
        let version = if dice.roll(4) == 0 { record.version.saturating_sub(1) } else { record.version };
        let standing = |field: &str| record.values.get(field).cloned().unwrap_or(Json::Null);
        match dice.roll(8) {
            0..=2 => {
                let mut values = self.values(dice, &entity);
                values.retain(|_, _| dice.roll(3) > 0);
                let mut old: Wire = values.keys().map(|field| (field.clone(), standing(field))).collect();
                old.retain(|_, _| dice.roll(5) > 0);
                // Somebody who comes late saw something else, and what they want may still be sound.
                if version < record.version
                    && let Some(definition) = self.schema.entity(&entity)
                    && let Some(field) = definition.field(&definition.title)
                {
                    old.insert(field.id.clone(), self.fitting(dice, field));
                    values.insert(field.id.clone(), self.fitting(dice, field));
                }
                Action::Update { entity, record: id, base_version: version, old, values }
            }
            3 => Action::Delete { entity, record: id, base_version: version },
            4 => {
                let mut reference = |field: &str| -> Option<Id> {
                    if dice.roll(6) == 0 {
                        Some(self.any_user(dice))
                    } else {
                        serde_json::from_value(standing(field)).ok()
                    }
                };
                let old_owner = reference("owner");
                let owner = if dice.roll(6) == 0 { None } else { Some(self.any_user(dice)) };
                Action::Assign { entity, record: id, old_owner, owner }
            }
            5 => {
                let values = self.values(dice, "touch");
                let next_touch =
                    (dice.roll(4) > 0).then(|| if dice.roll(5) == 0 { odd(dice) } else { schedule(dice) });
                Action::LogTouch { record: new_id(), entity, subject: id, values, next_touch }
            }
            6 => Action::Restore { entity, record: id },
            _ => {
                let deal = self.records.iter().filter(|record| record.entity == "deal").collect::<Vec<_>>();
                let deal = if deal.is_empty() { &record } else { *dice.pick(&deal) };
                let stands = deal.values.get("stage").and_then(Json::as_str).unwrap_or("needs").to_owned();
                let from = if dice.roll(5) == 0 { stage(dice) } else { stands };
                let rank =
                    (dice.roll(3) == 0).then(|| (*dice.pick(&["80", "a0", "", "x y", "7f80"])).to_owned());
                let mut values = self.values(dice, &deal.entity);
                values.retain(|field, _| {
                    let asked = ["amount", "close_date", "lost_reason", "lost_note", "lost_to"];
                    asked.contains(&field.as_str()) || dice.roll(8) == 0
                });
                let mut say = |text: &str| (dice.roll(3) == 0).then(|| text.to_owned());
                let (note, exception) = (say("等到明年"), say("总监同意"));
                let days = if dice.roll(3) == 0 {
                    Wire::from([("again".to_owned(), odd(dice))])
                } else {
                    Wire::from([("again".to_owned(), json!("2026-06-01"))])
                };
                Action::MoveStage {
                    entity: deal.entity.clone(),
                    record: deal.id,
                    from,
                    to: stage(dice),
                    rank,
                    values,
                    note,
                    exception,
                    days,
                    checked: Vec::new(),
                }
            }
        }
    }

    fn creation(&self, dice: &mut Dice) -> Action {
        let entity = (*dice.pick(&ENTITIES)).to_owned();
        let values = self.values(dice, &entity);
        Action::Create { entity, record: new_id(), values }
    }

    /// Rows of a file, with everything people write into cells.
    #[track_caller]
    pub fn imported(&self, dice: &mut Dice) -> Command {
        let entity = *dice.pick(&ENTITIES);
        let fields = self.schema.entity(entity).map(ids_of).unwrap_or_default();
        let row = |line| {
            let mut cells = BTreeMap::from([("name".to_owned(), format!("第 {} 行", dice.roll(6)))]);
            for _ in 0..dice.roll(5) {
                cells.insert(dice.pick(&fields).clone(), cell(dice));
            }
            ImportRow { line, record: new_id(), cells }
        };
        let rows: Vec<ImportRow> = (1..5).map(row).collect();
        let missing = dice.roll(2) == 0;
        Command { v: FORMAT, id: new_id(), actions: vec![import(new_id(), entity, missing, rows)] }
    }
}

fn stage(dice: &mut Dice) -> String {
    let stages = ["first_contact", "needs", "proposal", "negotiation", "signed", "lost", "nowhere"];
    (*dice.pick(&stages)).to_owned()
}

fn date(dice: &mut Dice) -> String {
    format!("{}-{:02}-{:02}", 1975 + dice.roll(60), 1 + dice.roll(12), 1 + dice.roll(28))
}

fn time(dice: &mut Dice) -> String {
    format!("{:02}:{:02}", dice.roll(24), dice.roll(60))
}

/// A day, perhaps with a time and a zone; often where the clock jumps.
fn schedule(dice: &mut Dice) -> Json {
    if dice.roll(2) == 0 {
        let (zone, date, time) = *dice.pick(&EDGES);
        return json!({"date": date, "time": time, "zone": zone});
    }
    let mut schedule = json!({"date": date(dice)});
    if dice.roll(3) > 0 {
        schedule["time"] = json!(time(dice));
    }
    if dice.roll(2) == 0 {
        schedule["zone"] = json!(dice.pick(&ZONES));
    }
    schedule
}

/// Anything a browser, an integrator or a troublemaker may send for a field.
fn odd(dice: &mut Dice) -> Json {
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
        json!([1]),
        json!([]),
        json!(["o0", "o1"]),
        json!(["重点", " VIP，vip "]),
        json!("javascript:alert(1)"),
        json!({"planet": "Mars"}),
        json!({}),
        json!({"amount": 125_000, "currency": "CNY"}),
        json!({"amount": 1, "currency": "cny"}),
        json!({"amount": 1.5, "currency": "USD"}),
        json!({"amount": i64::MIN, "currency": "USD"}),
        json!({"date": "2026-05-01"}),
        json!({"date": "2026-05-01", "time": "25:00"}),
        json!({"date": "2026-05-01", "time": "09:30", "zone": "Mars/Olympus"}),
        json!(new_id()),
        json!("01a20041-3b88-7822-80d3-72f103ef0c5"),
    ];
    dice.pick(&pool).clone()
}

fn cell(dice: &mut Dice) -> String {
    let pool = [
        "",
        " ",
        "Acme Ltd",
        "恒通",
        "null",
        "2026-05-01",
        "2026-03-29 02:30",
        "5/1/2026",
        "2026-02-30",
        "12,5",
        "1,234.50",
        "$1,000",
        "USD 12",
        "￥88",
        "１２３",
        "o0",
        "Option 1",
        "选项2",
        "software",
        "软件与信息技术",
        "138 1234 5678",
        "a@b.cn",
        "signed",
        "签约成交",
        "王芳",
        "yes",
        "-7",
        "1e3",
        "\u{0}",
    ];
    (*dice.pick(&pool)).to_owned()
}
