#!/bin/bash
# With Tablestore's npm package the `maxRetries` of one client is that of all clients of the process.
#
# Guess: an option of a client's constructor holds for that client; another one that does not set it has the default of 20.
# Truth: each request of a client with the option writes it into the one retry policy of the package, where the requests of
# all clients read it, also those that already wait for their next try. It stays there when the client is gone.
# So: a client that must not wait (for a health check) takes the retries away from the one that reads orders, which then
# fails when the service is busy for a moment. Set the same number for all clients, and repeat outside of them what needs
# more. (Writes are not repeated at all: `tablestore-node-knows-no-error-code`.)
. "$(dirname "$0")/lib.sh"

npm_packages tablestore@5.6.5
pip_packages tablestore==6.4.8

cat >server.py <<'PY'
"""Answers each request as Tablestore does when it is busy; a line with the table's name in `log` for each."""
import http.server
from tablestore.protobuf.table_store_pb2 import Error, GetRowRequest

class Busy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        request = GetRowRequest()
        request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        with open("log", "a") as log:
            log.write(request.table_name + "\n")
        body = Error(code="OTSServerBusy", message="The server is busy.").SerializeToString()
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.js <<'JS'
// Reads with clients of different options, one after the other.
const TableStore = require('tablestore');
const keys = { accessKeyId: 'id', secretAccessKey: 'secret', instancename: 'instance' };
const connect = (more) => new TableStore.Client({ endpoint: `http://127.0.0.1:${process.env.PORT}`, ...keys, ...more });
const get = (client, tableName) => client.getRow({
  tableName,
  primaryKey: [{ id: 'a' }],
}).catch(() => {});
(async () => {
  const [three, none, unset] = [connect({ maxRetries: 3 }), connect({ maxRetries: 0 }), connect({})];
  await get(three, 'three');
  await get(none, 'none');
  await get(unset, 'unset-after-none');
  const waiting = get(three, 'three-while-none-reads');
  await get(none, 'none');
  await waiting;
})();
JS

: >log
start_server python3 server.py 2>/dev/null
node client.js 2>/dev/null
expect "requests of reads while the service is busy" "$(echo && sort log | uniq -c | awk '{ print $2, $1 }')" "
none 2
three 4
three-while-none-reads 1
unset-after-none 1"
