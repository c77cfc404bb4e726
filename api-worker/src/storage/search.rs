//! The search index: its rows are written in the batch that writes the records, and read under the reader's scope.
//! What is written and asked for is prepared in [`crate::search`].
//!
//! Every word of the index begins with workspace, entity and field, so that a question cannot leave them; scope is a
//! predicate on the record that a row of the index stands for.

use domain::access::{Act, Scope, scope};
use domain::fields::Searched;
use domain::ids::Id;
use domain::record::Values;
use domain::schema::{Entity, Field};
use domain::value::Value;
use serde::Deserialize;
use serde_json::json;

use super::place::{searched, table};
use super::queries::Conditions;
use super::records::{Reader, nested};
use super::scope::predicate;
use super::sort_key;
use super::statement::{DbError, Rows, Statement};
use crate::search::{Answer, Match, Question, Text, judge, words};

/// Hits shown of each kind of record.
const HITS: usize = 10;
/// Records of one name that come first, however long ago they changed.
const SAME: usize = 5;
/// Records read of each kind, of which the best are shown.
const READ: usize = 20;
/// Rows of the index that are gone through for a reader who does not see every record.
const EXAMINED: u32 = 200;
/// A reader's own records, newest first, whose names are looked through however many others have the words.
const OWN: u32 = 200;
/// Records of each kind among what changed last.
const RECENT: usize = 5;
/// Records that one step of making the index anew reads.
const STEP: usize = 200;
/// What a record may weigh in the index. Beyond it the fields at its end are not found.
const ROW_BYTES: usize = 400_000;
/// What one statement carries; a value of D1 holds 2 MB.
const CHUNK_BYTES: usize = 1_200_000;

/// A record's row of the index, as the statements below take it.
pub struct Row {
    id: Id,
    json: String,
}

/// The words of a record. `version` is what the record still has to have when they are written, where they were
/// not read in the same batch.
#[must_use]
pub fn row(entity: &Entity, id: Id, version: Option<u64>, values: &Values) -> Row {
    let texts = entity.searched_fields().filter_map(|(field, kind)| {
        let text = values.get(&field.id).and_then(Value::searched_text)?;
        Some((field.id.as_str(), kind, text))
    });
    row_of(id, version, texts)
}

fn row_of<'a>(id: Id, version: Option<u64>, texts: impl Iterator<Item = (&'a str, Searched, String)>) -> Row {
    let mut weight = 0;
    let mut fields = Vec::new();
    for (field, kind, text) in texts {
        let words = words(kind, &text);
        weight += words.len();
        if weight > ROW_BYTES {
            break;
        }
        if !words.is_empty() {
            fields.push(json!([field, words]));
        }
    }
    Row { id, json: json!([id, version, fields]).to_string() }
}

/// The words of somebody who comes in by signing up or by an invitation, which save no command.
#[must_use]
pub fn row_of_user(user: Id, name: &str) -> Row {
    row_of(user, None, std::iter::once(("name", Searched::Words, name.to_owned())))
}

/// Puts records into the index that it does not have. `counted` are fields whose numbers the same batch has just given:
/// only the records have them.
#[must_use]
pub fn add(entity: &str, rows: Vec<Row>, counted: &[&Field]) -> Vec<Statement> {
    chunks(rows).into_iter().flat_map(|rows| write(entity, &rows, counted)).collect()
}

/// Puts records into the index in place of what it has of them, behind all others.
#[must_use]
pub fn replace(entity: &str, rows: Vec<Row>) -> Vec<Statement> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    std::iter::once(forget_words(entity, &ids)).chain(add(entity, rows, &[])).collect()
}

#[must_use]
pub fn forget(entity: &str, ids: &[Id]) -> Vec<Statement> {
    let sql = "DELETE FROM search_row WHERE workspace_id = ?1 AND entity = ?2 AND record_id IN (SELECT value FROM json_each(?3))";
    let rows = Statement::new("forget_rows", sql, vec![entity.into(), json!(ids).into()]);
    vec![forget_words(entity, ids), rows]
}

fn forget_words(entity: &str, ids: &[Id]) -> Statement {
    let sql = "DELETE FROM search_index WHERE rowid IN (SELECT m.row FROM json_each(?3) g \
               CROSS JOIN search_row m ON m.workspace_id = ?1 AND m.entity = ?2 AND m.record_id = g.value)";
    Statement::new("forget_words", sql, vec![entity.into(), json!(ids).into()])
}

fn chunks(rows: Vec<Row>) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for row in rows {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + row.json.len() < CHUNK_BYTES => {
                chunk.push(',');
                chunk.push_str(&row.json);
            }
            _ => chunks.push(row.json),
        }
    }
    chunks.into_iter().map(|chunk| format!("[{chunk}]")).collect()
}

/// The words travel bare and get workspace, entity and field in the database: that is most of each of them.
fn write(entity: &str, rows: &str, counted: &[&Field]) -> [Statement; 2] {
    let still = format!(
        "(g.value ->> 1 IS NULL OR EXISTS (SELECT 1 FROM \"{entity}\" r WHERE r.workspace_id = ?1 AND r.id = g.value ->> 0 \
         AND r.version = g.value ->> 1 AND r.deleted_at IS NULL))"
    );
    // Replacing deletes the record's old row, and the new one comes last.
    let rows_sql = format!(
        "INSERT OR REPLACE INTO search_row (workspace_id, entity, record_id) \
         SELECT ?1, ?2, g.value ->> 0 FROM json_each(?3) g WHERE {still} ORDER BY g.key"
    );
    let place = "replace(?1, '-', '') || ?2";
    let mut words = vec![format!(
        "(SELECT group_concat(replace(' ' || (f.value ->> 1), ' ', ' ' || {place} || '.' || (f.value ->> 0) || '.'), '') \
         FROM json_each(g.value, '$[2]') f)"
    )];
    words.extend(counted.iter().map(|field| {
        let number = format!(
            "(SELECT {} FROM \"{entity}\" r WHERE r.workspace_id = ?1 AND r.id = m.record_id)",
            searched("r", field)
        );
        code_words(&number, &format!("{place} || '.{}.'", field.id))
    }));
    let words: Vec<String> = words.iter().map(|words| format!("coalesce({words}, '')")).collect();
    let words_sql = format!(
        "INSERT INTO search_index (rowid, words) SELECT m.row, {} FROM json_each(?3) g \
         CROSS JOIN search_row m ON m.workspace_id = ?1 AND m.entity = ?2 AND m.record_id = g.value ->> 0 WHERE {still}",
        words.join(" || ")
    );
    let params = || vec![entity.into(), rows.into()];
    [Statement::new("index_rows", rows_sql, params()), Statement::new("index_words", words_sql, params())]
}

/// Characters of a number that are gone through; none has more.
const CODE: usize = 100;

/// The words of a number that nobody knows before it is saved, as [`words`] makes them of one that is known.
fn code_words(number: &str, before: &str) -> String {
    let places: Vec<String> = (1..=CODE).map(|place| place.to_string()).collect();
    let places = format!("json_each('[{}]')", places.join(","));
    format!(
        "(SELECT group_concat(' ' || {before} || iif(l.value = 2, 'c', 'n') || substr(t.code, p.value, l.value), '') \
         FROM (SELECT group_concat(c.letter, '') AS code FROM (SELECT lower(substr(n.number, p.value, 1)) AS letter \
         FROM (SELECT {number} AS number) n CROSS JOIN {places} p ORDER BY p.key) c WHERE c.letter GLOB '[0-9a-z]') t \
         CROSS JOIN {places} p CROSS JOIN json_each('[2,3,4]') l WHERE p.value + l.value <= length(t.code) + 1)"
    )
}

/// How records of one kind are searched for one reader.
pub struct Search<'a> {
    reader: Reader<'a>,
    workspace: Id,
    pub entity: &'a Entity,
    /// What the reader may see of them and may find them by.
    fields: Vec<(&'a Field, Searched)>,
}

/// A record that answers, with the order it comes in.
pub struct Found {
    pub answer: Answer,
    pub updated_at: i64,
    pub id: Id,
    pub title: String,
    pub detail: Option<String>,
    /// The field that has the words, when it is not the title, and its text.
    pub elsewhere: Option<(String, String)>,
}

/// A record as the index found it: id, last change, title, second line, the searched texts.
#[derive(Deserialize)]
struct Candidate(Id, i64, String, Option<String>, Vec<Vec<Option<String>>>);

impl<'a> Search<'a> {
    #[must_use]
    pub fn new(reader: Reader<'a>, workspace: Id, entity: &'a Entity) -> Self {
        let seen =
            |(field, _): &(&Field, Searched)| !field.retired && !reader.role.hides(&entity.id, &field.id);
        Self { reader, workspace, entity, fields: entity.searched_fields().filter(seen).collect() }
    }

    /// What a question asks of these records; `near` lets Latin words differ in one letter. Nothing when no field
    /// could answer.
    #[must_use]
    pub fn wanted(&self, question: &Question, near: bool) -> Option<Match> {
        let fields: Vec<(&str, Searched)> =
            self.fields.iter().map(|(field, kind)| (field.id.as_str(), *kind)).collect();
        question.ask(&fields, near)
    }

    /// `key` is the match key of what was typed.
    #[must_use]
    pub fn find(&self, wanted: &Match, key: &str) -> Statement {
        let mut conditions = Conditions::new(self.reader);
        let place = format!("{}{}", self.workspace.to_string().replace('-', ""), self.entity.id);
        let words = conditions.bind(wanted.to_fts(&place));
        let key = conditions.bind(key);
        let (id, table) = (&self.entity.id, table(self.entity));
        let row_of = format!(
            "CROSS JOIN search_row m ON m.workspace_id = ?1 AND m.entity = '{id}' AND m.record_id = x.id"
        );
        let mut sources = Vec::new();
        if self.shows_title() {
            sources.push(format!(
                "SELECT m.row AS row FROM {table} x {row_of} WHERE x.workspace_id = ?1 AND x.match_key = {key} AND {key} <> '' \
                 AND x.deleted_at IS NULL LIMIT {SAME}"
            ));
            if self.has_own() {
                sources.push(format!(
                    "SELECT m.row AS row FROM (SELECT o.id, o.match_key FROM {table} o WHERE o.workspace_id = ?1 AND o.owner_id = ?2 \
                     AND o.deleted_at IS NULL ORDER BY o.updated_at DESC LIMIT {OWN}) x {row_of} \
                     WHERE {key} <> '' AND instr(x.match_key, {key}) > 0 LIMIT {READ}"
                ));
            }
        }
        let examined = format!(
            "SELECT rowid AS row FROM search_index WHERE search_index MATCH {words} ORDER BY rowid DESC LIMIT "
        );
        sources.push(format!("{examined}{EXAMINED}"));
        let sources: Vec<String> =
            sources.iter().map(|source| format!("SELECT row FROM ({source})")).collect();
        let texts: Vec<String> = self.fields.iter().map(|(field, _)| searched("r", field)).collect();
        let head = format!(
            "SELECT json_array(json((SELECT json_group_array(json(h.j)) FROM (SELECT json_array(r.id, r.updated_at, {}, {}, {}) AS j \
             FROM ({}) f CROSS JOIN search_row m ON m.row = f.row AND m.workspace_id = ?1 AND m.entity = '{id}' \
             CROSS JOIN {table} r ON r.workspace_id = ?1 AND r.id = m.record_id \
             WHERE r.deleted_at IS NULL AND {} LIMIT {}) h)), (SELECT count(*) FROM ({examined}{}))) AS j",
            self.title(),
            self.detail(),
            nested(&texts),
            sources.join(" UNION ALL "),
            predicate(self.reader.schema, self.reader.role, self.entity, Act::View, "r"),
            SAME + READ + if self.has_own() { READ } else { 0 },
            EXAMINED + 1,
        );
        conditions.statement("search", &head, "")
    }

    /// What answers, best first, and whether looking stopped early. `near` as it was asked.
    ///
    /// # Errors
    /// A row that is not as selected.
    pub fn read(&self, question: &Question, near: bool, rows: &Rows) -> Result<(Vec<Found>, bool), DbError> {
        let (candidates, examined): (Vec<Candidate>, u32) =
            rows.first()?.ok_or_else(|| DbError::Fault("search without an answer".into()))?;
        let mut found: Vec<Found> = Vec::new();
        for candidate in candidates {
            if found.iter().all(|known| known.id != candidate.0) {
                found.extend(self.judged(question, near, candidate));
            }
        }
        found.sort_by_key(order);
        let stopped = examined > EXAMINED && found.len() < HITS;
        found.truncate(HITS);
        Ok((found, stopped))
    }

    fn judged(&self, question: &Question, near: bool, candidate: Candidate) -> Option<Found> {
        let Candidate(id, updated_at, title, detail, texts) = candidate;
        let texts: Vec<Option<String>> = texts.into_iter().flatten().collect();
        let fields: Vec<(&Field, Text<'_>)> = self
            .fields
            .iter()
            .zip(&texts)
            .map(|((field, kind), text)| {
                let text = Text {
                    kind: *kind,
                    text: text.as_deref().unwrap_or_default(),
                    title: field.id == self.entity.title,
                };
                (*field, text)
            })
            .collect();
        let (fields, texts): (Vec<&Field>, Vec<Text<'_>>) = fields.into_iter().unzip();
        let answer = judge(question, &texts, near)?;
        let elsewhere =
            answer.found.and_then(|at| Some((fields.get(at)?.id.clone(), texts.get(at)?.text.to_owned())));
        Some(Found { answer, updated_at, id, title, detail, elsewhere })
    }

    /// What changed last: among the newest of all, and the newest of one's own.
    #[must_use]
    pub fn recent(&self) -> Statement {
        let conditions = Conditions::new(self.reader);
        let table = table(self.entity);
        let newest = |condition: &str, limit: usize| {
            format!(
                "SELECT * FROM (SELECT o.id FROM {table} o WHERE o.workspace_id = ?1 {condition} AND o.deleted_at IS NULL \
                 ORDER BY o.updated_at DESC LIMIT {limit})"
            )
        };
        let mut sources = newest("", EXAMINED as usize);
        if self.has_own() {
            sources = format!("{sources} UNION {}", newest("AND o.owner_id = ?2", RECENT));
        }
        let head = format!(
            "SELECT json_array(r.id, r.updated_at, {}, {}, json_array()) AS j FROM ({sources}) f \
             CROSS JOIN {table} r ON r.workspace_id = ?1 AND r.id = f.id WHERE {}",
            self.title(),
            self.detail(),
            predicate(self.reader.schema, self.reader.role, self.entity, Act::View, "r"),
        );
        conditions.statement("recent", &head, &format!(" ORDER BY r.updated_at DESC LIMIT {RECENT}"))
    }

    /// # Errors
    /// A row that is not as selected.
    pub fn read_recent(rows: &Rows) -> Result<Vec<Found>, DbError> {
        let found = |Candidate(id, updated_at, title, detail, _): Candidate| Found {
            answer: Answer { rank: crate::search::Rank::Within, found: None },
            updated_at,
            id,
            title,
            detail,
            elsewhere: None,
        };
        Ok(rows.read::<Candidate>()?.into_iter().map(found).collect())
    }

    fn sees(&self, field: &str) -> bool {
        self.entity.field(field).is_some() && !self.reader.role.hides(&self.entity.id, field)
    }

    fn shows_title(&self) -> bool {
        self.sees(&self.entity.title)
    }

    /// Whether the reader sees some records only, and may own some.
    fn has_own(&self) -> bool {
        let scope = scope(self.reader.schema, self.reader.role, &self.entity.id, Act::View);
        matches!(scope, Scope::Within { .. }) && self.entity.field("owner").is_some()
    }

    fn title(&self) -> String {
        if self.shows_title() { format!("r.\"{}\"", self.entity.title) } else { "''".to_owned() }
    }

    /// The second line: what tells namesakes apart.
    fn detail(&self) -> String {
        let Reader { schema, role, .. } = self.reader;
        let account = schema.entity("account").filter(|_| self.entity.id != "lead" && self.sees("account"));
        if let Some(account) = account.filter(|account| !role.hides(&account.id, &account.title)) {
            let scope = predicate(schema, role, account, Act::View, "n");
            return format!(
                "(SELECT n.name FROM account n WHERE n.workspace_id = ?1 AND n.id = r.account_id AND {scope})"
            );
        }
        let told = ["company", "position", "phone", "code"].into_iter().find(|id| self.sees(id));
        told.map_or_else(|| "NULL".to_owned(), |id| format!("r.\"{id}\""))
    }
}

/// The order of hits of one kind.
pub fn order(found: &Found) -> (crate::search::Rank, std::cmp::Reverse<i64>, Id) {
    (found.answer.rank, std::cmp::Reverse(found.updated_at), found.id)
}

/// Where a step ended: last change and id of its last record.
pub type Step = (i64, Id);

/// Whether records of this kind have something that is made out of their texts.
#[must_use]
pub fn is_stepped(entity: &Entity) -> bool {
    entity.searched_fields().next().is_some() || sort_key::fields(entity).next().is_some()
}

/// The name that has a key of its own.
fn name(entity: &Entity) -> Option<&Field> {
    entity.field("name").filter(|_| sort_key::keeps_name(entity))
}

/// The next records of an entity in the order in which they changed, for making anew what is made out of their texts:
/// the index, and the keys they sort by.
#[must_use]
pub fn step(entity: &Entity, after: Option<Step>) -> Statement {
    let words = entity.searched_fields().map(|(field, _)| searched("r", field));
    let keyed = sort_key::fields(entity).chain(name(entity)).map(|field| sort_key::text("r", field));
    let texts: Vec<String> = words.chain(keyed).collect();
    let (beyond, params) = match after {
        Some((updated_at, id)) => {
            (" AND (r.updated_at, r.id) > (?2, ?3)", vec![updated_at.into(), id.into()])
        }
        None => ("", Vec::new()),
    };
    let sql = format!(
        "SELECT json_array(r.id, r.updated_at, r.version, {}) AS j FROM {} r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL{beyond} \
         ORDER BY r.updated_at, r.id LIMIT {STEP}",
        nested(&texts),
        table(entity)
    );
    Statement::new("index_step", sql, params)
}

/// A record as a step reads it: id, last change, version, the searched texts and then those that have a key, the name last.
#[derive(Deserialize)]
struct Stepped(Id, i64, u64, Vec<Vec<Option<String>>>);

/// What a step makes out of the records it read.
pub struct Made {
    pub rows: Vec<Row>,
    /// What they sort by.
    pub keys: Vec<sort_key::Keys>,
    /// Where it ended.
    pub end: Option<Step>,
}

/// # Errors
/// A row that is not as selected.
pub fn read_step(entity: &Entity, rows: &Rows) -> Result<Made, DbError> {
    let read: Vec<Stepped> = rows.read()?;
    let searched = entity.searched_fields().count();
    let end = read.last().map(|Stepped(id, updated_at, ..)| (*updated_at, *id));
    let row = |Stepped(id, _, version, texts): &Stepped| {
        let texts = entity
            .searched_fields()
            .zip(texts.iter().flatten())
            .filter_map(|((field, kind), text)| Some((field.id.as_str(), kind, text.clone()?)));
        row_of(*id, Some(*version), texts)
    };
    let keys = |Stepped(id, _, version, texts): &Stepped| {
        let mut keyed = texts.iter().flatten().skip(searched);
        let fields: Vec<(&Field, &Option<String>)> =
            sort_key::fields(entity).zip(keyed.by_ref().take(sort_key::fields(entity).count())).collect();
        let column = sort_key::column_of(
            fields.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?))),
        );
        let name = name(entity).and_then(|_| keyed.next()?.as_deref()).map(sort_key::sort_key);
        (*id, *version, column, name)
    };
    let rows = if searched == 0 { Vec::new() } else { read.iter().map(row).collect() };
    Ok(Made { rows, keys: read.iter().map(keys).collect(), end })
}

/// A workspace of the shard whose index is being made anew, and how far it is.
#[must_use]
pub fn unfinished() -> Statement {
    let sql = "SELECT json_array(workspace_id, search_from) AS j FROM workspace WHERE search_from IS NOT NULL LIMIT 1";
    Statement::new("unfinished_index", sql, Vec::new())
}

/// Notes how far a workspace's index is, unless somebody began again meanwhile.
#[must_use]
pub fn note_step(from: &str, next: Option<String>) -> Statement {
    let sql = "UPDATE workspace SET search_from = ?3 WHERE workspace_id = ?1 AND search_from = ?2";
    Statement::new("note_index_step", sql, vec![from.into(), next.into()])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rusqlite::Connection;

    use super::{Searched, code_words, words};

    #[test]
    fn the_database_makes_the_words_of_a_number_as_the_worker_does() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT coalesce({}, '')", code_words("?1", "'before.'"));
        let mut statement = connection.prepare(&sql).unwrap();
        let longest = format!("{}-{{}}-4294967295", "Ab1".repeat(20));
        for number in [
            "HT-2026-0007",
            "合同（2026）第00012号",
            "7",
            "12",
            "A1",
            "",
            "—",
            "000000",
            "Ｈ É 5x",
            longest.as_str(),
        ] {
            let made: String = statement.query_row([number], |row| row.get(0)).unwrap();
            let made: BTreeSet<&str> = made.split_whitespace().collect();
            let known = words(Searched::Code, number);
            let known: BTreeSet<String> =
                known.split_whitespace().map(|word| format!("before.{word}")).collect();
            assert_eq!(made, known.iter().map(String::as_str).collect(), "{number}");
        }
    }
}
