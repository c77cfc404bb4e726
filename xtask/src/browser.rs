//! A Chromium for the journeys: the one that is there, or Debian's where it may be installed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process::{command, find_on_path, run_quietly};
use crate::say::step;

pub fn ready() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("ZHIKE_CHROMIUM").map(PathBuf::from) {
        if given.is_file() {
            return Ok(given);
        }
        bail!("ZHIKE_CHROMIUM names {}, where there is no program", given.display());
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !rustix::process::getuid().is_root() || find_on_path("apt-get").is_none() {
        bail!(
            "the browser journeys need Chromium: install it (Debian: apt-get install chromium fonts-noto-cjk), \
             or name one in ZHIKE_CHROMIUM"
        );
    }
    step("apt-get install chromium", || {
        run_quietly(command("apt-get")?.args(["update", "-qq"]))?;
        // Without a Chinese font every character is the same empty box, and nothing measured is true.
        run_quietly(
            command("apt-get")?
                .args(["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"])
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    })?;
    find().context("chromium was installed but is not on PATH")
}

fn find() -> Option<PathBuf> {
    let mac = Path::new("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
        .into_iter()
        .find_map(find_on_path)
        .or_else(|| mac.is_file().then(|| mac.to_owned()))
}
