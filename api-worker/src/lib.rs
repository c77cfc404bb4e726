//! The Worker: decides every change, answers every query. `routes` speak HTTP, `services` decide the order of
//! things, `search` prepares texts, `storage` speaks SQL, `live` tells whoever watches, `deliver` sends reminders; what may and must be is decided
//! by `domain`.

pub mod calendar;
pub mod deliver;
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
mod reminders;
#[cfg(target_arch = "wasm32")]
mod router;
#[cfg(target_arch = "wasm32")]
mod routes;
#[cfg(target_arch = "wasm32")]
mod services;

#[cfg(target_arch = "wasm32")]
mod entry {
    use worker::{
        Context, Env, MessageBatch, MessageExt as _, Response, Result, ScheduleContext, ScheduledEvent,
        console_error, event,
    };

    use crate::http::Request;
    use crate::reminders::{Group, deliver};

    #[event(fetch)]
    async fn fetch(request: Request, env: Env, cx: Context) -> Result<Response> {
        crate::router::answer(request, env, &cx).await
    }

    #[event(scheduled)]
    async fn scheduled(_event: ScheduledEvent, env: Env, _cx: ScheduleContext) {
        crate::jobs::run(&env).await;
    }

    /// What one message asks for is done or noted by itself, so that none is tried again here.
    #[event(queue)]
    async fn queue(batch: MessageBatch<Group>, env: Env, _cx: Context) -> Result<()> {
        for message in batch.iter() {
            // What an earlier release wrote and this one cannot read is asked for again by the next minute's work.
            let Ok(message) = message else { continue };
            if let Err(error) = deliver(&env, message.body()).await {
                console_error!("delivery to {}: {error}", message.body().user);
            }
            message.ack();
        }
        Ok(())
    }
}
