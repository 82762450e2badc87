use super::{ApiGatewayRequest, ApiGatewayResponse};
use serde_json::{Value, json};

fn written(response: ApiGatewayResponse) -> Value {
    serde_json::from_slice(&response.into_bytes()).expect("JSON")
}

#[test]
fn a_header_that_is_set_again_is_replaced_whatever_its_case() {
    let response = ApiGatewayResponse::json(&json!({"a": 1}))
        .expect("JSON")
        .with_header("Content-Type", "application/problem+json")
        .and_then(|response| response.with_header("x-a", "1"))
        .expect("sound headers");
    assert_eq!(
        written(response),
        json!({"statusCode": 200, "isBase64Encoded": false, "body": "{\"a\":1}",
               "headers": {"Content-Type": "application/problem+json", "x-a": "1"}})
    );
}

#[test]
fn the_result_of_a_json_handler_is_that_of_one_of_bytes() {
    let response = ApiGatewayResponse::text("hi").with_status(201);
    let json = serde_json::to_vec(&response).expect("JSON");
    assert_eq!(json, response.into_bytes());
}

#[test]
fn bytes_travel_as_base64() {
    let response = written(ApiGatewayResponse::bytes([0, 255]).with_status(206));
    assert_eq!(
        response,
        json!({"statusCode": 206, "isBase64Encoded": true, "body": "AP8=", "headers": {}})
    );
}

#[test]
fn every_field_of_a_request_is_optional() {
    let request = ApiGatewayRequest::parse(b"{}").expect("an object");
    assert_eq!(
        (request.path(), request.method(), request.body()),
        (None, None, None)
    );
    assert_eq!(
        (
            request.header("a"),
            request.query_parameter("a"),
            request.path_parameter("a")
        ),
        (None, None, None)
    );
    assert_eq!(request.decode_body().expect("no body"), b"");
}

#[test]
fn debug_shows_no_secret() {
    let event = br#"{"path":"/x","headers":{"Authorization":"planted"},"body":"planted"}"#;
    let request = ApiGatewayRequest::parse(event).expect("an object");
    let response = ApiGatewayResponse::text("planted")
        .with_header("Set-Cookie", "planted")
        .expect("a sound header");
    let shown = format!("{request:?} {response:?}");
    assert!(
        !shown.contains("planted") && shown.contains("/x"),
        "{shown}"
    );
}
