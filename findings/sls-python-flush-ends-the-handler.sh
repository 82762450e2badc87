#!/bin/bash
# After the first `flush()` the logging handler of Log Service's Python SDK sends nothing any more, and nothing is said.
#
# Guess: `flush()` waits until what was logged so far is sent, as with each handler of Python's logging.
# Truth: `flush()` of `QueuedLogHandler` ends the thread that sends. Later lines are put into the queue, which takes 40,960
# of them without an error, and are dropped when the process ends.
# So: a function must send its lines before it returns, since the instance is frozen then, and `flush()` at the end of each
# event is what one writes. The first event of an instance is logged, all others are not. Use `SimpleLogHandler`, which sends
# each line at once, or collect the lines of an event and call `put_logs`.
. "$(dirname "$0")/lib.sh"

pip_packages aliyun-log-python-sdk==0.9.52

cat >server.py <<'PY'
"""Takes logs, and writes each line's text into `lines`."""
import http.server
from aliyun.log.compress import Compressor, CompressType
from aliyun.log.proto import LogGroup

class Logs(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = CompressType.from_nullable_str(self.headers["x-log-compresstype"])
        body = Compressor.decompress(body, int(self.headers["x-log-bodyrawsize"]), kind)
        group = LogGroup()
        group.ParseFromString(body)
        with open("lines", "a") as lines:
            for log in group.Logs:
                lines.write("".join(content.Value + "\n" for content in log.Contents if content.Key == "message"))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Logs)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >function.py <<'PY'
"""function.py HANDLER [flush]: three events, each of which logs a line."""
import logging, os, socket, sys
from aliyun.log import QueuedLogHandler, SimpleLogHandler

# The project's name is put before the endpoint, and no machine need know it.
ask = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: ask("127.0.0.1", *more, **named)

kinds = {"queued": QueuedLogHandler, "simple": SimpleLogHandler}
handler = kinds[sys.argv[1]](f"localhost:{os.environ['PORT']}", "id", "secret", "project", "store")
logger = logging.getLogger("function")
logger.propagate = False
logger.addHandler(handler)
for event in 1, 2, 3:
    logger.warning(f"event{event}")
    if sys.argv[2:]:
        handler.flush()
PY

start_server python3 server.py
for words in "queued" "queued flush" "simple flush"; do
    : >lines
    # shellcheck disable=SC2086 # words of a command
    python3 function.py $words 2>errors
    echo "$words: $(xargs <lines), errors: $(grep -c Traceback errors)"
done >table
expect "lines that arrive of three events" "$(echo && cat table)" "
queued: event1 event2 event3, errors: 0
queued flush: event1, errors: 0
simple flush: event1 event2 event3, errors: 0"
