//! Cuts the program where `app/src/pages/later.rs` says so. Trunk binds and optimises one file and cannot do this
//! (trunk issue 1022), so what it made of the program is made again here, from the same output of the compiler:
//! cut, bind, join the scripts into one, optimise every part. The parts are named by their content; `shell` does the
//! same for the program and its script.

use std::collections::BTreeMap;
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

/// The files of each part, as a browser asks for them.
pub type Parts = BTreeMap<String, Vec<String>>;

pub fn split(wasm_bindgen: &Path) -> Result<Parts> {
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
    let loaders = fs::read_to_string(bound.join("parts.js"))?;
    let script = run_quietly(command(npm::bin("esbuild"))?.arg(bound.join("app.js")).args([
        "--bundle",
        "--format=esm",
        "--target=es2022",
    ]))?;

    let dist = root().join("dist");
    let (script, names) = add_parts(&work, &dist, script)?;
    for name in file_names(&dist)?.iter().filter(|name| name.starts_with("app-")) {
        match name.rsplit_once('.') {
            Some((_, "js")) => fs::write(dist.join(name), &script)?,
            Some((_, "wasm")) => optimise(&bound.join("app_bg.wasm"), &dist.join(name))?,
            _ => {}
        }
    }
    files_of_parts(&loaders, &names)
}

/// What the splitter's script says each part consists of, in `names` by the splitter's names.
fn files_of_parts(loaders: &str, names: &BTreeMap<String, String>) -> Result<Parts> {
    let file = |name: String| {
        let file = names.get(&name).with_context(|| format!("the splitter made no {name}"))?;
        Ok(format!("/{file}"))
    };
    let part = |text: &str| {
        let (name, rest) = text.split_once(".wasm").context("a part without a file")?;
        let shared = rest.split_once(", [").and_then(|(_, rest)| rest.split_once(']'));
        let (shared, _) = shared.with_context(|| format!("nothing says what {name} shares"))?;
        let shared = shared.split(',').map(|shared| shared.trim().trim_start_matches("__"));
        let shared = shared.filter(|shared| !shared.is_empty()).map(|shared| format!("{shared}.wasm"));
        let files = shared.chain([format!("split_{name}.wasm")]).map(file).collect::<Result<_>>()?;
        Ok((name.to_owned(), files))
    };
    loaders.split("\"./split_").skip(1).map(part).collect()
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

/// Puts the parts into dist/ and their final names into the script; those by the splitter's names.
fn add_parts(work: &Path, dist: &Path, mut script: String) -> Result<(String, BTreeMap<String, String>)> {
    let mut names = BTreeMap::new();
    for name in file_names(work)?.iter().filter(|name| name.ends_with(".wasm") && *name != "app.wasm") {
        let small = work.join(format!("{name}.opt"));
        optimise(&work.join(name), &small)?;
        let content = fs::read(&small)?;
        let new_name = format!("part-{}.wasm", short_hash(&content));
        fs::write(dist.join(&new_name), content)?;
        script = script.replace(&format!("./{name}"), &format!("./{new_name}"));
        names.insert(name.clone(), new_name);
    }
    Ok((script, names))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_part_are_read_from_the_loaders() {
        let loaders = r#"
            /* board, records */
            const __chunk_6 = makeLoad(() => fetch(new URL("./chunk_6.wasm", import.meta.url)), []);
            export const __wasm_split_load_board = wrapAsyncCb(makeLoad(() => {
                const src = fetch(new URL("./split_board.wasm", import.meta.url));
            }
            , [__chunk_6]));
            export const __wasm_split_load_records = wrapAsyncCb(makeLoad(() => {
                const src = fetch(new URL("./split_records.wasm", import.meta.url));
            }
            , []));
        "#;
        let named = |name: &str| (format!("{name}.wasm"), format!("part-{name}.wasm"));
        let names = ["chunk_6", "split_board", "split_records"].map(named).into();
        let parts = files_of_parts(loaders, &names).unwrap();
        assert_eq!(parts["board"], ["/part-chunk_6.wasm", "/part-split_board.wasm"]);
        assert_eq!(parts["records"], ["/part-split_records.wasm"]);
        assert!(files_of_parts(loaders, &BTreeMap::new()).is_err());
    }
}
