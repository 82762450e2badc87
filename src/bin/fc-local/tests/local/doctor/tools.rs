//! What the machine itself lacks: the toolchain, programs, credentials, a port.

use std::fs;
use std::net::TcpListener;

use super::machine::{Machine, SECRET};
use crate::support::text;

#[test]
fn a_missing_toolchain_is_reported() {
    let machine = Machine::sound();
    machine.edit("musl/flags.sh", "1.2.3", "1.3.0");
    let cure = "rustup toolchain install 1.3.0 --profile minimal";
    machine.assert_says(&[], "FAIL", "toolchain", "1.3.0", cure);
    machine.remove("bin/rustup");
    let cure = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
    let seen = "rustc 1.2.3 (abc), but musl/flags.sh wants 1.3.0";
    machine.assert_says(&[], "FAIL", "toolchain", seen, cure);
    machine.remove("bin/rustc");
    machine.assert_says(&[], "FAIL", "toolchain", "no rustc", cure);
}

#[test]
fn a_toolchain_beside_the_default_one_is_asked_for_its_parts() {
    let machine = Machine::sound();
    let sysroot = machine.path("sysroot").display().to_string();
    machine.program(
        "rustc",
        &format!("case $* in '+1.2.3 --print sysroot') echo {sysroot} ;; *) echo 'rustc 1.9.9 (x)' ;; esac"),
    );
    assert_eq!(machine.doctor(&[]).status.code(), Some(0));
    machine.remove("sysroot/lib/rustlib/src");
    let cure = "rustup component add rust-src --toolchain 1.2.3";
    machine.assert_says(&[], "FAIL", "rust-src", "is missing", cure);
}

#[test]
fn a_missing_target_source_or_linker_is_reported() {
    let parts = [
        (
            "sysroot/lib/rustlib/x86_64-unknown-linux-musl",
            "target",
            "rustup target add x86_64-unknown-linux-musl",
        ),
        (
            "sysroot/lib/rustlib/src",
            "rust-src",
            "rustup component add rust-src",
        ),
        (
            "sysroot/lib/rustlib/x86_64-unknown-linux-gnu",
            "rust-lld",
            "rustup toolchain install 1.2.3 --profile minimal",
        ),
        ("bin/cc", "linker", "apt-get install -y gcc libc6-dev"),
    ];
    for (path, name, cure) in parts {
        let machine = Machine::sound();
        machine.remove(path);
        machine.assert_says(&[], "FAIL", name, "", cure);
    }
}

#[test]
fn a_crate_with_c_in_it_asks_for_a_compiler_before_the_build_does() {
    let lock = "version = 4\n\n[[package]]\nname = \"cc\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"ring\"\n\
        version = \"0.17.0\"\ndependencies = [\n \"cc\",\n \"libc\",\n]\n";
    let cure = "apt-get install -y musl-tools";
    let machine = Machine::sound();
    machine.write("project/Cargo.lock", lock);
    machine.assert_says(&[], "FAIL", "C compiler", "there is none, for ring", cure);
    machine.program("gcc", "echo gcc 12");
    let seen = "gcc compiles ring, with this machine's headers";
    machine.assert_says(&[], "warn", "C compiler", seen, cure);
    machine.program("musl-gcc", "echo gcc 12");
    let said = text(&machine.doctor(&[]).stdout);
    assert!(
        said.contains("ok    C compiler        musl-gcc, for ring\n"),
        "{said}"
    );
    // A project without C is not asked, nor one without a lock.
    machine.write("project/Cargo.lock", lock.replace(" \"cc\",", ""));
    let said = text(&machine.doctor(&[]).stdout);
    assert!(!said.contains("C compiler"), "{said}");
}

#[test]
fn a_missing_program_of_some_jobs_is_a_warning() {
    let fun = "npm install --global --ignore-scripts @alicloud/fun@3.6.24";
    let programs = [
        ("zip", "apt-get install -y zip"),
        ("node", "apt-get install -y nodejs npm"),
        ("python3", "apt-get install -y python3"),
        ("fun", fun),
        ("s", "npm install --global @serverless-devs/s"),
    ];
    for (name, cure) in programs {
        let machine = Machine::sound();
        machine.remove(&format!("bin/{name}"));
        machine.assert_says(&[], "warn", name, "not there; only ", cure);
    }
    let machine = Machine::sound();
    machine.remove("project/tests");
    machine.remove("bin/python3");
    let said = text(&machine.doctor(&[]).stdout);
    assert!(!said.contains("python3"), "no test needs it\n{said}");
    let machine = Machine::sound();
    machine.program("fun", "echo 3.5.0");
    machine.assert_says(&[], "warn", "fun", "\"3.5.0\"", fun);
}

#[test]
fn only_deploying_needs_fun() {
    let machine = Machine::sound();
    machine.remove("bin/fun");
    let cure = "npm install --global --ignore-scripts @alicloud/fun@3.6.24";
    let deploy = "not there; only `make deploy` needs it";
    machine.assert_says(&[], "warn", "fun", deploy, cure);
}

#[test]
fn fun_is_asked_without_the_real_home_and_the_variables_it_would_report_by() {
    let machine = Machine::sound();
    let note = machine.path("note");
    let script = format!(
        "echo \"$HOME:${{CI-unset}}\" >{}; echo 3.6.24",
        note.display()
    );
    machine.program("fun", &script);
    let mut doctor = machine.command(env!("CARGO_BIN_EXE_fc-local"));
    doctor.arg("doctor").env("CI", "1");
    doctor.output().expect("fc-local runs");
    let noted = fs::read_to_string(note).expect("fun was asked");
    assert!(noted.ends_with(":unset\n"), "{noted}");
    let home = machine.path("home").display().to_string();
    assert!(!noted.starts_with(&home), "{noted}");
}

#[test]
fn credentials_that_are_missing_incomplete_or_open_to_others_are_reported() {
    let machine = Machine::sound();
    let file = "home/.fcli/config.yaml";
    let chmod = format!("chmod 600 {}", machine.path(file).display());
    machine.mode(file, 0o644);
    machine.assert_says(&[], "FAIL", "credentials", "mode 644", &chmod);
    machine.mode(file, 0o200);
    machine.assert_says(&[], "warn", "credentials", "cannot be read", &chmod);
    machine.mode(file, 0o600);
    machine.write(file, format!("endpoint: x\naccess_key_id: {SECRET}\n"));
    let seen = "has no access_key_secret";
    machine.assert_says(&[], "warn", "credentials", seen, "fun config");
    machine.write(file, format!("{SECRET}: [\n"));
    machine.assert_says(&[], "warn", "credentials", "has no endpoint", "fun config");
    assert!(!text(&machine.doctor(&[]).stdout).contains(SECRET));
    machine.remove(file);
    machine.assert_says(&[], "warn", "credentials", "has no account", "fun config");
    fs::create_dir(machine.path(file)).expect("a folder");
    machine.mode(file, 0o700);
    let cure = format!("rm -r {} && fun config", machine.path(file).display());
    machine.assert_says(&[], "warn", "credentials", "not a readable file", &cure);
}

#[test]
fn credentials_may_come_from_the_environment_or_a_file_of_the_project() {
    let names = ["ACCOUNT_ID", "REGION", "ACCESS_KEY_ID", "ACCESS_KEY_SECRET"];
    let machine = Machine::sound();
    machine.remove("home/.fcli");
    let mut doctor = machine.command(env!("CARGO_BIN_EXE_fc-local"));
    doctor.arg("doctor").envs(names.map(|name| (name, SECRET)));
    let said = text(&doctor.output().expect("fc-local runs").stdout);
    assert!(said.contains("from the environment") && !said.contains(SECRET));
    let lines = names.map(|name| format!("{name}={SECRET}\n"));
    machine.write("project/.env", lines.concat());
    let said = text(&machine.doctor(&[]).stdout);
    assert!(said.contains("from .env") && !said.contains(SECRET));
}

#[test]
fn a_port_that_is_in_use_is_a_warning() {
    let machine = Machine::sound();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port();
    let mut doctor = machine.command(env!("CARGO_BIN_EXE_fc-local"));
    doctor.args(["doctor", "--port", &port.to_string()]);
    let output = doctor.output().expect("fc-local runs");
    let said = text(&output.stdout);
    let line = format!("warn  port {port}");
    let other = port.checked_add(1).unwrap_or(u16::MAX - 1);
    let cure = format!("fix it: make local PORT={other}\n");
    assert!(said.contains(&line) && said.contains(&cure), "{said}");
    assert_eq!(output.status.code(), Some(0));
}
