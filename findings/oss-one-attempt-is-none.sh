#!/bin/bash
# With `retry_max_attempts = 1` the new OSS SDK for Python downloads no file at all, and reports no error.
#
# Guess: one attempt is one request, and its error is raised; that is what you set if your caller repeats, or if an event has
# little time.
# Truth: `get_object_to_file` counts its own attempts, and one too few. With 1 it sends nothing, makes no file and returns
# None; with the default of 3 it tries twice. `get_object` and `put_object` send one request, as they should.
# So: the function continues with the file that is there: none, or the one of an earlier event. Set at least 2, or read the
# object with `get_object` and write the file yourself.
. "$(dirname "$0")/lib.sh"

pip_packages alibabacloud-oss-v2==1.4.1

cat >server.py <<'PY'
"""A bucket with one object; a line in `log` for each request."""
import http.server

class Bucket(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(b"object")

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"")

    def answer(self, body):
        with open("log", "a") as log:
            log.write(self.command + "\n")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-oss-request-id", "1")
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
"""client.py ATTEMPTS: a download to a file, one into memory and an upload."""
import os, sys
import alibabacloud_oss_v2 as oss

config = oss.config.load_default()
config.credentials_provider = oss.credentials.StaticCredentialsProvider("id", "secret")
config.region, config.endpoint = "cn-hangzhou", f"http://127.0.0.1:{os.environ['PORT']}"
config.retry_max_attempts = int(sys.argv[1])
client = oss.Client(config)
get = oss.GetObjectRequest(bucket="bucket", key="key")
put = oss.PutObjectRequest(bucket="bucket", key="key", body=b"sent")

def show(name, call):
    before = os.path.getsize("log")
    result = call()
    requests = "no request" if os.path.getsize("log") == before else "a request"
    print(f"{sys.argv[1]}, {name}: {requests}, {'None' if result is None else 'a result'}")

show("file", lambda: client.get_object_to_file(get, f"file{sys.argv[1]}"))
show("memory", lambda: client.get_object(get).body.read())
show("upload", lambda: client.put_object(put))
PY

: >log
start_server python3 server.py
for attempts in 1 2; do
    python3 client.py $attempts
done >table
expect "what a client of one or two attempts does" "$(echo && cat table)" "
1, file: no request, None
1, memory: a request, a result
1, upload: a request, a result
2, file: a request, a result
2, memory: a request, a result
2, upload: a request, a result"
expect "files" "$(echo file*)" "file2"
