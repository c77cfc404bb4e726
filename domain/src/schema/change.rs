//! Changes of definitions: each says what it does, is checked as a whole, and knows how to be undone.

mod arrange;
mod process;

use serde::{Deserialize, Serialize};

use super::{Edge, Entity, Field, Label, Pipeline, Schema, Section, Stage, WorkspaceSettings};
use crate::access::{ADMINISTRATOR, Role};
use crate::fields::{Adjustment, ChoiceOption, FieldKind};
use crate::ids::Id;
use crate::message::Problem;
use crate::time::Zone;
use arrange::Layout;

/// Custom fields of one entity: enough for any form, and small enough to load with every request.
const MAX_CUSTOM_FIELDS: usize = 200;
const MAX_PIPELINES: usize = 30;
/// More roles than anybody keeps apart.
const MAX_ROLES: usize = 50;
const MAX_LABEL: usize = 80;
/// Teams, or products, that one pipeline names.
pub const MAX_AUDIENCE: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum DefinitionChange {
    /// Another name for a kind of record, and for several of it.
    RenameEntity {
        entity: String,
        label: Label,
        plural: Label,
    },
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
    /// Which new values a custom field takes, how its numbers look from the next one on, or with how many decimals they
    /// are kept. What is there keeps its worth.
    SetField {
        entity: String,
        field: String,
        settings: Adjustment,
    },
    /// Whether a custom field names a person or says how to reach one; for what is written from now on.
    SetPersonal {
        entity: String,
        field: String,
        personal: bool,
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
    /// Replaces the layout: where fields stand on forms and on a record's page, and whether they do. A field has one
    /// place, and a required one stands on the form at once. Tidiness, not access.
    ArrangeFields {
        entity: String,
        /// Before every section.
        layout: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sections: Vec<Section>,
        /// Those that wait under "more" of a form.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        more: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hidden: Vec<String>,
    },
    /// Replaces the stages of a pipeline. A stage that records stand in cannot leave.
    SetStages {
        pipeline: String,
        stages: Vec<Stage>,
        /// The rules of its moves too; without them those of stages that leave go, and the others stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edges: Option<Vec<Edge>>,
    },
    /// Replaces the rules of a pipeline's moves.
    SetEdges {
        pipeline: String,
        edges: Vec<Edge>,
    },
    AddPipeline {
        pipeline: Pipeline,
        /// Its place among all pipelines; the last one when nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    RenamePipeline {
        pipeline: String,
        label: Label,
    },
    /// Whom a pipeline is for, and which products; everybody and all of them without any.
    SetAudience {
        pipeline: String,
        #[serde(default)]
        teams: Vec<Id>,
        #[serde(default)]
        products: Vec<Id>,
    },
    /// The order of the pipelines of an entity; of those that suit somebody equally well, new records begin in the first.
    ArrangePipelines {
        entity: String,
        order: Vec<String>,
    },
    /// Takes a pipeline away that no record stands in.
    RemovePipeline {
        pipeline: String,
    },
    AddRole {
        role: Role,
        /// Its place among the roles; the last one when nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    SetRole {
        role: Role,
    },
    /// Takes a role away that nobody has.
    RemoveRole {
        role: String,
    },
    /// Sets the workspace's name, language, clock, currency and working days; its logo stays.
    SetWorkspace {
        settings: WorkspaceSettings,
    },
    /// Takes a file that the writer brought as the workspace's logo, or takes the logo away.
    SetLogo {
        logo: Option<Id>,
    },
}

/// What a change takes away under whatever uses it. It has to be empty, and to stay so until the change is saved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Records that stand in a stage.
    Stage { entity: String, stage: String },
    /// People who have a role.
    Role(String),
    /// Members of a team and teams below it.
    Team(Id),
    /// Amounts and rates: they were counted in the workspace's currency.
    Amounts,
    /// Values of a field that so many decimals have no room for.
    Decimals { entity: String, field: String, to: u32 },
}

impl Place {
    /// Why it cannot be taken away while so many use it.
    #[must_use]
    pub fn problem(&self, count: u64) -> Problem {
        let problem = match self {
            Self::Stage { stage, .. } => {
                Problem::on("stages", "problem.definition.stage_in_use").with("stage", stage)
            }
            Self::Role(_) => Problem::on("role", "problem.definition.role_in_use"),
            Self::Team(_) => Problem::on("record", "problem.team_in_use"),
            Self::Amounts => Problem::on("currency", "problem.definition.currency_is_fixed"),
            Self::Decimals { .. } => Problem::on("scale", "problem.definition.decimals_do_not_fit"),
        };
        problem.with("count", count)
    }
}

impl DefinitionChange {
    /// What has to be empty before it can be.
    #[must_use]
    pub fn vacates(&self, schema: &Schema) -> Vec<Place> {
        let stages_but = |pipeline: &str, kept: &[Stage]| {
            let current = schema.pipeline(pipeline).into_iter();
            let gone = |pipeline: &'_ Pipeline| {
                let entity = pipeline.entity.clone();
                let gone =
                    pipeline.stages.iter().filter(|stage| !kept.iter().any(|kept| kept.id == stage.id));
                gone.map(|stage| Place::Stage { entity: entity.clone(), stage: stage.id.clone() })
                    .collect::<Vec<_>>()
            };
            current.flat_map(gone).collect()
        };
        match self {
            Self::SetStages { pipeline, stages, .. } => stages_but(pipeline, stages),
            Self::RemovePipeline { pipeline } => stages_but(pipeline, &[]),
            Self::RemoveRole { role } => vec![Place::Role(role.clone())],
            Self::SetWorkspace { settings } if settings.currency != schema.workspace.currency => {
                vec![Place::Amounts]
            }
            Self::SetField { entity, field, settings } => {
                let known = schema.entity(entity).and_then(|entity| entity.field(field));
                let other = known.filter(|field| field.custom).and_then(|field| {
                    let behaviour = field.kind.behaviour();
                    // What is no setting is refused without a look at values, which it has no count for.
                    let next = behaviour.adjusted(settings).ok()?;
                    let is_sound = next.behaviour().check_settings().is_empty();
                    let now = behaviour.adjustment()?.scale;
                    settings.scale.filter(|to| is_sound && now != Some(*to))
                });
                let place = |to| Place::Decimals { entity: entity.clone(), field: field.clone(), to };
                other.map(place).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it may change who can mend the definitions and manage people.
    #[must_use]
    pub fn concerns_keys(&self) -> bool {
        matches!(self, Self::SetRole { .. } | Self::RemoveRole { .. })
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
        DefinitionChange::RenameEntity { entity, label, plural } => {
            let target = entity_mut(&mut next, entity)?;
            let wrong = [check_label(label, "label"), check_label(plural, "plural")];
            no_problems(wrong.into_iter().filter_map(Result::err).flatten().collect())?;
            let label = std::mem::replace(&mut target.label, label.clone());
            let plural = std::mem::replace(&mut target.plural, plural.clone());
            DefinitionChange::RenameEntity { entity: entity.clone(), label, plural }
        }
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
        DefinitionChange::SetField { entity, field, settings } => {
            let target = custom_mut(&mut next, entity, field)?;
            let behaviour = target.kind.behaviour();
            let old = behaviour.adjustment();
            let kind = behaviour.adjusted(settings).map_err(|problem| vec![problem])?;
            no_problems(kind.behaviour().check_settings())?;
            target.kind = kind;
            let settings = old.unwrap_or_default();
            DefinitionChange::SetField { entity: entity.clone(), field: field.clone(), settings }
        }
        DefinitionChange::SetPersonal { entity, field, personal } => {
            let target = custom_mut(&mut next, entity, field)?;
            if !target.kind.behaviour().may_be_personal() {
                return refuse(Problem::on("personal", "problem.definition.not_a_setting"));
            }
            let personal = std::mem::replace(&mut target.personal, *personal);
            DefinitionChange::SetPersonal { entity: entity.clone(), field: field.clone(), personal }
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
        DefinitionChange::ArrangeFields { entity, layout, sections, more, hidden } => {
            let wish = Layout { layout, sections, more, hidden };
            arrange::arrange_fields(entity_mut(&mut next, entity)?, &wish)?
        }
        DefinitionChange::SetStages { pipeline, stages, edges } => {
            process::set_stages(&mut next, pipeline, stages, edges.as_deref())?
        }
        DefinitionChange::SetEdges { pipeline, edges } => process::set_edges(&mut next, pipeline, edges)?,
        DefinitionChange::AddPipeline { pipeline, at } => add_pipeline(&mut next, pipeline, *at)?,
        DefinitionChange::RenamePipeline { pipeline, label } => {
            check_label(label, "label")?;
            let target = pipeline_mut(&mut next, pipeline)?;
            let old = std::mem::replace(&mut target.label, label.clone());
            DefinitionChange::RenamePipeline { pipeline: pipeline.clone(), label: old }
        }
        DefinitionChange::SetAudience { pipeline, teams, products } => {
            process::set_audience(&mut next, pipeline, teams, products)?
        }
        DefinitionChange::ArrangePipelines { entity, order } => arrange_pipelines(&mut next, entity, order)?,
        DefinitionChange::RemovePipeline { pipeline } => remove_pipeline(&mut next, pipeline)?,
        DefinitionChange::AddRole { role, at } => add_role(&mut next, role, *at)?,
        DefinitionChange::SetRole { role } => set_role(&mut next, role)?,
        DefinitionChange::RemoveRole { role } => remove_role(&mut next, role)?,
        DefinitionChange::SetWorkspace { settings } => {
            no_problems(check_settings(settings, zones))?;
            let settings = WorkspaceSettings { logo: next.workspace.logo, ..settings.clone() };
            let old = std::mem::replace(&mut next.workspace, settings);
            DefinitionChange::SetWorkspace { settings: old }
        }
        DefinitionChange::SetLogo { logo } => {
            DefinitionChange::SetLogo { logo: std::mem::replace(&mut next.workspace.logo, *logo) }
        }
    };
    Ok((next, inverse))
}

/// What is wrong with a workspace's name, language and zone.
#[must_use]
pub fn check_settings(settings: &WorkspaceSettings, zones: &dyn Zone) -> Vec<Problem> {
    check_parts(&settings.name, &settings.language, &settings.zone, &settings.work, zones)
}

/// The same before there is a currency.
pub(crate) fn check_parts(
    name: &str,
    language: &str,
    zone: &str,
    work: &super::WorkDays,
    zones: &dyn Zone,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = name.trim();
    if name.is_empty() {
        problems.push(Problem::on("name", "problem.required"));
    } else if name.chars().count() > MAX_LABEL {
        problems.push(Problem::on("name", "problem.too_long").with("max", MAX_LABEL));
    } else if crate::text::has_forbidden(name) {
        problems.push(Problem::on("name", "problem.control_characters"));
    }
    if !matches!(language, "zh" | "en") {
        problems.push(Problem::on("language", "problem.not_a_choice"));
    }
    if zones.date(zone, EPOCH_2026).is_none() {
        problems.push(Problem::on("zone", "problem.not_zone"));
    }
    problems.extend(work.problems());
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

/// A field of the workspace's own making.
fn custom_mut<'a>(schema: &'a mut Schema, entity: &str, id: &str) -> Result<&'a mut Field, Vec<Problem>> {
    let found = field_mut(schema, entity, id)?;
    if found.custom {
        Ok(found)
    } else {
        refuse(Problem::on("field", "problem.definition.built_in_settings"))
    }
}

fn pipeline_mut<'a>(schema: &'a mut Schema, id: &str) -> Result<&'a mut Pipeline, Vec<Problem>> {
    let found = schema.pipelines.iter_mut().find(|pipeline| pipeline.id == id);
    found.ok_or_else(unknown_pipeline)
}

fn unknown_pipeline() -> Vec<Problem> {
    vec![Problem::on("pipeline", "problem.definition.unknown_pipeline")]
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

fn add_pipeline(
    schema: &mut Schema,
    pipeline: &Pipeline,
    at: Option<usize>,
) -> Result<DefinitionChange, Vec<Problem>> {
    let mut problems = Vec::new();
    problems.extend(check_id(&pipeline.id).err().into_iter().flatten());
    problems.extend(check_label(&pipeline.label, "label").err().into_iter().flatten());
    problems.extend(process::check(schema, pipeline));
    if schema.pipeline(&pipeline.id).is_some() {
        problems.push(Problem::on("id", "problem.duplicate"));
    }
    let staged = schema.entity(&pipeline.entity).is_some_and(|entity| {
        entity.field("stage").is_some_and(|field| matches!(field.kind, FieldKind::Stage(_)))
    });
    if !staged {
        problems.push(Problem::on("entity", "problem.has_no_stages"));
    }
    if schema.pipelines.len() >= MAX_PIPELINES {
        problems.push(
            Problem::on("pipeline", "problem.definition.too_many_pipelines").with("max", MAX_PIPELINES),
        );
    }
    no_problems(problems)?;
    let place = at.unwrap_or(schema.pipelines.len()).min(schema.pipelines.len());
    schema.pipelines.insert(place, pipeline.clone());
    Ok(DefinitionChange::RemovePipeline { pipeline: pipeline.id.clone() })
}

fn arrange_pipelines(
    schema: &mut Schema,
    entity: &str,
    order: &[String],
) -> Result<DefinitionChange, Vec<Problem>> {
    let old: Vec<String> = schema.pipelines_of(entity).map(|pipeline| pipeline.id.clone()).collect();
    let (mut known, mut wished) = (old.clone(), order.to_vec());
    known.sort();
    wished.sort();
    if known != wished {
        return refuse(Problem::on("order", "problem.definition.not_the_pipelines"));
    }
    // A stable sort: pipelines of other entities keep their places among themselves.
    let place = |pipeline: &Pipeline| order.iter().position(|id| id == &pipeline.id);
    schema.pipelines.sort_by_key(place);
    Ok(DefinitionChange::ArrangePipelines { entity: entity.to_owned(), order: old })
}

fn remove_pipeline(schema: &mut Schema, id: &str) -> Result<DefinitionChange, Vec<Problem>> {
    let at = schema.pipelines.iter().position(|known| known.id == id).ok_or_else(unknown_pipeline)?;
    let entity = schema.pipelines[at].entity.clone();
    // New records have to begin somewhere.
    if !schema.pipelines_of(&entity).any(|other| other.id != id && !other.stages.is_empty()) {
        return refuse(Problem::on("pipeline", "problem.definition.last_pipeline"));
    }
    let pipeline = schema.pipelines.remove(at);
    Ok(DefinitionChange::AddPipeline { pipeline, at: Some(at) })
}

/// Everything that is wrong with a role.
fn check_role(schema: &Schema, role: &Role) -> Vec<Problem> {
    let mut problems: Vec<Problem> = check_label(&role.label, "label").err().into_iter().flatten().collect();
    let same = |other: &&Role| {
        other.id != role.id
            && (other.label.zh.trim() == role.label.zh.trim()
                || other.label.en.trim() == role.label.en.trim())
    };
    if schema.roles.iter().any(|other| same(&other)) {
        problems.push(Problem::on("label", "problem.definition.role_name_taken"));
    }
    for (entity, fields) in &role.hidden {
        let known = schema.entity(entity).is_some_and(|entity| {
            fields.iter().all(|field| entity.field(field).is_some() && &entity.title != field)
        });
        if !known {
            problems.push(Problem::on("hidden", "problem.definition.unknown_field").with("field", entity));
        }
    }
    for unknown in role.grants.keys().filter(|entity| schema.entity(entity).is_none()) {
        problems.push(Problem::on("grants", "problem.definition.unknown_entity").with("entity", unknown));
    }
    problems
}

fn add_role(schema: &mut Schema, role: &Role, at: Option<usize>) -> Result<DefinitionChange, Vec<Problem>> {
    let mut problems = check_role(schema, role);
    problems.extend(check_id(&role.id).err().into_iter().flatten());
    if schema.role(&role.id).is_some() {
        problems.push(Problem::on("id", "problem.duplicate"));
    }
    if schema.roles.len() >= MAX_ROLES {
        problems.push(Problem::on("role", "problem.definition.too_many_roles").with("max", MAX_ROLES));
    }
    no_problems(problems)?;
    let place = at.unwrap_or(schema.roles.len()).min(schema.roles.len());
    schema.roles.insert(place, role.clone());
    Ok(DefinitionChange::RemoveRole { role: role.id.clone() })
}

fn unknown_role() -> Vec<Problem> {
    vec![Problem::on("role", "problem.definition.unknown_role")]
}

fn set_role(schema: &mut Schema, role: &Role) -> Result<DefinitionChange, Vec<Problem>> {
    let mut problems = check_role(schema, role);
    let Some(at) = schema.roles.iter().position(|known| known.id == role.id) else {
        problems.extend(unknown_role());
        return Err(problems);
    };
    // Without anybody who may define, nobody could mend it.
    if role.id == ADMINISTRATOR && schema.roles[at].holds_the_keys() && !role.holds_the_keys() {
        problems.push(Problem::on("permissions", "problem.definition.administrator_keeps"));
    }
    no_problems(problems)?;
    let old = std::mem::replace(&mut schema.roles[at], role.clone());
    Ok(DefinitionChange::SetRole { role: old })
}

fn remove_role(schema: &mut Schema, id: &str) -> Result<DefinitionChange, Vec<Problem>> {
    let at = schema.roles.iter().position(|known| known.id == id).ok_or_else(unknown_role)?;
    if id == ADMINISTRATOR {
        return refuse(Problem::on("role", "problem.definition.administrator_stays"));
    }
    // Without it a way that was for some would be for all.
    let named =
        |pipeline: &Pipeline| pipeline.edges.iter().any(|edge| edge.roles.iter().any(|role| role == id));
    if schema.pipelines.iter().any(named) {
        return refuse(Problem::on("role", "problem.definition.role_in_edges"));
    }
    let role = schema.roles.remove(at);
    Ok(DefinitionChange::AddRole { role, at: Some(at) })
}

#[cfg(test)]
mod tests;
