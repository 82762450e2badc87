// Two tools over MCP with npm's @modelcontextprotocol/server on Node's own HTTP server: JSON answers, no sessions, so that
// a server is made for each request. The guards are those that its documentation puts before the transport.
import { createServer } from "node:http";
import { localhostHostValidation, localhostOriginValidation, NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { McpServer } from "@modelcontextprotocol/server";
import { register } from "./tools.mjs";

const isHostValid = localhostHostValidation();
const isOriginValid = localhostOriginValidation();

createServer(async (request, response) => {
  if (!isHostValid(request, response) || !isOriginValid(request, response)) return;
  const server = register(new McpServer({ name: "weather", version: "0.0.0" }));
  const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on("close", () => {
    transport.close();
    server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response);
}).listen(Number(process.env.FC_SERVER_PORT), "127.0.0.1");
