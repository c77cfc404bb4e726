//! One box over all records.

use domain::access::{Act, Level, Permission};
use domain::api::Code;
use domain::api::command::MAX_BODY;
use domain::api::record::{self, Hit, RebuildReply, RebuildRequest, SearchReply, SearchRequest};
use domain::message::Problem;
use domain::schema::Entity;
use worker::Response;

use super::unknown_entity;
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_json, read_query};
use crate::search::Question;
use crate::services::index::{self, Place};
use crate::storage::db::{Rows, Statement};
use crate::storage::search::{Found, Search, order};

/// Characters of a question.
const MAX: usize = 100;
/// Hits among what changed last.
const RECENT: usize = 12;

pub async fn search(request: &Request, cx: &Cx) -> Answer<Response> {
    let SearchRequest { q, entity } = read_query(request)?;
    if q.chars().count() > MAX {
        return Err(Failure::invalid(Problem::on("q", "problem.too_long").with("max", MAX as u64)));
    }
    if q.trim().is_empty() {
        return recent(cx, entity.as_deref()).await;
    }
    let asked = Asked { question: Question::read(&q), key: domain::text::match_key(&q) };
    let (session, rows) =
        cx.session(&|session| Ok(asked.statements(&searched(session, entity.as_deref())?, false))).await?;
    let kinds = searched(&session, entity.as_deref())?;
    let mut reply = asked.reply(&kinds, false, &rows)?;
    // Nobody wrote it like this; perhaps somebody wrote it nearly like this.
    if reply.hits.is_empty() && !reply.stopped && asked.question.may_have_slips() {
        let rows = session.db.batch(asked.statements(&kinds, true)).await?;
        reply = asked.reply(&kinds, true, &rows)?;
    }
    json(&reply)
}

struct Asked {
    question: Question,
    key: String,
}

impl Asked {
    fn statements(&self, kinds: &[Search<'_>], near: bool) -> Vec<Statement> {
        let find = |kind: &Search<'_>| Some(kind.find(&kind.wanted(&self.question, near)?, &self.key));
        kinds.iter().filter_map(find).collect()
    }

    fn reply(&self, kinds: &[Search<'_>], near: bool, rows: &[Rows]) -> Answer<SearchReply> {
        let mut rows = rows.iter();
        let mut found: Vec<(&Entity, Found)> = Vec::new();
        let mut stopped = false;
        for kind in kinds {
            if kind.wanted(&self.question, near).is_none() {
                continue;
            }
            let rows = rows.next().ok_or_else(|| Failure::Fault("fewer answers than statements".into()))?;
            let (some, early) = kind.read(&self.question, near, rows)?;
            stopped |= early;
            found.extend(some.into_iter().map(|found| (kind.entity, found)));
        }
        found.sort_by_key(|(_, found)| order(found));
        let near = near && !found.is_empty();
        Ok(SearchReply { hits: found.into_iter().map(hit).collect(), stopped, near })
    }
}

async fn recent(cx: &Cx, entity: Option<&str>) -> Answer<Response> {
    let (session, rows) =
        cx.session(&|session| Ok(searched(session, entity)?.iter().map(Search::recent).collect())).await?;
    let mut found: Vec<(&Entity, Found)> = Vec::new();
    let kinds = searched(&session, entity)?;
    for (kind, rows) in kinds.iter().zip(&rows) {
        found.extend(Search::read_recent(rows)?.into_iter().map(|found| (kind.entity, found)));
    }
    found.sort_by_key(|(_, found)| order(found));
    found.truncate(RECENT);
    json(&SearchReply { hits: found.into_iter().map(hit).collect(), stopped: false, near: false })
}

fn hit((entity, found): (&Entity, Found)) -> Hit {
    let Found { id, title, detail, elsewhere, .. } = found;
    Hit {
        entity: entity.id.clone(),
        id,
        title,
        detail: detail.unwrap_or_default(),
        found: elsewhere.map(|(field, text)| record::Found { field, text }),
    }
}

/// The kinds of record that are searched: those with a place of their own, or the one asked for.
fn searched<'a>(session: &'a Session, entity: Option<&str>) -> Answer<Vec<Search<'a>>> {
    let reader = session.reader()?;
    let workspace = session.db.workspace();
    if let Some(unknown) = entity.filter(|id| session.schema.entity(id).is_none()) {
        return Err(Failure::invalid(unknown_entity(unknown)));
    }
    let wanted = |candidate: &&Entity| match entity {
        Some(entity) => candidate.id == entity && candidate.title == "name",
        None => candidate.listed,
    };
    let seen = |candidate: &&Entity| reader.role.level(&candidate.id, Act::View) != Level::None;
    let kinds = session.schema.entities.iter().filter(wanted).filter(seen);
    Ok(kinds.map(|entity| Search::new(reader, workspace, entity)).collect())
}

pub async fn rebuild(request: &Request, cx: &Cx) -> Answer<Response> {
    let RebuildRequest { from } = read_json(request, MAX_BODY).await?;
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    if !session.role()?.may(Permission::Define) {
        return Err(Failure::refused(Code::Forbidden));
    }
    let from = Place::read(from.as_deref().unwrap_or_default(), &session.schema)
        .ok_or_else(|| Failure::invalid(Problem::on("from", "problem.not_a_cursor")))?;
    let (records, next) = index::step(&session.db, &session.schema, from).await?;
    json(&RebuildReply {
        records: u32::try_from(records).unwrap_or(u32::MAX),
        next: next.map(|next| next.write()),
    })
}
