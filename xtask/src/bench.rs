//! `cargo xtask bench`: how fast it is, as ratios within one run, beside the bars it has to hold. What is measured and
//! how stands in tests/bench; this starts it and writes docs/performance.md. It is no part of the tests: on a busy
//! machine its numbers say nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::process::{command, first_line};
use crate::root::{dev, root};
use crate::say::{note, step};
use crate::{browser, build, npm, size, state};

const PARTS: [&str; 3] = ["sizes", "api", "browser"];
/// How often the browser repeats what it measures, when nothing else is asked for.
const RUNS: &str = "5";

/// Bytes of the first visit, by the design.
const FIRST_VISIT: usize = 350 * 1024;

struct Options {
    parts: Vec<String>,
    /// Only rows whose name holds one of these, by commas; such a run is printed and not written down.
    rows: String,
    runs: String,
    build: bool,
}

pub fn run(args: &[String]) -> Result<()> {
    let options = read(args)?;
    if options.build {
        build::all()?;
    } else {
        npm::ready()?;
    }
    for part in &options.parts {
        let before = load();
        let sections = match part.as_str() {
            "sizes" => sizes()?,
            part => measure(part, &options)?,
        };
        let result =
            json!({"date": today()?, "load": [before, load()], "built": options.build, "sections": sections});
        note(&format!("\n{}", tables(&result)));
        if options.rows.is_empty() {
            fs::create_dir_all(results())?;
            fs::write(results().join(format!("{part}.json")), result.to_string())?;
        }
    }
    if options.rows.is_empty() {
        write_document()?;
    }
    Ok(())
}

fn read(args: &[String]) -> Result<Options> {
    let mut options = Options { parts: Vec::new(), rows: String::new(), runs: RUNS.to_owned(), build: true };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rows" => options.rows = args.next().context("--rows needs a part of a row's name")?.clone(),
            "--runs" => options.runs = args.next().context("--runs needs a number")?.clone(),
            "--built" => options.build = false,
            part if PARTS.contains(&part) => options.parts.push(part.to_owned()),
            other => {
                bail!("bench does not know '{other}': sizes, api, browser, --rows TEXT, --runs N, --built")
            }
        }
    }
    if options.parts.is_empty() {
        options.parts = PARTS.map(str::to_owned).to_vec();
    }
    Ok(options)
}

fn results() -> PathBuf {
    dev().join("bench")
}

/// Runs one of the scripts on fresh databases; it answers with its sections.
fn measure(part: &str, options: &Options) -> Result<Value> {
    let databases = results().join("state");
    state::remove(&databases)?;
    fs::create_dir_all(results())?;
    state::ready(&databases)?;
    let mut script = command(npm::bin("node"))?;
    script.arg(root().join("tests/bench").join(format!("{part}.mjs"))).arg(&databases);
    match part {
        "browser" => script.arg(browser::ready()?).args([&options.rows, &options.runs]),
        _ => script.arg(&options.rows),
    };
    let output = step(&format!("bench {part}"), || {
        // Its progress goes to the terminal, its result comes back.
        let output = script.stderr(Stdio::inherit()).output().context("node could not be started")?;
        if !output.status.success() {
            bail!("tests/bench/{part}.mjs ended with {}", output.status);
        }
        Ok(output.stdout)
    })?;
    let reply: Value = serde_json::from_slice(&output).context("the script's answer is not JSON")?;
    state::remove(&databases)?;
    Ok(reply["sections"].clone())
}

fn sizes() -> Result<Value> {
    let rows: Vec<Value> = size::measured()?
        .into_iter()
        .map(|(what, bytes, budget)| {
            // The budget may stand higher for a while, so that nothing is lost meanwhile.
            let limit = if what == "first visit" { budget.min(FIRST_VISIT) } else { budget };
            let cells = [
                what.to_owned(),
                format!("{:.0} KB", size::kb(bytes)),
                format!("≤ {:.0} KB", size::kb(limit)),
            ];
            json!({"cells": cells, "holds": bytes <= limit})
        })
        .collect();
    Ok(json!([{"title": "Compressed sizes", "columns": ["what", "size", "bar"], "rows": rows}]))
}

/// The sections of one part as Markdown tables.
fn tables(result: &Value) -> String {
    let mut text = String::new();
    for section in list(&result["sections"]) {
        let columns: Vec<&str> = list(&section["columns"]).iter().filter_map(Value::as_str).collect();
        text.push_str(&format!("### {}\n\n", section["title"].as_str().unwrap_or_default()));
        text.push_str(&format!("| {} | |\n|{}\n", columns.join(" | "), " --- |".repeat(columns.len() + 1)));
        for row in list(&section["rows"]) {
            let cells: Vec<&str> = list(&row["cells"]).iter().filter_map(Value::as_str).collect();
            text.push_str(&format!("| {} | {} |\n", cells.join(" | "), verdict(row)));
        }
        text.push('\n');
    }
    text
}

fn verdict(row: &Value) -> &'static str {
    match row["holds"].as_bool() {
        Some(true) => "holds",
        Some(false) => "**over**",
        None => "",
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

const HEAD: &str = "\
# Performance

Written by `cargo xtask bench`; do not edit by hand. The bars come from the design: what a person notices on a phone, \
and how much the product may cost above the least that could do the same.

Numbers are compared within one run only: contenders take turns, request by request, so that whatever else the machine \
does hits both. Between runs a difference under 30 % says nothing.

- **Floor**: `tests/bench/floor/worker.js`, one plain JavaScript file. For the list it runs the session check and the \
very statement the product sends; for create and move it loads and saves the same rows (the benchmark compares them) \
and checks nothing. Both Workers run in one workerd under the miniflare API, on the same databases.
- **Browser**: Chromium, headless, 1440 × 900, a new profile for each run; the app served with brotli as at the edge. \
*Throttled* is a processor four times slower, 1.6 Mbps, 150 ms a request. *Ready* is the frame that paints the last \
card of the first screen of every column.
- **Round trips** are counted by a wrapper around the database bindings.

To repeat: `cargo xtask bench`, a part of it with `cargo xtask bench sizes|api|browser`, some rows with `--rows TEXT`. \
Do nothing else on the machine meanwhile.
";

fn write_document() -> Result<()> {
    let mut text = format!("{HEAD}\n## Machine\n\n{}\n", machine());
    let mut over = Vec::new();
    for part in PARTS {
        let Ok(stored) = fs::read_to_string(results().join(format!("{part}.json"))) else { continue };
        let result: Value =
            serde_json::from_str(&stored).with_context(|| format!("{part}.json is damaged"))?;
        let word = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
        let loads = [word(&result["load"][0]), word(&result["load"][1])];
        text.push_str(&format!(
            "## {}\n\nMeasured {}; load of the machine {} before, {} after.{}{}\n\n{}",
            part_title(part),
            word(&result["date"]),
            loads[0],
            loads[1],
            if result["built"] == false { OLDER } else { "" },
            if part != "sizes" && is_busy(&loads) { BUSY } else { "" },
            tables(&result)
        ));
        let rows = list(&result["sections"]).iter().flat_map(|section| list(&section["rows"]));
        over.extend(rows.filter(|row| row["holds"] == false).map(|row| word(&row["cells"][0])));
    }
    text.push_str("## Over the bar\n\n");
    match over.as_slice() {
        [] => text.push_str("Nothing.\n"),
        rows => rows.iter().for_each(|row| text.push_str(&format!("- {row}\n"))),
    }
    let file = root().join("docs/performance.md");
    fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    note("written: docs/performance.md");
    Ok(())
}

const OLDER: &str = " On what was built before, which may be older than the sources.";
const BUSY: &str = " **The machine was busy with other work: every time is too long by a factor, and a ratio near its \
bar may stand on either side of it.**";

/// Whether more wanted to run than there were cores, beside what was measured.
fn is_busy(loads: &[String]) -> bool {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    // One core is what the measuring itself keeps busy.
    loads.iter().filter_map(|load| load.parse::<f64>().ok()).any(|load| load.ceil() as usize > cores + 1)
}

fn part_title(part: &str) -> &'static str {
    match part {
        "sizes" => "Sizes",
        "api" => "The Worker",
        _ => "The app",
    }
}

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let line_of = |text: String, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split(':').nth(1));
        line.map_or_else(|| "unknown".to_owned(), |value| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory =
        line_of(read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse::<u64>().unwrap_or(0) >> 20;
    let chromium = browser::ready().ok().and_then(|program| first_line(program, &["--version"]));
    let rows = [
        ("processor", format!("{}, {cores} cores", line_of(read("/proc/cpuinfo"), "model name"))),
        ("memory", format!("{memory} GiB")),
        ("kernel", read("/proc/sys/kernel/osrelease").trim().to_owned()),
        ("node", first_line(npm::bin("node"), &["--version"]).unwrap_or_default()),
        ("miniflare", package_version("miniflare")),
        ("workerd", package_version("workerd")),
        (
            "browser",
            format!(
                "{}, driven by playwright {}",
                chromium.unwrap_or_default(),
                package_version("playwright")
            ),
        ),
    ];
    rows.iter().fold("| | |\n| --- | --- |\n".to_owned(), |text, (name, value)| {
        format!("{text}| {name} | {value} |\n")
    })
}

fn package_version(name: &str) -> String {
    let file = root().join("node_modules").join(name).join("package.json");
    let text = fs::read_to_string(file).unwrap_or_default();
    let package: Value = serde_json::from_str(&text).unwrap_or_default();
    package["version"].as_str().unwrap_or("unknown").to_owned()
}

fn load() -> String {
    let text = fs::read_to_string(Path::new("/proc/loadavg")).unwrap_or_default();
    text.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("unknown").to_owned()
}

fn today() -> Result<String> {
    first_line("date", &["+%F %H:%M"]).context("the program 'date' is missing")
}
