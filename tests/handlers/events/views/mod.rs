//! Each view of an event reads its sample.

mod messages;

use fc_runtime::Error;
use fc_runtime::events::{
    ApiGatewayRequest, ApiGatewayResponse, CdnEvents, HttpTriggerEvent, LogEvent, OssEvents,
    TimerEvent,
};
use fc_runtime::serde_json::{Value, from_slice, json};

use crate::events::samples;

/// The view of a sample.
fn view<T>(name: &str, parse: impl Fn(&[u8]) -> Result<T, Error>) -> T {
    parse(&samples()[name]).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn as_json(name: &str) -> Value {
    from_slice(&samples()[name]).expect("JSON")
}

#[test]
fn timer() {
    let timer = view("timer.json", TimerEvent::parse);
    assert_eq!(timer.trigger_time(), Some("2026-11-23T08:00:00Z"));
    assert_eq!(timer.trigger_name(), Some("every-morning"));
    assert_eq!(timer.payload(), Some(r#"{"report":"daily"}"#));
}

#[test]
fn oss() {
    let events = view("oss.json", OssEvents::parse);
    assert_eq!(events.value(), &as_json("oss.json"), "nothing is lost");
    assert_eq!(events.records().len(), 2);
    let created = events.records().next().expect("the first");
    assert_eq!(
        [
            created.event_name(),
            created.event_source(),
            created.event_time(),
            created.event_version(),
            created.region(),
            created.bucket(),
            created.bucket_arn(),
            created.bucket_owner(),
            created.key(),
            created.etag(),
            created.mime_type(),
            created.rule_id(),
            created.source_ip(),
            created.request_id(),
            created.principal_id(),
        ],
        [
            "ObjectCreated:PutObject",
            "acs:oss",
            "2026-11-23T08:01:02.345Z",
            "1.0",
            "cn-hangzhou",
            "holiday-photos",
            "acs:oss:cn-hangzhou:1000000000000001:holiday-photos",
            "1000000000000001",
            "2026/海边 1+1%20.jpg",
            "5D41402ABC4B2A76B9719D911017C592",
            "image/jpeg",
            "0c1f9a52d7e84b3f",
            "203.0.113.7",
            "6740F1C2A7B3D90E4C2F1A35",
            "1000000000000001",
        ]
        .map(Some)
    );
    assert_eq!(
        (created.size(), created.delta_size()),
        (Some(48_213), Some(48_213))
    );
    let removed = events.records().nth(1).expect("the second");
    assert_eq!(
        (removed.size(), removed.delta_size(), removed.mime_type()),
        (None, Some(-1024), None)
    );
    assert_eq!(removed.get("oss"), removed.value().get("oss"));
}

#[test]
fn log() {
    let log = view("log.json", LogEvent::parse);
    assert_eq!(
        [
            log.endpoint(),
            log.project(),
            log.logstore(),
            log.begin_cursor(),
            log.end_cursor(),
            log.job_name(),
            log.task_id(),
        ],
        [
            "http://cn-hangzhou-intranet.log.aliyuncs.com",
            "shop-logs",
            "access",
            "MTc5NTQyMDg2MDAwMDAwMDAwMA==",
            "MTc5NTQyMDg2MjAwMDAwMDAwMA==",
            "4f2a7c90-archive",
            "9b1de2f4-0001",
        ]
        .map(Some)
    );
    assert_eq!(
        (log.shard_id(), log.cursor_time()),
        (Some(3), Some(1_795_420_862))
    );
    assert_eq!(log.parameter(), Some(&json!({"target": "cold-archive"})));
}

#[test]
fn api_gateway_request() {
    let request = view("api-gateway-request.json", ApiGatewayRequest::parse);
    assert_eq!(
        (request.method(), request.path()),
        (Some("POST"), Some("/orders/42"))
    );
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.query_parameter("verbose"), Some("true"));
    assert_eq!(request.path_parameter("id"), Some("42"));
    assert_eq!(request.is_base64_encoded(), Some(true));
    assert_eq!(request.decode_body().expect("base64"), br#"{"paid":true}"#);
}

#[test]
fn api_gateway_response() {
    let response = ApiGatewayResponse::bytes(b"\x89PNG\r\n\x1a\n")
        .with_status(201)
        .with_header("Content-Type", "image/png")
        .and_then(|response| response.with_header("Location", "/orders/42"))
        .expect("sound headers");
    let written: Value = from_slice(&response.into_bytes()).expect("JSON");
    assert_eq!(written, as_json("api-gateway-response.json"));
}

#[test]
fn cdn() {
    let events = view("cdn.json", CdnEvents::parse);
    let started = events.records().next().expect("the first");
    assert_eq!(
        [
            started.event_name(),
            started.event_version(),
            started.event_source(),
            started.region(),
            started.event_time(),
            started.trace_id(),
            started.domain(),
            started.account_id(),
        ],
        [
            "CdnDomainStarted",
            "1.0.0",
            "cdn",
            "cn-hangzhou",
            "2026-11-23T16:01:02+08:00",
            "c6459282-0001",
            "static.example.com",
            "1000000000000001",
        ]
        .map(Some)
    );
    assert_eq!(started.parameter("status"), Some(&json!("online")));
    let logged = events.records().nth(1).expect("the second");
    assert_eq!(logged.parameter("fileSize"), Some(&json!(1_788_115)));
}

#[test]
fn http_trigger() {
    let call = view("http-trigger.json", HttpTriggerEvent::parse);
    assert_eq!(
        [
            call.version(),
            call.raw_path(),
            call.method(),
            call.protocol(),
            call.source_ip(),
            call.user_agent(),
            call.account_id(),
            call.domain_name(),
            call.domain_prefix(),
            call.trigger_id(),
            call.request_id(),
            call.time(),
            call.header("cookie"),
            call.query_parameter("verbose"),
        ],
        [
            "v1",
            "/orders/42",
            "POST",
            "HTTP/1.1",
            "203.0.113.7",
            "curl/8.5.0",
            "1000000000000001",
            "shop-fn.cn-hangzhou.fcapp.run",
            "shop-fn",
            "5f0e8a1c-made-up",
            "1-6740f1c2-0001-000000000001",
            "2026-11-23T08:01:02Z",
            "session=made-up",
            "true",
        ]
        .map(Some)
    );
    assert_eq!(call.time_epoch_ms(), Some(1_795_420_862_345));
    assert_eq!(call.decode_body().expect("base64"), br#"{"paid":true}"#);
}
