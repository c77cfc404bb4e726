//! wrangler, the wasm optimiser, esbuild and the browser tests' runner: npm packages, pinned by the lock file.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::inputs::{hash, is_current, write_stamp};
use crate::process::{command, first_line, run_quietly};
use crate::root::root;
use crate::say::step;

pub fn ready() -> Result<()> {
    let made_from = hash(&["package.json", "package-lock.json", ".npmrc"], &[])?;
    let stamp = root().join("node_modules/.zhike-stamp");
    if is_current(&stamp, &made_from) {
        return Ok(());
    }
    let node = first_line("node", &["--version"]).context(
        "node is missing: install Node.js 20 or later (nodejs.org, or your system's package 'nodejs')",
    )?;
    let major: u32 = node.trim_start_matches('v').split('.').next().and_then(|v| v.parse().ok()).unwrap_or(0);
    if major < 20 {
        bail!("node is {node}, but 20 or later is needed: update Node.js");
    }
    first_line("npm", &["--version"]).context("npm is missing: install it beside Node.js (package 'npm')")?;
    step("npm ci (wrangler, wasm-opt, esbuild, playwright)", || {
        // npm's warnings are about the host's older node; the packages run on the pinned one.
        run_quietly(command("npm")?.args(["ci", "--loglevel=error"]))?;
        write_stamp(&stamp, &made_from)
    })
}

pub fn bin(name: &str) -> PathBuf {
    root().join("node_modules/.bin").join(name)
}
