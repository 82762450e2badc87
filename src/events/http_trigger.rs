//! The event that stands for an HTTP call in the built-in runtimes of FC 3.0.

use std::fmt;

use serde_json::Value;

use crate::error::Error;

/// The event of an HTTP trigger on a built-in runtime of FC 3.0, for functions that move from there
/// ([contract §7](crate::guide::contract#7)).
///
/// A custom runtime gets the call itself, which [`Runtime::http`](crate::Runtime::http) serves. What this event is
/// answered with is the form of [`ApiGatewayResponse`](super::ApiGatewayResponse).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::HttpTriggerEvent;
///
/// let event = br#"{"version":"v1","rawPath":"/x","body":"aGk=","isBase64Encoded":true,
///     "requestContext":{"timeEpoch":"1692281291805","http":{"method":"POST"}}}"#;
/// let call = HttpTriggerEvent::parse(event)?;
/// assert_eq!((call.method(), call.raw_path(), call.time_epoch_ms()), (Some("POST"), Some("/x"), Some(1_692_281_291_805)));
/// assert_eq!(call.decode_body()?, b"hi");
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct HttpTriggerEvent {
    value: Value,
}

impl HttpTriggerEvent {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// The value of this header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        super::header(&self.value, name)
    }

    /// The value of this name in the query.
    pub fn query_parameter(&self, name: &str) -> Option<&str> {
        self.get("queryParameters")?.get(name)?.as_str()
    }

    /// Whether the body is base64.
    pub fn is_base64_encoded(&self) -> Option<bool> {
        super::flag(&self.value, "/isBase64Encoded")
    }

    /// The body as the client sent it; empty if there is none.
    ///
    /// # Errors
    ///
    /// `InvalidEvent` when the body should be base64 and is not.
    pub fn decode_body(&self) -> Result<Vec<u8>, Error> {
        super::decode_body(&self.value)
    }

    texts! { '_;
        /// The version of the event's form: `v1`.
        version = "/version";
        /// The path, nothing of it decoded.
        raw_path = "/rawPath";
        /// The body as it stands in the event, maybe base64.
        body = "/body";
        /// The method.
        method = "/requestContext/http/method";
        /// The version of HTTP, such as `HTTP/1.1`.
        protocol = "/requestContext/http/protocol";
        /// The address of the client.
        source_ip = "/requestContext/http/sourceIp";
        /// What the client calls itself.
        user_agent = "/requestContext/http/userAgent";
        /// The account.
        account_id = "/requestContext/accountId";
        /// The domain that was asked.
        domain_name = "/requestContext/domainName";
        /// The first label of that domain, which names the trigger.
        domain_prefix = "/requestContext/domainPrefix";
        /// The id of the trigger, if it is sent.
        trigger_id = "/requestContext/triggerId";
        /// The request id.
        request_id = "/requestContext/requestId";
        /// When the call came, in UTC.
        time = "/requestContext/time";
    }

    numbers! { u64;
        /// When the call came, in milliseconds since 1970: a string in the event.
        time_epoch_ms = "/requestContext/timeEpoch";
    }
}

owned_view!(
    HttpTriggerEvent,
    an_object,
    "an HTTP trigger's event is a JSON object"
);

/// Shows what was asked for, but neither headers nor body, which may hold secrets.
impl fmt::Debug for HttpTriggerEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTriggerEvent")
            .field("method", &self.method())
            .field("raw_path", &self.raw_path())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::HttpTriggerEvent;

    #[test]
    fn debug_shows_no_secret() {
        let event = br#"{"rawPath":"/x","headers":{"Cookie":"planted"},"queryParameters":{"key":"planted"},"body":"planted"}"#;
        let call = HttpTriggerEvent::parse(event).expect("an object");
        let shown = format!("{call:?}");
        assert!(
            !shown.contains("planted") && shown.contains("/x"),
            "{shown}"
        );
        assert_eq!(
            (call.header("cookie"), call.query_parameter("key")),
            (Some("planted"), Some("planted"))
        );
    }

    #[test]
    fn a_time_that_is_a_number_is_read_too() {
        let call =
            HttpTriggerEvent::parse(br#"{"requestContext":{"timeEpoch":1,"triggerId":"t1"}}"#)
                .expect("an object");
        assert_eq!(
            (call.time_epoch_ms(), call.is_base64_encoded(), call.body()),
            (Some(1), None, None)
        );
        assert_eq!(
            (call.trigger_id(), call.domain_prefix()),
            (Some("t1"), None)
        );
        assert_eq!(call.decode_body().expect("no body"), b"");
    }
}
