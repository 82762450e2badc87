#!/bin/bash
# Alibaba's Python SDK for FC 3.0 returns a streamed response only after its last byte has arrived.
#
# Guess: invoke_function returns once the head has arrived; the body has a method read(), so the caller can read the
# pieces as they come.
# Truth: the body is a finished buffer in memory, from invoke_function and from its asynchronous form. The same SDK for
# Node returns with the head, and its body can be read piece by piece.
# So: a function that streams tokens or progress shows nothing of it to callers in Python that use the SDK, and a large
# response takes its full size of their memory. Let them call the HTTP trigger with an HTTP client.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fc20230330@4.7.6
pip_packages alibabacloud-fc20230330==4.8.3 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9

cat >server.py <<'PY'
"""Sends a piece, then waits for the caller's file `returned`, three seconds at most; notes what came first, and ends."""
import http.server, os, time

class Stream(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"6\r\nfirst \r\n")
        end = time.monotonic() + 3
        while not os.path.exists("returned") and time.monotonic() < end:
            time.sleep(0.05)
        with open("log", "w") as log:
            log.write("within the stream" if os.path.exists("returned") else "after its end")
        self.wfile.write(b"4\r\nlast\r\n0\r\n\r\n")
        self.close_connection = True

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stream)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
"""Invokes a function: client.py sync|async."""
import asyncio, os, sys
from alibabacloud_fc20230330 import client, models
from alibabacloud_tea_openapi.utils_models import Config
keys = {"access_key_id": "id", "access_key_secret": "secret", "region_id": "cn-hangzhou"}
api = client.Client(Config(endpoint=f"127.0.0.1:{os.environ['PORT']}", protocol="http", read_timeout=60000, **keys))
request = models.InvokeFunctionRequest(body=b"event")
if sys.argv[1] == "sync":
    answer = api.invoke_function("f", request)
else:
    answer = asyncio.run(api.invoke_function_async("f", request))
open("returned", "w").close()
print(answer.body.read().decode())
PY

cat >client.js <<'JS'
// The same with Node's.
const { writeFileSync } = require('fs');
const { Readable } = require('stream');
const Fc3 = require('@alicloud/fc20230330');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const keys = { accessKeyId: 'id', accessKeySecret: 'secret', regionId: 'cn-hangzhou', readTimeout: 60_000 };
const config = { endpoint: `127.0.0.1:${process.env.PORT}`, protocol: 'http', ...keys };
(async () => {
  const request = new Fc3.InvokeFunctionRequest({ body: Readable.from([Buffer.from('event')]) });
  const answer = await new Fc3.default(new $OpenApiUtil.Config(config)).invokeFunction('f', request);
  writeFileSync('returned', '');
  let text = '';
  for await (const piece of answer.body) text += piece;
  console.log(text);
})();
JS

# returns CLIENT...: when, and what its body is.
returns() {
    rm -f returned log
    start_server python3 server.py
    text=$("$@" 2>/dev/null)
    echo "$(cat log), '$text'"
    stop_server
}
expect "Python returns" "$(returns python3 client.py sync)" "after its end, 'first last'"
expect "Python's asynchronous form returns" "$(returns python3 client.py async)" "after its end, 'first last'"
expect "Node returns" "$(returns node client.js)" "within the stream, 'first last'"
