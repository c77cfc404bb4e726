//! A record in one look: who has been talking with whom, and who may be told of it.

use std::collections::BTreeSet;

use domain::api::Code;
use domain::api::look::{LookReply, Person, READERS, ReadersReply, Talk};
use domain::api::record::Names;
use domain::ids::Id;
use domain::time::Instant;
use worker::Response;

use super::record::bodies;
use super::{read_entity, read_id};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, json};
use crate::storage::db::Rows;
use crate::storage::history::{self, TalkRow};
use crate::storage::readers;
use crate::storage::records::{self, Selection};

pub async fn get(cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let record = read_id(id)?;
    let (session, rows) = cx
        .session(&|session| {
            let (reader, definition) = (session.reader()?, read_entity(session, entity)?);
            let mut statements = vec![records::get(reader, definition, record)];
            let touch = reader.schema.entity("touch").filter(|_| history::tells_talks(reader, definition));
            if let Some(touch) = touch {
                statements.push(history::talks(reader, touch, definition, record, session.now));
                statements.push(history::colleague(reader, touch, definition, record, session.now));
            }
            Ok(statements)
        })
        .await?;
    let mut rows = rows.iter();
    check_seen(&session, entity, rows.next())?;
    let talks = |rows: Option<&Rows>| -> Answer<Vec<Talk>> {
        let rows = rows.map(Rows::read::<TalkRow>).transpose()?.unwrap_or_default();
        let talk = |(by, with, at, touches)| Some(Talk { by, with, at: Instant::from_unix_ms(at)?, touches });
        Ok(rows.into_iter().filter_map(talk).collect())
    };
    let mut reply = LookReply {
        talks: talks(rows.next())?,
        colleague: talks(rows.next())?.into_iter().next(),
        names: Names::new(),
    };
    name_people(&session, &mut reply).await?;
    json(&reply)
}

/// # Errors
/// 404 where the record is not in sight.
fn check_seen(session: &Session, entity: &str, rows: Option<&Rows>) -> Answer<()> {
    let selection = Selection::new(session.reader()?, read_entity(session, entity)?);
    let rows = rows.ok_or_else(|| Failure::Fault("fewer answers than statements".into()))?;
    let found = bodies(&selection, rows, &mut Names::new())?;
    if found.is_empty() { Err(Failure::refused(Code::NotFound)) } else { Ok(()) }
}

async fn name_people(session: &Session, reply: &mut LookReply) -> Answer<()> {
    let reader = session.reader()?;
    let all = reply.talks.iter().chain(&reply.colleague);
    let (ours, theirs): (BTreeSet<Id>, BTreeSet<Option<Id>>) = all.map(|talk| (talk.by, talk.with)).unzip();
    if ours.is_empty() {
        return Ok(());
    }
    let theirs = theirs.into_iter().flatten().collect();
    let kinds = [("user", &ours), ("contact", &theirs)];
    let named = kinds.into_iter().filter_map(|(kind, ids)| Some((reader.schema.entity(kind)?, ids)));
    let statements = named.map(|(entity, ids)| records::names(reader, entity, ids)).collect();
    for rows in session.db.batch(statements).await? {
        reply.names.extend(rows.read::<(Id, String)>()?);
    }
    Ok(())
}

pub async fn readers(cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let record = read_id(id)?;
    let (session, rows) = cx
        .session(&|session| {
            let (reader, definition) = (session.reader()?, read_entity(session, entity)?);
            let mut statements = vec![records::get(reader, definition, record)];
            statements.extend(readers::of_record(reader, definition, record));
            Ok(statements)
        })
        .await?;
    let mut rows = rows.iter();
    check_seen(&session, entity, rows.next())?;
    let mut people = Vec::new();
    for rows in rows {
        people.extend(rows.read::<(String, Id, String)>()?);
    }
    people.sort();
    let more = people.len() > READERS as usize;
    people.truncate(READERS as usize);
    let people = people.into_iter().map(|(_, id, name)| Person { id, name }).collect();
    json(&ReadersReply { people, more })
}
