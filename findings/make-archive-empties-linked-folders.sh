#!/bin/bash
# Python's shutil.make_archive packs a folder that is a symbolic link as an empty folder.
#
# Guess: it packs either the link or what the link leads to; zip and Python's own `python3 -m zipfile` do the latter,
# and npm's archiver, which `fun` and `s` use, the former.
# Truth: the folder is in the package and nothing is in it, without a warning, while a link to a file is followed.
# So: a function that shares a folder through a link starts, and fails when it opens the first file in it. Pack with a
# tool that follows links or keeps them, and check the list of packed files.
. "$(dirname "$0")/lib.sh"

need zip unzip
npm_packages archiver@7.0.1
python3 --version
zip --version | sed -n '2s/,.*//p'

mkdir -p common code
touch common/prices.csv code/handler
ln -s ../common code/data
ln -s handler code/alias

python3 -c 'import shutil; shutil.make_archive("make_archive", "zip", "code")'
(cd code && python3 -m zipfile -c ../zipfile.zip alias data handler && zip -q -r ../zip.zip .)
node -e '
const archive = require("archiver")("zip");
archive.pipe(require("fs").createWriteStream("archiver.zip"));
archive.directory("code", false).finalize();
'

# Type and name of each entry.
listed() { unzip -Z "$1" | grep -E '^[-dl][rwx-]{9}' | awk '{ print substr($1, 1, 1) $NF }' | LC_ALL=C sort | xargs; }
expect "shutil.make_archive" "$(listed make_archive.zip)" "-alias -handler ddata/"
expect "python3 -m zipfile" "$(listed zipfile.zip)" "-alias -data/prices.csv -handler ddata/"
expect "zip -r" "$(listed zip.zip)" "-alias -data/prices.csv -handler ddata/"
expect "archiver" "$(listed archiver.zip)" "-handler lalias ldata"
