#!/bin/sh
# Deploys template.yml with `fun`, after looking at what would go wrong: `sh musl/deploy.sh`, from the project's folder.
set -eu

fail() {
    echo "make deploy: $1" >&2
    exit 1
}

sh "$(dirname "$0")/check-package.sh" pkg/bootstrap || exit 1
[ "${FC:-cloud}" != local ] || exec sh "$(dirname "$0")/../tests/fun/local.sh" deploy
command -v fun >/dev/null ||
    fail "fun is missing: run 'npm install --global --ignore-scripts @alicloud/fun@3.6.24'"
# The environment, a .env file and the file that `fun config` writes are where fun looks.
in_environment=${ACCOUNT_ID:+x}${ACCESS_KEY_ID:+x}${ACCESS_KEY_SECRET:+x}
if [ "$in_environment" != xxx ] && [ ! -f .env ] && [ ! -f "${HOME:-}/.fcli/config.yaml" ]; then
    fail "fun is not configured: run 'fun config', or set ACCOUNT_ID, REGION, ACCESS_KEY_ID and ACCESS_KEY_SECRET"
fi
# The template is named, because fun would rather take a packaged one that an earlier `fun package` left.
exec fun deploy -y -t template.yml </dev/null
