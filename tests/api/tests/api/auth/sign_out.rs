//! `/api/v1/auth/sign-out`

use api_tests::browser::Browser;
use api_tests::workspace::{PASSWORD, Workspace};
use domain::api::account::SignInRequest;
use domain::api::{Code, Empty, GetSession, SignIn, SignOut};

#[test]
fn signing_out_ends_this_session_and_takes_the_cookie_away() {
    let Workspace { admin } = Workspace::new();
    let mut other = Browser::new(&admin.server);
    other.enter::<SignIn>(
        &[],
        &SignInRequest { email: admin.email.clone(), password: PASSWORD.to_owned(), workspace: None },
    );
    let reply = other.reply::<SignOut>(&[], &Empty {});
    assert_eq!(reply.status, 200, "{reply}");
    let line = reply.header("set-cookie").unwrap();
    assert!(line.starts_with("__Host-zhike=;") && line.contains("Max-Age=0"), "{line}");
    assert_eq!(other.refusal::<GetSession>(&[], &Empty {}).code, Code::NotSignedIn);
    assert_eq!(other.refusal::<SignOut>(&[], &Empty {}).code, Code::NotSignedIn);
    assert_eq!(admin.call::<GetSession>(&[], &Empty {}).user, admin.user);
}
