//! What happened with a record, as its reader may know it.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::Code;
use domain::api::record::{Names, TimelineEntry, TimelineKind, TimelineReply, TimelineRequest};
use domain::command::ChangeKind;
use domain::comment::{COMMENT, mentions};
use domain::ids::Id;
use domain::schema::{Entity, Field};
use domain::time::Instant;
use domain::{process, signals};
use serde_json::Value as Json;
use worker::Response;

use super::record::bodies;
use super::{read_entity, read_id};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_query};
use crate::storage::db::Statement;
use crate::storage::history::{self, Wanted};
use crate::storage::records::{self, Reader, Selected, Selection};
use crate::storage::timeline::{self, Cursor, Place};
use crate::storage::{files, log};

/// Entries of a page.
const PAGE: u32 = 40;
/// What a timeline is put together from, in the order it is asked for, when everything is.
const EVERYTHING: [TimelineKind; 4] =
    [TimelineKind::Change, TimelineKind::Touch, TimelineKind::Task, TimelineKind::Comment];

pub async fn get(request: &Request, cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let TimelineRequest { after, only, by, related } = read_query(request)?;
    let record = read_id(id)?;
    let from = after.as_deref().map(Cursor::read).transpose().map_err(Failure::invalid)?.unwrap_or_default();
    let wish = Wish { from, by, related: related == Some(true) };
    let parts = only.map_or_else(|| EVERYTHING.to_vec(), |only| vec![only]);
    let (session, rows) = cx
        .session(&|session| {
            let (reader, definition) = (session.reader()?, read_entity(session, entity)?);
            let mut statements = vec![records::get(reader, definition, record)];
            for part in &parts {
                statements.extend(asked(*part, reader, definition, record, &wish));
            }
            Ok(statements)
        })
        .await?;
    let reader = session.reader()?;
    let definition = read_entity(&session, entity)?;
    let mut names = Names::new();
    let mut rows = rows.iter();
    let mut answer = || rows.next().ok_or_else(|| Failure::Fault("fewer answers than statements".into()));
    if bodies(&Selection::new(reader, definition), answer()?, &mut names)?.is_empty() {
        return Err(Failure::refused(Code::NotFound));
    }
    let mut histories = Vec::new();
    for part in parts {
        let history: Vec<timeline::Row<TimelineEntry>> = match part {
            TimelineKind::Change => {
                let entries = log::read(answer()?)?.into_iter().map(|entry| timeline::Row {
                    at: entry.at,
                    place: Place::Change(entry.seq),
                    entry: change_entry(reader, definition, entry),
                });
                let mut history: Vec<_> = entries.collect();
                history.extend(log::edge(answer()?)?);
                history
            }
            TimelineKind::File => files::read_held(answer()?)?.into_iter().map(file_row).collect(),
            TimelineKind::Touch | TimelineKind::Task | TimelineKind::Comment => {
                let Some(about) = about(reader, kind_of(part), definition) else { continue };
                let selection = Selection::new(reader, about);
                let rows = answer()?.read::<Selected>()?;
                rows.into_iter().filter_map(|row| event_row(part, &selection, row, &mut names)).collect()
            }
        };
        histories.push(history);
    }
    let (entries, next) = timeline::page(histories, wish.from, PAGE as usize);
    let mut reply = TimelineReply { entries, names, next: next.map(|next| next.write()) };
    name_people(&session, &mut reply).await?;
    json(&reply)
}

/// What is asked for beside the kinds.
struct Wish {
    from: Cursor,
    by: Option<Id>,
    related: bool,
}

/// The statements of one history: one row more than a page tells that there are others.
fn asked(
    part: TimelineKind,
    reader: Reader<'_>,
    entity: &Entity,
    record: Id,
    Wish { from, by, related }: &Wish,
) -> Vec<Statement> {
    let (by, related) = (*by, *related);
    let events = |at, after| {
        let kind = about(reader, kind_of(part), entity)?;
        let wanted = Wanted { related, by, after };
        let selection = Selection::new(reader, kind);
        Some(history::about(&selection, (kind, at), reader, (entity, record), wanted, PAGE + 1))
    };
    match part {
        TimelineKind::Change => {
            let part = log::Part { entity: &entity.id, record, after: from.change, by };
            log::of_record(&part, &told_fields(reader, entity), PAGE + 1).into()
        }
        TimelineKind::Touch => Vec::from_iter(events("happened_at", from.touch)),
        TimelineKind::Task => Vec::from_iter(events("created_at", from.task)),
        TimelineKind::Comment => Vec::from_iter(events("created_at", from.comment)),
        TimelineKind::File => {
            vec![files::held(reader, &holders(reader, entity), record, by, from.file, PAGE + 1)]
        }
    }
}

/// The kind of record that a history is of.
const fn kind_of(part: TimelineKind) -> &'static str {
    match part {
        TimelineKind::Task => "task",
        TimelineKind::Comment => COMMENT,
        TimelineKind::Touch | TimelineKind::Change | TimelineKind::File => "touch",
    }
}

/// The definition of `kind` when its records can be about those of `entity`.
fn about<'a>(reader: Reader<'a>, kind: &str, entity: &Entity) -> Option<&'a Entity> {
    reader.schema.entity(kind).filter(|kind| history::is_about(kind, &entity.id))
}

/// Whose files belong to a record: its own, those of what is about it, and those of the lead it was.
fn holders<'a>(reader: Reader<'a>, entity: &'a Entity) -> files::Holders<'a> {
    let about = ["touch", "task"].into_iter().filter_map(|kind| about(reader, kind, entity)).collect();
    let became = domain::conversion::RESULTS.contains(&entity.id.as_str());
    files::Holders { entity, about, lead: reader.schema.entity("lead").filter(|_| became) }
}

fn event_row(
    part: TimelineKind,
    selection: &Selection<'_>,
    row: Selected,
    names: &mut Names,
) -> Option<timeline::Row<TimelineEntry>> {
    let (moment, id) = (row.key().as_i64()?, row.id());
    let record = selection.body(row, names);
    let at = Instant::from_unix_ms(moment);
    let (place, entry) = match part {
        TimelineKind::Comment => {
            (Place::Comment(moment, id), at.map(|at| TimelineEntry::Comment { at, record }))
        }
        TimelineKind::Task => (Place::Task(moment, id), at.map(|at| TimelineEntry::Task { at, record })),
        _ => (Place::Touch(moment, id), at.map(|at| TimelineEntry::Touch { at, record })),
    };
    Some(timeline::Row { at: moment, place, entry })
}

fn file_row(held: files::Held) -> timeline::Row<TimelineEntry> {
    let files::Held { file, at: moment, entity, record } = held;
    let (place, by) = (Place::File(moment, file.info.id), file.by);
    let at = Instant::from_unix_ms(moment);
    let entry = at.map(|at| TimelineEntry::File { at, by, file: file.info, entity, record });
    timeline::Row { at: moment, place, entry }
}

/// The fields whose changes are told: those that the reader sees and people fill, what a mover said, and pauses.
fn told_fields(reader: Reader<'_>, entity: &Entity) -> Vec<String> {
    let told = entity.fields.iter().filter(|field| is_told(reader, entity, field));
    told.map(|field| field.id.clone()).collect()
}

fn is_told(reader: Reader<'_>, entity: &Entity, field: &Field) -> bool {
    let mut said = process::SAID.into_iter().chain(signals::PAUSE);
    let is_told = !field.system || said.any(|said| said == field.id);
    is_told && !reader.role.hides(&entity.id, &field.id)
}

/// A change as the reader may see it; nothing when every field of it is hidden or kept by the system.
fn change_entry(reader: Reader<'_>, entity: &Entity, entry: log::Entry) -> Option<TimelineEntry> {
    let shown = |id: &str| entity.field(id).is_some_and(|field| is_told(reader, entity, field));
    let pair = |(id, pair): (String, Json)| {
        let side = |at: usize| pair.get(at).cloned().unwrap_or(Json::Null);
        shown(&id).then(|| (id.clone(), (side(0), side(1))))
    };
    let fields: BTreeMap<String, (Json, Json)> = entry.fields.into_iter().filter_map(pair).collect();
    if fields.is_empty() && entry.kind == ChangeKind::Updated {
        return None;
    }
    Some(TimelineEntry::Change {
        at: Instant::from_unix_ms(entry.at)?,
        command: entry.command,
        by: entry.user,
        change: entry.kind,
        fields,
    })
}

/// Adds the names of who changed or brought something or is named by a comment, and of what relations pointed at, before and after.
async fn name_people(session: &Session, reply: &mut TimelineReply) -> Answer<()> {
    let reader = session.reader()?;
    let mut ids = BTreeSet::new();
    for entry in &reply.entries {
        match entry {
            TimelineEntry::Change { by, fields, .. } => {
                ids.insert(*by);
                let sides = fields.values().flat_map(|(before, after)| [before, after]);
                ids.extend(sides.filter_map(Json::as_str).filter_map(|text| text.parse::<Id>().ok()));
            }
            TimelineEntry::File { by, .. } => {
                ids.insert(*by);
            }
            TimelineEntry::Comment { record, .. } => {
                let text = record.values.get("text").and_then(Json::as_str);
                ids.extend(text.map(mentions).unwrap_or_default());
            }
            TimelineEntry::Touch { .. } | TimelineEntry::Task { .. } => {}
        }
    }
    ids.retain(|id| !reply.names.contains_key(id));
    if ids.is_empty() {
        return Ok(());
    }
    let named = reader.schema.entities.iter().filter(|entity| entity.title == "name");
    let statements = named.map(|entity| records::names(reader, entity, &ids)).collect();
    for rows in session.db.batch(statements).await? {
        reply.names.extend(rows.read::<(Id, String)>()?);
    }
    Ok(())
}
