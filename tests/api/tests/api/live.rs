//! `/api/v1/live`

use api_tests::actions::create;
use api_tests::browser::{Browser, Request};
use api_tests::ids::new_id;
use api_tests::workspace::{PASSWORD, Workspace, new_email};
use domain::api::account::{ChangePasswordRequest, SignInRequest};
use domain::api::live::{CLOSED_AGAIN, CLOSED_TOO_MANY, CLOSED_UNHEARD, SOCKETS_OF_ONE};
use domain::api::record::CreateRequest;
use domain::api::{ChangePassword, Code, CreateRecord, Empty, ListSessions, RevokeSession, SignIn, SignOut};
use serde_json::json;

covers!(Live);

fn signed_in(workspace: &Workspace) -> Browser {
    let mut browser = Browser::new(&workspace.admin.server);
    let email = workspace.admin.email.clone();
    let request = SignInRequest { email, password: PASSWORD.to_owned(), workspace: None };
    browser.enter::<SignIn>(&[], &request);
    browser
}

#[test]
fn whoever_watches_is_told_how_far_the_workspace_has_come_however_it_did() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let mut watch = rep.watch();
    assert_eq!(watch.told(), rep.seq());

    let seq = workspace.admin.done(vec![create("account", new_id(), json!({"name": "恒通"}))]).seq;
    assert_eq!(watch.told_until(seq).last(), Some(&seq));
    let request = CreateRequest { id: new_id(), values: [("name".to_owned(), json!("蓝鲸"))].into() };
    let seq = workspace.admin.call::<CreateRecord>(&["account"], &request).seq;
    assert_eq!(watch.told_until(seq).last(), Some(&seq));
    let _ = workspace.invite(&new_email(), "rep", None);
    let seq = workspace.admin.seq();
    assert_eq!(watch.told_until(seq).last(), Some(&seq));
    let _ = workspace.person("rep", None);
    let seq = workspace.admin.seq();
    assert_eq!(watch.told_until(seq).last(), Some(&seq));
    workspace.add_field("account", "f_a", json!({"type": "integer"}));
    let seq = workspace.admin.seq();
    assert_eq!(watch.told_until(seq).last(), Some(&seq));
}

#[test]
fn many_changes_are_told_in_order_and_the_last_one_always() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (mut one, mut other) = (admin.watch(), workspace.person("rep", None).watch());
    let start = admin.seq();
    for _ in 0..12 {
        admin.create("lead", json!({"name": "李"}));
    }
    for watch in [&mut one, &mut other] {
        let told = watch.told_until(start + 12);
        assert!(told.is_sorted(), "{told:?}");
        assert_eq!(told.last(), Some(&(start + 12)));
    }
}

#[test]
fn nobody_is_told_of_another_workspace() {
    let workspaces = Workspace::on_each_shard();
    let mut watches: Vec<_> = workspaces.iter().map(|workspace| workspace.admin.watch()).collect();
    let starts: Vec<u64> = watches.iter_mut().map(|watch| watch.told()).collect();
    // The last one does much before the others do anything.
    let (last, rest) = workspaces.split_last().unwrap();
    for _ in 0..5 {
        last.admin.create("lead", json!({"name": "李"}));
    }
    watches[rest.len()].told_until(starts[rest.len()] + 5);
    for ((workspace, watch), start) in rest.iter().zip(&mut watches).zip(starts) {
        workspace.admin.create("lead", json!({"name": "王"}));
        assert_eq!(watch.told_until(start + 1).last(), Some(&(start + 1)));
    }
}

#[test]
fn a_socket_needs_a_session_and_one_of_our_own_pages() {
    let Workspace { admin } = Workspace::new();
    let own = Some(admin.server.url.as_str());
    let port = admin.server.url.rsplit(':').next().unwrap();
    let other_port = format!("http://localhost:1{port}");
    for foreign in [None, Some("https://evil.example"), Some("null"), Some(other_port.as_str())] {
        assert_eq!(admin.watch_from(foreign).err(), Some(403), "{foreign:?}");
    }
    let stranger = Browser::new(&admin.server);
    assert_eq!(stranger.watch_from(own).err(), Some(401));
    let shard = admin.shard().unwrap();
    let wrong = Some(format!("__Host-zhike={shard}.{}.abc", admin.workspace));
    assert_eq!(Browser { cookie: wrong, ..stranger }.watch_from(own).err(), Some(401));
    let plain = admin.get("/api/v1/live");
    assert_eq!(plain.refusal().code, Code::Malformed, "{plain}");
    assert_eq!(admin.bare(&Request::new("GET", "/api/v1/live")).refusal().code, Code::Forbidden);
    assert!(admin.watch_from(own).is_ok());
}

#[test]
fn a_session_that_ends_closes_its_sockets_and_opens_no_other() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let own = Some(admin.server.url.as_str());

    // Taken away from another device.
    let phone = signed_in(&workspace);
    let (mut gone, mut stays) = (phone.watch(), admin.watch());
    let sessions = admin.call::<ListSessions>(&[], &Empty {}).sessions;
    let other = sessions.iter().find(|session| !session.current).unwrap();
    admin.call::<RevokeSession>(&[&other.id.to_string()], &Empty {});
    assert_eq!(gone.closed(), CLOSED_AGAIN);
    assert_eq!(phone.watch_from(own).err(), Some(401));
    // Every device of the member shows its session again; this one has still one.
    assert_eq!(stays.closed(), CLOSED_AGAIN);
    let mut stays = admin.watch();
    assert_eq!(stays.told(), admin.seq());

    let tablet = signed_in(&workspace);
    let mut watch = tablet.watch();
    tablet.call::<SignOut>(&[], &Empty {});
    assert_eq!(watch.closed(), CLOSED_AGAIN);
    assert_eq!(tablet.watch_from(own).err(), Some(401));

    let tablet = signed_in(&workspace);
    let mut watch = tablet.watch();
    let request = ChangePasswordRequest { old: PASSWORD.to_owned(), new: "battery staple".to_owned() };
    admin.call::<ChangePassword>(&[], &request);
    assert_eq!(watch.closed(), CLOSED_AGAIN);
    assert_eq!(tablet.watch_from(own).err(), Some(401));

    let rep = workspace.person("rep", None);
    let mut watch = rep.watch();
    admin.update("user", rep.user, json!({"status": "inactive"}));
    assert_eq!(watch.closed(), CLOSED_AGAIN);
    assert_eq!(rep.watch_from(own).err(), Some(401));
}

#[test]
fn a_member_has_so_many_sockets_and_the_oldest_makes_room() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let mut others = workspace.admin.watch();
    let mut own: Vec<_> = (0..SOCKETS_OF_ONE)
        .map(|_| {
            let mut watch = rep.watch();
            watch.told();
            watch
        })
        .collect();
    let mut newest = rep.watch();
    newest.told();
    assert_eq!(own[0].closed(), CLOSED_TOO_MANY);
    let seq = workspace.admin.done(vec![create("account", new_id(), json!({"name": "恒通"}))]).seq;
    for watch in own.iter_mut().skip(1).chain([&mut newest, &mut others]) {
        assert_eq!(watch.told_until(seq).last(), Some(&seq));
    }
}

#[test]
fn a_socket_says_that_it_is_alive_and_hears_nothing_else() {
    let Workspace { admin } = Workspace::new();
    let mut watch = admin.watch();
    watch.told();
    assert!(watch.is_alive() && watch.is_alive());
    watch.say("x".repeat(1_000).as_str());
    assert_eq!(watch.closed(), CLOSED_UNHEARD);
    assert_eq!(admin.watch().told(), admin.seq());
}
