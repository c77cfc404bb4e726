//! Rows of a file. Each row stands or falls by itself: a bad row is reported and the others go in.
//!
//! A row is of one kind of record, and may describe records that it points at besides: the account and the contact of a
//! deal. Those are found again or made, and what they lack is filled ([`parts`]).

mod history;
mod parts;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use history::takes_cells;
use parts::{Cells, Fill, Part};

use super::draft::Draft;
use super::needs::{INHERITED, TOUCH, inherits};
use super::plan::{defaults, insert};
use super::{ImportRow, MAX_IMPORT_ROWS, RowOutcome, RowReport};
use crate::access::{Act, Level, Permission};
use crate::fields::{FieldKind, TextFormats};
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{RecordKey, Values};
use crate::schema::{Entity, Field, Schema};
use crate::text::{match_key, tidy};
use crate::value::Value;

/// Kinds that rows of another kind name but do not describe: people come in by invitation, and teams give rights.
const ONLY_NAMED: [&str; 2] = ["user", "team"];
/// What a touch is when its file does not say.
const SOME_TOUCH: &str = "other";

/// The field that a cell of a row fills, and whose it is: a field of the row's own kind (`amount`), or of what one of its
/// relations points at (`account.industry`).
#[must_use]
pub fn field_at<'s>(schema: &'s Schema, entity: &'s Entity, path: &str) -> Option<(&'s Entity, &'s Field)> {
    match path.split_once('.') {
        None => entity.field(path).map(|field| (entity, field)),
        Some((relation, field)) => {
            let target = described(schema, entity, relation)?;
            target.field(field).map(|field| (target, field))
        }
    }
}

/// The kind of record that rows may describe by this relation.
#[must_use]
pub fn described<'s>(schema: &'s Schema, entity: &Entity, relation: &str) -> Option<&'s Entity> {
    let field = entity.field(relation).filter(|field| !field.system && !field.retired)?;
    let target = field.kind.relation_target()?;
    let named_only = ONLY_NAMED.contains(&target) || target == entity.id;
    schema.entity(target).filter(|target| !named_only && has_name(target))
}

/// Whether records of a kind are known by a name that somebody gave them.
#[must_use]
pub fn has_name(entity: &Entity) -> bool {
    entity.field(&entity.title).is_some_and(|title| matches!(title.kind, FieldKind::Text(_)))
}

/// What one command brings in.
pub(super) struct Wish<'w> {
    pub import: Id,
    pub entity: &'w str,
    pub formats: &'w TextFormats,
    pub create_missing: bool,
    pub also: &'w [String],
    pub by_name: bool,
    pub rows: &'w [ImportRow],
}

pub(super) fn rows(draft: &mut Draft<'_>, wish: &Wish<'_>) {
    if !draft.role.may(Permission::Import) || draft.role.level(wish.entity, Act::Create) == Level::None {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    let Some(entity) = draft.entity(wish.entity) else { return };
    let count = wish.rows.len();
    if count == 0 || count > MAX_IMPORT_ROWS {
        draft
            .invalid(Problem::on("rows", "problem.out_of_range").with("min", 1).with("max", MAX_IMPORT_ROWS));
        return;
    }
    let Some(parts) = parts::of(draft, entity, wish) else { return };
    draft.plan.import = Some((wish.import, entity.id.clone()));
    let external = parts::known_by_external(draft.world);
    let mut run = Run { wish, parts, known: Known { external, ..Known::default() }, new: Known::default() };
    for row in wish.rows {
        let report = run.row(draft, entity, row);
        draft.plan.rows.push(report);
    }
}

/// Records by what they are found again.
#[derive(Default)]
struct Known {
    /// By entity and match key of the name.
    names: BTreeMap<(String, String), Vec<Id>>,
    /// By entity and external id.
    external: BTreeMap<(String, String), Id>,
}

impl Known {
    fn take(&mut self, new: Self) {
        for (key, ids) in new.names {
            self.names.entry(key).or_default().extend(ids);
        }
        self.external.extend(new.external);
    }

    fn note(&mut self, entity: &Entity, name: Option<&str>, external: Option<&str>, id: Id) {
        if let Some(name) = name {
            self.names.entry((entity.id.clone(), match_key(name))).or_default().push(id);
        }
        if let Some(external) = external {
            self.external.insert((entity.id.clone(), external.to_owned()), id);
        }
    }
}

struct Run<'r, 's> {
    wish: &'r Wish<'r>,
    /// What rows describe besides their own kind, in the order in which one may point at the other.
    parts: Vec<Part<'s>>,
    /// What this command made: its rows, and what they named. By external id also what was there before.
    known: Known,
    /// The same, of the row being read: it counts once the row is in.
    new: Known,
}

impl<'s> Run<'_, 's> {
    fn row(&mut self, draft: &mut Draft<'s>, entity: &'s Entity, row: &ImportRow) -> RowReport {
        let report = |outcome, problems, remarks| RowReport { line: row.line, outcome, problems, remarks };
        // Problems of this row must not refuse the command: they are collected apart and taken out again.
        let outer = (std::mem::take(&mut draft.problems), std::mem::take(&mut draft.forbidden));
        let mark = draft.mark();
        let mut fill = Fill::default();
        let skipped = self.read_row(draft, entity, row, &mut fill);
        if draft.problems.is_empty() && draft.forbidden.is_empty() {
            fill.check(draft);
        }
        let mut problems = std::mem::replace(&mut draft.problems, outer.0);
        problems.extend(std::mem::replace(&mut draft.forbidden, outer.1));
        let new = std::mem::take(&mut self.new);
        if let Some(problem) = skipped {
            return report(RowOutcome::Skipped, vec![problem], Vec::new());
        }
        if !problems.is_empty() {
            // What only this row named is not made for it either.
            draft.roll_back(mark);
            return report(RowOutcome::Refused, problems, Vec::new());
        }
        self.known.take(new);
        let made = draft.plan.changes[mark..].iter().any(|change| change.kind == super::ChangeKind::Created);
        let (filled, remarks) = fill.apply(draft, &mut self.known);
        let outcome = match (made, filled) {
            (true, _) => RowOutcome::Created,
            (false, true) => RowOutcome::Filled,
            (false, false) => RowOutcome::Skipped,
        };
        report(outcome, problems, remarks)
    }

    /// Plans what a row says. `Some` is why there is nothing to be done for it.
    fn read_row(
        &mut self,
        draft: &mut Draft<'s>,
        entity: &'s Entity,
        row: &ImportRow,
        fill: &mut Fill<'s>,
    ) -> Option<Problem> {
        let mut cells = Cells::of(draft, &self.parts, &row.cells);
        let external = cells.own.get("external_id").copied();
        let finds = self.wish.by_name || !self.parts.is_empty();
        if let Some(external) = external.filter(|_| !finds || entity.id == "user") {
            let key = (entity.id.clone(), external.to_owned());
            if draft.world.taken.contains(&key) || self.known.external.contains_key(&key) {
                return Some(Problem::on("external_id", "problem.taken"));
            }
        }
        let describes_itself = cells.describes_itself(&self.parts);
        let owner = cells.own.get("owner").copied();
        if !describes_itself {
            cells.hand_owner_on(&self.parts);
        }
        let mut about = Values::new();
        for at in 0..self.parts.len() {
            let relation = self.parts[at].relation;
            let own = cells.of_part(relation);
            if own.is_empty() {
                continue;
            }
            if let Some(id) = self.part(draft, at, &own, &about, owner, fill) {
                about.insert(relation.to_owned(), Value::Reference(id));
            }
        }
        if describes_itself {
            for part in &self.parts {
                cells.own.remove(part.relation);
            }
            self.main(draft, entity, row, &cells.own, about, fill);
        }
        None
    }

    /// The record that the row itself is.
    fn main(
        &mut self,
        draft: &mut Draft<'s>,
        entity: &'s Entity,
        row: &ImportRow,
        cells: &BTreeMap<&str, &str>,
        about: Values,
        fill: &mut Fill<'s>,
    ) {
        let (name, external) = (cells.get(entity.title.as_str()).copied(), cells.get("external_id").copied());
        if entity.id != "user" && (self.wish.by_name || !self.parts.is_empty()) {
            let own = RecordKey::new(&entity.id, row.record);
            // An earlier row of this file is the same record: it has been given the same id.
            let earlier = draft.find(&own).filter(|found| found.record.deleted.is_none()).map(|_| own);
            let holder = parts::holder(entity, &about);
            let named = name.filter(|_| self.wish.by_name && has_name(entity));
            let found = match earlier {
                Some(own) => Ok(Some(own)),
                None => self.identify(draft, entity, named, external, holder),
            };
            match found {
                Ok(Some(key)) => {
                    let made_here = key.id == row.record;
                    self.found(draft, entity, "", key, made_here, cells, about, fill);
                    return;
                }
                Ok(None) => {}
                Err(problem) => {
                    draft.invalid(problem);
                    return;
                }
            }
        }
        let mut values = self.read(draft, entity, "", cells, about);
        if entity.id == TOUCH {
            values.entry("kind".to_owned()).or_insert_with(|| Value::Text(SOME_TOUCH.to_owned()));
            if !cells.contains_key("happened_at") {
                // History without its moment would be of today.
                draft.invalid(Problem::on("happened_at", "problem.required"));
            }
            inherit(draft, &mut values);
        }
        if draft.problems.is_empty() {
            self.insert(draft, entity, row.record, values);
        } else {
            defaults(draft, entity, row.record, &mut values);
            draft.check_required(entity, &values, true);
        }
        // A later row may name this one: a daughter its mother company, an agent their manager.
        let key = name.map(|name| (entity.id.clone(), match_key(name)));
        let first = key
            .as_ref()
            .is_some_and(|key| !draft.world.names.contains_key(key) && !self.known.names.contains_key(key));
        self.new.note(entity, name.filter(|_| first || self.wish.by_name), external, row.record);
    }

    fn insert(&mut self, draft: &mut Draft<'_>, entity: &Entity, id: Id, mut values: Values) {
        if history::settle(draft, entity, &mut values) {
            insert(draft, entity, id, values);
        }
    }

    /// Reads cells for a new record. `prefix` is the relation by which the row describes it, for problems; `values` is
    /// what is known already.
    fn read(
        &mut self,
        draft: &mut Draft<'_>,
        entity: &Entity,
        prefix: &str,
        cells: &BTreeMap<&str, &str>,
        mut values: Values,
    ) -> Values {
        for (id, text) in cells {
            let holder = values.clone();
            if let Some(value) = self.cell(draft, entity, prefix, id, text, &holder) {
                values.insert((*id).to_owned(), value);
            }
        }
        if entity.id == "user" {
            // People named in a file are names to own records, until somebody invites them.
            values.entry("role".to_owned()).or_insert_with(|| Value::Text(crate::access::REP.to_owned()));
            values.entry("status".to_owned()).or_insert_with(|| Value::Text("inactive".to_owned()));
        }
        values
    }

    /// What a cell says; a problem is noted.
    fn cell(
        &mut self,
        draft: &mut Draft<'_>,
        entity: &Entity,
        prefix: &str,
        id: &str,
        text: &str,
        beside: &Values,
    ) -> Option<Value> {
        let before = draft.problems.len();
        let Some(field) = history::writable(draft, entity, id) else {
            parts::place(&mut draft.problems[before..], entity, prefix);
            return None;
        };
        let read = match field.kind.relation_target() {
            Some(target) => self.reference(draft, target, text, beside),
            None => field.kind.behaviour().read_text(text, self.wish.formats, &draft.reading()),
        };
        match read {
            Ok(value) => Some(value),
            Err(problem) => {
                let at = parts::path(entity, prefix, id);
                draft.invalid(told(draft.world.schema, problem, &at, field, text));
                None
            }
        }
    }

    /// The record a name stands for; made on the way when there is none and that is wished.
    fn reference(
        &mut self,
        draft: &mut Draft<'_>,
        target: &str,
        text: &str,
        beside: &Values,
    ) -> Result<Value, Problem> {
        let missing = || Problem::new("problem.name_not_found");
        let definition = draft.world.schema.entity(target).ok_or_else(missing)?;
        let holder = parts::holder(definition, beside);
        match self.identify(draft, definition, Some(text), None, holder)? {
            Some(key) => Ok(Value::Reference(key.id)),
            None if !self.wish.create_missing => Err(missing()),
            None => {
                let id = self.create_named(draft, definition, text)?;
                self.new.note(definition, Some(text), None, id);
                Ok(Value::Reference(id))
            }
        }
    }

    fn create_named(&self, draft: &mut Draft<'_>, definition: &Entity, text: &str) -> Result<Id, Problem> {
        let missing = || Problem::new("problem.name_not_found");
        let title = definition.field(&definition.title).ok_or_else(missing)?;
        let name = title.kind.behaviour().read_text(text, self.wish.formats, &draft.reading())?;
        let mut values = Values::from([(definition.title.clone(), name)]);
        if definition.id == "user" {
            values.insert("role".to_owned(), Value::Text(crate::access::REP.to_owned()));
            values.insert("status".to_owned(), Value::Text("inactive".to_owned()));
        }
        let id = self.wish.import.named(&format!("{}/{}", definition.id, match_key(text)));
        let before = (draft.problems.len(), draft.forbidden.len());
        if draft.find(&RecordKey::new(&definition.id, id)).is_none() {
            insert(draft, definition, id, values);
        }
        if (draft.problems.len(), draft.forbidden.len()) == before { Ok(id) } else { Err(missing()) }
    }
}

/// A problem of a cell. The report is kept with the receipt, where nothing personal may stand: the file has it anyway.
fn told(schema: &Schema, problem: Problem, path: &str, field: &Field, text: &str) -> Problem {
    let problem = problem.at(path);
    let target = field.kind.relation_target().and_then(|target| schema.entity(target));
    // The names of colleagues are everybody's to know.
    let named = target.filter(|target| target.id != "user").and_then(|target| target.field(&target.title));
    let personal = field.personal || named.is_some_and(|name| name.personal);
    if personal { problem } else { problem.with("text", text.chars().take(60).collect::<String>()) }
}

/// A touch about a deal is part of the history of its account too, as when somebody logs it by hand.
fn inherit(draft: &Draft<'_>, touch: &mut Values) {
    let schema = draft.world.schema;
    let Some(parents) = schema.entity(TOUCH).map(|touch| &touch.parents) else { return };
    for parent in parents {
        let Some(id) = touch.get(parent).and_then(Value::reference) else { continue };
        let Some(subject) = draft.find(&RecordKey::new(parent, id)) else { continue };
        for relation in INHERITED.into_iter().filter(|relation| inherits(schema, parent, relation)) {
            let Some(inherited) = subject.record.get(relation).reference() else { continue };
            let seen = draft.find(&RecordKey::new(relation, inherited));
            if touch.get(relation).is_none_or(Value::is_null)
                && seen.is_some_and(|seen| seen.record.deleted.is_none())
            {
                touch.insert(relation.to_owned(), Value::Reference(inherited));
            }
        }
    }
}

/// Texts that say something.
fn filled(cells: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    cells.iter().filter_map(|(path, text)| Some((path.as_str(), tidy(text)?)))
}
