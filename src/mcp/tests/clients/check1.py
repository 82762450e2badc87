"""Calls a server with PyPI's mcp 1.x: `python check1.py URL [--sse]`."""

import asyncio
import json
import sys

import resolve  # noqa: F401
from mcp import ClientSession, McpError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client


async def main():
    url, is_sse = sys.argv[1], "--sse" in sys.argv
    async with (sse_client if is_sse else streamablehttp_client)(url) as (reader, writer, *_):
        async with ClientSession(reader, writer) as client:
            await client.initialize()
            tools = await client.list_tools()
            assert any(tool.name == "test_simple_text" for tool in tools.tools)
            simple = await client.call_tool("test_simple_text", {})
            assert simple.content[0].text == "This is a simple text response for testing."
            failed = await client.call_tool("test_error_handling", {})
            assert failed.isError
            seen = []

            async def progress(done, total, message):
                seen.append(done)

            await client.call_tool("test_tool_with_progress", {}, progress_callback=progress)
            assert seen == [0, 50, 100], seen
            read = await client.read_resource("test://template/7/data")
            assert json.loads(read.contents[0].text)["id"] == "7"
            prompt = await client.get_prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
            assert "arg1='a', arg2='b'" in prompt.messages[0].content.text
            if is_sse:
                # This server's answer is a result.
                assert (await client.call_tool("none", {})).isError
                return
            try:
                await client.call_tool("none", {})
                raise SystemExit("an unknown tool was called")
            except McpError as error:
                assert error.error.code == -32602, error


asyncio.run(main())
print("mcp 1.30.0: passed")
