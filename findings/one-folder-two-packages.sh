#!/bin/bash
# fun, Serverless Devs and the Python SDK make different packages of the same folder: only fun leaves out .git and .env.
#
# Guess: all leave out what never belongs to a function, such as `.git` and `.env`, and read an ignore file in the
# package's root only.
# Truth: fun always leaves out .git, .env and others, and ignores ignore files below the root. s leaves out nothing
# unless a .fcignore says so, and reads one in each folder. Both give `bootstrap` the run bits that it lacks on disk.
# The SDK, which packs what `codeDir` names, leaves out nothing and adds no run bits, so `bootstrap` cannot start.
# So: a project that moves from template.yml to s.yaml needs a .fcignore with at least `.git` and `.env` before its first
# deployment, and one that moves to the SDK a clean folder and `chmod +x bootstrap`.
# What fc-local packs is held by `every_case_of_the_table_is_packed_as_the_tools_pack_it` (project/pack/tests.rs).
. "$(dirname "$0")/lib.sh"

need unzip
npm_packages @alicloud/fun@3.6.24 @serverless-devs/zip@0.0.3-beta.8 @serverless-devs/ignore-walk@0.0.1
pip_packages aliyun-fc2==2.5.2

mkdir -p code/.git code/sub
touch code/bootstrap code/.git/HEAD code/.env code/sub/kept code/sub/local.tmp
chmod 644 code/bootstrap
printf '*.tmp\n' | tee code/sub/.funignore >code/sub/.fcignore

cat >pack.js <<'JS'
// Packs `code` as each of the two tools does.
const zip = require('@serverless-devs/zip').default;
const { isIgnored } = require('@alicloud/fun/lib/package/ignore');
const { packTo } = require('@alicloud/fun/lib/package/zip');
const logger = new Proxy({}, { get: () => () => {} });
(async () => {
  await packTo('code', await isIgnored('code', 'custom'), 'fun.zip');
  await zip({ codeUri: 'code', outputFilePath: '.', outputFileName: 's.zip', ignoreFiles: ['.fcignore'], logger });
})();
JS
node pack.js >/dev/null 2>&1
python3 -c 'from fc2.util import zip_dir; zip_dir("code", open("sdk.zip", "wb"))'

# The files of a zip with their modes, without the ignore files.
listed() { unzip -Z "$1" | awk '$1 ~ /^-/ { print $1, $NF }' | grep -v 'ignore$' | LC_ALL=C sort -k 2 | xargs; }
expect "what fun packs" "$(listed fun.zip)" \
    "-rwxr-xr-x bootstrap -rw-r--r-- sub/kept -rw-r--r-- sub/local.tmp"
expect "what s packs" "$(listed s.zip)" \
    "-rw-r--r-- .env -rw-r--r-- .git/HEAD -rwxr-xr-x bootstrap -rw-r--r-- sub/kept"
expect "what the SDK packs" "$(listed sdk.zip)" \
    "-rw-r--r-- .env -rw-r--r-- .git/HEAD -rw-r--r-- bootstrap -rw-r--r-- sub/kept -rw-r--r-- sub/local.tmp"
