//! Keeps the map true: things that must agree although no compiler sees them together.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::inputs::collect;
use crate::root::root;
use crate::say::note;
use crate::settings::LOCAL_ONLY;
use crate::state::DATABASES;
use crate::tools::WASM_BINDGEN;
use crate::waiting;

pub fn run() -> Result<()> {
    let mut problems = Vec::new();
    one_wasm_bindgen(&mut problems)?;
    lock_file_names_no_addresses(&mut problems)?;
    domain_is_pure(&mut problems)?;
    bindings_match(&mut problems)?;
    every_endpoint_has_a_contract_test(&mut problems)?;
    dark_is_dark_both_ways(&mut problems)?;
    database_limits_are_the_platforms(&mut problems)?;
    waiting::asks_nothing_that_may_be_gone(&mut problems)?;
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        note(&format!("  ✗ {problem}"));
    }
    bail!("{} untidy", problems.len())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| format!("{path} cannot be read"))
}

fn one_wasm_bindgen(problems: &mut Vec<String>) -> Result<()> {
    let pin = WASM_BINDGEN.version;
    if !read("Trunk.toml")?.contains(&format!("wasm_bindgen = \"{pin}\"")) {
        problems.push(format!("Trunk.toml: [tools] wasm_bindgen is not the {pin} of xtask/src/tools.rs"));
    }
    if !read("Cargo.toml")?.contains(&format!("wasm-bindgen = \"={pin}\"")) {
        problems.push(format!("Cargo.toml: wasm-bindgen is not pinned to the {pin} of xtask/src/tools.rs"));
    }
    Ok(())
}

fn lock_file_names_no_addresses(problems: &mut Vec<String>) -> Result<()> {
    if read("package-lock.json")?.contains("\"resolved\"") {
        problems.push(
            "package-lock.json names download addresses: run npm install with the project's .npmrc".into(),
        );
    }
    Ok(())
}

/// No platform, clock, randomness, network or async in domain: the same verdict everywhere.
fn domain_is_pure(problems: &mut Vec<String>) -> Result<()> {
    const CRATES: &[&str] = &[
        "worker",
        "leptos",
        "web-sys",
        "js-sys",
        "wasm-bindgen",
        "gloo-net",
        "getrandom",
        "rand",
        "tokio",
        "ureq",
    ];
    const WORDS: &[&str] = &[
        "SystemTime",
        "Instant::now",
        "Utc::now",
        "Local::now",
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "async fn",
        "js_sys",
        "web_sys",
        "getrandom",
        "RandomState::new",
        "now_v7",
        "new_v4",
        "new_v7",
    ];
    let manifest: toml::Table = read("domain/Cargo.toml")?.parse()?;
    if let Some(needs) = manifest.get("dependencies").and_then(toml::Value::as_table) {
        for name in needs.keys().filter(|name| CRATES.contains(&name.as_str())) {
            problems.push(format!("domain/Cargo.toml: {name} has no place in domain"));
        }
    }
    for (file, text) in sources("domain/src")? {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in WORDS.iter().filter(|word| code.contains(**word)) {
                problems.push(format!("{}:{}: '{word}' has no place in domain", file.display(), number + 1));
            }
        }
    }
    Ok(())
}

/// What the Worker asks its environment for is bound, and what is bound is asked for.
fn bindings_match(problems: &mut Vec<String>) -> Result<()> {
    let config: toml::Table = read("wrangler.toml")?.parse()?;
    let bound = |kind: &str| config.get(kind).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let databases = bound("d1_databases");
    let field = |database: &toml::Value, name: &str| {
        database.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    let worker: String = sources("api-worker/src")?.into_iter().map(|(_, text)| text).collect();
    let objects = config.get("durable_objects").and_then(|objects| objects.get("bindings"));
    let objects = objects.and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let buckets = bound("r2_buckets");
    let bindings = databases.iter().chain(&buckets).map(|bound| field(bound, "binding"));
    for binding in bindings.chain(objects.iter().map(|bound| field(bound, "name"))) {
        // A shard's binding may be put together from its number.
        let from_number = binding.starts_with("DB_") && worker.contains("\"DB_");
        if !from_number && !worker.contains(&format!("\"{binding}\"")) {
            problems.push(format!("wrangler.toml binds {binding}, which api-worker never asks for"));
        }
    }
    let named: Vec<_> =
        databases.iter().map(|d| (field(d, "database_name"), field(d, "migrations_dir"))).collect();
    let known = DATABASES.map(|(name, dir)| (name.to_owned(), dir.to_owned()));
    if named != known {
        problems.push("wrangler.toml and xtask/src/state.rs name different databases".into());
    }
    for class in objects.iter().map(|bound| field(bound, "class_name")) {
        if !worker.contains(&format!("DurableObject for {class} ")) {
            problems.push(format!("wrangler.toml binds objects of {class}, which api-worker does not have"));
        }
    }
    let text = read("wrangler.toml")?;
    for name in LOCAL_ONLY.iter().filter(|name| text.contains(&format!("{name} ="))) {
        problems.push(format!("wrangler.toml sets {name}, which must never be deployed"));
    }
    Ok(())
}

const TOKENS: &str = "style/tokens.css";
const DARK_DEVICE: &str = ":root:not([data-theme=\"light\"])";
const DARK_CHOSEN: &str = ":root[data-theme=\"dark\"]";

/// Dark by the device and dark by choice are the same dark, and leave no colour of the light set as it was.
fn dark_is_dark_both_ways(problems: &mut Vec<String>) -> Result<()> {
    let css = read(TOKENS)?;
    let set =
        |selector: &str| declarations(&css, selector).with_context(|| format!("{TOKENS}: no {selector}"));
    let (light, device, chosen) = (set(":root")?, set(DARK_DEVICE)?, set(DARK_CHOSEN)?);
    let names = light.keys().chain(device.keys()).chain(chosen.keys()).collect::<BTreeSet<_>>();
    for name in names {
        match (light.get(name), device.get(name), chosen.get(name)) {
            (None, ..) => problems.push(format!("{TOKENS}: {name} has a dark value and no light one")),
            (_, None, _) => problems.push(format!("{TOKENS}: {DARK_DEVICE} lacks {name}")),
            (_, _, None) => problems.push(format!("{TOKENS}: {DARK_CHOSEN} lacks {name}")),
            (_, Some(one), Some(other)) if one != other => {
                problems.push(format!("{TOKENS}: {name} is {one} on a dark device and {other} when chosen"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The declarations of the first block of a selector, by name.
fn declarations<'a>(css: &'a str, selector: &str) -> Option<BTreeMap<&'a str, &'a str>> {
    let (_, rest) = css.split_once(&format!("{selector} {{"))?;
    let (block, _) = rest.split_once('}')?;
    // A comment may stand before a declaration, and holds no semicolon.
    let code = |text: &'a str| text.rsplit("*/").next().unwrap_or_default();
    let pair = |text: &'a str| code(text).split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    Some(block.split(';').filter_map(pair).collect())
}

/// D1's limits as Cloudflare states them (developers.cloudflare.com/d1/platform/limits, paid plan). The local
/// runtime enforces none of them; `Db` does, with these numbers.
fn database_limits_are_the_platforms(problems: &mut Vec<String>) -> Result<()> {
    const LIMITS: &[(&str, &str)] = &[
        ("MAX_PARAMS", "100"),
        ("MAX_SQL_BYTES", "100000"),
        ("MAX_VALUE_BYTES", "2000000"),
        ("MAX_STATEMENTS", "1000"),
    ];
    const MAX_COLUMNS: usize = 100;
    const FILE: &str = "api-worker/src/storage/limits.rs";
    let source = read(FILE)?;
    for (name, limit) in LIMITS {
        let line = source.lines().find(|line| line.starts_with(&format!("const {name}: ")));
        let number =
            line.and_then(|line| line.split_once(" = ")).map(|(_, number)| number.replace(['_', ';'], ""));
        if number.as_deref() != Some(*limit) {
            problems.push(format!("{FILE}: {name} is not D1's {limit}"));
        }
    }
    let mut migrations = Vec::new();
    collect(&root().join("api-worker/migrations"), &mut migrations)?;
    for file in migrations {
        for (table, columns) in tables(&fs::read_to_string(&file)?) {
            if columns > MAX_COLUMNS {
                problems.push(format!("{}: {table} has {columns} columns, D1 {MAX_COLUMNS}", file.display()));
            }
        }
    }
    Ok(())
}

/// Each table a migration makes, with its number of columns: one stands on each line.
fn tables(sql: &str) -> Vec<(&str, usize)> {
    let is_column = |line: &&str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        !["", "--", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"].contains(&word)
    };
    let table = |text| -> Option<_> {
        let (name, rest) = str::split_once(text, " (")?;
        let (body, _) = rest.split_once("\n)")?;
        Some((name, body.lines().filter(is_column).count()))
    };
    sql.split("CREATE TABLE ").skip(1).filter_map(table).collect()
}

/// An endpoint as its line in domain/src/api/mod.rs describes it.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub name: String,
    pub operation: String,
    pub path: String,
}

/// By name: a test calls an endpoint through its description in domain/src/api. Whether the call succeeds is seen
/// when the tests run (coverage.rs).
fn every_endpoint_has_a_contract_test(problems: &mut Vec<String>) -> Result<()> {
    let tests: String = sources("tests/api")?.into_iter().map(|(_, text)| text).collect();
    let words: HashSet<&str> = tests.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    for Endpoint { name, path, .. } in endpoints()? {
        if !words.contains(name.as_str()) {
            problems.push(format!("{name} ({path}) has no contract test in tests/api"));
        }
    }
    Ok(())
}

pub fn endpoints() -> Result<Vec<Endpoint>> {
    const TABLE: &str = "domain/src/api/mod.rs";
    let found: Vec<_> = read(TABLE)?.lines().filter_map(endpoint).collect();
    if found.is_empty() {
        bail!("{TABLE}: no endpoint was found in its table; xtask/src/tidy.rs reads it by line");
    }
    Ok(found)
}

/// `SignIn: "sign_in" Post "/api/v1/auth/sign-in" Public …` gives name, operation and path.
fn endpoint(line: &str) -> Option<Endpoint> {
    let (name, rest) = line.trim().split_once(": \"")?;
    let mut quoted = rest.split('"');
    let (operation, path) = (quoted.next()?, quoted.nth(1)?);
    let is_endpoint = path.starts_with("/api/") && name.chars().all(char::is_alphanumeric);
    let [name, operation, path] = [name, operation, path].map(str::to_owned);
    is_endpoint.then_some(Endpoint { name, operation, path })
}

/// The Rust files below a folder, by their path in the checkout, with their text.
pub fn sources(dir: &str) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    collect(&root().join(dir), &mut files)?;
    files.retain(|file| file.extension().is_some_and(|e| e == "rs"));
    files.sort();
    let read = |file: PathBuf| -> Result<_> {
        let text = fs::read_to_string(&file)?;
        Ok((file.strip_prefix(root()).map(PathBuf::from).unwrap_or(file), text))
    };
    files.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_off_its_line() {
        let line = r#"    SignIn: "sign_in" Post "/api/v1/auth/sign-in" Public A => B, "Signs in.";"#;
        let [name, operation, path] = ["SignIn", "sign_in", "/api/v1/auth/sign-in"].map(str::to_owned);
        assert_eq!(endpoint(line), Some(Endpoint { name, operation, path }));
        assert_eq!(endpoint("    /// Also the operation id."), None);
    }

    #[test]
    fn columns_are_counted_without_keys_and_comments() {
        let sql = "CREATE TABLE a (\n  b TEXT NOT NULL,\n  -- Why.\n  \"from\" TEXT CHECK (x),\n  PRIMARY KEY (b)\n);\nCREATE INDEX i ON a (b);\nCREATE TABLE c (\n  d TEXT\n);\n";
        assert_eq!(tables(sql), [("a", 2), ("c", 1)]);
    }

    #[test]
    fn declarations_are_read_around_comments_and_spaces() {
        let css = "/* :root */\n:root {\n  --a: #fff;\n\n  /* Ink */\n  --b:  0 1px\n rgb(0 0 0 / 0.4);\n}\n:root { --c: 1; }";
        let found = declarations(css, ":root").unwrap_or_default();
        assert_eq!(found, BTreeMap::from([("--a", "#fff"), ("--b", "0 1px\n rgb(0 0 0 / 0.4)")]));
        assert_eq!(declarations(css, ":root[dark]"), None);
    }
}
