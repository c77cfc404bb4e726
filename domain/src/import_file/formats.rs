//! How a file writes its days and numbers, and what kind of field a column nobody knows would be.

use crate::fields::{DateOrder, DecimalMark, FieldKind, web_address, yes_or_no};
use crate::money::Currency;
use crate::schema::{Entity, Field, Label};
use crate::text::half_width;

/// The order of day, month and year as far as the file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateGuess {
    /// No cell has a day in it, or every one begins with its year.
    Plain,
    Certain(DateOrder),
    /// Every day could also be a month: somebody has to say.
    Ambiguous,
}

/// The parts of something written like a day.
fn day_parts(text: &str) -> Option<[&str; 3]> {
    let day = text.trim().split([' ', 'T']).next()?;
    let parts: Vec<&str> =
        day.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = parts[..] else { return None };
    let digits = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let one_year = (a.len() == 4) != (c.len() == 4);
    (digits(a) && digits(b) && digits(c) && one_year).then_some([a, b, c])
}

/// Reads the order out of the cells that could be days.
pub fn date_order<'a>(cells: impl Iterator<Item = &'a str>) -> DateGuess {
    let (mut day_first, mut month_first, mut open) = (0_u32, 0_u32, 0_u32);
    for [a, b, _] in cells.filter_map(day_parts) {
        if a.len() == 4 {
            continue;
        }
        match (a.parse::<u32>().unwrap_or_default(), b.parse::<u32>().unwrap_or_default()) {
            (13.., _) => day_first += 1,
            (_, 13..) => month_first += 1,
            (a, b) if a == b => {}
            _ => open += 1,
        }
    }
    if day_first > 0 || month_first > 0 {
        let order = if day_first >= month_first { DateOrder::DayMonthYear } else { DateOrder::MonthDayYear };
        DateGuess::Certain(order)
    } else if open > 0 {
        DateGuess::Ambiguous
    } else {
        DateGuess::Plain
    }
}

/// Reads the decimal mark out of the cells that could be numbers; a point unless most of them say comma.
pub fn decimal_mark<'a>(cells: impl Iterator<Item = &'a str>) -> DecimalMark {
    let (mut point, mut comma) = (0_u32, 0_u32);
    for text in cells {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 {
            continue;
        }
        match (text.rfind('.'), text.rfind(',')) {
            (Some(dot), Some(at)) if dot > at => point += 1,
            (Some(_), Some(_)) => comma += 1,
            // A single mark before anything but three digits can only be the decimal one.
            (Some(dot), None) if text.matches('.').count() == 1 && text.len() - dot != 4 => point += 1,
            (None, Some(at)) if text.matches(',').count() == 1 && text.len() - at != 4 => comma += 1,
            (Some(_), None) if text.matches('.').count() > 1 => comma += 1,
            _ => {}
        }
    }
    if comma > point { DecimalMark::Comma } else { DecimalMark::Point }
}

/// What cells without words look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Integer,
    Decimal(u32),
    Percent(u32),
    YesOrNo,
    Address,
    Date,
    Text,
}

pub(super) fn look(text: &str, mark: DecimalMark) -> Look {
    if day_parts(text).is_some() {
        return Look::Date;
    }
    // `1` and `0` are numbers until a word beside them says otherwise.
    if text.chars().any(char::is_alphabetic) && yes_or_no(text).is_some() {
        return Look::YesOrNo;
    }
    if text.contains("://") && web_address(text).is_some() {
        return Look::Address;
    }
    if let Some(number) = text.strip_suffix(['%', '％']) {
        return match look(number.trim_end(), mark) {
            Look::Integer => Look::Percent(0),
            Look::Decimal(scale) if scale <= 4 => Look::Percent(scale),
            _ => Look::Text,
        };
    }
    let (group, decimal) = if mark == DecimalMark::Point { (',', '.') } else { ('.', ',') };
    let plain: String = text.chars().map(half_width).filter(|c| *c != group && *c != ' ').collect();
    let plain = plain.strip_prefix('-').unwrap_or(&plain);
    let (whole, fraction) = plain.split_once(decimal).unwrap_or((plain, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // A number that begins with zero is a code: a telephone, a postcode.
    let code = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || whole.len() > 14 || code || !digits(whole) || !digits(fraction) {
        return Look::Text;
    }
    match u32::try_from(fraction.len()).unwrap_or(u32::MAX) {
        0 => Look::Integer,
        scale @ 1..=6 => Look::Decimal(scale),
        _ => Look::Text,
    }
}

/// Whether an amount says in which currency it is: `¥1,200`, `12 EUR`.
pub(super) fn names_currency(text: &str) -> bool {
    let signs = ['$', '€', '£', '¥', '￥', '元', '₩', '₹'];
    let digit = text.chars().any(|c| c.is_ascii_digit());
    let words: String = text.chars().filter(|c| c.is_alphabetic() && *c != '万' && *c != '元').collect();
    let code = || Currency::parse(&words.to_ascii_uppercase()).is_some();
    digit && if words.is_empty() { text.contains(signs) } else { code() }
}

fn kind_of<'a>(cells: impl Iterator<Item = &'a str>, mark: DecimalMark) -> FieldKind {
    let mut so_far: Option<Look> = None;
    let mut long = false;
    for text in cells.filter(|text| !text.is_empty()) {
        long = long || text.chars().count() > 200 || text.contains('\n');
        let next = look(text, mark);
        so_far = Some(match (so_far, next) {
            (None, look) => look,
            (Some(Look::Integer), Look::Decimal(scale)) | (Some(Look::Decimal(scale)), Look::Integer) => {
                Look::Decimal(scale)
            }
            (Some(Look::Decimal(a)), Look::Decimal(b)) => Look::Decimal(a.max(b)),
            (Some(Look::Percent(a)), Look::Percent(b)) => Look::Percent(a.max(b)),
            (Some(before), look) if before == look => look,
            _ => Look::Text,
        });
    }
    match so_far {
        Some(Look::Integer) => FieldKind::integer(None, None),
        Some(Look::Decimal(scale)) => FieldKind::decimal(scale),
        Some(Look::Percent(scale)) => FieldKind::percent(scale),
        Some(Look::YesOrNo) => FieldKind::checkbox(),
        Some(Look::Address) => FieldKind::url(),
        Some(Look::Date) => FieldKind::date(),
        Some(Look::Text) if long => FieldKind::long_text(),
        Some(Look::Text) | None => FieldKind::text(300),
    }
}

/// The field a column would become that no field of the entity fits.
pub fn new_field<'a>(
    entity: &Entity,
    header: &str,
    cells: impl Iterator<Item = &'a str>,
    mark: DecimalMark,
) -> Field {
    let name = spoken(header);
    let kind = kind_of(cells, mark);
    let (required, personal, system, custom, retired) = (false, false, false, true, false);
    Field {
        id: free_id(entity, header),
        label: Label::new(&name, &name),
        kind,
        required,
        personal,
        system,
        custom,
        retired,
    }
}

/// `year_established` as people write it: `Year established`.
fn spoken(header: &str) -> String {
    let spaced = header.replace('_', " ");
    let short: String = spaced.trim().chars().filter(|c| !c.is_control()).take(80).collect();
    let mut letters = short.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => short,
    }
}

/// An id that no field of the entity has: out of the header's letters where it has plain ones.
fn free_id(entity: &Entity, header: &str) -> String {
    let mut stem = String::from("f_");
    for c in header.chars() {
        if c.is_ascii_alphanumeric() {
            stem.push(c.to_ascii_lowercase());
        } else if !stem.ends_with('_') {
            stem.push('_');
        }
    }
    stem.truncate(36);
    let stem = stem.trim_end_matches('_');
    let stem = if stem == "f" { "f_field" } else { stem };
    let mut id = stem.to_owned();
    let mut number = 2;
    while entity.field(&id).is_some() {
        id = format!("{stem}_{number}");
        number += 1;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::super::mapping::tests::schema;
    use super::*;

    #[test]
    fn the_order_of_dates_is_read_from_the_days_past_the_twelfth() {
        let cases: [(&[&str], DateGuess); 8] = [
            (&["2016-10-20", "2017-03-01"], DateGuess::Plain),
            (&["2016年10月20日", ""], DateGuess::Plain),
            (&["01/02/2017", "25/02/2017"], DateGuess::Certain(DateOrder::DayMonthYear)),
            (&["01/02/2017", "02/25/2017"], DateGuess::Certain(DateOrder::MonthDayYear)),
            (&["01.02.2017 09:30", "03.04.2017"], DateGuess::Ambiguous),
            (&["04/04/2017"], DateGuess::Plain),
            (&["Acme", "", "10.5"], DateGuess::Plain),
            (&["13/05/2017", "14/05/2017", "02/25/2017"], DateGuess::Certain(DateOrder::DayMonthYear)),
        ];
        for (cells, guess) in cases {
            assert_eq!(date_order(cells.iter().copied()), guess, "{cells:?}");
        }
    }

    #[test]
    fn the_decimal_mark_is_the_last_one() {
        let cases: [(&[&str], DecimalMark); 7] = [
            (&["1,054.50", "12"], DecimalMark::Point),
            (&["1.054,50", "12"], DecimalMark::Comma),
            (&["12,5", "7"], DecimalMark::Comma),
            (&["1100.04"], DecimalMark::Point),
            (&["1,054", "2,000"], DecimalMark::Point),
            (&["1.054.000"], DecimalMark::Comma),
            (&["Acme, Inc."], DecimalMark::Point),
        ];
        for (cells, mark) in cases {
            assert_eq!(decimal_mark(cells.iter().copied()), mark, "{cells:?}");
        }
    }

    #[test]
    fn an_unknown_column_becomes_a_field_of_the_kind_its_cells_have() {
        let schema = schema();
        let account = schema.entity("account").unwrap();
        let kind = |cells: &[&str]| new_field(account, "x", cells.iter().copied(), DecimalMark::Point).kind;
        assert_eq!(kind(&["1996", "", "1999"]), FieldKind::integer(None, None));
        assert_eq!(kind(&["1100.04", "251", "7.5"]), FieldKind::decimal(2));
        assert_eq!(kind(&["2016-10-20", "2017/1/3"]), FieldKind::date());
        assert_eq!(kind(&["12.5%", "7 %", "100％"]), FieldKind::percent(1));
        assert_eq!(kind(&["7%", "7"]), FieldKind::text(300));
        assert_eq!(kind(&["是", "否", ""]), FieldKind::checkbox());
        assert_eq!(kind(&["yes", "maybe"]), FieldKind::text(300));
        assert_eq!(kind(&["https://example.com", "http://知客.公司/a"]), FieldKind::url());
        assert_eq!(kind(&["1996", "unknown"]), FieldKind::text(300));
        assert_eq!(kind(&["021", "0571"]), FieldKind::text(300));
        assert_eq!(kind(&[]), FieldKind::text(300));
        assert_eq!(kind(&["one\ntwo"]), FieldKind::long_text());
    }

    #[test]
    fn new_fields_have_plain_free_ids_and_spoken_names() {
        let mut schema = schema();
        let account = schema.entities.iter_mut().find(|entity| entity.id == "account").unwrap();
        let field = new_field(account, "year_established", [].into_iter(), DecimalMark::Point);
        assert_eq!((field.id.as_str(), field.label.en.as_str()), ("f_year_established", "Year established"));
        account.fields.push(field);
        let again = new_field(account, "Year Established", [].into_iter(), DecimalMark::Point);
        assert_eq!(again.id, "f_year_established_2");
        let chinese = new_field(account, "成立年份", [].into_iter(), DecimalMark::Point);
        assert_eq!((chinese.id.as_str(), chinese.label.zh.as_str()), ("f_field", "成立年份"));
    }
}
