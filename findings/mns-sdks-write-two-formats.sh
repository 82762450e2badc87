#!/bin/bash
# Of the two SDKs for Alibaba's message queue, one encodes each message in base64; the other does not even escape it for
# XML.
#
# Guess: what one SDK sends, the other one receives, because both belong to one service.
# Truth: Python's encodes each body in base64 by default, and decodes what it receives. Node's does neither, so its
# caller gets base64. Python's refuses what Node's sends or, if the length happens to fit, decodes it to some bytes
# without an error. Node's writes the body into its XML unescaped: `&amp;` in a text arrives as `&`, even from Node to
# Node.
# So: with both languages on a queue, call `set_encoding(False)` in Python, or use base64 in Node. With Node alone, send
# base64 if a text may contain `&` or `<`.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/mns@1.2.0
pip_packages aliyun-mns-sdk==1.3.0

cat >server.py <<'PY'
"""A queue that keeps one message, as it came."""
import http.server, re

class Queue(http.server.BaseHTTPRequestHandler):
    message = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Queue.message = re.search("<MessageBody>(.*)</MessageBody>", body, re.DOTALL)[1]
        self.answer(201, "MessageId", "MessageBodyMD5")

    def do_GET(self):
        self.answer(200, "DequeueCount", "EnqueueTime", "FirstDequeueTime", "MessageId", "MessageBodyMD5", "NextVisibleTime",
                    "ReceiptHandle", "Priority", more=f"<MessageBody>{self.message}</MessageBody>")

    def answer(self, status, *names, more=""):
        inside = "".join(f"<{name}>1</{name}>" for name in names) + more
        body = f'<?xml version="1.0"?><Message xmlns="http://mns.aliyuncs.com/doc/v1/">{inside}</Message>'.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Queue)
with open("port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PY

cat >queue.mjs <<'JS'
// Sends the argument, or receives when there is none.
import Mns from '@alicloud/mns';
const [text] = process.argv.slice(2);
const mns = new Mns('1', { endpoint: `http://127.0.0.1:${process.env.PORT}`, accessKeyID: 'id', accessKeySecret: 'secret' });
if (text) await mns.sendMessage('queue', { MessageBody: text });
else console.log((await mns.receiveMessage('queue')).body.MessageBody);
JS

cat >client.py <<'PY'
"""The same in Python."""
import os, sys
from mns.account import Account
from mns.queue import Message

queue = Account(f"http://127.0.0.1:{os.environ['PORT']}", "id", "secret").get_queue("queue")
if sys.argv[1:]:
    queue.send_message(Message(sys.argv[1]))
else:
    try:
        body = queue.receive_message().message_body
        try:
            print(body.decode())
        except UnicodeDecodeError:
            print(len(body), "other bytes")
    except Exception as error:
        print("raises", type(error).__name__)
PY

python="python3 client.py" node="node queue.mjs"
# passes SENDER RECEIVER TEXT: prints what the receiver makes of it.
passes() {
    # shellcheck disable=SC2086 # a program and its argument
    $1 "$3" && $2
}

start_server python3 server.py
expect "Python to Python" "$(passes "$python" "$python" '{"id":123456}')" '{"id":123456}'
expect "Python to Node" "$(passes "$python" "$node" '{"id":123456}')" eyJpZCI6MTIzNDU2fQ==
expect "Node to Python" "$(passes "$node" "$python" '{"id":12345}')" "raises Error"
expect "Node to Python, one digit more" "$(passes "$node" "$python" '{"id":123456}')" "6 other bytes"
expect "Node to Node" "$(passes "$node" "$node" '{"id":123456}')" '{"id":123456}'
expect "Node to Node, a piece of HTML" "$(passes "$node" "$node" '{"html":"salt &amp; pepper"}')" '{"html":"salt & pepper"}'
