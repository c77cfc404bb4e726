//! `/api/v1/auth/sign-up`

use api_tests::browser::{Browser, Server};
use api_tests::workspace::{PASSWORD, Workspace, new_email, settings, sign_up_request};
use domain::api::account::{SignInRequest, SignUpRequest, WorkspaceRequest};
use domain::api::record::ListRequest;
use domain::api::{Code, Empty, GetSchema, GetSession, ListRecords, SignIn, SignUp};
use domain::schema::builtin;
use serde_json::json;

#[test]
fn signing_up_makes_a_workspace_with_its_first_administrator() {
    let Workspace { admin } = Workspace::new();
    let session = admin.call::<GetSession>(&[], &Empty {});
    assert_eq!((session.workspace, session.user), (admin.workspace, admin.user));
    assert_eq!(
        (session.role.as_str(), session.name.as_str(), &session.email),
        ("administrator", "Admin", &admin.email)
    );
    assert_eq!((session.revision, session.seq, session.zone.as_str()), (1, 0, "Asia/Shanghai"));
    assert_eq!(admin.call::<GetSchema>(&[], &Empty {}), builtin::schema(settings()));
    let users = admin.call::<ListRecords>(&["user"], &ListRequest::default()).records;
    assert_eq!(users.iter().map(|user| user.id).collect::<Vec<_>>(), [admin.user]);
    for entity in [
        "lead",
        "account",
        "contact",
        "deal",
        "deal_contact",
        "product",
        "competitor",
        "deal_competitor",
        "touch",
        "task",
        "comment",
        "team",
        "rate",
    ] {
        assert!(admin.ids(entity, None).is_empty(), "{entity}");
    }
}

#[test]
fn everything_wrong_with_a_sign_up_is_said_at_once_and_names_its_field() {
    let browser = Browser::new(&Server::shared());
    let request = SignUpRequest {
        workspace: WorkspaceRequest {
            name: " ".into(),
            language: "fr".into(),
            zone: "Mars/Olympus".into(),
            currency: "yuan".into(),
            ..settings().into()
        },
        name: "\u{3000}".into(),
        email: "nobody".into(),
        password: "short".into(),
    };
    let refusal = browser.refusal::<SignUp>(&[], &request);
    assert_eq!(refusal.code, Code::Invalid);
    let mut found: Vec<_> = refusal
        .problems
        .iter()
        .map(|problem| (problem.field.clone().unwrap_or_default(), problem.key.as_str()))
        .collect();
    found.sort();
    let expected = [
        ("email", "problem.not_email"),
        ("name", "problem.required"),
        ("password", "problem.too_short"),
        ("workspace.currency", "problem.not_currency"),
        ("workspace.language", "problem.not_a_choice"),
        ("workspace.name", "problem.required"),
        ("workspace.zone", "problem.not_zone"),
    ];
    assert_eq!(found, expected.map(|(field, key)| (field.to_owned(), key)));
    for problem in &refusal.problems {
        assert!(refusal.text.contains(problem.field.as_deref().unwrap()), "{}", refusal.text);
    }
}

#[test]
fn each_field_of_a_sign_up_has_its_limits() {
    let browser = Browser::new(&Server::shared());
    let good = sign_up_request(&new_email());
    let with = |change: &dyn Fn(&mut SignUpRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let cases = [
        ("workspace.name", with(&|request| request.workspace.name = "长".repeat(81))),
        ("workspace.name", with(&|request| request.workspace.name = "a\u{0}b".into())),
        ("workspace.currency", with(&|request| request.workspace.currency = "yuan".into())),
        ("workspace.currency", with(&|request| request.workspace.currency = String::new())),
        ("workspace.currency", with(&|request| request.workspace.currency = "cny".into())),
        ("name", with(&|request| request.name = "长".repeat(121))),
        ("name", with(&|request| request.name = "a\nb".into())),
        ("email", with(&|request| request.email = String::new())),
        ("email", with(&|request| request.email = format!("{}@example.com", "a".repeat(250)))),
        ("email", with(&|request| request.email = "a@b@c.example".into())),
        ("email", with(&|request| request.email = "a\u{0}@example.com".into())),
        ("password", with(&|request| request.password = "1234567".into())),
        ("password", with(&|request| request.password = "长".repeat(201))),
    ];
    for (field, request) in cases {
        let refusal = browser.refusal::<SignUp>(&[], &request);
        let fields: Vec<_> = refusal.problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
        assert_eq!((refusal.code, fields), (Code::Invalid, vec![field]), "{request:?}");
    }
    let mut body = json!(good);
    body["workspace"]["currency"] = 7.into();
    assert_eq!(browser.post("/api/v1/auth/sign-up", body.to_string()).refusal().code, Code::Malformed);
}

#[test]
fn an_address_with_another_password_is_taken() {
    let Workspace { admin } = Workspace::new();
    for email in [admin.email.clone(), format!("  {} ", admin.email.to_uppercase())] {
        let request = SignUpRequest { password: "another one".into(), ..sign_up_request(&email) };
        let refusal = admin.refusal::<SignUp>(&[], &request);
        assert_eq!(refusal.code, Code::Invalid);
        assert_eq!(
            (refusal.problems[0].field.as_deref(), refusal.problems[0].key.as_str()),
            (Some("email"), "problem.email_taken")
        );
    }
}

#[test]
fn the_same_person_opens_a_second_workspace_and_chooses_between_them() {
    let Workspace { admin } = Workspace::new();
    let mut browser = Browser::new(&admin.server);
    let second = browser.enter::<SignUp>(&[], &sign_up_request(&admin.email));
    assert_ne!(second.workspace, admin.workspace);
    let sign_in =
        |workspace| SignInRequest { email: admin.email.clone(), password: PASSWORD.to_owned(), workspace };
    for wanted in [admin.workspace, second.workspace] {
        assert_eq!(browser.call::<SignIn>(&[], &sign_in(Some(wanted))).workspace, wanted);
    }
    assert_eq!(browser.call::<SignIn>(&[], &sign_in(None)).workspace, second.workspace);
    let foreign = Workspace::new().admin.workspace;
    assert_eq!(browser.refusal::<SignIn>(&[], &sign_in(Some(foreign))).code, Code::WrongCredentials);
    // The first session still is one of the first workspace.
    assert_eq!(admin.call::<GetSession>(&[], &Empty {}).workspace, admin.workspace);
}

#[test]
fn two_sign_ups_with_one_address_at_the_same_moment_leave_one_identity() {
    let server = Server::shared();
    let email = new_email();
    let replies: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = ["correct horse", "battery staple"]
            .into_iter()
            .map(|password| {
                let (server, email) = (&server, &email);
                scope.spawn(move || {
                    let request = SignUpRequest { password: password.into(), ..sign_up_request(email) };
                    (password, Browser::new(server).reply::<SignUp>(&[], &request))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let winners: Vec<_> = replies.iter().filter(|(_, reply)| reply.status == 200).collect();
    assert_eq!(winners.len(), 1, "{replies:?}");
    for (password, reply) in &replies {
        let request =
            SignInRequest { email: email.clone(), password: (*password).to_owned(), workspace: None };
        let sign_in = Browser::new(&server).reply::<SignIn>(&[], &request);
        assert_eq!(sign_in.status == 200, reply.status == 200, "{sign_in}");
    }
}
