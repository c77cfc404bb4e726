//! What is known of files, which records hold them, and which nobody holds any more. The files themselves lie in
//! [`super::objects`].

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Act;
use domain::command::Plan;
use domain::fields::Shape;
use domain::files::{DROPPED_MS, FileInfo, UNUSED_MS, Uploaded};
use domain::ids::Id;
use domain::schema::Field;
use domain::schema::change::DefinitionChange;
use domain::time::Instant;
use domain::value::Value;
use serde_json::{Value as Json, json};

use super::place::table;
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
        let seen = |field: &&Field| {
            field.kind.behaviour().shape() == Shape::Files && !reader.role.hides(&entity.id, &field.id)
        };
        let fields: Vec<&str> = entity.fields.iter().filter(seen).map(|field| field.id.as_str()).collect();
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
