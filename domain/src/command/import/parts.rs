//! What rows describe besides their own kind of record, by which it is found again, and what finding means: what is empty
//! is filled, what says something else stays and is told.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, Known, Run, Wish, described, filled, told};
use crate::access::{Act, Level};
use crate::command::plan::{check_cycle, check_external};
use crate::command::{ChangeKind, World};
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{Record, RecordKey, Values};
use crate::schema::{Entity, Field, Schema};
use crate::signals::SINCE;
use crate::text::match_key;
use crate::value::Value;

/// A relation of the row's kind whose record the rows describe.
pub(super) struct Part<'s> {
    pub relation: &'s str,
    pub entity: &'s Entity,
}

/// The parts of an import, a holder before what it holds; `None`, with the reasons noted, when it cannot be: they are for
/// somebody who may create such records, and said before any row is read.
pub(super) fn of<'s>(draft: &mut Draft<'s>, entity: &'s Entity, wish: &Wish<'_>) -> Option<Vec<Part<'s>>> {
    let schema = draft.world.schema;
    let mut parts: Vec<Part<'s>> = Vec::new();
    let before = (draft.problems.len(), draft.forbidden.len());
    for relation in wish.also.iter().collect::<BTreeSet<_>>() {
        let field = entity.field(relation).filter(|field| !draft.role.hides(&entity.id, &field.id));
        let Some((field, target)) = field.zip(described(schema, entity, relation)) else {
            draft.invalid(Problem::on(relation, "problem.unknown_field"));
            continue;
        };
        if wish.create_missing && draft.role.level(&target.id, Act::Create) == Level::None {
            draft.forbid(Problem::on(relation, "problem.may_not_create").with("entity", &target.id));
        }
        parts.push(Part { relation: &field.id, entity: target });
    }
    if (draft.problems.len(), draft.forbidden.len()) != before {
        return None;
    }
    let held = |part: &Part<'_>, by: &Part<'_>| {
        holder_field(part.entity).is_some_and(|(_, kind)| kind == by.entity.id && kind != part.entity.id)
    };
    let depth = |part: &Part<'_>| parts.iter().filter(|other| held(part, other)).count();
    let mut order: Vec<(usize, usize)> = parts.iter().map(depth).zip(0..).collect();
    order.sort_unstable();
    let mut parts: Vec<Option<Part<'s>>> = parts.into_iter().map(Some).collect();
    Some(order.into_iter().filter_map(|(_, at)| parts[at].take()).collect())
}

/// The relation that tells records of one name apart, and what it points at: people by their account, deals too.
fn holder_field(entity: &Entity) -> Option<(&str, &str)> {
    let parent = entity.parents.first().map_or("account", String::as_str);
    let field = entity.field(parent).filter(|_| entity.parents.len() < 2)?;
    field.kind.relation_target().map(|kind| (field.id.as_str(), kind))
}

/// What a record with these values hangs on, or with what stands beside it in its row.
pub(super) fn holder<'e>(entity: &'e Entity, beside: &Values) -> Option<(&'e str, Id)> {
    let (field, _) = holder_field(entity)?;
    beside.get(field).and_then(Value::reference).map(|id| (field, id))
}

/// Loaded records by their external ids.
pub(super) fn known_by_external(world: &World<'_>) -> BTreeMap<(String, String), Id> {
    let alive = world.records.iter().filter(|(_, loaded)| loaded.record.deleted.is_none());
    let known = alive.filter_map(|(key, loaded)| {
        let external = loaded.record.get("external_id").text()?;
        Some(((key.entity.clone(), external.to_owned()), key.id))
    });
    known.collect()
}

/// Where a field of a described record stands in the row: by its relation, and its name by the relation alone.
pub(super) fn path(entity: &Entity, prefix: &str, field: &str) -> String {
    match prefix {
        "" => field.to_owned(),
        prefix if field == entity.title => prefix.to_owned(),
        prefix => format!("{prefix}.{field}"),
    }
}

/// Moves problems of a described record to where it stands in the row.
pub(super) fn place(problems: &mut [Problem], entity: &Entity, prefix: &str) {
    for problem in problems {
        problem.field = match &problem.field {
            Some(field) => Some(path(entity, prefix, field)),
            None => Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()),
        };
    }
}

/// The texts of a row by whose they are.
pub(super) struct Cells<'c> {
    pub own: BTreeMap<&'c str, &'c str>,
    /// By relation; the name of what is described is among its cells.
    parts: BTreeMap<&'c str, BTreeMap<&'c str, &'c str>>,
}

impl<'c> Cells<'c> {
    /// Cells that are nobody's are problems.
    pub fn of<'s: 'c>(
        draft: &mut Draft<'s>,
        parts: &[Part<'s>],
        cells: &'c BTreeMap<String, String>,
    ) -> Self {
        let mut found = Self { own: BTreeMap::new(), parts: BTreeMap::new() };
        for (path, text) in filled(cells) {
            let (relation, field) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
            let part = parts.iter().find(|part| part.relation == relation);
            match (part, field) {
                (Some(part), field) => {
                    let field = field.unwrap_or(&part.entity.title);
                    found.parts.entry(part.relation).or_default().entry(field).or_insert(text);
                    if path == relation {
                        found.own.insert(path, text);
                    }
                }
                (None, None) => {
                    found.own.insert(path, text);
                }
                (None, Some(_)) => draft.invalid(Problem::on(path, "problem.unknown_field")),
            }
        }
        found
    }

    /// Whether the row is a record of its own kind, or only tells of others. Who answers for it says nothing by itself.
    pub fn describes_itself(&self, parts: &[Part<'_>]) -> bool {
        let of_others = |field: &str| field == "owner" || parts.iter().any(|part| part.relation == field);
        parts.is_empty() || self.own.keys().any(|field| !of_others(field))
    }

    /// In a row that only tells of others, whoever answers for it answers for them.
    pub fn hand_owner_on(&mut self, parts: &[Part<'_>]) {
        let Some(owner) = self.own.remove("owner") else { return };
        for part in parts.iter().filter(|part| part.entity.field("owner").is_some()) {
            if let Some(cells) = self.parts.get_mut(part.relation) {
                cells.entry("owner").or_insert(owner);
            }
        }
    }

    pub fn of_part(&self, relation: &str) -> BTreeMap<&'c str, &'c str> {
        self.parts.get(relation).cloned().unwrap_or_default()
    }
}

impl<'s> Run<'_, 's> {
    /// Finds or makes what a row describes by one of its relations. `about` is what the row described before it, `owner`
    /// who answers for the row, and so for what is new in it.
    pub(super) fn part(
        &mut self,
        draft: &mut Draft<'s>,
        at: usize,
        cells: &BTreeMap<&str, &str>,
        about: &Values,
        owner: Option<&str>,
        fill: &mut Fill<'s>,
    ) -> Option<Id> {
        let Part { relation, entity } = self.parts[at];
        let (name, external) = (cells.get(entity.title.as_str()).copied(), cells.get("external_id").copied());
        if name.is_none() && external.is_none() {
            draft.invalid(Problem::on(relation, "problem.required"));
            return None;
        }
        let seen = |(field, _): &(&str, Id)| !draft.role.hides(&entity.id, field);
        let holder = holder(entity, about).filter(seen);
        let known = match self.identify(draft, entity, name, external, holder) {
            Ok(known) => known,
            Err(mut problem) => {
                place(std::slice::from_mut(&mut problem), entity, relation);
                draft.invalid(problem);
                return None;
            }
        };
        let beside: Values =
            holder.iter().map(|(field, id)| ((*field).to_owned(), Value::Reference(*id))).collect();
        let id = self.id_of(entity, name, external, holder);
        if let Some(key) = known {
            let (found, made_here) = (key.id, key.id == id);
            self.found(draft, entity, relation, key, made_here, cells, beside, fill);
            return Some(found);
        }
        if !self.wish.create_missing {
            draft.invalid(Problem::on(relation, "problem.name_not_found"));
            return None;
        }
        let before = (draft.problems.len(), draft.forbidden.len());
        let mut values = self.read(draft, entity, relation, cells, beside);
        if let Some(owner) = owner.filter(|_| entity.field("owner").is_some() && !cells.contains_key("owner"))
        {
            // What is wrong with the owner is told of the row itself.
            let read = self.reference(draft, "user", owner, &Values::new());
            values.extend(read.ok().map(|owner| ("owner".to_owned(), owner)));
        }
        let read = (draft.problems.len(), draft.forbidden.len());
        if read == before {
            self.insert(draft, entity, id, values);
            place(&mut draft.problems[read.0..], entity, relation);
            place(&mut draft.forbidden[read.1..], entity, relation);
        }
        if (draft.problems.len(), draft.forbidden.len()) != before {
            return None;
        }
        self.new.note(entity, name, external, id);
        Some(id)
    }

    /// The id that something new gets: of the import and by what it is found again, so that two chunks which both miss it
    /// agree.
    fn id_of(
        &self,
        entity: &Entity,
        name: Option<&str>,
        external: Option<&str>,
        holder: Option<(&str, Id)>,
    ) -> Id {
        let name =
            name.map(|name| Some(match_key(name)).filter(|key| !key.is_empty()).unwrap_or(name.into()));
        let id = match (external, name, holder) {
            (Some(external), ..) => format!("{}#{external}", entity.id),
            (None, name, Some((_, holder))) => {
                format!("{}/{}@{holder}", entity.id, name.unwrap_or_default())
            }
            (None, name, None) => format!("{}/{}", entity.id, name.unwrap_or_default()),
        };
        self.wish.import.named(&id)
    }

    /// The record that is meant: by its external id; by its name, below the same holder where there is one. Somebody with
    /// another external id is somebody else.
    pub(super) fn identify(
        &self,
        draft: &Draft<'_>,
        entity: &Entity,
        name: Option<&str>,
        external: Option<&str>,
        holder: Option<(&str, Id)>,
    ) -> Result<Option<RecordKey>, Problem> {
        if let Some(external) = external {
            let key = (entity.id.clone(), external.to_owned());
            if let Some(id) = self.new.external.get(&key).or_else(|| self.known.external.get(&key)) {
                return Ok(Some(RecordKey::new(&entity.id, *id)));
            }
            if draft.world.taken.contains(&key) {
                return Err(Problem::on("external_id", "problem.taken"));
            }
        }
        let Some(name) = name.map(match_key).filter(|name| !name.is_empty()) else { return Ok(None) };
        let key = (entity.id.clone(), name);
        let lists = [&self.known.names, &self.new.names, draft.world.names];
        let mut candidates: Vec<RecordKey> = Vec::new();
        let mut exact = 0;
        for id in lists.into_iter().filter_map(|names| names.get(&key)).flatten() {
            let key = RecordKey::new(&entity.id, *id);
            if candidates.contains(&key) {
                continue;
            }
            // What is not at hand was found by its name alone.
            let Some(record) = draft.find(&key).map(|found| found.record) else {
                candidates.push(key);
                continue;
            };
            let other = |field: &str| record.get(field);
            let another = external.is_some_and(|own| other("external_id").text().is_some_and(|id| id != own));
            let elsewhere =
                holder.is_some_and(|(field, id)| other(field).reference().is_some_and(|at| at != id));
            if record.deleted.is_some() || another || elsewhere {
                continue;
            }
            if holder.is_some_and(|(field, id)| other(field).reference() == Some(id)) {
                candidates.insert(exact, key);
                exact += 1;
            } else {
                candidates.push(key);
            }
        }
        if exact > 0 {
            candidates.truncate(exact);
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [key] => Ok(Some(key.clone())),
            _ => Err(Problem::new("problem.ambiguous_name")),
        }
    }

    /// What a row says of a record that is there already. `beside` is what the row makes it point at.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is found, by which part of which row, and where it goes"
    )]
    pub(super) fn found(
        &mut self,
        draft: &mut Draft<'s>,
        entity: &'s Entity,
        prefix: &str,
        key: RecordKey,
        made_here: bool,
        cells: &BTreeMap<&str, &str>,
        beside: Values,
        fill: &mut Fill<'s>,
    ) {
        let Some(found) = draft.find(&key) else {
            draft.invalid(Problem::on(&path(entity, prefix, &entity.title), "problem.name_not_found"));
            return;
        };
        if found.record.version > 0 && !made_here {
            fill.found.insert(key);
        }
        for (id, value) in &beside {
            let Some(field) = entity.field(id) else { continue };
            let text = name_of(draft, field, value);
            fill.value(draft.world.schema, entity, prefix, field, &found.record, value.clone(), &text);
        }
        for (id, text) in cells {
            let Some(field) = entity.field(id) else {
                draft.invalid(Problem::on(&path(entity, prefix, id), "problem.unknown_field"));
                continue;
            };
            let current = found.record.get(id);
            if *id == SINCE && current.is_null() {
                // Of what is there the stage may be another than the file knows.
                continue;
            }
            if *id == entity.title && current.text().is_some_and(|name| match_key(name) == match_key(text)) {
                continue;
            }
            if !current.is_null() && field.kind.relation_target().is_some() {
                // Nothing is made only to find that something else stands there.
                let target = field.kind.relation_target().unwrap_or_default();
                let definition = draft.world.schema.entity(target);
                let holder = definition.and_then(|definition| holder(definition, &beside));
                let named =
                    definition.map(|definition| self.identify(draft, definition, Some(text), None, holder));
                let same = matches!(named, Some(Ok(Some(key))) if Some(key.id) == current.reference());
                if !same {
                    fill.remarks.push(differs(draft.world.schema, entity, prefix, field, text));
                }
                continue;
            }
            if let Some(value) = self.cell(draft, entity, prefix, id, text, &beside) {
                fill.value(draft.world.schema, entity, prefix, field, &found.record, value, text);
            }
        }
    }
}

/// How a record that a row made something point at is called.
fn name_of(draft: &Draft<'_>, field: &Field, value: &Value) -> String {
    let target = field.kind.relation_target().and_then(|target| draft.world.schema.entity(target));
    let found = target.zip(value.reference()).and_then(|(target, id)| {
        let found = draft.find(&RecordKey::new(&target.id, id))?;
        found.record.get(&target.title).text().map(str::to_owned)
    });
    found.unwrap_or_default()
}

fn differs(schema: &Schema, entity: &Entity, prefix: &str, field: &Field, text: &str) -> Problem {
    told(schema, Problem::new("problem.kept_another"), &path(entity, prefix, &field.id), field, text)
}

/// What a row adds to records that are there: it is written when nothing else speaks against the row.
#[derive(Default)]
pub(super) struct Fill<'s> {
    values: Vec<(&'s Entity, String, RecordKey, String, Value, String)>,
    remarks: Vec<Problem>,
    /// What the row found that was there before the import.
    found: BTreeSet<RecordKey>,
}

impl<'s> Fill<'s> {
    #[expect(clippy::too_many_arguments, reason = "a value with all that places it")]
    fn value(
        &mut self,
        schema: &Schema,
        entity: &'s Entity,
        prefix: &str,
        field: &Field,
        record: &Record,
        value: Value,
        text: &str,
    ) {
        let current = record.get(&field.id);
        if current.is_null() {
            let text = text.chars().take(60).collect();
            let entry = (entity, prefix.to_owned(), record.key.clone(), field.id.clone(), value, text);
            self.values.push(entry);
        } else if !current.same(&value) {
            self.remarks.push(differs(schema, entity, prefix, field, text));
        }
    }

    /// What would make the save fail refuses the row.
    pub fn check(&self, draft: &mut Draft<'s>) {
        for (entity, prefix, key, field, value, _) in &self.values {
            let Some(found) = draft.find(key) else { continue };
            let mut wish = Values::from([(field.clone(), value.clone())]);
            let before = draft.problems.len();
            draft.check_targets(entity, &wish);
            draft.check_files(entity, Some(&found.record), &mut wish);
            check_external(draft, entity, Some(&found.record), &wish);
            check_cycle(draft, entity, key.id, &wish);
            place(&mut draft.problems[before..], entity, prefix);
        }
    }

    /// Writes what is empty; whether there was anything, and what is to be told. By an external id written here the rows
    /// that follow find the record.
    pub fn apply(self, draft: &mut Draft<'s>, known: &mut Known) -> (bool, Vec<Problem>) {
        draft.plan.found.extend(self.found);
        let (mut remarks, mut any) = (self.remarks, false);
        for (entity, prefix, key, field, value, text) in self.values {
            let Some((found, definition)) = draft.find(&key).zip(entity.field(&field)) else { continue };
            let current = found.record.get(&field);
            if current.same(&value) {
                continue;
            }
            let may = if field == "owner" { found.may.assign } else { found.may.update };
            if !current.is_null() {
                remarks.push(differs(draft.world.schema, entity, &prefix, definition, &text));
            } else if !may {
                let problem = Problem::new("problem.may_not_fill");
                let at = path(entity, &prefix, &field);
                remarks.push(told(draft.world.schema, problem, &at, definition, &text));
            } else {
                if let ("external_id", Some(external)) = (field.as_str(), value.text()) {
                    known.note(entity, None, Some(external), key.id);
                }
                let mut values = Values::from([(field, value)]);
                draft.convert(&mut values);
                draft.write(&found.record, ChangeKind::Updated, values);
                any = true;
            }
        }
        (any, remarks)
    }
}
