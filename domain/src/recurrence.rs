//! What repeats: rules of RFC 5545 (`FREQ=WEEKLY;BYDAY=MO`) as far as days go by them, and when a thing is due next.
//!
//! A rule counts days by the calendar; the time of day and the zone are those of what repeats, so that nine o'clock
//! stays nine o'clock when clocks change. Which days follow a rule, the platform says ([`Recurrence`]).

use std::str::FromStr;

use crate::time::{Date, Instant, Schedule, Zone};

/// So many days of a rule are looked at, the missed ones included.
pub const MAX_STEPS: usize = 400;
/// The next one is due at most so many days after the one before, or after today: a leap day is that far.
pub const MAX_AHEAD_DAYS: i64 = 4 * 366;
/// Letters of a rule.
pub const MAX_RULE: u32 = 200;
/// How often a rule that counts may repeat.
const MAX_COUNT: i32 = 999;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Frequency {
    const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Yearly];

    const fn word(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }

    /// Of how many it may be every so-manieth: about two years.
    const fn max_interval(self) -> i32 {
        match self {
            Self::Daily => 731,
            Self::Weekly => 104,
            Self::Monthly => 24,
            Self::Yearly => 2,
        }
    }
}

/// Days of the week as rules write them, from Monday.
pub const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule that was read: nothing in it is beyond what can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub frequency: Frequency,
    pub interval: i32,
    pub months: Vec<i32>,
    /// Negative ones from the month's end.
    pub month_days: Vec<i32>,
    /// Which one of the period (0 is each, negative ones from its end), and the day of the week, 0 is Monday.
    pub days: Vec<(i32, usize)>,
    pub positions: Vec<i32>,
    /// On which day weeks begin.
    pub week_start: usize,
    /// How many there are, the first included.
    pub count: Option<i32>,
    /// The last day there may be one.
    pub until: Option<Date>,
}

/// The text is no rule, or none that can be followed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotARule;

fn number(text: &str, size: i32) -> Option<i32> {
    let plain = text.strip_prefix(['+', '-']).unwrap_or(text);
    let known = !plain.is_empty() && plain.len() <= 3 && plain.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number: &i32| known && (1..=size).contains(&number.abs()))
}

fn numbers(text: &str, size: i32) -> Option<Vec<i32>> {
    text.split(',').map(|text| number(text, size)).collect()
}

fn weekday(text: &str) -> Option<usize> {
    WEEKDAYS.iter().position(|day| *day == text)
}

/// `MO`, `1MO` or `-1FR`.
fn nth_day(text: &str) -> Option<(i32, usize)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { 0 } else { number(nth, 53)? };
    Some((nth, weekday(day)?))
}

/// `20261231`, perhaps with a time: the day counts.
fn last_day(text: &str) -> Option<Date> {
    let (day, time) = text.split_once('T').unwrap_or((text, "000000"));
    let time = time.strip_suffix('Z').unwrap_or(time);
    let plain = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(day, 8) || !plain(time, 6) {
        return None;
    }
    Date::new(day[..4].parse().ok()?, day[4..6].parse().ok()?, day[6..].parse().ok()?)
}

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        read(text).filter(Self::is_sound).ok_or(NotARule)
    }
}

fn read(text: &str) -> Option<Rule> {
    let mut frequency = None;
    let mut rule = Rule {
        frequency: Frequency::Daily,
        interval: 1,
        months: Vec::new(),
        month_days: Vec::new(),
        days: Vec::new(),
        positions: Vec::new(),
        week_start: 0,
        count: None,
        until: None,
    };
    let mut seen = Vec::new();
    for part in text.split(';') {
        let (name, value) = part.split_once('=')?;
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
        match name {
            "FREQ" => frequency = Frequency::ALL.into_iter().find(|known| known.word() == value),
            "INTERVAL" => rule.interval = number(value, 999)?,
            "COUNT" => rule.count = Some(number(value, MAX_COUNT)?),
            "UNTIL" => rule.until = Some(last_day(value)?),
            "WKST" => rule.week_start = weekday(value)?,
            "BYMONTH" => rule.months = numbers(value, 12)?,
            "BYMONTHDAY" => rule.month_days = numbers(value, 31)?,
            "BYDAY" => rule.days = value.split(',').map(nth_day).collect::<Option<_>>()?,
            "BYSETPOS" => rule.positions = numbers(value, 366)?,
            _ => return None,
        }
    }
    rule.frequency = frequency?;
    Some(rule)
}

impl Rule {
    /// What RFC 5545 says of parts that go together, and what can be counted at all.
    fn is_sound(&self) -> bool {
        let by_period = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        let chosen = !(self.days.is_empty() && self.month_days.is_empty() && self.months.is_empty());
        (1..=self.frequency.max_interval()).contains(&self.interval)
            && self.count.is_none_or(|count| count > 0 && self.until.is_none())
            && self.months.iter().all(|month| *month > 0)
            && (by_period || self.days.iter().all(|(nth, _)| *nth == 0))
            && (self.month_days.is_empty() || self.frequency != Frequency::Weekly)
            && (self.positions.is_empty() || chosen)
    }
}

/// Days that follow a rule; the platform counts them, so that the app need not.
pub trait Recurrence {
    /// The first days of the rule from `start` on, in order, at most `most` of them and none after `last`. `start` is among
    /// them where the rule meets it.
    fn days(&self, rule: &Rule, start: Date, last: Date, most: usize) -> Vec<Date>;
}

/// A rule as it is kept: in capitals, without the name that stands before it in calendars.
///
/// # Errors
/// It is no rule that can be followed.
pub fn tidied(text: &str) -> Result<String, NotARule> {
    let text = text.trim().to_ascii_uppercase();
    let rule = text.strip_prefix("RRULE:").unwrap_or(&text).trim_end_matches(';');
    rule.parse::<Rule>().map(|_| rule.to_owned())
}

/// What a thing that repeats is due by, and where it is done.
pub struct Done<'a> {
    pub rule: &'a str,
    pub due: &'a Schedule,
    pub now: Instant,
}

/// When the next one is due, and the rule that it repeats by: the first time after the one before that has not passed.
/// `None` when there is none any more.
#[must_use]
pub fn next(done: &Done<'_>, days: &dyn Recurrence, zones: &dyn Zone) -> Option<(Schedule, String)> {
    let Done { rule: text, due, now } = *done;
    let rule: Rule = text.parse().ok()?;
    let today = zones.date(&due.zone, now)?;
    let last = due.date.max(today).plus_days(MAX_AHEAD_DAYS);
    let last = rule.until.map_or(last, |until| until.min(last));
    let found = days.days(&rule, due.date, last, MAX_STEPS);
    // One that was moved off the days of its rule was one of them all the same.
    let moved = usize::from(found.first() != Some(&due.date));
    for (at, day) in found.iter().enumerate().filter(|(_, day)| **day > due.date) {
        let schedule = Schedule::resolve(*day, due.time, &due.zone, zones)?;
        if schedule.at > now {
            let Some(count) = rule.count else { return Some((schedule, text.to_owned())) };
            let left = count - i32::try_from(at + moved).ok()?;
            return (left > 0).then(|| (schedule, counting(text, left)));
        }
    }
    None
}

/// The rule with so many left.
fn counting(rule: &str, left: i32) -> String {
    let part =
        |part: &str| if part.starts_with("COUNT=") { format!("COUNT={left}") } else { part.to_owned() };
    rule.split(';').map(part).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_kept_as_the_standard_writes_them() {
        for (text, kept) in [
            ("FREQ=DAILY", "FREQ=DAILY"),
            (" rrule:freq=weekly;byday=mo,we; ", "FREQ=WEEKLY;BYDAY=MO,WE"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ),
            ("FREQ=YEARLY;BYMONTH=3;BYDAY=2FR;WKST=SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=2FR;WKST=SU"),
            (
                "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231T235959Z",
                "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231T235959Z",
            ),
            ("FREQ=DAILY;COUNT=10", "FREQ=DAILY;COUNT=10"),
        ] {
            assert_eq!(tidied(text).as_deref(), Ok(kept));
            assert_eq!(tidied(kept).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn what_nobody_can_follow_is_no_rule() {
        for wrong in [
            "",
            "every Monday",
            "FREQ",
            "FREQ=",
            "FREQ=HOURLY",
            "FREQ=MINUTELY",
            "FREQ=SECONDLY",
            "INTERVAL=2",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=DAILY;;COUNT=2",
            "FREQ=DAILY;UNTIL=99991231",
            "FREQ=DAILY;UNTIL=20260230",
            "FREQ=DAILY;UNTIL=2026-12-31",
            "FREQ=DAILY;UNTIL=20261231;COUNT=3",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=-3",
            "FREQ=DAILY;COUNT=1000",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=732",
            "FREQ=YEARLY;INTERVAL=3",
            "FREQ=DAILY;INTERVAL=99999999999",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=WEEKLY;BYDAY=",
            "FREQ=WEEKLY;BYDAY=周一",
            "FREQ=WEEKLY;BYMONTHDAY=3",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYDAY=54MO",
            "FREQ=MONTHLY;BYMONTH=-1",
            "FREQ=MONTHLY;BYSETPOS=1",
            "FREQ=DAILY;BYHOUR=9",
            "FREQ=YEARLY;BYYEARDAY=100",
            "FREQ=YEARLY;BYWEEKNO=20",
            "FREQ=DAILY\nFREQ=WEEKLY",
            "DTSTART:20260101\nRRULE:FREQ=DAILY",
        ] {
            assert_eq!(tidied(wrong), Err(NotARule), "{wrong}");
        }
    }

    /// Knows one rule: every so many days.
    struct EveryDay;

    impl Recurrence for EveryDay {
        fn days(&self, rule: &Rule, start: Date, last: Date, most: usize) -> Vec<Date> {
            let most = most.min(rule.count.map_or(usize::MAX, |count| usize::try_from(count).unwrap()));
            let days = (0..).map(|at| start.plus_days(i64::from(rule.interval) * at));
            days.take_while(|day| *day <= last).take(most).collect()
        }
    }

    fn next_of(rule: &str, due: &str, now: &str) -> Option<(String, String)> {
        let due = Schedule::resolve(Date::parse(due).unwrap(), None, "UTC", &crate::time::UtcOnly).unwrap();
        let done = Done { rule, due: &due, now: Instant::parse(now).unwrap() };
        next(&done, &EveryDay, &crate::time::UtcOnly).map(|(due, rule)| (due.date.to_string(), rule))
    }

    #[test]
    fn the_next_one_comes_after_the_one_before_and_never_in_the_past() {
        for (rule, due, now, expected) in [
            ("FREQ=DAILY", "2026-05-01", "2026-05-01T08:00:00Z", Some(("2026-05-02", "FREQ=DAILY"))),
            // Done before its day: the day after it, not the day itself once more.
            ("FREQ=DAILY", "2026-05-09", "2026-05-01T08:00:00Z", Some(("2026-05-10", "FREQ=DAILY"))),
            // Missed ones are skipped; one that is due today still is.
            ("FREQ=DAILY", "2026-04-01", "2026-05-01T08:00:00Z", Some(("2026-05-01", "FREQ=DAILY"))),
            (
                "FREQ=DAILY;INTERVAL=7",
                "2026-04-01",
                "2026-05-01T08:00:00Z",
                Some(("2026-05-06", "FREQ=DAILY;INTERVAL=7")),
            ),
            (
                "FREQ=DAILY;COUNT=3",
                "2026-05-01",
                "2026-05-01T08:00:00Z",
                Some(("2026-05-02", "FREQ=DAILY;COUNT=2")),
            ),
            ("FREQ=DAILY;COUNT=1", "2026-05-01", "2026-05-01T08:00:00Z", None),
            // The missed ones counted.
            (
                "FREQ=DAILY;COUNT=5",
                "2026-04-29",
                "2026-05-01T08:00:00Z",
                Some(("2026-05-01", "FREQ=DAILY;COUNT=3")),
            ),
            ("FREQ=DAILY;COUNT=5", "2026-04-01", "2026-05-01T08:00:00Z", None),
            (
                "FREQ=DAILY;UNTIL=20260502",
                "2026-05-01",
                "2026-05-01T08:00:00Z",
                Some(("2026-05-02", "FREQ=DAILY;UNTIL=20260502")),
            ),
            ("FREQ=DAILY;UNTIL=20260501T235959Z", "2026-05-01", "2026-05-01T08:00:00Z", None),
            // Left for longer than is looked at.
            ("FREQ=DAILY", "2024-05-01", "2026-05-01T08:00:00Z", None),
            ("no rule", "2026-05-01", "2026-05-01T08:00:00Z", None),
        ] {
            let expected = expected.map(|(day, rule)| (day.to_owned(), rule.to_owned()));
            assert_eq!(next_of(rule, due, now), expected, "{rule} {due}");
        }
    }
}
