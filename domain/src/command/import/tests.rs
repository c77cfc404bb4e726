//! Rows that describe several records, by tables of small stories.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::super::tests::{ALL, Story, id, text};
use super::super::{Action, ChangeKind, ImportRow, May, Plan, Refusal, RowOutcome};
use crate::access::{ADMINISTRATOR, Act, Grant, Level, MANAGER, Permission};
use crate::fields::{DateOrder, DecimalMark, TextFormats};
use crate::ids::Id;
use crate::money::Currency;
use crate::record::RecordKey;
use crate::signals::SINCE;
use crate::time::Instant;
use crate::value::Value;

pub(super) fn row(line: u32, cells: &[(&str, &str)]) -> ImportRow {
    let cells = cells.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    ImportRow { line, record: id(u8::try_from(line).unwrap_or(u8::MAX)), cells }
}

pub(super) fn import(entity: &str, also: &[&str], by_name: bool, rows: Vec<ImportRow>) -> Action {
    Action::ImportRows {
        import: id(90),
        entity: entity.to_owned(),
        formats: TextFormats {
            dates: DateOrder::YearMonthDay,
            decimal: DecimalMark::Point,
            currency: Currency::parse("CNY").unwrap(),
        },
        create_missing: true,
        also: also.iter().map(|relation| (*relation).to_owned()).collect(),
        by_name,
        rows,
    }
}

fn tell(story: &Story, action: Action) -> Plan {
    story.tell(json!([action])).unwrap()
}

/// How many records of each kind a plan makes.
fn made(plan: &Plan) -> BTreeMap<&str, usize> {
    let mut made = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.kind == ChangeKind::Created) {
        *made.entry(change.key.entity.as_str()).or_default() += 1;
    }
    made
}

fn outcomes(plan: &Plan) -> Vec<RowOutcome> {
    plan.rows.iter().map(|row| row.outcome).collect()
}

fn remarks(plan: &Plan, at: usize) -> Vec<(&str, &str)> {
    plan.rows[at]
        .remarks
        .iter()
        .map(|remark| (remark.field.as_deref().unwrap_or(""), remark.key.as_str()))
        .collect()
}

fn made_with<'p>(plan: &'p Plan, entity: &str, name: &str) -> &'p BTreeMap<String, Value> {
    let is = |change: &&super::super::Change| {
        change.key.entity == entity && change.after.get("name").and_then(Value::text) == Some(name)
    };
    &plan.changes.iter().find(is).unwrap_or_else(|| panic!("no {entity} {name}")).after
}

const ABOUT: [&str; 2] = ["account", "contact"];

#[test]
fn one_row_makes_an_account_its_contact_and_its_deal() {
    let rows = vec![
        row(
            2,
            &[
                ("account", "恒通"),
                ("account.industry", "software"),
                ("contact", "王芳"),
                ("contact.phone", "13800138000"),
                ("name", "扩容"),
                ("amount", "1200"),
            ],
        ),
        // Another of the account's people, without a deal; and what the first row left empty.
        row(3, &[("account", "恒 通"), ("account.website", "ht.example"), ("contact", "李雷")]),
        // Somebody else of the same name.
        row(
            4,
            &[("account", "云栖"), ("contact", "王芳"), ("contact.phone", "13900139000"), ("name", "扩容")],
        ),
    ];
    let plan = tell(&Story::new(ADMINISTRATOR), import("deal", &ABOUT, true, rows));
    assert_eq!(outcomes(&plan), [RowOutcome::Created; 3], "{:?}", plan.rows);
    assert_eq!(made(&plan), BTreeMap::from([("account", 2), ("contact", 3), ("deal", 2)]));
    let account = made_with(&plan, "account", "恒通");
    assert_eq!((&account["industry"], &account["website"]), (&text("software"), &text("ht.example")));
    let key = |entity: &str, name: &str| {
        let is = |change: &&super::super::Change| {
            change.key.entity == entity && change.after.get("name") == Some(&text(name))
        };
        Value::Reference(plan.changes.iter().find(is).unwrap().key.id)
    };
    assert_eq!(made_with(&plan, "contact", "李雷")["account"], key("account", "恒通"));
    let deal = made_with(&plan, "deal", "扩容");
    assert_eq!((&deal["account"], &deal["contact"]), (&key("account", "恒通"), &key("contact", "王芳")));
    assert!(plan.rows.iter().all(|row| row.remarks.is_empty()), "{:?}", plan.rows);
    // Whatever points at another comes after it: taking it back goes the other way.
    let place = |entity: &str| plan.changes.iter().position(|change| change.key.entity == entity).unwrap();
    assert!(place("account") < place("contact") && place("contact") < place("deal"));
}

#[test]
fn the_first_value_stays_and_another_is_told() {
    let rows = vec![
        row(2, &[("account", "恒通"), ("account.industry", "software"), ("name", "一"), ("amount", "1")]),
        row(
            3,
            &[
                ("account", "恒通"),
                ("account.industry", "retail"),
                ("account.phone", "0755-88881000"),
                ("name", "二"),
            ],
        ),
        row(4, &[("account", "恒通"), ("account.phone", "0755-88882000"), ("name", "一"), ("amount", "2")]),
    ];
    let plan = tell(&Story::new(ADMINISTRATOR), import("deal", &["account"], true, rows));
    assert_eq!(made(&plan), BTreeMap::from([("account", 1), ("deal", 2)]));
    assert_eq!(remarks(&plan, 1), [("account.industry", "problem.kept_another")]);
    assert_eq!(plan.rows[1].remarks[0].args["text"], "retail");
    // What is personal is not kept with the receipt.
    assert_eq!(
        remarks(&plan, 2),
        [("account.phone", "problem.kept_another"), ("amount", "problem.kept_another")]
    );
    assert_eq!(plan.rows[2].remarks[0].args.get("text"), None);
    assert_eq!(outcomes(&plan)[2], RowOutcome::Skipped);
    assert_eq!(made_with(&plan, "account", "恒通")["industry"], text("software"));
}

/// A workspace with an account (5), somebody there (6), and somebody of the same name elsewhere (7).
fn with_customers(may: May) -> Story {
    let mut story = Story::new(ADMINISTRATOR)
        .with("account", 5, 3, &[("name", text("恒通")), ("industry", text("retail"))], may)
        .with("contact", 6, 2, &[("name", text("王芳")), ("account", Value::Reference(id(5)))], ALL)
        .with("contact", 7, 2, &[("name", text("王芳")), ("account", Value::Reference(id(8)))], ALL);
    story.names.insert(("account".into(), "恒通".into()), vec![id(5)]);
    story.names.insert(("contact".into(), "王芳".into()), vec![id(6), id(7)]);
    story
}

#[test]
fn what_is_there_is_found_and_only_filled() {
    let rows = || {
        vec![row(
            20,
            &[
                ("account", "恒通"),
                ("account.industry", "software"),
                ("account.website", "ht.example"),
                ("contact", "王芳"),
                ("contact.phone", "13800138000"),
                ("name", "扩容"),
            ],
        )]
    };
    let plan = tell(&with_customers(ALL), import("deal", &ABOUT, true, rows()));
    assert_eq!(made(&plan), BTreeMap::from([("deal", 1)]));
    let change = |number: u8| plan.changes.iter().find(|change| change.key.id == id(number));
    let account = change(5).unwrap();
    assert_eq!((account.kind, account.base_version), (ChangeKind::Updated, 3));
    assert_eq!(account.after.keys().collect::<Vec<_>>(), ["website"]);
    assert_eq!(change(6).unwrap().after.keys().collect::<Vec<_>>(), ["phone"]);
    assert!(change(7).is_none(), "the other one is not meant");
    assert_eq!(remarks(&plan, 0), [("account.industry", "problem.kept_another")]);
    let found: BTreeSet<RecordKey> =
        [RecordKey::new("account", id(5)), RecordKey::new("contact", id(6))].into();
    assert_eq!(plan.found, found);

    // Whoever may not change the account is told, and the rest goes in.
    let plan = tell(&with_customers(May::default()), import("deal", &ABOUT, true, rows()));
    assert_eq!(outcomes(&plan), [RowOutcome::Created]);
    assert_eq!(
        remarks(&plan, 0),
        [("account.industry", "problem.kept_another"), ("account.website", "problem.may_not_fill")]
    );
    assert!(plan.changes.iter().all(|change| change.key.id != id(5)));
}

#[test]
fn external_ids_come_before_names() {
    let mut story = Story::new(ADMINISTRATOR).with(
        "account",
        5,
        1,
        &[("name", text("恒通")), ("external_id", text("A1"))],
        ALL,
    );
    story.names.insert(("account".into(), "恒通".into()), vec![id(5)]);
    let rows = vec![
        row(20, &[("account", "恒通集团"), ("account.external_id", "A1"), ("name", "一")]),
        row(21, &[("account", "恒通"), ("account.external_id", "A2"), ("name", "二")]),
        row(22, &[("account.external_id", "A2"), ("account.website", "x.example"), ("name", "三")]),
        row(23, &[("account.industry", "retail"), ("name", "四")]),
    ];
    let plan = tell(&story, import("deal", &["account"], true, rows));
    assert_eq!(made(&plan), BTreeMap::from([("account", 1), ("deal", 3)]));
    // The number says that it is the same one under another name.
    assert_eq!(remarks(&plan, 0), [("account", "problem.kept_another")]);
    assert_eq!(made_with(&plan, "deal", "一")["account"], Value::Reference(id(5)));
    let second = made_with(&plan, "deal", "二")["account"].clone();
    assert_ne!(second, Value::Reference(id(5)));
    assert_eq!(made_with(&plan, "deal", "三")["account"], second);
    assert_eq!(made_with(&plan, "account", "恒通")["website"], text("x.example"));
    // Nobody knows whose industry that is.
    let refused = &plan.rows[3];
    assert_eq!(
        (refused.outcome, refused.problems[0].field.as_deref()),
        (RowOutcome::Refused, Some("account"))
    );
}

#[test]
fn the_same_file_again_makes_nothing() {
    let rows = |first: u32| {
        vec![
            row(
                first,
                &[
                    ("account", "恒通"),
                    ("contact", "王芳"),
                    ("contact.position", "采购"),
                    ("name", "扩容"),
                    ("amount", "5"),
                ],
            ),
            row(first + 1, &[("account", "恒通"), ("contact", "李雷"), ("contact.position", "总监")]),
        ]
    };
    let mut story = Story::new(ADMINISTRATOR);
    let plan = tell(&story, import("deal", &ABOUT, true, rows(2)));
    story.save(&plan);
    let plan = tell(&story, import("deal", &ABOUT, true, rows(40)));
    assert!(plan.changes.is_empty(), "{:?}", plan.changes);
    assert_eq!(outcomes(&plan), [RowOutcome::Skipped; 2]);
    assert!(plan.rows.iter().all(|row| row.remarks.is_empty() && row.problems.is_empty()), "{:?}", plan.rows);
}

#[test]
fn without_names_of_their_own_rows_are_not_the_same() {
    let rows = |record: u8| {
        let one = |line, record| ImportRow {
            record: id(record),
            ..row(line, &[("account", "恒通"), ("account.industry", "retail"), ("name", "泵 · 恒通")])
        };
        vec![one(2, record), one(3, record + 1)]
    };
    let story = Story::new(ADMINISTRATOR);
    assert_eq!(made(&tell(&story, import("deal", &["account"], false, rows(20))))["deal"], 2);
    // A name that somebody wrote is one record, and a row that has an earlier row's id is it in any case.
    assert_eq!(made(&tell(&story, import("deal", &["account"], true, rows(20))))["deal"], 1);
}

#[test]
fn a_kind_that_may_not_be_created_is_refused_before_anything() {
    let mut story = Story::new(MANAGER);
    let manager = story.schema.roles.iter_mut().find(|role| role.id == MANAGER).unwrap();
    manager.grants.insert("contact".into(), Grant { create: Level::None, ..Grant::uniform(Level::All) });
    assert_eq!(manager.level("contact", Act::Create), Level::None);
    let rows = vec![row(2, &[("name", "一"), ("account", "恒通")])];
    let action = import("deal", &ABOUT, true, rows);
    match story.tell(json!([action])) {
        Err(Refusal::Forbidden(problems)) => {
            let problem = &problems[0];
            assert_eq!((problems.len(), problem.field.as_deref()), (1, Some("contact")));
            assert_eq!(
                (problem.key.as_str(), problem.args["entity"].as_str()),
                ("problem.may_not_create", "contact")
            );
        }
        other => panic!("{other:?}"),
    }
    // Only people, teams and what points nowhere are never described.
    for wrong in ["owner", "name", "nothing", "stage"] {
        let action = import("deal", &[wrong], true, vec![row(2, &[("name", "一")])]);
        match Story::new(ADMINISTRATOR).tell(json!([action])) {
            Err(Refusal::Invalid(problems)) => assert_eq!(problems[0].field.as_deref(), Some(wrong)),
            other => panic!("{wrong}: {other:?}"),
        }
    }
}

#[test]
fn a_row_that_fails_leaves_nothing_of_what_it_described() {
    let rows = vec![
        row(2, &[("account", "恒通"), ("account.industry", "retail"), ("name", "一")]),
        row(
            3,
            &[
                ("account", "恒通"),
                ("account.website", "ht.example"),
                ("contact", "王芳"),
                ("name", "二"),
                ("amount", "many"),
            ],
        ),
        row(4, &[("account", "新的"), ("contact", "李雷"), ("contact.email", "no address"), ("name", "三")]),
    ];
    let plan = tell(&Story::new(ADMINISTRATOR), import("deal", &ABOUT, true, rows));
    assert_eq!(outcomes(&plan), [RowOutcome::Created, RowOutcome::Refused, RowOutcome::Refused]);
    assert_eq!(made(&plan), BTreeMap::from([("account", 1), ("deal", 1)]));
    assert!(!made_with(&plan, "account", "恒通").contains_key("website"));
    assert_eq!(plan.rows[2].problems[0].field.as_deref(), Some("contact.email"));
}

#[test]
fn who_answers_for_the_row_answers_for_what_is_new_in_it() {
    let rows = vec![
        row(20, &[("account", "恒通"), ("account.industry", "retail"), ("name", "一"), ("owner", "Li")]),
        row(21, &[("account", "云栖"), ("account.industry", "retail"), ("owner", "Li")]),
    ];
    let mut story = Story::new(ADMINISTRATOR).with("user", 3, 1, &[("name", text("Li"))], ALL);
    story.names.insert(("user".into(), "li".into()), vec![id(3)]);
    let plan = tell(&story, import("deal", &["account"], true, rows));
    for (entity, name) in [("account", "恒通"), ("deal", "一"), ("account", "云栖")] {
        assert_eq!(made_with(&plan, entity, name)["owner"], Value::Reference(id(3)), "{name}");
    }
}

#[test]
fn history_moves_the_last_touch_forward_only_and_needs_its_moment() {
    let then = |text: &str| Value::Instant(crate::time::Instant::parse(text).unwrap());
    let mut story = Story::new(ADMINISTRATOR)
        .with(
            "account",
            5,
            1,
            &[("name", text("恒通")), ("last_touch_at", then("2026-03-01T00:00:00Z"))],
            ALL,
        )
        .with("deal", 6, 1, &[("name", text("扩容")), ("account", Value::Reference(id(5)))], ALL);
    story.names.insert(("account".into(), "恒通".into()), vec![id(5)]);
    story.names.insert(("deal".into(), "扩容".into()), vec![id(6)]);
    let rows = vec![
        row(
            20,
            &[("account", "恒通"), ("happened_at", "2026-02-01 10:00"), ("kind", "call"), ("summary", "旧")],
        ),
        row(21, &[("deal", "扩容"), ("happened_at", "2026-04-01"), ("summary", "没说怎么联系的")]),
        row(22, &[("account", "恒通"), ("summary", "什么时候？")]),
    ];
    let plan = tell(&story, import("touch", &[], false, rows));
    assert_eq!(outcomes(&plan), [RowOutcome::Created, RowOutcome::Created, RowOutcome::Refused]);
    assert_eq!(plan.rows[2].problems[0].field.as_deref(), Some("happened_at"));
    let after = |entity: &str, number: u8| {
        let key = RecordKey::new(entity, id(number));
        &plan.changes.iter().find(|change| change.key == key).unwrap().after
    };
    assert_eq!(after("account", 5)["last_touch_at"], then("2026-04-01T00:00:00Z"));
    assert_eq!(after("deal", 6)["last_touch_at"], then("2026-04-01T00:00:00Z"));
    let second = after("touch", 21);
    // It stands in the history of the deal's account too.
    assert_eq!((&second["account"], &second["kind"]), (&Value::Reference(id(5)), &text("other")));
    assert!(plan.changes.iter().all(|change| !change.after.contains_key("next_touch")));
}

#[test]
fn an_undo_keeps_what_was_worked_on_and_what_that_points_at() {
    let rows = vec![row(
        20,
        &[
            ("account", "恒通"),
            ("account.industry", "retail"),
            ("contact", "王芳"),
            ("contact.position", "采购"),
            ("name", "扩容"),
        ],
    )];
    let mut story = Story::new(ADMINISTRATOR);
    let plan = tell(&story, import("deal", &ABOUT, true, rows));
    story.save(&plan);
    let of = |entity: &str| -> Id {
        plan.changes.iter().find(|change| change.key.entity == entity).unwrap().key.id
    };
    story.undo = Story::logged(&plan);
    let contact = story.records.get_mut(&RecordKey::new("contact", of("contact"))).unwrap();
    contact.record.values.insert("position".into(), text("采购总监"));
    let undone = story.tell(json!([{"do": "undo", "command": id(50)}])).unwrap();
    let deleted: Vec<&str> = undone
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Deleted)
        .map(|change| change.key.entity.as_str())
        .collect();
    assert_eq!(deleted, ["deal"], "the account is the contact's");
    let kept: Vec<&str> = undone.kept.iter().map(|kept| kept.entity.as_str()).collect();
    assert_eq!(kept, ["contact", "account"]);
}

#[test]
fn rows_find_a_record_by_the_external_id_that_an_earlier_one_filled_in() {
    let rows = vec![
        row(20, &[("name", "扩容"), ("account", "新的")]),
        row(21, &[("name", "扩容"), ("account", "新的"), ("account.external_id", "A2")]),
        row(22, &[("name", "泵"), ("account", "恒通"), ("account.external_id", "A2")]),
    ];
    let plan = Story::new(ADMINISTRATOR).tell(json!([import("deal", &["account"], true, rows)])).unwrap();
    let accounts: Vec<_> = plan.changes.iter().filter(|change| change.key.entity == "account").collect();
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    assert_eq!(accounts[0].after["external_id"], text("A2"));
    assert_eq!(plan.rows[2].remarks[0].field.as_deref(), Some("account"));
}

/// A story in which a manager may enter history, or may not; its day is 2026-05-01.
fn historian(enters: bool) -> Story {
    let mut story = Story::new(MANAGER);
    let role = story.schema.roles.iter_mut().find(|role| role.id == MANAGER).unwrap();
    role.permissions.retain(|known| *known != Permission::EnterHistory);
    if enters {
        role.permissions.push(Permission::EnterHistory);
    }
    story
}

/// Since when the deal of a row stands in its stage, or the field and the reason why it may not.
fn since(story: &Story, cells: &[(&str, &str)]) -> Result<Instant, (String, String)> {
    let mut all = vec![("name", "三号线")];
    all.extend_from_slice(cells);
    let plan = tell(story, import("deal", &[], false, vec![row(2, &all)]));
    match plan.rows[0].problems.first() {
        Some(problem) => Err((problem.field.clone().unwrap_or_default(), problem.key.clone())),
        None => Ok(made_with(&plan, "deal", "三号线")[SINCE].instant().unwrap()),
    }
}

#[test]
fn a_row_says_since_when_its_record_stands_in_its_stage() {
    let story = historian(true);
    let now = story.within(|world| world.now);
    let day = |text: &str| {
        let day = crate::time::Date::parse(text).unwrap().naive().and_time(chrono::NaiveTime::MIN);
        story.within(|world| world.zones.instant(&world.actor.zone, day).unwrap())
    };
    let needs = ("stage", "needs");
    assert_eq!(since(&story, &[needs, (SINCE, "2026-04-02")]), Ok(day("2026-04-02")));
    assert_eq!(since(&story, &[(SINCE, "2026-04-02")]), Ok(day("2026-04-02")), "the first stage too");
    let moment = "2026-04-02T08:30:00Z";
    assert_eq!(since(&story, &[needs, (SINCE, moment)]), Ok(Instant::parse(moment).unwrap()));
    assert_eq!(since(&story, &[needs]), Ok(now), "as ever");
    assert_eq!(since(&story, &[needs, ("close_date", "2026-04-02")]), Ok(now), "an open one closes later");
    assert_eq!(
        since(&story, &[needs, ("engaged_on", "2026-04-02"), (SINCE, "2026-04-02")]),
        Ok(day("2026-04-02"))
    );
    // What is won or lost came there on its day.
    let (won, closed) = (("stage", "signed"), ("close_date", "2026-04-10"));
    assert_eq!(since(&story, &[won, closed]), Ok(day("2026-04-10")));
    assert_eq!(since(&story, &[won, closed, (SINCE, "2026-04-12")]), Ok(day("2026-04-12")));
    for odd in [("close_date", "2026-05-20"), ("engaged_on", "2026-04-11")] {
        let date = if odd.0 == "close_date" { vec![won, odd] } else { vec![won, closed, odd] };
        assert_eq!(since(&story, &date), Ok(now), "{odd:?}");
    }
}

#[test]
fn a_moment_that_cannot_be_or_may_not_be_said_refuses_its_row() {
    let says = |key: &str| Err((SINCE.to_owned(), key.to_owned()));
    let story = historian(true);
    for (cells, key) in [
        (vec![(SINCE, "2026-05-03")], "problem.in_future"),
        (vec![(SINCE, "2099-12-31")], "problem.in_future"),
        (vec![("engaged_on", "2026-04-02"), (SINCE, "2026-04-01")], "problem.before_start"),
        (vec![(SINCE, "soon")], "problem.not_instant"),
    ] {
        assert_eq!(since(&story, &cells), says(key), "{cells:?}");
    }
    let story = historian(false);
    assert_eq!(since(&story, &[(SINCE, "2026-04-02")]), says("problem.needs_enter_history"));
    let accounts = import("account", &[], false, vec![row(2, &[("name", "恒通"), (SINCE, "2026-04-02")])]);
    let plan = tell(&historian(true), accounts);
    assert_eq!(plan.rows[0].problems[0].key, "problem.unknown_field", "accounts have no stages");
}

#[test]
fn since_when_a_known_deal_stands_in_its_stage_stays() {
    let mut story = historian(true);
    let cells = |since| [("name", "三号线"), ("account", "恒通"), (SINCE, since)];
    let file = |since| import("deal", &["account"], true, vec![row(2, &cells(since))]);
    let plan = tell(&story, file("2026-04-02"));
    story.save(&plan);
    let again = tell(&story, file("2026-04-02"));
    assert_eq!((outcomes(&again), remarks(&again, 0)), (vec![RowOutcome::Skipped], vec![]));
    let other = tell(&story, file("2026-04-03"));
    assert_eq!(
        (outcomes(&other), remarks(&other, 0)),
        (vec![RowOutcome::Skipped], vec![(SINCE, "problem.kept_another")])
    );
}
