//! Cuts the program where `app/src/pages/later.rs` says so. Trunk binds and optimises one file and cannot do this
//! (trunk issue 1022), so what it made of the program is made again here, from the same output of the compiler:
//! cut, bind, join the scripts into one, optimise every part. The parts are named by their content; `shell` does the
//! same for the program and its script.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::npm;
use crate::process::{command, run_quietly};
use crate::root::root;
use crate::shell::{file_names, short_hash};

/// What the browsers of the last years know and Rust's compiler makes use of.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-extended-const",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Small first, then alike beside alike: functions in the order of their names pack better by a hundredth, and code that
/// was flattened and laid out anew once is smaller by another one.
const PASSES: [&str; 5] = ["--flatten", "--rereloop", "-Oz", "-Oz", "--reorder-functions-by-name"];

pub fn split(wasm_bindgen: &Path) -> Result<()> {
    let work = root().join("target/split");
    if work.is_dir() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    cut(&root().join("target/wasm32-unknown-unknown/app/app.wasm"), &work)?;
    let bound = work.join("bound");
    run_quietly(
        command(wasm_bindgen)?
            .args([
                "--target",
                "web",
                "--no-typescript",
                "--keep-lld-exports",
                "--out-name",
                "app",
                "--out-dir",
            ])
            .args([&bound, &work.join("app.wasm")]),
    )?;
    fs::rename(work.join("parts.js"), bound.join("parts.js"))?;
    let script = run_quietly(command(npm::bin("esbuild"))?.arg(bound.join("app.js")).args([
        "--bundle",
        "--format=esm",
        "--target=es2022",
    ]))?;

    let dist = root().join("dist");
    let script = add_parts(&work, &dist, script)?;
    for name in file_names(&dist)?.iter().filter(|name| name.starts_with("app-")) {
        match name.rsplit_once('.') {
            Some((_, "js")) => fs::write(dist.join(name), &script)?,
            Some((_, "wasm")) => optimise(&bound.join("app_bg.wasm"), &dist.join(name))?,
            _ => {}
        }
    }
    Ok(())
}

fn cut(whole: &Path, work: &Path) -> Result<()> {
    let whole = fs::read(whole).with_context(|| format!("Trunk left no {}", whole.display()))?;
    let main = work.join("app.wasm");
    let mut options = Options::new(&whole);
    options.output_dir = work;
    options.main_out_path = &main;
    options.link_name = "./parts.js";
    options.main_module = "./app.js";
    transform(options).map_err(|error| anyhow!("the program could not be cut: {error:?}"))?;
    Ok(())
}

/// Puts the parts into dist/ and their final names into the script.
fn add_parts(work: &Path, dist: &Path, mut script: String) -> Result<String> {
    for name in file_names(work)?.iter().filter(|name| name.ends_with(".wasm") && *name != "app.wasm") {
        let small = work.join(format!("{name}.opt"));
        optimise(&work.join(name), &small)?;
        let content = fs::read(&small)?;
        let new_name = format!("part-{}.wasm", short_hash(&content));
        fs::write(dist.join(&new_name), content)?;
        script = script.replace(&format!("./{name}"), &format!("./{new_name}"));
    }
    Ok(script)
}

fn optimise(from: &Path, to: &Path) -> Result<()> {
    run_quietly(
        command(npm::bin("wasm-opt"))?
            .args(PASSES)
            .args(["--strip-debug", "--strip-producers"])
            .args(FEATURES)
            .arg(from)
            .arg("-o")
            .arg(to),
    )
    .map(|_| ())
}
