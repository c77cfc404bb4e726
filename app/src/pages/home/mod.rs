//! The places one comes to: today and the board.

mod board;
mod drag;
mod today;

pub use board::Board;
pub use today::Today;
