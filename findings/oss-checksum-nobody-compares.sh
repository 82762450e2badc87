#!/bin/bash
# ali-oss compares no checksum, and OSS's SDKs for Python none of an object that is read into memory.
#
# Guess: OSS sends the CRC-64 of each object with every upload and download so that the SDK compares it, by default and in
# both directions; an object that changed on its way is an error.
# Truth: both SDKs for Python compare it after an upload and after a download to a file, but not in `get_object(...).read()`.
# The SDK for Node never does, in neither direction.
# So: the data that a proxy or a bad disk has changed is processed, and reported as success. In Python, let the SDK download
# to a file. In Node, compute the checksum and compare it with the header `x-oss-hash-crc64ecma` (this is CRC-64/XZ, see
# crc64-ecma182-is-that-of-xz); for uploads, send a Content-MD5, which the service compares.
. "$(dirname "$0")/lib.sh"

npm_packages ali-oss@6.23.0
pip_packages oss2==2.19.1 alibabacloud-oss-v2==1.4.1

cat >server.py <<'PY'
"""A bucket whose checksums are those of other bytes, as if the bytes had changed on the way."""
import http.server

class Bucket(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(b"changed")

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-oss-hash-crc64ecma", "1")
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

cat >python.py <<'PY'
"""An upload, a download into memory and one to a file, with both SDKs."""
import os
import alibabacloud_oss_v2 as new
import oss2

endpoint = f"http://127.0.0.1:{os.environ['PORT']}"
old = oss2.Bucket(oss2.Auth("id", "secret"), endpoint, "bucket")
config = new.config.load_default()
config.credentials_provider = new.credentials.StaticCredentialsProvider("id", "secret")
config.region, config.endpoint = "cn-hangzhou", endpoint
client = new.Client(config)
get = new.GetObjectRequest(bucket="bucket", key="key")
put = new.PutObjectRequest(bucket="bucket", key="key", body=b"sent")

def show(name, call):
    try:
        call()
        print(f"{name}: accepted")
    except Exception:
        print(f"{name}: error")

show("oss2, upload", lambda: old.put_object("key", b"sent"))
show("oss2, memory", lambda: old.get_object("key").read())
show("oss2, file", lambda: old.get_object_to_file("key", "file"))
show("alibabacloud-oss-v2, upload", lambda: client.put_object(put))
show("alibabacloud-oss-v2, memory", lambda: client.get_object(get).body.read())
show("alibabacloud-oss-v2, file", lambda: client.get_object_to_file(get, "file"))
PY

cat >npm.js <<'JS'
// The same with the SDK for Node.
const OSS = require('ali-oss');
const endpoint = `http://127.0.0.1:${process.env.PORT}`;
const client = new OSS({ accessKeyId: 'id', accessKeySecret: 'secret', endpoint, bucket: 'bucket', cname: true });
const show = (name, call) => call.then(() => console.log(`${name}: accepted`), () => console.log(`${name}: error`));
(async () => {
  await show('ali-oss, upload', client.put('key', Buffer.from('sent')));
  await show('ali-oss, memory', client.get('key'));
  await show('ali-oss, file', client.get('key', 'file'));
})();
JS

start_server python3 server.py
{ python3 python.py 2>/dev/null && node npm.js; } >table
expect "bytes with another checksum" "$(echo && cat table)" "
oss2, upload: error
oss2, memory: accepted
oss2, file: error
alibabacloud-oss-v2, upload: error
alibabacloud-oss-v2, memory: accepted
alibabacloud-oss-v2, file: error
ali-oss, upload: accepted
ali-oss, memory: accepted
ali-oss, file: accepted"
