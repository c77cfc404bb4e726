//! One file per screen, by area.

pub mod account;
pub mod admin;
pub mod calendar;
pub mod day;
mod frame;
pub mod home;
pub mod import;
pub mod later;
pub mod more;
pub mod notifications;
mod place;
pub mod records;
pub mod search;
mod shell;
mod team_tree;
mod tray;
mod unread;

pub use frame::{NotFound, Page, Width, open_while};
pub use place::Pages;
pub use shell::Shell;
pub use unread::{Unread, UnreadPart, say_unread};
