//! Where things lie.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The checkout.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// What a development machine keeps between starts: databases, secrets, logs. Not in git.
pub fn dev() -> PathBuf {
    root().join(".dev")
}

/// The tools' own place, outside the checkout, so that the next clone finds them again.
pub fn cache() -> Result<PathBuf> {
    if let Some(dir) = set("ZHIKE_CACHE") {
        return Ok(dir);
    }
    if let Some(dir) = set("XDG_CACHE_HOME") {
        return Ok(dir.join("zhike"));
    }
    let home = set("HOME").context("neither ZHIKE_CACHE nor HOME is set: say where tools may be kept")?;
    Ok(home.join(".cache/zhike"))
}

fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)
}
