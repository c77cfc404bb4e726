//! What a person reads while it runs: each step by name, and how long it took.

use std::io::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result};

pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    note(&format!("→ {name}"));
    let start = Instant::now();
    let result =
        work().with_context(|| format!("{name}: failed after {:.1} s", start.elapsed().as_secs_f64()))?;
    note(&format!("✓ {name}: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(result)
}

pub fn note(line: &str) {
    println!("{line}");
    // The output may be a pipe, which would keep the lines back until the end.
    let _ = std::io::stdout().flush();
}
