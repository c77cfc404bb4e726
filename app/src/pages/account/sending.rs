//! A form of the entrance on its way: it signs in, so what follows is the app.

use domain::api::Call;
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

use crate::api::{self, ApiError};
use crate::i18n::{problem_text, tr};
use crate::routes;
use crate::state::session;

/// What follows when the server has let somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Into Today.
    Enter,
    /// The form has something more to ask.
    Ask,
}

/// Sends, waits, and holds what came back.
pub struct Sending<C: Call> {
    pub pending: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    send: StoredValue<SendFn<C>, LocalStorage>,
}

type SendFn<C> = Box<dyn Fn(<C as Call>::Request)>;

impl<C: Call> Clone for Sending<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Call> Copy for Sending<C> {}

impl<C: Call<Request: 'static, Reply: 'static> + 'static> Sending<C> {
    /// To be made inside a component: it goes to Today afterwards, unless `done` has more to ask.
    pub fn new(done: impl Fn(&C::Reply) -> Next + Clone + 'static) -> Self {
        Self::with_parts(Vec::new, done)
    }

    /// For endpoints with varying parts in their path, such as an invitation's token.
    pub fn with_parts(
        parts: impl Fn() -> Vec<String> + Clone + 'static,
        done: impl Fn(&C::Reply) -> Next + Clone + 'static,
    ) -> Self {
        let pending = RwSignal::new(false);
        let error = RwSignal::new(None);
        let navigate = use_navigate();
        let send: SendFn<C> = Box::new(move |request| {
            if pending.get_untracked() {
                return;
            }
            pending.set(true);
            let (navigate, done, parts) = (navigate.clone(), done.clone(), parts());
            spawn_local(async move {
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                let before = session::suspend();
                match api::call::<C>(&parts, &request).await {
                    Ok(reply) if done(&reply) == Next::Ask => {
                        session::resume(before);
                        pending.set(false);
                    }
                    Ok(_) => {
                        session::enter().await;
                        pending.set(false);
                        navigate(
                            routes::TODAY,
                            leptos_router::NavigateOptions { replace: true, ..Default::default() },
                        );
                    }
                    Err(problem) => {
                        session::resume(before);
                        pending.set(false);
                        error.set(Some(problem));
                    }
                }
            });
        });
        Self { pending, error, send: StoredValue::new_local(send) }
    }

    pub fn send(self, request: C::Request) {
        self.error.set(None);
        self.send.with_value(|send| send(request));
    }

    /// The server's problem with one field.
    pub fn problem(self, field: &str) -> Option<Problem> {
        self.problems().into_iter().find(|problem| problem.field.as_deref() == Some(field))
    }

    fn problems(self) -> Vec<Problem> {
        self.error.with(|error| match error {
            Some(ApiError::Refused(envelope)) => envelope.problems.clone(),
            _ => Vec::new(),
        })
    }

    /// What is to be said above the form: problems without a field, or what kind of no it is.
    pub fn summary(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            let key = self.error.with(|error| error.as_ref().map(ApiError::message_key))?;
            let placeless: Vec<String> =
                self.problems().iter().filter(|problem| problem.field.is_none()).map(problem_text).collect();
            Some(if placeless.is_empty() { tr(key, &[]) } else { placeless.join(" · ") })
        })
    }
}
