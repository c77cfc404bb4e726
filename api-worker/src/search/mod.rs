//! Texts prepared for search: what goes into the index, what is asked of it, and how well a record answers.
//!
//! A full-text index knows neither Chinese words nor pinyin nor slips of the finger, so that everything is decided
//! here and the index only keeps words. Every question is one exact word, or a few, for each field: nothing is asked
//! by a beginning that the index would have to expand, and a word that every record has costs no more than a rare
//! one. What the index finds is judged again by the texts themselves, so that its words may be short and say a little
//! too much. No SQL and nothing of the platform belongs here. docs/search.md is the law of it.

mod judge;
mod question;
mod sound;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use judge::{Answer, Rank, Text, judge};
pub use question::{Match, Question};
pub use words::words;
