//! The only SQL. Everything of a workspace goes through `db::Db`, which knows the workspace and binds it as
//! the first parameter of every statement.
//!
//! Queries answer rows of one column, a JSON array: one string a row crosses from the database, and the columns
//! of a record never become objects. Files lie beside them, in R2 ([`objects`]).

pub mod accounts;
pub mod audit;
pub mod channels;
pub mod decimals;
pub mod definitions;
pub mod directory;
pub mod feed;
pub mod files;
pub mod filter;
pub mod forecast;
pub mod history;
pub mod ics;
pub mod imports;
pub mod limits;
pub mod log;
pub mod mentions;
pub mod place;
pub mod places;
pub mod purge;
pub mod queries;
pub mod readers;
pub mod records;
pub mod reminders;
pub mod save;
pub mod scope;
pub mod search;
pub mod sort_key;
pub mod statement;
pub mod stays;
pub mod timeline;
pub mod worth;
pub mod worth_due;

#[cfg(target_arch = "wasm32")]
pub mod db;
#[cfg(target_arch = "wasm32")]
pub mod objects;

#[cfg(test)]
mod rotting;
#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rusqlite::Connection;
    use rusqlite::limits::Limit;

    /// A shard as its migrations make it.
    pub fn shard() -> Connection {
        migrated("shard")
    }

    /// The directory as its migrations make it.
    pub fn directory() -> Connection {
        migrated("directory")
    }

    /// A database after all migrations of a folder, in the order of their names.
    fn migrated(kind: &str) -> Connection {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let database = Connection::open_in_memory().unwrap();
        for file in files {
            database.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
        }
        // As D1 has them; what else it limits depends on the release of SQLite.
        for (limit, value) in
            [(Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5), (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32)]
        {
            database.set_limit(limit, value).unwrap();
        }
        database
    }

    /// How the database goes about a statement, one step a line. Its parameters are null.
    pub fn plan_of(database: &Connection, sql: &str) -> String {
        let mut statement = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>("detail").unwrap());
        }
        steps.join("\n")
    }

    /// A list in the order of its ids (`queries::Sort`) is read by the primary key, whatever the scope and the filter
    /// are, so that reading all its pages costs as much as reading it once.
    #[test]
    fn a_list_by_ids_goes_on_where_the_page_before_ended() {
        let database = shard();
        let team = super::scope::TEAM_MATES;
        for scope in ["1", "(r.owner_id = ?2)", &format!("(r.owner_id IN ({team}))")] {
            for filter in
                ["1", "r.stage = ?4", "r.account_id = ?4", "r.updated_at > ?4", "r.amount_base > ?4"]
            {
                let plan = plan_of(
                    &database,
                    &format!(
                        "SELECT json_array(r.id, r.name) FROM deal r WHERE r.workspace_id = ?1 AND {scope} AND ({filter}) \
                         AND r.deleted_at IS NULL AND r.id > ?3 ORDER BY r.id LIMIT 201"
                    ),
                );
                let by_key = plan.contains("sqlite_autoindex_deal_1 (workspace_id=? AND id>?)");
                assert!(by_key && !plan.contains("ORDER BY"), "{scope} {filter}: {plan}");
            }
        }
    }

    /// Whose password it is, is asked by workspace and user (`directory::identity_of_user`).
    #[test]
    fn a_membership_is_found_by_its_user_without_a_look_at_all_others() {
        let asked = "SELECT identity_id FROM membership WHERE workspace_id = ?1 AND user_id = ?2";
        let plan = plan_of(&directory(), asked);
        assert!(plan.contains("membership_user"), "{plan}");
    }
}
