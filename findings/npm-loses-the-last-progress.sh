#!/bin/bash
# What a tool reports just before its result never reaches the caller of npm's MCP client over SSE.
#
# Guess: the messages of one stream are handled in their order, so progress that was sent before the result is reported
# before the call returns.
# Truth: over the SSE transport, the client forgets the handler of a call when it reads the result, and handles progress
# from the same read after that, so it silently drops it. If progress and result are sent apart, all progress is
# reported. Over Streamable HTTP, and with the Python client, none is lost.
# So: these clients see no progress of a fast tool, and may miss the last step of a slow one. Put whatever the caller
# must know into the result.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.3.1
pip_packages mcp==2.3.0 anyio==4.16.0

cat >server.py <<'PY'
"""Both transports; a call is answered with two progress notes and a result, in one write or with pauses between them."""
import json, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

streams = []

def event(message):
    return b"event: message\ndata: " + json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n\n"

def answers(request):
    if request["method"] == "initialize":
        yield event({"id": request["id"], "result": {
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}})
        return
    if request["method"] != "tools/call":
        tools = [{"name": name, "inputSchema": {"type": "object"}} for name in ("apart", "together")]
        yield event({"id": request["id"], "result": {"tools": tools}})
        return
    token = request["params"]["_meta"]["progressToken"]
    notes = [event({"method": "notifications/progress", "params": {"progressToken": token, "progress": step}})
             for step in (1, 2)]
    result = event({"id": request["id"], "result": {"content": [{"type": "text", "text": "done"}]}})
    if request["params"]["name"] == "together":
        yield b"".join([*notes, result])
    else:
        for one in [*notes, result]:
            yield one
            time.sleep(0.5)

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def head(self, status, kind=None):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.flush()

    def do_GET(self):
        if self.path != "/sse":
            return self.head(405)
        self.head(200, "text/event-stream")
        self.wfile.write(b"event: endpoint\ndata: /messages\n\n")
        streams.append(self.wfile)
        while True:
            time.sleep(1)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "id" not in request:
            return self.head(202)
        if self.path == "/messages":
            self.head(202)
            self.connection.shutdown(1)
            out = streams[-1]
        else:
            self.head(200, "text/event-stream")
            out = self.wfile
        for part in answers(request):
            out.write(part)

class Server(ThreadingHTTPServer):
    daemon_threads = True

server = Server(("127.0.0.1", 0), Handler)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >npm.mjs <<'JS'
// How much progress is reported of each call: node npm.mjs sdk|client.
const of = (path) => import(`@modelcontextprotocol/${path}`);
const [{ Client }, { SSEClientTransport }, { StreamableHTTPClientTransport }] = process.argv[2] === 'sdk'
  ? await Promise.all(['sdk/client/index.js', 'sdk/client/sse.js', 'sdk/client/streamableHttp.js'].map(of))
  : Array(3).fill(await of('client'));
const seen = [];
for (const [Transport, path] of [[SSEClientTransport, 'sse'], [StreamableHTTPClientTransport, 'mcp']]) {
  const client = new Client({ name: 'client', version: '1' });
  await client.connect(new Transport(new URL(`http://127.0.0.1:${process.env.PORT}/${path}`)));
  for (const name of ['apart', 'together']) {
    let count = 0;
    const options = { onprogress: () => { count += 1; } };
    const more = process.argv[2] === 'sdk' ? [undefined, options] : [options];
    await client.callTool({ name, arguments: {} }, ...more);
    seen.push(`${path} ${name} ${count}`);
  }
  await client.close();
}
console.log(seen.join(', '));
process.exit(0);
JS

cat >python.py <<'PY'
"""The same with the client of Python."""
import asyncio, os
from mcp import Client
from mcp.client.sse import sse_client

async def main():
    address, seen = f"http://127.0.0.1:{os.environ['PORT']}", []
    for place, path in [(sse_client(f"{address}/sse"), "sse"), (f"{address}/mcp", "mcp")]:
        async with Client(place, mode="legacy") as client:
            for name in ("apart", "together"):
                notes = []
                async def note(done, total, message):
                    notes.append(done)
                await client.call_tool(name, {}, progress_callback=note)
                seen.append(f"{path} {name} {len(notes)}")
    print(", ".join(seen))

asyncio.run(main())
PY

start_server python3 server.py
for client in "node npm.mjs sdk" "node npm.mjs client"; do
    expect "progress reported of 2 by $client" "$($client)" "sse apart 2, sse together 0, mcp apart 2, mcp together 2"
done
expect "progress reported of 2 by Python's" "$(python3 python.py)" "sse apart 2, sse together 2, mcp apart 2, mcp together 2"
