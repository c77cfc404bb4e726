//! `/api/v1/auth/reset`. The links themselves are made by `cargo xtask reset-link`, out of reach from here.

use api_tests::browser::{Browser, Server};
use domain::api::account::ResetRequest;
use domain::api::{Code, ResetPassword};

#[test]
fn a_link_that_nobody_made_resets_nothing() {
    let browser = Browser::new(&Server::shared());
    for token in ["", "x", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", "长\u{0}", &"x".repeat(4_000)] {
        let request = ResetRequest { token: token.to_owned(), password: "a new password".to_owned() };
        let refusal = browser.refusal::<ResetPassword>(&[], &request);
        assert_eq!(
            (refusal.code, refusal.problems[0].field.as_deref()),
            (Code::Invalid, Some("token")),
            "{token}"
        );
    }
    let request = ResetRequest { token: "x".to_owned(), password: "short".to_owned() };
    assert_eq!(
        browser.refusal::<ResetPassword>(&[], &request).problems[0].field.as_deref(),
        Some("password")
    );
}
