// Calls a server with both clients of npm: `node check.mjs URL [--sse | --quick]`. Prints a line for each that has passed.
import assert from 'node:assert/strict';
import './resolve.cjs';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { SSEClientTransport as Sse2, Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';

const url = new URL(process.argv[2]);
const isSse = process.argv.includes('--sse');

async function check(name, client, transport) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert(tools.some((tool) => tool.name === 'test_simple_text'));
  const simple = await client.callTool({ name: 'test_simple_text', arguments: {} });
  assert.equal(simple.content[0].text, 'This is a simple text response for testing.');
  const failed = await client.callTool({ name: 'test_error_handling', arguments: {} });
  assert.equal(failed.isError, true);
  const seen = [];
  const onprogress = (progress) => seen.push(progress.progress);
  const options = name.startsWith('sdk') ? [undefined, { onprogress }] : [{ onprogress }];
  await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, ...options);
  // Over SSE what comes in one read with the result is lost (npm-loses-the-last-progress).
  if (!isSse) assert.deepEqual(seen, [0, 50, 100]);
  const read = await client.readResource({ uri: 'test://template/7/data' });
  assert.equal(JSON.parse(read.contents[0].text).id, '7');
  const prompt = await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } });
  assert.match(prompt.messages[0].content.text, /arg1='a', arg2='b'/);
  // The server of SSE answers with a result.
  if (isSse) assert((await client.callTool({ name: 'none', arguments: {} })).isError);
  else await assert.rejects(client.callTool({ name: 'none', arguments: {} }), /there is no tool none/);
  if (transport.sessionId) await transport.terminateSession();
  await client.close();
  console.log(`${name}: passed`);
}

const info = { name: 'check', version: '1' };
if (isSse) {
  await check('sdk 1.32.2, SSE', new Client1(info), new Sse1(url));
  await check('client 2.3.1, SSE', new Client2(info), new Sse2(url));
} else {
  await check('sdk 1.32.2', new Client1(info), new Transport1(url));
  await check('client 2.3.1', new Client2(info), new Transport2(url));
  const isQuick = process.argv.includes('--quick');
  if (!isQuick) await check('client 2.3.1, auto', new Client2(info, { versionNegotiation: { mode: 'auto' } }), new Transport2(url));
}
