//! Files on their way to the server: the one kind of request that says how far it has come.

use domain::api::Call;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use super::{ApiError, Later, address, refusal};

/// A request under way, to be given up.
#[derive(Clone)]
pub struct Sending(XmlHttpRequest);

impl Sending {
    /// Its answer is then that the server was not reached.
    pub fn stop(&self) {
        let _ = self.0.abort();
    }
}

/// Sends a file to an endpoint that takes one. `progress` hears what part of it has gone, from 0 to 1.
///
/// # Errors
/// No request could be made.
pub fn upload<C: Call>(
    parts: &[&str],
    request: &C::Request,
    body: &Blob,
    progress: impl Fn(f64) + 'static,
) -> Result<(Sending, Later<Result<String, ApiError>>), ApiError> {
    send(&address::<C>(parts, request), body, Box::new(progress)).map_err(|_| ApiError::Fault(String::new()))
}

type Underway = (Sending, Later<Result<String, ApiError>>);

fn send(address: &str, body: &Blob, progress: Box<dyn Fn(f64)>) -> Result<Underway, wasm_bindgen::JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("POST", address)?;
    let hear = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    });
    request.upload()?.set_onprogress(Some(hear.as_ref().unchecked_ref()));
    let end = Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_blob(Some(body))?;
    let sending = Sending(request.clone());
    let answer = async move {
        let _ = JsFuture::from(end).await;
        drop(hear);
        let status = request.status().unwrap_or_default();
        let text = request.response_text().ok().flatten().unwrap_or_default();
        match status {
            0 => Err(ApiError::Offline),
            200..300 => Ok(text),
            status => Err(refusal(status, &text)),
        }
    };
    Ok((sending, Box::pin(answer)))
}
