//! What the journey about parity needs: the planner built as the app is, and the table of cases with the answers of
//! this machine's build.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::build::app_flags;
use crate::process::{command, run, run_quietly};
use crate::root::{dev, root};
use crate::say::step;
use crate::tools;

/// A folder with `parity.js`, `parity_bg.wasm` and `cases.json`.
pub fn ready() -> Result<PathBuf> {
    let dir = dev().join("test/parity");
    fs::create_dir_all(&dir)?;
    step("build the planner for the browser", || {
        let tools = tools::setup()?;
        let mut cargo = command("cargo")?;
        cargo.args(["build", "--quiet", "--package", "parity", "--profile", "app"]);
        run(app_flags(cargo.args(["--target", "wasm32-unknown-unknown"])))?;
        let built = root().join("target/wasm32-unknown-unknown/app/parity.wasm");
        let mut bindgen = command(&tools.wasm_bindgen)?;
        run(bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&dir).arg(built))?;
        let cases = run_quietly(command("cargo")?.args([
            "run",
            "--quiet",
            "--package",
            "api-tests",
            "--bin",
            "parity",
        ]))?;
        Ok(fs::write(dir.join("cases.json"), cases)?)
    })?;
    Ok(dir)
}
