//! What is expected to come in: the deals that are won or open and close within some days, each amount by three
//! probabilities: that of its stage, the rep's own, and the share of deals that were won after they came to that stage.
//!
//! Sums are exact until the end and rounded once, halves away from zero.

use serde_json::{Value as Json, json};

use crate::money::round_half_away;
use crate::schema::{Pipeline, Stage, StageStatus};
use crate::time::Date;

/// The field that holds the rep's own probability, in percent.
pub const OWN: &str = "own_probability";
/// The fields of a record that a forecast reads beside [`OWN`].
pub const STAGE: &str = "stage";
pub const CLOSE: &str = "close_date";
pub const AMOUNT: &str = "amount";

/// Decided deals that a share is told of at least. With fewer, a single one moves it by ten points and more.
pub const SAMPLE: u64 = 10;

/// Months that history looks back.
pub const MONTHS: u32 = 12;

/// How often records came to a stage that history looks at, the latest first: where it was more often these say as much,
/// and looking costs no more.
pub const LATEST: u32 = 5_000;

/// Days from the first to the last, both among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Date,
    pub to: Date,
}

impl Span {
    /// The calendar month of a day.
    #[must_use]
    pub fn month(day: Date) -> Self {
        Self::of(day, 1)
    }

    /// The quarter of a day's calendar year. It holds the day's month.
    #[must_use]
    pub fn quarter(day: Date) -> Self {
        Self::of(day, 3)
    }

    /// The part of the year, so many months long, that a day is in.
    fn of(day: Date, months: u32) -> Self {
        let (year, month) = year_and_month(day);
        let first = (month - 1) / months * months + 1;
        let next = if first + months > 12 { (year + 1, 1) } else { (year, first + months) };
        // The year after the last of all days begins nowhere; its last day ends the range.
        let from = Date::new(year, first, 1).unwrap_or(day);
        let to = Date::new(next.0, next.1, 1).map(|next| next.plus_days(-1));
        Self { from, to: to.or_else(|| Date::new(year, 12, 31)).unwrap_or(day) }
    }
}

/// The same day [`MONTHS`] earlier; the day before when that month has none such. The first of all days has no earlier.
#[must_use]
pub fn history_from(day: Date) -> Date {
    let (year, month) = year_and_month(day);
    let months = year * 12 + month.cast_signed() - 1 - MONTHS.cast_signed();
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12).unsigned_abs() + 1);
    let day_of_month = chrono::Datelike::day(&day.naive());
    (0..4).find_map(|less| Date::new(year, month, day_of_month.saturating_sub(less))).unwrap_or(day)
}

fn year_and_month(day: Date) -> (i32, u32) {
    let day = day.naive();
    (chrono::Datelike::year(&day), chrono::Datelike::month(&day))
}

/// The stages of a pipeline whose deals count: those that are open or won.
#[must_use]
pub fn counted(pipeline: &Pipeline) -> Vec<&str> {
    let counts = |stage: &&Stage| stage.status != StageStatus::Lost;
    pipeline.stages.iter().filter(counts).map(|stage| stage.id.as_str()).collect()
}

#[must_use]
pub fn open(pipeline: &Pipeline) -> Vec<&str> {
    let is_open = |stage: &&Stage| stage.status == StageStatus::Open;
    pipeline.stages.iter().filter(is_open).map(|stage| stage.id.as_str()).collect()
}

/// The conditions of exactly the records that a number is about: those in these stages that close within a span.
#[must_use]
pub fn closing(stages: &[&str], span: Span) -> [Json; 2] {
    let close = ["field", CLOSE];
    [
        in_stages(stages),
        json!(["and", [">=", close, span.from.to_string()], ["<=", close, span.to.to_string()]]),
    ]
}

/// The conditions of those that are left out, because nobody said when they close.
#[must_use]
pub fn undated(stages: &[&str]) -> [Json; 2] {
    [in_stages(stages), json!(["is_empty", ["field", CLOSE]])]
}

fn in_stages(stages: &[&str]) -> Json {
    json!(["in", ["field", STAGE], stages])
}

/// What became of the deals that came to a stage in the last [`MONTHS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// How many came.
    pub reached: u64,
    /// Of these: won by now, lost by now. The others are open, and say nothing yet.
    pub won: u64,
    pub lost: u64,
}

impl History {
    #[must_use]
    pub fn decided(&self) -> u64 {
        self.won.saturating_add(self.lost)
    }

    /// The share that was won of those that are decided, in hundredths of a percent, halves up; `None` when these are
    /// fewer than [`SAMPLE`].
    #[must_use]
    pub fn share(&self) -> Option<u16> {
        if self.decided() < SAMPLE {
            return None;
        }
        let share = round_half_away(i128::from(self.won) * WHOLE, i128::from(self.decided()));
        u16::try_from(share).ok()
    }
}

/// Hundredths of a percent in a whole.
const WHOLE: i128 = 10_000;

/// Deals of one stage, added up. Amounts are minor units of the workspace's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub count: u64,
    pub sum: i128,
    /// How many have a probability of their own.
    pub own: u64,
    /// Each amount of those times its own percent.
    pub by_own: i128,
    /// The amounts of those that have none.
    pub rest: i128,
}

/// A forecast as it is added up, stage by stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Deals that are won, and what they bring: all of it, by each probability.
    pub won: u64,
    pub won_sum: i128,
    /// Deals that are open, and what they would bring.
    pub open: u64,
    pub open_sum: i128,
    /// Of the open ones: with a probability of their own; the others count by their stage's.
    pub own: u64,
    /// Of the open ones: in stages of which history knows too little, and what they would bring. They are no part of
    /// what history expects.
    pub unseen: u64,
    pub unseen_sum: i128,
    by_stage: i128,
    by_own: i128,
    by_history: i128,
}

impl Outlook {
    /// Adds the deals of a stage; `share` is what history says of it, in hundredths of a percent.
    pub fn add(&mut self, stage: &Stage, share: Option<u16>, part: &Part) {
        match stage.status {
            StageStatus::Won => {
                self.won += part.count;
                self.won_sum += part.sum;
                for sum in [&mut self.by_stage, &mut self.by_own, &mut self.by_history] {
                    *sum += part.sum * WHOLE;
                }
            }
            StageStatus::Open => {
                let percent = WHOLE / 100;
                let of_stage = i128::from(stage.probability) * percent;
                self.open += part.count;
                self.open_sum += part.sum;
                self.own += part.own;
                self.by_stage += part.sum * of_stage;
                self.by_own += part.by_own * percent + part.rest * of_stage;
                match share {
                    Some(share) => self.by_history += part.sum * i128::from(share),
                    None => {
                        self.unseen += part.count;
                        self.unseen_sum += part.sum;
                    }
                }
            }
            StageStatus::Lost => {}
        }
    }

    #[must_use]
    pub fn by_stage(&self) -> i128 {
        round_half_away(self.by_stage, WHOLE)
    }

    #[must_use]
    pub fn by_own(&self) -> i128 {
        round_half_away(self.by_own, WHOLE)
    }

    /// `None` when history knows enough of no stage in which open deals stand.
    #[must_use]
    pub fn by_history(&self) -> Option<i128> {
        (self.open == 0 || self.unseen < self.open).then(|| round_half_away(self.by_history, WHOLE))
    }
}

#[cfg(test)]
mod tests;
