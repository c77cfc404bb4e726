//! A wish for a record, as the action that carries it: one field, an owner, or that it goes. Shared by bulk changes and
//! by editing in place, so that both keep to the same actions.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::fields::{FieldKind, Shape};
use domain::ids::Id;
use domain::schema::{Entity, Field};
use domain::text::fold;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Set {
        field: String,
        value: Json,
    },
    /// These besides what a list has already.
    Add {
        field: String,
        items: Vec<String>,
    },
    /// A list without these.
    Remove {
        field: String,
        items: Vec<String>,
    },
    /// Each from its stage to the one that is meant for it.
    Move(Box<Moves>),
    Delete,
}

/// Moves of many, and what goes along with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    /// Where records of a stage go; those of other stages stay.
    pub to: BTreeMap<String, String>,
    /// Filled in where a record has nothing.
    pub values: Wire,
    pub note: Option<String>,
    pub checked: Vec<String>,
    /// Why some go past the process, and from which stages those come.
    pub exception: Option<(String, BTreeSet<String>)>,
    /// Days for the actions of a stage that have none of their own: by the stage, then by the action's id.
    #[serde(default)]
    pub days: BTreeMap<String, Wire>,
}

impl Moves {
    fn action(&self, body: &RecordBody) -> Option<Action> {
        let from = body.values.get("stage").and_then(Json::as_str).unwrap_or_default();
        let to = self.to.get(from).filter(|to| *to != from)?;
        let lacks = |field: &String| body.values.get(field).is_none_or(Json::is_null);
        let values = self.values.iter().filter(|(field, _)| lacks(field));
        let exception = self.exception.as_ref().filter(|(_, stages)| stages.contains(from));
        Some(Action::MoveStage {
            entity: body.entity.clone(),
            record: body.id,
            from: from.to_owned(),
            to: to.clone(),
            rank: None,
            values: values.map(|(field, value)| (field.clone(), value.clone())).collect(),
            note: self.note.clone(),
            exception: exception.map(|(reason, _)| reason.clone()),
            days: self.days.get(to).cloned().unwrap_or_default(),
            checked: self.checked.clone(),
        })
    }
}

impl Wish {
    /// Whether the asker may wish that of this record.
    pub fn is_allowed(&self, body: &RecordBody) -> bool {
        match self {
            Self::Delete => body.may.delete,
            Self::Set { field, .. } if field == "owner" => body.may.assign,
            Self::Move(_) | Self::Set { .. } | Self::Add { .. } | Self::Remove { .. } => body.may.update,
        }
    }

    /// The action; nothing when the record is as wished already.
    pub fn action(&self, definition: &Entity, body: &RecordBody) -> Option<Action> {
        let (entity, record) = (body.entity.clone(), body.id);
        let before = |id: &str| body.values.get(id).cloned().unwrap_or(Json::Null);
        let (id, value) = match self {
            Self::Delete => return Some(Action::Delete { entity, record, base_version: body.version }),
            Self::Move(moves) => return moves.action(body),
            Self::Set { field, value } => (field, value.clone()),
            Self::Add { field, items } => (field, with(&before(field), items)),
            Self::Remove { field, items } => (field, without(&before(field), items)),
        };
        let field = definition.field(id)?;
        let before = before(id);
        if same(&before, &value) {
            return None;
        }
        let reference = |json: &Json| json.as_str().and_then(|text| text.parse::<Id>().ok());
        Some(match (&field.kind, value.as_str()) {
            (FieldKind::Stage(_), Some(to)) => {
                Action::move_stage(&entity, record, before.as_str().unwrap_or_default(), to)
            }
            _ if id == "owner" => {
                Action::Assign { entity, record, old_owner: reference(&before), owner: reference(&value) }
            }
            _ => Action::Update {
                entity,
                record,
                base_version: body.version,
                old: Wire::from([(id.clone(), before)]),
                values: Wire::from([(id.clone(), value.clone())]),
            },
        })
    }
}

/// Several words or options, as they stand on a record.
pub fn items(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// The same word in another spelling is the same, as on one record.
fn holds(items: &[String], item: &str) -> bool {
    items.iter().any(|known| fold(known) == fold(item))
}

fn list(items: Vec<String>) -> Json {
    if items.is_empty() { Json::Null } else { Json::from(items) }
}

fn with(before: &Json, added: &[String]) -> Json {
    let mut all = items(before);
    let fresh: Vec<String> = added.iter().filter(|item| !holds(&all, item)).cloned().collect();
    all.extend(fresh);
    list(all)
}

fn without(before: &Json, removed: &[String]) -> Json {
    list(items(before).into_iter().filter(|item| !holds(removed, item)).collect())
}

/// Whether a field holds several, of which some can come or go.
pub fn holds_several(field: &Field) -> bool {
    field.kind.behaviour().shape() == Shape::List
}

/// What is derived by the server (instants, amounts in the workspace's currency) does not count.
fn same(before: &Json, wish: &Json) -> bool {
    match (before, wish) {
        (Json::Object(before), Json::Object(wish)) => {
            let part =
                |map: &serde_json::Map<String, Json>, key: &str| map.get(key).cloned().unwrap_or(Json::Null);
            ["amount", "currency", "date", "time", "zone"]
                .iter()
                .all(|key| part(before, key) == part(wish, key))
        }
        _ => before == wish,
    }
}

/// Fields that one value may be given to many records at once. A stage is none of them: moves ask for more, and have a
/// sheet of their own.
pub fn settable(definition: &Entity) -> Vec<Field> {
    let moves = |field: &Field| matches!(field.kind, FieldKind::Stage(_));
    let fields = definition.form_fields().into_iter().filter(|field| !moves(field));
    fields.filter(|field| field.id != definition.title && field.id != "external_id").cloned().collect()
}

#[cfg(test)]
mod tests {
    use domain::command::May;
    use domain::schema::Label;
    use serde_json::json;

    use super::*;
    use crate::testing;

    #[test]
    fn each_goes_where_its_stage_goes_with_what_it_lacks() {
        let body = |stage: &str, amount: Json| RecordBody {
            entity: "deal".to_owned(),
            id: Id::v7(1_000, &[1; 10]),
            version: 3,
            values: Wire::from([("stage".to_owned(), json!(stage)), ("amount".to_owned(), amount)]),
            deleted: false,
            deleted_at: None,
            may: May::default(),
        };
        let text = str::to_owned;
        let moves = Moves {
            to: [("needs", "signed"), ("lost", "lost")].map(|(from, to)| (text(from), text(to))).into(),
            values: Wire::from([(text("amount"), json!(5)), (text("close_date"), json!("2026-05-01"))]),
            note: Some(text("x")),
            checked: vec![text("k_a")],
            exception: Some((text("y"), [text("proposal")].into())),
            days: [("signed", "visit"), ("lost", "again")]
                .map(|(stage, step)| (text(stage), Wire::from([(text(step), json!("2026-06-01"))])))
                .into(),
        };
        for (stage, amount, filled) in [
            ("needs", Json::Null, Some(vec!["amount", "close_date"])),
            ("needs", json!(7), Some(vec!["close_date"])),
            ("lost", Json::Null, None),
            ("proposal", Json::Null, None),
        ] {
            let action = moves.action(&body(stage, amount));
            let found = action.map(|action| match action {
                Action::MoveStage { to, values, note, exception, checked, days, .. } => {
                    assert_eq!((to.as_str(), note.as_deref(), exception), ("signed", Some("x"), None));
                    assert_eq!((checked, days), (vec![text("k_a")], moves.days["signed"].clone()));
                    values.into_keys().collect::<Vec<_>>()
                }
                other => panic!("{other:?}"),
            });
            assert_eq!(found, filled.map(|filled| filled.into_iter().map(text).collect()), "{stage}");
        }
    }

    #[test]
    fn what_older_apps_have_begun_is_gone_on_with() {
        let kept = json!({"move": {"to": {"needs": "lost"}, "values": {}, "note": null, "checked": [], "exception": null}});
        let Ok(Wish::Move(moves)) = serde_json::from_value(kept) else { panic!("a job of before") };
        assert_eq!((moves.to["needs"].as_str(), moves.days.len()), ("lost", 0));
    }

    #[test]
    fn words_come_and_go_and_the_others_stay() {
        let schema = testing::schema();
        let mut account = schema.entity("account").expect("accounts").clone();
        let (required, personal, system, custom, retired) = (false, false, false, true, false);
        let (id, label, kind) = ("f_words".to_owned(), Label::new("词", "Words"), FieldKind::tags());
        account.fields.push(Field { id, label, kind, required, personal, system, custom, retired });
        let body = |words: Json| RecordBody {
            entity: "account".to_owned(),
            id: Id::v7(1_000, &[1; 10]),
            version: 3,
            values: Wire::from([("f_words".to_owned(), words)]),
            deleted: false,
            deleted_at: None,
            may: May::default(),
        };
        let field = || "f_words".to_owned();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let add = Wish::Add { field: field(), items: words(&["vip", "新"]) };
        let remove = Wish::Remove { field: field(), items: words(&["Vip"]) };
        for (wish, before, after) in [
            (&add, json!(["老客户", "VIP"]), Some(json!(["老客户", "VIP", "新"]))),
            (&add, Json::Null, Some(json!(["vip", "新"]))),
            (&add, json!(["新", "VIP"]), None),
            (&remove, json!(["老客户", "VIP"]), Some(json!(["老客户"]))),
            (&remove, json!(["VIP"]), Some(Json::Null)),
            (&remove, Json::Null, None),
        ] {
            let action = wish.action(&account, &body(before.clone()));
            let found = action.map(|action| match action {
                Action::Update { old, values, .. } => (old["f_words"].clone(), values["f_words"].clone()),
                other => panic!("{other:?}"),
            });
            assert_eq!(found, after.map(|after| (before.clone(), after)), "{wish:?} {before}");
        }
    }
}
