#!/bin/bash
# In Alibaba's SDKs for FC 3.0, the options `autoretry` and `max_attempts` do nothing.
#
# Guess: autoretry=True with max_attempts=3 sends a call up to three times after a 503 or 429, or when the connection
# ends without a response.
# Truth: the SDKs for Python and Node send it once and raise. `retry_options` in the client's configuration works, if
# you list there each code and exception that should be retried.
# So: a caller that seems set up for retries has none, and its users see the first 429 of a function at its limit. Count
# the requests that arrive, as this script does, before you rely on retries.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fc20230330@4.7.6 @darabonba/typescript@1.0.5
pip_packages alibabacloud-fc20230330==4.8.3 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9

cat >server.py <<'PY'
"""Answers each request with STATUS, or closes its connection where that is 0; counts the requests in `log`."""
import http.server, sys

status = int(sys.argv[1])

class Failing(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with open("log", "a") as log:
            log.write("1")
        self.close_connection = True
        if status == 0:
            return
        body = b'{"Code":"ResourceExhausted","Message":"busy"}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Failing)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
"""Invokes a function: client.py autoretry|retry_options."""
import os, sys
from alibabacloud_fc20230330 import client, models
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.policy.retry import RetryOptions
from darabonba.runtime import RuntimeOptions
keys = {"access_key_id": "id", "access_key_secret": "secret", "region_id": "cn-hangzhou"}
runtime = RuntimeOptions()
if sys.argv[1] == "autoretry":
    runtime = RuntimeOptions(autoretry=True, max_attempts=3)
else:
    once_more = {"maxAttempts": 2, "errorCode": ["ResourceExhausted"], "backoff": {"policy": "Fixed", "period": 10}}
    keys["retry_options"] = RetryOptions({"retryable": True, "retryCondition": [once_more]})
api = client.Client(Config(endpoint=f"127.0.0.1:{os.environ['PORT']}", protocol="http", **keys))
try:
    api.invoke_function_with_options("f", models.InvokeFunctionRequest(body=b"event"), models.InvokeFunctionHeaders(), runtime)
except Exception as error:
    print("raises")
PY

cat >client.js <<'JS'
// The same with Node's: client.js.
const { Readable } = require('stream');
const Fc3 = require('@alicloud/fc20230330');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { RuntimeOptions } = require('@darabonba/typescript');
const keys = { accessKeyId: 'id', accessKeySecret: 'secret', regionId: 'cn-hangzhou', readTimeout: 60_000 };
const config = { endpoint: `127.0.0.1:${process.env.PORT}`, protocol: 'http', ...keys };
const api = new Fc3.default(new $OpenApiUtil.Config(config));
const request = new Fc3.InvokeFunctionRequest({ body: Readable.from([Buffer.from('event')]) });
const runtime = new RuntimeOptions({ autoretry: true, maxAttempts: 3, readTimeout: 60_000 });
api.invokeFunctionWithOptions('f', request, new Fc3.InvokeFunctionHeaders({}), runtime)
  .then(() => console.log('returns'), () => console.log('raises'));
JS

# seen STATUS CLIENT...: what the caller gets, and how many requests arrived.
seen() {
    : >log
    start_server python3 server.py "$1"
    echo "$("${@:2}" 2>/dev/null), $(wc -c <log) requests"
    stop_server
}
for status in 503 429 0; do
    expect "Python, autoretry, status $status" "$(seen $status python3 client.py autoretry)" "raises, 1 requests"
    expect "Node, autoretry, status $status" "$(seen $status node client.js)" "raises, 1 requests"
done
expect "Python, retry_options, status 429" "$(seen 429 python3 client.py retry_options)" "raises, 2 requests"
