//! The events of `fc-local invoke`: samples by name, several of them, many at once, and what they would cost.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{fc_local, invoke, text};

/// Each name of a sample with the file that it is, in the order of the help.
const SAMPLES: [(&str, &str); 13] = [
    ("apigateway", "api-gateway-request.json"),
    ("cdn", "cdn.json"),
    ("eventbridge", "cloud-service.json"),
    ("http", "http-trigger.json"),
    ("kafka", "kafka.json"),
    ("mns", "mns-topic.json"),
    ("mns-queue", "mns-queue.json"),
    ("mns-stream", "mns-topic-stream.txt"),
    ("oss", "oss.json"),
    ("rocketmq", "rocketmq.json"),
    ("sls", "log.json"),
    ("tablestore", "tablestore.cbor"),
    ("timer", "timer.json"),
];

fn sample(file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("events")
        .join(file);
    fs::read(path).expect("a sample")
}

fn results(output: &Output) -> Vec<String> {
    let shown = text(&output.stdout);
    shown.lines().map(str::to_owned).collect()
}

fn assert_says(output: &Output, code: i32, words: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{words:?} is not in {said:?}");
}

#[test]
fn every_sample_is_printed_as_its_trigger_sends_it() {
    for (name, file) in SAMPLES {
        let output = fc_local()
            .args(["example", name])
            .output()
            .expect("fc-local runs");
        assert!(
            output.status.success() && output.stdout == sample(file),
            "{name}"
        );
    }
}

#[test]
fn without_a_name_the_samples_are_listed() {
    let output = fc_local().arg("example").output().expect("fc-local runs");
    let listed = text(&output.stdout);
    assert!(
        output.status.success() && listed.lines().count() == SAMPLES.len(),
        "{listed}"
    );
    for (name, _) in SAMPLES {
        assert!(
            listed
                .lines()
                .any(|line| line.starts_with(&format!("{name} "))),
            "{name}"
        );
    }
    assert!(
        listed.contains("\ntimer        Timer: a time and a payload\n"),
        "{listed}"
    );
}

#[test]
fn a_sample_reaches_the_function_byte_for_byte() {
    let arguments: Vec<&str> = SAMPLES
        .iter()
        .flat_map(|(name, _)| ["--example", name])
        .collect();
    let output = invoke(&arguments);
    assert!(output.status.success(), "{output:?}");
    let samples = SAMPLES.iter();
    let wanted = samples.flat_map(|(_, file)| [sample(file), b"\n".to_vec()].concat());
    assert!(output.stdout == wanted.collect::<Vec<u8>>());
}

#[test]
fn the_help_and_a_wrong_name_list_the_samples() {
    let help = fc_local()
        .args(["invoke", "--help"])
        .output()
        .expect("fc-local runs");
    let unknown = invoke(&["--example", "ossx"]);
    assert_says(&unknown, 2, "'--example <NAME>'");
    assert_says(&unknown, 2, "a similar value exists: 'oss'");
    let listed = [text(&help.stdout), text(&unknown.stderr)];
    for (name, _) in SAMPLES {
        let all = listed.iter().all(|text| {
            let words: BTreeSet<&str> = text
                .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
                .collect();
            words.contains(name)
        });
        assert!(all, "{name} is not in {listed:?}");
    }
}

#[test]
fn several_events_go_in_the_order_of_the_command_line() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("event");
    fs::write(&file, "from a file").expect("written");
    let file = file.to_string_lossy();
    let output = invoke(&[
        "-e",
        "one",
        "-f",
        &file,
        "--example",
        "mns-stream",
        "-e",
        "-e",
        "--expect",
        "one",
        "--expect",
        "from a file",
        "--expect",
        &text(&sample("mns-topic-stream.txt")),
        "--expect",
        "-e",
    ]);
    assert!(output.status.success(), "{output:?}");
    let sample = text(&sample("mns-topic-stream.txt"));
    let wanted = format!("one\nfrom a file\n{sample}\n-e\n");
    assert_eq!(text(&output.stdout), wanted);
}

#[test]
fn a_wrong_answer_of_several_is_named_by_its_event() {
    let output = invoke(&[
        "-e",
        "one",
        "-e",
        "fail",
        "--example",
        "cdn",
        "--expect",
        "one",
    ]);
    assert_says(
        &output,
        1,
        "event call 2 failed with UnhandledInvocationError",
    );
    assert_says(&output, 1, "the result of event call 3 (--example cdn) is ");
    assert_eq!(
        text(&output.stderr).matches("FC Invoke Result:\n").count(),
        3,
        "the others were called all the same"
    );
}

#[test]
fn events_and_expectations_that_do_not_fit_are_refused() {
    let twice = invoke(&["-f", "-", "-f", "-"]);
    assert_says(&twice, 2, "stdin can only be read once; give `-f -` once");
    let counts = invoke(&[
        "-e", "a", "-e", "b", "-e", "c", "--expect", "a", "--expect", "b",
    ]);
    assert_says(
        &counts,
        2,
        "--expect is given 2 times, but there are 3 events",
    );
    let missing = invoke(&["-f", "/no/such/event"]);
    assert_says(&missing, 1, "cannot read /no/such/event");
    for zero in ["--repeat", "--concurrency"] {
        assert_says(&invoke(&["-e", "a", zero, "0"]), 2, zero);
    }
    assert_says(
        &invoke(&["-e", "a", "--concurrency", "201"]),
        2,
        "201 is not in 1..=200",
    );
}

#[test]
fn several_events_are_served_at_once_up_to_the_concurrency() {
    let folder = tempfile::tempdir().expect("folder");
    let gate = folder.path().join("gate");
    let wait = format!("wait-for {}", gate.display());
    let open = format!("touch {}", gate.display());
    // The first call is the cold start's; the second only ends when the third, served beside it, has opened the gate.
    let output = invoke(&[
        "-e",
        "first",
        "-e",
        &wait,
        "-e",
        &open,
        "--concurrency",
        "2",
        "--timeout",
        "30",
    ]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        results(&output),
        ["first", &wait, &open],
        "printed in the order they were asked for"
    );
}

#[test]
fn repeated_calls_are_printed_once_and_their_bill_is_added_up() {
    let output = invoke(&[
        "--initializer",
        "-e",
        "hi",
        "--expect",
        "hi",
        "--http",
        "GET",
        "/",
        "--repeat",
        "20",
        "--concurrency",
        "4",
        "--memory",
        "512",
    ]);
    assert!(output.status.success(), "{output:?}");
    let shown = text(&output.stderr);
    assert_eq!(results(&output).len(), 2, "one round");
    assert_eq!(results(&output)[0], "hi");
    assert_eq!(shown.matches("\nHTTP/1.1 201 Created\n").count(), 1);
    let bill: Vec<&str> = shown.lines().rev().take(5).collect();
    let bill: Vec<&str> = bill.into_iter().rev().collect();
    assert!(
        bill[0].starts_with("cold start    process ")
            && bill[0].contains(" ms, /initialize ")
            && bill[0].contains(", first call "),
        "{shown}"
    );
    assert_eq!(bill[1], "warm calls    39");
    assert!(
        bill[2].starts_with("duration      p50 ") && bill[2].contains(" ms, p90 "),
        "{shown}"
    );
    assert!(
        bill[3].starts_with("billed        p50 ") && bill[3].contains(" ms, p90 "),
        "{shown}"
    );
    let total: u32 = bill[4]
        .split(' ')
        .nth(3)
        .expect("a number")
        .parse()
        .expect("a number");
    assert!(
        total >= 41 && bill[4].contains(" ms at 512 MB: "),
        "{shown}"
    );
}

#[test]
fn what_is_wrong_in_every_round_is_said_once_with_its_count() {
    let output = invoke(&["-e", "fail", "--repeat", "30"]);
    assert_says(
        &output,
        1,
        "the event call failed with UnhandledInvocationError (30 times)",
    );
    let output = invoke(&["-e", "hi", "--repeat", "30", "--env", "MODE=no-markers"]);
    assert_says(&output, 1, "and 50 more are wrong");
}

#[test]
fn an_instance_that_dies_ends_the_rounds() {
    let output = invoke(&["-e", "hi", "-e", "die", "--repeat", "5"]);
    assert_says(&output, 1, "the instance did not survive the call before");
    assert!(
        text(&output.stderr).contains("\nwarm calls    1\n"),
        "{output:?}"
    );
}
