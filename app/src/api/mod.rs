//! The only place that calls the network. What can be asked, `domain::api` says; here it is sent, waited for and read,
//! and what can go wrong gets one of six names.

pub mod upload;

use std::future::Future;
use std::pin::Pin;

use domain::api::{Call, Code, Envelope, Method, fill, to_query};
use domain::command::Conflict;
use gloo_net::http::{RequestBuilder, Response};
use js_sys::{Promise, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// Longer than a phone needs on a bad line, shorter than patience. Imports and first loads count too.
const TIMEOUT_MS: u32 = 30_000;

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// The server was not reached, or not in time.
    Offline,
    /// There is no session, or no longer.
    SignedOut,
    /// Asked for what cannot be; the envelope says why.
    Refused(Envelope),
    /// Somebody else was first.
    Conflict(Vec<Conflict>),
    /// The definitions have moved on.
    Outdated,
    /// The server's own mistake, with the request id that finds it in its log.
    Fault(String),
}

impl ApiError {
    /// The message key of what to say.
    pub fn message_key(&self) -> &'static str {
        match self {
            Self::Offline => "error.offline",
            Self::SignedOut => Code::NotSignedIn.message_key(),
            Self::Refused(envelope) => envelope.code.message_key(),
            Self::Conflict(_) => Code::Conflict.message_key(),
            Self::Outdated => Code::Outdated.message_key(),
            Self::Fault(_) => Code::Fault.message_key(),
        }
    }

    /// Trying the same again may help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Offline | Self::Fault(_)) || self.is_busy()
    }

    /// Others were first every time, and nothing was done.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Refused(envelope) if envelope.code == Code::Busy)
    }
}

/// What comes once it has been waited for, whatever code brings it.
pub type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// A call ready to be sent. It has no types, so that all endpoints share the code that sends.
pub struct Question {
    method: Method,
    address: String,
    body: Option<String>,
}

impl Question {
    /// `parts` fill the varying parts of the endpoint's path, in order.
    pub fn new<C: Call>(parts: &[&str], request: &C::Request) -> Result<Self, ApiError> {
        let method = C::ENDPOINT.method;
        if !method.has_body() {
            return Ok(Self { method, address: address::<C>(parts, request), body: None });
        }
        let body = serde_json::to_string(request).map_err(unreadable)?;
        Ok(Self { method, address: fill(C::ENDPOINT.path, parts), body: Some(body) })
    }

    /// Asks for what [`address`] names.
    pub fn get(address: String) -> Self {
        Self { method: Method::Get, address, body: None }
    }
}

/// Calls an endpoint; `parts` fill the varying parts of its path, in order.
pub async fn call<C: Call>(parts: &[&str], request: &C::Request) -> Result<C::Reply, ApiError> {
    read(&send(Question::new::<C>(parts, request)?).await?)
}

/// A reply out of its text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(unreadable)
}

/// The address of a reading call: its name in the cache of what was seen last.
pub fn address<C: Call>(parts: &[&str], request: &C::Request) -> String {
    let path = fill(C::ENDPOINT.path, parts);
    let query = to_query(request);
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unreadable(error: serde_json::Error) -> ApiError {
    web_sys::console::error_1(&JsValue::from_str(&error.to_string()));
    ApiError::Fault(String::new())
}

/// Fetches a file of an endpoint that answers with one, however long it takes. `None` when the reply does not say how
/// many records it has.
pub async fn download(address: &str) -> Result<(web_sys::Blob, Option<u64>), ApiError> {
    let response = RequestBuilder::new(address).send().await.map_err(|_| ApiError::Offline)?;
    if !response.ok() {
        let text = response.text().await.map_err(|_| ApiError::Offline)?;
        return Err(refusal(response.status(), &text));
    }
    let rows = response.headers().get("x-rows").and_then(|rows| rows.parse().ok());
    // A file that breaks off is none.
    let raw: web_sys::Response = response.into();
    let blob = raw.blob().map_err(|_| ApiError::Offline)?;
    let blob = JsFuture::from(blob).await.map_err(|_| ApiError::Offline)?;
    Ok((blob.unchecked_into(), rows))
}

/// Sends a question and gives the text of the reply. Boxed, because otherwise every caller would hold a copy of it.
pub fn send(question: Question) -> Later<Result<String, ApiError>> {
    let Question { method, address, body } = question;
    Box::pin(async move { answer(method, &address, body).await })
}

async fn answer(method: Method, address: &str, body: Option<String>) -> Result<String, ApiError> {
    let response = match started_early(method, address) {
        Some(promise) => JsFuture::from(promise)
            .await
            .map(|response| Response::from(web_sys::Response::from(response)))
            .map_err(|_| ApiError::Offline),
        None => send_now(method, address, body).await,
    }?;
    let status = response.status();
    let text = response.text().await.map_err(|_| ApiError::Offline)?;
    if response.ok() { Ok(text) } else { Err(refusal(status, &text)) }
}

async fn send_now(method: Method, address: &str, body: Option<String>) -> Result<Response, ApiError> {
    let builder = RequestBuilder::new(address)
        .method(match method {
            Method::Get | Method::Socket => gloo_net::http::Method::GET,
            Method::Post | Method::Upload => gloo_net::http::Method::POST,
            Method::Patch => gloo_net::http::Method::PATCH,
            Method::Delete => gloo_net::http::Method::DELETE,
        })
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    let request = request.map_err(|_| ApiError::Fault(String::new()))?;
    request.send().await.map_err(|_| ApiError::Offline)
}

fn refusal(status: u16, text: &str) -> ApiError {
    let Ok(envelope) = serde_json::from_str::<Envelope>(text) else {
        // Not ours: a gateway on the way. The platform answers 500 and 503 where our program broke or took too long.
        let gateway = status > 500 && status != 503;
        return if gateway { ApiError::Offline } else { ApiError::Fault(String::new()) };
    };
    match envelope.code {
        Code::NotSignedIn => ApiError::SignedOut,
        Code::Conflict => ApiError::Conflict(envelope.conflicts),
        Code::Outdated => ApiError::Outdated,
        Code::Fault => ApiError::Fault(envelope.request_id),
        _ => ApiError::Refused(envelope),
    }
}

/// Drops an answer that came early and was not needed: it would be old by the time somebody asks.
pub fn forget_early(address: &str) {
    let _ = started_early(Method::Get, address);
}

/// `app/first.js` asks for what the first page needs while the program is still on its way. Each answer serves once.
fn started_early(method: Method, address: &str) -> Option<Promise> {
    if method != Method::Get {
        // What was read before a change is old after it.
        let _ = Reflect::delete_property(&js_sys::global(), &JsValue::from_str("zhikeEarly"));
        return None;
    }
    let early = Reflect::get(&js_sys::global(), &JsValue::from_str("zhikeEarly")).ok()?;
    if !early.is_object() {
        return None;
    }
    let promise = Reflect::get(&early, &JsValue::from_str(address)).ok()?.dyn_into::<Promise>().ok()?;
    let _ = Reflect::delete_property(early.unchecked_ref::<js_sys::Object>(), &JsValue::from_str(address));
    Some(promise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_met_others_every_time_is_sent_again() {
        let envelope = |code| Envelope {
            code,
            problems: Vec::new(),
            conflicts: Vec::new(),
            text: String::new(),
            request_id: String::new(),
        };
        for (code, passing) in [(Code::Busy, true), (Code::Invalid, false), (Code::Forbidden, false)] {
            assert_eq!(ApiError::Refused(envelope(code)).is_passing(), passing, "{code:?}");
        }
    }
}
