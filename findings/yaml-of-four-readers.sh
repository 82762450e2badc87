#!/bin/bash
# A template's plain values mean something else to each reader of YAML that Function Compute's users meet.
#
# Guess: the readers of YAML 1.1 agree with each other, and so do those of YAML 1.2: `fun` and PyYAML on one side,
# `s` and ruamel.yaml on the other.
# Truth: no two of the four agree. fun takes octal numbers and clock times as numbers, as YAML 1.1 has it, but `on` as
# text and 1e3 as a number, where PyYAML, of YAML 1.1 too, reads true and text. `s` and ruamel.yaml differ on 1_000.
# So: quote the values of variables. `OPENS: 19:59` deployed by fun reaches the function as 1199, by s as 19:59.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fun@3.6.24 js-yaml@3.15.2 @serverless-devs/utils@0.0.18
pip_packages pyyaml==6.0.2 ruamel.yaml==0.18.10

values=(0755 012 0o14 08 1_000 1e3 0b11 on 19:59 190:20:30)

cat >node.js <<'JS'
// Each value as JSON, as fun and s read it.
const fs = require('fs');
const { getTpl } = require('@alicloud/fun/lib/tpl');
const { getYamlContent } = require('@serverless-devs/utils');
(async () => {
  for (const value of process.argv.slice(2)) {
    fs.writeFileSync('one.yaml', `key: ${value}\n`);
    const read = [(await getTpl('one.yaml')).key, getYamlContent('one.yaml').key];
    console.log([value, ...read.map((one) => JSON.stringify(one))].join(' '));
  }
})();
JS

cat >python.py <<'PY'
"""Each value as JSON, as PyYAML and ruamel.yaml read it."""
import json, sys, yaml
from ruamel.yaml import YAML
for value in sys.argv[1:]:
    text = f"key: {value}\n"
    print(json.dumps(yaml.safe_load(text)["key"]), json.dumps(YAML(typ="safe").load(text)["key"]))
PY

paste -d ' ' <(node node.js "${values[@]}" 2>/dev/null) <(python3 python.py "${values[@]}") >seen
expect "value, fun, s, PyYAML, ruamel.yaml" "$(echo && cat seen)" '
0755 493 755 493 755
012 10 12 10 12
0o14 "0o14" 12 "0o14" 12
08 "08" 8 "08" 8
1_000 1000 "1_000" 1000 1000
1e3 1000 1000 "1e3" 1000.0
0b11 3 3 3 3
on "on" "on" true "on"
19:59 1199 "19:59" 1199 "19:59"
190:20:30 685230 "190:20:30" 685230 "190:20:30"'
