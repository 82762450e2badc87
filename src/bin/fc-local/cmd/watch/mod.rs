//! `fc-local watch`: builds, deploys and serves, again after each change.
//!
//! The server is that of `fc-local start`; what fails touches nothing of what it serves.
//!
//! ```text
//! changes         the watcher
//! bursts          changes that are taken for one
//! watched         what counts as a change
//! ignored         what --ignore names
//! echo            changes that a build has made itself
//! round           builds, and what they mean for what is served
//! programs        which program is the code of which function
//! build           running a build
//! zipped          functions that nobody builds
//! ```

mod args;
mod build;
mod bursts;
mod changes;
mod echo;
mod ignored;
mod programs;
mod round;
mod watched;
mod zipped;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::api::App;
use crate::cmd::serve;
use crate::output;
use crate::project::template;

pub(crate) use args::{EXAMPLES, WatchArgs};
use bursts::Burst;
use changes::Changes;
use echo::{After, Echo, Ended};
use ignored::Ignored;
use round::Rounds;
use watched::{Watched, shown};

/// What is watched for the user's own build, wherever it exists.
const SOURCES: [&str; 3] = ["src", "Cargo.toml", "build.rs"];

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(args: &WatchArgs) -> ExitCode {
    // Before the server says that it listens.
    let ignored = Ignored::of(&args.ignore);
    let watched = match ignored.and_then(|ignored| Watched::of(&named(args), ignored)) {
        Ok(watched) => watched,
        Err(message) => return output::fail(&message),
    };
    let nothing = |_: &Arc<App>| Ok(());
    let rounds = async move |app| watch(args, watched, app).await;
    serve::run_with(&args.serve, nothing, rounds).await
}

async fn watch(args: &WatchArgs, watched: Watched, app: Arc<App>) -> Result<(), String> {
    let mut changes = Changes::of(watched)?;
    let mut rounds = Rounds::new(app, args);
    let mut echo = Echo::default();
    let mut changed = None;
    loop {
        let template = rounds.read_template();
        rounds.find_programs(template.as_ref(), changed.as_ref());
        // Before any is read, so that a change meanwhile is seen, and again for what the build has made.
        let (sources, build_folders) = rounds.sources();
        changes.set_programs(sources, build_folders)?;
        changes.set_packages(&rounds.zip_files())?;
        let build = rounds.next(template, changed.as_ref()).await;
        changes.set_packages(&rounds.zip_files())?;
        output::say("waiting for changes");
        let burst = match build {
            Some(build) => echo_of(&build, &mut changes, &mut echo, &rounds).await?,
            None => None,
        };
        let burst = match burst {
            Some(burst) => burst,
            None => {
                echo.is_broken();
                next_burst(&mut changes, &rounds).await?
            }
        };
        say_changed(&burst);
        changed = Some(burst);
    }
}

/// What the user names to be watched.
fn named(args: &WatchArgs) -> Vec<PathBuf> {
    let here = args.build.iter().flat_map(|_| SOURCES.map(PathBuf::from));
    let mut named: Vec<PathBuf> = here.filter(|path| path.exists()).collect();
    named.extend(template::files(&args.template()));
    let rules = template::rules(&args.template()).and_then(|rules| rules.file());
    named.extend(rules.filter(|file| file.is_file()));
    named.extend(args.watch.iter().cloned());
    named
}

/// What has changed during a build, if that is more than what the build itself makes each time.
async fn echo_of(
    build: &Ended,
    changes: &mut Changes,
    echo: &mut Echo,
    rounds: &Rounds,
) -> Result<Option<Burst>, String> {
    let mut burst = changes.until_now().await?;
    if burst.is_partial {
        return Ok(Some(burst));
    }
    burst.sources = match echo.after(build, burst.sources) {
        After::Again(files) => files,
        After::Rest => Vec::new(),
        After::RestFrom(files) => {
            say_rest(&files);
            Vec::new()
        }
    };
    let counts = !burst.sources.is_empty() || rounds.has_new_zip_file();
    Ok(counts.then_some(burst))
}

/// The next burst that changes anything: a zip file that the build has made is served already.
async fn next_burst(changes: &mut Changes, rounds: &Rounds) -> Result<Burst, String> {
    loop {
        let burst = changes.next().await?;
        if burst.is_partial || !burst.sources.is_empty() || rounds.has_new_zip_file() {
            return Ok(burst);
        }
    }
}

/// Names one file, and a source rather than a package, which the build before may have made.
fn say_changed(burst: &Burst) {
    let mut named = burst.sources.iter().chain(&burst.packages);
    if let Some(path) = named.next() {
        output::say(&format!("{} changed", shown(path)));
    }
}

fn say_rest(files: &[PathBuf]) {
    let names: Vec<String> = files.iter().map(|file| shown(file)).collect();
    let names = names.join(", ");
    output::say(&format!(
        "each build changes {names}, so that starts no other build; --ignore it, or write it only when it differs"
    ));
}
