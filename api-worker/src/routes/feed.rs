//! One's own calendar for calendar apps: its secret address, and what is read by it.
//!
//! An app that reads a calendar has no session and no way to sign in: the address is the key. So it tells only what its
//! owner has to do and when, under the owner's scope and hidden fields as they are at that moment, and no notes.

use domain::access::{Act, Level};
use domain::api::notification::FeedReply;
use domain::api::{Code, Empty};
use domain::reminder::due_field;
use domain::schema::{Entity, Schema, builtin};
use domain::value::Value;
use messages::Lang;
use worker::{Response, ResponseBuilder};

use super::account::read_link;
use crate::calendar::{Entry, text};
use crate::gate::Cx;
use crate::http::{Answer, Failure, Request, json, read_json};
use crate::platform::{new_token, token_hash};
use crate::storage::db::{Db, Rows};
use crate::storage::definitions;
use crate::storage::ics::{self, Owner};
use crate::storage::records::{Reader, Selected, Selection};

/// Bytes of a request.
const MAX_BODY: usize = 1024;

const DAY_MS: i64 = 86_400_000;
/// How far a calendar looks back and ahead, in days.
const BACK: i64 = 30;
const AHEAD: i64 = 366;
/// Entries of one calendar, at most.
const ENTRIES: u32 = 2_000;

pub async fn make(request: &Request, cx: &Cx) -> Answer<Response> {
    let Empty {} = read_json(request, MAX_BODY).await?;
    let token = new_token()?;
    let hash = token_hash(&token);
    let (session, _) =
        cx.session(&|session| Ok(ics::make(session.actor.user, &hash, session.now).into())).await?;
    // The address names shard and workspace, as the session cookie does.
    let path = format!("/ics/{}.{}.{token}.ics", session.shard, session.db.workspace());
    json(&FeedReply { path })
}

pub async fn revoke(cx: &Cx) -> Answer<Response> {
    cx.session(&|session| Ok(vec![ics::revoke(session.actor.user)])).await?;
    json(&Empty {})
}

/// The token of an address of this kind, whatever it may be worth.
#[must_use]
pub fn link_of(path: &str) -> Option<&str> {
    path.strip_prefix("/ics/")?.strip_suffix(".ics")
}

pub async fn calendar(request: &Request, cx: &Cx, link: &str) -> Answer<Response> {
    let (_, db, hash) = read_link(cx, link)?;
    let text = read(request, cx, &db, &hash).await?;
    let tag = format!("\"{}\"", token_hash(&text));
    let known = request.headers().get("if-none-match")?.unwrap_or_default();
    let known = known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    let reply = ResponseBuilder::new()
        .with_status(if known { 304 } else { 200 })
        .with_header("cache-control", "private, no-cache")?
        .with_header("etag", &tag)?;
    if known {
        return Ok(reply.empty());
    }
    let reply = reply
        .with_header("content-type", "text/calendar; charset=utf-8")?
        .with_header("content-disposition", "inline; filename=\"zhike.ics\"")?;
    Ok(reply.fixed(text.into_bytes()))
}

/// Every address that leads nowhere is answered alike: made up, revoked, of somebody who has left.
fn gone() -> Failure {
    Failure::refused(Code::NotFound)
}

fn first(rows: &[Rows]) -> Answer<Owner> {
    let owner = rows.first().map(Rows::first::<Owner>).transpose()?.flatten();
    owner.ok_or_else(gone)
}

async fn read(request: &Request, cx: &Cx, db: &Db, hash: &str) -> Answer<String> {
    // What is read was read while its owner was who the queries were made for; a role that changes in between costs a turn.
    for _ in 0..3 {
        let rows = db.batch(vec![ics::owner(hash), definitions::current()]).await?;
        let owner = first(&rows)?;
        let schema = definitions::read(rows.get(1).ok_or_else(gone)?)?;
        // Definitions of an earlier build lack what this one asks for.
        let schema = builtin::completed(&schema).unwrap_or(schema);
        let role = schema.role(&owner.1).ok_or_else(gone)?;
        let reader = Reader { schema: &schema, role, user: owner.0 };
        let shown = shown(reader);
        let (from, to) = (cx.now.plus_ms(-BACK * DAY_MS), cx.now.plus_ms(AHEAD * DAY_MS));
        let mut statements = vec![ics::owner(hash)];
        statements.extend(shown.iter().map(|(entity, _)| ics::entries(reader, entity, from, to, ENTRIES)));
        let rows = db.batch(statements).await?;
        if first(&rows)? != owner {
            continue;
        }
        let lang = language(&schema, owner.3.as_deref());
        let mut entries = Vec::new();
        for ((entity, due), rows) in shown.iter().zip(rows.iter().skip(1)) {
            let selection = Selection::new(reader, entity);
            let selected = rows.read::<Selected>()?;
            let entry = |row| entry(&selection, row, entity, due, (lang, request.origin()));
            entries.extend(selected.into_iter().filter_map(entry));
        }
        entries.sort_by(|one, other| (one.due.at, &one.uid).cmp(&(other.due.at, &other.uid)));
        entries.truncate(ENTRIES as usize);
        let name = messages::text(lang, "ics.name", &[("name", &schema.workspace.name)]);
        return Ok(text(&name, &entries));
    }
    Err(Failure::refused(Code::Busy))
}

/// The kinds of record that become due, as far as the role sees them and when they are due.
fn shown(reader: Reader<'_>) -> Vec<(&Entity, &'static str)> {
    let Reader { schema, role, .. } = reader;
    let shown = |entity| {
        let due = due_field(entity)?;
        let hidden = role.hides(&entity.id, due) || role.hides(&entity.id, "owner");
        // Whether a task is open is told by its being here.
        let hidden = hidden || entity.id == "task" && role.hides("task", "status");
        (role.level(&entity.id, Act::View) != Level::None && !hidden).then_some((entity, due))
    };
    schema.entities.iter().filter_map(shown).collect()
}

fn language(schema: &Schema, own: Option<&str>) -> Lang {
    own.and_then(Lang::from_tag).or_else(|| Lang::from_tag(&schema.workspace.language)).unwrap_or(Lang::En)
}

fn entry(
    selection: &Selection<'_>,
    row: Selected,
    entity: &Entity,
    due: &str,
    (lang, origin): (Lang, &str),
) -> Option<Entry> {
    let record = selection.loaded(row).record;
    let Value::Schedule(schedule) = record.get(due) else { return None };
    let kind = if lang == Lang::Zh { &entity.label.zh } else { &entity.label.en };
    let name = record.get(&entity.title).text().unwrap_or(kind);
    let title = match entity.id.as_str() {
        "task" => name.to_owned(),
        _ => messages::text(lang, "ics.touch", &[("name", name)]).into_owned(),
    };
    let priority = match record.get("priority").text() {
        Some("high") => Some(1),
        Some("low") => Some(9),
        _ => None,
    };
    let id = record.key.id;
    Some(Entry {
        uid: format!("{id}@zhike"),
        title,
        due: schedule.clone(),
        url: format!("{origin}/records/{}/{id}", entity.id),
        changed: record.get("updated_at").instant().unwrap_or(schedule.at),
        priority,
    })
}
