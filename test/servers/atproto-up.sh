#!/usr/bin/env bash
# Installs a real PLC directory and a real PDS of the AT Protocol for the tests, outside the repository: they are 570
# packages, which nobody needs who only works on Headgate. Nothing is compiled, and no package's own script is run.
#
#   atproto-up.sh DIR   DIR is new or was made by this script. Does nothing where it is up to date. Prints DIR; set
#                       HEADGATE_TEST_ATPROTO to it, and the tests start the servers from there.
set -euo pipefail

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# = 1 ] || usage
dir=$(realpath -m -- "$1")
from=$(cd "$(dirname "$0")/atproto" && pwd)
mark="$dir/made-by-atproto-up"

if [ -n "$(ls -A "$dir" 2>/dev/null)" ] && [ ! -f "$mark" ]; then
  echo "atproto-up.sh: $dir is not empty, and not of this script: give a new folder" >&2
  exit 1
fi
mkdir -p "$dir"
wanted=$(cat "$from/package.json" "$from/package-lock.json" "$from/.npmrc" | sha256sum)
touch "$mark"
cp "$from"/*.js "$from"/*.json "$from/.npmrc" "$dir"
if [ "$(cat "$mark")" != "$wanted" ]; then
  : > "$mark"
  (cd "$dir" && npm ci) >&2
  echo "$wanted" > "$mark"
fi
echo "$dir"
