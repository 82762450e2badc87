#!/bin/sh
# Installs what package-lock.json pins, once: the real fun CLI, the SDK of FC 3.0, and Serverless Devs with its packer, about
# 300 MB.
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null; then
    echo "node and npm are missing, so the tests with the real fun CLI and the SDK of FC 3.0 are left out"
    exit 0
fi
# npm writes this file last, so a cut installation is begun anew.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund
    touch node_modules/.package-lock.json
fi
