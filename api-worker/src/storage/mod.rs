//! The only SQL. Everything of a workspace goes through `db::Db`, which knows the workspace and binds it as
//! the first parameter of every statement.
//!
//! Queries answer rows of one column, a JSON array: one string a row crosses from the database, and the columns
//! of a record never become objects.

pub mod accounts;
pub mod audit;
pub mod definitions;
pub mod directory;
pub mod filter;
pub mod limits;
pub mod log;
pub mod place;
pub mod places;
pub mod queries;
pub mod records;
pub mod save;
pub mod scope;
pub mod search;
pub mod sort_key;
pub mod statement;
pub mod timeline;
pub mod worth;

#[cfg(target_arch = "wasm32")]
pub mod db;

#[cfg(test)]
mod testing;

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
