//! One suite that every type of field runs through: a row in [`samples`] is all a new type needs.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{
    Adjustment, Choice, ChoiceOption, DateOrder, DecimalMark, FieldKind, OptionColor, Reading, Searched,
    Shape, TextFormats, read,
};
use crate::expr::Type;
use crate::money::Currency;
use crate::schema::{Label, Schema, builtin};
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
        sample(
            FieldKind::checkbox(),
            vec![json!(true), json!(false)],
            vec![
                (json!(1), "problem.not_yes_or_no"),
                (json!("true"), "problem.not_yes_or_no"),
                (json!("是"), "problem.not_yes_or_no"),
            ],
        ),
        sample(
            FieldKind::percent(1),
            vec![json!("12.5"), json!(100), json!(-3.5), json!("1000000"), json!("0")],
            vec![
                (json!("12.55"), "problem.not_decimal"),
                (json!("12.5%"), "problem.not_decimal"),
                (json!("1000000.1"), "problem.out_of_range"),
                (json!(-1_000_001), "problem.out_of_range"),
            ],
        ),
        sample(FieldKind::percent(0), vec![json!("7"), json!(7)], vec![(json!(7.5), "problem.not_decimal")]),
        sample(
            FieldKind::share(),
            vec![json!("0"), json!(55), json!("100")],
            vec![
                (json!(-1), "problem.out_of_range"),
                (json!("101"), "problem.out_of_range"),
                (json!(7.5), "problem.not_decimal"),
            ],
        ),
        sample(
            FieldKind::url(),
            vec![
                json!("example.com"),
                json!("HTTPS://Example.com/A?b=c#d"),
                json!("http://crm:8080"),
                json!("知客.公司"),
            ],
            vec![
                (json!("javascript:alert(1)"), "problem.not_url"),
                (json!("ftp://example.com"), "problem.not_url"),
                (json!("https://bank.com@evil.cn"), "problem.not_url"),
                (json!("two words"), "problem.not_url"),
                (json!(format!("https://x.cn/{}", "a".repeat(2000))), "problem.too_long"),
                (json!(format!("x.cn/{}", "a".repeat(1995))), "problem.too_long"),
                (json!(7), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::rating(5),
            vec![json!(1), json!(5)],
            vec![
                (json!(0), "problem.out_of_range"),
                (json!(6), "problem.out_of_range"),
                (json!(4.5), "problem.not_whole"),
                (json!("★"), "problem.not_number"),
            ],
        ),
        sample(
            FieldKind::duration(),
            vec![json!(0), json!(90), json!(5_256_000)],
            vec![
                (json!(-1), "problem.out_of_range"),
                (json!(5_256_001), "problem.out_of_range"),
                (json!(1.5), "problem.not_whole"),
                (json!("1h"), "problem.not_duration"),
            ],
        ),
        sample(
            FieldKind::choices(vec![
                ChoiceOption {
                    color: Some(OptionColor::Teal),
                    ..ChoiceOption::new("a", Label::new("甲", "First"))
                },
                ChoiceOption::new("b", Label::new("乙", "Second")),
                ChoiceOption::new("c", Label::new("丙", "Third")),
            ]),
            vec![json!(["a"]), json!(["c", "a", "c"])],
            vec![
                (json!(["d"]), "problem.not_a_choice"),
                (json!(["a", 1]), "problem.not_a_choice"),
                (json!([["a"]]), "problem.not_a_choice"),
                (json!("a"), "problem.not_list"),
            ],
        ),
        sample(
            FieldKind::tags(),
            vec![json!(["重点", "展会"]), json!(["VIP", " vip "]), json!(["#a, b；c"]), json!(["%_'\"\\"])],
            vec![
                (json!(["长".repeat(41)]), "problem.too_long"),
                (json!((0..51).map(|n| n.to_string()).collect::<Vec<_>>()), "problem.too_many"),
                (json!(["a\u{7}"]), "problem.control_characters"),
                (json!(["a\tb"]), "problem.control_characters"),
                (json!([1]), "problem.not_text"),
                (json!("a"), "problem.not_list"),
            ],
        ),
        sample(
            FieldKind::tree_choice(vec![
                ChoiceOption::new("make", Label::new("制造", "Manufacturing")),
                ChoiceOption {
                    parent: Some("make".into()),
                    ..ChoiceOption::new("pumps", Label::new("泵", "Pumps"))
                },
            ]),
            vec![json!("make"), json!("pumps")],
            vec![(json!("泵"), "problem.not_a_choice"), (json!(["make"]), "problem.not_text")],
        ),
        sample(
            FieldKind::address(),
            vec![
                json!({"province": "广东省", "city": "深圳市", "street": "科技园 | 1 号"}),
                json!({"country": "USA", "city": null, "postcode": " 62701 "}),
                json!({"street": "x".repeat(300)}),
            ],
            vec![
                (json!({"street": "x".repeat(301)}), "problem.too_long"),
                (json!({"postcode": "1".repeat(21)}), "problem.too_long"),
                (json!({"city": "a\nb"}), "problem.one_line"),
                (json!({"city": 1}), "problem.not_text"),
                (json!({"planet": "Mars"}), "problem.not_address"),
                (json!("上海市"), "problem.not_address"),
            ],
        ),
        sample(
            FieldKind::auto_number("HT-{year}-{0000}", 1),
            vec![json!("HT-2026-0001")],
            vec![(json!(1), "problem.not_text"), (json!("a\nb"), "problem.one_line")],
        ),
        sample(
            FieldKind::file(false, 2),
            vec![
                json!([id]),
                json!([{"id": id}, id, {"id": id.replace("aa", "ab"), "name": "合同.pdf", "size": 5, "type": "application/pdf", "thumbnail": false}]),
                json!([{"id": id.to_uppercase(), "size": 20_971_520}]),
            ],
            vec![
                (json!([id, id.replace("aa", "ab"), id.replace("aa", "ac")]), "problem.too_many"),
                (json!(["a.pdf"]), "problem.not_files"),
                (json!([{"name": "a.pdf"}]), "problem.not_files"),
                (json!([{"id": id, "size": -1}]), "problem.not_files"),
                (json!([{"id": id, "size": 20_971_521}]), "problem.not_files"),
                (json!([{"id": id, "name": "a\nb"}]), "problem.not_files"),
                (json!([{"id": id, "name": "长".repeat(201)}]), "problem.not_files"),
                (json!([{"id": id, "path": "/"}]), "problem.not_files"),
                (json!([[id]]), "problem.not_files"),
                (json!([super::uploading("a.pdf", 1)]), "problem.file_uploading"),
                (json!(id), "problem.not_list"),
            ],
        ),
        sample(
            FieldKind::file(true, 10),
            vec![json!([{"id": id, "name": "a.jpg", "type": "image/jpeg", "thumbnail": true}]), json!([id])],
            vec![(json!([{"id": id, "name": "a.pdf", "type": "application/pdf"}]), "problem.not_photo")],
        ),
        sample(
            FieldKind::repeat(),
            vec![
                json!("FREQ=DAILY"),
                json!(" rrule:freq=weekly;byday=mo "),
                json!("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12"),
            ],
            vec![
                (json!("every week"), "problem.not_repeat"),
                (json!("FREQ=SECONDLY"), "problem.not_repeat"),
                (json!("FREQ=DAILY;UNTIL=99991231T000000Z"), "problem.not_repeat"),
                (json!("FREQ=DAILY\nFREQ=WEEKLY"), "problem.not_repeat"),
                (json!(format!("FREQ=WEEKLY;BYDAY={}", "MO,".repeat(80))), "problem.too_long"),
                (json!(["FREQ=DAILY"]), "problem.not_text"),
            ],
        ),
        sample(
            FieldKind::checklist(),
            vec![
                json!(["[ ] Call the bank", "[x] 打电话", "no box yet", " "]),
                json!(["[x] [x] twice", "[ ] a, b；c"]),
                json!(["same", "same"]),
                json!((0..50).map(|n| n.to_string()).collect::<Vec<_>>()),
            ],
            vec![
                (json!((0..51).map(|n| n.to_string()).collect::<Vec<_>>()), "problem.too_many"),
                (json!(["长".repeat(201)]), "problem.too_long"),
                (json!(["a\nb"]), "problem.one_line"),
                (json!(["a\u{7}b"]), "problem.control_characters"),
                (json!([{"text": "a", "done": true}]), "problem.not_text"),
                (json!("[ ] a"), "problem.not_list"),
            ],
        ),
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
    builtin::of_tests("Asia/Shanghai", "CNY")
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
        | (Value::Reference(_), Shape::Reference)
        | (Value::Bool(_), Shape::Bool) => true,
        (Value::List(items), Shape::List) => {
            !items.is_empty()
                && items.iter().all(|item| !item.is_empty() && !crate::text::has_forbidden(item))
        }
        (Value::Address(address), Shape::Address) => !address.is_empty(),
        (Value::Files(files), Shape::Files) => !files.is_empty(),
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
            if !is_reference(&kind) && kind.behaviour().is_importable() {
                assert_text_lawful(&kind, &value, &schema);
            }
        }
    }
}

#[test]
fn what_cannot_stand_in_a_file_of_rows_says_so() {
    let schema = schema();
    for Sample { kind, .. } in
        samples(&schema).into_iter().filter(|sample| !sample.kind.behaviour().is_importable())
    {
        for text in ["a.pdf", "0190a000-0000-7000-8000-0000000000aa"] {
            let read = kind.behaviour().read_text(text, &formats(), &reading(&schema));
            assert_eq!(read.map_err(|problem| problem.key), Err("problem.file_import".to_owned()));
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
        // What is nothing to most is something to these.
        let allowed = |json: &Json| match kind.behaviour().shape() {
            Shape::Bool => json.is_boolean(),
            Shape::List | Shape::Files => *json == json!([]),
            Shape::Address => *json == json!({}),
            _ => false,
        };
        for json in never.into_iter().filter(|json| !allowed(json)) {
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
        let emptied = match kind.behaviour().shape() {
            Shape::List | Shape::Files => json!([]),
            Shape::Address => json!({"city": " ", "street": null}),
            _ => json!(null),
        };
        assert_eq!(read(&kind, &emptied, &reading(&schema)), Ok(Value::Null), "{kind:?}");
        assert_eq!(kind.behaviour().write_text(&Value::Null, &reading(&schema)), "", "{kind:?}");
    }
}

#[test]
fn lists_keep_each_value_once() {
    let schema = schema();
    let options = ["a", "b", "c"].map(|id| ChoiceOption::new(id, Label::new(id, id)));
    let read = |kind: FieldKind, json: Json| read(&kind, &json, &reading(&schema)).unwrap().to_json();
    assert_eq!(read(FieldKind::choices(options.into()), json!(["c", "a", "c"])), json!(["a", "c"]));
    assert_eq!(
        read(FieldKind::tags(), json!(["VIP", "#展会，重点", "vip", " "])),
        json!(["VIP", "展会", "重点"])
    );
}

#[test]
fn files_are_read_in_both_languages_and_as_people_write_them() {
    let schema = schema();
    let option = |id: &str, zh: &str, en: &str| ChoiceOption::new(id, Label::new(zh, en));
    let several = FieldKind::choices(vec![option("a", "甲", "First"), option("b", "乙", "Second")]);
    for (kind, text, wire) in [
        (FieldKind::checkbox(), "是", json!(true)),
        (FieldKind::checkbox(), "ＮＯ", json!(false)),
        (FieldKind::checkbox(), "√", json!(true)),
        (FieldKind::percent(1), "12.5 %", json!("12.5")),
        (FieldKind::percent(1), "１２％", json!("12.0")),
        (FieldKind::rating(5), "★★★☆☆", json!(3)),
        (FieldKind::duration(), "1小时30分", json!(90)),
        (several.clone(), "second、甲", json!(["a", "b"])),
        (several, "First; 乙", json!(["a", "b"])),
        (FieldKind::tags(), "#重点 | 展会", json!(["重点", "展会"])),
        (
            FieldKind::address(),
            "广东省深圳市南山区科技园1号",
            json!({"province": "广东省", "city": "深圳市", "district": "南山区", "street": "科技园1号"}),
        ),
        (FieldKind::url(), "Example.com", json!("https://example.com")),
    ] {
        let value = kind.behaviour().read_text(text, &formats(), &reading(&schema));
        assert_eq!(value.map(|value| value.to_json()), Ok(wire), "{text}");
    }
}

#[test]
fn sample_settings_are_in_order_and_survive_the_definition_document() {
    let schema = schema();
    for Sample { kind, .. } in samples(&schema) {
        assert_eq!(kind.behaviour().check_settings(), Vec::new(), "{kind:?}");
        let field = crate::schema::Field {
            id: "f_sample".into(),
            label: Label::new("样", "Sample"),
            kind,
            required: false,
            personal: false,
            system: false,
            custom: true,
            retired: false,
        };
        let text = serde_json::to_string(&field).unwrap();
        assert_eq!(serde_json::from_str::<crate::schema::Field>(&text).unwrap(), field);
    }
}

#[test]
fn settings_are_set_anew_as_far_as_the_type_has_them() {
    let schema = schema();
    let foreign =
        Adjustment { min: Some(1), max: Some(9), format: Some("{0}".into()), start: Some(1), scale: Some(2) };
    for Sample { kind, .. } in samples(&schema) {
        let behaviour = kind.behaviour();
        match behaviour.adjustment() {
            Some(now) => assert_eq!(behaviour.adjusted(&now), Ok(kind.clone())),
            None => assert!(behaviour.adjusted(&Adjustment::default()).is_err(), "{kind:?}"),
        }
        // No type has all of them.
        let problem = behaviour.adjusted(&foreign).unwrap_err();
        assert_eq!(problem.key, "problem.definition.not_a_setting", "{kind:?}");
        assert!(problem.field.is_some(), "{kind:?}");
    }
    for kind in [
        FieldKind::text(9),
        FieldKind::rating(5),
        FieldKind::auto_number("{0}", 1),
        FieldKind::decimal(2),
        FieldKind::percent(0),
    ] {
        let problem = kind.behaviour().adjusted(&Adjustment::default()).unwrap_err();
        assert_eq!(problem.key, "problem.required", "{kind:?}");
    }
}

#[test]
fn wrong_settings_are_told() {
    let option = |id: &str| ChoiceOption::new(id, Label::new("甲", "A"));
    let below = |id: &str, parent: &str| ChoiceOption { parent: Some(parent.into()), ..option(id) };
    for (kind, key) in [
        (FieldKind::text(0), "problem.out_of_range"),
        (FieldKind::text(2001), "problem.out_of_range"),
        (FieldKind::integer(Some(2), Some(1)), "problem.less_than_min"),
        (FieldKind::integer(Some(i64::MIN), None), "problem.out_of_range"),
        (FieldKind::integer(None, Some(i64::MAX)), "problem.out_of_range"),
        (FieldKind::decimal(0), "problem.out_of_range"),
        (FieldKind::decimal(7), "problem.out_of_range"),
        (FieldKind::choice(&[]), "problem.out_of_range"),
        (FieldKind::choice(&[("a", "甲", " ")]), "problem.required"),
        (FieldKind::choice(&[("", "甲", "A")]), "problem.required"),
        (FieldKind::Choice(Choice { options: vec![option("a"), option("a")] }), "problem.duplicate"),
        (
            FieldKind::Choice(Choice { options: vec![option("a"), below("b", "a")] }),
            "problem.definition.bad_tree",
        ),
        (FieldKind::choices(vec![]), "problem.out_of_range"),
        (FieldKind::choices(vec![option("a,b")]), "problem.definition.bad_id"),
        (FieldKind::choices(vec![option("a"), below("b", "a")]), "problem.definition.bad_tree"),
        (FieldKind::tree_choice(vec![]), "problem.out_of_range"),
        (FieldKind::tree_choice(vec![below("a", "b"), below("b", "a")]), "problem.definition.bad_tree"),
        (FieldKind::tree_choice(vec![below("a", "nobody")]), "problem.definition.bad_tree"),
        (FieldKind::percent(5), "problem.out_of_range"),
        (
            FieldKind::Percent(super::Percent { scale: 0, min: Some(9), max: Some(3) }),
            "problem.less_than_min",
        ),
        (FieldKind::rating(1), "problem.out_of_range"),
        (FieldKind::rating(11), "problem.out_of_range"),
        (FieldKind::file(false, 0), "problem.out_of_range"),
        (FieldKind::file(true, 11), "problem.out_of_range"),
        (FieldKind::auto_number("HT", 1), "problem.definition.bad_number_format"),
        (FieldKind::auto_number("{0}", 1_000_000_001), "problem.out_of_range"),
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
            Shape::Bool => Type::Bool,
            Shape::List | Shape::Files => Type::List,
            Shape::Address => Type::Text,
        };
        assert_eq!(kind.behaviour().expr_type(&schema), expected, "{kind:?}");
    }
}

#[test]
fn search_reads_what_people_write_and_numbers_that_they_read_out() {
    let schema = schema();
    for Sample { kind, good, .. } in samples(&schema) {
        let expected = match &kind {
            FieldKind::Text(_) | FieldKind::Tags(_) | FieldKind::Address(_) => Some(Searched::Words),
            FieldKind::Phone(_) => Some(Searched::Digits),
            FieldKind::Email(_) | FieldKind::Url(_) => Some(Searched::Address),
            FieldKind::AutoNumber(_) => Some(Searched::Code),
            _ => None,
        };
        let searched = kind.behaviour().searched();
        assert_eq!(searched, expected, "{kind:?}");
        if searched.is_some() {
            for json in good {
                let text = read(&kind, &json, &reading(&schema)).unwrap().searched_text();
                assert!(text.is_some_and(|text| !text.is_empty()), "{kind:?}: {json}");
            }
        }
    }
    let text = |kind: FieldKind, json: Json| read(&kind, &json, &reading(&schema)).unwrap().searched_text();
    assert_eq!(text(FieldKind::tags(), json!(["重点", "VIP"])).as_deref(), Some("重点, VIP"));
    let address = json!({"province": "广东省", "city": "深圳市", "postcode": "518000"});
    assert_eq!(text(FieldKind::address(), address).as_deref(), Some("广东省深圳市 518000"));
}

#[test]
fn options_are_offered_until_they_are_retired_and_stay_readable() {
    let schema = schema();
    let option =
        |id: &str, retired| ChoiceOption { retired, ..ChoiceOption::new(id, Label::new("甲", "A")) };
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
        "-?[0-9]{1,7}(\\.[0-9]{1,3})? ?[%％]",
        "([0-9]{1,4}(\\.[0-9]{1,2})?[dhm天时分 :]{0,2}){1,3}",
        "(https?://)?[a-z0-9.@:-]{1,16}(/[!-~]{0,8})?",
        "([甲乙a-c ]{0,3}[,，、;；|]?){1,4}",
        "(中国)?(广东省|上海市|内蒙古自治区)?.{0,4}市?.{0,6} ?[0-9]{0,6}",
        "([^|\n]{0,5}\\|){5}[^|\n]{0,5}",
        "[★☆⭐]{1,6}",
        "FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL|COUNT|BYMONTHDAY|BYSETPOS)=-?[0-9]{1,3}){0,2}(;BYDAY=[-1-5]{0,2}(MO|FR|XX))?",
        "(\\[[ xX]\\] ?[甲a-c\\n]{0,4}){1,3}",
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
            "甲",
            "制造 / 泵",
            "yes",
            "否"
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
        4 => prop::sample::select(vec![
            "id", "name", "size", "type", "thumbnail", "amount", "currency", "base", "date", "time", "zone", "at", "country", "province", "city", "street", "postcode",
        ]).prop_map(str::to_owned),
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
