//! Every change, what it refuses, and that its inverse takes it back.

use super::*;
use crate::access::{Permission, REP};
use crate::money::Currency;
use crate::schema::builtin;
use crate::schema::{Check, StageStatus, Step};
use crate::time::UtcOnly;

fn fresh() -> Schema {
    builtin::of_tests("UTC", "CNY")
}

fn stage(id: &str, status: StageStatus) -> Stage {
    Stage::new(id, Label::new(id, id), status, 10)
}

fn renewal() -> Pipeline {
    Pipeline {
        id: "p_renewal".into(),
        entity: "deal".into(),
        label: Label::new("续约", "Renewal"),
        stages: vec![
            stage("s_due", StageStatus::Open),
            stage("s_renewed", StageStatus::Won),
            stage("s_left", StageStatus::Lost),
        ],
        edges: Vec::new(),
        teams: Vec::new(),
        products: Vec::new(),
    }
}

fn trainee(schema: &Schema) -> Role {
    Role {
        id: "r_trainee".into(), label: Label::new("实习", "Trainee"), ..schema.role(REP).unwrap().clone()
    }
}

/// The change holds, and its inverse leaves nothing behind but the revision.
fn there_and_back(schema: &Schema, change: &DefinitionChange) -> Schema {
    let (changed, inverse) = apply(schema, change, &UtcOnly).unwrap();
    let (back, again) = apply(&changed, &inverse, &UtcOnly).unwrap();
    assert_eq!(Schema { revision: schema.revision, ..back.clone() }, *schema, "{change:?}");
    let (forth, _) = apply(&back, &again, &UtcOnly).unwrap();
    assert_eq!(Schema { revision: changed.revision, ..forth }, changed, "{change:?}");
    changed
}

fn refused(schema: &Schema, change: &DefinitionChange) -> Vec<(String, String)> {
    let problems = apply(schema, change, &UtcOnly).unwrap_err();
    problems.into_iter().map(|problem| (problem.field.unwrap_or_default(), problem.key)).collect()
}

fn pair(field: &str, key: &str) -> (String, String) {
    (field.to_owned(), key.to_owned())
}

#[test]
fn roles_and_pipelines_come_and_go_and_come_back_to_their_place() {
    let schema = fresh();
    let changed = there_and_back(&schema, &DefinitionChange::AddRole { role: trainee(&schema), at: None });
    assert_eq!(changed.roles.last().map(|role| role.id.as_str()), Some("r_trainee"));
    there_and_back(&schema, &DefinitionChange::RemoveRole { role: "manager".into() });
    let changed = there_and_back(&schema, &DefinitionChange::AddPipeline { pipeline: renewal(), at: None });
    there_and_back(&changed, &DefinitionChange::RemovePipeline { pipeline: "sales".into() });
    let label = Label::new("老客户", "Old customers");
    there_and_back(&changed, &DefinitionChange::RenamePipeline { pipeline: "p_renewal".into(), label });
    let order = vec!["p_renewal".to_owned(), "sales".to_owned()];
    let arranged = there_and_back(
        &changed,
        &DefinitionChange::ArrangePipelines { entity: "deal".into(), order: order.clone() },
    );
    let now: Vec<String> = arranged.pipelines_of("deal").map(|pipeline| pipeline.id.clone()).collect();
    assert_eq!(now, order);
}

fn with_field(schema: &Schema, id: &str, kind: FieldKind) -> Schema {
    let (label, personal) = (Label::new("栏", "Field"), false);
    let (required, system, custom, retired) = (false, false, true, false);
    let field = Field { id: id.into(), label, kind, required, personal, system, custom, retired };
    apply(schema, &DefinitionChange::AddField { entity: "account".into(), field }, &UtcOnly).unwrap().0
}

#[test]
fn a_field_that_is_there_takes_other_values_from_now_on() {
    let set = |field: &str, settings: Adjustment| DefinitionChange::SetField {
        entity: "account".into(),
        field: field.into(),
        settings,
    };
    let limits = |min, max| Adjustment { min, max, ..Adjustment::default() };
    let mut schema = fresh();
    for (id, kind) in [
        ("f_count", FieldKind::integer(None, Some(9))),
        ("f_text", FieldKind::text(300)),
        ("f_stars", FieldKind::rating(5)),
        ("f_number", FieldKind::auto_number("HT-{0000}", 1)),
        ("f_date", FieldKind::date()),
        ("f_size", FieldKind::decimal(2)),
        ("f_share", FieldKind::percent(0)),
    ] {
        schema = with_field(&schema, id, kind);
    }
    there_and_back(&schema, &set("f_count", limits(Some(1), None)));
    there_and_back(&schema, &set("f_text", limits(None, Some(20))));
    there_and_back(&schema, &set("f_stars", limits(None, Some(10))));
    let numbers = Adjustment { format: Some("{year}-{0}".into()), start: Some(500), ..Adjustment::default() };
    there_and_back(&schema, &set("f_number", numbers));
    let decimals = |scale| Adjustment { scale: Some(scale), ..Adjustment::default() };
    let in_the_way =
        |field: &str, to| vec![Place::Decimals { entity: "account".into(), field: field.into(), to }];
    for (field, now, to) in [("f_size", 2, 4), ("f_share", 0, 1)] {
        there_and_back(&schema, &set(field, decimals(to)));
        assert_eq!(set(field, decimals(to)).vacates(&schema), in_the_way(field, to));
        assert!(set(field, decimals(now)).vacates(&schema).is_empty());
        // Nobody counts values by decimals that there cannot be.
        for beyond in [7, 20, 64, u32::MAX] {
            assert!(set(field, decimals(beyond)).vacates(&schema).is_empty(), "{field} {beyond}");
        }
    }
    for (field, settings, problem) in [
        ("f_size", decimals(0), pair("scale", "problem.out_of_range")),
        ("f_size", decimals(7), pair("scale", "problem.out_of_range")),
        ("f_share", decimals(5), pair("scale", "problem.out_of_range")),
        ("f_size", limits(None, None), pair("scale", "problem.required")),
        ("f_count", decimals(2), pair("scale", "problem.definition.not_a_setting")),
        ("f_count", limits(Some(2), Some(1)), pair("max", "problem.less_than_min")),
        ("f_count", limits(Some(i64::MAX), None), pair("min", "problem.out_of_range")),
        ("f_text", limits(None, Some(0)), pair("max", "problem.out_of_range")),
        ("f_text", limits(None, Some(-1)), pair("max", "problem.out_of_range")),
        ("f_text", limits(Some(1), Some(9)), pair("min", "problem.definition.not_a_setting")),
        ("f_stars", limits(None, None), pair("max", "problem.required")),
        ("f_stars", limits(None, Some(11)), pair("max", "problem.out_of_range")),
        ("f_date", limits(None, None), pair("field", "problem.definition.not_a_setting")),
        ("f_nothing", limits(None, None), pair("field", "problem.definition.unknown_field")),
        ("name", limits(None, Some(9)), pair("field", "problem.definition.built_in_settings")),
    ] {
        assert_eq!(refused(&schema, &set(field, settings)), [problem], "{field}");
    }
    let personal = |field: &str| DefinitionChange::SetPersonal {
        entity: "account".into(),
        field: field.into(),
        personal: true,
    };
    there_and_back(&schema, &personal("f_text"));
    assert_eq!(refused(&schema, &personal("f_date")), [pair("personal", "problem.definition.not_a_setting")]);
    assert_eq!(refused(&schema, &personal("phone")), [pair("field", "problem.definition.built_in_settings")]);
}

#[test]
fn a_kind_of_record_has_another_name_in_both_languages() {
    let schema = fresh();
    let rename = |label: Label, plural: Label| DefinitionChange::RenameEntity {
        entity: "account".into(),
        label,
        plural,
    };
    let change = rename(Label::new("会员", "Member"), Label::new("会员", "Members"));
    let changed = there_and_back(&schema, &change);
    assert_eq!(changed.entity("account").map(|entity| entity.plural.en.as_str()), Some("Members"));
    let wrong = rename(Label::new("会员", " "), Label::new(&"员".repeat(81), "Members"));
    assert_eq!(
        refused(&schema, &wrong),
        [pair("label", "problem.required"), pair("plural", "problem.too_long")]
    );
    let nothing = DefinitionChange::RenameEntity {
        entity: "nothing".into(),
        label: Label::new("会员", "Member"),
        plural: Label::new("会员", "Members"),
    };
    assert_eq!(refused(&schema, &nothing), [pair("entity", "problem.definition.unknown_entity")]);
}

#[test]
fn what_is_wrong_with_a_role_is_said_all_at_once() {
    let schema = fresh();
    let mut role = trainee(&schema);
    role.id = "Trainee!".into();
    role.label = Label::new("销售", "Trainee");
    role.hidden.insert("account".into(), vec!["name".into()]);
    role.grants.insert("nothing".into(), crate::access::Grant::default());
    assert_eq!(
        refused(&schema, &DefinitionChange::AddRole { role, at: None }),
        [
            pair("label", "problem.definition.role_name_taken"),
            pair("hidden", "problem.definition.unknown_field"),
            pair("grants", "problem.definition.unknown_entity"),
            pair("id", "problem.definition.bad_id"),
        ]
    );
    let taken = Role { id: REP.into(), ..trainee(&schema) };
    assert_eq!(
        refused(&schema, &DefinitionChange::AddRole { role: taken, at: None }),
        [pair("id", "problem.duplicate")]
    );
}

#[test]
fn what_is_wrong_with_a_pipeline_is_said_all_at_once() {
    let schema = fresh();
    let wrong = Pipeline {
        id: "sales".into(),
        entity: "account".into(),
        label: Label::new(" ", "x"),
        stages: vec![Stage { probability: 101, ..stage("Due", StageStatus::Open) }],
        edges: Vec::new(),
        teams: Vec::new(),
        products: Vec::new(),
    };
    assert_eq!(
        refused(&schema, &DefinitionChange::AddPipeline { pipeline: wrong, at: None }),
        [
            pair("label", "problem.required"),
            pair("stages", "problem.definition.stage_status_missing"),
            pair("id", "problem.definition.bad_id"),
            pair("stages", "problem.out_of_range"),
            pair("id", "problem.duplicate"),
            pair("entity", "problem.has_no_stages"),
        ]
    );
    let mut taken = renewal();
    taken.stages[0].id = schema.pipelines[0].stages[0].id.clone();
    assert_eq!(
        refused(&schema, &DefinitionChange::AddPipeline { pipeline: taken, at: None }),
        [pair("stages", "problem.duplicate")]
    );
}

#[test]
fn some_things_never_go() {
    let schema = fresh();
    let mut powerless = schema.role(ADMINISTRATOR).unwrap().clone();
    powerless.permissions = vec![Permission::Import];
    let cases = [
        (
            DefinitionChange::RemovePipeline { pipeline: "sales".into() },
            pair("pipeline", "problem.definition.last_pipeline"),
        ),
        (
            DefinitionChange::RemovePipeline { pipeline: "nothing".into() },
            pair("pipeline", "problem.definition.unknown_pipeline"),
        ),
        (
            DefinitionChange::RemoveRole { role: ADMINISTRATOR.into() },
            pair("role", "problem.definition.administrator_stays"),
        ),
        (
            DefinitionChange::RemoveRole { role: "nothing".into() },
            pair("role", "problem.definition.unknown_role"),
        ),
        (
            DefinitionChange::SetRole { role: powerless },
            pair("permissions", "problem.definition.administrator_keeps"),
        ),
        (
            DefinitionChange::ArrangePipelines { entity: "deal".into(), order: Vec::new() },
            pair("order", "problem.definition.not_the_pipelines"),
        ),
    ];
    for (change, problem) in cases {
        assert_eq!(refused(&schema, &change), [problem], "{change:?}");
    }
}

#[test]
fn a_change_names_what_has_to_be_empty_first() {
    let schema = fresh();
    let stages = &schema.pipelines[0].stages;
    let in_stage = |stage: &Stage| Place::Stage { entity: "deal".into(), stage: stage.id.clone() };
    let change =
        DefinitionChange::SetStages { pipeline: "sales".into(), stages: stages[1..].to_vec(), edges: None };
    assert_eq!(change.vacates(&schema), [in_stage(&stages[0])]);
    let change = DefinitionChange::RemovePipeline { pipeline: "sales".into() };
    assert_eq!(change.vacates(&schema), stages.iter().map(in_stage).collect::<Vec<_>>());
    let change = DefinitionChange::RemoveRole { role: REP.into() };
    assert_eq!(change.vacates(&schema), [Place::Role(REP.into())]);
    let mut settings = schema.workspace.clone();
    settings.name = "U".into();
    assert!(DefinitionChange::SetWorkspace { settings: settings.clone() }.vacates(&schema).is_empty());
    settings.currency = Currency::parse("USD").unwrap();
    assert_eq!(DefinitionChange::SetWorkspace { settings }.vacates(&schema), [Place::Amounts]);
}

#[test]
fn what_sets_the_rest_of_the_workspace_leaves_its_logo_alone() {
    let mut schema = fresh();
    let logo = Some(crate::ids::Id::v7(1_000, &[7; 10]));
    schema.workspace.logo = logo;
    let settings = WorkspaceSettings { name: "另一个".into(), logo: None, ..schema.workspace.clone() };
    let changed = there_and_back(&schema, &DefinitionChange::SetWorkspace { settings });
    assert_eq!((changed.workspace.logo, changed.workspace.name.as_str()), (logo, "另一个"));
    assert_eq!(there_and_back(&schema, &DefinitionChange::SetLogo { logo: None }).workspace.logo, None);
}

fn section(id: &str, en: &str, fields: &[&str]) -> Section {
    let fields = fields.iter().map(|id| (*id).to_owned()).collect();
    Section { id: id.into(), label: Label::new("节", en), fields }
}

fn layout(layout: &[&str], sections: Vec<Section>, more: &[&str], hidden: &[&str]) -> DefinitionChange {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let (layout, more, hidden) = (owned(layout), owned(more), owned(hidden));
    DefinitionChange::ArrangeFields { entity: "account".into(), layout, sections, more, hidden }
}

#[test]
fn a_layout_comes_and_goes_as_a_whole() {
    let schema = fresh();
    let first = layout(&["phone", "name"], Vec::new(), &[], &[]);
    let changed = there_and_back(&schema, &first);
    let sections = vec![section("s_money", "Money", &["revenue"]), section("s_rest", "Rest", &[])];
    let second = layout(&["name"], sections, &["phone"], &["website", "created_at"]);
    let changed = there_and_back(&changed, &second);
    let account = changed.entity("account").unwrap();
    assert!(account.hides("website") && !account.hides("phone"));
    there_and_back(&changed, &layout(&[], Vec::new(), &[], &[]));
}

#[test]
fn the_shape_from_before_there_were_sections_is_an_order() {
    let old =
        serde_json::json!({"change": "arrange_fields", "entity": "account", "layout": ["phone", "name"]});
    let change: DefinitionChange = serde_json::from_value(old.clone()).unwrap();
    assert_eq!(change, layout(&["phone", "name"], Vec::new(), &[], &[]));
    assert_eq!(serde_json::to_value(&change).unwrap(), old);
}

#[test]
fn what_is_wrong_with_a_layout_is_said_by_name() {
    let mut schema = fresh();
    schema = apply(
        &schema,
        &DefinitionChange::SetRequired { entity: "account".into(), field: "phone".into(), required: true },
        &UtcOnly,
    )
    .unwrap()
    .0;
    let named = |ids: &[&str]| vec![section("s_a", "A", ids)];
    let too_long = "A".repeat(81);
    let many = (0..31).map(|at| section(&format!("s_{at}"), "A", &[])).collect();
    let unknown = "problem.definition.unknown_field";
    let twice = "problem.definition.placed_twice";
    let stands = "problem.definition.required_stands";
    for (change, problem) in [
        (layout(&["name", "nothing"], vec![], &[], &[]), pair("layout", unknown)),
        (layout(&["name"], named(&["nothing"]), &[], &[]), pair("sections", unknown)),
        (layout(&[], vec![], &["nothing"], &[]), pair("more", unknown)),
        (layout(&[], vec![], &[], &["nothing"]), pair("hidden", unknown)),
        (layout(&["name", "name"], vec![], &[], &[]), pair("layout", twice)),
        (layout(&["name"], named(&["name"]), &[], &[]), pair("sections", twice)),
        (layout(&["website"], vec![], &[], &["website"]), pair("hidden", twice)),
        (layout(&[], vec![], &["website"], &["website"]), pair("more", twice)),
        (layout(&[], vec![], &["grade", "grade"], &[]), pair("more", twice)),
        (layout(&[], vec![], &["phone"], &[]), pair("more", stands)),
        (layout(&[], vec![], &[], &["phone"]), pair("hidden", stands)),
        (layout(&[], vec![], &[], &["name"]), pair("hidden", stands)),
        (layout(&[], many, &[], &[]), pair("sections", "problem.definition.too_many_sections")),
        (layout(&[], vec![section("s_a", " ", &[])], &[], &[]), pair("sections", "problem.required")),
        (layout(&[], vec![section("s_a", &too_long, &[])], &[], &[]), pair("sections", "problem.too_long")),
        (layout(&[], vec![section("S a", "A", &[])], &[], &[]), pair("id", "problem.definition.bad_id")),
        (
            layout(&[], vec![section("s_a", "A", &[]), section("s_a", "B", &[])], &[], &[]),
            pair("sections", "problem.duplicate"),
        ),
    ] {
        assert_eq!(refused(&schema, &change), [problem], "{change:?}");
        let problems = apply(&schema, &change, &UtcOnly).unwrap_err();
        let names = ["field", "section", "max"];
        assert!(names.iter().any(|name| problems[0].args.contains_key(*name)), "{problems:?}");
    }
}

#[test]
fn a_hidden_field_that_is_made_required_comes_back_and_every_step_is_undone() {
    let schema = fresh();
    let hidden = there_and_back(&schema, &layout(&["name"], Vec::new(), &[], &["website"]));
    let require = |required| DefinitionChange::SetRequired {
        entity: "account".into(),
        field: "website".into(),
        required,
    };
    let required = there_and_back(&hidden, &require(true));
    let hides = |schema: &Schema| schema.entity("account").unwrap().hides("website");
    assert_eq!((hides(&hidden), hides(&required)), (true, false));
    // Arranging it then can be taken back too, although the layout of before hid it.
    let (arranged, inverse) =
        apply(&required, &layout(&["website", "name"], Vec::new(), &[], &[]), &UtcOnly).unwrap();
    let (back, _) = apply(&arranged, &inverse, &UtcOnly).unwrap();
    assert_eq!(back.entity("account").unwrap().layout, ["name"]);
    let (free, _) = apply(&required, &require(false), &UtcOnly).unwrap();
    assert!(hides(&free));
}

#[test]
fn stages_say_what_they_ask_for_and_moves_have_rules() {
    let schema = fresh();
    let with = |stage: Stage| {
        let mut stages = schema.pipelines[0].stages.clone();
        stages[1] = stage;
        DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None }
    };
    let old = schema.pipelines[0].stages[1].clone();
    let step = |id: &str| Step { id: id.into(), label: Label::new("拜访", "Visit"), due_in: Some(3) };
    let full = Stage {
        goal: Some(Label::new("弄清谁决定", "Know who decides")),
        expected_days: Some(10),
        required: vec!["contact".into()],
        asked: vec!["source".into()],
        steps: vec![step("visit"), Step { due_in: None, ..step("again") }],
        ..old.clone()
    };
    there_and_back(&schema, &with(full));
    let unknown = pair("required", "problem.definition.unknown_field");
    for (stage, problem) in [
        (Stage { required: vec!["nothing".into()], ..old.clone() }, unknown.clone()),
        (Stage { required: vec!["stage".into()], ..old.clone() }, unknown.clone()),
        (Stage { required: vec!["rank".into()], ..old.clone() }, unknown),
        (
            Stage { asked: vec!["source".into(), "source".into()], ..old.clone() },
            pair("asked", "problem.duplicate"),
        ),
        (Stage { expected_days: Some(0), ..old.clone() }, pair("expected_days", "problem.out_of_range")),
        (
            Stage { goal: Some(Label::new(&"长".repeat(501), "x")), ..old.clone() },
            pair("goal", "problem.too_long"),
        ),
        (
            Stage { goal: Some(Label::new("a\u{0}", "x")), ..old.clone() },
            pair("goal", "problem.control_characters"),
        ),
        (Stage { steps: vec![step("a"), step("a")], ..old.clone() }, pair("steps", "problem.duplicate")),
        (Stage { steps: vec![step("A!")], ..old.clone() }, pair("steps", "problem.definition.bad_id")),
        (
            Stage { steps: vec![Step { due_in: Some(501), ..step("a") }], ..old.clone() },
            pair("steps", "problem.out_of_range"),
        ),
        (
            Stage { steps: vec![Step { label: Label::new(" ", "x"), ..step("a") }], ..old.clone() },
            pair("steps", "problem.required"),
        ),
    ] {
        assert_eq!(refused(&schema, &with(stage)), [problem]);
    }
}

#[test]
fn rules_of_moves_are_checked_as_a_whole_and_go_with_their_stages() {
    let schema = fresh();
    let set = |edges: &[Edge]| DefinitionChange::SetEdges { pipeline: "sales".into(), edges: edges.to_vec() };
    let edge =
        |from: &str, to: &str| Edge { from: Some(from.into()), to: to.into(), note: true, ..Edge::default() };
    let from_elsewhere = Edge { to: "signed".into(), closed: true, ..Edge::default() };
    let for_some = Edge { roles: vec![REP.into()], required: vec!["amount".into()], ..edge("needs", "lost") };
    let changed =
        there_and_back(&schema, &set(&[edge("needs", "proposal"), from_elsewhere.clone(), for_some.clone()]));
    for (edges, problem) in [
        (vec![edge("needs", "needs")], pair("edges", "problem.not_a_choice")),
        (vec![edge("needs", "nowhere")], pair("edges", "problem.not_a_choice")),
        (vec![edge("nowhere", "needs")], pair("edges", "problem.not_a_choice")),
        (vec![edge("needs", "lost"), edge("needs", "lost")], pair("edges", "problem.duplicate")),
        (
            vec![Edge { roles: vec!["nobody".into()], ..edge("needs", "lost") }],
            pair("roles", "problem.definition.unknown_role"),
        ),
        (
            vec![Edge { required: vec!["nothing".into()], ..edge("needs", "lost") }],
            pair("required", "problem.definition.unknown_field"),
        ),
    ] {
        assert_eq!(refused(&schema, &set(&edges)), [problem]);
    }
    // What says nothing is not kept.
    let free = Edge { note: false, ..edge("needs", "lost") };
    assert_eq!(there_and_back(&schema, &set(&[free])).pipelines[0].edges, []);
    // A role that a way is for stays as long as it is.
    assert_eq!(
        refused(&changed, &DefinitionChange::RemoveRole { role: REP.into() }),
        [pair("role", "problem.definition.role_in_edges")]
    );
    // A stage takes its ways with it, and brings them back.
    let mut stages = changed.pipelines[0].stages.clone();
    stages.retain(|stage| stage.id != "needs");
    let gone = there_and_back(
        &changed,
        &DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None },
    );
    assert_eq!(gone.pipelines[0].edges, [from_elsewhere]);
}

#[test]
fn a_pipeline_may_have_no_stages_or_thirty_as_long_as_something_can_begin() {
    let schema = fresh();
    let none = Pipeline { stages: Vec::new(), ..renewal() };
    let added = there_and_back(&schema, &DefinitionChange::AddPipeline { pipeline: none, at: None });
    let stages = |pipeline: &str, stages: Vec<Stage>| DefinitionChange::SetStages {
        pipeline: pipeline.into(),
        stages,
        edges: None,
    };
    // New records have to begin somewhere.
    let last = "problem.definition.last_pipeline";
    assert_eq!(refused(&added, &stages("sales", Vec::new())), [pair("stages", last)]);
    let remove = DefinitionChange::RemovePipeline { pipeline: "sales".into() };
    assert_eq!(refused(&added, &remove), [pair("pipeline", last)]);
    there_and_back(&added, &DefinitionChange::RemovePipeline { pipeline: "p_renewal".into() });
    let mut many: Vec<Stage> = (0..28).map(|n| stage(&format!("s_{n}"), StageStatus::Open)).collect();
    many.extend([stage("s_won", StageStatus::Won), stage("s_lost", StageStatus::Lost)]);
    let full = there_and_back(&added, &stages("p_renewal", many));
    assert_eq!(full.pipeline("p_renewal").unwrap().stages.len(), 30);
    there_and_back(&full, &stages("sales", Vec::new()));
    // What has some needs one of each kind.
    let open = vec![stage("s_only", StageStatus::Open)];
    let missing = pair("stages", "problem.definition.stage_status_missing");
    assert_eq!(refused(&added, &stages("p_renewal", open)), [missing]);
}

#[test]
fn whom_a_pipeline_is_for_is_kept_within_bounds() {
    let schema = fresh();
    let id = |number: u8| crate::ids::Id::v7(1_000, &[number; 10]);
    let set = |teams: Vec<crate::ids::Id>, products| DefinitionChange::SetAudience {
        pipeline: "sales".into(),
        teams,
        products,
    };
    let changed = there_and_back(&schema, &set(vec![id(1), id(2)], vec![id(3)]));
    assert_eq!(changed.pipelines[0].teams, [id(1), id(2)]);
    there_and_back(&changed, &set(Vec::new(), Vec::new()));
    assert_eq!(refused(&schema, &set(vec![id(1), id(1)], Vec::new())), [pair("teams", "problem.duplicate")]);
    let many = (0..=100).map(id).collect();
    assert_eq!(refused(&schema, &set(Vec::new(), many)), [pair("products", "problem.out_of_range")]);
    let nowhere =
        DefinitionChange::SetAudience { pipeline: "nothing".into(), teams: Vec::new(), products: Vec::new() };
    assert_eq!(refused(&schema, &nowhere), [pair("pipeline", "problem.definition.unknown_pipeline")]);
}

#[test]
fn limits_and_checklists_are_kept_within_bounds() {
    let schema = fresh();
    let stages = |limit| {
        let mut stages = schema.pipelines[0].stages.clone();
        stages[1].limit = Some(limit);
        DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None }
    };
    there_and_back(&schema, &stages(5));
    for wrong in [0, 200, u16::MAX] {
        assert_eq!(refused(&schema, &stages(wrong)), [pair("limit", "problem.out_of_range")], "{wrong}");
    }
    let check = |id: &str, name: &str| Check { id: id.into(), label: Label::new(name, name) };
    let edges = |checks: Vec<Check>| DefinitionChange::SetEdges {
        pipeline: "sales".into(),
        edges: vec![Edge { from: Some("needs".into()), to: "signed".into(), checks, ..Edge::default() }],
    };
    let changed = there_and_back(&schema, &edges(vec![check("k_a", "A"), check("k_b", "B")]));
    assert_eq!(changed.pipelines[0].edges.len(), 1);
    for (checks, problem) in [
        (vec![check("k_a", "A"), check("k_a", "B")], pair("checks", "problem.duplicate")),
        (vec![check("K!", "A")], pair("checks", "problem.definition.bad_id")),
        (vec![check("k_a", " ")], pair("checks", "problem.required")),
        ((0..21).map(|n| check(&format!("k_{n}"), "A")).collect(), pair("checks", "problem.out_of_range")),
    ] {
        assert_eq!(refused(&schema, &edges(checks)), [problem]);
    }
}
