//! `fc-local watch`: builds, deploys and serves, and again at each change.
//!
//! The server is that of `fc-local start`; a build that fails touches nothing of what it serves.

mod build;
mod changes;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::api::App;
use crate::api::deploy::{Deployment, deploy};
use crate::cli::WatchArgs;
use crate::output;
use crate::serve;
use crate::store::CodeRef;
use crate::template::Template;
use build::Builder;
use changes::Changes;

/// The template that is served unless another is named.
const TEMPLATE: &str = "template.yml";

/// What is watched wherever it exists.
const SOURCES: [&str; 3] = ["src", "Cargo.toml", "build.rs"];

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(args: &WatchArgs) -> ExitCode {
    serve::run_with(&args.start, async |app| watch(args, app).await).await
}

async fn watch(args: &WatchArgs, app: Arc<App>) -> Result<(), String> {
    let template = args.start.template.clone();
    let template = template.unwrap_or_else(|| PathBuf::from(TEMPLATE));
    let sources = SOURCES
        .iter()
        .map(PathBuf::from)
        .filter(|path| path.exists());
    let mut watched: Vec<PathBuf> = sources.collect();
    watched.push(template.clone());
    watched.extend(args.watch.iter().cloned());
    let mut changes = Changes::of(&watched)?;
    let mut rounds = Rounds {
        app,
        template,
        builder: Builder::new(&args.build)?,
        served: Vec::new(),
        outdated: Vec::new(),
    };
    loop {
        rounds.next().await;
        output::say("waiting for changes");
        let changed = changes.next().await?;
        let here = std::env::current_dir().unwrap_or_default();
        let shown = changed.strip_prefix(here).unwrap_or(&changed).display();
        output::say(&format!("{shown} changed"));
    }
}

/// One build after the other, and the packages that they made.
struct Rounds {
    app: Arc<App>,
    template: PathBuf,
    builder: Builder,
    /// The packages of the last good build.
    served: Vec<CodeRef>,
    /// Those of the one before: an instance that was starting just then may still need them.
    outdated: Vec<CodeRef>,
}

impl Rounds {
    /// Builds and deploys, and says how that went.
    async fn next(&mut self) {
        output::say(&format!("building: {}", self.builder.command()));
        let took = match self.builder.build().await {
            Ok(took) => took,
            Err(error) => return self.say_failed(&error.to_string()),
        };
        match self.deploy() {
            Ok(deployment) if deployment.changed.is_empty() => {
                output::say("built, and the same as before");
                self.keep(deployment.code);
            }
            Ok(deployment) => {
                let names = deployment.changed.join(", ");
                let seconds = took.as_secs_f64();
                output::say(&format!(
                    "serving the new build of {names}, built in {seconds:.1} s"
                ));
                self.keep(deployment.code);
            }
            Err(error) => self.say_failed(&error),
        }
    }

    fn deploy(&self) -> Result<Deployment, String> {
        let template = Template::read(&self.template).map_err(|error| error.to_string())?;
        let code = self.builder.filled_folder();
        deploy(&self.app, &template, code).map_err(|error| error.to_string())
    }

    fn say_failed(&self, why: &str) {
        let what_now = match self.served.is_empty() {
            true => "nothing new is served until a build succeeds",
            false => "the last good build goes on serving",
        };
        output::say(&format!("{why}; {what_now}"));
    }

    /// Forgets packages that nothing can need any more, so that a day of builds does not fill the disk.
    fn keep(&mut self, code: Vec<CodeRef>) {
        if code == self.served {
            return;
        }
        let outdated = std::mem::replace(
            &mut self.outdated,
            std::mem::replace(&mut self.served, code),
        );
        let unused = outdated.iter().filter(|code| !self.outdated.contains(code));
        unused.for_each(|code| self.app.store.remove_code(code));
    }
}
