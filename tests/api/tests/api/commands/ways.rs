//! Every rule of a way on every way in, whom pipelines are for, and pipelines with no stages and with thirty.

use api_tests::actions::{
    self, define, delete, import as import_rows, move_deal, move_deal_with, restore, undo, update,
};
use api_tests::browser::Request;
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::record::{BoardRequest, CreateRequest, UpdateRequest};
use domain::api::{Code, CreateRecord, Empty, GetBoard, GetSchema, GetSession, UpdateRecord};
use domain::command::{Action, ImportRow, RowOutcome, Wire};
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Check, Edge, Label, Pipeline, Stage, StageStatus};
use serde_json::{Value as Json, json};

fn renewal(teams: Vec<Id>, products: Vec<Id>) -> Pipeline {
    Pipeline { teams, products, ..actions::renewal() }
}

fn audience(teams: Vec<Id>, products: Vec<Id>) -> DefinitionChange {
    DefinitionChange::SetAudience { pipeline: "p_renewal".into(), teams, products }
}

fn keys(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.key.as_str()).collect()
}

/// A rule of the way from needs to proposal, what somebody meets there, and how they get by, if they do.
struct Rule {
    edge: Edge,
    code: Code,
    key: &'static str,
    by: Option<fn(&mut Action)>,
}

fn rules() -> Vec<Rule> {
    let edge = || Edge { from: Some("needs".into()), to: "proposal".into(), ..Edge::default() };
    let check = Check { id: "k_seen".into(), label: Label::new("看过现场", "Seen the site") };
    let (forbidden, invalid) = (Code::Forbidden, Code::Invalid);
    vec![
        Rule {
            edge: Edge { closed: true, ..edge() },
            code: forbidden,
            key: "problem.process.closed",
            by: None,
        },
        Rule {
            edge: Edge { roles: vec!["manager".into()], ..edge() },
            code: forbidden,
            key: "problem.process.role",
            by: None,
        },
        Rule {
            edge: Edge { required: vec!["source".into()], ..edge() },
            code: invalid,
            key: "problem.process.required",
            by: Some(|action| {
                if let Action::MoveStage { values, .. } = action {
                    values.insert("source".into(), json!("phone"));
                }
            }),
        },
        Rule {
            edge: Edge { note: true, ..edge() },
            code: invalid,
            key: "problem.process.note",
            by: Some(|action| {
                if let Action::MoveStage { note, .. } = action {
                    *note = Some("说好了".into());
                }
            }),
        },
        Rule {
            edge: Edge { checks: vec![check], ..edge() },
            code: invalid,
            key: "problem.process.checks",
            by: Some(|action| {
                if let Action::MoveStage { checked, .. } = action {
                    checked.push("k_seen".into());
                }
            }),
        },
    ]
}

fn to_proposal() -> UpdateRequest {
    let values = [("stage".to_owned(), json!("proposal"))].into();
    UpdateRequest { command: new_id(), base_version: 1, old: Wire::new(), values }
}

#[test]
fn every_rule_of_a_way_holds_on_every_way_in_and_for_nothing_but_moves() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    for Rule { edge, code, key, by } in rules() {
        admin.defines(DefinitionChange::SetEdges { pipeline: "sales".into(), edges: vec![edge] });
        let deal = |name: &str| rep.create("deal", json!({"name": name, "stage": "needs"}));
        let one = deal("一");
        // By a command, by a plain change, by the records API.
        let (found, problems) = rep.refused(vec![move_deal(one, "needs", "proposal")]);
        assert_eq!((found, keys(&problems)), (code, vec![key]));
        let plain = update("deal", one, 1, json!({}), json!({"stage": "proposal"}));
        assert_eq!(rep.refused(vec![plain]).0, code, "{key}");
        let refusal = rep.refusal::<UpdateRecord>(&["deal", &one.to_string()], &to_proposal());
        assert_eq!((refusal.code, keys(&refusal.problems)), (code, vec![key]));
        // In bulk, each by its place; those that go elsewhere are not blamed.
        let (two, three) = (deal("二"), deal("三"));
        let (found, problems) = rep.refused(vec![
            move_deal(one, "needs", "proposal"),
            move_deal(two, "needs", "negotiation"),
            move_deal(three, "needs", "proposal"),
        ]);
        assert_eq!((found, keys(&problems)), (code, vec![key, key]));
        let mut places: Vec<_> = problems.iter().map(|problem| problem.action).collect();
        places.sort_unstable();
        assert_eq!(places, [Some(0), Some(2)], "{key}");
        // What has gone there stays put under the rule, and comes back by undo.
        let back = command(vec![move_deal(two, "needs", "first_contact")]);
        rep.done_as(&back);
        let made = rep.create("deal", json!({"name": "四", "stage": "proposal"}));
        rep.update("deal", made, json!({"name": "五"}));
        let away = command(vec![move_deal(made, "proposal", "needs")]);
        rep.done_as(&away);
        rep.done(vec![undo(away.id)]);
        assert_eq!(rep.value("deal", made, "stage"), "proposal", "{key}");
        // History is entered where it stands.
        let cells = [("name", "六"), ("stage", "Proposal")];
        let cells = cells.map(|(field, text)| (field.to_owned(), text.to_owned())).into();
        let row = ImportRow { line: 2, record: new_id(), cells };
        let receipt = admin.done(vec![import_rows(new_id(), "deal", false, vec![row])]);
        assert_eq!(receipt.rows[0].outcome, RowOutcome::Created, "{key}");
        assert_eq!((rep.read("deal", one).version, rep.read("deal", three).version), (1, 1), "{key}");
        // And with what it asks for.
        let mut whole = move_deal(one, "needs", "proposal");
        if let Some(by) = by {
            by(&mut whole);
            rep.done(vec![whole]);
        } else {
            if let Action::MoveStage { exception, .. } = &mut whole {
                *exception = Some("总监同意".into());
            }
            admin.done(vec![whole]);
        }
        assert_eq!(rep.value("deal", one, "stage"), "proposal", "{key}");
    }
    let seen = rep.ids("deal", Some(&json!(["is_set", ["field", "stage_checked"]])));
    let kept: Vec<Json> = seen.iter().map(|deal| rep.value("deal", *deal, "stage_checked")).collect();
    // In the language of the workspace, as it was called then.
    assert_eq!(kept, [json!("Seen the site")]);
}

#[test]
fn into_a_pipeline_of_a_team_come_its_members_on_every_way_in() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (north, south) = (workspace.team("北区", None), workspace.team("南区", None));
    let harbour = workspace.team("港口组", Some(north));
    let (inside, outside) = (workspace.person("rep", Some(harbour)), workspace.person("rep", Some(south)));
    let product = admin.create("product", json!({"name": "水泵"}));
    admin.defines(DefinitionChange::AddPipeline { pipeline: renewal(vec![north], vec![product]), at: None });
    let teams = |person: &Person| person.call::<GetSession>(&[], &Empty {}).teams.unwrap();
    let mut above = teams(&inside);
    above.sort_unstable();
    let mut expected = vec![north, harbour];
    expected.sort_unstable();
    assert_eq!((above, teams(&outside)), (expected, vec![south]));
    assert!(teams(admin).is_empty());

    let team = "problem.process.team";
    let values = |stage: &str| json!({"name": "续约", "stage": stage});
    let create = |stage: &str| actions::create("deal", new_id(), values(stage));
    let (code, problems) = outside.refused(vec![create("s_due")]);
    assert_eq!((code, keys(&problems)), (Code::Forbidden, vec![team]));
    assert_eq!(problems[0].args["roles"], "administrator,manager");
    let request = CreateRequest { id: new_id(), values: serde_json::from_value(values("s_due")).unwrap() };
    assert_eq!(keys(&outside.refusal::<CreateRecord>(&["deal"], &request).problems), [team]);
    let own = outside.create("deal", json!({"name": "续约"}));
    // Something new begins in what is for all, or for one's team.
    assert_eq!(outside.value("deal", own, "stage"), "first_contact");
    let theirs = inside.create("deal", json!({"name": "续约"}));
    assert_eq!(inside.value("deal", theirs, "stage"), "s_due");
    for refused in [
        outside.refused(vec![move_deal(own, "first_contact", "s_due")]),
        outside.refused(vec![update("deal", own, 1, json!({}), json!({"stage": "s_due"}))]),
    ] {
        assert_eq!((refused.0, keys(&refused.1)), (Code::Forbidden, vec![team]));
    }
    inside.done(vec![create("s_due")]);
    // Who is in it moves on in it, and out of it, whoever has it by now; what was taken out comes back by undo.
    let given = admin.create("deal", json!({"name": "交接", "stage": "s_due", "owner": outside.user}));
    outside.done(vec![move_deal(given, "s_due", "s_renewed")]);
    let left = command(vec![move_deal(given, "s_renewed", "needs")]);
    outside.done_as(&left);
    assert_eq!(keys(&outside.refused(vec![move_deal(given, "needs", "s_due")]).1), [team]);
    outside.done(vec![undo(left.id)]);
    assert_eq!(outside.value("deal", given, "stage"), "s_renewed");
    // Whoever may make exceptions says why.
    assert_eq!(keys(&admin.refused(vec![move_deal(own, "first_contact", "s_due")]).1), [team]);
    let mut excepted = move_deal(own, "first_contact", "s_due");
    if let Action::MoveStage { exception, .. } = &mut excepted {
        *exception = Some("北区没有人手".into());
    }
    admin.done(vec![excepted]);

    // A team that a pipeline is for stays, and what is named has to be there.
    let version = admin.read("team", south).version;
    admin.defines(audience(vec![north, south], Vec::new()));
    outside.done(vec![create("s_due")]);
    let person = json!({"team": north});
    admin.update("user", outside.user, person);
    assert_eq!(keys(&admin.refused(vec![delete("team", south, version)]).1), ["problem.team_has_pipeline"]);
    let other = Workspace::new();
    let foreign = other.team("外人", None);
    let unknown = "problem.reference_not_found";
    for (teams, products) in [(vec![new_id()], vec![]), (vec![foreign], vec![]), (vec![], vec![new_id()])] {
        assert_eq!(keys(&admin.refused_definition(audience(teams, products)).1), [unknown]);
    }
    assert_eq!(
        keys(&admin.refused_definition(audience(vec![north, north], vec![])).1),
        ["problem.duplicate"]
    );
    assert_eq!(inside.refused_definition(audience(Vec::new(), Vec::new())).0, Code::Forbidden);
    admin.defines(audience(vec![north], Vec::new()));
    admin.done(vec![delete("team", south, version)]);
}

#[test]
fn no_undo_leaves_a_pipeline_to_a_team_that_is_gone() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    admin.defines(DefinitionChange::AddPipeline { pipeline: renewal(Vec::new(), Vec::new()), at: None });
    let team = new_id();
    let made = command(vec![actions::create("team", team, json!({"name": "东区"}))]);
    admin.done_as(&made);
    admin.defines(audience(vec![team], Vec::new()));
    // The team that was just made has a pipeline by now.
    let receipt = admin.done(vec![undo(made.id)]);
    assert_eq!((receipt.records.len(), receipt.kept[0].record), (0, team));
    let opened = admin.defines(audience(Vec::new(), Vec::new()));
    let version = admin.read("team", team).version;
    admin.done(vec![delete("team", team, version)]);
    assert_eq!(keys(&admin.refused(vec![undo(opened)]).1), ["problem.reference_not_found"]);
    admin.done(vec![restore("team", team)]);
    admin.done(vec![undo(opened)]);
    let pipelines = admin.call::<GetSchema>(&[], &Empty {}).pipelines;
    assert_eq!(pipelines.last().unwrap().teams, [team]);
}

#[test]
fn my_team_is_whoever_is_in_it_when_it_is_asked() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let north = workspace.team("北区", None);
    let harbour = workspace.team("港口组", Some(north));
    let lead = workspace.person("administrator", Some(north));
    let (near, far) = (workspace.person("rep", Some(harbour)), workspace.person("rep", None));
    let deal = |person: &Person| person.create("deal", json!({"name": "单"}));
    let (own, team, other) = (deal(&lead), deal(&near), deal(&far));
    let of_team = json!(["my_team", ["field", "owner"]]);
    assert_eq!(lead.ids("deal", Some(&of_team)), [own, team].into());
    assert_eq!(lead.ids("deal", Some(&json!(["not", of_team]))), [other].into());
    assert_eq!(lead.count("deal", Some(&of_team)), 2);
    let filter = Some(of_team.to_string());
    let board = lead.call::<GetBoard>(&["sales"], &BoardRequest { filter, limit: None });
    assert_eq!(board.columns[0].records.len(), 2);
    // It is part of the reader's own sight, and nothing widens it.
    assert_eq!(near.ids("deal", Some(&of_team)), [team].into());
    assert_eq!(far.ids("deal", Some(&of_team)), [other].into());
    admin.update("user", far.user, json!({"team": harbour}));
    assert_eq!(lead.ids("deal", Some(&of_team)), [own, team, other].into());
    let wrong = json!(["my_team", ["field", "name"]]).to_string();
    let request = domain::api::record::ListRequest { filter: Some(wrong), ..Default::default() };
    assert_eq!(lead.refusal::<domain::api::ListRecords>(&["deal"], &request).code, Code::Invalid);
}

#[test]
fn a_pipeline_works_with_no_stages_and_with_thirty() {
    let Workspace { admin } = Workspace::new();
    let none = Pipeline { stages: Vec::new(), ..renewal(Vec::new(), Vec::new()) };
    admin.defines(DefinitionChange::AddPipeline { pipeline: none, at: Some(0) });
    let board = || admin.call::<GetBoard>(&["p_renewal"], &BoardRequest::default());
    assert_eq!(board().columns.len(), 0);
    // Nothing can be put into it, and something new begins in the next one.
    let deal = admin.create("deal", json!({"name": "单"}));
    assert_eq!(admin.value("deal", deal, "stage"), "first_contact");
    let (_, problems) = admin.refused(vec![move_deal(deal, "first_contact", "s_due")]);
    assert_eq!(keys(&problems), ["problem.not_a_choice"]);
    let stages = |pipeline: &str, stages: Vec<Stage>| DefinitionChange::SetStages {
        pipeline: pipeline.into(),
        stages,
        edges: None,
    };
    // The one that something begins in keeps its stages.
    let last = "problem.definition.last_pipeline";
    assert!(keys(&admin.refused_definition(stages("sales", Vec::new())).1).contains(&last));
    let remove = |pipeline: &str| DefinitionChange::RemovePipeline { pipeline: pipeline.into() };
    assert!(keys(&admin.refused_definition(remove("sales")).1).contains(&last));

    let stage =
        |at: usize| Stage::new(&format!("s_{at}"), Label::new("阶段", "Stage"), StageStatus::Open, 10);
    let mut thirty: Vec<Stage> = (0..28).map(stage).collect();
    thirty.extend([
        Stage { status: StageStatus::Won, ..stage(28) },
        Stage { status: StageStatus::Lost, ..stage(29) },
    ]);
    let full = admin.defines(stages("p_renewal", thirty));
    assert_eq!(board().columns.len(), 30);
    admin.done(vec![move_deal(deal, "first_contact", "s_0")]);
    for at in 0..28 {
        admin.done(vec![move_deal(deal, &format!("s_{at}"), &format!("s_{}", at + 1))]);
    }
    assert_eq!(board().columns[28].records[0].id, deal);
    let fresh = admin.create("deal", json!({"name": "新"}));
    assert_eq!(admin.value("deal", fresh, "stage"), "s_0");
    // Not back to none while something stands there.
    let in_use = "problem.definition.stage_in_use";
    assert!(keys(&admin.refused(vec![undo(full)]).1).contains(&in_use));
    admin.done(vec![move_deal(deal, "s_28", "needs"), move_deal(fresh, "s_0", "needs")]);
    admin.done(vec![undo(full)]);
    admin.defines(remove("p_renewal"));
    let many = (0..51).map(stage).collect();
    let (_, problems) = admin.refused_definition(stages("sales", many));
    assert!(keys(&problems).contains(&"problem.out_of_range"), "{problems:?}");
}

#[test]
fn a_stage_goes_once_its_deals_are_elsewhere_and_all_of_it_comes_back() {
    let Workspace { admin } = Workspace::new();
    let schema = || admin.call::<GetSchema>(&[], &Empty {});
    let all = schema().pipelines[0].stages.clone();
    let rest: Vec<Stage> = all.iter().filter(|stage| stage.id != "needs").cloned().collect();
    let set = || DefinitionChange::SetStages { pipeline: "sales".into(), stages: rest.clone(), edges: None };
    let deals: Vec<Id> =
        (0..3).map(|_| admin.create("deal", json!({"name": "单", "stage": "needs"}))).collect();
    let (code, problems) = admin.refused_definition(set());
    assert_eq!((code, keys(&problems)), (Code::Invalid, vec!["problem.definition.stage_in_use"]));
    let told = &problems[0].args;
    assert_eq!((told["count"].as_str(), told["stage"].as_str()), ("3", "needs"));
    let moved = command(deals.iter().map(|deal| move_deal(*deal, "needs", "proposal")).collect());
    admin.done_as(&moved);
    let gone = admin.defines(set());
    assert!(schema().pipelines[0].stage("needs").is_none());
    // Whoever has not heard of it yet is told, and nothing happens.
    let (_, problems) = admin.refused(vec![move_deal(deals[0], "proposal", "needs")]);
    assert_eq!(keys(&problems), ["problem.not_a_choice"]);
    admin.done(vec![undo(gone)]);
    admin.done(vec![undo(moved.id)]);
    assert!(deals.iter().all(|deal| admin.value("deal", *deal, "stage") == "needs"));
    assert_eq!(schema().pipelines[0].stages, all);
}

#[test]
fn unknown_stale_foreign_and_absurd_moves_and_limits_are_refused_in_words() {
    let (Workspace { admin }, other) = (Workspace::new(), Workspace::new());
    let deal = admin.create("deal", json!({"name": "单"}));
    let foreign = other.admin.create("deal", json!({"name": "别人的"}));
    let (code, problems) = admin.refused(vec![move_deal(deal, "first_contact", "nowhere")]);
    assert_eq!((code, keys(&problems)), (Code::Invalid, vec!["problem.not_a_choice"]));
    let (code, problems) = admin.refused(vec![move_deal(foreign, "first_contact", "needs")]);
    assert_eq!((code, keys(&problems)), (Code::NotFound, vec!["problem.record_not_found"]));
    // Somebody else was there first.
    admin.done(vec![move_deal(deal, "first_contact", "needs")]);
    let conflicts = admin.conflict(vec![move_deal(deal, "first_contact", "proposal")]);
    assert_eq!(conflicts[0].fields[0].field, "stage");
    for amount in [json!(9_007_199_254_740_993_i64), json!(-9_007_199_254_740_993_i64), json!("viel")] {
        let filled = json!({"amount": {"amount": amount, "currency": "CNY"}});
        let (code, problems) = admin.refused(vec![move_deal_with(deal, "needs", "proposal", filled)]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("amount")), "{amount}");
    }
    let stages = |limit: u16| {
        let mut stages = admin.call::<GetSchema>(&[], &Empty {}).pipelines[0].stages.clone();
        stages[0].limit = Some(limit);
        DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None }
    };
    for limit in [0, 200, u16::MAX] {
        let (code, problems) = admin.refused_definition(stages(limit));
        assert_eq!((code, keys(&problems)), (Code::Invalid, vec!["problem.out_of_range"]), "{limit}");
        assert_eq!(problems[0].field.as_deref(), Some("limit"));
    }
    // A limit is soft: the second deal of one person comes in all the same.
    admin.defines(stages(1));
    admin.create("deal", json!({"name": "一"}));
    admin.create("deal", json!({"name": "二"}));
    // What is no such number is no such change.
    for limit in ["-1", "70000", "1.5", "\"3\""] {
        let text =
            serde_json::to_string(&json!({"commands": [command(vec![define(admin.revision(), stages(7))])]}));
        let body = text.unwrap().replace("\"limit\":7", &format!("\"limit\":{limit}"));
        let reply = admin.ask(&Request::new("POST", "/api/v1/commands").json(body));
        assert_eq!(reply.refusal().code, Code::Malformed, "{limit}: {reply}");
    }
    let ticked = |checked: Vec<String>| {
        let mut action = move_deal(deal, "needs", "proposal");
        if let Action::MoveStage { checked: said, .. } = &mut action {
            *said = checked;
        }
        action
    };
    let many = (0..101).map(|at| format!("k_{at}")).collect();
    assert_eq!(keys(&admin.refused(vec![ticked(many)]).1), ["problem.out_of_range"]);
}
