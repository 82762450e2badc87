#!/bin/bash
# Three of Alibaba's four SDKs return the failure of a function as an ordinary result.
#
# Guess: an invocation that failed (the function raised, the header `x-fc-error-type` is there) raises in the caller.
# Truth: only the SDK of FC 2.0 for Python raises. That of FC 3.0 for Python and both for Node return status 200 and the
# error's JSON as if it were the function's result, because Function Compute's status for a failure is 200 as well.
# So: callers must check the header `x-fc-error-type` after each call. If callers may forget that, do not use
# `errorMessage` as a key of the function's results.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fc20230330@4.7.6 @alicloud/fc2@2.6.6
pip_packages alibabacloud-fc20230330==4.8.3 aliyun-fc2==2.5.2

cat >server.py <<'PY'
"""Answers each invocation as Function Compute does where the function raised."""
import http.server

class Failed(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = b'{"errorMessage":"no stock","errorType":"Error"}'
        self.send_response(200)
        self.send_header("X-Fc-Request-Id", "1-00000000-00000000-000000000000")
        self.send_header("X-Fc-Error-Type", "UnhandledInvocationError")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Failed)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.js <<'JS'
const { Readable } = require('stream');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const Fc3 = require('@alicloud/fc20230330');
const Fc2 = require('@alicloud/fc2');
const endpoint = `127.0.0.1:${process.env.PORT}`;

async function fc3() {
  const keys = { accessKeyId: 'id', accessKeySecret: 'secret', regionId: 'cn-hangzhou' };
  const client = new Fc3.default(new $OpenApiUtil.Config({ endpoint, protocol: 'http', readTimeout: 60_000, ...keys }));
  const request = new Fc3.InvokeFunctionRequest({ body: Readable.from([Buffer.from('event')]) });
  const answer = await client.invokeFunction('f', request);
  let text = '';
  for await (const piece of answer.body) text += piece;
  return JSON.parse(text);
}

async function fc2() {
  const keys = { accessKeyID: 'id', accessKeySecret: 'secret', region: 'cn-hangzhou' };
  return (await new Fc2('1', { endpoint: `http://${endpoint}`, ...keys }).invokeFunction('s', 'f', 'event')).data;
}

(async () => {
  for (const call of [fc3, fc2]) {
    const seen = await call().then((result) => `returns ${JSON.stringify(result)}`, (error) => `raises ${error.name}`);
    console.log(`Node ${call.name}: ${seen}`);
  }
})();
JS

cat >client.py <<'PY'
import json, logging, os
from alibabacloud_fc20230330 import client as fc3_client, models
from alibabacloud_tea_openapi.utils_models import Config
import fc2
endpoint = f"127.0.0.1:{os.environ['PORT']}"
# One of them logs the failure as well.
logging.disable()

def fc3():
    keys = {"access_key_id": "id", "access_key_secret": "secret", "region_id": "cn-hangzhou"}
    client = fc3_client.Client(Config(endpoint=endpoint, protocol="http", **keys))
    return client.invoke_function("f", models.InvokeFunctionRequest(body=b"event")).body.read()

def fc2_():
    client = fc2.Client(endpoint=f"http://{endpoint}", accessKeyID="id", accessKeySecret="secret")
    return client.invoke_function("s", "f", b"event").data

for call in fc3, fc2_:
    try:
        seen = "returns " + json.dumps(json.loads(call()), separators=(",", ":"))
    except Exception as error:
        seen = "raises " + type(error).__name__
    print(f"Python {call.__name__.strip('_')}: {seen}")
PY

start_server python3 server.py
result='returns {"errorMessage":"no stock","errorType":"Error"}'
expect "a failed function" "$(echo && python3 client.py && node client.js 2>/dev/null)" "
Python fc3: $result
Python fc2: raises FcError
Node fc3: $result
Node fc2: $result"
