//! What the minute's work removes for good.

use api_tests::actions::{create, delete, restore, undo};
use api_tests::browser::{Browser, Server};
use api_tests::ids::new_id;
use api_tests::own_server::OwnServer;
use api_tests::person::Person;
use api_tests::workspace::{PASSWORD, Workspace, settings};
use domain::api::account::SignInRequest;
use domain::api::record::ListRequest;
use domain::api::{Code, Empty, GetSession, ListSessions, SignIn};
use domain::record::RESTORABLE_MS;
use rusqlite::Connection;
use serde_json::json;

/// As long as anything can be restored, and a minute more.
const LONG: i64 = RESTORABLE_MS + 60_000;

fn age(database: &Connection, sql: &str, id: &str) -> rusqlite::Result<usize> {
    database.execute(sql, (LONG, id))
}

fn deleted(person: &Person, entity: &str) -> usize {
    person.list(entity, &ListRequest { deleted: Some(true), ..ListRequest::default() }).records.len()
}

#[test]
fn what_was_deleted_long_ago_is_not_restored_and_then_removed_while_its_log_stays() {
    let mut own = OwnServer::start("purge").unwrap();
    let server = Server::at(&own.url);
    let Workspace { admin } = Workspace::on(&server, settings());
    let mut phone = Browser::new(&server);
    let entrance =
        SignInRequest { email: admin.email.clone(), password: PASSWORD.to_owned(), workspace: None };
    phone.enter::<SignIn>(&[], &entrance);
    let old = admin
        .call::<ListSessions>(&[], &Empty {})
        .sessions
        .into_iter()
        .find(|session| !session.current)
        .unwrap();

    let contact = admin.create("contact", json!({"name": "王芳"}));
    let (long, lately, kept, tie) = (new_id(), new_id(), new_id(), new_id());
    let made = admin.done(vec![
        create("deal", long, json!({"name": "早删的"})),
        create("deal", lately, json!({"name": "刚删的"})),
        create("deal", kept, json!({"name": "留下的"})),
        create("deal_contact", tie, json!({"deal": long, "contact": contact})),
    ]);
    admin.done(vec![delete("deal", long, 1), delete("deal", lately, 1)]);
    assert_eq!(deleted(&admin, "deal"), 2);
    let seq = admin.seq();

    own.kill().unwrap();
    let (mut records, mut sessions) = (0, 0);
    for database in own.databases_with("deal").unwrap() {
        records +=
            age(&database, "UPDATE deal SET deleted_at = deleted_at - ?1 WHERE id = ?2", &long.to_string())
                .unwrap();
        sessions += age(
            &database,
            "UPDATE session SET expires_at = expires_at - ?1 WHERE id = ?2",
            &old.id.to_string(),
        )
        .unwrap();
    }
    assert_eq!((records, sessions), (1, 1));
    own.start_again().unwrap();

    // Its days are over, whether the sweep has come by or not.
    assert_eq!(deleted(&admin, "deal"), 1);
    let (code, problems) = admin.refused(vec![restore("deal", long)]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.deleted_long_ago"));
    assert!(admin.sees("deal", long));

    let rung = ureq::get(format!("{}/cdn-cgi/local/scheduled", own.url)).call().unwrap();
    assert_eq!(rung.status().as_u16(), 200);
    assert!(!admin.sees("deal", long) && !admin.sees("deal_contact", tie));
    assert!(admin.sees("deal", lately) && admin.sees("deal", kept) && admin.sees("contact", contact));
    assert_eq!(admin.refused(vec![restore("deal", long)]).0, Code::NotFound);
    admin.done(vec![restore("deal", lately)]);
    assert_eq!(phone.refusal::<GetSession>(&[], &Empty {}).code, Code::NotSignedIn);
    assert_eq!(admin.seq(), seq + 1, "removing is no change");
    // What is gone keeps nothing else from being taken back.
    admin.done(vec![undo(made.command)]);
    assert_eq!(admin.count("deal", None), 0);

    own.kill().unwrap();
    let count = |sql: &str, id: &str| -> i64 {
        own.databases_with("deal")
            .unwrap()
            .iter()
            .map(|database| database.query_row(sql, [id], |row| row.get::<_, i64>(0)).unwrap())
            .sum()
    };
    assert_eq!(count("SELECT count(*) FROM deal WHERE id = ?1", &long.to_string()), 0);
    assert_eq!(count("SELECT count(*) FROM deal_contact WHERE id = ?1", &tie.to_string()), 0);
    assert_eq!(count("SELECT count(*) FROM session WHERE id = ?1", &old.id.to_string()), 0);
    assert_eq!(count("SELECT count(*) FROM change_log WHERE record_id = ?1", &long.to_string()), 2);
}
