//! Public holidays that a workspace can take over into its calendar. What it has taken over is its own from then on.

use std::collections::BTreeMap;

use crate::time::Date;

/// Month and day.
type MonthDay = (u32, u32);

/// The holidays of a country in a year, as they were ordered.
#[derive(Clone, Copy, Debug)]
pub struct Holidays {
    pub year: i32,
    /// First and last day of each.
    off: &'static [(MonthDay, MonthDay)],
    /// Days of weekends that are worked for them.
    worked: &'static [MonthDay],
}

/// Mainland China: 国务院办公厅关于2026年部分节假日安排的通知, 4 November 2025.
pub const CHINA: [Holidays; 1] = [Holidays {
    year: 2026,
    off: &[
        ((1, 1), (1, 3)),
        ((2, 15), (2, 23)),
        ((4, 4), (4, 6)),
        ((5, 1), (5, 5)),
        ((6, 19), (6, 21)),
        ((9, 25), (9, 27)),
        ((10, 1), (10, 7)),
    ],
    worked: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
}];

impl Holidays {
    /// Each of its days and whether it is worked, weekends within a holiday too: who usually works on them does not then.
    #[must_use]
    pub fn days(&self) -> BTreeMap<Date, bool> {
        let day = |(month, day): MonthDay| Date::new(self.year, month, day);
        let span = |(first, last): &(MonthDay, MonthDay)| {
            let (first, last) = (day(*first)?, day(*last)?);
            Some((0..=last.days_since(first)).map(move |later| (first.plus_days(later), false)))
        };
        let off = self.off.iter().filter_map(span).flatten();
        off.chain(self.worked.iter().filter_map(|worked| Some((day(*worked)?, true)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::WorkDays;

    #[test]
    fn the_holidays_of_2026_are_those_of_the_notice() {
        let days = CHINA[0].days();
        // 3 + 9 + 3 + 5 + 3 + 3 + 7 days off, six worked for them.
        assert_eq!(days.values().filter(|worked| !**worked).count(), 33);
        let worked: Vec<Date> = days.iter().filter(|(_, worked)| **worked).map(|(day, _)| *day).collect();
        assert_eq!(worked.len(), 6);
        assert!(worked.iter().all(|day| day.weekday() >= 5), "only weekends are worked for others");
        let calendar = WorkDays { days, ..WorkDays::default() };
        let day = |text: &str| Date::parse(text).unwrap();
        for (text, is_worked) in [
            ("2026-01-01", false),
            ("2026-01-04", true),
            ("2026-02-14", true),
            ("2026-02-15", false),
            ("2026-02-23", false),
            ("2026-02-24", true),
            ("2026-02-28", true),
            ("2026-04-06", false),
            ("2026-04-07", true),
            ("2026-05-05", false),
            ("2026-05-09", true),
            ("2026-06-19", false),
            ("2026-09-20", true),
            ("2026-09-25", false),
            ("2026-10-07", false),
            ("2026-10-10", true),
            ("2026-10-11", false),
        ] {
            assert_eq!(calendar.is_worked(day(text)), is_worked, "{text}");
        }
        // 261 weekdays, 19 of them off, 6 weekend days worked.
        assert_eq!(calendar.between(day("2025-12-31"), day("2026-12-31")), 248);
    }
}
