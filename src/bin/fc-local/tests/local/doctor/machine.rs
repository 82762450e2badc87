//! The machines of the tests: folders whose programs are scripts, each with a home and its own project.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{put_program, text};

/// What must never be printed.
pub(super) const SECRET: &str = "a-key-that-nobody-may-see";

const TEMPLATE: &str = "\
Resources:
  hello-service:
    Type: 'Aliyun::Serverless::Service'
    hello:
      Type: 'Aliyun::Serverless::Function'
      Properties:
        Handler: index.handler
        Runtime: custom
        CodeUri: './pkg'
        MemorySize: 128
        Timeout: 10
";

const S_YAML: &str = "\
edition: 3.0.0
vars:
  function: &function
    runtime: custom.debian12
    code: ./pkg
    memorySize: 128
    timeout: 10
    customRuntimeConfig:
      port: 9000
resources:
  hello:
    component: fc3
    props:
      <<: *function
      functionName: hello
";

pub(super) struct Machine(tempfile::TempDir);

impl Machine {
    /// A machine where nothing is missing.
    pub(super) fn sound() -> Self {
        let machine = Self(tempfile::tempdir().expect("folder"));
        let library = machine.path("sysroot/lib/rustlib");
        for folder in [
            "x86_64-unknown-linux-musl/lib",
            "src/rust/library",
            "x86_64-unknown-linux-gnu/bin",
        ] {
            fs::create_dir_all(library.join(folder)).expect("a folder");
        }
        machine.write(
            "sysroot/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld",
            "",
        );
        let sysroot = machine.path("sysroot").display().to_string();
        machine.program(
            "rustc",
            &format!("case $* in --version) echo 'rustc 1.2.3 (abc)' ;; *) echo {sysroot} ;; esac"),
        );
        machine.program("rustup", "echo 1.2.3-x86_64-unknown-linux-gnu");
        machine.program("fun", "echo 3.6.24");
        for name in ["cargo", "cc", "zip", "node", "python3", "s"] {
            machine.program(name, &format!("echo {name} 1"));
        }
        machine.write("project/musl/flags.sh", "# why\nTOOLCHAIN=1.2.3\n");
        machine.write("project/tests/local/check/bootstrap", "");
        machine.write("project/template.yml", TEMPLATE);
        machine.write("project/s.yaml", S_YAML);
        machine.bootstrap("project/pkg/bootstrap", &elf(62, 1));
        let keys = format!(
            "endpoint: 'https://1.cn-hangzhou.fc.aliyuncs.com'\naccess_key_id: {SECRET}\naccess_key_secret: {SECRET}\n"
        );
        machine.write("home/.fcli/config.yaml", &keys);
        machine.mode("home/.fcli/config.yaml", 0o600);
        machine
    }

    pub(super) fn path(&self, inner: &str) -> PathBuf {
        self.0.path().join(inner)
    }

    pub(super) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    pub(super) fn mode(&self, file: &str, mode: u32) {
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(mode)).expect("mode");
    }

    pub(super) fn remove(&self, path: &str) {
        let path = self.path(path);
        let removed = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        removed.expect("removed");
    }

    /// A program that runs this script.
    pub(super) fn program(&self, name: &str, script: &str) {
        let file = self.path("bin").join(name);
        put_program(&file, &format!("#!/bin/sh\n{script}\n"));
    }

    pub(super) fn bootstrap(&self, file: &str, bytes: &[u8]) {
        self.write(file, bytes);
        self.mode(file, 0o755);
    }

    /// Puts one text in the place of another in a file of the project.
    pub(super) fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.path("project").join(file);
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(old), "{file} has no {old:?}");
        fs::write(path, text.replace(old, new)).expect("written");
    }

    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .current_dir(self.path("project"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .stdin(Stdio::null());
        command
    }

    pub(super) fn doctor(&self, arguments: &[&str]) -> Output {
        let mut doctor = self.command(env!("CARGO_BIN_EXE_fc-local"));
        // Port 0 is always free; that of a bootstrap by hand may be in use here, which is a warning.
        doctor.args(["doctor", "--port=0"]).args(arguments);
        doctor.output().expect("fc-local runs")
    }

    /// The thing is as it has to be, and nothing fails.
    pub(super) fn assert_sound(&self, arguments: &[&str], thing: &str, seen: &str) {
        let output = self.doctor(arguments);
        let said = text(&output.stdout);
        let mut lines = said.lines().filter(|line| line.contains(thing));
        let line = lines.find(|line| line.starts_with("ok ") && line.contains(seen));
        assert!(line.is_some() && output.status.code() == Some(0), "{said}");
    }

    /// Holds what the doctor says of a thing, in its two lines, against what it should.
    pub(super) fn assert_says(
        &self,
        arguments: &[&str],
        verdict: &str,
        thing: &str,
        seen: &str,
        cure: &str,
    ) {
        let output = self.doctor(arguments);
        let said = text(&output.stdout);
        let mut lines = said
            .lines()
            .skip_while(|line| !line.starts_with(&format!("{verdict}  {thing} ")));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no {verdict} of {thing} in\n{said}"));
        assert!(line.contains(seen), "{said}");
        let fix = lines
            .next()
            .and_then(|line| line.trim_start().strip_prefix("fix it: "));
        assert_eq!(fix, Some(cure), "{said}");
        let failed = said.lines().any(|line| line.starts_with("FAIL"));
        assert_eq!(output.status.code(), Some(i32::from(failed)), "{said}");
        assert_eq!(failed, verdict == "FAIL", "only one thing is wrong\n{said}");
    }
}

/// The head of a program for this machine, with one program header of this type.
pub(super) fn elf(machine: u8, header: u8) -> Vec<u8> {
    let mut bytes = vec![0; 64 + 56];
    bytes[..5].copy_from_slice(b"\x7fELF\x02");
    (bytes[16], bytes[18], bytes[32], bytes[54], bytes[56]) = (2, machine, 64, 56, 1);
    bytes[64] = header;
    bytes
}
