//! What a new workspace starts with: one file per entity. All of it is data afterwards.

mod account;
mod comment;
mod competitor;
mod complete;
mod contact;
mod deal;
mod deal_competitor;
mod deal_contact;
mod lead;
mod product;
mod rate;
pub mod saved_view;
pub mod task;
mod team;
mod touch;
pub mod user;

pub use complete::completed;
pub use deal::DEFAULT_PIPELINE;

use super::{Entity, FORMAT, Field, Label, Schema, WorkspaceSettings};
use crate::access::shipped_roles;
use crate::fields::{FieldKind, MAX_FILES};
use crate::reminder;

/// The definitions of a new workspace.
#[must_use]
pub fn schema(workspace: WorkspaceSettings) -> Schema {
    let entities = entities();
    let roles = shipped_roles();
    Schema { v: FORMAT, revision: 1, workspace, entities, pipelines: vec![deal::pipeline()], roles }
}

/// What tests begin with: a new workspace in this zone, with this currency.
#[cfg(test)]
pub(crate) fn of_tests(zone: &str, currency: &str) -> Schema {
    schema(WorkspaceSettings {
        name: "测试".into(),
        language: "zh".into(),
        zone: zone.into(),
        currency: crate::money::Currency::parse(currency).unwrap(),
        work: crate::schema::WorkDays::default(),
        logo: None,
    })
}

/// Every kind of record, as a new workspace has it.
#[must_use]
pub fn entities() -> Vec<Entity> {
    vec![
        lead::entity(),
        account::entity(),
        contact::entity(),
        deal::entity(),
        deal_contact::entity(),
        product::entity(),
        competitor::entity(),
        deal_competitor::entity(),
        touch::entity(),
        task::entity(),
        comment::entity(),
        user::entity(),
        team::entity(),
        rate::entity(),
        saved_view::entity(),
    ]
}

/// Whether a field is built in as required: what the product itself cannot do without (`deal.stage`, `task.status`).
#[must_use]
pub(super) fn requires(entity: &str, field: &str) -> bool {
    let built_in = entities().into_iter().find(|known| known.id == entity);
    built_in.is_some_and(|entity| entity.field(field).is_some_and(|field| field.required))
}

fn field(id: &str, zh: &str, en: &str, kind: FieldKind) -> Field {
    let label = Label::new(zh, en);
    Field {
        id: id.to_owned(),
        label,
        kind,
        required: false,
        personal: false,
        system: false,
        custom: false,
        retired: false,
    }
}

impl Field {
    fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    fn system(mut self) -> Self {
        self.system = true;
        self
    }
}

/// Who answers for a record. Not a system field: whoever may assign sets it.
fn owner() -> Field {
    field("owner", "负责人", "Owner", FieldKind::user())
}

/// Free words by which people sort what they work on.
fn tags() -> Field {
    field("tags", "标签", "Tags", FieldKind::tags())
}

/// Photos and documents that belong to a record.
fn files() -> Field {
    field("files", "附件", "Files", FieldKind::file(false, MAX_FILES))
}

/// What every record carries; kept by the system.
fn bookkeeping() -> Vec<Field> {
    vec![
        field("created_at", "创建时间", "Created", FieldKind::instant()).system(),
        field("created_by", "创建人", "Created by", FieldKind::user()).system(),
        field("updated_at", "更新时间", "Updated", FieldKind::instant()).system(),
        field("updated_by", "更新人", "Updated by", FieldKind::user()).system(),
        field("external_id", "外部编号", "External id", FieldKind::text(120)),
    ]
}

/// What a record that is followed up carries.
fn follow_up() -> Vec<Field> {
    vec![
        field("next_touch", "下次跟进", "Next touch", FieldKind::schedule()),
        field("last_touch_at", "最近跟进", "Last touch", FieldKind::instant()).system(),
    ]
    .into_iter()
    .chain(put_off())
    .collect()
}

/// How what is due was put off, on every kind of record that becomes due.
fn put_off() -> [Field; 3] {
    let count = || FieldKind::integer(Some(0), None);
    [
        field(reminder::SNOOZED_UNTIL, "稍后提醒", "Snoozed until", FieldKind::instant()).system(),
        field(reminder::SNOOZES, "稍后提醒次数", "Times snoozed", count()).system(),
        field(reminder::MOVES, "改期次数", "Times moved", count()).system(),
    ]
}

/// The relations by which touches and tasks hang on what they are about.
fn about() -> Vec<Field> {
    vec![
        field("lead", "线索", "Lead", FieldKind::relation("lead")),
        field("account", "客户", "Account", FieldKind::relation("account")),
        field("contact", "联系人", "Contact", FieldKind::relation("contact")),
        field("deal", "商机", "Deal", FieldKind::relation("deal")),
    ]
}

fn about_parents() -> Vec<String> {
    ["lead", "account", "contact", "deal"].map(str::to_owned).to_vec()
}

struct Shape {
    id: &'static str,
    label: Label,
    plural: Label,
    title: &'static str,
    fields: Vec<Field>,
}

impl Shape {
    fn entity(self) -> Entity {
        let Self { id, label, plural, title, mut fields } = self;
        fields.extend(bookkeeping());
        Entity {
            id: id.to_owned(),
            label,
            plural,
            title: title.to_owned(),
            fields,
            layout: Vec::new(),
            sections: Vec::new(),
            more: Vec::new(),
            hidden: Vec::new(),
            parents: Vec::new(),
            follow_up: false,
            listed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Schema {
        of_tests("Asia/Shanghai", "CNY")
    }

    #[test]
    fn ids_are_unique_and_references_lead_somewhere() {
        let schema = fresh();
        for entity in &schema.entities {
            let mut ids: Vec<_> = entity.fields.iter().map(|field| &field.id).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), entity.fields.len(), "{}", entity.id);
            assert!(entity.field(&entity.title).is_some(), "{}", entity.id);
            for parent in &entity.parents {
                let kind = entity.field(parent).and_then(|field| field.kind.relation_target()).unwrap();
                assert!(schema.entity(kind).is_some());
            }
            for field in &entity.fields {
                if let Some(target) = field.kind.relation_target() {
                    assert!(schema.entity(target).is_some(), "{}.{}", entity.id, field.id);
                }
            }
        }
    }

    #[test]
    fn the_document_survives_a_round_trip() {
        let schema = fresh();
        let text = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<Schema>(&text).unwrap(), schema);
    }
}
