//! The project's commands: `cargo xtask run` starts everything on one machine, `cargo xtask test`
//! proves everything. What the product itself does belongs in the other crates, not here.

mod bench;
mod browser;
mod build;
mod check;
mod coverage;
mod demo;
mod deploy;
mod inputs;
mod npm;
mod outbox;
mod parity;
mod pictures;
mod process;
mod reindex;
mod reset_link;
mod root;
mod run;
mod say;
mod serve;
mod settings;
mod shell;
mod size;
mod split;
mod state;
mod test;
mod tidy;
mod tools;
mod waiting;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  run [--port N] [--fresh] [--no-demo]   build what changed and serve it on http://localhost:8787
      --fresh      empty databases; the secrets stay
      --no-demo    no demo workspace
  test [PART ...] [-- ARGS]  everything, or parts of it: check domain api e2e size deploy
      ARGS go to the part's own runner: cargo xtask test api -- accounts
  check                      the fast part: format, lints, tidiness
  build                      app and Worker, optimised
  size                       compressed sizes against size-budget.toml
  bench [PART ...] [--rows TEXT] [--runs N] [--built]  the performance table, or parts of it: sizes api browser
  deploy [--dry-run]         to your own Cloudflare account
  reset-link EMAIL [--remote] [--state DIR]  a link to set a new password, for whoever is locked out
      --remote     in the deployed databases; otherwise in those of cargo xtask run, or of DIR
  reindex [--remote] [--drop]  make the search index anew; --drop only takes it away, for an export
  serve --port N --state DIR   one server on what is already built (for tests; runs until it is killed)
  demo URL                   the demo workspace, on a server that is running
  pictures                   the screens of the demo workspace into docs/pictures
  setup                      only the tools: wasm target, trunk, wasm-bindgen, worker-build, npm packages
";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = dispatch(&args) {
        eprintln!("\nxtask: {error:#}");
        std::process::exit(1);
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let Some((command, rest)) = args.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match command.as_str() {
        "run" => run::run(rest),
        "test" => test::run(rest),
        "check" => check::run(),
        "build" => build::all(),
        "size" => size::run(),
        "bench" => bench::run(rest),
        "deploy" => deploy::run(rest),
        "reindex" => reindex::run(rest),
        "reset-link" => reset_link::run(rest),
        "serve" => serve::run(rest),
        "demo" => demo::run(rest),
        "pictures" => pictures::run(rest),
        "setup" => tools::setup().map(|_| ()),
        "watchdog" => process::watchdog(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => {
            print!("{HELP}");
            bail!("there is no command '{other}'")
        }
    }
}
