#!/bin/bash
# MCP servers that work on localhost refuse every request at the function's own domain: rmcp, Python's SDK and npm's app.
#
# Guess: a server that listens on all addresses responds to any name that leads to it, unless it was given a list of names.
# Truth: rmcp 3, the app of Python's SDK 2.x and the apps of both npm SDKs have such a list from the start: localhost and its
# addresses. Where the program really listens makes no difference, because uvicorn, axum and `listen` do not say so. Any other
# Host gets 403 (rmcp, npm) or 421 (Python). FastMCP and npm's transports without that app respond to each.
# So: all tests on a developer's machine pass, and after the deployment no client can connect. Put the function's domains into
# the list: `with_allowed_hosts` (rmcp), `transport_security` (Python), `allowedHosts` (npm).
# `fc-local check --mcp` reports it, in the row header/host.
. "$(dirname "$0")/lib.sh"

need cargo curl
npm_packages @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/express@2.0.2 @modelcontextprotocol/server@2.4.0 \
    @modelcontextprotocol/node@2.1.2 express@5.3.0
pip_packages mcp==2.3.0 fastmcp==4.2.3 uvicorn==0.48.0
export CARGO_TARGET_DIR="$TEMP/target" CARGO_PROFILE_DEV_DEBUG=0
echo "packages: rmcp 3.11.0, $(cargo --version)"

cat >python.py <<'PY'
"""python.py PACKAGE: a stateless server of that package."""
import socket, sys
import uvicorn

if sys.argv[1] == "mcp":
    from mcp.server import MCPServer
    app = MCPServer("server").streamable_http_app(stateless_http=True, json_response=True)
else:
    from fastmcp import FastMCP
    app = FastMCP("server").http_app(stateless_http=True, json_response=True)
listener = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listener])
PY

cat >npm.mjs <<'JS'
// npm.mjs SERVER: a stateless server with that app, or with an app of express alone.
import { writeFileSync } from 'node:fs';
import express from 'express';
import { createMcpExpressApp as appOf2 } from '@modelcontextprotocol/express';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { createMcpExpressApp as appOf1 } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpServer as McpServer2 } from '@modelcontextprotocol/server';
const [app, McpServer, Transport] = {
  'app-1': () => [appOf1(), McpServer1, StreamableHTTPServerTransport],
  'app-2': () => [appOf2(), McpServer2, NodeStreamableHTTPServerTransport],
  'transport-1': () => [express().use(express.json()), McpServer1, StreamableHTTPServerTransport],
  'transport-2': () => [express().use(express.json()), McpServer2, NodeStreamableHTTPServerTransport],
}[process.argv[2]]();
app.post('/mcp', async (request, response) => {
  const transport = new Transport({ enableJsonResponse: true });
  await new McpServer({ name: 'server', version: '1' }).connect(transport);
  await transport.handleRequest(request, response, request.body);
});
const server = app.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "server"
version = "0.1.0"
edition = "2021"
[dependencies]
axum = { version = "0.8", default-features = false, features = ["http1", "tokio"] }
rmcp = { version = "=3.11.0", default-features = false, features = ["server", "transport-streamable-http-server"] }
tokio = { version = "1", features = ["macros", "net", "rt"] }
TOML
cat >src/main.rs <<'RUST'
//! A server of rmcp.
use rmcp::transport::streamable_http_server::{
    session::local::LocalSessionManager, StreamableHttpServerConfig, StreamableHttpService,
};

struct Server;
impl rmcp::ServerHandler for Server {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let config = StreamableHttpServerConfig::default();
    let service = StreamableHttpService::new(|| Ok(Server), LocalSessionManager::default().into(), config);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    std::fs::write("port", listener.local_addr().unwrap().port().to_string()).unwrap();
    axum::serve(listener, axum::Router::new().nest_service("/mcp", service)).await.unwrap();
}
RUST
cargo build --quiet

# status HOST: of an `initialize` with that Host.
status() {
    curl --silent --max-time 20 --retry 20 --retry-connrefused --output body --write-out '%{http_code}' --header "Host: $1" \
        --header 'Content-Type: application/json' --header 'Accept: application/json, text/event-stream' \
        --data '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"client","version":"1"}}}' \
        "http://127.0.0.1:$PORT/mcp"
}

for server in "target/debug/server rmcp" "python3 python.py mcp" "python3 python.py fastmcp" "node npm.mjs app-1" \
    "node npm.mjs app-2" "node npm.mjs transport-1" "node npm.mjs transport-2"; do
    # shellcheck disable=SC2086 # words of a command
    start_server $server 2>/dev/null
    echo "${server##* }: $(status "localhost:$PORT"), $(status shop-abc.cn-hangzhou.fcapp.run)"
    stop_server
done >table
expect "localhost, and the domain of a function" "$(echo && cat table)" "
rmcp: 200, 403
mcp: 200, 421
fastmcp: 200, 200
app-1: 200, 403
app-2: 200, 403
transport-1: 200, 200
transport-2: 200, 200"
