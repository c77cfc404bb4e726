//! This browser as a channel of reminders: W3C Push API over the service worker (`app/sw.js`). It is asked for by name,
//! because only what is fetched later needs it.

use domain::api::notification::{AddPushRequest, RemindersReply};
use domain::api::{AddPush, Empty, GetReminders, RemoveChannel};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::preferences::{read, write};
use super::{app, ask, session};
use crate::api::ApiError;

/// The day on which it was last made sure that the server knows this browser.
const SEEN_KEY: &str = "zhike.push_seen";

/// Why this browser is not a channel now.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The person, or their browser, said no.
    Denied,
    /// The browser did not reach its own push service.
    Service,
    Api(ApiError),
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn call(on: &JsValue, name: &str, args: &Array) -> Option<JsValue> {
    get(on, name)?.dyn_into::<Function>().ok()?.apply(on, args).ok()
}

async fn wait(promise: Option<JsValue>) -> Option<JsValue> {
    let promise = promise?.dyn_into::<Promise>().ok()?;
    let value = JsFuture::from(promise).await.ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    get(of, name)?.as_string()
}

/// Whether the browser has what push needs.
pub fn is_there() -> bool {
    let world: JsValue = js_sys::global().into();
    ["PushManager", "Notification"].iter().all(|name| get(&world, name).is_some())
        && get(&window().navigator().into(), "serviceWorker").is_some()
}

/// `granted`, `denied` or `default`, which is not asked yet.
pub fn permission() -> String {
    let world: JsValue = js_sys::global().into();
    get(&world, "Notification").and_then(|class| text(&class, "permission")).unwrap_or_default()
}

async fn manager() -> Option<JsValue> {
    let worker = get(&window().navigator().into(), "serviceWorker")?;
    // Without a registration `ready` would be waited for without end.
    let registration = wait(call(&worker, "getRegistration", &Array::new())).await?;
    get(&registration, "pushManager")
}

async fn subscription() -> Option<JsValue> {
    wait(call(&manager().await?, "getSubscription", &Array::new())).await
}

/// Base64url without padding.
fn encoded(bytes: &Uint8Array) -> String {
    let chars: String = bytes.to_vec().into_iter().map(char::from).collect();
    let text = window().btoa(&chars).unwrap_or_default();
    text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}

/// The key by which a subscription was made.
fn key_of(subscription: &JsValue) -> Option<String> {
    let key = get(&get(subscription, "options")?, "applicationServerKey")?;
    Some(encoded(&Uint8Array::new(&key)))
}

async fn hash_of(subscription: &JsValue) -> Option<String> {
    let endpoint = text(subscription, "endpoint")?;
    let bytes = Uint8Array::from(endpoint.as_bytes());
    let subtle = get(&get(&js_sys::global().into(), "crypto")?, "subtle")?;
    let digest = wait(call(&subtle, "digest", &Array::of2(&JsValue::from_str("SHA-256"), &bytes))).await?;
    Some(encoded(&Uint8Array::new(&digest)))
}

/// By what the server knows this browser, while it is subscribed.
pub async fn own_hash() -> Option<String> {
    hash_of(&subscription().await?).await
}

fn request(subscription: &JsValue) -> Option<AddPushRequest> {
    let plain = call(subscription, "toJSON", &Array::new())?;
    let keys = get(&plain, "keys")?;
    Some(AddPushRequest {
        endpoint: text(&plain, "endpoint")?,
        p256dh: text(&keys, "p256dh")?,
        auth: text(&keys, "auth")?,
    })
}

async fn unsubscribe(subscription: &JsValue) {
    // What could not be ended here the push service ends when it finds nobody.
    let _ = wait(call(subscription, "unsubscribe", &Array::new())).await;
}

/// Makes this browser a channel. Asks for permission: to be called from a press.
pub async fn subscribe(key: &str) -> Result<(), Failure> {
    let world: JsValue = js_sys::global().into();
    if permission() != "granted" {
        let class = get(&world, "Notification").ok_or(Failure::Service)?;
        let answer = wait(call(&class, "requestPermission", &Array::new())).await;
        if answer.and_then(|answer| answer.as_string()).as_deref() != Some("granted") {
            return Err(Failure::Denied);
        }
    }
    let made = join(key).await.ok_or(Failure::Service)?;
    let request = request(&made).ok_or(Failure::Service)?;
    if let Err(error) = ask::<AddPush>(&[], &request).await {
        unsubscribe(&made).await;
        return Err(Failure::Api(error));
    }
    Ok(())
}

/// The subscription made by this key: the one that is there, or a new one.
async fn join(key: &str) -> Option<JsValue> {
    if let Some(known) = subscription().await {
        if key_of(&known).as_deref() == Some(key) {
            return Some(known);
        }
        // A browser keeps one subscription, and refuses another key while it does.
        unsubscribe(&known).await;
    }
    let options = js_sys::Object::new();
    Reflect::set(&options, &JsValue::from_str("userVisibleOnly"), &JsValue::TRUE).ok()?;
    Reflect::set(&options, &JsValue::from_str("applicationServerKey"), &JsValue::from_str(key)).ok()?;
    wait(call(&manager().await?, "subscribe", &Array::of1(&options))).await
}

/// The channel that this browser is, among those of its owner.
fn own_channel(reminders: &RemindersReply, hash: &str) -> Option<String> {
    let own = reminders.channels.iter().find(|channel| channel.endpoint_hash.as_deref() == Some(hash))?;
    Some(own.id.to_string())
}

/// This browser is no channel any more.
pub async fn leave() -> Result<(), ApiError> {
    forget_at_server().await?;
    forget_here().await;
    Ok(())
}

/// The half of [`leave`] that needs the session.
pub async fn forget_at_server() -> Result<(), ApiError> {
    let Some(hash) = own_hash().await else { return Ok(()) };
    let reminders = ask::<GetReminders>(&[], &Empty {}).await?;
    if let Some(id) = own_channel(&reminders, &hash) {
        ask::<RemoveChannel>(&[&id], &Empty {}).await?;
    }
    Ok(())
}

/// The other half.
pub async fn forget_here() {
    if let Some(known) = subscription().await {
        unsubscribe(&known).await;
    }
}

/// Once a day: a browser that is subscribed is told again to a server that lost it or has another key by now.
pub async fn make_sure() {
    let me = app().session.with_untracked(|session| session.as_ref().map(|session| session.user));
    let Some(me) = me else { return };
    let today = format!("{} {me}", session::today());
    if read(SEEN_KEY).as_deref() == Some(&today) || !is_there() || permission() != "granted" {
        return;
    }
    let Some(known) = subscription().await else { return };
    let Ok(reminders) = ask::<GetReminders>(&[], &Empty {}).await else { return };
    let hash = hash_of(&known).await.unwrap_or_default();
    let is_known = own_channel(&reminders, &hash).is_some();
    if !is_known || key_of(&known).as_deref() != Some(reminders.push_key.as_str()) {
        let Some(request) = join(&reminders.push_key).await.as_ref().and_then(request) else { return };
        if ask::<AddPush>(&[], &request).await.is_err() {
            return;
        }
    }
    write(SEEN_KEY, &today);
}

/// What this device is, as far as reminders care.
pub fn device() -> Device {
    let navigator = window().navigator();
    let agent = navigator.user_agent().unwrap_or_default();
    let matches = |query: &str| window().match_media(query).ok().flatten().is_some_and(|list| list.matches());
    let standalone = get(&navigator.clone().into(), "standalone").is_some_and(|value| value.is_truthy());
    let fingers =
        get(&navigator.into(), "maxTouchPoints").and_then(|count| count.as_f64()).unwrap_or_default();
    let zone = session::zone();
    Device {
        apple: agent.contains("iPhone")
            || agent.contains("iPad")
            || (agent.contains("Macintosh") && fingers > 1.0),
        on_home_screen: standalone || matches("(display-mode: standalone)"),
        android: agent.contains("Android"),
        in_china: ["Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin"].contains(&zone.as_str()),
        push: is_there(),
        permission: permission(),
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Device {
    /// iPhone or iPad.
    pub apple: bool,
    /// Opened from the home screen.
    pub on_home_screen: bool,
    pub android: bool,
    pub in_china: bool,
    /// The browser has what push needs.
    pub push: bool,
    pub permission: String,
}

/// How far reminders reach into this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Open,
    /// Its push service may not be reachable from where it is.
    Doubtful,
    /// iPhones and iPads wake only what is on the home screen.
    NeedsHomeScreen,
    Denied,
    /// The browser has no push.
    None,
}

impl Device {
    pub fn reach(&self) -> Reach {
        if self.apple && !self.on_home_screen {
            Reach::NeedsHomeScreen
        } else if !self.push {
            Reach::None
        } else if self.permission == "denied" {
            Reach::Denied
        } else if self.android && self.in_china {
            Reach::Doubtful
        } else {
            Reach::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_reminders_reach_is_told_by_the_device() {
        let desk = Device { push: true, permission: "default".to_owned(), ..Device::default() };
        let phone = Device { apple: true, ..desk.clone() };
        let denied = Device { permission: "denied".to_owned(), ..desk.clone() };
        let cases = [
            (desk.clone(), Reach::Open),
            (Device { push: false, ..desk.clone() }, Reach::None),
            (denied.clone(), Reach::Denied),
            (Device { push: false, ..phone.clone() }, Reach::NeedsHomeScreen),
            (Device { on_home_screen: true, ..phone }, Reach::Open),
            (Device { android: true, in_china: true, ..desk.clone() }, Reach::Doubtful),
            (Device { android: true, in_china: true, ..denied }, Reach::Denied),
            (Device { android: true, ..desk }, Reach::Open),
        ];
        for (device, reach) in cases {
            assert_eq!(device.reach(), reach, "{device:?}");
        }
    }
}
