#!/bin/bash
# The app of npm's MCP SDK refuses a tool call of 150 kB; its other servers and Python's take up to 4 MiB.
#
# Guess: the app that the SDK makes for its own transport accepts whatever the transport accepts.
# Truth: `createMcpExpressApp` reads the body with express's reader, which has a limit of 100 KiB, before the transport
# sees it. A longer call gets a 413 with an HTML page, and no option changes that. The transport alone accepts 4 MiB,
# like npm's server 2.x and Python's servers, so a file in base64, or a page for a model to read, is too large for this
# app alone.
# So: Function Compute passes on calls of megabytes. Put the SDK's transport into your own app, with
# `express.json({ limit: "4mb" })`.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/server@2.4.0 @modelcontextprotocol/node@2.1.2 express@5.2.1 zod@4.6.7
pip_packages mcp==2.3.0 anyio==4.16.0 uvicorn==0.54.0 starlette==1.10.0

cat >server.mjs <<'JS'
// One tool that says how long its text is: node server.mjs app | transport | server.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import express from 'express';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer as Sdk } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpServer as Server } from '@modelcontextprotocol/server';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { z } from 'zod';

async function answer(McpServer, Transport, request, response) {
  const server = new McpServer({ name: 'server', version: '1' });
  server.registerTool('length', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
    content: [{ type: 'text', text: String(text.length) }],
  }));
  const transport = new Transport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
}

const kinds = {
  app: () => createServer(createMcpExpressApp().post('/mcp', (...both) => answer(Sdk, StreamableHTTPServerTransport, ...both))),
  transport: () => createServer((...both) => answer(Sdk, StreamableHTTPServerTransport, ...both)),
  own: () =>
    createServer(
      express()
        .use(express.json({ limit: '4mb' }))
        .post('/mcp', (...both) => answer(Sdk, StreamableHTTPServerTransport, ...both)),
    ),
  server: () => createServer((...both) => answer(Server, NodeStreamableHTTPServerTransport, ...both)),
};
const server = kinds[process.argv[2]]();
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS

cat >server.py <<'PY'
"""The same in Python."""
import socket
import uvicorn
from mcp.server import MCPServer

server = MCPServer("server")

@server.tool(structured_output=False)
def length(text: str) -> str:
    return str(len(text))

listener = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))
app = server.streamable_http_app(stateless_http=True, json_response=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
PY

cat >client.py <<'PY'
"""Calls the tool with more and more text, and prints the result or the status and type of the response."""
import http.client, json, os

def call(length):
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]))
    arguments = {"text": "x" * length}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "length", "arguments": arguments}}
    connection.request("POST", "/mcp", json.dumps(message), {
        "Content-Type": "application/json", "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"})
    response = connection.getresponse()
    if response.status == 200:
        return json.load(response)["result"]["content"][0]["text"]
    return f"{response.status} {response.headers['Content-Type'].split(';')[0]}"

print(*map(call, (90_000, 150_000, 4_000_000)), sep=" | ")
PY

seen=
for server in "node server.mjs app" "node server.mjs transport" "node server.mjs own" "node server.mjs server" "python3 server.py"; do
    # shellcheck disable=SC2086 # a program and its argument
    start_server $server 2>/dev/null
    seen+=$'\n'"$server | $(python3 client.py)"
    stop_server
done
expect "90 kB, 150 kB and 4 MB" "$seen" '
node server.mjs app | 90000 | 413 text/html | 413 text/html
node server.mjs transport | 90000 | 150000 | 4000000
node server.mjs own | 90000 | 150000 | 4000000
node server.mjs server | 90000 | 150000 | 4000000
python3 server.py | 90000 | 150000 | 4000000'
