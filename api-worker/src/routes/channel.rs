//! The channels by which reminders reach somebody, and a trial of each. Everybody has their own and touches no other.

use domain::api::notification::{AddBotRequest, AddPushRequest, ChannelReply, TestReply, TestRequest};
use domain::api::{Code, Empty};
use domain::channel::{MAX_CHANNELS, check_bot, check_push};
use domain::ids::Id;
use domain::message::Problem;
use domain::reminder::Kind;
use messages::{Lang, text};
use worker::Response;

use super::read_id;
use crate::deliver::push::Receiver;
use crate::deliver::{self, Message, Outcome, SETTINGS_PATH, Target, local_receivers};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_json};
use crate::platform::{new_id, token_hash};
use crate::storage::channels::{self, Body};
use crate::storage::db::{Rows, SystemDb};
use crate::storage::directory;

/// Bytes of these requests: addresses and keys.
const MAX_BODY: usize = 16 * 1024;
/// Trials of one person in a window of attempts: enough to set everything up, too few to be a nuisance to a receiver.
const TRIALS: u32 = 30;

pub async fn add_push(request: &Request, cx: &Cx) -> Answer<Response> {
    let push: AddPushRequest = read_json(request, MAX_BODY).await?;
    let mut problems = check_push(&push, &local_receivers(&cx.env));
    if problems.is_empty() && Receiver::read(&push.p256dh, &push.auth).is_err() {
        problems.push(Problem::on("p256dh", "channel.problem.key"));
    }
    if !problems.is_empty() {
        return Err(refused(cx, problems).await);
    }
    let name = request.headers().get("user-agent")?.unwrap_or_default();
    let (id, hash) = (new_id()?, token_hash(&push.endpoint));
    let (_, rows) = cx
        .session(&|session| {
            Ok(channels::add_push(session.actor.user, id, &name, &push, &hash, session.now).into())
        })
        .await?;
    added(&rows)
}

pub async fn add_bot(request: &Request, cx: &Cx) -> Answer<Response> {
    let bot: AddBotRequest = read_json(request, MAX_BODY).await?;
    let problems = check_bot(&bot, &local_receivers(&cx.env));
    if !problems.is_empty() {
        return Err(refused(cx, problems).await);
    }
    let id = new_id()?;
    let (_, rows) =
        cx.session(&|session| Ok(vec![channels::add_bot(session.actor.user, id, &bot, session.now)])).await?;
    added(&rows)
}

/// The refusal of a request by a session; without one there is nothing to say of what was sent.
async fn refused(cx: &Cx, problems: Vec<Problem>) -> Failure {
    match cx.session(&|_| Ok(Vec::new())).await {
        Ok(_) => Failure::problems(problems),
        Err(failure) => failure,
    }
}

/// One of the statements answered with the channel, unless there was no room for it.
fn added(rows: &[Rows]) -> Answer<Response> {
    for rows in rows {
        if let Some((id,)) = rows.first::<(Id,)>()? {
            return json(&ChannelReply { id });
        }
    }
    Err(Failure::invalid(Problem::new("channel.problem.many").with("max", MAX_CHANNELS)))
}

pub async fn remove(cx: &Cx, id: &str) -> Answer<Response> {
    let id = read_id(id)?;
    let (_, rows) = cx.session(&|session| Ok(vec![channels::remove(session.actor.user, id)])).await?;
    if rows.first().is_none_or(Rows::is_empty) {
        return Err(Failure::refused(Code::NotFound));
    }
    json(&Empty {})
}

pub async fn test(request: &Request, cx: &Cx) -> Answer<Response> {
    let TestRequest { channel } = read_json(request, MAX_BODY).await?;
    let (session, rows) = cx
        .session(&|session| {
            let own = |id| channels::body_of(session.actor.user, id);
            Ok(channel.map(own).into_iter().collect())
        })
        .await?;
    let target = match channel {
        Some(_) => {
            let body = rows.first().map(Rows::first::<(Body,)>).transpose()?.flatten();
            target_of(body.ok_or_else(|| Failure::refused(Code::NotFound))?.0)
        }
        None => Target::Mail { to: session.email.clone().unwrap_or_default() },
    };
    count_trial(cx, &session).await?;
    let outcome = deliver::send(&cx.env, &target, &trial(&session)?).await;
    let reason = match outcome {
        Outcome::Sent => None,
        Outcome::Later { reason, .. } | Outcome::Gone { reason } | Outcome::Refused { reason } => {
            Some(reason)
        }
    };
    if let (None, Some(id)) = (&reason, channel) {
        session.db.one(channels::lives(session.actor.user, id)).await?;
    }
    json(&TestReply { sent: reason.is_none(), reason })
}

fn target_of(body: Body) -> Target {
    match body {
        Body::Push(AddPushRequest { endpoint, p256dh, auth }) => Target::Push { endpoint, p256dh, auth },
        Body::Bot { service, url, secret } => Target::Bot { service, url, secret },
    }
}

/// # Errors
/// 429 for whoever tries and tries.
async fn count_trial(cx: &Cx, session: &Session) -> Answer<()> {
    let subject = format!("trial:{}:{}", session.db.workspace(), session.actor.user);
    let counted = SystemDb::directory(&cx.env)?.one(directory::attempt(&subject, cx.now)).await?;
    if counted.first::<(u32,)>()?.is_some_and(|(count,)| count > TRIALS) {
        return Err(Failure::refused(Code::TooManyAttempts));
    }
    Ok(())
}

/// A reminder of nothing. Bots know it by its count.
fn trial(session: &Session) -> Answer<Message> {
    let language = session.language.clone().unwrap_or_else(|| session.schema.workspace.language.clone());
    let lang = Lang::from_tag(&language).unwrap_or(Lang::En);
    Ok(Message {
        id: new_id()?,
        topic: "trial".into(),
        title: text(lang, "channel.test.title", &[]).into_owned(),
        body: text(lang, "channel.test.body", &[]).into_owned(),
        language,
        path: SETTINGS_PATH.into(),
        record: None,
        kind: Kind::Assigned,
        unread: 0,
    })
}
