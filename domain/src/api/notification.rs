//! The bell, and the channels by which reminders arrive.

use serde::{Deserialize, Serialize};

use super::record::Names;
use crate::ids::Id;
use crate::reminder::{Channel, Kind, Settings};
use crate::time::Instant;

/// Notifications of a page.
pub const PAGE: u32 = 40;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotificationsRequest {
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// `true` answers how many are unread and none of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_only: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NotificationsReply {
    /// Newest first.
    pub notifications: Vec<Notification>,
    /// Of all, not of the page.
    pub unread: u64,
    /// Who did what is told, as far as the reader sees them.
    pub names: Names,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Notification {
    pub id: Id,
    pub kind: Kind,
    /// When it was told.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub at: Instant,
    /// For what is due: its real time, also when an outage told it late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub due_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub read_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// Who assigned or mentioned; a name of `names` where the reader sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Id>,
    /// Of a digest: how many things are overdue, and how many are due that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Of a dead channel: what one called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What became of it on the other channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
}

/// The record a notification is about, as the reader sees it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct About {
    pub entity: String,
    pub record: Id,
    /// Absent when it is not in sight any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether it is still due as it was told: neither done nor moved nor gone.
    pub open: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Counts {
    pub overdue: u64,
    pub due: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Delivery {
    pub channel: Channel,
    pub state: DeliveryState,
    /// It was sent again after a crash: it may have arrived twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub at: Option<Instant>,
    /// Why it failed: in English, for the log; never what a receiver answered in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Not sent yet: it is quiet now, or it is tried again.
    Waiting,
    Sent,
    /// Tried too often, or the channel is dead.
    GivenUp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadRequest {
    /// These, at most [`PAGE`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Id>,
    /// Everything told until this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub until: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ReadReply {
    pub unread: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RemindersReply {
    pub settings: Settings,
    /// The public key by which a browser subscribes (VAPID, RFC 8292): an uncompressed P-256 point, base64url.
    pub push_key: String,
    /// Browsers and bots, the oldest first.
    pub channels: Vec<ChannelBody>,
    /// The address that mail goes to; absent when this deployment sends no mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Since when there is a calendar address; the address itself is shown only when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub feed_since: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChannelBody {
    pub id: Id,
    pub channel: Channel,
    /// What the device calls itself, or what one called the bot.
    pub name: String,
    /// SHA-256 of a browser's endpoint, base64url, by which it knows itself again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_hash: Option<String>,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub at: Instant,
    /// It does not deliver any more, since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub dead_at: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetRemindersRequest {
    pub settings: Settings,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// A browser or a bot; absent is mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TestReply {
    pub sent: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What `PushSubscription.toJSON()` gives (W3C Push API).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddPushRequest {
    /// An https address of a push service.
    pub endpoint: String,
    /// The browser's public key, an uncompressed P-256 point, base64url.
    pub p256dh: String,
    /// The browser's secret of 16 bytes, base64url.
    pub auth: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BotService {
    Wecom,
    Dingtalk,
    Feishu,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddBotRequest {
    pub name: String,
    pub service: BotService,
    /// As the service shows it when the bot is made.
    pub url: String,
    /// The secret by which `DingTalk` and Feishu sign, where the bot has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChannelReply {
    pub id: Id,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FeedReply {
    /// The path below the deployment's origin, with its secret: shown once.
    pub path: String,
}
