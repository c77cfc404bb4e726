//! `cargo xtask reindex`: the search index made anew, for every workspace. It empties the index and marks the
//! workspaces; the Worker's minute goes on from there, some thousand records at a time (docs/search.md).

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::npm;
use crate::process::run_quietly;
use crate::root::{dev, root};
use crate::say::{note, step};
use crate::serve::wrangler;
use crate::state::DATABASES;

const MIGRATION: &str = "api-worker/migrations/shard/0003_search.sql";

pub fn run(args: &[String]) -> Result<()> {
    let (mut remote, mut drop_only) = (false, false);
    for arg in args {
        match arg.as_str() {
            "--remote" => remote = true,
            "--drop" => drop_only = true,
            other => bail!("reindex does not know '{other}': [--remote] [--drop]"),
        }
    }
    npm::ready()?;
    let mut sql = "DROP TABLE IF EXISTS search_index;".to_owned();
    if !drop_only {
        sql.push_str(&create()?);
        sql.push_str("; DELETE FROM search_row; UPDATE workspace SET search_from = '';");
    }
    for (name, _) in DATABASES.iter().filter(|(_, migrations)| migrations.ends_with("/shard")) {
        step(&format!("search index of {name}"), || {
            let mut wrangler = wrangler()?;
            wrangler.args(["d1", "execute", name, "--yes", "--command", &sql]);
            if remote {
                wrangler.arg("--remote");
            } else {
                wrangler.args(["--local", "--persist-to"]).arg(dev().join("state"));
            }
            run_quietly(&mut wrangler)
        })?;
    }
    note(if drop_only {
        "dropped: nothing can be saved until `cargo xtask reindex` makes it again"
    } else {
        "marked: the Worker makes the index anew, minute by minute; until then search finds only part of it"
    });
    Ok(())
}

/// The statement that makes the empty index, as the migration has it.
fn create() -> Result<String> {
    let migration =
        fs::read_to_string(root().join(MIGRATION)).with_context(|| format!("{MIGRATION} cannot be read"))?;
    let create =
        migration.split(';').find_map(|sql| sql.find("CREATE VIRTUAL TABLE").map(|at| sql[at..].to_owned()));
    create.with_context(|| format!("{MIGRATION} makes no index"))
}
