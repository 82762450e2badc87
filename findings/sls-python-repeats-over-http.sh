#!/bin/bash
# If no response comes, the Python SDK of Log Service sends logs ten times over http, but once over https.
#
# Guess: a write that timed out is either repeated or not, whatever the scheme, and a log line is not worth many tries.
# Truth: the SDK repeats a request if its error contains the text `httpconnectionpool`. With https, the same error
# begins with `HTTPSConnectionPool`, which does not contain that text. An endpoint without a scheme uses http. Each
# attempt waits for 120 s.
# So: if Log Service is slow, a function in Python waits twenty minutes for a line of its log, and lines that did arrive
# are there ten times. With `https://` before the endpoint, it gets the error after two minutes. Set `client.timeout`
# (in seconds) to what an event can spare.
. "$(dirname "$0")/lib.sh"

pip_packages aliyun-log-python-sdk==0.9.52 requests==2.34.2 urllib3==2.8.0 trustme==1.2.1

cat >server.py <<'PY'
"""Takes requests and answers none; a line in `log` for each. With `https` over TLS, with a certificate of `authority.pem`."""
import socket, ssl, sys, threading
import trustme

listener = socket.create_server(("127.0.0.1", 0))
if sys.argv[1] == "https":
    authority = trustme.CA()
    authority.cert_pem.write_to_path("authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("project.localhost").configure_cert(context)
    listener = context.wrap_socket(listener, server_side=True)
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))

def take(connection):
    if connection.recv(65536).startswith(b"POST"):
        with open("log", "a") as log:
            log.write("POST\n")
        while connection.recv(65536):
            pass

while True:
    threading.Thread(target=take, args=[listener.accept()[0]], daemon=True).start()
PY

cat >client.py <<'PY'
"""Sends a line over the scheme given, and says what becomes of the call."""
import os, socket, sys
from aliyun.log import LogClient, LogException, LogItem, PutLogsRequest

# The project's name is put before the endpoint, and no machine need know it.
ask = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: ask("127.0.0.1", *more, **named)

client = LogClient(f"{sys.argv[1]}localhost:{os.environ['PORT']}", "id", "secret", source="127.0.0.2")
client.timeout = 0.3
try:
    client.put_logs(PutLogsRequest("project", "store", "", "", [LogItem(contents=[("line", "paid")])]))
except LogException as error:
    print(error.get_error_code(), "after", end=" ")
PY

export REQUESTS_CA_BUNDLE="$TEMP/authority.pem"
for scheme in "" https://; do
    : >log
    start_server python3 server.py "${scheme%://}"
    expect "endpoint ${scheme}localhost" "$(python3 client.py "$scheme" && wc -l <log)" \
        "LogRequestError after $([ "$scheme" = https:// ] && echo 1 || echo 10)"
    stop_server
done
