//! The pinned tools that Rust builds itself. Looked for on PATH, then in the per-user cache, then installed there.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::npm;
use crate::process::{command, find_on_path, first_line, run, run_quietly};
use crate::root::cache;
use crate::say::{note, step};

pub const WASM_BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version: "0.2.129", features: &[] };
pub const WORKER_BUILD: Tool =
    Tool { package: "worker-build", program: "worker-build", version: "0.8.7", features: &[] };
pub const TRUNK: Tool = Tool {
    package: "trunk",
    program: "trunk",
    version: "0.21.14",
    // Without these it needs OpenSSL's headers, and can check for updates, which nobody asked for.
    features: &["--no-default-features", "--features", "rustls"],
};

pub struct Tool {
    package: &'static str,
    program: &'static str,
    pub version: &'static str,
    features: &'static [&'static str],
}

pub struct Tools {
    pub wasm_bindgen: PathBuf,
    pub worker_build: PathBuf,
    pub trunk: PathBuf,
}

/// Everything a build needs, installed where it is missing.
pub fn setup() -> Result<Tools> {
    wasm_target()?;
    npm::ready()?;
    // The two small ones first: trunk takes the longest and shares what they compiled.
    let tools = Tools {
        wasm_bindgen: WASM_BINDGEN.ready()?,
        worker_build: WORKER_BUILD.ready()?,
        trunk: TRUNK.ready()?,
    };
    forget_tool_builds()?;
    Ok(tools)
}

/// What app and Worker are compiled for; checking them needs it as building does.
pub fn wasm_target() -> Result<()> {
    let dir = first_line("rustc", &["--print", "target-libdir", "--target", "wasm32-unknown-unknown"])
        .context("rustc is missing: install Rust with rustup (rustup.rs)")?;
    if PathBuf::from(dir).is_dir() {
        return Ok(());
    }
    if find_on_path("rustup").is_none() {
        bail!(
            "the wasm32-unknown-unknown target is missing and there is no rustup to add it: install Rust with rustup"
        );
    }
    step("rustup target add wasm32-unknown-unknown", || {
        run_quietly(command("rustup")?.args(["target", "add", "wasm32-unknown-unknown"])).map(|_| ())
    })
}

impl Tool {
    fn ready(&self) -> Result<PathBuf> {
        let own = cache()?.join("tools/bin").join(self.program);
        for program in [find_on_path(self.program), Some(own.clone())].into_iter().flatten() {
            if self.is_right(&program) {
                return Ok(program);
            }
        }
        step(&format!("install {} {} (once per machine)", self.package, self.version), || self.install())?;
        if !self.is_right(&own) {
            bail!("{} was installed but does not say that it is {}", own.display(), self.version);
        }
        Ok(own)
    }

    fn is_right(&self, program: &PathBuf) -> bool {
        let said = first_line(program, &["--version"]).unwrap_or_default();
        said.split_whitespace().any(|word| word == self.version)
    }

    fn install(&self) -> Result<()> {
        let place = cache()?.join("tools");
        fs::create_dir_all(&place).with_context(|| format!("{} cannot be made", place.display()))?;
        let pinned = format!("{}@{}", self.package, self.version);
        if find_on_path("cargo-binstall").is_some() {
            let fetched = run_quietly(
                command("cargo")?
                    .args(["binstall", "--no-confirm", "--force", "--root"])
                    .arg(&place)
                    .arg(&pinned),
            );
            match fetched {
                Ok(_) => return Ok(()),
                Err(error) => {
                    note(&format!("  cargo-binstall could not bring it, so it is compiled ({error:#})"))
                }
            }
        }
        run(command("cargo")?
            .args(["install", "--locked", "--force", "--quiet", "--root"])
            .arg(&place)
            .arg(&pinned)
            .args(self.features)
            // Their own release profiles take twice as long for speed that nobody notices here.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true")
            .env("CARGO_TARGET_DIR", cache()?.join("build")))
    }
}

/// Once all three are there, what compiling them left is of no more use.
fn forget_tool_builds() -> Result<()> {
    let dir = cache()?.join("build");
    if dir.is_dir() {
        fs::remove_dir_all(&dir).with_context(|| format!("{} cannot be removed", dir.display()))?;
    }
    Ok(())
}
