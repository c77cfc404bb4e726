//! One suite that every type of field runs through: a row in [`samples`] is all a new type needs.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{Choice, ChoiceOption, DateOrder, DecimalMark, FieldKind, Reading, Shape, TextFormats, read};
use crate::expr::Type;
use crate::money::Currency;
use crate::schema::{Label, Schema, WorkDays, WorkspaceSettings, builtin};
use crate::time::Zone;
use crate::value::Value;

struct Sample {
    kind: FieldKind,
    /// As they come over the wire.
    good: Vec<Json>,
    /// With the key of the problem they give.
    bad: Vec<(Json, &'static str)>,
}

fn sample(kind: FieldKind, good: Vec<Json>, bad: Vec<(Json, &'static str)>) -> Sample {
    Sample { kind, good, bad }
}

fn samples(schema: &Schema) -> Vec<Sample> {
    let role = schema.roles[0].id.clone();
    let choice = FieldKind::choice(&[("a", "甲", "First"), ("b", "乙", "Second")]);
    let id = "0190a000-0000-7000-8000-0000000000aa";
    let max = 100_000_000_000_000_i64;
    let safe = 9_007_199_254_740_991_i64;
    vec![
        sample(
            FieldKind::text(10),
            vec![
                json!("知客"),
                json!("十个字十个字十个字十"),
                json!("😀😀😀😀😀😀😀😀😀😀"),
                json!("  trimmed "),
                json!("a\tb"),
                json!("%_'\"\\"),
            ],
            vec![
                (json!("十个字十个字十个字十一"), "problem.too_long"),
                (json!("a\nb"), "problem.one_line"),
                (json!("a\u{7}b"), "problem.control_characters"),
                (json!("a\u{2028}b"), "problem.control_characters"),
                (json!(5), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::long_text(),
            vec![json!("第一行\n第二行\r\n第三行"), json!("长".repeat(20_000)), json!("x")],
            vec![
                (json!("长".repeat(20_001)), "problem.too_long"),
                (json!("a\u{0}"), "problem.control_characters"),
                (json!(1.5), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::integer(None, None),
            vec![json!(0), json!(-1), json!(max), json!(-max)],
            vec![
                (json!(max + 1), "problem.out_of_range"),
                (json!(i64::MIN), "problem.out_of_range"),
                (json!(u64::MAX), "problem.not_whole"),
                (json!(1.5), "problem.not_whole"),
                (json!(1e300), "problem.not_whole"),
                (json!("five"), "problem.not_number"),
            ],
        ),
        sample(
            FieldKind::integer(Some(0), Some(10)),
            vec![json!(0), json!(10)],
            vec![(json!(-1), "problem.out_of_range"), (json!(11), "problem.out_of_range")],
        ),
        sample(
            FieldKind::decimal(2),
            vec![
                json!("12.50"),
                json!("-0.05"),
                json!(7),
                json!(0.1),
                json!("0"),
                json!("10000000000000"),
                json!(-2.5),
            ],
            vec![
                (json!("1.005"), "problem.not_decimal"),
                (json!(1e-7), "problem.not_decimal"),
                (json!("1e3"), "problem.not_decimal"),
                (json!("12,50"), "problem.not_decimal"),
                (json!("１"), "problem.not_decimal"),
                (json!("10000000000000.01"), "problem.out_of_range"),
                (json!("99999999999999999999"), "problem.not_decimal"),
            ],
        ),
        sample(
            FieldKind::decimal(6),
            vec![json!("0.000001"), json!("-999999999.999999")],
            vec![(json!("0.0000001"), "problem.not_decimal")],
        ),
        sample(
            FieldKind::money(),
            vec![
                json!({"amount": 125_000, "currency": "CNY"}),
                json!({"amount": -1, "currency": "JPY"}),
                json!({"amount": safe, "currency": "KWD"}),
                json!({"amount": -safe, "currency": "USD", "base": 5}),
                json!({"amount": 0, "currency": "EUR"}),
            ],
            vec![
                (json!({"amount": safe + 1, "currency": "CNY"}), "problem.out_of_range"),
                (json!({"amount": i64::MIN, "currency": "CNY"}), "problem.out_of_range"),
                (json!({"amount": u64::MAX, "currency": "CNY"}), "problem.out_of_range"),
                (json!({"amount": "5", "currency": "CNY"}), "problem.not_money"),
                (json!({"amount": 5, "currency": "cny"}), "problem.not_currency"),
                (json!({"amount": 5}), "problem.not_currency"),
                (json!({"currency": "CNY"}), "problem.not_money"),
                (json!({"amount": 5, "currency": "CNY", "rate": 1}), "problem.not_money"),
                (json!(5), "problem.not_money"),
            ],
        ),
        sample(
            FieldKind::date(),
            vec![json!("2026-05-01"), json!("1900-01-01"), json!("2200-12-31"), json!("2024-02-29")],
            vec![
                (json!("2026-02-30"), "problem.not_date"),
                (json!("1899-12-31"), "problem.not_date"),
                (json!("2201-01-01"), "problem.not_date"),
                (json!("01/05/2026"), "problem.not_date"),
                (json!("2026-05-01T00:00:00Z"), "problem.not_date"),
                (json!(20_260_501), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::instant(),
            vec![
                json!("2026-05-01T04:00:00Z"),
                json!("2026-05-01T12:00:00.123+08:00"),
                json!("1969-12-31T23:59:59.999Z"),
                json!("2200-12-31T23:59:59.999Z"),
            ],
            vec![
                (json!("2026-05-01"), "problem.not_instant"),
                (json!("2026-05-01 04:00"), "problem.not_instant"),
                (json!("9999-01-01T00:00:00Z"), "problem.not_instant"),
                (json!(1_764_000_000_000_i64), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::schedule(),
            vec![
                json!({"date": "2026-05-01"}),
                json!({"date": "2026-05-01", "time": "15:30"}),
                json!({"date": "2026-05-01", "time": null, "zone": null}),
                json!({"date": "2026-05-01", "time": "00:00", "zone": "UTC", "at": "1999-01-01T00:00:00Z"}),
            ],
            vec![
                (json!({"date": "2026-02-30"}), "problem.not_date"),
                (json!({"time": "15:00"}), "problem.not_date"),
                (json!({"date": "2026-05-01", "time": "24:00"}), "problem.not_time"),
                (json!({"date": "2026-05-01", "time": 900}), "problem.not_time"),
                (json!({"date": "2026-05-01", "zone": "Mars/Olympus"}), "problem.not_zone"),
                (json!({"date": "2026-05-01", "zone": 8}), "problem.not_zone"),
                (json!({"date": "2026-05-01", "repeat": "daily"}), "problem.not_date"),
                (json!("2026-05-01"), "problem.not_date"),
            ],
        ),
        sample(
            choice,
            vec![json!("a"), json!("b")],
            vec![
                (json!("c"), "problem.not_a_choice"),
                (json!("A"), "problem.not_a_choice"),
                (json!("甲"), "problem.not_a_choice"),
            ],
        ),
        sample(
            FieldKind::phone(),
            vec![json!("138 1234 5678"), json!("+1 (415) 555-0100"), json!("021-6888 1234"), json!("110")],
            vec![
                (json!("call me"), "problem.not_phone"),
                (json!("12"), "problem.not_phone"),
                (json!("1234567890123456"), "problem.not_phone"),
                (json!(13_812_345_678_i64), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::email(),
            vec![json!("Li.Lei@Example.com"), json!("a+b@x.cn"), json!("李雷@例子.公司")],
            vec![
                (json!("a@b"), "problem.not_email"),
                (json!("a b@x.cn"), "problem.not_email"),
                (json!("Li Lei <li@x.cn>"), "problem.not_email"),
                (json!(format!("{}@x.cn", "a".repeat(250))), "problem.too_long"),
            ],
        ),
        sample(
            FieldKind::relation("account"),
            vec![json!(id), json!(id.to_uppercase())],
            vec![(json!("account"), "problem.not_an_id"), (json!(format!("{{{id}}}")), "problem.not_an_id")],
        ),
        sample(FieldKind::user(), vec![json!(id)], vec![(json!(7), "problem.not_an_id")]),
        sample(
            FieldKind::stage(),
            vec![json!("needs"), json!("signed")],
            vec![(json!("nowhere"), "problem.not_a_choice"), (json!(["needs"]), "problem.not_text")],
        ),
        sample(FieldKind::role(), vec![json!(role)], vec![(json!("emperor"), "problem.not_a_choice")]),
    ]
}

/// Knows two zones; everything else is unknown, as it may be on a phone.
struct TwoZones;

impl Zone for TwoZones {
    fn offset_ms(&self, zone: &str, _unix_ms: i64) -> Option<i64> {
        match zone {
            "UTC" => Some(0),
            "Asia/Shanghai" => Some(8 * 3_600_000),
            _ => None,
        }
    }
}

fn schema() -> Schema {
    builtin::schema(WorkspaceSettings {
        name: "测试".into(),
        language: "zh".into(),
        zone: "Asia/Shanghai".into(),
        currency: Currency::parse("CNY").unwrap(),
        work: WorkDays::default(),
    })
}

fn reading(schema: &Schema) -> Reading<'_> {
    Reading { schema, zone: "Asia/Shanghai", zones: &TwoZones }
}

fn formats() -> TextFormats {
    TextFormats {
        dates: DateOrder::YearMonthDay,
        decimal: DecimalMark::Point,
        currency: Currency::parse("CNY").unwrap(),
    }
}

fn is_reference(kind: &FieldKind) -> bool {
    kind.relation_target().is_some()
}

/// What holds for every value that was read.
fn assert_lawful(kind: &FieldKind, value: &Value, schema: &Schema) {
    let cx = reading(schema);
    let again = read(kind, &value.to_json(), &cx);
    assert!(
        again.as_ref().is_ok_and(|again| again.same(value)),
        "{kind:?}: {value:?} came back as {again:?}"
    );
    if value.is_null() {
        return;
    }
    let fits = match (value, kind.behaviour().shape()) {
        (Value::Text(text), Shape::Text) => !text.is_empty() && !crate::text::has_forbidden(text),
        (Value::Decimal(decimal), Shape::Decimal(scale)) => decimal.scale == scale,
        (Value::Integer(_), Shape::Integer)
        | (Value::Money(_), Shape::Money)
        | (Value::Date(_), Shape::Date)
        | (Value::Instant(_), Shape::Instant)
        | (Value::Schedule(_), Shape::Schedule)
        | (Value::Reference(_), Shape::Reference) => true,
        _ => false,
    };
    assert!(fits, "{kind:?}: {value:?} has another shape");
}

fn assert_text_lawful(kind: &FieldKind, value: &Value, schema: &Schema) {
    let cx = reading(schema);
    let text = kind.behaviour().write_text(value, &cx);
    // A file says nothing of the zone: what is read back is in the reader's.
    let expected = match value {
        Value::Schedule(schedule) => {
            Value::Schedule(crate::time::Schedule { zone: cx.zone.to_owned(), ..schedule.clone() })
        }
        other => other.clone(),
    };
    let again = kind.behaviour().read_text(&text, &formats(), &cx);
    assert!(
        again.as_ref().is_ok_and(|again| again.same(&expected)),
        "{kind:?}: {value:?} as {text:?} came back as {again:?}"
    );
}

#[test]
fn good_values_are_read_and_survive_wire_and_file() {
    let schema = schema();
    for Sample { kind, good, .. } in samples(&schema) {
        for json in good {
            let value = read(&kind, &json, &reading(&schema))
                .unwrap_or_else(|problem| panic!("{kind:?}: {json}: {problem:?}"));
            assert!(!value.is_null(), "{kind:?}: {json}");
            assert_lawful(&kind, &value, &schema);
            if !is_reference(&kind) {
                assert_text_lawful(&kind, &value, &schema);
            }
        }
    }
}

#[test]
fn bad_values_give_their_problem() {
    let schema = schema();
    let cx = reading(&schema);
    for Sample { kind, bad, .. } in samples(&schema) {
        for (json, key) in bad {
            assert_eq!(
                read(&kind, &json, &cx).map_err(|problem| problem.key),
                Err(key.to_owned()),
                "{kind:?}: {json}"
            );
        }
        let never = [
            json!(true),
            json!([]),
            json!([1, 2]),
            json!({}),
            json!({"x": 1}),
            json!("a\u{0}b"),
            json!("\u{FEFF}a"),
            json!("长".repeat(20_001)),
        ];
        for json in never {
            let found = read(&kind, &json, &cx);
            assert!(
                found.is_err(),
                "{kind:?}: {} gave {found:?}",
                json.to_string().chars().take(80).collect::<String>()
            );
        }
    }
}

#[test]
fn null_and_emptied_texts_are_null_for_every_type() {
    let schema = schema();
    for Sample { kind, .. } in samples(&schema) {
        for json in [json!(null), json!(""), json!(" \n\t "), json!("\u{3000}")] {
            assert_eq!(read(&kind, &json, &reading(&schema)), Ok(Value::Null), "{kind:?}: {json}");
        }
        assert_eq!(kind.behaviour().write_text(&Value::Null, &reading(&schema)), "", "{kind:?}");
    }
}

#[test]
fn sample_settings_are_in_order_and_survive_the_definition_document() {
    let schema = schema();
    for Sample { kind, .. } in samples(&schema) {
        assert_eq!(kind.behaviour().check_settings(), Vec::new(), "{kind:?}");
        let json = serde_json::to_value(&kind).unwrap();
        assert_eq!(serde_json::from_value::<FieldKind>(json).unwrap(), kind);
    }
}

#[test]
fn wrong_settings_are_told() {
    let option = |id: &str| ChoiceOption { id: id.into(), label: Label::new("甲", "A"), retired: false };
    for (kind, key) in [
        (FieldKind::text(0), "problem.out_of_range"),
        (FieldKind::text(2001), "problem.out_of_range"),
        (FieldKind::integer(Some(2), Some(1)), "problem.less_than_min"),
        (FieldKind::decimal(0), "problem.out_of_range"),
        (FieldKind::decimal(7), "problem.out_of_range"),
        (FieldKind::choice(&[]), "problem.out_of_range"),
        (FieldKind::choice(&[("a", "甲", " ")]), "problem.required"),
        (FieldKind::choice(&[("", "甲", "A")]), "problem.required"),
        (FieldKind::Choice(Choice { options: vec![option("a"), option("a")] }), "problem.duplicate"),
    ] {
        let keys: Vec<String> =
            kind.behaviour().check_settings().into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, [key], "{kind:?}");
    }
}

#[test]
fn the_type_in_conditions_fits_the_shape_in_storage() {
    let schema = schema();
    for Sample { kind, .. } in samples(&schema) {
        let expected = match kind.behaviour().shape() {
            Shape::Text => Type::Text,
            Shape::Integer => Type::Number { scale: 0 },
            Shape::Decimal(scale) => Type::Number { scale },
            Shape::Money => Type::Number { scale: schema.workspace.currency.minor_digits() },
            Shape::Date => Type::Date,
            Shape::Instant | Shape::Schedule => Type::Instant,
            Shape::Reference => Type::Reference,
        };
        assert_eq!(kind.behaviour().expr_type(&schema), expected, "{kind:?}");
    }
}

#[test]
fn options_are_offered_until_they_are_retired_and_stay_readable() {
    let schema = schema();
    let option = |id: &str, retired| ChoiceOption { id: id.into(), label: Label::new("甲", "A"), retired };
    let kind = FieldKind::Choice(Choice { options: vec![option("old", true), option("new", false)] });
    let offered: Vec<String> =
        kind.behaviour().options(&schema).into_iter().map(|option| option.id).collect();
    assert_eq!(offered, ["new"]);
    assert_eq!(read(&kind, &json!("old"), &reading(&schema)), Ok(Value::Text("old".into())));
}

fn any_number() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (-1000_i64..1000).prop_map(Json::from),
        prop::sample::select(vec![i64::MIN, i64::MAX, 0, -1, 1 << 53, (1 << 53) - 1]).prop_map(Json::from),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9+() .-]{0,20}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
        "-?[0-9]{1,18}(\\.[0-9]{1,8})?(e-?[0-9]{1,3})?",
        "([A-Z]{3} |¥|￥|\\$)?-?[0-9,]{1,20}(\\.[0-9]{1,3})?元?",
        "[a-zA-Z0-9._%+-]{1,12}@[a-z0-9.-]{1,12}\\.[a-z]{2,4}",
        prop::sample::select(vec![
            "CNY",
            "JPY",
            "KWD",
            "UTC",
            "Asia/Shanghai",
            "2026-05-01",
            "15:30",
            "a",
            "needs",
            "甲"
        ])
        .prop_map(str::to_owned),
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any_number(),
        any_text().prop_map(Json::from)
    ];
    let key = prop_oneof![
        4 => prop::sample::select(vec!["amount", "currency", "base", "date", "time", "zone", "at"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::hash_map(key.clone(), inner.clone(), 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
            (any_number(), prop::sample::select(vec!["CNY", "JPY", "KWD", "USD"]))
                .prop_map(|(amount, currency)| json!({"amount": amount, "currency": currency})),
            (any_text(), any_text(), any_text())
                .prop_map(|(date, time, zone)| json!({"date": date, "time": time, "zone": zone})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_breaks_a_type_and_what_is_read_is_lawful(json in any_json()) {
        let schema = schema();
        for Sample { kind, .. } in samples(&schema) {
            if let Ok(value) = read(&kind, &json, &reading(&schema)) {
                assert_lawful(&kind, &value, &schema);
            }
        }
    }

    #[test]
    fn no_text_of_a_file_breaks_a_type_and_what_is_read_is_lawful(text in any_text()) {
        let schema = schema();
        let orders = [DateOrder::YearMonthDay, DateOrder::DayMonthYear, DateOrder::MonthDayYear];
        // An importer calls a type only when something is left of the text.
        prop_assume!(crate::text::tidy(&text).is_some());
        for Sample { kind, .. } in samples(&schema) {
            for (dates, decimal) in orders.into_iter().zip([DecimalMark::Point, DecimalMark::Comma, DecimalMark::Point]) {
                let formats = TextFormats { dates, decimal, ..formats() };
                if let Ok(value) = kind.behaviour().read_text(&text, &formats, &reading(&schema)) {
                    assert_lawful(&kind, &value, &schema);
                    if !is_reference(&kind) {
                        assert_text_lawful(&kind, &value, &schema);
                    }
                }
            }
        }
    }
}
