//! When: the moment of a reminder, quiet hours, digests, and how often sending is tried.

use super::{Kind, Settings};
use crate::schema::WorkDays;
use crate::time::{Date, Instant, TimeOfDay, Zone};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A day may begin so much earlier in another zone than where something was planned for it, and end a day later there.
const FAR_MS: i64 = 50 * 60 * MINUTE_MS;
/// A rest of so many days without a worked one has no next digest.
const LONGEST_REST: i64 = 60;

/// Somebody's clock.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    /// IANA name.
    pub zone: &'a str,
    pub zones: &'a dyn Zone,
}

impl Clock<'_> {
    fn at(self, day: Date, time: TimeOfDay) -> Option<Instant> {
        self.zones.instant(self.zone, day.naive().and_time(time.naive()))
    }

    fn today(self, now: Instant) -> Option<Date> {
        self.zones.date(self.zone, now)
    }

    /// The first moment of the day it is, and the first of the next.
    #[must_use]
    pub fn day(self, now: Instant) -> Option<(Instant, Instant)> {
        let (today, midnight) = (self.today(now)?, TimeOfDay::known(0, 0));
        Some((self.at(today, midnight)?, self.at(today.plus_days(1), midnight)?))
    }
}

/// What is due, as it was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: Instant,
    pub date: Date,
    /// Whether it has a time of day; without one it is due at the end of its day.
    pub timed: bool,
    pub snoozed_until: Option<Instant>,
}

/// When somebody is to hear of it. A zone that is unknown tells at the time itself.
#[must_use]
pub fn moment(due: Due, settings: &Settings, clock: Clock<'_>) -> Instant {
    if let Some(until) = due.snoozed_until {
        return until;
    }
    if due.timed {
        return due.at.plus_ms(-i64::from(settings.lead_minutes) * MINUTE_MS);
    }
    clock.at(due.date, settings.day_at).unwrap_or(due.at)
}

/// The earliest moment at which [`moment`] may say now, whatever the settings and the zone.
#[must_use]
pub fn first_look(due: Due) -> Instant {
    due.snoozed_until.unwrap_or_else(|| due.at.plus_ms(if due.timed { -DAY_MS } else { -FAR_MS }))
}

/// Now, or when quiet hours that hold now end.
#[must_use]
pub fn after_quiet(now: Instant, settings: &Settings, clock: Clock<'_>) -> Instant {
    let Some(quiet) = settings.quiet else { return now };
    let Some(today) = clock.today(now) else { return now };
    let over_midnight = quiet.to <= quiet.from;
    // They may have begun yesterday.
    for begins in [today.plus_days(-1), today] {
        let ends = if over_midnight { begins.plus_days(1) } else { begins };
        if let (Some(from), Some(to)) = (clock.at(begins, quiet.from), clock.at(ends, quiet.to))
            && (from..to).contains(&now)
        {
            return to;
        }
    }
    now
}

/// A digest that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The day it is of; there is one a day.
    pub day: Date,
    pub at: Instant,
}

fn digest_time(kind: Kind, settings: &Settings) -> Option<TimeOfDay> {
    match kind {
        Kind::Morning => settings.morning,
        Kind::Evening => settings.evening,
        _ => None,
    }
}

/// The digest whose time came after `since` and not after `now`, on a worked day. Yesterday's is told no more.
#[must_use]
pub fn digest(
    kind: Kind,
    since: Instant,
    now: Instant,
    settings: &Settings,
    work: &WorkDays,
    clock: Clock<'_>,
) -> Option<Digest> {
    let time = digest_time(kind, settings)?;
    let day = clock.today(now).filter(|day| work.is_worked(*day))?;
    let at = clock.at(day, time)?;
    (since < at && at <= now).then_some(Digest { day, at })
}

/// When the next one comes after `now`, if it ever does.
#[must_use]
pub fn next_digest(
    kind: Kind,
    now: Instant,
    settings: &Settings,
    work: &WorkDays,
    clock: Clock<'_>,
) -> Option<Instant> {
    let time = digest_time(kind, settings)?;
    let today = clock.today(now)?;
    let days = (0..LONGEST_REST).map(|later| today.plus_days(later));
    days.filter(|day| work.is_worked(*day)).filter_map(|day| clock.at(day, time)).find(|at| *at > now)
}

/// How long to wait after so many attempts, from 1, in milliseconds; `None` is giving up.
#[must_use]
pub fn retry_ms(attempts: u32) -> Option<i64> {
    let minutes = [1, 5, 15, 60, 240];
    let at = usize::try_from(attempts.checked_sub(1)?).ok()?;
    minutes.get(at).map(|minutes| minutes * MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reminder::Quiet;
    use crate::time::Schedule;

    struct Real;

    impl Zone for Real {
        fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
            use chrono::{Offset, TimeZone};
            let zone: chrono_tz::Tz = zone.parse().ok()?;
            let at = chrono::Utc.timestamp_millis_opt(unix_ms).single()?.with_timezone(&zone);
            Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
        }
    }

    fn clock(zone: &str) -> Clock<'_> {
        Clock { zone, zones: &Real }
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn time(text: &str) -> TimeOfDay {
        TimeOfDay::parse(text).unwrap()
    }

    fn due(date: &str, at: Option<&str>, zone: &str) -> Due {
        let planned = Schedule::resolve(Date::parse(date).unwrap(), at.map(time), zone, &Real).unwrap();
        Due { at: planned.at, date: planned.date, timed: planned.time.is_some(), snoozed_until: None }
    }

    #[test]
    fn a_reminder_comes_its_lead_before_a_time_and_in_the_morning_of_a_day() {
        for (planned, of, lead, zone, told) in [
            // A time is the same moment wherever its owner is.
            (("2026-05-01", Some("15:00")), "Asia/Shanghai", 10, "Asia/Shanghai", "2026-05-01T06:50:00Z"),
            (("2026-05-01", Some("15:00")), "Asia/Shanghai", 0, "America/New_York", "2026-05-01T07:00:00Z"),
            (("2026-05-01", Some("15:00")), "Asia/Shanghai", 60, "Europe/Berlin", "2026-05-01T06:00:00Z"),
            (("2026-01-01", Some("00:05")), "UTC", 10, "UTC", "2025-12-31T23:55:00Z"),
            (("2026-01-01", Some("00:05")), "Asia/Tokyo", 1440, "Asia/Tokyo", "2025-12-30T15:05:00Z"),
            // Into the hour that does not exist, and around those that are put back: real minutes count.
            (("2026-03-29", Some("03:05")), "Europe/Berlin", 10, "Europe/Berlin", "2026-03-29T00:55:00Z"),
            (("2026-10-25", Some("03:00")), "Europe/Berlin", 60, "Europe/Berlin", "2026-10-25T01:00:00Z"),
            // A day is told in the owner's morning, by the owner's clock.
            (("2026-05-01", None), "Asia/Shanghai", 10, "Asia/Shanghai", "2026-05-01T01:00:00Z"),
            (("2026-05-01", None), "Asia/Shanghai", 1440, "America/New_York", "2026-05-01T13:00:00Z"),
            (("2026-03-28", None), "Europe/Berlin", 0, "Europe/Berlin", "2026-03-28T08:00:00Z"),
            (("2026-03-29", None), "Europe/Berlin", 0, "Europe/Berlin", "2026-03-29T07:00:00Z"),
            (("2026-10-25", None), "Europe/Berlin", 0, "Europe/Berlin", "2026-10-25T08:00:00Z"),
            (("2027-01-01", None), "UTC", 0, "Pacific/Kiritimati", "2026-12-31T19:00:00Z"),
            (("2026-12-31", None), "UTC", 0, "Pacific/Pago_Pago", "2026-12-31T20:00:00Z"),
        ] {
            let settings = Settings { lead_minutes: lead, ..Settings::default() };
            let due = due(planned.0, planned.1, of);
            let found = moment(due, &settings, clock(zone));
            assert_eq!(found, at(told), "{planned:?} {of} {lead} {zone}");
            assert!(first_look(due) <= found, "{planned:?} {of} {lead} {zone}");
        }
    }

    #[test]
    fn the_first_look_comes_before_any_moment() {
        let zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", "Asia/Kolkata"];
        for of in zones {
            for zone in zones {
                for (morning, lead) in [("00:00", 1440), ("23:59", 0)] {
                    let settings =
                        Settings { day_at: time(morning), lead_minutes: lead, ..Settings::default() };
                    for due in [due("2026-05-01", None, of), due("2026-05-01", Some("00:00"), of)] {
                        assert!(first_look(due) <= moment(due, &settings, clock(zone)), "{of} {zone}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_snooze_is_told_when_it_ends_and_an_unknown_zone_at_the_time() {
        let until = at("2026-05-03T07:07:00Z");
        let snoozed = Due { snoozed_until: Some(until), ..due("2026-05-01", None, "UTC") };
        assert_eq!(moment(snoozed, &Settings::default(), clock("UTC")), until);
        assert_eq!(first_look(snoozed), until);
        let day = due("2026-05-01", None, "UTC");
        assert_eq!(moment(day, &Settings::default(), clock("Mars/Olympus")), day.at);
    }

    #[test]
    fn what_comes_in_quiet_hours_waits_until_they_end() {
        let night = Some(("21:00", "08:00"));
        let noon = Some(("12:00", "13:30"));
        for (quiet, zone, now, then) in [
            (None, "UTC", "2026-05-01T22:00:00Z", "2026-05-01T22:00:00Z"),
            (night, "UTC", "2026-05-01T20:59:59Z", "2026-05-01T20:59:59Z"),
            (night, "UTC", "2026-05-01T21:00:00Z", "2026-05-02T08:00:00Z"),
            (night, "UTC", "2026-05-02T00:00:00Z", "2026-05-02T08:00:00Z"),
            (night, "UTC", "2026-05-02T07:59:59Z", "2026-05-02T08:00:00Z"),
            (night, "UTC", "2026-05-02T08:00:00Z", "2026-05-02T08:00:00Z"),
            (night, "UTC", "2026-12-31T23:30:00Z", "2027-01-01T08:00:00Z"),
            (night, "Asia/Shanghai", "2026-05-01T13:00:00Z", "2026-05-02T00:00:00Z"),
            (night, "Asia/Shanghai", "2026-05-01T12:59:00Z", "2026-05-01T12:59:00Z"),
            // The nights in which the clock is changed are an hour shorter and longer.
            (night, "Europe/Berlin", "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
            (night, "Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z"),
            (night, "America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T13:00:00Z"),
            (noon, "UTC", "2026-05-01T12:00:00Z", "2026-05-01T13:30:00Z"),
            (noon, "UTC", "2026-05-01T13:30:00Z", "2026-05-01T13:30:00Z"),
            (noon, "UTC", "2026-05-01T02:00:00Z", "2026-05-01T02:00:00Z"),
            (night, "Mars/Olympus", "2026-05-01T22:00:00Z", "2026-05-01T22:00:00Z"),
        ] {
            let quiet = quiet.map(|(from, to)| Quiet { from: time(from), to: time(to) });
            let settings = Settings { quiet, ..Settings::default() };
            assert_eq!(after_quiet(at(now), &settings, clock(zone)), at(then), "{quiet:?} {zone} {now}");
        }
    }

    #[test]
    fn a_digest_comes_once_on_worked_days() {
        let settings = Settings { evening: Some(time("18:00")), ..Settings::default() };
        let mut work = WorkDays::default();
        // A Friday off, and the Saturday after it worked instead.
        work.days.insert(Date::parse("2026-05-01").unwrap(), false);
        work.days.insert(Date::parse("2026-05-02").unwrap(), true);
        let zone = "Asia/Shanghai";
        for (kind, since, now, told, next) in [
            (Kind::Morning, "2026-04-29T16:00:00Z", "2026-04-30T00:29:59Z", None, "2026-04-30T00:30:00Z"),
            (
                Kind::Morning,
                "2026-04-29T16:00:00Z",
                "2026-04-30T00:30:00Z",
                Some("2026-04-30"),
                "2026-05-02T00:30:00Z",
            ),
            (Kind::Morning, "2026-04-30T00:30:00Z", "2026-04-30T00:31:00Z", None, "2026-05-02T00:30:00Z"),
            // Late after an outage, though not on another day.
            (
                Kind::Morning,
                "2026-04-28T00:31:00Z",
                "2026-04-30T06:00:00Z",
                Some("2026-04-30"),
                "2026-05-02T00:30:00Z",
            ),
            (Kind::Morning, "2026-04-28T00:31:00Z", "2026-04-29T16:30:00Z", None, "2026-04-30T00:30:00Z"),
            (Kind::Morning, "2026-04-30T00:31:00Z", "2026-05-01T02:00:00Z", None, "2026-05-02T00:30:00Z"),
            (
                Kind::Morning,
                "2026-04-30T00:31:00Z",
                "2026-05-02T02:00:00Z",
                Some("2026-05-02"),
                "2026-05-04T00:30:00Z",
            ),
            (
                Kind::Evening,
                "2026-04-30T00:31:00Z",
                "2026-04-30T10:00:00Z",
                Some("2026-04-30"),
                "2026-05-02T10:00:00Z",
            ),
        ] {
            let found = digest(kind, at(since), at(now), &settings, &work, clock(zone));
            assert_eq!(found.map(|found| found.day.to_string()).as_deref(), told, "{kind:?} {now}");
            assert_eq!(
                next_digest(kind, at(now), &settings, &work, clock(zone)),
                Some(at(next)),
                "{kind:?} {now}"
            );
        }
        let never = Settings { morning: None, ..Settings::default() };
        assert_eq!(next_digest(Kind::Morning, at("2026-04-30T00:00:00Z"), &never, &work, clock(zone)), None);
        let idle = WorkDays { week: std::collections::BTreeSet::new(), ..WorkDays::default() };
        assert_eq!(
            next_digest(Kind::Morning, at("2026-04-30T00:00:00Z"), &settings, &idle, clock(zone)),
            None
        );
    }

    #[test]
    fn sending_is_given_up_at_the_sixth_time() {
        let waits: Vec<_> = (1..=6).map(|attempts| retry_ms(attempts).map(|ms| ms / MINUTE_MS)).collect();
        assert_eq!(waits, [Some(1), Some(5), Some(15), Some(60), Some(240), None]);
        assert_eq!(retry_ms(0), None);
    }
}
