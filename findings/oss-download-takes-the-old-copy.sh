#!/bin/bash
# If a download fails, all three OSS SDKs empty or delete the older copy in its place.
#
# Guess: if the service refuses a download, the SDK raises, and the file that it would have replaced stays as it was.
# Truth: both SDKs for Python open the file for writing before they send the request, and leave it empty. The one for
# Node empties it as well, and deletes it after the error. Only the resumable download of oss2 and the downloader of the
# new SDK, which asks for the length first, leave the file alone.
# So: a function that refreshes its prices or its model in /tmp, and wants to continue with the old ones when OSS is
# busy, loses them. Download to another name, and rename.
. "$(dirname "$0")/lib.sh"

npm_packages ali-oss@6.23.0
pip_packages oss2==2.19.1 alibabacloud-oss-v2==1.4.1

cat >server.py <<'PY'
"""Refuses each request as OSS does when it is busy."""
import http.server

class Busy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<Error><Code>ServiceUnavailable</Code><Message>busy</Message></Error>"
        self.send_response(503)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.js <<'JS'
const OSS = require('ali-oss');
const keys = { accessKeyId: 'id', accessKeySecret: 'secret' };
const client = new OSS({ endpoint: `http://127.0.0.1:${process.env.PORT}`, bucket: 'bucket', ...keys });
client.get('prices', 'prices').then(() => console.log('returns'), () => console.log('raises'));
JS

cat >client.py <<'PY'
"""client.py oss2 | oss2-resumable | v2 | v2-downloader: downloads `prices` onto the file of this name."""
import os, sys
import alibabacloud_oss_v2 as v2
import oss2
endpoint = f"http://127.0.0.1:{os.environ['PORT']}"

def with_oss2(kind):
    bucket = oss2.Bucket(oss2.Auth("id", "secret"), endpoint, "bucket")
    if kind == "oss2":
        bucket.get_object_to_file("prices", "prices")
    else:
        oss2.resumable_download(bucket, "prices", "prices", store=oss2.ResumableDownloadStore(root="."))

def with_v2(kind):
    config = v2.config.load_default()
    config.credentials_provider = v2.credentials.StaticCredentialsProvider("id", "secret")
    config.region, config.endpoint, config.use_path_style = "cn-hangzhou", endpoint, True
    client, request = v2.Client(config), v2.GetObjectRequest(bucket="bucket", key="prices")
    if kind == "v2":
        client.get_object_to_file(request, "prices")
    else:
        client.downloader().download_file(request, "prices")

try:
    {"o": with_oss2, "v": with_v2}[sys.argv[1][0]](sys.argv[1])
    print("returns")
except Exception:
    print("raises")
PY

start_server python3 server.py
for client in "python3 client.py oss2" "python3 client.py v2" "node client.js" "python3 client.py oss2-resumable" "python3 client.py v2-downloader"; do
    echo "old prices" >prices
    # shellcheck disable=SC2086 # a program and its argument
    echo "${client##* }: $($client 2>/dev/null), the old copy is $(if [ ! -e prices ]; then echo gone; elif [ -s prices ]; then echo there; else echo empty; fi)"
done >table
expect "a download that fails" "$(echo && cat table)" "
oss2: raises, the old copy is empty
v2: raises, the old copy is empty
client.js: raises, the old copy is gone
oss2-resumable: raises, the old copy is there
v2-downloader: raises, the old copy is there"
