//! What happens on time, once a minute. Every job may run twice.

use worker::{Env, console_error};

use crate::platform::now;
use crate::storage::db::{DbError, SHARDS, SystemDb};
use crate::storage::{directory, files, objects};

pub async fn run(env: &Env) {
    if let Err(error) = sweep(env).await {
        console_error!("sweep: {error}");
    }
    for shard in 0..SHARDS.len() {
        if let Err(error) = sweep_files(env, shard).await {
            console_error!("sweep of files, shard {shard}: {error}");
        }
    }
}

/// Attempts of windows that are over count no more.
async fn sweep(env: &Env) -> Result<(), DbError> {
    SystemDb::directory(env)?.one(directory::sweep_attempts(now())).await.map(drop)
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
