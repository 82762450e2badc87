#!/bin/bash
# httpx cuts a line of JSON in two if a text in it contains U+2028 or U+0085; so does requests if it decodes the lines.
#
# Guess: a line ends with a line feed, and a writer of JSON escapes line feeds, so `iter_lines()` returns one document each.
# Truth: httpx, and requests with `decode_unicode=True`, split as Python's `str.splitlines` does: also at U+2028, U+2029 and
# U+0085, which Node's JSON.stringify writes as they are. requests without it, aiohttp, urllib and Node's readline do
# not.
# So: a stream of JSON lines from a function breaks at the first text that somebody pasted from a word processor or a page,
# with a JSON error or, if errors are skipped, without that document. Read bytes and split them at b"\n".
. "$(dirname "$0")/lib.sh"

need node
pip_packages httpx==0.28.1 requests==2.34.2 aiohttp==3.14.5

cat >server.js <<'JS'
// Two documents, a line each; the first has both characters in its text.
const lines = [{ text: 'a\u2028b\u0085c' }, { text: 'next' }].map((document) => JSON.stringify(document) + '\n').join('');
const server = require('http').createServer((request, response) => response.end(lines));
server.listen(0, '127.0.0.1', () => require('fs').writeFileSync('port', String(server.address().port)));
JS

cat >node.js <<'JS'
// How many lines Node sees.
require('http').get(`http://127.0.0.1:${process.env.PORT}/`, async (input) => {
  let count = 0;
  for await (const line of require('readline').createInterface({ input })) count += line ? 1 : 0;
  console.log(`readline: ${count}`);
  process.exit();
});
JS

cat >python.py <<'PY'
"""How many lines each client sees."""
import asyncio, os, urllib.request
import aiohttp, httpx, requests

address = f"http://127.0.0.1:{os.environ['PORT']}/"

def decoded():
    response = requests.get(address, stream=True)
    response.encoding = "utf-8"
    return len(list(response.iter_lines(decode_unicode=True)))

async def of_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return len([line async for line in response.content])

with httpx.stream("GET", address) as response:
    print("httpx:", len(list(response.iter_lines())))
print("requests, decoded:", decoded())
print("requests:", len(list(requests.get(address, stream=True).iter_lines())))
print("aiohttp:", asyncio.run(of_aiohttp()))
print("urllib:", len(list(urllib.request.urlopen(address))))
PY

start_server node server.js
{ python3 python.py && node node.js; } >table
expect "lines of two documents" "$(echo && cat table)" "
httpx: 4
requests, decoded: 4
requests: 2
aiohttp: 2
urllib: 2
readline: 2"
