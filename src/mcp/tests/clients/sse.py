"""A server of the SSE transport, with PyPI's mcp 1.x: what the clients of `check1.py` and the others call in the fixture.

PREFIX is what the address of its trigger has before the server's own paths.
"""

import json
import os

import uvicorn
from mcp.server.fastmcp import Context, FastMCP

server = FastMCP("sse", host="0.0.0.0")


@server.tool()
def test_simple_text() -> str:
    return "This is a simple text response for testing."


@server.tool()
def test_error_handling() -> str:
    raise ValueError("as asked")


@server.tool()
def test_custom_headers(region: str) -> str:
    return "done"


@server.tool()
async def test_tool_with_progress(context: Context) -> str:
    for done in (0, 50, 100):
        await context.report_progress(done, 100)
    return "done"


@server.resource("test://template/{id}/data")
def template(id: str) -> str:
    return json.dumps({"id": id})


@server.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


# `server.run` closes a connection after 5 idle seconds, and FC answers a POST on a closed one with 502: it asks for 15 minutes.
uvicorn.run(
    server.sse_app(os.environ.get("PREFIX")),
    host="0.0.0.0",
    port=int(os.environ["FC_SERVER_PORT"]),
    timeout_keep_alive=900,
)
