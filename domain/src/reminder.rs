//! What is due and who hears of it, when and how.
//!
//! A record is due by one field: `next_touch` of what is followed up, `due` of a task. Its owner is reminded. Snoozing
//! moves the reminder, moving moves the day; both are counted on the record, and contact sets the counts back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::schema::Entity;
use crate::time::TimeOfDay;

/// Until when its owner wants to hear nothing of it.
pub const SNOOZED_UNTIL: &str = "snoozed_until";
/// How often it was snoozed since it was given its day.
pub const SNOOZES: &str = "snoozes";
/// How often its day was moved to a later one since there was contact.
pub const MOVES: &str = "times_moved";
/// What says how it was put off: kept by the system.
pub const PUT_OFF: [&str; 3] = [SNOOZED_UNTIL, SNOOZES, MOVES];
/// So many moves are worth a word to whoever made them.
pub const MANY_MOVES: i64 = 3;
/// A reminder is snoozed for so many days at most: beyond that its day is to be moved.
pub const MAX_SNOOZE_DAYS: i64 = 31;

/// The field by which records of this kind become due, if they do.
#[must_use]
pub fn due_field(entity: &Entity) -> Option<&'static str> {
    let field = if entity.id == "task" { "due" } else { "next_touch" };
    (entity.follow_up || entity.id == "task").then_some(field)
}

/// What notifications are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A next touch is due.
    TouchDue,
    /// A task is due.
    TaskDue,
    /// Somebody gave a record or a task to the reader.
    Assigned,
    /// Somebody wrote a comment that names the reader.
    Mentioned,
    /// The day ahead, in the morning.
    Morning,
    /// What the team did and left, in the evening; for those who lead one.
    Evening,
    /// One of the reader's channels does not deliver any more.
    ChannelDead,
}

impl Kind {
    pub const ALL: [Self; 7] = [
        Self::TouchDue,
        Self::TaskDue,
        Self::Assigned,
        Self::Mentioned,
        Self::Morning,
        Self::Evening,
        Self::ChannelDead,
    ];
}

/// Where notifications go besides the bell, which has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Web Push (RFC 8030), to each browser that was added.
    Push,
    Mail,
    /// Group bots: a count and a link, never a customer's data.
    Bot,
}

/// How long before its time one wants to hear of a thing, in minutes.
pub const LEADS: [u16; 4] = [0, 10, 60, 1440];

/// How one wants to be reminded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which kinds go over which channels; what is not named goes to the bell alone.
    pub channels: BTreeMap<Kind, BTreeSet<Channel>>,
    /// One of [`LEADS`]. Holds for what has a time of day.
    pub lead_minutes: u16,
    /// When one hears of what has a day and no time.
    pub day_at: TimeOfDay,
    /// Between these times of day only the bell is told; the rest follows afterwards. May pass midnight.
    pub quiet: Option<Quiet>,
    /// When the day ahead is told; absent is never.
    pub morning: Option<TimeOfDay>,
    /// When the day behind is told to those who lead a team; absent is never.
    pub evening: Option<TimeOfDay>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

impl Default for Settings {
    fn default() -> Self {
        let at = TimeOfDay::known;
        let told = BTreeSet::from([Channel::Push, Channel::Mail]);
        let mut channels: BTreeMap<_, _> = Kind::ALL.map(|kind| (kind, told.clone())).into();
        // Mail for each thing that is due is soon read by nobody; the morning has them together.
        for kind in [Kind::TouchDue, Kind::TaskDue, Kind::Assigned] {
            channels.insert(kind, BTreeSet::from([Channel::Push]));
        }
        Self {
            channels,
            lead_minutes: 10,
            day_at: at(9, 0),
            quiet: Some(Quiet { from: at(21, 0), to: at(8, 0) }),
            morning: Some(at(8, 30)),
            evening: None,
        }
    }
}
