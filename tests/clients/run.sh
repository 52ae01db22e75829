#!/usr/bin/env bash
# Runs Slack's official Python and Node clients, unchanged, against `matoi workspace serve`.
#
#   tests/clients/run.sh [path to matoi]
#
# Installs slack_sdk and @slack/web-api into a temporary directory, so it needs python3, node, npm
# and the network. Prints "N passed, N failed" and exits 1 when anything failed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
matoi=${1:-}
if [ -z "$matoi" ]; then
  cargo build --quiet --manifest-path "$here/../../Cargo.toml"
  matoi=${CARGO_TARGET_DIR:-$here/../../target}/debug/matoi
fi
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  server=
}
trap 'stop; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check slack_sdk
(cd "$work" && npm install --silent --no-fund --no-audit @slack/web-api >/dev/null)
cp "$here/client.mjs" "$work/client.mjs"

# Each client gets a workspace of its own, with Slack's limits in force.
start() {
  "$matoi" workspace serve >"$work/said" &
  server=$!
  for _ in $(seq 100); do [ -s "$work/said" ] && return; sleep 0.05; done
  echo "the workspace did not start" >&2
  exit 1
}
: >"$work/results"
start
MATOI_SAID=$(cat "$work/said") "$work/venv/bin/python" "$here/client.py" | tee -a "$work/results" || true
stop
: >"$work/said"
start
MATOI_SAID=$(cat "$work/said") node "$work/client.mjs" | tee -a "$work/results" || true
stop

passed=$(grep -c '^pass ' "$work/results" || true)
failed=$(grep -c '^fail ' "$work/results" || true)
for client in slack_sdk web-api; do
  if ! grep -q "^end $client" "$work/results"; then
    echo "fail $client did not come to its end"
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
