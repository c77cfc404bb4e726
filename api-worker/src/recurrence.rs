//! Which days follow a rule of RFC 5545. The counting is the `rrule` crate's; what a rule may be, `domain` has checked.

use chrono::{DateTime, Month, NaiveTime, Weekday};
use domain::recurrence::{Frequency, Recurrence, Rule};
use domain::time::Date;
use rrule::{NWeekday, RRule, Tz};

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Rules as RFC 5545 has them.
pub struct RfcRules;

/// A day as the crate knows it. Days are counted by the calendar, so that the zone does not matter.
fn moment(day: Date) -> DateTime<Tz> {
    DateTime::from_naive_utc_and_offset(day.naive().and_time(NaiveTime::MIN), rrule_utc())
}

fn rrule_utc() -> <Tz as chrono::TimeZone>::Offset {
    chrono::TimeZone::offset_from_utc_date(&Tz::UTC, &chrono::NaiveDate::default())
}

fn small<T: TryFrom<i32>>(numbers: &[i32]) -> Vec<T> {
    numbers.iter().filter_map(|number| T::try_from(*number).ok()).collect()
}

impl Recurrence for RfcRules {
    fn days(&self, rule: &Rule, start: Date, last: Date, most: usize) -> Vec<Date> {
        let frequency = match rule.frequency {
            Frequency::Daily => rrule::Frequency::Daily,
            Frequency::Weekly => rrule::Frequency::Weekly,
            Frequency::Monthly => rrule::Frequency::Monthly,
            Frequency::Yearly => rrule::Frequency::Yearly,
        };
        let weekday = |(nth, day): &(i32, usize)| match i16::try_from(*nth) {
            Ok(0) | Err(_) => NWeekday::Every(WEEK[*day]),
            Ok(nth) => NWeekday::Nth(nth, WEEK[*day]),
        };
        let months: Vec<Month> =
            small::<u8>(&rule.months).into_iter().filter_map(|month| Month::try_from(month).ok()).collect();
        let mut counted = RRule::new(frequency)
            .interval(u16::try_from(rule.interval).unwrap_or(1))
            .week_start(WEEK[rule.week_start])
            .by_month(&months)
            .by_month_day(small(&rule.month_days))
            .by_weekday(rule.days.iter().map(weekday).collect())
            .by_set_pos(rule.positions.clone());
        counted = match rule.count.map(u32::try_from) {
            Some(Ok(count)) => counted.count(count),
            // A rule that never meets a day would be looked for until the crate's own limit.
            _ => counted.until(moment(last)),
        };
        // Nothing begins after its end, and what the crate refuses has no days.
        let Ok(set) = counted.build(moment(start)) else { return Vec::new() };
        let set = set.limit();
        let days = set.into_iter().filter_map(|at| Date::from_naive(at.date_naive()));
        days.take_while(|day| *day <= last).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Offset, TimeZone, Utc};
    use domain::recurrence::{Done, next, tidied};
    use domain::time::{Instant, Schedule, TimeOfDay, Zone};

    use super::*;

    struct Zones;

    impl Zone for Zones {
        fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
            let zone: chrono_tz::Tz = zone.parse().ok()?;
            let at = Utc.timestamp_millis_opt(unix_ms).single()?.with_timezone(&zone);
            Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
        }
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn days_follow_their_rule() {
        for (rule, start, expected) in [
            ("FREQ=DAILY", "2026-05-01", "2026-05-01 2026-05-02 2026-05-03"),
            ("FREQ=DAILY;INTERVAL=10", "2026-05-25", "2026-05-25 2026-06-04 2026-06-14"),
            // Working days, from a Friday on.
            ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-05-01", "2026-05-01 2026-05-04 2026-05-05"),
            ("FREQ=WEEKLY", "2026-05-01", "2026-05-01 2026-05-08 2026-05-15"),
            // Moved off its day: the rule goes on by its own days.
            ("FREQ=WEEKLY;BYDAY=MO", "2026-05-06", "2026-05-11 2026-05-18 2026-05-25"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "2026-05-04", "2026-05-04 2026-05-08 2026-05-18"),
            ("FREQ=MONTHLY", "2026-01-15", "2026-01-15 2026-02-15 2026-03-15"),
            // Months without a 31st have none.
            ("FREQ=MONTHLY", "2026-01-31", "2026-01-31 2026-03-31 2026-05-31"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-31", "2028-01-31 2028-02-29 2028-03-31"),
            ("FREQ=MONTHLY;BYDAY=2TU", "2026-05-01", "2026-05-12 2026-06-09 2026-07-14"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2026-05-01", "2026-05-29 2026-06-26 2026-07-31"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "2026-05-01",
                "2026-05-29 2026-06-30 2026-07-31",
            ),
            ("FREQ=YEARLY", "2026-12-31", "2026-12-31 2027-12-31 2028-12-31"),
            // A leap day comes every four years.
            ("FREQ=YEARLY", "2028-02-29", "2028-02-29 2032-02-29 2036-02-29"),
            ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", "2026-05-01", "2026-07-01 2027-01-01 2027-07-01"),
            ("FREQ=DAILY;COUNT=2", "2026-05-01", "2026-05-01 2026-05-02"),
            ("FREQ=WEEKLY;UNTIL=20260510", "2026-05-01", "2026-05-01 2026-05-08"),
            // Never: no February has so many days.
            ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "2026-05-01", ""),
            ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "2026-05-01", ""),
            ("FREQ=WEEKLY;UNTIL=20200101", "2026-05-01", ""),
        ] {
            assert_eq!(tidied(rule).as_deref(), Ok(rule));
            let parsed: Rule = rule.parse().unwrap();
            let last = parsed.until.unwrap_or(day("2050-12-31"));
            let found = RfcRules.days(&parsed, day(start), last, 3);
            let found: Vec<String> = found.iter().map(Date::to_string).collect();
            assert_eq!(found.join(" "), expected, "{rule}");
        }
    }

    #[test]
    fn the_next_one_keeps_its_hour_and_its_zone() {
        let (berlin, shanghai) = ("Europe/Berlin", "Asia/Shanghai");
        for (rule, due, zone, now, expected) in [
            // Clocks are put forward on 29 March and back on 25 October: nine o'clock stays nine o'clock.
            (
                "FREQ=WEEKLY",
                "2026-03-23 09:00",
                berlin,
                "2026-03-23T12:00:00Z",
                Some("2026-03-30T07:00:00.000Z"),
            ),
            (
                "FREQ=WEEKLY",
                "2026-10-19 09:00",
                berlin,
                "2026-10-19T12:00:00Z",
                Some("2026-10-26T08:00:00.000Z"),
            ),
            // At an hour that this day does not have: the first moment after the gap.
            (
                "FREQ=DAILY",
                "2026-03-28 02:30",
                berlin,
                "2026-03-28T12:00:00Z",
                Some("2026-03-29T01:00:00.000Z"),
            ),
            // At an hour that it has twice: the first.
            (
                "FREQ=DAILY",
                "2026-10-24 02:30",
                berlin,
                "2026-10-24T12:00:00Z",
                Some("2026-10-25T00:30:00.000Z"),
            ),
            (
                "FREQ=MONTHLY",
                "2026-01-31 10:00",
                shanghai,
                "2026-02-01T00:00:00Z",
                Some("2026-03-31T02:00:00.000Z"),
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "2026-01-31 10:00",
                shanghai,
                "2026-02-01T00:00:00Z",
                Some("2026-02-28T02:00:00.000Z"),
            ),
            // What was missed is left out: it is past six in the evening of the first there.
            (
                "FREQ=DAILY",
                "2026-04-01 18:00",
                shanghai,
                "2026-05-01T10:30:00Z",
                Some("2026-05-02T10:00:00.000Z"),
            ),
            (
                "FREQ=DAILY",
                "2026-04-01 18:00",
                shanghai,
                "2026-05-01T09:30:00Z",
                Some("2026-05-01T10:00:00.000Z"),
            ),
            (
                "FREQ=YEARLY",
                "2028-02-29 10:00",
                shanghai,
                "2028-03-01T00:00:00Z",
                Some("2032-02-29T02:00:00.000Z"),
            ),
            (
                "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
                "2026-01-31 10:00",
                shanghai,
                "2026-02-01T00:00:00Z",
                None,
            ),
            (
                "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
                "2026-05-06 10:00",
                shanghai,
                "2026-05-06T05:00:00Z",
                Some("2026-05-11T02:00:00.000Z"),
            ),
            ("FREQ=DAILY;UNTIL=20260501", "2026-05-01 10:00", shanghai, "2026-05-01T00:00:00Z", None),
        ] {
            let (date, time) = due.split_once(' ').unwrap();
            let due = Schedule::resolve(day(date), TimeOfDay::parse(time), zone, &Zones).unwrap();
            let done = Done { rule, due: &due, now: Instant::parse(now).unwrap() };
            let found = next(&done, &RfcRules, &Zones).map(|(next, _)| next.at.to_string());
            assert_eq!(found.as_deref(), expected, "{rule} {due:?}");
        }
    }
}
