//! Money: integer minor units with a currency (ISO 4217), and its amount in the workspace's currency.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Date;

/// The largest integer a JavaScript number, and so a D1 parameter, holds exactly.
pub const MAX_SAFE: i64 = (1 << 53) - 1;

/// Three upper-case letters of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies whose minor unit is not a hundredth (ISO 4217 table A.1).
const MINOR_DIGITS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

impl Currency {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    #[must_use]
    pub fn code(&self) -> &str {
        // Only ASCII letters get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Digits after the decimal separator.
    #[must_use]
    pub fn minor_digits(&self) -> u32 {
        MINOR_DIGITS.iter().find(|(code, _)| *code == self.code()).map_or(2, |(_, digits)| *digits)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a currency code"))
    }
}

/// An amount in minor units (cents, fen) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
    /// The amount in the workspace's currency on the day it was last changed; `None` while no rate is known.
    pub base_minor: Option<i64>,
}

/// What one unit of a currency is worth in the workspace's currency from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub currency: Currency,
    pub from: Date,
    /// In millionths.
    pub micros: i64,
}

/// The dated rates of a workspace, in any order.
#[derive(Clone, Debug, Default)]
pub struct Rates(pub Vec<Rate>);

impl Rates {
    /// The newest rate that holds on `day`.
    #[must_use]
    pub fn on(&self, currency: Currency, day: Date) -> Option<i64> {
        let known = self.0.iter().filter(|rate| rate.currency == currency && rate.from <= day);
        known.max_by_key(|rate| rate.from).map(|rate| rate.micros)
    }

    /// `minor` units of `from` in minor units of `base`, half a unit rounded away from zero.
    #[must_use]
    pub fn convert(&self, minor: i64, from: Currency, base: Currency, day: Date) -> Option<i64> {
        if from == base {
            return Some(minor);
        }
        let micros = self.on(from, day)?;
        let scaled = i128::from(minor) * i128::from(micros) * 10_i128.pow(base.minor_digits());
        let unit = 1_000_000 * 10_i128.pow(from.minor_digits());
        let rounded = round_half_away(scaled, unit);
        i64::try_from(rounded).ok().filter(|amount| amount.abs() <= MAX_SAFE)
    }
}

/// `number / unit` rounded to the nearest integer, halves away from zero. `unit` is positive.
#[must_use]
pub fn round_half_away(number: i128, unit: i128) -> i128 {
    let half = unit / 2;
    if number >= 0 { (number + half) / unit } else { (number - half) / unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_knows_minor_digits_and_rounds_halves_away_from_zero() {
        let (cny, jpy, usd) = (
            Currency::parse("CNY").unwrap(),
            Currency::parse("JPY").unwrap(),
            Currency::parse("USD").unwrap(),
        );
        let day = |text| Date::parse(text).unwrap();
        let rates = Rates(vec![
            Rate { currency: jpy, from: day("2026-01-01"), micros: 48_500 },
            Rate { currency: usd, from: day("2026-01-01"), micros: 7_100_000 },
            Rate { currency: usd, from: day("2026-06-01"), micros: 7_000_000 },
        ]);
        assert_eq!(rates.convert(1000, jpy, cny, day("2026-02-01")), Some(4850));
        assert_eq!(rates.convert(100, usd, cny, day("2026-05-31")), Some(710));
        assert_eq!(rates.convert(100, usd, cny, day("2026-06-01")), Some(700));
        assert_eq!(rates.convert(-1, jpy, cny, day("2026-02-01")), Some(-5));
        assert_eq!(rates.convert(100, usd, cny, day("2025-12-31")), None);
        assert_eq!(rates.convert(MAX_SAFE, usd, cny, day("2026-06-01")), None);
    }
}
