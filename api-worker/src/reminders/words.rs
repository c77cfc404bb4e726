//! What a message says, in its reader's language.

use domain::api::notification::Counts;
use domain::reminder::Kind;
use domain::time::{Instant, Zone as _};
use messages::Lang;
use serde::Deserialize;

use crate::platform::Zones;

/// What a notification says beside what it is about.
#[derive(Debug, Default, Deserialize)]
pub struct Body {
    #[serde(default)]
    pub counts: Option<Counts>,
    #[serde(default)]
    pub channel: Option<String>,
}

/// Title and body of one notification.
pub fn of(
    kind: Kind,
    name: &str,
    due_at: Option<Instant>,
    body: &Body,
    zone: &str,
    lang: Lang,
) -> (String, String) {
    let name = body.channel.as_deref().unwrap_or(name);
    let title = messages::text(lang, &format!("notify.{}", kind.word()), &[("name", name)]);
    let counts = body.counts.map(|Counts { overdue, due }| {
        let args = [("overdue", overdue.to_string()), ("due", due.to_string())];
        messages::text(lang, "notify.counts", &args.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    let when = || due_at.map(|at| local(at, zone));
    (title.to_string(), counts.map(|text| text.to_string()).or_else(when).unwrap_or_default())
}

/// Title and body of many at once.
pub fn many(count: usize, lang: Lang) -> (String, String) {
    let title = messages::text(lang, "notify.many", &[("count", &count.to_string())]);
    (title.to_string(), messages::text(lang, "notify.look", &[]).to_string())
}

/// A moment by somebody's clock: day and time. A day without a time ends in its last second, which no time of day does.
fn local(at: Instant, zone: &str) -> String {
    let offset = Zones.offset_ms(zone, at.unix_ms()).unwrap_or_default();
    let text = at.plus_ms(offset).to_string();
    let (day, time) = text.split_at(10);
    if time.contains(":59.") {
        day.to_owned()
    } else {
        format!("{day} {}", time.get(1..6).unwrap_or_default())
    }
}
