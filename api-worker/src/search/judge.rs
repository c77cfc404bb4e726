//! How well a record answers a question, by its texts.

use domain::fields::Searched;

use super::question::{Question, may_slip};
use super::sound::{Unit, forms, starts, units};
use super::text::{address, code, digits, fold, letters};
use super::words::SLIPS;

/// A text of a record that the reader may see.
pub struct Text<'a> {
    pub kind: Searched,
    pub text: &'a str,
    /// The record is called by it.
    pub title: bool,
}

/// The order of answers; among equals the newest change comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The name is what was asked.
    Same,
    /// The name begins with it, in characters or in sound.
    Beginning,
    Within,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub rank: Rank,
    /// Which of the texts has it, when the title does not.
    pub found: Option<usize>,
}

/// Nothing when the texts do not have everything that was asked.
#[must_use]
pub fn judge(question: &Question, texts: &[Text<'_>], near: bool) -> Option<Answer> {
    let read: Vec<Read<'_>> = texts.iter().map(Read::new).collect();
    let found = terms(question, &read, near).or_else(|| number(question, &read))?;
    let title = read.iter().find(|read| read.title);
    let rank = title.map_or(Rank::Within, |title| rank(question, title));
    Some(Answer { rank, found })
}

struct Read<'a> {
    kind: Searched,
    title: bool,
    folded: String,
    letters: String,
    units: Vec<Unit>,
    text: &'a str,
}

impl<'a> Read<'a> {
    fn new(text: &Text<'a>) -> Self {
        let folded = fold(text.text);
        Self {
            kind: text.kind,
            title: text.title,
            letters: letters(&folded),
            units: units(if text.kind == Searched::Address { address(&folded) } else { &folded }),
            text: text.text,
            folded,
        }
    }

    fn has(&self, term: &str, near: bool) -> bool {
        if self.text.is_empty() {
            return false;
        }
        match self.kind {
            Searched::Digits => {
                term.len() >= 3
                    && term.bytes().all(|byte| byte.is_ascii_digit())
                    && digits(&self.folded).contains(term)
            }
            Searched::Address => self.is_typed(term, 0..self.units.len()),
            Searched::Code => term.len() >= 2 && code(self.text).contains(term),
            Searched::Words => {
                let neighbours = !term.is_ascii() || term.len() == 2;
                neighbours && self.letters.contains(term)
                    || self.is_typed(term, 0..starts(&self.units))
                    || near && may_slip(term) && self.has_nearly(term)
            }
        }
    }

    fn is_typed(&self, term: &str, mut from: std::ops::Range<usize>) -> bool {
        term.is_ascii()
            && from.any(|from| forms(&self.units, from, term.len()).iter().any(|form| form.starts_with(term)))
    }

    fn has_nearly(&self, term: &str) -> bool {
        let latin = self.units.iter().filter_map(Unit::latin).filter(|word| SLIPS.contains(&word.len()));
        latin.into_iter().any(|word| one_slip_apart(term, word))
    }
}

/// Every term is somewhere; answers with the text that has what the title has not.
fn terms(question: &Question, read: &[Read<'_>], near: bool) -> Option<Option<usize>> {
    let mut elsewhere = None;
    for term in &question.terms {
        let has = |read: &Read<'_>| read.has(term, near);
        if read.iter().any(|read| read.title && has(read)) {
            continue;
        }
        let at = read.iter().position(has)?;
        elsewhere = elsewhere.or(Some(at));
    }
    Some(elsewhere)
}

fn number(question: &Question, read: &[Read<'_>]) -> Option<Option<usize>> {
    let number = question.number.as_deref()?;
    let has = |read: &Read<'_>| read.kind == Searched::Digits && read.has(number, false);
    read.iter().position(has).map(Some)
}

fn rank(question: &Question, title: &Read<'_>) -> Rank {
    if title.letters == question.whole {
        return Rank::Same;
    }
    let begins = title.letters.starts_with(&question.whole)
        || title.is_typed(&question.whole, 0..title.units.len().min(1));
    if begins { Rank::Beginning } else { Rank::Within }
}

/// One letter wrong, left out, too many, or two neighbours exchanged. Both are ASCII.
fn one_slip_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    let (short, long) = (&short[same..], &long[same..]);
    match (short, long) {
        _ if long.len() == short.len() + 1 => short == &long[1..],
        ([], []) => true,
        ([one, rest @ ..], [other, others @ ..]) if rest.len() == others.len() => {
            rest == others
                || matches!((rest, others), ([next, rest @ ..], [following, others @ ..]) if one == following && other == next && rest == others)
        }
        _ => false,
    }
}
