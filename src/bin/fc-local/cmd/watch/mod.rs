//! `fc-local watch`: builds, deploys and serves, and again at each change.
//!
//! The server is that of `fc-local start`; what fails touches nothing of what it serves.
//!
//! ```text
//! changes         bursts of changes
//! watched         what counts as a change
//! round           a build, and what it means for what is served
//! build           running the build command
//! ```

mod args;
mod build;
mod changes;
mod round;
mod watched;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::api::App;
use crate::cmd::serve;
use crate::output;

pub(crate) use args::{EXAMPLES, WatchArgs};
use build::Builder;
use changes::{Burst, Changes};
use round::Rounds;
use watched::Watched;

/// What is watched wherever it exists.
const SOURCES: [&str; 3] = ["src", "Cargo.toml", "build.rs"];

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(args: &WatchArgs) -> ExitCode {
    serve::run_with(&args.serve, async |app| watch(args, app).await).await
}

async fn watch(args: &WatchArgs, app: Arc<App>) -> Result<(), String> {
    let template = args.template.clone();
    let sources = SOURCES
        .iter()
        .map(PathBuf::from)
        .filter(|path| path.exists());
    let mut watched: Vec<PathBuf> = sources.collect();
    watched.push(template.clone());
    watched.extend(args.watch.iter().cloned());
    let mut changes = Changes::of(Watched::of(&watched)?)?;
    let mut rounds = Rounds::new(app, template, Builder::new(&args.build));
    let mut with_build = true;
    loop {
        let template = rounds.read_template();
        // Before any is read, so that a change meanwhile is seen, and again for what the build has made.
        changes.set_packages(&rounds.zip_files())?;
        rounds.next(template, with_build).await;
        changes.set_packages(&rounds.zip_files())?;
        output::say("waiting for changes");
        let burst = next_burst(&mut changes, &rounds).await?;
        let here = std::env::current_dir().unwrap_or_default();
        let shown = burst.first.strip_prefix(here).unwrap_or(&burst.first);
        output::say(&format!("{} changed", shown.display()));
        with_build = burst.of_sources;
    }
}

/// The next burst that changes anything: a zip file that the build has made is served already.
async fn next_burst(changes: &mut Changes, rounds: &Rounds) -> Result<Burst, String> {
    loop {
        let burst = changes.next().await?;
        if burst.of_sources || rounds.has_new_zip_file() {
            return Ok(burst);
        }
    }
}
