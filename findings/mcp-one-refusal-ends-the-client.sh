#!/bin/bash
# If the platform responds to one tool call with 429, the whole session of the Python MCP client 1.x ends.
#
# Guess: the call fails, the caller waits and calls again in the same session, whatever the status was.
# Truth: in the Python client 1.x, every error status except 404 cancels the task that the session runs in: this call
# and each later one end with CancelledError, and the client's `async with` with an ExceptionGroup. The Python client
# 2.x and both clients of npm report the failure of that call and continue.
# So: Function Compute responds with 429 when a function is at its limit. A program with mcp 1.x must then open a new
# session; an MCP function should have a concurrency limit that its clients do not reach.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.3.1
pip_packages mcp==1.30.0 anyio==4.16.0 httpx==0.28.1
mv python python1
pip_packages mcp==2.3.0 anyio==4.16.0

cat >v1.py <<'PY'
"""Calls a tool twice in one session, and prints what happens to each call."""
import asyncio, os
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

async def call(session):
    try:
        return (await session.call_tool("tool", {})).content[0].text
    except BaseException as error:
        return type(error).__name__

async def main():
    try:
        async with streamablehttp_client(f"http://127.0.0.1:{os.environ['PORT']}/mcp") as (read, write, _):
            async with ClientSession(read, write) as session:
                await session.initialize()
                print(await call(session), await call(session), end=" ")
        print("closed")
    except BaseException as error:
        print(type(error).__name__)

asyncio.run(main())
PY

cat >v2.py <<'PY'
"""The same with the second version, in the era that has sessions."""
import asyncio, os
from mcp import Client

async def call(client):
    try:
        return (await client.call_tool("tool", {})).content[0].text
    except Exception as error:
        return type(error).__name__

async def main():
    async with Client(f"http://127.0.0.1:{os.environ['PORT']}/mcp", mode="legacy") as client:
        print(await call(client), await call(client), end=" ")
    print("closed")

asyncio.run(main())
PY

cat >npm.mjs <<'JS'
// The same with the clients of npm: node npm.mjs MODULE MODULE-OF-THE-TRANSPORT.
const { Client } = await import(process.argv[2]);
const { StreamableHTTPClientTransport } = await import(process.argv[3]);
const client = new Client({ name: 'client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${process.env.PORT}/mcp`)));
const call = () => client.callTool({ name: 'tool', arguments: {} }).then((result) => result.content[0].text, (error) => error.name);
const both = [await call(), await call()];
await client.close();
console.log(...both, 'closed');
JS

clients=(
    "env PYTHONPATH=python1 python3 v1.py"
    "python3 v2.py"
    "node npm.mjs @modelcontextprotocol/sdk/client/index.js @modelcontextprotocol/sdk/client/streamableHttp.js"
    "node npm.mjs @modelcontextprotocol/client @modelcontextprotocol/client"
)
for status in 404 429 503; do
    printf %s "$status"
    for client in "${clients[@]}"; do
        start_server python3 "$HERE/mcp_mock.py" $status
        printf ' | %s' "$($client 2>/dev/null)"
        stop_server
    done
    echo
done >seen
expect "status, Python client 1.x, 2.x, npm client 1.x, 2.x" "$(echo && cat seen)" '
404 | McpError done closed | MCPError done closed | Error done closed | SdkHttpError done closed
429 | CancelledError CancelledError ExceptionGroup | MCPError done closed | Error done closed | SdkHttpError done closed
503 | CancelledError CancelledError ExceptionGroup | MCPError done closed | Error done closed | SdkHttpError done closed'
