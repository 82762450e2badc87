//! The rows that are not asked: of a program that does not start, or takes no event.

use std::process::Stdio;

use super::{check, report};
use crate::support::{built, fc_local, text};

#[test]
fn a_program_that_does_not_start_is_one_row_and_the_others_are_counted() {
    for (options, reason) in [
        (&["--"][..], "the runtime cannot be reached"),
        (&["--mcp", "--"][..], "the server cannot be reached"),
    ] {
        let mut check = fc_local();
        check.arg("check").args(options).arg("false");
        let output = check.stdin(Stdio::null()).output().expect("fc-local runs");
        let said = text(&output.stdout);
        assert_eq!(said.matches("\nFAIL ").count(), 1, "{said}");
        assert_eq!(said.matches("\nunclear ").count(), 1, "{said}");
        let line = format!(" rows were not asked: {reason}; --verbose names them\n");
        assert!(said.contains(&line), "{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
}

/// A server of another kind: nothing is at the path of events.
const NO_SUCH_PATH: &str = r#"
import os, http.server as http
Handler = type("Handler", (http.BaseHTTPRequestHandler,), {"do_POST": lambda self: self.send_error(404)})
http.HTTPServer(("", int(os.environ["FC_CUSTOM_LISTEN_PORT"])), Handler).serve_forever()
"#;

#[test]
fn the_report_on_a_program_that_takes_no_event_names_the_options_for_it() {
    let testbed = built("testbed");
    let testbed = [testbed.to_str().expect("a path")];
    let other = ["python3", "-c", NO_SUCH_PATH];
    for (command, verdict) in [(&testbed[..], "cannot_tell"), (&other[..], "fail")] {
        let options = ["--json", "--idle=0", "--event=fail as asked"];
        let report = report(&check(&options, command));
        let rows = report["rows"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["row"] == "event/answer");
        let row = row.expect("the row");
        let seen = row["seen"].as_str().expect("text");
        let hint = "check it with --web --http PATH, and an MCP server with --mcp";
        assert!(seen.ends_with(hint) && row["verdict"] == verdict, "{row:#}");
    }
}
