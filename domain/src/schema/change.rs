//! Changes of definitions: each says what it does, is checked as a whole, and knows how to be undone.

use serde::{Deserialize, Serialize};

use super::{Entity, Field, Label, Pipeline, Schema, Stage, StageStatus, WorkspaceSettings};
use crate::access::{Permission, Role};
use crate::fields::{ChoiceOption, FieldKind};
use crate::message::Problem;
use crate::time::Zone;

/// Custom fields of one entity: enough for any form, and small enough to load with every request.
const MAX_CUSTOM_FIELDS: usize = 200;
const MAX_STAGES: usize = 50;
const MAX_LABEL: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum DefinitionChange {
    AddField {
        entity: String,
        field: Field,
    },
    RenameField {
        entity: String,
        field: String,
        label: Label,
    },
    SetRequired {
        entity: String,
        field: String,
        required: bool,
    },
    SetOptions {
        entity: String,
        field: String,
        options: Vec<ChoiceOption>,
    },
    /// Hides a custom field from forms; its data stays.
    RetireField {
        entity: String,
        field: String,
    },
    RestoreField {
        entity: String,
        field: String,
    },
    /// The order of fields on the form.
    ArrangeFields {
        entity: String,
        layout: Vec<String>,
    },
    /// Replaces the stages of a pipeline. A stage that records stand in cannot leave.
    SetStages {
        pipeline: String,
        stages: Vec<Stage>,
    },
    SetRole {
        role: Role,
    },
    SetWorkspace {
        settings: WorkspaceSettings,
    },
}

impl DefinitionChange {
    /// The stages whose records would lose their stage.
    #[must_use]
    pub fn removed_stages(&self, schema: &Schema) -> Vec<(String, String)> {
        let Self::SetStages { pipeline, stages } = self else { return Vec::new() };
        let Some(current) = schema.pipelines.iter().find(|known| &known.id == pipeline) else {
            return Vec::new();
        };
        let gone = current.stages.iter().filter(|stage| !stages.iter().any(|kept| kept.id == stage.id));
        gone.map(|stage| (current.entity.clone(), stage.id.clone())).collect()
    }
}

/// The definitions after a change (their revision one higher), and the change that undoes it.
///
/// # Errors
/// Everything that is wrong with the change; nothing has happened then.
pub fn apply(
    schema: &Schema,
    change: &DefinitionChange,
    zones: &dyn Zone,
) -> Result<(Schema, DefinitionChange), Vec<Problem>> {
    let mut next = schema.clone();
    next.revision += 1;
    let inverse = match change {
        DefinitionChange::AddField { entity, field } => {
            add_field(entity_mut(&mut next, entity)?, field, schema)?
        }
        DefinitionChange::RenameField { entity, field, label } => {
            check_label(label, "label")?;
            let target = field_mut(&mut next, entity, field)?;
            let old = std::mem::replace(&mut target.label, label.clone());
            DefinitionChange::RenameField { entity: entity.clone(), field: field.clone(), label: old }
        }
        DefinitionChange::SetRequired { entity, field, required } => {
            let always = entity_mut(&mut next, entity)?.always_requires(field);
            let target = field_mut(&mut next, entity, field)?;
            if target.system || (always && !required) {
                return refuse(Problem::on("required", "problem.definition.always_so"));
            }
            let old = std::mem::replace(&mut target.required, *required);
            DefinitionChange::SetRequired { entity: entity.clone(), field: field.clone(), required: old }
        }
        DefinitionChange::SetOptions { entity, field, options } => {
            let target = field_mut(&mut next, entity, field)?;
            let Some(current) = target.kind.options_mut() else {
                return refuse(Problem::on("field", "problem.definition.not_a_choice_field"));
            };
            // An option that leaves the list is retired, not removed: old records hold it.
            let mut options = options.clone();
            for old in current.iter() {
                if !options.iter().any(|kept| kept.id == old.id) {
                    options.push(ChoiceOption { retired: true, ..old.clone() });
                }
            }
            let old = std::mem::replace(current, options);
            no_problems(target.kind.behaviour().check_settings())?;
            DefinitionChange::SetOptions { entity: entity.clone(), field: field.clone(), options: old }
        }
        DefinitionChange::RetireField { entity, field } => {
            let target = field_mut(&mut next, entity, field)?;
            if !target.custom {
                return refuse(Problem::on("field", "problem.definition.built_in"));
            }
            target.retired = true;
            target.required = false;
            DefinitionChange::RestoreField { entity: entity.clone(), field: field.clone() }
        }
        DefinitionChange::RestoreField { entity, field } => {
            field_mut(&mut next, entity, field)?.retired = false;
            DefinitionChange::RetireField { entity: entity.clone(), field: field.clone() }
        }
        DefinitionChange::ArrangeFields { entity, layout } => {
            let target = entity_mut(&mut next, entity)?;
            if let Some(unknown) = layout.iter().find(|id| target.field(id).is_none()) {
                return refuse(
                    Problem::on("layout", "problem.definition.unknown_field").with("field", unknown),
                );
            }
            let mut seen = std::collections::BTreeSet::new();
            if !layout.iter().all(|id| seen.insert(id)) {
                return refuse(Problem::on("layout", "problem.duplicate"));
            }
            let old = std::mem::replace(&mut target.layout, layout.clone());
            DefinitionChange::ArrangeFields { entity: entity.clone(), layout: old }
        }
        DefinitionChange::SetStages { pipeline, stages } => set_stages(&mut next, pipeline, stages)?,
        DefinitionChange::SetRole { role } => set_role(&mut next, role)?,
        DefinitionChange::SetWorkspace { settings } => {
            no_problems(check_settings(settings, zones))?;
            if settings.currency != schema.workspace.currency {
                return refuse(Problem::on("currency", "problem.definition.currency_is_fixed"));
            }
            let old = std::mem::replace(&mut next.workspace, settings.clone());
            DefinitionChange::SetWorkspace { settings: old }
        }
    };
    Ok((next, inverse))
}

/// What is wrong with a workspace's name, language and zone.
#[must_use]
pub fn check_settings(settings: &WorkspaceSettings, zones: &dyn Zone) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = settings.name.trim();
    if name.is_empty() {
        problems.push(Problem::on("name", "problem.required"));
    } else if name.chars().count() > MAX_LABEL {
        problems.push(Problem::on("name", "problem.too_long").with("max", MAX_LABEL));
    } else if crate::text::has_forbidden(name) {
        problems.push(Problem::on("name", "problem.control_characters"));
    }
    if !matches!(settings.language.as_str(), "zh" | "en") {
        problems.push(Problem::on("language", "problem.not_a_choice"));
    }
    if zones.date(&settings.zone, EPOCH_2026).is_none() {
        problems.push(Problem::on("zone", "problem.not_zone"));
    }
    problems
}

/// Any instant will do to ask whether a zone is known.
const EPOCH_2026: crate::time::Instant = crate::time::Instant::known(1_767_225_600_000);

fn refuse<T>(problem: Problem) -> Result<T, Vec<Problem>> {
    Err(vec![problem])
}

fn no_problems(problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn entity_mut<'a>(schema: &'a mut Schema, id: &str) -> Result<&'a mut Entity, Vec<Problem>> {
    let found = schema.entities.iter_mut().find(|entity| entity.id == id);
    found.ok_or_else(|| vec![Problem::on("entity", "problem.definition.unknown_entity").with("entity", id)])
}

fn field_mut<'a>(schema: &'a mut Schema, entity: &str, id: &str) -> Result<&'a mut Field, Vec<Problem>> {
    let found = entity_mut(schema, entity)?.fields.iter_mut().find(|field| field.id == id);
    found.ok_or_else(|| vec![Problem::on("field", "problem.definition.unknown_field").with("field", id)])
}

fn check_label(label: &Label, field: &str) -> Result<(), Vec<Problem>> {
    for text in [&label.zh, &label.en] {
        let text = text.trim();
        if text.is_empty() {
            return refuse(Problem::on(field, "problem.required"));
        }
        if text.chars().count() > MAX_LABEL {
            return refuse(Problem::on(field, "problem.too_long").with("max", MAX_LABEL));
        }
        if crate::text::has_forbidden(text) {
            return refuse(Problem::on(field, "problem.control_characters"));
        }
    }
    Ok(())
}

/// Ids of definitions become JSON keys and parts of queries: small letters, digits and underscores.
fn check_id(id: &str) -> Result<(), Vec<Problem>> {
    let plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain && (1..=40).contains(&id.len()) {
        Ok(())
    } else {
        refuse(Problem::on("id", "problem.definition.bad_id"))
    }
}

fn add_field(entity: &mut Entity, field: &Field, schema: &Schema) -> Result<DefinitionChange, Vec<Problem>> {
    check_id(&field.id)?;
    check_label(&field.label, "label")?;
    if !field.id.starts_with("f_") {
        return refuse(Problem::on("id", "problem.definition.bad_id"));
    }
    if entity.field(&field.id).is_some() {
        return refuse(Problem::on("id", "problem.duplicate"));
    }
    if entity.fields.iter().filter(|field| field.custom).count() >= MAX_CUSTOM_FIELDS {
        return refuse(
            Problem::on("entity", "problem.definition.too_many_fields").with("max", MAX_CUSTOM_FIELDS),
        );
    }
    no_problems(field.kind.behaviour().check_settings())?;
    if field.kind.relation_target().is_some_and(|target| schema.entity(target).is_none()) {
        return refuse(Problem::on("entity", "problem.definition.unknown_entity"));
    }
    if matches!(field.kind, FieldKind::Stage(_) | FieldKind::Role(_)) {
        return refuse(Problem::on("type", "problem.not_a_choice"));
    }
    // What the system gives, nobody fills in, and it says nothing about a person.
    let assigned = field.kind.behaviour().is_assigned();
    let added = Field {
        custom: true,
        system: assigned,
        required: field.required && !assigned,
        personal: field.personal && !assigned,
        retired: false,
        ..field.clone()
    };
    entity.fields.push(added);
    Ok(DefinitionChange::RetireField { entity: entity.id.clone(), field: field.id.clone() })
}

fn set_stages(
    schema: &mut Schema,
    pipeline: &str,
    stages: &[Stage],
) -> Result<DefinitionChange, Vec<Problem>> {
    let taken = |stage: &Stage, other: &Pipeline| {
        other.id != pipeline && other.stages.iter().any(|known| known.id == stage.id)
    };
    if stages.iter().any(|stage| schema.pipelines.iter().any(|other| taken(stage, other))) {
        return refuse(Problem::on("stages", "problem.duplicate"));
    }
    let Some(target) = schema.pipelines.iter_mut().find(|known| known.id == pipeline) else {
        return refuse(Problem::on("pipeline", "problem.definition.unknown_pipeline"));
    };
    if stages.len() > MAX_STAGES {
        return refuse(Problem::on("stages", "problem.out_of_range").with("min", 1).with("max", MAX_STAGES));
    }
    for status in [StageStatus::Open, StageStatus::Won, StageStatus::Lost] {
        if !stages.iter().any(|stage| stage.status == status) {
            return refuse(Problem::on("stages", "problem.definition.stage_status_missing"));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for stage in stages {
        check_id(&stage.id)?;
        check_label(&stage.label, "stages")?;
        if stage.probability > 100 {
            return refuse(Problem::on("stages", "problem.out_of_range").with("min", 0).with("max", 100));
        }
        if !seen.insert(&stage.id) {
            return refuse(Problem::on("stages", "problem.duplicate"));
        }
    }
    let old = std::mem::replace(&mut target.stages, stages.to_vec());
    Ok(DefinitionChange::SetStages { pipeline: pipeline.to_owned(), stages: old })
}

fn set_role(schema: &mut Schema, role: &Role) -> Result<DefinitionChange, Vec<Problem>> {
    check_label(&role.label, "label")?;
    for (entity, fields) in &role.hidden {
        let known = schema.entity(entity).is_some_and(|entity| {
            fields.iter().all(|field| entity.field(field).is_some() && &entity.title != field)
        });
        if !known {
            return refuse(Problem::on("hidden", "problem.definition.unknown_field").with("field", entity));
        }
    }
    if let Some(unknown) = role.grants.keys().find(|entity| schema.entity(entity).is_none()) {
        return refuse(Problem::on("grants", "problem.definition.unknown_entity").with("entity", unknown));
    }
    let Some(target) = schema.roles.iter_mut().find(|known| known.id == role.id) else {
        return refuse(Problem::on("role", "problem.definition.unknown_role"));
    };
    let old = std::mem::replace(target, role.clone());
    // Without anybody who may define, nobody could mend it.
    let guarded = [Permission::Define, Permission::ManageUsers];
    if guarded.iter().any(|permission| old.may(*permission) && !role.may(*permission))
        && role.id == crate::access::ADMINISTRATOR
    {
        return refuse(Problem::on("permissions", "problem.definition.administrator_keeps"));
    }
    Ok(DefinitionChange::SetRole { role: old })
}
