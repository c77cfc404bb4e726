//! The process: whether a record may move from one stage to another, and what is missing for it.
//!
//! It binds moves alone. Where a record begins, what an import enters and what an undo brings back is not asked about,
//! and a rule that becomes stricter blocks nothing but the next move: [`lacks`] only tells which records stand behind it.

use crate::access::{Permission, Role};
use crate::fields::FieldKind;
use crate::message::Problem;
use crate::record::Values;
use crate::schema::{Edge, Entity, Pipeline, Schema, Stage};
use crate::value::Value;

/// Why the last move was made, as the mover said.
pub const NOTE: &str = "stage_note";
/// Why the last move was made past the process.
pub const EXCEPTION: &str = "stage_exception";
/// What the mover said about the last move: kept by the system, told in the history all the same.
pub const SAID: [&str; 2] = [NOTE, EXCEPTION];
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
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    Missing(Missing),
    Forbidden(Barrier),
}

/// What a move still needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// In the order in which they are asked for.
    pub fields: Vec<String>,
    pub note: bool,
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
    if fields.is_empty() && !note { Decision::Allowed } else { Decision::Missing(Missing { fields, note }) }
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
        fields.chain(note).collect()
    }
}

impl Barrier {
    /// Why, with the roles that may as `roles`: their ids, one after the other with commas.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (field, key) = match (self.why, self.roles.is_empty()) {
            (Why::Closed, false) => ("stage", "problem.process.closed"),
            (Why::Closed, true) => ("stage", "problem.process.closed_to_all"),
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
