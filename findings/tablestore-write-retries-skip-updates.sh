#!/bin/bash
# The retry policy for writes in Tablestore's Python SDK repeats puts, deletes and batches, but not updates.
#
# Guess: `WriteRetryPolicy`, made for those who want writes repeated as well, covers the four ways to write. If one of them
# was left out, it would be the batch, which may have been done in part.
# Truth: it compares the operation with a list of names, and the one of the updates is misspelt there. An update of a row,
# alone, fails at the first error of the server; the same update in a batch is repeated.
# So: a function that counts or sets one column fails where its puts do not, and only when the service has a problem. If
# your updates may run twice, derive a policy whose `is_repeatable_api` knows `UpdateRow`; an increment may not run
# twice.
. "$(dirname "$0")/lib.sh"

pip_packages tablestore==6.4.8

cat >server.py <<'PY'
"""Answers each request with an error of the server, as Tablestore does, and writes its operation into `log`."""
import http.server
from tablestore.protobuf.table_store_pb2 import Error

class Unavailable(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open("log", "a") as log:
            log.write(self.path + "\n")
        body = Error(code="OTSServerUnavailable", message="The server is not available.").SerializeToString()
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unavailable)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >client.py <<'PY'
"""Writes in each way, with up to two retries."""
import logging, os
from tablestore import (BatchWriteRowRequest, Condition, OTSClient, OTSServiceError, PutRowItem, Row, RowExistenceExpectation,
                        TableInBatchWriteRowItem, UpdateRowItem, WriteRetryPolicy)
logging.disable()

policy = WriteRetryPolicy()
policy.max_retry_times = 2
client = OTSClient(f"http://127.0.0.1:{os.environ['PORT']}", "id", "secret", "instance", retry_policy=policy)
condition = Condition(RowExistenceExpectation.IGNORE)
put, update = Row([("id", "a")], [("state", "paid")]), Row([("id", "a")], {"PUT": [("state", "paid")]})

def batch(item):
    request = BatchWriteRowRequest()
    request.add(TableInBatchWriteRowItem("table", [item]))
    client.batch_write_row(request)

for call in (
    lambda: client.put_row("table", put, condition),
    lambda: client.delete_row("table", Row([("id", "a")]), condition),
    lambda: batch(PutRowItem(put, condition)),
    lambda: batch(UpdateRowItem(update, condition)),
    lambda: client.update_row("table", update, condition),
):
    try:
        call()
    except OTSServiceError as error:
        assert error.code == "OTSServerUnavailable"
PY

: >log
start_server python3 server.py 2>/dev/null
python3 client.py 2>/dev/null
expect "requests of five writes" "$(echo && uniq -c log | awk '{ print $1, $2 }')" "
3 /PutRow
3 /DeleteRow
6 /BatchWriteRow
1 /UpdateRow"
