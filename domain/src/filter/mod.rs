//! Filters as people build and read them: rules joined by all or any, one level of groups, each rule a field, an
//! [`Operator`] in plain words and its values. Built, a filter is a condition of the one language ([`crate::expr`]),
//! and a condition of such a shape is read back as what somebody built. Conditions of other shapes are kept as they
//! are ([`Part::Other`]): they work, they only cannot be taken apart on the screen.

mod operator;
mod pattern;
mod quick;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};

pub use operator::{Operator, Takes};
pub use quick::{Quick, quick};

use crate::expr::{self, Expr};
use crate::fields::{self, FieldKind, Reading};
use crate::message::Problem;
use crate::schema::{Entity, Field, Schema};

/// Whether all parts must hold or any one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    #[default]
    All,
    Any,
}

impl Join {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "and",
            Self::Any => "or",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub join: Join,
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Rule(Rule),
    /// Its parts are rules, or conditions of another shape.
    Group(Filter),
    Other(Json),
}

/// One question about one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub field: String,
    pub operator: Operator,
    /// As the operator takes them: none, one, two, or the choices of a list.
    pub values: Vec<Json>,
}

impl Filter {
    #[must_use]
    pub fn of(parts: Vec<Part>) -> Self {
        Self { join: Join::All, parts }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Reads a condition that somebody may have written by hand.
    ///
    /// # Errors
    /// Everything that is wrong with it, as the server would say.
    pub fn read(text: &str, entity: &Entity, schema: &Schema) -> Result<Self, Vec<Problem>> {
        let json: Json =
            serde_json::from_str(text).map_err(|_| vec![Problem::on("filter", "problem.not_json")])?;
        let expr = Expr::parse(&json).map_err(|problem| vec![problem.at("filter")])?;
        expr::check(&expr, entity, schema)?;
        Ok(Self::of_condition(&json, entity))
    }

    /// Takes a sound condition apart.
    #[must_use]
    pub fn of_condition(json: &Json, entity: &Entity) -> Self {
        match Part::of_condition(json, entity, true) {
            Part::Group(filter) => filter,
            part => Self::of(vec![part]),
        }
    }

    /// The condition; of no parts, one that always holds.
    #[must_use]
    pub fn to_json(&self, entity: &Entity) -> Json {
        // What always holds says nothing among things that all have to hold.
        let says = |json: &Json| self.join == Join::Any || *json != json!(["and"]);
        let mut parts: Vec<Json> =
            self.parts.iter().filter_map(|part| part.to_json(entity)).filter(says).collect();
        match (parts.len(), self.join) {
            (1, _) => parts.swap_remove(0),
            // Any of nothing would hold for nobody: an empty filter shows everything, however it is joined.
            (0, _) => json!(["and"]),
            (_, join) => Json::Array(std::iter::once(Json::from(join.name())).chain(parts).collect()),
        }
    }
}

impl Part {
    fn of_condition(json: &Json, entity: &Entity, may_group: bool) -> Self {
        if let Some(rule) = Rule::of_condition(json, entity) {
            return Self::Rule(rule);
        }
        let join = match json.get(0).and_then(Json::as_str) {
            Some("and") => Join::All,
            Some("or") => Join::Any,
            _ => return Self::Other(json.clone()),
        };
        let parts = json.as_array().map(|parts| &parts[1..]).unwrap_or_default();
        // An empty `or` never holds, which no filter of rules can say.
        if (parts.is_empty() && join == Join::Any) || !may_group && parts.iter().any(is_group(entity)) {
            return Self::Other(json.clone());
        }
        let parts = parts.iter().map(|part| Self::inside(part, entity, may_group)).collect();
        Self::Group(Filter { join, parts })
    }

    /// A part of the whole may be a group; a part of a group is a rule.
    fn inside(json: &Json, entity: &Entity, outermost: bool) -> Self {
        // A group of nothing always holds: it is kept as it is, since one without rules yet says nothing when built.
        let is_bare = json.as_array().is_some_and(|parts| parts.len() == 1);
        if outermost && !is_bare && is_group(entity)(json) {
            return Self::of_condition(json, entity, false);
        }
        Rule::of_condition(json, entity).map_or_else(|| Self::Other(json.clone()), Self::Rule)
    }

    fn to_json(&self, entity: &Entity) -> Option<Json> {
        match self {
            Self::Rule(rule) => rule.to_json(entity),
            Self::Group(group) if group.is_empty() => None,
            Self::Group(group) => Some(group.to_json(entity)),
            Self::Other(json) => Some(json.clone()),
        }
    }
}

fn is_group(entity: &Entity) -> impl Fn(&Json) -> bool {
    move |json| {
        let joined = matches!(json.get(0).and_then(Json::as_str), Some("and" | "or"));
        joined && Rule::of_condition(json, entity).is_none()
    }
}

impl Rule {
    #[must_use]
    pub fn new(field: &str, operator: Operator, values: Vec<Json>) -> Self {
        Self { field: field.to_owned(), operator, values }
    }

    /// The rule behind a condition of one of the shapes that [`Rule::to_json`] writes.
    #[must_use]
    pub fn of_condition(json: &Json, entity: &Entity) -> Option<Self> {
        let field = entity.field(pattern::field_of(json)?)?;
        let behaviour = field.kind.behaviour();
        behaviour.operators().iter().find_map(|operator| {
            let values = pattern::read(&operator.pattern(behaviour.shape()), json)?;
            Some(Self { field: field.id.clone(), operator: *operator, values })
        })
    }

    /// The condition; nothing for a field that is gone.
    #[must_use]
    pub fn to_json(&self, entity: &Entity) -> Option<Json> {
        let shape = entity.field(&self.field)?.kind.behaviour().shape();
        Some(pattern::write(&self.operator.pattern(shape), &self.field, &self.values))
    }

    /// The rule with its values as the language wants them, or what is wrong with each value, by its place.
    ///
    /// # Errors
    /// A problem for each value that is missing or is no such value.
    pub fn checked(&self, field: &Field, reading: &Reading<'_>) -> Result<Self, Vec<(usize, Problem)>> {
        let Some(control) = self.operator.control(&field.kind, reading.schema) else {
            return Ok(Self { values: Vec::new(), ..self.clone() });
        };
        let wanted = self.operator.takes().count().unwrap_or(self.values.len().max(1));
        let mut values = Vec::new();
        let mut problems = Vec::new();
        for at in 0..wanted {
            let json = self.values.get(at).unwrap_or(&Json::Null);
            match self.value(field, &control, json, reading) {
                Ok(Json::Null) => problems.push((at, Problem::new("problem.required"))),
                Ok(value) => values.push(value),
                Err(problem) => problems.push((at, problem)),
            }
        }
        if problems.is_empty() { Ok(Self { values, ..self.clone() }) } else { Err(problems) }
    }

    fn value(
        &self,
        field: &Field,
        control: &FieldKind,
        json: &Json,
        reading: &Reading<'_>,
    ) -> Result<Json, Problem> {
        if let (Operator::Contains | Operator::NotContains | Operator::StartsWith, Some(text)) =
            (self.operator, json.as_str())
        {
            // A part of a value need not be one: half a telephone number, the end of an address.
            let part = field.kind.behaviour().part(text);
            return Ok(if part.is_empty() { Json::Null } else { Json::from(part) });
        }
        Ok(fields::read(control, json, reading)?.to_json())
    }
}
