//! What names a person, or says how to reach one, stands in its record and in the erasable table beside the log,
//! and nowhere else: read straight from the databases' files.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeSet;

use api_tests::actions::{import, log_touch, undo, update};
use api_tests::browser::Server;
use api_tests::ids::new_id;
use api_tests::own_server::OwnServer;
use api_tests::person::command;
use api_tests::workspace::{Workspace, settings};
use domain::api::command::Answer;
use domain::command::ImportRow;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::json;

/// The tables of a database that hold a text anywhere, in any column.
fn tables_with(database: &Connection, text: &str) -> BTreeSet<String> {
    let names: Vec<String> = {
        let mut tables = database
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
            .unwrap();
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let holds = |table: &String| {
        let mut all = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = row.get_ref(column).unwrap() else {
                    continue;
                };
                if String::from_utf8_lossy(bytes).contains(text) {
                    return true;
                }
            }
        }
        false
    };
    names.into_iter().filter(holds).collect()
}

#[test]
fn names_and_addresses_of_people_are_in_no_log_and_no_receipt() {
    let mut own = OwnServer::start("personal").unwrap();
    let Workspace { admin } = Workspace::on(&Server::at(&own.url), settings());
    let account = admin.create("account", json!({"name": "恒通物流"}));

    // Written, changed, changed back by undo, in conflict, logged, imported, refused by an import.
    let contact = admin.create(
        "contact",
        json!({"name": "欧阳娜娜", "account": account, "phone": "13712345678", "email": "nana.ouyang@example.org", "wechat": "wx-nana"}),
    );
    let change = command(vec![update(
        "contact",
        contact,
        1,
        json!({}),
        json!({"name": "欧阳锋", "phone": "13887654321"}),
    )]);
    admin.done_as(&change);
    admin.done(vec![undo(change.id)]);
    let stale = update(
        "contact",
        contact,
        1,
        json!({"email": "old@example.org"}),
        json!({"email": "feng@example.org"}),
    );
    assert!(matches!(admin.send(&command(vec![stale])), Answer::Conflict { .. }));
    let summary = json!({"kind": "call", "summary": "欧阳娜娜说下周来"});
    admin.done(vec![log_touch(new_id(), "contact", contact, summary, None)]);
    let row = |line, cells: &[(&str, &str)]| ImportRow {
        line,
        record: new_id(),
        cells: cells.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect(),
    };
    let receipt = admin.done(vec![import(
        new_id(),
        "contact",
        false,
        vec![
            row(2, &[("name", "慕容复"), ("phone", "13911112222"), ("email", "fu.murong@example.org")]),
            row(
                3,
                &[
                    ("name", "令狐冲"),
                    ("phone", "my number 13933334444 or so"),
                    ("email", "linghu(at)example.org"),
                ],
            ),
        ],
    )]);
    assert_eq!(receipt.rows.len(), 2);
    admin.create("lead", json!({"name": "东方不败", "email": "dongfang@example.org", "company": "日月"}));

    own.kill().unwrap();
    let shards = own.databases_with("change_log").unwrap();
    let places = |text: &str| -> BTreeSet<String> {
        let found = shards.iter().flat_map(|shard| tables_with(shard, text)).collect::<BTreeSet<_>>();
        // The same texts are nowhere else on this machine's disk either, such as in the directory.
        for directory in own.databases_with("identity").unwrap() {
            assert_eq!(tables_with(&directory, text), BTreeSet::new(), "{text}");
        }
        found
    };
    let expect = |texts: &[&str], tables: &[&str]| {
        for text in texts {
            let tables: BTreeSet<String> = tables.iter().map(|table| (*table).to_owned()).collect();
            assert_eq!(places(text), tables, "{text}");
        }
    };
    // The reader of the files finds what is meant to be in the log.
    expect(&["日月"], &["lead", "change_log"]);
    expect(&["3712345678", "nana.ouyang@example.org", "wx-nana"], &["contact", "change_personal"]);
    expect(&["欧阳娜娜"], &["contact", "touch", "change_personal"]);
    expect(&["欧阳娜娜说下周来"], &["touch", "change_personal"]);
    expect(&["欧阳锋", "3887654321"], &["change_personal"]);
    expect(&["慕容复", "3911112222", "fu.murong@example.org"], &["contact", "change_personal"]);
    expect(&["东方不败", "dongfang@example.org"], &["lead", "change_personal"]);
    // What was refused is not kept at all.
    expect(&["old@example.org", "feng@example.org", "令狐冲", "3933334444", "linghu(at)example.org"], &[]);
}
