//! Saved views: records of the kind `saved_view`, seen by their owner and, when shared, by everybody whose role sees
//! what they are about.

use std::collections::BTreeSet;

use api_tests::actions::{create, define, undo, update};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::access::shipped_roles;
use domain::api::Code;
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use serde_json::{Value as Json, json};

fn view(entity: &str, shared: &str) -> Json {
    json!({"name": "大单", "entity": entity, "filter": "[\"is_set\",[\"field\",\"name\"]]", "sort": "-updated_at", "columns": "name,owner", "shared": shared})
}

fn seen(person: &Person) -> BTreeSet<Id> {
    person.ids("saved_view", None)
}

#[test]
fn a_view_is_its_owners_until_it_is_shared() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let manager = workspace.person("manager", None);
    let own = rep.create("saved_view", view("account", "own"));
    let kept = admin.create("saved_view", view("account", "own"));
    let shared = manager.create("saved_view", view("account", "team"));
    assert_eq!(seen(&rep), [own, shared].into());
    assert_eq!(seen(&manager), [shared].into());
    assert_eq!(seen(admin), [kept, shared].into());
    // Seeing is not changing.
    let body = rep.read("saved_view", shared);
    assert!(!body.may.update && !body.may.delete && !body.may.assign);
    let (code, _) = rep.refused(vec![update("saved_view", shared, 1, json!({}), json!({"name": "x"}))]);
    assert_eq!(code, Code::Forbidden);
    // Whoever leaves does not take a shared view along: an administrator mends it.
    assert!(admin.read("saved_view", shared).may.update);
    admin.update("saved_view", shared, json!({"owner": admin.user, "name": "大客户"}));
    assert_eq!(rep.value("saved_view", shared, "name"), "大客户");
    // Taken back, it is gone for the others at once.
    let receipt = manager.done(vec![create("saved_view", new_id(), view("lead", "team"))]);
    assert_eq!(seen(&rep).len(), 3);
    manager.done(vec![undo(receipt.command)]);
    assert_eq!(seen(&rep).len(), 2);
}

#[test]
fn a_shared_view_is_for_those_whose_role_sees_what_it_is_about() {
    let workspace = Workspace::new();
    let views: Vec<(&str, Id)> = ["lead", "account", "contact", "deal", "product", "touch", "task", "user"]
        .map(|entity| {
            // Of anything at all: touches have no name to filter by.
            let values = json!({"name": "全部", "entity": entity, "shared": "team"});
            (entity, workspace.admin.create("saved_view", values))
        })
        .into();
    for role in shipped_roles() {
        let person = workspace.person(&role.id, None);
        let wanted: BTreeSet<Id> = views
            .iter()
            .filter(|(entity, _)| {
                role.level(entity, domain::access::Act::View) != domain::access::Level::None
            })
            .map(|(_, id)| *id)
            .collect();
        assert_eq!(seen(&person), wanted, "{}", role.id);
        assert_eq!(person.count("saved_view", None), wanted.len() as u64, "{}", role.id);
        assert_eq!(
            views.iter().filter(|(_, id)| person.sees("saved_view", *id)).count(),
            wanted.len(),
            "{}",
            role.id
        );
    }
    // A role that loses sight of deals loses their views in the same moment.
    let rep = workspace.person("rep", None);
    let mut role = shipped_roles().into_iter().find(|role| role.id == "rep").unwrap();
    role.grants.remove("deal");
    let before = seen(&rep).len();
    workspace.admin.done(vec![define(1, DefinitionChange::SetRole { role })]);
    assert_eq!(seen(&rep).len(), before - 1);
}

#[test]
fn who_may_share_and_who_may_choose_for_a_role() {
    let workspace = Workspace::new();
    for role in shipped_roles() {
        let person = workspace.person(&role.id, None);
        let try_to = |values: Json| person.send(&command(vec![create("saved_view", new_id(), values)]));
        let saved = |values: Json| matches!(try_to(values), domain::api::command::Answer::Done(_));
        let mut default = view("task", "team");
        default["roles"] = json!("rep,manager");
        assert!(saved(view("task", "own")), "{} keeps one", role.id);
        assert_eq!(
            (saved(view("task", "team")), saved(default)),
            (matches!(role.id.as_str(), "administrator" | "manager"), role.id == "administrator"),
            "{}",
            role.id
        );
    }
}

#[test]
fn a_view_that_makes_no_sense_is_refused_by_name() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let wrong = [
        ("entity", json!("nothing")),
        ("entity", json!("deal; DROP TABLE deal")),
        ("entity", json!(null)),
        ("filter", json!("{")),
        ("filter", json!("[\"=\",[\"field\",\"nothing\"],1]")),
        ("filter", json!("7")),
        ("sort", json!("nothing")),
        ("columns", json!("name,nothing")),
        ("columns", json!("name,,stage")),
        ("shared", json!("world")),
        ("roles", json!("nobody")),
        ("name", json!("")),
        ("name", json!("x".repeat(81))),
    ];
    for (field, value) in wrong {
        let mut values = view("deal", "team");
        values[field] = value;
        let (code, problems) = admin.refused(vec![create("saved_view", new_id(), values)]);
        assert_eq!(code, Code::Invalid, "{field}");
        assert!(
            problems.iter().all(|problem| problem.field.as_deref() == Some(field)),
            "{field}: {problems:?}"
        );
    }
    // A filter on what a role does not see is answered like one on what is not there.
    let marketing = workspace.person("marketing", None);
    let mut values = view("deal", "own");
    values["filter"] = json!("[\">\",[\"field\",\"amount\"],1]");
    let (code, problems) = marketing.refused(vec![create("saved_view", new_id(), values)]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.expr.unknown_field"));
}
