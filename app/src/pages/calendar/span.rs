//! Which days a calendar shows.

use chrono::Datelike as _;
use domain::time::Date;
use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::i18n::lang;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Week,
    Month,
}

impl Span {
    pub fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    pub fn of(name: Option<&str>) -> Self {
        if name == Some("month") { Self::Month } else { Self::Week }
    }

    /// Whole weeks from Monday on: that of the day, or those that its month touches.
    pub fn days(self, day: Date) -> Vec<Date> {
        let monday = |day: Date| day.plus_days(-i64::from(day.weekday()));
        let (first, count) = match self {
            Self::Week => (monday(day), 7),
            Self::Month => {
                let first = first_of_month(day);
                let start = monday(first);
                let last = first_of_month(first.plus_days(31)).plus_days(-1);
                (start, (last.days_since(start) / 7 + 1) * 7)
            }
        };
        (0..count).map(|later| first.plus_days(later)).collect()
    }

    /// The same day a week or month further on, or back.
    pub fn step(self, day: Date, on: bool) -> Date {
        match (self, on) {
            (Self::Week, true) => day.plus_days(7),
            (Self::Week, false) => day.plus_days(-7),
            (Self::Month, true) => in_month(first_of_month(day).plus_days(31), day),
            (Self::Month, false) => in_month(first_of_month(day).plus_days(-1), day),
        }
    }
}

fn first_of_month(day: Date) -> Date {
    day.plus_days(-i64::from(day.naive().day0()))
}

/// The day of this number in another month, or its last one.
fn in_month(month: Date, like: Date) -> Date {
    let first = first_of_month(month);
    let same = first.plus_days(i64::from(like.naive().day0()));
    if same.naive().month() == first.naive().month() {
        same
    } else {
        first_of_month(first.plus_days(31)).plus_days(-1)
    }
}

pub fn is_same_month(one: Date, other: Date) -> bool {
    (one.naive().year(), one.naive().month()) == (other.naive().year(), other.naive().month())
}

/// 2026年5月 · May 2026
pub fn month_text(day: Date) -> String {
    written(day, &[("year", "numeric"), ("month", "long")])
}

/// 周五 · Fri
pub fn weekday_text(day: Date) -> String {
    written(day, &[("weekday", "short")])
}

fn written(day: Date, options: &[(&str, &str)]) -> String {
    let naive = day.naive();
    let date =
        js_sys::Date::new_with_year_month_day(naive.year().unsigned_abs(), naive.month0().cast_signed(), 1);
    date.set_date(naive.day());
    date.set_hours(12);
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    date.to_locale_date_string(untrack(lang).tag(), &object).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap_or_else(|| unreachable!("{text}"))
    }

    #[test]
    fn a_month_is_shown_in_the_whole_weeks_that_it_touches() {
        for (any, first, last, count) in [
            ("2026-05-14", "2026-04-27", "2026-05-31", 35),
            ("2026-02-01", "2026-01-26", "2026-03-01", 35),
            // It begins on a Monday and has four weeks.
            ("2027-02-10", "2027-02-01", "2027-02-28", 28),
            ("2026-08-31", "2026-07-27", "2026-09-06", 42),
        ] {
            let days = Span::Month.days(day(any));
            assert_eq!((days[0], days[days.len() - 1], days.len()), (day(first), day(last), count), "{any}");
        }
        let week = Span::Week.days(day("2026-05-17"));
        assert_eq!((week[0], week[6]), (day("2026-05-11"), day("2026-05-17")));
    }

    #[test]
    fn a_step_keeps_the_day_where_the_month_has_it() {
        for (from, on, to) in [
            ("2026-01-31", true, "2026-02-28"),
            ("2026-03-31", false, "2026-02-28"),
            ("2026-12-15", true, "2027-01-15"),
            ("2024-01-30", true, "2024-02-29"),
        ] {
            assert_eq!(Span::Month.step(day(from), on), day(to), "{from}");
        }
        assert_eq!(Span::Week.step(day("2026-05-01"), false), day("2026-04-24"));
    }
}
