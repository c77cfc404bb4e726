//! What waits is sent: claimed, sent, noted. Whoever sends is asked again who they are and what they see.

use std::collections::BTreeMap;

use domain::api::notification::BotService;
use domain::ids::Id;
use domain::reminder::{Kind, SINGLE, hears_of, retry_ms};
use domain::schema::Schema;
use domain::time::Instant;
use messages::Lang;
use serde::Deserialize;
use worker::Env;

use super::{Group, words};
use crate::deliver::{Message, Outcome, SETTINGS_PATH, Target, send};
use crate::platform::now;
use crate::storage::db::{Db, DbError, Rows};
use crate::storage::definitions;
use crate::storage::records::Reader;
use crate::storage::reminders::{self as storage, Member, Row};

/// What a browser and a bot are reached by, as it is stored.
#[derive(Deserialize)]
struct Push {
    endpoint: String,
    p256dh: String,
    auth: String,
}

#[derive(Deserialize)]
struct Bot {
    service: BotService,
    url: String,
    #[serde(default)]
    secret: Option<String>,
}

/// A delivery that was claimed: how often it was tried, this time included.
type Attempts = BTreeMap<Id, u32>;

struct Sending<'a> {
    env: &'a Env,
    db: Db,
    group: &'a Group,
    attempts: Attempts,
}

/// Sends what is due to a member over a channel.
///
/// # Errors
/// What the database says. What was claimed and not noted is sent again when its lease is over.
pub async fn deliver(env: &Env, group: &Group) -> Result<(), DbError> {
    let (db, at) = (Db::open(env, group.shard, group.workspace)?, now());
    let mut asked = Vec::from(storage::claim(group.user, &group.channel, at));
    asked.push(storage::member(group.user));
    asked.push(storage::channel(group.user, &group.channel));
    asked.push(definitions::current());
    let rows = db.batch(asked).await?;
    let [_, claimed, member, channel, definition] = &rows[..] else { return Ok(()) };
    let claimed = claimed.read::<(Id, u32, u8)>()?;
    if claimed.is_empty() {
        return Ok(());
    }
    let attempts = claimed.into_iter().map(|(id, attempts, _)| (id, attempts)).collect();
    let sending = Sending { env, db, group, attempts };
    let all = sending.ids();
    let Some(member) = member.first::<Member>()? else {
        return sending.give_up(&all, "no member any more").await;
    };
    let Some(target) = target(&group.channel, &member, channel)? else {
        return sending.give_up(&all, "no such channel any more").await;
    };
    let schema = definitions::read(definition)?;
    sending.send_all(&schema, &member, &target).await
}

fn target(channel: &str, member: &Member, row: &Rows) -> Result<Option<Target>, DbError> {
    if channel == "mail" {
        return Ok(member.3.clone().map(|to| Target::Mail { to }));
    }
    let Some((kind, body)) = row.first::<(String, String)>()? else { return Ok(None) };
    let fault = |error: serde_json::Error| DbError::Fault(format!("channel: {error}"));
    let target = if kind == "push" {
        let Push { endpoint, p256dh, auth } = serde_json::from_str(&body).map_err(fault)?;
        Target::Push { endpoint, p256dh, auth }
    } else {
        let Bot { service, url, secret } = serde_json::from_str(&body).map_err(fault)?;
        Target::Bot { service, url, secret }
    };
    Ok(Some(target))
}

impl Sending<'_> {
    fn ids(&self) -> Vec<Id> {
        self.attempts.keys().copied().collect()
    }

    async fn send_all(&self, schema: &Schema, member: &Member, target: &Target) -> Result<(), DbError> {
        let (role, zone, language, _, unread) = member;
        let Some(role) = schema.role(role) else {
            return self.give_up(&self.ids(), "no role any more").await;
        };
        let reader = Reader { schema, role, user: self.group.user };
        let mut asked = vec![storage::by_ids(&self.ids())];
        let titled = |entity| storage::titles(reader, entity, &self.ids());
        asked.extend(schema.entities.iter().map(titled));
        let mut rows = self.db.batch(asked).await?.into_iter();
        let found = rows.next().map(|rows| rows.read::<Row>()).transpose()?.unwrap_or_default();
        let mut titles: BTreeMap<Id, String> = BTreeMap::new();
        for rows in rows {
            titles.extend(rows.read::<(Id, String)>()?);
        }
        let language = language.as_deref().unwrap_or(&schema.workspace.language);
        let lang = Lang::from_tag(language).unwrap_or(Lang::En);
        let zone = zone.as_deref().unwrap_or(&schema.workspace.zone);
        let (mut over, mut unseen, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for row in found {
            let Row(id, kind, entity, .., open) = &row;
            let is_due = matches!(kind, Kind::TouchDue | Kind::TaskDue);
            let hidden = is_due && !entity.as_deref().is_some_and(|entity| hears_of(schema, role, entity));
            if entity.is_some() && !titles.contains_key(id) || hidden {
                unseen.push(*id);
            } else if is_due && *open == 0 || row.6.is_some() {
                over.push(*id);
            } else {
                told.push(row);
            }
        }
        if !over.is_empty() {
            self.give_up(&over, "done, moved or read before it was sent").await?;
        }
        if !unseen.is_empty() {
            self.give_up(&unseen, "not in sight any more").await?;
        }
        let message = |row: &Row, (title, body): (String, String)| {
            let Row(id, kind, entity, record, ..) = row;
            let record = entity.clone().zip(*record);
            let path = match &record {
                Some((entity, id)) => format!("/records/{entity}/{id}"),
                None if *kind == Kind::ChannelDead => SETTINGS_PATH.to_owned(),
                None => "/".to_owned(),
            };
            let about = record.as_ref().map_or_else(|| kind.word().to_owned(), |(_, id)| id.to_string());
            let topic = self.group.workspace.named(&format!("{}/topic/{about}", self.group.user));
            let topic = topic.to_string().replace('-', "");
            Message {
                id: *id,
                topic,
                language: lang.code().to_owned(),
                title,
                body,
                path,
                record,
                kind: *kind,
                unread: *unread,
            }
        };
        // A bot reaches a group: never whom or what it is about.
        let Some(first) = told.first() else { return Ok(()) };
        if matches!(target, Target::Bot { .. }) || told.len() > SINGLE {
            let message = Message {
                path: "/".to_owned(),
                record: None,
                ..message(first, words::many(told.len(), lang))
            };
            let ids: Vec<Id> = told.iter().map(|row| row.0).collect();
            return self.send(target, &message, &ids).await;
        }
        for row in &told {
            let Row(id, kind, _, _, due_at, _, _, body, _) = row;
            let body: words::Body = serde_json::from_str(body).unwrap_or_default();
            let name = titles.get(id).map(String::as_str).unwrap_or_default();
            let due_at = due_at.and_then(Instant::from_unix_ms);
            let said = words::of(*kind, name, due_at, &body, zone, lang);
            self.send(target, &message(row, said), &[*id]).await?;
        }
        Ok(())
    }

    async fn send(&self, target: &Target, message: &Message, ids: &[Id]) -> Result<(), DbError> {
        let channel = &self.group.channel;
        match send(self.env, target, message).await {
            Outcome::Sent => {
                let outcome =
                    storage::Outcome { state: "sent", next_at: None, sent_at: Some(now()), reason: None };
                let noted =
                    vec![storage::note(channel, ids, &outcome), storage::count_failures(channel, false)];
                self.db.batch(noted).await.map(drop)
            }
            Outcome::Later { reason, after_ms } => {
                let attempts = ids.iter().filter_map(|id| self.attempts.get(id)).max().copied().unwrap_or(1);
                let Some(wait) = retry_ms(attempts) else { return self.fail(ids, &reason).await };
                // Whoever asks for patience gets it, within reason.
                let wait = after_ms.map_or(wait, |ms| ms.clamp(wait, 24 * 60 * 60 * 1000));
                let again = Some(now().plus_ms(wait));
                let outcome = storage::Outcome {
                    state: "waiting",
                    next_at: again,
                    sent_at: None,
                    reason: Some(&reason),
                };
                self.db.one(storage::note(channel, ids, &outcome)).await.map(drop)
            }
            Outcome::Refused { reason } => self.fail(ids, &reason).await,
            Outcome::Gone { reason } => {
                self.give_up(ids, &reason).await?;
                self.bury().await
            }
        }
    }

    /// Gives up what was tried; a channel that does nothing else is dead.
    async fn fail(&self, ids: &[Id], reason: &str) -> Result<(), DbError> {
        self.give_up(ids, reason).await?;
        let counted = self.db.one(storage::count_failures(&self.group.channel, true)).await?;
        let failures = counted.first::<(u32,)>()?.map_or(0, |(failures,)| failures);
        if failures >= storage::MAX_FAILURES { self.bury().await } else { Ok(()) }
    }

    async fn give_up(&self, ids: &[Id], reason: &str) -> Result<(), DbError> {
        let outcome =
            storage::Outcome { state: "given_up", next_at: None, sent_at: None, reason: Some(reason) };
        self.db.one(storage::note(&self.group.channel, ids, &outcome)).await.map(drop)
    }

    async fn bury(&self) -> Result<(), DbError> {
        let Group { workspace, user, channel, .. } = self.group;
        // A channel that came to life again may end again.
        let now = now();
        let name = format!("{user}/{}/{channel}/{}", Kind::ChannelDead.word(), now.unix_ms());
        self.db.batch(storage::bury(*user, channel, workspace.named(&name), now).into()).await.map(drop)
    }
}
