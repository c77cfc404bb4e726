//! A file of rows on its way to becoming records: what encoding it has, where its cells are, what its columns
//! mean, how its dates and numbers are written, and which commands bring it in.
//!
//! Only guesses and arithmetic: everything guessed can be changed by the person who imports, and what a cell
//! finally means is decided by the field types, as everywhere. The planner (`command::import`) takes the rows
//! from there.

mod content;
mod encoding;
mod formats;
mod guess;
mod mapping;
mod meaning;
mod preview;
mod rows;
mod sheet;
mod words;

#[cfg(test)]
mod properties;

pub use encoding::Encoding;
pub use formats::{DateGuess, date_order, decimal_mark, new_field};
pub use guess::{ENTITIES, guess_entity};
pub use mapping::{Column, Mapping, Meaning, Place, Target, fields_of, places};
pub use meaning::is_blank_word;
pub use preview::{Preview, PreviewRow, RowProblem, check};
pub use rows::{Chunk, chunks, named};
pub use sheet::{MAX_ROWS, Sheet, SheetProblem, SheetRow};
