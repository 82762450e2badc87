//! A build and a deployment, one after the other: the template may be new, or the code, or both, and what is wrong with
//! one of them keeps nobody from the other.

mod builds;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::args::WatchArgs;
use super::build::{Build, Recipe};
use super::bursts::Burst;
use super::echo::Ended;
use super::programs::Programs;
use super::watched::real;
use super::zipped::{ZipFile, zip_files_of};
use crate::api::App;
use crate::api::deploy::{Deployment, addresses, check, deploy};
use crate::cargo::Sources;
use crate::output;
use crate::project::template::{FunctionSpec, Template};
use crate::store::CodeRef;

/// The rounds of a watched project, and what the last of them left.
pub(super) struct Rounds {
    app: Arc<App>,
    file: PathBuf,
    /// The build that the user names, if it is not cargo's.
    command: Option<String>,
    /// The user's arguments for `cargo build`.
    cargo: Vec<String>,
    /// What the user names to be watched: a change there builds all.
    named: Vec<PathBuf>,
    with_symbols: bool,
    builds: Vec<Build>,
    programs: Programs,
    /// The template as it was last deployed.
    in_force: Option<Template>,
    /// The zip files of the template, as they were when they were read.
    zip_files: Vec<ZipFile>,
    /// The packages of the last good build.
    served: Vec<CodeRef>,
    /// Those of the one before: an instance that was starting just then may still need them.
    outdated: Vec<CodeRef>,
}

impl Rounds {
    /// The rounds of a template, with the user's own build if there is one, else cargo's of each function.
    pub(super) fn new(app: Arc<App>, args: &WatchArgs) -> Self {
        let build = |line: &String| Build::new(Recipe::Shell(line.clone()), args.serve.debug);
        Self {
            app,
            file: args.template(),
            command: args.build.clone(),
            cargo: args.cargo.clone(),
            named: args.watch.iter().map(|path| real(path)).collect(),
            with_symbols: args.serve.debug,
            builds: args.build.iter().map(build).collect(),
            programs: Programs::default(),
            in_force: None,
            zip_files: Vec::new(),
            served: Vec::new(),
            outdated: Vec::new(),
        }
    }

    /// Reads the template and says at once if it is refused; from now on its zip files are to be watched.
    pub(super) fn read_template(&mut self) -> Option<Template> {
        let wanted = match self.read() {
            Ok(template) => Some(template),
            Err(refusal) => {
                self.say_refused(&refusal);
                None
            }
        };
        self.look_at_zip_files(wanted.as_ref());
        wanted
    }

    /// What cargo builds from, and where it puts what it has built.
    pub(super) fn sources(&self) -> (&Sources, &[PathBuf]) {
        (&self.programs.sources, &self.programs.build_folders)
    }

    /// Builds what has changed, all at the first time, and deploys; says how that went. Returns when the build ended, if
    /// there was one.
    pub(super) async fn next(
        &mut self,
        wanted: Option<Template>,
        changed: Option<&Burst>,
    ) -> Option<Ended> {
        if wanted.is_none() && self.in_force.is_none() {
            return None;
        }
        let mut took = None;
        let due = self.due(changed);
        for index in due.iter().copied() {
            if let Some(time) = self.build(index).await {
                took = Some(took.unwrap_or_default() + time);
            }
        }
        let at = now_of_files();
        let mut is_same = true;
        if self.has_any_code(wanted.as_ref()) {
            // The build may have made them.
            self.look_at_zip_files(wanted.as_ref());
            is_same = !self.serve(wanted, took);
        }
        (!due.is_empty()).then_some(Ended { at, is_same })
    }

    /// The zip files that have to be watched.
    pub(super) fn zip_files(&self) -> Vec<PathBuf> {
        self.zip_files.iter().map(|zip| zip.path.clone()).collect()
    }

    /// Whether one of them is not the one that was read.
    pub(super) fn has_new_zip_file(&self) -> bool {
        let mut zip_files = self.zip_files.iter();
        zip_files.any(ZipFile::is_new)
    }

    /// The template as it is now, unless FC would refuse it.
    fn read(&self) -> Result<Template, String> {
        let template = Template::read(&self.file).map_err(|error| error.to_string())?;
        check(&template).map_err(|error| error.in_template(&self.file))?;
        Ok(template)
    }

    /// Notes the zip files of both templates, and says which are new.
    fn look_at_zip_files(&mut self, wanted: Option<&Template>) {
        let mut found: Vec<ZipFile> = Vec::new();
        for template in wanted.into_iter().chain(self.in_force.as_ref()) {
            zip_files_of(template, &mut found);
        }
        for zip in &found {
            let known = self
                .zip_files
                .iter()
                .any(|known| known.path == zip.path && known.functions == zip.functions);
            if !known {
                let (names, path) = (zip.functions.join(", "), zip.path.display());
                output::say(&format!(
                    "the code of {names} is {path} as it is: what --build puts into FC_LOCAL_CODE is not for it, and \
                     when that file changes, it is served without a build"
                ));
            }
        }
        self.zip_files = found;
    }

    /// Deploys the template that is wanted, else the one in force, so that the code at least is new. Returns whether
    /// anything is new.
    fn serve(&mut self, wanted: Option<Template>, took: Option<Duration>) -> bool {
        if let Some(template) = wanted {
            match self.deploy(&template) {
                Ok(deployment) => {
                    let code = |zip: &ZipFile| template.has_code(&zip.path);
                    self.zip_files.retain(code);
                    self.in_force = Some(template);
                    return self.say_served(deployment, took);
                }
                Err(error) if self.in_force.as_ref() == Some(&template) => {
                    self.say_failed(&error, !self.served.is_empty());
                    return false;
                }
                Err(error) => self.say_refused(&error),
            }
        }
        match self.in_force.as_ref().map(|last| self.deploy(last)) {
            Some(Ok(deployment)) => return self.say_served(deployment, took),
            Some(Err(error)) => self.say_failed(&error, !self.served.is_empty()),
            None => {}
        }
        false
    }

    /// Deploys the functions that have code: one whose first build has failed is not there yet.
    fn deploy(&self, template: &Template) -> Result<Deployment, String> {
        let template = template.with_only(|function| self.has_code(function));
        let built = |function: &FunctionSpec| {
            let mut builds = self.builds.iter();
            builds.find(|build| build.is_for(&function.code))?.code()
        };
        let done =
            deploy(&self.app, &template, &built).map_err(|error| error.in_template(&self.file))?;
        if !done.changed.is_empty() {
            let lines = addresses(&self.app, &template);
            lines.iter().for_each(|line| output::say(line));
        }
        Ok(done)
    }

    /// Whether there is anything to serve, be it only a function that needs no build.
    fn has_any_code(&self, wanted: Option<&Template>) -> bool {
        let template = wanted.or(self.in_force.as_ref());
        let mut functions = template.into_iter().flat_map(Template::functions);
        self.builds.is_empty() || functions.any(|(_, function)| self.has_code(function))
    }

    fn has_code(&self, function: &FunctionSpec) -> bool {
        let code = &function.code;
        let mut builds = self.builds.iter();
        let is_built = builds.any(|build| build.is_for(code) && build.is_intact());
        is_built || function.is_zipped() || self.programs.as_they_lie.contains(code)
    }

    fn say_served(&mut self, deployment: Deployment, took: Option<Duration>) -> bool {
        let names: Vec<String> = deployment.changed.iter().map(ToString::to_string).collect();
        let names = names.join(", ");
        match (names.is_empty(), took) {
            (true, Some(_)) => output::say("built, and the same as before"),
            (false, Some(took)) => {
                let seconds = took.as_secs_f64();
                output::say(&format!(
                    "serving the new build of {names}, built in {seconds:.1} s"
                ));
            }
            (false, None) => output::say(&format!("serving {names} anew, without a build")),
            (true, None) => {}
        }
        self.keep(deployment.code);
        !names.is_empty()
    }

    fn say_refused(&self, why: &str) {
        let what_now = match self.in_force {
            None => "nothing new is served until you fix it",
            Some(_) => "until you fix it, the last good template stays in use",
        };
        output::say(&format!("{why}; {what_now}"));
    }

    fn say_failed(&self, why: &str, serves: bool) {
        let what_now = if serves {
            "the last good build goes on serving"
        } else {
            "nothing new is served until a build succeeds"
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

/// The time by the clock that files get their times from, which may be a little slower than the other one.
fn now_of_files() -> SystemTime {
    let marker = tempfile::tempfile().and_then(|file| file.metadata()?.modified());
    marker.unwrap_or_else(|_| SystemTime::now())
}
