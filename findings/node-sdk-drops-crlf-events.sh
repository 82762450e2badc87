#!/bin/bash
# The reader for event streams in Alibaba's Node SDKs finds no event in a stream with CRLF, and damages Chinese text.
#
# Guess: what the SDKs of Alibaba's cloud for Node share reads server-sent events by the standard, as the same library for
# Python does.
# Truth: with lines that end in CRLF, it returns nothing, and no error. Of an event with two lines of data it returns only the
# last one. A comment, which servers send to keep a connection open, is an event without data. It decodes each piece that
# arrives on its own, so a character that two pieces share turns into replacement characters. Python's reads all of these.
# So: an SDK's call that streams (`callSSEApi`) can lose what a function or a model sends, depending on the server's line
# ends and on how the network cuts the bytes. End lines with LF, send one line of data for each event, and let JSON escape
# what is not ASCII; or read the response with a library such as eventsource-parser.
. "$(dirname "$0")/lib.sh"

npm_packages @darabonba/typescript@1.0.5 eventsource-parser@3.1.1
pip_packages darabonba-core==1.0.9

cat >server.py <<'PY'
"""One stream for each path, in pieces that arrive apart."""
import http.server, time

text = "data: \u4f60\u597d\n\n".encode()
STREAMS = {
    "/lf": [b"data: one\n\n"],
    "/crlf": [b"data: one\r\n\r\n"],
    "/lines": [b"data: one\ndata: two\n\n"],
    "/comment": [b": still here\n\ndata: one\n\n"],
    "/cut": [text[:8], text[8:]],
}

class Events(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        first, *rest = STREAMS[self.path]
        self.wfile.write(first)
        for piece in rest:
            time.sleep(1)
            self.wfile.write(piece)

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Events)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >npm.mjs <<'JS'
// npm.mjs READER STREAM...: the data of each event, with the reader of Alibaba's SDKs or with eventsource-parser.
import http from 'node:http';
import darabonba from '@darabonba/typescript';
import { EventSourceParserStream } from 'eventsource-parser/stream';
const address = (name) => `http://127.0.0.1:${process.env.PORT}/${name}`;
const readers = {
  alibaba: (name) => new Promise((done) => http.get(address(name), done)).then((stream) => darabonba.Stream.readAsSSE(stream)),
  'eventsource-parser': async (name) => (await fetch(address(name))).body
    .pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()),
};
const [reader, ...names] = process.argv.slice(2);
for (const name of names) {
  const seen = [];
  for await (const event of await readers[reader](name)) seen.push(event.data ?? null);
  console.log(`${name}: ${JSON.stringify(seen)}`);
}
process.exit();
JS

cat >python.py <<'PY'
"""The same with the reader of Alibaba's SDKs for Python."""
import json, os, sys
import requests
from darabonba.utils.stream import Stream, SyncSSEResponseWrapper

for name in sys.argv[1:]:
    session = requests.Session()
    response = session.get(f"http://127.0.0.1:{os.environ['PORT']}/{name}", stream=True)
    seen = [event.data for event in Stream.read_as_sse(SyncSSEResponseWrapper(session, response))]
    print(f"{name}: {json.dumps(seen, ensure_ascii=False, separators=(',', ':'))}")
PY

start_server python3 server.py
names="lf crlf lines comment cut"
# shellcheck disable=SC2086 # words of a command
{
    expect "Alibaba's reader for Node" "$(echo && node npm.mjs alibaba $names)" '
lf: ["one"]
crlf: []
lines: ["two"]
comment: [null,"one"]
cut: ["��好"]'
    right='
lf: ["one"]
crlf: ["one"]
lines: ["one\ntwo"]
comment: ["one"]
cut: ["你好"]'
    expect "Alibaba's reader for Python" "$(echo && PYTHONIOENCODING=utf-8 python3 python.py $names)" "$right"
    expect "eventsource-parser" "$(echo && node npm.mjs eventsource-parser $names)" "$right"
}
