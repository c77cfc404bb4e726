//! `/api/v1/export/{entity}` and `/api/v1/exports`

use api_tests::actions::{create, define};
use api_tests::browser::Reply;
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::record::{ExportRequest, ListRequest};
use domain::api::{Code, Empty, ExportRecords, ListExports};
use serde_json::json;

covers!(ExportRecords, ListExports);

const MARK: char = '\u{feff}';

#[track_caller]
fn export(person: &Person, entity: &str, request: &ExportRequest) -> Reply {
    let reply = person.reply::<ExportRecords>(&[entity], request);
    assert_eq!(reply.status, 200, "{reply}");
    reply
}

/// The lines of a file whose cells have no line ends.
fn lines(reply: &Reply) -> Vec<String> {
    let text = reply.text.strip_prefix(MARK).unwrap_or(&reply.text);
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

fn columns(columns: &str) -> ExportRequest {
    ExportRequest {
        columns: Some(columns.to_owned()),
        sort: Some("name".to_owned()),
        ..ExportRequest::default()
    }
}

#[test]
fn a_file_has_what_the_list_shows_in_its_order_and_the_words_of_its_reader() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    for (name, stage, minor) in [("乙", "needs", 125_050), ("甲", "needs", 700), ("丙", "lost", 1)] {
        admin.create("deal", json!({"name": name, "stage": stage, "amount": {"amount": minor, "currency": "CNY"}, "close_date": "2026-05-01"}));
    }
    let filter = json!(["=", ["field", "stage"], "needs"]);
    let request = ExportRequest {
        filter: Some(filter.to_string()),
        lang: Some("zh".to_owned()),
        ..columns("name,stage,amount,close_date,owner")
    };
    let reply = export(admin, "deal", &request);
    assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        reply
            .header("content-disposition")
            .is_some_and(|text| text.starts_with("attachment; filename=\"deal-"))
    );
    assert_eq!(reply.header("x-rows"), Some("2"));
    assert!(reply.text.starts_with(MARK));
    assert_eq!(
        lines(&reply),
        [
            "商机名称,阶段,金额,金额 币种,成交日期,负责人",
            "甲,需求确认,7.00,CNY,2026-05-01,Admin",
            "乙,需求确认,1250.50,CNY,2026-05-01,Admin",
        ]
    );
    let english = export(admin, "deal", &columns("name,stage"));
    assert_eq!(lines(&english)[..2], ["Name,Stage", "丙,Lost"]);
    assert_eq!(lines(&export(admin, "contact", &ExportRequest::default())).len(), 1);
}

#[test]
fn a_file_of_many_pages_has_every_row_once() {
    let Workspace { admin } = Workspace::new();
    let count = 1_203;
    let rows: Vec<_> =
        (0..count).map(|at| create("lead", new_id(), json!({"name": format!("线索 {at:04}")}))).collect();
    for chunk in rows.chunks(500) {
        admin.done(chunk.to_vec());
    }
    let reply = export(&admin, "lead", &columns("name"));
    let lines = lines(&reply);
    let wanted: Vec<String> = (0..count).map(|at| format!("线索 {at:04}")).collect();
    assert_eq!(lines[1..], wanted);
    assert_eq!(reply.header("x-rows"), Some(count.to_string().as_str()));
    assert_eq!(admin.count("lead", None), count);
}

#[test]
fn no_cell_runs_as_a_formula_and_cells_with_anything_in_them_come_back_whole() {
    let Workspace { admin } = Workspace::new();
    for (name, note) in
        [("=cmd|' /C calc'!A0", "+1"), ("@SUM(A1)", "-2"), ("-3", "\"a\", b\n第二行\r\nc"), ("＝1", "普通")]
    {
        admin.create("account", json!({"name": name, "note": note, "phone": "+1 415 555 0100"}));
    }
    let reply = export(&admin, "account", &columns("name,note,phone"));
    let text = reply.text.trim_start_matches(MARK);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    for row in &rows {
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '＝', '\t', '\r'])), "{row:?}");
    }
    assert!(rows.iter().any(|row| &row[1] == "\"a\", b\n第二行\r\nc"), "{rows:?}");
    assert!(rows.iter().any(|row| &row[0] == "'@SUM(A1)"), "{rows:?}");
}

#[test]
fn only_who_may_export_does_and_only_what_they_see() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (rep, manager, finance, marketing) = (
        workspace.person("rep", None),
        workspace.person("manager", None),
        workspace.person("finance", None),
        workspace.person("marketing", None),
    );
    workspace.account_and_deal(admin.user);
    manager.create("deal", json!({"name": "自己的"}));
    for nobody in [&rep, &marketing] {
        let refusal = nobody.refusal::<ExportRecords>(&["deal"], &ExportRequest::default());
        assert_eq!(refusal.code, Code::Forbidden);
    }
    assert_eq!(lines(&export(&manager, "deal", &columns("name"))), ["Name", "自己的"]);
    assert_eq!(lines(&export(&finance, "deal", &columns("name"))).len(), 3);
    assert_eq!(finance.refusal::<ExportRecords>(&["lead"], &ExportRequest::default()).code, Code::Forbidden);
    // A role that does not see a field gets no column of it, asked for or not.
    let mut role = domain::access::shipped_roles().into_iter().find(|role| role.id == "finance").unwrap();
    role.hidden.insert("deal".into(), vec!["amount".into()]);
    admin.done(vec![define(1, domain::schema::change::DefinitionChange::SetRole { role })]);
    let whole = export(&finance, "deal", &ExportRequest::default());
    assert!(!whole.text.contains("Amount"), "{whole}");
    let refusal = finance.refusal::<ExportRecords>(&["deal"], &columns("name,amount"));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("columns")));
}

#[test]
fn every_export_leaves_a_trace_and_no_refused_one_does() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let manager = workspace.person("manager", None);
    workspace.account_and_deal(admin.user);
    let filter = json!(["is_set", ["field", "name"]]).to_string();
    export(admin, "deal", &ExportRequest { filter: Some(filter.clone()), ..columns("name,stage") });
    export(&manager, "account", &columns("name"));
    let seq = admin.seq();
    for (field, request) in [
        ("filter", ExportRequest { filter: Some("{".into()), ..ExportRequest::default() }),
        ("sort", ExportRequest { sort: Some("nothing".into()), ..ExportRequest::default() }),
        ("columns", columns("name,nothing")),
        ("columns", columns("")),
        ("lang", ExportRequest { lang: Some("tlh".into()), ..ExportRequest::default() }),
    ] {
        let refusal = admin.refusal::<ExportRecords>(&["deal"], &request);
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some(field)),
            "{request:?}"
        );
    }
    assert_eq!(admin.refusal::<ExportRecords>(&["nothing"], &ExportRequest::default()).code, Code::NotFound);
    let told = admin.call::<ListExports>(&[], &Empty {});
    let short: Vec<_> =
        told.exports.iter().map(|one| (one.by, one.entity.as_str(), one.trace.rows)).collect();
    assert_eq!(short, [(manager.user, "account", 0), (admin.user, "deal", 1)]);
    assert_eq!(told.exports[1].trace.filter.as_deref(), Some(filter.as_str()));
    assert_eq!(told.exports[1].trace.columns, ["name", "stage"]);
    assert_eq!(told.names.get(&manager.user).map(String::as_str), Some("manager 同事"));
    let own = manager.call::<ListExports>(&[], &Empty {}).exports;
    assert!(own.len() == 1 && own[0].by == manager.user, "{own:?}");
    // A trace is no change: the feed and undo know nothing of it.
    assert_eq!(admin.seq(), seq);
    assert_eq!(admin.list("deal", &ListRequest::default()).records.len(), 1);
}
