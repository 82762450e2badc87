#!/bin/bash
# Once one of fun's modules is loaded, Node can no longer read standard input synchronously.
#
# Guess: fs.readFileSync(0) reads standard input to its end, whatever else a program has loaded.
# Truth: it fails with EAGAIN when the pipe is empty at that moment, once any code has touched `process.stdin`, because
# that puts the pipe into non-blocking mode. fun's packer does so when it is loaded. With a file, or with a writer that
# was faster, reading works, so a test passes and a pipe from a slow command fails.
# So: if a script loads such tools and reads an event from a pipe, let it read the stream:
# `for await (const part of process.stdin)`.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fun@3.6.24

# Both write the file `loaded` right before they read.
cat >sync.js <<'JS'
const fs = require('fs');
if (process.argv[2]) require(process.argv[2]);
fs.writeFileSync('loaded', '');
try {
  console.log(fs.readFileSync(0, 'utf8').trim());
} catch (error) {
  console.log(error.code);
}
JS
cat >stream.mjs <<'JS'
import fs from 'fs';
await import('@alicloud/fun/lib/package/zip.js');
fs.writeFileSync('loaded', '');
let text = '';
for await (const part of process.stdin) text += part;
console.log(text.trim());
JS

# later: a command that writes a line when the reader has waited for it for a second, or has given up.
later() {
    rm -f loaded
    until [ -e loaded ]; do sleep 0.1; done
    sleep 1
    echo event
}
echo event >file
expect "nothing loaded, a pipe" "$(later | node sync.js 2>/dev/null)" event
expect "fun's packer loaded, a file" "$(node sync.js @alicloud/fun/lib/package/zip <file 2>/dev/null)" event
expect "fun's packer loaded, a pipe" "$( (later || true) | node sync.js @alicloud/fun/lib/package/zip 2>/dev/null)" EAGAIN
expect "fun's packer loaded, the stream of a pipe" "$(later | node stream.mjs 2>/dev/null)" event
