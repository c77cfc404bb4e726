//! What rots by the database is what rots by plain counting, and deals of before know when they came into their stage.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::access::ADMINISTRATOR;
use domain::expr::{Env, Expr};
use domain::schema::{Schema, Stage, WorkDays};
use domain::signals::{Calendar, Facts, rotting, signals};
use domain::time::{Date, Instant, Zone};
use rusqlite::{Connection, params};
use serde_json::{Value as Json, json};

use super::limits;
use super::queries::{Conditions, Listed, Sort, add_filter, list};
use super::records::{Reader, Selected, Selection};
use super::testing::{self, Shard, id};

/// Where the clock is eight hours ahead the whole year.
struct Zones;

impl Zone for Zones {
    fn offset_ms(&self, _zone: &str, _unix_ms: i64) -> Option<i64> {
        Some(8 * 3_600_000)
    }
}

fn schema() -> Schema {
    let off = |text: &str, worked: bool| Some((Date::parse(text)?, worked));
    let days = [
        off("2026-05-01", false),
        off("2026-05-04", false),
        off("2026-05-05", false),
        off("2026-05-09", true),
    ];
    let mut schema = testing::schema();
    schema.workspace.zone = "Asia/Shanghai".into();
    schema.workspace.work = WorkDays { days: days.into_iter().flatten().collect(), ..WorkDays::default() };
    schema
}

#[test]
fn the_database_finds_what_plain_counting_finds() {
    let (shard, schema) = (Shard::new(), schema());
    let now = Instant::parse("2026-05-22T15:30:00Z").unwrap();
    let calendar = Calendar::of(&schema.workspace);
    let today = calendar.today(now, &Zones).unwrap();
    let stages: Vec<_> = schema.pipelines[0].stages.iter().collect();
    let mut expected = BTreeSet::new();
    for number in 0..600_u64 {
        // Strides that share no factor with what they go around: every combination comes about.
        let ago = |stride: u64, out_of: u64| {
            let days = i64::try_from(number * stride % out_of).unwrap();
            now.plus_ms(-days * 86_400_000 - days * 3_600_000)
        };
        let stage = stages[usize::try_from(number).unwrap() % stages.len()];
        let facts = Facts {
            since: (number % 11 > 0).then(|| ago(7, 41)),
            last_touch: (number % 5 > 1).then(|| ago(13, 37)),
            has_next: false,
            paused_until: (number % 3 == 0)
                .then(|| today.plus_days(i64::try_from(number * 17 % 9).unwrap() - 4)),
        };
        shard
            .connection
            .execute(
                "INSERT INTO deal (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, name_key, match_key, \
                 stage, stage_since, last_touch_at, paused_until) VALUES (?1, ?2, 1, 0, 0, ?3, ?3, 'x', 'x', 'x', ?4, ?5, ?6, ?7)",
                params![
                    shard.workspace.to_string(),
                    id(number + 10).to_string(),
                    id(2).to_string(),
                    stage.id,
                    facts.since.map(Instant::unix_ms),
                    facts.last_touch.map(Instant::unix_ms),
                    facts.paused_until.map(|day| day.to_string()),
                ],
            )
            .unwrap();
        if signals(stage, &facts, &calendar, now, &Zones).is_some_and(|found| found.rotting) {
            expected.insert(id(number + 10));
        }
    }
    let reader = Reader { schema: &schema, role: schema.role(ADMINISTRATOR).unwrap(), user: id(2) };
    let entity = schema.entity("deal").unwrap();
    // A reader whose day is another.
    let env = Env {
        today: today.plus_days(1),
        now,
        me: id(2),
        mates: None,
        zone: "Pacific/Kiritimati",
        zones: &Zones,
    };
    let found = |text: String| {
        let mut conditions = Conditions::new(reader);
        add_filter(&mut conditions, reader, entity, Some(&text), &env).unwrap();
        let sort = Sort::read(reader, entity, Some("id")).unwrap();
        let page = list(&Selection::new(reader, entity), conditions, &sort, None, 1_000, Listed::There);
        let rows = shard.run(page).unwrap().read::<Selected>().unwrap();
        rows.iter().map(Selected::id).collect::<BTreeSet<_>>()
    };
    let rots = found(rotting().to_string());
    assert_eq!(rots, expected);
    assert!((50..400).contains(&rots.len()), "{}", rots.len());
    let others = found(format!("[\"not\",{}]", rotting()));
    assert_eq!((others.len() + rots.len(), others.intersection(&rots).count()), (600, 0));
}

/// However often a filter asks what the schema makes long, the statement is one that the platform takes.
#[test]
fn the_longest_filters_are_statements_that_the_platform_takes() {
    let (shard, mut schema) = (Shard::new(), schema());
    let like = schema.pipelines[0].stages[0].clone();
    // Each stage expects another count of days.
    let stage = |days: u16| Stage { id: format!("s_{days}"), expected_days: Some(days), ..like.clone() };
    schema.pipelines[0].stages = (1..=50).map(stage).collect();
    let reader = Reader { schema: &schema, role: schema.role(ADMINISTRATOR).unwrap(), user: id(2) };
    let entity = schema.entity("deal").unwrap();
    let (now, today) =
        (Instant::from_unix_ms(1_790_000_000_000).unwrap(), Date::parse("2026-09-21").unwrap());
    let env = Env { today, now, me: id(2), mates: None, zone: "Asia/Shanghai", zones: &Zones };
    for part in [rotting(), json!(["not", rotting()]), json!(["my_team", ["field", "owner"]])] {
        let many = |count: usize| {
            json!(["or"].into_iter().map(Json::from).chain(vec![part.clone(); count]).collect::<Vec<_>>())
        };
        let most = (1..200).rev().map(many).find(|json| Expr::parse(json).is_ok()).unwrap();
        let page = || {
            let mut conditions = Conditions::new(reader);
            add_filter(&mut conditions, reader, entity, Some(&most.to_string()), &env).unwrap();
            let sort = Sort::read(reader, entity, Some("id")).unwrap();
            list(&Selection::new(reader, entity), conditions, &sort, None, 50, Listed::There)
        };
        let (_, sql, params) = page().into_parts();
        assert!(limits::check(&sql, &params).is_ok(), "{part}: {} bytes", sql.len());
        assert!(shard.run(page()).unwrap().is_empty());
    }
}

#[test]
fn deals_of_before_came_into_their_stage_when_the_log_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/shard");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let database = Connection::open_in_memory().unwrap();
    let named = |path: &Path| path.file_name().is_some_and(|name| name == "0012_rotting.sql");
    for file in files.iter().take_while(|file| !named(file)) {
        database.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
    }
    let (workspace, person) = (id(1).to_string(), id(2).to_string());
    for deal in 1..=3_u64 {
        database
            .execute(
                "INSERT INTO deal (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, stage) \
                 VALUES (?1, ?2, 1, 5, 5, ?3, ?3, 'x', 'needs')",
                params![workspace, id(deal).to_string(), person],
            )
            .unwrap();
    }
    let entries = [
        (1, 1, r#"{"fields":{"name":[null,"x"],"stage":[null,"first_contact"]}}"#),
        (2, 1, r#"{"fields":{"stage":["first_contact","needs"],"rank":["80","81"]}}"#),
        (3, 1, r#"{"fields":{"note":[null,"y"]}}"#),
        (4, 2, r#"{"fields":{"stage":[null,"needs"]}}"#),
    ];
    for (seq, deal, body) in entries {
        database
            .execute(
                "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body) \
                 VALUES (?1, ?2, 1, ?3, ?2 * 100, ?3, 'deal', ?4, 1, 'updated', ?5)",
                params![workspace, seq, person, id(deal).to_string(), body],
            )
            .unwrap();
    }
    let migration = files.iter().find(|file| named(file)).unwrap();
    database.execute_batch(&fs::read_to_string(migration).unwrap()).unwrap();
    let mut asked = database.prepare("SELECT stage_since FROM deal ORDER BY id").unwrap();
    let since: Vec<i64> = asked.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(since, [200, 400, 5]);
}
