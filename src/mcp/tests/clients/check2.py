"""Calls a server with PyPI's mcp 2.x in each of its modes, and with fastmcp: `python check2.py URL [--sessions | --sse]`.

With --quick it is its default mode alone.
"""

import asyncio
import json
import sys

import resolve  # noqa: F401
from mcp import Client
from mcp.client.sse import sse_client

STATELESS, HANDSHAKE = "2026-07-28", "2025-11-25"


async def check(name, client, version):
    async with client:
        assert client.protocol_version == version, client.protocol_version
        tools = await client.list_tools()
        assert any(tool.name == "test_simple_text" for tool in tools.tools)
        simple = await client.call_tool("test_simple_text", {})
        assert simple.content[0].text == "This is a simple text response for testing."
        failed = await client.call_tool("test_error_handling", {})
        assert failed.is_error
        seen = []

        async def progress(done, total, message):
            seen.append(done)

        await client.call_tool("test_tool_with_progress", {}, progress_callback=progress)
        assert seen == [0, 50, 100], seen
        region = await client.call_tool("test_custom_headers", {"region": "eu"})
        assert region.content[0].text == "done"
        read = await client.read_resource("test://template/7/data")
        assert json.loads(read.contents[0].text)["id"] == "7"
        prompt = await client.get_prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
        assert "arg1='a', arg2='b'" in prompt.messages[0].content.text
    print(f"{name}: passed, {version}")


async def check_fastmcp(url, is_sse=False):
    # Half a second, which --quick saves.
    import fastmcp
    from fastmcp.client.transports import SSETransport

    place = SSETransport(url) if is_sse else url
    async with fastmcp.Client(place) as client:
        tools = await client.list_tools()
        assert any(tool.name == "test_simple_text" for tool in tools)
        simple = await client.call_tool("test_simple_text", {})
        assert simple.content[0].text == "This is a simple text response for testing."
    print("fastmcp 4.2.3: passed")


async def main():
    url, has_sessions = sys.argv[1], "--sessions" in sys.argv
    if "--sse" in sys.argv:
        await check("mcp 2.3.0, SSE", Client(sse_client(url)), HANDSHAKE)
        return await check_fastmcp(url, is_sse=True)
    await check("mcp 2.3.0, auto", Client(url), HANDSHAKE if has_sessions else STATELESS)
    if "--quick" in sys.argv:
        return
    await check("mcp 2.3.0, legacy", Client(url, mode="legacy"), HANDSHAKE)
    if not has_sessions:
        await check("mcp 2.3.0, pinned", Client(url, mode=STATELESS), STATELESS)
    await check_fastmcp(url)


asyncio.run(main())
