//! What somebody typed, and what it asks of the index.

use domain::fields::Searched;

use super::sound::{Unit, units};
use super::text::{address, digits, fold, letters};
use super::words::{SLIPS, beginning, characters, pair_of, run_of, slips};

/// Terms of a question; all of them have to be found.
const TERMS: usize = 8;
/// Pairs of characters that the index is asked for; the judge reads the rest.
const PAIRS: usize = 16;

/// A question in folded spelling.
#[derive(Debug)]
pub struct Question {
    pub(super) terms: Vec<String>,
    /// All its letters and digits: what a name has to be, or to begin with, to come first.
    pub(super) whole: String,
    /// Its digits, when it is written like a telephone number in several groups or dialled out of the country.
    pub(super) number: Option<String>,
}

/// What a row of the index has to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    All(Vec<Match>),
    Any(Vec<Match>),
    Word { field: String, word: String },
}

impl Question {
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let folded = fold(typed);
        let terms: Vec<String> = address(&folded)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|term| !term.is_empty())
            .take(TERMS)
            .map(str::to_owned)
            .collect();
        let like_a_number = folded.chars().all(|c| c.is_ascii_digit() || " +-()./–—".contains(c));
        let all_digits = digits(&folded);
        // Numbers are kept with a plus instead.
        let dialled_out = all_digits.strip_prefix("00");
        let number = (like_a_number && (terms.len() > 1 || dialled_out.is_some()))
            .then(|| dialled_out.unwrap_or(&all_digits).to_owned());
        Self { terms, whole: letters(&folded), number: number.filter(|number| number.len() >= 3) }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it has words in which a letter may be wrong.
    #[must_use]
    pub fn may_have_slips(&self) -> bool {
        self.terms.iter().any(|term| may_slip(term))
    }

    /// What to look for in these fields; `near` also finds words that differ in one letter. Nothing when no field
    /// can answer.
    #[must_use]
    pub fn ask(&self, fields: &[(&str, Searched)], near: bool) -> Option<Match> {
        let terms = self.terms.iter().map(|term| {
            let in_fields = fields.iter().filter_map(|(field, kind)| in_field(term, field, *kind, near));
            any(in_fields.collect())
        });
        let terms = terms.collect::<Option<Vec<_>>>().and_then(all);
        let number = self.number.as_deref().and_then(|number| {
            let phones = fields.iter().filter(|(_, kind)| *kind == Searched::Digits);
            any(phones.filter_map(|(field, _)| number_in(number, field)).collect())
        });
        any(terms.into_iter().chain(number).collect())
    }
}

/// Whether a term is a Latin word long enough to be known with a letter wrong.
pub(super) fn may_slip(term: &str) -> bool {
    let lengths = *SLIPS.start()..=*SLIPS.end() + 1;
    lengths.contains(&term.len()) && matches!(units(term).as_slice(), [unit] if Unit::latin(unit).is_some())
}

fn in_field(term: &str, field: &str, kind: Searched, near: bool) -> Option<Match> {
    let word = |word: String| Match::Word { field: field.to_owned(), word };
    match kind {
        Searched::Digits => number_in(term, field),
        Searched::Code => match term.len() {
            _ if !term.is_ascii() => None,
            0 | 1 => None,
            2 => Some(word(pair_of(term))),
            _ => all(run_of(term).into_iter().take(PAIRS).map(word).collect()),
        },
        Searched::Address => term.is_ascii().then(|| word(beginning(term))),
        Searched::Words => {
            let letters: Vec<char> = term.chars().collect();
            if !term.is_ascii() {
                return match letters.as_slice() {
                    [one] => Some(word(characters(&[*one]))),
                    several => {
                        all(several.windows(2).take(PAIRS).map(|pair| word(characters(pair))).collect())
                    }
                };
            }
            let mut ways = vec![word(beginning(term))];
            if letters.len() == 2 {
                ways.push(word(characters(&letters)));
            }
            if near && may_slip(term) {
                ways.extend(slips(term).into_iter().map(word));
            }
            any(ways)
        }
    }
}

fn number_in(number: &str, field: &str) -> Option<Match> {
    if number.len() < 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let runs = run_of(number).into_iter().take(PAIRS);
    all(runs.map(|word| Match::Word { field: field.to_owned(), word }).collect())
}

fn all(mut parts: Vec<Match>) -> Option<Match> {
    if parts.len() > 1 { Some(Match::All(parts)) } else { parts.pop() }
}

fn any(mut parts: Vec<Match>) -> Option<Match> {
    if parts.len() > 1 { Some(Match::Any(parts)) } else { parts.pop() }
}

impl Match {
    /// In the language of FTS5. `place` is what stands before field and word: workspace and entity. A word is made of
    /// letters, digits and the marks of ids, so that nothing in it ends the quotes.
    #[must_use]
    pub fn to_fts(&self, place: &str) -> String {
        let join = |parts: &[Self], between: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.to_fts(place)).collect();
            format!("({})", parts.join(between))
        };
        match self {
            Self::All(parts) => join(parts, " AND "),
            Self::Any(parts) => join(parts, " OR "),
            Self::Word { field, word } => format!("\"{place}.{field}.{word}\""),
        }
    }
}
