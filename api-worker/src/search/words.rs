//! The words that stand in the index for a text. Each begins with a letter for its kind:
//!
//! - `c` one character that is not Latin, or any two neighbours;
//! - `p` what may be typed from the beginning of a word or character on, letter by letter;
//! - `d` a Latin word, and the same with one letter left out: two words that differ in one letter share one of them;
//! - `n` three or four digits of a number in a row, or letters and digits of a code.

use std::collections::BTreeSet;

use domain::fields::Searched;

use super::sound::{Unit, forms, starts, units};
use super::text::{address, code, digits, fold, letters};

/// Letters after which what is typed tells no more to the index; the judge reads on.
pub const TYPED: usize = 10;
/// Words of which typing may begin.
const STARTS: usize = 40;
/// Latin words of this length are known with a letter wrong; shorter ones would all be alike.
pub const SLIPS: std::ops::RangeInclusive<usize> = 4..=16;
/// Latin words of a text whose slips are known.
const SLIPPING: usize = 12;

/// What a text is found by, in the order of the alphabet and separated by spaces.
#[must_use]
pub fn words(kind: Searched, text: &str) -> String {
    let folded = fold(text);
    let mut words = BTreeSet::new();
    match kind {
        Searched::Digits => words.extend(runs(&digits(&folded))),
        Searched::Address => typed(&units(address(&folded)), &mut words),
        Searched::Code => {
            let code = code(text);
            words.extend((0..code.len().saturating_sub(1)).map(|at| pair_of(&code[at..at + 2])));
            words.extend(runs(&code));
        }
        Searched::Words => {
            let units = units(&folded);
            neighbours(&letters(&folded), &mut words);
            typed(&units, &mut words);
            let latin = units.iter().filter_map(Unit::latin).filter(|word| SLIPS.contains(&word.len()));
            words.extend(latin.take(SLIPPING).flat_map(slips));
        }
    }
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// A pair of neighbours, or a lone character, as a word of the index.
pub fn characters(characters: &[char]) -> String {
    std::iter::once('c').chain(characters.iter().copied()).collect()
}

fn neighbours(letters: &str, words: &mut BTreeSet<String>) {
    let letters: Vec<char> = letters.chars().collect();
    words.extend(letters.windows(2).map(characters));
    words.extend(letters.iter().filter(|c| !c.is_ascii()).map(|c| characters(&[*c])));
}

/// What was typed, as a word of the index.
pub fn beginning(typed: &str) -> String {
    std::iter::once('p').chain(typed.chars().take(TYPED)).collect()
}

fn typed(units: &[Unit], words: &mut BTreeSet<String>) {
    for from in 0..starts(units).min(STARTS) {
        for form in forms(units, from, TYPED) {
            words.extend((1..=form.len().min(TYPED)).map(|length| beginning(&form[..length])));
        }
    }
}

/// A Latin word and what it becomes when one letter is left out, as words of the index.
pub fn slips(word: &str) -> BTreeSet<String> {
    let without = (0..word.len()).map(|at| format!("d{}{}", &word[..at], &word[at + 1..]));
    without.chain(std::iter::once(format!("d{word}"))).collect()
}

/// Two letters or digits of a code as a word of the index.
pub fn pair_of(pair: &str) -> String {
    format!("c{pair}")
}

/// Digits as words of the index: in fours, or in threes where there are no more.
pub fn run_of(digits: &str) -> Vec<String> {
    let length = if digits.len() >= 4 { 4 } else { 3 };
    (0..(digits.len() + 1).saturating_sub(length))
        .map(|at| format!("n{}", &digits[at..at + length]))
        .collect()
}

fn runs(digits: &str) -> Vec<String> {
    let threes = (0..digits.len().saturating_sub(2)).map(|at| format!("n{}", &digits[at..at + 3]));
    threes.chain(if digits.len() >= 4 { run_of(digits) } else { Vec::new() }).collect()
}
