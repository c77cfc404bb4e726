//! Keeps the map true: things that must agree although no compiler sees them together.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::inputs::collect;
use crate::root::root;
use crate::say::note;
use crate::settings::LOCAL_ONLY;
use crate::state::DATABASES;
use crate::tools::WASM_BINDGEN;

pub fn run() -> Result<()> {
    let mut problems = Vec::new();
    one_wasm_bindgen(&mut problems)?;
    lock_file_names_no_addresses(&mut problems)?;
    domain_is_pure(&mut problems)?;
    bindings_match(&mut problems)?;
    every_endpoint_has_a_contract_test(&mut problems)?;
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
    let databases = config.get("d1_databases").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let field = |database: &toml::Value, name: &str| {
        database.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    let worker: String = sources("api-worker/src")?.into_iter().map(|(_, text)| text).collect();
    for database in &databases {
        let binding = field(database, "binding");
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
    let text = read("wrangler.toml")?;
    for name in LOCAL_ONLY.iter().filter(|name| text.contains(&format!("{name} ="))) {
        problems.push(format!("wrangler.toml sets {name}, which must never be deployed"));
    }
    Ok(())
}

/// By name: a test calls an endpoint through its description in domain/src/api.
fn every_endpoint_has_a_contract_test(problems: &mut Vec<String>) -> Result<()> {
    let tests: String = sources("tests/api")?.into_iter().map(|(_, text)| text).collect();
    let words: HashSet<&str> = tests.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let table = read("domain/src/api/mod.rs")?;
    let endpoints: Vec<(&str, &str)> = table.lines().filter_map(endpoint).collect();
    if endpoints.is_empty() {
        problems.push(
            "domain/src/api/mod.rs: no endpoint was found in its table; xtask/src/tidy.rs reads it by line"
                .into(),
        );
    }
    for (name, path) in endpoints.iter().filter(|(name, _)| !words.contains(name)) {
        problems.push(format!("{name} ({path}) has no contract test in tests/api"));
    }
    Ok(())
}

/// `SignIn: "sign_in" Post "/api/v1/auth/sign-in" Public …` gives name and path.
fn endpoint(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.trim().split_once(": \"")?;
    let path = rest.split('"').nth(2)?;
    (path.starts_with("/api/") && name.chars().all(char::is_alphanumeric)).then_some((name, path))
}

fn sources(dir: &str) -> Result<Vec<(PathBuf, String)>> {
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
        assert_eq!(endpoint(line), Some(("SignIn", "/api/v1/auth/sign-in")));
        assert_eq!(endpoint("    /// Also the operation id."), None);
    }
}
