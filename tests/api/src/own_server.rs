//! A server of a test's own, for tests that kill it. The others share the one in ZHIKE_URL.

use std::env;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The Worker in workerd on databases that outlive it.
pub struct OwnServer {
    state: PathBuf,
    port: u16,
    child: Child,
    pub url: String,
}

impl OwnServer {
    /// Starts on fresh databases. The name is the test's, so that two tests never share them.
    pub fn start(name: &str) -> Result<Self, Box<dyn Error>> {
        let state = PathBuf::from(env::var("ZHIKE_SCRATCH")?).join(name);
        let (child, url) = spawn(&state, 0)?;
        let port = url.rsplit(':').next().unwrap_or_default().parse()?;
        Ok(Self { state, port, child, url })
    }

    /// As a power cut would: no signal that anything could answer to. workerd goes with it within milliseconds.
    pub fn kill(&mut self) -> Result<(), Box<dyn Error>> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Again on the same address and databases. Waits until the Worker answers.
    pub fn start_again(&mut self) -> Result<(), Box<dyn Error>> {
        let (child, url) = spawn(&self.state, self.port)?;
        self.child = child;
        self.url = url;
        Ok(())
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn spawn(state: &PathBuf, port: u16) -> Result<(Child, String), Box<dyn Error>> {
    let xtask =
        env::var("ZHIKE_XTASK").map_err(|_| "ZHIKE_XTASK is not set: start with cargo xtask test api")?;
    let mut child = Command::new(xtask)
        .args(["serve", "--port", &port.to_string(), "--state"])
        .arg(state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().ok_or("the server has no output")?;
    for line in BufReader::new(stdout).lines() {
        if let Some(url) = line?.strip_prefix("ready ") {
            return Ok((child, url.to_owned()));
        }
    }
    child.wait()?;
    Err(format!("the server did not start: see {}", state.with_extension("log").display()).into())
}
