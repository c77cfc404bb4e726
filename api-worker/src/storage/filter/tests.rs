//! Both readers of the language say the same, within the limits of D1.

use domain::expr::{Checked, Expr, cases, check};
use domain::record::Values;
use domain::value::Value;
use proptest::prelude::*;
use rusqlite::limits::Limit;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, params_from_iter};
use serde_json::{Value as Json, json};

use super::*;

/// Floating point, as D1 binds JavaScript numbers.
impl ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Text(text) => text.to_sql(),
            Self::Integer(number) => {
                assert!(number.abs() <= 1 << 53);
                Ok(ToSqlOutput::from(*number as f64))
            }
        }
    }
}

/// A database with D1's limits and a table of real columns, half of the fields in its JSON column.
fn database() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    ] {
        db.set_limit(limit, value).unwrap();
    }
    db.execute_batch(
        "CREATE TABLE sample (name TEXT, grade TEXT, count INTEGER, weight INTEGER, amount INTEGER, day TEXT, at INTEGER,
            owner TEXT, vip INTEGER, tags TEXT, custom TEXT);
         CREATE INDEX sample_grade ON sample (grade, at);
         CREATE INDEX sample_at ON sample (at);",
    )
    .unwrap();
    db
}

const COLUMNS: [&str; 10] =
    ["name", "grade", "count", "weight", "amount", "day", "at", "owner", "vip", "tags"];

fn place(field: &str, _: Shape) -> String {
    if COLUMNS.contains(&field) {
        format!("r.\"{field}\"")
    } else {
        format!("json_extract(r.custom, '$.\"{field}\"')")
    }
}

fn by_json(db: &Connection, checked: &Checked, values: &Values) -> bool {
    let (sql, params) = rendered::over(checked, values);
    let found: rusqlite::Result<i64> = db.query_row(&sql, params_from_iter(&params), |row| row.get(0));
    found.unwrap_or_else(|error| panic!("{error}: {sql}")) == 1
}

fn by_table(db: &Connection, checked: &Checked, values: &Values) -> bool {
    let record = json!(
        values
            .iter()
            .map(|(id, value)| (id.clone(), rendered::stored(value)))
            .collect::<serde_json::Map<_, _>>()
    );
    let from = COLUMNS.map(|column| format!("json_extract(?1, '$.{column}')")).join(", ");
    db.execute("DELETE FROM sample", []).unwrap();
    db.execute(&format!("INSERT INTO sample VALUES ({from}, ?1)"), [record.to_string()]).unwrap();
    let filter = compile(checked, &cases::env(), &place, 1);
    assert!(filter.params.len() <= MAX_PARAMS);
    let sql = format!("SELECT count(*) FROM sample r WHERE {}", filter.sql);
    let found: rusqlite::Result<i64> = db.query_row(&sql, params_from_iter(&filter.params), |row| row.get(0));
    found.unwrap_or_else(|error| panic!("{error}: {sql}")) == 1
}

#[test]
fn every_case_holds_in_sql_as_the_table_says() {
    let (db, schema) = (database(), cases::schema());
    let mut wrong = Vec::new();
    for case in cases::all() {
        let (checked, values) = (case.checked(&schema), case.values(&schema));
        if by_json(&db, &checked, &values) != case.holds {
            wrong.push(format!("{} as JSON", case.name));
        }
        if by_table(&db, &checked, &values) != case.holds {
            wrong.push(format!("{} as a row", case.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn compiled(expr: &Json) -> Filter {
    let schema = cases::schema();
    let checked = check(&Expr::parse(expr).unwrap(), cases::entity(&schema), &schema).unwrap();
    compile(&checked, &cases::env(), &place, 1)
}

fn plan(db: &Connection, expr: &Json) -> String {
    let filter = compiled(expr);
    let mut statement = db
        .prepare(&format!("EXPLAIN QUERY PLAN SELECT count(*) FROM sample r WHERE {}", filter.sql))
        .unwrap();
    let lines = statement.query_map(params_from_iter(&filter.params), |row| row.get::<_, String>(3)).unwrap();
    lines.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn plain_conditions_use_an_index() {
    let db = database();
    for expr in [
        json!(["=", ["field", "grade"], "a"]),
        json!(["is_empty", ["field", "grade"]]),
        json!(["in", ["field", "grade"], ["a", "b"]]),
        json!(["in", ["field", "grade"], ["a", null]]),
        json!(["<", ["field", "at"], ["now"]]),
        json!([">", ["now"], ["field", "at"]]),
        json!([
            "and",
            ["contains", ["field", "name"], "x"],
            ["and", ["=", "a", ["field", "grade"]], ["is_set", ["field", "day"]]]
        ]),
        json!(["not", ["or", ["!=", ["field", "grade"], "a"], ["contains", ["field", "name"], "x"]]]),
        json!(["or", ["=", ["field", "grade"], "a"], ["<", ["field", "at"], ["now"]]]),
    ] {
        let plan = plan(&db, &expr);
        assert!(plan.contains("SEARCH r USING"), "{expr}: {plan}");
    }
}

#[test]
fn the_sql_of_plain_conditions_is_plain() {
    for (expr, sql) in [
        (json!(["=", ["field", "grade"], "a"]), "(r.\"grade\" = ?1)"),
        (json!(["!=", ["field", "grade"], "a"]), "(r.\"grade\" IS NOT ?1)"),
        (json!(["not", ["<", ["field", "day"], ["today"]]]), "((r.\"day\" < ?1) IS NOT TRUE)"),
        (json!([">", ["field", "amount"], 0.005]), "(r.\"amount\" > CAST(?1 AS INTEGER))"),
        (json!(["=", ["field", "count"], 0.5]), "0"),
        (
            json!(["not", ["and", false, ["is_set", ["field", "ratio"]]]]),
            "(1 OR (json_extract(r.custom, '$.\"ratio\"') IS NULL))",
        ),
        (
            json!(["or", ["=", ["field", "grade"], "a"], ["=", ["field", "name"], "a"]]),
            "((r.\"grade\" = ?1) OR (r.\"name\" = ?1))",
        ),
    ] {
        assert_eq!(compiled(&expr).sql, sql, "{expr}");
    }
}

#[test]
fn parameters_beyond_the_limit_travel_as_one() {
    let parts = (0..66).map(|number| json!(["!=", ["field", "name"], format!("{number}?'\"")]));
    let expr = Json::Array(std::iter::once(json!("or")).chain(parts).collect());
    let filter = compiled(&expr);
    assert_eq!(filter.params.len(), MAX_PARAMS);
    assert!(filter.sql.contains("json_extract(?60, '$[6]')"));
    assert!(!filter.sql.contains("'\""));
}

/// The worst that the parser lets through must stay within the platform's limits.
#[test]
fn the_deepest_expressions_stay_within_the_limits_of_d1() {
    let db = database();
    let schema = cases::schema();
    type Wrap = fn(Json) -> Json;
    let wraps: [(&str, Wrap); 15] = [
        ("add", |inner| json!(["+", inner, ["field", "amount"]])),
        ("multiply", |inner| json!(["*", ["field", "ratio"], inner])),
        ("divide", |inner| json!(["/", inner, ["field", "ratio"]])),
        ("divisor", |inner| json!(["/", 1, inner])),
        ("round", |inner| json!(["round", ["+", inner, 0.000_001], 0])),
        ("negate", |inner| json!(["neg", inner])),
        ("coalesce", |inner| json!(["coalesce", inner, ["field", "ratio"]])),
        ("if left", |inner| json!(["if", ["is_set", ["field", "day"]], inner, 0.5])),
        ("if compares", |inner| json!(["if", [">", inner, 5], 1, 0.5])),
        ("if compares unlike", |inner| json!(["if", [">", inner, ["field", "weight"]], 1, 2])),
        ("if equals unlike", |inner| json!(["if", ["=", inner, ["field", "weight"]], 1, 2])),
        ("if not in", |inner| json!(["if", ["not", ["in", inner, [1, 2, null]]], 1, 2])),
        ("days", |inner| json!(["days_between", ["plus_days", ["today"], ["round", inner, 0]], ["today"]])),
        ("has", |inner| {
            json!([
                "if",
                [
                    "has",
                    ["if", ["=", inner, 1], ["field", "colors"], ["field", "tags"]],
                    ["coalesce", ["field", "note"], ["field", "name"]]
                ],
                1,
                2
            ])
        }),
        ("contains", |inner| {
            json!([
                "if",
                ["contains", ["if", ["=", inner, 1], "a", ["field", "name"]], ["field", "note"]],
                1,
                2
            ])
        }),
    ];
    for (name, wrap) in wraps {
        let mut deepest = None;
        let mut inner = json!(["field", "count"]);
        while let Ok(expr) = Expr::parse(&json!([">", inner, 1])) {
            deepest = Some(expr);
            inner = wrap(inner);
        }
        let checked = check(&deepest.unwrap(), cases::entity(&schema), &schema).unwrap();
        let values = Values::from([("count".to_owned(), Value::Integer(3))]);
        let get = |id: &str| values.get(id).cloned().unwrap_or(Value::Null);
        let expected = checked.holds(&get, &cases::env());
        assert_eq!(by_table(&db, &checked, &values), expected, "{name}");
        assert_eq!(by_json(&db, &checked, &values), expected, "{name}");
    }
}

/// Draws well-typed expressions and records from a tape of random numbers, mostly from the edges.
struct Tape<'a>(std::slice::Iter<'a, u32>);

impl Tape<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.0.next().map_or(0, |drawn| *drawn as usize % bound)
    }

    fn one<'b, T: ?Sized>(&mut self, of: &[&'b T]) -> &'b T {
        of[self.below(of.len())]
    }

    fn condition(&mut self, depth: usize) -> Json {
        let deeper = depth.saturating_sub(1);
        match if depth == 0 { 3 + self.below(12) } else { self.below(15) } {
            0 => json!(["not", self.condition(deeper)]),
            1 => json!(["and", self.condition(deeper), self.condition(deeper)]),
            2 => json!(["or", self.condition(deeper), self.condition(deeper), self.condition(deeper)]),
            3 => json!(self.below(2) == 0),
            4 | 5 => {
                let kind = self.one(&["text", "number", "number", "number", "date", "instant"]);
                let op = self.one(&["=", "!=", "<", "<=", ">", ">="]);
                json!([op, self.value(kind, deeper), self.value(kind, deeper)])
            }
            6 => json!([
                self.one(&["=", "!="]),
                self.value("reference", deeper),
                self.value("reference", deeper)
            ]),
            7 => json!([
                self.one(&["contains", "starts_with"]),
                self.value("text", deeper),
                self.value("text", deeper)
            ]),
            8 => {
                let kind = self.one(&["text", "number", "date", "instant", "reference", "flag", "list"]);
                json!([self.one(&["is_empty", "is_set"]), self.value(kind, deeper)])
            }
            11 => json!([self.one(&["=", "!="]), self.value("flag", deeper), self.value("flag", deeper)]),
            12 => json!(["field", self.one(&["vip", "agreed"])]),
            13 => json!(["has", self.value("list", deeper), self.value("text", deeper)]),
            14 => match self.below(2) {
                0 => json!([
                    "under",
                    ["field", "industry"],
                    self.one(&["make", "machines", "pumps", "trade", "nothing", ""])
                ]),
                _ => {
                    let items: Vec<Json> = (0..self.below(4)).map(|_| self.literal("text")).collect();
                    json!(["has_any", self.value("list", deeper), items])
                }
            },
            _ => {
                let kind = self.one(&["text", "number", "date", "instant", "reference", "flag"]);
                let items: Vec<Json> = (0..self.below(4)).map(|_| self.literal(kind)).collect();
                json!(["in", self.value(kind, deeper), items])
            }
        }
    }

    fn value(&mut self, kind: &str, depth: usize) -> Json {
        let deeper = depth.saturating_sub(1);
        match if depth == 0 { self.below(4) } else { self.below(9) } {
            0 => self.literal(kind),
            1..=3 => self.field(kind),
            4 => json!(["if", self.condition(deeper), self.value(kind, deeper), self.value(kind, deeper)]),
            5 => json!(["coalesce", self.value(kind, deeper), self.value(kind, deeper)]),
            _ => match kind {
                "number" => match self.below(8) {
                    0 => json!(["neg", self.value("number", deeper)]),
                    1 => json!(["round", self.value("number", deeper), self.below(7)]),
                    2 => json!(["days_between", self.value("date", deeper), self.value("date", deeper)]),
                    _ => json!([
                        self.one(&["+", "-", "*", "/"]),
                        self.value("number", deeper),
                        self.value("number", deeper)
                    ]),
                },
                "date" => match self.below(2) {
                    0 => json!(["today"]),
                    _ => json!([
                        "plus_days",
                        self.value("date", deeper),
                        ["round", self.value("number", deeper), 0]
                    ]),
                },
                "instant" => match self.below(2) {
                    0 => json!(["now"]),
                    _ => json!(["start_of", ["plus_days", self.literal("date"), self.below(3)]]),
                },
                "reference" => json!(["me"]),
                "list" => self.field("list"),
                kind => self.literal(kind),
            },
        }
    }

    fn field(&mut self, kind: &str) -> Json {
        json!([
            "field",
            match kind {
                "number" => self.one(&["count", "other", "weight", "ratio", "amount", "share", "stars"]),
                "flag" => self.one(&["vip", "agreed"]),
                "list" => self.one(&["colors", "tags"]),
                "date" => self.one(&["day", "until"]),
                "instant" => self.one(&["at", "next"]),
                "reference" => self.one(&["owner", "account"]),
                _ => self.one(&["name", "note", "grade", "industry", "place"]),
            }
        ])
    }

    fn literal(&mut self, kind: &str) -> Json {
        // No literal but null is a list.
        if self.below(8) == 0 || kind == "list" {
            return Json::Null;
        }
        match kind {
            "flag" => json!(self.below(2) == 0),
            "number" => match self.below(3) {
                0 => json!(self.number(9_007_199_254_740_991)),
                _ => json!(self.one(&[
                    "0", "1", "-1", "0.5", "-0.5", "0.000001", "1.005", "-2.5", "3", "7", "1000000", "0.1",
                    "99.9995"
                ])),
            },
            "date" => json!(self.date()),
            "instant" => json!(self.one(&[
                "2026-05-01T04:00:00Z",
                "1969-12-31T23:59:59.999Z",
                "2026-05-01T12:00:00.000+08:00",
                "2200-12-31T23:59:59Z"
            ])),
            "reference" => json!(
                self.one(&["0190a000-0000-7000-8000-0000000000aa", "0190A000-0000-7000-8000-0000000000BB"])
            ),
            _ => json!(self.phrase()),
        }
    }

    fn number(&mut self, bound: i64) -> i64 {
        match self.below(9) {
            0 => bound,
            1 => -bound,
            2 => bound - 1,
            3 => 0,
            4 => 1,
            5 => -1,
            6 => (self.below(2000) as i64) - 1000,
            7 => (self.below(u32::MAX as usize) as i64) % bound,
            _ => (self.below(u32::MAX as usize) as i64 * self.below(1 << 20) as i64) % bound,
        }
    }

    fn date(&mut self) -> &'static str {
        self.one(&[
            "2026-05-01",
            "2026-04-30",
            "1900-01-01",
            "2200-12-31",
            "2024-02-29",
            "1999-12-31",
            "2000-03-01",
        ])
    }

    fn phrase(&mut self) -> &'static str {
        self.one(&[
            "a",
            "A",
            "知客",
            "上海知客",
            "İ",
            "i",
            "I",
            "ı",
            "e\u{301}",
            "é",
            "😀",
            "x😀A",
            "𐀀",
            "\u{FFFD}",
            "%",
            "_",
            "a%",
            "ab",
            "1",
            "01",
            "-",
            "'",
            "\"",
            "\\",
            "客",
            "K",
            "\u{212A}",
            "第一\t第二",
            "",
            "won",
        ])
    }

    fn record(&mut self) -> Json {
        let mut record = serde_json::Map::new();
        for (id, bound) in [("count", 100_000_000_000_000), ("other", 100_000_000_000_000)] {
            record.insert(id.into(), json!(self.number(bound)));
        }
        for (id, scale) in [("weight", 3), ("ratio", 6)] {
            let units = self.number(1_000_000_000_000_000);
            record.insert(id.into(), json!(domain::value::Decimal { units, scale }.to_string()));
        }
        let base = self.number(9_007_199_254_740_991);
        record.insert("amount".into(), json!({"amount": 1, "currency": "CNY", "base": if self.below(5) == 0 { None } else { Some(base) }}));
        for id in ["name", "note"] {
            record.insert(id.into(), json!(self.phrase()));
        }
        record.insert("grade".into(), json!(self.one(&["a", "b", "won"])));
        record.insert(
            "share".into(),
            json!(domain::value::Decimal { units: self.number(10_000_000), scale: 1 }.to_string()),
        );
        record.insert("stars".into(), json!(1 + self.below(5)));
        for id in ["vip", "agreed"] {
            record.insert(id.into(), json!(self.below(2) == 0));
        }
        let colors: Vec<&str> = (0..self.below(4)).map(|_| self.one(&["red", "green", "won"])).collect();
        record.insert("colors".into(), json!(colors));
        let tags: Vec<&str> =
            (0..self.below(5)).map(|_| self.phrase()).filter(|tag| !tag.contains('\t')).collect();
        record.insert("tags".into(), json!(tags));
        record.insert("industry".into(), json!(self.one(&["make", "machines", "pumps", "trade"])));
        record.insert(
            "place".into(),
            json!({"city": self.phrase().replace('\t', " "), "postcode": self.one(&["", "1", "a"])}),
        );
        for id in ["day", "until"] {
            record.insert(id.into(), json!(self.date()));
        }
        record.insert(
            "at".into(),
            json!(self.one(&["2026-05-01T04:00:00Z", "1969-12-31T23:59:59.999Z", "1900-01-01T00:00:00Z"])),
        );
        record.insert("next".into(), json!({"date": self.date(), "time": self.one(&["00:00", "04:00"])}));
        for id in ["owner", "account"] {
            record.insert(
                id.into(),
                json!(
                    self.one(&[
                        "0190a000-0000-7000-8000-0000000000aa",
                        "0190a000-0000-7000-8000-0000000000bb"
                    ])
                ),
            );
        }
        record.into_iter().filter(|_| self.below(4) > 0).collect::<serde_json::Map<_, _>>().into()
    }
}

thread_local! {
    static DATABASE: Connection = database();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_give_the_same_verdict(tape in prop::collection::vec(any::<u32>(), 400)) {
        let mut tape = Tape(tape.iter());
        let record = tape.record().to_string();
        let expr = tape.condition(4);
        // The tape's depth is bounded; only the count of nodes can be too large.
        let Ok(parsed) = Expr::parse(&expr) else { return Err(TestCaseError::reject("too large")) };
        prop_assert_eq!(Expr::parse(&parsed.to_json()), Ok(parsed.clone()));
        let case = cases::Case { name: "random".into(), expr: expr.to_string(), record, holds: false };
        let schema = cases::schema();
        let (checked, values) = (case.checked(&schema), case.values(&schema));
        let get = |id: &str| values.get(id).cloned().unwrap_or(Value::Null);
        let holds = checked.holds(&get, &cases::env());
        DATABASE.with(|db| {
            prop_assert_eq!(by_json(db, &checked, &values), holds, "{} for {}", expr, case.record);
            prop_assert_eq!(by_table(db, &checked, &values), holds, "{} for {}", expr, case.record);
            Ok(())
        })?;
    }
}
