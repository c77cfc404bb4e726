//! What a first visit downloads and what the Worker weighs, against size-budget.toml.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::inputs::collect;
use crate::root::root;
use crate::say::note;

pub fn run() -> Result<()> {
    for (what, size, limit) in measured()? {
        hold(what, size, limit)?;
    }
    Ok(())
}

/// What has a budget, its bytes, and the bytes it may have.
pub fn measured() -> Result<[(&'static str, usize, usize); 3]> {
    let budget: toml::Table = fs::read_to_string(root().join("size-budget.toml"))?.parse()?;
    let limit = |name: &str| -> Result<usize> {
        let kb = budget.get(name).and_then(toml::Value::as_integer);
        let kb = kb.and_then(|kb| usize::try_from(kb).ok());
        Ok(kb.with_context(|| format!("size-budget.toml lacks {name}"))? * 1024)
    };
    let (first_visit, later) = app_files()?;
    let first_visit = total("first visit, brotli", &first_visit, brotli)?;
    let later = total("fetched when wanted, brotli", &later, brotli)?;
    let worker = total("Worker, gzip", &worker_files()?, gzip)?;
    Ok([
        ("first visit", first_visit, limit("first_visit_brotli_kb")?),
        ("fetched when wanted", later, limit("later_brotli_kb")?),
        ("Worker", worker, limit("worker_gzip_kb")?),
    ])
}

/// Code and styles: what the page itself names, and the rest.
fn app_files() -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let dist = root().join("dist");
    let page =
        fs::read_to_string(dist.join("index.html")).context("nothing is built yet: cargo xtask build")?;
    let mut all = Vec::new();
    // Not `collect` on dist itself: it skips what builds leave.
    for entry in fs::read_dir(&dist)? {
        collect(&entry?.path(), &mut all)?;
    }
    let is_code = |file: &Path| file.extension().is_some_and(|e| e == "wasm" || e == "js" || e == "css");
    let is_named = |file: &Path| {
        file.strip_prefix(&dist).is_ok_and(|name| page.contains(&format!("/{}\"", name.to_string_lossy())))
    };
    all.retain(|file| is_code(file));
    Ok(all.into_iter().partition(|file| is_named(file)))
}

fn worker_files() -> Result<Vec<PathBuf>> {
    let build = root().join("api-worker/build");
    let mut files = vec![build.join("index.js")];
    for entry in fs::read_dir(&build).context("nothing is built yet: cargo xtask build")? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "wasm") {
            files.push(path);
        }
    }
    Ok(files)
}

fn total(what: &str, files: &[PathBuf], press: fn(&[u8]) -> Result<usize>) -> Result<usize> {
    let mut sum = 0;
    note(&format!("{what}:"));
    for file in files {
        let content = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let size = press(&content)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        note(&format!("  {:8.1} KB  {name} ({:.0} KB unpacked)", kb(size), kb(content.len())));
        sum += size;
    }
    Ok(sum)
}

fn hold(what: &str, size: usize, limit: usize) -> Result<()> {
    note(&format!("{what}: {:.1} KB of {:.0} KB", kb(size), kb(limit)));
    if size > limit {
        bail!("{what} is {:.1} KB, over its budget of {:.0} KB (size-budget.toml)", kb(size), kb(limit));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "sizes are shown with one digit")]
pub fn kb(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

fn brotli(content: &[u8]) -> Result<usize> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(packed.len())
}

fn gzip(content: &[u8]) -> Result<usize> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?.len())
}
