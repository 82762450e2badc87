#!/bin/bash
# In Serverless Devs' .fcignore an exception for one file brings its whole folder back into the package.
#
# Guess: as in .gitignore, `data` followed by `!data/keep` packs nothing of `data`: you cannot bring a file of an
# ignored folder back.
# Truth: s packs `data/keep`, and every other file of `data` with it, as if the rule `data` were not there.
# So: write `data/*` and `!data/keep`; both git and s then keep `data/keep` alone.
# fc-local packs as s does: `every_case_of_the_table_is_packed_as_the_tools_pack_it` (project/pack/tests.rs).
. "$(dirname "$0")/lib.sh"

need git unzip
npm_packages @serverless-devs/zip@0.0.3-beta.8 @serverless-devs/ignore-walk@0.0.1

mkdir -p code/data
touch code/bootstrap code/data/keep code/data/large code/data/secret

cat >pack.js <<'JS'
const zip = require('@serverless-devs/zip').default;
const logger = new Proxy({}, { get: () => () => {} });
zip({ codeUri: 'code', outputFilePath: '.', outputFileName: 's.zip', ignoreFiles: ['.fcignore'], logger });
JS

git -C code init --quiet
sorted() { grep -v -e '^\.' -e '/$' | sort | xargs; }
# with RULES: what git keeps, and what s packs.
with() {
    printf '%s\n' "$@" | tee code/.gitignore >code/.fcignore
    node pack.js >/dev/null
    echo "git: $(git -C code ls-files --others --exclude-standard | sorted); s: $(unzip -Z1 s.zip | sorted)"
}

expect "data, !data/keep" "$(with data '!data/keep')" \
    "git: bootstrap; s: bootstrap data/keep data/large data/secret"
expect "data alone" "$(with data)" "git: bootstrap; s: bootstrap"
expect "data/*, !data/keep" "$(with 'data/*' '!data/keep')" "git: bootstrap data/keep; s: bootstrap data/keep"
