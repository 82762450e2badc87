//! Rows about `subscriptions/listen` of 2026-07-28, for servers that offer to send changes.

use crate::check::row::{Level, Spec};

specs! {
    LISTEN_ACKNOWLEDGED = Must("listen/acknowledged", "MCP subscriptions",
        "subscriptions/listen for every kind of change that the capabilities name",
        "a stream whose first message is notifications/subscriptions/acknowledged with the kinds in notifications",
        "write the acknowledgement when the stream is open and before any change; a server that sends no changes names no \
         listChanged and no subscribe");
    LISTEN_ID = Must("listen/id", "MCP subscriptions",
        "two of these requests, with the ids \"check-1\" and 7",
        "the id of the request in params._meta of each message, as io.modelcontextprotocol/subscriptionId, text as text and number \
         as number",
        "keep the id of the request as it came, and add it to all that the stream sends");
    LISTEN_FILTER = Must("listen/filter", "MCP subscriptions",
        "subscriptions/listen for one kind of change",
        "an acknowledgement that names no other kind, and no notification of another kind",
        "keep the kinds that each stream asked for, and compare every change with them");
    LISTEN_UNOFFERED = Should("listen/unoffered", "MCP subscriptions",
        "subscriptions/listen for all four kinds",
        "an acknowledgement without those that the capabilities do not name: clients would wait for changes that never come",
        "acknowledge what both the request and the capabilities name");
    LISTEN_OPEN = Should("listen/open", "MCP subscriptions",
        "one of these streams, read for 2 seconds",
        "it stays open, or ends with the response to its request: after an end without it, a client asks again and again",
        "hold the stream until its client has left; write the response first where the server must end it");
    LISTEN_BESIDE = Must("listen/beside", "MCP subscriptions",
        "server/discover while both streams are open",
        "a result: a client may listen more than once, and calls tools meanwhile",
        "hold each stream in a thread or a task of its own, and set instanceConcurrency to more than 1: a stream counts as a request");
    LISTEN_AGAIN = Should("listen/again", "MCP transports",
        "the same request after both streams were closed",
        "an acknowledgement again, within --response-timeout: nothing is resumed, and a client asks anew when its connection breaks",
        "take the end of the connection for the end of the subscription");
    LISTEN_PROXIES = Should("listen/proxies", "MCP transports",
        "subscriptions/listen",
        "X-Accel-Buffering: no in the head of the stream, so that proxies pass each event on at once",
        "set this header on every stream");
    LISTEN_PARAMS = Should("listen/bad-params", "JSON-RPC 5.1",
        "subscriptions/listen without notifications",
        "the error -32602, and no stream",
        "check the parameters before the stream is opened");
}
