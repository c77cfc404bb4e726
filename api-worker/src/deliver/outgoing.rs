//! The one way out to addresses that people typed: `domain::channel` has let them through, nobody is led elsewhere, and
//! neither a slow nor a talkative receiver holds this up.

use domain::channel::{LocalReceivers, origin_of};
use futures_util::StreamExt as _;
use js_sys::Uint8Array;
use worker::{AbortSignal, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response, web_sys};

use super::Answered;

/// Milliseconds from the first byte out to the last one in.
const PATIENCE_MS: u32 = 10_000;
/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 2 * 1024;

/// Posts to an address that somebody typed.
///
/// # Errors
/// What kept it from being answered, in English; an address that is not to be sent to among it.
pub async fn post(
    address: &str,
    local: &LocalReceivers,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answered, String> {
    if origin_of(address, local).is_none() {
        return Err("this address is not sent to".into());
    }
    post_known(address, headers, body).await
}

/// Posts to an address that stands in this program or its settings.
///
/// # Errors
/// What kept it from being answered, in English.
pub async fn post_known(address: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answered, String> {
    let said = |error: worker::Error| {
        format!("no answer: {}", error.to_string().chars().take(120).collect::<String>())
    };
    let sent = Headers::new();
    for (name, value) in headers {
        sent.set(name, value).map_err(said)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(sent)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(Uint8Array::from(body).into()));
    let request = Request::new_with_init(address, &init).map_err(said)?;
    // It ends the reading of the answer as well.
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(PATIENCE_MS));
    let mut response = Fetch::Request(request).send_with_signal(&signal).await.map_err(said)?;
    let retry_after = response.headers().get("retry-after").map_err(said)?;
    let status = response.status_code();
    Ok(Answered { status, retry_after, body: beginning(&mut response).await.map_err(said)? })
}

async fn beginning(response: &mut Response) -> worker::Result<String> {
    // An answer without a body has no stream either.
    let Ok(mut stream) = response.stream() else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    while bytes.len() < MAX_ANSWER {
        let Some(chunk) = stream.next().await else { break };
        bytes.extend_from_slice(&chunk?);
    }
    bytes.truncate(MAX_ANSWER);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
