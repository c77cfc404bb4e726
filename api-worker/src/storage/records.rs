//! Reading records: every query here carries the reader's scope and leaves out the fields the reader may not see.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Act, Role};
use domain::api::record::{Names, RecordBody};
use domain::command::{Loaded, May, Needs};
use domain::conversion::RESULTS;
use domain::ids::Id;
use domain::record::{Record, RecordKey, Values};
use domain::schema::{Entity, Field, Schema};
use domain::time::Instant;
use domain::value::Value;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::place::{BOOKKEEPING, comparable, endings, from_columns, from_custom, table};
use super::scope::predicate;
use super::statement::{DbError, Param, Rows, Statement};

/// Functions of SQLite in D1 take 32 arguments.
const ARGUMENTS: usize = 30;

/// Who reads, and by which definitions.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub schema: &'a Schema,
    pub role: &'a Role,
    pub user: Id,
}

/// How records of one entity are selected and read back for one reader.
pub struct Selection<'a> {
    reader: Reader<'a>,
    entity: &'a Entity,
    fields: Vec<&'a Field>,
    /// With the names of what the record points at.
    named: bool,
}

/// One selected row as it crosses from the database.
#[derive(Deserialize)]
pub struct Selected(
    Id,
    u64,
    Option<i64>,
    Option<u8>,
    Option<u8>,
    Option<u8>,
    String,
    Vec<Vec<Json>>,
    Vec<Vec<Option<String>>>,
    #[serde(default)] Json,
);

impl<'a> Selection<'a> {
    #[must_use]
    pub fn new(reader: Reader<'a>, entity: &'a Entity) -> Self {
        let visible = |field: &&Field| !reader.role.hides(&entity.id, &field.id);
        Self { reader, entity, fields: entity.fields.iter().filter(visible).collect(), named: true }
    }

    /// A selection that ignores hidden fields: the planner works on whole records, the reader never gets them. Names
    /// of what they point at are for readers only.
    fn whole(reader: Reader<'a>, entity: &'a Entity) -> Self {
        Self { reader, entity, fields: entity.fields.iter().collect(), named: false }
    }

    /// `SELECT json_array(…) AS j FROM … WHERE workspace AND scope`; conditions, order and limit follow. `key` is
    /// an expression handed through for paging.
    #[must_use]
    pub fn sql(&self, key: &str) -> String {
        let Reader { schema, role, .. } = self.reader;
        let may = |act| predicate(schema, role, self.entity, act, "r");
        let of = |field: &'a Field| endings(field).iter().map(|ending| format!("r.\"{}{ending}\"", field.id));
        let built_in = self.fields.iter().filter(|field| !field.custom);
        let columns: Vec<String> = built_in.flat_map(|field| of(field)).collect();
        let named = self.relations().filter(|_| self.named);
        let names: Vec<String> = named.map(|field| self.name_of_target(field)).collect();
        let custom = if self.fields.iter().any(|field| field.custom) { "r.custom" } else { "'{}'" };
        format!(
            "SELECT json_array(r.id, r.version, r.deleted_at, {}, {}, {}, {custom}, {}, {}, {key}) AS j FROM {} r \
             WHERE r.workspace_id = ?1 AND {}",
            may(Act::Update),
            may(Act::Delete),
            may(Act::Assign),
            nested(&columns),
            nested(&names),
            table(self.entity),
            may(Act::View),
        )
    }

    /// The name of what a relation points at, null when the reader does not see it.
    fn name_of_target(&self, field: &Field) -> String {
        let target = field.kind.relation_target().and_then(|target| self.reader.schema.entity(target));
        let seen = target.filter(|target| !self.reader.role.hides(&target.id, &target.title));
        let Some(target) = seen else { return "NULL".to_owned() };
        let scope = predicate(self.reader.schema, self.reader.role, target, Act::View, "n");
        let id = comparable("r", field);
        format!(
            "(SELECT n.\"{}\" FROM {} n WHERE n.workspace_id = ?1 AND n.id = {id} AND {scope})",
            target.title,
            table(target)
        )
    }

    /// The fields that hold something, in no order.
    fn values(&self, columns: Vec<Vec<Json>>, custom: &str) -> impl Iterator<Item = (&'a Field, Value)> {
        let mut columns: Vec<Json> = columns.into_iter().flatten().collect();
        let mut at = 0;
        let mut custom: Map<String, Json> = serde_json::from_str(custom).unwrap_or_default();
        let value = move |field: &&'a Field| {
            let value = if field.custom {
                custom.remove(&field.id).map_or(Value::Null, |stored| from_custom(&field.kind, stored))
            } else {
                let begin = at;
                at += endings(field).len();
                let own = columns.get_mut(begin..at).unwrap_or_default();
                from_columns(&field.kind, own)
            };
            Some((*field, value)).filter(|(_, value)| !value.is_null())
        };
        self.fields.iter().filter_map(value)
    }

    #[must_use]
    pub fn loaded(&self, row: Selected) -> Loaded {
        let Selected(id, version, deleted, update, delete, assign, custom, columns, ..) = row;
        let values: Values =
            self.values(columns, &custom).map(|(field, value)| (field.id.clone(), value)).collect();
        let record =
            Record { key: RecordKey::new(&self.entity.id, id), version, values, deleted: moment(deleted) };
        Loaded { record, may: may(update, delete, assign) }
    }

    /// The record as it goes to the reader; the names of what it points at go into `names`.
    #[must_use]
    pub fn body(&self, row: Selected, names: &mut Names) -> RecordBody {
        let Selected(id, version, deleted, update, delete, assign, custom, columns, targets, _) = row;
        let mut targets = self.relations().zip(targets.into_iter().flatten());
        let mut body = |(field, value): (&Field, Value)| {
            if let Value::Reference(target) = value {
                let name = targets.find(|(relation, _)| relation.id == field.id).and_then(|(_, name)| name);
                names.extend(name.map(|name| (target, name)));
            }
            (field.id.clone(), value.into_json())
        };
        let values = self.values(columns, &custom).map(&mut body).collect();
        RecordBody {
            entity: self.entity.id.clone(),
            id,
            version,
            values,
            deleted: deleted.is_some(),
            deleted_at: moment(deleted),
            may: may(update, delete, assign),
        }
    }

    /// The fields that point at something, in the order in which the names of it are selected.
    fn relations(&self) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().copied().filter(|field| field.kind.relation_target().is_some())
    }
}

impl Selected {
    /// The paging key the query handed through.
    #[must_use]
    pub fn key(&self) -> &Json {
        &self.9
    }

    #[must_use]
    pub fn id(&self) -> Id {
        self.0
    }
}

fn moment(stored: Option<i64>) -> Option<Instant> {
    stored.and_then(Instant::from_unix_ms)
}

fn may(update: Option<u8>, delete: Option<u8>, assign: Option<u8>) -> May {
    May { update: update == Some(1), delete: delete == Some(1), assign: assign == Some(1) }
}

/// Any number of expressions as an array of arrays.
pub(super) fn nested(expressions: &[String]) -> String {
    let chunks: Vec<String> =
        expressions.chunks(ARGUMENTS).map(|chunk| format!("json_array({})", chunk.join(", "))).collect();
    format!("json_array({})", chunks.join(", "))
}

/// Records of one entity that the planner wants whole; [`read_loaded`] reads the answer of its statement.
pub struct Load<'a> {
    pub entity: &'a Entity,
    name: &'static str,
    /// Over the rows `r`, with what it binds at `?3`.
    condition: String,
    bound: Json,
}

impl Load<'_> {
    #[must_use]
    pub fn statement(self, reader: Reader<'_>) -> Statement {
        let sql = format!("{} AND {}", Selection::whole(reader, self.entity).sql("NULL"), self.condition);
        Statement::new(self.name, sql, vec![reader.user.into(), self.bound.into()])
    }
}

/// Records by id, deleted ones included.
#[must_use]
pub fn load<'a>(schema: &'a Schema, keys: &BTreeSet<RecordKey>) -> Vec<Load<'a>> {
    let mut by_entity: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for key in keys {
        by_entity.entry(&key.entity).or_default().push(key.id.to_string());
    }
    let load = |(entity, ids): (&str, Vec<String>)| {
        let condition = "r.id IN (SELECT value FROM json_each(?3))".to_owned();
        Some(Load { entity: schema.entity(entity)?, name: "load_records", condition, bound: ids.into() })
    };
    by_entity.into_iter().filter_map(load).collect()
}

/// What relations of records point at, one load for each entity and relation.
#[must_use]
pub fn load_related<'a>(schema: &'a Schema, related: &BTreeSet<(RecordKey, String)>) -> Vec<Load<'a>> {
    let mut subjects: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (subject, relation) in related {
        subjects.entry((&subject.entity, relation)).or_default().push(subject.id.to_string());
    }
    let load = |((entity, relation), ids): ((&str, &str), Vec<String>)| {
        let owner = schema.entity(entity)?;
        let field = owner.field(relation)?;
        let condition = format!(
            "r.id IN (SELECT {} FROM json_each(?3) g CROSS JOIN {} s ON s.workspace_id = ?1 AND s.id = g.value)",
            comparable("s", field),
            table(owner)
        );
        let entity = schema.entity(field.kind.relation_target()?)?;
        Some(Load { entity, name: "load_related", condition, bound: ids.into() })
    };
    subjects.into_iter().filter_map(load).collect()
}

/// What the rows of an import may find: by name, by external id, and what records of a name point at.
#[must_use]
pub fn load_found<'a>(schema: &'a Schema, needs: &Needs) -> Vec<Load<'a>> {
    let mut loads = Vec::new();
    let mut load = |entity: &'a Entity, keys: Vec<&str>, condition: &str| {
        let condition = format!("r.deleted_at IS NULL AND {condition}");
        loads.push(Load { entity, name: "load_found", condition, bound: keys.into() });
    };
    for (keys, column) in [(&needs.whole_names, "match_key"), (&needs.whole_external, "external_id")] {
        let mut by_entity: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (entity, key) in keys.iter().filter(|(_, key)| !key.is_empty()) {
            by_entity.entry(entity).or_default().push(key);
        }
        for (entity, keys) in by_entity {
            let Some(entity) = schema.entity(entity) else { continue };
            load(entity, keys, &format!("r.{column} IN (SELECT value FROM json_each(?3))"));
        }
    }
    let mut by_relation: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (entity, name, relation) in needs.related_to_names.iter().filter(|(_, name, _)| !name.is_empty()) {
        by_relation.entry((entity, relation)).or_default().push(name);
    }
    for ((entity, relation), names) in by_relation {
        let Some(owner) = schema.entity(entity) else { continue };
        let Some(field) = owner.field(relation) else { continue };
        let target = field.kind.relation_target().and_then(|target| schema.entity(target));
        let Some(target) = target else { continue };
        let condition = format!(
            "r.id IN (SELECT {} FROM {} s WHERE s.workspace_id = ?1 AND s.deleted_at IS NULL \
             AND s.match_key IN (SELECT value FROM json_each(?3)))",
            comparable("s", field),
            table(owner)
        );
        load(target, names, &condition);
    }
    loads
}

/// When the newest contact was with each record that these touches hang on, without these touches: by the other touches,
/// and by the leads that became it. One statement for each kind of record, without the reader's scope: what is told is
/// what the record says of itself. [`read_contacts`] reads the answers.
#[must_use]
pub fn contacts(schema: &Schema, touches: &BTreeSet<Id>) -> Vec<(String, Statement)> {
    let Some(touch) = schema.entity("touch").filter(|_| !touches.is_empty()) else { return Vec::new() };
    let lead = schema.entity("lead");
    let ids = Json::from(touches.iter().map(Id::to_string).collect::<Vec<_>>());
    let statement = |parent: &String| {
        let field = touch.field(parent)?;
        let target = field.kind.relation_target()?;
        let became = RESULTS.contains(&target).then_some(lead).flatten().and_then(|lead| lead.field(target));
        let by_lead = became.map_or_else(
            || "NULL".to_owned(),
            |became| {
                format!(
                    "(SELECT max(l.last_touch_at) FROM lead l WHERE l.workspace_id = ?1 AND {} = s.id AND l.deleted_at IS NULL)",
                    comparable("l", became)
                )
            },
        );
        let sql = format!(
            "SELECT json_array(s.id, (SELECT t.happened_at FROM touch t WHERE t.workspace_id = ?1 AND {} = s.id \
             AND t.deleted_at IS NULL AND t.id NOT IN (SELECT value FROM json_each(?2)) ORDER BY t.happened_at DESC LIMIT 1), \
             {by_lead}) AS j FROM (SELECT DISTINCT {pointer} AS id FROM json_each(?2) g CROSS JOIN touch d \
             ON d.workspace_id = ?1 AND d.id = g.value WHERE {pointer} IS NOT NULL) s",
            comparable("t", field),
            pointer = comparable("d", field),
        );
        Some((target.to_owned(), Statement::new("contacts", sql, vec![ids.clone().into()])))
    };
    touch.parents.iter().filter_map(statement).collect()
}

/// # Errors
/// A row that is not as selected.
pub fn read_contacts(
    entity: &str,
    rows: &Rows,
    into: &mut BTreeMap<RecordKey, Option<Instant>>,
) -> Result<(), DbError> {
    for (id, by_touch, by_lead) in rows.read::<(Id, Option<i64>, Option<i64>)>()? {
        let last = by_touch.max(by_lead).and_then(Instant::from_unix_ms);
        into.insert(RecordKey::new(entity, id), last);
    }
    Ok(())
}

/// # Errors
/// A row that is not as selected.
pub fn read_loaded(
    reader: Reader<'_>,
    entity: &Entity,
    rows: &Rows,
    into: &mut BTreeMap<RecordKey, Loaded>,
) -> Result<(), DbError> {
    let selection = Selection::whole(reader, entity);
    for row in rows.read::<Selected>()? {
        let loaded = selection.loaded(row);
        into.insert(loaded.record.key.clone(), loaded);
    }
    Ok(())
}

/// One record for its reader.
#[must_use]
pub fn get(reader: Reader<'_>, entity: &Entity, id: Id) -> Statement {
    let sql = format!("{} AND r.id = ?3", Selection::new(reader, entity).sql("NULL"));
    Statement::new("get_record", sql, vec![reader.user.into(), id.into()])
}

/// Ids of records by their names' match keys.
#[must_use]
pub fn by_match_key(reader: Reader<'_>, entity: &Entity, keys: &[String]) -> Statement {
    let scope = predicate(reader.schema, reader.role, entity, Act::View, "r");
    let sql = format!(
        "SELECT json_array(r.match_key, r.id) AS j FROM {} r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL \
         AND r.match_key IN (SELECT value FROM json_each(?3)) AND r.match_key <> '' AND {scope}",
        table(entity)
    );
    Statement::new("by_match_key", sql, vec![reader.user.into(), Json::from(keys).into()])
}

/// Which of these external ids are taken, in sight or not: a key is unique in the workspace.
#[must_use]
pub fn taken_external_ids(entity: &Entity, ids: &[String]) -> Statement {
    let sql = format!(
        "SELECT json_array(r.external_id) AS j FROM {} r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL \
         AND r.external_id IN (SELECT value FROM json_each(?2))",
        table(entity)
    );
    Statement::new("taken_external_ids", sql, vec![Json::from(ids).into()])
}

/// The reader and their team mates.
#[must_use]
pub fn team_mates(user: Id) -> Statement {
    Statement::new(
        "team_mates",
        format!("SELECT json_array(id) AS j FROM ({})", super::scope::TEAM_MATES),
        vec![user.into()],
    )
}

/// The team of a user and those it is part of, as far as they are there.
#[must_use]
pub fn own_teams(user: Id) -> Statement {
    Statement::new(
        "own_teams",
        format!("SELECT json_array(id) AS j FROM ({})", super::scope::TEAMS_ABOVE),
        vec![user.into()],
    )
}

/// The newest rates of a workspace; few enough to load whole.
#[must_use]
pub fn rates() -> Statement {
    let sql = "SELECT json_array(currency, \"from\", rate) AS j FROM rate WHERE workspace_id = ?1 AND deleted_at IS NULL ORDER BY \"from\" DESC LIMIT 2000";
    Statement::new("rates", sql, Vec::<Param>::new())
}

/// Names of records by id, as far as the reader sees them.
#[must_use]
pub fn names(reader: Reader<'_>, entity: &Entity, ids: &BTreeSet<Id>) -> Statement {
    let scope = if reader.role.hides(&entity.id, &entity.title) {
        "0".to_owned()
    } else {
        predicate(reader.schema, reader.role, entity, Act::View, "r")
    };
    let sql = format!(
        "SELECT json_array(r.id, r.\"{}\") AS j FROM {} r WHERE r.workspace_id = ?1 AND r.id IN (SELECT value FROM json_each(?3)) AND {scope}",
        entity.title,
        table(entity)
    );
    let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
    Statement::new("names", sql, vec![reader.user.into(), Json::from(ids).into()])
}

/// Which of some records are still stored at all, in sight or not and deleted or not, one statement for each kind.
#[must_use]
pub fn stored(schema: &Schema, keys: &BTreeSet<RecordKey>) -> Vec<(String, Statement)> {
    let mut by_entity: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for key in keys {
        by_entity.entry(&key.entity).or_default().push(key.id.to_string());
    }
    let statement = |(entity, ids): (&str, Vec<String>)| {
        let sql = format!(
            "SELECT json_array(r.id) AS j FROM {} r WHERE r.workspace_id = ?1 AND r.id IN (SELECT value FROM json_each(?2))",
            table(schema.entity(entity)?)
        );
        Some((entity.to_owned(), Statement::new("stored", sql, vec![Json::from(ids).into()])))
    };
    by_entity.into_iter().filter_map(statement).collect()
}

/// Which of some records are pointed at by records outside of `except`, by the kind of the first. Without the reader's
/// scope: what is told is only that something leans on them.
#[must_use]
pub fn leaning(
    schema: &Schema,
    targets: &BTreeSet<RecordKey>,
    except: &BTreeSet<RecordKey>,
) -> Vec<(String, Statement)> {
    let ids = |keys: &BTreeSet<RecordKey>, entity: &str| {
        let own = keys.iter().filter(|key| key.entity == entity);
        Json::from(own.map(|key| key.id.to_string()).collect::<Vec<_>>())
    };
    let kinds: BTreeSet<&str> = targets.iter().map(|key| key.entity.as_str()).collect();
    let mut statements = Vec::new();
    for entity in &schema.entities {
        for field in entity.fields.iter().filter(|field| !BOOKKEEPING.contains(&field.id.as_str())) {
            let Some(target) = field.kind.relation_target().filter(|target| kinds.contains(target)) else {
                continue;
            };
            let pointer = comparable("r", field);
            let sql = format!(
                "SELECT DISTINCT json_array({pointer}) AS j FROM {} r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL \
                 AND {pointer} IN (SELECT value FROM json_each(?2)) AND r.id NOT IN (SELECT value FROM json_each(?3))",
                table(entity)
            );
            let params = vec![ids(targets, target).into(), ids(except, &entity.id).into()];
            statements.push((target.to_owned(), Statement::new("leaning", sql, params)));
        }
    }
    statements
}
