//! Where the end of an asynchronous call is reported.

use std::fs;

use serde_json::{Value, json};

use super::{call, server, task_that_is};
use crate::support::wait_for;

#[test]
fn a_function_as_destination_is_called_after_success_and_after_failure() {
    let arn = "acs:fc:cn-hangzhou:1234567890123456:functions/notified";
    let server = server(&json!({
        "maxAsyncRetryAttempts": 1, "destinationConfig": {
            "onSuccess": {"destination": arn}, "onFailure": {"destination": arn},
        },
    }));
    let notified = json!({"asyncTask": true});
    server.api_fc3("PUT", "/functions/notified/async-invoke-config", &notified);
    let all = || {
        let query = "includePayload=true&status=Succeeded";
        let list = server
            .api_query_fc3("/functions/notified/async-tasks", query)
            .json();
        list["tasks"].as_array().cloned().unwrap_or_default()
    };
    for (count, event, answer, error, tries) in [
        (1, "sent", "sent", "", 1),
        (2, "fail", "as asked", "UnhandledInvocationError", 2),
    ] {
        let id = call(&server, event, event)
            .header("x-fc-request-id")
            .to_owned();
        let last = wait_for("the call of the destination", || {
            all().get(count - 1).cloned()
        });
        let payload = last["taskPayload"].as_str().expect("a text");
        let body: Value = serde_json::from_str(payload).expect("JSON");
        let context = &body["requestContext"];
        assert_eq!(
            (&context["requestId"], &context["approximateInvokeCount"]),
            (&json!(id), &json!(tries))
        );
        assert_eq!(
            (
                &body["requestPayload"],
                &body["responseContext"]["functionError"]
            ),
            (&json!(event), &json!(error))
        );
        assert!(
            body["responsePayload"]
                .as_str()
                .is_some_and(|text| text.contains(answer)),
            "{body}"
        );
        let end = if error.is_empty() {
            "Succeeded"
        } else {
            "Failed"
        };
        assert_eq!(
            task_that_is(&server, event, end)["destinationStatus"],
            "Succeeded"
        );
    }
}

#[test]
fn a_destination_that_is_not_played_is_named_in_the_log_with_what_it_would_have_got() {
    let queue = "acs:mns:cn-hangzhou:1:/queues/q/messages";
    let server = server(&json!({"destinationConfig": {"onSuccess": {"destination": queue}}}));
    assert_eq!(call(&server, "lost", "sent").status, 202);
    let task = task_that_is(&server, "lost", "Succeeded");
    assert_eq!(task["destinationStatus"], "Failed");
    let log = fs::read_to_string(server.data.join("logs/-/f.log")).expect("the log");
    assert!(
        log.contains(&format!("the destination {queue} did not get"))
            && log.contains("fc-local does not play this"),
        "{log}"
    );
}
