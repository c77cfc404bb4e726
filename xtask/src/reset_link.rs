//! A link to set a new password, for an administrator who is locked out. Whoever runs this owns the databases.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::npm;
use crate::process::run_quietly;
use crate::root::dev;
use crate::say::note;
use crate::serve::wrangler;
use crate::settings::new_secret;

const GOOD_FOR: Duration = Duration::from_secs(60 * 60);

pub fn run(args: &[String]) -> Result<()> {
    let (mut email, mut remote, mut url, mut state) = (None, false, None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--remote" => remote = true,
            "--url" => url = Some(args.next().context("--url needs the address of the app")?.as_str()),
            "--state" => {
                state = Some(PathBuf::from(args.next().context("--state needs a folder of databases")?))
            }
            address if address.contains('@') && email.is_none() => {
                email = Some(address.trim().to_ascii_lowercase())
            }
            other => {
                bail!(
                    "reset-link does not know '{other}': \
                     EMAIL [--remote] [--state DIR] [--url https://crm.example.com]"
                )
            }
        }
    }
    let email =
        email.context("whose? cargo xtask reset-link EMAIL [--remote] [--state DIR] [--url ADDRESS]")?;
    if remote && state.is_some() {
        bail!("--state names local databases, --remote the deployed ones: one of them");
    }
    npm::ready()?;

    // The Worker keeps tokens the same way (api-worker/src/platform.rs): only the hash of what the link carries.
    let token = new_secret()?;
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&token));
    let until = (SystemTime::now() + GOOD_FOR).duration_since(UNIX_EPOCH)?.as_millis();
    let sql = format!(
        "INSERT INTO reset (token_hash, identity_id, expires_at) \
         SELECT '{hash}', id, {until} FROM identity WHERE email = '{}' RETURNING identity_id",
        email.replace('\'', "''")
    );
    let mut wrangler = wrangler()?;
    wrangler.args(["d1", "execute", "zhike-directory", "--json", "--yes", "--command", &sql]);
    if remote {
        wrangler.arg("--remote");
    } else {
        let state = state.map(std::path::absolute).transpose()?.unwrap_or_else(|| dev().join("state"));
        wrangler.args(["--local", "--persist-to"]).arg(state);
    }
    let said: Value =
        serde_json::from_str(&run_quietly(&mut wrangler)?).context("wrangler's answer is unreadable")?;
    if said[0]["results"].as_array().is_none_or(Vec::is_empty) {
        bail!("nobody signs in with {email}");
    }
    let address = url.unwrap_or(if remote { "https://YOUR-ADDRESS" } else { "http://localhost:8787" });
    note(&format!("good once, for an hour:\n{}/reset/{token}", address.trim_end_matches('/')));
    Ok(())
}
