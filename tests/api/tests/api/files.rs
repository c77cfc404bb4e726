//! `/api/v1/files`: what goes up, who sees it, and when it goes again

use api_tests::actions::{create, undo, update};
use api_tests::browser::{Reply, Request, Server};
use api_tests::ids::new_id;
use api_tests::own_server::OwnServer;
use api_tests::person::{Person, command};
use api_tests::workspace::{Workspace, settings};
use domain::api::file::{StoredFile, ThumbnailRequest, UploadRequest};
use domain::api::record::ExportRequest;
use domain::api::{Code, Empty, ExportRecords, GetFile, GetThumbnail, PutThumbnail, UploadFile};
use domain::files::{FileInfo, MAX_BYTES, MAX_THUMBNAIL_BYTES};
use domain::ids::Id;
use serde_json::{Value as Json, json};

covers!(UploadFile, GetFile, PutThumbnail, GetThumbnail);

const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1];
const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n";

fn with_fields() -> Workspace {
    let workspace = Workspace::new();
    workspace.add_field("deal", "f_files", json!({"type": "file", "max": 2}));
    workspace.add_field("deal", "f_photos", json!({"type": "file", "max": 10, "photos_only": true}));
    workspace
}

#[track_caller]
fn refused(person: &Person, name: &str, size: u64, file: &[u8]) -> (Code, String) {
    let request = UploadRequest { name: name.to_owned(), size };
    let envelope = person.send_file::<UploadFile>(&[], &request, file).refusal();
    let problem = envelope.problems.first();
    assert!(problem.is_some_and(|problem| problem.field.is_some()), "{envelope:?}");
    (envelope.code, problem.map(|problem| problem.key.clone()).unwrap_or_default())
}

#[track_caller]
fn get(person: &Person, file: Id) -> Reply {
    person.reply::<GetFile>(&[&file.to_string()], &Empty {})
}

#[track_caller]
fn sees(person: &Person, file: Id) -> bool {
    let reply = get(person, file);
    assert!(matches!(reply.status, 200 | 404), "{reply}");
    reply.status == 200
}

fn ids(value: &Json) -> Vec<String> {
    let files = value.as_array().into_iter().flatten();
    files.filter_map(|file| file["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_file_comes_back_as_it_went_up_with_its_name_and_kind() {
    let workspace = with_fields();
    let admin = &workspace.admin;
    let request = UploadRequest { name: "C:\\客户\\采购合同 1.pdf".into(), size: PDF.len() as u64 };
    let reply = admin.send_file::<UploadFile>(&[], &request, PDF);
    let stored: StoredFile = reply.parse();
    let file = stored.file;
    assert_eq!((file.name.as_str(), file.media.as_str()), ("采购合同 1.pdf", "application/pdf"));
    assert_eq!((file.size, file.thumbnail, stored.created_by), (PDF.len() as u64, false, admin.user));

    let deal = admin.create("deal", json!({"name": "仓储二期", "f_files": [file.id]}));
    // What the record says of it is what the workspace knows.
    assert_eq!(admin.value("deal", deal, "f_files"), json!([file.to_json()]));
    let reply = get(admin, file.id);
    assert_eq!((reply.status, reply.bytes.as_slice()), (200, PDF));
    for (header, value) in [
        ("content-type", "application/pdf"),
        (
            "content-disposition",
            "inline; filename=\"____ 1.pdf\"; filename*=UTF-8''%E9%87%87%E8%B4%AD%E5%90%88%E5%90%8C%201.pdf",
        ),
        ("x-content-type-options", "nosniff"),
        ("vary", "cookie"),
    ] {
        assert_eq!(reply.header(header), Some(value), "{header}");
    }
    assert!(reply.header("cache-control").is_some_and(|text| text.starts_with("private")));
    // What a browser could run or be led by is handed over and not shown.
    let text = admin.upload("说明.txt", "<没有标签>".as_bytes());
    let reply = get(admin, text.id);
    assert!(reply.header("content-disposition").is_some_and(|text| text.starts_with("attachment;")));
    assert!(reply.header("content-security-policy").is_some_and(|policy| policy.ends_with("sandbox")));
}

#[test]
fn a_large_file_arrives_whole() {
    let Workspace { admin } = Workspace::new();
    let mut bytes = b"GIF89a".to_vec();
    bytes.resize(3_000_001, 7);
    let file = admin.upload("大.gif", &bytes);
    let reply = get(&admin, file.id);
    assert!(reply.bytes == bytes, "{} bytes came back", reply.bytes.len());
}

#[test]
fn names_that_lie_kinds_that_run_and_sizes_that_do_not_fit_are_refused() {
    let Workspace { admin } = Workspace::new();
    let exe: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0";
    for (name, file, key) in [
        ("a.jpg", PDF, "problem.file_lies"),
        ("a.pdf", JPEG, "problem.file_lies"),
        ("a.png", exe, "problem.file_lies"),
        ("a.txt", b"<html ><script>" as &[u8], "problem.file_lies"),
        ("a.txt", b"<svg onload=", "problem.file_lies"),
        ("a.exe", exe, "problem.file_kind"),
        ("a.html", b"<html >", "problem.file_kind"),
        ("a.svg", b"<svg >", "problem.file_kind"),
        ("pdf", PDF, "problem.file_kind"),
        ("", PDF, "problem.file_name"),
        ("a\u{202e}fdp.exe", PDF, "problem.file_name"),
    ] {
        assert_eq!(refused(&admin, name, file.len() as u64, file), (Code::Invalid, key.into()), "{name}");
    }
    for (size, code, key) in [
        (0, Code::Invalid, "problem.file_empty"),
        (PDF.len() as u64 + 1, Code::Invalid, "problem.file_incomplete"),
        (PDF.len() as u64 - 1, Code::Invalid, "problem.file_incomplete"),
        (MAX_BYTES + 1, Code::TooLarge, "problem.file_too_large"),
        (u64::MAX, Code::TooLarge, "problem.file_too_large"),
    ] {
        assert_eq!(refused(&admin, "a.pdf", size, PDF), (code, key.into()), "{size}");
    }
    let nothing = Request::new("POST", "/api/v1/files?name=a.pdf&size=5");
    assert_eq!(admin.ask(&nothing).refusal().problems[0].key, "problem.file_incomplete");
    for query in ["", "?name=a.pdf", "?size=5", "?name=a.pdf&size=-1", "?name=a.pdf&size=x"] {
        let reply = admin.ask(&Request::new("POST", &format!("/api/v1/files{query}")).body(PDF));
        assert_eq!(reply.refusal().code, Code::Malformed, "{query}");
    }
}

#[test]
fn neither_a_name_nor_an_address_leads_elsewhere() {
    let Workspace { admin } = Workspace::new();
    let text = "无害".as_bytes();
    for (name, kept) in [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\Windows\\a.txt", "a.txt"),
        ("/a.txt", "a.txt"),
        ("a/../../b.txt", "b.txt"),
        ("..%2f..%2fa.txt", "..%2f..%2fa.txt"),
        ("a\";filename=b.txt", "a\";filename=b.txt"),
    ] {
        let file = admin.upload(name, text);
        assert_eq!(file.name, kept, "{name}");
        let reply = get(&admin, file.id);
        assert_eq!((reply.status, reply.bytes.as_slice()), (200, text), "{name}");
        let told = reply.header("content-disposition").unwrap_or_default();
        // One plain name between its quotes, and one that is encoded.
        assert_eq!((told.matches('"').count(), told.contains('/')), (2, false), "{told}");
    }
    for name in ["..", "a/..", "../", "a.txt/", "a\r\nset-cookie: a=b.txt", "a\u{0}.txt"] {
        let (code, _) = refused(&admin, name, text.len() as u64, text);
        assert_eq!(code, Code::Invalid, "{name:?}");
    }
    // A file has one address, its id; no part of a path is put together with another.
    let other = Workspace::new();
    let foreign = other.admin.upload("a.txt", text);
    let own = admin.upload("a.txt", text);
    for path in [
        format!("{}%2F{}", other.admin.workspace, foreign.id),
        format!("{}%2F..%2F{}%2F{}", admin.workspace, other.admin.workspace, foreign.id),
        format!("..%2F{}%2F{}", other.admin.workspace, foreign.id),
        format!("{}%2F..%2F{}", own.id, own.id),
        format!("{}%00", own.id),
        format!("{}%2Fthumbnail", own.id),
        "%2e%2e%2f".to_owned(),
        "*".to_owned(),
    ] {
        let reply = admin.get(&format!("/api/v1/files/{path}"));
        assert_eq!(reply.refusal().code, Code::NotFound, "{path}");
        let reply = admin.get(&format!("/api/v1/files/{path}/thumbnail"));
        assert_eq!(reply.refusal().code, Code::NotFound, "{path}");
    }
}

#[test]
fn a_field_takes_files_of_whoever_writes_and_those_on_the_record_already() {
    let workspace = with_fields();
    let admin = &workspace.admin;
    let other = workspace.person("administrator", None);
    let (own, photo) = (admin.upload("a.pdf", PDF), admin.upload("b.jpg", JPEG));
    let deal = admin.create("deal", json!({"name": "仓储二期", "f_files": [own.id]}));
    let theirs = other.upload("c.pdf", PDF);
    let version = admin.read("deal", deal).version;
    for (field, files, key) in [
        ("f_files", json!([theirs.id]), "problem.file_not_found"),
        ("f_files", json!([new_id()]), "problem.file_not_found"),
        ("f_files", json!([own.id, photo.id, theirs.id]), "problem.too_many"),
        ("f_files", json!(["x"]), "problem.not_files"),
        ("f_files", json!([{"id": own.id, "path": "/"}]), "problem.not_files"),
        ("f_files", json!("x"), "problem.not_list"),
        ("f_photos", json!([own.id]), "problem.not_photo"),
        ("f_photos", json!([{"id": own.id, "type": "image/jpeg"}]), "problem.not_photo"),
    ] {
        let (code, problems) =
            admin.refused(vec![update("deal", deal, version, json!({}), json!({field: files}))]);
        let found = problems.iter().map(|problem| (problem.field.as_deref(), problem.key.as_str()));
        assert_eq!((code, found.collect::<Vec<_>>()), (Code::Invalid, vec![(Some(field), key)]), "{files}");
    }
    // Somebody else keeps what is there and adds what they brought.
    other.update("deal", deal, json!({"f_files": [theirs.id, own.id]}));
    let both = admin.value("deal", deal, "f_files");
    assert_eq!(ids(&both), [theirs.id.to_string(), own.id.to_string()]);
    assert_eq!(both[0]["name"], "c.pdf");
    admin.update("deal", deal, json!({"f_photos": [photo.id], "f_files": null}));
    assert_eq!(admin.value("deal", deal, "f_files"), Json::Null);
}

#[test]
fn only_who_sees_a_record_that_holds_it_sees_a_file() {
    let workspace = with_fields();
    let (owner, colleague) = (workspace.person("rep", None), workspace.person("rep", None));
    let file = owner.upload("a.pdf", PDF);
    // Before a record holds it, it is its bringer's alone.
    assert!(sees(&owner, file.id) && !sees(&colleague, file.id) && !sees(&workspace.admin, file.id));
    let deal = owner.create("deal", json!({"name": "仓储二期", "f_files": [file.id]}));
    assert!(sees(&owner, file.id) && sees(&workspace.admin, file.id) && !sees(&colleague, file.id));
    workspace.admin.update("deal", deal, json!({"owner": colleague.user}));
    assert!(sees(&colleague, file.id) && !sees(&owner, file.id));
    // A file that a record lets go is nobody's but its bringer's, until an undo.
    let version = workspace.admin.read("deal", deal).version;
    let dropped = command(vec![update("deal", deal, version, json!({}), json!({"f_files": null}))]);
    workspace.admin.done_as(&dropped);
    assert!(sees(&owner, file.id) && !sees(&colleague, file.id) && !sees(&workspace.admin, file.id));
    workspace.admin.done(vec![undo(dropped.id)]);
    assert!(sees(&colleague, file.id) && sees(&workspace.admin, file.id));
    assert_eq!(ids(&colleague.value("deal", deal, "f_files")), [file.id.to_string()]);
    for id in ["x", "", &new_id().to_string()] {
        assert_eq!(workspace.admin.get(&format!("/api/v1/files/{id}")).refusal().code, Code::NotFound);
    }
}

#[test]
fn a_file_of_a_hidden_field_is_hidden_with_it() {
    let workspace = with_fields();
    let admin = &workspace.admin;
    let marketing = workspace.person("marketing", None);
    let photo = admin.upload("a.jpg", JPEG);
    let file = admin.upload("b.pdf", PDF);
    let deal = admin.create("deal", json!({"name": "x", "f_files": [file.id], "f_photos": [photo.id]}));
    assert!(marketing.sees("deal", deal) && sees(&marketing, photo.id) && sees(&marketing, file.id));
    let schema = admin.call::<domain::api::GetSchema>(&[], &Empty {});
    let mut role = schema.role("marketing").cloned().unwrap();
    role.hidden.entry("deal".into()).or_default().push("f_files".into());
    let change = domain::schema::change::DefinitionChange::SetRole { role };
    admin.done(vec![api_tests::actions::define(schema.revision, change)]);
    assert!(sees(&marketing, photo.id) && !sees(&marketing, file.id) && sees(admin, file.id));
}

#[test]
fn a_photo_gets_its_small_picture_before_a_record_holds_it() {
    let workspace = with_fields();
    let (admin, other) = (&workspace.admin, workspace.person("administrator", None));
    let photo = admin.upload("现场.jpg", JPEG);
    let id = photo.id.to_string();
    let put = |person: &Person, size: u64, bytes: &[u8]| {
        person.send_file::<PutThumbnail>(&[&id], &ThumbnailRequest { size }, bytes)
    };
    let small = JPEG.len() as u64;
    let none = admin.reply::<GetThumbnail>(&[&id], &Empty {});
    assert_eq!(none.refusal().code, Code::NotFound);
    assert_eq!(put(&other, small, JPEG).refusal().code, Code::NotFound);
    assert_eq!(put(admin, PDF.len() as u64, PDF).refusal().problems[0].key, "problem.not_thumbnail");
    assert_eq!(put(admin, small + 1, JPEG).refusal().problems[0].key, "problem.file_incomplete");
    assert_eq!(put(admin, MAX_THUMBNAIL_BYTES + 1, JPEG).refusal().code, Code::TooLarge);
    assert_eq!(put(admin, small, JPEG).status, 200);
    let deal = admin.create("deal", json!({"name": "x", "f_photos": [photo.id]}));
    let held = admin.value("deal", deal, "f_photos");
    assert_eq!(held, json!([FileInfo { thumbnail: true, ..photo.clone() }.to_json()]));
    let reply = other.reply::<GetThumbnail>(&[&id], &Empty {});
    assert_eq!((reply.header("content-type"), reply.bytes.as_slice()), (Some("image/jpeg"), JPEG));
    // From then on it stays as it is.
    assert_eq!(put(admin, small, JPEG).refusal().code, Code::NotFound);
}

#[test]
fn files_are_filtered_and_exported_and_not_imported() {
    let workspace = with_fields();
    let admin = &workspace.admin;
    let (first, second) = (admin.upload("甲.pdf", PDF), admin.upload("乙.pdf", PDF));
    let with = admin.create("deal", json!({"name": "有", "f_files": [first.id, second.id]}));
    let without = admin.create("deal", json!({"name": "无"}));
    for (filter, deal) in [
        (json!(["is_set", ["field", "f_files"]]), with),
        (json!(["is_empty", ["field", "f_files"]]), without),
        (json!(["has", ["field", "f_files"], "甲.pdf"]), with),
        (json!(["not", ["has", ["field", "f_files"], "乙.pdf"]]), without),
    ] {
        assert_eq!(admin.ids("deal", Some(&filter)), [deal].into(), "{filter}");
    }
    for (path, key) in [
        ("/api/v1/records/deal?sort=f_files", "problem.cannot_sort"),
        ("/api/v1/totals/deal?group=f_files", "problem.cannot_group"),
        ("/api/v1/totals/deal?sum=f_files", "problem.cannot_sum"),
    ] {
        assert_eq!(admin.get(path).refusal().problems[0].key, key);
    }
    let request = ExportRequest {
        columns: Some("name,f_files".into()),
        sort: Some("name".into()),
        ..ExportRequest::default()
    };
    let export = admin.reply::<ExportRecords>(&["deal"], &request);
    assert!(export.text.contains("有,\"甲.pdf, 乙.pdf\""), "{export}");
    let cells = [("name".to_owned(), "x".to_owned()), ("f_files".to_owned(), "甲.pdf".to_owned())].into();
    let rows = vec![domain::command::ImportRow { line: 1, record: new_id(), cells }];
    let receipt = admin.done(vec![api_tests::actions::import(new_id(), "deal", false, rows)]);
    assert_eq!(receipt.rows[0].problems[0].key, "problem.file_import");
    assert_eq!(receipt.rows[0].problems[0].field.as_deref(), Some("f_files"));
}

#[test]
fn what_no_record_holds_goes_when_its_time_is_over() {
    let mut own = OwnServer::start("files").unwrap();
    let workspace = Workspace::on(&Server::at(&own.url), settings());
    let admin = &workspace.admin;
    workspace.add_field("deal", "f_files", json!({"type": "file", "max": 2}));
    let (held, wanted, unused) =
        (admin.upload("a.pdf", PDF), admin.upload("b.pdf", PDF), admin.upload("c.pdf", PDF));
    let deal = admin.create("deal", json!({"name": "x", "f_files": [held.id]}));
    own.kill().unwrap();
    for database in own.databases_with("file").unwrap() {
        let sql = "UPDATE file SET expires_at = 1 WHERE expires_at IS NOT NULL AND id <> ?1";
        database.execute(sql, [wanted.id.to_string()]).unwrap();
    }
    own.start_again().unwrap();
    // Its time is over: nothing takes it up again, swept or not.
    let take = |file: Id| create("deal", new_id(), json!({"name": "y", "f_files": [file]}));
    assert_eq!(admin.refused(vec![take(unused.id)]).1[0].key, "problem.file_not_found");
    assert_eq!(admin.get("/cdn-cgi/local/scheduled").status, 200);
    assert!(!sees(admin, unused.id));
    assert!(sees(admin, wanted.id) && sees(admin, held.id));
    admin.done(vec![take(wanted.id)]);
    assert_eq!(ids(&admin.value("deal", deal, "f_files")), [held.id.to_string()]);
    own.kill().unwrap();
    let mut left = Vec::new();
    for database in own.databases_with("file").unwrap() {
        let mut known = database.prepare("SELECT id FROM file").unwrap();
        let rows = known.query_map([], |row| row.get::<_, String>(0)).unwrap();
        left.extend(rows.map(Result::unwrap));
    }
    left.sort();
    let mut kept = [held.id, wanted.id].map(|id| id.to_string());
    kept.sort();
    assert_eq!(left, kept);
}
