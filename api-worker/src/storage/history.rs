//! What is about a record and about what belongs to it: touches, tasks and comments, newest first, in pages. Each
//! relation by which one of them may be about a record is a source of its own, read along its index no further than a
//! page reaches; what the reader does not see is passed over where it stands, and counts for nothing.

use domain::access::Act;
use domain::conversion::RESULTS;
use domain::ids::Id;
use domain::look::{TALK_DAYS, TALKS, WARNING_DAYS, related};
use domain::schema::Entity;
use domain::time::Instant;

use super::place::table;
use super::queries::Conditions;
use super::records::{Reader, Selection};
use super::scope::predicate;
use super::statement::Statement;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Touches of one source that are looked at for who talked with whom.
const TALKED: u32 = 200;

/// Which rows of a history are wanted.
#[derive(Clone, Copy, Default)]
pub struct Wanted {
    /// Of what belongs to the record too.
    pub related: bool,
    /// Only those of this person.
    pub by: Option<Id>,
    /// Behind the moment and id of the last one of the page before.
    pub after: Option<(i64, Id)>,
}

/// The rows of one kind that are about a record, as `id` and `at`, each source up to `limit`: `id` says which record as
/// SQL, `rest` what else has to hold for the rows of an alias.
struct Sources<'a> {
    reader: Reader<'a>,
    kind: &'a Entity,
    /// Its column by which a history is ordered.
    at: &'a str,
    limit: u32,
    rest: &'a dyn Fn(&str) -> String,
}

impl Sources<'_> {
    /// The rows that point at `id` by this relation.
    fn rows(&self, alias: &str, relation: &str, id: &str) -> String {
        let Self { reader, kind, at, limit, rest } = self;
        format!(
            "SELECT {alias}.id, {alias}.{at} AS at FROM {} {alias} WHERE {alias}.workspace_id = ?1 AND {alias}.\"{relation}_id\" = {id} \
             AND {alias}.deleted_at IS NULL AND {}{} ORDER BY {alias}.{at} DESC, {alias}.id DESC LIMIT {limit}",
            table(kind),
            predicate(reader.schema, reader.role, kind, Act::View, alias),
            rest(alias),
        )
    }

    /// The rows that point at what points at `id`: the last ones of each.
    fn rows_below(&self, holder: &Entity, relation: &str, id: &str, seen: &str) -> String {
        let below = self.rows("q", &holder.id, "h.id");
        format!(
            "SELECT s.id, s.{at} AS at FROM {} h CROSS JOIN {} s ON s.workspace_id = ?1 AND s.id IN (SELECT id FROM ({below})) \
             WHERE h.workspace_id = ?1 AND h.\"{relation}_id\" = {id}{seen}",
            table(holder),
            table(self.kind),
            at = self.at,
        )
    }

    /// What is about the record itself and the leads it came from; with `wide` also about what belongs to it.
    fn of(&self, entity: &Entity, id: &str, wide: bool) -> Vec<String> {
        let Reader { schema, role, .. } = self.reader;
        let mut all = vec![format!("SELECT id, at FROM ({})", self.rows("q", &entity.id, id))];
        if RESULTS.contains(&entity.id.as_str()) {
            all.extend(schema.entity("lead").map(|lead| self.rows_below(lead, &entity.id, id, "")));
        }
        if wide {
            for (holder, field) in related(schema, &entity.id) {
                // Where a relation is hidden, or what hangs by it is not in sight, it is not told that it belongs there.
                if role.hides(&holder.id, &field.id) || !is_about(self.kind, &holder.id) {
                    continue;
                }
                let scope = predicate(schema, role, holder, Act::View, "h");
                let seen = format!(" AND h.deleted_at IS NULL AND {scope}");
                all.push(self.rows_below(holder, &field.id, id, &seen));
            }
        }
        all
    }
}

/// D1 takes so many terms of a compound query (`SQLITE_LIMIT_COMPOUND_SELECT`).
const TERMS: usize = 5;

/// The rows of all of them, each once.
fn union(all: &[String]) -> String {
    let joined = |some: &[String]| some.join(" UNION ");
    if all.len() <= TERMS {
        return joined(all);
    }
    let parts: Vec<String> =
        all.chunks(TERMS).map(|some| format!("SELECT id, at FROM ({})", joined(some))).collect();
    union(&parts)
}

/// Whether records of `kind` can be about those of `entity`.
#[must_use]
pub fn is_about(kind: &Entity, entity: &str) -> bool {
    kind.field(entity).is_some_and(|field| field.kind.relation_target() == Some(entity))
}

/// A page of what is about a record, with `at` as the key of each row. Nothing where people are asked for and the reader
/// does not see whose it is.
#[must_use]
pub fn about(
    selection: &Selection<'_>,
    (kind, at): (&Entity, &str),
    reader: Reader<'_>,
    (entity, record): (&Entity, Id),
    wanted: Wanted,
    limit: u32,
) -> Statement {
    let mut conditions = Conditions::new(reader);
    let id = conditions.bind(record);
    let by = wanted.by.map(|by| conditions.bind(by));
    let after = wanted.after.map(|(moment, last)| (conditions.bind(moment), conditions.bind(last)));
    let hidden = reader.role.hides(&kind.id, "owner");
    let rest = |alias: &str| {
        let by = match &by {
            Some(_) if hidden => " AND 0".to_owned(),
            Some(by) => format!(" AND {alias}.owner_id = {by}"),
            None => String::new(),
        };
        let after = after
            .as_ref()
            .map(|(moment, last)| format!(" AND ({alias}.{at}, {alias}.id) < ({moment}, {last})"));
        by + &after.unwrap_or_default()
    };
    let sources = Sources { reader, kind, at, limit, rest: &rest };
    let all = union(&sources.of(entity, &id, wanted.related));
    conditions.and(&format!("r.id IN (SELECT id FROM ({all}) ORDER BY at DESC, id DESC LIMIT {limit})"));
    let key = format!("r.{at}");
    conditions.statement(
        "about",
        &selection.sql(&key),
        &format!(" ORDER BY {key} DESC, r.id DESC LIMIT {limit}"),
    )
}

/// Who talked with whom, of [`talks`] and [`colleague`]: one of us, one of theirs, when the last time was, how often.
pub type TalkRow = (Id, Option<Id>, i64, u64);

/// The contact of a touch, as far as the reader sees it.
fn contact(reader: Reader<'_>) -> &'static str {
    if reader.role.hides("touch", "contact") { "NULL" } else { "t.contact_id" }
}

/// Whether the reader sees who talked and when: otherwise nothing is told.
#[must_use]
pub fn tells_talks(reader: Reader<'_>, entity: &Entity) -> bool {
    let hides = |field: &str| reader.role.hides("touch", field);
    let touch = reader.schema.entity("touch");
    touch.is_some_and(|touch| is_about(touch, &entity.id)) && !hides("owner") && !hides("happened_at")
}

/// Who has been talking with whom about a record and what belongs to it, the last conversation first.
#[must_use]
pub fn talks(reader: Reader<'_>, touch: &Entity, entity: &Entity, record: Id, now: Instant) -> Statement {
    let mut conditions = Conditions::new(reader);
    let id = conditions.bind(record);
    let since = conditions.bind(now.plus_ms(-TALK_DAYS * DAY_MS).unix_ms());
    let until = conditions.bind(now.unix_ms());
    let rest =
        |alias: &str| format!(" AND {alias}.happened_at >= {since} AND {alias}.happened_at <= {until}");
    let sources = Sources { reader, kind: touch, at: "happened_at", limit: TALKED, rest: &rest };
    let all = union(&sources.of(entity, &id, true));
    conditions.and(&format!("t.id IN (SELECT id FROM ({all})) AND t.owner_id IS NOT NULL"));
    let with = contact(reader);
    let head = format!(
        "SELECT json_array(t.owner_id, {with}, max(t.happened_at), count(*)) AS j FROM touch t WHERE t.workspace_id = ?1"
    );
    let tail = format!(
        " GROUP BY t.owner_id, {with} ORDER BY max(t.happened_at) DESC, t.owner_id, {with} LIMIT {TALKS}"
    );
    conditions.statement("talks", &head, &tail)
}

/// The last time that somebody else talked with the customer a record belongs to, within the days that are worth a word.
#[must_use]
pub fn colleague(reader: Reader<'_>, touch: &Entity, entity: &Entity, record: Id, now: Instant) -> Statement {
    let mut conditions = Conditions::new(reader);
    let id = conditions.bind(record);
    let since = conditions.bind(now.plus_ms(-WARNING_DAYS * DAY_MS).unix_ms());
    let until = conditions.bind(now.unix_ms());
    let rest = |alias: &str| {
        format!(
            " AND {alias}.owner_id <> ?2 AND {alias}.happened_at >= {since} AND {alias}.happened_at <= {until}"
        )
    };
    let sources = Sources { reader, kind: touch, at: "happened_at", limit: 1, rest: &rest };
    let mut all = sources.of(entity, &id, true);
    let above = reader.schema.entity("account").filter(|account| {
        account.id != entity.id
            && is_about(entity, &account.id)
            && !reader.role.hides(&entity.id, &account.id)
    });
    if let Some(account) = above {
        let its = format!(
            "(SELECT x.account_id FROM {} x WHERE x.workspace_id = ?1 AND x.id = {id})",
            table(entity)
        );
        all.extend(sources.of(account, &its, true));
    }
    conditions.and(&format!("t.id IN (SELECT id FROM ({}) ORDER BY at DESC, id DESC LIMIT 1)", union(&all)));
    let head = format!(
        "SELECT json_array(t.owner_id, {}, t.happened_at, 1) AS j FROM touch t WHERE t.workspace_id = ?1",
        contact(reader)
    );
    conditions.statement("colleague", &head, "")
}

#[cfg(test)]
mod tests;
