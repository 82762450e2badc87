//! Rust as the package is built with it: musl/flags.sh pins the toolchain, musl/build.sh says what it needs of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::finding::Finding;
use super::first_line;

/// The machine that Function Compute runs.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// Where rustup comes from.
const INSTALL_RUSTUP: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

/// What links programs for this machine: fc-local, the tests.
const INSTALL_LINKER: &str = "apt-get install -y gcc libc6-dev";

/// The toolchain that builds the package, and how to name it to rustc and rustup.
struct Toolchain {
    /// `+1.95.0` where it is not the default one.
    choice: Option<String>,
    /// `--toolchain 1.95.0` for rustup, or nothing.
    for_rustup: String,
    pinned: Option<String>,
}

pub(super) fn look(project: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    match find(project) {
        Ok((toolchain, finding)) => {
            findings.push(finding);
            findings.extend(parts(&toolchain));
        }
        Err(finding) => findings.push(finding),
    }
    findings.push(host_linker());
    findings
}

fn find(project: &Path) -> Result<(Toolchain, Finding), Finding> {
    let pinned = pinned(project);
    let default = first_line(Command::new("rustc").arg("--version"));
    let is = |version: &str, wanted: &str| version.starts_with(&format!("rustc {wanted} "));
    let Some(wanted) = pinned else {
        let version = default
            .ok_or_else(|| Finding::failure("toolchain", "there is no rustc", INSTALL_RUSTUP))?;
        let finding = Finding::sound("toolchain", format!("{version}; the project pins none"));
        return Ok((Toolchain::default_one(None), finding));
    };
    match default {
        Some(version) if is(&version, &wanted) => {
            let finding = Finding::sound("toolchain", version);
            Ok((Toolchain::default_one(Some(wanted)), finding))
        }
        default => beside(&wanted, default.as_deref()),
    }
}

/// The pinned toolchain beside the default one.
fn beside(wanted: &str, default: Option<&str>) -> Result<(Toolchain, Finding), Finding> {
    let list = Command::new("rustup").args(["toolchain", "list"]).output();
    let Ok(list) = list else {
        let seen = format!(
            "{}, but musl/flags.sh wants {wanted}, and there is no rustup",
            default.unwrap_or("no rustc")
        );
        return Err(Finding::failure("toolchain", seen, INSTALL_RUSTUP));
    };
    let listed = String::from_utf8_lossy(&list.stdout).into_owned();
    let there = |line: &str| {
        let rest = line.strip_prefix(wanted);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ' ']))
    };
    if !listed.lines().any(there) {
        let seen = format!("Rust {wanted}, which musl/flags.sh wants, is not installed");
        let cure = format!("rustup toolchain install {wanted} --profile minimal");
        return Err(Finding::failure("toolchain", seen, cure));
    }
    let toolchain = Toolchain {
        choice: Some(format!("+{wanted}")),
        for_rustup: format!(" --toolchain {wanted}"),
        pinned: Some(wanted.to_owned()),
    };
    let finding = Finding::sound("toolchain", format!("Rust {wanted}, from rustup"));
    Ok((toolchain, finding))
}

impl Toolchain {
    fn default_one(pinned: Option<String>) -> Self {
        Self {
            choice: None,
            for_rustup: String::new(),
            pinned,
        }
    }

    fn rustc(&self) -> Command {
        let mut rustc = Command::new("rustc");
        rustc.args(&self.choice);
        rustc
    }
}

/// What the build takes of the toolchain.
fn parts(toolchain: &Toolchain) -> Vec<Finding> {
    let Some(sysroot) = first_line(toolchain.rustc().args(["--print", "sysroot"])) else {
        return vec![Finding::failure(
            "toolchain",
            "rustc does not print its sysroot",
            INSTALL_RUSTUP,
        )];
    };
    let library = PathBuf::from(sysroot).join("lib/rustlib");
    let rustup = |what: &str| format!("rustup {what}{}", toolchain.for_rustup);
    let mut findings = vec![part(
        "target",
        TARGET,
        library.join(TARGET).join("lib").is_dir(),
        &rustup(&format!("target add {TARGET}")),
    )];
    // Without a pin the standard library is not rebuilt, and the linker is the system's.
    if let Some(pinned) = &toolchain.pinned {
        findings.push(part(
            "rust-src",
            "the source of the standard library",
            library.join("src/rust/library").is_dir(),
            &rustup("component add rust-src"),
        ));
        findings.push(part(
            "rust-lld",
            "the linker of the toolchain",
            has_lld(&library),
            &format!("rustup toolchain install {pinned} --profile minimal"),
        ));
    }
    findings
}

fn part(name: &str, what: &str, is_there: bool, cure: &str) -> Finding {
    if is_there {
        Finding::sound(name, what)
    } else {
        Finding::failure(name, format!("{what} is missing"), cure)
    }
}

/// It lies under the name of the machine that compiles.
fn has_lld(library: &Path) -> bool {
    let hosts = fs::read_dir(library).into_iter().flatten().flatten();
    hosts
        .map(|host| host.path().join("bin/rust-lld"))
        .any(|lld| lld.exists())
}

fn host_linker() -> Finding {
    match first_line(Command::new("cc").arg("--version")) {
        Some(version) => Finding::sound("linker", version),
        None => Finding::failure("linker", "there is no cc", INSTALL_LINKER),
    }
}

/// The version that musl/flags.sh pins, if the project has that file.
fn pinned(project: &Path) -> Option<String> {
    let flags = fs::read_to_string(project.join("musl/flags.sh")).ok()?;
    let line = flags
        .lines()
        .find_map(|line| line.strip_prefix("TOOLCHAIN="))?;
    Some(line.trim_matches(['"', '\'', ' ']).to_owned())
}
