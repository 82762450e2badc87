"""Two tools over MCP with PyPI's mcp and the HTTP server that it brings: JSON answers, no sessions."""

import os

from mcp.server import MCPServer

server = MCPServer("weather")


@server.tool(description="The weather of the next days in a city", structured_output=False)
def forecast(city: str, days: int) -> str:
    celsius = ", ".join(str(degrees(city, day)) for day in range(1, days + 1))
    return f"{city}: {celsius} degrees"


@server.tool(description="Which of two cities is warmer", structured_output=False)
def compare(one: str, other: str) -> str:
    return other if degrees(one, 1) < degrees(other, 1) else one


def degrees(city: str, day: int) -> int:
    """What a weather service would say."""
    return 10 + (len(city.encode()) + day) % 10


server.run("streamable-http", port=int(os.environ["FC_SERVER_PORT"]), json_response=True, stateless_http=True)
