//! `/api/v1/auth/sign-in`

use api_tests::browser::Browser;
use api_tests::workspace::{PASSWORD, Workspace, new_email};
use domain::api::account::SignInRequest;
use domain::api::{Code, Empty, GetSession, SignIn};

fn sign_in(email: &str, password: &str) -> SignInRequest {
    SignInRequest { email: email.to_owned(), password: password.to_owned(), workspace: None }
}

#[test]
fn signing_in_starts_a_session() {
    let Workspace { admin } = Workspace::new();
    let mut other = Browser::new(&admin.server);
    let reply = other.enter::<SignIn>(&[], &sign_in(&format!(" {} ", admin.email.to_uppercase()), PASSWORD));
    assert_eq!((reply.workspace, reply.user), (admin.workspace, admin.user));
    assert_eq!(other.call::<GetSession>(&[], &Empty {}).user, admin.user);
    assert_ne!(other.cookie, admin.cookie);
}

#[test]
fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let Workspace { admin } = Workspace::new();
    let browser = Browser::new(&admin.server);
    let wrong = [
        sign_in(&admin.email, "wrong horse"),
        sign_in(&admin.email, ""),
        sign_in(&admin.email, &format!("{PASSWORD} ")),
        sign_in(&admin.email, &"x".repeat(5_000)),
        sign_in(&new_email(), PASSWORD),
        sign_in("nobody", PASSWORD),
        sign_in("", ""),
    ];
    for request in wrong {
        let reply = browser.reply::<SignIn>(&[], &request);
        let refusal = reply.refusal();
        assert_eq!((refusal.code, refusal.problems.len()), (Code::WrongCredentials, 0), "{reply}");
        assert_eq!(refusal.text, "E-mail or password is not right");
        assert_eq!(reply.header("set-cookie"), None);
    }
}

#[test]
fn an_account_has_ten_attempts_from_wherever_they_come() {
    let Workspace { admin } = Workspace::new();
    let attempt = |password: &str| {
        Browser::new(&admin.server).reply::<SignIn>(&[], &sign_in(&admin.email, password)).status
    };
    // Signing up counted as the first.
    let answers: Vec<u16> = (0..12).map(|_| attempt("wrong horse")).collect();
    assert!(answers.iter().take(9).all(|status| *status == 401), "{answers:?}");
    assert!(answers.iter().skip(10).all(|status| *status == 429), "{answers:?}");
    assert_eq!(attempt(PASSWORD), 429, "the right password does not open a locked account");
    // Who is in stays in.
    assert_eq!(admin.call::<GetSession>(&[], &Empty {}).user, admin.user);
}

#[test]
fn an_address_has_a_hundred_attempts_whatever_the_account() {
    let Workspace { admin } = Workspace::new();
    let browser = Browser::new(&admin.server);
    let answers: Vec<u16> = (0..102)
        .map(|_| browser.reply::<SignIn>(&[], &sign_in(&new_email(), "wrong horse")).status)
        .collect();
    assert!(answers.iter().take(100).all(|status| *status == 401), "{answers:?}");
    assert!(answers.iter().skip(100).all(|status| *status == 429), "{answers:?}");
    let elsewhere = Browser::new(&admin.server);
    assert_eq!(elsewhere.reply::<SignIn>(&[], &sign_in(&admin.email, PASSWORD)).status, 200);
}

#[test]
fn success_forgets_the_attempts_before_it() {
    let Workspace { admin } = Workspace::new();
    let browser = Browser::new(&admin.server);
    for _ in 0..2 {
        for _ in 0..7 {
            assert_eq!(browser.reply::<SignIn>(&[], &sign_in(&admin.email, "wrong horse")).status, 401);
        }
        assert_eq!(browser.reply::<SignIn>(&[], &sign_in(&admin.email, PASSWORD)).status, 200);
    }
}
