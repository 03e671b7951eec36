#!/usr/bin/env bash
# Lint the page's scripts and hold them to one format, with Biome (npm install --global @biomejs/biome@2.3.8).
# Who does not have it goes on without; CI does not. `tools/scripts.sh --write` mends what can be mended.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v biome >/dev/null; then
  echo "The page's scripts were not linted: npm install --global @biomejs/biome@2.3.8"
  [ "${CI:-}" != true ]
  exit
fi
exec biome check --error-on-warnings "$@"
