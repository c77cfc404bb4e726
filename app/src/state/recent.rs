//! What was looked at last on this device: the beginning of every search, also without network.

use domain::api::record::Hit;
use leptos::task::spawn_local;

use super::store;

/// Under which the device remembers it.
const KEY: &str = "search/recent";
const KEPT: usize = 8;

/// The records looked at last, the latest first.
pub async fn looked_at() -> Vec<Hit> {
    let Some(store) = store::current() else { return Vec::new() };
    let text = store.seen(KEY).await;
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Notes that a record is being looked at. Its second line stays as it was known when nothing is known now.
pub fn look_at(mut hit: Hit) {
    spawn_local(async move {
        let Some(store) = store::current() else { return };
        let mut hits = looked_at().await;
        if let Some(at) = hits.iter().position(|known| known.id == hit.id) {
            let known = hits.remove(at);
            if hit.detail.is_empty() {
                hit.detail = known.detail;
            }
        }
        hits.insert(0, Hit { found: None, ..hit });
        hits.truncate(KEPT);
        if let Ok(text) = serde_json::to_string(&hits) {
            store.remember(KEY, &text).await;
        }
    });
}
