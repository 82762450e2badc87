//! Every row that `fc-local check --mcp` knows, in the order of the report.
//!
//! A row is `must` where the specification says so, or where a client or Function Compute goes wrong; `should` where a
//! server works without it, and costs more or helps less.

use crate::check::row::{Level, Spec};
use crate::check::specs::{ALL_INTERFACES, PORT};

/// Names the rows, and lists them in the order they are given.
macro_rules! specs {
    ($($ident:ident = $kind:ident($name:literal, $source:literal, $sent:literal, $expected:literal, $fix:literal);)*) => {
        $(pub(in crate::check::mcp) static $ident: Spec = Spec {
            name: $name,
            level: Level::$kind,
            contract: $source,
            sent: $sent,
            expected: $expected,
            fix: Some($fix),
        };)*
        /// The rows of this file in the order of the report.
        pub(in crate::check::mcp) static ROWS: &[&Spec] = &[$(&$ident),*];
    };
}

pub(super) mod listen;
pub(super) mod task_extension;
pub(super) mod tasks;

/// All rows in the order of the report: how a command starts, and what it serves.
pub(in crate::check) fn all() -> Vec<&'static Spec> {
    [
        &[&PORT, &ALL_INTERFACES][..],
        ROWS,
        listen::ROWS,
        tasks::ROWS,
        task_extension::ROWS,
    ]
    .concat()
}

specs! {
    REDIRECT = Should("request/redirect", "MCP clients",
        "POST initialize",
        "no redirect: clients follow one and forget it, so that each message is sent twice",
        "serve the path with a slash at its end and the one without it");
    INITIALIZE = Must("handshake/initialize", "MCP lifecycle",
        "POST initialize with the id 0, offering 2025-11-25",
        "status 200 and a result with the id, protocolVersion, capabilities and serverInfo",
        "answer initialize on this path before any other request, and any id with itself, 0 too");
    VERSION = Must("handshake/version", "MCP lifecycle",
        "initialize, offering 2025-11-25",
        "a version with a handshake, 2024-11-05 to 2025-11-25: clients leave at any other",
        "return the offered version if the server knows it, else its newest one with a handshake");
    UNKNOWN_VERSION = Must("handshake/unknown-version", "MCP lifecycle",
        "initialize, offering 1999-01-01 and then 2026-07-28",
        "a version of the server's own with a handshake, or an error",
        "compare the offered version with a list, and never return one that is not on it");
    FC_VERSIONS = Should("handshake/fc-versions", "fc3 §4",
        "initialize, offering 2025-06-18 and then 2025-03-26",
        "the same version: the documents of FC name these two for the affinity of sessions",
        "keep both versions on the server's list");
    INITIALIZED = Must("handshake/initialized", "MCP transports",
        "POST notifications/initialized",
        "status 202 without a body; npm's client cannot connect if it is 400 or more",
        "answer every notification with 202 and no body");

    DISCOVER = Must("stateless/discover", "MCP 2026-07-28",
        "POST server/discover with MCP-Protocol-Version: 2026-07-28",
        "a result with supportedVersions; or a refusal after which clients shake hands: a JSON-RPC error, or 400, 404 or 405",
        "answer what the server does not know with a JSON-RPC error, and not with 401, 403, 5xx or 202");
    ALONE = Must("stateless/request", "MCP 2026-07-28",
        "tools/list in 2026-07-28, without any request before it",
        "status 200, a result, and no Mcp-Session-Id",
        "keep no session for requests in 2026-07-28: any instance may get the next one");
    ALONE_HEADERS = Must("stateless/headers", "MCP 2026-07-28",
        "server/discover with Mcp-Method: tools/list, and without Mcp-Method",
        "status 400 and the error -32020",
        "compare Mcp-Method and Mcp-Name with the body before the request is served");
    ALONE_META = Should("stateless/meta", "MCP 2026-07-28",
        "server/discover in 2026-07-28 without _meta",
        "status 400 and an error",
        "refuse a request whose params._meta lacks the version and the capabilities of the client");
    ALONE_VERSION = Should("stateless/unknown-version", "MCP 2026-07-28",
        "server/discover in the version 2099-01-01",
        "status 400 and the error -32022, whose data.supported lists versions",
        "name the supported versions in the error, so that the client can choose one");
    ALONE_METHOD = Must("stateless/unknown-method", "MCP 2026-07-28",
        "the method no/such/method in 2026-07-28",
        "status 404 and the error -32601",
        "give the error -32601 the status 404 in this version, and 200 after a handshake");
    ALONE_REMOVED = Must("stateless/removed-methods", "MCP 2026-07-28",
        "initialize, ping, logging/setLevel, resources/subscribe and resources/unsubscribe in 2026-07-28",
        "status 404 and the error -32601: this version has none of them",
        "look at the version before the method, and keep these methods for clients that shook hands");

    TOOLS_LIST = Must("tools/list", "MCP clients",
        "tools/list, and every page that it names",
        "tools whose names differ, whose schemas are objects, and whose x-mcp-header are names of headers that differ: npm's client \
         refuses the whole list for a schema of another type, and clients leave out a tool with a wrong header",
        "give each tool its own name and an inputSchema with \"type\": \"object\"; keep x-mcp-header to arguments under properties");

    MESSAGE_FORM = Must("message/form", "MCP basic",
        "everything in this report",
        "every response has jsonrpc \"2.0\" and either a result, or an error with a whole number and a message",
        "make all responses in one place");
    NOTIFICATION = Must("request/notification", "MCP transports",
        "POST notifications/cancelled for a request that does not run",
        "status 202 without a body",
        "answer every notification with 202 and no body, known or not");
    UNKNOWN_NOTIFICATION = Should("message/unknown-notification", "MCP transports",
        "POST notifications/no/such",
        "status 202 without a body: nothing answers a notification, and new ones come with each version",
        "accept each notification, and pass over those that the server does not know");
    RESPONSE = Should("message/response", "MCP transports",
        "POST of a response to a question that the server has not asked",
        "status 202 without a body: on FC the instance that asked may be gone",
        "accept each response, and pass over those to no question");
    ID = Must("request/id", "MCP basic",
        "a request with the id \"check-1\", and one with the id 7",
        "the same id in the response, text as text and number as number; clients wait forever for another",
        "copy the id of the request as it is");
    ID_KINDS = Must("message/id-kinds", "MCP basic",
        "requests with the ids \"7\", \"\", -1 and 9007199254740991",
        "the same id in the response; an id is any text or whole number",
        "keep the id as the JSON that came, and convert it to nothing");
    ID_NULL = Should("message/id-null", "MCP basic",
        "a request with the id null",
        "the error -32600, or a status of 4xx: it is neither a request nor a notification",
        "refuse an id that is neither text nor a number; only a message without one is a notification");
    UNKNOWN_METHOD = Must("request/unknown-method", "MCP clients",
        "the method no/such/method after the handshake",
        "status 200 and an error: clients take a 404 for the end of their session, and Python's 1.x ends at any 4xx",
        "answer errors of methods with status 200 after a handshake");
    NO_METHOD_CODE = Should("message/unknown-method", "JSON-RPC 5.1",
        "the same request",
        "the error -32601, by which a client learns what a server can",
        "look for the method before the parameters are read");
    BAD_PARAMS = Should("message/bad-params", "JSON-RPC 5.1",
        "tools/call without a name",
        "the error -32602",
        "answer parameters of the wrong form with -32602, and -32603 to faults of the server alone");
    INVALID_MESSAGE = Should("message/invalid", "JSON-RPC 5.1",
        "a message whose method is 7, one whose jsonrpc is \"1.0\", and then a request",
        "the error -32600, or a status of 4xx without an error of JSON-RPC; and a response to the request",
        "refuse JSON that is no message with 400 and the error -32600");
    BATCH = Should("message/batch", "MCP 2025-06-18",
        "two requests in an array, in the version of the handshake or in 2026-07-28",
        "a status of 4xx: batches ended with 2025-03-26, and no header describes one",
        "refuse an array with 400 and the error -32600 in every version but 2025-03-26");
    BATCH_OF_2025_03_26 = Should("message/batch-2025-03-26", "MCP 2025-03-26",
        "two requests in an array, after a handshake in 2025-03-26",
        "both responses, or a status of 4xx: a client that gets half of them waits for the others",
        "answer every request of the array, or refuse all of it");
    BROKEN_JSON = Should("request/broken-json", "MCP basic",
        "a body that is not JSON, and then a request",
        "a status of 4xx, and a response to the request",
        "refuse what cannot be parsed with 400 and the error -32700");
    PARSE_ERROR = Should("message/parse-error", "JSON-RPC 5.1",
        "the same body",
        "if an error of JSON-RPC comes back: -32700",
        "keep -32700 for what is no JSON, and -32600 for JSON that is no message");
    VERSION_HEADER = Must("header/version", "MCP transports",
        "a request with MCP-Protocol-Version as it was agreed on",
        "status 200 and a result",
        "accept each version that the server returns from initialize in this header, too");
    UNKNOWN_VERSION_HEADER = Must("header/unknown-version", "MCP transports",
        "a request with MCP-Protocol-Version: 1999-01-01",
        "status 400",
        "refuse a version that the server does not know with 400");
    CONTENT_TYPE = Must("header/content-type", "MCP transports",
        "everything in this report",
        "every response is application/json or text/event-stream: clients refuse others, or wait forever",
        "set the Content-Type of every response");
    ACCEPT = Should("header/accept", "MCP transports",
        "a request with Accept: application/json alone",
        "a body of JSON, or a refusal of 4xx; no stream",
        "send a stream only to clients that accept text/event-stream");
    TEXT_PLAIN = Should("header/text-plain", "MCP transports",
        "a request with Content-Type: text/plain, which a page may send to any server unasked",
        "a status of 4xx, such as 415",
        "refuse what is not sent as application/json");
    ORIGIN = Must("header/origin", "MCP transports",
        "a request with Origin: https://evil.example.com",
        "a refusal of 4xx, such as 403: a page of a stranger must not call in the name of its reader",
        "compare Origin with the list of pages that may call, and let requests without one pass");
    HOST = Must("header/host", "fc3 §8",
        "a request with Host: mcp.example.com, as a custom domain or a trigger brings its own",
        "a response as with any host",
        "add the function's domain to the server's allowed hosts, or turn that check off: FC routes by the name");
    GET = Must("get/answer", "MCP transports",
        "GET with Accept: text/event-stream",
        "status 405, or a stream whose head comes at once; npm's client asks after every handshake",
        "answer GET with 405, or flush the head of the stream at once");
    GET_HELD = Should("get/held", "fc3 §4",
        "the same GET",
        "status 405 from a server without sessions: FC bills an open stream until the client or the timeout ends it",
        "answer GET with 405 if the server sends nothing unasked");
    GET_ACCEPT = Should("get/accept", "MCP transports",
        "GET with Accept: application/json",
        "a status of 4xx: a browser that looks at the URL must not hold a stream, which FC bills",
        "open a stream only for clients that accept text/event-stream; 406 or 405 for others");
    GET_AGAIN = Should("get/again", "MCP transports",
        "the same GET after the first stream was closed",
        "a stream again, within --response-timeout: proxies break streams, and npm's client asks again",
        "end the stream as soon as its client has left, or let the new one take its place");
    DELETE = Should("delete/answer", "MCP transports",
        "DELETE to a server without sessions",
        "status 405",
        "answer methods that the server does not support with 405");

    SESSION_ID = Must("session/id", "MCP transports",
        "initialize twice",
        "two ids in Mcp-Session-Id, of visible ASCII, that differ",
        "make each id of at least 128 random bits, in hexadecimal digits");
    SESSION_MISSING = Should("session/missing", "MCP transports",
        "a request without Mcp-Session-Id",
        "status 400",
        "refuse requests but initialize that name no session with 400");
    SESSION_UNKNOWN = Must("session/unknown", "fc3 §4",
        "a request with an Mcp-Session-Id that was never given",
        "status 404: FC sends an expired session's requests to any instance",
        "answer an unknown session with 404, and begin none for it");
    SESSION_MANY = Must("session/many", "fc3 §1",
        "20 sessions, the number that FC puts on an instance unless configured, and a request of each at once",
        "20 results",
        "keep a transport or a state for each session, and find it by the id");
    SESSION_DELETE = Should("session/delete", "fc3 §4",
        "DELETE with the Mcp-Session-Id",
        "a status of 2xx: FC passes it on and drops its own session, whatever the response is; one that the server keeps is lost memory",
        "end the session at DELETE, and allow the method at the HTTP trigger");
    SESSION_DELETED = Must("session/deleted", "MCP transports",
        "a request of the session that was ended",
        "status 404",
        "forget the session at DELETE");
    SESSION_STATELESS = Should("session/stateless", "fc3 §4",
        "server/discover in 2026-07-28 to a server with sessions",
        "a refusal: Python's client 2.x has no session otherwise",
        "refuse 2026-07-28 with 400 and -32022 if tools need their session");

    STREAM_RESPONSE = Must("stream/response", "MCP clients",
        "everything in this report",
        "every stream of a POST has its response before it ends, or an event id from which the client goes on; else it waits forever",
        "write the response, an error if nothing else, before the stream is closed");
    RESUME_IDS = Must("resume/ids", "MCP transports",
        "everything in this report",
        "no event id twice in a session, on whichever stream",
        "make the id of an event of the stream's own id and a number");
    RESUME_REPLAY = Should("resume/replay", "MCP transports",
        "GET with Last-Event-ID: the first event of a stream that had its response later",
        "a stream with that response: a client that has seen an id asks so when its connection breaks",
        "keep the events of a session and send again what came after the id; or give events no ids");
    RESUME_UNKNOWN = Should("resume/unknown", "MCP transports",
        "GET with a Last-Event-ID that was never given, as after the move to another instance",
        "a stream, or a status of 4xx, at once",
        "answer an id that the server does not know as if there were none, or with 404");
    STREAM_END = Must("stream/end", "MCP transports",
        "everything in this report",
        "every stream of a POST ends after its response: FC bills an open one until its timeout",
        "close the stream once the response is written");
    FIRST_BYTE = Should("stream/first-byte", "MCP clients",
        "tools/call of --slow-tool",
        "if the response is a stream: its head comes before half of the time has passed, or proxies take it for dead",
        "flush the head, or a comment, when the stream begins; no middleware may buffer the body");
    AT_ONCE = Must("concurrency/at-once", "§4.4",
        "--concurrency requests at once, each on its own connection",
        "all are answered with their own id; with an affinity FC sends up to 200 to one instance",
        "serve requests in parallel, or set instanceConcurrency to 1, which no affinity allows");
    OVERLAP = Must("concurrency/overlap", "§4.4",
        "--concurrency times tools/call of --slow-tool at once",
        "they are served at the same time, not one after the other",
        "run tools in threads, or without blocking the event loop");
    CLIENT_LEFT = Should("life/client-left", "§4.5",
        "5 requests whose connection is closed before the response, then a request",
        "the same process answers it",
        "treat a closed connection as a cancelled request, and not as an error of the server");
}
