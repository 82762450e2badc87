#!/bin/bash
# Alibaba's npm packages for the message queue and for Log Service treat a 503 from a gateway as a success.
#
# Guess: a response with status 503 rejects the promise, whatever its body is, as with the four others here.
# Truth: both look only at the body, and only at XML or JSON. They do not look at an HTML page: the queue's returns
# `{ code: 503 }`, and Log Service's returns the page as the result. Errors from the services themselves do reject.
# So: if a proxy, a gateway or a mesh between a function and the service is overloaded and responds in HTML, the message
# or the log lines are lost, but the function reports success. Check `code` after each call of the queue, and that the
# result of `postLogStoreLogs` is empty.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/mns@1.2.0 @alicloud/log@1.2.6 @alicloud/fc2@2.6.6 ali-oss@6.23.0 tablestore@5.6.5
pip_packages aliyun-mns-sdk==1.3.0

cat >server.py <<'PY'
"""Answers 503: with a page, or where the path has `json` or `xml` in it as the services do."""
import http.server

class Busy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind, body = "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>"
        if "json" in self.path:
            kind, body = "application/json", '{"errorCode":"ServerBusy","errorMessage":"busy"}'
        elif "xml" in self.path:
            kind, body = "text/xml", "<Error><Code>ServerBusy</Code><Message>busy</Message><RequestId>1</RequestId><HostId>1</HostId></Error>"
        self.send_response(503)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_PUT = do_POST

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.js <<'JS'
const dns = require('dns');
const endpoint = `http://127.0.0.1:${process.env.PORT}`;
const keys = { endpoint, accessKeyId: 'id', accessKeyID: 'id', accessKeySecret: 'secret', secretAccessKey: 'secret', region: 'cn-hangzhou' };

// Log Service's puts the project's name before the endpoint, and no machine need know it.
const lookup = dns.lookup;
dns.lookup = (_, ...more) => lookup('127.0.0.1', ...more);

const mns = new (require('@alicloud/mns'))('1', keys);
const log = new (require('@alicloud/log'))(keys);
const fc2 = new (require('@alicloud/fc2'))('1', keys);
const oss = new (require('ali-oss'))({ ...keys, bucket: 'bucket' });
const TableStore = require('tablestore');
const table = new TableStore.Client({ ...keys, instancename: 'instance' });
const condition = new TableStore.Condition(TableStore.RowExistenceExpectation.IGNORE, null);
const logs = [{ timestamp: 1, content: { line: 'paid' } }];

const calls = {
  'mns': () => mns.sendMessage('queue', { MessageBody: 'paid' }),
  'mns, XML': () => mns.sendMessage('xml', { MessageBody: 'paid' }),
  'log': () => log.postLogStoreLogs('project', 'store', { logs }),
  'log, JSON': () => log.postLogStoreLogs('project', 'json', { logs }),
  'fc2': () => fc2.invokeFunction('service', 'function', 'paid'),
  'ali-oss': () => oss.put('name', Buffer.from('paid')),
  'tablestore': () => table.putRow({ tableName: 't', condition, primaryKey: [{ id: 'a' }], attributeColumns: [{ state: 'paid' }] }),
};
(async () => {
  for (const [name, call] of Object.entries(calls)) {
    console.log(`${name}: ${await call().then((result) => `returns ${JSON.stringify(result)}`, () => 'rejects')}`);
  }
})();
JS

cat >client.py <<'PY'
import os
from mns.account import Account
from mns.queue import Message

try:
    Account(f"http://127.0.0.1:{os.environ['PORT']}", "id", "secret").get_queue("queue").send_message(Message("paid"))
    print("Python's mns: returns")
except Exception:
    print("Python's mns: raises")
PY

start_server python3 server.py
expect "a write that is answered 503 with a page" "$(echo && node client.js 2>/dev/null && python3 client.py)" "
mns: returns {\"code\":503,\"headers\":{}}
mns, XML: rejects
log: returns \"<html><body><h1>503 Service Unavailable</h1></body></html>\"
log, JSON: rejects
fc2: rejects
ali-oss: rejects
tablestore: rejects
Python's mns: raises"
