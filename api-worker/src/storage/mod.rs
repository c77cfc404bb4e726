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
#[cfg(target_arch = "wasm32")]
pub mod search;

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    /// Whose password it is, is asked by workspace and user (`directory::identity_of_user`).
    #[test]
    fn a_membership_is_found_by_its_user_without_a_look_at_all_others() {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch(include_str!("../../migrations/directory/0001_directory.sql")).unwrap();
        let asked =
            "EXPLAIN QUERY PLAN SELECT identity_id FROM membership WHERE workspace_id = ?1 AND user_id = ?2";
        let step: String =
            database.prepare(asked).unwrap().query_row(["w", "u"], |row| row.get("detail")).unwrap();
        assert!(step.contains("membership_user"), "{step}");
    }
}
