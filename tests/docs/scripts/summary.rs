//! What `make test` says at its end: each test is counted, and nothing that failed or did not run stays unseen.

use std::path::Path;
use std::process::Command;

/// What two binaries and the documentation print when all is green.
const GREEN: &str = "
   Compiling some v0.1.0 (/some)
    Finished `test` profile [unoptimized] target(s) in 1.52s
     Running unittests src/lib.rs (/a/target/debug/deps/some_crate-7a646abc1749f465)

running 3 tests
test one::is_one ... ok
a server's log, past the capture
test three ... ignored
test two ... ok

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/clients/main.rs (target/debug/deps/clients-0123456789abcdef)

running 3 tests
test with_curl  ... ok
test with_fun   ... ignored (fun is missing (see make fun))
test with_miri ... ignored, it has no limits

test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s

     Running tests/none.rs (target/debug/deps/none-0123456789abcdef)

running 0 tests

test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests some_crate

running 2 tests
test src/lib.rs - (line 3) - compile ... ok
test src/lib.rs - Some (line 7) ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.20s

";

const RED: &str = "
     Running tests/red.rs (target/debug/deps/red-0123456789abcdef)

running 2 tests
test good ... ok
test bad ... FAILED

failures:

---- bad stdout ----
thread 'bad' panicked at tests/red.rs:3:5:
one is not two

failures:
    bad

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass `--test red`
";

/// What is said of a command that prints this and ends so, and the exit status that is handed on.
fn summary(printed: &str, status: i32, not_run: &str) -> (String, i32) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/summary.sh");
    let mut command = Command::new("bash");
    command.arg(script);
    command.args(["sh", "-c", r#"printf %s "$1"; exit "$2""#, "command"]);
    command.args([printed, &status.to_string()]);
    let output = command.env("NOT_RUN", not_run).output().expect("bash runs");
    assert!(output.stderr.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stdout).expect("text");
    (said, output.status.code().expect("no signal"))
}

/// The line that counts.
fn last_line(said: &str) -> &str {
    said.lines().last().unwrap_or_default()
}

#[test]
fn a_green_run_is_a_line_for_each_binary_and_one_that_counts() {
    let (said, status) = summary(GREEN, 0, "soak: make soak\nfuzz: make fuzz");
    let expected = "\
src/lib.rs of some_crate: 2 passed, 1 skipped
tests/clients/main.rs: 1 passed, 2 skipped
examples in the documentation of some_crate: 2 passed

Skipped:
  three
  with_fun: fun is missing (see make fun)
  with_miri: it has no limits

Not run here:
  soak: make soak
  fuzz: make fuzz

5 passed, 0 failed, 3 skipped
";
    assert_eq!(said, expected);
    assert_eq!(status, 0);
}

#[test]
fn a_failure_is_shown_in_full_and_its_status_is_kept() {
    let (said, status) = summary(&format!("{GREEN}{RED}"), 101, "");
    let (_, failures) = RED.split_once("failures:\n\n").expect("the failures");
    for line in failures.lines().filter(|line| !line.is_empty()) {
        let counts = line.starts_with("test result: ");
        assert!(counts || said.contains(line), "{line:?} is not in\n{said}");
    }
    assert!(said.contains("test bad ... FAILED\n"), "{said}");
    assert!(
        said.contains("tests/red.rs: 1 passed, 1 FAILED\n"),
        "{said}"
    );
    assert_eq!(last_line(&said), "6 passed, 1 failed, 3 skipped");
    assert_eq!(status, 101);
}

#[test]
fn a_failed_test_is_a_failure_whatever_the_command_ends_with() {
    assert_eq!(summary(RED, 0, "").1, 1);
}

#[test]
fn a_binary_that_breaks_off_counts_as_a_failure() {
    let start = "     Running tests/gone.rs (target/debug/deps/gone-0123456789abcdef)\n\nrunning 9 tests\ntest one ... ok\nfatal\n";
    // At the end, and where another one follows.
    for printed in [format!("{GREEN}{start}"), format!("{start}{GREEN}")] {
        let (said, status) = summary(&printed, 0, "");
        assert!(
            said.contains("fatal\ntests/gone.rs: ended without a result\n"),
            "{said}"
        );
        assert_eq!(last_line(&said), "5 passed, 1 failed, 3 skipped");
        assert_eq!(status, 1);
    }
}

#[test]
fn a_command_that_fails_without_a_failed_test_is_no_success() {
    let error = "error[E0308]: mismatched types\nerror: could not compile `some_crate`\n";
    let (said, status) = summary(&format!("{GREEN}{error}"), 2, "");
    assert!(said.contains(error), "{said}");
    assert!(said.contains("No test failed, but the command did, with status 2"));
    assert_eq!(status, 2);
}

#[test]
fn a_run_without_tests_is_no_success() {
    let (said, status) = summary("    Finished `test` profile\n", 0, "");
    assert!(said.contains("No test ran."), "{said}");
    assert_eq!(last_line(&said), "0 passed, 0 failed, 0 skipped");
    assert_eq!(status, 1);
}

/// A test writes it past the capture of its output, so that it may stand in the middle of a line.
#[test]
fn what_a_test_leaves_out_of_itself_is_said_at_the_end() {
    let part = "LEFT OUT: 200 of 1000 connections: `ulimit -Hn` is 1000; raise it\n";
    let (said, status) = summary(&format!("test crowd ... {part}{GREEN}"), 0, "");
    let expected = "Tested in part:\n  200 of 1000 connections: `ulimit -Hn` is 1000; raise it\n";
    assert!(said.contains(expected), "{said}");
    assert_eq!(status, 0);
}
