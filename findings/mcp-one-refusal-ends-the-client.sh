#!/bin/bash
# One call of a tool that the platform answers 429 ends the whole session of the Python MCP client 1.x.
#
# Guess: the call fails, the caller waits and calls again in the same session.
# Truth: a 429, as well as a 503, cancels the task that the session runs in: this call and each later one end with
# CancelledError, and the client's `async with` with an ExceptionGroup. The client of npm reports the one call and goes
# on, and so does the Python client 2.x.
# So: Function Compute answers 429 when a function is at its limit. A program with mcp 1.x must open a new session after
# it; an MCP function should have a concurrency limit that its clients do not reach.
. "$(dirname "$0")/lib.sh"

npm_packages @modelcontextprotocol/sdk@1.32.2
pip_packages mcp==1.30.0 anyio==4.16.0 httpx==0.28.1

cat >v1.py <<'PY'
"""Calls a tool twice in one session, and prints what becomes of each call."""
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

for status in 429 503; do
    start_server python3 "$HERE/mcp_mock.py" $status
    expect "Python client 1.x, $status" "$(python3 v1.py 2>/dev/null)" "CancelledError CancelledError ExceptionGroup"
    stop_server
    start_server python3 "$HERE/mcp_mock.py" $status
    expect "npm client, $status" "$(node npm.mjs)" "Error done"
    stop_server
done
