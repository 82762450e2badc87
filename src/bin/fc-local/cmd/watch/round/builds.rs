//! Which builds a change asks for, and how one is run.
//!
//! Owns what belongs to which function's code. It must not know what is deployed of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::block_in_place;

use super::Rounds;
use crate::cargo::MANIFEST;
use crate::cmd::watch::build::{Build, Recipe};
use crate::cmd::watch::bursts::Burst;
use crate::cmd::watch::programs::Programs;
use crate::cmd::watch::watched::real;
use crate::output;
use crate::project::template::Template;

impl Rounds {
    /// Asks cargo what there is to build, where the template or a manifest may have changed that.
    pub(in crate::cmd::watch) fn find_programs(
        &mut self,
        wanted: Option<&Template>,
        changed: Option<&Burst>,
    ) {
        let may_differ = changed.is_none_or(|burst| {
            let is_known = |path: &PathBuf| path.ends_with(MANIFEST) || self.is_template(path);
            burst.is_partial || burst.sources.iter().any(is_known)
        });
        if !may_differ {
            return;
        }
        // Cargo takes a moment to say it.
        if self.command.is_some() {
            self.programs = block_in_place(Programs::here);
        } else if let Some(template) = wanted.or(self.in_force.as_ref()) {
            self.programs = block_in_place(|| Programs::of(template));
            self.renew_builds();
        }
        self.programs
            .refused
            .iter()
            .for_each(|why| output::say(why));
    }

    /// Which builds have to run.
    pub(super) fn due(&self, changed: Option<&Burst>) -> Vec<usize> {
        let is_due = |build: &Build| {
            let is_touched = changed.is_none_or(|burst| self.is_touched(build, burst));
            is_touched || !build.is_intact()
        };
        let builds = self.builds.iter().enumerate();
        builds
            .filter(|(_, build)| is_due(build))
            .map(|(index, _)| index)
            .collect()
    }

    fn is_touched(&self, build: &Build, burst: &Burst) -> bool {
        if burst.is_partial || self.command.is_some() {
            return burst.is_partial || !burst.sources.is_empty();
        }
        let is_its = |path: &PathBuf| {
            let is_named = self.named.iter().any(|named| path.starts_with(named));
            let is_known = self.is_template(path) || self.is_anybodys(path);
            build.is_built_from(path) || is_named || !is_known
        };
        burst.sources.iter().any(is_its)
    }

    /// Whether a path belongs to the code of a function, be it built or not; any other is taken to belong to all.
    fn is_anybodys(&self, path: &Path) -> bool {
        let built = self.programs.list.iter().flat_map(|program| &program.codes);
        let mut codes = self.programs.as_they_lie.iter().chain(built);
        self.builds.iter().any(|build| build.is_built_from(path))
            || codes.any(|code| path.starts_with(real(code)))
    }

    fn is_template(&self, path: &Path) -> bool {
        real(&self.file) == path
    }

    /// A build for each program; one that was there before keeps what it has made.
    fn renew_builds(&mut self) {
        let mut before = std::mem::take(&mut self.builds);
        for program in &self.programs.list {
            let known = before.iter().position(|build| build.is_of(program));
            let recipe = Recipe::Cargo(program.clone(), self.cargo.clone());
            self.builds.push(match known {
                Some(index) => before.swap_remove(index).with_recipe(recipe),
                None => Build::new(recipe, self.with_symbols),
            });
        }
    }

    /// Whether the user's own build, which may fill each `CodeUri` by itself, has made what is served.
    fn is_command_served(&self) -> bool {
        self.command.is_some() && !self.served.is_empty()
    }

    /// Runs a build and says that it does; returns how long it took if it was a good one.
    pub(super) async fn build(&mut self, index: usize) -> Option<Duration> {
        output::say(&format!("building: {}", self.builds[index].command()));
        match self.builds[index].run().await {
            Ok(took) => Some(took),
            Err(error) => {
                let build = &self.builds[index];
                let serves = build.filled_folder().is_some() || self.is_command_served();
                self.say_failed(&format!("{}{error}", build.prefix()), serves);
                None
            }
        }
    }
}
