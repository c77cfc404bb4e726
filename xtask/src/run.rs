//! `cargo xtask run`: from a clone to a working CRM on this machine.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::build;
use crate::demo::{FILL, SignIn};
use crate::process::told_to_stop;
use crate::root::dev;
use crate::say::{note, step};
use crate::serve::{self, Options, get};
use crate::settings::Kind;
use crate::state;

pub fn run(args: &[String]) -> Result<()> {
    let (mut port, mut fresh, mut demo) = (8787, false, true);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => port = args.next().and_then(|v| v.parse().ok()).context("--port needs a number")?,
            "--fresh" => fresh = true,
            "--no-demo" => demo = false,
            other => bail!("run does not know '{other}': --port N, --fresh, --no-demo"),
        }
    }
    let begun = Instant::now();
    let dir = dev().join("state");

    build::all()?;
    if fresh {
        state::remove(&dir)?;
    }
    let options = Options { port, state: dir.clone(), kind: Kind::Development, log: None };
    let mut server = step("start the server", || serve::start(&options))?;
    let sign_ins = if demo { demo_sign_ins(&dir, &server.url)? } else { Vec::new() };
    // Only now: until here a Ctrl-C simply ends this program, and the watchdog the server.
    let stop = told_to_stop()?;
    ring_every_minute(server.url.clone(), Arc::clone(&stop));

    note(&format!("\nZhike is ready after {:.1} s:  {}", begun.elapsed().as_secs_f64(), server.url));
    for SignIn { role, email, password } in &sign_ins {
        note(&format!("  {role:14} {email}   {password}"));
    }
    note(&format!("  mail is kept in {}", server.outbox.display()));
    note("Ctrl-C ends it.");
    while !stop.load(Ordering::Relaxed) {
        if server.process.has_ended() {
            bail!("wrangler ended by itself");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    note("\nstopping");
    Ok(())
}

/// The demo's sign-ins: remembered beside the databases they are in, or made now.
fn demo_sign_ins(dir: &Path, url: &str) -> Result<Vec<SignIn>> {
    let Some(fill) = FILL else {
        return Ok(Vec::new());
    };
    let memory = dir.join("demo.json");
    if let Ok(text) = fs::read_to_string(&memory) {
        return remembered(&text)
            .with_context(|| format!("{} is damaged: run with --fresh", memory.display()));
    }
    let made = step("fill the demo workspace", || fill(url))
        .context("a half-filled demo is of no use: start again with --fresh")?;
    let list: Vec<Value> =
        made.iter().map(|s| json!({"role": s.role, "email": s.email, "password": s.password})).collect();
    fs::write(&memory, Value::from(list).to_string())?;
    Ok(made)
}

fn remembered(text: &str) -> Result<Vec<SignIn>> {
    let list: Vec<Value> = serde_json::from_str(text)?;
    let word = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    Ok(list
        .iter()
        .map(|e| SignIn { role: word(e, "role"), email: word(e, "email"), password: word(e, "password") })
        .collect())
}

/// wrangler does not fire cron triggers locally by itself.
fn ring_every_minute(url: String, stop: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let cron = format!("{url}/cdn-cgi/local/scheduled");
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(60));
            if let Err(error) = get(&cron, Duration::from_secs(50)) {
                note(&format!("the minute's work did not run: {error:#}"));
            }
        }
    });
}
