//! The workspace's logo: who sets it, what it may be, and who sees it.

use api_tests::actions::{define, undo};
use api_tests::browser::{Browser, Reply};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::{Code, Empty, GetFile, GetSchema};
use domain::files::MAX_LOGO_BYTES;
use domain::ids::Id;
use domain::schema::change::DefinitionChange;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1];
const WEBP: &[u8] = b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0";
const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n";

fn logo_of(person: &Person) -> Option<Id> {
    person.call::<GetSchema>(&[], &Empty {}).workspace.logo
}

fn set(person: &Person, logo: Option<Id>) -> Vec<domain::command::Action> {
    vec![define(person.revision(), DefinitionChange::SetLogo { logo })]
}

#[track_caller]
fn get(browser: &Browser, file: Id) -> Reply {
    browser.reply::<GetFile>(&[&file.to_string()], &Empty {})
}

#[track_caller]
fn refused(person: &Person, logo: Id) -> (Code, Option<String>, String) {
    let (code, mut problems) = person.refused(set(person, Some(logo)));
    let problem = problems.remove(0);
    (code, problem.field, problem.key)
}

#[test]
fn everybody_in_the_workspace_sees_its_logo_and_nobody_else_does() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (colleague, stranger) = (workspace.person("read_only", None), Workspace::new().admin);
    let logo = admin.upload("logo.png", PNG);
    assert_eq!(get(&colleague, logo.id).status, 404);
    admin.done(set(admin, Some(logo.id)));
    assert_eq!((logo_of(admin), logo_of(&colleague)), (Some(logo.id), Some(logo.id)));
    let reply = get(&colleague, logo.id);
    assert_eq!((reply.status, reply.bytes.as_slice()), (200, PNG));
    for (header, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("vary", "cookie"),
    ] {
        assert_eq!(reply.header(header), Some(value), "{header}");
    }
    let policy = reply.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");

    assert_eq!(get(&stranger, logo.id).refusal().code, Code::NotFound);
    assert_eq!(get(&Browser::new(&admin.server), logo.id).status, 401);
    assert_eq!(refused(&stranger, logo.id).2, "problem.file_not_found");
    // What it may be, and that the content says so.
    for (name, bytes) in [("a.jpg", JPEG), ("a.webp", WEBP)] {
        let file = admin.upload(name, bytes);
        admin.done(set(admin, Some(file.id)));
        assert_eq!(get(&colleague, file.id).header("content-type"), Some(file.media.as_str()));
    }
}

#[test]
fn a_logo_is_a_small_picture_brought_by_who_may_define() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let other = workspace.person("administrator", None);
    let mut large = PNG.to_vec();
    large.resize(usize::try_from(MAX_LOGO_BYTES).unwrap() + 1, 0);
    let at_logo = |key: &str| (Code::Invalid, Some("logo".to_owned()), key.to_owned());
    for (file, key) in [
        (admin.upload("a.gif", GIF).id, "problem.not_logo"),
        (admin.upload("a.pdf", PDF).id, "problem.not_logo"),
        (admin.upload("a.png", &large).id, "problem.file_too_large"),
        (other.upload("a.png", PNG).id, "problem.file_not_found"),
        (new_id(), "problem.file_not_found"),
    ] {
        assert_eq!(refused(admin, file), at_logo(key));
    }
    for role in ["manager", "rep", "read_only"] {
        let person = workspace.person(role, None);
        let file = person.upload("a.png", PNG);
        assert_eq!(person.refused(set(&person, Some(file.id))).0, Code::Forbidden, "{role}");
        assert_eq!(person.refused(set(&person, None)).0, Code::Forbidden, "{role}");
    }
    assert_eq!(logo_of(admin), None);
}

#[test]
fn a_logo_goes_and_comes_back_and_other_settings_leave_it_alone() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (colleague, other) = (workspace.person("rep", None), workspace.person("administrator", None));
    let (first, second) = (admin.upload("a.png", PNG), admin.upload("b.jpg", JPEG));
    admin.done(set(admin, Some(first.id)));
    let mut settings = admin.call::<GetSchema>(&[], &Empty {}).workspace;
    settings.name = "新名字".to_owned();
    settings.logo = None;
    admin.defines(DefinitionChange::SetWorkspace { settings });
    assert_eq!(logo_of(&colleague), Some(first.id));

    let replaced = command(set(admin, Some(second.id)));
    admin.done_as(&replaced);
    assert_eq!((get(&colleague, first.id).status, get(&colleague, second.id).status), (404, 200));
    // Another administrator takes it back, though the file is not theirs.
    other.done(vec![undo(replaced.id)]);
    assert_eq!((get(&colleague, first.id).status, get(&colleague, second.id).status), (200, 404));

    let removed = command(set(admin, None));
    admin.done_as(&removed);
    assert_eq!((logo_of(admin), get(&colleague, first.id).status), (None, 404));
    admin.done(vec![undo(removed.id)]);
    assert_eq!((logo_of(admin), get(&colleague, first.id).status), (Some(first.id), 200));
}
