#!/bin/bash
# Of three gateways that put a stdio MCP server behind HTTP, two let all clients share one process, also with `--stateless`.
#
# Guess: a stdio server has one client, so a gateway starts one for each session; stateless means one for each request.
# Truth: both packages named mcp-proxy, of npm and of Python, start one process and send all sessions to it, and the
# second client continues where the first one stopped. `--stateless` leaves out the session's header, but there is still
# one process. supergateway starts a process for each HTTP request unless you pass `--stateful`, even for the
# notification that only confirms a session: four for a session of two calls.
# So: what a stdio server keeps (a login, a working folder, a list of notes) belongs to one user with supergateway
# `--stateful`, and to all users with mcp-proxy. With supergateway alone it is lost after each call, and each call also
# waits for a start, which you pay for.
. "$(dirname "$0")/lib.sh"

npm_packages supergateway@4.0.0 mcp-proxy@6.7.19 @modelcontextprotocol/sdk@1.32.2
pip_packages mcp-proxy==0.13.0

cat >counter.py <<'PY'
"""A stdio server with a tool that counts its calls; each process leaves a line in `starts`."""
import json, sys

with open("starts", "a") as starts:
    starts.write("started\n")
calls = 0

def result(method, params):
    global calls
    if method == "initialize":
        server = {"name": "counter", "version": "1"}
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": server}
    if method == "tools/list":
        return {"tools": [{"name": "count", "inputSchema": {"type": "object"}}]}
    if method == "tools/call":
        calls += 1
        return {"content": [{"type": "text", "text": str(calls)}]}
    return None

for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        found = result(message["method"], message.get("params"))
        rest = {"error": {"code": -32601, "message": "unknown"}} if found is None else {"result": found}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **rest}), flush=True)
PY

cat >clients.mjs <<'JS'
// Two clients, one after the other, each with two calls; prints the counts.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
const counts = [];
for (let n = 0; n < 2; n++) {
  const client = new Client({ name: 'client', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${process.env.PORT}/mcp`)));
  for (let call = 0; call < 2; call++) {
    counts.push((await client.callTool({ name: 'count', arguments: {} })).content[0].text);
  }
  await client.close();
}
console.log(counts.join(' '));
process.exit(0);
JS

cat >gateway.sh <<'SH'
# gateway.sh COMMAND...: runs it with a free port in the place of PORT, and writes the port when somebody listens there.
free=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
{ until (exec 3<>"/dev/tcp/127.0.0.1/$free") 2>/dev/null; do sleep 0.1; done; echo "$free" >port; } &
exec "${@/#PORT/$free}" >/dev/null 2>&1
SH

supergateway=(node node_modules/supergateway/dist/index.js --outputTransport streamableHttp --port PORT --stdio "python3 counter.py")
npm=(node node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs --host 127.0.0.1 --port PORT)
python=(python3 -m mcp_proxy --port PORT)
server=(-- python3 counter.py)

# counts NAME COMMAND...: prints what the clients counted and how many processes there were.
counts() {
    : >starts
    start_server bash gateway.sh "${@:2}"
    echo "$1: $(node clients.mjs), $(wc -l <starts) started" >>table
    stop_server
}

counts "supergateway" "${supergateway[@]}"
counts "supergateway --stateful" "${supergateway[@]}" --stateful
counts "npm's mcp-proxy" "${npm[@]}" "${server[@]}"
counts "npm's mcp-proxy --stateless" "${npm[@]}" --stateless "${server[@]}"
counts "Python's mcp-proxy" "${python[@]}" "${server[@]}"
counts "Python's mcp-proxy --stateless" "${python[@]}" --stateless "${server[@]}"
expect "two clients with two calls each" "$(echo && cat table)" "
supergateway: 1 1 1 1, 8 started
supergateway --stateful: 1 2 1 2, 2 started
npm's mcp-proxy: 1 2 3 4, 1 started
npm's mcp-proxy --stateless: 1 2 3 4, 1 started
Python's mcp-proxy: 1 2 3 4, 1 started
Python's mcp-proxy --stateless: 1 2 3 4, 1 started"
