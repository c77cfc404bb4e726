//! Contract tests against the real Worker. The tree mirrors the URLs; what concerns all of them stands beside.
//!
//! Every test makes its own workspace. They run in any order and at the same time, and wait for conditions,
//! never for time. Start them with `cargo xtask test api`.

/// Names the endpoints whose contract a module tests; `coverage` holds the list against `domain::api`.
macro_rules! covers {
    ($($call:ident),+ $(,)?) => {
        pub const COVERED: &[&str] = &[$(<domain::api::$call as domain::api::Call>::ENDPOINT.name),+];
    };
}

mod access;
mod bad_input;
mod coverage;
mod fuzz;
mod gate;
mod hidden;
mod isolation;
mod openapi;
mod page;

mod agenda;
mod alike;
mod auth;
mod board;
mod changes;
mod channels;
mod commands;
mod exports;
mod feed;
mod files;
mod forecast;
mod health;
mod imports;
mod invitations;
mod live;
mod logo;
mod looks;
mod records;
mod reminders;
mod schema;
mod search;
mod session;
mod sessions;
mod today;
mod totals;
mod views;

mod conditions;
mod personal;
mod purge;
mod sample;
mod storm;
