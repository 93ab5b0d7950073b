#!/bin/sh
# The tests that need the demo city's lab: bring it up, test, leave it up for the next run.
# Usage: labs/test.sh VENV HOST
set -eu
venv=$1 host=$2
"$venv/bin/citynet" lab up -i inventory/demo --host "$host"
"$venv/bin/citynet" deploy -i inventory/demo
# One worker for what shares that lab; the other for twins, and labs beside it.
"$venv/bin/pytest" -q -n 2 --dist loadgroup -m "(lab or twin) and not campaign" -p no:cacheprovider
"$venv/bin/pytest" -q -n 4 -m campaign -p no:cacheprovider  # they wait more than they work
