//! The minute's work on reminders, in three steps of which each may run twice: what is due is told in the bell ([`look`]),
//! what was told finds its channels ([`route`]), what waits is sent ([`send`]). Rules stand in `domain::reminder`, SQL in
//! `storage::reminders`.

mod look;
mod send;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Role;
use domain::ids::Id;
use domain::reminder::{Channel, Clock, after_quiet};
use domain::schema::Schema;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::{Env, console_error};

use crate::deliver::sends_mail;
use crate::live::{News, tell};
use crate::platform::{Zones, now};
use crate::storage::db::{DbError, Rows, SystemDb};
use crate::storage::reminders::{self as storage, KEPT_MS, STEP, Whose};

pub use send::deliver;

/// Steps of one run: more waits for the next minute.
const STEPS: usize = 20;
/// Definitions that one statement reads.
const SCHEMAS: usize = 25;
/// Messages that a queue takes at once.
const ENQUEUED: usize = 100;
/// Groups that the run sends itself when the queue takes none.
const UNQUEUED: usize = 40;
const QUEUE: &str = "REMINDERS";

/// What of a member goes out together over a channel; a message of the queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    pub shard: usize,
    pub workspace: Id,
    pub user: Id,
    /// A row of `channel`, or `mail`.
    pub channel: String,
}

/// Looks after the reminders of a shard.
///
/// # Errors
/// What the database says; the next run begins where this one ended.
pub async fn run(env: &Env, shard: usize) -> Result<(), DbError> {
    let db = SystemDb::shard(env, shard)?;
    let mut rung = BTreeSet::new();
    let told = look::look(&db, &mut rung).await;
    // Who was told hears of it, also where something failed after.
    let mut news = News::default();
    for (workspace, member) in rung {
        news.rings(workspace, member);
    }
    if !news.is_empty() {
        tell(env.clone(), news).await;
    }
    told?;
    for _ in 0..STEPS {
        if route(env, &db, now()).await? < STEP {
            break;
        }
    }
    hand_on(env, &db, shard).await?;
    db.batch(storage::forget(now().plus_ms(-KEPT_MS)).into()).await.map(drop)
}

/// The definitions that some workspaces go by. One that cannot be read is left out, so that others do not wait for it.
async fn schemas(
    db: &SystemDb,
    workspaces: impl Iterator<Item = Id>,
) -> Result<BTreeMap<Id, Schema>, DbError> {
    let workspaces: Vec<Id> = workspaces.collect::<BTreeSet<_>>().into_iter().collect();
    let asked = workspaces.chunks(SCHEMAS).map(storage::schemas).collect();
    let mut found = BTreeMap::new();
    for rows in db.batch(asked).await? {
        for (workspace, body) in rows.read::<(Id, String)>()? {
            match serde_json::from_str(&body) {
                Ok(schema) => drop(found.insert(workspace, schema)),
                Err(error) => console_error!("definitions of {workspace}: {error}"),
            }
        }
    }
    Ok(found)
}

/// The clock and the role of whoever comes in.
fn clock_and_role<'a>(whose: &'a Whose, schema: &'a Schema) -> Option<(Clock<'a>, &'a Role)> {
    let role = whose.0.as_deref().and_then(|role| schema.role(role))?;
    let zone = whose.1.as_deref().unwrap_or(&schema.workspace.zone);
    Some((Clock { zone, zones: &Zones }, role))
}

/// Decides where some notifications go; answers how many it found.
async fn route(env: &Env, db: &SystemDb, now: Instant) -> Result<usize, DbError> {
    let found = db.one(storage::unrouted()).await?.read::<storage::Unrouted>()?;
    if found.is_empty() {
        return Ok(0);
    }
    let schemas = schemas(db, found.iter().map(|row| row.0)).await?;
    let mails = sends_mail(env);
    let row = |storage::Unrouted(workspace, id, user, kind, read, whose): &storage::Unrouted| {
        let settings = whose.settings();
        let known = schemas.get(workspace).and_then(|schema| clock_and_role(whose, schema));
        let then = known.map_or(now, |(clock, _)| after_quiet(now, &settings, clock));
        let wanted = known.is_some() && *read == 0;
        let channels =
            settings.channels_of(*kind).filter(|channel| wanted && (mails || *channel != Channel::Mail));
        json!([workspace, id, user, then.unix_ms(), channels.collect::<Vec<_>>()])
    };
    db.batch(storage::route(&found.iter().map(row).collect(), now).into()).await?;
    Ok(found.len())
}

/// Lets others send what is due. A queue that takes nothing holds nothing up: some is sent here, the rest in the next runs.
async fn hand_on(env: &Env, db: &SystemDb, shard: usize) -> Result<(), DbError> {
    let due = db.one(storage::groups(now())).await?.read::<(Id, Id, String)>()?;
    let groups: Vec<Group> =
        due.into_iter().map(|(workspace, user, channel)| Group { shard, workspace, user, channel }).collect();
    let queue = env.queue(QUEUE).inspect_err(|error| console_error!("no queue: {error}")).ok();
    let mut unqueued = Vec::new();
    for some in groups.chunks(ENQUEUED) {
        let sent = match &queue {
            Some(queue) => queue.send_batch(some.to_vec()).await,
            None => Err("no queue".into()),
        };
        if let Err(error) = sent {
            console_error!("reminders are not queued: {error}");
            unqueued.extend(some);
        }
    }
    for group in unqueued.into_iter().take(UNQUEUED) {
        if let Err(error) = deliver(env, group).await {
            console_error!("delivery to {}: {error}", group.user);
        }
    }
    Ok(())
}

/// Workspace and member of each notification that was made.
fn note_rung(rows: &Rows, rung: &mut BTreeSet<(Id, Id)>) -> Result<(), DbError> {
    rung.extend(rows.read::<(Id, Id)>()?);
    Ok(())
}
