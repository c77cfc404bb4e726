//! Definitions: what a workspace keeps and how. Data, revisioned as one document per workspace.
//!
//! Ids are stable for ever; labels may change. A revision is what a command was validated against, and every
//! save asserts that it still holds.

pub mod builtin;
pub mod change;
pub mod effects;
pub mod holidays;
mod layout;
mod pipeline;
mod work;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::access::Role;
use crate::fields::{ChoiceOption, FieldKind, Searched, Settings};
use crate::ids::Id;
use crate::money::Currency;

pub use layout::{Part, Section};
pub use pipeline::{Check, Edge, Pipeline, Stage, StageStatus, Step};
pub use work::WorkDays;

/// The format of the stored document; a newer build reads every older one.
pub const FORMAT: u16 = 1;

/// A label in each language the product speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Label {
    pub zh: String,
    pub en: String,
}

impl Label {
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }
}

/// Everything a workspace has defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Schema {
    pub v: u16,
    /// Grows by one with each change of definition.
    pub revision: u64,
    pub workspace: WorkspaceSettings,
    pub entities: Vec<Entity>,
    pub pipelines: Vec<Pipeline>,
    pub roles: Vec<Role>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WorkspaceSettings {
    pub name: String,
    /// `zh` or `en`: the language of what the workspace sends without knowing its reader.
    pub language: String,
    /// IANA name; reports and schedules without a zone of their own use it.
    pub zone: String,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub currency: Currency,
    /// Which days are worked; Monday to Friday when nothing is said.
    #[serde(default, skip_serializing_if = "WorkDays::is_usual")]
    pub work: WorkDays,
    /// The file that is its logo. It has a change of its own: what sets the rest leaves it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Id>,
}

/// A kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Entity {
    pub id: String,
    pub label: Label,
    pub plural: Label,
    /// The field a record is called by.
    pub title: String,
    pub fields: Vec<Field>,
    /// The fields that stand before every section, in their order. What is neither here nor in a section nor hidden
    /// follows at the end, in the order of `fields`.
    #[serde(default)]
    pub layout: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Fields that wait under "more" of a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
    /// Fields that stand neither on forms nor on a record's page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Relations from whose records this one inherits who may see and change it.
    #[serde(default)]
    pub parents: Vec<String>,
    /// Has `next_touch` and `last_touch_at` and appears in Today.
    #[serde(default)]
    pub follow_up: bool,
    /// Its own place in the menu and in search; users and teams have theirs in the settings.
    #[serde(default)]
    pub listed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Field {
    pub id: String,
    pub label: Label,
    #[serde(flatten)]
    pub kind: FieldKind,
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Names a person or says how to reach one; its history stands in the erasable table.
    #[serde(default, skip_serializing_if = "is_false")]
    pub personal: bool,
    /// Set by the system, never by a form.
    #[serde(default, skip_serializing_if = "is_false")]
    pub system: bool,
    /// Added by the workspace, kept in the record's `custom` column.
    #[serde(default, skip_serializing_if = "is_false")]
    pub custom: bool,
    /// No longer offered; its data stays.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retired: bool,
}

/// A field as it is written, the settings of its type beside its own. Serde can read that by itself, into a detour through
/// a value of any shape for each type of field: ten times the code in the phone's program.
#[derive(Deserialize)]
struct WrittenField {
    id: String,
    label: Label,
    #[serde(rename = "type")]
    kind: String,
    min: Option<i64>,
    max: Option<i64>,
    scale: Option<u32>,
    options: Option<Vec<ChoiceOption>>,
    entity: Option<String>,
    format: Option<String>,
    start: Option<u32>,
    photos_only: Option<bool>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    personal: bool,
    #[serde(default)]
    system: bool,
    #[serde(default)]
    custom: bool,
    #[serde(default)]
    retired: bool,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let WrittenField {
            id,
            label,
            kind,
            min,
            max,
            scale,
            options,
            entity,
            format,
            start,
            photos_only,
            required,
            personal,
            system,
            custom,
            retired,
        } = WrittenField::deserialize(deserializer)?;
        let settings = Settings { min, max, scale, options, entity, format, start, photos_only };
        let kind = FieldKind::from_settings(&kind, settings)
            .ok_or_else(|| D::Error::custom("an unknown type of field, or one that lacks a setting"))?;
        Ok(Self { id, label, kind, required, personal, system, custom, retired })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Schema {
    #[must_use]
    pub fn entity(&self, id: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.id == id)
    }

    #[must_use]
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.pipelines.iter().flat_map(|pipeline| &pipeline.stages).find(|stage| stage.id == id)
    }

    /// A stage of this kind of record, and the pipeline it is part of.
    #[must_use]
    pub fn stage_of(&self, entity: &str, id: &str) -> Option<(&Pipeline, &Stage)> {
        let pipelines = self.pipelines.iter().filter(|pipeline| pipeline.entity == entity);
        pipelines.into_iter().find_map(|pipeline| Some((pipeline, pipeline.stage(id)?)))
    }

    /// The pipelines of an entity, the default one first.
    pub fn pipelines_of<'a>(&'a self, entity: &'a str) -> impl Iterator<Item = &'a Pipeline> {
        self.pipelines.iter().filter(move |pipeline| pipeline.entity == entity)
    }

    #[must_use]
    pub fn pipeline(&self, id: &str) -> Option<&Pipeline> {
        self.pipelines.iter().find(|pipeline| pipeline.id == id)
    }

    #[must_use]
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }
}

impl Entity {
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Fields that search reads, with how it does; none where records have no name to be found by. Of what the system
    /// fills in, only the numbers it gives.
    pub fn searched_fields(&self) -> impl Iterator<Item = (&Field, Searched)> {
        let named = self.title == "name";
        let open = |field: &&Field| !field.system || field.kind.behaviour().is_assigned();
        let open = self.fields.iter().filter(move |field| named && open(field));
        open.filter_map(|field| Some((field, field.kind.behaviour().searched()?)))
    }

    /// Whether a field is required whatever the workspace wishes: records are called by it, or the product needs it.
    #[must_use]
    pub fn always_requires(&self, field: &str) -> bool {
        self.title == field || builtin::requires(&self.id, field)
    }
}
