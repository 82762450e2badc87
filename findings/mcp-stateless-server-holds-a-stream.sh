#!/bin/bash
# A stateless MCP server of the Python SDK keeps one request open for each npm client that is connected.
#
# Guess: a server with `stateless_http=True` and `json_response=True` has nothing to stream, so it refuses GET with 405.
# Truth: it responds with 200 and keeps the stream open for as long as the client stays, without sending a byte. The npm
# client always requests this stream when it connects.
# So: on Function Compute such a connection is an invocation that runs until its timeout, and you pay for it; with an
# instance concurrency of 1, it blocks the instance for the client's own calls. Refuse GET with 405.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2
pip_packages mcp==2.3.0 anyio==4.16.0 uvicorn==0.54.0 starlette==1.10.0

cat >server.py <<'PY'
"""A stateless server with one tool; writes into `log` when a GET begins and ends, and how many bytes it was answered."""
import socket, sys
import uvicorn
from mcp.server import MCPServer

mcp = MCPServer("server")

@mcp.tool()
def tool() -> str:
    return "done"

def note(words):
    with open("log", "a") as log:
        log.write(words + "\n")

inner = mcp.streamable_http_app(stateless_http=True, json_response=True)

async def app(scope, receive, send):
    if scope.get("method") != "GET":
        return await inner(scope, receive, send)
    size = 0
    async def counted(message):
        nonlocal size
        if message["type"] == "http.response.start":
            note(f"GET begun with {message['status']}")
        size += len(message.get("body", b""))
        await send(message)
    await inner(scope, receive, counted)
    note(f"GET ended after {size} bytes")

listener = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
PY

cat >npm.mjs <<'JS'
// Connects, calls the tool five times in two seconds, and prints what the server has noted until then.
import { existsSync, readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
const client = new Client({ name: 'client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${process.env.PORT}/mcp`)));
const pause = (time) => new Promise((resume) => setTimeout(resume, time));
while (!existsSync('log')) await pause(50);
for (let call = 0; call < 5; call++) {
  const result = await client.callTool({ name: 'tool', arguments: {} });
  if (result.content[0].text !== 'done') throw new Error('another result');
  await pause(400);
}
console.log(readFileSync('log', 'utf8').trim());
await client.close();
JS

start_server python3 server.py 2>/dev/null
expect "after five calls" "$(node npm.mjs)" "GET begun with 200"
until [ "$(wc -l <log)" -ge 2 ]; do sleep 0.1; done
expect "after the client has left" "$(cat log)" "GET begun with 200
GET ended after 0 bytes"
