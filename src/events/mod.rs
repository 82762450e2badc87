//! Typed views of what the triggers of Function Compute send as events ([contract §7](crate::guide::contract#7));
//! feature `events`.
//!
//! A view owns the JSON of an event and names its fields. Every field is optional, because triggers differ between regions
//! and years, and what has no getter is still there: `get` finds a field by its name, and `value` is all of it.
//! An event that is not JSON fails with the type `InvalidJson`, which names line and column, and one of another shape
//! with `InvalidEvent`, which names what was expected and what was found.
//!
//! A view is also `Deserialize`, and `TryFrom` a `serde_json::Value`: a handler of
//! [`Runtime::invoke_json`](crate::Runtime::invoke_json) may take one. An event of another shape is then `InvalidJson`, with
//! the same words.
//!
//! | trigger | view |
//! |---|---|
//! | timer | [`TimerEvent`] |
//! | OSS | [`OssEvents`] |
//! | log service (SLS) | [`LogEvent`] |
//! | MNS topic | [`MnsTopicEvent`], or [`MnsStreamEvent`] for the STREAM format with attributes |
//! | MNS queue, `RocketMQ`, Kafka, cloud services, all by `EventBridge` | [`CloudEvents`] |
//! | API Gateway | [`ApiGatewayRequest`], answered by an [`ApiGatewayResponse`] |
//! | CDN | [`CdnEvents`] |
//! | HTTP trigger of a built-in runtime | [`HttpTriggerEvent`], answered by an [`ApiGatewayResponse`] |
//! | Tablestore | none: its events are CBOR, which a crate such as `ciborium` reads from the bytes |
//!
//! # Examples
//!
//! ```
//! use fc_runtime::events::OssEvents;
//! use fc_runtime::{Context, Error, Runtime, log};
//!
//! fn handle(event: OssEvents, _: &Context) -> Result<usize, Error> {
//!     for record in event.records() {
//!         log::info!("{:?} of {:?}", record.event_name(), record.key());
//!     }
//!     Ok(event.records().len())
//! }
//!
//! let runtime = Runtime::new().invoke_json(handle);
//! let event = OssEvents::parse(br#"{"events":[{"eventName":"ObjectCreated:PutObject"}]}"#)?;
//! assert_eq!(handle(event, &Context::default())?, 1);
//! # Ok::<(), Error>(())
//! ```

#[macro_use]
mod getters;

mod api_gateway;
mod cdn;
mod cloud_event;
mod http_trigger;
mod log;
mod messages;
mod mns;
mod oss;
mod timer;

pub use api_gateway::{ApiGatewayRequest, ApiGatewayResponse};
pub use cdn::{CdnEvents, CdnRecord};
pub use cloud_event::{CloudEvent, CloudEvents};
pub use http_trigger::HttpTriggerEvent;
pub use log::LogEvent;
pub use messages::{KafkaMessage, MnsQueueMessage, RocketMqMessage};
pub use mns::{MnsStreamEvent, MnsTopicEvent};
pub use oss::{OssEvents, OssRecord};
pub use timer::TimerEvent;

use serde_json::Value;

use crate::base64;
use crate::error::{Error, kind};
use crate::json;

/// Reads the JSON of an event. An event may be empty, which is not even an empty object
/// ([contract §7](crate::guide::contract#7)).
fn parse(event: &[u8], what: &str) -> Result<Value, Error> {
    match event {
        [] => Err(invalid(format!("{what}, but this event is empty"))),
        event => json::parse(event, "the event"),
    }
}

/// Checks that an event is an object; `what` says so in the error.
fn an_object(value: &Value, what: &str) -> Result<(), Error> {
    if value.is_object() {
        Ok(())
    } else {
        Err(unexpected(what, "this event", value))
    }
}

/// Checks that an event has its records in the list `events`, each an object.
fn records_in(value: &Value, what: &str) -> Result<(), Error> {
    an_object(value, what)?;
    let list = value.get("events").unwrap_or(&Value::Null);
    let Value::Array(records) = list else {
        return Err(unexpected(what, "its `events`", list));
    };
    match records.iter().position(|record| !record.is_object()) {
        None => Ok(()),
        Some(at) => Err(unexpected(what, &format!("`events[{at}]`"), &records[at])),
    }
}

/// The records of an event that [`records_in`] took.
fn records(value: &Value) -> impl ExactSizeIterator<Item = &Value> {
    let records = value.get("events").and_then(Value::as_array);
    records.map(Vec::as_slice).unwrap_or_default().iter()
}

fn unexpected(what: &str, place: &str, found: &Value) -> Error {
    let kind = match found {
        Value::Null => "null or missing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    invalid(format!("{what}, but {place} is {kind}"))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(kind::INVALID_EVENT, message)
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// A whole number, which some triggers send as a string ([contract §9, K10](crate::guide::contract#K10)).
fn number<T: TryFrom<i64>>(value: &Value, pointer: &str) -> Option<T> {
    let number = match value.pointer(pointer)? {
        Value::String(text) => text.parse().ok()?,
        value => value.as_i64()?,
    };
    T::try_from(number).ok()
}

/// A boolean, which older documents of API Gateway have as a string ([contract §9, K10](crate::guide::contract#K10)).
fn flag(value: &Value, pointer: &str) -> Option<bool> {
    match value.pointer(pointer)? {
        Value::String(text) => text.parse().ok(),
        value => value.as_bool(),
    }
}

/// The value of a header in an object of single values, whatever the case of its name.
fn header<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    let mut headers = value.get("headers")?.as_object()?.iter();
    headers
        .find(|(found, _)| found.eq_ignore_ascii_case(name))?
        .1
        .as_str()
}

/// The bytes of `body`, which is base64 where `isBase64Encoded` says so.
fn decode_body(value: &Value) -> Result<Vec<u8>, Error> {
    const FLAG: &str = "/isBase64Encoded";
    let body = text(value, "/body").unwrap_or_default().as_bytes();
    let is_given = value.pointer(FLAG).is_some_and(|flag| !flag.is_null());
    match flag(value, FLAG) {
        Some(true) => {
            base64::decode(body).map_err(|error| invalid(format!("`body` is not base64: {error}")))
        }
        None if is_given => Err(invalid("`isBase64Encoded` is neither true nor false")),
        _ => Ok(body.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Error, OssEvents, an_object, decode_body, flag, header, number, parse, records_in,
    };
    use serde_json::json;

    fn parse_object(event: &[u8], what: &str) -> Result<(), Error> {
        an_object(&parse(event, what)?, what)
    }

    fn parse_records(event: &[u8], what: &str) -> Result<(), Error> {
        records_in(&parse(event, what)?, what)
    }

    #[test]
    fn a_view_is_read_as_any_type_of_json_is() {
        let events: OssEvents =
            serde_json::from_str(r#"{"events":[{"region":"r"}]}"#).expect("one");
        assert_eq!(
            events.records().next().and_then(|record| record.region()),
            Some("r")
        );
        let refused = serde_json::from_str::<OssEvents>("[7]").expect_err("an array");
        let said = "an OSS event is a JSON object, but this event is an array";
        assert!(refused.to_string().starts_with(said), "{refused}");
        let refused = OssEvents::try_from(json!([])).expect_err("an array");
        assert_eq!(
            (refused.error_type(), refused.message()),
            ("InvalidEvent", said)
        );
    }

    #[test]
    fn an_event_of_another_shape_says_what_was_expected_and_found() {
        let error = |event: &str| {
            parse_records(event.as_bytes(), "an X event is {\"events\":[…]}").expect_err(event)
        };
        let said = |event| error(event).to_string();
        let expected = "InvalidEvent: an X event is {\"events\":[…]}, but ";
        assert_eq!(said(""), format!("{expected}this event is empty"));
        assert_eq!(said("[]"), format!("{expected}this event is an array"));
        assert_eq!(
            said("{}"),
            format!("{expected}its `events` is null or missing")
        );
        assert_eq!(
            said(r#"{"events":{}}"#),
            format!("{expected}its `events` is an object")
        );
        assert_eq!(
            said(r#"{"events":[{},1]}"#),
            format!("{expected}`events[1]` is a number")
        );
    }

    #[test]
    fn an_event_that_is_not_json_is_an_error_with_line_and_column() {
        let error = parse_object(b"{\n  \"a\": oops}", "an X event").expect_err("no JSON");
        assert_eq!(error.error_type(), "InvalidJson");
        assert_eq!(
            error.message(),
            "the event is not the JSON expected here: expected value at line 2 column 8"
        );
    }

    #[test]
    fn numbers_and_flags_are_read_as_they_are_and_as_strings() {
        let value = json!({"a": 5, "b": "6", "c": "x", "d": -1, "e": true, "f": "false", "g": 1});
        assert_eq!(
            ["/a", "/b", "/c", "/d", "/z"].map(|pointer| number::<u64>(&value, pointer)),
            [Some(5), Some(6), None, None, None]
        );
        assert_eq!(number::<i64>(&value, "/d"), Some(-1));
        assert_eq!(
            ["/e", "/f", "/g", "/z"].map(|pointer| flag(&value, pointer)),
            [Some(true), Some(false), None, None]
        );
    }

    #[test]
    fn headers_are_found_whatever_their_case() {
        let value = json!({"headers": {"X-Ca-Request-Id": "r1"}});
        assert_eq!(header(&value, "x-ca-request-id"), Some("r1"));
        assert_eq!(header(&value, "host"), None);
        assert_eq!(header(&json!({}), "host"), None);
    }

    #[test]
    fn bodies_are_decoded_where_the_flag_says_so() {
        let decoded = |value| decode_body(&value).map_err(|error| error.message().to_owned());
        assert_eq!(decoded(json!({})), Ok(Vec::new()));
        assert_eq!(
            decoded(json!({"body": "AP8=", "isBase64Encoded": null})),
            Ok(b"AP8=".to_vec())
        );
        assert_eq!(
            decoded(json!({"body": "AP8=", "isBase64Encoded": true})),
            Ok(vec![0, 255])
        );
        assert_eq!(
            decoded(json!({"body": "AP8=", "isBase64Encoded": "true"})),
            Ok(vec![0, 255])
        );
        assert_eq!(
            decoded(json!({"body": "AP8=", "isBase64Encoded": "false"})),
            Ok(b"AP8=".to_vec())
        );
        assert_eq!(
            decoded(json!({"body": "AP8=", "isBase64Encoded": 1})),
            Err("`isBase64Encoded` is neither true nor false".into())
        );
        assert_eq!(
            decoded(json!({"body": "AP8", "isBase64Encoded": true})),
            Err("`body` is not base64: its length is 3, which is not a multiple of 4".into())
        );
    }
}
