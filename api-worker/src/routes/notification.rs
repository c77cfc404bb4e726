//! The bell, and how one wants to be reminded.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::api::Empty;
use domain::api::notification::{
    About, ChannelBody, Counts, Delivery, DeliveryState, Notification, NotificationsReply,
    NotificationsRequest, PAGE, ReadReply, ReadRequest, RemindersReply, SetRemindersRequest,
};
use domain::api::record::Names;
use domain::ids::Id;
use domain::message::Problem;
use domain::reminder::Channel;
use domain::time::Instant;
use serde::Deserialize;
use worker::Response;

use crate::deliver;
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_json, read_query};
use crate::storage::db::Rows;
use crate::storage::records;
use crate::storage::reminders::{self as storage, Row, read_settings};

/// Bytes of these requests: some ids, or the settings.
const MAX_BODY: usize = 16 * 1024;

/// What a notification says beside what it is about.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    by: Option<Id>,
    #[serde(default)]
    counts: Option<Counts>,
    #[serde(default)]
    channel: Option<String>,
}

pub async fn list(request: &Request, cx: &Cx) -> Answer<Response> {
    let NotificationsRequest { after, count_only } = read_query(request)?;
    let after = after.as_deref().map(read_place).transpose()?;
    let whole = !count_only.unwrap_or(false);
    let (session, rows) = cx
        .session(&|session| {
            let user = session.actor.user;
            let mut asked = vec![storage::unread(user)];
            asked.extend(whole.then(|| storage::page(user, after, PAGE + 1)));
            Ok(asked)
        })
        .await?;
    let unread = read_count(rows.first())?;
    let mut found = rows.get(1).map(Rows::read::<Row>).transpose()?.unwrap_or_default();
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|row| write_place(row.5, row.0));
    let (notifications, names) = told(&session, found).await?;
    json(&NotificationsReply { notifications, unread, names, next })
}

/// What notifications are about, as the reader sees it now, and what became of them elsewhere.
async fn told(session: &Session, rows: Vec<Row>) -> Answer<(Vec<Notification>, Names)> {
    if rows.is_empty() {
        return Ok((Vec::new(), Names::new()));
    }
    let reader = session.reader()?;
    let ids: Vec<Id> = rows.iter().map(|row| row.0).collect();
    let bodies: Vec<Body> = rows.iter().map(|row| serde_json::from_str(&row.7).unwrap_or_default()).collect();
    let kinds: BTreeSet<&str> = rows.iter().filter_map(|row| row.2.as_deref()).collect();
    let people: BTreeSet<Id> = bodies.iter().filter_map(|body| body.by).collect();
    let mut asked = vec![storage::deliveries(&ids)];
    asked.extend(session.schema.entity("user").map(|user| records::names(reader, user, &people)));
    let about = kinds.into_iter().filter_map(|kind| session.schema.entity(kind));
    asked.extend(about.map(|entity| storage::titles(reader, entity, &ids)));
    let mut answers = session.db.batch(asked).await?.into_iter();
    let mut answer = || answers.next().ok_or_else(|| Failure::Fault("fewer answers than statements".into()));
    let mut deliveries: BTreeMap<Id, Vec<Delivery>> = BTreeMap::new();
    for (of, delivery) in read_deliveries(&answer()?)? {
        deliveries.entry(of).or_default().push(delivery);
    }
    let names: Names = answer()?.read::<(Id, String)>()?.into_iter().collect();
    let mut titles: BTreeMap<Id, String> = BTreeMap::new();
    for rows in answers {
        titles.extend(rows.read::<(Id, String)>()?);
    }
    let notification = |(row, body): (Row, Body)| {
        let Row(id, kind, entity, record, due_at, at, read_at, _, open) = row;
        let title = titles.remove(&id);
        // What is not due is open as long as it is there.
        let open = title.is_some() && (due_at.is_none() || open == 1);
        // A name that the reader's role does not see is told as none.
        let title = title.filter(|title| !title.is_empty());
        Some(Notification {
            id,
            kind,
            at: Instant::from_unix_ms(at)?,
            due_at: due_at.and_then(Instant::from_unix_ms),
            read_at: read_at.and_then(Instant::from_unix_ms),
            about: entity.zip(record).map(|(entity, record)| About { entity, record, title, open }),
            by: body.by,
            counts: body.counts,
            channel: body.channel,
            deliveries: deliveries.remove(&id).unwrap_or_default(),
        })
    };
    Ok((rows.into_iter().zip(bodies).filter_map(notification).collect(), names))
}

fn read_deliveries(rows: &Rows) -> Answer<Vec<(Id, Delivery)>> {
    type Stored = (Id, Channel, String, u8, Option<i64>, Option<String>);
    let read = |(of, channel, state, doubtful, at, reason): Stored| {
        let state = match state.as_str() {
            "sent" => DeliveryState::Sent,
            "given_up" => DeliveryState::GivenUp,
            _ => DeliveryState::Waiting,
        };
        let at = at.and_then(Instant::from_unix_ms);
        (of, Delivery { channel, state, doubtful: doubtful == 1, at, reason })
    };
    Ok(rows.read::<Stored>()?.into_iter().map(read).collect())
}

pub async fn read(request: &Request, cx: &Cx) -> Answer<Response> {
    let ReadRequest { ids, until } = read_json(request, MAX_BODY).await?;
    if ids.len() > PAGE as usize {
        return Err(Failure::invalid(Problem::on("ids", "problem.too_many").with("max", PAGE)));
    }
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    let user = session.actor.user;
    let mut asked = Vec::from(storage::read(user, &ids, until, session.now));
    asked.push(storage::unread(user));
    let rows = session.db.batch(asked).await?;
    let unread = read_count(rows.last())?;
    // One's other devices ask again.
    cx.has_rung(session.db.workspace(), user);
    json(&ReadReply { unread })
}

fn read_count(rows: Option<&Rows>) -> Answer<u64> {
    Ok(rows.map(Rows::first::<(u64,)>).transpose()?.flatten().map_or(0, |(count,)| count))
}

pub async fn settings(cx: &Cx) -> Answer<Response> {
    let (session, rows) = cx
        .session(&|session| {
            let user = session.actor.user;
            Ok(vec![storage::settings(user), storage::channels(user), storage::feed_since(user)])
        })
        .await?;
    let [settings, channels, feed] = &rows[..] else {
        return Err(Failure::Fault("fewer answers than statements".into()));
    };
    let settings = read_settings(settings.first::<(String,)>()?.map(|(body,)| body).as_deref());
    type Stored = (Id, Channel, String, Option<String>, i64, Option<i64>);
    let channel = |(id, channel, name, endpoint_hash, at, dead_at): Stored| {
        let dead_at = dead_at.and_then(Instant::from_unix_ms);
        Some(ChannelBody { id, channel, name, endpoint_hash, at: Instant::from_unix_ms(at)?, dead_at })
    };
    json(&RemindersReply {
        settings,
        push_key: deliver::push_key(&cx.env).map_err(Failure::Fault)?,
        channels: channels.read::<Stored>()?.into_iter().filter_map(channel).collect(),
        mail: session.email.filter(|_| deliver::sends_mail(&cx.env)),
        feed_since: feed.first::<(i64,)>()?.and_then(|(at,)| Instant::from_unix_ms(at)),
    })
}

pub async fn set(request: &Request, cx: &Cx) -> Answer<Response> {
    let SetRemindersRequest { settings } = read_json(request, MAX_BODY).await?;
    let problems = settings.problems();
    if !problems.is_empty() {
        return Err(Failure::problems(problems));
    }
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    let user = session.actor.user;
    let mut changed = vec![storage::set(user, &settings)];
    changed.extend(storage::find_anew(Some(user)));
    session.db.batch(changed).await?;
    json(&Empty {})
}

fn read_place(text: &str) -> Answer<(i64, Id)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice::<(i64, Id)>(&bytes).ok());
    place
        .filter(|(at, _)| Instant::from_unix_ms(*at).is_some())
        .ok_or_else(|| Failure::invalid(Problem::on("after", "problem.not_a_cursor")))
}

fn write_place(at: i64, id: Id) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(at, id)).unwrap_or_default())
}
