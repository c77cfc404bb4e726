//! `/api/v1/imports` and `/api/v1/imports/{id}`; importing itself is a command.

use api_tests::actions::{import, undo};
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::command::{ImportSummary, ImportsRequest};
use domain::api::{Code, Empty, GetImport, ListImports};
use domain::command::ImportRow;
use domain::ids::Id;

covers!(GetImport, ListImports);

fn row(line: u32, cells: &[(&str, &str)]) -> ImportRow {
    let cells = cells.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    ImportRow { line, record: new_id(), cells }
}

#[track_caller]
fn listed(person: &Person) -> Vec<ImportSummary> {
    person.call::<ListImports>(&[], &ImportsRequest::default()).imports
}

#[test]
fn an_import_that_is_not_there_is_not_found() {
    let Workspace { admin } = Workspace::new();
    for id in [new_id().to_string(), "x".to_owned(), "..".to_owned()] {
        assert_eq!(admin.refusal::<GetImport>(&[&id], &Empty {}).code, Code::NotFound, "{id}");
    }
}

#[test]
fn an_import_of_several_commands_is_one_of_the_list_until_all_of_it_is_taken_back() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (manager, other) = (workspace.person("manager", None), workspace.person("manager", None));
    assert!(listed(admin).is_empty());
    let id = new_id();
    let first = vec![row(2, &[("name", "甲"), ("external_id", "A")]), row(3, &[("phone", "x")])];
    let second = vec![row(4, &[("name", "乙")]), row(5, &[("name", "丙"), ("external_id", "A")])];
    manager.done(vec![import(id, "account", false, first)]);
    manager.done(vec![import(id, "account", false, second)]);
    let later = new_id();
    admin.done(vec![import(later, "deal", true, vec![row(2, &[("name", "丁"), ("account", "戊")])])]);

    let own = listed(&manager);
    assert_eq!(own.len(), 1);
    let told = &own[0];
    assert_eq!((told.import, told.entity.as_str(), told.by), (id, "account", manager.user));
    assert_eq!((told.created, told.skipped, told.refused, told.open), (2, 1, 1, 2));
    assert!(listed(&other).is_empty());
    let all = admin.call::<ListImports>(&[], &ImportsRequest::default());
    // What a relation named and nobody had is not of the file's kind.
    let short: Vec<_> =
        all.imports.iter().map(|one| (one.import, one.entity.as_str(), one.created, one.open)).collect();
    assert_eq!(short, [(later, "deal", 1, 1), (id, "account", 2, 2)]);
    assert_eq!(all.names.get(&manager.user).map(String::as_str), Some("manager 同事"));
    assert_eq!(all.next, None);

    // Anybody who sees it takes it back, one command after the other, the last one first.
    for (left, part) in [(1, 1), (0, 0)] {
        let commands = admin.call::<GetImport>(&[&id.to_string()], &Empty {}).commands;
        admin.done(vec![undo(commands[part].command)]);
        assert_eq!(listed(&manager)[0].open, left);
    }
    assert_eq!(admin.count("account", None), 1, "what the other import made on its way stays");
}

#[test]
fn imports_come_page_by_page_the_newest_first() {
    let Workspace { admin } = Workspace::new();
    let made: Vec<Id> = (0..23)
        .map(|at| {
            let id = new_id();
            admin.done(vec![import(id, "lead", false, vec![row(2, &[("name", &format!("{at}"))])])]);
            id
        })
        .collect();
    let mut request = ImportsRequest::default();
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = admin.call::<ListImports>(&[], &request);
        found.extend(page.imports.iter().map(|one| one.import));
        pages += 1;
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    assert!(found.iter().rev().eq(&made), "{found:?}");
    assert_eq!(pages, 2);
    for after in ["", "x", "0193"] {
        let refusal = admin.refusal::<ListImports>(&[], &ImportsRequest { after: Some(after.into()) });
        assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some("after")));
    }
}
