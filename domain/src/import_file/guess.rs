//! Which field each column fills, by its name first and by its cells then; a field is given once.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::formats::{self, DateGuess};
use super::mapping::{Place, Target, places};
use super::meaning::is_blank_word;
use super::sheet::Sheet;
use super::{content, words};
use crate::command::has_name;
use crate::fields::{FieldKind, Reading, TextFormats};
use crate::schema::{Entity, Field, Schema};
use crate::text::match_key;
use crate::time::UtcOnly;

/// Kinds of record a file can hold, the likeliest first; users and teams are what sales sheets name people by.
pub const ENTITIES: [&str; 10] =
    ["deal", "account", "contact", "lead", "product", "touch", "task", "competitor", "user", "team"];
/// Cells of a column that are looked at to see whether a field fits.
pub(super) const SAMPLE: usize = 200;
/// How much less a name says of a record that the row only describes.
const BESIDE: u32 = 3;

/// What a column is taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Guess {
    pub target: Target,
    /// How sure it is; 0 where nothing is.
    pub score: u32,
    /// By its cells alone: somebody should look.
    pub by_content: bool,
}

/// The kind of record most columns of the sheet fit.
#[must_use]
pub fn guess_entity(schema: &Schema, sheet: &Sheet) -> Option<String> {
    let mut best: Option<(u32, &str)> = None;
    for id in ENTITIES {
        let Some(entity) = schema.entity(id) else { continue };
        let score = columns(entity, sheet, schema, &[]).iter().map(|guess| guess.score).sum();
        if score > 0 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, id));
        }
    }
    best.map(|(_, id)| id.to_owned())
}

/// The guess for each column. `people` are the names and addresses of those who are here.
pub(super) fn columns(entity: &Entity, sheet: &Sheet, schema: &Schema, people: &[String]) -> Vec<Guess> {
    let own = by_names(entity, sheet, schema, &[]);
    let mut given = match described(entity, &own) {
        relations if relations.is_empty() => own,
        relations => by_names(entity, sheet, schema, &relations),
    };
    content::add(&mut given, entity, sheet, schema, people);
    given
}

/// The relations whose records the file may describe: those that it names in a column of their own, when it names its own
/// kind too.
fn described<'e>(entity: &'e Entity, own: &[Guess]) -> Vec<&'e str> {
    let has = |field: &str| own.iter().any(|guess| guess.target.field() == Some(field));
    if !has_name(entity) || !has(&entity.title) {
        return Vec::new();
    }
    let relations = entity.fields.iter().filter(|field| field.kind.relation_target().is_some());
    relations.map(|field| field.id.as_str()).filter(|field| has(field)).collect()
}

/// A column that may go to a field, with how well it fits.
struct Candidate<'s> {
    score: u32,
    /// Beside the name of what it describes rather than of another.
    near: bool,
    at: usize,
    place: Place<'s>,
}

/// What a place and the kind of record it is of are called, as match keys.
struct Names<'s> {
    place: Place<'s>,
    field: [String; 3],
    kind: Rc<Vec<String>>,
}

fn names<'s>(schema: &'s Schema, entity: &'s Entity, relations: &[&str]) -> Vec<Names<'s>> {
    let mut kinds: BTreeMap<&str, Rc<Vec<String>>> = BTreeMap::new();
    let wanted =
        |place: &Place<'_>| place.relation.is_none_or(|relation| relations.contains(&relation.id.as_str()));
    let places = places(schema, entity).into_iter().filter(wanted);
    places
        .map(|place| {
            let kind = kinds.entry(&place.owner.id).or_insert_with(|| Rc::new(names_of_kind(place.owner)));
            Names { field: names_of_field(place.field), kind: Rc::clone(kind), place }
        })
        .collect()
}

fn names_of_field(field: &Field) -> [String; 3] {
    [field.id.as_str(), &field.label.zh, &field.label.en].map(match_key)
}

fn names_of_kind(entity: &Entity) -> Vec<String> {
    let labels = [&entity.label, &entity.plural].into_iter().flat_map(|label| [&label.zh, &label.en]);
    let own = std::iter::once(match_key(&entity.id)).chain(labels.map(|label| match_key(label)));
    let others = words::KINDS.iter().filter(|(kind, _)| *kind == entity.id).flat_map(|(_, words)| *words);
    own.chain(others.map(|word| (*word).to_owned())).filter(|name| !name.is_empty()).collect()
}

fn by_names(entity: &Entity, sheet: &Sheet, schema: &Schema, relations: &[&str]) -> Vec<Guess> {
    let places = names(schema, entity, relations);
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for (at, name) in sheet.header.iter().enumerate() {
        let key = match_key(name);
        if key.is_empty() {
            continue;
        }
        for names in &places {
            let score = score(entity, names, &key);
            if score > 0 && fits(names.place.field, schema, sheet.column(at)) {
                candidates.push(Candidate { score, near: false, at, place: names.place.clone() });
            }
        }
    }
    // Which record's name stands last before a column: a telephone after the contact is the contact's.
    let named: Vec<(usize, &str)> = candidates
        .iter()
        .filter(|candidate| candidate.place.relation.is_none() && candidate.score > BESIDE)
        .filter(|candidate| relations.contains(&candidate.place.field.id.as_str()))
        .map(|candidate| (candidate.at, candidate.place.field.id.as_str()))
        .collect();
    for candidate in &mut candidates {
        let before = named.iter().filter(|(at, _)| *at < candidate.at).max_by_key(|(at, _)| *at);
        let own = candidate.place.relation.map(|relation| relation.id.as_str());
        candidate.near = own.is_some() && own == before.map(|(_, relation)| *relation);
    }
    // Surest first; among equals what stands near, then the column further left.
    candidates.sort_by_key(|candidate| (u32::MAX - candidate.score, !candidate.near, candidate.at));
    let mut given = vec![Guess::default(); sheet.header.len()];
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for Candidate { score, at, place, .. } in candidates {
        let path = place.path();
        if given[at].target == Target::LeaveOut && taken.insert(path.clone()) {
            given[at] = Guess { target: Target::Field(path), score, by_content: false };
        }
    }
    given
}

/// How well the name of a column fits a field, of the file's own kind or of what it describes.
fn score(entity: &Entity, names: &Names<'_>, key: &str) -> u32 {
    let (owner, field) = (names.place.owner, names.place.field);
    let plain = by_name(owner, field, &names.field, key);
    // `Company phone`, `联系人电话`: whose it is, and what.
    let whose = without_kind(&names.kind, key).map_or(0, |rest| by_name(owner, field, &names.field, rest));
    if names.place.relation.is_none() {
        return plain.max(whose.saturating_sub(1));
    }
    // What the file's own kind has too is the own kind's, unless the name says otherwise.
    let own_too = entity.field(&field.id).is_some() || field.id == owner.title;
    let beside = if own_too { 0 } else { plain.saturating_sub(BESIDE) };
    whose.max(beside)
}

/// What is left of a name after what it calls the kind of record.
fn without_kind<'k>(kind: &[String], key: &'k str) -> Option<&'k str> {
    let rests = kind.iter().filter_map(|name| key.strip_prefix(name.as_str()));
    rests.filter(|rest| !rest.is_empty()).min_by_key(|rest| rest.len())
}

fn by_name(entity: &Entity, field: &Field, names: &[String; 3], key: &str) -> u32 {
    if names.iter().any(|name| name == key) {
        return 10;
    }
    let listed = |of: &str| {
        words::COLUMNS.iter().any(|(kind, id, words)| *id == field.id && *kind == of && words.contains(&key))
    };
    if listed(&entity.id) {
        return 9;
    }
    if listed("*") {
        return 8;
    }
    let number = |(of, words): &(&str, &[&str])| (*of == entity.id || *of == "*") && words.contains(&key);
    let numbers = field.id == "external_id"
        && (key.strip_suffix("id") == Some(entity.id.as_str()) || words::EXTERNAL.iter().any(number));
    if numbers { 7 } else { 0 }
}

/// Whether the name of a column is one that some kind of record has a field for.
pub(super) fn is_known_name(schema: &Schema, name: &str) -> bool {
    let key = match_key(name);
    let fits = |entity: &Entity| {
        let rest = without_kind(&names_of_kind(entity), &key).unwrap_or_default().to_owned();
        entity.fields.iter().any(|field| {
            let names = names_of_field(field);
            [&key, &rest].into_iter().any(|key| !key.is_empty() && by_name(entity, field, &names, key) > 0)
        })
    };
    !key.is_empty() && ENTITIES.iter().filter_map(|id| schema.entity(id)).any(fits)
}

/// Whether most filled cells of a column can be read by a field. Options and names are translated later, so any
/// text will do for them.
pub(super) fn fits<'a>(field: &Field, schema: &Schema, cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    if field.kind.relation_target().is_some() || !field.kind.behaviour().options(schema).is_empty() {
        return true;
    }
    let (read, all) = read_by(&field.kind, schema, cells);
    read * 2 > all || all == 0
}

/// How many of a column's filled cells a kind of field reads, of how many.
pub(super) fn read_by<'a>(
    kind: &FieldKind,
    schema: &Schema,
    cells: impl Iterator<Item = &'a str> + Clone,
) -> (usize, usize) {
    let filled = cells.filter(|text| !text.is_empty() && !is_blank_word(text)).take(SAMPLE);
    let order = match formats::date_order(filled.clone()) {
        DateGuess::Certain(order) => order,
        DateGuess::Ambiguous => crate::fields::DateOrder::DayMonthYear,
        DateGuess::Plain => crate::fields::DateOrder::YearMonthDay,
    };
    let formats = TextFormats {
        dates: order,
        decimal: formats::decimal_mark(filled.clone()),
        currency: schema.workspace.currency,
    };
    let reading = Reading { schema, zone: &schema.workspace.zone, zones: &UtcOnly };
    let (mut read, mut all) = (0_usize, 0_usize);
    for text in filled {
        all += 1;
        read += usize::from(kind.behaviour().read_text(text, &formats, &reading).is_ok());
    }
    (read, all)
}
