//! `/api/v1/auth/reset`. The links themselves are made by `cargo xtask reset-link`, out of reach from here: the
//! test that follows one runs that command on databases of its own.

use api_tests::browser::{Browser, Server};
use api_tests::own_server::OwnServer;
use api_tests::workspace::{PASSWORD, Workspace, settings, token_of};
use domain::api::account::{ResetRequest, SignInRequest};
use domain::api::{Code, Empty, GetSession, ResetPassword, SignIn};

const NEW: &str = "a new password";

fn reset(token: &str, password: &str) -> ResetRequest {
    ResetRequest { token: token.to_owned(), password: password.to_owned() }
}

fn sign_in(email: &str, password: &str) -> SignInRequest {
    SignInRequest { email: email.to_owned(), password: password.to_owned(), workspace: None }
}

#[test]
fn a_link_sets_a_new_password_once_and_ends_every_session() {
    let mut own = OwnServer::start("reset").unwrap();
    let server = Server::at(&own.url);
    let Workspace { admin } = Workspace::on(&server, settings());
    let mut second = Browser::new(&server);
    second.enter::<SignIn>(&[], &sign_in(&admin.email, PASSWORD));

    let nobody = own.reset_link("nobody@example.com").unwrap_err().to_string();
    assert!(nobody.contains("nobody signs in with nobody@example.com"), "{nobody}");
    let link = own.reset_link(&admin.email.to_uppercase()).unwrap();
    assert!(link.starts_with(&format!("{}/reset/", own.url)), "{link}");
    let token = token_of(&link);
    let locked_out = Browser::new(&server);

    // A password that will not do, and a token that is not quite this one, leave the link as it was.
    let refusal = locked_out.refusal::<ResetPassword>(&[], &reset(token, "short"));
    assert_eq!(refusal.problems[0].field.as_deref(), Some("password"));
    let refusal = locked_out.refusal::<ResetPassword>(&[], &reset(&format!("{token}x"), NEW));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("token")));
    assert_eq!(admin.call::<GetSession>(&[], &Empty {}).user, admin.user);

    locked_out.call::<ResetPassword>(&[], &reset(token, NEW));
    for old in [&admin.browser, &second] {
        assert_eq!(old.refusal::<GetSession>(&[], &Empty {}).code, Code::NotSignedIn);
    }
    let refusal = locked_out.refusal::<SignIn>(&[], &sign_in(&admin.email, PASSWORD));
    assert_eq!(refusal.code, Code::WrongCredentials);
    let mut again = Browser::new(&server);
    again.enter::<SignIn>(&[], &sign_in(&admin.email, NEW));
    assert_eq!(again.call::<GetSession>(&[], &Empty {}).user, admin.user);

    // Used up: whoever finds it later gets nothing with it.
    let refusal = locked_out.refusal::<ResetPassword>(&[], &reset(token, "yet another one"));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("token")));
    assert_eq!(again.call::<GetSession>(&[], &Empty {}).user, admin.user);

    // One that nobody followed in time: its hour is moved into the past while the server is away.
    let late = own.reset_link(&admin.email).unwrap();
    own.kill().unwrap();
    let aged: usize = own
        .databases_with("reset")
        .unwrap()
        .iter()
        .map(|database| database.execute("UPDATE reset SET expires_at = expires_at - 7200000", []).unwrap())
        .sum();
    assert_eq!(aged, 2, "both links stand there, by their hashes");
    own.start_again().unwrap();
    let refusal = locked_out.refusal::<ResetPassword>(&[], &reset(token_of(&late), "yet another one"));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("token")));
    assert_eq!(again.call::<GetSession>(&[], &Empty {}).user, admin.user);
}

#[test]
fn a_link_that_nobody_made_resets_nothing() {
    let browser = Browser::new(&Server::shared());
    for token in ["", "x", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", "长\u{0}", &"x".repeat(4_000)] {
        let refusal = browser.refusal::<ResetPassword>(&[], &reset(token, NEW));
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some("token")),
            "{token}"
        );
    }
    assert_eq!(
        browser.refusal::<ResetPassword>(&[], &reset("x", "short")).problems[0].field.as_deref(),
        Some("password")
    );
}
