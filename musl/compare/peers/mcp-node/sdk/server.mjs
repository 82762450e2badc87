// Two tools over MCP with npm's @modelcontextprotocol/sdk on the express that it brings: JSON answers, no sessions, so
// that a server is made for each request.
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { register } from "./tools.mjs";

const app = createMcpExpressApp();

app.post("/mcp", async (request, response) => {
  const server = register(new McpServer({ name: "weather", version: "0.0.0" }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on("close", () => {
    transport.close();
    server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});

app.all("/mcp", (request, response) => {
  response.status(405).end();
});

app.listen(Number(process.env.FC_SERVER_PORT), "127.0.0.1");
