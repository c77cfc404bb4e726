//! Values of fields, and their shapes on the wire and in the change log.

use serde_json::{Value as Json, json};

use crate::address::Address;
use crate::files::FileInfo;
use crate::ids::Id;
use crate::money::Money;
use crate::time::{Date, Instant, Schedule};

/// A number with a fixed count of decimals: `units / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub units: i64,
    pub scale: u32,
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.units);
        }
        let unit = 10_u64.pow(self.scale);
        let sign = if self.units < 0 { "-" } else { "" };
        let size = self.units.unsigned_abs();
        write!(f, "{sign}{}.{:0width$}", size / unit, size % unit, width = self.scale as usize)
    }
}

impl Decimal {
    /// Reads `-12.5` as exactly `scale` decimals; more decimals than that, signs elsewhere, exponents and
    /// separators are refused.
    #[must_use]
    pub fn parse(text: &str, scale: u32) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = fraction.trim_end_matches('0').len() <= scale as usize;
        if whole.is_empty() || whole.len() > 17 || !plain(whole) || !plain(fraction) || !fits {
            return None;
        }
        let mut units: i64 = whole.parse().ok()?;
        let mut fraction = fraction.bytes();
        for _ in 0..scale {
            let digit = fraction.next().map_or(0, |byte| i64::from(byte - b'0'));
            units = units.checked_mul(10)?.checked_add(digit)?;
        }
        Some(Self { units: if negative { -units } else { units }, scale })
    }
}

/// What a field of a record holds. Which variant, and what is allowed in it, its field's type decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    Money(Money),
    Date(Date),
    Instant(Instant),
    Schedule(Schedule),
    Reference(Id),
    Bool(bool),
    /// Never empty: a list of nothing is null.
    List(Vec<String>),
    /// Never empty either. Boxed, because it is far larger than its neighbours.
    Address(Box<Address>),
    /// Never empty either, and each file once.
    Files(Vec<FileInfo>),
}

impl Value {
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub fn reference(&self) -> Option<Id> {
        match self {
            Self::Reference(id) => Some(*id),
            _ => None,
        }
    }

    #[must_use]
    pub fn instant(&self) -> Option<Instant> {
        match self {
            Self::Instant(at) => Some(*at),
            Self::Schedule(schedule) => Some(schedule.at),
            _ => None,
        }
    }

    #[must_use]
    pub fn money(&self) -> Option<Money> {
        match self {
            Self::Money(money) => Some(*money),
            _ => None,
        }
    }

    /// The texts of a list; none for everything else.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// What search reads, in one line: a text, the texts of a list, the line of an address. Storage answers with the
    /// same (`place::searched`).
    #[must_use]
    pub fn searched_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::List(items) => Some(items.join(", ")),
            Self::Address(address) => Some(address.line()),
            _ => None,
        }
    }

    /// The files of a value; none for everything else.
    #[must_use]
    pub fn files(&self) -> &[FileInfo] {
        match self {
            Self::Files(files) => files,
            _ => &[],
        }
    }

    /// The shape on the wire; each field type reads its own back (`fields`).
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Text(text) => Json::from(text.as_str()),
            Self::Integer(number) => Json::from(*number),
            Self::Decimal(decimal) => Json::from(decimal.to_string()),
            Self::Money(money) => match money.base_minor {
                Some(base) => json!({"amount": money.minor, "currency": money.currency, "base": base}),
                None => json!({"amount": money.minor, "currency": money.currency}),
            },
            Self::Date(date) => Json::from(date.to_string()),
            Self::Instant(at) => Json::from(at.to_string()),
            Self::Schedule(schedule) => match schedule.time {
                Some(time) => {
                    json!({"date": schedule.date, "time": time.to_string(), "zone": schedule.zone, "at": schedule.at})
                }
                None => json!({"date": schedule.date, "zone": schedule.zone, "at": schedule.at}),
            },
            Self::Reference(id) => Json::from(id.to_string()),
            Self::Bool(yes) => Json::from(*yes),
            Self::List(items) => Json::from(items.clone()),
            Self::Address(address) => address.to_json(),
            Self::Files(files) => files.iter().map(FileInfo::to_json).collect(),
        }
    }

    /// As [`Value::to_json`], with the texts themselves.
    #[must_use]
    pub fn into_json(self) -> Json {
        match self {
            Self::Text(text) => Json::from(text),
            Self::List(items) => Json::from(items),
            value => value.to_json(),
        }
    }

    /// Whether two values are the same wish: what is derived (base amounts, instants) and what is
    /// known of files beside their ids does not count.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Money(a), Self::Money(b)) => (a.minor, a.currency) == (b.minor, b.currency),
            (Self::Schedule(a), Self::Schedule(b)) => (a.date, a.time, &a.zone) == (b.date, b.time, &b.zone),
            (Self::Files(a), Self::Files(b)) => a.iter().map(|file| file.id).eq(b.iter().map(|file| file.id)),
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_and_shown_exactly() {
        for (text, scale, units, shown) in [
            ("12.5", 2, 1250, "12.50"),
            ("-0.05", 2, -5, "-0.05"),
            ("7", 0, 7, "7"),
            ("1.500", 1, 15, "1.5"),
            ("99999999999999999", 0, 99_999_999_999_999_999, "99999999999999999"),
        ] {
            let decimal = Decimal::parse(text, scale).unwrap();
            assert_eq!((decimal.units, decimal.to_string().as_str()), (units, shown));
        }
        for wrong in ["", "-", ".5", "1e3", "1,000", "+1", "1.234", "--1", "１"] {
            assert_eq!(Decimal::parse(wrong, 2), None, "{wrong}");
        }
    }
}
