//! `/api/v1/invitations`

use api_tests::browser::Browser;
use api_tests::workspace::{PASSWORD, Workspace, new_email, token_of};
use domain::api::account::{AcceptRequest, InviteRequest};
use domain::api::record::{ChangesRequest, TimelineEntry, TimelineRequest};
use domain::api::{
    AcceptInvitation, Code, Empty, GetInvitation, GetSession, GetTimeline, Invite, ListChanges,
};
use domain::command::ChangeKind;
use serde_json::json;

covers!(Invite, GetInvitation, AcceptInvitation);

fn invitation(email: &str, role: &str) -> InviteRequest {
    InviteRequest {
        user: None,
        name: "王芳".to_owned(),
        email: email.to_owned(),
        role: role.to_owned(),
        team: None,
    }
}

fn accept(password: &str) -> AcceptRequest {
    AcceptRequest { password: password.to_owned() }
}

#[test]
fn an_invitation_lets_one_person_in_once() {
    let workspace = Workspace::new();
    let team = workspace.team("华东", None);
    let email = new_email();
    let request = InviteRequest { team: Some(team), ..invitation(&email, "manager") };
    let reply = workspace.admin.call::<Invite>(&[], &request);
    assert!(reply.path.starts_with("/join/"), "{}", reply.path);
    let token = token_of(&reply.path);

    let mut guest = Browser::new(&workspace.admin.server);
    let shown = guest.call::<GetInvitation>(&[token], &Empty {});
    assert_eq!(
        (shown.workspace_name.as_str(), shown.name.as_str(), &shown.email, shown.known),
        ("测试公司", "王芳", &email, false)
    );
    assert_eq!(workspace.admin.value("user", reply.user, "status"), json!("invited"));
    assert_eq!(
        guest.refusal::<AcceptInvitation>(&[token], &accept("short")).problems[0].field.as_deref(),
        Some("password")
    );

    let entered = guest.enter::<AcceptInvitation>(&[token], &accept(PASSWORD));
    assert_eq!((entered.workspace, entered.user), (workspace.admin.workspace, reply.user));
    let session = guest.call::<GetSession>(&[], &Empty {});
    assert_eq!((session.role.as_str(), session.name.as_str(), &session.email), ("manager", "王芳", &email));
    let user = workspace.admin.read("user", reply.user);
    assert_eq!((&user.values["status"], &user.values["team"]), (&json!("active"), &json!(team)));

    assert_eq!(guest.refusal::<GetInvitation>(&[token], &Empty {}).code, Code::NotFound);
    assert_eq!(guest.refusal::<AcceptInvitation>(&[token], &accept(PASSWORD)).code, Code::NotFound);
}

#[test]
fn the_log_says_who_invited_whom_and_when_they_came_in() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let start = admin.seq();
    let (email, corrected) = (new_email(), new_email());
    let first = workspace.invite(&email, "rep", None);
    let request = InviteRequest { user: Some(first.user), ..invitation(&corrected, "manager") };
    let reply = admin.call::<Invite>(&[], &request);
    Browser::new(&admin.server).enter::<AcceptInvitation>(&[token_of(&reply.path)], &accept(PASSWORD));

    let feed = admin.call::<ListChanges>(&[], &ChangesRequest { after: start });
    let told: Vec<_> = feed
        .changes
        .iter()
        .map(|note| (note.record, note.entity.as_str(), note.version, note.change))
        .collect();
    use ChangeKind::{Created, Updated};
    assert_eq!(
        told,
        [
            (first.user, "user", 1, Created),
            (first.user, "user", 2, Updated),
            (first.user, "user", 3, Updated)
        ]
    );
    let timeline = admin.call::<GetTimeline>(&["user", &first.user.to_string()], &TimelineRequest::default());
    let changes: Vec<_> = timeline
        .entries
        .iter()
        .filter_map(|entry| match entry {
            TimelineEntry::Change { by, fields, .. } => Some((*by, fields)),
            _ => None,
        })
        .collect();
    assert_eq!(changes.iter().map(|(by, _)| *by).collect::<Vec<_>>(), [first.user, admin.user, admin.user]);
    assert_eq!(changes[0].1["status"], (json!("invited"), json!("active")));
    assert!(admin.value("user", first.user, "joined_at").is_string());
    assert_eq!(changes[1].1["role"], (json!("rep"), json!("manager")));
    assert_eq!(admin.value("user", first.user, "email"), json!(corrected));
    assert_eq!(changes[2].1["status"], (json!(null), json!("invited")));
}

#[test]
fn two_clicks_on_one_link_let_one_in() {
    let workspace = Workspace::new();
    let reply = workspace.invite(&new_email(), "rep", None);
    let token = token_of(&reply.path);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let open =
            || Browser::new(&workspace.admin.server).reply::<AcceptInvitation>(&[token], &accept(PASSWORD));
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().status).collect()
    });
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[test]
fn a_link_that_is_unknown_or_changed_leads_nowhere() {
    let workspace = Workspace::new();
    let reply = workspace.invite(&new_email(), "rep", None);
    let token = token_of(&reply.path).to_owned();
    let other = Workspace::new();
    let (shard, rest) = token.split_once('.').unwrap();
    let secret = rest.split_once('.').unwrap().1;
    let wrong = [
        "x".to_owned(),
        "0.1.2".to_owned(),
        format!("{token}x"),
        token[..token.len() - 1].to_owned(),
        format!("9.{rest}"),
        format!("{}.{rest}", if shard == "0" { "1" } else { "0" }),
        format!("{shard}.{}.{secret}", other.admin.workspace),
        format!("{shard}.{}.", workspace.admin.workspace),
        "%00".to_owned(),
        "..".to_owned(),
    ];
    for link in wrong {
        let guest = Browser::new(&workspace.admin.server);
        assert_eq!(guest.refusal::<GetInvitation>(&[&link], &Empty {}).code, Code::NotFound, "{link}");
        assert_eq!(
            guest.refusal::<AcceptInvitation>(&[&link], &accept(PASSWORD)).code,
            Code::NotFound,
            "{link}"
        );
    }
    assert_eq!(
        Browser::new(&workspace.admin.server).call::<GetInvitation>(&[&token], &Empty {}).name,
        "rep 同事"
    );
}

#[test]
fn somebody_with_a_password_joins_with_that_one() {
    let (first, second) = (Workspace::new(), Workspace::new());
    let person = first.person("rep", None);
    let reply = second.invite(&person.email, "finance", None);
    let token = token_of(&reply.path);
    let mut browser = Browser::new(&person.server);
    assert!(browser.call::<GetInvitation>(&[token], &Empty {}).known);
    let refusal = browser.refusal::<AcceptInvitation>(&[token], &accept("another password"));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("password")));
    browser.enter::<AcceptInvitation>(&[token], &accept(PASSWORD));
    let session = browser.call::<GetSession>(&[], &Empty {});
    assert_eq!((session.workspace, session.role.as_str()), (second.admin.workspace, "finance"));
    assert_eq!(person.call::<GetSession>(&[], &Empty {}).role, "rep");
}

#[test]
fn everything_wrong_with_an_invitation_is_said_at_once() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let foreign = Workspace::new();
    let foreign_team = foreign.team("华东", None);
    let request = InviteRequest {
        user: Some(foreign.admin.user),
        name: " ".into(),
        email: "nobody".into(),
        role: "emperor".into(),
        team: Some(foreign_team),
    };
    let refusal = admin.refusal::<Invite>(&[], &request);
    let mut fields: Vec<_> = refusal.problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    fields.sort_unstable();
    assert_eq!((refusal.code, fields), (Code::Invalid, vec!["email", "name", "role", "team", "user"]));
    let refusal = admin.refusal::<Invite>(&[], &invitation(&admin.email, "rep"));
    assert_eq!(
        (refusal.problems[0].field.as_deref(), refusal.problems[0].key.as_str()),
        (Some("email"), "problem.taken")
    );
}

#[test]
fn only_who_manages_people_invites() {
    let workspace = Workspace::new();
    for role in ["manager", "rep", "marketing", "service", "finance", "read_only"] {
        let person = workspace.person(role, None);
        assert_eq!(
            person.refusal::<Invite>(&[], &invitation(&new_email(), "administrator")).code,
            Code::Forbidden,
            "{role}"
        );
    }
}

#[test]
fn a_name_from_an_import_becomes_a_person_by_invitation() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let placeholder =
        admin.create("user", json!({"name": "Moses Frase", "role": "rep", "status": "inactive"}));
    let deal = admin.create("deal", json!({"name": "GTX", "owner": placeholder}));
    let request = InviteRequest {
        user: Some(placeholder),
        name: "Moses Frase".into(),
        ..invitation(&new_email(), "rep")
    };
    let reply = admin.call::<Invite>(&[], &request);
    assert_eq!(reply.user, placeholder);
    let mut browser = Browser::new(&admin.server);
    browser.enter::<AcceptInvitation>(&[token_of(&reply.path)], &accept(PASSWORD));
    assert_eq!(
        browser.call::<domain::api::GetRecord>(&["deal", &deal.to_string()], &Empty {}).record.id,
        deal
    );
    let refusal = admin.refusal::<Invite>(&[], &InviteRequest { email: new_email(), ..request });
    assert_eq!(refusal.problems[0].field.as_deref(), Some("user"));
}

#[test]
fn a_link_that_went_to_a_wrong_address_opens_nothing_once_it_is_corrected() {
    let workspace = Workspace::new();
    let wrong = workspace.invite(&new_email(), "rep", None);
    let corrected = InviteRequest { user: Some(wrong.user), ..invitation(&new_email(), "rep") };
    workspace.admin.call::<Invite>(&[], &corrected);
    let stranger = Browser::new(&workspace.admin.server);
    let link = token_of(&wrong.path).to_owned();
    assert_eq!(stranger.refusal::<GetInvitation>(&[&link], &Empty {}).code, Code::NotFound);
    assert_eq!(stranger.refusal::<AcceptInvitation>(&[&link], &accept(PASSWORD)).code, Code::NotFound);
}

#[test]
fn an_invitation_sent_again_replaces_the_one_before() {
    let workspace = Workspace::new();
    let email = new_email();
    let first = workspace.invite(&email, "rep", None);
    let request = InviteRequest { user: Some(first.user), ..invitation(&email, "manager") };
    let second = workspace.admin.call::<Invite>(&[], &request);
    let mut browser = Browser::new(&workspace.admin.server);
    browser.enter::<AcceptInvitation>(&[token_of(&second.path)], &accept(PASSWORD));
    assert_eq!(browser.call::<GetSession>(&[], &Empty {}).role, "manager");
    let late = Browser::new(&workspace.admin.server);
    assert_eq!(
        late.refusal::<AcceptInvitation>(&[token_of(&first.path)], &accept(PASSWORD)).code,
        Code::NotFound
    );
}
