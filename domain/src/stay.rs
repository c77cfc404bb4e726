//! How long a record stood in each stage, by the calendar.

use serde::{Deserialize, Serialize};

use crate::time::{Date, Instant, Zone};

/// One time that a record stood in a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Stay {
    pub stage: String,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub from: Instant,
    /// Absent while it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub to: Option<Instant>,
}

/// The time in one stage, all stays there together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    pub stage: String,
    /// From day to day: from Monday to Thursday are three. What came and went on one day has none, and all stages
    /// together have as many as lie between the first day and the last.
    pub days: i64,
    /// The days of each stay, in their order; the last of a stay is absent while it lasts.
    pub stays: Vec<(Date, Option<Date>)>,
}

impl Spent {
    /// Whether the record stands there now.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.stays.last().is_some_and(|(_, to)| to.is_none())
    }
}

/// The time in each stage up to `now`, the stage that was entered first first. `ends` says of a stage that the way ends
/// there: no time runs on in it.
#[must_use]
pub fn spent(
    stays: &[Stay],
    now: Instant,
    zone: &str,
    zones: &dyn Zone,
    ends: &dyn Fn(&str) -> bool,
) -> Vec<Spent> {
    let day = |at: Instant| zones.date(zone, at).or_else(|| at.utc_date());
    let mut all: Vec<Spent> = Vec::new();
    for stay in stays {
        let Some(from) = day(stay.from) else { continue };
        let to = stay.to.and_then(day);
        let until = to.or_else(|| day(now).filter(|_| !ends(&stay.stage)));
        // A clock that was behind makes no time less than none.
        let days = until.map_or(0, |until| until.days_since(from).max(0));
        match all.iter_mut().find(|known| known.stage == stay.stage) {
            Some(known) => {
                known.days += days;
                known.stays.push((from, to));
            }
            None => all.push(Spent { stage: stay.stage.clone(), days, stays: vec![(from, to)] }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::UtcOnly;

    /// Eight hours ahead of UTC, all year.
    struct East;

    impl Zone for East {
        fn offset_ms(&self, _zone: &str, _unix_ms: i64) -> Option<i64> {
            Some(8 * 3_600_000)
        }
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn way(entries: &[(&str, &str)]) -> Vec<Stay> {
        let ends = entries.iter().skip(1).map(|(_, from)| Some(at(from))).chain([None]);
        let stay =
            |((stage, from), to): (&(&str, &str), _)| Stay { stage: (*stage).to_owned(), from: at(from), to };
        entries.iter().zip(ends).map(stay).collect()
    }

    fn days(stays: &[Stay], now: &str, zones: &dyn Zone) -> Vec<(String, i64)> {
        let spent = spent(stays, at(now), "", zones, &|stage| stage == "won");
        spent.into_iter().map(|one| (one.stage, one.days)).collect()
    }

    fn named(days: &[(&str, i64)]) -> Vec<(String, i64)> {
        days.iter().map(|(stage, days)| ((*stage).to_owned(), *days)).collect()
    }

    #[test]
    fn days_are_those_of_the_calendar_and_stays_in_one_stage_add_up() {
        let way = way(&[
            ("a", "2026-11-02T23:00:00Z"),
            ("b", "2026-11-05T01:00:00Z"),
            ("c", "2026-11-05T09:00:00Z"),
            ("a", "2026-11-09T09:00:00Z"),
        ]);
        assert_eq!(days(&way, "2026-11-11T00:00:00Z", &UtcOnly), named(&[("a", 5), ("b", 0), ("c", 4)]));
        // Further east the first evening was a morning already.
        assert_eq!(days(&way, "2026-11-11T00:00:00Z", &East), named(&[("a", 4), ("b", 0), ("c", 4)]));
        let spent = spent(&way, at("2026-11-11T00:00:00Z"), "", &UtcOnly, &|_| false);
        let day = |text| Date::parse(text).unwrap();
        assert_eq!(spent[0].stays, [(day("2026-11-02"), Some(day("2026-11-05"))), (day("2026-11-09"), None)]);
        assert!(spent[0].lasts() && !spent[1].lasts());
    }

    #[test]
    fn no_time_runs_on_where_the_way_ends_but_what_was_there_before_counts() {
        let closed = way(&[("a", "2026-11-01T00:00:00Z"), ("won", "2026-11-03T00:00:00Z")]);
        let now = "2026-12-01T00:00:00Z";
        assert_eq!(days(&closed, now, &UtcOnly), named(&[("a", 2), ("won", 0)]));
        let reopened = way(&[("won", "2026-11-03T00:00:00Z"), ("a", "2026-11-13T00:00:00Z")]);
        assert_eq!(days(&reopened, now, &UtcOnly), named(&[("won", 10), ("a", 18)]));
        assert!(days(&[], now, &UtcOnly).is_empty());
        // The clock of the device is behind.
        assert_eq!(days(&reopened[1..], "2026-11-01T00:00:00Z", &UtcOnly), named(&[("a", 0)]));
    }

    proptest! {
        #[test]
        fn all_stages_together_have_the_days_from_first_to_last(
            hours in prop::collection::vec(0..2_000_i64, 1..12), stages in prop::collection::vec(0..4_u8, 12), last in 0..2_000_i64,
        ) {
            let begin = at("2026-01-01T05:00:00Z");
            let mut moment = begin;
            let mut stays = Vec::new();
            for (hours, stage) in hours.iter().zip(&stages) {
                let next = moment.plus_ms(hours * 3_600_000);
                stays.push(Stay { stage: stage.to_string(), from: moment, to: Some(next) });
                moment = next;
            }
            if let Some(stay) = stays.last_mut() {
                stay.to = None;
                moment = stay.from.plus_ms(last * 3_600_000);
            }
            let spent = spent(&stays, moment, "", &East, &|_| false);
            let day = |at| East.date("", at).unwrap();
            prop_assert_eq!(spent.iter().map(|one| one.days).sum::<i64>(), day(moment).days_since(day(begin)));
            prop_assert_eq!(spent.iter().map(|one| one.stays.len()).sum::<usize>(), stays.len());
            prop_assert_eq!(spent.iter().filter(|one| one.lasts()).count(), 1);
        }
    }
}
