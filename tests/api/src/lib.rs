//! What the contract tests stand on: a browser in a few lines, a fresh workspace for each test, the people in
//! it, and the OpenAPI document made from `domain::api`. The tests themselves lie in `tests/`.
#![expect(clippy::panic, reason = "a helper that fails is a test that fails, and says at which line")]

pub mod actions;
pub mod browser;
mod called;
pub mod company;
pub mod ids;
pub mod openapi;
pub mod own_server;
pub mod parity;
pub mod person;
pub mod push_browser;
pub mod receiver;
pub mod socket;
pub mod workspace;
