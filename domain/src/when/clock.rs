//! Times of day: 下午3点, 十点半, at 10, 2:30 pm, tomorrow morning.

use super::{Read, Reader, zh};
use crate::time::TimeOfDay;

pub(super) struct Clock {
    pub time: TimeOfDay,
    /// Nothing else than a time, so that a day may follow.
    pub sure: bool,
    /// Means today where no day stands beside it.
    pub alone: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Night,
    Morning,
    Noon,
    Afternoon,
    Evening,
}

impl Part {
    /// The hour that is meant where none is said.
    const fn hour(self) -> u16 {
        match self {
            Self::Night => 6,
            Self::Morning => 9,
            Self::Noon => 12,
            Self::Afternoon => 14,
            Self::Evening => 19,
        }
    }

    /// Of a clock with twelve hours. `None` for what nobody can say: is midnight the end of a day or the beginning?
    const fn of_day(self, hour: u16) -> Option<u16> {
        match (self, hour) {
            (Self::Night, 12) => Some(0),
            (Self::Noon, 1..=3) | (Self::Afternoon, 1..=11) | (Self::Evening, 4..=11) => Some(hour + 12),
            (Self::Evening, 0..=3 | 12) => None,
            _ => Some(hour),
        }
    }
}

const ZH_PARTS: [(&str, Part); 15] = [
    ("凌晨", Part::Night),
    ("清晨", Part::Morning),
    ("早上", Part::Morning),
    ("早晨", Part::Morning),
    ("一早", Part::Morning),
    ("上午", Part::Morning),
    ("中午", Part::Noon),
    ("正午", Part::Noon),
    ("下午", Part::Afternoon),
    ("午后", Part::Afternoon),
    ("傍晚", Part::Evening),
    ("晚上", Part::Evening),
    ("晚间", Part::Evening),
    ("早", Part::Morning),
    ("晚", Part::Evening),
];
/// The first so many of them stand alone too; 早 and 晚 only behind a day.
const ZH_ALONE: usize = 13;

const EN_PARTS: [(&str, Part); 8] = [
    ("morning", Part::Morning),
    ("noon", Part::Noon),
    ("midday", Part::Noon),
    ("lunchtime", Part::Noon),
    ("afternoon", Part::Afternoon),
    ("evening", Part::Evening),
    ("night", Part::Evening),
    ("tonight", Part::Evening),
];

/// What is counted in 点 and is no hour: 3点建议.
const COUNTED: [&str; 16] = [
    "建议", "意见", "要求", "要点", "问题", "内容", "原因", "想法", "需求", "差异", "优势", "反馈", "共识",
    "说明", "理由", "心得",
];
/// Behind 早 and 晚, which are then "earlier" and "later".
const RATHER: &str = "点些一日期";
/// In front of a part of the day that is then another word, or one that has passed: 马上午休, 谈了一下午.
const NO_PART: &str = "一整马每昨以当";

/// How an hour was written.
struct Hour {
    hour: u16,
    minute: u16,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// 3点
    Sign,
    /// 3:30
    Colon,
    /// 15:30, 03:30, 3 pm: no question which half of the day.
    Whole,
    /// 3
    Number,
}

impl Reader {
    /// A time of day that begins here.
    pub(super) fn clock(&self, at: usize) -> Read<Clock> {
        self.zh_clock(at).or_else(|| self.en_clock(at))
    }

    fn zh_clock(&self, at: usize) -> Read<Clock> {
        let other = self.before(at).is_some_and(|char| NO_PART.contains(char));
        let part =
            self.is_any(at, &ZH_PARTS).filter(|(end, _)| end - at > 1 || !self.is_one_of(*end, RATHER));
        let behind = part.map_or(at, |(end, _)| self.spaces(end));
        let alone = !other && part.is_some() && self.is_any(at, &ZH_PARTS[..ZH_ALONE]).is_some();
        // Without a part of the day, an hour by itself may count anything.
        let hour = self.hour(behind).filter(|(_, hour)| hour.how != How::Number);
        match (hour, part) {
            (Some((end, hour)), part) => {
                let time = time_of(&hour, part.map(|(_, part)| part))?;
                let whole = hour.how == How::Whole && self.before_letters(end);
                let said = part.is_some();
                Some((
                    end,
                    Clock { time, sure: said || hour.how != How::Sign, alone: said && !other || whole },
                ))
            }
            (None, Some((end, part))) => {
                let time = TimeOfDay::new(part.hour(), 0)?;
                Some((end, Clock { time, sure: false, alone }))
            }
            (None, None) => None,
        }
    }

    /// `3 pm`, not `15:30`, which alone may be a score or a scale.
    fn before_letters(&self, end: usize) -> bool {
        self.before(end).is_some_and(|char| char == 'm' || char == '.')
    }

    fn en_clock(&self, at: usize) -> Read<Clock> {
        let said = ["at", "around", "about", "by", "before", "after"];
        let lead = said.iter().find_map(|word| self.word(at, word)).or_else(|| self.is(at, "@"));
        let from = lead.map_or(at, |end| self.spaces(end));
        if let Some((end, hour)) = self.hour(from) {
            if hour.how == How::Number && lead.is_none() {
                return None;
            }
            let part = self.in_the(self.spaces(end));
            let time = time_of(&hour, part.map(|(_, part)| part))?;
            let alone =
                part.is_some() || self.before_letters(end) || lead.is_some() && hour.how != How::Number;
            return Some((part.map_or(end, |(end, _)| end), Clock { time, sure: true, alone }));
        }
        // "this evening", "tonight at 8", "in the morning", "morning"
        let this = self.word(from, "this").map(|end| self.spaces(end));
        let named = match this {
            Some(from) => self.any_word(from, &EN_PARTS),
            None => self.in_the(from).or_else(|| self.any_word(from, &EN_PARTS)),
        };
        let (end, part) = named?;
        let tonight = self.word(from, "tonight").is_some();
        let hour = self.word(self.spaces(end), "at").and_then(|end| self.hour(self.spaces(end)));
        let (end, time) = match hour {
            Some((end, hour)) => (end, time_of(&hour, Some(part))?),
            None => (end, TimeOfDay::new(part.hour(), 0)?),
        };
        Some((end, Clock { time, sure: false, alone: this.is_some() || tonight }))
    }

    fn in_the(&self, at: usize) -> Read<Part> {
        let end = self.word(at, "in")?;
        let end = self.word(self.spaces(end), "the")?;
        self.any_word(self.spaces(end), &EN_PARTS)
    }

    fn hour(&self, at: usize) -> Read<Hour> {
        if !self.begins_hour(at) {
            return None;
        }
        let (end, number) = self.digits(at).or_else(|| self.zh_number(at))?;
        let hour = u16::try_from(number).ok().filter(|hour| *hour < 24 && end - at <= 3)?;
        let two = end - at == 2 && self.char(at) == Some('0') || hour > 12;
        if let Some(behind) = self.is(end, "点").or_else(|| self.is(end, "时")) {
            let counts = COUNTED.iter().any(|word| self.is(behind, word).is_some());
            if counts || self.is(end, "时").is_some() && self.is_one_of(behind, "间候") {
                return None;
            }
            let (end, minute) = self.zh_minute(behind)?;
            return Some((end, Hour { hour, minute, how: if two { How::Whole } else { How::Sign } }));
        }
        let (mut end, mut minute, mut how) = (end, 0, How::Number);
        let colon = self.is_one_of(end, ":");
        if (colon || self.is_one_of(end, "."))
            && let Some((behind, minutes)) = self.digits(end + 1).filter(|(behind, _)| *behind == end + 3)
        {
            // With a dot it is a time only before "am" and "pm".
            let half = self.half(self.spaces(behind));
            if colon && !self.is_one_of(behind, ":") || half.is_some() {
                minute = u16::try_from(minutes).ok().filter(|minute| *minute < 60)?;
                (end, how) = (behind, if two { How::Whole } else { How::Colon });
            }
        }
        if let Some((behind, afternoon)) = self.half(self.spaces(end)) {
            let hour = (1..=12).contains(&hour).then_some(hour % 12 + if afternoon { 12 } else { 0 })?;
            return Some((behind, Hour { hour, minute, how: How::Whole }));
        }
        if let Some(behind) =
            self.is(self.spaces(end), "o'clock").or_else(|| self.is(self.spaces(end), "o’clock"))
        {
            return Some((behind, Hour { hour, minute, how: How::Sign }));
        }
        // What goes on is another number, a share, or has a unit.
        let goes_on =
            self.char(end).is_some_and(|char| char.is_ascii_alphanumeric() || "%:：/-~".contains(char));
        let decimal =
            self.is_one_of(end, ".,") && self.char(end + 1).is_some_and(|char| char.is_ascii_digit());
        let plain = how != How::Number || self.char(at).is_some_and(|char| char.is_ascii_digit());
        (plain && !goes_on && !decimal).then_some((end, Hour { hour, minute, how }))
    }

    /// Unlike other numbers an hour may stand right behind a day: 周三3点, 5号3点.
    fn begins_hour(&self, at: usize) -> bool {
        !self.is_inside_number(at) && !self.before(at).is_some_and(|char| "第¥￥$#".contains(char))
    }

    /// am and pm: whether it is the afternoon.
    fn half(&self, at: usize) -> Read<bool> {
        let known = [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)];
        let (end, afternoon) = self.is_any(at, &known)?;
        (!self.char(end).is_some_and(|char| char.is_ascii_alphanumeric())).then_some((end, afternoon))
    }

    fn zh_minute(&self, at: usize) -> Read<u16> {
        let known = [("半", 30), ("一刻", 15), ("三刻", 45), ("整", 0), ("钟", 0)];
        if let Some(found) = self.is_any(at, &known) {
            return Some(found);
        }
        let from = self.is(at, "零").unwrap_or(at);
        let Some((end, number)) = self.digits(from).or_else(|| self.zh_number(from)) else {
            return Some((at, 0));
        };
        let sign = self.is(end, "分");
        // 3点30, but not 3点5折.
        if sign.is_none() && end - from != 2 {
            return Some((at, 0));
        }
        let minute = u16::try_from(number).ok().filter(|minute| *minute < 60)?;
        Some((sign.unwrap_or(end), minute))
    }
}

/// Without a word for the half of the day, the first six hours are those of the afternoon: nobody calls a customer at
/// three in the night.
fn time_of(hour: &Hour, part: Option<Part>) -> Option<TimeOfDay> {
    let of_day = match (hour.how, part) {
        (_, Some(part)) => part.of_day(hour.hour)?,
        (How::Whole, None) => hour.hour,
        (_, None) if (1..=6).contains(&hour.hour) => hour.hour + 12,
        (_, None) => hour.hour,
    };
    TimeOfDay::new(of_day, hour.minute)
}

impl Reader {
    /// 一 to 九十九, in the signs of Chinese.
    pub(super) fn zh_number(&self, at: usize) -> Read<u32> {
        let one = |at: usize| self.char(at).and_then(zh::digit).filter(|digit| *digit < 10);
        let is_ten = |at: usize| self.char(at) == Some('十');
        match (one(at), is_ten(at)) {
            (Some(tens), _) if is_ten(at + 1) => {
                Some(one(at + 2).map_or((at + 2, tens * 10), |ones| (at + 3, tens * 10 + ones)))
            }
            (Some(ones), _) => Some((at + 1, ones)),
            (None, true) => Some(one(at + 1).map_or((at + 1, 10), |ones| (at + 2, 10 + ones))),
            (None, false) => None,
        }
    }
}
