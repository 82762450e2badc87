#!/bin/bash
# A tool that is a plain `def` blocks the whole server of the Python MCP SDK 1.x while it runs; with 2.x, other calls
# continue.
#
# Guess: a function that is not a coroutine runs in a thread, as with FastAPI, so that two calls of a blocking tool run
# at once.
# Truth: 1.x calls it on the event loop: the second call begins when the first one has ended, and until then nobody gets
# a response, not even the health check. 2.x runs it in a thread, so the same code can run twice at once, and its shared
# data now needs a lock.
# So: with 1.x, an instance concurrency above 1 does not help tools that block; write them as `async def`, and put the
# blocking part into `anyio.to_thread.run_sync`. When you move to 2.x, check what plain tools share.
. "$(dirname "$0")/lib.sh"

pip_packages mcp==1.30.0 anyio==4.16.0 uvicorn==0.54.0 starlette==1.10.0
mv python python1
pip_packages mcp==2.3.0 anyio==4.16.0 uvicorn==0.54.0 starlette==1.10.0

cat >server.py <<'PY'
"""Two tools that wait five seconds for another call of the same tool: one is a plain function, one a coroutine."""
import asyncio, socket, threading
import uvicorn

try:
    from mcp.server import MCPServer
    server, options = MCPServer("server"), {"stateless_http": True, "json_response": True}
except ImportError:
    from mcp.server.fastmcp import FastMCP
    server, options = FastMCP("server", stateless_http=True, json_response=True), {}

both = threading.Barrier(2)
others = []

@server.tool()
def plain() -> str:
    try:
        both.wait(5)
        return "met"
    except threading.BrokenBarrierError:
        return "alone"

@server.tool()
async def coroutine() -> str:
    others.append(1)
    for _ in range(500):
        if len(others) == 2:
            return "met"
        await asyncio.sleep(0.01)
    return "alone"

listener = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))
uvicorn.Server(uvicorn.Config(server.streamable_http_app(**options), log_level="error")).run(sockets=[listener])
PY

cat >client.py <<'PY'
"""Calls each tool twice at once, and prints whether the calls met."""
import http.client, json, os
from concurrent.futures import ThreadPoolExecutor

def call(tool):
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]))
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}
    connection.request("POST", "/mcp", json.dumps(message), {
        "Content-Type": "application/json", "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"})
    return json.load(connection.getresponse())["result"]["content"][0]["text"]

with ThreadPoolExecutor(2) as pool:
    print(*(f"{tool}: {', '.join(pool.map(call, [tool] * 2))}" for tool in ("plain", "coroutine")), sep=" | ")
PY

seen=
for version in 1 2; do
    path=$TEMP/python
    [ $version = 2 ] || path=$TEMP/python1
    start_server env PYTHONPATH="$path" python3 server.py 2>/dev/null
    seen+=$'\n'"$version.x | $(python3 client.py)"
    stop_server
done
expect "two calls at once" "$seen" '
1.x | plain: alone, alone | coroutine: met, met
2.x | plain: met, met | coroutine: met, met'
