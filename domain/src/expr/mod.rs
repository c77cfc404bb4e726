//! The one condition language: list filters today; row access, form conditions, rules and reports the same way.
//!
//! An expression is a JSON array with its operator first, `["and", ["=", ["field", "stage"], "won"], …]`
//! (`parse`). It is checked against the definitions once (`check`), and the checked form has two readers that
//! cannot fail: the evaluator here (`evaluate`) and the SQL compiler in the Worker. One table (`cases`) holds
//! them together. `docs/expressions.md` says the same as this page with examples.
//!
//! # What both readers hold to
//!
//! - **Conditions are two-valued.** Null never comes out of one. `=` is null-safe: null equals null and nothing
//!   else. Every ordering, `contains` and `starts_with` with a null on either side is false, and its `not` is
//!   therefore true.
//! - **Empty is null.** No field holds an empty text, and the literal `""` is null too: `["contains", x, ""]` is
//!   false and `["=", x, ""]` asks for emptiness.
//! - **Text** is compared by code point, which is the order of its UTF-8 bytes and of SQLite's BINARY. Nothing is
//!   normalised: a letter with a combining mark differs from the composed letter. `contains` and `starts_with`
//!   fold ASCII letters and no others (`İ`, `Ä`, `Ａ` stay as they are). `%` and `_` are ordinary characters.
//! - **Numbers** are 64-bit integers with a count of decimals (0 to 6) that the check knows: whole numbers 0,
//!   decimals their field's, money the workspace currency's minor digits. They are compared exactly, whatever
//!   their decimals. What arithmetic yields is null when its units leave ±(2^53 − 1).
//! - **Arithmetic**: `+` and `-` give the larger count of decimals of the two, `*` the sum but at most six, `/`
//!   the larger of four and the dividend's. Halves are rounded away from zero. A sum is exact; a product
//!   before its rounding and a dividend brought to the decimals of its quotient may reach ±9 × 10^18 and are null
//!   beyond. The branches of `if` and `coalesce` get the larger count of decimals of the two, and a branch whose
//!   units then leave the bounds is null. Division by zero is null. Null with anything is null.
//! - **Money** is its amount in the workspace's currency, null while no rate is known. **Schedules** are their
//!   instants. **Choices, stages, roles** are the texts of their ids.
//! - **Lists** are what many choices and tags hold, never empty: without any the field is null. `has` and `has_any`
//!   compare each text as `=` does and are false for null. Lists are neither compared nor ordered.
//! - **Checkboxes** are true, false or null, compared like any value; standing alone as a condition one means that
//!   it is true. **Trees**: `under` is `in` with the option and everything below it, as the tree stands when the
//!   expression is checked. **Addresses** are the text of their one line.
//! - **Days** lie between 1900 and 2200; `plus_days` beyond is null.
//! - Today, now, the reader and their zone come in with [`Env`]; no reader looks at a clock. `start_of` takes a day
//!   that hangs on no field, so that the SQL compiler works it out beforehand and SQL knows nothing of zones.
//! - `rotting` is what [`crate::signals`] says, by the workspace's calendar and the stages as they are when the expression
//!   is checked. The moments it compares with are worked out beforehand too.
//!
//! Values are taken to be within the bounds their field types enforce.

#[doc(hidden)]
pub mod cases;
mod check;
mod evaluate;
mod parse;
#[cfg(test)]
pub(crate) mod properties;
mod tree;

pub use check::{check, check_value};
pub use evaluate::Env;
pub use parse::{MAX_DEPTH, MAX_ITEMS, MAX_NODES, MAX_TEXT};
pub use tree::{Checked, CheckedValue, Condition, Constant, Expr, Node, Op, Operand, Order};

/// The largest count of decimals a number of the language has.
pub const MAX_SCALE: u32 = 6;

/// The units of every number stay within plus and minus this.
pub const MAX_UNITS: i64 = crate::money::MAX_SAFE;

/// Products and dividends may reach this before they are rounded. It leaves room for half a divisor within 64
/// bits, so that SQLite's integers never turn into fractions unnoticed.
pub const MAX_WIDE: i64 = 9_000_000_000_000_000_000;

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Of conditions and of checkboxes. A checkbox may be null, a condition never.
    Bool,
    Text,
    /// A number kept as an integer scaled by this many decimals.
    Number {
        scale: u32,
    },
    Date,
    Instant,
    Reference,
    /// Several texts: what many choices and tags hold.
    List,
}
