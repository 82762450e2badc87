//! What cannot be registered: a client would never reach it.

use fc_mcp::{Prompt, PromptResult, Server, Tool};
use serde_json::json;

use crate::support::{message, request, send, server};

fn tool() -> Tool {
    Tool::new("t", "A tool", |_| Ok("".into()))
}

fn prompt() -> Prompt {
    Prompt::new("p", "A prompt", |_| Ok(PromptResult::user("")))
}

#[test]
#[should_panic(expected = "a name is registered twice")]
fn a_second_tool_of_a_name() {
    let _server = Server::new("s", "1").tool(tool()).tool(tool());
}

#[test]
#[should_panic(expected = "a name is registered twice")]
fn a_second_prompt_of_a_name() {
    let _server = Server::new("s", "1").prompt(prompt()).prompt(prompt());
}

#[test]
#[should_panic(expected = "tools/list is answered by the server itself")]
fn a_method_that_the_server_answers() {
    let _server = Server::new("s", "1").method("tools/list", |_| Ok(fc_mcp::json!({})));
}

#[test]
fn a_name_may_be_that_of_a_tool_and_of_a_prompt() {
    let prompt = Prompt::new("t", "A prompt", |_| Ok(PromptResult::user("")));
    let server = Server::new("s", "1").tool(tool()).prompt(prompt);
    let call = request("tools/call", &json!({ "name": "t" }));
    assert_eq!(message(send(&server, &call, &[])).0, 200);
}

#[test]
fn a_refusal_of_params_has_the_id_of_its_request() {
    let params = json!({ "jsonrpc": "2.0", "id": 7, "method": "ping", "params": [] });
    let (status, answer) = message(send(&server(), &params, &[]));
    assert_eq!(
        (status, &answer["id"], &answer["error"]["code"]),
        (400, &json!(7), &json!(-32600))
    );
}

#[test]
fn the_level_of_a_log_can_be_set_where_logs_are_announced() {
    let new = || Server::new("s", "1");
    let set = request("logging/setLevel", &json!({ "level": "error" }));
    let outcome = |server: Server| message(send(&server, &set, &[])).1;
    assert_eq!(outcome(new())["error"]["code"], json!(-32601));
    let logging = |server: Server| server.capability("logging", fc_mcp::json!({}));
    for server in [
        new().logs(),
        new().logs().logs(),
        logging(new()),
        logging(new()).logs(),
    ] {
        assert_eq!(outcome(server)["result"], json!({}));
    }
}

#[test]
#[should_panic(expected = "logging/setLevel is answered by the server itself")]
fn the_method_that_sets_the_level_of_a_log() {
    let _server = Server::new("s", "1").method("logging/setLevel", |_| Ok(fc_mcp::json!({})));
}
