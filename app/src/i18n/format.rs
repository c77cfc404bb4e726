//! Numbers, money and days as the browser's Intl writes them. Formats are made once per language and kept: making one
//! costs far more than using it.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use messages::Lang;
use wasm_bindgen::JsValue;

use super::lang;

/// Which format of a family, with what it depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    Number,
    Money(String),
    MoneyShort(String),
    /// 5月1日 · May 1
    Day,
    /// 2026年5月1日 · May 1, 2026
    DayWithYear,
    /// 5月1日星期五 · Friday, May 1
    DayLong,
    /// 5月1日 14:30
    Moment,
}

thread_local! {
    static FORMATS: RefCell<HashMap<(Lang, Kind), Function>> = RefCell::new(HashMap::new());
}

/// `1234567` as `1,234,567`.
pub fn number(value: i64) -> String {
    apply(Kind::Number, &JsValue::from_str(&value.to_string()))
}

/// Minor units as an amount with its currency. The digits travel as text, so no binary fraction comes in between.
pub fn money(minor: i64, currency: &str, minor_digits: u32) -> String {
    apply(Kind::Money(currency.to_owned()), &JsValue::from_str(&decimal(minor, minor_digits)))
}

/// The same in few characters, for a column head: ¥123.5万, $1.2M.
pub fn money_short(minor: i64, currency: &str, minor_digits: u32) -> String {
    apply(Kind::MoneyShort(currency.to_owned()), &JsValue::from_str(&decimal(minor, minor_digits)))
}

/// A day without its year, for what is near.
pub fn day(year: i32, month: u32, day: u32) -> String {
    apply(Kind::Day, &local_day(year, month, day))
}

pub fn day_with_year(year: i32, month: u32, day: u32) -> String {
    apply(Kind::DayWithYear, &local_day(year, month, day))
}

/// A day with its weekday, for the head of a page.
pub fn day_long(year: i32, month: u32, day: u32) -> String {
    apply(Kind::DayLong, &local_day(year, month, day))
}

/// A moment in the reader's zone, from milliseconds since 1970.
pub fn moment(millis: f64) -> String {
    apply(Kind::Moment, &Date::new(&JsValue::from_f64(millis)))
}

fn decimal(minor: i64, digits: u32) -> String {
    let digits = digits as usize;
    let sign = if minor < 0 { "-" } else { "" };
    let all = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, part) = all.split_at(all.len() - digits);
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn local_day(year: i32, month: u32, day: u32) -> Date {
    let date = Date::new_with_year_month_day(0, 0, 1);
    date.set_full_year_with_month_date(year.unsigned_abs(), month.cast_signed() - 1, day.cast_signed());
    date.set_hours(12);
    date
}

fn apply(kind: Kind, value: &JsValue) -> String {
    let key = (lang(), kind);
    FORMATS.with_borrow_mut(|formats| {
        let format = formats.entry(key).or_insert_with_key(|(lang, kind)| make(*lang, kind));
        format.call1(&JsValue::NULL, value).ok().and_then(|text| text.as_string()).unwrap_or_default()
    })
}

fn make(lang: Lang, kind: &Kind) -> Function {
    let locales = Array::of1(&JsValue::from_str(lang.tag()));
    let with = |options: &[(&str, &str)]| {
        let object = Object::new();
        for (name, value) in options {
            // A number in a text is taken as a number; setting a property of a fresh object cannot fail.
            let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
        }
        object
    };
    let number = |options| Intl::NumberFormat::new(&locales, &with(options)).format();
    let date = |options| Intl::DateTimeFormat::new(&locales, &with(options)).format();
    match kind {
        Kind::Number => number(&[]),
        Kind::Money(currency) => number(&[
            ("style", "currency"),
            ("currency", currency),
            ("currencyDisplay", "narrowSymbol"),
            ("trailingZeroDisplay", "stripIfInteger"),
        ]),
        Kind::MoneyShort(currency) => number(&[
            ("style", "currency"),
            ("currency", currency),
            ("currencyDisplay", "narrowSymbol"),
            ("notation", "compact"),
            ("maximumFractionDigits", "1"),
        ]),
        Kind::Day => date(&[("month", "short"), ("day", "numeric")]),
        Kind::DayWithYear => date(&[("year", "numeric"), ("month", "short"), ("day", "numeric")]),
        Kind::DayLong => date(&[("weekday", "long"), ("month", "long"), ("day", "numeric")]),
        Kind::Moment => date(&[
            ("month", "short"),
            ("day", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("hour12", ""),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn minor_units_become_decimals_as_text() {
        let cases = [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (123_456, 2, "1234.56"),
            (800, 0, "800"),
            (-1, 3, "-0.001"),
        ];
        for (minor, digits, text) in cases {
            assert_eq!(decimal(minor, digits), text);
        }
    }
}
