//! What is known of files, which records hold them, and which nobody holds any more. The files themselves lie in
//! [`super::objects`].

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Act;
use domain::command::Plan;
use domain::fields::Shape;
use domain::files::{DROPPED_MS, FileInfo, UNUSED_MS, Uploaded};
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Field};
use domain::time::Instant;
use domain::value::Value;
use serde_json::{Value as Json, json};

use super::place::table;
use super::queries::is_about;
use super::records::Reader;
use super::scope::predicate;
use super::statement::{DbError, Param, Rows, Statement};

/// Files that one sweep takes away.
const SWEPT: u32 = 200;
/// Milliseconds that a file outlives its end, so that a command which is being saved still finds it: ten minutes.
const GRACE_MS: i64 = 10 * 60 * 1000;

/// Id, name, size, media type, thumbnail, who brought it.
type FileRow = (Id, String, u64, String, u8, Id);

fn info((id, name, size, media, thumbnail, by): FileRow) -> Uploaded {
    Uploaded { info: FileInfo { id, name, size, media, thumbnail: thumbnail == 1 }, by }
}

/// A new file, which waits for a record for a day.
#[must_use]
pub fn insert(file: &FileInfo, by: Id, now: Instant) -> Statement {
    let sql = "INSERT INTO file (workspace_id, id, name, size, media, thumbnail, created_at, created_by_id, expires_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8)";
    let params = vec![
        file.id.into(),
        file.name.as_str().into(),
        file.size.into(),
        file.media.as_str().into(),
        now.unix_ms().into(),
        by.into(),
        (now.unix_ms() + UNUSED_MS).into(),
    ];
    Statement::new("insert_file", sql, params)
}

/// How many files of somebody wait for a record.
#[must_use]
pub fn count_unused(by: Id, now: Instant) -> Statement {
    let sql = "SELECT json_array(count(*)) AS j FROM file WHERE workspace_id = ?1 AND created_by_id = ?2 \
               AND expires_at > ?3 AND expires_at <= ?4";
    let now = now.unix_ms();
    Statement::new("count_unused_files", sql, vec![by.into(), now.into(), (now + UNUSED_MS).into()])
}

/// A file that its bringer may still add a small picture to.
#[must_use]
pub fn unfinished(id: Id, by: Id, now: Instant) -> Statement {
    let sql = "SELECT json_array(id) AS j FROM file WHERE workspace_id = ?1 AND id = ?2 AND created_by_id = ?3 \
               AND expires_at > ?4 AND thumbnail = 0";
    Statement::new("unfinished_file", sql, vec![id.into(), by.into(), now.unix_ms().into()])
}

/// Notes that there is a small picture, unless a record has come to hold the file meanwhile; answers with a row if so.
#[must_use]
pub fn finish(id: Id, by: Id, now: Instant) -> Statement {
    let sql = "UPDATE file SET thumbnail = 1 WHERE workspace_id = ?1 AND id = ?2 AND created_by_id = ?3 \
               AND expires_at > ?4 RETURNING json_array(id) AS j";
    Statement::new("finish_file", sql, vec![id.into(), by.into(), now.unix_ms().into()])
}

/// Files by their ids, as far as the workspace has them and keeps them.
#[must_use]
pub fn by_ids(ids: &BTreeSet<Id>, now: Instant) -> Statement {
    let sql = "SELECT json_array(f.id, f.name, f.size, f.media, f.thumbnail, f.created_by_id) AS j \
               FROM json_each(?2) g CROSS JOIN file f ON f.workspace_id = ?1 AND f.id = g.value \
               WHERE f.expires_at IS NULL OR f.expires_at > ?3";
    Statement::new("files_by_ids", sql, vec![json!(ids).into(), now.unix_ms().into()])
}

/// # Errors
/// A row that is not as selected.
pub fn read(rows: &Rows) -> Result<BTreeMap<Id, Uploaded>, DbError> {
    Ok(rows.read::<FileRow>()?.into_iter().map(|row| (row.0, info(row))).collect())
}

/// A file for its reader: one who sees a record that holds it, in a field one sees; or who brought it, as long as no
/// record holds it; or anybody in the workspace whose logo it is.
#[must_use]
pub fn get(reader: Reader<'_>, id: Id, now: Instant) -> Statement {
    let mut params: Vec<Param> = vec![reader.user.into(), id.into(), now.unix_ms().into()];
    let mut any = vec!["(f.created_by_id = ?2 AND f.expires_at > ?4)".to_owned()];
    if let Some(logo) = reader.schema.workspace.logo {
        params.push(logo.into());
        any.push(format!("f.id = ?{}", params.len() + 1));
    }
    for entity in &reader.schema.entities {
        let fields = fields_of(reader, entity);
        if fields.is_empty() {
            continue;
        }
        params.push(entity.id.as_str().into());
        params.push(json!(fields).into());
        let at = params.len();
        any.push(format!(
            "EXISTS (SELECT 1 FROM file_use u CROSS JOIN {} r ON r.workspace_id = ?1 AND r.id = u.record_id \
             WHERE u.workspace_id = ?1 AND u.file_id = f.id AND u.entity = ?{at} \
             AND u.field IN (SELECT value FROM json_each(?{})) AND {})",
            table(entity),
            at + 1,
            predicate(reader.schema, reader.role, entity, Act::View, "r"),
        ));
    }
    let sql = format!(
        "SELECT json_array(f.id, f.name, f.size, f.media, f.thumbnail, f.created_by_id) AS j FROM file f \
         WHERE f.workspace_id = ?1 AND f.id = ?3 AND ({})",
        any.join(" OR ")
    );
    Statement::new("get_file", sql, params)
}

/// # Errors
/// A row that is not as selected.
pub fn read_one(rows: &Rows) -> Result<Option<FileInfo>, DbError> {
    Ok(rows.first::<FileRow>()?.map(|row| info(row).info))
}

/// Whose files belong to a record.
pub struct Holders<'a> {
    /// The record's own kind.
    pub entity: &'a Entity,
    /// Kinds whose records may be about it.
    pub about: Vec<&'a Entity>,
    /// The kind of what it may have been before.
    pub lead: Option<&'a Entity>,
}

/// A file with the moment it was brought and what holds it.
pub struct Held {
    pub file: Uploaded,
    pub at: i64,
    pub entity: String,
    pub record: Id,
}

/// The files of a record, each once, newest first: those it holds itself, and those held by what its reader sees of its
/// touches, tasks and leads; perhaps only those that somebody brought. The caller has to know that the reader sees the record.
#[must_use]
pub fn held(
    reader: Reader<'_>,
    holders: &Holders<'_>,
    record: Id,
    by: Option<Id>,
    after: Option<(i64, Id)>,
    limit: u32,
) -> Statement {
    let relation = &holders.entity.id;
    let mut params: Vec<Param> = vec![reader.user.into(), record.into()];
    let mut parts = Vec::new();
    let mut part = |entity: &Entity, place: u8, rows: &str| {
        let fields = fields_of(reader, entity);
        if fields.is_empty() {
            return;
        }
        params.push(entity.id.as_str().into());
        params.push(json!(fields).into());
        let at = params.len();
        parts.push(format!(
            "SELECT u.file_id, {place} AS place, u.entity, u.record_id FROM {rows} u.workspace_id = ?1 \
             AND u.entity = ?{at} AND u.field IN (SELECT value FROM json_each(?{}))",
            at + 1
        ));
    };
    part(holders.entity, 0, "file_use u WHERE u.record_id = ?3 AND");
    let others = holders.about.iter().map(|about| (*about, is_about(relation, "?3")));
    let was = holders.lead.iter().map(|lead| (*lead, format!("r.\"{relation}_id\" = ?3")));
    for (entity, belongs) in others.chain(was) {
        let scope = predicate(reader.schema, reader.role, entity, Act::View, "r");
        let rows = format!(
            "(SELECT r.id FROM {} r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL AND {belongs} AND {scope}) h \
             CROSS JOIN file_use u ON u.record_id = h.id AND",
            table(entity)
        );
        part(entity, 1, &rows);
    }
    if parts.is_empty() {
        parts
            .push("SELECT NULL AS file_id, 0 AS place, NULL AS entity, NULL AS record_id WHERE 0".to_owned());
    }
    let mut behind = String::new();
    if let Some((moment, last)) = after {
        params.extend([moment.into(), last.into()]);
        let at = params.len();
        behind = format!(" AND (f.created_at, f.id) < (?{at}, ?{})", at + 1);
    }
    if let Some(by) = by {
        params.push(by.into());
        behind += &format!(" AND f.created_by_id = ?{}", params.len() + 1);
    }
    // Of several that hold a file, the first place tells.
    let sql = format!(
        "SELECT json_array(f.id, f.name, f.size, f.media, f.thumbnail, f.created_by_id, f.created_at, o.entity, o.record_id) AS j \
         FROM (SELECT file_id, min(place) AS place, entity, record_id FROM ({}) GROUP BY file_id) o \
         CROSS JOIN file f ON f.workspace_id = ?1 AND f.id = o.file_id{behind} \
         ORDER BY f.created_at DESC, f.id DESC LIMIT {limit}",
        parts.join(" UNION ALL ")
    );
    Statement::new("held_files", sql, params)
}

/// # Errors
/// A row that is not as selected.
pub fn read_held(rows: &Rows) -> Result<Vec<Held>, DbError> {
    type Row = (Id, String, u64, String, u8, Id, i64, String, Id);
    let held = |(id, name, size, media, thumbnail, by, at, entity, record): Row| {
        let file = info((id, name, size, media, thumbnail, by));
        Held { file, at, entity, record }
    };
    Ok(rows.read::<Row>()?.into_iter().map(held).collect())
}

/// The fields of a kind of record that hold files and that the reader sees.
fn fields_of<'a>(reader: Reader<'_>, entity: &'a Entity) -> Vec<&'a str> {
    let seen = |field: &&Field| {
        field.kind.behaviour().shape() == Shape::Files && !reader.role.hides(&entity.id, &field.id)
    };
    entity.fields.iter().filter(seen).map(|field| field.id.as_str()).collect()
}

/// Which files a plan's records come to hold and which they let go, as rows of `file_use`: file, entity, record, field.
#[derive(Default)]
pub struct Uses {
    gained: Vec<Json>,
    lost: Vec<Json>,
    files: BTreeSet<Id>,
    wanted: BTreeSet<Id>,
}

impl Uses {
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut uses = Self::default();
        uses.logo(plan);
        for change in &plan.changes {
            for (field, after) in &change.after {
                let before = change.before.get(field).unwrap_or(&Value::Null);
                let row = |file: &FileInfo| json!([file.id, change.key.entity, change.key.id, field]);
                let holds = |value: &Value, id: Id| value.files().iter().any(|file| file.id == id);
                for file in after.files().iter().filter(|file| !holds(before, file.id)) {
                    uses.gained.push(row(file));
                    uses.wanted.insert(file.id);
                    uses.files.insert(file.id);
                }
                for file in before.files().iter().filter(|file| !holds(after, file.id)) {
                    uses.lost.push(row(file));
                    uses.files.insert(file.id);
                }
            }
        }
        uses
    }

    /// The workspace holds its logo as a record holds a file, with the file itself in the record's place.
    fn logo(&mut self, plan: &Plan) {
        let Some((schema, DefinitionChange::SetLogo { logo: before })) = &plan.definition else { return };
        let after = schema.workspace.logo;
        if *before == after {
            return;
        }
        let row = |file: Id| json!([file, "workspace", file, "logo"]);
        self.gained.extend(after.map(row));
        self.lost.extend(before.map(row));
        self.wanted.extend(after);
        self.files.extend(after.into_iter().chain(*before));
    }

    /// Files that have to be there still when the plan is saved.
    #[must_use]
    pub fn wanted(&self) -> Option<Json> {
        (!self.wanted.is_empty()).then(|| json!(self.wanted))
    }

    /// Keeps the uses in step with the records; what no record holds any more is kept for thirty days.
    #[must_use]
    pub fn statements(self, now: Instant) -> Vec<Statement> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let parts = "value ->> 0, value ->> 1, value ->> 2, value ->> 3";
        vec![
            Statement::new(
                "lose_files",
                format!(
                    "DELETE FROM file_use WHERE workspace_id = ?1 \
                     AND (file_id, entity, record_id, field) IN (SELECT {parts} FROM json_each(?2))"
                ),
                vec![Json::from(self.lost).into()],
            ),
            Statement::new(
                "gain_files",
                format!(
                    "INSERT OR IGNORE INTO file_use (workspace_id, file_id, entity, record_id, field) \
                     SELECT ?1, {parts} FROM json_each(?2)"
                ),
                vec![Json::from(self.gained).into()],
            ),
            Statement::new(
                "settle_files",
                "UPDATE file SET expires_at = CASE WHEN EXISTS (SELECT 1 FROM file_use u WHERE u.workspace_id = ?1 \
                 AND u.file_id = file.id) THEN NULL ELSE ?3 END \
                 WHERE workspace_id = ?1 AND id IN (SELECT value FROM json_each(?2))",
                vec![json!(self.files).into(), (now.unix_ms() + DROPPED_MS).into()],
            ),
        ]
    }
}

/// Whether a plan's files are all there, as a condition of its save; `?4` is the moment of the save.
#[must_use]
pub fn guard(at: usize) -> String {
    format!(
        "(SELECT count(*) FROM json_each(?{at}) g CROSS JOIN file f ON f.workspace_id = ?1 AND f.id = g.value \
         AND (f.expires_at IS NULL OR f.expires_at > ?4)) = json_array_length(?{at})"
    )
}

/// Workspace and id of a file whose time is over.
pub type Expired = (Id, Id);

/// Some of the files of a shard whose time is over. Nothing can come to hold them any more.
#[must_use]
pub fn expired(now: Instant) -> Statement {
    let sql = format!(
        "SELECT json_array(workspace_id, id) AS j FROM file WHERE expires_at < ?1 ORDER BY expires_at LIMIT {SWEPT}"
    );
    Statement::new("expired_files", sql, vec![(now.unix_ms() - GRACE_MS).into()])
}

#[must_use]
pub fn forget(files: &[Expired], now: Instant) -> Statement {
    let keys: Vec<Json> = files.iter().map(|(workspace, id)| json!([workspace, id])).collect();
    let sql = "DELETE FROM file WHERE expires_at < ?1 \
               AND (workspace_id, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))";
    Statement::new("forget_files", sql, vec![(now.unix_ms() - GRACE_MS).into(), Json::from(keys).into()])
}

#[cfg(test)]
mod tests {
    use domain::access::{ADMINISTRATOR, REP, Role};
    use domain::schema::Schema;
    use rusqlite::params;

    use super::super::testing::{Shard, id, schema};
    use super::*;

    const ACCOUNT: u64 = 10;
    const LEAD: u64 = 20;
    const ME: u64 = 2;
    const COLLEAGUE: u64 = 3;

    fn add(shard: &Shard, table: &str, number: u64, owner: u64, more: &[(&str, String)]) {
        let names: String = more.iter().map(|(name, _)| format!(", {name}")).collect();
        let values: String = more.iter().map(|(_, value)| format!(", '{value}'")).collect();
        let sql = format!(
            "INSERT INTO {table} (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, owner_id{names}) \
             VALUES (?1, ?2, 1, 0, 0, ?3, ?3, ?3{values})"
        );
        let (workspace, number, owner) = (shard.workspace.to_string(), id(number), id(owner));
        shard.connection.execute(&sql, params![workspace, number.to_string(), owner.to_string()]).unwrap();
    }

    fn hold(shard: &Shard, file: u64, at: i64, entity: &str, record: u64) {
        let (workspace, file, record) =
            (shard.workspace.to_string(), id(file).to_string(), id(record).to_string());
        let sql = "INSERT OR IGNORE INTO file (workspace_id, id, name, size, media, thumbnail, created_at, created_by_id) \
                   VALUES (?1, ?2, 'a.jpg', 5, 'image/jpeg', 1, ?3, ?4)";
        shard.connection.execute(sql, params![workspace, file, at, id(ME).to_string()]).unwrap();
        let sql = "INSERT INTO file_use (workspace_id, file_id, entity, record_id, field) VALUES (?1, ?2, ?3, ?4, 'files')";
        shard.connection.execute(sql, params![workspace, file, entity, record]).unwrap();
    }

    /// An account with a file of its own, one of a touch, one of a colleague's touch, one of both, one of the lead it
    /// was, one of a deleted touch, and one of another account.
    fn filled() -> Shard {
        let shard = Shard::new();
        let of = |number: u64| ("account_id", id(number).to_string());
        let named = |name: &str| ("name", name.to_owned());
        add(&shard, "account", ACCOUNT, ME, &[named("x")]);
        add(&shard, "account", 11, ME, &[named("y")]);
        add(&shard, "lead", LEAD, ME, &[named("z"), of(ACCOUNT)]);
        let visit = |more: &[(&'static str, String)]| {
            [&[("kind", "visit".to_owned()), ("happened_at", "5".to_owned())][..], more].concat()
        };
        add(&shard, "touch", 30, ME, &visit(&[of(ACCOUNT)]));
        add(&shard, "touch", 31, COLLEAGUE, &visit(&[of(ACCOUNT)]));
        add(&shard, "touch", 32, ME, &visit(&[("lead_id", id(LEAD).to_string())]));
        add(&shard, "touch", 33, ME, &visit(&[of(ACCOUNT), ("deleted_at", "9".to_owned())]));
        add(&shard, "touch", 34, ME, &visit(&[of(11)]));
        for (file, at, entity, record) in [
            (101, 1, "account", ACCOUNT),
            (102, 2, "touch", 30),
            (103, 2, "touch", 31),
            (104, 4, "touch", 30),
            (104, 4, "account", ACCOUNT),
            (105, 3, "lead", LEAD),
            (106, 5, "touch", 32),
            (107, 6, "touch", 33),
            (108, 7, "touch", 34),
        ] {
            hold(&shard, file, at, entity, record);
        }
        shard
    }

    /// Numbers of files with the kind that holds each, over pages of this size.
    fn found(shard: &Shard, schema: &Schema, role: &Role, user: u64, limit: u32) -> Vec<(u64, String)> {
        let reader = Reader { schema, role, user: id(user) };
        let entity = |id: &str| schema.entity(id).unwrap();
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let about = vec![entity("touch"), entity("task")];
            let holders = Holders { entity: entity("account"), about, lead: schema.entity("lead") };
            let page = held(reader, &holders, id(ACCOUNT), None, after, limit);
            let rows = read_held(&shard.run(page).unwrap()).unwrap();
            let Some(last) = rows.last() else { return all };
            after = Some((last.at, last.file.info.id));
            let number = |held: Held| {
                let number = (101..=108).find(|number| id(*number) == held.file.info.id).unwrap();
                (number, held.entity)
            };
            all.extend(rows.into_iter().map(number));
        }
    }

    #[test]
    fn the_files_of_a_record_are_told_once_newest_first_over_all_pages() {
        let (shard, schema) = (filled(), schema());
        let admin = schema.role(ADMINISTRATOR).unwrap();
        let wanted = [
            (106, "touch"),
            (104, "account"),
            (105, "lead"),
            (103, "touch"),
            (102, "touch"),
            (101, "account"),
        ]
        .map(|(file, entity)| (file, entity.to_owned()));
        for limit in [1, 2, 3, 40] {
            assert_eq!(found(&shard, &schema, admin, ME, limit), wanted, "{limit}");
        }
    }

    #[test]
    fn files_of_what_one_does_not_see_and_of_hidden_fields_are_not_told() {
        let (shard, schema) = (filled(), schema());
        let numbers = |role: &Role, user| -> Vec<u64> {
            found(&shard, &schema, role, user, 40).into_iter().map(|(file, _)| file).collect()
        };
        // Whoever does not see the account sees of its touches those that are their own.
        let rep = schema.role(REP).unwrap();
        assert_eq!(numbers(rep, ME), [106, 104, 105, 103, 102, 101]);
        assert!(numbers(rep, COLLEAGUE).contains(&103) && !numbers(rep, COLLEAGUE).contains(&102));
        let mut masked = schema.role(ADMINISTRATOR).unwrap().clone();
        masked.hidden.insert("touch".to_owned(), vec!["files".to_owned()]);
        assert_eq!(numbers(&masked, ME), [104, 105, 101]);
        for kind in ["account", "lead"] {
            masked.hidden.insert(kind.to_owned(), vec!["files".to_owned()]);
        }
        assert!(numbers(&masked, ME).is_empty());
    }
}
