//! `fc-local doctor`: a machine where nothing is missing, and one for each thing that is.

mod machine;
mod project;
mod s_yaml;
mod tools;

use self::machine::{Machine, SECRET};
use crate::support::{root, text};

#[test]
fn a_machine_where_nothing_is_missing_is_sound_and_no_key_is_shown() {
    let machine = Machine::sound();
    let output = machine.doctor(&[]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(
        said.contains("16 things checked: 0 fail") && !said.contains(SECRET),
        "{said}"
    );
    // Only the port of a bootstrap that is started by hand depends on the real machine.
    let wrong: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("warn") && !line.contains("port 9000"))
        .collect();
    assert_eq!(wrong, [""; 0], "{said}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_script_says_what_the_doctor_itself_needs() {
    let script = root().join("musl/doctor.sh");
    for (missing, cure) in [
        (
            "cargo",
            "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
        ),
        ("cc", "apt-get install -y gcc libc6-dev"),
    ] {
        let machine = Machine::sound();
        machine.remove(&format!("bin/{missing}"));
        let output = machine
            .command("/bin/sh")
            .arg(&script)
            .output()
            .expect("sh runs");
        let said = text(&output.stdout);
        assert!(said.starts_with(&format!("FAIL  {missing} ")), "{said}");
        assert!(said.contains(&format!("fix it: {cure}\n")), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn the_script_builds_the_doctor_and_hands_on_what_it_says() {
    let script = root().join("musl/doctor.sh");
    let machine = Machine::sound();
    // Cargo builds nothing here, and says where the program is.
    let tool = env!("CARGO_BIN_EXE_fc-local");
    let message = format!(r#"echo '{{"target":{{"name":"fc-local"}},"executable":"{tool}"}}'"#);
    machine.program("cargo", &message);
    machine.program("sed", "PATH=/usr/bin:/bin exec sed \"$@\"");
    let run = || {
        let mut command = machine.command("/bin/sh");
        let output = command.arg(&script).env("PORT", "0").output();
        output.expect("sh runs")
    };
    let sound = run();
    assert!(text(&sound.stdout).contains("0 fail"), "{sound:?}");
    let first = "building fc-local, which takes a minute or two the first time\n";
    assert_eq!(text(&sound.stderr), first);
    assert_eq!(sound.status.code(), Some(0));
    machine.write("project/target/debug/fc-local", "");
    assert_eq!(text(&run().stderr), "", "it was built before");
    machine.remove("project/pkg/bootstrap");
    assert_eq!(run().status.code(), Some(1));
    machine.program("cargo", "echo broken >&2; exit 101");
    let broken = run();
    assert!(text(&broken.stdout).contains("fix it: rustup update stable"));
    assert_eq!(broken.status.code(), Some(1));
}
