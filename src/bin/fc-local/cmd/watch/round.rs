//! A build and a deployment, one after the other: the template may be new, or the code, or both, and what is wrong with
//! one of them keeps nobody from the other.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::build::Builder;
use crate::api::App;
use crate::api::deploy::{Deployment, check, deploy};
use crate::output;
use crate::project::template::Template;
use crate::store::CodeRef;

/// The rounds of a watched project, and what the last of them left.
pub(super) struct Rounds {
    app: Arc<App>,
    file: PathBuf,
    builder: Builder,
    /// The template as it was last deployed.
    in_force: Option<Template>,
    /// The zip files of the template, as they were when they were read.
    zip_files: Vec<ZipFile>,
    /// The packages of the last good build.
    served: Vec<CodeRef>,
    /// Those of the one before: an instance that was starting just then may still need them.
    outdated: Vec<CodeRef>,
}

/// A zip file that is the code of functions.
#[derive(Debug, PartialEq, Eq)]
struct ZipFile {
    path: PathBuf,
    functions: Vec<String>,
    stamp: Option<Stamp>,
}

/// What differs when a file was written again.
type Stamp = (u64, u64, Option<SystemTime>);

impl Rounds {
    pub(super) fn new(app: Arc<App>, file: PathBuf, builder: Builder) -> Self {
        Self {
            app,
            file,
            builder,
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

    /// Builds, unless only packages have changed, and deploys; says how that went.
    pub(super) async fn next(&mut self, wanted: Option<Template>, with_build: bool) {
        if wanted.is_none() && self.in_force.is_none() {
            return;
        }
        let mut took = None;
        if with_build || !self.builder.is_intact() {
            output::say(&format!("building: {}", self.builder.command()));
            took = match self.builder.build().await {
                Ok(took) => Some(took),
                Err(error) => {
                    self.say_failed(&error.to_string());
                    if !self.builder.is_intact() {
                        return;
                    }
                    None
                }
            };
        }
        // The build may have made them.
        self.look_at_zip_files(wanted.as_ref());
        self.serve(wanted, took);
    }

    /// The zip files that have to be watched.
    pub(super) fn zip_files(&self) -> Vec<PathBuf> {
        self.zip_files.iter().map(|zip| zip.path.clone()).collect()
    }

    /// Whether one of them is not the one that was read.
    pub(super) fn has_new_zip_file(&self) -> bool {
        let mut zip_files = self.zip_files.iter();
        zip_files.any(|zip| stamp(&zip.path) != zip.stamp)
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

    /// Deploys the template that is wanted, else the one in force, so that the code at least is new.
    fn serve(&mut self, wanted: Option<Template>, took: Option<Duration>) {
        if let Some(template) = wanted {
            match self.deploy(&template) {
                Ok(deployment) => {
                    let code = |zip: &ZipFile| template.has_code(&zip.path);
                    self.zip_files.retain(code);
                    self.in_force = Some(template);
                    return self.say_served(deployment, took);
                }
                Err(error) if self.in_force.as_ref() == Some(&template) => {
                    return self.say_failed(&error);
                }
                Err(error) => self.say_refused(&error),
            }
        }
        match self.in_force.as_ref().map(|last| self.deploy(last)) {
            Some(Ok(deployment)) => self.say_served(deployment, took),
            Some(Err(error)) => self.say_failed(&error),
            None => {}
        }
    }

    fn deploy(&self, template: &Template) -> Result<Deployment, String> {
        let built = self.builder.filled_folder();
        deploy(&self.app, template, built).map_err(|error| error.in_template(&self.file))
    }

    fn say_served(&mut self, deployment: Deployment, took: Option<Duration>) {
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
    }

    fn say_refused(&self, why: &str) {
        let what_now = match self.in_force {
            None => "nothing new is served until you fix it",
            Some(_) => "until you fix it, the last good template stays in use",
        };
        output::say(&format!("{why}; {what_now}"));
    }

    fn say_failed(&self, why: &str) {
        let what_now = if self.served.is_empty() {
            "nothing new is served until a build succeeds"
        } else {
            "the last good build goes on serving"
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

/// Adds the zip files of a template, each with all the functions that it is for.
fn zip_files_of(template: &Template, found: &mut Vec<ZipFile>) {
    for service in &template.services {
        for function in service.functions.iter().filter(|one| one.is_zipped()) {
            let name = format!("{}/{}", service.name, function.name);
            match found.iter_mut().find(|zip| zip.path == function.code) {
                Some(zip) if zip.functions.contains(&name) => {}
                Some(zip) => zip.functions.push(name),
                None => found.push(ZipFile {
                    stamp: stamp(&function.code),
                    path: function.code.clone(),
                    functions: vec![name],
                }),
            }
        }
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.ino(), metadata.len(), metadata.modified().ok()))
}
