//! A plan as one batch. Its first statement is the assertion: the receipt's CHECK fails, and everything rolls
//! back, unless every guarded row still has its version, everything pointed at is still there and the
//! definitions are those the plan was validated against. It stands first rather than last so that the guards
//! see the rows as they were (docs/decisions/0003-saving.md).

use std::collections::BTreeMap;

use domain::command::{Change, ChangeKind, FORMAT, Numbered, Plan, RowOutcome};
use domain::fields::Numbering;
use domain::ids::Id;
use domain::money::Currency;
use domain::record::{Record, RecordKey, Values};
use domain::schema::{Entity, Field, Schema};
use domain::text::match_key;
use domain::time::Instant;
use domain::value::Value;
use serde_json::{Map, Value as Json, json};

use super::files::{self, Uses};
use super::place::{columns, custom, table, to_columns};
use super::sort_key::{self, sort_key};
use super::statement::{Param, Statement};
use super::{decimals, mentions, places, search, stays, worth, worth_due};

/// Everything a save needs beside the plan.
pub struct Save<'a> {
    pub schema: &'a Schema,
    pub plan: &'a Plan,
    /// The loaded records by key: custom fields are written whole.
    pub current: &'a dyn Fn(&RecordKey) -> Option<Record>,
    pub command: Id,
    pub user: Id,
    pub now: Instant,
    /// The workspace's clock minus UTC.
    pub offset_ms: i64,
    /// The command this one takes back.
    pub undoes: Option<Id>,
    /// The receipt without its `seq`, which the batch assigns.
    pub result: Json,
}

impl Save<'_> {
    /// The batch; the first statement answers with the assigned `seq`.
    #[must_use]
    pub fn statements(&self) -> Vec<Statement> {
        let entries = self.log_entries();
        let uses = Uses::of(self.plan);
        let mut statements = vec![self.receipt(entries.len(), &uses)];
        statements.push(Statement::new(
            "advance",
            "UPDATE workspace SET seq = seq + ?2, revision = coalesce(?3, revision) WHERE workspace_id = ?1",
            vec![
                Param::from(entries.len() as u64),
                self.plan.definition.as_ref().map(|(schema, _)| schema.revision).into(),
            ],
        ));
        if let Some((schema, _)) = &self.plan.definition {
            statements.push(Statement::new(
                "define",
                "INSERT INTO definition (workspace_id, revision, body, created_at, created_by_id) VALUES (?1, ?2, ?3, ?4, ?5)",
                vec![schema.revision.into(), serde_json::to_string(schema).unwrap_or_default().into(), self.now.unix_ms().into(), self.user.into()],
            ));
        }
        statements.extend(self.count_statements());
        statements.extend(self.row_statements());
        if let Some((schema, _)) = &self.plan.definition {
            statements.extend(decimals::again(self.schema, schema));
        }
        statements.extend(self.worth_statements());
        statements.extend(self.index_statements());
        statements.extend(uses.statements(self.now));
        statements.extend(self.log_statements(&entries));
        statements.extend(mentions::notify(self.plan, self.user, self.now));
        statements.extend(stays::begun(self.plan, entries.len(), self.now, self.undoes.is_some()));
        statements
    }

    fn receipt(&self, entries: usize, uses: &Uses) -> Statement {
        let mut params: Vec<Param> = vec![
            self.command.into(),
            self.user.into(),
            self.now.unix_ms().into(),
            (entries as u64).into(),
            self.plan.import.as_ref().map(|(import, _)| *import).into(),
            self.result.clone().into(),
            self.schema.revision.into(),
        ];
        params.extend(self.imported());
        let mut guards = vec!["(SELECT revision FROM workspace WHERE workspace_id = ?1) = ?8".to_owned()];
        let mut versions: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        for change in self.plan.changes.iter().filter(|change| change.base_version > 0) {
            versions.entry(&change.key.entity).or_default().push(json!([change.key.id, change.base_version]));
        }
        for (entity, rows) in versions {
            params.push(Json::from(rows).into());
            let at = params.len() + 1;
            guards.push(format!(
                "(SELECT count(*) FROM json_each(?{at}) g CROSS JOIN \"{entity}\" r ON r.workspace_id = ?1 AND r.id = g.value ->> 0 \
                 AND r.version = g.value ->> 1) = json_array_length(?{at})"
            ));
        }
        let mut alive: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for key in &self.plan.alive {
            alive.entry(&key.entity).or_default().push(key.id.to_string());
        }
        for (entity, ids) in alive {
            params.push(Json::from(ids).into());
            let at = params.len() + 1;
            guards.push(format!(
                "(SELECT count(*) FROM json_each(?{at}) g CROSS JOIN \"{entity}\" r ON r.workspace_id = ?1 AND r.id = g.value \
                 AND r.deleted_at IS NULL) = json_array_length(?{at})"
            ));
        }
        if let Some(files) = uses.wanted() {
            params.push(files.into());
            guards.push(files::guard(params.len() + 1));
        }
        for place in &self.plan.vacant {
            let (guard, param) = places::guard(self.schema, place, params.len() + 2);
            params.extend(param);
            guards.push(guard);
        }
        if let Some(keys) = &self.plan.keys {
            let but: Vec<String> = keys.but.iter().map(Id::to_string).collect();
            params.push(Json::from(keys.roles.iter().cloned().collect::<Vec<_>>()).into());
            params.push(Json::from(but).into());
            let at = params.len();
            guards.push(format!(
                "EXISTS (SELECT 1 FROM \"user\" r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL AND r.status = 'active' \
                 AND r.role IN (SELECT value FROM json_each(?{at})) AND r.id NOT IN (SELECT value FROM json_each(?{})))",
                at + 1
            ));
        }
        let sql = format!(
            "INSERT INTO receipt (workspace_id, command_id, user_id, at, seq, import_id, result, import_entity, import_created, \
             import_skipped, import_refused, holds) \
             VALUES (?1, ?2, ?3, ?4, (SELECT seq FROM workspace WHERE workspace_id = ?1) + ?5, ?6, ?7, ?9, ?10, ?11, ?12, coalesce({}, 0)) \
             RETURNING json_array(seq) AS j",
            guards.join(" AND ")
        );
        Statement::new("receipt", sql, params)
    }

    /// Of an import: the kind of record, and how many rows went in, were skipped and refused.
    fn imported(&self) -> [Param; 4] {
        let rows = |outcomes: &[RowOutcome]| {
            let count = self.plan.rows.iter().filter(|row| outcomes.contains(&row.outcome)).count() as u64;
            self.plan.import.as_ref().map(|_| count).into()
        };
        let entity = self.plan.import.as_ref().map(|(_, entity)| entity.clone());
        let went_in = rows(&[RowOutcome::Created, RowOutcome::Filled]);
        [entity.into(), went_in, rows(&[RowOutcome::Skipped]), rows(&[RowOutcome::Refused])]
    }

    /// Counters move on before the rows are written, which read their numbers from them. Whoever saves at the same
    /// time waits for this batch, and one that rolls back moves nothing: no number twice, and none left out. A first
    /// number that was set higher later is where the counting goes on.
    fn count_statements(&self) -> Vec<Statement> {
        let mut counts: BTreeMap<(&str, &str, &str, u32), u64> = BTreeMap::new();
        for Numbered { key, field, numbering } in &self.plan.numbers {
            *counts.entry((&key.entity, field, &numbering.period, numbering.start)).or_default() += 1;
        }
        let statement = |((entity, field, period, start), count): ((&str, &str, &str, u32), u64)| {
            Statement::new(
                "count",
                "INSERT INTO auto_number (workspace_id, entity, field, period, last) \
                 VALUES (?1, ?2, ?3, ?4, CAST(?5 AS INTEGER) + CAST(?6 AS INTEGER) - 1) \
                 ON CONFLICT (workspace_id, entity, field, period) DO UPDATE SET last = max(last, CAST(?5 AS INTEGER) - 1) + CAST(?6 AS INTEGER)",
                vec![entity.into(), field.into(), period.into(), i64::from(start).into(), count.into()],
            )
        };
        counts.into_iter().map(statement).collect()
    }

    /// The numbers a new record gets, as [`NUMBERS`] reads them. `back` says how many after it were counted with it.
    fn numbers_of(&self, key: &RecordKey) -> Vec<Json> {
        let same = |one: &Numbered, other: &Numbered| {
            (&one.key.entity, &one.field, &one.numbering.period)
                == (&other.key.entity, &other.field, &other.numbering.period)
        };
        let all = &self.plan.numbers;
        let own = all.iter().enumerate().filter(|(_, numbered)| &numbered.key == key);
        own.map(|(at, numbered)| {
            let Numbering { period, before, digits, after, .. } = &numbered.numbering;
            let back = all[at + 1..].iter().filter(|later| same(later, numbered)).count();
            json!({
                "entity": key.entity, "field": numbered.field, "period": period, "back": back,
                "before": before, "digits": format!("%0{digits}d"), "after": after,
            })
        })
        .collect()
    }

    fn row_statements(&self) -> Vec<Statement> {
        let mut inserts: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        let mut updates: BTreeMap<(&str, Vec<String>), Vec<Json>> = BTreeMap::new();
        for change in &self.plan.changes {
            let Some(entity) = self.schema.entity(&change.key.entity) else { continue };
            if change.base_version == 0 {
                inserts.entry(&change.key.entity).or_default().push(self.whole_row(entity, change));
            } else {
                let (set, row) = self.changed_columns(entity, change);
                updates.entry((&change.key.entity, set)).or_default().push(row);
            }
        }
        let mut statements = Vec::new();
        for (entity, rows) in inserts {
            statements.extend(self.schema.entity(entity).map(|entity| self.insert(entity, rows)));
        }
        for ((entity, set), rows) in updates {
            statements.extend(self.schema.entity(entity).map(|entity| self.update(entity, &set, rows)));
        }
        statements
    }

    /// Totals count by rates: what they change is worth something else from then on.
    fn worth_statements(&self) -> Vec<Statement> {
        let mut changed = worth::Changed::new();
        for change in self.plan.changes.iter().filter(|change| change.key.entity == "rate") {
            let known = (self.current)(&change.key).map(|record| record.values).unwrap_or_default();
            // A rate that is moved to another day or currency is missing where it was.
            for values in [&change.before, &change.after] {
                let of = |field: &str| values.get(field).or_else(|| known.get(field));
                let currency = of("currency").and_then(Value::text).and_then(Currency::parse);
                let Some((currency, Value::Date(from))) = currency.zip(of("from")) else { continue };
                let first = changed.entry(currency).or_insert(*from);
                *first = (*first).min(*from);
            }
        }
        let today = self.now.plus_ms(self.offset_ms).utc_date();
        let Some(today) = today.filter(|_| !changed.is_empty()) else { return Vec::new() };
        let mut statements = worth::again(self.schema, &changed, today, self.offset_ms);
        statements.push(worth_due::note(&changed, today, self.offset_ms));
        statements
    }

    /// What search finds the changed records by.
    fn index_statements(&self) -> Vec<Statement> {
        let mut added: BTreeMap<&str, Vec<search::Row>> = BTreeMap::new();
        let mut replaced: BTreeMap<&str, Vec<search::Row>> = BTreeMap::new();
        let mut gone: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
        for change in &self.plan.changes {
            let RecordKey { entity: kind, id } = &change.key;
            let entity = self.schema.entity(kind).filter(|entity| entity.searched_fields().next().is_some());
            let Some(entity) = entity else { continue };
            if change.base_version == 0 {
                added.entry(kind).or_default().push(search::row(entity, *id, None, &change.after));
            } else if change.kind == ChangeKind::Deleted {
                gone.entry(kind).or_default().push(*id);
            } else if let Some(mut record) = (self.current)(&change.key)
                && self.is_found_otherwise(entity, change, &record)
            {
                record.values.extend(change.after.clone());
                replaced.entry(kind).or_default().push(search::row(entity, *id, None, &record.values));
            }
        }
        let added =
            added.into_iter().flat_map(|(entity, rows)| search::add(entity, rows, &self.counted(entity)));
        let replaced = replaced.into_iter().flat_map(|(entity, rows)| search::replace(entity, rows));
        let gone = gone.into_iter().flat_map(|(entity, ids)| search::forget(entity, &ids));
        added.chain(replaced).chain(gone).collect()
    }

    /// The fields of an entity that search reads and whose numbers this save gives.
    fn counted(&self, entity: &str) -> Vec<&Field> {
        let given = |field: &Field| {
            self.plan.numbers.iter().any(|number| number.key.entity == entity && number.field == field.id)
        };
        let fields = self.schema.entity(entity).into_iter().flat_map(Entity::searched_fields);
        fields.map(|(field, _)| field).filter(|field| given(field)).collect()
    }

    /// Whether a change moves a record in the index: by its words, by coming back, or by being the first of its day,
    /// for what is in use stands at the end. Moving a deal to and fro leaves the index alone.
    fn is_found_otherwise(&self, entity: &Entity, change: &Change, record: &Record) -> bool {
        if change.kind == ChangeKind::Restored {
            return true;
        }
        let day = |at: Instant| at.unix_ms().div_euclid(24 * 3600 * 1000);
        let today = record.get("updated_at").instant().is_some_and(|at| day(at) == day(self.now));
        let words = entity.searched_fields().any(|(field, _)| change.after.contains_key(&field.id));
        record.deleted.is_none() && (words || !today)
    }

    fn whole_row(&self, entity: &Entity, change: &Change) -> Json {
        let mut row = Map::from_iter([("id".to_owned(), json!(change.key.id))]);
        for field in insertable(entity) {
            let value = change.after.get(&field.id).unwrap_or(&domain::value::Value::Null);
            row.extend(columns(field).into_iter().zip(to_columns(field, value)));
        }
        row.insert("custom".to_owned(), Json::from(custom(entity, &change.after).to_string()));
        row.extend(title_keys(entity, &change.after));
        row.insert("sort_keys".to_owned(), sort_key::column(entity, &change.after));
        let numbers = self.numbers_of(&change.key);
        if !numbers.is_empty() {
            row.insert("numbers".to_owned(), Json::from(numbers));
        }
        Json::Object(row)
    }

    fn insert(&self, entity: &Entity, rows: Vec<Json>) -> Statement {
        let mut names = vec!["id".to_owned()];
        names.extend(insertable(entity).flat_map(columns));
        names.extend(["custom".to_owned(), "sort_keys".to_owned()]);
        if sort_key::keeps_name(entity) {
            names.extend(["name_key".to_owned(), "match_key".to_owned()]);
        }
        let listed: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let numbered = rows.iter().any(|row| row.get("numbers").is_some());
        let value = |name: &String| {
            match name.as_str() {
            "custom" if numbered => format!(
                "json_patch(v.value ->> 'custom', (SELECT json_group_object(n.value ->> 'field', {NUMBER}) {NUMBERS}))"
            )
            .replace("{row}", "v"),
            name => format!("v.value ->> '{name}'"),
        }
        };
        let values: Vec<String> = names.iter().map(value).collect();
        let sql = format!(
            "INSERT INTO {} (workspace_id, version, created_at, created_by_id, updated_at, updated_by_id, {}) \
             SELECT ?1, 1, ?3, ?2, ?3, ?2, {} FROM json_each(?4) v",
            table(entity),
            listed.join(", "),
            values.join(", ")
        );
        Statement::new(
            "insert",
            sql,
            vec![self.user.into(), self.now.unix_ms().into(), Json::from(rows).into()],
        )
    }

    /// The columns a change sets, and the row that sets them.
    fn changed_columns(&self, entity: &Entity, change: &Change) -> (Vec<String>, Json) {
        let mut row = Map::new();
        let mut touches_custom = false;
        for (id, value) in &change.after {
            let Some(field) = entity.field(id) else { continue };
            if field.custom {
                touches_custom = true;
            } else {
                row.extend(columns(field).into_iter().zip(to_columns(field, value)));
            }
        }
        let sorts_anew = sort_key::fields(entity).any(|field| change.after.contains_key(&field.id));
        if touches_custom || sorts_anew || change.kind == ChangeKind::Restored {
            let mut values = (self.current)(&change.key).map(|record| record.values).unwrap_or_default();
            values.extend(change.after.clone());
            if touches_custom {
                row.insert("custom".to_owned(), Json::from(custom(entity, &values).to_string()));
            }
            row.insert("sort_keys".to_owned(), sort_key::column(entity, &values));
        }
        if change.after.contains_key(&entity.title) {
            row.extend(title_keys(entity, &change.after));
        }
        match change.kind {
            ChangeKind::Deleted => row.insert("deleted_at".to_owned(), json!(self.now.unix_ms())),
            ChangeKind::Restored => row.insert("deleted_at".to_owned(), Json::Null),
            _ => None,
        };
        let set = row.keys().cloned().collect();
        row.insert("id".to_owned(), json!(change.key.id));
        (set, Json::Object(row))
    }

    /// SQLite would go through every row of the workspace here and look each up in the JSON; the list of ids (and
    /// `CROSS JOIN` in the guards, which fixes the order) makes it look the rows up by their key.
    fn update(&self, entity: &Entity, set: &[String], rows: Vec<Json>) -> Statement {
        let mut assignments: Vec<String> =
            set.iter().map(|name| format!("\"{name}\" = v.value ->> '{name}'")).collect();
        assignments.extend([
            "version = t.version + 1".to_owned(),
            "updated_at = ?3".to_owned(),
            "updated_by_id = ?2".to_owned(),
        ]);
        let sql = format!(
            "UPDATE {} AS t SET {} FROM json_each(?4) v WHERE t.workspace_id = ?1 AND t.id = v.value ->> 'id' \
             AND t.id IN (SELECT value ->> 'id' FROM json_each(?4))",
            table(entity),
            assignments.join(", ")
        );
        Statement::new(
            "update",
            sql,
            vec![self.user.into(), self.now.unix_ms().into(), Json::from(rows).into()],
        )
    }

    /// One entry a change, and one for changed definitions: (entry, personal values).
    fn log_entries(&self) -> Vec<(Json, Option<Json>)> {
        let mut entries: Vec<(Json, Option<Json>)> =
            self.plan.changes.iter().map(|change| self.log_entry(change)).collect();
        if let Some((schema, inverse)) = &self.plan.definition {
            let entry = json!({
                "entity": "definition", "record": self.command, "version": schema.revision, "kind": "defined",
                "body": json!({"inverse": inverse}).to_string(),
            });
            entries.push((entry, None));
        }
        entries
    }

    fn log_entry(&self, change: &Change) -> (Json, Option<Json>) {
        let entity = self.schema.entity(&change.key.entity);
        let mut open = Map::new();
        let mut personal = Map::new();
        for (id, after) in &change.after {
            let before = change.before.get(id).map_or(Json::Null, domain::value::Value::to_json);
            let pair = json!([before, after.to_json()]);
            let names_a_person =
                entity.and_then(|entity| entity.field(id)).is_some_and(|field| field.personal);
            if names_a_person {
                personal.insert(id.clone(), pair)
            } else {
                open.insert(id.clone(), pair)
            };
        }
        let numbers = self.numbers_of(&change.key);
        let mut entry = json!({
            "entity": change.key.entity, "record": change.key.id, "version": change.base_version + 1, "kind": change.kind,
            "body": json!({"fields": open}).to_string(),
        });
        if !numbers.is_empty() {
            entry["numbers"] = Json::from(numbers);
        }
        (entry, (!personal.is_empty()).then(|| json!({"fields": personal})))
    }

    fn log_statements(&self, entries: &[(Json, Option<Json>)]) -> Vec<Statement> {
        if entries.is_empty() {
            return Vec::new();
        }
        let open: Vec<&Json> = entries.iter().map(|(entry, _)| entry).collect();
        let first = FIRST_SEQ;
        let body = if self.plan.numbers.is_empty() {
            "e.value ->> 'body'".to_owned()
        } else {
            format!(
                "json_patch(e.value ->> 'body', json_object('fields', \
                 (SELECT json_group_object(n.value ->> 'field', json_array(NULL, {NUMBER})) {NUMBERS})))"
            )
            .replace("{row}", "e")
        };
        let log = format!(
            "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body, undoes) \
             SELECT ?1, {first} + e.key, ?3, ?4, ?5, ?6, e.value ->> 'entity', e.value ->> 'record', e.value ->> 'version', \
             e.value ->> 'kind', {body}, ?7 FROM json_each(?8) e"
        );
        let count = Param::from(entries.len() as u64);
        let mut statements = vec![Statement::new(
            "log",
            log,
            vec![
                count.clone(),
                i64::from(FORMAT).into(),
                self.command.into(),
                self.now.unix_ms().into(),
                self.user.into(),
                self.undoes.into(),
                json!(open).into(),
            ],
        )];
        let personal: Vec<Json> = entries
            .iter()
            .enumerate()
            .filter_map(|(at, (entry, personal))| {
                personal
                    .as_ref()
                    .map(|body| json!({"at": at, "record": entry["record"], "body": body.to_string()}))
            })
            .collect();
        if !personal.is_empty() {
            let sql = format!(
                "INSERT INTO change_personal (workspace_id, seq, record_id, body) \
                 SELECT ?1, {first} + (e.value ->> 'at'), e.value ->> 'record', e.value ->> 'body' FROM json_each(?3) e"
            );
            statements.push(Statement::new("log_personal", sql, vec![count, Json::from(personal).into()]));
        }
        statements
    }
}

/// The seq of the batch's first log entry, `?2` being how many there are: entries count from the seq the workspace had
/// before the batch advanced it, in the order of the plan's changes.
pub(super) const FIRST_SEQ: &str = "(SELECT seq FROM workspace WHERE workspace_id = ?1) - ?2 + 1";

/// One number as text, out of what [`Save::numbers_of`] says and where its counter stands.
const NUMBER: &str = "(n.value ->> 'before') || printf(n.value ->> 'digits', c.last - (n.value ->> 'back')) || (n.value ->> 'after')";

/// The numbers of a row, which stand in its JSON, with their counters.
const NUMBERS: &str = "FROM json_each({row}.value -> 'numbers') n JOIN auto_number c ON c.workspace_id = ?1 \
    AND c.entity = n.value ->> 'entity' AND c.field = n.value ->> 'field' AND c.period = n.value ->> 'period'";

/// Fields whose columns an insert names; bookkeeping is the statement's own.
fn insertable(entity: &Entity) -> impl Iterator<Item = &domain::schema::Field> {
    entity
        .fields
        .iter()
        .filter(|field| !field.custom && !super::place::BOOKKEEPING.contains(&field.id.as_str()))
}

fn title_keys(entity: &Entity, values: &Values) -> Vec<(String, Json)> {
    if !sort_key::keeps_name(entity) {
        return Vec::new();
    }
    let name = values.get("name").and_then(domain::value::Value::text).unwrap_or_default();
    vec![
        ("name_key".to_owned(), Json::from(sort_key(name))),
        ("match_key".to_owned(), Json::from(match_key(name))),
    ]
}
