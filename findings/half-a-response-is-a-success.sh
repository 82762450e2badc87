#!/bin/bash
# Two HTTP clients for Rust and Python's usual copy loop treat a response that breaks off as complete.
#
# Guess: a response says how long it is, or which chunk is the last one, so each client reports an error when the connection
# ends before that.
# Truth: minreq 2 and 3 return what has arrived, with a length and in chunks; attohttpc does so with a length. In
# Python, `urlopen(...).read()` raises, but a loop over the lines of the same response just ends, and so does
# `shutil.copyfileobj` if there is a length. ureq, requests and `fetch` report an error each time.
# So: when the other side is killed in the middle (a function at its timeout, a redeployment, a full disk), a function
# stores half an object, or counts half of the lines, and reports success. Compare the size with the header
# Content-Length, or use a client that reports the error.
. "$(dirname "$0")/lib.sh"

need cargo node
pip_packages requests==2.32.3
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: minreq 2.14.1 and 3.0.0, attohttpc 0.31.0, ureq 3.5.2, $(cargo --version), node $(node --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "half"
version = "0.1.0"
edition = "2021"
[dependencies]
minreq2 = { package = "minreq", version = "=2.14.1" }
minreq3 = { package = "minreq", version = "=3.0.0", default-features = false }
attohttpc = { version = "=0.31.0", default-features = false }
ureq = { version = "=3.5.2", default-features = false }
TOML
cat >src/main.rs <<'RUST'
//! How many bytes each client returns of the address.
use std::fmt::Display;

fn show(client: &str, length: Result<usize, impl Display>) {
    println!("{client}: {}", length.map_or("error".to_owned(), |length| length.to_string()));
}

fn main() {
    let address = std::env::args().nth(1).unwrap();
    show("minreq 2", minreq2::get(&address).send().map(|response| response.as_bytes().len()));
    show("minreq 3", minreq3::get(&address).send().map(|response| response.as_bytes().len()));
    show("attohttpc", attohttpc::get(&address).send().and_then(|response| response.bytes()).map(|body| body.len()));
    show("ureq", ureq::get(&address).call().and_then(|mut response| response.body_mut().read_to_vec()).map(|body| body.len()));
}
RUST

cat >server.py <<'PY'
"""/length announces 2,000 bytes, /chunks begins with one chunk; both end after 1,000 bytes, in 10 lines."""
import socket, threading

half = (b"x" * 99 + b"\n") * 10

def answer(connection):
    if connection.recv(65536).startswith(b"GET /length "):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + half)
    else:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + half + b"\r\n")
    connection.close()

listener = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))
while True:
    threading.Thread(target=answer, args=[listener.accept()[0]]).start()
PY

cat >client.py <<'PY'
"""The same in three ways of Python's own client, and with requests."""
import io, shutil, sys
from urllib.request import urlopen
import requests

def copied(response):
    whole = io.BytesIO()
    shutil.copyfileobj(response, whole)
    return whole.getvalue()

for name, get in {
    "urlopen, read": lambda address: urlopen(address).read(),
    "urlopen, copyfileobj": lambda address: copied(urlopen(address)),
    "urlopen, lines": lambda address: b"".join(urlopen(address)),
    "requests": lambda address: requests.get(address).content,
}.items():
    try:
        print(f"{name}: {len(get(sys.argv[1]))}")
    except Exception:
        print(f"{name}: error")
PY

cat >client.mjs <<'JS'
const body = fetch(process.argv[2]).then((response) => response.arrayBuffer());
console.log(`fetch: ${await body.then((bytes) => bytes.byteLength, () => 'error')}`);
JS

cargo build --quiet
start_server python3 server.py
for path in length chunks; do
    address="http://127.0.0.1:$PORT/$path"
    { target/debug/half "$address" && python3 client.py "$address" && node client.mjs "$address"; } >"$path"
done
expect "bytes returned of 2,000 announced | of chunks, when 1,000 bytes came" \
    "$(echo && paste -d '|' length chunks | sed 's/|[^:]*: / | /')" "
minreq 2: 1000 | 1000
minreq 3: 1000 | 1000
attohttpc: 1000 | error
ureq: error | error
urlopen, read: error | error
urlopen, copyfileobj: 1000 | error
urlopen, lines: 1000 | 1000
requests: error | error
fetch: error | error"
