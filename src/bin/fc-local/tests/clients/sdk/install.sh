#!/bin/sh
# Installs what the lock files pin, once: Alibaba's SDKs for Node and Python, about 150 MB.
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null; then
    echo "node and npm are missing, so the tests with the SDKs for Node are left out"
# npm writes this file last, so a cut installation is begun anew.
elif [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund
    touch node_modules/.package-lock.json
fi

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo "python3 or its venv is missing, so the tests with the SDKs for Python are left out"
elif [ ! venv/installed -nt requirements.txt ]; then
    python3 -m venv --clear venv
    venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
    touch venv/installed
fi
