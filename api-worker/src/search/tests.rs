//! Tables of what finds what, and what has to hold for every name.

use std::collections::BTreeSet;

use domain::fields::Searched;
use proptest::prelude::*;
use rusqlite::Connection;

use super::{Answer, Match, Question, Rank, Text, judge, words};

const WORKSPACE: &str = "0190a00000007000800000000000000a";

fn has(wanted: &Match, row: &BTreeSet<String>) -> bool {
    match wanted {
        Match::All(parts) => parts.iter().all(|part| has(part, row)),
        Match::Any(parts) => parts.iter().any(|part| has(part, row)),
        Match::Word { field, word } => row.contains(&format!("{field}.{word}")),
    }
}

/// The answer of a record with these fields, by the index and then by its texts: as the Worker does it.
fn answer(fields: &[(&str, Searched, &str)], typed: &str, near: bool) -> Option<Answer> {
    let row = fields.iter().flat_map(|(field, kind, text)| {
        words(*kind, text).split(' ').map(|word| format!("{field}.{word}")).collect::<Vec<_>>()
    });
    let question = Question::read(typed);
    let asked: Vec<(&str, Searched)> = fields.iter().map(|(field, kind, _)| (*field, *kind)).collect();
    let found = question.ask(&asked, near).is_some_and(|wanted| has(&wanted, &row.collect()));
    let texts: Vec<Text<'_>> = fields
        .iter()
        .map(|(field, kind, text)| Text { kind: *kind, text, title: *field == "name" })
        .collect();
    judge(&question, &texts, near).filter(|_| found)
}

fn finds(name: &str, typed: &str) -> bool {
    answer(&[("name", Searched::Words, name)], typed, false).is_some()
}

#[test]
fn names_are_found_the_way_people_type_them() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "上海知客科技有限公司",
            &[
                "知客",
                "上海",
                "海知",
                "限公",
                "知",
                "司",
                "上海知客科技有限公司",
                "知客 上海",
                "zhk",
                "zk",
                "zhike",
                "zhi",
                "z",
                "ZhiKe",
                "zhikkj",
                "zhikeke",
                "zhikekeji",
                "shzk",
                "shanghaizhike",
                "shanghaizhikekeji",
                "知客 shanghai",
                "shhzhk",
            ],
            &["客知", "知技", "hike", "zhiek", "上海x", "知客 北京", "gongsi", "kz", "ihai"],
        ),
        (
            "重庆银行",
            &[
                "重庆",
                "chongqing",
                "zhongqing",
                "cq",
                "zq",
                "yinhang",
                "yinxing",
                "yh",
                "cqyh",
                "chongqingyinhang",
            ],
            &["zhangqing"],
        ),
        ("长沙长城", &["changsha", "zhangsha", "cs", "chsh", "changcheng", "cc"], &["changcha"]),
        ("厦门乐购", &["xiamen", "xm", "shamen", "legou", "yuegou"], &["lamen"]),
        ("吕布", &["lvbu", "lubu", "lv", "lb"], &["lü bu x"]),
        ("曾国藩", &["zeng", "zengguofan", "zgf", "cengguofan", "zenggf", "zengguof"], &["guozeng"]),
        ("國際貿易", &["國際", "guoji", "gjmy", "際貿"], &["国际", "贸易"]),
        ("恒通A座3层", &["恒通a", "A座", "座3", "3层", "hengtong", "a"], &["恒通座"]),
        ("ＡＢＣ 株式会社", &["abc", "ＡＢＣ", "株式", "会社", "bc", "abc株"], &["xabc"]),
        (
            "Acme Widgets, Inc.",
            &["acme", "ACME", "wid", "widgets acme", "acmewid", "aw", "in", "cm", "dg"],
            &["cme", "idgets"],
        ),
        ("O'Brien & Söhne", &["obrien", "brien", "sohne", "Söhne", "o'brien"], &["bryen"]),
        ("GTX-500 Pro", &["gtx500", "gtx 500", "500", "gtx", "pro", "500pro"], &["tx500", "00pro"]),
        ("Газпром нефть", &["газ", "ГАЗПРОМ", "нефть", "пром"], &["газнефть"]),
        ("有限公司", &["youxian", "有限", "gongsi"], &["wuxian"]),
        ("サイボウズ", &["サイ", "ボウ", "ズ"], &["サボ"]),
        ("x", &["x", "X"], &["y", "xx"]),
    ];
    for (name, found, missed) in cases {
        for typed in *found {
            assert!(finds(name, typed), "{typed} finds {name}");
        }
        for typed in *missed {
            assert!(!finds(name, typed), "{typed} does not find {name}");
        }
    }
}

#[test]
fn numbers_and_addresses_are_found_by_their_parts() {
    let fields = [
        ("name", Searched::Words, "王芳"),
        ("phone", Searched::Digits, "+8613800138000"),
        ("email", Searched::Address, "wang.fang@example.com"),
        ("code", Searched::Words, "KH-2026-0042"),
    ];
    let found_in =
        |typed: &str| answer(&fields, typed, false).map(|answer| answer.found.map(|at| fields[at].0));
    for typed in [
        "138",
        "8000",
        "0138",
        "13800138000",
        "+86 138 0013 8000",
        "138-0013-8000",
        "0086 13800138000",
        "008613800138000",
        "１３８００",
        "380 013",
    ] {
        assert_eq!(found_in(typed), Some(Some("phone")), "{typed}");
    }
    for typed in ["fang@example", "wang.fang@example.com", "example.com", "exam", "WANG.FANG@EXA"] {
        // A part of it may stand in the name too.
        assert!(matches!(found_in(typed), Some(Some("email"))), "{typed}");
    }
    for typed in ["2026", "0042", "kh2026", "kh-2026-0042"] {
        assert_eq!(found_in(typed), Some(Some("code")), "{typed}");
    }
    assert_eq!(found_in("wang"), Some(None), "the title is told first");
    assert_eq!(found_in("王芳 8000"), Some(Some("phone")));
    for typed in [
        "80001",
        "13900",
        "38",
        "fong@example",
        "ang.fang@",
        "王芳 9999",
        "@",
        "+",
        "",
        " ",
        "%",
        "\"",
        "*",
        "(",
    ] {
        assert_eq!(found_in(typed), None, "{typed}");
    }
}

#[test]
fn pages_of_the_web_are_found_by_what_is_their_own() {
    let fields = [("site", Searched::Address, "https://www.hengtong-pump.com.cn/Products?id=5")];
    let finds = |typed: &str| answer(&fields, typed, false).is_some();
    for typed in [
        "hengtong",
        "pump.com",
        "hengtong-pump.com.cn",
        "https://www.hengtong-pump.com.cn/Products?id=5",
        "http://hengtong-pump.com.cn",
        "WWW.Hengtong-Pump.com",
        "products",
    ] {
        assert!(finds(typed), "{typed}");
    }
    for typed in ["https", "www", "engtong", "hengtong.net", "恒通"] {
        assert!(!finds(typed), "{typed}");
    }
}

#[test]
fn numbers_that_the_system_gives_are_found_by_any_run_of_them() {
    let fields = [
        ("name", Searched::Words, "年度框架"),
        ("no", Searched::Code, "合同-HT/2026-004517"),
        ("tags", Searched::Words, "重点, VIP"),
    ];
    let found_in =
        |typed: &str| answer(&fields, typed, false).map(|answer| answer.found.map(|at| fields[at].0));
    for typed in [
        "HT/2026-004517",
        "ht2026004517",
        "HT",
        "4517",
        "517",
        "17",
        "2026",
        "202600",
        "框架 4517",
        "ht 517",
        "h",
        "1",
    ] {
        let expected = (typed.len() > 1).then_some(Some("no"));
        assert_eq!(found_in(typed), expected, "{typed}");
    }
    for typed in ["4518", "th", "2027", "合同2026", "框架 4518"] {
        assert_eq!(found_in(typed), None, "{typed}");
    }
    for typed in ["vip", "重点", "zhongdian"] {
        assert_eq!(found_in(typed), Some(Some("tags")), "{typed}");
    }
}

#[test]
fn a_latin_word_is_found_with_one_letter_wrong_when_asked_for() {
    let finds = |name: &str, typed: &str, near: bool| {
        answer(&[("name", Searched::Words, name)], typed, near).is_some()
    };
    for typed in
        ["junper", "juniperr", "jumiper", "jnuiper", "uniper", "junipe", "Garnet Junipre", "garmet juniper"]
    {
        assert!(finds("Garnet Juniper 7", typed, true), "{typed}");
    }
    for typed in ["junper", "jumiper", "garmet"] {
        assert!(!finds("Garnet Juniper 7", typed, false), "{typed}");
    }
    for typed in ["jumipar", "jnper", "junoprr", "gar met", "xyz", "77", "garnet 8"] {
        assert!(!finds("Garnet Juniper 7", typed, true), "{typed}");
    }
    assert!(!finds("Box", "bax", true), "short words would all be alike");
}

#[test]
fn the_same_name_comes_before_its_beginnings_and_those_before_the_rest() {
    let rank = |name: &str, typed: &str| {
        answer(&[("name", Searched::Words, name)], typed, false).map(|answer| answer.rank)
    };
    assert_eq!(rank("恒通", "恒通"), Some(Rank::Same));
    assert_eq!(rank("Acme Inc.", "acme inc"), Some(Rank::Same));
    assert_eq!(rank("恒通物流", "恒通"), Some(Rank::Beginning));
    assert_eq!(rank("恒通物流", "hengt"), Some(Rank::Beginning));
    assert_eq!(rank("上海恒通", "恒通"), Some(Rank::Within));
    assert!(Rank::Same < Rank::Beginning && Rank::Beginning < Rank::Within);
}

/// Names of Chinese characters, Latin letters, digits and what stands between them.
fn a_name() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[\u{4e00}-\u{9fa5}]{1,6}",
        "[A-Za-z]{1,9}",
        "[0-9]{1,5}",
        "[ \\-&（）().,·]{1,2}",
        "[Ａ-Ｚ０-９éöłŠЖя가ア]{1,3}",
        Just("有限公司".to_owned()),
    ];
    prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
}

fn index() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let migration = include_str!("../../migrations/shard/0003_search.sql");
    let create = migration.split(';').find(|sql| sql.contains("CREATE VIRTUAL TABLE")).unwrap();
    connection.execute_batch(create).unwrap();
    connection
}

fn in_index(connection: &Connection, wanted: &Match) -> bool {
    let sql = "SELECT count(*) FROM search_index WHERE search_index MATCH ?1";
    let asked = wanted.to_fts(&format!("{WORKSPACE}account"));
    connection.query_row(sql, [asked], |row| row.get::<_, i64>(0)).unwrap() > 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_record_is_found_by_any_two_neighbours_of_its_name(name in a_name()) {
        let letters: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
        for pair in letters.windows(2) {
            let typed: String = pair.iter().collect();
            prop_assert!(finds(&name, &typed), "{} finds {}", typed, name);
        }
    }

    #[test]
    fn what_the_texts_answer_the_index_has(name in a_name(), typed in "[a-z]{1,12}|[\u{4e00}-\u{4e40}]{1,3}") {
        let texts = [Text { kind: Searched::Words, text: &name, title: true }];
        let question = Question::read(&typed);
        for near in [false, true] {
            if judge(&question, &texts, near).is_some() {
                prop_assert!(answer(&[("name", Searched::Words, &name)], &typed, near).is_some());
            }
        }
    }

    #[test]
    fn the_index_of_the_database_agrees(name in a_name(), other in a_name(), typed in a_name()) {
        let connection = index();
        let row = words(Searched::Words, &name);
        let placed: String =
            row.split(' ').filter(|word| !word.is_empty()).map(|word| format!(" {WORKSPACE}account.name.{word}")).collect();
        connection.execute("INSERT INTO search_index (rowid, words) VALUES (1, ?1)", [placed]).unwrap();
        let row: BTreeSet<String> = row.split(' ').map(|word| format!("name.{word}")).collect();
        for typed in [&name, &other, &typed] {
            for near in [false, true] {
                if let Some(wanted) = Question::read(typed).ask(&[("name", Searched::Words)], near) {
                    prop_assert_eq!(has(&wanted, &row), in_index(&connection, &wanted), "{}", typed);
                }
            }
        }
    }
}
