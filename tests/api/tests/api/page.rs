//! The page and its files, as a browser gets them: what may run in it, who may frame it, what may be kept.
#![expect(clippy::panic, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use api_tests::browser::{Browser, Reply, Request, Server};

const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist");
const FOR_EVER: &str = "public, max-age=31536000, immutable";

fn visit(path: &str) -> Reply {
    let request = Request::new("GET", path).with("accept", "text/html").with("sec-fetch-mode", "navigate");
    Browser::new(&Server::shared()).bare(&request)
}

/// Each directive of the policy with what it allows.
fn policy(reply: &Reply) -> BTreeMap<String, Vec<String>> {
    let Some(policy) = reply.header("content-security-policy") else { panic!("{reply}: no policy") };
    let directive = |text: &str| {
        let mut words = text.split_whitespace().map(str::to_owned);
        words.next().map(|name| (name, words.collect()))
    };
    policy.split(';').filter_map(directive).collect()
}

/// Everything that an opening tag of the page names by this attribute.
fn named(page: &str, attribute: &str) -> BTreeSet<String> {
    let mark = format!(" {attribute}=\"/");
    page.split(&mark).skip(1).filter_map(|rest| Some(format!("/{}", rest.split('"').next()?))).collect()
}

#[test]
fn the_page_and_every_deep_link_run_only_what_is_ours() {
    for path in ["/", "/board", "/records/deal/01a20042-9c39-72cb-a694-6a3ca0623904?tab=timeline", "/reset/x"]
    {
        let reply = visit(path);
        assert_eq!(reply.status, 200, "{reply}");
        assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{reply}");
        let policy = policy(&reply);
        let allows = |directive: &str| policy.get(directive).map(|words| words.join(" ")).unwrap_or_default();
        assert_eq!(allows("default-src"), "'none'", "{policy:?}");
        assert_eq!(allows("script-src"), "'self' 'wasm-unsafe-eval'", "{policy:?}");
        assert_eq!(allows("connect-src"), "'self'", "{policy:?}");
        assert_eq!(allows("worker-src"), "'self'", "{policy:?}");
        assert_eq!(allows("form-action"), "'self'", "{policy:?}");
        assert_eq!(allows("base-uri"), "'none'", "{policy:?}");
        assert_eq!(allows("frame-ancestors"), "'none'", "{policy:?}");
        // Styles: our file, and inline ones by their hash.
        let by_hash = policy["style-src"].iter().filter(|word| word.starts_with("'sha256-")).count();
        assert_eq!(by_hash, reply.text.matches("<style").count(), "{policy:?}");
        assert_eq!(policy["style-src"].len(), by_hash + 1, "{policy:?}");
        for (directive, words) in &policy {
            for word in words {
                let open =
                    ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*"].contains(&word.as_str());
                assert!(!open && !word.starts_with("http"), "{directive} {word}");
            }
        }
        assert!(!reply.text.contains(" style=\"") && !reply.text.contains("<script>"), "{reply}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply}");
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"), "{reply}");
        // The next visit has to ask which program is the current one.
        let kept = reply.header("cache-control").unwrap_or_default();
        assert!(kept.contains("must-revalidate") && !kept.contains("immutable"), "{kept}");
        assert_eq!(reply.header("set-cookie"), None, "{reply}");
    }
}

#[test]
fn files_named_by_their_content_are_kept_for_ever_and_all_others_are_asked_for_again() {
    let page = visit("/").text;
    let mut files: BTreeSet<String> = ["src", "href", "data-js", "data-wasm"]
        .iter()
        .flat_map(|attribute| named(&page, attribute))
        .collect();
    let code = |ending: &str| files.iter().any(|file| file.ends_with(ending));
    assert!(code(".js") && code(".wasm") && code(".css"), "{files:?}");
    let built = Path::new(BUILT).read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    files.extend(built.map(|name| format!("/{}", name.to_string_lossy())).filter(|name| name.contains('.')));
    files.retain(|name| name != "/index.html");

    let browser = Browser::new(&Server::shared());
    let mut kept = 0;
    for file in &files {
        let reply = browser.bare(&Request::new("HEAD", file));
        assert_eq!(reply.status, 200, "{reply}");
        let stem = file.split('.').next().unwrap_or_default();
        let hash = stem.rsplit_once('-').map(|(_, hash)| hash).unwrap_or_default();
        let by_content = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        // The service worker keeps its name: by it the browser finds the next one.
        let is_code =
            file != "/sw.js" && [".js", ".wasm", ".css"].iter().any(|ending| file.ends_with(ending));
        assert_eq!(by_content, is_code, "{file}: code, and only code, is named by its content");
        assert_eq!(
            reply.header("cache-control") == Some(FOR_EVER),
            by_content,
            "{file}: {:?}",
            reply.headers
        );
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{file}");
        let kind = reply.header("content-type").unwrap_or_default();
        let wanted = match file.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("wasm") => "application/wasm",
            Some("css") => "text/css",
            _ => "",
        };
        assert!(kind.starts_with(wanted), "{file} is {kind}");
        kept += usize::from(by_content);
    }
    // The program, its bindings, the boot file, the styles, and the parts that come later.
    assert!(kept > 4, "{files:?}");
}

#[test]
fn the_page_is_never_what_an_api_call_gets() {
    for path in ["/api/v1/nothing", "/api/", "/api/v1/records/deal"] {
        let reply = visit(path);
        assert!(!reply.text.contains("<html"), "{reply}");
    }
}
