#!/bin/bash
# With `extend: base.yaml`, an s.yaml does not see the variables of its .env file.
#
# Guess: `${env('NAME')}` finds what .env beside s.yaml says, whether or not the file extends another one.
# Truth: Serverless Devs fills in both files before it reads .env, so the variable is not found and the deployment ends
# with an error. Without `extend` the same file works.
# So: with `extend`, export the variable in the shell. A default, as in `${env('NAME', 'default')}`, avoids the error,
# but then the default is deployed.
. "$(dirname "$0")/lib.sh"

npm_packages @serverless-devs/parse-spec@0.0.29

echo 'NAME=of the file' >.env
echo 'vars: {region: cn-hangzhou}' >base.yaml
resource="resources: {f: {component: fc3, props: {description: \"\${env('NAME')}\"}}}"
printf '%s\n' 'edition: 3.0.0' 'name: app' 'access: default' "$resource" >alone.yaml
printf '%s\n' "extend: base.yaml" >extending.yaml
cat alone.yaml >>extending.yaml

cat >parse.js <<'JS'
const Spec = require('@serverless-devs/parse-spec').default;
const logger = new Proxy({}, { get: () => () => {} });
new Spec(process.argv[2], { argv: ['deploy'], logger })
  .start()
  .then(({ steps }) => console.log(steps[0].props.description))
  .catch(error => console.log(error.message.trim().split('\n').pop()));
JS

# The parser looks for keys in the home folder, where none are needed.
parsed() { HOME=$TEMP node parse.js "$1"; }
expect "alone" "$(parsed alone.yaml)" "of the file"
expect "with extend" "$(parsed extending.yaml)" "RuntimeError: env('NAME') not found"
