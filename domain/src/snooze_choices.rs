//! Until when one may want to hear nothing of what is due: three moments, the same from the bell and from the day.

use crate::time::{Date, Instant, TimeOfDay, Zone};

const HOUR_MS: i64 = 3_600_000;
/// From this hour on the afternoon is no longer ahead, but the end of the day is.
const AFTERNOON_ENDS: i64 = 14;
/// From this hour on the next afternoon is tomorrow's.
const DAY_ENDS: i64 = 17;

/// What a moment is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnoozeChoice {
    InAnHour,
    /// Today at 15:00.
    Afternoon,
    /// Today at 18:00, once it is too late for the afternoon.
    Evening,
    /// Tomorrow at 9:00.
    Tomorrow,
    /// Tomorrow at 15:00, once today is over.
    TomorrowAfternoon,
}

/// Three moments after `now` by the clock of a zone, the earliest first. With a zone that is not known only the first.
#[must_use]
pub fn snooze_choices(now: Instant, zone: &str, zones: &dyn Zone) -> Vec<(SnoozeChoice, Instant)> {
    let mut choices = vec![(SnoozeChoice::InAnHour, now.plus_ms(HOUR_MS))];
    let (Some(today), Some(offset)) = (zones.date(zone, now), zones.offset_ms(zone, now.unix_ms())) else {
        return choices;
    };
    let hour = (now.unix_ms() + offset).div_euclid(HOUR_MS).rem_euclid(24);
    let tomorrow = today.plus_days(1);
    let mut add = |choice, day: Date, clock: TimeOfDay| {
        let at = zones.instant(zone, day.naive().and_time(clock.naive()));
        choices.extend(at.map(|at| (choice, at)));
    };
    let (nine, three, six) = (TimeOfDay::known(9, 0), TimeOfDay::known(15, 0), TimeOfDay::known(18, 0));
    if hour < AFTERNOON_ENDS {
        add(SnoozeChoice::Afternoon, today, three);
    } else if hour < DAY_ENDS {
        add(SnoozeChoice::Evening, today, six);
    }
    add(SnoozeChoice::Tomorrow, tomorrow, nine);
    if hour >= DAY_ENDS {
        add(SnoozeChoice::TomorrowAfternoon, tomorrow, three);
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Real;

    impl Zone for Real {
        fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
            use chrono::{Offset as _, TimeZone as _};
            let zone: chrono_tz::Tz = zone.parse().ok()?;
            let at = zone.timestamp_millis_opt(unix_ms).single()?;
            Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
        }
    }

    fn said(now: &str, zone: &str) -> Vec<(SnoozeChoice, String)> {
        let now = Instant::parse(now).unwrap();
        let choices = snooze_choices(now, zone, &Real);
        assert!(choices.iter().all(|(_, at)| *at > now), "{now} {zone}");
        choices.into_iter().map(|(choice, at)| (choice, at.to_string())).collect()
    }

    #[test]
    fn three_moments_follow_the_clock_of_the_reader() {
        use SnoozeChoice::{Afternoon, Evening, InAnHour, Tomorrow, TomorrowAfternoon};
        for (now, zone, wanted) in [
            // 10:30 in Shanghai.
            (
                "2026-03-02T02:30:00Z",
                "Asia/Shanghai",
                [
                    (InAnHour, "2026-03-02T03:30:00.000Z"),
                    (Afternoon, "2026-03-02T07:00:00.000Z"),
                    (Tomorrow, "2026-03-03T01:00:00.000Z"),
                ],
            ),
            // 13:59 and 14:00.
            (
                "2026-03-02T05:59:00Z",
                "Asia/Shanghai",
                [
                    (InAnHour, "2026-03-02T06:59:00.000Z"),
                    (Afternoon, "2026-03-02T07:00:00.000Z"),
                    (Tomorrow, "2026-03-03T01:00:00.000Z"),
                ],
            ),
            (
                "2026-03-02T06:00:00Z",
                "Asia/Shanghai",
                [
                    (InAnHour, "2026-03-02T07:00:00.000Z"),
                    (Evening, "2026-03-02T10:00:00.000Z"),
                    (Tomorrow, "2026-03-03T01:00:00.000Z"),
                ],
            ),
            // 23:40 on the last day of a year.
            (
                "2026-12-31T15:40:00Z",
                "Asia/Shanghai",
                [
                    (InAnHour, "2026-12-31T16:40:00.000Z"),
                    (Tomorrow, "2027-01-01T01:00:00.000Z"),
                    (TomorrowAfternoon, "2027-01-01T07:00:00.000Z"),
                ],
            ),
            // The evening before clocks go forward in New York: tomorrow at nine is an hour nearer.
            (
                "2026-03-07T23:00:00Z",
                "America/New_York",
                [
                    (InAnHour, "2026-03-08T00:00:00.000Z"),
                    (Tomorrow, "2026-03-08T13:00:00.000Z"),
                    (TomorrowAfternoon, "2026-03-08T19:00:00.000Z"),
                ],
            ),
            // 00:30 with half an hour of offset: it is already the day after.
            (
                "2026-06-09T19:00:00Z",
                "Asia/Kolkata",
                [
                    (InAnHour, "2026-06-09T20:00:00.000Z"),
                    (Afternoon, "2026-06-10T09:30:00.000Z"),
                    (Tomorrow, "2026-06-11T03:30:00.000Z"),
                ],
            ),
        ] {
            assert_eq!(said(now, zone), wanted.map(|(choice, at)| (choice, at.to_owned())), "{now} {zone}");
        }
    }

    #[test]
    fn an_unknown_zone_leaves_the_hour() {
        let wanted = vec![(SnoozeChoice::InAnHour, "2026-03-02T03:30:00.000Z".to_owned())];
        assert_eq!(said("2026-03-02T02:30:00Z", "Mars/Olympus"), wanted);
    }
}
