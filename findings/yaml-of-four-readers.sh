#!/bin/bash
# The plain values of a template mean different things to the YAML readers that users of Function Compute meet.
#
# Guess: readers of the same YAML version agree: `fun` and PyYAML (1.1), `s` and ruamel.yaml (1.2). And the library that
# `s` publishes for reading its files agrees with `s`.
# Truth: fun reads octal numbers and clock times as numbers, as in YAML 1.1, but `on` as text and 1e3 as a number, where
# PyYAML, also for YAML 1.1, reads true and text. `s` and ruamel.yaml, both for YAML 1.2, do agree. The library of `s`
# disagrees with `s`, which has an older js-yaml built in: 1_000 is a number for the program and text for the library.
# So: quote the values of variables. `OPENS: 19:59` deployed by fun reaches the function as 1199, by s as 19:59. And ask the
# program what it reads, not its library.
# fc-local reads as the tool whose file it is: `every_case_of_the_table_is_read_as_the_tools_read_it` (project/yaml/tests.rs).
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fun@3.6.24 js-yaml@3.15.2 @serverless-devs/s@3.1.10 @serverless-devs/utils@0.0.18
pip_packages pyyaml==6.0.2 ruamel.yaml==0.18.10

values=(0755 012 0o14 08 1_000 1e3 0b11 on 19:59 190:20:30)

cat >fun.js <<'JS'
// Each value as JSON, as fun reads it.
const fs = require('fs');
const { getTpl } = require('@alicloud/fun/lib/tpl');
(async () => {
  for (const value of process.argv.slice(2)) {
    fs.writeFileSync('one.yaml', `key: ${value}\n`);
    console.log(value, JSON.stringify((await getTpl('one.yaml')).key));
  }
})();
JS

# What `s` hands to a component, which prints it.
mkdir component
cat >component/index.js <<'JS'
module.exports = class {
  async show({ props }) {
    for (const value of props.values) console.log('value', JSON.stringify(value));
  }
};
JS
echo '{"name":"component","version":"1.0.0","main":"index.js"}' >component/package.json
printf 'Type: Component\nName: component\nVersion: 1.0.0\n' >component/publish.yaml
printf 'edition: 3.0.0\nname: app\naccess: default\nresources:\n  one:\n    component: ./component\n    props:\n      values:\n' >s.yaml
printf '        - %s\n' "${values[@]}" >>s.yaml
s_reads() {
    HOME=$TEMP serverless_devs_analysis=disable node node_modules/@serverless-devs/s/bin/s one show </dev/null | sed -n 's/^value //p'
}

cat >python.py <<'PY'
"""Each value as JSON, as PyYAML and ruamel.yaml read it."""
import json, sys, yaml
from ruamel.yaml import YAML
for value in sys.argv[1:]:
    text = f"key: {value}\n"
    print(json.dumps(yaml.safe_load(text)["key"]), json.dumps(YAML(typ="safe").load(text)["key"]))
PY

paste -d ' ' <(node fun.js "${values[@]}" 2>/dev/null) <(s_reads) <(python3 python.py "${values[@]}") >seen
expect "value, fun, s, PyYAML, ruamel.yaml" "$(echo && cat seen)" '
0755 493 755 493 755
012 10 12 10 12
0o14 "0o14" 12 "0o14" 12
08 "08" 8 "08" 8
1_000 1000 1000 1000 1000
1e3 1000 1000 "1e3" 1000.0
0b11 3 3 3 3
on "on" "on" true "on"
19:59 1199 "19:59" 1199 "19:59"
190:20:30 685230 "190:20:30" 685230 "190:20:30"'

library_reads() {
    echo "key: $1" >one.yaml
    node -e 'console.log(JSON.stringify(require("@serverless-devs/utils").getYamlContent("one.yaml").key))'
}
expect "1_000 for the library of s" "$(library_reads 1_000)" '"1_000"'
