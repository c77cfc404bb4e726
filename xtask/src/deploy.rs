//! To one's own Cloudflare account: databases first, then the Worker with the app, then whatever secrets it lacks.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use crate::build;
use crate::process::{run as run_command, run_quietly};
use crate::root::{dev, root};
use crate::say::{note, step};
use crate::serve::wrangler;
use crate::settings::{LOCAL_ONLY, SECRETS, new_secret};
use crate::state::{self, DATABASES};

pub fn run(args: &[String]) -> Result<()> {
    match args {
        [] => deploy(),
        [only] if only == "--dry-run" => {
            build::all()?;
            dry_run()
        }
        _ => bail!("deploy knows only --dry-run"),
    }
}

/// Everything but the upload: the bundle, the bindings, and that no local setting is among them.
pub fn dry_run() -> Result<()> {
    step("deploy, dry run", || {
        let out = dev().join("deploy-dry-run");
        state::remove(&out)?;
        let said = run_quietly(
            wrangler()?.args(["deploy", "--dry-run", "--config", "wrangler.toml", "--outdir"]).arg(&out),
        )?;
        note(said.trim());
        for name in LOCAL_ONLY.iter().chain(SECRETS) {
            if said.contains(&format!("env.{name}")) {
                bail!("the deployment would carry {name}");
            }
        }
        for binding in
            ["env.DIRECTORY", "env.DB_0", "env.DB_1", "env.LIVE", "env.FILES", "env.REMINDERS", "env.ASSETS"]
        {
            if !said.contains(binding) {
                bail!("the deployment lacks {binding}");
            }
        }
        Ok(())
    })
}

fn deploy() -> Result<()> {
    let config = fs::read_to_string(root().join("wrangler.toml"))?;
    if config.contains("\"00000000-0000-0000-0000-00000000000") {
        bail!(
            "wrangler.toml still holds the stand-in database ids: make the three databases \
             (wrangler d1 create zhike-directory, zhike-0, zhike-1) and write their ids into it"
        );
    }
    if config.contains("ORIGIN = \"\"") {
        bail!(
            "wrangler.toml does not say ORIGIN, the address people open: links in reminders begin with it, and push \
             services want to know it"
        );
    }
    build::all()?;
    for (name, _) in DATABASES {
        step(&format!("migrate {name}"), || {
            run_command(wrangler()?.args(["d1", "migrations", "apply", name, "--remote"]).env("CI", "true"))
        })?;
    }
    step("upload", || run_command(wrangler()?.args(["deploy", "--config", "wrangler.toml"])))?;
    step("secrets", missing_secrets)
}

/// A secret that is there is never touched: replacing one would void what it signed.
fn missing_secrets() -> Result<()> {
    let said = run_quietly(wrangler()?.args(["secret", "list", "--format", "json"]))?;
    let there: Vec<Value> = serde_json::from_str(&said).context("the list of secrets is unreadable")?;
    let is_there = |name: &&str| there.iter().any(|secret| secret["name"] == **name);
    let mut new = Map::new();
    for name in SECRETS.iter().filter(|name| !is_there(name)) {
        new.insert((*name).to_owned(), Value::from(new_secret()?));
    }
    if new.is_empty() {
        return Ok(());
    }
    let file = dev().join("new-secrets.json");
    fs::create_dir_all(dev())?;
    fs::write(&file, "")?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    fs::write(&file, Value::from(new).to_string())?;
    let sent = run_quietly(wrangler()?.args(["secret", "bulk"]).arg(&file));
    fs::remove_file(&file)?;
    sent.map(|_| ())
}
