//! What a change of definitions means for people and records, said before it is saved.
//!
//! An effect is a fact about definitions; how many it concerns, the server counts by [`Effect::concerned`].

use serde_json::{Value as Json, json};

use super::change::DefinitionChange;
use super::{Edge, Entity, Pipeline, Schema, Stage, StageStatus};
use crate::access::{Act, Level, Permission, Role};
use crate::fields::{Adjustment, ChoiceOption, Shape};
use crate::ids::Id;
use crate::schema::builtin::saved_view;
use crate::schema::builtin::user::status;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// People with this role reach more or fewer records.
    Reaches {
        role: String,
        entity: String,
        act: Act,
        from: Level,
        to: Level,
    },
    Hides {
        role: String,
        entity: String,
        field: String,
    },
    Shows {
        role: String,
        entity: String,
        field: String,
    },
    Permits {
        role: String,
        permission: Permission,
    },
    Forbids {
        role: String,
        permission: Permission,
    },
    /// Records in this stage count as something else from now on.
    Counts {
        entity: String,
        stage: String,
        from: StageStatus,
        to: StageStatus,
    },
    /// Records in this stage are expected to be won with another probability.
    Expects {
        entity: String,
        stage: String,
        from: u8,
        to: u8,
    },
    /// Records in this stage stay without this field and are marked; whoever comes in needs it.
    Lacks {
        entity: String,
        stage: String,
        field: String,
    },
    /// Records in this stage can no longer go to that one.
    Bars {
        entity: String,
        stage: String,
        to: String,
    },
    /// Records in this stage go to that one only with people of these roles.
    Reserves {
        entity: String,
        stage: String,
        to: String,
        roles: Vec<String>,
    },
    /// Only people of these teams bring something into this pipeline; what stands in it stays.
    Admits {
        entity: String,
        pipeline: String,
        stages: Vec<String>,
        teams: Vec<Id>,
    },
    /// Everybody brings something into this pipeline again.
    Opens {
        entity: String,
        pipeline: String,
    },
    /// Records in this stage have to go elsewhere first.
    Empties {
        entity: String,
        stage: String,
    },
    /// New records begin in this stage.
    Begins {
        entity: String,
        stage: String,
    },
    /// What stands in this field is kept but no longer shown.
    Retires {
        entity: String,
        field: String,
    },
    /// What stands in this field is kept, but forms and the record's page leave it out.
    Conceals {
        entity: String,
        field: String,
    },
    /// This field stands on the form at once, and on the record's page.
    Stands {
        entity: String,
        field: String,
    },
    /// New records need this field; these lack it and stay as they are.
    Requires {
        entity: String,
        field: String,
    },
    /// These keep an option that is no longer offered.
    Withdraws {
        entity: String,
        field: String,
        option: String,
        /// The field holds several at once.
        several: bool,
    },
    /// These hold what new limits would not allow; it stays until somebody changes it.
    Excludes {
        entity: String,
        field: String,
        /// Where the limits have become narrower.
        min: Option<i64>,
        max: Option<i64>,
        /// The limits are about how long a text is.
        of_length: bool,
    },
    /// What stands in this field is kept and shown with so many decimals.
    Rescales {
        entity: String,
        field: String,
        to: u32,
    },
    /// These people no longer see what those are responsible for.
    Covers {
        people: Vec<Id>,
        entity: String,
        owners: Vec<Id>,
    },
    /// These people see from now on what those are responsible for.
    Uncovers {
        people: Vec<Id>,
        entity: String,
        owners: Vec<Id>,
    },
    /// Saved views are no longer shared with this team, because it goes.
    Unshares {
        team: Id,
    },
    /// Reports and schedules without a zone of their own follow another clock.
    Clock {
        from: String,
        to: String,
    },
    /// Amounts are added up in another currency.
    Currency {
        from: String,
        to: String,
    },
}

/// Records an effect concerns: those of an entity that a condition lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerned {
    pub entity: String,
    pub filter: Json,
}

impl Effect {
    /// Whom or what it concerns, as a question to the server. Nothing where a number would say nothing.
    #[must_use]
    pub fn concerned(&self) -> Option<Concerned> {
        match self {
            Self::Reaches { role, .. }
            | Self::Hides { role, .. }
            | Self::Shows { role, .. }
            | Self::Permits { role, .. }
            | Self::Forbids { role, .. } => Some(people(role)),
            Self::Counts { entity, stage, .. }
            | Self::Expects { entity, stage, .. }
            | Self::Bars { entity, stage, .. }
            | Self::Reserves { entity, stage, .. }
            | Self::Empties { entity, stage } => {
                Some(Concerned { entity: entity.clone(), filter: json!(["=", ["field", "stage"], stage]) })
            }
            Self::Retires { entity, field }
            | Self::Conceals { entity, field }
            | Self::Rescales { entity, field, .. } => {
                Some(Concerned { entity: entity.clone(), filter: json!(["is_set", ["field", field]]) })
            }
            Self::Requires { entity, field } => {
                Some(Concerned { entity: entity.clone(), filter: json!(["is_empty", ["field", field]]) })
            }
            Self::Lacks { entity, stage, field } => {
                let filter = json!(["and", ["=", ["field", "stage"], stage], ["is_empty", ["field", field]]]);
                Some(Concerned { entity: entity.clone(), filter })
            }
            Self::Withdraws { entity, field, option, several } => {
                let test = if *several { "has" } else { "=" };
                Some(Concerned { entity: entity.clone(), filter: json!([test, ["field", field], option]) })
            }
            Self::Excludes { entity, field, min, max, of_length } => {
                let value =
                    if *of_length { json!(["length", ["field", field]]) } else { json!(["field", field]) };
                let below = min.map(|min| json!(["<", value, min]));
                let above = max.map(|max| json!([">", value, max]));
                let outside: Vec<Json> = std::iter::once(json!("or")).chain(below).chain(above).collect();
                Some(Concerned { entity: entity.clone(), filter: Json::from(outside) })
            }
            Self::Covers { entity, owners, .. } | Self::Uncovers { entity, owners, .. } => {
                Some(Concerned { entity: entity.clone(), filter: json!(["in", ["field", "owner"], owners]) })
            }
            Self::Unshares { team } => {
                let named = json!(["contains", ["field", "teams"], team]);
                let filter = json!(["and", ["=", ["field", "shared"], saved_view::TEAMS], named]);
                Some(Concerned { entity: saved_view::SAVED_VIEW.to_owned(), filter })
            }
            Self::Admits { entity, stages, .. } => {
                Some(Concerned { entity: entity.clone(), filter: json!(["in", ["field", "stage"], stages]) })
            }
            Self::Opens { .. }
            | Self::Stands { .. }
            | Self::Begins { .. }
            | Self::Clock { .. }
            | Self::Currency { .. } => None,
        }
    }

    /// Somebody loses something by it, or something has to be done first: worth a second look.
    #[must_use]
    pub fn takes(&self) -> bool {
        match self {
            Self::Reaches { from, to, .. } => to < from,
            Self::Hides { .. }
            | Self::Forbids { .. }
            | Self::Empties { .. }
            | Self::Bars { .. }
            | Self::Reserves { .. }
            | Self::Admits { .. }
            | Self::Retires { .. }
            | Self::Conceals { .. }
            | Self::Withdraws { .. }
            | Self::Excludes { .. }
            | Self::Covers { .. }
            | Self::Unshares { .. } => true,
            _ => false,
        }
    }
}

/// The active people with a role.
#[must_use]
pub fn people(role: &str) -> Concerned {
    let filter = json!(["and", ["=", ["field", "role"], role], ["=", ["field", "status"], status::ACTIVE]]);
    Concerned { entity: "user".to_owned(), filter }
}

/// What the change means, for definitions as they are now. Names, orders and sections mean nothing beyond themselves.
#[must_use]
pub fn effects(schema: &Schema, change: &DefinitionChange) -> Vec<Effect> {
    match change {
        DefinitionChange::SetRole { role } => match schema.role(&role.id) {
            Some(before) => of_role(schema, before, role),
            None => Vec::new(),
        },
        DefinitionChange::SetEdges { pipeline, edges } => match schema.pipeline(pipeline) {
            Some(before) => of_edges(before, edges),
            None => Vec::new(),
        },
        DefinitionChange::SetStages { pipeline, stages, .. } => match schema.pipeline(pipeline) {
            Some(before) => of_stages(schema, &before.entity, &before.stages, stages),
            None => Vec::new(),
        },
        DefinitionChange::SetAudience { pipeline, teams, .. } => match schema.pipeline(pipeline) {
            Some(before) => of_audience(before, teams).into_iter().collect(),
            None => Vec::new(),
        },
        DefinitionChange::RemovePipeline { pipeline } => match schema.pipeline(pipeline) {
            Some(before) => empties(&before.entity, &before.stages, &[]).collect(),
            None => Vec::new(),
        },
        DefinitionChange::RetireField { entity, field } => {
            vec![Effect::Retires { entity: entity.clone(), field: field.clone() }]
        }
        DefinitionChange::SetRequired { entity, field, required: true } => {
            let requires = Effect::Requires { entity: entity.clone(), field: field.clone() };
            std::iter::once(requires).chain(brought_back(schema, entity, field)).collect()
        }
        DefinitionChange::ArrangeFields { entity, layout, sections, more, hidden } => {
            let Some(before) = schema.entity(entity) else { return Vec::new() };
            let (layout, sections) = (layout.clone(), sections.clone());
            let (more, hidden) = (more.clone(), hidden.clone());
            of_layout(before, &Entity { layout, sections, more, hidden, ..before.clone() })
        }
        DefinitionChange::SetOptions { entity, field, options } => withdrawn(schema, entity, field, options),
        DefinitionChange::SetField { entity, field, settings } => {
            let excluded = excluded(schema, entity, field, settings).into_iter();
            excluded.chain(rescaled(schema, entity, field, settings)).collect()
        }
        DefinitionChange::SetWorkspace { settings } => {
            let before = &schema.workspace;
            let mut effects = Vec::new();
            if before.zone != settings.zone {
                effects.push(Effect::Clock { from: before.zone.clone(), to: settings.zone.clone() });
            }
            if before.currency != settings.currency {
                let (from, to) = (before.currency.code().to_owned(), settings.currency.code().to_owned());
                effects.push(Effect::Currency { from, to });
            }
            effects
        }
        DefinitionChange::SetLogo { .. }
        | DefinitionChange::RenameEntity { .. }
        | DefinitionChange::AddField { .. }
        | DefinitionChange::RenameField { .. }
        | DefinitionChange::SetRequired { .. }
        | DefinitionChange::SetPersonal { .. }
        | DefinitionChange::RestoreField { .. }
        | DefinitionChange::AddPipeline { .. }
        | DefinitionChange::RenamePipeline { .. }
        | DefinitionChange::ArrangePipelines { .. }
        | DefinitionChange::AddRole { .. }
        | DefinitionChange::RemoveRole { .. } => Vec::new(),
    }
}

/// What it means for one person to have another role; the roles as they are defined now.
#[must_use]
pub fn of_another_role(schema: &Schema, before: &str, after: &str) -> Vec<Effect> {
    let roles = schema.role(before).zip(schema.role(after));
    roles.map(|(before, after)| of_role(schema, before, after)).unwrap_or_default()
}

/// Fields that a layout hides, and those it brings back.
fn of_layout(before: &Entity, after: &Entity) -> Vec<Effect> {
    let effect = |field: &crate::schema::Field| {
        let (entity, field) = (before.id.clone(), field.id.clone());
        match (before.hides(&field), after.hides(&field)) {
            (false, true) => Some(Effect::Conceals { entity, field }),
            (true, false) if after.field(&field).is_some_and(|field| after.stands_at_once(field)) => {
                Some(Effect::Stands { entity, field })
            }
            _ => None,
        }
    };
    before.fields.iter().filter_map(effect).collect()
}

/// A field that has to be filled in cannot be hidden or wait under "more".
fn brought_back(schema: &Schema, entity: &str, field: &str) -> Option<Effect> {
    let entity = schema.entity(entity)?;
    let away = entity.hides(field) || !entity.stands_at_once(entity.field(field)?);
    away.then(|| Effect::Stands { entity: entity.id.clone(), field: field.to_owned() })
}

/// Options that are offered now and would no longer be.
fn withdrawn(schema: &Schema, entity: &str, field: &str, options: &[ChoiceOption]) -> Vec<Effect> {
    let Some(current) = schema.entity(entity).and_then(|entity| entity.field(field)) else {
        return Vec::new();
    };
    let several = current.kind.behaviour().shape() == Shape::List;
    let stays = |id: &str| options.iter().any(|option| option.id == id && !option.retired);
    let gone = current.kind.all_options().iter().filter(|option| !option.retired && !stays(&option.id));
    let effect = |option: &ChoiceOption| Effect::Withdraws {
        entity: entity.to_owned(),
        field: field.to_owned(),
        option: option.id.clone(),
        several,
    };
    gone.map(effect).collect()
}

/// What narrower limits would no longer allow.
fn excluded(schema: &Schema, entity: &str, field: &str, to: &Adjustment) -> Option<Effect> {
    let current = schema.entity(entity)?.field(field)?;
    let now = current.kind.behaviour().adjustment()?;
    let min = to.min.filter(|min| now.min.is_none_or(|now| now < *min));
    let max = to.max.filter(|max| now.max.is_none_or(|now| now > *max));
    if min.is_none() && max.is_none() {
        return None;
    }
    let of_length = current.kind.behaviour().shape() == Shape::Text;
    Some(Effect::Excludes { entity: entity.to_owned(), field: field.to_owned(), min, max, of_length })
}

fn rescaled(schema: &Schema, entity: &str, field: &str, to: &Adjustment) -> Option<Effect> {
    let now = schema.entity(entity)?.field(field)?.kind.behaviour().adjustment()?.scale?;
    let to = to.scale.filter(|to| *to != now)?;
    Some(Effect::Rescales { entity: entity.to_owned(), field: field.to_owned(), to })
}

fn of_role(schema: &Schema, before: &Role, after: &Role) -> Vec<Effect> {
    let mut effects = Vec::new();
    let role = || after.id.clone();
    for entity in schema.entities.iter().map(|entity| &entity.id) {
        for act in Act::ALL {
            let (from, to) = (before.level(entity, act), after.level(entity, act));
            if from != to {
                effects.push(Effect::Reaches { role: role(), entity: entity.clone(), act, from, to });
            }
        }
    }
    for entity in &schema.entities {
        for field in &entity.fields {
            let (entity, field) = (entity.id.clone(), field.id.clone());
            match (before.hides(&entity, &field), after.hides(&entity, &field)) {
                (false, true) => effects.push(Effect::Hides { role: role(), entity, field }),
                (true, false) => effects.push(Effect::Shows { role: role(), entity, field }),
                _ => {}
            }
        }
    }
    for permission in Permission::ALL {
        match (before.may(permission), after.may(permission)) {
            (true, false) => effects.push(Effect::Forbids { role: role(), permission }),
            (false, true) => effects.push(Effect::Permits { role: role(), permission }),
            _ => {}
        }
    }
    effects
}

fn empties<'a>(
    entity: &'a str,
    before: &'a [Stage],
    after: &'a [Stage],
) -> impl Iterator<Item = Effect> + 'a {
    let gone = before.iter().filter(|stage| !after.iter().any(|kept| kept.id == stage.id));
    gone.map(|stage| Effect::Empties { entity: entity.to_owned(), stage: stage.id.clone() })
}

/// Who brings something in from now on, where that changes.
fn of_audience(pipeline: &Pipeline, teams: &[Id]) -> Option<Effect> {
    let (entity, id) = (pipeline.entity.clone(), pipeline.id.clone());
    match (pipeline.teams.is_empty(), teams.is_empty()) {
        (true, true) => None,
        (false, true) => Some(Effect::Opens { entity, pipeline: id }),
        (..) if pipeline.teams == teams => None,
        (..) => {
            let stages = pipeline.stages.iter().map(|stage| stage.id.clone()).collect();
            Some(Effect::Admits { entity, pipeline: id, stages, teams: teams.to_vec() })
        }
    }
}

/// Ways that are closed from now on, or open to fewer.
fn of_edges(pipeline: &Pipeline, after: &[Edge]) -> Vec<Effect> {
    let was = |edge: &Edge| pipeline.edge(edge.from.as_deref(), &edge.to);
    let effect = |edge: &Edge| {
        let (entity, stage, to) = (pipeline.entity.clone(), edge.from.clone()?, edge.to.clone());
        if edge.closed {
            return (!was(edge).is_some_and(|was| was.closed)).then_some(Effect::Bars { entity, stage, to });
        }
        let narrower = !edge.roles.is_empty() && was(edge).is_none_or(|was| was.roles != edge.roles);
        narrower.then(|| Effect::Reserves { entity, stage, to, roles: edge.roles.clone() })
    };
    after.iter().filter_map(effect).collect()
}

fn of_stages(schema: &Schema, entity: &str, before: &[Stage], after: &[Stage]) -> Vec<Effect> {
    let before_entity = entity;
    let mut effects: Vec<Effect> = empties(entity, before, after).collect();
    for stage in after {
        let Some(old) = before.iter().find(|old| old.id == stage.id) else { continue };
        let (entity, id) = (entity.to_owned(), stage.id.clone());
        if old.status != stage.status {
            effects.push(Effect::Counts { entity, stage: id, from: old.status, to: stage.status });
        } else if old.probability != stage.probability {
            effects.push(Effect::Expects { entity, stage: id, from: old.probability, to: stage.probability });
        }
        let fresh = stage.required.iter().filter(|field| !old.required.contains(field));
        effects.extend(fresh.map(|field| Effect::Lacks {
            entity: before_entity.to_owned(),
            stage: stage.id.clone(),
            field: field.clone(),
        }));
    }
    let is_default = schema.pipelines_of(entity).next().is_some_and(|first| first.stages == before);
    let first = |stages: &[Stage]| stages.first().map(|stage| stage.id.clone());
    if let Some(stage) = first(after).filter(|stage| is_default && first(before).as_ref() != Some(stage)) {
        effects.push(Effect::Begins { entity: entity.to_owned(), stage });
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Grant, REP};

    use crate::schema::builtin;
    use crate::schema::builtin::DEFAULT_PIPELINE;

    fn fresh() -> Schema {
        builtin::of_tests("UTC", "CNY")
    }

    #[test]
    fn a_narrower_role_says_what_its_people_lose() {
        let schema = fresh();
        let mut role = schema.role("manager").unwrap().clone();
        role.grants.insert("deal".into(), Grant { delete: Level::None, ..Grant::uniform(Level::Own) });
        role.permissions.retain(|permission| *permission != Permission::Export);
        role.hidden.insert("deal".into(), vec!["amount".into()]);
        let found = effects(&schema, &DefinitionChange::SetRole { role });
        let view = Effect::Reaches {
            role: "manager".into(),
            entity: "deal".into(),
            act: Act::View,
            from: Level::Team,
            to: Level::Own,
        };
        assert_eq!((found.len(), &found[0]), (7, &view));
        assert!(found.iter().all(Effect::takes));
        assert_eq!(found[0].concerned().unwrap().entity, "user");
    }

    #[test]
    fn a_role_as_it_was_means_nothing_and_a_wider_one_takes_nothing() {
        let schema = fresh();
        let mut role = schema.role(REP).unwrap().clone();
        assert!(effects(&schema, &DefinitionChange::SetRole { role: role.clone() }).is_empty());
        role.permissions.push(Permission::Import);
        role.grants.insert("product".into(), Grant::uniform(Level::All));
        let found = effects(&schema, &DefinitionChange::SetRole { role });
        assert_eq!(found.len(), 5);
        assert!(!found.iter().any(Effect::takes));
    }

    #[test]
    fn stages_say_who_has_to_move_and_what_counts_otherwise() {
        let schema = fresh();
        let mut stages = schema.pipeline(DEFAULT_PIPELINE).unwrap().stages.clone();
        let first = stages.remove(0);
        stages[0].probability = 33;
        let last = stages.len() - 1;
        stages[last].status = StageStatus::Open;
        let change = DefinitionChange::SetStages {
            pipeline: DEFAULT_PIPELINE.into(),
            stages: stages.clone(),
            edges: None,
        };
        let found = effects(&schema, &change);
        assert_eq!(found[0], Effect::Empties { entity: "deal".into(), stage: first.id.clone() });
        assert!(matches!(&found[1], Effect::Expects { to: 33, .. }));
        assert!(matches!(&found[2], Effect::Counts { to: StageStatus::Open, .. }));
        assert_eq!(found[3], Effect::Begins { entity: "deal".into(), stage: stages[0].id.clone() });
        assert_eq!(found.len(), 4);
        let expected = json!(["=", ["field", "stage"], first.id]);
        assert_eq!(found[0].concerned().unwrap().filter, expected);
    }

    #[test]
    fn a_layout_says_what_it_hides_and_a_required_field_that_it_comes_back() {
        let schema = fresh();
        let arrange = |more: &[&str], hidden: &[&str]| DefinitionChange::ArrangeFields {
            entity: "account".into(),
            layout: vec!["name".into()],
            sections: Vec::new(),
            more: more.iter().map(|id| (*id).to_owned()).collect(),
            hidden: hidden.iter().map(|id| (*id).to_owned()).collect(),
        };
        let conceals = Effect::Conceals { entity: "account".into(), field: "website".into() };
        let stands = Effect::Stands { entity: "account".into(), field: "website".into() };
        assert!(effects(&schema, &arrange(&["website"], &[])).is_empty());
        let found = effects(&schema, &arrange(&[], &["website"]));
        assert_eq!(found, [conceals]);
        assert!(found[0].takes() && found[0].concerned().is_some());
        let require = DefinitionChange::SetRequired {
            entity: "account".into(),
            field: "website".into(),
            required: true,
        };
        let requires = Effect::Requires { entity: "account".into(), field: "website".into() };
        for away in [arrange(&[], &["website"]), arrange(&["website"], &[])] {
            let (changed, _) = super::super::change::apply(&schema, &away, &crate::time::UtcOnly).unwrap();
            assert_eq!(effects(&changed, &require), [requires.clone(), stands.clone()]);
        }
        let (hidden, _) =
            super::super::change::apply(&schema, &arrange(&[], &["website"]), &crate::time::UtcOnly).unwrap();
        let mut open = arrange(&[], &[]);
        if let DefinitionChange::ArrangeFields { layout, .. } = &mut open {
            layout.push("website".into());
        }
        assert_eq!(effects(&hidden, &open), [stands]);
        assert!(effects(&hidden, &arrange(&["website"], &[])).is_empty(), "under \"more\" is not at once");
    }

    #[test]
    fn a_stricter_process_says_who_is_behind_it_and_who_can_no_longer_move() {
        let schema = fresh();
        let mut stages = schema.pipeline(DEFAULT_PIPELINE).unwrap().stages.clone();
        stages[1].required = vec!["contact".into()];
        let change = DefinitionChange::SetStages { pipeline: DEFAULT_PIPELINE.into(), stages, edges: None };
        let (entity, stage) = ("deal".to_owned(), "needs".to_owned());
        let lacks = Effect::Lacks { entity: entity.clone(), stage: stage.clone(), field: "contact".into() };
        assert_eq!(effects(&schema, &change), [lacks]);
        let edge = |to: &str| Edge { from: Some("needs".into()), to: to.into(), ..Edge::default() };
        let edges = vec![
            Edge { closed: true, ..edge("signed") },
            Edge { roles: vec![REP.into()], ..edge("proposal") },
            Edge { note: true, ..edge("lost") },
            Edge { to: "signed".into(), closed: true, ..Edge::default() },
        ];
        let change = DefinitionChange::SetEdges { pipeline: DEFAULT_PIPELINE.into(), edges };
        let bars = Effect::Bars { entity: entity.clone(), stage: stage.clone(), to: "signed".into() };
        let reserves = Effect::Reserves { entity, stage, to: "proposal".into(), roles: vec![REP.into()] };
        let found = effects(&schema, &change);
        assert_eq!(found, [bars, reserves]);
        assert!(found.iter().all(Effect::takes));
        let (changed, _) = crate::schema::change::apply(&schema, &change, &crate::time::UtcOnly).unwrap();
        assert!(effects(&changed, &change).is_empty(), "nothing more than before");
    }

    #[test]
    fn every_question_to_the_server_is_a_sound_condition() {
        let schema = fresh();
        let mut role = schema.role(REP).unwrap().clone();
        role.permissions.push(Permission::Export);
        let mut stages = schema.pipeline(DEFAULT_PIPELINE).unwrap().stages.clone();
        stages[1].required = vec!["contact".into(), "amount".into(), "tags".into()];
        let changes = [
            DefinitionChange::SetStages { pipeline: DEFAULT_PIPELINE.into(), stages, edges: None },
            DefinitionChange::SetRole { role },
            DefinitionChange::RemovePipeline { pipeline: DEFAULT_PIPELINE.into() },
            DefinitionChange::RetireField { entity: "account".into(), field: "phone".into() },
            DefinitionChange::SetRequired { entity: "account".into(), field: "phone".into(), required: true },
            DefinitionChange::SetField {
                entity: "account".into(),
                field: "name".into(),
                settings: Adjustment { max: Some(3), ..Adjustment::default() },
            },
            DefinitionChange::SetField {
                entity: "rate".into(),
                field: "rate".into(),
                settings: Adjustment { scale: Some(3), ..Adjustment::default() },
            },
            DefinitionChange::SetOptions {
                entity: "lead".into(),
                field: "source".into(),
                options: Vec::new(),
            },
        ];
        let team = Effect::Unshares { team: Id::v7(1_000, &[1; 10]) };
        for found in changes.iter().map(|change| effects(&schema, change)).chain([vec![team]]) {
            assert!(!found.is_empty());
            for concerned in found.iter().filter_map(Effect::concerned) {
                let entity = schema.entity(&concerned.entity).unwrap();
                let condition = crate::expr::Expr::parse(&concerned.filter).unwrap();
                assert!(crate::expr::check(&condition, entity, &schema).is_ok(), "{condition:?}");
            }
        }
    }
}
