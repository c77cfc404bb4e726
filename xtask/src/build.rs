//! App (Trunk) and Worker (worker-build), each once, and only when something it is made of has changed.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::inputs::{hash, is_current, stamp, write_stamp};
use crate::npm;
use crate::process::{command, first_line, run, run_quietly};
use crate::root::root;
use crate::say::{note, step};
use crate::shell;
use crate::split::split;
use crate::tools::{self, Tools};

const SHARED: &[&str] =
    &["domain", "messages", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "package-lock.json"];
const APP: &[&str] = &[
    "app",
    "style",
    "public",
    "Trunk.toml",
    "wrangler.toml",
    "xtask/src/build.rs",
    "xtask/src/shell.rs",
    "xtask/src/split.rs",
];
const WORKER: &[&str] =
    &["api-worker/src", "api-worker/Cargo.toml", "api-worker/openapi.json", "xtask/src/build.rs"];

pub fn all() -> Result<()> {
    let tools = tools::setup()?;
    let rustc = first_line("rustc", &["--version"]).unwrap_or_default();

    let worker_hash = hash(&[SHARED, WORKER].concat(), &[&rustc, tools::WORKER_BUILD.version])?;
    let worker_stamp = stamp("worker");
    if is_current(&worker_stamp, &worker_hash) && root().join("api-worker/build/index.js").is_file() {
        note("✓ the Worker is up to date");
    } else {
        forget(&worker_stamp)?;
        step("build the Worker", || build_worker(&tools))?;
        write_stamp(&worker_stamp, &worker_hash)?;
    }

    let app_hash = hash(&[SHARED, APP].concat(), &[&rustc, tools::TRUNK.version])?;
    let app_stamp = stamp("app");
    if is_current(&app_stamp, &app_hash) && root().join("dist/index.html").is_file() {
        note("✓ the app is up to date");
    } else {
        forget(&app_stamp)?;
        step("build the app", || build_app(&tools))?;
        write_stamp(&app_stamp, &app_hash)?;
    }
    Ok(())
}

/// So that a build which stops half way is never taken for the earlier whole one.
fn forget(stamp: &Path) -> Result<()> {
    match fs::remove_file(stamp) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).context("a stamp cannot be removed"),
        _ => Ok(()),
    }
}

fn build_worker(tools: &Tools) -> Result<()> {
    fetch()?;
    run(command(&tools.worker_build)?
        .args(["--release", "api-worker"])
        .env("WASM_BINDGEN_BIN", &tools.wasm_bindgen)
        .env("WASM_OPT_BIN", npm::bin("wasm-opt"))
        .env("ESBUILD_BIN", npm::bin("esbuild")))
}

fn build_app(tools: &Tools) -> Result<()> {
    fetch()?;
    // app/index.html links the bundle: Trunk follows no @import, and the browser would fetch them one after another.
    run_quietly(command(npm::bin("esbuild"))?.args([
        "style/main.css",
        "--bundle",
        "--minify",
        "--outfile=target/style/main.css",
    ]))?;
    // Trunk finds wasm-bindgen on PATH only.
    let mut trunk = command(&tools.trunk)?;
    let wasm_bindgen = tools.wasm_bindgen.parent().context("wasm-bindgen lies in no folder")?;
    let mut path = vec![root().join("node_modules/.bin"), wasm_bindgen.to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    trunk.env("PATH", std::env::join_paths(path).context("PATH cannot be put together")?);
    // Trunk reads NO_COLOR as true or false, and stops at the customary NO_COLOR=1.
    trunk.env_remove("NO_COLOR");
    run(app_flags(&mut trunk).args(["build", "--release", "--offline", "--skip-version-check"]))?;
    shell::finish(&split(&tools.wasm_bindgen)?)
}

/// What the compiler is told for the browser.
pub fn app_flags(command: &mut Command) -> &mut Command {
    // Smaller by an eighth: every component and element hides its children's types. Cargo adds .cargo/config.toml's.
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg erase_components")
}

/// Trunk builds offline, so what Cargo.lock names has to be here before.
fn fetch() -> Result<()> {
    let mut cargo = command("cargo")?;
    cargo.args(["fetch", "--quiet"]);
    // At one's desk a changed Cargo.toml may change the lock file; in CI the two belong together.
    if std::env::var_os("CI").is_some() {
        cargo.arg("--locked");
    }
    run(&mut cargo)
}
