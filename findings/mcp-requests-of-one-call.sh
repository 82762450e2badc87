#!/bin/bash
# A client that opens an MCP session, calls one tool and leaves sends seven requests (Python) or four (npm).
#
# Guess: `initialize`, the notification after it, the call, and a DELETE that ends the session: four requests, from both
# clients.
# Truth: the Python client 2.x asks first for the newer protocol, opens a stream (GET), and after the first call of a
# tool it lists the tools, to check the result against the tool's schema. The client of npm opens the stream as well,
# but ends nothing: `close()` sends no DELETE.
# So: you pay for each request as an invocation, and one tool call shows as up to seven in the metrics. A session that
# an npm client has opened stays, with its data in memory, until its idle timeout.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2
pip_packages mcp==2.3.0 anyio==4.16.0

cat >python.py <<'PY'
"""Calls a tool and leaves, when the stream has been asked for as well."""
import asyncio, os
from mcp import Client

async def main():
    async with Client(f"http://127.0.0.1:{os.environ['PORT']}/mcp") as client:
        await client.call_tool("tool", {})
        while "GET" not in open("log").read():
            await asyncio.sleep(0.05)

asyncio.run(main())
PY

cat >npm.mjs <<'JS'
// The same with the client of npm.
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
const client = new Client({ name: 'client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${process.env.PORT}/mcp`)));
await client.callTool({ name: 'tool', arguments: {} });
while (!readFileSync('log', 'utf8').includes('GET')) await new Promise((resume) => setTimeout(resume, 50));
await client.close();
JS

# The kinds of requests of one client, sorted, as the stream is asked for beside the other requests.
requests() {
    rm -f log
    start_server python3 "$HERE/mcp_mock.py"
    "$@" >/dev/null 2>&1
    stop_server
    cut -d ' ' -f 1 log | LC_ALL=C sort -u | xargs
}

requests python3 python.py >seen-python
requests node npm.mjs >seen-npm
expect "Python" "$(cat seen-python)" \
    "DELETE GET initialize notifications/initialized server/discover tools/call tools/list"
expect "npm" "$(cat seen-npm)" "GET initialize notifications/initialized tools/call"
