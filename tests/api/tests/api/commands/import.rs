//! Importing rows.

use api_tests::actions::{import, undo};
use api_tests::ids::{new_id, now_ms};
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{Code, Empty, GetImport, GetStays};
use domain::command::{ImportRow, MAX_IMPORT_ROWS, RowOutcome};
use domain::ids::Id;
use domain::signals::SINCE;
use domain::time::Instant;
use serde_json::json;

fn row(line: u32, cells: &[(&str, &str)]) -> ImportRow {
    let cells = cells.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    ImportRow { line, record: new_id(), cells }
}

#[test]
fn rows_go_in_as_texts_and_each_stands_or_falls_by_itself() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "Acme Corporation"}));
    let id = new_id();
    let sent = command(vec![import(
        id,
        "deal",
        true,
        vec![
            row(
                2,
                &[
                    ("name", "一"),
                    ("external_id", "1C1I7A6R"),
                    ("account", " acme corporation"),
                    ("stage", "Signed"),
                    ("amount", "1,054.50"),
                    ("close_date", "2017-03-01"),
                ],
            ),
            row(3, &[("name", "二"), ("account", "Isdom"), ("amount", "CNY 12"), ("owner", "Moses Frase")]),
            row(4, &[("name", "三"), ("amount", "ten"), ("close_date", "2026-02-30"), ("stage", "Dreaming")]),
            row(5, &[("name", "四"), ("external_id", "1C1I7A6R")]),
            row(6, &[("account", "Isdom")]),
        ],
    )]);
    let receipt = admin.done_as(&sent);
    let outcomes: Vec<_> = receipt.rows.iter().map(|row| (row.line, row.outcome)).collect();
    use RowOutcome::{Created, Refused, Skipped};
    assert_eq!(
        outcomes,
        [(2, Created), (3, Created), (4, Refused), (5, Skipped), (6, Refused)],
        "{:?}",
        receipt.rows
    );
    let fields = |at: usize| {
        receipt.rows[at].problems.iter().filter_map(|problem| problem.field.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (fields(2), fields(3), fields(4)),
        (
            vec!["amount".into(), "close_date".into(), "stage".into()],
            vec!["external_id".into()],
            vec!["name".into()]
        )
    );

    let deals = admin
        .list(
            "deal",
            &domain::api::record::ListRequest { sort: Some("external_id".into()), ..Default::default() },
        )
        .records;
    assert_eq!(deals.len(), 2);
    let first = deals.iter().find(|deal| deal.values["name"] == "一").unwrap();
    assert_eq!(
        (&first.values["account"], &first.values["stage"], &first.values["close_date"]),
        (&json!(account), &json!("signed"), &json!("2017-03-01"))
    );
    assert_eq!(
        (&first.values["amount"]["amount"], &first.values["amount"]["currency"]),
        (&json!(105_450), &json!("USD"))
    );
    let second = deals.iter().find(|deal| deal.values["name"] == "二").unwrap();
    let owner: Id = second.values["owner"].as_str().unwrap().parse().unwrap();
    let user = admin.read("user", owner);
    assert_eq!(
        (&user.values["name"], &user.values["status"], &user.values["role"]),
        (&json!("Moses Frase"), &json!("inactive"), &json!("rep"))
    );
    assert_eq!(admin.count("account", None), 2, "Isdom was made once");

    let shown = admin.call::<GetImport>(&[&id.to_string()], &Empty {});
    assert_eq!(
        (shown.import, shown.commands.len(), shown.commands[0].command, shown.commands[0].undone),
        (id, 1, sent.id, false)
    );
    assert_eq!(shown.commands[0].created, 4);
    admin.done(vec![undo(sent.id)]);
    assert_eq!((admin.count("deal", None), admin.count("account", None)), (0, 1));
    assert!(admin.call::<GetImport>(&[&id.to_string()], &Empty {}).commands[0].undone);
}

#[test]
fn the_same_rows_again_are_skipped_by_their_external_id() {
    let Workspace { admin } = Workspace::new();
    let rows = || {
        (0..30)
            .map(|at| row(at + 2, &[("name", "行"), ("external_id", &format!("E{at}"))]))
            .collect::<Vec<_>>()
    };
    let first = admin.done(vec![import(new_id(), "account", false, rows())]);
    assert!(first.rows.iter().all(|row| row.outcome == RowOutcome::Created));
    let second = admin.done(vec![import(new_id(), "account", false, rows())]);
    assert!(second.rows.iter().all(|row| row.outcome == RowOutcome::Skipped));
    assert_eq!(admin.count("account", None), 30);
}

#[test]
fn two_chunks_at_once_agree_on_what_they_both_miss() {
    let Workspace { admin } = Workspace::new();
    let id = new_id();
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let send = |chunk: u32| {
            admin.done(vec![import(
                id,
                "deal",
                true,
                (0..20)
                    .map(|at| {
                        row(chunk * 20 + at, &[("name", "行"), ("account", "Isdom"), ("product", "GTX Pro")])
                    })
                    .collect(),
            )])
        };
        let threads: Vec<_> = (0..3).map(|chunk| scope.spawn(move || send(chunk))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(
        receipts.iter().flat_map(|receipt| &receipt.rows).all(|row| row.outcome == RowOutcome::Created),
        "{receipts:?}"
    );
    assert_eq!(
        (admin.count("account", None), admin.count("product", None), admin.count("deal", None)),
        (1, 1, 60)
    );
}

#[test]
fn a_name_that_is_missing_or_stands_for_two_refuses_its_row() {
    let Workspace { admin } = Workspace::new();
    for _ in 0..2 {
        admin.create("account", json!({"name": "恒通"}));
    }
    let receipt = admin.done(vec![import(
        new_id(),
        "deal",
        false,
        vec![row(2, &[("name", "一"), ("account", "恒通")]), row(3, &[("name", "二"), ("account", "没有")])],
    )]);
    let keys: Vec<_> = receipt
        .rows
        .iter()
        .map(|row| (row.problems[0].field.as_deref(), row.problems[0].key.as_str()))
        .collect();
    assert_eq!(
        keys,
        [(Some("account"), "problem.ambiguous_name"), (Some("account"), "problem.name_not_found")]
    );
}

#[test]
fn importing_and_entering_history_are_permissions_of_their_own() {
    let workspace = Workspace::new();
    let rows = || {
        vec![
            row(2, &[("name", "一"), ("stage", "signed")]),
            row(3, &[("name", "二"), ("stage", "first_contact")]),
        ]
    };
    for role in ["rep", "service", "finance", "read_only"] {
        assert_eq!(
            workspace.person(role, None).refused(vec![import(new_id(), "deal", false, rows())]).0,
            Code::Forbidden,
            "{role}"
        );
    }
    let manager = workspace.person("manager", None);
    let receipt = manager.done(vec![import(new_id(), "deal", false, rows())]);
    let outcomes: Vec<_> = receipt.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [RowOutcome::Refused, RowOutcome::Created]);
    assert_eq!(receipt.rows[0].problems[0].key, "problem.needs_enter_history");
    let (code, _) =
        workspace.person("marketing", None).refused(vec![import(new_id(), "deal", false, rows())]);
    assert_eq!(code, Code::Forbidden, "marketing imports leads only");
}

/// The stages of a deal, each with the moment it came there.
#[track_caller]
fn way(person: &Person, deal: Id) -> Vec<(String, String)> {
    let reply = person.call::<GetStays>(&["deal", &deal.to_string()], &Empty {});
    reply.stays.into_iter().map(|stay| (stay.stage, stay.from.to_string())).collect()
}

#[test]
fn a_row_says_since_when_its_deal_stands_in_its_stage_where_history_may_be_entered() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let ago = |days: i64| {
        let ms = i64::try_from(now_ms()).unwrap() - days * 24 * 60 * 60 * 1000;
        Instant::from_unix_ms(ms).unwrap().to_string()
    };
    let (then, later) = (ago(40), ago(-2));
    let sent = |name: &'static str, since: &str| {
        row(7, &[("name", name), ("stage", "needs"), ("engaged_on", "2024-01-02"), (SINCE, since)])
    };
    let rows = vec![
        sent("一", &then),
        row(8, &[("name", "二"), (SINCE, &later)]),
        row(9, &[("name", "三"), ("engaged_on", "2024-01-02"), (SINCE, "2023-12-30")]),
        row(10, &[("name", "四"), ("stage", "signed"), ("close_date", "2025-03-04")]),
        row(11, &[("name", "五")]),
    ];
    let ids: Vec<Id> = rows.iter().map(|row| row.record).collect();
    let receipt = admin.done(vec![import(new_id(), "deal", false, rows)]);
    let told: Vec<_> = receipt
        .rows
        .iter()
        .map(|row| {
            let problem = row.problems.first();
            (row.line, problem.map(|problem| (problem.field.as_deref().unwrap_or(""), problem.key.as_str())))
        })
        .collect();
    assert_eq!(
        told,
        [
            (7, None),
            (8, Some((SINCE, "problem.in_future"))),
            (9, Some((SINCE, "problem.before_start"))),
            (10, None),
            (11, None)
        ]
    );
    assert_eq!(admin.value("deal", ids[0], SINCE), json!(then));
    assert_eq!(way(admin, ids[0]), [("needs".to_owned(), then)]);
    // What is won came there on its day: it began between the evening before and the morning in every zone.
    let won = admin.value("deal", ids[3], SINCE);
    let day = Instant::parse(won.as_str().unwrap()).unwrap();
    let midnight = Instant::parse("2025-03-04T00:00:00Z").unwrap();
    assert!((day.unix_ms() - midnight.unix_ms()).abs() <= 14 * 60 * 60 * 1000, "{won}");
    assert_eq!(way(admin, ids[3]), [("signed".to_owned(), won.as_str().unwrap().to_owned())]);
    assert_eq!(way(admin, ids[4])[0].1, admin.value("deal", ids[4], SINCE), "without a word it is now");

    let manager = workspace.person("manager", None);
    let since = ago(3);
    let rows = vec![row(2, &[("name", "六"), (SINCE, &since)]), row(3, &[("name", "七")])];
    let receipt = manager.done(vec![import(new_id(), "deal", false, rows)]);
    let outcomes: Vec<_> = receipt.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [RowOutcome::Refused, RowOutcome::Created]);
    let problem = &receipt.rows[0].problems[0];
    assert_eq!(
        (problem.field.as_deref(), problem.key.as_str()),
        (Some(SINCE), "problem.needs_enter_history")
    );
}

#[test]
fn somebody_elses_import_is_shown_to_administrators_only() {
    let workspace = Workspace::new();
    let (manager, other) = (workspace.person("manager", None), workspace.person("manager", None));
    let id = new_id();
    manager.done(vec![import(id, "lead", false, vec![row(2, &[("name", "李")])])]);
    assert_eq!(manager.call::<GetImport>(&[&id.to_string()], &Empty {}).commands.len(), 1);
    assert_eq!(workspace.admin.call::<GetImport>(&[&id.to_string()], &Empty {}).commands.len(), 1);
    assert_eq!(other.refusal::<GetImport>(&[&id.to_string()], &Empty {}).code, Code::NotFound);
    assert_eq!(
        Workspace::new().admin.refusal::<GetImport>(&[&id.to_string()], &Empty {}).code,
        Code::NotFound
    );
}

#[test]
fn an_import_has_its_limits() {
    let Workspace { admin } = Workspace::new();
    let rows = |count: usize| {
        (0..count).map(|at| row(u32::try_from(at).unwrap(), &[("name", "李")])).collect::<Vec<_>>()
    };
    for count in [0, MAX_IMPORT_ROWS + 1] {
        let (code, problems) = admin.refused(vec![import(new_id(), "lead", false, rows(count))]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("rows")));
    }
    admin.done(vec![import(new_id(), "lead", false, rows(MAX_IMPORT_ROWS))]);
    assert_eq!(admin.count("lead", None), MAX_IMPORT_ROWS as u64);
    assert_eq!(admin.refused(vec![import(new_id(), "nothing", false, rows(1))]).0, Code::Forbidden);
}

#[test]
fn a_row_with_a_field_that_is_unknown_or_the_systems_is_refused() {
    let Workspace { admin } = Workspace::new();
    let receipt = admin.done(vec![import(
        new_id(),
        "account",
        false,
        vec![
            row(2, &[("name", "a"), ("nonsense", "b")]),
            row(3, &[("name", "a"), ("created_at", "2026-01-01T00:00:00Z")]),
        ],
    )]);
    let fields: Vec<_> =
        receipt.rows.iter().map(|row| (row.outcome, row.problems[0].field.as_deref())).collect();
    assert_eq!(fields, [(RowOutcome::Refused, Some("nonsense")), (RowOutcome::Refused, Some("created_at"))]);
}
