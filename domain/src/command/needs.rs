//! What has to be loaded before a command can be decided.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::audience::keys_named_by;
use super::import::field_at;
use super::view::teams_of;
use super::{Action, Command, Logged, Wire};
use crate::comment::{COMMENT, MAX_MENTIONS, mentions};
use crate::fields::Shape;
use crate::files::FileInfo;
use crate::ids::Id;
use crate::look::SUBJECTS;
use crate::record::RecordKey;
use crate::schema::builtin::saved_view::{MAX_TEAMS, SAVED_VIEW};
use crate::schema::change::{DefinitionChange, Place};
use crate::schema::{Entity, Schema};
use crate::text::match_key;
use crate::value::Value;

pub(super) const TOUCH: &str = "touch";
/// A touch about a deal or a contact is part of the history of these of its relations too.
pub(super) const INHERITED: [&str; 2] = ["account", "contact"];

/// Whether records of `entity` hand this relation on to the touches about them.
pub(super) fn inherits(schema: &Schema, entity: &str, relation: &str) -> bool {
    let field = schema.entity(entity).and_then(|definition| definition.field(relation));
    entity != relation && field.is_some_and(|field| field.kind.relation_target() == Some(relation))
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub records: BTreeSet<RecordKey>,
    /// Entity and match key of names that an import refers to.
    pub names: BTreeSet<(String, String)>,
    /// Those of them whose records are wanted whole, because rows describe them or touch them.
    pub whole_names: BTreeSet<(String, String)>,
    /// Entity and external id of records that are wanted whole.
    pub whole_external: BTreeSet<(String, String)>,
    /// Entity and match key of a name, and a relation: what the records of this name point at is wanted whole.
    pub related_to_names: BTreeSet<(String, String, String)>,
    /// What these relations of these records point at, whatever that is.
    pub related: BTreeSet<(RecordKey, String)>,
    pub external_ids: BTreeSet<(String, String)>,
    pub files: BTreeSet<Id>,
    /// Which team is part of which?
    pub teams: bool,
    /// How many use these?
    pub places: BTreeSet<Place>,
    /// How many active people have which role?
    pub active: bool,
    /// The command whose log is wanted.
    pub undo: Option<Id>,
    /// Touches that come, go or move: when was the newest contact without them?
    pub touches: BTreeSet<Id>,
    /// The planner will ask who the asker's team mates are, when the asker creates for them.
    pub team_mates: bool,
    /// The planner will ask what an amount of another currency is worth.
    pub rates: bool,
    /// The planner will ask which teams the asker is in: some pipeline is for some teams.
    pub own_teams: bool,
    /// Who of these people sees which of these records? Comments are to name them.
    pub readers: BTreeSet<(RecordKey, Id)>,
}

/// Everything `command` refers to. Ids that do not parse are left for the planner to refuse.
#[must_use]
pub fn needs(command: &Command, schema: &Schema) -> Needs {
    let mut needs = Needs::default();
    for action in &command.actions {
        needs.add(action, schema);
    }
    needs
}

/// What more has to be known to take back what a log says, beside its records.
#[must_use]
pub fn needs_to_undo(log: &[Logged], schema: &Schema) -> (BTreeSet<Place>, BTreeSet<Id>) {
    let places = log.iter().flat_map(|entry| entry.inverse.iter());
    let files = log.iter().flat_map(|entry| entry.before.values()).flat_map(Value::files);
    let logos = log.iter().filter_map(|entry| entry.inverse.as_ref()).filter_map(logo_of);
    (
        places.flat_map(|inverse| inverse.vacates(schema)).collect(),
        files.map(|file| file.id).chain(logos).collect(),
    )
}

/// The teams and products that taking back a log makes pipelines for.
#[must_use]
pub fn audience_to_undo(log: &[Logged]) -> BTreeSet<RecordKey> {
    log.iter().filter_map(|entry| entry.inverse.as_ref()).flat_map(keys_named_by).collect()
}

/// The file that a change of definitions makes the logo.
fn logo_of(change: &DefinitionChange) -> Option<Id> {
    match change {
        DefinitionChange::SetLogo { logo } => *logo,
        _ => None,
    }
}

/// The touches that taking back a log may change.
#[must_use]
pub fn touches_to_undo(log: &[Logged]) -> BTreeSet<Id> {
    log.iter().filter(|entry| entry.key.entity == TOUCH).map(|entry| entry.key.id).collect()
}

/// What these touches hang on, for [`Needs::related`].
#[must_use]
pub fn hangs_on(touches: &BTreeSet<Id>, schema: &Schema) -> BTreeSet<(RecordKey, String)> {
    let parents = schema.entity(TOUCH).map_or(&[][..], |touch| &touch.parents);
    let touches = touches.iter().map(|touch| RecordKey::new(TOUCH, *touch));
    touches.flat_map(|touch| parents.iter().map(move |parent| (touch.clone(), parent.clone()))).collect()
}

impl Needs {
    fn add(&mut self, action: &Action, schema: &Schema) {
        let enters = match action {
            Action::Update { values, .. } => values.contains_key("stage"),
            Action::Create { .. }
            | Action::MoveStage { .. }
            | Action::Restore { .. }
            | Action::ImportRows { .. }
            | Action::Undo { .. } => true,
            _ => false,
        };
        self.own_teams |= enters && schema.pipelines.iter().any(|pipeline| !pipeline.teams.is_empty());
        match action {
            Action::Create { entity, record, values } => {
                self.record(entity, *record);
                self.targets(entity, values, schema);
                self.external(entity, values);
                self.named_by(entity, *record, values);
                self.team_mates = true;
            }
            Action::Update { entity, record, values, .. } => {
                self.record(entity, *record);
                self.targets(entity, values, schema);
                self.external(entity, values);
                self.named_by(entity, *record, values);
                self.teams |= entity == "team" && values.contains_key("parent");
                self.active |=
                    entity == "user" && (values.contains_key("role") || values.contains_key("status"));
                let parents = schema.entity(entity).map_or(&[][..], |definition| &definition.parents);
                if values.keys().any(|field| field == "happened_at" || parents.contains(field)) {
                    self.touch(entity, *record, schema);
                }
            }
            Action::Delete { entity, record, .. } => {
                self.record(entity, *record);
                if entity == "team" {
                    self.places.insert(Place::Team(*record));
                }
                self.touch(entity, *record, schema);
            }
            Action::Restore { entity, record } => {
                self.record(entity, *record);
                self.touch(entity, *record, schema);
            }
            Action::MoveStage { entity, record, values, .. } => {
                self.record(entity, *record);
                self.targets(entity, values, schema);
            }
            Action::Pause { entity, record, .. } | Action::Snooze { entity, record, .. } => {
                self.record(entity, *record);
            }
            Action::Assign { entity, record, owner, .. } => {
                self.record(entity, *record);
                if let Some(owner) = owner {
                    self.record("user", *owner);
                }
            }
            Action::LogTouch { record, entity, subject, values, .. } => {
                self.record("touch", *record);
                self.record(entity, *subject);
                let subject = RecordKey::new(entity, *subject);
                let inherited = INHERITED.iter().filter(|relation| inherits(schema, entity, relation));
                self.related.extend(inherited.map(|relation| (subject.clone(), (*relation).to_owned())));
                self.targets("touch", values, schema);
                self.team_mates = true;
            }
            Action::ChangeDefinition { change, .. } => {
                self.places.extend(change.vacates(schema));
                self.active |= change.concerns_keys();
                self.files.extend(logo_of(change));
                self.records.extend(keys_named_by(change));
            }
            Action::ImportRows { entity, rows, also, by_name, .. } => {
                let Some(definition) = schema.entity(entity) else { return };
                self.team_mates = true;
                // Which currency an amount in a cell is of is read with the formats of the file.
                self.rates = true;
                let finds = *by_name || !also.is_empty();
                for row in rows {
                    self.record(entity, row.record);
                    for (path, text) in &row.cells {
                        let own = !path.contains('.');
                        let described = also.iter().any(|relation| relation == path);
                        self.cell(schema, definition, path, text, if own { finds } else { true });
                        let target = definition.field(path).and_then(|field| field.kind.relation_target());
                        if let Some(target) = target.filter(|_| described) {
                            self.whole_names.insert((target.to_owned(), match_key(text)));
                        }
                        if entity == TOUCH && definition.parents.contains(path) {
                            self.touched_by_name(schema, path, match_key(text));
                        }
                    }
                }
            }
            Action::Undo { command } => {
                self.undo = Some(*command);
                // What it takes back is known only later; counting is cheap.
                self.active = true;
            }
        }
    }

    /// What a cell of a row names. `finds` says whether the record that the cell is of may be there already.
    fn cell(&mut self, schema: &Schema, entity: &Entity, path: &str, text: &str, finds: bool) {
        let Some((owner, field)) = field_at(schema, entity, path) else { return };
        let text = text.trim();
        if field.id == "external_id" {
            let key = (owner.id.clone(), text.to_owned());
            if finds {
                self.whole_external.insert(key.clone());
            }
            self.external_ids.insert(key);
        } else if let Some(target) = field.kind.relation_target() {
            self.names.insert((target.to_owned(), match_key(text)));
        } else if finds && field.id == owner.title {
            self.names.insert((owner.id.clone(), match_key(text)));
            self.whole_names.insert((owner.id.clone(), match_key(text)));
        }
    }

    /// A touch changes what it is about, and hangs on its account too.
    fn touched_by_name(&mut self, schema: &Schema, subject: &str, name: String) {
        for relation in INHERITED.iter().filter(|relation| inherits(schema, subject, relation)) {
            self.related_to_names.insert((subject.to_owned(), name.clone(), (*relation).to_owned()));
        }
        self.whole_names.insert((subject.to_owned(), name));
    }

    fn record(&mut self, entity: &str, id: Id) {
        self.records.insert(RecordKey::new(entity, id));
    }

    /// A touch that comes, goes or moves takes what it hangs on with it.
    fn touch(&mut self, entity: &str, id: Id, schema: &Schema) {
        if entity == TOUCH {
            self.related.extend(hangs_on(&BTreeSet::from([id]), schema));
            self.touches.insert(id);
        }
    }

    fn targets(&mut self, entity: &str, values: &Wire, schema: &Schema) {
        let Some(definition) = schema.entity(entity) else { return };
        if entity == SAVED_VIEW {
            let named = values.get("teams").and_then(Json::as_str).unwrap_or_default();
            // More than a view can name are refused without a look.
            for team in teams_of(named).take(MAX_TEAMS) {
                self.record("team", team);
            }
        }
        for (field, json) in values {
            let holds_files =
                definition.field(field).is_some_and(|field| field.kind.behaviour().shape() == Shape::Files);
            if holds_files {
                let named = json.as_array().into_iter().flatten().filter_map(FileInfo::from_json);
                self.files.extend(named.map(|file| file.id));
            }
            let currency = json.get("currency").and_then(Json::as_str);
            self.rates |= currency.is_some_and(|code| code != schema.workspace.currency.code());
            let target = definition.field(field).and_then(|field| field.kind.relation_target());
            let id = json.as_str().and_then(|text| text.trim().parse().ok());
            if let (Some(target), Some(id)) = (target, id) {
                self.record(target, id);
            }
        }
    }

    /// Whom a comment names has to see what it is about, or, when it is there already, the comment itself.
    fn named_by(&mut self, entity: &str, id: Id, values: &Wire) {
        let text = values.get("text").and_then(Json::as_str).filter(|_| entity == COMMENT);
        let named = text.map(mentions).unwrap_or_default();
        let about = SUBJECTS.into_iter().filter_map(|subject| {
            let id = values.get(subject)?.as_str()?.trim().parse().ok()?;
            Some(RecordKey::new(subject, id))
        });
        let places: Vec<RecordKey> = about.chain([RecordKey::new(COMMENT, id)]).collect();
        // More than a comment can name are refused without a look.
        for user in named.into_iter().take(MAX_MENTIONS) {
            self.readers.extend(places.iter().map(|place| (place.clone(), user)));
        }
    }

    fn external(&mut self, entity: &str, values: &Wire) {
        if let Some(id) = values.get("external_id").and_then(Json::as_str) {
            self.external_ids.insert((entity.to_owned(), id.trim().to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::builtin;

    /// Whether a command of one action asks for rates; the workspace counts in CNY.
    fn asks_for_rates(action: Json) -> bool {
        let id = Id::v7(1, &[0; 10]);
        let command = serde_json::from_value(json!({"v": 1, "id": id, "actions": [action]})).unwrap();
        needs(&command, &builtin::of_tests("UTC", "CNY")).rates
    }

    #[test]
    fn rates_are_asked_for_where_an_amount_is_of_another_currency() {
        let id = Id::v7(1, &[1; 10]);
        let with = |values: &Json| {
            [
                json!({"do": "create", "entity": "deal", "record": id, "values": values}),
                json!({"do": "update", "entity": "deal", "record": id, "base_version": 1, "values": values}),
                json!({"do": "move_stage", "entity": "deal", "record": id, "from": "needs", "to": "signed", "values": values}),
                json!({"do": "log_touch", "record": id, "entity": "deal", "subject": id, "values": values}),
            ]
        };
        for (values, asked) in [
            (json!({"name": "Pumps"}), false),
            (json!({"amount": {"amount": 1, "currency": "CNY"}}), false),
            (json!({"amount": {"amount": 1, "currency": "USD"}}), true),
            (json!({"name": "Pumps", "f_fee": {"amount": 1, "currency": "USD"}}), true),
        ] {
            for action in with(&values) {
                assert_eq!(asks_for_rates(action.clone()), asked, "{action}");
            }
        }
        let rows = json!([{"line": 2, "record": id, "cells": {"name": "Pumps", "amount": "$1"}}]);
        let formats = json!({"dates": "year_month_day", "decimal": "point", "currency": "USD"});
        let import =
            json!({"do": "import_rows", "import": id, "entity": "deal", "formats": formats, "rows": rows});
        assert!(asks_for_rates(import));
    }
}
