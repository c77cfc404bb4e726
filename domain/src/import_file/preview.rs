//! What would happen if the rows went in as they are mapped: for the look before, and to foretell the outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::mapping::Mapping;
use super::rows::{Cells, Identity, cells, describes_itself, identity};
use super::sheet::Sheet;
use crate::command::{described, field_at};
use crate::fields::Reading;
use crate::message::Problem;
use crate::schema::{Entity, Field, Schema};
use crate::signals::SINCE;
use crate::time::UtcOnly;

/// Problems that are shown one by one; beyond that only their count.
const MAX_PROBLEMS: usize = 200;
/// Required fields that the planner fills when a row leaves them empty.
const DEFAULTED: [&str; 4] = ["stage", "status", "role", "owner"];

/// What would happen, as far as the browser can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The first rows.
    pub rows: Vec<PreviewRow>,
    pub total: usize,
    pub ready: usize,
    pub refused: usize,
    /// The first problems.
    pub problems: Vec<RowProblem>,
    /// Rows whose external id stands in an earlier row too.
    pub repeated: usize,
    /// Rows that start in another stage than the first.
    pub history: usize,
    /// Different records that rows without problems are of and describe, by kind; none where a file has one kind only.
    pub kinds: BTreeMap<String, usize>,
    /// Values that say something else of a record than an earlier row does: the earlier one stays.
    pub differing: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    pub line: u32,
    pub cells: BTreeMap<String, String>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    pub line: u32,
    pub problem: Problem,
}

/// Reads every row the way the Worker will, apart from names that only the Worker can look up.
#[must_use]
pub fn check(schema: &Schema, mapping: &Mapping, sheet: &Sheet, first: usize) -> Preview {
    let mut preview = Preview { total: sheet.rows.len(), ..Preview::default() };
    let Some(entity) = schema.entity(&mapping.entity) else { return preview };
    let mut seen = BTreeSet::new();
    let first_stages: BTreeSet<&str> = schema
        .pipelines_of(&entity.id)
        .filter_map(|pipeline| pipeline.stages.first())
        .map(|stage| stage.id.as_str())
        .collect();
    let finds = mapping.by_name || !mapping.also().is_empty();
    let mut told = Told::default();
    for row in &sheet.rows {
        let cells = cells(schema, entity, mapping, row);
        let problems = problems(schema, entity, mapping, &cells);
        if problems.is_empty() {
            preview.ready += 1;
            told.take(schema, entity, mapping, &cells);
        } else {
            preview.refused += 1;
        }
        let room = MAX_PROBLEMS.saturating_sub(preview.problems.len());
        preview.problems.extend(
            problems.iter().take(room).map(|problem| RowProblem { line: row.line, problem: problem.clone() }),
        );
        if !finds && cells.get("external_id").is_some_and(|id| !seen.insert(id.clone())) {
            preview.repeated += 1;
        }
        let beyond = cells.get("stage").is_some_and(|stage| !first_stages.contains(stage.as_str()));
        if beyond || cells.contains_key(SINCE) {
            preview.history += 1;
        }
        if preview.rows.len() < first {
            preview.rows.push(PreviewRow { line: row.line, cells, problems });
        }
    }
    (preview.kinds, preview.differing) = told.result();
    preview
}

/// What the rows of a file say of which records, to foretell how many there will be.
#[derive(Default)]
struct Told {
    /// By kind and who it is, the fields that have a value, and the value.
    records: BTreeMap<(String, Identity), BTreeMap<String, String>>,
    unnamed: BTreeMap<String, usize>,
    differing: usize,
    several: bool,
}

impl Told {
    fn take(&mut self, schema: &Schema, entity: &Entity, mapping: &Mapping, cells: &Cells) {
        let also = mapping.also();
        self.several = !also.is_empty();
        for relation in &also {
            let Some(target) = described(schema, entity, relation) else { continue };
            let Some(identity) = identity(target, relation, cells) else { continue };
            let own = cells.iter().filter_map(|(path, text)| {
                path.split_once('.').filter(|(of, _)| of == relation).map(|(_, field)| (field, text))
            });
            self.note(target, identity, own);
        }
        if !describes_itself(mapping, cells) {
            return;
        }
        match identity(entity, "", cells).filter(|_| mapping.by_name) {
            Some(identity) => {
                let own = cells.iter().filter(|(path, _)| !path.contains('.') && **path != entity.title);
                self.note(entity, identity, own.map(|(path, text)| (path.as_str(), text)));
            }
            None => *self.unnamed.entry(entity.id.clone()).or_default() += 1,
        }
    }

    fn note<'c>(
        &mut self,
        entity: &Entity,
        identity: Identity,
        cells: impl Iterator<Item = (&'c str, &'c String)>,
    ) {
        let known = self.records.entry((entity.id.clone(), identity)).or_default();
        for (field, text) in cells {
            let first = known.entry(field.to_owned()).or_insert_with(|| text.clone());
            self.differing += usize::from(first != text);
        }
    }

    fn result(self) -> (BTreeMap<String, usize>, usize) {
        let mut kinds = self.unnamed;
        for (kind, _) in self.records.into_keys() {
            *kinds.entry(kind).or_default() += 1;
        }
        (if self.several { kinds } else { BTreeMap::new() }, self.differing)
    }
}

fn problems(schema: &Schema, entity: &Entity, mapping: &Mapping, cells: &Cells) -> Vec<Problem> {
    let formats = mapping.formats();
    let reading = Reading { schema, zone: &schema.workspace.zone, zones: &UtcOnly };
    let mut problems = Vec::new();
    for (path, text) in cells {
        let field = field_at(schema, entity, path).map(|(_, field)| field);
        let Some(field) = field.filter(|field| field.kind.relation_target().is_none()) else { continue };
        if let Err(problem) = field.kind.behaviour().read_text(text, &formats, &reading) {
            problems.push(problem.at(path).with("text", text.chars().take(60).collect::<String>()));
        }
    }
    // What is described is known by its name or its number.
    let told = |relation: &str| {
        cells.keys().any(|path| path.split_once('.').is_some_and(|(own, _)| own == relation))
    };
    let unnamed = |relation: &String| {
        !cells.contains_key(relation) && !cells.contains_key(&format!("{relation}.external_id"))
    };
    let also = mapping.also();
    let nameless = also.iter().filter(|relation| told(relation) && unnamed(relation));
    problems.extend(nameless.map(|relation| Problem::on(relation, "problem.required")));
    if !describes_itself(mapping, cells) {
        return problems;
    }
    let defaulted = |field: &Field| {
        DEFAULTED.contains(&field.id.as_str()) || (entity.id == "touch" && field.id == "kind")
    };
    let missing = |field: &&Field| {
        field.required
            && !field.system
            && !field.retired
            && !defaulted(field)
            && !cells.contains_key(&field.id)
    };
    problems
        .extend(entity.fields.iter().filter(missing).map(|field| Problem::on(&field.id, "problem.required")));
    problems
}

#[cfg(test)]
mod tests {
    use super::super::mapping::tests::{PIPELINE, schema};
    use super::super::mapping::{Meaning, Target};
    use super::*;

    #[test]
    fn the_pipeline_is_ready_as_it_stands() {
        let (schema, sheet) = (schema(), Sheet::parse(PIPELINE).unwrap());
        let mapping = Mapping::guess(&schema, "deal", &sheet);
        let preview = check(&schema, &mapping, &sheet, 3);
        assert_eq!(
            (preview.total, preview.ready, preview.refused, preview.history, preview.repeated),
            (4, 4, 0, 3, 0)
        );
        assert_eq!(preview.rows.len(), 3);
        let row = &preview.rows[1].cells;
        assert_eq!(
            (row["name"].as_str(), row["stage"].as_str(), row["product"].as_str()),
            ("GTXPro · Isdom", "lost", "GTXPro")
        );
        let open = &preview.rows[2].cells;
        assert_eq!(
            (open["name"].as_str(), open.get("account"), open.get("close_date")),
            ("MG Advanced", None, None)
        );
    }

    #[test]
    fn problems_name_line_and_field() {
        let text = "deal,account,deal_stage,close_value,close_date\nA,x,Won,ten,2026-02-30\n,y,Dreaming,5,2026-02-03\n";
        let (schema, sheet) = (schema(), Sheet::parse(text).unwrap());
        let mut mapping = Mapping::guess(&schema, "deal", &sheet);
        mapping.set(3, Target::Field("amount".into()), &schema, &sheet);
        mapping.set(4, Target::Field("close_date".into()), &schema, &sheet);
        assert_eq!(mapping.columns[2].words["Dreaming"], Meaning::Unknown);
        let preview = check(&schema, &mapping, &sheet, 9);
        let found: Vec<(u32, &str, &str)> = preview
            .problems
            .iter()
            .map(|found| {
                (found.line, found.problem.field.as_deref().unwrap_or(""), found.problem.key.as_str())
            })
            .collect();
        let expected = [
            (2, "amount", "problem.not_decimal"),
            (2, "close_date", "problem.not_date"),
            (3, "stage", "problem.not_a_choice"),
            (3, "name", "problem.required"),
        ];
        assert_eq!(found, expected);
        assert_eq!((preview.ready, preview.refused), (0, 2));
    }

    #[test]
    fn how_many_of_each_kind_there_will_be_is_foretold() {
        let text = "Company,Industry,Contact name,Mobile,Deal,Amount\n\
            Acme,Retail,Ann,+1 650 253 0000,Pumps,12\n\
            acme,Finance,Bob,,,\n\
            Beta,,Ann,,Pumps,5\n\
            Acme,,,,Pumps,13\n\
            ,Retail,,,Valves,1\n";
        let (schema, sheet) = (schema(), Sheet::parse(text).unwrap());
        let mapping = Mapping::guess(&schema, "deal", &sheet);
        let preview = check(&schema, &mapping, &sheet, 9);
        let kinds =
            [("account", 2), ("contact", 3), ("deal", 2)].map(|(kind, count)| (kind.to_owned(), count));
        assert_eq!(preview.kinds, kinds.into());
        assert_eq!((preview.ready, preview.refused, preview.differing), (4, 1, 2));
        let problem = &preview.problems[0];
        assert_eq!((problem.line, problem.problem.field.as_deref()), (6, Some("account")));
    }
}
