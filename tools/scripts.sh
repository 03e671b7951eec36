#!/usr/bin/env bash
# The page's scripts: linted and held to one format by Biome, their types checked by TypeScript.
# Who does not have these goes on without; CI does not. `tools/scripts.sh --write` mends what Biome can mend.
set -euo pipefail
cd "$(dirname "$0")/.."
tsc=tests/system/made/node_modules/.bin/tsc

missing() { # WHAT HOW-TO-GET-IT
  echo "The page's scripts were not $1: $2"
  [ "${CI:-}" != true ]
}

if command -v biome >/dev/null; then biome check --error-on-warnings "$@"
else missing linted "npm install --global @biomejs/biome@2.3.8"; fi
if [ -x "$tsc" ]; then "$tsc" --project .
else missing "checked for types" "make tools"; fi
