#!/bin/bash
# After a freeze Node and aiohttp send their first request into a connection that was closed long ago, and the caller
# gets an error.
#
# Guess: a client that keeps connections checks that one is still open before it uses it, or opens another when the old
# one turns out to be closed; `fetch` certainly does so for a GET.
# Truth: if a process was stopped while the server closed an idle connection, it does not know that yet when it
# continues. Node's own client and `fetch` fail with ECONNRESET and UND_ERR_SOCKET, GET included; aiohttp repeats a GET
# but fails with a POST. requests and httpx check the socket first, so they have no problem.
# So: Function Compute freezes an instance between two events, while databases and gateways close idle connections, so
# the first call to them in an event fails now and then, and only in production. Repeat it once, or open a connection
# for each event.
. "$(dirname "$0")/lib.sh"

need node
pip_packages requests==2.32.3 httpx==0.28.1 aiohttp==3.14.5
echo "node $(node --version)"

cat >server.py <<'PY'
"""Closes a connection that has been idle for half a second, and writes each request and each such close into `log`."""
import contextlib, http.server, socket

class Closing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 0.5

    def handle(self):
        try:
            super().handle()
        finally:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            self.note("closed")

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.note(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def note(self, what):
        with open("log", "a") as log:
            log.write(what + "\n")

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Closing)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.js <<'JS'
// client.js CLIENT METHOD: sends a request, stops this process, and sends another one when the process goes on.
const http = require('http');
const [client, method] = process.argv.slice(2);
const body = method === 'POST' ? 'event' : undefined;
const agent = new http.Agent({ keepAlive: true });
const send = {
  fetch: async (path) => (await fetch(`http://127.0.0.1:${process.env.PORT}${path}`, { method, body })).text(),
  http: (path) => new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: process.env.PORT, path, method, agent }, (answer) => {
      answer.resume().on('end', resolve);
    });
    request.on('error', reject).end(body);
  }),
}[client];
(async () => {
  await send('/1');
  // The connection goes back to its pool.
  await new Promise((resume) => setTimeout(resume, 100));
  process.kill(process.pid, 'SIGSTOP');
  console.log(await send('/2').then(() => 'answered', () => 'failed'));
  agent.destroy();
})();
JS

cat >client.py <<'PY'
"""The same: client.py CLIENT METHOD."""
import asyncio, os, signal, sys
client, method = sys.argv[1:]
url = f"http://127.0.0.1:{os.environ['PORT']}"
body = b"event" if method == "POST" else None

def freeze():
    os.kill(os.getpid(), signal.SIGSTOP)

async def with_aiohttp():
    import aiohttp
    async with aiohttp.ClientSession() as session:
        for path in "/1", "/2":
            async with session.request(method, url + path, data=body) as answer:
                await answer.read()
            if path == "/1":
                freeze()

def send():
    if client == "aiohttp":
        return asyncio.run(with_aiohttp())
    if client == "requests":
        import requests
        session, name = requests.Session(), "data"
    else:
        import httpx
        session, name = httpx.Client(), "content"
    session.request(method, url + "/1", **{name: body})
    freeze()
    session.request(method, url + "/2", **{name: body})

try:
    send()
    print("answered")
except Exception as error:
    print(type(error).__name__)
PY

PYTHON=$(python3 -c 'import sys; print(sys.executable)')
# frozen PROGRAM CLIENT METHOD: runs it, and lets it go on when it has stopped and its connection was closed.
frozen() {
    : >log
    start_server "$PYTHON" server.py
    "$@" >seen &
    local process=$!
    until grep -q '^State:.T' "/proc/$process/status" && grep -q closed log; do sleep 0.05; done
    kill -CONT "$process"
    wait "$process"
    stop_server
    cat seen
}

for method in GET POST; do
    for client in http fetch; do echo "$method $client: $(frozen node client.js $client $method)"; done
    for client in requests httpx aiohttp; do echo "$method $client: $(frozen "$PYTHON" client.py $client $method)"; done
done >table
expect "the first request after a freeze" "$(echo && cat table)" "
GET http: failed
GET fetch: failed
GET requests: answered
GET httpx: answered
GET aiohttp: answered
POST http: failed
POST fetch: failed
POST requests: answered
POST httpx: answered
POST aiohttp: ServerDisconnectedError"
