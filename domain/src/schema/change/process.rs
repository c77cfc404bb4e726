//! Stages of a pipeline and the rules of its moves.

use std::collections::BTreeSet;

use super::{DefinitionChange, MAX_AUDIENCE, check_id, check_label, no_problems, pipeline_mut};
use crate::ids::Id;
use crate::message::Problem;
use crate::schema::{Check, Edge, Entity, Pipeline, Schema, Stage, StageStatus};

const MAX_STAGES: usize = 50;
/// Standard actions of a stage: a list one works through, not a manual.
const MAX_STEPS: usize = 20;
/// Working days: a year and more.
const MAX_DAYS: u16 = 500;
const MAX_GOAL: usize = 500;
/// Open records of one person in a stage: more are no limit, and a device that looks for too many of them reads one page
/// of a list ([`crate::api::record::PAGE_MAX`]).
const MAX_LIMIT: u16 = 199;
/// What is ticked on one move.
const MAX_CHECKS: usize = 20;

pub(super) fn set_stages(
    schema: &mut Schema,
    pipeline: &str,
    stages: &[Stage],
    edges: Option<&[Edge]>,
) -> Result<DefinitionChange, Vec<Problem>> {
    let mut next = pipeline_mut(schema, pipeline)?.clone();
    next.stages = stages.to_vec();
    match edges {
        Some(edges) => next.edges = edges.to_vec(),
        None => {
            let stays = |id: &str| stages.iter().any(|stage| stage.id == id);
            next.edges.retain(|edge| stays(&edge.to) && edge.from.as_deref().is_none_or(stays));
        }
    }
    no_problems(check(schema, &next))?;
    let begins = |other: &Pipeline| other.id != next.id && !other.stages.is_empty();
    if next.stages.is_empty() && !schema.pipelines_of(&next.entity).any(begins) {
        // New records have to begin somewhere.
        return Err(vec![Problem::on("stages", "problem.definition.last_pipeline")]);
    }
    let old = std::mem::replace(pipeline_mut(schema, pipeline)?, next.clone());
    let edges = (old.edges != next.edges).then_some(old.edges);
    Ok(DefinitionChange::SetStages { pipeline: pipeline.to_owned(), stages: old.stages, edges })
}

pub(super) fn set_edges(
    schema: &mut Schema,
    pipeline: &str,
    edges: &[Edge],
) -> Result<DefinitionChange, Vec<Problem>> {
    let mut next = pipeline_mut(schema, pipeline)?.clone();
    // What says nothing need not be kept.
    next.edges = edges.iter().filter(|edge| !edge.is_free()).cloned().collect();
    no_problems(check(schema, &next))?;
    let old = std::mem::replace(pipeline_mut(schema, pipeline)?, next);
    Ok(DefinitionChange::SetEdges { pipeline: pipeline.to_owned(), edges: old.edges })
}

pub(super) fn set_audience(
    schema: &mut Schema,
    pipeline: &str,
    teams: &[Id],
    products: &[Id],
) -> Result<DefinitionChange, Vec<Problem>> {
    let next = Pipeline {
        teams: teams.to_vec(),
        products: products.to_vec(),
        ..pipeline_mut(schema, pipeline)?.clone()
    };
    no_problems(check_audience(&next))?;
    let old = std::mem::replace(pipeline_mut(schema, pipeline)?, next);
    let (teams, products) = (old.teams, old.products);
    Ok(DefinitionChange::SetAudience { pipeline: pipeline.to_owned(), teams, products })
}

fn check_audience(pipeline: &Pipeline) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, ids) in [("teams", &pipeline.teams), ("products", &pipeline.products)] {
        if ids.len() > MAX_AUDIENCE {
            problems
                .push(Problem::on(place, "problem.out_of_range").with("min", 0).with("max", MAX_AUDIENCE));
        } else if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
            problems.push(Problem::on(place, "problem.duplicate"));
        }
    }
    problems
}

/// Everything that is wrong with the stages and moves of a pipeline.
pub(super) fn check(schema: &Schema, pipeline: &Pipeline) -> Vec<Problem> {
    let mut problems = Vec::new();
    let stages = &pipeline.stages;
    if stages.len() > MAX_STAGES {
        problems.push(Problem::on("stages", "problem.out_of_range").with("min", 0).with("max", MAX_STAGES));
    }
    // One without any is being made ready: nothing can be put into it yet.
    for status in [StageStatus::Open, StageStatus::Won, StageStatus::Lost] {
        if !stages.is_empty() && !stages.iter().any(|stage| stage.status == status) {
            problems.push(Problem::on("stages", "problem.definition.stage_status_missing"));
            break;
        }
    }
    let others = schema.pipelines.iter().filter(|other| other.id != pipeline.id);
    let mut seen: BTreeSet<&str> =
        others.flat_map(|other| &other.stages).map(|stage| stage.id.as_str()).collect();
    let entity = schema.entity(&pipeline.entity);
    for stage in stages {
        problems.extend(check_id(&stage.id).err().into_iter().flatten());
        problems.extend(check_label(&stage.label, "stages").err().into_iter().flatten());
        if stage.probability > 100 {
            problems.push(Problem::on("stages", "problem.out_of_range").with("min", 0).with("max", 100));
        }
        if !seen.insert(&stage.id) {
            problems.push(Problem::on("stages", "problem.duplicate"));
        }
        check_stage(entity, stage, &mut problems);
    }
    check_edges(schema, pipeline, &mut problems);
    problems.extend(check_audience(pipeline));
    problems
}

fn check_stage(entity: Option<&Entity>, stage: &Stage, problems: &mut Vec<Problem>) {
    let texts = stage.goal.iter().flat_map(|goal| [&goal.zh, &goal.en]);
    for text in texts {
        if text.chars().count() > MAX_GOAL {
            problems.push(Problem::on("goal", "problem.too_long").with("max", MAX_GOAL));
        } else if crate::text::has_forbidden(text) {
            problems.push(Problem::on("goal", "problem.control_characters"));
        }
    }
    let too_long = |days: &u16| *days > MAX_DAYS;
    if stage.expected_days.as_ref().is_some_and(|days| too_long(days) || *days == 0) {
        problems
            .push(Problem::on("expected_days", "problem.out_of_range").with("min", 1).with("max", MAX_DAYS));
    }
    if stage.limit.is_some_and(|limit| limit == 0 || limit > MAX_LIMIT) {
        problems.push(Problem::on("limit", "problem.out_of_range").with("min", 1).with("max", MAX_LIMIT));
    }
    check_fields(entity, &stage.required, "required", problems);
    check_fields(entity, &stage.asked, "asked", problems);
    if stage.steps.len() > MAX_STEPS {
        problems.push(Problem::on("steps", "problem.out_of_range").with("min", 0).with("max", MAX_STEPS));
    }
    let mut seen = BTreeSet::new();
    for step in &stage.steps {
        problems.extend(check_id(&step.id).err().into_iter().flatten().map(|problem| problem.at("steps")));
        problems.extend(check_label(&step.label, "steps").err().into_iter().flatten());
        if step.due_in.as_ref().is_some_and(too_long) {
            problems.push(Problem::on("steps", "problem.out_of_range").with("min", 0).with("max", MAX_DAYS));
        }
        if !seen.insert(&step.id) {
            problems.push(Problem::on("steps", "problem.duplicate"));
        }
    }
}

/// Fields that somebody can fill in on the way; where they go, the move says itself.
fn check_fields(entity: Option<&Entity>, fields: &[String], place: &str, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for id in fields {
        let field = entity.and_then(|entity| entity.field(id)).filter(|field| !field.system && id != "stage");
        if field.is_none() {
            problems.push(Problem::on(place, "problem.definition.unknown_field").with("field", id));
        }
        if !seen.insert(id) {
            problems.push(Problem::on(place, "problem.duplicate"));
        }
    }
}

fn check_checks(checks: &[Check], problems: &mut Vec<Problem>) {
    if checks.len() > MAX_CHECKS {
        problems.push(Problem::on("checks", "problem.out_of_range").with("min", 0).with("max", MAX_CHECKS));
    }
    let mut seen = BTreeSet::new();
    for check in checks {
        problems.extend(check_id(&check.id).err().into_iter().flatten().map(|problem| problem.at("checks")));
        problems.extend(check_label(&check.label, "checks").err().into_iter().flatten());
        if !seen.insert(&check.id) {
            problems.push(Problem::on("checks", "problem.duplicate"));
        }
    }
}

fn check_edges(schema: &Schema, pipeline: &Pipeline, problems: &mut Vec<Problem>) {
    let entity = schema.entity(&pipeline.entity);
    let known = |id: &str| pipeline.stage(id).is_some();
    let mut seen = BTreeSet::new();
    for edge in &pipeline.edges {
        let from = edge.from.as_deref();
        if !known(&edge.to) || !from.is_none_or(known) || from == Some(&edge.to) {
            problems.push(Problem::on("edges", "problem.not_a_choice"));
        }
        if !seen.insert((from, &edge.to)) {
            problems.push(Problem::on("edges", "problem.duplicate"));
        }
        if edge.roles.iter().any(|role| schema.role(role).is_none()) {
            problems.push(Problem::on("roles", "problem.definition.unknown_role"));
        }
        check_fields(entity, &edge.required, "required", problems);
        check_checks(&edge.checks, problems);
    }
    // As many as there can be.
    let most = pipeline.stages.len() * pipeline.stages.len();
    if pipeline.edges.len() > most {
        problems.push(Problem::on("edges", "problem.out_of_range").with("min", 0).with("max", most));
    }
}
