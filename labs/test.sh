#!/bin/sh
# The tests that need labs: bring the demo city up, test, leave it up for the next run.
# Usage: labs/test.sh VENV HOST [long]
#
# What happens to the demo city's lab happens one after another. Beside it runs the rest, one after
# another too, and is printed at the end: twins, labs of their own, deployments with faults, and
# whatever tries very many cases.
set -eu
venv=$1 host=$2 long=${3:-}
"$venv/bin/citynet" lab up -i inventory/demo --host "$host"
"$venv/bin/citynet" deploy -i inventory/demo
if [ -n "$long" ]; then
    exec "$venv/bin/pytest" -q -m "lab and long" -p no:cacheprovider
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
(
    status=0
    "$venv/bin/pytest" -q -m "twin and not campaign" -p no:cacheprovider || status=$?
    "$venv/bin/pytest" -q --durations=10 -m beside -p no:cacheprovider || status=$?
    "$venv/bin/pytest" -q -n 4 -m "campaign or thorough" -p no:cacheprovider || status=$?
    exit "$status"
) >"$log" 2>&1 &
others=$!
status=0
"$venv/bin/pytest" -q --durations=20 -m "lab and not long" -p no:cacheprovider || status=$?
echo "... the tests beside them"
wait "$others" || status=$?
cat "$log"
exit "$status"
