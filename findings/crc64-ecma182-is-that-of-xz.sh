#!/bin/bash
# The checksum of a function's code that is named CRC-64/ECMA-182 is the one of xz.
#
# Guess: the package crc64-ecma182.js, with which Serverless Devs compares local code to what is deployed, computes what the
# catalogues of checksums list as CRC-64/ECMA-182: 6c40df5f0b497347 for the text 123456789.
# Truth: it computes what they list as CRC-64/XZ: the polynomial is the same, but bits go in and out mirrored and inverted.
# It gives 995dc9bbdf1939fa, in decimal, as `xz --check=crc64` does.
# So: a tool that computes a code's checksum with a library's "ECMA-182" sees a difference each time and uploads again.
# Use the library's XZ variant.
. "$(dirname "$0")/lib.sh"

need xz
npm_packages crc64-ecma182.js@2.0.2
xz --version | head -n 1

printf 123456789 >text
node -e 'console.log(BigInt(require("crc64-ecma182.js").crc64("123456789")).toString(16))' >package
node -e '
// The variant of the catalogues: not mirrored, begins with 0, not inverted.
const POLYNOMIAL = 0x42f0e1eba9ea3693n, MASK = (1n << 64n) - 1n;
let crc = 0n;
for (const byte of Buffer.from("123456789")) {
  crc ^= BigInt(byte) << 56n;
  for (let bit = 0; bit < 8; bit++) crc = ((crc << 1n) ^ (crc >> 63n ? POLYNOMIAL : 0n)) & MASK;
}
console.log(crc.toString(16));
' >catalogue
xz --keep --check=crc64 text

expect "crc64-ecma182.js" "$(cat package)" 995dc9bbdf1939fa
expect "CRC-64/ECMA-182 of the catalogues" "$(cat catalogue)" 6c40df5f0b497347
expect "the check of xz" "$(xz --robot --list --verbose --verbose text.xz | awk '$1 == "block" { print $11 }')" 995dc9bbdf1939fa
