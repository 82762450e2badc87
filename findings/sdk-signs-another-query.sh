#!/bin/bash
# Alibaba's SDKs for FC 3.0 send a different query from the one that they sign.
#
# Guess: the signature covers the request's target as it is sent, so a server checks it over the bytes that it received.
# Truth: both sign the names and values encoded by RFC 3986. But Python sends a space as `+`, and Node sends `*`, `(`,
# `)` and `!` as they are. Only a server that decodes the query and encodes it again finds the signature right.
# So: if you check ACS3-HMAC-SHA256 yourself, in a gateway or in a function, do not use the raw query. The mistake goes
# unnoticed until the first value with a space or a star.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fc20230330@4.7.6
pip_packages alibabacloud-fc20230330==4.8.3 alibabacloud-tea-openapi==0.4.6 darabonba-core==1.0.9

cat >server.py <<'PY'
"""Notes the query of each request, and whether the signature is right over it as it is and encoded again."""
import hashlib, hmac, http.server, re
from urllib.parse import parse_qsl, quote

def signature(request, path, query):
    names = re.search("SignedHeaders=([^,]*)", request.headers["Authorization"])[1]
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names.split(";"))
    payload = request.headers["x-acs-content-sha256"]
    canonical = "\n".join([request.command, path, query, headers, names, payload])
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest()

class Check(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, query = self.path.split("?")
        pairs = sorted(parse_qsl(query, keep_blank_values=True))
        again = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
        sent = self.headers["Authorization"].rpartition("Signature=")[2]
        verdict = ["right" if signature(self, path, form) == sent else "wrong" for form in (query, again)]
        with open("log", "a") as log:
            log.write(f"{query}: {verdict[0]} as it is, {verdict[1]} encoded again\n")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Check)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
import os, sys
from alibabacloud_fc20230330 import client, models
from alibabacloud_tea_openapi.utils_models import Config
keys = {"access_key_id": "id", "access_key_secret": "secret", "region_id": "cn-hangzhou"}
api = client.Client(Config(endpoint=f"127.0.0.1:{os.environ['PORT']}", protocol="http", **keys))
api.list_functions(models.ListFunctionsRequest(prefix=sys.argv[1]))
PY

cat >client.js <<'JS'
const Fc3 = require('@alicloud/fc20230330');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const keys = { accessKeyId: 'id', accessKeySecret: 'secret', regionId: 'cn-hangzhou' };
const config = { endpoint: `127.0.0.1:${process.env.PORT}`, protocol: 'http', readTimeout: 60_000, ...keys };
const api = new Fc3.default(new $OpenApiUtil.Config(config));
api.listFunctions(new Fc3.ListFunctionsRequest({ prefix: process.argv[2] }));
JS

start_server python3 server.py
for client in "python3 client.py" "node client.js"; do
    for prefix in plain 'a b' 'a*(b)!'; do $client "$prefix"; done
done
expect "queries, of Python and of Node" "$(echo && cat log)" "
prefix=plain: right as it is, right encoded again
prefix=a+b: wrong as it is, right encoded again
prefix=a%2A%28b%29%21: right as it is, right encoded again
prefix=plain: right as it is, right encoded again
prefix=a%20b: right as it is, right encoded again
prefix=a*(b)!: wrong as it is, right encoded again"
