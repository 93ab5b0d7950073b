#!/bin/sh
# One transaction over routers and twins of several vendors, and one that is broken on purpose.
# Usage: labs/vendors.sh CITYNET HOST
#
# The vendors' YANG models are theirs and not in this repository: CITYNET_YANG names the folder
# that has them (docs/yang.md says which, and how to get them).
set -eu
citynet=$1 host=$2
inventory=inventory/vendors
victim=otn-south
start=$(date +%s)

if [ -z "${CITYNET_YANG:-}" ] && [ -d ../shared/yang ]; then
    CITYNET_YANG=$(cd ../shared/yang && pwd)
    export CITYNET_YANG
fi
if [ -z "${CITYNET_YANG:-}" ]; then
    cat <<'END'

== Not shown: one transaction over several vendors
   It needs the vendors' YANG models, which are not in this repository. Put them in a folder as
   docs/yang.md says, then: CITYNET_YANG=that/folder make run
END
    exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step() {
    printf '\n== [vendors %s/5] %s\n' "$1" "$2"
}

step 1 "bring up $inventory: FRR routers, and twins of Huawei, SR Linux and OpenConfig"
"$citynet" lab up -i "$inventory" --host "$host"

step 2 "deploy: every device of every vendor, or none"
"$citynet" deploy -i "$inventory"

step 3 "verify what carries packets; twins have no data plane, and nothing is said of one"
"$citynet" verify -i "$inventory"

step 4 "a change of both rings, while $victim restarts in the middle of it (kill -9)"
cp -R "$inventory" "$scratch/vendors"
sed -i 's/^    label: 政务环$/    label: 政务环\n    metric: 20/; s/^    label: 跨域环$/    label: 跨域环\n    metric: 20/; s/label: 城南光节点/label: 城南光节点（改）/' \
    "$scratch"/vendors/*.yaml
mkfifo "$scratch/lines"
"$citynet" deploy -i "$scratch/vendors" --confirm-within 120 >"$scratch/report" 2>"$scratch/lines" &
deploying=$!
while IFS= read -r line; do
    echo "$line"
    case $line in
    commit:*)
        if [ ! -e "$scratch/killed" ]; then
            "$citynet" lab exec -i "$inventory" "$victim" -- pkill -KILL -f 'server serve'
            echo "... $victim: its server was killed"
            : >"$scratch/killed"
        fi
        ;;
    esac
done <"$scratch/lines"
if wait "$deploying"; then
    echo "vendors: the broken transaction was not noticed" >&2
    exit 1
fi
cat "$scratch/report"
if ! grep -q 'every device has its old configuration' "$scratch/report"; then
    echo "vendors: not every device is back" >&2
    exit 1
fi

step 5 "every device is as it was: nothing differs from the inventory"
"$citynet" deploy -i "$inventory" | tee "$scratch/again"
if ! tail -1 "$scratch/again" | grep -q '^0 of '; then
    echo "vendors: a device was left changed" >&2
    exit 1
fi

cat <<END

== vendors: one transaction over four platforms, one broken and taken back, in $(($(date +%s) - start)) s

What to look at next:
   $citynet graph -i $inventory -o vendors.svg        light and routers in one picture
   $citynet lab status -i $inventory                  what runs
   docs/transaction.md                                why it is all devices or none
   docs/faults.md                                     what was done to it
   make lab-down CITY=vendors                         take it down again
END
