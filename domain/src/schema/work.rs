//! The days a workspace works: a usual week, and the days that are different.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::message::Problem;
use crate::time::Date;

/// Holidays and made-up working days of several years.
const MAX_DAYS: usize = 400;
/// Even a long holiday ends: how far [`WorkDays::next`] looks.
const LONGEST_REST: i64 = 60;
/// Days in which even one who works a single day of the week has worked once.
const WEEK: i64 = 7;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct WorkDays {
    /// Days of the usual week that are worked, 1 for Monday to 7 for Sunday.
    pub week: BTreeSet<u8>,
    /// Days that are not as usual: a holiday is `false`, a Saturday that is worked instead is `true`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schemars(with = "BTreeMap<String, bool>"))]
    pub days: BTreeMap<Date, bool>,
}

impl Default for WorkDays {
    fn default() -> Self {
        Self { week: (1..=5).collect(), days: BTreeMap::new() }
    }
}

impl WorkDays {
    /// Monday to Friday without exception.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    #[must_use]
    pub fn is_worked(&self, day: Date) -> bool {
        self.days.get(&day).copied().unwrap_or_else(|| self.is_usually_worked(day))
    }

    fn is_usually_worked(&self, day: Date) -> bool {
        u8::try_from(day.weekday() + 1).is_ok_and(|weekday| self.week.contains(&weekday))
    }

    /// This day when it is worked, the next one that is otherwise.
    #[must_use]
    pub fn next(&self, day: Date) -> Date {
        (0..LONGEST_REST).map(|later| day.plus_days(later)).find(|day| self.is_worked(*day)).unwrap_or(day)
    }

    /// The day after so many worked ones; with none of them this day or the next one that is worked.
    #[must_use]
    pub fn after(&self, day: Date, worked: u16) -> Date {
        (0..worked).fold(self.next(day), |day, _| self.next(day.plus_days(1)))
    }

    /// How many worked days lie after `from`, up to `to` and with it; none when `to` is not later.
    #[must_use]
    pub fn between(&self, from: Date, to: Date) -> i64 {
        let days = to.days_since(from);
        if days <= 0 {
            return 0;
        }
        // Whole weeks at once, then the days beyond them, then whatever is not as usual.
        let in_week = (1..=7).filter(|weekday| self.week.contains(weekday)).count();
        let beyond =
            (0..days % WEEK).filter(|earlier| self.is_usually_worked(to.plus_days(-earlier))).count();
        let usual = days / WEEK * i64::try_from(in_week).unwrap_or(0) + i64::try_from(beyond).unwrap_or(0);
        let others = self.days.range((Bound::Excluded(from), Bound::Included(to)));
        others.fold(usual, |worked, (day, is_worked)| match (is_worked, self.is_usually_worked(*day)) {
            (true, false) => worked + 1,
            (false, true) => worked - 1,
            _ => worked,
        })
    }

    /// The worked day that has so many worked days between it and `day`, `day` itself counted when it is worked: with
    /// none of them the last one that is worked. `None` where nobody has worked for so long.
    #[must_use]
    pub fn back(&self, day: Date, worked: u16) -> Option<Date> {
        let farthest = i64::from(worked) * WEEK + LONGEST_REST + i64::try_from(self.days.len()).unwrap_or(0);
        let mut before =
            (0..farthest).map(|earlier| day.plus_days(-earlier)).filter(|day| self.is_worked(*day));
        before.nth(usize::from(worked))
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.week.is_empty() {
            problems.push(Problem::on("work.week", "problem.required"));
        }
        if !self.week.iter().all(|weekday| (1..=7).contains(weekday)) {
            problems.push(Problem::on("work.week", "problem.out_of_range").with("min", 1).with("max", 7));
        }
        if self.days.len() > MAX_DAYS {
            problems
                .push(Problem::on("work.days", "problem.out_of_range").with("min", 0).with("max", MAX_DAYS));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_day_off_moves_to_the_next_day_that_is_worked() {
        let usual = WorkDays::default();
        // 2026-05-01 is a Friday.
        let holiday = WorkDays {
            days: BTreeMap::from([(day("2026-05-01"), false), (day("2026-05-02"), true)]),
            ..WorkDays::default()
        };
        let cases = [
            (&usual, "2026-05-01", "2026-05-01"),
            (&usual, "2026-05-02", "2026-05-04"),
            (&usual, "2026-05-03", "2026-05-04"),
            (&holiday, "2026-05-01", "2026-05-02"),
            (&holiday, "2026-05-03", "2026-05-04"),
        ];
        for (work, from, to) in cases {
            assert_eq!(work.next(day(from)), day(to), "{from}");
        }
    }

    #[test]
    fn so_many_working_days_later_skips_what_is_off() {
        let usual = WorkDays::default();
        let holiday = WorkDays {
            days: BTreeMap::from([(day("2026-05-01"), false), (day("2026-05-02"), true)]),
            ..WorkDays::default()
        };
        // 2026-05-01 is a Friday.
        for (work, from, worked, to) in [
            (&usual, "2026-05-01", 0, "2026-05-01"),
            (&usual, "2026-05-01", 1, "2026-05-04"),
            (&usual, "2026-05-02", 0, "2026-05-04"),
            (&usual, "2026-04-30", 6, "2026-05-08"),
            (&holiday, "2026-04-30", 1, "2026-05-02"),
            (&holiday, "2026-04-30", 2, "2026-05-04"),
        ] {
            assert_eq!(work.after(day(from), worked), day(to), "{from} {worked}");
        }
    }

    #[test]
    fn a_week_nobody_works_still_has_an_answer_and_is_refused() {
        let never = WorkDays { week: BTreeSet::new(), days: BTreeMap::new() };
        assert_eq!(never.next(day("2026-05-01")), day("2026-05-01"));
        assert_eq!(never.problems()[0].field.as_deref(), Some("work.week"));
        let eighth = WorkDays { week: BTreeSet::from([8]), ..WorkDays::default() };
        assert_eq!(eighth.problems().len(), 1);
    }

    #[test]
    fn what_is_not_said_is_monday_to_friday() {
        let read: WorkDays = serde_json::from_str("{}").unwrap();
        assert!(read.is_usual());
        let saturday: WorkDays = serde_json::from_str(r#"{"days": {"2026-05-09": true}}"#).unwrap();
        assert!(saturday.is_worked(day("2026-05-09")) && !saturday.is_worked(day("2026-05-10")));
        assert_eq!(
            serde_json::from_str::<WorkDays>(&serde_json::to_string(&saturday).unwrap()).unwrap(),
            saturday
        );
    }
}
