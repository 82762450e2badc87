//! `fc-local doctor`: what building, trying and deploying a function needs, and the one command that fixes what is
//! not there.
//!
//! ```text
//! toolchain       Rust, its target, the source of its library, its linker
//! c_code          a compiler for crates with C in them
//! programs        what only some jobs need: zip, node, fun, and fun's credentials
//! package         the bootstrap, as Function Compute wants it
//! template        template.yml and s.yaml against the platform and the package
//! twin            s.yaml against template.yml
//! port            what listens already
//! finding         a line of the report
//! ```
//!
//! It only looks: nothing is installed, built or changed, and no credential is printed.

mod c_code;
mod credentials;
mod elf;
mod finding;
mod package;
mod port;
mod programs;
mod template;
mod toolchain;
mod twin;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Args;

use self::finding::{Finding, Verdict};
use crate::cargo;
use crate::output;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local doctor                           in the project's folder
  fc-local doctor --package code.zip        a package elsewhere
  fc-local doctor --template s.yaml         only one of the two templates

Exit code: 0 if nothing fails, 1 if something does. A warning is about something that only some commands need.";

/// What `fc-local doctor` looks at.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The project's folder
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) dir: PathBuf,

    /// The package, a folder or a zip file, relative to the project's folder
    #[arg(long, value_name = "PATH", default_value = PACKAGE)]
    pub(crate) package: PathBuf,

    /// Look at this template alone, relative to the project's folder; otherwise at template.yml and s.yaml
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,

    /// The port of `fc-local start`
    #[arg(long, value_name = "PORT", default_value_t = 8900)]
    pub(crate) port: u16,
}

impl DoctorArgs {
    /// Whether the folder has nothing of a project, because you have not changed into it yet: building does not help then.
    fn is_outside_project(&self) -> bool {
        let package = self.dir.join(&self.package);
        let files = [cargo::MANIFEST, template::TEMPLATE, template::S_YAML];
        let mut files = files.iter().map(|file| self.dir.join(file));
        !package.exists() && !files.any(|file| file.exists())
    }
}

/// What helps where there is no project.
const CURE_OUTSIDE: &str =
    "fc-local doctor --dir PROJECT; to make a project: fc-local new NAME --path CLONE";

/// Where the package is unless another place is named.
pub(crate) const PACKAGE: &str = "pkg";

/// Looks at everything and prints what it finds.
pub(crate) fn run(args: &DoctorArgs) -> ExitCode {
    if !args.dir.is_dir() {
        let dir = args.dir.display();
        return output::refuse(&format!(
            "there is no folder {dir}; name another with --dir"
        ));
    }
    let mut findings = toolchain::look(&args.dir);
    findings.extend(c_code::look(&args.dir));
    findings.extend(programs::look(&args.dir));
    findings.push(credentials::look(&args.dir));
    findings.push(package::look(args));
    findings.extend(template::look(args));
    findings.extend(port::look(args.port));
    if let Err(error) = print(&findings) {
        return output::fail(&format!("cannot write to stdout: {error}"));
    }
    ExitCode::from(u8::from(count(&findings, Verdict::Failure) > 0))
}

fn print(findings: &[Finding]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    findings
        .iter()
        .try_for_each(|finding| finding.print(&mut out))?;
    let (failures, warnings) = (
        count(findings, Verdict::Failure),
        count(findings, Verdict::Warning),
    );
    writeln!(
        out,
        "\n{} things checked: {failures} fail, {warnings} warn",
        findings.len()
    )
}

fn count(findings: &[Finding], verdict: Verdict) -> usize {
    findings
        .iter()
        .filter(|finding| finding.verdict == verdict)
        .count()
}

/// The first line that a program prints, or `None` if it is not there or fails.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|one| one.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().next().unwrap_or_default().trim().to_owned())
}
