//! Days as they are said in Chinese: 下周三, 大后天, 三天后, 月底, 下个月5号, 12月3日.

use super::{Read, Reader, Unit, When};

const WEEKDAYS: [(&str, u32); 8] =
    [("一", 0), ("二", 1), ("三", 2), ("四", 3), ("五", 4), ("六", 5), ("日", 6), ("天", 6)];
const WEEK: [(&str, ()); 3] = [("周", ()), ("星期", ()), ("礼拜", ())];
const SATURDAY: u32 = 5;

/// Days by their own names, the longer first.
const NAMED: [(&str, i64); 16] = [
    ("大前天", -3),
    ("大后天", 3),
    ("前天", -2),
    ("昨天", -1),
    ("昨日", -1),
    ("昨晚", -1),
    ("今天", 0),
    ("今日", 0),
    ("今儿", 0),
    ("明天", 1),
    ("明日", 1),
    ("明儿", 1),
    ("后天", 2),
    ("后日", 2),
    ("每天", -1),
    ("每日", -1),
];
/// In front of 后天, where it is another word: 以后天天, 先天后天.
const NOT_AFTER: &str = "以之然今往最午先";
/// In front of 下 and 上 where the week behind them is another word's: 确认一下周三的会议, 线下周六.
const NOT_NEXT: &str = "一以当线楼乡余";
/// What follows a bare 5号 or 15日 that is a day: 5号楼 is none.
const AFTER_DAY: &str = ",。，、；;！!？?）) 前去来到再见回联拜开给交发打约谈上下中早晚之";

const UNITS: [(&str, Unit); 14] = [
    ("天", Unit::Days),
    ("日", Unit::Days),
    ("周", Unit::Weeks),
    ("个星期", Unit::Weeks),
    ("星期", Unit::Weeks),
    ("个礼拜", Unit::Weeks),
    ("礼拜", Unit::Weeks),
    ("个月", Unit::Months),
    ("年", Unit::Years),
    ("个小时", Unit::Hours),
    ("小时", Unit::Hours),
    ("个钟头", Unit::Hours),
    ("钟头", Unit::Hours),
    ("分钟", Unit::Minutes),
];
/// A half of what follows, counted in something smaller.
const HALVES: [(&str, (u32, Unit)); 7] = [
    ("半天", (4 * 60, Unit::Minutes)),
    ("半个月", (15, Unit::Days)),
    ("半月", (15, Unit::Days)),
    ("半年", (6, Unit::Months)),
    ("半小时", (30, Unit::Minutes)),
    ("半个小时", (30, Unit::Minutes)),
    ("半个钟头", (30, Unit::Minutes)),
];
/// Behind a count: whether what is counted lies ahead.
const SIDES: [(&str, bool); 6] =
    [("之后", true), ("以后", true), ("过后", true), ("后", true), ("之前", false), ("前", false)];

/// Parts of a month: its day, 0 for the last.
const OF_MONTH: [(&str, u32); 8] =
    [("底", 0), ("末", 0), ("初", 1), ("中旬", 15), ("中", 15), ("上旬", 1), ("下旬", 21), ("尾", 0)];

pub(super) fn digit(char: char) -> Option<u32> {
    let value = match char {
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        _ => return None,
    };
    Some(value)
}

impl Reader {
    pub(super) fn zh_day(&self, at: usize) -> Read<When> {
        // Everything below begins with a sign of its own, so the order does not matter but for speed.
        self.named(at)
            .or_else(|| self.week_from_here(at))
            .or_else(|| self.bare_weekday(at))
            .or_else(|| self.month_from_here(at))
            .or_else(|| self.year_end(at))
            .or_else(|| self.calendar_day(at))
            .or_else(|| self.counted(at))
            .or_else(|| self.bare_day(at))
    }

    fn is_behind(&self, at: usize, signs: &str) -> bool {
        self.before(at).is_some_and(|char| signs.contains(char))
    }

    fn zh_count(&self, at: usize) -> Read<u32> {
        if !self.begins_number(at) {
            return None;
        }
        self.digits(at).or_else(|| self.zh_number(at))
    }

    /// 明天, 大后天; 明早 and 今晚, whose part of the day is read as a time.
    fn named(&self, at: usize) -> Read<When> {
        let near = [("今", 0), ("明", 1)];
        let part = self.is_any(at, &near).filter(|(end, _)| self.is_one_of(*end, "早晚"));
        let (end, days) = self.is_any(at, &NAMED).or(part)?;
        if self.char(at) == Some('后') && self.is_behind(at, NOT_AFTER) {
            return None;
        }
        let day = self.after_days(days).filter(|_| days >= 0);
        Some((end, day.map_or(When::Never, When::On)))
    }

    fn weekday(&self, at: usize) -> Read<u32> {
        let (end, weekday) = self.is_any(at, &WEEKDAYS)?;
        // 周日均
        (!(self.char(at) == Some('日') && self.is_one_of(end, "均常"))).then_some((end, weekday))
    }

    /// 下周三, 下下周, 本周五, 这个星期天, 上周一
    fn week_from_here(&self, at: usize) -> Read<When> {
        let (weeks, end) = self.steps(at)?;
        let end = self.is(end, "个").unwrap_or(end);
        let (end, ()) = self.is_any(end, &WEEK)?;
        let day = self.weekday(end).or_else(|| self.is_any(end, &[("末", SATURDAY)]));
        let Some((end, weekday)) = day else {
            let (end, weekday) = self.is_any(end, &[("初", 0)]).unwrap_or((end, 0));
            // 本周 is no day, and 下周期 no week.
            let named = weeks != 0 && !self.is_one_of(end, "期岁年边");
            return named.then(|| (end, self.in_week(weeks, weekday)));
        };
        Some((end, self.in_week(weeks, weekday)))
    }

    /// How many weeks or months from this one: 下下 is 2, 上 is -1, 本 and 这 are 0.
    fn steps(&self, at: usize) -> Option<(i64, usize)> {
        if let Some(end) = self.is(at, "本").or_else(|| self.is(at, "这")) {
            return Some((0, end));
        }
        let sign = self.char(at).filter(|sign| "下上".contains(*sign))?;
        if self.is_behind(at, NOT_NEXT) {
            return None;
        }
        let count = self.chars[at..].iter().take(3).take_while(|char| **char == sign).count();
        let steps = i64::try_from(count).ok()?;
        Some((if sign == '下' { steps } else { -steps }, at + count))
    }

    /// 周五, 星期天, 礼拜三, 周末; none of 每周五, 两周五次 and 周一到周五.
    fn bare_weekday(&self, at: usize) -> Read<When> {
        let every = self.is(at, "每");
        let from = every.map_or(at, |end| self.is(end, "个").unwrap_or(end));
        let (end, ()) = self.is_any(from, &WEEK)?;
        let (end, weekday) = self.weekday(end).or_else(|| self.is_any(end, &[("末", SATURDAY)]))?;
        if every.is_some() {
            return Some((end, When::Never));
        }
        if self
            .before(at)
            .is_some_and(|char| char.is_ascii_digit() || digit(char).is_some() || "数几".contains(char))
        {
            return None;
        }
        let range = self.is_any(end, &[("到", ()), ("至", ()), ("-", ()), ("~", ())]);
        let range =
            range.and_then(|(end, ())| self.is_any(end, &WEEK)).and_then(|(end, ())| self.weekday(end));
        Some(match range {
            Some((end, _)) => (end, When::Never),
            None => (end, When::Coming(weekday)),
        })
    }

    /// 下个月, 下个月5号, 下月底, 本月20号, 月底
    fn month_from_here(&self, at: usize) -> Read<When> {
        if let Some(end) = self.is(at, "月") {
            // 三个月底 and 3月底 are others.
            let counted = self.before(at).is_some_and(|char| {
                char == '个' || char.is_ascii_digit() || digit(char).is_some() || "上每当几半".contains(char)
            });
            let (end, day) = self.is_any(end, &OF_MONTH)?;
            return (!counted).then(|| (end, self.day_of_month(day)));
        }
        let (months, end) = self.steps(at)?;
        let end = self.is(end, "个").unwrap_or(end);
        let end = self.is(end, "月")?;
        let part = self.is_any(end, &OF_MONTH).or_else(|| self.number_day(self.is(end, "的").unwrap_or(end)));
        let (end, day) = match part {
            Some(found) => found,
            None if months != 0 => (self.is(end, "份").unwrap_or(end), 1),
            None => return None,
        };
        let when = u32::try_from(months).map_or(When::Never, |months| self.in_month(months, day));
        Some((end, when))
    }

    /// 5号, 十五日
    fn number_day(&self, at: usize) -> Read<u32> {
        let (end, day) = self.digits(at).or_else(|| self.zh_number(at))?;
        let end = self.is(end, "号").or_else(|| self.is(end, "日"))?;
        (1..=31).contains(&day).then_some((end, day))
    }

    /// 年底, 明年底, 明年初
    fn year_end(&self, at: usize) -> Read<When> {
        let known = [
            ("明年底", 1),
            ("明年末", 1),
            ("明年年底", 1),
            ("今年底", 0),
            ("今年年底", 0),
            ("年底", 0),
            ("年末", 0),
        ];
        if self.is_behind(at, "去每前当") {
            return None;
        }
        if let Some((end, years)) = self.is_any(at, &known) {
            return Some((end, self.on(self.year() + years, 12, 31)));
        }
        let (end, ()) = self.is_any(at, &[("明年初", ()), ("明年年初", ())])?;
        Some((end, self.on(self.year() + 1, 1, 1)))
    }

    fn year(&self) -> i32 {
        use chrono::Datelike as _;
        self.today.naive().year()
    }

    /// 12月3日, 十二月三号, 2026年12月3日, 明年3月5号, 3月底
    fn calendar_day(&self, at: usize) -> Read<When> {
        let named = self.is_any(at, &[("明年", 1), ("今年", 0), ("后年", 2), ("去年", -1)]);
        let (from, year) = match named {
            Some((end, years)) => (end, Some(self.year() + years)),
            None => match self.zh_count(at).filter(|(end, _)| end - at == 4) {
                Some((end, year)) => (self.is(end, "年")?, i32::try_from(year).ok()),
                None if self.begins_number(at) => (at, None),
                None => return None,
            },
        };
        let (end, month) = self.digits(from).or_else(|| self.zh_number(from))?;
        let end = self.is(end, "月").filter(|_| (1..=12).contains(&month))?;
        let part = self.is_any(end, &OF_MONTH).or_else(|| self.number_day(self.is(end, "份").unwrap_or(end)));
        let (end, day) = part?;
        let when = match (year, day) {
            (None, day) => self.day_of_year(month, day),
            (Some(year), 0) if month == 12 => self.on(year, 12, 31),
            (Some(year), 0) => match self.on(year, month + 1, 1) {
                When::On(next) => When::On(next.plus_days(-1)),
                other => other,
            },
            (Some(year), day) => self.on(year, month, day),
        };
        Some((end, when))
    }

    /// 三天后, 两周以后, 半个月后, 过两天, 3天前
    fn counted(&self, at: usize) -> Read<When> {
        let passing = self.is(at, "过").filter(|_| !self.is_behind(at, "超经通不说去来见看"));
        let from = passing.unwrap_or(at);
        if !self.begins_number(from) || self.is_behind(from, "个") {
            return None;
        }
        let half = self.is_any(from, &HALVES);
        let (end, (count, unit)) = match half {
            Some(found) => found,
            None => {
                let (end, count) = self.zh_count(from)?;
                let (end, unit) = self.is_any(end, &UNITS)?;
                (end, (count, unit))
            }
        };
        let day = self.before(end) == Some('日');
        match (self.is_any(end, &SIDES), passing) {
            (Some((end, true)), _) => Some((end, self.later(count, unit))),
            // 20日前 is before the twentieth.
            (Some((end, false)), None) if !day => Some((end, When::Never)),
            (_, Some(_)) if !self.is_one_of(end, "的") => Some((end, self.later(count, unit))),
            _ => None,
        }
    }

    /// 5号, 15日前: a day of this month or the next, where nothing says that it numbers something else.
    fn bare_day(&self, at: usize) -> Read<When> {
        if !self.begins_number(at) || self.is_behind(at, "年月") {
            return None;
        }
        let (end, day) = self.number_day(at)?;
        let alone = self.char(end).is_none_or(|char| AFTER_DAY.contains(char) || char == '\n')
            || self.clock(end).is_some();
        alone.then(|| (end, self.day_of_month(day)))
    }
}
