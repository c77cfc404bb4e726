//! Is it still up to date? A stamp holds the hash of everything a result was made from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::root::{dev, root};

/// One hash over the named files and folders (missing ones count as empty) and some words more.
pub fn hash(paths: &[&str], words: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for path in paths {
        collect(&root().join(path), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for word in words {
        hasher.update(word.len().to_le_bytes());
        hasher.update(word);
    }
    for file in files {
        let content = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let name = file.strip_prefix(root()).unwrap_or(&file).to_string_lossy().into_owned();
        hasher.update(name.len().to_le_bytes());
        hasher.update(&name);
        hasher.update(content.len().to_le_bytes());
        hasher.update(content);
    }
    Ok(hex(&hasher.finalize()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Every file below, but not what a build left there.
pub fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let made = ["target", "build", "dist", "node_modules", "test-results"].contains(&name.as_ref());
        if made || name.starts_with('.') {
            continue;
        }
        collect(&entry.path(), files)?;
    }
    Ok(())
}

pub fn is_current(stamp: &Path, hash: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text.trim() == hash)
}

pub fn write_stamp(stamp: &Path, hash: &str) -> Result<()> {
    if let Some(dir) = stamp.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(stamp, hash).with_context(|| format!("{} cannot be written", stamp.display()))
}

pub fn stamp(name: &str) -> PathBuf {
    dev().join("stamps").join(name)
}
