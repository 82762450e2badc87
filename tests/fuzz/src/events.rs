//! The views of events: each takes JSON of its shape and nothing else, and no getter panics.

use fc_runtime::Error;
use fc_runtime::events::*;
use fc_runtime::serde_json::{self, Value};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Takes the input for an event of each trigger.
pub fn check(input: &[u8]) {
    let json = serde_json::from_slice::<Value>(input).ok();
    let is_object = json.as_ref().is_some_and(Value::is_object);
    agree(
        input,
        is_object,
        TimerEvent::parse(input),
        TimerEvent::into_value,
    );
    agree(
        input,
        is_object,
        LogEvent::parse(input),
        LogEvent::into_value,
    );
    agree(
        input,
        is_object,
        HttpTriggerEvent::parse(input),
        HttpTriggerEvent::into_value,
    );
    agree(
        input,
        is_object,
        ApiGatewayRequest::parse(input),
        ApiGatewayRequest::into_value,
    );
    let has_records = json.as_ref().is_some_and(|json| {
        let list = json.get("events").and_then(Value::as_array);
        is_object && list.is_some_and(|list| list.iter().all(Value::is_object))
    });
    agree(
        input,
        has_records,
        OssEvents::parse(input),
        OssEvents::into_value,
    );
    agree(
        input,
        has_records,
        CdnEvents::parse(input),
        CdnEvents::into_value,
    );
    records(input);
    cloud_events(input);
    bodies(input);
    let _ = MnsTopicEvent::parse(input)
        .map(|event| format!("{event:?} {}", event.attributes().count()));
    let _ =
        MnsStreamEvent::parse(input).map(|event| format!("{event:?} {:?}", event.attribute("a")));
}

fn agree<T: std::fmt::Debug>(
    input: &[u8],
    is_taken: bool,
    parsed: Result<T, Error>,
    into_value: impl Fn(T) -> Value,
) {
    match parsed {
        Ok(event) => {
            assert!(is_taken && !format!("{event:?}").is_empty());
            let value: Value = serde_json::from_slice(input).expect("it was JSON");
            assert_eq!(into_value(event), value);
        }
        Err(error) => {
            assert!(!is_taken, "{error}");
            assert!(["InvalidJson", "InvalidEvent"].contains(&error.error_type()));
        }
    }
}

fn records(input: &[u8]) {
    if let Ok(events) = OssEvents::parse(input) {
        for record in events.records() {
            let _ = (record.event_name(), record.key(), record.get("a"));
        }
    }
    if let Ok(events) = CdnEvents::parse(input) {
        for record in events.records() {
            let _ = (record.parameter("domain"), record.get("a"));
        }
    }
}

fn cloud_events(input: &[u8]) {
    let Ok(events) = CloudEvents::parse(input) else {
        return;
    };
    assert_eq!(events.iter().count(), events.len());
    for event in events.iter() {
        assert!(event.value().is_object());
        let _ = (
            event.data(),
            event.mns_queue(),
            event.rocketmq(),
            event.kafka(),
        );
        if let Some(message) = event.rocketmq() {
            let _ = (message.system_property("a"), message.user_property("b"));
        }
    }
}

fn bodies(input: &[u8]) {
    let Ok(request) = ApiGatewayRequest::parse(input) else {
        return;
    };
    let body = request
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match (request.is_base64_encoded(), request.decode_body()) {
        (Some(true), decoded) => assert_eq!(decoded.ok(), STANDARD.decode(body).ok()),
        (Some(false), decoded) => assert_eq!(decoded.ok().as_deref(), Some(body.as_bytes())),
        (None, Ok(decoded)) => assert_eq!(decoded, body.as_bytes()),
        (None, Err(error)) => assert_eq!(error.error_type(), "InvalidEvent"),
    }
}
