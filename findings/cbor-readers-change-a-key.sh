#!/bin/bash
# Five npm packages for CBOR read a Tablestore event's large key as a BigInt, a BigNumber or the neighbouring number.
#
# Guess: an event with a key of 64 bits is either read exactly or refused, and all packages agree about numbers that JavaScript
# can hold, such as the event's timestamps.
# Truth: cbor, cbor-x and cborg return a BigInt, borc its own BigNumber, and cbor-js rounds to an even number without a word.
# cbor-x returns a BigInt for the timestamp as well, only because it takes eight bytes in the event. `JSON.stringify` throws
# for an event with a BigInt in it, and so does a BigInt divided by 1000.
# So: a function that passes its event on, or logs it, works with the keys 1, 2 and 3 of a test and fails with the first key of
# an id generator; with cbor-js it updates another row. Test with the key 9007199254740993, and turn keys into text at once.
. "$(dirname "$0")/lib.sh"

npm_packages cbor@10.0.12 cbor-x@1.6.9 cborg@6.1.5 cbor-js@0.1.0 borc@3.0.0
pip_packages cbor2==5.7.1

cat >event.py <<'PY'
"""event.py KEY: an event of Tablestore with one row, in CBOR."""
import sys
import cbor2

row = {"Type": "PutRow", "Info": {"Timestamp": 1767323045000000}, "PrimaryKey": [{"ColumnName": "id", "Value": int(sys.argv[1])}]}
sys.stdout.buffer.write(cbor2.dumps({"Version": "Sync-v1", "Records": [row | {"Columns": []}]}))
PY

cat >read.mjs <<'JS'
// read.mjs FILE: what each package makes of the key and the timestamp, and whether the event can be written as JSON.
import { readFileSync } from 'node:fs';
const bytes = readFileSync(process.argv[2]);
const readers = {
  borc: ({ default: borc }) => borc.decode(bytes),
  cbor: ({ default: cbor }) => cbor.decodeFirstSync(bytes),
  'cbor-js': ({ default: cbor }) => cbor.decode(new Uint8Array(bytes).buffer),
  'cbor-x': ({ decode }) => decode(bytes),
  cborg: ({ decode }) => decode(bytes),
};
const shown = (value) => `${typeof value === 'object' ? value.constructor.name : typeof value} ${value}`;
for (const [name, read] of Object.entries(readers)) {
  const event = read(await import(name));
  const [{ PrimaryKey: [{ Value: key }], Info: { Timestamp: time } }] = event.Records;
  let json = 'JSON';
  try {
    JSON.stringify(event);
  } catch (error) {
    json = error.name;
  }
  console.log(`${name}: key ${shown(key)}, time ${typeof time}, ${json}`);
}
JS

python3 event.py 7 >small
python3 event.py 9007199254740993 >large
expect "the key 7" "$(echo && node read.mjs small)" "
borc: key number 7, time number, JSON
cbor: key number 7, time number, JSON
cbor-js: key number 7, time number, JSON
cbor-x: key number 7, time bigint, TypeError
cborg: key number 7, time number, JSON"
expect "the key 9007199254740993" "$(echo && node read.mjs large)" "
borc: key BigNumber 9007199254740993, time number, JSON
cbor: key bigint 9007199254740993, time number, TypeError
cbor-js: key number 9007199254740992, time number, JSON
cbor-x: key bigint 9007199254740993, time bigint, TypeError
cborg: key bigint 9007199254740993, time number, TypeError"
