#!/bin/sh
# Bring a city up in a lab, deploy to it, verify it, and say what was proved.
# Usage: labs/run.sh CITYNET INVENTORY HOST
set -eu
citynet=${1:?the program} inventory=${2:?a folder of inventory} host=${3:?a lab host, such as auto}
city=$(basename "$inventory")
start=$(date +%s)

step() {
    printf '\n== [%s/4] %s\n' "$1" "$2"
    begin=$(date +%s)
}

took() {
    eval "time_$1=$(($(date +%s) - begin))"
}

step 1 "check the inventory: $inventory"
"$citynet" validate -i "$inventory"
took validate
step 2 "bring the lab up"
"$citynet" lab up -i "$inventory" --host "$host"
took lab
step 3 "deploy"
"$citynet" deploy -i "$inventory"
took deploy
step 4 "verify: measure, and read back nothing"
"$citynet" verify -i "$inventory"
took verify

cat <<END

== $city is up, deployed and proved in $(($(date +%s) - start)) s
   inventory ${time_validate} s, lab ${time_lab} s, deploy ${time_deploy} s, verify ${time_verify} s

What to look at next:
   $citynet graph -i $inventory -o $city.svg          a picture of the city
   $citynet lab status -i $inventory                  what runs, and which versions
   $citynet lab shell -i $inventory NODE              a shell on a router, then: vtysh
   $citynet lab cut -i $inventory LINK                cut a fibre, then verify and see it found
   $citynet deploy -i $inventory --check --diff       what a change of the inventory would do
   make lab-down CITY=$city                           take it down again
END
