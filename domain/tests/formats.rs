//! What was once written stays readable: commands in the outbox of a phone that was off for a year, the log, the
//! definitions, stored conditions. The files of a released format are never changed; a new format gets a folder
//! of its own beside them.

use std::collections::BTreeSet;

use domain::command::{Action, Command};
use domain::expr::{Expr, check};
use domain::fields::{self, Reading};
use domain::schema::change::DefinitionChange;
use domain::schema::{Schema, builtin};
use domain::time::UtcOnly;
use serde_json::Value as Json;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../tests/fixtures/v1/", $name))
    };
}

/// Every word that a fixture uses under a key, to see that it tells the whole story.
fn words<'a>(json: &'a Json, key: &str, found: &mut BTreeSet<&'a str>) {
    match json {
        Json::Object(map) => {
            found.extend(map.get(key).and_then(Json::as_str));
            map.values().for_each(|value| words(value, key, found));
        }
        Json::Array(items) => items.iter().for_each(|item| words(item, key, found)),
        _ => {}
    }
}

#[test]
fn commands_of_every_kind_are_read_and_written_back() {
    let text: Json = serde_json::from_str(fixture!("commands.json")).unwrap();
    let commands: Vec<Command> = serde_json::from_value(text.clone()).unwrap();
    assert!(commands.iter().all(|command| command.v == 1));
    let again: Vec<Command> = serde_json::from_value(serde_json::to_value(&commands).unwrap()).unwrap();
    assert_eq!(again, commands);
    let mut kinds = BTreeSet::new();
    words(&text, "do", &mut kinds);
    // A new kind of action is a new line here and in the fixture of the format it came with.
    for action in commands.iter().flat_map(|command| &command.actions) {
        let kind = match action {
            Action::Create { .. } => "create",
            Action::Update { .. } => "update",
            Action::Delete { .. } => "delete",
            Action::Restore { .. } => "restore",
            Action::MoveStage { .. } => "move_stage",
            Action::LogTouch { .. } => "log_touch",
            Action::Assign { .. } => "assign",
            Action::Pause { .. } => "pause",
            Action::Snooze { .. } => "snooze",
            Action::ChangeDefinition { .. } => "change_definition",
            Action::ImportRows { .. } => "import_rows",
            Action::Undo { .. } => "undo",
        };
        kinds.remove(kind);
    }
    assert!(kinds.is_empty(), "{kinds:?}");
    let mut changes = BTreeSet::new();
    words(&text, "change", &mut changes);
    assert_eq!(changes.len(), 22, "{changes:?}");
}

#[test]
fn the_definitions_of_a_workspace_are_read_and_written_back() {
    let schema: Schema = serde_json::from_str(fixture!("definition.json")).unwrap();
    assert_eq!((schema.v, schema.entities.len(), schema.roles.len()), (1, 10, 7));
    let account = schema.entity("account").unwrap();
    assert!(account.field("f_text").is_some_and(|field| field.custom && field.retired));
    assert!(account.field("f_date").is_some_and(|field| field.required));
    let again: Schema = serde_json::from_str(&serde_json::to_string(&schema).unwrap()).unwrap();
    assert_eq!(again, schema);
    let text: Json = serde_json::from_str(fixture!("definition.json")).unwrap();
    let mut types = BTreeSet::new();
    words(&text, "type", &mut types);
    assert_eq!(types.len(), 26, "every type of field: {types:?}");
}

#[test]
fn entries_of_the_log_are_read_by_the_definitions_of_their_time() {
    let schema: Schema = serde_json::from_str(fixture!("definition.json")).unwrap();
    let bodies: Vec<Json> = serde_json::from_str(fixture!("log_bodies.json")).unwrap();
    let deal = schema.entity("deal").unwrap();
    let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
    let mut inverses = 0;
    for body in &bodies {
        for (id, pair) in body["fields"].as_object().into_iter().flatten() {
            let field = deal.field(id).unwrap();
            for side in pair.as_array().unwrap() {
                assert!(fields::read(&field.kind, side, &reading).is_ok(), "{id}: {side}");
            }
        }
        if let Some(inverse) = body.get("inverse") {
            let change: DefinitionChange = serde_json::from_value(inverse.clone()).unwrap();
            assert_eq!(
                serde_json::from_value::<DefinitionChange>(serde_json::to_value(&change).unwrap()).unwrap(),
                change
            );
            inverses += 1;
        }
    }
    assert_eq!(inverses, 16);
}

#[test]
fn stored_conditions_still_mean_something() {
    let schema: Schema = serde_json::from_str(fixture!("definition.json")).unwrap();
    // Definitions get what is built in by now before anybody asks by them.
    let schema = builtin::completed(&schema).unwrap();
    let deal = schema.entity("deal").unwrap();
    let expressions: Vec<Json> = serde_json::from_str(fixture!("expressions.json")).unwrap();
    let mut operators = BTreeSet::new();
    for json in &expressions {
        let expr = Expr::parse(json).unwrap();
        assert_eq!(Expr::parse(&expr.to_json()).unwrap(), expr);
        assert!(check(&expr, deal, &schema).is_ok(), "{json}: {:?}", check(&expr, deal, &schema));
        first_words(json, &mut operators);
    }
    // Every operator, `field`, `in` and `has_any`.
    assert_eq!(operators.len(), 33, "{operators:?}");
}

fn first_words<'a>(json: &'a Json, found: &mut BTreeSet<&'a str>) {
    if let Some([Json::String(word), rest @ ..]) = json.as_array().map(Vec::as_slice) {
        found.insert(word);
        let lists = word == "in" || word == "has_any";
        if word != "field" && !lists {
            rest.iter().for_each(|part| first_words(part, found));
        }
        if lists {
            rest.iter().take(1).for_each(|part| first_words(part, found));
        }
    }
}
