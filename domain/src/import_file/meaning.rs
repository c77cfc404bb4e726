//! What the words of a column mean for a field with options: the file says `Won`, the pipeline has `Signed`.

use std::collections::{BTreeMap, BTreeSet};

use super::mapping::Meaning;
use super::words;
use crate::fields::{ChoiceOption, FieldKind, Shape, split_list};
use crate::schema::{Schema, StageStatus};
use crate::text::match_key;

/// Different words of one column that are offered for translation; a column with more is no choice.
const MAX_WORDS: usize = 100;

pub(super) fn holds_several(kind: &FieldKind) -> bool {
    kind.behaviour().shape() == Shape::List
}

/// Whether a cell only says that it is empty.
#[must_use]
pub fn is_blank_word(text: &str) -> bool {
    words::BLANK.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The different words of a column for a field with options, each with what it probably means.
pub(super) fn words_of<'a>(
    kind: &FieldKind,
    schema: &Schema,
    cells: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, Meaning> {
    let options = kind.behaviour().options(schema);
    let mut found = BTreeMap::new();
    if options.is_empty() {
        return found;
    }
    let seen: BTreeSet<&str> = if holds_several(kind) {
        cells.flat_map(split_list).collect()
    } else {
        cells.filter(|text| !text.is_empty()).collect()
    };
    for text in seen.into_iter().take(MAX_WORDS) {
        let meaning = if is_blank_word(text) {
            Meaning::Empty
        } else {
            guess_option(kind, schema, &options, text).map_or(Meaning::Unknown, Meaning::Option)
        };
        found.insert(text.to_owned(), meaning);
    }
    found
}

pub(super) fn guess_option(
    kind: &FieldKind,
    schema: &Schema,
    options: &[ChoiceOption],
    text: &str,
) -> Option<String> {
    let key = match_key(text);
    let own = |option: &ChoiceOption| {
        [match_key(&option.id), match_key(&option.label.zh), match_key(&option.label.en)]
    };
    if let Some(option) = options.iter().find(|option| option.id == text || own(option).contains(&key)) {
        return Some(option.id.clone());
    }
    if matches!(kind, FieldKind::Stage(_)) {
        return guess_stage(schema, &key);
    }
    if let FieldKind::TreeChoice(tree) = kind
        && let Some(id) = tree.find(text)
    {
        return Some(id);
    }
    let other_words = |option: &ChoiceOption| {
        words::OPTIONS.iter().find(|(id, _)| *id == option.id).map_or(&[][..], |(_, words)| words)
    };
    if let Some(option) = options.iter().find(|option| other_words(option).contains(&key.as_str())) {
        return Some(option.id.clone());
    }
    // `Strategic` for `A · Strategic`: part of exactly one label.
    let long_enough = key.chars().count() >= if key.is_ascii() { 3 } else { 2 };
    let mut parts =
        options.iter().filter(|option| long_enough && own(option).iter().any(|label| label.contains(&key)));
    if let (Some(option), None) = (parts.next(), parts.next()) {
        return Some(option.id.clone());
    }
    let near = |option: &&ChoiceOption| {
        let words = other_words(option).iter().map(|word| (*word).to_owned());
        own(option).into_iter().chain(words).any(|word| misspelt(&key, &word))
    };
    options.iter().find(near).map(|option| option.id.clone())
}

fn guess_stage(schema: &Schema, key: &str) -> Option<String> {
    let stages = || schema.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let with_status =
        |status: StageStatus| stages().find(|stage| stage.status == status).map(|stage| stage.id.clone());
    if words::WON.contains(&key) {
        return with_status(StageStatus::Won);
    }
    if words::LOST.contains(&key) {
        return with_status(StageStatus::Lost);
    }
    let at = words::OPEN.iter().position(|(_, words)| words.contains(&key))?;
    let shipped = stages().find(|stage| stage.id == words::OPEN[at].0).map(|stage| stage.id.clone());
    // In a pipeline of its own, the open stage about as far along the way.
    let open: Vec<&str> =
        stages().filter(|stage| stage.status == StageStatus::Open).map(|stage| stage.id.as_str()).collect();
    let along =
        || open.get(at * open.len().saturating_sub(1) / (words::OPEN.len() - 1)).map(|id| (*id).to_owned());
    shipped.or_else(along)
}

/// One letter missing, too many, wrong or swapped; two in long words. Short words are too close to each other.
fn misspelt(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let allowed = match a.len().min(b.len()) {
        ..5 => return false,
        5..9 => 1,
        _ => 2,
    };
    if a.len().abs_diff(b.len()) > allowed {
        return false;
    }
    // Optimal string alignment, three rows of the table at a time.
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows[2][0] = i;
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[1][j] + 1).min(rows[2][j - 1] + 1).min(rows[1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()] <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_are_near_and_short_words_are_not() {
        for (a, b, near) in [
            ("technolgy", "technology", true),
            ("medcial", "medical", true),
            ("retial", "retail", true),
            ("phone", "stone", false),
            ("lost", "list", false),
            ("marketing", "manufacturing", false),
        ] {
            assert_eq!(misspelt(a, b), near, "{a} {b}");
        }
    }
}
