//! Requests and replies: reading bodies within limits, the error envelope, headers of every reply.

use domain::api::{Code, Envelope};
use domain::command::{Conflict, Refusal};
use domain::message::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::js_sys::Uint8Array;
use worker::js_sys::futures::JsFuture;
use worker::{ByteStream, FromRequest, Headers, Response, ResponseBuilder, Result, console_error, web_sys};

use crate::storage::db::DbError;

/// A request as it came in. The platform's own type takes over all that the edge knows of the connection with every
/// request (`cf`), which costs more than anything else of it and is not asked for here.
pub struct Request {
    raw: web_sys::Request,
    headers: Headers,
    /// Serialised by the platform.
    url: String,
}

impl FromRequest for Request {
    fn from_raw(raw: web_sys::Request) -> std::result::Result<Self, impl Into<Box<dyn std::error::Error>>> {
        Ok::<_, worker::Error>(Self { headers: Headers(raw.headers()), url: raw.url(), raw })
    }
}

impl Request {
    #[must_use]
    pub fn method(&self) -> String {
        self.raw.method()
    }

    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.url.split_at(self.path_at()).0
    }

    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.url.split_at(self.path_at()).1;
        rest.split_once(['?', '#']).map_or(rest, |(path, _)| path)
    }

    /// What stands behind the question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        let whole = self.url.split_once('#').map_or(self.url.as_str(), |(whole, _)| whole);
        whole.split_once('?').map_or("", |(_, query)| query)
    }

    /// Where the path begins: an address of a host has one, and nothing but it begins with the third slash.
    fn path_at(&self) -> usize {
        let host = self.url.find("://").map_or(0, |at| at + 3);
        self.url[host..].find('/').map_or(self.url.len(), |at| host + at)
    }

    /// The body as it streams in.
    ///
    /// # Errors
    /// There is none.
    pub fn stream(&self) -> Result<ByteStream> {
        worker::Request::from(Clone::clone(&self.raw)).stream()
    }

    /// The body whole.
    async fn bytes(&self) -> Result<Vec<u8>> {
        let bytes = JsFuture::from(self.raw.array_buffer()?).await?;
        Ok(Uint8Array::new(&bytes).to_vec())
    }
}

/// Why a request is not answered with what it asked for: a refusal is told to the asker, a fault is ours.
#[derive(Debug)]
pub enum Failure {
    Refused { code: Code, problems: Vec<Problem>, conflicts: Vec<Conflict> },
    Fault(String),
}

impl Failure {
    #[must_use]
    pub fn refused(code: Code) -> Self {
        Self::Refused { code, problems: Vec::new(), conflicts: Vec::new() }
    }

    #[must_use]
    pub fn invalid(problem: Problem) -> Self {
        Self::Refused { code: Code::Invalid, problems: vec![problem], conflicts: Vec::new() }
    }

    #[must_use]
    pub fn problems(problems: Vec<Problem>) -> Self {
        Self::Refused { code: Code::Invalid, problems, conflicts: Vec::new() }
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Fault(format!("randomness: {error}"))
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (code, problems, conflicts) = refusal_parts(refusal);
        Self::Refused { code, problems, conflicts }
    }
}

/// A planner's no in the words of the wire.
#[must_use]
pub fn refusal_parts(refusal: Refusal) -> (Code, Vec<Problem>, Vec<Conflict>) {
    match refusal {
        Refusal::Invalid(problems) => (Code::Invalid, problems, Vec::new()),
        Refusal::Forbidden(problems) => (Code::Forbidden, problems, Vec::new()),
        Refusal::NotFound(problems) => (Code::NotFound, problems, Vec::new()),
        Refusal::Conflict(conflicts) => (Code::Conflict, Vec::new(), conflicts),
        Refusal::Outdated => (Code::Outdated, Vec::new(), Vec::new()),
    }
}

pub type Answer<T> = std::result::Result<T, Failure>;

/// Reads a JSON body of at most `max` bytes.
///
/// # Errors
/// 415 without a JSON content type, 413 beyond the limit, 400 when it is not such JSON.
pub async fn read_json<T: DeserializeOwned>(request: &Request, max: usize) -> Answer<T> {
    let kind = request.headers().get("content-type")?.unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        return Err(Failure::refused(Code::UnsupportedMediaType));
    }
    let declared = request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > max) {
        return Err(Failure::refused(Code::TooLarge));
    }
    // A body is never longer than its length says: HTTP sees to it, and what would not is refused all the same.
    let bytes = if declared.is_some() { request.bytes().await? } else { read_body(request, max).await? };
    if bytes.len() > max {
        return Err(Failure::refused(Code::TooLarge));
    }
    let malformed = |text: String| {
        let problem = Problem::new("problem.malformed").with("text", text);
        Failure::Refused { code: Code::Malformed, problems: vec![problem], conflicts: Vec::new() }
    };
    serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))
}

/// A body of unknown length as it streams in, so that what is too large is not held whole.
async fn read_body(request: &Request, max: usize) -> Answer<Vec<u8>> {
    use futures_util::StreamExt;
    let Ok(mut stream) = request.stream() else { return Ok(Vec::new()) };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > max {
            return Err(Failure::refused(Code::TooLarge));
        }
    }
    Ok(bytes)
}

/// Reads query parameters as a request.
///
/// # Errors
/// 400 when they do not fit.
pub fn read_query<T: DeserializeOwned>(request: &Request) -> Answer<T> {
    domain::api::from_query(request.query()).map_err(|text| {
        let problem = Problem::new("problem.malformed").with("text", text);
        Failure::Refused { code: Code::Malformed, problems: vec![problem], conflicts: Vec::new() }
    })
}

/// # Errors
/// What the platform says.
pub fn json<T: Serialize>(reply: &T) -> Answer<Response> {
    let text = serde_json::to_string(reply).map_err(|error| Failure::Fault(error.to_string()))?;
    text_reply(text, 200).map_err(Failure::from)
}

fn text_reply(text: String, status: u16) -> Result<Response> {
    let reply = ResponseBuilder::new().with_status(status);
    Ok(reply.with_header("content-type", "application/json; charset=utf-8")?.fixed(text.into_bytes()))
}

/// Headers that every reply of the API carries.
///
/// # Errors
/// What the platform says.
pub fn finish(response: Response, request_id: &str) -> Result<Response> {
    let headers = response.headers();
    // A file says itself how long it may be kept and how it may be shown.
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        if !headers.has(name)? {
            headers.set(name, value)?;
        }
    }
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("x-request-id", request_id)?;
    Ok(response)
}

/// The envelope of a failure; a fault is logged here, once.
///
/// # Errors
/// What the platform says.
pub fn envelope(failure: Failure, request_id: &str) -> Result<Response> {
    let (code, problems, conflicts) = match failure {
        Failure::Refused { code, problems, conflicts } => (code, problems, conflicts),
        Failure::Fault(text) => {
            console_error!("{request_id} fault: {text}");
            (Code::Fault, Vec::new(), Vec::new())
        }
    };
    let sentence = messages::text(messages::Lang::En, code.message_key(), &[]);
    let text = problems.iter().fold(sentence.to_string(), |text, problem| {
        let args: Vec<(&str, &str)> =
            problem.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let place = problem.field.as_deref().map(|field| format!(" [{field}]")).unwrap_or_default();
        format!("{text}{place} {}", messages::text(messages::Lang::En, &problem.key, &args))
    });
    let envelope = Envelope { code, problems, conflicts, text, request_id: request_id.to_owned() };
    text_reply(serde_json::to_string(&envelope)?, code.status())
}
