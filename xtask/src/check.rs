//! The fast part of the tests: what needs no server and no browser.

use anyhow::{Result, bail};

use crate::process::{command, run as run_command};
use crate::say::step;
use crate::{tidy, tools};

/// Everything, as this machine compiles it: the tests inside the crates run here.
pub const NATIVE: &[&str] = &["domain", "messages", "app", "api-worker", "xtask", "api-tests", "parity"];
/// What the browser and the platform run, as it is compiled for them.
const WASM: &[&str] = &["app", "api-worker", "parity"];

pub fn run() -> Result<()> {
    tools::wasm_target()?;
    // All of them, so that one run tells everything that is wrong.
    let results = [
        step("format", || run_command(command("cargo")?.args(["fmt", "--all", "--check"]))),
        step("tidy", tidy::run),
        step("lints, native", || clippy(NATIVE, &["--all-targets"])),
        step("lints, wasm", || clippy(WASM, &["--target", "wasm32-unknown-unknown"])),
    ];
    let failures: Vec<String> =
        results.into_iter().filter_map(Result::err).map(|e| format!("{e:#}")).collect();
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{}", failures.join("\n       "))
}

fn clippy(crates: &[&'static str], flags: &[&str]) -> Result<()> {
    let mut cargo = command("cargo")?;
    cargo.args(["clippy", "--quiet"]).args(flags).args(packages(crates)).args(["--", "-D", "warnings"]);
    run_command(&mut cargo)
}

pub fn packages(names: &[&'static str]) -> Vec<&'static str> {
    names.iter().flat_map(|name| ["--package", name]).collect()
}
