#!/bin/sh
# The tests that need labs: bring the demo city up, test, leave it up for the next run.
# Usage: labs/test.sh VENV HOST
#
# What shares that lab runs one after another. What does not, twins and labs of their own, runs
# beside it, and is printed at the end.
set -eu
venv=$1 host=$2
"$venv/bin/citynet" lab up -i inventory/demo --host "$host"
"$venv/bin/citynet" deploy -i inventory/demo

log=$(mktemp)
trap 'rm -f "$log"' EXIT
(
    "$venv/bin/pytest" -q -m "(twin or beside) and not campaign" -p no:cacheprovider
    "$venv/bin/pytest" -q -n 4 -m campaign -p no:cacheprovider  # they wait more than they work
) >"$log" 2>&1 &
beside=$!
status=0
"$venv/bin/pytest" -q -m lab -p no:cacheprovider || status=$?
echo "... the tests beside these go on"
wait "$beside" || status=$?
cat "$log"
exit "$status"
