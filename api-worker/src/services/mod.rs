//! The order of things: load, may I, validate, plan, save.

pub mod accounts;
pub mod door;
pub mod index;
