//! What happens on time, once a minute. Every job may run twice.

use worker::{Env, console_error};

use crate::platform::now;
use crate::storage::db::{DbError, SystemDb};
use crate::storage::directory;

pub async fn run(env: &Env) {
    if let Err(error) = sweep(env).await {
        console_error!("sweep: {error}");
    }
}

/// Attempts of windows that are over count no more.
async fn sweep(env: &Env) -> Result<(), DbError> {
    SystemDb::directory(env)?.one(directory::sweep_attempts(now())).await.map(drop)
}
