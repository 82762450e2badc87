#!/bin/bash
# Alibaba's Python SDK for FC 2.0 calls an HTTP function that responds with 500 six times, and its caller never gets the
# response.
#
# Guess: one request, and the caller gets the function's response, with the status 500 and its body.
# Truth: after a 500, 502 or 504, the SDK sends a GET (also a PUT and DELETE) five more times, with pauses of 0, 2, 4, 8
# and 16 s. Then the caller gets a RetryError without the response. After a 503, and with a POST, it sends once.
# So: a function that responds with 500 on purpose runs six times while its caller waits for half a minute. Respond with
# 4xx if a second try is useless, and expect that a failed GET is repeated.
. "$(dirname "$0")/lib.sh"

pip_packages aliyun-fc2==2.5.2 requests==2.32.3 urllib3==2.2.3

cat >server.py <<'PY'
"""Answers each request with the status that its path ends with, and counts the requests in the file `count`."""
import http.server

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open("count", "a") as count:
            count.write("1")
        self.send_response(int(self.path[-3:]))
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"body")
    do_POST = do_GET
    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
"""Calls an HTTP function: client.py METHOD STATUS."""
import os, sys, time
import fc2
client = fc2.Client(endpoint=f"http://127.0.0.1:{os.environ['PORT']}", accessKeyID="id", accessKeySecret="secret")
open("count", "w").close()
begin = time.monotonic()
try:
    answer = client.do_http_request(sys.argv[1], "service", "function", "/" + sys.argv[2], {}, {}, b"")
    seen = f"status {answer.status_code}, {answer.text}"
except Exception as error:
    seen = type(error).__name__
waited = time.monotonic() - begin
print(f"{len(open('count').read())} requests, {seen}, {'waited 20 s or more' if waited >= 20 else 'at once'}")
PY

start_server python3 server.py
expect "GET answered 500" "$(python3 client.py GET 500)" "6 requests, RetryError, waited 20 s or more"
expect "GET answered 503" "$(python3 client.py GET 503)" "1 requests, status 503, body, at once"
expect "POST answered 500" "$(python3 client.py POST 500)" "1 requests, status 500, body, at once"
