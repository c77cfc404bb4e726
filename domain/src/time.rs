//! Days, instants and what is scheduled.
//!
//! A day is a day (`2026-05-01`) and has no zone. An instant is UTC milliseconds, RFC 3339 on the wire.
//! What is scheduled keeps the wish (local date, perhaps a local time, IANA zone) together with the instant
//! that follows from it, so that a change of zone rules moves the instant and not the wish.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// A calendar day between 1900 and 2200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// `None` for days that do not exist (2026-02-30) or lie outside 1900 to 2200.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(Self::from_naive)
    }

    #[must_use]
    pub fn from_naive(date: NaiveDate) -> Option<Self> {
        (1900..=2200).contains(&date.year()).then_some(Self(date))
    }

    /// Reads exactly `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes[4] == b'-'
            && bytes[7] == b'-'
            && bytes.iter().enumerate().all(|(at, byte)| at == 4 || at == 7 || byte.is_ascii_digit());
        if !shaped {
            return None;
        }
        Self::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
    }

    /// The day `days` later (earlier when negative); the nearest day of the range when it would leave it.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let moved = if days >= 0 {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        };
        moved.and_then(Self::from_naive).unwrap_or(self)
    }

    /// Days from `earlier` to this one.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// 0 is Monday.
    #[must_use]
    pub fn weekday(self) -> u32 {
        self.0.weekday().num_days_from_monday()
    }

    #[must_use]
    pub fn naive(self) -> NaiveDate {
        self.0
    }
}

// Not by chrono's patterns: what reads and follows them is 10 KB of the phone's program. Not by `write!` either: a list
// has hundreds of times.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00";
        put_date(&mut text, self.0);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Fills the first ten bytes.
fn put_date(text: &mut [u8], date: NaiveDate) {
    put(&mut text[..4], date.year().unsigned_abs());
    put(&mut text[5..7], date.month());
    put(&mut text[8..10], date.day());
}

/// Fills the bytes with the digits of a number that is no longer.
fn put(text: &mut [u8], mut number: u32) {
    for digit in text.iter_mut().rev() {
        let last = (number % 10) as u8;
        *digit = b'0' + last;
        number /= 10;
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a day"))
    }
}

/// Milliseconds since 1970-01-01T00:00Z, between the years 1900 and 2200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// `None` outside the years 1900 to 2200.
    #[must_use]
    pub fn from_unix_ms(ms: i64) -> Option<Self> {
        let year = DateTime::<Utc>::from_timestamp_millis(ms)?.year();
        (1900..=2200).contains(&year).then_some(Self(ms))
    }

    /// For constants known to lie in the range.
    pub(crate) const fn known(ms: i64) -> Self {
        Self(ms)
    }

    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with any offset; keeps milliseconds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Self::from_unix_ms(time.timestamp_millis())
    }

    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        self.0.checked_add(ms).and_then(Self::from_unix_ms).unwrap_or(self)
    }

    /// The day it is in UTC.
    #[must_use]
    pub fn utc_date(self) -> Option<Date> {
        Date::from_naive(DateTime::<Utc>::from_timestamp_millis(self.0)?.date_naive())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::<Utc>::from_timestamp_millis(self.0).ok_or(fmt::Error)?;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put_date(&mut text, time.date_naive());
        put(&mut text[11..13], time.hour());
        put(&mut text[14..16], time.minute());
        put(&mut text[17..19], time.second());
        put(&mut text[20..23], time.timestamp_subsec_millis());
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

/// A time of day to the minute; midnight by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    #[must_use]
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self { minutes: hour * 60 + minute })
    }

    /// Reads exactly `HH:MM`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 5
            && bytes[2] == b':'
            && bytes.iter().enumerate().all(|(at, byte)| at == 2 || byte.is_ascii_digit());
        if !shaped {
            return None;
        }
        Self::new(text[..2].parse().ok()?, text[3..].parse().ok()?)
    }

    /// For constants known to be times of day.
    pub(crate) const fn known(hour: u16, minute: u16) -> Self {
        Self { minutes: hour * 60 + minute }
    }

    /// Since midnight.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.minutes
    }

    #[must_use]
    pub fn naive(self) -> NaiveTime {
        NaiveTime::from_num_seconds_from_midnight_opt(u32::from(self.minutes) * 60, 0).unwrap_or_default()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time of day"))
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for TimeOfDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TimeOfDay".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$" })
    }
}

/// What a platform knows about time zones: chrono-tz in the Worker, Intl in the browser.
pub trait Zone {
    /// Local time minus UTC at an instant, both in milliseconds, to the second. `None` when the zone's name is unknown.
    fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64>;

    /// The instant of a local date and time. In the gap of a clock put forward, the first instant after it;
    /// in the hour that happens twice, the earlier one. `None` when the zone's name is unknown.
    fn instant(&self, zone: &str, local: NaiveDateTime) -> Option<Instant> {
        // What the clock shows, read as if it were UTC.
        let wall = local.and_utc().timestamp_millis();
        // No zone is further from UTC than 14 hours, and none changed its clock twice within two days.
        let (mut low, mut high) = (wall - DAY_MS, wall + DAY_MS);
        let (before, after) = (self.offset_ms(zone, low)?, self.offset_ms(zone, high)?);
        for offset in [before, after] {
            if self.offset_ms(zone, wall - offset)? == offset {
                return Instant::from_unix_ms(wall - offset);
            }
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.offset_ms(zone, middle)? == before { low = middle } else { high = middle }
        }
        Instant::from_unix_ms(high)
    }

    /// The local date of an instant. `None` when the zone's name is unknown.
    fn date(&self, zone: &str, instant: Instant) -> Option<Date> {
        let local = instant.unix_ms() + self.offset_ms(zone, instant.unix_ms())?;
        Instant::from_unix_ms(local)?.utc_date()
    }
}

const DAY_MS: i64 = 86_400_000;

/// Work without a local time counts as due at the end of its day, so that it is not overdue during it.
const END_OF_DAY: (u32, u32, u32) = (23, 59, 59);

/// Something to be done on a day, perhaps at a time, as the person who planned it sees the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub date: Date,
    pub time: Option<TimeOfDay>,
    pub zone: String,
    /// Derived: when the time, or the day, has come; see [`Schedule::resolve`].
    pub at: Instant,
}

impl Schedule {
    /// Completes a wish with its instant. `None` when the zone is unknown.
    #[must_use]
    pub fn resolve(date: Date, time: Option<TimeOfDay>, zone: &str, zones: &dyn Zone) -> Option<Self> {
        let clock = match time {
            Some(time) => time.naive(),
            None => NaiveTime::from_hms_opt(END_OF_DAY.0, END_OF_DAY.1, END_OF_DAY.2)?,
        };
        let at = zones.instant(zone, date.naive().and_time(clock))?;
        Some(Self { date, time, zone: zone.to_owned(), at })
    }
}

/// A world where every zone is UTC; for tests and for what has no zone.
pub struct UtcOnly;

impl Zone for UtcOnly {
    fn offset_ms(&self, _zone: &str, _unix_ms: i64) -> Option<i64> {
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for wrong in [
            "2026-02-30",
            "2026-13-01",
            "1899-12-31",
            "2201-01-01",
            "26-01-01",
            "2026-1-1",
            "2026-01-01 ",
            "+026-01-01",
            "２０２６-01-01",
        ] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Date::parse("2024-02-29").map(|day| day.to_string()), Some("2024-02-29".into()));
    }

    #[test]
    fn instants_are_read_with_any_offset_and_shown_in_utc() {
        let instant = Instant::parse("2026-05-01T08:00:00+08:00").unwrap();
        assert_eq!(instant.to_string(), "2026-05-01T00:00:00.000Z");
        assert_eq!(Instant::parse("2026-05-01 08:00"), None);
        assert_eq!(Instant::parse("9999-01-01T00:00:00Z"), None);
    }

    #[test]
    fn days_and_instants_are_written_as_the_standard_says() {
        let mut ms = -2_208_988_800_000;
        while let Some(instant) = Instant::from_unix_ms(ms) {
            let time = DateTime::<Utc>::from_timestamp_millis(ms).unwrap();
            assert_eq!(instant.to_string(), time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
            assert_eq!(
                instant.utc_date().unwrap().to_string(),
                time.date_naive().format("%Y-%m-%d").to_string()
            );
            // Some thirty days, and no round number of anything.
            ms += 2_617_403_591;
        }
        assert!(ms > 7_289_000_000_000, "the whole range was gone through");
    }

    #[test]
    fn a_day_without_a_time_is_due_at_its_end() {
        let day = Date::parse("2026-05-01").unwrap();
        let schedule = Schedule::resolve(day, None, "UTC", &UtcOnly).unwrap();
        assert_eq!(schedule.at.to_string(), "2026-05-01T23:59:59.000Z");
        let nine = TimeOfDay::parse("09:30");
        assert_eq!(
            Schedule::resolve(day, nine, "UTC", &UtcOnly).unwrap().at.to_string(),
            "2026-05-01T09:30:00.000Z"
        );
        assert_eq!(TimeOfDay::parse("24:00"), None);
        assert_eq!(TimeOfDay::parse("9:00"), None);
    }

    struct Real;

    impl Zone for Real {
        fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
            use chrono::{Offset, TimeZone};
            let zone: chrono_tz::Tz = zone.parse().ok()?;
            let at = chrono::Utc.timestamp_millis_opt(unix_ms).single()?.with_timezone(&zone);
            Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
        }
    }

    #[test]
    fn a_local_time_has_one_instant_also_where_the_clock_jumps() {
        for (zone, local, instant) in [
            ("Asia/Shanghai", "2026-05-01T09:30", "2026-05-01T01:30:00.000Z"),
            // Put forward: the first moment after the gap, wherever in it.
            ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00.000Z"),
            ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00.000Z"),
            ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z"),
            // By half an hour.
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00.000Z"),
            // By a whole day.
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00.000Z"),
            // Put back: the first of the two.
            ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00.000Z"),
            ("Pacific/Kiritimati", "2026-01-01T00:00", "2025-12-31T10:00:00.000Z"),
        ] {
            let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
            let found = Real.instant(zone, local).map(|at| at.to_string());
            assert_eq!(found.as_deref(), Some(instant), "{zone} {local}");
        }
        assert_eq!(Real.instant("Mars/Olympus", NaiveDateTime::default()), None);
    }

    #[test]
    fn an_instant_has_its_day_in_each_zone() {
        let at = Instant::parse("2026-05-01T15:59:59Z").unwrap();
        for (zone, day) in
            [("UTC", "2026-05-01"), ("Asia/Shanghai", "2026-05-01"), ("Asia/Tokyo", "2026-05-02")]
        {
            assert_eq!(Real.date(zone, at), Date::parse(day), "{zone}");
        }
    }
}
