//! Changing definitions.

use api_tests::actions::{add_field, create, define, delete, field, restore, undo, update};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::command::Answer;
use domain::api::{Code, Empty, GetSchema};
use domain::fields::Adjustment;
use domain::schema::Label;
use domain::schema::change::DefinitionChange;
use serde_json::{Value as Json, json};

fn every_type() -> Vec<(&'static str, Json, Json)> {
    let options = json!([{"id": "red", "label": {"zh": "红", "en": "Red"}}, {"id": "blue", "label": {"zh": "蓝", "en": "Blue"}}]);
    vec![
        ("f_text", json!({"type": "text", "max": 40}), json!("短文")),
        ("f_long", json!({"type": "long_text"}), json!("长\n文")),
        ("f_integer", json!({"type": "integer"}), json!(100_000_000_000_000_i64)),
        ("f_decimal", json!({"type": "decimal", "scale": 3}), json!("-12.500")),
        ("f_money", json!({"type": "money"}), json!({"amount": 125_000, "currency": "CNY", "base": 125_000})),
        ("f_date", json!({"type": "date"}), json!("2026-05-01")),
        ("f_choice", json!({"type": "choice", "options": options}), json!("blue")),
        ("f_phone", json!({"type": "phone"}), json!("+862158881234")),
        ("f_email", json!({"type": "email"}), json!("a@example.com")),
    ]
}

#[test]
fn a_custom_field_of_every_type_is_kept_filtered_and_sorted() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let person = workspace.person("rep", None);
    for (id, kind, _) in every_type() {
        workspace.add_field("account", id, kind);
    }
    workspace.add_field("account", "f_relation", json!({"type": "relation", "entity": "product"}));
    workspace.add_field("account", "f_user", json!({"type": "user"}));
    let product = admin.create("product", json!({"name": "GTX"}));
    let mut values = json!({"name": "恒通", "f_relation": product, "f_user": person.user});
    for (id, _, value) in every_type() {
        values[id] = value;
    }
    let account = admin.create("account", values.clone());
    let empty = admin.create("account", json!({"name": "空"}));
    let read = admin.read("account", account);
    for (id, wanted) in values.as_object().unwrap() {
        assert_eq!(read.values.get(id), Some(wanted), "{id}");
        let set = json!(["is_set", ["field", id]]);
        let expected = if id == "name" { vec![account, empty] } else { vec![account] };
        assert_eq!(
            admin.ids("account", Some(&set)).into_iter().collect::<Vec<_>>(),
            {
                let mut ids = expected;
                ids.sort();
                ids
            },
            "{id}"
        );
        for sort in [id.clone(), format!("-{id}")] {
            let request =
                domain::api::record::ListRequest { sort: Some(sort), limit: Some(1), ..Default::default() };
            let first = admin.list("account", &request);
            let request = domain::api::record::ListRequest { after: first.next.clone(), ..request };
            let second = admin.list("account", &request);
            assert_eq!(
                (first.records.len(), second.records.len(), second.next.is_none()),
                (1, 1, true),
                "{id}"
            );
            assert_ne!(first.records[0].id, second.records[0].id, "{id}");
        }
    }
    let reply = admin.call::<domain::api::GetRecord>(&["account", &account.to_string()], &Empty {});
    assert_eq!(reply.names.get(&product).map(String::as_str), Some("GTX"));
    // One of them changed leaves the others alone.
    admin.done(vec![update("account", account, 1, json!({"f_text": "短文"}), json!({"f_text": null}))]);
    let read = admin.read("account", account);
    assert!(!read.values.contains_key("f_text"));
    assert_eq!(read.values["f_integer"], json!(100_000_000_000_000_i64));
}

#[test]
fn a_field_required_later_never_blocks_old_records() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_number", json!({"type": "text", "max": 40}));
    let old = admin.create("account", json!({"name": "旧"}));
    let filled = admin.create("account", json!({"name": "满", "f_number": "1"}));
    let require =
        DefinitionChange::SetRequired { entity: "account".into(), field: "f_number".into(), required: true };
    admin.done(vec![define(2, require)]);
    admin.done(vec![update("account", old, 1, json!({"name": "旧"}), json!({"name": "旧名"}))]);
    let (code, problems) = admin.refused(vec![create("account", new_id(), json!({"name": "新"}))]);
    assert_eq!(
        (code, problems[0].field.as_deref(), problems[0].key.as_str()),
        (Code::Invalid, Some("f_number"), "problem.required")
    );
    let (code, problems) =
        admin.refused(vec![update("account", filled, 1, json!({"f_number": "1"}), json!({"f_number": ""}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("f_number")));
    admin.create("account", json!({"name": "新", "f_number": "2"}));
}

#[test]
fn definitions_that_moved_on_are_answered_outdated() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_a", json!({"type": "integer"}));
    for revision in [0, 1, 3] {
        let (code, _) =
            admin.refused(vec![add_field(revision, "account", "f_b", json!({"type": "integer"}))]);
        assert_eq!(code, Code::Outdated, "{revision}");
    }
    assert_eq!(workspace.add_field("account", "f_b", json!({"type": "integer"})), 3);
}

#[test]
fn of_several_who_change_definitions_at_once_one_wins() {
    let Workspace { admin } = Workspace::new();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let send = |at: usize| {
            admin.send(&command(vec![add_field(
                1,
                "account",
                &format!("f_{at}"),
                json!({"type": "integer"}),
            )]))
        };
        let threads: Vec<_> = (0..4).map(|at| scope.spawn(move || send(at))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done = answers.iter().filter(|answer| matches!(answer, Answer::Done(_))).count();
    let outdated = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::Refused { code: Code::Outdated, .. }))
        .count();
    assert_eq!((done, outdated, admin.revision()), (1, 3, 2), "{answers:?}");
}

#[test]
fn fields_are_renamed_arranged_retired_and_brought_back() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_size", json!({"type": "integer"}));
    let account = admin.create("account", json!({"name": "恒通", "f_size": 7}));
    let (entity, name) = ("account".to_owned(), "f_size".to_owned());
    admin.done(vec![define(
        2,
        DefinitionChange::RenameField {
            entity: entity.clone(),
            field: name.clone(),
            label: Label::new("规模", "Size"),
        },
    )]);
    admin.done(vec![define(
        3,
        DefinitionChange::ArrangeFields {
            entity: entity.clone(),
            layout: vec!["f_size".into(), "name".into()],
            sections: Vec::new(),
            more: Vec::new(),
            hidden: Vec::new(),
        },
    )]);
    let schema = admin.call::<GetSchema>(&[], &Empty {});
    let account_definition = schema.entity("account").unwrap();
    assert_eq!(account_definition.field("f_size").unwrap().label, Label::new("规模", "Size"));
    assert_eq!(account_definition.form_fields()[0].id, "f_size");

    admin
        .done(vec![define(4, DefinitionChange::RetireField { entity: entity.clone(), field: name.clone() })]);
    let (code, problems) =
        admin.refused(vec![update("account", account, 1, json!({}), json!({"f_size": 8}))]);
    assert_eq!(
        (code, problems[0].field.as_deref(), problems[0].key.as_str()),
        (Code::Invalid, Some("f_size"), "problem.read_only")
    );
    admin.done(vec![update("account", account, 1, json!({}), json!({"name": "恒通物流"}))]);
    admin.done(vec![define(5, DefinitionChange::RestoreField { entity, field: name })]);
    assert_eq!(admin.value("account", account, "f_size"), 7, "its data stays");
}

#[test]
fn a_layout_hides_from_forms_and_not_from_the_api_and_is_taken_back() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通", "website": "hengtong.example"}));
    let arrange = json!({
        "change": "arrange_fields",
        "entity": "account",
        "layout": ["name"],
        "sections": [{"id": "p_reach", "label": {"zh": "联系方式", "en": "How to reach them"}, "fields": ["phone"]}],
        "more": ["grade"],
        "hidden": ["website"],
    });
    let arranged = admin.done(vec![define(1, serde_json::from_value(arrange).unwrap())]);
    let account_now = || admin.call::<GetSchema>(&[], &Empty {}).entity("account").unwrap().clone();
    let kept = account_now();
    assert!(kept.hides("website") && !kept.hides("phone"));
    assert_eq!((kept.sections[0].id.as_str(), &kept.more[..]), ("p_reach", &["grade".to_owned()][..]));
    // Read, filtered by and written as before.
    assert_eq!(admin.value("account", account, "website"), "hengtong.example");
    let filter = json!(["is_set", ["field", "website"]]);
    assert_eq!(admin.ids("account", Some(&filter)).into_iter().collect::<Vec<_>>(), [account]);
    admin.update("account", account, json!({"website": "ht.example"}));
    // Required it is on the form again, and cannot be hidden.
    let require =
        DefinitionChange::SetRequired { entity: "account".into(), field: "website".into(), required: true };
    let required = admin.done(vec![define(2, require)]);
    assert!(!account_now().hides("website"));
    let hide = json!({"change": "arrange_fields", "entity": "account", "layout": [], "hidden": ["website"]});
    let (code, problems) = admin.refused(vec![define(3, serde_json::from_value(hide).unwrap())]);
    assert_eq!(
        (code, problems[0].key.as_str(), problems[0].args.get("field").map(String::as_str)),
        (Code::Invalid, "problem.definition.required_stands", Some("website"))
    );
    admin.done(vec![undo(required.command)]);
    assert!(account_now().hides("website"));
    admin.done(vec![undo(arranged.command)]);
    let back = account_now();
    assert!(
        back.layout.is_empty() && back.sections.is_empty() && back.more.is_empty() && !back.hides("website")
    );
}

#[test]
fn an_option_that_leaves_stays_readable() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let options = |ids: &[&str]| -> Json {
        ids.iter().map(|id| json!({"id": id, "label": {"zh": id, "en": id}})).collect()
    };
    workspace.add_field(
        "account",
        "f_color",
        json!({"type": "choice", "options": options(&["red", "blue"])}),
    );
    let account = admin.create("account", json!({"name": "恒通", "f_color": "red"}));
    let change = json!({"change": "set_options", "entity": "account", "field": "f_color", "options": options(&["blue", "green"])});
    admin.done(vec![define(2, serde_json::from_value(change).unwrap())]);
    assert_eq!(admin.value("account", account, "f_color"), "red");
    admin.update("account", account, json!({"f_color": "green"}));
}

#[test]
fn only_who_defines_changes_definitions() {
    let workspace = Workspace::new();
    for role in ["manager", "rep", "marketing", "service", "finance", "read_only"] {
        let person = workspace.person(role, None);
        assert_eq!(
            person.refused(vec![add_field(1, "account", "f_a", json!({"type": "integer"}))]).0,
            Code::Forbidden,
            "{role}"
        );
    }
    assert_eq!(workspace.admin.revision(), 1);
}

#[test]
fn definitions_that_make_no_sense_are_refused_by_name() {
    let Workspace { admin } = Workspace::new();
    let add = |id: &str, kind: Json| DefinitionChange::AddField {
        entity: "account".into(),
        field: field(id, kind),
    };
    let change = |json: Json| serde_json::from_value::<DefinitionChange>(json).unwrap();
    let label = json!({"zh": "甲", "en": "A"});
    let long = json!({"zh": "甲".repeat(81), "en": "A"});
    let cases = [
        ("id", add("size", json!({"type": "integer"}))),
        ("id", add("f_Größe", json!({"type": "integer"}))),
        ("id", add("f_'; DROP TABLE account; --", json!({"type": "integer"}))),
        ("id", add(&format!("f_{}", "a".repeat(40)), json!({"type": "integer"}))),
        ("entity", add("f_a", json!({"type": "relation", "entity": "nothing"}))),
        ("type", add("f_a", json!({"type": "stage"}))),
        ("type", add("f_a", json!({"type": "role"}))),
        (
            "required",
            change(json!({"change": "set_required", "entity": "task", "field": "status", "required": false})),
        ),
        (
            "required",
            change(json!({"change": "set_required", "entity": "deal", "field": "stage", "required": false})),
        ),
        (
            "entity",
            change(json!({"change": "rename_field", "entity": "nothing", "field": "name", "label": label})),
        ),
        (
            "field",
            change(
                json!({"change": "rename_field", "entity": "account", "field": "nothing", "label": label}),
            ),
        ),
        (
            "label",
            change(
                json!({"change": "rename_field", "entity": "account", "field": "name", "label": {"zh": " ", "en": "A"}}),
            ),
        ),
        (
            "label",
            change(json!({"change": "rename_field", "entity": "account", "field": "name", "label": long})),
        ),
        (
            "required",
            change(
                json!({"change": "set_required", "entity": "account", "field": "name", "required": false}),
            ),
        ),
        (
            "required",
            change(
                json!({"change": "set_required", "entity": "account", "field": "created_at", "required": true}),
            ),
        ),
        (
            "field",
            change(json!({"change": "set_options", "entity": "account", "field": "name", "options": []})),
        ),
        ("field", change(json!({"change": "retire_field", "entity": "account", "field": "phone"}))),
        (
            "layout",
            change(json!({"change": "arrange_fields", "entity": "account", "layout": ["name", "nothing"]})),
        ),
        (
            "layout",
            change(json!({"change": "arrange_fields", "entity": "account", "layout": ["name", "name"]})),
        ),
        (
            "sections",
            change(
                json!({"change": "arrange_fields", "entity": "account", "layout": ["name"], "sections": [{"id": "p_a", "label": label, "fields": ["name"]}]}),
            ),
        ),
        (
            "sections",
            change(
                json!({"change": "arrange_fields", "entity": "account", "layout": [], "sections": [{"id": "p_a", "label": long, "fields": []}]}),
            ),
        ),
        (
            "more",
            change(json!({"change": "arrange_fields", "entity": "account", "layout": [], "more": ["name"]})),
        ),
        (
            "hidden",
            change(
                json!({"change": "arrange_fields", "entity": "account", "layout": [], "hidden": ["name"]}),
            ),
        ),
        (
            "hidden",
            change(
                json!({"change": "arrange_fields", "entity": "account", "layout": ["phone"], "hidden": ["phone"]}),
            ),
        ),
        ("pipeline", change(json!({"change": "set_stages", "pipeline": "nothing", "stages": []}))),
        ("stages", change(json!({"change": "set_stages", "pipeline": "sales", "stages": []}))),
        (
            "role",
            change(
                json!({"change": "set_role", "role": {"id": "emperor", "label": label, "grants": {}, "permissions": []}}),
            ),
        ),
        (
            "permissions",
            change(
                json!({"change": "set_role", "role": {"id": "administrator", "label": label, "grants": {}, "permissions": []}}),
            ),
        ),
        (
            "grants",
            change(
                json!({"change": "set_role", "role": {"id": "rep", "label": label, "grants": {"nothing": {"view": "all", "create": "none", "update": "none", "delete": "none", "assign": "none"}}, "permissions": []}}),
            ),
        ),
        (
            "hidden",
            change(
                json!({"change": "set_role", "role": {"id": "rep", "label": label, "grants": {}, "permissions": [], "hidden": {"account": ["name"]}}}),
            ),
        ),
        (
            "zone",
            change(
                json!({"change": "set_workspace", "settings": {"name": "x", "language": "zh", "zone": "Mars", "currency": "CNY"}}),
            ),
        ),
    ];
    for (wanted, change) in cases {
        let (code, problems) = admin.refused(vec![define(1, change.clone())]);
        assert_eq!(
            (code, problems[0].field.as_deref()),
            (Code::Invalid, Some(wanted)),
            "{change:?}: {problems:?}"
        );
    }
    assert_eq!(admin.revision(), 1);
}

#[test]
fn a_role_that_is_narrowed_holds_at_once() {
    let workspace = Workspace::new();
    let reader = workspace.person("read_only", None);
    let account = workspace.admin.create("account", json!({"name": "恒通", "note": "秘密"}));
    assert_eq!(reader.value("account", account, "note"), "秘密");
    let mut role = workspace.admin.call::<GetSchema>(&[], &Empty {}).role("read_only").unwrap().clone();
    role.hidden.insert("account".into(), vec!["note".into()]);
    workspace.admin.done(vec![define(1, DefinitionChange::SetRole { role: role.clone() })]);
    assert!(reader.value("account", account, "note").is_null());
    role.grants.remove("account");
    workspace.admin.done(vec![define(2, DefinitionChange::SetRole { role })]);
    assert!(!reader.sees("account", account));
}

#[test]
fn a_number_gets_more_decimals_and_loses_none_that_it_needs() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    workspace.add_field("account", "f_size", json!({"type": "decimal", "scale": 2}));
    let with = |size: &str| admin.create("account", json!({"name": "恒通", "f_size": size}));
    let (first, deleted) = (with("12.50"), with("-0.05"));
    admin.done(vec![delete("account", deleted, 1)]);
    let scale = |scale: u32| DefinitionChange::SetField {
        entity: "account".into(),
        field: "f_size".into(),
        settings: Adjustment { scale: Some(scale), ..Adjustment::default() },
    };
    let finer = command(vec![define(admin.revision(), scale(4))]);
    admin.done_as(&finer);
    // The same number, by itself, in a filter and in a sum; its version is the one it had.
    let read = admin.read("account", first);
    assert_eq!((read.values["f_size"].clone(), read.version), (json!("12.5000"), 1));
    let size = json!(["field", "f_size"]);
    for (filter, found) in [(json!(["=", size, 12.5]), true), (json!([">", size, 12.5001]), false)] {
        assert_eq!(admin.ids("account", Some(&filter)).contains(&first), found, "{filter}");
    }
    // Decimals that there cannot be are refused by their name, whoever wishes for them.
    let rep = workspace.person("rep", None);
    for beyond in [7, 20, 64, u32::MAX] {
        let (code, problems) = admin.refused(vec![define(admin.revision(), scale(beyond))]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("scale")), "{beyond}");
        assert_eq!(rep.refused(vec![define(admin.revision(), scale(beyond))]).0, Code::Forbidden, "{beyond}");
    }
    // Whoever edits by the old text is not told of a conflict.
    admin.done(vec![update("account", first, 1, json!({"f_size": "12.50"}), json!({"f_size": "12.5001"}))]);
    // Fewer decimals have no room for it, by hand and by undo; what was deleted has room.
    let (code, problems) = admin.refused(vec![define(admin.revision(), scale(2))]);
    let told = (problems[0].field.as_deref(), problems[0].key.as_str(), problems[0].args["count"].as_str());
    let expected = (Some("scale"), "problem.definition.decimals_do_not_fit", "1");
    assert_eq!((code, told), (Code::Invalid, expected));
    let (code, problems) = admin.refused(vec![undo(finer.id)]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, expected.1));
    admin.update("account", first, json!({"f_size": "12.25"}));
    admin.done(vec![undo(finer.id)]);
    assert_eq!(admin.value("account", first, "f_size"), "12.25");
    admin.done(vec![restore("account", deleted)]);
    assert_eq!(admin.value("account", deleted, "f_size"), "-0.05");
    // A number that would become too long is in the way of more of them.
    let long = with("9999999999999.99");
    let (code, problems) = admin.refused(vec![define(admin.revision(), scale(6))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("scale")));
    assert_eq!(admin.value("account", long, "f_size"), "9999999999999.99");
}
