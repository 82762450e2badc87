#!/bin/bash
# The ignore files of both deploy tools treat upper and lower case as the same, on Linux too.
#
# Guess: as .gitignore on Linux: the rule `Data` leaves `data/` alone.
# Truth: .funignore of `fun` and .fcignore of Serverless Devs leave out `data/` and `DATA/` as well; git keeps both.
# So: `Lib` or `Makefile` in an ignore file can take `lib/` or `makefile` out of the package. git's list of tracked
# files does not show this, so list the package.
# fc-local packs as both do: `every_case_of_the_table_is_packed_as_the_tools_pack_it` (project/pack/tests.rs).
. "$(dirname "$0")/lib.sh"

need git unzip
npm_packages @alicloud/fun@3.6.24 @serverless-devs/zip@0.0.3-beta.8 @serverless-devs/ignore-walk@0.0.1

mkdir -p code/data code/DATA code/Data
touch code/bootstrap code/data/a code/DATA/b code/Data/c
printf 'Data\n' | tee code/.gitignore code/.funignore >code/.fcignore

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

git -C code init --quiet
sorted() { grep -v -e '^\.' -e '/$' | sort | xargs; }
expect "what git keeps" "$(git -C code ls-files --others --exclude-standard | sorted)" "DATA/b bootstrap data/a"
expect "what fun packs" "$(unzip -Z1 fun.zip | sorted)" "bootstrap"
expect "what s packs" "$(unzip -Z1 s.zip | sorted)" "bootstrap"
