//! Rows as they will be, and the commands that bring them in.

use std::collections::BTreeMap;

use super::mapping::Mapping;
use super::sheet::{Sheet, SheetRow};
use crate::command::{Action, Command, FORMAT, ImportRow};
use crate::ids::Id;
use crate::schema::{Entity, Schema};
use crate::text::match_key;

/// Rows of one command: some seconds of work for the Worker at most, and little to repeat after a lost answer.
const CHUNK_ROWS: usize = 200;
/// Bytes of cells in one command, well below what a request may carry.
const CHUNK_BYTES: usize = 600_000;
const TITLE_SEPARATOR: &str = " · ";
/// Characters of a title that is put together.
const TITLE_MAX: usize = 120;

/// One command of the import.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    pub command: Command,
    pub rows: usize,
}

/// The texts of a row by field; empty ones are left out.
pub(super) fn cells(schema: &Schema, entity: &Entity, mapping: &Mapping, row: &SheetRow) -> Cells {
    let mut cells = BTreeMap::new();
    for (at, text) in row.cells.iter().enumerate() {
        let target = mapping.columns.get(at).and_then(|column| column.target.field());
        if let (Some(field), Some(text)) = (target, mapping.cell(at, text)) {
            cells.insert(field.to_owned(), text.into_owned());
        }
    }
    if mapping.composes_title(schema) && describes_itself(mapping, &cells) {
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

/// Whether a row is a record of the file's own kind, or only tells of what it describes besides; as the planner decides.
pub(super) fn describes_itself(mapping: &Mapping, cells: &Cells) -> bool {
    let also = mapping.also();
    let own = |path: &String| !path.contains('.') && path != "owner" && !also.contains(path);
    also.is_empty() || cells.keys().any(own)
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
    let also: Vec<String> = mapping.also().into_iter().collect();
    // What is described besides makes a command as heavy as more rows do.
    let most = CHUNK_ROWS / (1 + also.len());
    let mut same: BTreeMap<Identity, Id> = BTreeMap::new();
    let mut rows: Vec<ImportRow> = Vec::new();
    let mut bytes = 0;
    let mut finish = |rows: &mut Vec<ImportRow>, command: Id| {
        if rows.is_empty() {
            return;
        }
        let count = rows.len();
        let action = Action::ImportRows {
            also: also.clone(),
            by_name: mapping.by_name,
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
        if rows.len() == most || (bytes + size > CHUNK_BYTES && !rows.is_empty()) {
            finish(&mut rows, new_id());
            bytes = 0;
        }
        bytes += size;
        let record = match identity(entity, "", &cells).filter(|_| mapping.by_name) {
            Some(identity) => *same.entry(identity).or_insert_with(&mut *new_id),
            None => new_id(),
        };
        rows.push(ImportRow { line, record, cells });
    }
    finish(&mut rows, new_id());
    chunks
}

pub(super) type Cells = BTreeMap<String, String>;

/// By what a record of the file is told from others: its external id, or its name and its account's.
pub(super) type Identity = (String, String);

/// Who the record is that a row describes by a relation, or itself where there is none; as the planner tells them apart.
pub(super) fn identity(entity: &Entity, relation: &str, cells: &Cells) -> Option<Identity> {
    let at = |field: &str| match relation {
        "" => cells.get(field),
        _ => cells.get(&format!("{relation}.{field}")),
    };
    if let Some(external) = at("external_id") {
        return Some((external.clone(), "#".to_owned()));
    }
    let name = if relation.is_empty() { cells.get(&entity.title) } else { cells.get(relation) };
    let name = name.map(|name| match_key(name)).filter(|name| !name.is_empty())?;
    let below = entity.field("account").is_some() && relation != "account";
    let account = cells.get("account").filter(|_| below).map(|name| match_key(name));
    let number = cells.get("account.external_id").filter(|_| below);
    Some((name, number.cloned().or(account).unwrap_or_default()))
}

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
        let Action::ImportRows { import, entity, rows, also, .. } = action else { continue };
        let Some(entity) = schema.entity(entity) else { continue };
        // What rows describe is counted, not listed.
        let named = |(path, _): &(&String, &String)| !also.contains(path);
        for (field, text) in rows.iter().flat_map(|row| &row.cells).filter(named) {
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
    use std::collections::BTreeSet;

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

    #[test]
    fn rows_that_are_one_record_carry_one_id_and_say_what_else_they_describe() {
        let text = "Company,Industry,Deal,Amount\nAcme,Retail,Pumps,1\nBeta,Retail,Pumps,2\nACME,,pumps,\nAcme,Retail,,\n";
        let (schema, sheet) = (schema(), Sheet::parse(text).unwrap());
        let mut mapping = Mapping::guess(&schema, "deal", &sheet);
        let ids = |mapping: &Mapping| {
            let mut new_id = counter();
            let import = new_id();
            let chunks = chunks(&schema, mapping, &sheet, import, &mut new_id);
            let Action::ImportRows { also, by_name, .. } = &chunks[0].command.actions[0] else { panic!() };
            assert_eq!((also.as_slice(), *by_name), (&["account".to_owned()][..], mapping.by_name));
            rows_of(&chunks[0]).iter().map(|row| row.record).collect::<Vec<_>>()
        };
        let same = ids(&mapping);
        assert!(same[0] == same[2] && same[0] != same[1] && same[3] != same[0]);
        mapping.by_name = false;
        assert_eq!(ids(&mapping).into_iter().collect::<BTreeSet<_>>().len(), 4);
    }
}
