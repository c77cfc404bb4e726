//! Rows of a file. Each row stands or falls by itself: a bad row is reported and the others go in.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::plan::{defaults, insert};
use super::{ImportRow, MAX_IMPORT_ROWS, RowOutcome, RowReport};
use crate::access::{Act, Level, Permission};
use crate::fields::TextFormats;
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{RecordKey, Values};
use crate::schema::Entity;
use crate::text::{match_key, tidy};
use crate::value::Value;

pub(super) fn rows(
    draft: &mut Draft<'_>,
    import: Id,
    entity: &str,
    formats: &TextFormats,
    create_missing: bool,
    rows: &[ImportRow],
) {
    if !draft.role.may(Permission::Import) || draft.role.level(entity, Act::Create) == Level::None {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    let Some(definition) = draft.entity(entity) else { return };
    if rows.is_empty() || rows.len() > MAX_IMPORT_ROWS {
        draft
            .invalid(Problem::on("rows", "problem.out_of_range").with("min", 1).with("max", MAX_IMPORT_ROWS));
        return;
    }
    draft.plan.import = Some((import, entity.to_owned()));
    let mut run = Run {
        import,
        formats,
        create_missing,
        made: BTreeMap::new(),
        named: BTreeMap::new(),
        seen: std::collections::BTreeSet::new(),
    };
    for row in rows {
        let report = run.row(draft, definition, row);
        draft.plan.rows.push(report);
    }
}

struct Run<'r> {
    import: Id,
    formats: &'r TextFormats,
    create_missing: bool,
    /// What this chunk created, by entity and match key: its rows, and what their relations named.
    made: BTreeMap<(String, String), Id>,
    /// The same, of the row being read: they count once the row is in.
    named: BTreeMap<(String, String), Id>,
    /// External ids of earlier rows of this chunk.
    seen: std::collections::BTreeSet<String>,
}

impl Run<'_> {
    fn row(&mut self, draft: &mut Draft<'_>, entity: &Entity, row: &ImportRow) -> RowReport {
        let report = |outcome, problems| RowReport { line: row.line, outcome, problems };
        let external = row.cells.get("external_id").map(|text| text.trim().to_owned());
        if let Some(external) = &external {
            let known = draft.world.taken.contains(&(entity.id.clone(), external.clone()));
            if known || self.seen.contains(external) {
                return report(RowOutcome::Skipped, vec![Problem::on("external_id", "problem.taken")]);
            }
        }
        // Problems of this row must not refuse the command: they are collected apart and taken out again.
        let outer = (std::mem::take(&mut draft.problems), std::mem::take(&mut draft.forbidden));
        let mark = draft.mark();
        let mut values = self.read(draft, entity, row);
        if draft.problems.is_empty() {
            self.insert(draft, entity, row.record, values);
        } else {
            defaults(draft, entity, row.record, &mut values);
            draft.check_required(entity, &values, true);
        }
        let mut problems = std::mem::replace(&mut draft.problems, outer.0);
        problems.extend(std::mem::replace(&mut draft.forbidden, outer.1));
        let named = std::mem::take(&mut self.named);
        if !problems.is_empty() {
            // What only this row named is not made for it either.
            draft.roll_back(mark);
            return report(RowOutcome::Refused, problems);
        }
        self.made.extend(named);
        self.seen.extend(external);
        // A later row may name this one: a daughter its mother company, an agent their manager.
        if let Some(key) = row.cells.get(&entity.title).map(|title| (entity.id.clone(), match_key(title)))
            && !draft.world.names.contains_key(&key)
        {
            self.made.entry(key).or_insert(row.record);
        }
        report(RowOutcome::Created, problems)
    }

    fn insert(&mut self, draft: &mut Draft<'_>, entity: &Entity, id: Id, values: Values) {
        if let Some(stage) = values.get("stage").and_then(Value::text) {
            let first = draft
                .world
                .schema
                .pipelines_of(&entity.id)
                .any(|pipeline| pipeline.stages.first().is_some_and(|first| first.id == stage));
            if !first && !draft.role.may(Permission::EnterHistory) {
                draft.invalid(Problem::on("stage", "problem.needs_enter_history"));
                return;
            }
        }
        insert(draft, entity, id, values);
    }

    fn read(&mut self, draft: &mut Draft<'_>, entity: &Entity, row: &ImportRow) -> Values {
        let mut values = Values::new();
        for (id, text) in &row.cells {
            let Some(field) = draft.writable(entity, id) else { continue };
            let Some(text) = tidy(text) else { continue };
            let read = match field.kind.relation_target() {
                Some(target) => self.reference(draft, target, text),
                None => field.kind.behaviour().read_text(text, self.formats, &draft.reading()),
            };
            match read {
                Ok(value) => {
                    values.insert(id.clone(), value);
                }
                // The report is kept with the receipt, where nothing personal may stand: the file has it anyway.
                Err(problem) if field.personal => draft.invalid(problem.at(id)),
                Err(problem) => {
                    draft.invalid(problem.at(id).with("text", text.chars().take(60).collect::<String>()))
                }
            }
        }
        if entity.id == "user" {
            // People named in a file are names to own records, until somebody invites them.
            values.entry("role".to_owned()).or_insert_with(|| Value::Text(crate::access::REP.to_owned()));
            values.entry("status".to_owned()).or_insert_with(|| Value::Text("inactive".to_owned()));
        }
        values
    }

    /// The record a name stands for; made on the way when there is none and that is wished.
    fn reference(&mut self, draft: &mut Draft<'_>, target: &str, text: &str) -> Result<Value, Problem> {
        let key = (target.to_owned(), match_key(text));
        if let Some(id) = self.made.get(&key).or_else(|| self.named.get(&key)) {
            return Ok(Value::Reference(*id));
        }
        match draft.world.names.get(&key).map(Vec::as_slice) {
            Some([id]) => Ok(Value::Reference(*id)),
            Some([_, _, ..]) => Err(Problem::new("problem.ambiguous_name")),
            _ if !self.create_missing => Err(Problem::new("problem.name_not_found")),
            _ => {
                let id = self.create_named(draft, target, text)?;
                self.named.insert(key, id);
                Ok(Value::Reference(id))
            }
        }
    }

    fn create_named(&self, draft: &mut Draft<'_>, target: &str, text: &str) -> Result<Id, Problem> {
        let missing = || Problem::new("problem.name_not_found");
        let definition = draft.world.schema.entity(target).ok_or_else(missing)?;
        let title = definition.field(&definition.title).ok_or_else(missing)?;
        let name = title.kind.behaviour().read_text(text, self.formats, &draft.reading())?;
        let mut values = Values::from([(definition.title.clone(), name)]);
        if target == "user" {
            values.insert("role".to_owned(), Value::Text(crate::access::REP.to_owned()));
            values.insert("status".to_owned(), Value::Text("inactive".to_owned()));
        }
        let id = self.import.named(&format!("{target}/{}", match_key(text)));
        let before = draft.problems.len() + draft.forbidden.len();
        if draft.find(&RecordKey::new(target, id)).is_none() {
            insert(draft, definition, id, values);
        }
        if draft.problems.len() + draft.forbidden.len() > before { Err(missing()) } else { Ok(id) }
    }
}
