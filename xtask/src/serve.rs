//! One local server: wrangler with the built Worker, the built app and a folder of databases.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::npm;
use crate::outbox;
use crate::process::{Running, command, told_to_stop};
use crate::root::root;
use crate::say::note;
use crate::settings::{Kind, env_files};
use crate::state;

pub struct Server {
    pub url: String,
    pub process: Running,
    /// Where its mail is kept.
    pub outbox: PathBuf,
}

pub struct Options {
    pub port: u16,
    pub state: PathBuf,
    pub kind: Kind,
    /// Where wrangler's words go; the terminal where there is none.
    pub log: Option<PathBuf>,
}

pub fn start(options: &Options) -> Result<Server> {
    if !root().join("api-worker/build/index.js").is_file() || !root().join("dist/index.html").is_file() {
        bail!("nothing is built yet: cargo xtask build");
    }
    state::ready(&options.state)?;
    wait_for_port(options.port)?;

    let mut wrangler = wrangler()?;
    wrangler.args(["dev", "--local", "--ip", "127.0.0.1", "--port", &options.port.to_string()]);
    wrangler.args(["--inspector-port", "0", "--show-interactive-dev-session=false", "--persist-to"]);
    wrangler.arg(&options.state);
    // `localhost` and not the number: the browser keeps __Host- cookies over http for that name.
    let url = format!("http://localhost:{}", options.port);
    let outbox = options.state.with_extension("outbox");
    for file in env_files(options.kind, &options.state, &url, &outbox::open(&outbox)?)? {
        wrangler.arg("--env-file").arg(file);
    }
    match &options.log {
        None => wrangler.arg("--log-level=error"),
        Some(log) => {
            let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
            wrangler.stdout(file.try_clone()?).stderr(Stdio::from(file))
        }
    };
    let mut server = Server { url, process: Running::start(&mut wrangler)?, outbox };
    server.wait_until_it_answers().map_err(|error| match &options.log {
        None => error,
        Some(log) => error.context(format!("its log ({}) ends:\n{}", log.display(), end_of(log))),
    })?;
    Ok(server)
}

impl Server {
    fn wait_until_it_answers(&mut self) -> Result<()> {
        let health = format!("{}/api/v1/health", self.url);
        let patience = Instant::now();
        loop {
            if self.process.has_ended() {
                bail!("wrangler ended before the Worker answered");
            }
            let last = match get(&health, Duration::from_secs(10)) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if patience.elapsed() > Duration::from_secs(60) {
                return Err(last.context("the Worker did not answer for 60 s"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// `cargo xtask serve`: for tests that start, kill and start it again on the same databases.
pub fn run(args: &[String]) -> Result<()> {
    let (mut port, mut dir) = (None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => port = args.next().and_then(|v| v.parse().ok()),
            "--state" => dir = args.next().map(PathBuf::from),
            other => bail!("serve does not know '{other}'"),
        }
    }
    let (Some(mut port), Some(dir)) = (port, dir) else {
        bail!("serve needs --port N (0 for any free one) and --state DIR")
    };
    if port == 0 {
        port = free_port()?;
    }
    let dir = std::path::absolute(dir)?;
    let log = dir.with_extension("log");
    let mut server = start(&Options { port, state: dir, kind: Kind::Test, log: Some(log) })?;
    let stop = told_to_stop()?;
    note(&format!("ready {}", server.url));
    while !stop.load(Ordering::Relaxed) {
        if server.process.has_ended() {
            bail!("wrangler ended by itself");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// wrangler on the project's own node, saying nothing to anyone outside.
pub fn wrangler() -> Result<Command> {
    let mut wrangler = command(npm::bin("wrangler"))?;
    wrangler
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    Ok(wrangler)
}

pub fn get(url: &str, patience: Duration) -> Result<()> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(patience)).build().into();
    agent.get(url).call().with_context(|| format!("GET {url}"))?;
    Ok(())
}

pub fn free_port() -> Result<u16> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(probe.local_addr()?.port())
}

/// A server that was killed a moment ago may still hold it.
fn wait_for_port(port: u16) -> Result<()> {
    let patience = Instant::now();
    while TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        if patience.elapsed() > Duration::from_secs(3) {
            bail!("port {port} is taken by another program: end that one, or choose another with --port N");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

pub fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
