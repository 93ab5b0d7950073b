#!/bin/sh
# One transaction over routers and twins of several vendors, and one that is broken on purpose.
# Usage: labs/vendors.sh CITYNET HOST CITY
#
# The vendors' YANG models are theirs and not in this repository: they are in the folder that
# CITYNET_YANG names, beside this checkout, or fetched (docs/yang.md).
set -eu
citynet=${1:?the program} host=${2:?a lab host, such as auto} city=${3:?demo or vendors}
inventory=inventory/vendors
victim=otn-south
alone=gov-core1
here=$(cd "$(dirname "$0")" && pwd)

platforms="huawei_vrp nokia_srlinux openconfig"
# shellcheck disable=SC2086 # they are three words
if ! CITYNET_YANG=$("$citynet" yang models $platforms --fetch --beside ../shared/yang --path); then
    cat <<'END'

== Not shown: one transaction over FRR, Huawei, SR Linux and optical nodes
   It needs the vendors' YANG models, which are not in this repository and could not be fetched,
   as said above. Fetch them where there is a way out (make models), or put them in a folder as
   docs/yang.md says, then: CITYNET_YANG=that/folder make run CITY=vendors
END
    # Who asked for this city has not got it; after the demo city it is one more thing to see.
    [ "$city" != vendors ]
    exit
fi
export CITYNET_YANG

sh "$here/run.sh" "$citynet" "$inventory" "$host"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
start=$(date +%s)

printf '\n== [broken on purpose 1/3] %s\n' \
    "both rings and a fibre change; $victim loses its power when all have committed"
cp -R "$inventory" "$scratch/vendors"
sed -i 's/^    label: 政务环$/&\n    metric: 20/; s/^    label: 跨域环$/&\n    metric: 20/; s/loss: 9.2/loss: 9.6/' \
    "$scratch"/vendors/*.yaml
mkfifo "$scratch/lines"
"$citynet" deploy -i "$scratch/vendors" --confirm-within 180 --patience 180 --health-wait 60 \
    >"$scratch/report" 2>"$scratch/lines" &
deploying=$!
while IFS= read -r line; do
    echo "$line"
    case $line in
    commit:*changed*) "$citynet" lab restart "$victim" -i "$inventory" </dev/null ;;
    esac
done <"$scratch/lines"
if wait "$deploying"; then
    echo "vendors: a transaction that was broken says that it was not" >&2
    exit 1
fi
cat "$scratch/report"
if ! grep -q 'every device has its old configuration' "$scratch/report"; then
    echo "vendors: not every device is back" >&2
    exit 1
fi

printf '\n== [broken on purpose 2/3] %s\n' \
    "$alone alone gets another AS number: no BGP session of it comes up"
rm -r "$scratch/vendors"
cp -R "$inventory" "$scratch/vendors"
sed -i 's/^    label: 政务域$/&\n    asn: 64999/' "$scratch"/vendors/city.yaml
if "$citynet" deploy -i "$scratch/vendors" --limit "$alone" --health strict --health-wait 5 \
    >"$scratch/report" 2>&1; then
    cat "$scratch/report"
    echo "vendors: a change whose sessions do not come up was kept" >&2
    exit 1
fi
cat "$scratch/report"
if ! grep -q "vpn/bgp-sessions/$alone: session to .*(twin)" "$scratch/report" ||
    ! grep -q 'every device has its old configuration' "$scratch/report"; then
    echo "vendors: it was not taken back for its sessions" >&2
    exit 1
fi

printf '\n== [broken on purpose 3/3] %s\n' \
    "every device is asked: does it run what it ran before, and are its sessions up?"
"$citynet" deploy -i "$inventory" >"$scratch/again"
cat "$scratch/again"
if ! tail -1 "$scratch/again" | grep -q '^0 of '; then
    echo "vendors: a device was left changed" >&2
    exit 1
fi
"$citynet" verify -i "$inventory" --tags sessions

cat <<END

== vendors: one transaction over four platforms, two others broken and taken back in $(($(date +%s) - start)) s

What to look at next:
   $citynet graph -i $inventory -o vendors.svg        light and routers in one picture
   $citynet lab restart $victim -i $inventory      let a device lose its power whenever you like
   docs/transaction.md                                why it is all devices or none
   $citynet lab cut -i $inventory gov-express         its two twins miss each other: citynet verify
   docs/faults.md                                     what else was done to it, and what came of it
   make lab-down CITY=vendors                         take it down again
END
