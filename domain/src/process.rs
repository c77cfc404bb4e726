//! The process: whether a record may move from one stage to another, and what is missing for it.
//!
//! It binds moves alone. Where a record begins, what an import enters and what an undo brings back is not asked about,
//! and a rule that becomes stricter blocks nothing but the next move: [`lacks`] only tells which records stand behind it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::access::{Permission, Role};
use crate::fields::FieldKind;
use crate::ids::Id;
use crate::message::Problem;
use crate::record::Values;
use crate::schema::{Check, Edge, Entity, Pipeline, Schema, Stage, StageStatus, Step, WorkDays};
use crate::time::Date;
use crate::value::Value;

/// Why the last move was made, as the mover said.
pub const NOTE: &str = "stage_note";
/// Why the last move was made past the process.
pub const EXCEPTION: &str = "stage_exception";
/// What was ticked for the last move, as it was called then, a line each.
pub const CHECKED: &str = "stage_checked";
/// What the mover said about the last move: kept by the system, told in the history all the same.
pub const SAID: [&str; 3] = [NOTE, EXCEPTION, CHECKED];
/// What tells why something was lost; gone once it is open again.
pub const LOSS: [&str; 3] = ["lost_reason", "lost_note", "lost_to"];

/// A choice that says nothing by itself, and the field that has to explain it: field, option, explanation.
const EXPLAINED: (&str, &str, &str) = ("lost_reason", "other", "lost_note");

/// A wish to move a record on.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    pub entity: &'a Entity,
    /// Where it stands; a stage that is no longer defined counts as another pipeline.
    pub from: &'a str,
    /// A stage of this kind of record.
    pub to: (&'a Pipeline, &'a Stage),
    pub role: &'a Role,
    /// What the record would hold after the move.
    pub values: &'a Values,
    pub note: &'a str,
    /// Why it should go past the process; empty when it should not.
    pub exception: &'a str,
    /// Ids of what is ticked.
    pub checked: &'a [String],
    /// The mover's team and those it is part of; `None` where nobody knows, who then keeps nobody out.
    pub teams: Option<&'a BTreeSet<Id>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    Missing(Missing),
    Forbidden(Barrier),
}

/// What a move still needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// In the order in which they are asked for.
    pub fields: Vec<String>,
    pub note: bool,
    /// What is not ticked yet.
    pub checks: Vec<Check>,
}

/// Why a move is not open to somebody, and to whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barrier {
    pub why: Why,
    /// The roles that may.
    pub roles: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The process has no such way; those roles may make an exception.
    Closed,
    /// The way is for other roles.
    Role,
    /// An exception is for other roles.
    Exception,
    /// The pipeline is for other teams; those roles may make an exception.
    Team,
}

/// Decides a move. Everything else about the change (sight, rights, values) is decided elsewhere.
#[must_use]
pub fn decide(schema: &Schema, wish: &Move<'_>) -> Decision {
    if wish.from == wish.to.1.id {
        return Decision::Allowed;
    }
    if !wish.exception.trim().is_empty() {
        return if wish.role.may(Permission::OverrideProcess) {
            Decision::Allowed
        } else {
            Decision::Forbidden(Barrier { why: Why::Exception, roles: exceptional(schema) })
        };
    }
    // Who is in the pipeline already moves on in it, whoever moves.
    if wish.to.0.stage(wish.from).is_none()
        && let Some(barrier) = barred(schema, wish.to.0, wish.teams)
    {
        return Decision::Forbidden(barrier);
    }
    let edge = edge(wish);
    if let Some(edge) = edge {
        if edge.closed {
            return Decision::Forbidden(Barrier { why: Why::Closed, roles: exceptional(schema) });
        }
        if !edge.roles.is_empty() && !edge.roles.contains(&wish.role.id) {
            return Decision::Forbidden(Barrier { why: Why::Role, roles: edge.roles.clone() });
        }
    }
    let required = edge.map_or(&[][..], |edge| &edge.required);
    let required = wish.to.1.required.iter().chain(required);
    let fields = missing(wish.entity, wish.role, wish.values, required);
    let note = edge.is_some_and(|edge| edge.note) && wish.note.trim().is_empty();
    let checks: Vec<Check> = checks(wish).iter().filter(|check| !ticked(wish, check)).cloned().collect();
    if fields.is_empty() && !note && checks.is_empty() {
        Decision::Allowed
    } else {
        Decision::Missing(Missing { fields, note, checks })
    }
}

/// What has to be ticked on the way.
#[must_use]
pub fn checks<'a>(wish: &Move<'a>) -> &'a [Check] {
    edge(wish).map_or(&[][..], |edge| &edge.checks)
}

/// Whether the mover says that this is done.
#[must_use]
pub fn ticked(wish: &Move<'_>, check: &Check) -> bool {
    wish.checked.contains(&check.id)
}

/// The standard actions that a move from one stage into another asks a day for. Nothing is asked where nothing moves.
pub fn asks_days<'a>(from: &str, to: &'a Stage) -> impl Iterator<Item = &'a Step> {
    let moves = from != to.id;
    to.steps.iter().filter(move |step| moves && step.due_in.is_none())
}

/// When a standard action is due that begins today: after its worked days or, where it has none, on the day that was
/// named. Without a day it becomes no task.
#[must_use]
pub fn due(step: &Step, work: &WorkDays, today: Date, named: Option<Date>) -> Option<Date> {
    step.due_in.map_or(named, |days| Some(work.after(today, days)))
}

/// Why somebody of these teams brings nothing into a pipeline, if so.
#[must_use]
pub fn barred(schema: &Schema, pipeline: &Pipeline, teams: Option<&BTreeSet<Id>>) -> Option<Barrier> {
    (!admits(pipeline, teams)).then(|| Barrier { why: Why::Team, roles: exceptional(schema) })
}

/// Whether somebody of these teams (their own and those it is part of) brings something into a pipeline.
#[must_use]
pub fn admits(pipeline: &Pipeline, teams: Option<&BTreeSet<Id>>) -> bool {
    let member = |teams: &BTreeSet<Id>| pipeline.teams.iter().any(|team| teams.contains(team));
    pipeline.teams.is_empty() || teams.is_none_or(member)
}

/// Where a pipeline stands among all that are offered to somebody of these teams for something about this product: the
/// lowest first. First those that are meant for both, last those that do not admit them.
#[must_use]
pub fn place(pipeline: &Pipeline, teams: Option<&BTreeSet<Id>>, product: Option<Id>) -> (bool, Reverse<u8>) {
    let of_team = u8::from(!pipeline.teams.is_empty());
    let of_product = match product {
        Some(product) if pipeline.products.contains(&product) => 2,
        Some(_) if !pipeline.products.is_empty() => 0,
        _ => 1,
    };
    (!admits(pipeline, teams), Reverse(of_team + of_product))
}

/// The pipelines of a kind of record in that order.
#[must_use]
pub fn offered<'a>(
    schema: &'a Schema,
    entity: &str,
    teams: Option<&BTreeSet<Id>>,
    product: Option<Id>,
) -> Vec<&'a Pipeline> {
    let mut found: Vec<&Pipeline> =
        schema.pipelines.iter().filter(|pipeline| pipeline.entity == entity).collect();
    found.sort_by_key(|pipeline| place(pipeline, teams, product));
    found
}

/// Where something new begins when nobody says otherwise.
#[must_use]
pub fn beginning<'a>(
    schema: &'a Schema,
    entity: &str,
    teams: Option<&BTreeSet<Id>>,
    product: Option<Id>,
) -> Option<&'a Stage> {
    offered(schema, entity, teams, product).into_iter().find_map(|pipeline| pipeline.stages.first())
}

/// Whether so many open records of one person are more than a stage should have of them.
#[must_use]
pub fn is_over(stage: &Stage, count: u64) -> bool {
    stage.status == StageStatus::Open && stage.limit.is_some_and(|limit| count > u64::from(limit))
}

/// What a record in its stage does not hold although whoever comes in now has to.
#[must_use]
pub fn lacks(stage: &Stage, entity: &Entity, role: &Role, values: &Values) -> Vec<String> {
    missing(entity, role, values, stage.required.iter())
}

/// The field that explains a choice which may say nothing by itself.
#[must_use]
pub fn explanation_of(entity: &Entity, field: &str) -> Option<&'static str> {
    let (explained, _, by) = EXPLAINED;
    let is_choice = || entity.field(field).is_some_and(|field| matches!(field.kind, FieldKind::Choice(_)));
    (field == explained && is_choice()).then_some(by)
}

/// Whether a field with this value has to be explained, and by which field.
#[must_use]
pub fn explanation(entity: &Entity, field: &str, value: Option<&str>) -> Option<&'static str> {
    explanation_of(entity, field).filter(|_| value == Some(EXPLAINED.1))
}

/// The stage of another pipeline that is most like the one something stands in: of the same outcome, as far along.
#[must_use]
pub fn counterpart<'a>(schema: &Schema, from: &str, pipeline: &'a Pipeline) -> Option<&'a Stage> {
    let Some((own, stage)) = schema.stage_of(&pipeline.entity, from) else { return pipeline.stages.first() };
    let alike = |of: &'_ Pipeline| of.stages.iter().filter(|other| other.status == stage.status).count();
    let before = own.stages.iter().take_while(|other| other.id != stage.id);
    let at = before.filter(|other| other.status == stage.status).count();
    let (here, there) = (alike(own), alike(pipeline));
    // The first goes to the first and the last to the last; what lies between is rounded down.
    let place = if here > 1 { at * there.saturating_sub(1) / (here - 1) } else { 0 };
    pipeline.stages.iter().filter(|other| other.status == stage.status).nth(place).or(pipeline.stages.first())
}

fn edge<'a>(wish: &Move<'a>) -> Option<&'a Edge> {
    let (pipeline, stage) = wish.to;
    let from = pipeline.stage(wish.from).map(|from| from.id.as_str());
    pipeline.edge(from, &stage.id)
}

/// The roles that may make an exception.
fn exceptional(schema: &Schema) -> Vec<String> {
    let roles = schema.roles.iter().filter(|role| role.may(Permission::OverrideProcess));
    roles.map(|role| role.id.clone()).collect()
}

fn missing<'a>(
    entity: &Entity,
    role: &Role,
    values: &Values,
    required: impl Iterator<Item = &'a String>,
) -> Vec<String> {
    let is_empty = |field: &str| values.get(field).is_none_or(Value::is_null);
    // Nobody fills in what they do not see, what is no longer offered or what the system keeps.
    let open = |id: &str| {
        entity.field(id).is_some_and(|field| !field.retired && !field.system) && !role.hides(&entity.id, id)
    };
    let mut fields: Vec<String> = Vec::new();
    for id in required.map(String::as_str) {
        let text = values.get(id).and_then(Value::text);
        for id in std::iter::once(id).chain(explanation(entity, id, text)) {
            if open(id) && is_empty(id) && !fields.iter().any(|known| known == id) {
                fields.push(id.to_owned());
            }
        }
    }
    fields
}

impl Missing {
    /// What is missing, each at its field.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let fields = self.fields.iter().map(|field| Problem::on(field, "problem.process.required"));
        let note = self.note.then(|| Problem::on(NOTE, "problem.process.note"));
        let checks = (!self.checks.is_empty()).then(|| Problem::on(CHECKED, "problem.process.checks"));
        fields.chain(note).chain(checks).collect()
    }
}

impl Barrier {
    /// Why, with the roles that may as `roles`: their ids, one after the other with commas.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (field, key) = match (self.why, self.roles.is_empty()) {
            (Why::Closed, false) => ("stage", "problem.process.closed"),
            (Why::Closed, true) => ("stage", "problem.process.closed_to_all"),
            (Why::Team, false) => ("stage", "problem.process.team"),
            (Why::Team, true) => ("stage", "problem.process.team_only"),
            (Why::Role, _) => ("stage", "problem.process.role"),
            (Why::Exception, false) => (EXCEPTION, "problem.process.exception"),
            (Why::Exception, true) => (EXCEPTION, "problem.process.no_exceptions"),
        };
        let problem = Problem::on(field, key);
        if self.roles.is_empty() { problem } else { problem.with("roles", self.roles.join(",")) }
    }
}

#[cfg(test)]
mod tests;
