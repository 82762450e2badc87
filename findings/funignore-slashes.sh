#!/bin/bash
# In fun's .funignore a slash at either end of a rule means nothing, while in .gitignore it does.
#
# Guess: .funignore has gitignore's rules: `/conf` is the one in the package's root, and `build/` is a folder.
# Truth: fun cuts these slashes off before the rules reach the library that matches them. `/conf` leaves out each `conf`
# at any depth, `/*.txt` each text file, and `build/` a file of that name as well.
# So: a rule that was copied from .gitignore can take files out of the package that the function needs. To anchor a rule
# write a slash in its middle, as in `conf/*`.
# fc-local packs as fun does: `every_case_of_the_table_is_packed_as_the_tools_pack_it` (project/pack/tests.rs).
. "$(dirname "$0")/lib.sh"

need git
npm_packages @alicloud/fun@3.6.24

mkdir -p code/conf code/src/conf code/build
touch code/bootstrap code/conf/a code/src/conf/a code/a.txt code/src/a.txt code/build/out code/src/build
printf '/conf\n/*.txt\nbuild/\n' | tee code/.gitignore >code/.funignore

cat >packed.js <<'JS'
// The files that fun packs, one a line.
const fs = require('fs');
const { isIgnored } = require('@alicloud/fun/lib/package/ignore');
(async () => {
  const ignored = await isIgnored('code', 'custom');
  (function list(folder) {
    for (const name of fs.readdirSync(folder)) {
      const path = `${folder}/${name}`;
      if (ignored(path)) continue;
      fs.statSync(path).isDirectory() ? list(path) : console.log(path.slice('code/'.length));
    }
  })('code');
})();
JS

git -C code init --quiet
sorted() { grep -v '^\.' | sort | xargs; }
expect "what git keeps" "$(git -C code ls-files --others --exclude-standard | sorted)" "bootstrap src/a.txt src/build src/conf/a"
expect "what fun packs" "$(node packed.js 2>/dev/null | sorted)" "bootstrap"
