//! The local databases: a folder that wrangler keeps them in, with every migration applied.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::inputs::{hash, is_current, write_stamp};
use crate::process::run_quietly;
use crate::root::{dev, root};
use crate::say::step;
use crate::serve::wrangler;

/// The databases of wrangler.toml and where their migrations lie.
pub const DATABASES: [(&str, &str); 3] = [
    ("zhike-directory", "api-worker/migrations/directory"),
    ("zhike-0", "api-worker/migrations/shard"),
    ("zhike-1", "api-worker/migrations/shard"),
];

/// Makes the folder's databases the current ones: a copy of the migrated empty ones where there
/// are none yet, otherwise by applying what is missing.
pub fn ready(dir: &Path) -> Result<()> {
    let wanted = migrations()?;
    let stamp = dir.join("migrations.stamp");
    if is_current(&stamp, &wanted) {
        return Ok(());
    }
    if dir.is_dir() {
        step("migrate the databases", || migrate(dir))?;
        return write_stamp(&stamp, &wanted);
    }
    let empty = empty_databases(&wanted)?;
    copy(&empty, dir)
}

fn migrations() -> Result<String> {
    hash(&["api-worker/migrations", "wrangler.toml"], &[])
}

/// Migrating takes wrangler some seconds a database, so a fresh one is a copy of one made before.
fn empty_databases(wanted: &str) -> Result<PathBuf> {
    let dir = dev().join("empty-databases");
    if is_current(&dir.join("migrations.stamp"), wanted) {
        return Ok(dir);
    }
    step("make empty databases", || {
        remove(&dir)?;
        // Made beside and renamed, so that an interrupted one is never taken for whole.
        let half = dev().join(format!("empty-databases-{}", std::process::id()));
        remove(&half)?;
        fs::create_dir_all(&half)?;
        migrate(&half)?;
        write_stamp(&half.join("migrations.stamp"), wanted)?;
        fs::rename(&half, &dir).context("the new databases could not be put in place")
    })?;
    Ok(dir)
}

fn migrate(dir: &Path) -> Result<()> {
    for (name, migrations) in DATABASES {
        if !root().join(migrations).is_dir() {
            continue;
        }
        run_quietly(
            wrangler()?.args(["d1", "migrations", "apply", name, "--local", "--persist-to"]).arg(dir),
        )
        .with_context(|| format!("the migrations in {migrations} do not go into {name}"))?;
    }
    Ok(())
}

pub fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("{} cannot be removed", dir.display()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("{} cannot be copied", entry.path().display()))?;
        }
    }
    Ok(())
}
