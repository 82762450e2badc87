#!/bin/bash
# When an MCP session has ended on the server, neither SDK's client opens a new one: the next call sends the dead id
# again.
#
# Guess: the protocol says that a client must start a new session when it gets a 404 for the old one, so the SDKs do
# that.
# Truth: neither the Python client 2.x nor the one of npm sends `initialize` again. The call fails, and later calls send
# the refused id again.
# So: with session affinity, whenever a session ends (idle timeout, a new version, an instance that ended), its clients
# are cut off until their program connects again. Keep no state if a stateless server will do.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2
pip_packages mcp==2.3.0 anyio==4.16.0

cat >python.py <<'PY'
"""Calls a tool twice."""
import asyncio, os
from mcp import Client

async def call(client):
    try:
        return (await client.call_tool("tool", {})).content[0].text
    except Exception as error:
        return type(error).__name__

async def main():
    async with Client(f"http://127.0.0.1:{os.environ['PORT']}/mcp", mode="legacy") as client:
        print(await call(client), await call(client))

asyncio.run(main())
PY

cat >npm.mjs <<'JS'
// The same with the client of npm.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
const client = new Client({ name: 'client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${process.env.PORT}/mcp`)));
const call = () => client.callTool({ name: 'tool', arguments: {} }).then((result) => result.content[0].text, (error) => error.name);
console.log(await call(), await call());
await client.close();
JS

for client in "python3 python.py" "node npm.mjs"; do
    rm -f log
    start_server python3 "$HERE/mcp_mock.py" 404
    $client >seen 2>/dev/null
    stop_server
    requests=$(grep -E '^(initialize|tools/call) ' log | xargs)
    expect "requests of $client" "$requests" "initialize - tools/call session-1 tools/call session-1"
done
