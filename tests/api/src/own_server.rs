//! A server of a test's own, for tests that kill it or look into its databases. The others share the one in
//! ZHIKE_URL.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;

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

    /// `cargo xtask reset-link` on these databases, as whoever owns the machine runs it while the server runs.
    ///
    /// # Errors
    /// What it says when it makes no link.
    pub fn reset_link(&self, email: &str) -> Result<String, Box<dyn Error>> {
        let output = Command::new(xtask()?)
            .args(["reset-link", email, "--url", &self.url, "--state"])
            .arg(&self.state)
            .stdin(Stdio::null())
            .output()?;
        let said = String::from_utf8(output.stdout)?;
        if !output.status.success() {
            return Err(String::from_utf8(output.stderr)?.into());
        }
        let link = said.lines().find(|line| line.starts_with(&self.url));
        Ok(link.ok_or_else(|| format!("no link: {said}"))?.to_owned())
    }

    /// The databases with this table, opened past the Worker. Kill it first: two at one file is one too many.
    ///
    /// # Errors
    /// No database has it, or none can be read.
    pub fn databases_with(&self, table: &str) -> Result<Vec<Connection>, Box<dyn Error>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.state.join("v3/d1/miniflare-D1DatabaseObject"))? {
            let file = entry?.path();
            if file.extension().is_none_or(|ending| ending != "sqlite") {
                continue;
            }
            let database = Connection::open(file)?;
            if database.table_exists(None, table)? {
                found.push(database);
            }
        }
        if found.is_empty() {
            return Err(format!("no database under {} has a table {table}", self.state.display()).into());
        }
        Ok(found)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn xtask() -> Result<String, Box<dyn Error>> {
    Ok(env::var("ZHIKE_XTASK").map_err(|_| "ZHIKE_XTASK is not set: start with cargo xtask test api")?)
}

fn spawn(state: &PathBuf, port: u16) -> Result<(Child, String), Box<dyn Error>> {
    let mut child = Command::new(xtask()?)
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
