//! A file of rows on its way to becoming records: what encoding it has, where its cells are, what its columns
//! mean, how its dates and numbers are written, and which commands bring it in.
//!
//! Only guesses and arithmetic: everything guessed can be changed by the person who imports, and what a cell
//! finally means is decided by the field types, as everywhere. The planner (`command::import`) takes the rows
//! from there.

mod encoding;
mod formats;
mod mapping;
mod rows;
mod sheet;
mod words;

#[cfg(test)]
mod properties;

pub use encoding::Encoding;
pub use formats::{DateGuess, date_order, decimal_mark, new_field};
pub use mapping::{Column, ENTITIES, Mapping, Meaning, Target, fields_of, guess_entity, is_blank_word};
pub use rows::{Chunk, Preview, PreviewRow, RowProblem, check, chunks, named};
pub use sheet::{MAX_ROWS, Sheet, SheetProblem, SheetRow};
