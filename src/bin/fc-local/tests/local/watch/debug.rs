//! `fc-local watch --debug`: a debugger finds the process and its symbols, and has all the time it wants.

use std::fs;

use super::{BUILD_COMMAND, TEMPLATE, Watch};

#[test]
fn nothing_has_a_time_limit_and_each_instance_says_how_to_attach() {
    let build = format!(
        "{BUILD_COMMAND} && echo $CARGO_PROFILE_DEV_DEBUG $CARGO_PROFILE_DEV_STRIP >symbols"
    );
    let template = TEMPLATE.replace(
        "Timeout: 30",
        "Timeout: 1\n        Initializer: index.initializer",
    );
    let watch = Watch::run(
        &build,
        |folder| fs::write(folder.join("template.yml"), template).expect("written"),
        |command| {
            command.arg("--debug");
        },
    );
    watch.rests(1);
    let headers = watch.server.invoke("headers").json();
    let timeout = |header: &&serde_json::Value| {
        let name = header[0].as_str().unwrap_or_default();
        name.eq_ignore_ascii_case("x-fc-function-timeout")
    };
    let timeout = headers.as_array().and_then(|all| all.iter().find(timeout));
    assert_eq!(timeout.expect("the header")[1], "86400");
    let symbols = fs::read_to_string(watch.at("symbols")).expect("written by the build");
    assert_eq!(symbols, "2 none\n");

    let said = watch.said();
    let (_, rest) = said
        .split_once("s/f starts as process ")
        .expect("the process");
    let (process, rest) = rest.split_once("; attach with ").expect("how");
    assert!(
        rest.contains(&format!("gdb -p {process}, or "))
            && rest.contains(&format!("lldb -p {process}\n")),
        "{said}"
    );
    let command = fs::read(format!("/proc/{process}/cmdline")).expect("the process runs");
    assert!(
        String::from_utf8_lossy(&command).contains("/bootstrap"),
        "{command:?}"
    );
}
