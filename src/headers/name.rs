//! Names of the headers that Function Compute sends or reads ([contract §2](crate::guide::contract#2),
//! [§3.1](crate::guide::contract#3.1)), in the case that HTTP/2 made usual. Comparison never depends on the case, for
//! Go sends `X-Fc-Request-Id`.
//!
//! Owns the one list of the names that begin with `x-fc-`, and the few of HTTP that more than one module reads. It must not
//! know what stands in these headers.

/// What every header of Function Compute begins with; clients cannot send such a header through it.
pub(crate) const FC_PREFIX: &str = "x-fc-";
/// The kind of the call: `/initialize`, `/invoke`, `/http-invoke`, `/pre-freeze` or `/pre-stop`.
pub(crate) const CONTROL_PATH: &str = "x-fc-control-path";
/// The request id.
pub(crate) const REQUEST_ID: &str = "x-fc-request-id";
/// `404` on a response marks the invocation as failed; absent means success.
pub(crate) const STATUS: &str = "x-fc-status";
/// The compatibility form of an HTTP call: base64 of JSON ([contract §2.2](crate::guide::contract#2.2)).
pub(crate) const HTTP_PARAMS: &str = "x-fc-http-params";
/// The address of the HTTP client.
pub(crate) const CLIENT_IP: &str = "x-fc-client-ip";
/// The key of the function's role, which signs with the other two.
pub(crate) const ACCESS_KEY_ID: &str = "x-fc-access-key-id";
/// Its secret.
pub(crate) const ACCESS_KEY_SECRET: &str = "x-fc-access-key-secret";
/// What says that the key is a temporary one.
pub(crate) const SECURITY_TOKEN: &str = "x-fc-security-token";
/// The function's name.
pub(crate) const FUNCTION_NAME: &str = "x-fc-function-name";
/// The configured handler.
pub(crate) const FUNCTION_HANDLER: &str = "x-fc-function-handler";
/// The function's memory in MB.
pub(crate) const FUNCTION_MEMORY: &str = "x-fc-function-memory";
/// The timeout of an invocation in seconds.
pub(crate) const FUNCTION_TIMEOUT: &str = "x-fc-function-timeout";
/// The configured initializer.
pub(crate) const INITIALIZER: &str = "x-fc-function-initializer";
/// The initializer's timeout in seconds.
pub(crate) const INITIALIZATION_TIMEOUT: &str = "x-fc-initialization-timeout";
/// The configured pre-freeze handler.
pub(crate) const PRE_FREEZE_HANDLER: &str = "x-fc-instance-lifecycle-pre-freeze-handler";
/// The configured pre-stop handler.
pub(crate) const PRE_STOP_HANDLER: &str = "x-fc-instance-lifecycle-pre-stop-handler";
/// The region, such as `cn-hangzhou`.
pub(crate) const REGION: &str = "x-fc-region";
/// The owner's account.
pub(crate) const ACCOUNT_ID: &str = "x-fc-account-id";
/// The version or alias that was asked for.
pub(crate) const QUALIFIER: &str = "x-fc-qualifier";
/// The version that serves the call.
pub(crate) const VERSION_ID: &str = "x-fc-version-id";
/// The service of the function.
pub(crate) const SERVICE_NAME: &str = "x-fc-service-name";
/// The log project of the service.
pub(crate) const LOG_PROJECT: &str = "x-fc-service-logproject";
/// The log store of the service.
pub(crate) const LOG_STORE: &str = "x-fc-service-logstore";
/// How often the call was tried before.
pub(crate) const RETRY_COUNT: &str = "x-fc-retry-count";
/// The path of an HTTP call, or the part of it that is not the function's own.
pub(crate) const BASE_PATH: &str = "x-fc-base-path";
/// The span that the call belongs to.
pub(crate) const SPAN_CONTEXT: &str = "x-fc-tracing-opentracing-span-context";
/// The baggage of the span.
pub(crate) const SPAN_BAGGAGES: &str = "x-fc-tracing-opentracing-span-baggages";
/// Where spans are reported to.
pub(crate) const JAEGER_ENDPOINT: &str = "x-fc-tracing-jaeger-endpoint";

/// How the body is encoded.
pub(crate) const CONTENT_TYPE: &str = "content-type";
/// The body's length in bytes.
pub(crate) const CONTENT_LENGTH: &str = "content-length";
/// How the body is framed, if not by its length.
pub(crate) const TRANSFER_ENCODING: &str = "transfer-encoding";
/// Which media types the client takes.
pub(crate) const ACCEPT: &str = "accept";
/// Which part of a body the client wants.
pub(crate) const RANGE: &str = "range";
/// Of which version of it.
pub(crate) const IF_RANGE: &str = "if-range";
/// Where the page of a browser came from.
pub(crate) const ORIGIN: &str = "origin";
/// What happens to the connection after the response.
pub(crate) const CONNECTION: &str = "connection";
/// What a client wants to hear before it sends its body.
pub(crate) const EXPECT: &str = "expect";
