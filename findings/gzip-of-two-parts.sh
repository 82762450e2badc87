#!/bin/bash
# curl, httpx and four libraries return only the first part of a gzip file that consists of two, and call this a success.
#
# Guess: two gzip files one after the other are a gzip file of both texts, as the standard has it and `gunzip` does; a reader
# that cannot do this reports an error.
# Truth: curl's `--compressed`, httpx, Python's zlib, npm's fflate, and for Rust libflate and flate2's `GzDecoder` return the
# first text without an error. Node's zlib, pako, fetch, requests, aiohttp, Python's gzip, flate2's `MultiGzDecoder` and ureq
# return both.
# So: logs that are appended, exported in pieces or packed in parallel are such files. A function that counts their lines
# counts too few, and a test with a small file passes. Test with `cat a.gz b.gz`. In Rust, use `MultiGzDecoder`.
. "$(dirname "$0")/lib.sh"

need cargo curl gzip
npm_packages fflate@0.8.3 pako@3.0.3
pip_packages aiohttp==3.14.5 httpx==0.28.1 requests==2.34.2
export CARGO_TARGET_DIR="$TEMP/target" CARGO_PROFILE_DEV_DEBUG=0
echo "packages: flate2 1.1.11, libflate 2.3.2, ureq 3.5.2, $(cargo --version), $(curl --version | head -n 1 | cut -d ' ' -f 1-2)"

{ echo one | gzip -n; echo two | gzip -n; } >logs.gz
expect "gunzip" "$(gunzip <logs.gz | xargs)" "one two"

cat >server.js <<'JS'
// The file, as a body that is encoded with gzip.
const body = require('fs').readFileSync('logs.gz');
const server = require('http').createServer((request, response) => {
  response.setHeader('Content-Encoding', 'gzip');
  response.end(body);
});
server.listen(0, '127.0.0.1', () => require('fs').writeFileSync('port', String(server.address().port)));
JS

cat >npm.js <<'JS'
// What Node and two packages read of the file, and what Node's fetch reads of the response.
const file = require('fs').readFileSync('logs.gz');
const fflate = require('fflate');
const show = (name, text) => console.log(`${name}: ${text.trim().replace('\n', ' ')}`);
(async () => {
  show('Node, zlib', require('zlib').gunzipSync(file).toString());
  show('Node, fetch', await (await fetch(process.argv[2])).text());
  show('pako', Buffer.from(require('pako').ungzip(file)).toString());
  show('fflate', fflate.strFromU8(fflate.gunzipSync(file)));
  process.exit();
})();
JS

cat >python.py <<'PY'
"""What Python reads of the file, and three clients of the response."""
import asyncio, gzip, sys, zlib
import aiohttp, httpx, requests

async def of_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as response:
        return await response.read()

def show(name, read):
    print(f"{name}: {' '.join(read.decode().split())}")

with open("logs.gz", "rb") as opened:
    file = opened.read()
show("Python, gzip", gzip.decompress(file))
show("Python, zlib", zlib.decompress(file, wbits=31))
show("aiohttp", asyncio.run(of_aiohttp()))
show("httpx", httpx.get(sys.argv[1]).content)
show("requests", requests.get(sys.argv[1]).content)
PY

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "parts"
version = "0.1.0"
edition = "2021"
[dependencies]
flate2 = "=1.1.11"
libflate = "=2.3.2"
ureq = { version = "=3.5.2", default-features = false, features = ["gzip"] }
TOML
cat >src/main.rs <<'RUST'
//! What three readers for Rust read of the file, and a client of the response.
use std::io::Read;

fn show(name: &str, mut reader: impl Read) {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    println!("{name}: {}", text.trim().replace('\n', " "));
}

fn main() {
    let file = std::fs::read("logs.gz").unwrap();
    show("flate2, GzDecoder", flate2::read::GzDecoder::new(&file[..]));
    show("flate2, MultiGzDecoder", flate2::read::MultiGzDecoder::new(&file[..]));
    show("libflate", libflate::gzip::Decoder::new(&file[..]).unwrap());
    let mut response = ureq::get(std::env::args().nth(1).unwrap()).call().unwrap();
    show("ureq", response.body_mut().as_reader());
}
RUST
cargo build --quiet

start_server node server.js
address=http://127.0.0.1:$PORT/
{
    echo "curl: $(curl --silent --fail --compressed "$address" | xargs)"
    node npm.js "$address"
    python3 python.py "$address"
    target/debug/parts "$address"
} >table
expect "what is read of two parts" "$(echo && cat table)" "
curl: one
Node, zlib: one two
Node, fetch: one two
pako: one two
fflate: one
Python, gzip: one two
Python, zlib: one
aiohttp: one two
httpx: one
requests: one two
flate2, GzDecoder: one
flate2, MultiGzDecoder: one two
libflate: one
ureq: one two"
