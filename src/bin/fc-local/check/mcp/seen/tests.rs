use serde_json::json;

use super::malformed;

#[test]
fn a_response_has_either_a_result_or_a_whole_error() {
    let error = json!({ "code": -32601, "message": "no" });
    for sound in [
        json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": null, "error": error }),
        json!({ "method": "notifications/message" }),
    ] {
        assert_eq!(malformed(&sound), None);
    }
    for (wrong, says) in [
        (json!({ "id": 1, "result": {} }), "jsonrpc is not"),
        (
            json!({ "jsonrpc": "2.0", "result": {}, "error": error }),
            "a result and an error",
        ),
        (
            json!({ "jsonrpc": "2.0", "error": { "code": "-1", "message": "" } }),
            "no integer",
        ),
        (
            json!({ "jsonrpc": "2.0", "error": { "code": -1 } }),
            "no message",
        ),
    ] {
        let said = malformed(&wrong).expect(says);
        assert!(said.contains(says), "{said}");
    }
}
