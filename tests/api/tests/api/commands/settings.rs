//! Roles, pipelines, teams, people and the workspace: what an administrator changes, and what cannot be.

use api_tests::actions::{delete, move_deal, renewal, restore, undo, update};
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::access::{ADMINISTRATOR, Permission, Role};
use domain::api::command::Answer;
use domain::api::{Code, Empty, GetSchema};
use domain::ids::Id;
use domain::message::Problem;
use domain::money::Currency;
use domain::schema::change::DefinitionChange;
use domain::schema::{Label, Schema};
use serde_json::json;

fn schema(person: &Person) -> Schema {
    person.call::<GetSchema>(&[], &Empty {})
}

#[track_caller]
fn is_because((code, problems): &(Code, Vec<Problem>), field: &str, key: &str) {
    let said = (problems[0].field.as_deref(), problems[0].key.as_str());
    assert_eq!((*code, said), (Code::Invalid, (Some(field), key)), "{problems:?}");
}

/// A role like another one, under a name of its own.
fn copy_of(schema: &Schema, id: &str, name: &str) -> Role {
    let label = Label::new(name, name);
    let Some(role) = schema.role(id) else { unreachable!("no role {id}") };
    Role { id: format!("r_{name}"), label, ..role.clone() }
}

#[test]
fn somebody_with_a_new_role_sees_what_it_says_and_only_that() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let mut role = copy_of(&schema(admin), "rep", "trainee");
    role.hidden.insert("deal".into(), vec!["amount".into()]);
    admin.defines(DefinitionChange::AddRole { role, at: None });
    let trainee = workspace.person("r_trainee", None);
    let amount = json!({"amount": 100, "currency": "CNY"});
    let foreign = admin.create("deal", json!({"name": "老板的", "amount": amount}));
    let own = admin.create("deal", json!({"name": "新人的", "amount": amount, "owner": trainee.user}));
    assert!(!trainee.sees("deal", foreign));
    assert!(!trainee.read("deal", own).values.contains_key("amount"));
    // Wider, and it holds from the next request on.
    let mut wider = schema(admin).role("r_trainee").unwrap().clone();
    wider.hidden.clear();
    wider.grants.get_mut("deal").unwrap().view = domain::access::Level::All;
    let widened = admin.defines(DefinitionChange::SetRole { role: wider });
    assert!(trainee.read("deal", foreign).values.contains_key("amount"));
    admin.done(vec![undo(widened)]);
    assert!(!trainee.sees("deal", foreign));
}

#[test]
fn a_role_goes_when_nobody_has_it() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let role = copy_of(&schema(admin), "rep", "trainee");
    let added = admin.defines(DefinitionChange::AddRole { role, at: Some(1) });
    let trainee = workspace.person("r_trainee", None);
    let remove = || DefinitionChange::RemoveRole { role: "r_trainee".into() };
    let answer = admin.refused_definition(remove());
    is_because(&answer, "role", "problem.definition.role_in_use");
    assert_eq!(answer.1[0].args["count"], "1");
    // Taking it back is taking it away: no undo leaves somebody without a role.
    let answer = admin.refused(vec![undo(added)]);
    is_because(&answer, "role", "problem.definition.role_in_use");
    admin.update("user", trainee.user, json!({"role": "rep"}));
    let removed = admin.defines(remove());
    assert!(schema(admin).role("r_trainee").is_none());
    admin.done(vec![undo(removed)]);
    assert_eq!(schema(admin).roles[1].id, "r_trainee");
    is_because(
        &admin.refused_definition(DefinitionChange::RemoveRole { role: ADMINISTRATOR.into() }),
        "role",
        "problem.definition.administrator_stays",
    );
}

#[test]
fn an_undo_gives_nobody_a_role_that_is_gone() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    admin.defines(DefinitionChange::AddRole { role: copy_of(&schema(admin), "rep", "trainee"), at: None });
    let trainee = workspace.person("r_trainee", None);
    let version = admin.read("user", trainee.user).version;
    let moved = command(vec![update("user", trainee.user, version, json!({}), json!({"role": "rep"}))]);
    admin.done_as(&moved);
    admin.defines(DefinitionChange::RemoveRole { role: "r_trainee".into() });
    let receipt = admin.done(vec![undo(moved.id)]);
    assert_eq!(receipt.kept[0].fields, ["role"]);
    assert_eq!(admin.value("user", trainee.user, "role"), "rep");
}

#[test]
fn nobody_locks_the_last_door() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    // A second administrator by another role, and somebody who only manages people.
    admin.defines(DefinitionChange::AddRole {
        role: copy_of(&schema(admin), ADMINISTRATOR, "boss"),
        at: None,
    });
    let mut clerk = copy_of(&schema(admin), ADMINISTRATOR, "clerk");
    clerk.permissions = vec![Permission::ManageUsers];
    admin.defines(DefinitionChange::AddRole { role: clerk, at: None });
    let boss = workspace.person("r_boss", None);
    let clerk = workspace.person("r_clerk", None);
    // One of the two may go, also while the other is there.
    boss.update("user", admin.user, json!({"role": "rep"}));
    let version = clerk.read("user", boss.user).version;
    for values in [json!({"role": "r_clerk"}), json!({"status": "inactive"})] {
        let answer = clerk.refused(vec![update("user", boss.user, version, json!({}), values.clone())]);
        let field = values.as_object().unwrap().keys().next().unwrap();
        is_because(&answer, field, "problem.definition.last_administrator");
    }
    let mut powerless = schema(&boss).role("r_boss").unwrap().clone();
    powerless.permissions = vec![Permission::ManageUsers];
    is_because(
        &boss.refused_definition(DefinitionChange::SetRole { role: powerless }),
        "permissions",
        "problem.definition.last_administrator",
    );
}

#[test]
fn of_two_administrators_who_push_each_other_out_one_stays() {
    let workspace = Workspace::new();
    let other = workspace.person(ADMINISTRATOR, None);
    let push = |from: &Person, whom: &Person| {
        let version = from.read("user", whom.user).version;
        let wish =
            command(vec![update("user", whom.user, version, json!({}), json!({"status": "inactive"}))]);
        let request = domain::api::command::CommandsRequest { commands: vec![wish] };
        from.reply::<domain::api::SendCommands>(&[], &request)
    };
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| push(&workspace.admin, &other));
        let second = scope.spawn(|| push(&other, &workspace.admin));
        (first.join().unwrap(), second.join().unwrap())
    });
    let alive = [&workspace.admin, &other]
        .into_iter()
        .filter(|person| person.reply::<domain::api::GetSession>(&[], &Empty {}).status == 200)
        .count();
    assert_eq!(alive, 1, "{first} {second}");
}

#[test]
fn only_who_defines_changes_roles_and_pipelines() {
    let workspace = Workspace::new();
    let manager = workspace.person("manager", None);
    let known = schema(&workspace.admin);
    let own = known.role("manager").unwrap().clone();
    let wishes = [
        DefinitionChange::AddRole { role: copy_of(&known, ADMINISTRATOR, "boss"), at: None },
        DefinitionChange::SetRole { role: own },
        DefinitionChange::RemoveRole { role: "finance".into() },
        DefinitionChange::AddPipeline { pipeline: renewal(), at: None },
        DefinitionChange::RenamePipeline { pipeline: "sales".into(), label: Label::new("x", "x") },
        DefinitionChange::ArrangePipelines { entity: "deal".into(), order: vec!["sales".into()] },
        DefinitionChange::RemovePipeline { pipeline: "sales".into() },
        DefinitionChange::SetWorkspace { settings: known.workspace.clone() },
    ];
    for wish in wishes {
        assert_eq!(manager.refused_definition(wish.clone()).0, Code::Forbidden, "{wish:?}");
    }
    assert_eq!(workspace.admin.revision(), 1);
}

#[test]
fn a_second_pipeline_has_its_own_board_and_goes_when_it_is_empty() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    admin.defines(DefinitionChange::AddPipeline { pipeline: renewal(), at: None });
    let deal = admin.create("deal", json!({"name": "续约", "stage": "s_due"}));
    let board = admin.call::<domain::api::GetBoard>(&["p_renewal"], &Default::default());
    assert_eq!((board.columns.len(), board.columns[0].records.len()), (3, 1));
    let remove = || DefinitionChange::RemovePipeline { pipeline: "p_renewal".into() };
    let answer = admin.refused_definition(remove());
    is_because(&answer, "stages", "problem.definition.stage_in_use");
    assert_eq!(answer.1[0].args["count"], "1");
    let first = schema(admin).pipelines[0].stages[0].id.clone();
    admin.done(vec![move_deal(deal, "s_due", &first)]);
    admin.defines(remove());
    is_because(
        &admin.refused_definition(DefinitionChange::RemovePipeline { pipeline: "sales".into() }),
        "pipeline",
        "problem.definition.last_pipeline",
    );
}

#[test]
fn new_records_begin_in_the_pipeline_that_stands_first() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    admin.defines(DefinitionChange::AddPipeline { pipeline: renewal(), at: None });
    let order = vec!["p_renewal".to_owned(), "sales".to_owned()];
    let arranged = admin.defines(DefinitionChange::ArrangePipelines { entity: "deal".into(), order });
    let deal = admin.create("deal", json!({"name": "x"}));
    assert_eq!(admin.value("deal", deal, "stage"), "s_due");
    admin.done(vec![undo(arranged)]);
    let deal = admin.create("deal", json!({"name": "y"}));
    assert_ne!(admin.value("deal", deal, "stage"), "s_due");
}

#[test]
fn what_was_deleted_in_a_stage_that_is_gone_comes_back_at_the_beginning() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let sales = schema(admin).pipelines[0].clone();
    let (first, second) = (sales.stages[0].id.clone(), sales.stages[1].id.clone());
    let deal = admin.create("deal", json!({"name": "x", "stage": second}));
    admin.done(vec![delete("deal", deal, 1)]);
    let stages = sales.stages.iter().filter(|stage| stage.id != second).cloned().collect();
    admin.defines(DefinitionChange::SetStages { pipeline: sales.id, stages, edges: None });
    admin.done(vec![restore("deal", deal)]);
    assert_eq!(admin.value("deal", deal, "stage"), json!(first));
}

#[test]
fn a_team_goes_when_nobody_and_nothing_is_in_it() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let east = workspace.team("华东", None);
    let shanghai = workspace.team("上海", Some(east));
    let rep = workspace.person("rep", Some(shanghai));
    admin.update("team", shanghai, json!({"leader": rep.user}));
    assert_eq!(admin.value("team", shanghai, "leader"), json!(rep.user));
    let version = admin.read("team", east).version;
    let circle = admin.refused(vec![update("team", east, version, json!({}), json!({"parent": shanghai}))]);
    is_because(&circle, "parent", "problem.within_itself");
    let remove = |team: Id| delete("team", team, admin.read("team", team).version);
    for team in [east, shanghai] {
        let answer = admin.refused(vec![remove(team)]);
        is_because(&answer, "record", "problem.team_in_use");
    }
    admin.update("user", rep.user, json!({"team": null}));
    admin.done(vec![remove(shanghai)]);
    admin.done(vec![remove(east)]);
    // Nor does an undo take it from under somebody.
    let made =
        command(vec![api_tests::actions::create("team", api_tests::ids::new_id(), json!({"name": "华南"}))]);
    admin.done_as(&made);
    let domain::command::Action::Create { record: south, .. } = made.actions[0] else { unreachable!() };
    admin.update("user", rep.user, json!({"team": south}));
    let undone = admin.done(vec![undo(made.id)]);
    assert_eq!(undone.kept.iter().map(|kept| kept.record).collect::<Vec<_>>(), [south]);
    assert_eq!(admin.value("user", rep.user, "team"), json!(south));
}

#[test]
fn an_entrance_is_made_by_an_invitation_alone() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let name_only = admin.create("user", json!({"name": "Moses", "role": "rep", "status": "inactive"}));
    for state in ["active", "invited"] {
        let answer = admin.refused(vec![update("user", name_only, 1, json!({}), json!({"status": state}))]);
        is_because(&answer, "status", "problem.joins_by_invitation");
    }
    // An invitation that is withdrawn leads nowhere, and stands again when it is given back.
    let invited = workspace.invite(&api_tests::workspace::new_email(), "rep", None);
    let token = api_tests::workspace::token_of(&invited.path);
    admin.update("user", invited.user, json!({"status": "inactive"}));
    let refusal = admin.refusal::<domain::api::GetInvitation>(&[token], &Empty {});
    assert_eq!(refusal.code, Code::NotFound);
    let version = admin.read("user", invited.user).version;
    let early =
        admin.refused(vec![update("user", invited.user, version, json!({}), json!({"status": "active"}))]);
    is_because(&early, "status", "problem.joins_by_invitation");
    admin.update("user", invited.user, json!({"status": "invited"}));
    admin.call::<domain::api::GetInvitation>(&[token], &Empty {});
    // Who has been in before comes and goes.
    let rep = workspace.person("rep", None);
    assert!(admin.value("user", rep.user, "joined_at").is_string());
    admin.update("user", rep.user, json!({"status": "inactive"}));
    admin.update("user", rep.user, json!({"status": "active"}));
}

#[test]
fn the_currency_changes_while_nothing_is_counted_in_it() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let settings = |code: &str| {
        let mut settings = schema(admin).workspace;
        settings.currency = Currency::parse(code).unwrap();
        DefinitionChange::SetWorkspace { settings }
    };
    admin.defines(settings("USD"));
    workspace.add_field("account", "f_budget", json!({"type": "money"}));
    let budget = json!({"amount": 100, "currency": "EUR"});
    let account = admin.create("account", json!({"name": "恒通", "f_budget": budget}));
    let answer = admin.refused_definition(settings("CNY"));
    is_because(&answer, "currency", "problem.definition.currency_is_fixed");
    // What was deleted may come back with its amount.
    admin.done(vec![delete("account", account, 1)]);
    is_because(
        &admin.refused_definition(settings("CNY")),
        "currency",
        "problem.definition.currency_is_fixed",
    );
    let other = Workspace::new();
    other.admin.create("rate", json!({"currency": "USD", "from": "2026-01-01", "rate": "7.1"}));
    let mut changed = schema(&other.admin).workspace;
    changed.currency = Currency::parse("USD").unwrap();
    is_because(
        &other.admin.refused_definition(DefinitionChange::SetWorkspace { settings: changed }),
        "currency",
        "problem.definition.currency_is_fixed",
    );
}

#[test]
fn working_days_are_kept_and_checked() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let mut settings = schema(admin).workspace;
    settings.work =
        serde_json::from_value(json!({"week": [1, 2, 3, 4, 5, 6], "days": {"2026-05-01": false}})).unwrap();
    admin.defines(DefinitionChange::SetWorkspace { settings: settings.clone() });
    assert_eq!(schema(admin).workspace.work, settings.work);
    settings.work.week = [0, 8].into();
    is_because(
        &admin.refused_definition(DefinitionChange::SetWorkspace { settings: settings.clone() }),
        "work.week",
        "problem.out_of_range",
    );
    let malformed = json!({"commands": [{"v": 1, "id": api_tests::ids::new_id(), "actions": [{"do": "change_definition",
        "base_revision": 2, "change": {"change": "set_workspace", "settings": {"name": "x", "language": "zh", "zone": "UTC",
        "currency": "CNY", "work": {"days": {"2026-02-30": true}}}}}]}]});
    assert_eq!(admin.post("/api/v1/commands", malformed.to_string()).status, 400);
}

#[test]
fn another_workspace_s_roles_teams_and_stages_are_nobody_s() {
    let (workspace, other) = (Workspace::new(), Workspace::new());
    let admin = &workspace.admin;
    other.admin.defines(DefinitionChange::AddRole {
        role: copy_of(&schema(&other.admin), "rep", "theirs"),
        at: None,
    });
    other.admin.defines(DefinitionChange::AddPipeline { pipeline: renewal(), at: None });
    let team = other.team("他们", None);
    let rep = workspace.person("rep", None);
    // Their people do not keep a role of ours, nor their deals a stage.
    let them = other.person("r_theirs", None);
    other.admin.create("deal", json!({"name": "x", "stage": "s_due", "owner": them.user}));
    admin.defines(DefinitionChange::AddRole { role: copy_of(&schema(admin), "rep", "theirs"), at: None });
    admin.defines(DefinitionChange::RemoveRole { role: "r_theirs".into() });
    admin.defines(DefinitionChange::AddPipeline { pipeline: renewal(), at: None });
    admin.defines(DefinitionChange::RemovePipeline { pipeline: "p_renewal".into() });
    let version = admin.read("user", rep.user).version;
    for values in [json!({"role": "r_theirs"}), json!({"team": team})] {
        let answer = admin.send(&command(vec![update("user", rep.user, version, json!({}), values)]));
        assert!(matches!(answer, Answer::Refused { code: Code::Invalid, .. }), "{answer:?}");
    }
    assert_eq!(admin.refused(vec![delete("team", team, 1)]).0, Code::NotFound);
}
