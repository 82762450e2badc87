#!/bin/bash
# An unquoted date in s.yaml reaches the function as an empty object, without a warning.
#
# Guess: `SINCE: 2026-01-01` is text, as in YAML 1.2, or at worst a date printed in full.
# Truth: Serverless Devs reads it as a date, and its next step, which copies the tree and fills in ${...}, copies each
# field of an object. A date has no fields, so {} is left of the variable. `fun` refuses such a variable instead.
# So: quote dates in s.yaml, also those in `vars`.
# fc-local refuses such a variable: `variables_are_the_text_that_fun_makes_of_them` (project/template/tests.rs).
. "$(dirname "$0")/lib.sh"

npm_packages @serverless-devs/parse-spec@0.0.29

cat >s.yaml <<'YAML'
edition: 3.0.0
name: app
access: default
vars:
  day: 2026-01-01
resources:
  function:
    component: fc3
    props:
      environmentVariables:
        PLAIN: 2026-01-01
        MOMENT: 2026-01-01T10:00:00Z
        FROM_VARS: ${vars.day}
        QUOTED: "2026-01-01"
YAML

cat >parse.js <<'JS'
const Spec = require('@serverless-devs/parse-spec').default;
const logger = new Proxy({}, { get: () => () => {} });
(async () => {
  const { steps } = await new Spec('s.yaml', { argv: ['deploy'], logger }).start();
  console.log(JSON.stringify(steps[0].props.environmentVariables));
})();
JS

# The parser looks for keys in the home folder, where none are needed.
expect "variables that s would deploy" "$(HOME=$TEMP node parse.js)" \
    '{"PLAIN":{},"MOMENT":{},"FROM_VARS":{},"QUOTED":"2026-01-01"}'
