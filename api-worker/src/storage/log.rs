//! Reading the change log and the receipts.

use domain::command::{ChangeKind, Logged};
use domain::fields::{self, Reading};
use domain::ids::Id;
use domain::record::{RecordKey, Values};
use domain::schema::change::DefinitionChange;
use domain::value::Value;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::imports;
use super::records::Reader;
use super::statement::{DbError, Param, Rows, Statement};
use super::timeline;

/// A stored receipt: whose command it was, and its result.
#[must_use]
pub fn receipt(command: Id) -> Statement {
    let sql = "SELECT json_array(user_id, seq, result) AS j FROM receipt WHERE workspace_id = ?1 AND command_id = ?2";
    Statement::new("receipt_of", sql, vec![command.into()])
}

/// A log entry as it is stored: seq, command, at, user, entity, record, version, kind, body, personal body.
#[derive(Deserialize)]
pub struct Entry {
    pub seq: u64,
    pub command: Id,
    pub at: i64,
    pub user: Id,
    pub entity: String,
    pub record: Id,
    pub version: u64,
    pub kind: ChangeKind,
    pub fields: Map<String, Json>,
    pub inverse: Option<DefinitionChange>,
}

type Row = (u64, Id, i64, Id, String, Id, u64, ChangeKind, String, Option<String>);

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    fields: Map<String, Json>,
    #[serde(default)]
    inverse: Option<DefinitionChange>,
}

const COLUMNS: &str = "SELECT json_array(l.seq, l.command_id, l.at, l.user_id, l.entity, l.record_id, l.version, l.kind, l.body, p.body) AS j \
    FROM change_log l LEFT JOIN change_personal p ON p.workspace_id = l.workspace_id AND p.seq = l.seq WHERE l.workspace_id = ?1";

/// Entries of one command, in order.
#[must_use]
pub fn of_command(command: Id) -> Statement {
    Statement::new(
        "log_of_command",
        format!("{COLUMNS} AND l.command_id = ?2 ORDER BY l.seq"),
        vec![command.into()],
    )
}

/// Entries of one record that are looked at for one page.
pub const SCAN: u32 = 1_000;

/// The part of a record's log that a page looks at: from its end, or behind the last entry of the page before.
pub struct Part<'a> {
    pub entity: &'a str,
    pub record: Id,
    pub after: Option<u64>,
    /// What this person changed.
    pub by: Option<Id>,
}

/// The entries of a part that change one of the fields `shown`, or more than fields, newest first; and, for [`edge`],
/// how far was looked when that is not the beginning. The caller has to know that the reader sees the record: by its
/// kind and its id, for two kinds may have records of one id.
#[must_use]
pub fn of_record(part: &Part<'_>, shown: &[String], limit: u32) -> [Statement; 2] {
    let scanned = format!(
        "SELECT s.seq, s.at FROM change_log s WHERE s.workspace_id = ?1 AND s.record_id = ?2 AND s.entity = ?3 \
         AND (?4 IS NULL OR s.seq < ?4) ORDER BY s.seq DESC LIMIT {SCAN}"
    );
    let changes = |body: &str| {
        format!(
            "EXISTS (SELECT 1 FROM json_each({body}, '$.fields') f WHERE f.key IN (SELECT value FROM json_each(?5)))"
        )
    };
    let sql = format!(
        "{COLUMNS} AND l.seq IN (SELECT seq FROM ({scanned})) \
         AND (?6 IS NULL OR l.user_id = ?6) AND (l.kind <> 'updated' OR {} OR {}) ORDER BY l.seq DESC LIMIT {limit}",
        changes("l.body"),
        changes("p.body"),
    );
    let place: Vec<Param> = vec![part.record.into(), part.entity.into(), part.after.into()];
    let shown = Param::from(Json::from(shown));
    let edge = format!(
        "SELECT json_array(seq, at) AS j FROM ({scanned}) WHERE (SELECT count(*) FROM ({scanned})) = {SCAN} \
         ORDER BY seq LIMIT 1"
    );
    [
        Statement::new("log_of_record", sql, [place.clone(), vec![shown, part.by.into()]].concat()),
        Statement::new("edge_of_log", edge, place),
    ]
}

/// The last entry that was looked at, when there may be others behind it: a row that is not told.
///
/// # Errors
/// A row that is not as selected.
pub fn edge<T>(rows: &Rows) -> Result<Option<timeline::Row<T>>, DbError> {
    let row = |(seq, at)| timeline::Row { at, place: timeline::Place::Change(seq), entry: None };
    Ok(rows.first::<(u64, i64)>()?.map(row))
}

/// # Errors
/// An entry of a format this build does not know.
pub fn read(rows: &Rows) -> Result<Vec<Entry>, DbError> {
    let entry = |(seq, command, at, user, entity, record, version, kind, body, personal): Row| {
        let decode = |text: &str| {
            serde_json::from_str::<Body>(text).map_err(|error| DbError::Fault(format!("log {seq}: {error}")))
        };
        let Body { mut fields, inverse } = decode(&body)?;
        if let Some(personal) = personal {
            fields.extend(decode(&personal)?.fields);
        }
        Ok(Entry { seq, command, at, user, entity, record, version, kind, fields, inverse })
    };
    rows.read::<Row>()?.into_iter().map(entry).collect()
}

/// The entry as the planner takes it. Values of fields that are gone are left out.
#[must_use]
pub fn to_logged(entry: Entry, reader: Reader<'_>, reading: &Reading<'_>) -> Logged {
    let (mut before, mut after) = (Values::new(), Values::new());
    let definition = reader.schema.entity(&entry.entity);
    for (id, pair) in &entry.fields {
        let Some(field) = definition.and_then(|entity| entity.field(id)) else { continue };
        // What is no value of the field any more, such as a stage or role that is gone, is still what stood there; the
        // planner sees that it is none now.
        let value = |at: usize| {
            let json = pair.get(at).unwrap_or(&Json::Null);
            fields::read_past(&field.kind, json, reading).unwrap_or_else(|| as_it_stood(json))
        };
        before.insert(id.clone(), value(0));
        after.insert(id.clone(), value(1));
    }
    let key = RecordKey { entity: entry.entity, id: entry.record };
    Logged { key, kind: entry.kind, version: entry.version, before, after, inverse: entry.inverse }
}

fn as_it_stood(json: &Json) -> Value {
    let texts = |items: &[Json]| {
        items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    };
    match json {
        Json::String(text) => Value::Text(text.clone()),
        json => json
            .as_array()
            .and_then(|items| texts(items))
            .map_or_else(|| Value::Text(json.to_string()), Value::List),
    }
}

/// A page of imports (perhaps only of one user), as [`imports::list`] tells them.
#[must_use]
pub fn imports(by: Option<Id>, after: Option<Id>) -> Statement {
    Statement::new("imports", imports::list(by.is_some(), after.is_some()), vec![by.into(), after.into()])
}

/// The commands of an import (perhaps only of one user), in order, with how many records each created and how many it
/// created or changed, and whether it was taken back.
#[must_use]
pub fn of_import(import: Id, by: Option<Id>) -> Statement {
    let sql = "SELECT json_array(r.command_id, r.at, \
        (SELECT count(*) FROM change_log l WHERE l.workspace_id = ?1 AND l.command_id = r.command_id AND l.kind = 'created'), \
        (SELECT count(*) FROM change_log l WHERE l.workspace_id = ?1 AND l.command_id = r.command_id), \
        EXISTS (SELECT 1 FROM change_log u WHERE u.workspace_id = ?1 AND u.undoes = r.command_id)) AS j \
        FROM receipt r WHERE r.workspace_id = ?1 AND r.import_id = ?2 AND r.user_id = coalesce(?3, r.user_id) ORDER BY r.seq, r.command_id LIMIT 2000";
    Statement::new("log_of_import", sql, vec![import.into(), by.into()])
}

/// How many records of each kind an import (perhaps only of one user) created.
#[must_use]
pub fn made_by_import(import: Id, by: Option<Id>) -> Statement {
    let sql = "SELECT json_array(l.entity, count(*)) AS j FROM receipt r CROSS JOIN change_log l \
        ON l.workspace_id = ?1 AND l.command_id = r.command_id AND l.kind = 'created' \
        WHERE r.workspace_id = ?1 AND r.import_id = ?2 AND r.user_id = coalesce(?3, r.user_id) GROUP BY l.entity";
    Statement::new("made_by_import", sql, vec![import.into(), by.into()])
}

#[cfg(test)]
mod tests {
    use domain::access::ADMINISTRATOR;
    use domain::fields::{ChoiceOption, FieldKind};
    use domain::schema::{Field, Label};
    use domain::time::UtcOnly;
    use domain::value::Decimal;
    use serde_json::json;

    use super::super::testing::{self, id};
    use super::*;

    /// What an entry of the log is to the planner when the field is of this kind by now.
    fn past(kind: FieldKind, pair: &Json) -> (Value, Value) {
        let mut schema = testing::schema();
        let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
        let like = deal.field("note").unwrap().clone();
        deal.fields.push(Field { id: "f_one".into(), kind, custom: true, ..like });
        let entry = Entry {
            seq: 1,
            command: id(1),
            at: 0,
            user: id(2),
            entity: "deal".into(),
            record: id(3),
            version: 2,
            kind: ChangeKind::Updated,
            fields: [("f_one".to_owned(), pair.clone())].into_iter().collect(),
            inverse: None,
        };
        let reader = Reader { schema: &schema, role: schema.role(ADMINISTRATOR).unwrap(), user: id(2) };
        let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
        let mut logged = to_logged(entry, reader, &reading);
        (logged.before.remove("f_one").unwrap(), logged.after.remove("f_one").unwrap())
    }

    #[test]
    fn what_stood_there_is_read_as_it_was_whatever_was_set_about_its_field_since() {
        let text = |text: &str| Value::Text(text.into());
        let decimal = |units, scale| Value::Decimal(Decimal { units, scale });
        let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
        let option = |id: &str| ChoiceOption::new(id, Label::new(id, id));
        for (kind, pair, expected) in [
            // Other decimals: the same number, as long as it has room.
            (FieldKind::decimal(1), json!(["1.50", "-2.00"]), (decimal(15, 1), decimal(-20, 1))),
            (FieldKind::decimal(4), json!(["1.50", null]), (decimal(15_000, 4), Value::Null)),
            (FieldKind::percent(0), json!(["7.0", "8.00"]), (decimal(7, 0), decimal(8, 0))),
            // What has none is not rounded.
            (FieldKind::decimal(1), json!(["1.25", "1.50"]), (text("1.25"), decimal(15, 1))),
            // Narrower limits.
            (
                FieldKind::integer(Some(10), Some(60)),
                json!([-5, 80]),
                (Value::Integer(-5), Value::Integer(80)),
            ),
            (FieldKind::rating(3), json!([5, 2]), (Value::Integer(5), Value::Integer(2))),
            (FieldKind::text(2), json!(["一二三", "一"]), (text("一二三"), text("一"))),
            // Options that are gone, and what never was a value of it.
            (
                FieldKind::choices(vec![option("a")]),
                json!([["a"], ["a", "b"]]),
                (list(&["a"]), list(&["a", "b"])),
            ),
            (FieldKind::integer(None, None), json!([1.5, "x"]), (text("1.5"), text("x"))),
        ] {
            assert_eq!(past(kind, &pair), expected, "{pair}");
        }
    }
}
