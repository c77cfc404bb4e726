//! What columns hold whose names say nothing. Conservative: a clear majority of the cells, one column for one field and no
//! other that could be meant, and the person is told that it is a guess.

use std::collections::BTreeSet;

use super::formats::{self, Look};
use super::guess::{Guess, SAMPLE, fits};
use super::mapping::{Target, fields_of};
use super::meaning::is_blank_word;
use super::sheet::Sheet;
use crate::command::has_name;
use crate::fields::FieldKind;
use crate::forecast::OWN;
use crate::schema::{Entity, Field, Schema};
use crate::text::match_key;

/// Of ten cells, this many have to agree.
const MAJORITY: usize = 8;
/// Letters of a text that may be a name.
const NAME_MAX: usize = 60;

/// What a column's cells are, as far as they cannot be mistaken, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Email,
    Web,
    Percent,
    Money,
    Moment,
    Day,
    YesOrNo,
    Phone,
    Decimal,
}

const ALL: [Holds; 9] = [
    Holds::Email,
    Holds::Web,
    Holds::Percent,
    Holds::Money,
    Holds::Moment,
    Holds::Day,
    Holds::YesOrNo,
    Holds::Phone,
    Holds::Decimal,
];

impl Holds {
    fn is(self, text: &str, look: Look) -> bool {
        match self {
            Self::Email => text.contains('@') && !text.contains(char::is_whitespace),
            Self::Web => {
                look == Look::Address || text.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www."))
            }
            Self::Percent => matches!(look, Look::Percent(_)),
            Self::Money => formats::names_currency(text),
            Self::Moment => look == Look::Date && text.contains(':'),
            Self::Day => look == Look::Date && !text.contains(':'),
            Self::YesOrNo => look == Look::YesOrNo,
            Self::Phone => {
                let digits = text.chars().filter(char::is_ascii_digit).count();
                digits >= 11 && !text.chars().any(char::is_alphabetic) && look != Look::Date
            }
            Self::Decimal => matches!(look, Look::Decimal(_)),
        }
    }

    /// How well a field takes it; 0 when not at all, and the best alone may be meant.
    fn suits(self, field: &Field) -> u32 {
        match (self, &field.kind) {
            // A file's percentages are discounts and taxes too: what somebody expects is known by its heading alone.
            (Self::Percent, FieldKind::Percent(_)) if field.id == OWN => 0,
            (Self::Email, FieldKind::Email(_))
            | (Self::Web, FieldKind::Url(_))
            | (Self::Percent, FieldKind::Percent(_))
            | (Self::Money | Self::Decimal, FieldKind::Money(_))
            | (Self::Moment, FieldKind::Instant(_))
            | (Self::Day, FieldKind::Date(_))
            | (Self::YesOrNo, FieldKind::Checkbox(_))
            | (Self::Phone, FieldKind::Phone(_)) => 3,
            (Self::Web, FieldKind::Text(_)) if field.id == "website" => 3,
            (Self::Decimal, FieldKind::Decimal(_)) => 3,
            // When something is due or happened, where no plain day is kept.
            (Self::Day | Self::Moment, FieldKind::Schedule(_)) if field.id == "due" => 2,
            (Self::Day, FieldKind::Instant(_)) | (Self::Moment, FieldKind::Date(_)) => 1,
            _ => 0,
        }
    }
}

/// Adds guesses for columns that have none.
pub(super) fn add(given: &mut [Guess], entity: &Entity, sheet: &Sheet, schema: &Schema, people: &[String]) {
    add_options(given, entity, sheet, schema);
    add_people(given, entity, sheet, people);
    for holds in ALL {
        let columns: Vec<usize> = free(given).filter(|at| is_column_of(sheet, *at, holds)).collect();
        let [at] = columns[..] else { continue };
        let suited: Vec<(u32, &Field)> = untaken(given, entity)
            .map(|field| (holds.suits(field), field))
            .filter(|(suits, field)| *suits > 0 && fits(field, schema, sheet.column(at)))
            .collect();
        let best = suited.iter().map(|(suits, _)| *suits).max().unwrap_or_default();
        let best: Vec<&Field> =
            suited.into_iter().filter(|(suits, _)| *suits == best).map(|(_, field)| field).collect();
        if let [field] = best[..] {
            give(given, at, field, 1);
        }
    }
    if !sheet.headed && has_name(entity) {
        add_name(given, entity, sheet);
    }
}

fn free(given: &[Guess]) -> impl Iterator<Item = usize> {
    given.iter().enumerate().filter(|(_, guess)| guess.target == Target::LeaveOut).map(|(at, _)| at)
}

fn untaken<'e>(given: &[Guess], entity: &'e Entity) -> impl Iterator<Item = &'e Field> {
    let taken: Vec<String> =
        given.iter().filter_map(|guess| guess.target.field().map(str::to_owned)).collect();
    // Since when something stands in its stage is said by a heading, or not at all.
    fields_of(entity).filter(move |field| !field.system && !taken.contains(&field.id))
}

fn give(given: &mut [Guess], at: usize, field: &Field, score: u32) {
    given[at] = Guess { target: Target::Field(field.id.clone()), score, by_content: true };
}

fn sample(sheet: &Sheet, at: usize) -> impl Iterator<Item = &str> + Clone {
    sheet.column(at).filter(|text| !text.is_empty() && !is_blank_word(text)).take(SAMPLE)
}

/// Whether a clear majority of the cells is so.
fn mostly(cells: impl Iterator<Item = bool>) -> bool {
    let (mut so, mut all) = (0, 0);
    for cell in cells {
        all += 1;
        so += usize::from(cell);
    }
    all > 0 && so * 10 >= all * MAJORITY
}

fn is_column_of(sheet: &Sheet, at: usize, holds: Holds) -> bool {
    let mark = formats::decimal_mark(sample(sheet, at));
    mostly(sample(sheet, at).map(|text| holds.is(text, formats::look(text, mark))))
}

/// Columns whose words are the options of exactly one field.
fn add_options(given: &mut [Guess], entity: &Entity, sheet: &Sheet, schema: &Schema) {
    let known = |field: &Field| -> BTreeSet<String> {
        let options = field.kind.behaviour().options(schema);
        let words = options.iter().flat_map(|option| [&option.id, &option.label.zh, &option.label.en]);
        words.map(|word| match_key(word)).collect()
    };
    let fields: Vec<(&Field, BTreeSet<String>)> =
        fields_of(entity).map(|field| (field, known(field))).filter(|(_, known)| !known.is_empty()).collect();
    for at in free(given).collect::<Vec<_>>() {
        let cells: Vec<String> = sample(sheet, at).map(match_key).collect();
        let taken = |field: &Field| given.iter().any(|guess| guess.target.field() == Some(&field.id));
        let says = |(field, known): &&(&Field, BTreeSet<String>)| {
            mostly(cells.iter().map(|cell| known.contains(cell))) && !taken(field)
        };
        let found: Vec<&Field> = fields.iter().filter(says).map(|(field, _)| *field).collect();
        if let [field] = found[..] {
            give(given, at, field, 4);
        }
    }
}

/// The column that names people of the workspace: who answers for the record.
fn add_people(given: &mut [Guess], entity: &Entity, sheet: &Sheet, people: &[String]) {
    let known: Vec<String> =
        people.iter().map(|name| match_key(name)).filter(|key| !key.is_empty()).collect();
    let names = |at: &usize| mostly(sample(sheet, *at).map(|text| known.contains(&match_key(text))));
    let columns: Vec<usize> = free(given).filter(names).collect();
    let owner = untaken(given, entity).find(|field| field.id == "owner");
    if let ([at], Some(owner)) = (&columns[..], owner) {
        give(given, *at, owner, 2);
    }
}

/// Without headings, the first column of different short texts is what the records are called.
fn add_name(given: &mut [Guess], entity: &Entity, sheet: &Sheet) {
    let Some(title) = untaken(given, entity).find(|field| field.id == entity.title) else { return };
    let is_name = |at: &usize| {
        let mark = formats::decimal_mark(sample(sheet, *at));
        let name = |text: &str| {
            formats::look(text, mark) == Look::Text
                && text.chars().any(char::is_alphabetic)
                && text.chars().count() <= NAME_MAX
        };
        let mut seen = BTreeSet::new();
        let all = sample(sheet, *at).count();
        let different = sample(sheet, *at).filter(|text| seen.insert(*text)).count();
        mostly(sample(sheet, *at).map(name)) && different * 2 > all
    };
    let column = free(given).find(is_name);
    if let Some(at) = column {
        give(given, at, title, 1);
    }
}
