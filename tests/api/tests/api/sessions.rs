//! `/api/v1/sessions`

use api_tests::browser::{Browser, Request};
use api_tests::workspace::{PASSWORD, Workspace};
use domain::api::account::SignInRequest;
use domain::api::{Code, Empty, GetSession, ListSessions, RevokeSession, SignIn};

covers!(ListSessions, RevokeSession);

#[test]
fn sessions_are_listed_with_the_words_of_their_browsers_and_ended_at_once() {
    let Workspace { admin } = Workspace::new();
    let mut phone = Browser::new(&admin.server);
    let body = SignInRequest { email: admin.email.clone(), password: PASSWORD.to_owned(), workspace: None };
    let reply = phone.ask(&Request::of::<SignIn>(&[], &body).with("user-agent", "Phone 1.0"));
    phone.cookie = reply.header("set-cookie").and_then(|line| line.split(';').next()).map(str::to_owned);

    let mine = admin.call::<ListSessions>(&[], &Empty {}).sessions;
    assert_eq!(mine.len(), 2);
    let current: Vec<_> = mine.iter().filter(|session| session.current).collect();
    let other: Vec<_> = mine.iter().filter(|session| !session.current).collect();
    assert_eq!((current.len(), other.len(), other[0].agent.as_str()), (1, 1, "Phone 1.0"));
    let theirs = phone.call::<ListSessions>(&[], &Empty {}).sessions;
    assert!(theirs.iter().all(|session| session.current == (session.id == other[0].id)));

    let id = other[0].id.to_string();
    admin.call::<RevokeSession>(&[&id], &Empty {});
    assert_eq!(phone.refusal::<GetSession>(&[], &Empty {}).code, Code::NotSignedIn);
    assert_eq!(admin.refusal::<RevokeSession>(&[&id], &Empty {}).code, Code::NotFound);
    assert_eq!(admin.call::<ListSessions>(&[], &Empty {}).sessions.len(), 1);
}

#[test]
fn nobody_ends_or_sees_somebody_elses_session() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let session = rep.call::<ListSessions>(&[], &Empty {}).sessions.remove(0);
    let id = session.id.to_string();
    assert_eq!(workspace.admin.refusal::<RevokeSession>(&[&id], &Empty {}).code, Code::NotFound);
    assert!(
        workspace
            .admin
            .call::<ListSessions>(&[], &Empty {})
            .sessions
            .iter()
            .all(|known| known.id != session.id)
    );
    assert_eq!(rep.call::<GetSession>(&[], &Empty {}).user, rep.user);
    for wrong in ["x", "1", "01a20042-9c39-72cb-a694-6a3ca0623904"] {
        assert_eq!(rep.refusal::<RevokeSession>(&[wrong], &Empty {}).code, Code::NotFound);
    }
}
