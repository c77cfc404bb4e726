//! Every type of custom field: kept as it was sent, found by its filters, sorted and counted.

use std::collections::BTreeSet;
use std::thread;

use api_tests::actions::{create, delete, import, restore, undo};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::command::Answer;
use domain::api::record::{CreateRequest, ListRequest, TotalsRequest};
use domain::api::{Code, CreateRecord, GetTotals, ListRecords};
use domain::command::{ImportRow, RowOutcome};
use domain::ids::Id;
use serde_json::{Value as Json, json};

fn option(id: &str, parent: Option<&str>) -> Json {
    let label = json!({"zh": format!("选项{id}"), "en": format!("Option {id}")});
    match parent {
        Some(parent) => json!({"id": id, "label": label, "parent": parent}),
        None => json!({"id": id, "label": label, "color": "teal"}),
    }
}

/// A type with its settings; a small and a large value; filters that let only the large one through.
struct Kind {
    settings: Json,
    values: [Json; 2],
    filters: Vec<Json>,
}

fn kinds() -> Vec<Kind> {
    let kind = |settings: Json, values: [Json; 2], filters: &[Json]| Kind {
        settings,
        values,
        filters: filters.into(),
    };
    let f = || json!(["field", "f_x"]);
    vec![
        kind(
            json!({"type": "checkbox"}),
            [json!(false), json!(true)],
            &[
                f(),
                json!(["=", f(), true]),
                json!(["in", f(), [true]]),
                json!(["not", ["or", ["=", f(), false], ["is_empty", f()]]]),
            ],
        ),
        kind(
            json!({"type": "percent", "scale": 1}),
            [json!("7.0"), json!("12.5")],
            &[json!([">", f(), 12.4]), json!(["=", f(), "12.5"])],
        ),
        kind(
            json!({"type": "url"}),
            [json!("https://a.example.com"), json!("https://b.example.com/x?y=z#w")],
            &[json!(["contains", f(), "B.EXAMPLE"]), json!(["starts_with", f(), "https://b"])],
        ),
        kind(
            json!({"type": "instant"}),
            [json!("1969-12-31T23:59:59.999Z"), json!("2026-05-01T04:30:00.000Z")],
            &[json!([">=", f(), "2026-05-01T12:30:00+08:00"]), json!(["=", f(), "2026-05-01T04:30:00Z"])],
        ),
        kind(json!({"type": "rating", "max": 5}), [json!(2), json!(5)], &[json!([">=", f(), 3])]),
        kind(
            json!({"type": "choices", "options": [option("a", None), option("b", None), option("c", None)]}),
            [json!(["a"]), json!(["b", "c"])],
            &[
                json!(["has", f(), "c"]),
                json!(["has_any", f(), ["b", "nothing"]]),
                json!(["and", ["has", f(), "b"], ["has", f(), "c"]]),
            ],
        ),
        kind(
            json!({"type": "tags"}),
            [json!(["展会"]), json!(["重点", "VIP", "\"quoted\""])],
            &[json!(["has", f(), "重点"]), json!(["has_any", f(), ["\"quoted\""]])],
        ),
        kind(json!({"type": "duration"}), [json!(0), json!(90)], &[json!([">", f(), 60])]),
        kind(
            json!({"type": "address"}),
            [
                json!({"province": "上海市", "city": "上海市", "street": "世纪大道1号"}),
                json!({"country": "中国", "province": "广东省", "city": "深圳市", "postcode": "518000"}),
            ],
            &[json!(["contains", f(), "广东省深圳市"]), json!(["=", f(), "中国广东省深圳市 518000"])],
        ),
        kind(
            // Choices sort in the order of their definition, not of their ids.
            json!({"type": "tree_choice", "options": [option("trade", None), option("make", None), option("pumps", Some("make"))]}),
            [json!("trade"), json!("pumps")],
            &[
                json!(["under", f(), "make"]),
                json!(["=", f(), "pumps"]),
                json!(["not", ["or", ["under", f(), "trade"], ["is_empty", f()]]]),
            ],
        ),
    ]
}

fn order(person: &Person, sort: &str) -> Vec<Id> {
    let request = ListRequest { sort: Some(sort.to_owned()), ..ListRequest::default() };
    person.list("account", &request).records.iter().map(|record| record.id).collect()
}

#[test]
fn a_custom_field_of_every_type_is_kept_filtered_and_sorted() {
    for Kind { settings, values, filters } in kinds() {
        let workspace = Workspace::new();
        let admin = &workspace.admin;
        workspace.add_field("account", "f_x", settings.clone());
        let [small, large] =
            values.clone().map(|value| admin.create("account", json!({"name": "x", "f_x": value})));
        let none = admin.create("account", json!({"name": "x"}));
        for (id, value) in [(small, &values[0]), (large, &values[1]), (none, &Json::Null)] {
            assert_eq!(admin.value("account", id, "f_x"), *value, "{settings}");
        }
        for filter in filters {
            assert_eq!(admin.ids("account", Some(&filter)), BTreeSet::from([large]), "{settings}: {filter}");
            assert_eq!(admin.count("account", Some(&filter)), 1, "{settings}: {filter}");
        }
        assert_eq!(
            admin.ids("account", Some(&json!(["is_empty", ["field", "f_x"]]))),
            BTreeSet::from([none])
        );
        if matches!(settings["type"].as_str(), Some("choices" | "tags")) {
            for sort in ["f_x", "-f_x"] {
                let request = ListRequest { sort: Some(sort.to_owned()), ..ListRequest::default() };
                let refusal = admin.refusal::<ListRecords>(&["account"], &request);
                let told: Vec<_> = refusal.problems.iter().map(|problem| problem.key.as_str()).collect();
                assert_eq!((refusal.code, told), (Code::Invalid, vec!["problem.cannot_sort"]), "{settings}");
            }
        } else {
            assert_eq!(order(admin, "f_x"), [none, small, large], "{settings}");
            assert_eq!(order(admin, "-f_x"), [large, small, none], "{settings}");
        }
        // An emptied field is as if it had never been filled, and undo brings its value back.
        let receipt = admin.update("account", large, json!({"f_x": null}));
        assert_eq!(admin.value("account", large, "f_x"), Json::Null, "{settings}");
        admin.done(vec![undo(receipt.command)]);
        assert_eq!(admin.value("account", large, "f_x"), values[1], "{settings}");
    }
}

#[test]
fn what_is_no_value_of_a_type_is_refused_by_name() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    for (at, Kind { settings, .. }) in kinds().into_iter().enumerate() {
        workspace.add_field("account", &format!("f_{at}"), settings);
    }
    let wrong = json!({
        "f_0": "yes", "f_1": "12.55", "f_2": "javascript:alert(1)", "f_3": "2026-05-01", "f_4": 6,
        "f_5": ["z"], "f_6": "重点", "f_7": "1h", "f_8": {"planet": "Mars"}, "f_9": "nothing",
    });
    let mut values = wrong.clone();
    values["name"] = json!("x");
    let (code, problems) = admin.refused(vec![create("account", new_id(), values)]);
    let told: Vec<&str> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    let expected: Vec<String> = (0..10).map(|at| format!("f_{at}")).collect();
    assert_eq!((code, told), (Code::Invalid, expected.iter().map(String::as_str).collect()), "{problems:?}");
}

#[test]
fn totals_count_a_record_with_each_of_its_values() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("deal", "f_tags", json!({"type": "tags"}));
    workspace.add_field("deal", "f_vip", json!({"type": "checkbox"}));
    workspace.add_field("deal", "f_place", json!({"type": "address"}));
    let money = |amount: i64| json!({"amount": amount, "currency": "CNY"});
    for (tags, vip, amount) in [
        (json!(["重点", "展会"]), json!(true), 100),
        (json!(["展会"]), json!(false), 20),
        (json!(null), json!(true), 3),
        (json!(null), json!(null), 4),
    ] {
        admin.create("deal", json!({"name": "x", "f_tags": tags, "f_vip": vip, "amount": money(amount)}));
    }
    let groups = |field: &str| -> BTreeSet<(Option<String>, u64, i64)> {
        let totals = admin.totals("deal", None, Some(field), Some("amount"));
        totals.into_iter().map(|total| (total.group, total.count, total.sum)).collect()
    };
    let group = |name: &str, count, sum| (Some(name.to_owned()), count, sum);
    assert_eq!(groups("f_tags"), [(None, 2, 7), group("展会", 2, 120), group("重点", 1, 100)].into());
    assert_eq!(groups("f_vip"), [(None, 1, 4), group("false", 1, 20), group("true", 2, 103)].into());
    let request = TotalsRequest { group: Some("f_place".to_owned()), ..TotalsRequest::default() };
    let refusal = admin.refusal::<GetTotals>(&["deal"], &request);
    assert_eq!(refusal.problems[0].key, "problem.cannot_group");
}

/// The year of the workspace's day, which a number with `{year}` carries.
fn number(person: &Person, id: Id) -> String {
    person.value("account", id, "f_no").as_str().unwrap_or_default().to_owned()
}

#[test]
fn numbers_follow_each_other_without_gap_or_double_however_many_create_at_once() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_no", json!({"type": "auto_number", "format": "HT-{0000}", "start": 7}));
    let writers: Vec<_> = (0..6)
        .map(|_| {
            let person = admin.clone();
            thread::spawn(move || {
                (0..5)
                    .map(|_| {
                        // Two at a time, so that a batch takes several numbers.
                        let (one, two) = (new_id(), new_id());
                        person.done(vec![
                            create("account", one, json!({"name": "x"})),
                            create("account", two, json!({"name": "y"})),
                        ]);
                        [one, two]
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let made: Vec<[Id; 2]> =
        writers.into_iter().flat_map(|writer| writer.join().unwrap_or_default()).collect();
    let given: BTreeSet<String> = made.iter().flatten().map(|id| number(admin, *id)).collect();
    let expected: BTreeSet<String> = (7..67).map(|number| format!("HT-{number:04}")).collect();
    assert_eq!(given, expected);
    // In the order of the command.
    assert!(made.iter().all(|[one, two]| number(admin, *one) < number(admin, *two)));
}

#[test]
fn a_number_is_given_on_every_way_in_and_stays() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let before = admin.create("account", json!({"name": "早先"}));
    workspace.add_field("account", "f_no", json!({"type": "auto_number", "format": "{year}-{000}"}));
    workspace.add_field("account", "f_short", json!({"type": "auto_number", "format": "{0}号"}));

    // A form.
    let first = new_id();
    let sent = command(vec![create("account", first, json!({"name": "恒通", "phone": "110"}))]);
    admin.done_as(&sent);
    let year = number(admin, first)[..4].to_owned();
    assert!(year.parse::<u32>().is_ok_and(|year| year > 2000));
    assert_eq!(number(admin, first), format!("{year}-001"));
    assert_eq!(admin.value("account", first, "f_short"), "1号");
    // Sent again, it takes no second one.
    admin.done_as(&sent);

    // REST.
    let second = new_id();
    let values = [("name".to_owned(), json!("REST"))].into();
    admin.call::<CreateRecord>(&["account"], &CreateRequest { id: second, values });
    assert_eq!(number(admin, second), format!("{year}-002"));

    // An import, with a row that is refused and an account that is made on the way.
    let row = |line: u32, cells: &[(&str, &str)]| {
        let cells = cells.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
        ImportRow { line, record: new_id(), cells }
    };
    let rows = vec![
        row(2, &[("name", "子公司"), ("parent", "母公司")]),
        row(3, &[("name", "坏行"), ("employees", "many")]),
        row(4, &[("name", "另一家")]),
    ];
    let (daughter, other) = (rows[0].record, rows[2].record);
    let receipt = admin.done(vec![import(new_id(), "account", true, rows)]);
    let refused = receipt.rows.iter().filter(|row| row.outcome == RowOutcome::Refused).count();
    assert_eq!((refused, receipt.records.len()), (1, 3));
    let given: BTreeSet<String> = receipt.records.iter().map(|saved| number(admin, saved.record)).collect();
    assert_eq!(given, [3, 4, 5].map(|number| format!("{year}-{number:03}")).into());
    assert!(number(admin, daughter) < number(admin, other));

    // A refused command takes none.
    let refusal = admin.send(&command(vec![create("account", new_id(), json!({"name": null}))]));
    assert!(matches!(refusal, Answer::Refused { .. }));
    let next = admin.create("account", json!({"name": "下一家"}));
    assert_eq!(number(admin, next), format!("{year}-006"));

    // It stays through change, deletion, restoring and undo; and an old record gets none.
    admin.update("account", first, json!({"name": "恒通物流"}));
    let version = admin.read("account", first).version;
    admin.done(vec![delete("account", first, version)]);
    admin.done(vec![restore("account", first)]);
    assert_eq!(number(admin, first), format!("{year}-001"));
    assert_eq!(number(admin, before), "");
    let gone = admin.done(vec![create("account", new_id(), json!({"name": "误建"}))]);
    let undone = admin.done(vec![undo(gone.command)]);
    assert!(undone.kept.is_empty(), "the number is no work of anybody's");

    // Nobody writes it.
    let (code, problems) =
        admin.refused(vec![create("account", new_id(), json!({"name": "x", "f_no": "2026-001"}))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.read_only"));
    let (_, problems) = admin.refused(vec![api_tests::actions::update(
        "account",
        next,
        1,
        json!({}),
        json!({"f_no": "2026-001"}),
    )]);
    assert_eq!(problems[0].field.as_deref(), Some("f_no"));

    // It is found like a text.
    let filter = json!(["=", ["field", "f_no"], format!("{year}-002")]);
    assert_eq!(admin.ids("account", Some(&filter)), BTreeSet::from([second]));
}

#[test]
fn cells_of_a_file_are_read_as_people_write_them() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let all = kinds();
    let texts = [
        "是",
        "12.5%",
        "Example.com",
        "2026-05-01 12:30",
        "★★★",
        "Option b、a",
        "#重点; 展会",
        "1小时30分",
        "广东省深圳市南山区科技园1号",
        "选项make / 选项pumps",
    ];
    let mut cells = vec![("name".to_owned(), "恒通".to_owned())];
    for (at, (Kind { settings, .. }, text)) in all.into_iter().zip(texts).enumerate() {
        workspace.add_field("account", &format!("f_{at}"), settings);
        cells.push((format!("f_{at}"), text.to_owned()));
    }
    let row = ImportRow { line: 2, record: new_id(), cells: cells.into_iter().collect() };
    let id = row.record;
    let receipt = admin.done(vec![import(new_id(), "account", false, vec![row])]);
    assert_eq!(receipt.rows[0].problems, Vec::new());
    let values = admin.read("account", id).values;
    let found: Vec<Json> = (0..10).map(|at| values[&format!("f_{at}")].clone()).collect();
    let expected = json!([
        true,
        "12.5",
        "https://example.com",
        "2026-05-01T04:30:00.000Z",
        3,
        ["a", "b"],
        ["重点", "展会"],
        90,
        {"province": "广东省", "city": "深圳市", "district": "南山区", "street": "科技园1号"},
        "pumps",
    ]);
    assert_eq!(json!(found), expected);
}
