//! Days as they are said in English: tomorrow, next Friday, in two weeks, end of month, March 3rd.

use super::{Read, Reader, Unit, When};

const WEEKDAYS: [(&str, u32); 17] = [
    ("monday", 0),
    ("mon", 0),
    ("tuesday", 1),
    ("tues", 1),
    ("tue", 1),
    ("wednesday", 2),
    ("wed", 2),
    ("thursday", 3),
    ("thurs", 3),
    ("thur", 3),
    ("thu", 3),
    ("friday", 4),
    ("fri", 4),
    ("saturday", 5),
    ("sat", 5),
    ("sunday", 6),
    ("sun", 6),
];
/// Words of their own, and days only where something says so.
const DOUBTFUL: [&str; 3] = ["sat", "sun", "wed"];
const SATURDAY: u32 = 5;
const FRIDAY: u32 = 4;

const MONTHS: [(&str, u32); 24] = [
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("mar", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
];

const COUNTS: [(&str, u32); 14] = [
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
];

const UNITS: [(&str, Unit); 16] = [
    ("minute", Unit::Minutes),
    ("minutes", Unit::Minutes),
    ("mins", Unit::Minutes),
    ("min", Unit::Minutes),
    ("hour", Unit::Hours),
    ("hours", Unit::Hours),
    ("hrs", Unit::Hours),
    ("day", Unit::Days),
    ("days", Unit::Days),
    ("week", Unit::Weeks),
    ("weeks", Unit::Weeks),
    ("wks", Unit::Weeks),
    ("month", Unit::Months),
    ("months", Unit::Months),
    ("year", Unit::Years),
    ("years", Unit::Years),
];

impl Reader {
    pub(super) fn en_day(&self, at: usize) -> Read<When> {
        let leads = ["on", "by", "before", "until", "coming"];
        let Some(end) = leads.iter().find_map(|lead| self.word(at, lead)) else { return self.plain_day(at) };
        let next = self.spaces(end);
        self.plain_day(next).or_else(|| {
            // "on Sat" is no longer in doubt.
            let (end, weekday) = self.any_word(next, &WEEKDAYS)?;
            Some(self.weekday_of(end, weekday))
        })
    }

    fn plain_day(&self, at: usize) -> Read<When> {
        if let Some((end, number)) = self.en_count(at)
            && let Some(found) =
                self.day_then_month(end, number).or_else(|| self.counted_from_now(end, number))
        {
            return Some(found);
        }
        let (end, word) = self.letters(at)?;
        let next = self.spaces(end);
        match word.as_str() {
            "today" => Some((end, When::On(self.today))),
            "tomorrow" | "tmr" | "tmrw" => Some((end, self.later(1, Unit::Days))),
            "yesterday" => Some((end, When::Never)),
            "day" => {
                let (end, after) = self.any_word(next, &[("after", true), ("before", false)])?;
                let (end, ()) = self.any_word(self.spaces(end), &[("tomorrow", ()), ("yesterday", ())])?;
                Some((end, if after { self.later(2, Unit::Days) } else { When::Never }))
            }
            "week" => {
                let end = self.words(next, &["after", "next"])?;
                Some((end, self.in_week(2, 0)))
            }
            "end" => self.end_of(self.word(next, "of")?),
            "the" => self.day_of_the(next).or_else(|| {
                let named = ["day", "week", "end"].iter().any(|word| self.word(next, word).is_some());
                if named { self.plain_day(next) } else { None }
            }),
            "next" => self.next(next),
            "this" => {
                let from = self.word(next, "coming").map_or(next, |end| self.spaces(end));
                let day =
                    self.any_word(from, &WEEKDAYS).or_else(|| self.any_word(from, &[("weekend", SATURDAY)]));
                day.map(|(end, weekday)| (end, When::Coming(weekday)))
            }
            // None of the day behind it is to come, or it is no single day.
            "last" | "past" | "previous" | "every" | "each" => {
                let (end, _) = self.any_word(next, &WEEKDAYS)?;
                Some((end, When::Never))
            }
            "in" => {
                let (end, (count, unit)) = self.amount(next)?;
                Some((end, self.later(count, unit)))
            }
            _ => self.named_day(at, end, &word),
        }
    }

    /// Behind these words, one after the other.
    fn words(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().try_fold(at, |at, word| self.word(self.spaces(at), word))
    }

    /// Friday, Mon 14:30, March 3rd
    fn named_day(&self, at: usize, end: usize, word: &str) -> Read<When> {
        if let Some((_, weekday)) = WEEKDAYS.iter().find(|(name, _)| *name == word) {
            let in_doubt = DOUBTFUL.contains(&word) && self.clock(self.joined(end)).is_none();
            return (!in_doubt).then(|| self.weekday_of(end, *weekday));
        }
        let (_, month) = MONTHS.iter().find(|(name, _)| *name == word)?;
        // What may be, is written small.
        if word == "may" && self.written.get(at) != Some(&'M') {
            return None;
        }
        let end = self.is(end, ".").unwrap_or(end);
        let (end, day) = self.ordinal(self.spaces(end))?;
        let (end, year) = self.of_year(end);
        Some((end, self.day_in(year, *month, day)))
    }

    /// "Friday", or "Friday next week".
    fn weekday_of(&self, end: usize, weekday: u32) -> (usize, When) {
        match self.words(end, &["next", "week"]) {
            Some(end) => (end, self.in_week(1, weekday)),
            None => match self.words(end, &["last", "week"]) {
                Some(end) => (end, When::Never),
                None => (end, When::Coming(weekday)),
            },
        }
    }

    fn next(&self, at: usize) -> Read<When> {
        if let Some((end, weekday)) = self.any_word(at, &WEEKDAYS) {
            return Some((end, self.in_week(1, weekday)));
        }
        let (end, word) = self.letters(at)?;
        match word.as_str() {
            "week" => {
                let from = self.word(self.spaces(end), "on").unwrap_or(end);
                Some(match self.any_word(self.spaces(from), &WEEKDAYS) {
                    Some((end, weekday)) => (end, self.in_week(1, weekday)),
                    None => (end, self.in_week(1, 0)),
                })
            }
            "weekend" => Some((end, self.in_week(1, SATURDAY))),
            "month" => {
                let the = self.words(end, &["on", "the"]).and_then(|end| self.ordinal(self.spaces(end)));
                let (end, day) = the.unwrap_or((end, 1));
                Some((end, self.in_month(1, day)))
            }
            _ => None,
        }
    }

    /// "end of month", "end of the week", "end of next month"
    fn end_of(&self, at: usize) -> Read<When> {
        let from = self.spaces(at);
        let (end, ahead) = self.any_word(from, &[("the", 0), ("this", 0), ("next", 1)]).unwrap_or((from, 0));
        let (end, word) = self.letters(self.spaces(end))?;
        let when = match (word.as_str(), ahead) {
            ("month", 0) => self.day_of_month(0),
            ("month", _) => self.in_month(1, 0),
            ("week", 0) => When::Coming(FRIDAY),
            ("week", _) => self.in_week(1, FRIDAY),
            ("year", 0) => self.day_of_year(12, 31),
            _ => {
                let (_, month) = MONTHS.iter().find(|(name, _)| *name == word)?;
                self.day_of_year(*month, 0)
            }
        };
        Some((end, when))
    }

    /// "the 5th", "the 5th of next month"
    fn day_of_the(&self, at: usize) -> Read<When> {
        let (end, day) = self.ordinal(at)?;
        // A number with nothing behind it is no day.
        if self.before(end).is_none_or(|char| char.is_ascii_digit()) {
            return None;
        }
        if let Some(found) = self.day_then_month(end, day) {
            return Some(found);
        }
        if let Some(end) = self.words(end, &["of", "next", "month"]) {
            return Some((end, self.in_month(1, day)));
        }
        // "the 3rd visit" counts something.
        let next = self.spaces(end);
        let counts = self
            .letters(next)
            .is_some_and(|(_, word)| !["at", "in", "around", "of"].contains(&word.as_str()));
        (!counts || self.clock(next).is_some()).then(|| (end, self.day_of_month(day)))
    }

    /// 3, 3rd
    fn ordinal(&self, at: usize) -> Read<u32> {
        let (end, day) = self.digits(at).filter(|(end, day)| end - at <= 2 && (1..=31).contains(day))?;
        let ending = [("st", ()), ("nd", ()), ("rd", ()), ("th", ())];
        let end = self.is_any(end, &ending).map_or(end, |(end, ())| end);
        let decimal =
            self.is_one_of(end, ".,:/-") && self.char(end + 1).is_some_and(|char| char.is_ascii_digit());
        let goes_on = self.char(end).is_some_and(|char| char.is_ascii_alphanumeric() || char == '%');
        (!goes_on && !decimal).then_some((end, day))
    }

    /// ", 2027" or " 2027"
    fn of_year(&self, at: usize) -> (usize, Option<i32>) {
        let from = self.spaces(self.is(at, ",").unwrap_or(at));
        match self.digits(from) {
            Some((end, year)) if from > at && (1900..=9999).contains(&year) => {
                (end, i32::try_from(year).ok())
            }
            _ => (at, None),
        }
    }

    fn day_in(&self, year: Option<i32>, month: u32, day: u32) -> When {
        year.map_or_else(|| self.day_of_year(month, day), |year| self.on(year, month, day))
    }

    /// 3, two, a
    fn en_count(&self, at: usize) -> Read<u32> {
        if !self.begins_number(at) {
            return None;
        }
        match self.digits(at) {
            Some((end, number)) => {
                let ending = [("st", ()), ("nd", ()), ("rd", ()), ("th", ())];
                Some((self.is_any(end, &ending).map_or(end, |(end, ())| end), number))
            }
            None => self.any_word(at, &COUNTS),
        }
    }

    /// Behind a number: "March", "of March", "March 2027".
    fn day_then_month(&self, end: usize, day: u32) -> Read<When> {
        if !(1..=31).contains(&day) {
            return None;
        }
        let from = self.spaces(end);
        let from = self.word(from, "of").map_or(from, |end| self.spaces(end));
        let (end, month) = self.any_word(from, &MONTHS)?;
        if self.word(from, "may").is_some() && self.written.get(from) != Some(&'M') {
            return None;
        }
        let (end, year) = self.of_year(end);
        Some((end, self.day_in(year, month, day)))
    }

    /// "3 days", "a couple of weeks", "half an hour"
    fn amount(&self, at: usize) -> Read<(u32, Unit)> {
        if let Some(end) = self.words(at, &["half", "an", "hour"]) {
            return Some((end, (30, Unit::Minutes)));
        }
        let couple = self.words(at, &["a", "couple", "of"]).map(|end| (end, 2));
        let (end, count) = couple.or_else(|| self.en_count(at))?;
        let (end, unit) = self.any_word(self.spaces(end), &UNITS)?;
        // "in 3 days' time"
        Some((self.is(end, "'").unwrap_or(end), (count, unit)))
    }

    /// Behind a count: "days from now", "week from today"
    fn counted_from_now(&self, end: usize, count: u32) -> Read<When> {
        let (end, unit) = self.any_word(self.spaces(end), &UNITS)?;
        let end = self.words(end, &["from"])?;
        let (end, ()) = self.any_word(self.spaces(end), &[("now", ()), ("today", ())])?;
        Some((end, self.later(count, unit)))
    }
}
