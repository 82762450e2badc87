"""A small MCP server with sessions, as a function would be: mcp_mock.py [STATUS]...

The first tools/call is answered with the first STATUS, and so on; a 200 is the tool's result, each other status
the JSON of Function Compute. Later calls are 200. Its port stands in the file `port`, the requests in `log`.
"""
import http.server
import json
import sys

statuses = [int(word) for word in sys.argv[1:]]
sessions = 0


class Mcp(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method = message["method"]
        self.note(method)
        if method == "initialize":
            self.initialize(message)
        elif "id" not in message:
            self.answer(202)
        elif method == "tools/list":
            self.result(message, {"tools": [{"name": "tool", "inputSchema": {"type": "object"}}]})
        elif method == "tools/call":
            self.call(message)
        else:
            self.answer(404, b'{"Code":"NotFound","Message":"unknown"}', {"Content-Type": "application/json"})

    def initialize(self, message):
        global sessions
        sessions += 1
        result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}
        result["serverInfo"] = {"name": "mock", "version": "1"}
        self.result(message, result, {"Mcp-Session-Id": f"session-{sessions}"})

    def call(self, message):
        status = statuses.pop(0) if statuses else 200
        if status == 200:
            self.result(message, {"content": [{"type": "text", "text": "done"}]})
        else:
            self.answer(status, b'{"Code":"ResourceExhausted","Message":"busy"}', {"Content-Type": "application/json"})

    def do_GET(self):
        self.note("GET")
        self.answer(405)

    def do_DELETE(self):
        self.note("DELETE")
        self.answer(200)

    def result(self, message, result, headers=None):
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
        self.answer(200, body, {"Content-Type": "application/json", **(headers or {})})

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self, what):
        with open("log", "a") as log:
            log.write(f"{what} {self.headers.get('mcp-session-id', '-')}\n")

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, address):
        """Clients may reset a connection that they need no longer; anything else is a fault of this file."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, address)


server = Server(("127.0.0.1", 0), Mcp)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
