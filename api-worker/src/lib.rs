//! The Worker: decides every change, answers every query. `routes` speak HTTP, `services` decide the order of
//! things, `search` prepares texts, `storage` speaks SQL, `live` tells whoever watches; what may and must be is decided
//! by `domain`.

pub mod calendar;
pub mod live;
pub mod recurrence;
pub mod search;
pub mod storage;

#[cfg(target_arch = "wasm32")]
mod gate;
#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod jobs;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod router;
#[cfg(target_arch = "wasm32")]
mod routes;
#[cfg(target_arch = "wasm32")]
mod services;

#[cfg(target_arch = "wasm32")]
mod entry {
    use worker::{Context, Env, Response, Result, ScheduleContext, ScheduledEvent, event};

    use crate::http::Request;

    #[event(fetch)]
    async fn fetch(request: Request, env: Env, cx: Context) -> Result<Response> {
        crate::router::answer(request, env, &cx).await
    }

    #[event(scheduled)]
    async fn scheduled(_event: ScheduledEvent, env: Env, _cx: ScheduleContext) {
        crate::jobs::run(&env).await;
    }
}
