"""The streams of subscriptions/listen that mcp-server has with LISTEN, and the rules that it breaks."""
import json
import os
import threading

from mcp_tools import BREAK, EXTENSION, Refused, is_extended

LISTENS = "LISTEN" in os.environ
# With LISTEN=bare it has none, and watches none.
RESOURCES = [{"uri": "file:///one", "name": "one"}] if os.environ.get("LISTEN") == "1" else []
KINDS = ("toolsListChanged", "resourcesListChanged", "resourceSubscriptions")
KEY = "io.modelcontextprotocol/subscriptionId"
CHANGES = {"tools": {"listChanged": True}, "resources": {"listChanged": True, "subscribe": True}}
OPENED = threading.Event()


class Listening:
    def listen(self, params):
        wanted = params.get("notifications")
        if wanted is None and "listen-any" not in BREAK:
            raise Refused(400, -32602)
        wanted = wanted or {}
        if not {it["uri"] for it in RESOURCES}.issuperset(wanted.get("resourceSubscriptions", [])):
            raise Refused(400, -32602)
        if "taskIds" in wanted and not is_extended(params) and "ext-listen" not in BREAK:
            raise Refused(400, -32021, {"requiredCapabilities": {"extensions": {EXTENSION: {}}}})
        if "listen-once" in BREAK and OPENED.is_set():
            raise Refused(503)
        OPENED.set()
        self.begin_stream([] if "listen-buffered" in BREAK else [("X-Accel-Buffering", "no")])
        if "listen-early" in BREAK:
            self.notify("tools/list_changed", {})
        acknowledged = {"notifications": self.honoured(wanted)}
        if "listen-cut" in BREAK:
            return self.notify("subscriptions/acknowledged", acknowledged, b"0\r\n\r\n")
        # In one write, so that a reader that has the first one has both.
        more = self.chunk_of("progress", {}) if "listen-unasked" in BREAK else b""
        self.notify("subscriptions/acknowledged", acknowledged, more)
        self.wait_for_client()

    def honoured(self, wanted):
        asked = {**(dict.fromkeys(KINDS, True) if "listen-all" in BREAK else {}), **wanted}
        return {kind: it for kind, it in asked.items() if kind in KINDS or "listen-unoffered" in BREAK}

    def notify(self, method, params, more=b""):
        self.wfile.write(self.chunk_of(method, params) + more)
        self.wfile.flush()

    def chunk_of(self, method, params):
        identity = str(self.id) if "listen-id" in BREAK else self.id
        params = {**params, "_meta": {KEY: identity}}
        message = {"jsonrpc": "2.0", "method": "notifications/" + method, "params": params}
        data = b"event: message\ndata: " + json.dumps(message).encode() + b"\n\n"
        return b"%x\r\n%s\r\n" % (len(data), data)
