//! Every row that `fc-local check` knows, in the order of the report.
//!
//! A row is `must` where the contract's mark for it is `[C]`, `[D]` or `[O]` of the platform, `should` where it is `[I]` or
//! where its sources differ.

use super::row::{Level, Spec};

/// Names the rows, and lists them in the order they are given.
macro_rules! specs {
    ($($ident:ident = $kind:ident($name:literal, $contract:literal, $sent:literal, $expected:literal);)*) => {
        $(pub(super) static $ident: Spec = Spec {
            name: $name,
            level: Level::$kind,
            contract: $contract,
            sent: $sent,
            expected: $expected,
            fix: None,
        };)*
        /// All rows in the order of the report.
        pub(super) static ALL: &[&Spec] = &[$(&$ident),*];
    };
}

specs! {
    PORT = Must("start/port", "§4.1, §4.2",
        "the start command, with FC_CUSTOM_LISTEN_PORT and FC_SERVER_PORT",
        "it accepts a TCP connection on that port within --start-timeout");
    ALL_INTERFACES = Must("start/all-interfaces", "§4.1",
        "a TCP connection to another address than 127.0.0.1",
        "it is accepted, because the agent connects from another host");
    INITED = Should("start/inited-line", "§5.1",
        "nothing",
        "an optional line `FunctionCompute ... runtime inited.`, the mark of a cold start");

    INITIALIZE = Must("initialize/answer", "§1.1, §3.1",
        "POST /initialize without a body",
        "a status of 2xx");
    INITIALIZE_MARKERS = Must("initialize/markers", "§5.1",
        "POST /initialize",
        "the lines `FC Initialize Start RequestId: ...` and `FC Initialize End RequestId: ...`");
    INITIALIZE_PATH = Should("initialize/user-path", "§2.1",
        "GET /user/path with the control path /initialize, as the local mock does",
        "it is taken for /initialize: a status of 2xx, and the same lines if they are written");
    INITIALIZE_FAILURE = Must("initialize/failure", "§3.1",
        "POST /initialize in an instance whose initializer fails",
        "a status that is not 2xx");
    INITIALIZE_FAILURE_LIVES = Should("initialize/failure-lives-on", "§9 K2",
        "POST /initialize once more, to the same process",
        "a response: the platform may try until it succeeds");

    EVENT = Must("event/answer", "§3.1",
        "POST /invoke with --event",
        "status 200, and no x-fc-status but 200");
    EVENT_LENGTH = Should("event/content-length", "§4.1",
        "POST /invoke with --event, and with 64 KiB where --echo is given",
        "Content-Length; FC takes a chunked response for a streaming one");
    EVENT_MARKERS = Must("event/markers", "§5.1",
        "POST /invoke with --event",
        "one line `FC Invoke Start RequestId: ...`, then one line `FC Invoke End RequestId: ...`");
    EVENT_MARKERS_IN_TIME = Should("event/markers-in-time", "§4.1",
        "POST /invoke with --event",
        "the End line is written before the response is complete: the instance may freeze right after");
    EVENT_LOG_ID = Should("event/log-request-id", "§5.2",
        "POST /invoke with --event",
        "every line that is logged in between carries the request id");
    EVENT_CHUNKED = Must("event/chunked", "§4.1, §2.1",
        "the same event with Transfer-Encoding: chunked",
        "the same response as with Content-Length");
    EVENT_EMPTY = Must("event/empty", "§2.1",
        "an empty event, as a chunked body without data and with Content-Length: 0",
        "the handler gets an empty event; no refusal by the server");
    EVENT_BINARY = Must("event/binary", "§1.1",
        "an event of 64 KiB with every byte value",
        "it comes back unchanged");
    EVENT_6_MB = Must("event/6-mb", "§4.4 K6",
        "an event of 6 MB, the smallest limit that FC ever documented",
        "it reaches the handler whole");
    EVENT_32_MB = Should("event/32-mb", "§4.4 K6",
        "an event of 32 MB, the newest limit",
        "it reaches the handler whole");
    EVENT_EXPECT = Should("event/expect-continue", "§4.1",
        "an event with Expect: 100-continue",
        "100 and then the response, or the response once the body has come");

    FAILURE = Must("failure/x-fc-status", "§3.1",
        "POST /invoke with each --fail-event",
        "x-fc-status: 404; without it FC counts a success");
    FAILURE_STATUS = Should("failure/status", "§3.1 K3",
        "POST /invoke with each --fail-event",
        "HTTP status 404");
    FAILURE_BODY = Should("failure/body", "§3.2 K4",
        "POST /invoke with each --fail-event",
        "JSON with the texts errorMessage and errorType, and the array stackTrace if there is one");
    FAILURE_END = Should("failure/end-line", "§5.1 K11",
        "POST /invoke with each --fail-event",
        "the End line goes on with `, Error: Unhandled function error` (or Handled)");
    FAILURE_ORDER = Should("failure/log-order", "§5.1",
        "POST /invoke with each --fail-event",
        "the error is logged between the Start and the End line");
    FAILURE_LIVES = Should("failure/lives-on", "§8.4",
        "POST /invoke with --event after each failure",
        "the same process answers");

    HTTP = Must("http/answer", "§1.1, §3.1",
        "GET --http?x=1 with the control path /http-invoke",
        "a response with a status below 500, and no x-fc-status but 200");
    HTTP_MARKERS = Must("http/markers", "§5.1",
        "GET --http",
        "one line `FC Invoke Start RequestId: ...`, then one line `FC Invoke End RequestId: ...`");
    HTTP_HEAD = Must("http/head", "§4.1",
        "HEAD --http, then GET on the same connection",
        "no body follows the head of the first response");
    HTTP_204 = Must("http/204", "§4.1",
        "GET --http-204, then GET --http on the same connection",
        "status 204, and no body follows its head");
    HTTP_BODY = Must("http/body", "§1.1",
        "POST --http-echo with 64 KiB of every byte value, with Content-Length and chunked",
        "the body comes back unchanged");
    HTTP_EMPTY_PUT = Should("http/empty-put", "§2.1",
        "PUT --http with an empty chunked body, as the local mock does",
        "a response of the function, not a refusal by the server");
    HTTP_PARAMS = Should("http/params", "§2.2",
        "POST /http-invoke with the x-fc-http-params of GET --http",
        "if the runtime speaks them: a response with x-fc-http-params, base64 of JSON with a status");
    UNKNOWN_PATH = Should("http/unknown-path", "§1.2",
        "GET /no/such/path, without a control path and with one that does not exist",
        "a response, such as 404");

    SECOND_CONNECTION = Must("connection/second", "§4.1",
        "an event on a new connection while another is kept alive",
        "it is answered");
    KEEP_ALIVE = Must("connection/keep-alive", "§4.1",
        "20 events, one after the other, on one connection",
        "all are answered on it; FC turns a closed connection into a 502");
    IDLE = Must("connection/idle", "§4.1 K7",
        "an event, --idle seconds of silence, an event on the same connection",
        "it is still open; FC asks for 15 minutes and more");
    AT_ONCE = Must("connection/at-once", "§4.4",
        "--concurrency events at once, each on its own connection",
        "all are answered, none gets another's response");
    OVERLAP = Must("connection/overlap", "§4.4",
        "--concurrency times --slow-event at once",
        "they are served at the same time, not one after the other");
    CANCEL = Should("connection/canceled", "§4.5",
        "5 events whose connection is closed before the response, then an event",
        "the same process answers it");

    PROBE = Must("probe/silent-connection", "§4.1",
        "10 connections without a byte, half of them ended by RST, then an event",
        "the same process answers it");
    PROBE_LOG = Should("probe/log", "§4.1",
        "the same 10 connections",
        "nothing is logged for them");
    CUT_REQUEST = Should("probe/cut-request", "§4.1",
        "a connection that ends within the head and one that ends within the body, then an event",
        "the same process answers it");
    HEALTH_CHECK = Should("probe/health-check", "§1.3",
        "GET / without any x-fc header, as a configured health check might",
        "a response");

    PRE_FREEZE = Must("freeze/pre-freeze", "§3.1",
        "GET /pre-freeze",
        "a status of 2xx");
    PRE_FREEZE_MARKERS = Must("freeze/pre-freeze-markers", "§5.1",
        "GET /pre-freeze",
        "the lines `FC PreFreeze Start RequestId: ...` and `FC PreFreeze End RequestId: ...`");
    FREEZE = Must("freeze/next-event", "§4.5",
        "SIGSTOP after an event, SIGCONT half a second later, an event on the same connection if it is kept alive",
        "it is answered");

    PRE_STOP = Must("stop/pre-stop", "§3.1",
        "GET /pre-stop",
        "a status of 2xx");
    PRE_STOP_MARKERS = Must("stop/pre-stop-markers", "§5.1",
        "GET /pre-stop",
        "the lines `FC PreStop Start RequestId: ...` and `FC PreStop End RequestId: ...`");
    SIGTERM = Should("stop/sigterm", "§4.5",
        "SIGTERM",
        "the process ends within 3 s: with exit code 0 or 143, or by the signal");

    LINE_START = Should("log/line-start", "§5.3",
        "everything above",
        "every marker stands at the start of its line");
    SECRETS = Must("log/secrets", "§5.3",
        "everything above, with credentials in headers and environment",
        "neither the secret nor the token is logged: anybody may ask for the tail of a log");
}
