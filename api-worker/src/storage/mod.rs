//! The only SQL. Everything of a workspace goes through [`db::Db`], which knows the workspace and binds it as
//! the first parameter of every statement.
//!
//! Queries answer rows of one column, a JSON array: one string a row crosses from the database, and the columns
//! of a record never become objects. Files lie beside them, in R2 ([`objects`]).

pub mod filter;
pub mod limits;
pub mod place;
pub mod scope;
pub mod sort_key;

#[cfg(target_arch = "wasm32")]
pub mod accounts;
#[cfg(target_arch = "wasm32")]
pub mod audit;
#[cfg(target_arch = "wasm32")]
pub mod db;
#[cfg(target_arch = "wasm32")]
pub mod definitions;
#[cfg(target_arch = "wasm32")]
pub mod directory;
#[cfg(target_arch = "wasm32")]
pub mod files;
#[cfg(target_arch = "wasm32")]
pub mod log;
#[cfg(target_arch = "wasm32")]
pub mod objects;
#[cfg(target_arch = "wasm32")]
pub mod places;
#[cfg(target_arch = "wasm32")]
pub mod queries;
#[cfg(target_arch = "wasm32")]
pub mod records;
#[cfg(target_arch = "wasm32")]
pub mod save;
