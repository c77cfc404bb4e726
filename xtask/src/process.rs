//! Starting other programs, and leaving none of them behind.

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::root::{cache, root};

/// A command that runs in the checkout and finds the project's own node and tools first.
pub fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", search_path()?).stdin(Stdio::null());
    // Set by `cargo run` for this program; a cargo started from here must decide for itself.
    for name in
        ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION", "RUSTFLAGS"]
    {
        command.env_remove(name);
    }
    Ok(command)
}

fn search_path() -> Result<OsString> {
    let mut parts = vec![root().join("node_modules/.bin")];
    if let Some(path) = std::env::var_os("PATH") {
        parts.extend(std::env::split_paths(&path));
    }
    parts.push(cache()?.join("tools/bin"));
    std::env::join_paths(parts).context("PATH holds a folder whose name cannot stand in PATH")
}

/// Runs to the end, output to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let status = command.status().with_context(|| format!("{name} could not be started"))?;
    if !status.success() {
        bail!("{name} ended with {status}");
    }
    Ok(())
}

/// Runs to the end quietly; what it said is shown only when it fails.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command.output().with_context(|| format!("{name} could not be started"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{name} ended with {}\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

/// The first line a program prints, or nothing where there is no such program.
pub fn first_line(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let output = command(program).ok()?.args(args).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| said.lines().next().unwrap_or_default().trim().to_owned())
}

pub fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = search_path().ok()?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn name_of(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let short = program.file_name().unwrap_or(command.get_program());
    let args: Vec<_> = command.get_args().take(4).map(OsStr::to_string_lossy).collect();
    format!("{} {}", short.to_string_lossy(), args.join(" ")).trim_end().to_owned()
}

/// A program that goes on running, with everything it starts. Gone when this is dropped, and
/// also when this process is killed without a chance to clean up: wrangler alone leaves its
/// runtime (workerd) behind then.
pub struct Running {
    child: Child,
    watchdog: Child,
}

impl Running {
    /// In a process group of its own, so that all of it can be ended together and so that a
    /// Ctrl-C in the terminal reaches it only through us.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = spawn(command.process_group(0))?;
        let this = std::env::current_exe().context("this program's own file is unknown")?;
        let watchdog = Command::new(this)
            .args(["watchdog", &child.id().to_string()])
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("the watchdog could not be started");
        match watchdog {
            Ok(watchdog) => Ok(Self { child, watchdog }),
            Err(error) => {
                signal_group(child.id(), Signal::KILL);
                Err(error)
            }
        }
    }

    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    fn stop(&mut self) {
        signal_group(self.child.id(), Signal::TERM);
        let patience = Instant::now();
        while !self.has_ended() && patience.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        // Also when its first process has ended by itself: something it started may live on.
        signal_group(self.child.id(), Signal::KILL);
        let _ = self.child.wait();
        if let Some(mut pipe) = self.watchdog.stdin.take() {
            let _ = pipe.write_all(b"done");
        }
        let _ = self.watchdog.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits in a process of its own. The pipe closes without a word when whoever held it was killed.
pub fn watchdog(args: &[String]) -> Result<()> {
    let group = args.first().and_then(|id| id.parse().ok()).context("the watchdog needs a process group")?;
    let mut word = [0; 1];
    if !matches!(std::io::stdin().read(&mut word), Ok(1)) {
        signal_group(group, Signal::KILL);
    }
    Ok(())
}

fn signal_group(leader: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // An error means that nothing is left to end.
        let _ = kill_process_group(pid, signal);
    }
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| format!("{} could not be started", name_of(command)))
}

/// Becomes true on Ctrl-C, on a polite kill, and when the terminal closes.
pub fn told_to_stop() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag)).context("no signal handler")?;
    }
    Ok(flag)
}
