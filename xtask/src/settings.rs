//! What the local Worker is told, and no deployed one ever is: wrangler.toml knows nothing of it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::root::dev;

/// Each is 32 random bytes, made once per machine (or per deployment) and never replaced: every browser that was added
/// trusts VAPID_KEY alone, whose bytes are a private key of P-256.
pub const SECRETS: &[&str] = &["SIGNING_KEY", "VAPID_KEY"];

/// Settings that open doors which must stay shut in a deployment.
pub const LOCAL_ONLY: &[&str] = &["ZHIKE_ENV", "ZHIKE_LOCAL_RECEIVERS", "ZHIKE_OUTBOX"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Development,
    Test,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
        }
    }
}

/// The files for wrangler's `--env-file`, made where they are missing. What is about one server lies beside its
/// databases, for several may start at a time.
pub fn env_files(kind: Kind, state: &Path, url: &str, outbox: &str) -> Result<[PathBuf; 2]> {
    let settings = state.with_extension("env");
    fs::create_dir_all(dev())?;
    let lines = [
        format!("ZHIKE_ENV={}", kind.word()),
        "ZHIKE_LOCAL_RECEIVERS=http://127.0.0.1:*".to_owned(),
        format!("ZHIKE_OUTBOX={outbox}"),
        format!("ORIGIN={url}"),
        "MAIL_FROM=reminders@example.com".to_owned(),
    ];
    fs::write(&settings, lines.map(|line| line + "\n").concat())
        .with_context(|| format!("{} cannot be written", settings.display()))?;
    Ok([secrets()?, settings])
}

fn secrets() -> Result<PathBuf> {
    let file = dev().join("secrets.env");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let mut known: BTreeMap<&str, String> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim().to_owned()))
        .collect();
    let before = known.len();
    for name in SECRETS {
        if !known.contains_key(name) {
            known.insert(name, new_secret()?);
        }
    }
    if known.len() > before {
        let lines: String = known.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        fs::write(&file, lines).with_context(|| format!("{} cannot be written", file.display()))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

pub fn new_secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gave no random bytes")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
