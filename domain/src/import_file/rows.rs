//! Rows as they will be, what is wrong with them, and the commands that bring them in.

use std::collections::{BTreeMap, BTreeSet};

use super::mapping::Mapping;
use super::sheet::{Sheet, SheetRow};
use crate::command::{Action, Command, FORMAT, ImportRow};
use crate::fields::Reading;
use crate::ids::Id;
use crate::message::Problem;
use crate::schema::{Entity, Schema};
use crate::text::match_key;
use crate::time::UtcOnly;

/// Rows of one command: some seconds of work for the Worker at most, and little to repeat after a lost answer.
const CHUNK_ROWS: usize = 200;
/// Bytes of cells in one command, well below what a request may carry.
const CHUNK_BYTES: usize = 600_000;
/// Problems that are shown one by one; beyond that only their count.
const MAX_PROBLEMS: usize = 200;
const TITLE_SEPARATOR: &str = " · ";
/// Characters of a title that is put together.
const TITLE_MAX: usize = 120;
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

/// One command of the import.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    pub command: Command,
    pub rows: usize,
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
    for row in &sheet.rows {
        let cells = cells(schema, entity, mapping, row);
        let problems = problems(schema, entity, mapping, &cells);
        if problems.is_empty() {
            preview.ready += 1;
        } else {
            preview.refused += 1;
        }
        let room = MAX_PROBLEMS.saturating_sub(preview.problems.len());
        preview.problems.extend(
            problems.iter().take(room).map(|problem| RowProblem { line: row.line, problem: problem.clone() }),
        );
        if cells.get("external_id").is_some_and(|id| !seen.insert(id.clone())) {
            preview.repeated += 1;
        }
        if cells.get("stage").is_some_and(|stage| !first_stages.contains(stage.as_str())) {
            preview.history += 1;
        }
        if preview.rows.len() < first {
            preview.rows.push(PreviewRow { line: row.line, cells, problems });
        }
    }
    preview
}

/// The texts of a row by field; empty ones are left out.
fn cells(schema: &Schema, entity: &Entity, mapping: &Mapping, row: &SheetRow) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    for (at, text) in row.cells.iter().enumerate() {
        let target = mapping.columns.get(at).and_then(|column| column.target.field());
        if let (Some(field), Some(text)) = (target, mapping.cell(at, text)) {
            cells.insert(field.to_owned(), text.into_owned());
        }
    }
    if mapping.composes_title(schema) {
        let parts: Vec<_> =
            mapping.title.iter().filter_map(|at| mapping.cell(*at, row.cells.get(*at)?)).collect();
        let title = if parts.is_empty() {
            cells.get("external_id").cloned()
        } else {
            Some(parts.join(TITLE_SEPARATOR))
        };
        if let Some(title) = title {
            cells.insert(entity.title.clone(), title.chars().take(TITLE_MAX).collect());
        }
    }
    cells
}

fn problems(
    schema: &Schema,
    entity: &Entity,
    mapping: &Mapping,
    cells: &BTreeMap<String, String>,
) -> Vec<Problem> {
    let formats = mapping.formats();
    let reading = Reading { schema, zone: &schema.workspace.zone, zones: &UtcOnly };
    let mut problems = Vec::new();
    for (id, text) in cells {
        let Some(field) = entity.field(id).filter(|field| field.kind.relation_target().is_none()) else {
            continue;
        };
        if let Err(problem) = field.kind.behaviour().read_text(text, &formats, &reading) {
            problems.push(problem.at(id).with("text", text.chars().take(60).collect::<String>()));
        }
    }
    let missing = |field: &&crate::schema::Field| {
        field.required
            && !field.system
            && !field.retired
            && !DEFAULTED.contains(&field.id.as_str())
            && !cells.contains_key(&field.id)
    };
    problems
        .extend(entity.fields.iter().filter(missing).map(|field| Problem::on(&field.id, "problem.required")));
    problems
}

/// The commands that bring the rows in, in order. `new_id` makes ids; every command has its own before anything
/// is sent, so that sending one again changes nothing twice.
pub fn chunks(
    schema: &Schema,
    mapping: &Mapping,
    sheet: &Sheet,
    import: Id,
    new_id: &mut dyn FnMut() -> Id,
) -> Vec<Chunk> {
    let Some(entity) = schema.entity(&mapping.entity) else { return Vec::new() };
    let all = sheet.rows.iter().map(|row| (row.line, cells(schema, entity, mapping, row))).collect();
    let mut chunks = Vec::new();
    let mut rows: Vec<ImportRow> = Vec::new();
    let mut bytes = 0;
    let mut finish = |rows: &mut Vec<ImportRow>, command: Id| {
        if rows.is_empty() {
            return;
        }
        let count = rows.len();
        let action = Action::ImportRows {
            import,
            entity: entity.id.clone(),
            formats: mapping.formats(),
            create_missing: mapping.create_missing,
            rows: std::mem::take(rows),
        };
        chunks
            .push(Chunk { command: Command { v: FORMAT, id: command, actions: vec![action] }, rows: count });
    };
    for (line, cells) in parents_first(entity, all) {
        let size: usize = cells.iter().map(|(field, text)| field.len() + text.len() + 8).sum::<usize>() + 80;
        if rows.len() == CHUNK_ROWS || (bytes + size > CHUNK_BYTES && !rows.is_empty()) {
            finish(&mut rows, new_id());
            bytes = 0;
        }
        bytes += size;
        rows.push(ImportRow { line, record: new_id(), cells });
    }
    finish(&mut rows, new_id());
    chunks
}

type Cells = BTreeMap<String, String>;

/// Rows that others of the file refer to come before those, so that a mother company or a manager is there when
/// its name is looked up. Rows in a circle stay in the order of the file.
fn parents_first(entity: &Entity, rows: Vec<(u32, Cells)>) -> Vec<(u32, Cells)> {
    let own: Vec<&str> = entity
        .fields
        .iter()
        .filter(|field| field.kind.relation_target() == Some(entity.id.as_str()))
        .map(|field| field.id.as_str())
        .collect();
    let by_name: BTreeMap<String, usize> = rows
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(at, (_, cells))| Some((match_key(cells.get(&entity.title)?), at)))
        .collect();
    let named_in = |cells: &Cells| -> Vec<usize> {
        own.iter().filter_map(|field| by_name.get(&match_key(cells.get(*field)?)).copied()).collect()
    };
    let parents: Vec<Vec<usize>> = rows.iter().map(|(_, cells)| named_in(cells)).collect();
    if parents.iter().all(Vec::is_empty) {
        return rows;
    }
    let mut order = Vec::with_capacity(rows.len());
    // 0 not seen, 1 waiting for its parents, 2 placed.
    let mut state = vec![0_u8; rows.len()];
    for start in 0..rows.len() {
        let mut waiting = vec![start];
        while let Some(at) = waiting.last().copied() {
            if state[at] == 2 {
                waiting.pop();
                continue;
            }
            state[at] = 1;
            match parents[at].iter().find(|parent| state[**parent] == 0) {
                Some(parent) => waiting.push(*parent),
                None => {
                    state[at] = 2;
                    order.push(at);
                    waiting.pop();
                }
            }
        }
    }
    let mut rows: Vec<Option<(u32, Cells)>> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| rows[at].take()).collect()
}

/// Names that relations of a command give, by entity, with the id a record gets that is created on the way: a
/// receipt that holds the id says that it was.
#[must_use]
pub fn named(schema: &Schema, command: &Command) -> BTreeMap<(String, Id), String> {
    let mut names = BTreeMap::new();
    for action in &command.actions {
        let Action::ImportRows { import, entity, rows, .. } = action else { continue };
        let Some(entity) = schema.entity(entity) else { continue };
        for (field, text) in rows.iter().flat_map(|row| &row.cells) {
            let Some(target) = entity.field(field).and_then(|field| field.kind.relation_target()) else {
                continue;
            };
            let id = import.named(&format!("{target}/{}", match_key(text)));
            names.entry((target.to_owned(), id)).or_insert_with(|| text.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::mapping::tests::{PIPELINE, schema};
    use super::super::mapping::{Meaning, Target};
    use super::*;

    fn counter() -> impl FnMut() -> Id {
        let mut next = 0_u64;
        move || {
            next += 1;
            Id::v7(1_764_000_000_000 + next, &[7; 10])
        }
    }

    fn rows_of(chunk: &Chunk) -> &[ImportRow] {
        match &chunk.command.actions[0] {
            Action::ImportRows { rows, .. } => rows,
            other => panic!("{other:?}"),
        }
    }

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
    fn rows_travel_in_chunks_with_ids_of_their_own() {
        let lines: String = (0..450).map(|at| format!("D{at},GTX Basic\n")).collect();
        let (schema, sheet) = (schema(), Sheet::parse(&format!("opportunity_id,product\n{lines}")).unwrap());
        let mapping = Mapping::guess(&schema, "deal", &sheet);
        let mut new_id = counter();
        let import = new_id();
        let chunks = chunks(&schema, &mapping, &sheet, import, &mut new_id);
        assert_eq!(chunks.iter().map(|chunk| chunk.rows).collect::<Vec<_>>(), [200, 200, 50]);
        let ids: BTreeSet<Id> = chunks
            .iter()
            .flat_map(|chunk| rows_of(chunk).iter().map(|row| row.record))
            .chain(chunks.iter().map(|chunk| chunk.command.id))
            .collect();
        assert_eq!(ids.len(), 453);
        assert_eq!((rows_of(&chunks[2])[49].line, rows_of(&chunks[0])[0].line), (451, 2));
    }

    #[test]
    fn long_cells_make_smaller_chunks() {
        let lines: String = (0..100).map(|at| format!("A{at},{}\n", "好".repeat(6_000))).collect();
        let (schema, sheet) = (schema(), Sheet::parse(&format!("account,note\n{lines}")).unwrap());
        let mapping = Mapping::guess(&schema, "account", &sheet);
        let mut new_id = counter();
        let import = new_id();
        let chunks = chunks(&schema, &mapping, &sheet, import, &mut new_id);
        assert!(chunks.len() > 2 && chunks.iter().map(|chunk| chunk.rows).sum::<usize>() == 100);
        assert!(chunks.iter().all(|chunk| serde_json::to_string(&chunk.command).unwrap().len() < 700_000));
    }

    #[test]
    fn a_mother_company_comes_before_its_daughters() {
        let text = "account,subsidiary_of\nDaughter,Mother\nCircle A,Circle B\nCircle B,Circle A\nMother,Grandmother\nOther,\nGrandmother,\nSelf,Self\n";
        let (schema, sheet) = (schema(), Sheet::parse(text).unwrap());
        let mapping = Mapping::guess(&schema, "account", &sheet);
        let mut new_id = counter();
        let import = new_id();
        let chunks = chunks(&schema, &mapping, &sheet, import, &mut new_id);
        let names: Vec<&str> = rows_of(&chunks[0]).iter().map(|row| row.cells["name"].as_str()).collect();
        assert_eq!(names, ["Grandmother", "Mother", "Daughter", "Circle B", "Circle A", "Other", "Self"]);
    }

    #[test]
    fn records_created_on_the_way_are_known_by_name() {
        let (schema, sheet) = (schema(), Sheet::parse(PIPELINE).unwrap());
        let mapping = Mapping::guess(&schema, "deal", &sheet);
        let mut new_id = counter();
        let import = new_id();
        let chunks = chunks(&schema, &mapping, &sheet, import, &mut new_id);
        let names = named(&schema, &chunks[0].command);
        let id = import.named("product/gtxpro");
        assert_eq!(names.get(&("product".into(), id)).map(String::as_str), Some("GTXPro"));
        assert_eq!(names.len(), 4 + 3 + 3);
    }
}
