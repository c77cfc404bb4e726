//! The places one comes to: today and the board.

mod block;
mod board;
mod carry;
mod column;
mod drag;
mod hands;
mod kept;
mod lanes;
mod limit;
mod moves;
mod need;
mod today;

pub use block::px;
pub use board::{Board, BoardFilter, Face, money_short, narrowed};
pub use lanes::Lanes;
pub use today::{Today, change, due, due_field, due_of, finish, weight};
