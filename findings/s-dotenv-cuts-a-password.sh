#!/bin/bash
# Serverless Devs cuts off a password in .env at its first `$`, even within single quotes, or at an unquoted `#`.
#
# Guess: `PASSWORD=pa$word` in .env reaches the function unchanged; at least in single quotes, as in a shell.
# Truth: whatever the quotes, s takes the text after `$` for the name of a variable, which is empty; and an unquoted `#`
# begins a comment, with or without a space before it. There is no warning. The .env of `fun` (dotenv 6) has neither
# rule.
# So: write a backslash before each `$` of a secret, and quotes around one with `#`. After the first deployment with s
# compare the variable's length.
. "$(dirname "$0")/lib.sh"

npm_packages @serverless-devs/parse-spec@0.0.29 dotenv@6.2.0

cat >.env <<'ENV'
DOLLAR=pa$word
QUOTED='pa$word'
ESCAPED=pa\$word
HASH=ab#cd
HASH_QUOTED='ab#cd'
ENV

cat >s.yaml <<'YAML'
edition: 3.0.0
name: app
access: default
resources:
  function:
    component: fc3
    props:
      environmentVariables:
        DOLLAR: ${env('DOLLAR')}
        QUOTED: ${env('QUOTED')}
        ESCAPED: ${env('ESCAPED')}
        HASH: ${env('HASH')}
        HASH_QUOTED: ${env('HASH_QUOTED')}
YAML

cat >parse.js <<'JS'
const { readFileSync } = require('fs');
const Spec = require('@serverless-devs/parse-spec').default;
const logger = new Proxy({}, { get: () => () => {} });
(async () => {
  const { steps } = await new Spec('s.yaml', { argv: ['deploy'], logger }).start();
  console.log(`s: ${JSON.stringify(steps[0].props.environmentVariables)}`);
  console.log(`dotenv 6: ${JSON.stringify(require('dotenv').parse(readFileSync('.env')))}`);
})();
JS

# The parser looks for keys in the home folder, where none are needed.
# shellcheck disable=SC2016 # These are the values, not names of the shell.
expect "what happens to .env" "$(echo && HOME=$TEMP node parse.js)" '
s: {"DOLLAR":"pa","QUOTED":"pa","ESCAPED":"pa$word","HASH":"ab","HASH_QUOTED":"ab#cd"}
dotenv 6: {"DOLLAR":"pa$word","QUOTED":"pa$word","ESCAPED":"pa\\$word","HASH":"ab#cd","HASH_QUOTED":"ab#cd"}'
