//! How a day is planned: what comes first of what is overdue, and until when a reminder is snoozed.
//!
//! **Value** is the amount of a deal in whole units of the workspace's currency; what has no amount counts as 1. **Risk**
//! is days: those it is late, and those without a touch. The product orders, and is shown as what it is.

use serde_json::Value as Json;

use crate::command::Wire;
use crate::signals::LAST_TOUCH;
use crate::time::{Date, Instant};

const DAY_MS: i64 = 86_400_000;
/// Silence of many months is no greater risk than silence of three.
const LONGEST_SILENCE: i64 = 90;

/// Why something overdue stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// In whole units of the workspace's currency; `None` where there is no amount, or none in that currency.
    pub worth: Option<i64>,
    /// Days since the day it was due.
    pub late: i64,
    /// Days since the last touch, at most 90; 0 where there never was one.
    pub silent: i64,
}

impl Weight {
    /// How pressing a record is by its wire values. `minor_digits` are those of the workspace's currency.
    #[must_use]
    pub fn of(values: &Wire, due: Date, today: Date, now: Instant, minor_digits: u32) -> Self {
        let silent = values
            .get(LAST_TOUCH)
            .and_then(Json::as_str)
            .and_then(Instant::parse)
            .map_or(0, |at| (now.unix_ms() - at.unix_ms()) / DAY_MS);
        let amount = values.get("amount");
        // In the workspace's currency it has no other amount beside it.
        let worth = amount.and_then(|amount| amount.get("base").or_else(|| amount.get("amount"))?.as_i64());
        Self {
            worth: worth.map(|minor| minor / 10_i64.pow(minor_digits)),
            late: today.days_since(due).max(0),
            silent: silent.clamp(0, LONGEST_SILENCE),
        }
    }

    /// At least 1: what became due today is a risk too.
    #[must_use]
    pub fn risk(&self) -> i64 {
        (self.late + self.silent).max(1)
    }

    /// The more pressing, the larger.
    #[must_use]
    pub fn score(&self) -> i64 {
        self.worth.unwrap_or(1).max(1).saturating_mul(self.risk())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn weight(values: &Json, due: &str) -> Weight {
        let values: Wire = serde_json::from_value(values.clone()).unwrap();
        let today = Date::parse("2026-05-11").unwrap();
        let now = Instant::parse("2026-05-11T08:00:00Z").unwrap();
        Weight::of(&values, Date::parse(due).unwrap(), today, now, 2)
    }

    #[test]
    fn value_by_risk_is_the_amount_times_days_late_and_silent() {
        let money = |minor: i64| json!({"amount": minor, "currency": "CNY"});
        for (values, due, worth, late, silent, score) in [
            (json!({"amount": money(12_000_050)}), "2026-05-08", Some(120_000), 3, 0, 360_000),
            (
                json!({"amount": money(12_000_000), "last_touch_at": "2026-05-06T08:00:00Z"}),
                "2026-05-08",
                Some(120_000),
                3,
                5,
                960_000,
            ),
            // In another currency, by what it is worth in the workspace's.
            (
                json!({"amount": {"amount": 100_000, "currency": "USD", "base": 700_000}}),
                "2026-05-10",
                Some(7_000),
                1,
                0,
                7_000,
            ),
            // No amount counts as one; due earlier today, too.
            (json!({}), "2026-05-11", None, 0, 0, 1),
            (json!({"last_touch_at": "2020-01-01T00:00:00Z"}), "2026-05-01", None, 10, 90, 100),
            // What cannot be is no risk below none.
            (
                json!({"amount": money(0), "last_touch_at": "2027-01-01T00:00:00Z"}),
                "2026-06-01",
                Some(0),
                0,
                0,
                1,
            ),
            (json!({"amount": "much", "last_touch_at": 5}), "2026-05-09", None, 2, 0, 2),
        ] {
            let found = weight(&values, due);
            assert_eq!((found.worth, found.late, found.silent), (worth, late, silent), "{values}");
            assert_eq!(found.score(), score, "{values}");
        }
    }

    #[test]
    fn the_largest_amount_does_not_overflow() {
        let huge = json!({"amount": {"amount": i64::MAX, "currency": "JPY"}});
        let values: Wire = serde_json::from_value(huge).unwrap();
        let (old, today) = (Date::parse("1900-01-01").unwrap(), Date::parse("2200-01-01").unwrap());
        let now = Instant::parse("2026-05-11T08:00:00Z").unwrap();
        assert_eq!(Weight::of(&values, old, today, now, 0).score(), i64::MAX);
    }
}
