//! Saved views: records of the kind `saved_view`, seen by their owner and, when shared, by everybody or by chosen teams
//! as far as their role sees what they are about.

use std::collections::BTreeSet;

use api_tests::actions::{create, define, delete, undo, update};
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

fn of_teams(entity: &str, teams: &[Id]) -> Json {
    let ids: Vec<String> = teams.iter().map(Id::to_string).collect();
    let mut values = view(entity, "teams");
    values["teams"] = json!(ids.join(","));
    values
}

#[test]
fn a_view_of_teams_reaches_them_and_the_teams_below_as_they_are_when_asked() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let sales = workspace.team("销售部", None);
    let east = workspace.team("华东", Some(sales));
    let south = workspace.team("华南", Some(sales));
    let service = workspace.team("服务部", None);
    let manager = workspace.person("manager", Some(south));
    let people = [sales, east, south, service].map(|team| workspace.person("rep", Some(team)));
    let [_, at_east, at_south, at_service] = &people;
    let nowhere = workspace.person("rep", None);
    let of_sales = manager.create("saved_view", of_teams("account", &[sales]));
    let of_two = manager.create("saved_view", of_teams("account", &[east, service]));
    let sight = |person: &Person| [of_sales, of_two].map(|view| person.sees("saved_view", view));
    let seen_by: Vec<[bool; 2]> = people.iter().map(sight).collect();
    assert_eq!(seen_by, [[true, false], [true, true], [true, false], [false, true]]);
    assert_eq!(sight(&nowhere), [false, false]);
    // Whoever shares it has it, and so has who looks after shared views, in no team or in another.
    assert_eq!((sight(&manager), sight(admin)), ([true, true], [true, true]));
    assert!(admin.read("saved_view", of_two).may.update && !at_east.read("saved_view", of_two).may.update);
    assert_eq!((seen(at_service), at_service.count("saved_view", None)), ([of_two].into(), 1));

    // A person who moves, and a team that moves, take nothing along and find what is there.
    admin.update("user", at_south.user, json!({"team": service}));
    assert_eq!(sight(at_south), [false, true]);
    admin.update("team", east, json!({"parent": service}));
    assert_eq!(sight(at_east), [false, true]);
    // A view about what a role does not see stays out of its sight.
    let marketing = workspace.person("marketing", Some(service));
    let of_products = manager.create("saved_view", of_teams("product", &[service]));
    // Of anything at all: touches have no name to filter by.
    let of_touches = manager.create(
        "saved_view",
        json!({"name": "全部", "entity": "touch", "shared": "teams", "teams": service.to_string()}),
    );
    assert!(marketing.sees("saved_view", of_products) && !marketing.sees("saved_view", of_touches));
}

#[test]
fn what_a_view_of_a_team_shows_is_what_its_reader_may_see() {
    let workspace = Workspace::new();
    let (north, south) = (workspace.team("华北", None), workspace.team("华南", None));
    let manager = workspace.person("manager", Some(north));
    let (one, other) = (workspace.person("rep", Some(south)), workspace.person("rep", Some(south)));
    let account = one.create("account", json!({"name": "恒通物流"}));
    let shared = manager.create("saved_view", of_teams("account", &[south]));
    let filter: Json =
        serde_json::from_str(one.value("saved_view", shared, "filter").as_str().unwrap()).unwrap();
    assert_eq!(one.ids("account", Some(&filter)), [account].into());
    assert_eq!(other.ids("account", Some(&filter)), BTreeSet::new());
    assert_eq!(manager.ids("account", Some(&filter)), BTreeSet::new());
}

#[test]
fn a_team_that_goes_takes_its_sharing_along_and_brings_it_back() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (north, south) = (workspace.team("华北", None), workspace.team("华南", None));
    let manager = workspace.person("manager", Some(south));
    let shared = manager.create("saved_view", of_teams("deal", &[north]));
    let rep = workspace.person("rep", None);
    let removal = admin.done(vec![delete("team", north, 1)]);
    assert!(manager.sees("saved_view", shared) && admin.sees("saved_view", shared));
    // It blocks no other change of the view, but nobody is shared with anew.
    manager.update("saved_view", shared, json!({"name": "大客户"}));
    let (code, problems) = manager.refused(vec![create("saved_view", new_id(), of_teams("deal", &[north]))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("teams")));
    admin.done(vec![undo(removal.command)]);
    admin.update("user", rep.user, json!({"team": north}));
    assert!(rep.sees("saved_view", shared));
}

#[test]
fn teams_of_another_workspace_are_not_there() {
    let (here, there) = (Workspace::new(), Workspace::new());
    let foreign = there.team("华北", None);
    let (code, problems) =
        here.admin.refused(vec![create("saved_view", new_id(), of_teams("deal", &[foreign]))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("teams")));
    let rep = here.person("rep", None);
    let team = here.team("华南", None);
    let (code, _) = rep.refused(vec![create("saved_view", new_id(), of_teams("deal", &[team]))]);
    assert_eq!(code, Code::Forbidden);
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
        ("teams", json!("north")),
        ("teams", json!(new_id())),
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

#[test]
fn a_view_of_a_board_keeps_its_cards_and_lanes_and_refuses_what_cannot_be_shown() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let with = |field: &str, value: Json| {
        let mut values = view("deal", "team");
        values[field] = value;
        values
    };
    let mut values = with("card", json!("amount,close_date,owner"));
    values["lanes"] = json!("owner");
    let kept = admin.create("saved_view", values);
    let rep = workspace.person("rep", None);
    assert_eq!(
        (rep.value("saved_view", kept, "card"), rep.value("saved_view", kept, "lanes")),
        (json!("amount,close_date,owner"), json!("owner"))
    );
    let long = ["amount"; 13].join(",");
    for (field, value, key) in [
        ("card", json!("amount,nothing"), "problem.unknown_field"),
        ("card", json!(long), "problem.too_many"),
        ("card", json!(7), "problem.not_text"),
        ("lanes", json!("stage"), "problem.not_a_choice"),
        ("lanes", json!("nothing"), "problem.not_a_choice"),
    ] {
        let (code, problems) =
            admin.refused(vec![create("saved_view", new_id(), with(field, value.clone()))]);
        let found = (code, problems[0].field.as_deref(), problems[0].key.as_str());
        assert_eq!(found, (Code::Invalid, Some(field), key), "{value}");
    }
    // An account has no account to make lanes of.
    let mut values = view("account", "team");
    values["lanes"] = json!("account");
    assert_eq!(admin.refused(vec![create("saved_view", new_id(), values)]).0, Code::Invalid);
}
