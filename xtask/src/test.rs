//! `cargo xtask test`: everything that has to hold before a change goes in.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::root::{dev, root};
use crate::say::{note, step};
use crate::serve::{self, Options, Server, end_of, free_port};
use crate::settings::Kind;
use crate::{browser, build, check, coverage, deploy, npm, parity, process, size, state};

const PARTS: &[Part] = &[
    Part { name: "check", needs_build: false, run: |_| check::run() },
    Part { name: "domain", needs_build: false, run: domain },
    Part { name: "api", needs_build: true, run: api },
    Part { name: "e2e", needs_build: true, run: e2e },
    Part { name: "size", needs_build: true, run: |_| size::run() },
    Part { name: "deploy", needs_build: true, run: |_| deploy::dry_run() },
];

struct Part {
    name: &'static str,
    needs_build: bool,
    run: fn(&[String]) -> Result<()>,
}

pub fn run(args: &[String]) -> Result<()> {
    let (names, extra) = match args.iter().position(|arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => (args, &[][..]),
    };
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|part| part.name == *name)) {
        bail!("there is no part '{unknown}': check, domain, api, e2e, size, deploy");
    }
    if !extra.is_empty() && names.len() != 1 {
        bail!("arguments after -- belong to one part: name it");
    }
    let chosen = |part: &&Part| names.is_empty() || names.iter().any(|name| name == part.name);

    let mut times = Vec::new();
    let mut built = false;
    for part in PARTS.iter().filter(chosen) {
        if part.needs_build && !built {
            timed("build", &mut times, build::all)?;
            built = true;
        }
        timed(part.name, &mut times, || (part.run)(extra))?;
    }
    note("\nall passed:");
    for (name, took) in times {
        note(&format!("  {name:8} {:6.1} s", took.as_secs_f64()));
    }
    Ok(())
}

fn timed(
    name: &'static str,
    times: &mut Vec<(&'static str, Duration)>,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    note(&format!("\n== {name}"));
    let start = Instant::now();
    work().with_context(|| format!("{name} failed"))?;
    times.push((name, start.elapsed()));
    Ok(())
}

/// The tests inside the crates, which need no server.
fn domain(extra: &[String]) -> Result<()> {
    let here: Vec<_> = check::NATIVE.iter().copied().filter(|name| *name != "api-tests").collect();
    process::run(process::command("cargo")?.arg("test").args(check::packages(&here)).arg("--").args(extra))
}

/// Contract tests against the real Worker in workerd, with databases of their own.
fn api(extra: &[String]) -> Result<()> {
    // Compiled before the server starts, so that a mistake in them costs no waiting.
    process::run(process::command("cargo")?.args(["test", "--no-run", "--package", "api-tests"]))?;
    let sample = sample()?;
    with_server("api", |server, tests| {
        let mut cargo = process::command("cargo")?;
        tests(&mut cargo, server);
        match &sample {
            Some(sample) => cargo.env("ZHIKE_SAMPLE", sample),
            None => cargo.env_remove("ZHIKE_SAMPLE"),
        };
        process::run(cargo.args(["test", "--package", "api-tests", "--"]).args(extra))
    })?;
    if sample.is_none() {
        note(&format!(
            "\nSKIPPED: the real sample did not go in, because it is not here. \
             ZHIKE_SAMPLE names the folder with {SAMPLE}."
        ));
    }
    // Of a part of the tests there is nothing to say.
    if extra.is_empty() {
        step("every endpoint succeeded in its contract test", || coverage::holds(&scratch().join("called")))?;
    }
    Ok(())
}

/// Journeys in a real browser.
fn e2e(extra: &[String]) -> Result<()> {
    let chromium = browser::ready()?;
    let parity = parity::ready()?;
    with_server("e2e", |server, tests| {
        let mut playwright = process::command(npm::bin("playwright"))?;
        tests(&mut playwright, server);
        playwright.env("ZHIKE_CHROMIUM", chromium).env("ZHIKE_PARITY", parity);
        process::run(playwright.args(["test", "--config", "tests/e2e/playwright.config.ts"]).args(extra))
    })
}

type Environment<'a> = &'a dyn Fn(&mut Command, &Server);

/// A folder of the tests' own.
fn scratch() -> PathBuf {
    dev().join("test/scratch")
}

/// What tests are told: where the server is, and how to start one themselves.
fn with_server(name: &str, work: impl FnOnce(&Server, Environment<'_>) -> Result<()>) -> Result<()> {
    let place = dev().join("test");
    let state = place.join(name);
    let log = place.join(format!("{name}.log"));
    state::remove(&state)?;
    fs::create_dir_all(&place)?;
    let options = Options { port: free_port()?, state, kind: Kind::Test, log: Some(log.clone()) };
    let server = step("start a server with fresh databases", || serve::start(&options))?;

    let this = std::env::current_exe().context("this program's own file is unknown")?;
    let scratch = scratch();
    state::remove(&scratch)?;
    fs::create_dir_all(&scratch)?;
    let environment = |command: &mut Command, server: &Server| {
        command.env("ZHIKE_URL", &server.url);
        command.env("ZHIKE_OUTBOX_DIR", &server.outbox);
        command.env("ZHIKE_XTASK", &this);
        command.env("ZHIKE_SCRATCH", &scratch);
    };
    work(&server, &environment)
        .inspect_err(|_| note(&format!("\nthe server's log ({}) ends:\n{}", log.display(), end_of(&log))))
}

const SAMPLE: &str = "crm-sales-opportunities";

/// The folder of the real sample, which is not in the repository: where ZHIKE_SAMPLE says (there it has to be), or
/// beside the checkout.
fn sample() -> Result<Option<PathBuf>> {
    let complete = |dir: PathBuf| {
        [dir.join(SAMPLE), dir].into_iter().find(|dir| dir.join("sales_pipeline.csv").is_file())
    };
    let Some(given) = std::env::var_os("ZHIKE_SAMPLE").map(PathBuf::from) else {
        return Ok(root().parent().and_then(|parent| complete(parent.join("shared/data"))));
    };
    let found = complete(std::path::absolute(&given)?);
    found
        .map(Some)
        .with_context(|| format!("ZHIKE_SAMPLE names {}, where there is no {SAMPLE}", given.display()))
}
