//! Every endpoint has a contract test that saw it succeed. `covers!` says which module that is; what the tests
//! noted while they ran (tests/api/src/called.rs) says whether it is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::say::note;
use crate::tidy::{endpoints, sources};

const TESTS: &str = "tests/api/tests/api";

/// Holds what was called, in a run of all tests, against what is claimed.
pub fn holds(called: &Path) -> Result<()> {
    let called = read_called(called)?;
    let mut claims: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (file, text) in sources(TESTS)? {
        for name in claimed(&text) {
            claims.entry(name.to_owned()).or_default().push(file.clone());
        }
    }
    let mut problems = Vec::new();
    for endpoint in endpoints()? {
        let (name, path) = (&endpoint.name, &endpoint.path);
        let sources = called.get(&endpoint.operation);
        let Some(claims) = claims.get(name) else {
            problems.push(format!("no module of {TESTS} covers {name} ({path})"));
            continue;
        };
        for claim in claims {
            // A folder's claim stands in its mod.rs, for all of its files.
            let place = if claim.ends_with("mod.rs") { claim.parent().unwrap_or(claim) } else { claim };
            if !sources.is_some_and(|sources| sources.iter().any(|source| source.starts_with(place))) {
                problems
                    .push(format!("{} covers {name} ({path}), but never saw it succeed", claim.display()));
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    problems.iter().for_each(|problem| note(&format!("  ✗ {problem}")));
    bail!("{} endpoints without a test that saw them succeed", problems.len())
}

/// By operation, the source files that called it with success.
fn read_called(dir: &Path) -> Result<BTreeMap<String, BTreeSet<PathBuf>>> {
    let mut called = BTreeMap::new();
    if !dir.is_dir() {
        return Ok(called);
    }
    for operation in fs::read_dir(dir)? {
        let operation = operation?;
        let mut sources = BTreeSet::new();
        for source in fs::read_dir(operation.path())? {
            sources.insert(PathBuf::from(source?.file_name().to_string_lossy().replace('~', "/")));
        }
        called.insert(operation.file_name().to_string_lossy().into_owned(), sources);
    }
    Ok(called)
}

/// `covers!(SignUp, SignIn);` claims both.
fn claimed(text: &str) -> Vec<&str> {
    let lists = text.split("\ncovers!(").skip(1).filter_map(|rest| rest.split(')').next());
    lists.flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_over_several_lines_and_not_out_of_comments() {
        let text = "//! See `covers!(Nothing)`.\n\ncovers!(SignUp, SignIn);\n\ncovers!(\n    Search,\n);\n";
        assert_eq!(claimed(text), ["SignUp", "SignIn", "Search"]);
    }
}
