//! A wish for a record, as the action that carries it: one field, an owner, or that it goes. Shared by bulk changes and
//! by editing in the table, so that both keep to the same actions.

use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::fields::FieldKind;
use domain::ids::Id;
use domain::schema::{Entity, Field};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Set { field: String, value: Json },
    Delete,
}

impl Wish {
    /// Whether the asker may wish that of this record.
    pub fn is_allowed(&self, body: &RecordBody) -> bool {
        match self {
            Self::Delete => body.may.delete,
            Self::Set { field, .. } if field == "owner" => body.may.assign,
            Self::Set { .. } => body.may.update,
        }
    }

    /// The action; nothing when the record is as wished already.
    pub fn action(&self, definition: &Entity, body: &RecordBody) -> Option<Action> {
        let (entity, record) = (body.entity.clone(), body.id);
        let (id, value) = match self {
            Self::Delete => return Some(Action::Delete { entity, record, base_version: body.version }),
            Self::Set { field, value } => (field, value),
        };
        let field = definition.field(id)?;
        let before = body.values.get(id).cloned().unwrap_or(Json::Null);
        if same(&before, value) {
            return None;
        }
        let reference = |json: &Json| json.as_str().and_then(|text| text.parse::<Id>().ok());
        Some(match (&field.kind, value.as_str()) {
            // Moving closes a deal with its day; writing the stage would not.
            (FieldKind::Stage(_), Some(to)) => Action::MoveStage {
                entity,
                record,
                from: before.as_str().unwrap_or_default().to_owned(),
                to: to.to_owned(),
                rank: None,
            },
            _ if id == "owner" => {
                Action::Assign { entity, record, old_owner: reference(&before), owner: reference(value) }
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

/// Fields that one value may be given to many records at once.
pub fn settable(definition: &Entity) -> Vec<Field> {
    let fields = definition.form_fields().into_iter();
    fields.filter(|field| field.id != definition.title && field.id != "external_id").cloned().collect()
}
