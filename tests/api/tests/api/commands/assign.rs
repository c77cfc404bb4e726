//! Handing records over.

use api_tests::actions::{assign, create, update};
use api_tests::ids::new_id;
use api_tests::workspace::Workspace;
use domain::api::Code;
use serde_json::json;

#[test]
fn a_manager_hands_a_record_from_one_to_another() {
    let workspace = Workspace::new();
    let team = workspace.team("华东", None);
    let manager = workspace.person("manager", Some(team));
    let (first, second) = (workspace.person("rep", Some(team)), workspace.person("rep", Some(team)));
    let account = first.create("account", json!({"name": "恒通"}));
    assert!(!second.sees("account", account));
    manager.done(vec![assign("account", account, Some(first.user), Some(second.user))]);
    assert!(second.sees("account", account) && !first.sees("account", account));
    assert_eq!(manager.value("account", account, "owner"), json!(second.user));

    let conflicts = manager.conflict(vec![assign("account", account, Some(first.user), Some(manager.user))]);
    assert_eq!(conflicts[0].fields[0].field, "owner");
    assert_eq!(
        (&conflicts[0].fields[0].yours, &conflicts[0].fields[0].theirs),
        (&json!(manager.user), &json!(second.user))
    );
    manager.done(vec![assign("account", account, Some(second.user), None)]);
    assert!(
        !second.sees("account", account) && !manager.sees("account", account),
        "what nobody owns is the administrators'"
    );
    assert!(workspace.admin.sees("account", account));
}

#[test]
fn a_rep_hands_nothing_over_by_whatever_way() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let other = workspace.person("rep", None);
    let account = rep.create("account", json!({"name": "恒通"}));
    assert_eq!(
        rep.refused(vec![assign("account", account, Some(rep.user), Some(other.user))]).0,
        Code::Forbidden
    );
    let (code, problems) = rep.refused(vec![update(
        "account",
        account,
        1,
        json!({"owner": rep.user}),
        json!({"owner": other.user}),
    )]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Forbidden, Some("owner")));
    let (code, problems) =
        rep.refused(vec![create("account", new_id(), json!({"name": "x", "owner": other.user}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Forbidden, Some("owner")));
    assert_eq!(rep.value("account", account, "owner"), json!(rep.user));
}

#[test]
fn only_people_of_the_workspace_own_and_only_owned_things_are_assigned() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let account = admin.create("account", json!({"name": "恒通"}));
    for nobody in [new_id(), Workspace::new().admin.user] {
        let (code, problems) =
            admin.refused(vec![assign("account", account, Some(admin.user), Some(nobody))]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("owner")));
    }
    let team = workspace.team("华东", None);
    let (code, problems) = admin.refused(vec![assign("team", team, None, Some(admin.user))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.has_no_owner"));
}
