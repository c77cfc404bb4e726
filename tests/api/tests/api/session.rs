//! `/api/v1/session`

use api_tests::browser::Browser;
use api_tests::workspace::{PASSWORD, Workspace, sign_up_request};
use domain::api::account::{ChangePasswordRequest, PreferencesRequest, SignInRequest};
use domain::api::{ChangePassword, Code, Empty, GetSession, SetPreferences, SignIn, SignUp};
use serde_json::json;

covers!(GetSession, SetPreferences, ChangePassword);

fn preferences(language: Option<&str>, zone: Option<&str>) -> PreferencesRequest {
    PreferencesRequest { language: language.map(str::to_owned), zone: zone.map(str::to_owned) }
}

#[test]
fn the_session_says_how_far_workspace_and_definitions_have_come() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let before = admin.call::<GetSession>(&[], &Empty {});
    admin.create("account", json!({"name": "恒通"}));
    workspace.add_field("account", "f_size", json!({"type": "integer"}));
    let after = admin.call::<GetSession>(&[], &Empty {});
    assert_eq!((after.seq, after.revision), (before.seq + 2, before.revision + 1));
    assert!(after.now >= before.now);
}

#[test]
fn language_and_zone_are_each_readers_own() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    rep.call::<SetPreferences>(&[], &preferences(Some("zh"), Some("Europe/Berlin")));
    let session = rep.call::<GetSession>(&[], &Empty {});
    assert_eq!((session.language.as_deref(), session.zone.as_str()), (Some("zh"), "Europe/Berlin"));
    rep.call::<SetPreferences>(&[], &preferences(Some("en"), None));
    let session = rep.call::<GetSession>(&[], &Empty {});
    assert_eq!((session.language.as_deref(), session.zone.as_str()), (Some("en"), "Europe/Berlin"));
    let admin = workspace.admin.call::<GetSession>(&[], &Empty {});
    assert_eq!((admin.language, admin.zone.as_str()), (None, "Asia/Shanghai"));
}

#[test]
fn every_wrong_preference_is_named() {
    let Workspace { admin } = Workspace::new();
    let refusal = admin.refusal::<SetPreferences>(&[], &preferences(Some("fr"), Some("Mars/Olympus")));
    let fields: Vec<_> = refusal.problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!((refusal.code, fields), (Code::Invalid, vec!["language", "zone"]));
    for zone in ["", "asia/shanghai\u{0}", "../etc/passwd", "+08:00"] {
        assert_eq!(
            admin.refusal::<SetPreferences>(&[], &preferences(None, Some(zone))).code,
            Code::Invalid,
            "{zone}"
        );
    }
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let Workspace { admin } = Workspace::new();
    let mut other = Browser::new(&admin.server);
    let sign_in = |password: &str| SignInRequest {
        email: admin.email.clone(),
        password: password.to_owned(),
        workspace: None,
    };
    other.enter::<SignIn>(&[], &sign_in(PASSWORD));
    let change = |old: &str, new: &str| ChangePasswordRequest { old: old.to_owned(), new: new.to_owned() };

    let refusal = admin.refusal::<ChangePassword>(&[], &change("wrong horse", "battery staple"));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("old")));
    let refusal = admin.refusal::<ChangePassword>(&[], &change(PASSWORD, "short"));
    assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("new")));
    assert_eq!(other.call::<GetSession>(&[], &Empty {}).user, admin.user);

    admin.call::<ChangePassword>(&[], &change(PASSWORD, "battery staple"));
    assert_eq!(other.refusal::<GetSession>(&[], &Empty {}).code, Code::NotSignedIn);
    assert_eq!(admin.call::<GetSession>(&[], &Empty {}).user, admin.user);
    assert_eq!(other.refusal::<SignIn>(&[], &sign_in(PASSWORD)).code, Code::WrongCredentials);
    assert_eq!(other.call::<SignIn>(&[], &sign_in("battery staple")).user, admin.user);
}

#[test]
fn a_password_is_not_guessed_from_inside_a_session() {
    let Workspace { admin } = Workspace::new();
    let change = ChangePasswordRequest { old: "wrong horse".to_owned(), new: "battery staple".to_owned() };
    let answers: Vec<u16> = (0..12).map(|_| admin.reply::<ChangePassword>(&[], &change).status).collect();
    assert_eq!((answers[0], answers[9], answers[10], answers[11]), (422, 422, 429, 429), "{answers:?}");
}

#[test]
fn a_password_that_was_changed_forgets_the_attempts_before() {
    let Workspace { admin } = Workspace::new();
    let change = |old: &str| ChangePasswordRequest { old: old.to_owned(), new: "battery staple".to_owned() };
    for _ in 0..9 {
        assert_eq!(admin.reply::<ChangePassword>(&[], &change("wrong horse")).status, 422);
    }
    admin.call::<ChangePassword>(&[], &change(PASSWORD));
    for _ in 0..3 {
        assert_eq!(admin.reply::<ChangePassword>(&[], &change("wrong horse")).status, 422);
    }
}

#[test]
fn somebody_set_inactive_is_out_at_once() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    rep.create("account", json!({"name": "恒通"}));
    workspace.admin.update("user", rep.user, json!({"status": "inactive"}));
    assert_eq!(rep.refusal::<GetSession>(&[], &Empty {}).code, Code::NotSignedIn);
    let refusal = rep.post("/api/v1/commands", r#"{"commands":[]}"#);
    assert!(refusal.status == 401 || refusal.status == 422, "{refusal}");
    let browser = Browser::new(&rep.server);
    let request = SignInRequest { email: rep.email.clone(), password: PASSWORD.to_owned(), workspace: None };
    let refusal = browser.refusal::<SignIn>(&[], &request);
    assert_eq!(
        (refusal.code, refusal.problems[0].key.as_str()),
        (Code::Forbidden, "problem.membership_inactive")
    );
    workspace.admin.update("user", rep.user, json!({"status": "active"}));
    assert_eq!(rep.call::<GetSession>(&[], &Empty {}).user, rep.user);
}

#[test]
fn a_changed_role_holds_from_the_next_request_on() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let foreign = workspace.admin.create("account", json!({"name": "恒通"}));
    assert!(!rep.sees("account", foreign));
    workspace.admin.update("user", rep.user, json!({"role": "read_only"}));
    assert_eq!(rep.call::<GetSession>(&[], &Empty {}).role, "read_only");
    assert!(rep.sees("account", foreign));
    workspace.admin.update("user", rep.user, json!({"role": "rep"}));
    assert!(!rep.sees("account", foreign));
}

#[test]
fn a_promotion_holds_wherever_the_next_request_goes() {
    let workspace = Workspace::new();
    let person = workspace.person("service", None);
    let deal = workspace.admin.create("deal", json!({"name": "二期"}));
    assert!(!person.sees("deal", deal));
    workspace.admin.update("user", person.user, json!({"role": "read_only"}));
    assert!(person.sees("deal", deal));
}

#[test]
fn a_field_that_is_new_can_be_filtered_by_at_once() {
    let workspace = Workspace::new();
    let person = workspace.person("read_only", None);
    assert_eq!(person.count("account", None), 0);
    workspace.add_field("account", "f_size", json!({"type": "integer"}));
    assert_eq!(person.count("account", Some(&json!(["=", ["field", "f_size"], 1]))), 0);
}

#[test]
fn who_is_inactive_in_one_workspace_comes_into_the_others() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let sign_in =
        |workspace| SignInRequest { email: rep.email.clone(), password: PASSWORD.to_owned(), workspace };
    let mut browser = Browser::new(&rep.server);
    let own = browser.enter::<SignUp>(&[], &sign_up_request(&rep.email)).workspace;
    let reply = browser.call::<SignIn>(&[], &sign_in(None));
    assert_eq!(
        reply.entrances.iter().map(|entrance| entrance.workspace).collect::<Vec<_>>(),
        [own, rep.workspace]
    );
    workspace.admin.update("user", rep.user, json!({"status": "inactive"}));
    let refusal = browser.refusal::<SignIn>(&[], &sign_in(Some(rep.workspace)));
    assert_eq!(
        (refusal.code, refusal.problems[0].key.as_str()),
        (Code::Forbidden, "problem.membership_inactive")
    );
    let reply = browser.call::<SignIn>(&[], &sign_in(None));
    assert_eq!((reply.workspace, reply.entrances.len()), (own, 1));
}
