#!/bin/bash
# When a connection ends without a response, some clients silently send the request again, and a function runs twice.
#
# Guess: a client repeats a request that it has sent in full only on a kept-alive connection, and never a POST; it does
# not repeat a request on a new connection unless the caller asks for it.
# Truth: curl repeats a POST on a kept-alive connection. aiohttp repeats a GET even on a new one, and urllib3 sends it
# three more times. requests, httpx and Node's own client never repeat.
# So: if an instance ended in the middle of a call (a crash, a timeout), the function may be called with the same
# request again. Make every handler that writes data safe to run twice, even for POST.
. "$(dirname "$0")/lib.sh"

need curl node
pip_packages requests==2.32.3 urllib3==2.2.3 httpx==0.28.1 aiohttp==3.14.5
curl --version | head -n 1
echo "node $(node --version)"

cat >server.py <<'PY'
"""Answers the first KEPT requests of each connection; reads the next one in full and closes. Requests go to `log`."""
import http.server, sys

class Closing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    left = int(sys.argv[1])

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open("log", "a") as log:
            log.write(f"{self.command}{self.path} ")
        if self.left == 0:
            self.close_connection = True
            return
        self.left -= 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Closing)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
"""client.py LIBRARY METHOD PATH...: sends one request for each path over one pool of connections."""
import asyncio, os, sys
library, method, *paths = sys.argv[1:]
urls = [f"http://127.0.0.1:{os.environ['PORT']}{path}" for path in paths]
body = b"event" if method == "POST" else None

async def with_aiohttp():
    import aiohttp
    async with aiohttp.ClientSession() as session:
        for url in urls:
            async with session.request(method, url, data=body) as answer:
                await answer.read()

def send():
    if library == "aiohttp":
        return asyncio.run(with_aiohttp())
    if library == "requests":
        import requests
        pool, name = requests.Session(), "data"
    elif library == "httpx":
        import httpx
        pool, name = httpx.Client(), "content"
    else:
        import urllib3
        pool, name = urllib3.PoolManager(), "body"
    for url in urls:
        pool.request(method, url, **{name: body})

try:
    send()
except Exception as error:
    print(type(error).__name__, end=" ")
PY

cat >client.js <<'JS'
// client.js METHOD PATH...: the same with Node's own client.
const http = require('http');
const [method, ...paths] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const send = (path) => new Promise((resolve) => {
  const request = http.request({ port: process.env.PORT, host: '127.0.0.1', path, method, agent }, (answer) => {
    answer.resume().on('end', () => setTimeout(resolve, 50));
  });
  request.on('error', resolve).end(method === 'POST' ? 'event' : undefined);
});
(async () => {
  for (const path of paths) await send(path);
  agent.destroy();
})();
JS

# sent CLIENT METHOD PATH...
sent() {
    local client=$1 method=$2 words=()
    case $client in
    curl)
        for path in "${@:3}"; do words+=(-o "$TEMP/answer" "http://127.0.0.1:$PORT$path"); done
        if [ "$method" = POST ]; then words+=(--data event); fi
        curl --silent "${words[@]}"
        ;;
    node) node client.js "${@:2}" ;;
    *) python3 client.py "$@" ;;
    esac
}

# seen KEPT CLIENT METHOD PATH...: the requests that arrived.
seen() {
    : >log
    start_server python3 server.py "$1"
    sent "${@:2}" >/dev/null || true
    stop_server
    xargs <log
}

for method in GET POST; do
    for client in curl node requests httpx aiohttp urllib3; do
        echo "$method $client: kept: $(seen 1 $client $method /1 /2); new: $(seen 0 $client $method /1)"
    done
done >table
expect "requests that arrive when a kept and when a new connection is closed" "$(echo && cat table)" "
GET curl: kept: GET/1 GET/2 GET/2; new: GET/1
GET node: kept: GET/1 GET/2; new: GET/1
GET requests: kept: GET/1 GET/2; new: GET/1
GET httpx: kept: GET/1 GET/2; new: GET/1
GET aiohttp: kept: GET/1 GET/2 GET/2; new: GET/1 GET/1
GET urllib3: kept: GET/1 GET/2 GET/2; new: GET/1 GET/1 GET/1 GET/1
POST curl: kept: POST/1 POST/2 POST/2; new: POST/1
POST node: kept: POST/1 POST/2; new: POST/1
POST requests: kept: POST/1 POST/2; new: POST/1
POST httpx: kept: POST/1 POST/2; new: POST/1
POST aiohttp: kept: POST/1 POST/2; new: POST/1
POST urllib3: kept: POST/1 POST/2; new: POST/1"
