//! What happens on time, once a minute. Every job may run twice.

use domain::ids::Id;
use domain::record::RESTORABLE_MS;
use domain::time::{Instant, Zone as _};
use serde_json::json;
use worker::{Env, console_error};

use crate::platform::{Zones, now};
use crate::reminders;
use crate::services::index::{self, Place};
use crate::storage::db::{Db, DbError, SHARDS, Statement, SystemDb};
use crate::storage::{definitions, directory, files, objects, purge, search, worth_due};

/// Steps of making a search index anew in one minute: well below the statements of one invocation.
const INDEX_STEPS: usize = 40;

pub async fn run(env: &Env) {
    if let Err(error) = sweep(env).await {
        console_error!("sweep: {error}");
    }
    for shard in 0..SHARDS.len() {
        if let Err(error) = reminders::run(env, shard).await {
            console_error!("reminders of shard {shard}: {error}");
        }
        if let Err(error) = purge(env, shard).await {
            console_error!("purge of shard {shard}: {error}");
        }
        if let Err(error) = index(env, shard).await {
            console_error!("index of shard {shard}: {error}");
        }
        if let Err(error) = rates(env, shard).await {
            console_error!("rates of shard {shard}: {error}");
        }
        if let Err(error) = sweep_files(env, shard).await {
            console_error!("sweep of files, shard {shard}: {error}");
        }
    }
}

/// Attempts of windows that are over count no more, and reset links that are over are no more.
async fn sweep(env: &Env) -> Result<(), DbError> {
    let reset = Statement::new("purge_reset", purge::expired("reset"), vec![now().unix_ms().into()]);
    SystemDb::directory(env)?.batch(vec![directory::sweep_attempts(now()), reset]).await.map(drop)
}

/// Removes what is over: of each kind a bounded number in one minute, the oldest first. What is removed cannot be
/// restored any more (`domain::record::RESTORABLE_MS`), so nobody brings it back in between.
async fn purge(env: &Env, shard: usize) -> Result<(), DbError> {
    let db = SystemDb::shard(env, shard)?;
    let kinds = purge::kinds();
    let (now, before) = (now().unix_ms(), now().unix_ms() - RESTORABLE_MS);
    let mut asked: Vec<Statement> =
        kinds.iter().map(|kind| Statement::new("purge_due", purge::due(kind), vec![before.into()])).collect();
    for table in ["session", "invitation"] {
        asked.push(Statement::new("purge_expired", purge::expired(table), vec![now.into()]));
    }
    let found = db.batch(asked).await?;
    let mut removals = Vec::new();
    for (kind, rows) in kinds.iter().zip(&found) {
        let rows = rows.read::<(Id, Id)>()?;
        if !rows.is_empty() {
            let rows = json!(rows);
            let remove = |sql| Statement::new("purge", sql, vec![rows.clone().into()]);
            removals.extend(purge::remove(kind, &kinds).into_iter().map(remove));
        }
    }
    if removals.is_empty() { Ok(()) } else { db.batch(removals).await.map(drop) }
}

/// Goes on with the search index of a workspace that is marked for it.
async fn index(env: &Env, shard: usize) -> Result<(), DbError> {
    let unfinished = SystemDb::shard(env, shard)?.one(search::unfinished()).await?;
    let Some((workspace, mut from)) = unfinished.first::<(Id, String)>()? else { return Ok(()) };
    let db = Db::open(env, shard, workspace)?;
    let schema = definitions::read(&db.one(definitions::current()).await?)?;
    for _ in 0..INDEX_STEPS {
        // What is no place of these definitions begins again.
        let place = Place::read(&from, &schema).or_else(|| Place::read("", &schema));
        let next = match place {
            Some(place) => index::step(&db, &schema, place).await?.1.map(|next| next.write()),
            None => None,
        };
        db.one(search::note_step(&from, next.clone())).await?;
        let Some(next) = next else { break };
        from = next;
    }
    Ok(())
}

/// Finds anew what amounts are worth by rates whose day has come: some in each run, until none are left.
async fn rates(env: &Env, shard: usize) -> Result<(), DbError> {
    let now = now();
    let due = SystemDb::shard(env, shard)?.one(worth_due::workspaces(now)).await?;
    for (workspace,) in due.read::<(Id,)>()? {
        // Others do not wait for one that cannot be read.
        if let Err(error) = rates_of(Db::open(env, shard, workspace)?, now).await {
            console_error!("rates of {workspace}: {error}");
        }
    }
    Ok(())
}

async fn rates_of(db: Db, now: Instant) -> Result<(), DbError> {
    let found = db.batch(vec![definitions::current(), worth_due::due(now)]).await?;
    let [definition, due] = &found[..] else { return Ok(()) };
    let schema = definitions::read(definition)?;
    let offset_ms = Zones.offset_ms(&schema.workspace.zone, now.unix_ms()).unwrap_or_default();
    let Some(today) = now.plus_ms(offset_ms).utc_date() else { return Ok(()) };
    let again = worth_due::again(&schema, &worth_due::read(due)?, today, offset_ms);
    if !again.is_empty() {
        for changed in db.batch(again).await? {
            if changed.read::<(String,)>()?.len() == worth_due::AMOUNTS {
                return Ok(());
            }
        }
    }
    db.batch(worth_due::settle(now, today, offset_ms).into()).await.map(drop)
}

/// Files that no record came to hold within a day, or has held for thirty. They go before what is known of them: what
/// breaks off in between is swept again.
async fn sweep_files(env: &Env, shard: usize) -> Result<(), DbError> {
    let (db, now) = (SystemDb::shard(env, shard)?, now());
    let expired = db.one(files::expired(now)).await?.read::<files::Expired>()?;
    if expired.is_empty() {
        return Ok(());
    }
    objects::remove(env, &expired).await.map_err(|error| DbError::Fault(error.to_string()))?;
    db.one(files::forget(&expired, now)).await.map(drop)
}
