//! `cargo xtask pictures`: the screens of the demo workspace as they are now, for the README.

use anyhow::{Context as _, Result, bail};

use crate::demo::FILL;
use crate::root::{dev, root};
use crate::say::{note, step};
use crate::serve::{self, Options, free_port};
use crate::settings::Kind;
use crate::{browser, build, npm, process, state};

pub fn run(args: &[String]) -> Result<()> {
    if let Some(unknown) = args.first() {
        bail!("pictures does not know '{unknown}'");
    }
    let fill = FILL.context("there is no demo workspace to take pictures of")?;
    build::all()?;
    let chromium = browser::ready()?;
    let place = dev().join("pictures");
    state::remove(&place)?;
    let options = Options { port: free_port()?, state: place, kind: Kind::Development, log: None };
    let server = step("start a server with fresh databases", || serve::start(&options))?;
    let sign_ins = step("fill the demo workspace", || fill(&server.url))?;
    let administrator = sign_ins.first().context("nobody can sign in to the demo workspace")?;

    let folder = root().join("docs/pictures");
    let mut node = process::command(npm::bin("node"))?;
    node.arg("tests/pictures/take.mjs")
        .env("ZHIKE_URL", &server.url)
        .env("ZHIKE_CHROMIUM", chromium)
        .env("ZHIKE_PICTURES", &folder)
        .env("ZHIKE_EMAIL", &administrator.email)
        .env("ZHIKE_PASSWORD", &administrator.password);
    process::run(&mut node)?;
    note(&format!("\nthe pictures are in {}", folder.display()));
    Ok(())
}
