//! What is due and who hears of it, when and how.
//!
//! A record is due by one field: `next_touch` of what is followed up, `due` of a task. Its owner is reminded. Snoozing
//! moves the reminder, moving moves the day; both are counted on the record, and contact sets the counts back.

mod timing;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::access::{Act, Owners, Role, Scope, scope};
use crate::message::Problem;
use crate::schema::{Entity, Schema};
use crate::time::TimeOfDay;

pub use timing::{Clock, Digest, Due, after_quiet, digest, first_look, moment, next_digest, retry_ms};

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

/// More than so many that are due over one channel at once are told as a count.
pub const SINGLE: usize = 5;

impl Kind {
    /// As on the wire and in storage.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TouchDue => "touch_due",
            Self::TaskDue => "task_due",
            Self::Assigned => "assigned",
            Self::Mentioned => "mentioned",
            Self::Morning => "morning",
            Self::Evening => "evening",
            Self::ChannelDead => "channel_dead",
        }
    }

    /// What tells that a record of this kind is due.
    #[must_use]
    pub fn due(entity: &str) -> Self {
        if entity == "task" { Self::TaskDue } else { Self::TouchDue }
    }
}

impl Settings {
    /// Where a kind goes besides the bell.
    pub fn channels_of(&self, kind: Kind) -> impl Iterator<Item = Channel> + '_ {
        self.channels.get(&kind).into_iter().flatten().copied()
    }

    /// What keeps them from being kept, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !LEADS.contains(&self.lead_minutes) {
            problems.push(Problem::on("lead_minutes", "problem.not_a_choice"));
        }
        if self.quiet.is_some_and(|quiet| quiet.from == quiet.to) {
            problems.push(Problem::on("quiet", "problem.quiet_whole_day"));
        }
        problems
    }
}

/// Whether somebody of a role is reminded of a record of this kind that is theirs: whoever may not see the kind, or by what
/// it is due, hears nothing.
#[must_use]
pub fn hears_of(schema: &Schema, role: &Role, entity: &str) -> bool {
    let Some(field) = schema.entity(entity).and_then(due_field) else { return false };
    !role.hides(entity, field) && scope(schema, role, entity, Act::View) != Scope::Nothing
}

/// Whose open things the evening counts for somebody of a role; nobody's where they see their own alone.
#[must_use]
pub fn led(schema: &Schema, role: &Role) -> Option<Led> {
    match scope(schema, role, "task", Act::View) {
        Scope::Everything => Some(Led::Everybody),
        Scope::Within { owners: Owners::MyTeams, .. } => Some(Led::MyTeams),
        Scope::Within { .. } | Scope::Nothing => None,
    }
}

/// Whom somebody leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Led {
    Everybody,
    MyTeams,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_are_told_by_field() {
        let at = TimeOfDay::known;
        assert_eq!(Settings::default().problems(), []);
        let wrong = Settings {
            lead_minutes: 7,
            quiet: Some(Quiet { from: at(9, 0), to: at(9, 0) }),
            ..Settings::default()
        };
        let fields: Vec<_> = wrong.problems().into_iter().map(|problem| problem.field.unwrap()).collect();
        assert_eq!(fields, ["lead_minutes", "quiet"]);
    }

    #[test]
    fn kinds_are_named_as_on_the_wire() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
    }
}
