//! Which endpoints answered with success, and to whom: one empty file for each endpoint and source file, written
//! while the tests run. `cargo xtask test api` holds them against `covers!` when all have run.

use std::panic::Location;
use std::path::PathBuf;
use std::{env, fs};

/// Notes that an endpoint did what it is for when this place called it. Without a scratch folder nobody asks.
#[track_caller]
pub(crate) fn note(endpoint: &str) {
    let Some(scratch) = env::var_os("ZHIKE_SCRATCH").map(PathBuf::from) else { return };
    let source = Location::caller().file().replace(['/', '\\'], "~");
    let place = scratch.join("called").join(endpoint);
    let written = fs::create_dir_all(&place).and_then(|()| fs::write(place.join(source), ""));
    if let Err(error) = written {
        panic!("{} cannot be written: {error}", place.display());
    }
}
