//! Who gets in at all, and what every reply carries.

use api_tests::browser::{Browser, Reply, Request, Server};
use api_tests::workspace::{PASSWORD, Workspace, new_email, sign_up_request};
use domain::api::{Call, Code, ENDPOINTS, Empty, Gate, GetSession, Method, SignIn, SignUp, fill};
use domain::ids::Id;

const ANY: &str = "01a20042-9c39-72cb-a694-6a3ca0623904";

/// A request of an endpoint that names nothing that exists.
fn blank(endpoint: &domain::api::Endpoint) -> Request {
    let first = if endpoint.path.contains("{entity}") { "deal" } else { ANY };
    let path = fill(endpoint.path, &[first, ANY]);
    let request = Request::new(endpoint.method.name(), &path);
    if endpoint.method.has_body() { request.json("{}") } else { request }
}

fn code(reply: &Reply) -> Code {
    reply.refusal().code
}

#[test]
fn without_a_session_every_endpoint_that_needs_one_says_so() {
    let stranger = Browser::new(&Server::shared());
    let Workspace { admin } = Workspace::new();
    let cookie = admin.cookie.clone().unwrap();
    let shard = admin.shard().unwrap();
    let cookies = [
        None,
        Some("__Host-zhike=".to_owned()),
        Some("__Host-zhike=x".to_owned()),
        Some(format!("__Host-zhike=9.{}.abc", admin.workspace)),
        Some(format!("__Host-zhike={shard}.{}.abc", admin.workspace)),
        Some(format!("__Host-zhike={shard}.not-an-id.abc")),
        Some(format!("{cookie}x")),
        Some(cookie.replace("__Host-zhike", "zhike")),
    ];
    for cookie in cookies {
        let browser = Browser { cookie, ..stranger.copy() };
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.gate == Gate::Session) {
            let reply = browser.ask(&blank(endpoint));
            // A request that cannot be read may be told so first; nothing of the workspace is in that.
            let said = code(&reply);
            assert!(matches!(said, Code::NotSignedIn | Code::Malformed), "{:?}: {reply}", browser.cookie);
        }
        assert_eq!(code(&browser.get("/api/v1/session")), Code::NotSignedIn);
    }
}

#[test]
fn unsafe_requests_have_to_come_from_our_own_pages() {
    let Workspace { admin } = Workspace::new();
    let own = &admin.server.url;
    let foreign = [
        vec![],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "http://localhost:1")],
        vec![("origin", own), ("sec-fetch-site", "cross-site")],
        vec![("origin", own), ("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("referer", own)],
    ];
    let reads = [Method::Get, Method::Socket];
    for endpoint in ENDPOINTS.iter().filter(|endpoint| !reads.contains(&endpoint.method)) {
        for headers in &foreign {
            let request =
                headers.iter().fold(blank(endpoint), |request, (name, value)| request.with(name, value));
            let reply = admin.bare(&request);
            assert_eq!(code(&reply), Code::Forbidden, "{headers:?}: {reply}");
        }
        // Signing out from our own page would end the session that the others need.
        if endpoint.name != "sign_out" {
            let same = admin.bare(&blank(endpoint).with("sec-fetch-site", "same-origin"));
            assert_ne!(same.status, 403, "{same}");
        }
    }
}

#[test]
fn reading_needs_no_origin() {
    let Workspace { admin } = Workspace::new();
    assert_eq!(admin.bare(&Request::of::<GetSession>(&[], &Empty {})).status, 200);
}

#[test]
fn a_body_has_to_be_json_by_its_own_words() {
    let Workspace { admin } = Workspace::new();
    for kind in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
    ] {
        for endpoint in
            ENDPOINTS.iter().filter(|endpoint| endpoint.method.has_body() && endpoint.name != "sign_out")
        {
            let mut request = blank(endpoint);
            request.headers.clear();
            if !kind.is_empty() {
                request = request.with("content-type", kind);
            }
            let reply = admin.ask(&request);
            assert_eq!(code(&reply), Code::UnsupportedMediaType, "{kind}: {reply}");
        }
    }
    let request = Request::new("PATCH", "/api/v1/session")
        .with("content-type", "Application/JSON; charset=UTF-8")
        .body("{}");
    assert_eq!(admin.ask(&request).status, 200);
}

#[test]
fn unknown_paths_and_wrong_methods_are_told_apart() {
    let Workspace { admin } = Workspace::new();
    let unknown = [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/session",
        "/api/v1/session/",
        "/api/v1//session",
        "/api/v1/records",
        "/api/v1/records/",
        "/api/v1/Session",
    ];
    for path in unknown {
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT"] {
            let reply = admin.ask(&Request::new(method, path));
            assert_eq!(code(&reply), Code::NotFound, "{reply}");
        }
    }
    for endpoint in ENDPOINTS {
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"] {
            let known =
                ENDPOINTS.iter().any(|other| other.path == endpoint.path && other.method.name() == method);
            if !known {
                let request = Request { method: method.to_owned(), ..blank(endpoint) };
                let reply = admin.ask(&request);
                assert_eq!(code(&reply), Code::MethodNotAllowed, "{reply}");
            }
        }
    }
}

#[test]
fn every_reply_carries_the_security_headers_and_an_id() {
    let server = Server::shared();
    let stranger = Browser::new(&server);
    let Workspace { admin } = Workspace::new();
    let mut ids = std::collections::BTreeSet::new();
    let replies = [
        stranger.get("/api/v1/health"),
        stranger.get("/api/v1/openapi.json"),
        stranger.get("/api/v1/nothing"),
        stranger.get("/api/v1/session"),
        stranger.post("/api/v1/auth/sign-in", "{"),
        stranger.bare(&Request::new("POST", "/api/v1/auth/sign-in")),
        stranger.reply::<SignUp>(&[], &sign_up_request(&new_email())),
        admin.get("/api/v1/session"),
        admin.get("/api/v1/schema"),
        admin.get("/api/v1/records/deal?limit=0"),
        admin.post("/api/v1/health", "{}"),
    ];
    for reply in replies {
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{reply}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(reply.header("access-control-allow-origin"), None);
        assert!(
            reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json")),
            "{reply}"
        );
        let id = reply.header("x-request-id").unwrap();
        assert!(id.parse::<Id>().is_ok() && ids.insert(id.to_owned()), "{id}");
    }
}

#[test]
fn the_cookie_is_for_this_host_only_and_out_of_reach_of_scripts() {
    let Workspace { admin } = Workspace::new();
    let request = domain::api::account::SignInRequest {
        email: admin.email.clone(),
        password: PASSWORD.to_owned(),
        workspace: None,
    };
    let reply = admin.reply::<SignIn>(&[], &request);
    let line = reply.header("set-cookie").unwrap();
    assert!(line.starts_with("__Host-zhike="), "{line}");
    let attributes: Vec<&str> = line.split("; ").skip(1).collect();
    for wanted in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(attributes.contains(&wanted), "{line}");
    }
    assert!(
        !attributes.iter().any(|attribute| attribute.to_ascii_lowercase().starts_with("domain")),
        "{line}"
    );
    assert!(SignIn::ENDPOINT.gate == Gate::Public);
}
