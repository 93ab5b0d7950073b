#!/bin/sh
# The tests that need labs: bring the demo city up, test, leave it up for the next run.
# Usage: labs/test.sh VENV HOST [labs|all|long [WORKER]]     all: what needs no lab as well
#
# Two workers, for two cores. The first brings the demo city up and takes the tests in it, one file
# after another. The second does what needs no lab, then twins, labs of their own, deployments with
# faults and very many cases; the first helps it with labs of their own in its turn. With
# CITYNET_LABS=2 (more memory, and a machine that carries two) it brings a second demo city up and
# helps the first as well. A file is taken once. What a worker did is printed when it is done.
set -eu
venv=${1:?the virtual environment} host=${2:?a lab host, such as auto} what=${3-labs}
case ${CITYNET_LABS=1} in
[1-9]) ;;
*)
    echo "CITYNET_LABS is '$CITYNET_LABS', expected 1 or 2; unset it for one" >&2
    exit 1
    ;;
esac
case ${CITYNET_TESTS=$(mktemp -d)} in
*[![:space:]]*) ;;
*)
    echo "CITYNET_TESTS is set and empty, expected a folder; unset it for a new one" >&2
    exit 1
    ;;
esac
work=$CITYNET_TESTS
second=$work/second
export CITYNET_HOST="$host" CITYNET_TESTS="$work" CITYNET_TALLY="$work/tally"

case $what in
    long) lab="lab and long" beside="beside and long" ;;
    *) lab="lab and not long" beside="beside and not long" ;;
esac

run_pytest() {
    "$venv/bin/pytest" -q -p no:cacheprovider --retry "$@"
}

say() {
    printf '== %s %s\n' "$(date +%H:%M:%S)" "$*"
}

# one NAME COMMAND...: do it, show what it said and how long it took, remember if it failed
one() {
    name=$1 begin=$(date +%s) status=0
    shift
    say "$name begins"
    "$@" >"$work/logs/$name" 2>&1 </dev/null || status=$?
    [ "$status" = 0 ] || echo "$name: exit $status" >>"$work/failed"
    took=$(($(date +%s) - begin))
    printf '%6d s  %s, exit %s\n' "$took" "$name" "$status" >>"$work/times"
    {
        say "$name: exit $status after $took s"
        cat "$work/logs/$name"
    } >"$work/logs/$name.shown"
    cat "$work/logs/$name.shown"
    return "$status"
}

tests() {
    name=$1
    shift
    one "$name" run_pytest --junitxml="out/tests/$name.xml" "$@" || true
}

# files KIND MARKS: the files that have such tests, those with most of them first, as things to take
files() {
    found=$work/$1.found status=0
    run_pytest --collect-only -m "$2" >"$found" 2>&1 || status=$?
    if [ "$status" != 0 ] && [ "$status" != 5 ]; then # 5: there are none
        cat "$found" >&2
        return 1
    fi
    sed -n 's/^\([^ ]*\.py\)::.*/\1/p' "$found" | sort | uniq -c | sort -rn |
        while read -r count file; do
            name=$(printf '%05d' $((99999 - count)))-$(printf '%s' "${file%.py}" | tr / .)
            printf '%s\n' "$file" >"$work/$1/$name"
        done
}

# take KIND MARKS: test one file after another until none is left
take() {
    for each in "$work/$1"/*; do
        [ -e "$each" ] || continue
        mv "$each" "$work/taken/" 2>/dev/null || continue
        name=$(basename "$each")
        tests "${name#*-}" --durations=5 -m "$2" "$(cat "$work/taken/$name")"
    done
}

up() {
    "$venv/bin/citynet" lab up -i inventory/demo --host "$host" &&
        "$venv/bin/citynet" deploy -i inventory/demo
}

slow() {
    CITYNET_SLOW=$("$venv/bin/python" -m tests.speed)
    export CITYNET_SLOW
}

first() {
    if ! one lab-up up; then
        touch "$work/no-lab"
        return
    fi
    touch "$work/lab-is-up"
    slow
    take lab "$lab"
    take beside "$beside"
}

# Labs of their own are looked at beside the demo city's, which is up by then.
wait_for_lab() {
    until [ -e "$work/lab-is-up" ]; do
        [ ! -e "$work/no-lab" ] || return 1
        sleep 1
    done
}

helps() {
    wait_for_lab || return 0
    take beside "$beside"
    [ "$CITYNET_LABS" -gt 1 ] || return 0
    # Two labs of one name need two machines: VMs are.
    "$venv/bin/citynet" lab status -i inventory/demo --json | grep -q '"host": "vm"' || return 0
    [ "$(find "$work/lab" -type f | wc -l)" -gt 1 ] || return 0
    export XDG_STATE_HOME="$second"
    one second-lab-up up || return 0
    slow
    take lab "$lab"
    "$venv/bin/citynet" lab down -i inventory/demo >/dev/null || true
}

other() {
    if [ "$what" = all ]; then
        one check "${MAKE:-make}" check || true
    fi
    if [ "$what" != long ]; then
        tests twin -m "twin and not campaign"
        tests campaign -n 4 -m "campaign or thorough"
    fi
    helps
}

case ${4:-} in
    first) first && exit ;;
    other) other && exit ;;
esac

workers=''
# finish: end what still runs, take the second lab down; the exit status stays as it is
finish() {
    status=$?
    trap - EXIT INT TERM
    for each in $workers; do
        kill -INT "-$each" 2>/dev/null && wait "$each" || true
    done
    if [ -d "$second" ]; then
        XDG_STATE_HOME=$second "$venv/bin/citynet" lab down -i inventory/demo >/dev/null 2>&1 || true
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$CITYNET_TALLY" "$work/lab" "$work/beside" "$work/taken" "$work/logs" out/tests
"$venv/bin/python" -m tests.speed >/dev/null
files lab "$lab"
files beside "$beside"
# A worker and all it starts is one group that hears Ctrl-C from here, once, and tidies up.
for each in first other; do
    setsid env --default-signal=INT sh "$0" "$venv" "$host" "$what" "$each" &
    workers="$workers $!"
done
for each in $workers; do
    wait "$each" || echo "a worker: exit $?" >>"$work/failed"
done
workers=''

say "how long it took"
cat "$work/times" 2>/dev/null || true
status=0
"$venv/bin/python" -m tests.tally "$CITYNET_TALLY" >"$work/summary" || status=1
if [ -e "$work/failed" ]; then
    status=1
    printf 'failed: %s\n' "$(paste -sd ';' "$work/failed")"
fi
cat "$work/summary"
exit "$status"
