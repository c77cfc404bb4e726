//! The table both readers of the language are held to. The evaluator's tests are in `evaluate`; the Worker runs
//! the same cases through SQL. Texts only, so that it costs nothing where it is not used.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::{Checked, Env, Expr, check};
use crate::fields::{self, ChoiceOption, FieldKind, Reading};
use crate::ids::Id;
use crate::money::{Currency, Money};
use crate::record::Values;
use crate::schema::{Entity, Field, Label, Schema, WorkDays, WorkspaceSettings};
use crate::time::{Date, Instant, UtcOnly};
use crate::value::Value;

/// One expression for one record.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// JSON of the wire.
    pub expr: String,
    /// The record's fields in the wire's JSON; what is absent is null. Money may name its base amount.
    pub record: String,
    pub holds: bool,
}

/// The entity the cases are about: one field of every shape.
pub const ENTITY: &str = "sample";

const MATE: &str = "0190a000-0000-7000-8000-0000000000ab";
const ME: &str = "0190a000-0000-7000-8000-0000000000aa";

/// When and for whom the cases are read.
#[must_use]
pub fn env() -> Env<'static> {
    let (Some(today), Some(now), Ok(me)) =
        (Date::new(2026, 5, 1), Instant::parse("2026-05-01T04:00:00Z"), ME.parse::<Id>())
    else {
        unreachable!("constants of this file")
    };
    Env { today, now, me, mates: Some(mates()), zone: "UTC", zones: &UtcOnly }
}

/// The reader and one colleague.
fn mates() -> &'static BTreeSet<Id> {
    static MATES: OnceLock<BTreeSet<Id>> = OnceLock::new();
    MATES.get_or_init(|| [ME, MATE].iter().filter_map(|id| id.parse().ok()).collect())
}

#[must_use]
pub fn schema() -> Schema {
    let grades = FieldKind::choice(&[("a", "甲", "A"), ("b", "乙", "B"), ("won", "赢", "Won")]);
    let color = |id: &str| ChoiceOption::new(id, Label::new(id, id));
    let colors = vec![color("red"), color("green"), color("won")];
    let fields = [
        ("name", FieldKind::text(2000)),
        ("note", FieldKind::long_text()),
        ("grade", grades),
        ("count", FieldKind::integer(None, None)),
        ("other", FieldKind::integer(None, None)),
        ("weight", FieldKind::decimal(3)),
        ("ratio", FieldKind::decimal(6)),
        ("amount", FieldKind::money()),
        ("day", FieldKind::date()),
        ("until", FieldKind::date()),
        ("at", FieldKind::instant()),
        ("next", FieldKind::schedule()),
        ("owner", FieldKind::user()),
        ("account", FieldKind::relation("account")),
        ("vip", FieldKind::checkbox()),
        ("agreed", FieldKind::checkbox()),
        ("share", FieldKind::percent(1)),
        ("stars", FieldKind::rating(5)),
        ("colors", FieldKind::choices(colors)),
        ("tags", FieldKind::tags()),
        ("industry", FieldKind::tree_choice(industries())),
        ("place", FieldKind::address()),
    ];
    let field = |(id, kind): (&str, FieldKind)| Field {
        id: id.to_owned(),
        label: Label::new(id, id),
        kind,
        required: false,
        personal: false,
        system: false,
        custom: false,
        retired: false,
    };
    let entity = Entity {
        id: ENTITY.to_owned(),
        label: Label::new("样本", "Sample"),
        plural: Label::new("样本", "Samples"),
        title: "name".to_owned(),
        fields: fields.map(field).into(),
        layout: Vec::new(),
        sections: Vec::new(),
        more: Vec::new(),
        hidden: Vec::new(),
        parents: Vec::new(),
        follow_up: false,
        listed: false,
    };
    let Some(currency) = Currency::parse("CNY") else { unreachable!("a constant of this file") };
    let workspace = WorkspaceSettings {
        name: String::new(),
        language: "zh".to_owned(),
        zone: "UTC".to_owned(),
        currency,
        work: WorkDays::default(),
        logo: None,
    };
    Schema {
        v: crate::schema::FORMAT,
        revision: 1,
        workspace,
        entities: vec![entity],
        pipelines: Vec::new(),
        roles: Vec::new(),
    }
}

/// A tree of three levels beside a lonely root.
fn industries() -> Vec<ChoiceOption> {
    let option = |(id, parent): (&str, Option<&str>)| ChoiceOption {
        parent: parent.map(str::to_owned),
        ..ChoiceOption::new(id, Label::new(id, id))
    };
    let tree = [("make", None), ("machines", Some("make")), ("pumps", Some("machines")), ("trade", None)];
    tree.map(option).into()
}

/// The one entity of [`schema`].
#[must_use]
pub fn entity(schema: &Schema) -> &Entity {
    schema.entity(ENTITY).unwrap_or(&schema.entities[0])
}

impl Case {
    /// # Panics
    /// When the table is wrong.
    #[must_use]
    pub fn checked(&self, schema: &Schema) -> Checked {
        let checked =
            serde_json::from_str::<Expr>(&self.expr).map(|expr| check(&expr, entity(schema), schema));
        match checked {
            Ok(Ok(checked)) => checked,
            wrong => unreachable!("{}: {wrong:?}", self.name),
        }
    }

    /// # Panics
    /// When the table is wrong.
    #[must_use]
    pub fn values(&self, schema: &Schema) -> Values {
        let Ok(Json::Object(record)) = serde_json::from_str(&self.record) else {
            unreachable!("{}: not an object", self.name)
        };
        let cx = Reading { schema, zone: "UTC", zones: &UtcOnly };
        let read = |(id, json): (&String, &Json)| {
            let kind = entity(schema).field(id).map(|field| fields::read(&field.kind, json, &cx));
            match kind {
                Some(Ok(Value::Money(money))) => {
                    (id.clone(), Value::Money(Money { base_minor: json["base"].as_i64(), ..money }))
                }
                Some(Ok(value)) => (id.clone(), value),
                wrong => unreachable!("{}: {id}: {wrong:?}", self.name),
            }
        };
        record.iter().map(read).collect()
    }
}

/// Every case: the table, and those too long to be written down.
#[must_use]
pub fn all() -> Vec<Case> {
    let written = TABLE.iter().map(|(name, expr, record, holds)| Case {
        name: (*name).to_owned(),
        expr: (*expr).to_owned(),
        record: (*record).to_owned(),
        holds: *holds,
    });
    written.chain(long()).collect()
}

fn long() -> Vec<Case> {
    let case = |name: &str, expr: String, record: &str, holds| Case {
        name: name.to_owned(),
        expr,
        record: record.to_owned(),
        holds,
    };
    let numbers: Vec<String> = (0..500).map(|number| (number * 2).to_string()).collect();
    let numbers = numbers.join(",");
    let texts: Vec<String> = (0..500).map(|number| format!("\"客户{number}\"")).collect();
    let texts = texts.join(",");
    let nested = |levels: usize, inner: &str| {
        (0..levels).fold(inner.to_owned(), |inner, _| format!("[\"not\",{inner}]"))
    };
    let sums = |levels: usize| {
        (0..levels).fold("[\"field\",\"count\"]".to_owned(), |inner, _| format!("[\"+\",{inner},1]"))
    };
    let quotients = |levels: usize| {
        (0..levels).fold("[\"field\",\"ratio\"]".to_owned(), |inner, _| format!("[\"/\",{inner},0.5]"))
    };
    let products =
        (0..17).fold("[\"field\",\"ratio\"]".to_owned(), |inner, _| format!("[\"*\",{inner},1.000001]"));
    let choices = (0..8).fold("[\"field\",\"count\"]".to_owned(), |inner, _| {
        format!("[\"if\",[\"is_set\",[\"field\",\"day\"]],[\"neg\",{inner}],0]")
    });
    let mixed = (0..5).fold("[\"field\",\"count\"]".to_owned(), |inner, _| {
        format!("[\"if\",[\"<\",{inner},[\"field\",\"weight\"]],{inner},1]")
    });
    let alternating = (0..9).fold("[\"is_set\",[\"field\",\"name\"]]".to_owned(), |inner, _| {
        let others = ",[\"is_empty\",[\"field\",\"note\"]]".repeat(3);
        format!("[\"and\",[\"or\",{inner},[\"is_set\",[\"field\",\"note\"]]]{others}]")
    });
    let wide = (0..66)
        .map(|number| format!("[\"!=\",[\"field\",\"name\"],\"另一个{number}\"]"))
        .collect::<Vec<_>>()
        .join(",");
    let other_wide = (0..66)
        .map(|number| format!("[\"=\",[\"field\",\"name\"],\"知客{number}\"]"))
        .collect::<Vec<_>>()
        .join(",");
    let numbers_wide = (0..66)
        .map(|number| format!("[\"!=\",[\"field\",\"count\"],{number}]"))
        .collect::<Vec<_>>()
        .join(",");
    let days_deep =
        (0..18).fold("[\"field\",\"day\"]".to_owned(), |inner, _| format!("[\"plus_days\",{inner},1]"));
    let long_text = "客".repeat(1999);
    vec![
        case(
            "a list of 500 numbers finds one",
            format!("[\"in\",[\"field\",\"count\"],[{numbers}]]"),
            r#"{"count":998}"#,
            true,
        ),
        case(
            "a list of 500 numbers misses one",
            format!("[\"in\",[\"field\",\"count\"],[{numbers}]]"),
            r#"{"count":999}"#,
            false,
        ),
        case(
            "a list of 500 texts finds one",
            format!("[\"in\",[\"field\",\"name\"],[{texts}]]"),
            r#"{"name":"客户499"}"#,
            true,
        ),
        case(
            "a list of 500 texts misses one under not",
            format!("[\"not\",[\"in\",[\"field\",\"name\"],[{texts}]]]"),
            r#"{"name":"客户500"}"#,
            true,
        ),
        case(
            "a list of 500 texts does not hold null",
            format!("[\"not\",[\"in\",[\"field\",\"name\"],[{texts}]]]"),
            "{}",
            true,
        ),
        case(
            "nineteen nots around a null comparison",
            nested(18, r#"["<",["field","count"],1]"#),
            "{}",
            false,
        ),
        case("eighteen nots around a comparison", nested(17, r#"["<",["field","count"],1]"#), "{}", true),
        case("a sum eighteen deep", format!("[\"=\",{},18]", sums(18)), r#"{"count":0}"#, true),
        case("a sum eighteen deep of null", format!("[\"=\",{},18]", sums(18)), "{}", false),
        case(
            "a quotient eighteen deep",
            format!("[\"=\",{},262.144]", quotients(18)),
            r#"{"ratio":"0.001"}"#,
            true,
        ),
        case(
            "a product seventeen deep rounds at each step",
            format!("[\"=\",{products},1.000017]"),
            r#"{"ratio":"1"}"#,
            true,
        ),
        case(
            "choices sixteen deep",
            format!("[\"=\",{choices},5]"),
            r#"{"count":5,"day":"2026-01-01"}"#,
            true,
        ),
        case(
            "comparisons inside choices inside comparisons",
            format!("[\"=\",{mixed},1]"),
            r#"{"count":5,"weight":"2.5"}"#,
            true,
        ),
        case("and and or alternate eighteen deep", alternating, r#"{"name":"知客"}"#, true),
        case("66 conjuncts of text", format!("[\"and\",{wide}]"), r#"{"name":"知客"}"#, true),
        case("66 conjuncts of text, one fails", format!("[\"and\",{wide}]"), r#"{"name":"另一个65"}"#, false),
        case("66 disjuncts of text", format!("[\"or\",{other_wide}]"), r#"{"name":"知客65"}"#, true),
        case("66 disjuncts of text, null", format!("[\"not\",[\"or\",{other_wide}]]"), "{}", true),
        case("66 conjuncts of numbers", format!("[\"and\",{numbers_wide}]"), r#"{"count":66}"#, true),
        case(
            "66 conjuncts of numbers, one fails",
            format!("[\"and\",{numbers_wide}]"),
            r#"{"count":65}"#,
            false,
        ),
        case(
            "days eighteen deep",
            format!("[\"=\",{days_deep},\"2026-03-01\"]"),
            r#"{"day":"2026-02-11"}"#,
            true,
        ),
        case(
            "a part of 2000 characters is no LIKE pattern",
            format!("[\"contains\",[\"field\",\"name\"],\"{long_text}\"]"),
            &format!("{{\"name\":\"a{long_text}\"}}"),
            true,
        ),
    ]
}

type Row = (&'static str, &'static str, &'static str, bool);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Constants and connectives.
    ("true", "true", "{}", true),
    ("false", "false", "{}", false),
    ("and of nothing", r#"["and"]"#, "{}", true),
    ("or of nothing", r#"["or"]"#, "{}", false),
    ("not of and of nothing", r#"["not",["and"]]"#, "{}", false),
    ("not of or of nothing", r#"["not",["or"]]"#, "{}", true),
    ("and", r#"["and",true,["=",["field","name"],"a"]]"#, r#"{"name":"a"}"#, true),
    ("and with one false", r#"["and",["=",["field","name"],"a"],false]"#, r#"{"name":"a"}"#, false),
    ("or", r#"["or",false,["=",["field","name"],"a"]]"#, r#"{"name":"a"}"#, true),
    ("not over and of nulls", r#"["not",["and",["<",["field","count"],1],["contains",["field","name"],"a"]]]"#, "{}", true),
    ("not over or of nulls", r#"["not",["or",["<",["field","count"],1],["contains",["field","name"],"a"]]]"#, "{}", true),
    ("or of a null ordering and a truth", r#"["or",["<",["field","count"],1],["is_empty",["field","count"]]]"#, "{}", true),

    // Null and empty.
    ("a text equals", r#"["=",["field","grade"],"won"]"#, r#"{"grade":"won"}"#, true),
    ("a text differs", r#"["=",["field","grade"],"won"]"#, r#"{"grade":"a"}"#, false),
    ("null equals no text", r#"["=",["field","grade"],"won"]"#, "{}", false),
    ("null differs from a text", r#"["!=",["field","grade"],"won"]"#, "{}", true),
    ("not equal under not with null", r#"["not",["!=",["field","grade"],"won"]]"#, "{}", false),
    ("null equals null", r#"["=",["field","name"],null]"#, "{}", true),
    ("null on the left", r#"["=",null,["field","name"]]"#, "{}", true),
    ("a text is not null", r#"["=",["field","name"],null]"#, r#"{"name":"a"}"#, false),
    ("two null fields are equal", r#"["=",["field","name"],["field","note"]]"#, "{}", true),
    ("a null and a set field differ", r#"["!=",["field","name"],["field","note"]]"#, r#"{"note":"a"}"#, true),
    ("two literals null", r#"["=",null,null]"#, "{}", true),
    ("an ordering with null", r#"["<",["field","count"],5]"#, "{}", false),
    ("its opposite with null", r#"[">=",["field","count"],5]"#, "{}", false),
    ("an ordering with null under not", r#"["not",["<",["field","count"],5]]"#, "{}", true),
    ("an ordering with a null literal", r#"["<=",["field","count"],null]"#, r#"{"count":1}"#, false),
    ("an ordering with a null literal under not", r#"["not",["<=",["field","count"],null]]"#, r#"{"count":1}"#, true),
    ("nulls are not at most each other", r#"["<=",["field","count"],["field","other"]]"#, "{}", false),
    ("is_empty of null", r#"["is_empty",["field","day"]]"#, "{}", true),
    ("is_empty of a value", r#"["is_empty",["field","day"]]"#, r#"{"day":"2026-01-01"}"#, false),
    ("is_set of null", r#"["is_set",["field","amount"]]"#, "{}", false),
    ("is_set of zero", r#"["is_set",["field","count"]]"#, r#"{"count":0}"#, true),
    ("is_set of a literal", r#"["is_set","a"]"#, "{}", true),
    ("is_empty of the empty literal", r#"["is_empty",""]"#, "{}", true),
    ("an emptied text is null", r#"["is_empty",["field","name"]]"#, r#"{"name":"   "}"#, true),
    ("equal to the empty literal asks for emptiness", r#"["=",["field","name"],""]"#, "{}", true),
    ("a text does not equal the empty literal", r#"["!=",["field","name"],""]"#, r#"{"name":"a"}"#, true),
    ("everything contains nothing? no", r#"["contains",["field","name"],""]"#, r#"{"name":"a"}"#, false),
    ("null contains nothing", r#"["contains",["field","name"],"a"]"#, "{}", false),
    ("null does not contain", r#"["not",["contains",["field","name"],"a"]]"#, "{}", true),
    ("nothing contains null", r#"["contains",["field","name"],["field","note"]]"#, r#"{"name":"a"}"#, false),
    ("null starts with nothing", r#"["starts_with",["field","name"],"a"]"#, "{}", false),
    ("null does not start", r#"["not",["starts_with",["field","name"],"a"]]"#, "{}", true),

    // Texts.
    ("equality minds case", r#"["=",["field","name"],"Zhike"]"#, r#"{"name":"zhike"}"#, false),
    ("contains folds ASCII", r#"["contains",["field","name"],"HIK"]"#, r#"{"name":"Zhike"}"#, true),
    ("contains folds ASCII in the field", r#"["contains",["field","name"],"hik"]"#, r#"{"name":"ZHIKE"}"#, true),
    ("contains Chinese", r#"["contains",["field","name"],"知客"]"#, r#"{"name":"上海知客科技"}"#, true),
    ("contains misses", r#"["contains",["field","name"],"客知"]"#, r#"{"name":"上海知客科技"}"#, false),
    ("contains itself", r#"["contains",["field","name"],["field","name"]]"#, r#"{"name":"İ%_"}"#, true),
    ("contains another field", r#"["contains",["field","note"],["field","name"]]"#, r#"{"name":"ZHI","note":"ask zhike"}"#, true),
    ("starts with", r#"["starts_with",["field","name"],"上海"]"#, r#"{"name":"上海知客"}"#, true),
    ("does not start in the middle", r#"["starts_with",["field","name"],"知客"]"#, r#"{"name":"上海知客"}"#, false),
    ("starts with folds ASCII", r#"["starts_with",["field","name"],"GTX p"]"#, r#"{"name":"gtx Pro"}"#, true),
    ("starts with more than there is", r#"["starts_with",["field","name"],"abc"]"#, r#"{"name":"ab"}"#, false),
    ("starts with another field", r#"["starts_with",["field","note"],["field","name"]]"#, r#"{"name":"ABA","note":"abaaba"}"#, true),
    ("percent is a character", r#"["contains",["field","name"],"1%"]"#, r#"{"name":"10 of 100"}"#, false),
    ("percent is found", r#"["contains",["field","name"],"0%"]"#, r#"{"name":"100% 纯"}"#, true),
    ("underscore is a character", r#"["contains",["field","name"],"a_c"]"#, r#"{"name":"abc"}"#, false),
    ("star and question mark are characters", r#"["starts_with",["field","name"],"a*?"]"#, r#"{"name":"abc"}"#, false),
    ("quotes are characters", r#"["=",["field","name"],"O'Brien \"; --"]"#, r#"{"name":"O'Brien \"; --"}"#, true),
    ("a backslash is a character", r#"["contains",["field","name"],"\\%"]"#, r#"{"name":"a\\%b"}"#, true),
    ("a question mark is no parameter", r#"["=",["field","name"],"?1"]"#, r#"{"name":"?1"}"#, true),
    ("the Turkish dotted I does not fold", r#"["contains",["field","name"],"istanbul"]"#, r#"{"name":"İSTANBUL"}"#, false),
    ("the Turkish dotless i does not fold", r#"["contains",["field","name"],"ırmak"]"#, r#"{"name":"IRMAK"}"#, false),
    ("the plain I folds to i", r#"["contains",["field","name"],"irmak"]"#, r#"{"name":"IRMAK"}"#, true),
    ("umlauts do not fold", r#"["contains",["field","name"],"ä"]"#, r#"{"name":"ÄRZTE"}"#, false),
    ("the Kelvin sign does not fold", r#"["contains",["field","name"],"k"]"#, r#"{"name":"\u212A"}"#, false),
    ("the sharp s does not unfold", r#"["contains",["field","name"],"ss"]"#, r#"{"name":"Straße"}"#, false),
    ("full-width letters do not fold", r#"["contains",["field","name"],"ａ"]"#, r#"{"name":"Ａ"}"#, false),
    ("a combining mark is no composed letter", r#"["=",["field","name"],"\u00e9"]"#, "{\"name\":\"e\\u0301\"}", false),
    ("a letter before its mark is found", r#"["contains",["field","name"],"E"]"#, "{\"name\":\"e\\u0301\"}", true),
    ("a mark alone is found", "[\"contains\",[\"field\",\"name\"],\"\\u0301\"]", "{\"name\":\"e\\u0301\"}", true),
    ("beyond the BMP is equal", r#"["=",["field","name"],"𠮷野家"]"#, r#"{"name":"𠮷野家"}"#, true),
    ("beyond the BMP is contained", r#"["contains",["field","name"],"😀a"]"#, r#"{"name":"x😀A"}"#, true),
    ("beyond the BMP starts", r#"["starts_with",["field","name"],"𠮷"]"#, r#"{"name":"𠮷野家"}"#, true),
    ("beyond the BMP sorts after U+FFFD", r#"[">",["field","name"],"\uFFFD"]"#, r#"{"name":"𐀀"}"#, true),
    ("upper case sorts before lower", r#"["<",["field","name"],"a"]"#, r#"{"name":"Z"}"#, true),
    ("a prefix sorts first", r#"["<",["field","name"],"abc"]"#, r#"{"name":"ab"}"#, true),
    ("Chinese sorts by code point", r#"["<",["field","name"],"知"]"#, r#"{"name":"客"}"#, true),
    ("digits in texts are no numbers", r#"["<",["field","name"],"9"]"#, r#"{"name":"10"}"#, true),
    ("a text like a number equals only itself", r#"["=",["field","name"],"1"]"#, r#"{"name":"01"}"#, false),
    ("leading space in a literal counts", r#"["contains",["field","name"]," b"]"#, r#"{"name":"a b"}"#, true),
    ("lines are text", r#"["contains",["field","note"],"一\n第"]"#, r#"{"note":"第一\n第二"}"#, true),

    // Lists.
    ("in", r#"["in",["field","grade"],["a","won"]]"#, r#"{"grade":"won"}"#, true),
    ("not in", r#"["in",["field","grade"],["a","b"]]"#, r#"{"grade":"won"}"#, false),
    ("in nothing", r#"["in",["field","grade"],[]]"#, r#"{"grade":"won"}"#, false),
    ("in nothing under not", r#"["not",["in",["field","grade"],[]]]"#, "{}", true),
    ("null in texts", r#"["in",["field","grade"],["a"]]"#, "{}", false),
    ("null in texts under not", r#"["not",["in",["field","grade"],["a"]]]"#, "{}", true),
    ("null in a list with null", r#"["in",["field","grade"],["a",null]]"#, "{}", true),
    ("null in a list with null under not", r#"["not",["in",["field","grade"],["a","b",null]]]"#, "{}", false),
    ("a value in a list with null", r#"["in",["field","grade"],["a",null,"b"]]"#, r#"{"grade":"b"}"#, true),
    ("a value not in a list with null", r#"["in",["field","grade"],["a",null,"b"]]"#, r#"{"grade":"won"}"#, false),
    ("in a list of only null", r#"["in",["field","grade"],[null]]"#, r#"{"grade":"won"}"#, false),
    ("null in a list of only null", r#"["in",["field","grade"],[null]]"#, "{}", true),
    ("the empty text in a list is null", r#"["in",["field","grade"],["a","b",""]]"#, "{}", true),
    ("in of computed null with null", r#"["in",["+",["field","count"],1],[2,3,null]]"#, "{}", true),
    ("in of a computed value with null", r#"["in",["+",["field","count"],1],[2,3,null]]"#, r#"{"count":3}"#, false),
    ("in numbers of other decimals", r#"["in",["field","weight"],[1,2.5,0.0001]]"#, r#"{"weight":"2.500"}"#, true),
    ("in numbers that cannot be", r#"["in",["field","count"],[1.5,2.5]]"#, r#"{"count":1}"#, false),
    ("in days", r#"["in",["field","day"],["2026-05-01","2026-05-02"]]"#, r#"{"day":"2026-05-02"}"#, true),
    ("in instants of another zone", r#"["in",["field","at"],["2026-05-01T08:00:00+08:00","2026-05-02T08:00:00+08:00"]]"#, r#"{"at":"2026-05-01T00:00:00Z"}"#, true),
    ("in references, upper case", r#"["in",["field","owner"],["0190A000-0000-7000-8000-0000000000AA","0190a000-0000-7000-8000-0000000000bb"]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000aa"}"#, true),
    ("in texts with quotes", r#"["in",["field","name"],["\"]","'","\\"]]"#, r#"{"name":"\\"}"#, true),
    ("in minds case", r#"["in",["field","name"],["A","B"]]"#, r#"{"name":"a"}"#, false),

    // Numbers compared.
    ("a whole number equals", r#"["=",["field","count"],5]"#, r#"{"count":5}"#, true),
    ("a whole number equals its decimal spelling", r#"["=",["field","count"],5.0]"#, r#"{"count":5}"#, true),
    ("a number as text is read", r#"["=",["field","weight"],"2.50"]"#, r#"{"weight":"2.5"}"#, true),
    ("one tenth is one tenth", r#"["=",["field","weight"],0.1]"#, r#"{"weight":"0.1"}"#, true),
    ("tenths add up", r#"["=",["+",0.1,0.2],0.3]"#, "{}", true),
    ("a millionth is kept", r#"["=",["field","ratio"],0.000001]"#, r#"{"ratio":"0.000001"}"#, true),
    ("no whole number equals a half", r#"["=",["field","count"],0.5]"#, r#"{"count":0}"#, false),
    ("every whole number differs from a half", r#"["!=",["field","count"],0.5]"#, r#"{"count":0}"#, true),
    ("null differs from a half too", r#"["!=",["field","count"],0.5]"#, "{}", true),
    ("below a half", r#"["<",["field","count"],0.5]"#, r#"{"count":0}"#, true),
    ("one is not below a half", r#"["<",["field","count"],0.5]"#, r#"{"count":1}"#, false),
    ("at most minus a half", r#"["<=",["field","count"],-0.5]"#, r#"{"count":0}"#, false),
    ("minus one is at most minus a half", r#"["<=",["field","count"],-0.5]"#, r#"{"count":-1}"#, true),
    ("above minus a half", r#"[">",["field","count"],-0.5]"#, r#"{"count":0}"#, true),
    ("minus one is not above minus a half", r#"[">=",["field","count"],-0.5]"#, r#"{"count":-1}"#, false),
    ("a literal on the left", r#"["<",0.5,["field","count"]]"#, r#"{"count":1}"#, true),
    ("literals of other decimals", r#"["<",0.5,1]"#, "{}", true),
    ("whole and decimal fields are equal", r#"["=",["field","count"],["field","weight"]]"#, r#"{"count":2,"weight":"2"}"#, true),
    ("whole and decimal fields differ", r#"["=",["field","weight"],["field","count"]]"#, r#"{"count":2,"weight":"2.001"}"#, false),
    ("null whole and null decimal are equal", r#"["=",["field","weight"],["field","count"]]"#, "{}", true),
    ("zero and null decimal differ", r#"["=",["field","weight"],["field","count"]]"#, r#"{"count":0}"#, false),
    ("null and zero decimal differ", r#"["!=",["field","count"],["field","weight"]]"#, r#"{"weight":"0"}"#, true),
    ("a negative fraction is below zero", r#"["<",["field","weight"],["field","count"]]"#, r#"{"count":0,"weight":"-0.5"}"#, true),
    ("a negative fraction is above its floor", r#"[">",["field","weight"],["field","count"]]"#, r#"{"count":-1,"weight":"-0.5"}"#, true),
    ("fields of other decimals with null under not", r#"["not",["<",["field","weight"],["field","count"]]]"#, r#"{"count":0}"#, true),
    ("the largest whole number against a decimal field", r#"[">",["field","count"],["field","ratio"]]"#, r#"{"count":100000000000000,"ratio":"999999999.999999"}"#, true),
    ("the largest whole number against a fraction", r#"[">",["field","count"],99999999999999.5]"#, r#"{"count":100000000000000}"#, true),
    ("a literal beyond every decimal", r#"["<",["field","ratio"],9007199254740991]"#, r#"{"ratio":"1000000000"}"#, true),
    ("nothing equals a literal beyond", r#"["=",["field","ratio"],9007199254740991]"#, r#"{"ratio":"1000000000"}"#, false),
    ("null is not below a literal beyond", r#"["<",["field","ratio"],9007199254740991]"#, "{}", false),
    ("above a literal far below", r#"[">=",["field","ratio"],-9007199254740991]"#, r#"{"ratio":"-1000000000"}"#, true),

    // Money.
    ("money compares in whole units", r#"[">",["field","amount"],100000]"#, r#"{"amount":{"amount":10000001,"currency":"CNY","base":10000001}}"#, true),
    ("money equals", r#"["=",["field","amount"],1250.5]"#, r#"{"amount":{"amount":125050,"currency":"CNY","base":125050}}"#, true),
    ("foreign money compares by its base", r#"[">=",["field","amount"],710]"#, r#"{"amount":{"amount":10000,"currency":"USD","base":71000}}"#, true),
    ("money without a rate is null", r#"["is_empty",["field","amount"]]"#, r#"{"amount":{"amount":10000,"currency":"USD"}}"#, true),
    ("money without a rate is not below", r#"["<",["field","amount"],1]"#, r#"{"amount":{"amount":0,"currency":"USD"}}"#, false),
    ("money to the half fen", r#"["<",["field","amount"],0.015]"#, r#"{"amount":{"amount":1,"currency":"CNY","base":1}}"#, true),
    ("a JSON number beyond binary precision is its shortest text", r#"["=",["field","amount"],90071992547409.91]"#, r#"{"amount":{"amount":1,"currency":"CNY","base":9007199254740990}}"#, true),
    ("the largest money as text", r#"["=",["field","amount"],"90071992547409.91"]"#, r#"{"amount":{"amount":1,"currency":"CNY","base":9007199254740991}}"#, true),

    // Arithmetic.
    ("a sum", r#"["=",["+",["field","count"],["field","other"]],12]"#, r#"{"count":5,"other":7}"#, true),
    ("a sum with null is null", r#"["is_empty",["+",["field","count"],["field","other"]]]"#, r#"{"count":5}"#, true),
    ("a difference", r#"["=",["-",["field","count"],7],-2]"#, r#"{"count":5}"#, true),
    ("a sum of other decimals", r#"["=",["+",["field","count"],["field","weight"]],2.125]"#, r#"{"count":1,"weight":"1.125"}"#, true),
    ("a product", r#"["=",["*",["field","amount"],0.1],125.05]"#, r#"{"amount":{"amount":125050,"currency":"CNY","base":125050}}"#, true),
    ("a product rounds at six decimals", r#"["=",["*",["field","ratio"],0.5],0.000002]"#, r#"{"ratio":"0.000003"}"#, true),
    ("a negative product rounds away from zero", r#"["=",["*",["field","ratio"],0.5],-0.000002]"#, r#"{"ratio":"-0.000003"}"#, true),
    ("a product below half a millionth vanishes", r#"["=",["*",["field","ratio"],0.4],0]"#, r#"{"ratio":"0.000001"}"#, true),
    ("a quotient has four decimals", r#"["=",["/",["field","count"],3],3.3333]"#, r#"{"count":10}"#, true),
    ("a quotient rounds half away", r#"["=",["/",["field","count"],16],0.0625]"#, r#"{"count":1}"#, true),
    ("a quotient rounds up", r#"["=",["/",2,["field","count"]],0.6667]"#, r#"{"count":3}"#, true),
    ("a half of the last decimal goes away from zero", r#"["=",["/",["field","count"],32],0.0313]"#, r#"{"count":1}"#, true),
    ("so does a negative one", r#"["=",["/",["field","count"],32],-0.0313]"#, r#"{"count":-1}"#, true),
    ("so does a negative divisor", r#"["=",["/",["field","count"],-32],-0.0313]"#, r#"{"count":1}"#, true),
    ("two negatives", r#"["=",["/",["field","count"],-32],0.0313]"#, r#"{"count":-1}"#, true),
    ("dividing by a decimal", r#"["=",["/",["field","count"],0.000001],5000000]"#, r#"{"count":5}"#, true),
    ("a share of money", r#"["=",["/",["field","amount"],["field","count"]],0.3333]"#, r#"{"amount":{"amount":100,"currency":"CNY","base":100},"count":3}"#, true),
    ("division by zero is null", r#"["is_empty",["/",["field","count"],["field","other"]]]"#, r#"{"count":5,"other":0}"#, true),
    ("division of zero", r#"["=",["/",["field","count"],7],0]"#, r#"{"count":0}"#, true),
    ("division by zero is not below", r#"["<",["/",1,0],1]"#, "{}", false),
    ("division by null is null", r#"["=",["/",["field","count"],["field","other"]],null]"#, r#"{"count":5}"#, true),
    ("neg", r#"["=",["neg",["field","weight"]],1.5]"#, r#"{"weight":"-1.5"}"#, true),
    ("neg of null", r#"["is_set",["neg",["field","weight"]]]"#, "{}", false),
    ("neg twice", r#"["=",["neg",["neg",["field","count"]]],-3]"#, r#"{"count":-3}"#, true),
    ("round half up", r#"["=",["round",["field","weight"],2],1.01]"#, r#"{"weight":"1.005"}"#, true),
    ("round half away below zero", r#"["=",["round",["field","weight"],2],-1.01]"#, r#"{"weight":"-1.005"}"#, true),
    ("round down", r#"["=",["round",["field","weight"],0],1]"#, r#"{"weight":"1.499"}"#, true),
    ("round to whole", r#"["=",["round",["field","weight"],0],2]"#, r#"{"weight":"1.5"}"#, true),
    ("round to more decimals changes nothing", r#"["=",["round",["field","weight"],6],1.499]"#, r#"{"weight":"1.499"}"#, true),
    ("round of null", r#"["is_empty",["round",["field","weight"],1]]"#, "{}", true),
    ("a sum at the bound", r#"["=",["+",["field","amount"],0.01],"90071992547409.91"]"#, r#"{"amount":{"amount":1,"currency":"CNY","base":9007199254740990}}"#, true),
    ("a sum beyond the bound is null", r#"["is_empty",["+",["field","amount"],0.01]]"#, r#"{"amount":{"amount":1,"currency":"CNY","base":9007199254740991}}"#, true),
    ("a difference beyond the bound is null", r#"["is_empty",["-",["neg",["field","amount"]],0.01]]"#, r#"{"amount":{"amount":1,"currency":"CNY","base":9007199254740991}}"#, true),
    ("a product beyond 64 bits is null", r#"["is_empty",["*",["field","count"],["field","other"]]]"#, r#"{"count":100000000000000,"other":100000000000000}"#, true),
    ("a negative product beyond 64 bits is null", r#"["is_empty",["*",["field","count"],["field","other"]]]"#, r#"{"count":100000000000000,"other":-100000000000000}"#, true),
    ("a product beyond the bound is null", r#"["is_empty",["*",["field","count"],100]]"#, r#"{"count":100000000000000}"#, true),
    ("a product within the bound", r#"["=",["*",["field","count"],90],9000000000000000]"#, r#"{"count":100000000000000}"#, true),
    ("a wide product rounds into the bound", r#"["=",["*",["field","ratio"],2.000001],2000001.000000]"#, r#"{"ratio":"1000000"}"#, true),
    ("a product too wide to round is null", r#"["is_empty",["*",["field","ratio"],["field","ratio"]]]"#, r#"{"ratio":"1000000000"}"#, true),
    ("a dividend too wide is null", r#"["is_empty",["/",["field","count"],["field","ratio"]]]"#, r#"{"count":100000000000000,"ratio":"1"}"#, true),
    ("a wide dividend gives a small quotient", r#"["=",["/",["field","count"],["field","other"]],1]"#, r#"{"count":100000000000000,"other":100000000000000}"#, true),
    ("a quotient beyond the bound is null", r#"["is_empty",["/",["field","count"],1]]"#, r#"{"count":100000000000000}"#, true),
    ("more decimals beyond the bound are null", r#"["is_empty",["+",["field","count"],0.001]]"#, r#"{"count":100000000000000}"#, true),
    ("overflow is null, and null is not above", r#"[">",["*",["field","count"],["field","other"]],0]"#, r#"{"count":100000000000000,"other":100000000000000}"#, false),
    ("overflow under not", r#"["not",[">",["*",["field","count"],["field","other"]],0]]"#, r#"{"count":100000000000000,"other":100000000000000}"#, true),

    // Choosing.
    ("if true", r#"["=",["if",["is_set",["field","day"]],1,2],1]"#, r#"{"day":"2026-01-01"}"#, true),
    ("if with a null ordering takes the other", r#"["=",["if",["<",["field","count"],1],"a","b"],"b"]"#, "{}", true),
    ("if aligns decimals", r#"["=",["if",["is_set",["field","count"]],["field","count"],["field","weight"]],3]"#, r#"{"count":3,"weight":"1.5"}"#, true),
    ("if of texts", r#"["contains",["if",true,["field","name"],["field","note"]],"知"]"#, r#"{"name":"知客"}"#, true),
    ("if with null", r#"["is_empty",["if",false,["field","count"],null]]"#, r#"{"count":1}"#, true),
    ("coalesce takes the first", r#"["=",["coalesce",["field","name"],["field","note"]],"a"]"#, r#"{"name":"a","note":"b"}"#, true),
    ("coalesce takes the second", r#"["=",["coalesce",["field","name"],["field","note"]],"b"]"#, r#"{"note":"b"}"#, true),
    ("coalesce of nulls", r#"["is_empty",["coalesce",["field","name"],""]]"#, "{}", true),
    ("coalesce aligns decimals", r#"["=",["coalesce",["field","count"],["field","weight"]],1.5]"#, r#"{"weight":"1.5"}"#, true),
    ("coalesce of days", r#"["<",["coalesce",["field","day"],["field","until"]],["today"]]"#, r#"{"until":"2026-04-30"}"#, true),
    ("coalesce with a literal day", r#"["=",["coalesce",["field","day"],"2026-05-01"],["today"]]"#, "{}", true),

    // Days and instants.
    ("a day equals", r#"["=",["field","day"],"2026-05-01"]"#, r#"{"day":"2026-05-01"}"#, true),
    ("a day is before", r#"["<",["field","day"],"2026-05-01"]"#, r#"{"day":"2026-04-30"}"#, true),
    ("a literal day on the left", r#"[">","2026-05-01",["field","day"]]"#, r#"{"day":"2026-04-30"}"#, true),
    ("today", r#"["=",["field","day"],["today"]]"#, r#"{"day":"2026-05-01"}"#, true),
    ("overdue", r#"["and",["is_set",["field","day"]],["<",["field","day"],["today"]]]"#, r#"{"day":"2026-04-30"}"#, true),
    ("this week", r#"["and",[">=",["field","day"],["today"]],["<",["field","day"],["plus_days",["today"],7]]]"#, r#"{"day":"2026-05-07"}"#, true),
    ("plus_days over the end of a month", r#"["=",["plus_days",["field","day"],1],"2026-03-01"]"#, r#"{"day":"2026-02-28"}"#, true),
    ("plus_days in a leap year", r#"["=",["plus_days",["field","day"],1],"2024-02-29"]"#, r#"{"day":"2024-02-28"}"#, true),
    ("plus_days in 1900, no leap year", r#"["=",["plus_days",["field","day"],1],"1900-03-01"]"#, r#"{"day":"1900-02-28"}"#, true),
    ("plus_days backwards", r#"["=",["plus_days",["field","day"],-366],"2024-02-29"]"#, r#"{"day":"2025-03-01"}"#, true),
    ("plus_days of a field", r#"["=",["plus_days",["field","day"],["field","count"]],"2026-06-10"]"#, r#"{"day":"2026-05-01","count":40}"#, true),
    ("plus_days with null", r#"["is_empty",["plus_days",["field","day"],["field","count"]]]"#, r#"{"day":"2026-05-01"}"#, true),
    ("plus_days to the last day", r#"["=",["plus_days",["field","day"],1],"2200-12-31"]"#, r#"{"day":"2200-12-30"}"#, true),
    ("plus_days beyond the last day is null", r#"["is_empty",["plus_days",["field","day"],1]]"#, r#"{"day":"2200-12-31"}"#, true),
    ("plus_days to the first day", r#"["=",["plus_days",["field","day"],-1],"1900-01-01"]"#, r#"{"day":"1900-01-02"}"#, true),
    ("plus_days before the first day is null", r#"["is_empty",["plus_days",["field","day"],-1]]"#, r#"{"day":"1900-01-01"}"#, true),
    ("plus_days beyond the year 9999 is null", r#"["is_empty",["plus_days",["field","day"],["field","count"]]]"#, r#"{"day":"2026-05-01","count":3000000}"#, true),
    ("plus_days before year zero is null", r#"["is_empty",["plus_days",["field","day"],["field","count"]]]"#, r#"{"day":"2026-05-01","count":-2000000}"#, true),
    ("plus_days far beyond is null", r#"["is_empty",["plus_days",["field","day"],["field","count"]]]"#, r#"{"day":"2026-05-01","count":100000000000000}"#, true),
    ("plus_days far before is null", r#"["is_empty",["plus_days",["field","day"],["field","count"]]]"#, r#"{"day":"2026-05-01","count":-100000000000000}"#, true),
    ("length counts characters", r#"["=",["length",["field","name"]],4]"#, r#"{"name":"知客😀a"}"#, true),
    ("length of nothing is null", r#"["is_empty",["length",["field","name"]]]"#, "{}", true),
    ("longer than", r#"[">",["length",["field","name"]],3]"#, r#"{"name":"abc"}"#, false),
    ("days_between", r#"["=",["days_between",["field","day"],["field","until"]],30]"#, r#"{"day":"2026-04-01","until":"2026-05-01"}"#, true),
    ("days_between backwards", r#"["=",["days_between",["field","until"],["field","day"]],-30]"#, r#"{"day":"2026-04-01","until":"2026-05-01"}"#, true),
    ("days_between the borders", r#"["=",["days_between",["field","day"],["field","until"]],109937]"#, r#"{"day":"1900-01-01","until":"2200-12-31"}"#, true),
    ("days_between with null", r#"["is_empty",["days_between",["field","day"],["today"]]]"#, "{}", true),
    ("days since", r#"[">",["days_between",["field","day"],["today"]],30]"#, r#"{"day":"2026-03-31"}"#, true),
    ("an instant equals in another zone", r#"["=",["field","at"],"2026-05-01T08:00:00.000+08:00"]"#, r#"{"at":"2026-05-01T00:00:00Z"}"#, true),
    ("an instant to the millisecond", r#"["<",["field","at"],"2026-05-01T00:00:00.001Z"]"#, r#"{"at":"2026-05-01T00:00:00Z"}"#, true),
    ("an instant before 1970", r#"["<",["field","at"],"1970-01-01T00:00:00Z"]"#, r#"{"at":"1969-12-31T23:59:59.999Z"}"#, true),
    ("now", r#"["<=",["field","at"],["now"]]"#, r#"{"at":"2026-05-01T04:00:00Z"}"#, true),
    ("a schedule compares by its instant", r#"["<",["field","next"],["now"]]"#, r#"{"next":{"date":"2026-05-01","time":"03:59"}}"#, true),
    ("a schedule without a time is due at the end of its day", r#"["<",["field","next"],["now"]]"#, r#"{"next":{"date":"2026-05-01"}}"#, false),
    ("the start of today", r#"[">=",["field","at"],["start_of",["today"]]]"#, r#"{"at":"2026-05-01T00:00:00Z"}"#, true),
    ("before the start of today", r#"["<",["field","at"],["start_of",["today"]]]"#, r#"{"at":"2026-04-30T23:59:59.999Z"}"#, true),
    ("the start of a day counted from today", r#"["<",["field","next"],["start_of",["plus_days",["today"],2]]]"#, r#"{"next":{"date":"2026-05-02"}}"#, true),
    ("the start of a literal day", r#"["=",["field","at"],["start_of","2026-04-01"]]"#, r#"{"at":"2026-04-01T00:00:00Z"}"#, true),
    ("the start of a day beyond the last is null", r#"["is_empty",["start_of",["plus_days","2200-12-31",1]]]"#, "{}", true),
    ("the start of no day is null", r#"["not",["<",["field","at"],["start_of",null]]]"#, r#"{"at":"2026-04-01T00:00:00Z"}"#, true),
    ("no schedule is not due", r#"["<",["field","next"],["now"]]"#, "{}", false),

    // References.
    ("mine", r#"["=",["field","owner"],["me"]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000aa"}"#, true),
    ("not mine", r#"["=",["field","owner"],["me"]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000bb"}"#, false),
    ("nobody's is not mine", r#"["!=",["field","owner"],["me"]]"#, "{}", true),
    ("mine is my team's", r#"["my_team",["field","owner"]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000aa"}"#, true),
    ("a team mate's", r#"["my_team",["field","owner"]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000ab"}"#, true),
    ("somebody else's is not my team's", r#"["my_team",["field","owner"]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000bb"}"#, false),
    ("nobody's is not my team's", r#"["my_team",["field","owner"]]"#, "{}", false),
    ("not of my team", r#"["not",["my_team",["field","owner"]]]"#, r#"{"owner":"0190a000-0000-7000-8000-0000000000bb"}"#, true),
    ("nobody's is not of my team", r#"["not",["my_team",["field","owner"]]]"#, "{}", true),
    ("I am of my team", r#"["my_team",["me"]]"#, "{}", true),
    ("a literal reference", r#"["=",["field","account"],"0190A000-0000-7000-8000-0000000000CC"]"#, r#"{"account":"0190a000-0000-7000-8000-0000000000cc"}"#, true),
    ("no account", r#"["is_empty",["field","account"]]"#, "{}", true),
    ("two references are equal", r#"["=",["field","account"],["field","owner"]]"#, r#"{"account":"0190a000-0000-7000-8000-0000000000cc","owner":"0190a000-0000-7000-8000-0000000000cc"}"#, true),
    ("a link equals null", r#"["=",["field","account"],""]"#, "{}", true),

    // Checkboxes.
    ("a ticked box is a condition", r#"["field","vip"]"#, r#"{"vip":true}"#, true),
    ("an unticked box is none", r#"["field","vip"]"#, r#"{"vip":false}"#, false),
    ("a box never touched is none", r#"["field","vip"]"#, "{}", false),
    ("not a box never touched", r#"["not",["field","vip"]]"#, "{}", true),
    ("not a ticked box", r#"["not",["field","vip"]]"#, r#"{"vip":true}"#, false),
    ("a box equals true", r#"["=",["field","vip"],true]"#, r#"{"vip":true}"#, true),
    ("true equals a box", r#"["=",true,["field","vip"]]"#, r#"{"vip":true}"#, true),
    ("a box equals false", r#"["=",["field","vip"],false]"#, r#"{"vip":false}"#, true),
    ("a box never touched is not false", r#"["=",["field","vip"],false]"#, "{}", false),
    ("a box never touched differs from true", r#"["!=",["field","vip"],true]"#, "{}", true),
    ("a box never touched is empty", r#"["is_empty",["field","vip"]]"#, "{}", true),
    ("false is set", r#"["is_set",["field","vip"]]"#, r#"{"vip":false}"#, true),
    ("a box is in a list", r#"["in",["field","vip"],[false,null]]"#, "{}", true),
    ("a ticked box is not in that list", r#"["in",["field","vip"],[false,null]]"#, r#"{"vip":true}"#, false),
    ("two boxes are equal", r#"["=",["field","vip"],["field","agreed"]]"#, r#"{"vip":false,"agreed":false}"#, true),
    ("two boxes differ", r#"["!=",["field","vip"],["field","agreed"]]"#, r#"{"vip":false}"#, true),
    ("a box or else true", r#"["=",["coalesce",["field","vip"],true],true]"#, "{}", true),
    ("a box chooses", r#"["=",["if",["field","vip"],"a","b"],"a"]"#, r#"{"vip":true}"#, true),

    // Percent and stars are numbers.
    ("a percentage compares as it is written", r#"[">",["field","share"],12.4]"#, r#"{"share":"12.5"}"#, true),
    ("a share of an amount", r#"["=",["/",["*",["field","amount"],["field","share"]],100],125]"#, r#"{"amount":{"amount":100000,"currency":"CNY","base":100000},"share":"12.5"}"#, true),
    ("stars compare", r#"[">=",["field","stars"],4]"#, r#"{"stars":4}"#, true),
    ("no stars are not few", r#"["<",["field","stars"],3]"#, "{}", false),

    // Lists.
    ("a list has", r#"["has",["field","tags"],"重点"]"#, r#"{"tags":["展会","重点"]}"#, true),
    ("a list has not", r#"["has",["field","tags"],"重"]"#, r#"{"tags":["展会","重点"]}"#, false),
    ("has minds case", r#"["has",["field","tags"],"vip"]"#, r#"{"tags":["VIP"]}"#, false),
    ("no list has", r#"["has",["field","tags"],"a"]"#, "{}", false),
    ("no list has not", r#"["not",["has",["field","tags"],"a"]]"#, "{}", true),
    ("no list has null", r#"["has",["field","tags"],null]"#, r#"{"tags":["a"]}"#, false),
    ("no list has the empty text", r#"["not",["has",["field","tags"],""]]"#, r#"{"tags":["a"]}"#, true),
    ("a list has the text of a field", r#"["has",["field","colors"],["field","grade"]]"#, r#"{"colors":["red","won"],"grade":"won"}"#, true),
    ("a list does not have an empty field", r#"["has",["field","colors"],["field","grade"]]"#, r#"{"colors":["red"]}"#, false),
    ("a list has one of them", r#"["has_any",["field","colors"],["green","won"]]"#, r#"{"colors":["red","won"]}"#, true),
    ("a list has none of them", r#"["has_any",["field","colors"],["green"]]"#, r#"{"colors":["red","won"]}"#, false),
    ("a list has none of nothing", r#"["has_any",["field","colors"],[]]"#, r#"{"colors":["red"]}"#, false),
    ("a list has none of null", r#"["has_any",["field","colors"],[null,""]]"#, r#"{"colors":["red"]}"#, false),
    ("no list has none of them under not", r#"["not",["has_any",["field","colors"],["red"]]]"#, "{}", true),
    ("no list has none of null", r#"["not",["has_any",["field","colors"],[null]]]"#, "{}", true),
    ("quotes in a list are text", r#"["has_any",["field","tags"],["\\\"]","x"]]"#, r#"{"tags":["\\\"]"]}"#, true),
    ("digits in a list are text", r#"["has",["field","tags"],"01"]"#, r#"{"tags":["1","0.1"]}"#, false),
    ("a list of digits has its text", r#"["has",["field","tags"],"1"]"#, r#"{"tags":["1"]}"#, true),
    ("a list is set", r#"["is_set",["field","tags"]]"#, r#"{"tags":["a"]}"#, true),
    ("a list of nothing is empty", r#"["is_empty",["field","tags"]]"#, r#"{"tags":[]}"#, true),
    ("a list equals null", r#"["=",["field","tags"],null]"#, "{}", true),
    ("one list or the other", r#"["has",["coalesce",["field","colors"],["field","tags"]],"a"]"#, r#"{"tags":["a"]}"#, true),
    ("a list by a condition", r#"["has",["if",["field","vip"],["field","colors"],["field","tags"]],"red"]"#, r#"{"vip":true,"colors":["red"],"tags":["a"]}"#, true),

    // Trees and addresses.
    ("an option is under itself", r#"["under",["field","industry"],"machines"]"#, r#"{"industry":"machines"}"#, true),
    ("an option is under the one above", r#"["under",["field","industry"],"make"]"#, r#"{"industry":"pumps"}"#, true),
    ("an option is not under the one below", r#"["under",["field","industry"],"pumps"]"#, r#"{"industry":"machines"}"#, false),
    ("an option is not under another", r#"["under",["field","industry"],"trade"]"#, r#"{"industry":"pumps"}"#, false),
    ("nothing is under an option that is not there", r#"["under",["field","industry"],"nothing"]"#, r#"{"industry":"make"}"#, false),
    ("nothing is under null", r#"["not",["under",["field","industry"],null]]"#, r#"{"industry":"make"}"#, true),
    ("no option is under none", r#"["under",["field","industry"],"make"]"#, "{}", false),
    ("no option is not under one", r#"["not",["under",["field","industry"],"make"]]"#, "{}", true),
    ("an address contains", r#"["contains",["field","place"],"深圳市南山"]"#, r#"{"place":{"province":"广东省","city":"深圳市","district":"南山区"}}"#, true),
    ("an address ends with its postcode", r#"["=",["field","place"],"上海市 200120"]"#, r#"{"place":{"province":"上海市","city":"上海市","postcode":"200120"}}"#, true),
    ("an empty address is null", r#"["is_empty",["field","place"]]"#, r#"{"place":{"city":""}}"#, true),
    ("the owner or me", r#"["=",["coalesce",["field","owner"],["me"]],["me"]]"#, "{}", true),
];
