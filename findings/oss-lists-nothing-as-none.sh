#!/bin/bash
# The new OSS SDK for Python lists an empty folder as None, so the loop over it raises.
#
# Guess: a list of no objects is an empty list, as in oss2 and ali-oss; at least in the pages of a paginator, which is made
# for loops.
# Truth: with no object, `contents` is None, in `list_objects`, `list_objects_v2` and each page of their paginators. A listing
# with a delimiter that finds only folders has None for the objects, and one that finds only objects None for the folders.
# So: a function that moves on from oss2 works with the folders of its tests, and raises TypeError when a folder has been
# emptied, or is only the parent of others. Write `page.contents or []` and `page.common_prefixes or []`.
. "$(dirname "$0")/lib.sh"

npm_packages ali-oss@6.23.0
pip_packages oss2==2.19.1 alibabacloud-oss-v2==1.4.1

cat >server.py <<'PY'
"""A bucket with one object, in the folder `full/`, which is in the folder `parent/`."""
import http.server, urllib.parse

OBJECT = """<Contents><Key>parent/full/a</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"1"</ETag>
<Type>Normal</Type><Size>1</Size><StorageClass>Standard</StorageClass><Owner><ID>1</ID><DisplayName>1</DisplayName></Owner>
</Contents>"""
FOLDER = "<CommonPrefixes><Prefix>parent/full/</Prefix></CommonPrefixes>"
FOUND = {"parent/full/": OBJECT, "parent/": FOLDER}

class Bucket(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        found = FOUND.get(query["prefix"][0], "")
        body = f"""<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>bucket</Name><MaxKeys>100</MaxKeys>
<IsTruncated>false</IsTruncated>{found}</ListBucketResult>""".encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-oss-request-id", "1")
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
"""What each SDK returns of three folders: the objects and the folders."""
import os
import alibabacloud_oss_v2 as new
import oss2

endpoint = f"http://127.0.0.1:{os.environ['PORT']}"
old = oss2.Bucket(oss2.Auth("id", "secret"), endpoint, "bucket")
config = new.config.load_default()
config.credentials_provider = new.credentials.StaticCredentialsProvider("id", "secret")
config.region, config.endpoint = "cn-hangzhou", endpoint
client = new.Client(config)

def count(found):
    return found if found is None else len(found)

for folder in "parent/full/", "parent/", "empty/":
    result = old.list_objects_v2(folder, delimiter="/")
    print(f"{folder} oss2: {count(result.object_list)}, {count(result.prefix_list)}")
    request = new.ListObjectsV2Request(bucket="bucket", prefix=folder, delimiter="/")
    result = client.list_objects_v2(request)
    print(f"{folder} alibabacloud-oss-v2: {count(result.contents)}, {count(result.common_prefixes)}")
    for page in client.list_objects_v2_paginator().iter_page(request):
        print(f"{folder} alibabacloud-oss-v2, page: {count(page.contents)}, {count(page.common_prefixes)}")
PY

cat >npm.js <<'JS'
// The objects that the SDK for Node returns.
const OSS = require('ali-oss');
const endpoint = `http://127.0.0.1:${process.env.PORT}`;
const client = new OSS({ accessKeyId: 'id', accessKeySecret: 'secret', endpoint, bucket: 'bucket', cname: true });
(async () => {
  for (const prefix of ['parent/full/', 'parent/', 'empty/']) {
    const { objects } = await client.listV2({ prefix, delimiter: '/' });
    console.log(`${prefix} ali-oss: ${objects && objects.length}`);
  }
})();
JS

start_server python3 server.py
expect "objects and folders, Python" "$(echo && python3 python.py)" "
parent/full/ oss2: 1, 0
parent/full/ alibabacloud-oss-v2: 1, None
parent/full/ alibabacloud-oss-v2, page: 1, None
parent/ oss2: 0, 1
parent/ alibabacloud-oss-v2: None, 1
parent/ alibabacloud-oss-v2, page: None, 1
empty/ oss2: 0, 0
empty/ alibabacloud-oss-v2: None, None
empty/ alibabacloud-oss-v2, page: None, None"
expect "objects, Node" "$(echo && node npm.js)" "
parent/full/ ali-oss: 1
parent/ ali-oss: 0
empty/ ali-oss: 0"
