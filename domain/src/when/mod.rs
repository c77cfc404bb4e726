//! Words for days and times in what somebody wrote, in both languages: "下周三下午3点回访", "call back next Friday at 10".
//!
//! Only what lies ahead is found: what is told of yesterday, every week or last Friday is read and left aside. What one may
//! take either way is what is still to come. `docs/decisions/0027-log-and-next.md` writes down what each word means.

mod clock;
mod en;
mod zh;

use std::ops::Range;

use chrono::Months;

use crate::text::half_width;
use crate::time::{Date, TimeOfDay};

/// So many characters are read, from the end: what comes next is said last.
const READ: usize = 2_000;
/// What lies further ahead is no plan.
const FARTHEST_DAYS: i64 = 3_660;
/// A day without a year that went by so recently is told about, not planned.
const JUST_GONE_DAYS: i64 = 60;
const DAY_MINUTES: i64 = 24 * 60;

/// A day, perhaps with a time, and the bytes of the text that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub date: Date,
    pub time: Option<TimeOfDay>,
    pub span: Range<usize>,
}

/// Everything still to come that the text names, in its order. `today` and `now` are the writer's.
#[must_use]
pub fn find_all(text: &str, today: Date, now: TimeOfDay) -> Vec<Found> {
    let reader = Reader::new(text, today, now);
    let mut found = Vec::new();
    let mut at = 0;
    while at < reader.chars.len() {
        let Some((end, plan)) = reader.plan(at) else {
            at += 1;
            continue;
        };
        if let Some((date, time)) = plan {
            found.push(Found { date, time, span: reader.starts[at]..reader.starts[end] });
        }
        at = end.max(at + 1);
    }
    found
}

/// Which day was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    On(Date),
    /// The next day of this name (0 is Monday): today only with a time still to come.
    Coming(u32),
    At(Date, TimeOfDay),
    /// Gone, or no single day.
    Never,
}

/// What was read, and the character behind it.
type Read<T> = Option<(usize, T)>;

#[derive(Clone, Copy)]
enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

struct Reader {
    /// In lower case, without wide digits and the longer signs of Chinese.
    chars: Vec<char>,
    /// As they were written.
    written: Vec<char>,
    /// Where each begins in the text; one more for its end.
    starts: Vec<usize>,
    today: Date,
    now: TimeOfDay,
}

impl Reader {
    fn new(text: &str, today: Date, now: TimeOfDay) -> Self {
        let skipped = text.chars().count().saturating_sub(READ);
        let (mut chars, mut written, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for (start, char) in text.char_indices().skip(skipped) {
            starts.push(start);
            written.push(char);
            chars.push(plain(char));
        }
        starts.push(text.len());
        Self { chars, written, starts, today, now }
    }

    /// A day, a time, or both beside each other; and what they mean, if that lies ahead.
    fn plan(&self, at: usize) -> Read<Option<(Date, Option<TimeOfDay>)>> {
        if let Some((end, when)) = self.day(at) {
            return Some(match self.clock(self.joined(end)) {
                Some((end, clock)) => (end, self.resolve(when, Some(clock.time))),
                None => (end, self.resolve(when, None)),
            });
        }
        let (end, clock) = self.clock(at)?;
        if clock.sure
            && let Some((end, when)) = self.day(self.spaces(end))
        {
            return Some((end, self.resolve(when, Some(clock.time))));
        }
        clock.alone.then(|| (end, self.resolve(When::On(self.today), Some(clock.time))))
    }

    fn day(&self, at: usize) -> Read<When> {
        self.numeric(at).or_else(|| self.zh_day(at)).or_else(|| self.en_day(at))
    }

    fn resolve(&self, when: When, time: Option<TimeOfDay>) -> Option<(Date, Option<TimeOfDay>)> {
        let still = time.is_some_and(|time| time > self.now);
        let (date, time) = match when {
            When::Never => return None,
            When::On(date) => (date, time),
            When::At(date, at) => (date, Some(at)),
            When::Coming(weekday) => {
                let days = (i64::from(weekday) - i64::from(self.today.weekday())).rem_euclid(7);
                (self.after_days(if days == 0 && !still { 7 } else { days })?, time)
            }
        };
        let ahead = date > self.today || date == self.today && time.is_some_and(|time| time > self.now);
        (ahead && date.days_since(self.today) <= FARTHEST_DAYS).then_some((date, time))
    }

    /// 2026-12-03, 2026/12/3, 2026.12.3
    fn numeric(&self, at: usize) -> Read<When> {
        let (end, year) = self.digits(at).filter(|(end, _)| end - at == 4)?;
        let mark = self.char(end).filter(|mark| "-/.".contains(*mark))?;
        let (end, month) = self.digits(end + 1).filter(|(behind, _)| behind - end <= 3)?;
        self.char(end).filter(|char| *char == mark)?;
        let (end, day) = self.digits(end + 1).filter(|(behind, _)| behind - end <= 3)?;
        Some((end, self.on(i32::try_from(year).ok()?, month, day)))
    }

    // What a day is, seen from today.

    fn on(&self, year: i32, month: u32, day: u32) -> When {
        Date::new(year, month, day).map_or(When::Never, When::On)
    }

    fn after_days(&self, days: i64) -> Option<Date> {
        let date = self.today.plus_days(days);
        // At the end of the calendar it stays where it is.
        (date.days_since(self.today) == days).then_some(date)
    }

    /// A day of the week that is so many weeks from this one, which began on Monday.
    fn in_week(&self, weeks: i64, weekday: u32) -> When {
        let days = weeks * 7 + i64::from(weekday) - i64::from(self.today.weekday());
        if days < 0 { When::Never } else { self.after_days(days).map_or(When::Never, When::On) }
    }

    /// The first of the month that is so many months from this one.
    fn month(&self, months: u32) -> Option<Date> {
        use chrono::Datelike as _;
        let first = self.today.naive().with_day(1)?;
        Date::from_naive(first.checked_add_months(Months::new(months))?)
    }

    /// A day of the month that is so many months from this one; 0 is its last.
    fn in_month(&self, months: u32, day: u32) -> When {
        use chrono::Datelike as _;
        let Some(first) = self.month(months) else { return When::Never };
        if day == 0 {
            return last_of(first).map_or(When::Never, When::On);
        }
        self.on(first.naive().year(), first.naive().month(), day)
    }

    /// The coming day of that number; 0 is the last of the month.
    fn day_of_month(&self, day: u32) -> When {
        let this = self.in_month(0, day);
        match this {
            When::On(date) if date > self.today => this,
            _ => self.in_month(1, day),
        }
    }

    /// The coming day of a month; 0 is its last. `When::Never` when it has just gone by.
    fn day_of_year(&self, month: u32, day: u32) -> When {
        use chrono::Datelike as _;
        let year = self.today.naive().year();
        let in_year = |year: i32| match day {
            0 => Date::new(year, month, 1).and_then(last_of),
            _ => Date::new(year, month, day),
        };
        let just_gone = |date: Date| date < self.today && self.today.days_since(date) <= JUST_GONE_DAYS;
        // In January, December has just gone by too.
        if [year - 1, year].into_iter().filter_map(in_year).any(just_gone) {
            return When::Never;
        }
        let coming = [year, year + 1].into_iter().filter_map(in_year).find(|date| *date >= self.today);
        coming.map_or(When::Never, When::On)
    }

    fn later(&self, count: u32, unit: Unit) -> When {
        let days = |days: u32| self.after_days(i64::from(days)).map_or(When::Never, When::On);
        let months = |months: u32| {
            let date = self.today.naive().checked_add_months(Months::new(months)).and_then(Date::from_naive);
            date.map_or(When::Never, When::On)
        };
        let minutes = |minutes: u32| {
            let all = i64::from(self.now.minutes()) + i64::from(minutes);
            let of_day = u16::try_from(all % DAY_MINUTES).unwrap_or_default();
            let time = TimeOfDay::new(of_day / 60, of_day % 60);
            let found = self.after_days(all / DAY_MINUTES).zip(time);
            found.map_or(When::Never, |(date, time)| When::At(date, time))
        };
        match unit {
            Unit::Minutes => minutes(count),
            Unit::Hours => minutes(count * 60),
            Unit::Days => days(count),
            Unit::Weeks => days(count * 7),
            Unit::Months => months(count),
            Unit::Years => months(count * 12),
        }
    }

    // Reading signs and words.

    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    fn before(&self, at: usize) -> Option<char> {
        self.char(at.checked_sub(1)?)
    }

    fn is_one_of(&self, at: usize, signs: &str) -> bool {
        self.char(at).is_some_and(|char| signs.contains(char))
    }

    /// Whether a number may begin here, and is no part of another, of a price, an ordinal or a name.
    fn begins_number(&self, at: usize) -> bool {
        let bound = |char: char| "第几数多¥￥$#".contains(char) || zh::digit(char).is_some();
        !self.is_inside_number(at) && !self.before(at).is_some_and(bound)
    }

    /// Whether letters or digits go on here: A5, 3.5, 10-12.
    fn is_inside_number(&self, at: usize) -> bool {
        let mark = self.before(at).is_some_and(|char| ".-/:".contains(char));
        let from = if mark { at.saturating_sub(1) } else { at };
        self.before(from).is_some_and(
            |char| {
                if mark { char.is_ascii_digit() } else { char.is_ascii_alphanumeric() }
            },
        )
    }

    /// Up to four digits that are all of a number.
    fn digits(&self, at: usize) -> Read<u32> {
        let mut end = at;
        let mut number = 0_u32;
        while let Some(digit) = self.char(end).and_then(|char| char.to_digit(10)) {
            if end - at == 4 {
                return None;
            }
            number = number * 10 + digit;
            end += 1;
        }
        (end > at).then_some((end, number))
    }

    fn spaces(&self, mut at: usize) -> usize {
        while self.char(at).is_some_and(char::is_whitespace) {
            at += 1;
        }
        at
    }

    /// Behind what may stand between a day and its time.
    fn joined(&self, at: usize) -> usize {
        let at = self.spaces(at);
        if self.is_one_of(at, ",，的") { self.spaces(at + 1) } else { at }
    }

    /// Behind these very signs.
    fn is(&self, at: usize, signs: &str) -> Option<usize> {
        let mut end = at;
        for sign in signs.chars() {
            if self.char(end) != Some(sign) {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    fn is_any<T: Copy>(&self, at: usize, known: &[(&str, T)]) -> Read<T> {
        known.iter().find_map(|(signs, meant)| Some((self.is(at, signs)?, *meant)))
    }

    /// Behind a word of letters that begins and ends here.
    fn word(&self, at: usize, word: &str) -> Option<usize> {
        let (end, found) = self.letters(at)?;
        (found == word).then_some(end)
    }

    fn any_word<T: Copy>(&self, at: usize, known: &[(&str, T)]) -> Read<T> {
        let (end, found) = self.letters(at)?;
        known.iter().find(|(word, _)| *word == found).map(|(_, meant)| (end, *meant))
    }

    fn letters(&self, at: usize) -> Read<String> {
        if self.before(at).is_some_and(|char| char.is_ascii_alphanumeric()) {
            return None;
        }
        let found: String =
            self.chars.get(at..)?.iter().take_while(|char| char.is_ascii_alphabetic()).collect();
        let end = at + found.len();
        let bounded = !found.is_empty() && !self.char(end).is_some_and(|char| char.is_ascii_digit());
        bounded.then_some((end, found))
    }
}

fn last_of(first: Date) -> Option<Date> {
    Date::from_naive(first.naive().checked_add_months(Months::new(1))?.pred_opt()?)
}

fn plain(char: char) -> char {
    match half_width(char).to_ascii_lowercase() {
        '點' => '点',
        '後' => '后',
        '週' => '周',
        '兩' => '两',
        '號' => '号',
        '禮' => '礼',
        '個' => '个',
        '時' => '时',
        '過' => '过',
        '這' => '这',
        '鐘' | '鍾' => '钟',
        char => char,
    }
}

#[cfg(test)]
mod tests;
