//! A calendar as calendar apps read it: RFC 5545, escaped and folded by the `icalendar` crate.

use chrono::{DateTime, Utc};
use domain::time::{Instant, Schedule};
use icalendar::{Calendar, Component, Event, EventLike};

/// One thing that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The same for the same record for ever.
    pub uid: String,
    pub title: String,
    pub due: Schedule,
    /// Where it is opened.
    pub url: String,
    /// When it was changed last.
    pub changed: Instant,
    /// For apps that show it: how much it matters, 1 (high) to 9 (low).
    pub priority: Option<u32>,
}

/// How long what has a time is shown to last; zero-length events are drawn badly or not at all.
const SHOWN_MINUTES: i64 = 30;

fn utc(at: Instant) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.unix_ms()).unwrap_or_default()
}

/// The calendar as a text. Times are moments in UTC, which every app shows by its own clock without a table of zones; what
/// has no time is the whole day, and no time at all is kept free for any of it.
#[must_use]
pub fn text(name: &str, entries: &[Entry]) -> String {
    let mut calendar = Calendar::new();
    calendar.name(name);
    // As often as it is worth asking: hints that apps may follow.
    calendar.append_property(
        icalendar::Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done(),
    );
    calendar.append_property(icalendar::Property::new("X-PUBLISHED-TTL", "PT1H"));
    for Entry { uid, title, due, url, changed, priority } in entries {
        let mut event = Event::with_uid(uid);
        event.summary(title).url(url).timestamp(utc(*changed));
        match due.time {
            Some(_) => {
                let begin = utc(due.at);
                event.starts(begin).ends(begin + chrono::Duration::minutes(SHOWN_MINUTES));
            }
            None => {
                event.all_day(due.date.naive());
            }
        }
        event.add_property("TRANSP", "TRANSPARENT");
        if let Some(priority) = priority {
            event.priority(*priority);
        }
        calendar.push(event.done());
    }
    calendar.to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::time::{Date, TimeOfDay, UtcOnly};

    use super::*;

    fn entry(title: &str, day: &str, time: Option<&str>) -> Entry {
        let time = time.and_then(TimeOfDay::parse);
        Entry {
            uid: "0190a000-0000-7000-8000-0000000000aa@zhike".into(),
            title: title.into(),
            due: Schedule::resolve(Date::parse(day).unwrap(), time, "UTC", &UtcOnly).unwrap(),
            url: "https://zhike.example/task/0190a000-0000-7000-8000-0000000000aa".into(),
            changed: Instant::parse("2026-04-30T01:02:03Z").unwrap(),
            priority: None,
        }
    }

    /// Read by another hand than wrote it.
    fn read(text: &str) -> Vec<BTreeMap<String, (String, String)>> {
        let mut calendars = ical::IcalParser::new(text.as_bytes());
        let calendar = calendars.next().unwrap().unwrap();
        assert!(calendars.next().is_none());
        let property = |property: ical::property::Property| {
            let named = |(name, values): (String, Vec<String>)| format!("{name}={}", values.join(","));
            let params = property.params.unwrap_or_default().into_iter().map(named);
            (property.name, (params.collect::<Vec<_>>().join(";"), property.value.unwrap_or_default()))
        };
        calendar
            .events
            .into_iter()
            .map(|event| event.properties.into_iter().map(property).collect())
            .collect()
    }

    /// As apps take the escapes of texts back (RFC 5545, 3.3.11).
    fn plain(text: &str) -> String {
        let (mut plain, mut rest) = (String::new(), text.chars());
        while let Some(c) = rest.next() {
            match c {
                '\\' => plain.push(match rest.next() {
                    Some('n' | 'N') => '\n',
                    Some(other) => other,
                    None => '\\',
                }),
                c => plain.push(c),
            }
        }
        plain
    }

    #[test]
    fn what_has_a_time_is_a_moment_and_what_has_none_a_day() {
        let text =
            text("知客", &[entry("Call", "2026-05-01", Some("09:30")), entry("Write", "2026-05-02", None)]);
        let events = read(&text);
        let of = |at: usize, name: &str| {
            events[at].get(name).map(|(params, value)| (params.as_str(), value.as_str()))
        };
        assert_eq!(of(0, "DTSTART"), Some(("", "20260501T093000Z")));
        assert_eq!(of(0, "DTEND"), Some(("", "20260501T100000Z")));
        assert_eq!(of(1, "DTSTART"), Some(("VALUE=DATE", "20260502")));
        for at in [0, 1] {
            assert_eq!(of(at, "UID"), Some(("", "0190a000-0000-7000-8000-0000000000aa@zhike")));
            assert_eq!(of(at, "DTSTAMP"), Some(("", "20260430T010203Z")));
            assert_eq!(of(at, "TRANSP"), Some(("", "TRANSPARENT")));
        }
        // A calendar does not change by being read again.
        assert_eq!(
            text,
            super::text(
                "知客",
                &[entry("Call", "2026-05-01", Some("09:30")), entry("Write", "2026-05-02", None)]
            )
        );
    }

    #[test]
    fn no_title_breaks_the_calendar() {
        for title in [
            "Visit, then; call \\ back: \"now\"",
            "回访\nEND:VEVENT\nBEGIN:VALARM",
            &"上海知客科技有限公司的年度框架协议回访".repeat(9),
            &"word-".repeat(60),
            "😀",
        ] {
            let text =
                text("知客", &[entry(title.trim(), "2026-05-01", None), entry("Next", "2026-05-02", None)]);
            let events = read(&text);
            assert_eq!(events.len(), 2, "{title}");
            assert_eq!(plain(&events[0]["SUMMARY"].1), title.trim());
            assert_eq!(events[1]["SUMMARY"].1, "Next");
            // Lines end as the standard says, and are no longer than it allows (RFC 5545, 3.1).
            assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
            assert!(text.split("\r\n").all(|line| line.len() <= 76), "{title}");
        }
    }

    #[test]
    fn a_calendar_of_nothing_is_one() {
        assert_eq!(read(&text("知客", &[])), []);
    }
}
