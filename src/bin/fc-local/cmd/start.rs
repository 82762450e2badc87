//! `fc-local start`: serves the API, and a template if one is named.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::serve::{self, ServeArgs};
use crate::api::App;
use crate::api::deploy::{check, deploy};
use crate::output;
use crate::project::template::{self, Template};

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local start                            on 127.0.0.1:8900; prints the exports for `fun`
  fc-local start --port 0 --data target/fc  on any free port, which it prints; data in target/fc
  fc-local start --template                 with the functions of template.yml, or else of s.yaml, deployed
  fc-local start --template s.yaml          with the functions of s.yaml
  . target/fc/env.sh && fun deploy -y       in another shell: deploy to it

Each data folder has its own random keys, which are among the exports; set your own with FC_LOCAL_ACCESS_KEY_ID and
FC_LOCAL_ACCESS_KEY_SECRET.
Ctrl-C or SIGTERM stops it: the calls in flight finish (a second signal cuts them off), and every instance gets its
/pre-stop. Whatever you have deployed is still there at the next start.";

/// What `fc-local start` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    serve: ServeArgs,

    /// Deploy this template for `fun` or Serverless Devs at the start, with the package that it names for each function;
    /// without FILE, template.yml or, if there is none, s.yaml
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    // Whether it is given, and its name if it has one.
    template: Option<Option<PathBuf>>,
}

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(args: &StartArgs) -> ExitCode {
    let default = template::find(Path::new(""));
    let file = args.template.as_ref();
    let file = file.map(|file| file.as_ref().unwrap_or(&default));
    // Before the server says that it listens.
    let template = match file.map(|file| read(file)).transpose() {
        Ok(template) => template,
        Err(message) => return output::fail(&message),
    };
    let prepare = |app: &Arc<App>| {
        let named = file.zip(template.as_ref());
        named.map_or(Ok(()), |(file, template)| {
            let done = deploy(app, template, &|_| None);
            done.map(drop).map_err(|error| error.in_template(file))
        })
    };
    serve::run_with(&args.serve, prepare, async |_| {
        // A tool may be about to deploy it, so that is not done unasked.
        if file.is_none() && default.is_file() {
            output::say(&format!(
                "{} is not deployed; `fc-local start --template` does that",
                default.display()
            ));
        }
        std::future::pending().await
    })
    .await
}

/// A template that the platform would take.
fn read(file: &Path) -> Result<Template, String> {
    let template = Template::read(file).map_err(|error| error.to_string())?;
    check(&template).map_err(|error| error.in_template(file))?;
    Ok(template)
}
