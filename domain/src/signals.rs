//! How a record stands in its stage: three signals that are told apart, and whether it rots.
//!
//! - **Days in the stage**: worked days since it came in, against what the stage expects.
//! - **Days since contact**: worked days since the last touch. Nothing but a touch sets them back.
//! - **No next step**: nothing is planned.
//!
//! It **rots** when it stands in an open stage that expects some days and there was no touch for more of them; where
//! there never was one, since it came into its stage. A pause keeps it from rotting until its day, and changes no count.
//!
//! Days are those of the workspace's calendar in the workspace's zone, the same for every reader: a day is over when the
//! workspace's day is. A touch of today is 0 days ago, one of Friday on Monday 1. Board and record page count here, a list
//! compares with the moment that [`Calendar::limit`] names: both say the same (a property holds them together).

use serde_json::{Value as Json, json};

use crate::schema::{Entity, Stage, StageStatus, WorkDays, WorkspaceSettings};
use crate::time::{Date, Instant, Zone};

/// When a record came into its stage.
pub const SINCE: &str = "stage_since";
/// The day a record began; it came into no stage before.
pub const STARTED: &str = "engaged_on";
/// The day on which a pause ends.
pub const PAUSED_UNTIL: &str = "paused_until";
pub const PAUSE_REASON: &str = "pause_reason";
/// What a pause is: kept by the system, told in the history all the same.
pub const PAUSE: [&str; 2] = [PAUSED_UNTIL, PAUSE_REASON];
pub const LAST_TOUCH: &str = "last_touch_at";
pub const NEXT_TOUCH: &str = "next_touch";
/// A pause reaches so many days ahead: what rests for longer is lost for now.
pub const MAX_PAUSE_DAYS: i64 = 366;

/// The fields on which it hangs whether a record rots.
pub const ROTTING_READS: [&str; 4] = ["stage", SINCE, LAST_TOUCH, PAUSED_UNTIL];

/// The condition that only what rots fulfils.
#[must_use]
pub fn rotting() -> Json {
    json!(["rotting"])
}

/// Whether records of this kind have signals, as far as somebody sees their fields.
#[must_use]
pub fn has_signals(entity: &Entity) -> bool {
    let known = |field: &str| entity.field(field).is_some_and(|field| !field.retired);
    ROTTING_READS.into_iter().chain([NEXT_TOUCH]).all(known)
}

/// The days a workspace works, by its own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub work: WorkDays,
    /// IANA name.
    pub zone: String,
}

impl Calendar {
    #[must_use]
    pub fn of(workspace: &WorkspaceSettings) -> Self {
        Self { work: workspace.work.clone(), zone: workspace.zone.clone() }
    }

    /// The workspace's day at that moment. `None` when its zone is unknown.
    #[must_use]
    pub fn today(&self, now: Instant, zones: &dyn Zone) -> Option<Date> {
        zones.date(&self.zone, now)
    }

    /// Worked days since that moment; of today none. `None` when the zone is unknown.
    #[must_use]
    pub fn worked_since(&self, at: Instant, now: Instant, zones: &dyn Zone) -> Option<i64> {
        Some(self.work.between(self.today(at, zones)?, self.today(now, zones)?))
    }

    /// What happened before this moment is more than so many worked days ago. `None` where nobody works that long.
    #[must_use]
    pub fn limit(&self, days: u16, now: Instant, zones: &dyn Zone) -> Option<Instant> {
        let day = self.work.back(self.today(now, zones)?, days)?;
        zones.instant(&self.zone, day.naive().and_time(chrono::NaiveTime::MIN))
    }
}

/// What the signals of a record are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub since: Option<Instant>,
    pub last_touch: Option<Instant>,
    pub has_next: bool,
    pub paused_until: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signals {
    /// Worked days since it came into its stage; unknown for some records from before this was kept.
    pub in_stage: Option<i64>,
    /// What its stage expects.
    pub expected: Option<u16>,
    /// Worked days since the last touch; `None` when there never was one.
    pub since_contact: Option<i64>,
    pub no_next_step: bool,
    /// The day until which it rests.
    pub paused_until: Option<Date>,
    pub rotting: bool,
}

impl Signals {
    /// Whether it stands in its stage for longer than expected.
    #[must_use]
    pub fn overstays(&self) -> bool {
        self.in_stage.zip(self.expected).is_some_and(|(days, expected)| days > i64::from(expected))
    }
}

/// How a record stands in this stage; nothing where it is won or lost, or the workspace's zone is unknown.
#[must_use]
pub fn signals(
    stage: &Stage,
    facts: &Facts,
    calendar: &Calendar,
    now: Instant,
    zones: &dyn Zone,
) -> Option<Signals> {
    if stage.status != StageStatus::Open {
        return None;
    }
    // A browser is slow at telling days from moments: each is asked for once.
    let today = calendar.today(now, zones)?;
    let days = |at: Option<Instant>| Some(calendar.work.between(calendar.today(at?, zones)?, today));
    let (in_stage, since_contact) = (days(facts.since), days(facts.last_touch));
    let paused_until = facts.paused_until.filter(|until| today < *until);
    let start = if facts.last_touch.is_some() { since_contact } else { in_stage };
    let late = start.zip(stage.expected_days).is_some_and(|(days, expected)| days > i64::from(expected));
    Some(Signals {
        in_stage,
        expected: stage.expected_days,
        since_contact,
        no_next_step: !facts.has_next,
        paused_until,
        rotting: late && paused_until.is_none(),
    })
}

#[cfg(test)]
mod tests;
