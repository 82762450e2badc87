#!/bin/bash
# A package made by Serverless Devs, or by any tool on npm's archiver, cannot be unpacked by Rust's zip crate while it
# arrives.
#
# Guess: read_zipfile_from_stream unpacks every ordinary zip, entry by entry, as Node's unzipper does.
# Truth: archiver writes an entry's length after its data, as a tool that streams must, and the crate then refuses the
# first entry. It can read the same bytes from a file, and what Info-ZIP has packed from a stream.
# So: a function that unpacks uploads while it reads them from a bucket may work with the files of its tests and refuse
# those of its users. Store the object in /tmp first, or use another reader.
. "$(dirname "$0")/lib.sh"

need cargo zip
npm_packages @serverless-devs/zip@0.0.3-beta.8 @serverless-devs/ignore-walk@0.0.1 unzipper@0.12.3
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: zip 9.8.2, $(cargo --version)"

mkdir -p code src
echo one >code/bootstrap
echo two >code/prices.csv
(cd code && zip -q ../info-zip.zip bootstrap prices.csv)
node -e '
const zip = require("@serverless-devs/zip").default;
const logger = new Proxy({}, { get: () => () => {} });
zip({ codeUri: "code", outputFilePath: ".", outputFileName: "s.zip", ignoreFiles: [], logger });
' >/dev/null

cat >Cargo.toml <<'TOML'
[package]
name = "unpack"
version = "0.1.0"
edition = "2021"
[dependencies]
zip = { version = "=9.8.2", default-features = false, features = ["deflate"] }
TOML
cat >src/main.rs <<'RUST'
//! Prints how many entries of a package can be read from the file, and what happens to it as a stream.
use std::fs::File;
use std::io::{copy, sink};
use zip::result::ZipResult;

fn from_a_file(path: &str) -> ZipResult<usize> {
    let mut archive = zip::ZipArchive::new(File::open(path)?)?;
    for index in 0..archive.len() {
        copy(&mut archive.by_index(index)?, &mut sink())?;
    }
    Ok(archive.len())
}

fn from_a_stream(path: &str) -> ZipResult<usize> {
    let (mut stream, mut count) = (File::open(path)?, 0);
    while let Some(mut entry) = zip::read::read_zipfile_from_stream(&mut stream)? {
        copy(&mut entry, &mut sink())?;
        count += 1;
    }
    Ok(count)
}

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let stream = from_a_stream(&path).map_or_else(|error| error.to_string(), |count| count.to_string());
    println!("file {}, stream {stream}", from_a_file(&path).unwrap());
}
RUST
cargo build --quiet

cat >unzipper.js <<'JS'
// How many entries npm's unzipper reads from a stream.
const stream = require('fs').createReadStream(process.argv[2]).pipe(require('unzipper').Parse({ forceStream: true }));
(async () => {
  let count = 0;
  for await (const entry of stream) {
    await entry.buffer();
    count++;
  }
  console.log(count);
})();
JS

expect "package of Info-ZIP" "$(target/debug/unpack info-zip.zip)" "file 2, stream 2"
expect "package of s" "$(target/debug/unpack s.zip)" \
    "file 2, stream unsupported Zip archive: The file length is not available in the local header"
expect "package of s, unzipper" "$(node unzipper.js s.zip)" 2
