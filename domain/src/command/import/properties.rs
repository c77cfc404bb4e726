//! Whatever rows say of several records, nothing of it disappears: it is saved, or the row says that it is not.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::super::tests::{ALL, Story, id, text};
use super::super::{Action, ImportRow, RowOutcome};
use super::tests::{import, row};
use super::{described, field_at};
use crate::access::ADMINISTRATOR;
use crate::fields::{DateOrder, DecimalMark, Reading, TextFormats};
use crate::money::Currency;
use crate::record::Record;
use crate::text::{match_key, tidy};
use crate::time::UtcOnly;
use crate::value::Value;

const PATHS: [(&str, &[&str]); 12] = [
    ("name", &["", "扩容", "扩 容", "泵"]),
    ("amount", &["", "1", "2", "many"]),
    ("stage", &["", "needs", "lost"]),
    ("external_id", &["", "", "D1", "D2"]),
    ("owner", &["", "", "Li", "Nobody"]),
    ("account", &["", "恒通", "恒-通", "云栖", "新的"]),
    ("account.industry", &["", "retail", "software", "nowhere"]),
    ("account.external_id", &["", "", "", "A1", "A2"]),
    ("contact", &["", "王芳", "李雷"]),
    ("contact.phone", &["", "13800138000", "13900139000"]),
    ("contact.position", &["", "采购", "总监"]),
    ("product", &["", "", "GTX Pro"]),
];

fn rows() -> impl Strategy<Value = Vec<ImportRow>> {
    let cells = PATHS.map(|(_, texts)| prop::sample::select(texts.to_vec())).to_vec();
    prop::collection::vec(cells, 1..9).prop_map(|rows| {
        let row = |(at, texts): (usize, Vec<&str>)| {
            let cells: Vec<(&str, &str)> =
                PATHS.iter().map(|(path, _)| *path).zip(texts).filter(|(_, text)| !text.is_empty()).collect();
            row(u32::try_from(at).unwrap() + 20, &cells)
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn world(filled: bool) -> Story {
    let mut story = Story::new(ADMINISTRATOR).with("user", 3, 1, &[("name", text("Li"))], ALL);
    story.names.insert(("user".into(), "li".into()), vec![id(3)]);
    if filled {
        let account = [("name", text("恒通")), ("industry", text("finance")), ("external_id", text("A1"))];
        let contact = [("name", text("王芳")), ("account", Value::Reference(id(5)))];
        story = story.with("account", 5, 1, &account, ALL).with("contact", 6, 1, &contact, ALL);
        story.names.insert(("account".into(), "恒通".into()), vec![id(5)]);
        story.names.insert(("contact".into(), "王芳".into()), vec![id(6)]);
    }
    story
}

/// Whether a record says what a cell says.
fn holds(story: &Story, record: &Record, field: &crate::schema::Field, cell: &str) -> bool {
    let current = record.get(&field.id);
    if let Some(target) = field.kind.relation_target() {
        let title = story.schema.entity(target).map(|target| target.title.clone()).unwrap_or_default();
        let pointed =
            current.reference().and_then(|id| story.records.get(&crate::record::RecordKey::new(target, id)));
        return pointed.is_some_and(|found| {
            found.record.get(&title).text().is_some_and(|name| match_key(name) == match_key(cell))
        });
    }
    if current.text().is_some_and(|name| match_key(name) == match_key(cell)) {
        return true;
    }
    let formats = TextFormats {
        dates: DateOrder::YearMonthDay,
        decimal: DecimalMark::Point,
        currency: Currency::parse("CNY").unwrap(),
    };
    let reading = Reading { schema: &story.schema, zone: "UTC", zones: &UtcOnly };
    field.kind.behaviour().read_text(cell, &formats, &reading).is_ok_and(|value| value.same(current))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_disappears(rows in rows(), filled in any::<bool>(), by_name in any::<bool>()) {
        let mut story = world(filled);
        let action = import("deal", &["account", "contact"], by_name, rows.clone());
        let plan = story.tell(json!([action])).unwrap();
        story.save(&plan);
        prop_assert_eq!(plan.rows.len(), rows.len());
        let deal = story.schema.entity("deal").unwrap();
        for (row, report) in rows.iter().zip(&plan.rows) {
            if report.outcome == RowOutcome::Refused {
                prop_assert!(!report.problems.is_empty());
                continue;
            }
            prop_assert!(report.problems.is_empty());
            for (path, cell) in &row.cells {
                // Who answers for a row that only tells of others answers for each of those.
                let of_others = |field: &str| path == "owner" && field.ends_with(".owner");
                let told = |field: &str| field == path || of_others(field);
                if report.remarks.iter().any(|remark| remark.field.as_deref().is_some_and(told)) {
                    continue;
                }
                let (owner, field) = field_at(&story.schema, deal, path).unwrap();
                // By its relation alone, a cell is the name of what the row describes.
                let named = described(&story.schema, deal, path).filter(|_| path == "account" || path == "contact");
                let name = named.and_then(|named| named.field(&named.title));
                let of_kind = |kind: &str| story.records.iter().filter(move |(key, _)| key.entity == kind).map(|(_, loaded)| &loaded.record).collect::<Vec<_>>();
                let mut records = of_kind(&owner.id);
                let mut field = field;
                if let Some((named, name)) = named.zip(name) {
                    records = of_kind(&named.id);
                    field = name;
                }
                let everyone = ["account", "contact", "deal"].into_iter().flat_map(of_kind).collect();
                let records = if path == "owner" { everyone } else { records };
                prop_assert!(
                    records.iter().any(|record| holds(&story, record, field, cell)),
                    "{path} {cell} of {row:?}: {report:?}"
                );
            }
        }
    }

    #[test]
    fn the_same_rows_again_make_no_second_of_anything(rows in rows(), filled in any::<bool>()) {
        let mut story = world(filled);
        let send = |rows: Vec<ImportRow>| -> Action { import("deal", &["account", "contact"], true, rows) };
        let plan = story.tell(json!([send(rows.clone())])).unwrap();
        story.save(&plan);
        // What was refused may go in now that others are there.
        let went_in = rows.iter().zip(&plan.rows).filter(|(_, report)| report.outcome != RowOutcome::Refused);
        let again: Vec<ImportRow> = went_in
            .map(|(row, _)| ImportRow { record: id(u8::try_from(row.line).unwrap() + 100), ..row.clone() })
            .collect();
        if again.is_empty() {
            return Ok(());
        }
        let before: BTreeMap<_, _> = story.records.iter().map(|(key, loaded)| (key.clone(), loaded.record.values.clone())).collect();
        let second = story.tell(json!([send(again)])).unwrap();
        for report in &second.rows {
            prop_assert_ne!(report.outcome, RowOutcome::Created, "{:?}", report);
        }
        for change in &second.changes {
            let known = &before[&change.key];
            for (field, value) in &change.after {
                prop_assert!(known.get(field).is_none_or(Value::is_null), "{field} {value:?}");
            }
        }
    }
}

#[test]
fn cells_of_only_blanks_say_nothing() {
    assert_eq!(tidy(" \t"), None);
    let plan = world(false)
        .tell(json!([import(
            "deal",
            &["account"],
            true,
            vec![row(20, &[("name", "一"), ("account.industry", "  ")])]
        )]))
        .unwrap();
    assert_eq!(plan.rows[0].outcome, RowOutcome::Created);
}
