#!/bin/sh
# Installs what `citynet lab` needs of this machine, and says what and why. Debian and its kin.
# Idempotent: quiet and instant when everything is there. `bootstrap.sh tests`: what tests need too.
set -eu

missing=''
# want COMMAND-OR-FILE PACKAGE WHY
want() {
    case "$1" in
        /*) [ ! -e "$1" ] || return 0 ;;
        *) ! command -v "$1" >/dev/null 2>&1 || return 0 ;;
    esac
    missing="$missing $2"
    printf 'citynet needs %-24s %s\n' "$2" "$3"
}

PATH=$PATH:/usr/sbin:/sbin
want mmdebstrap mmdebstrap "builds the node images and the lab VM"
want /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring "checks Debian's signatures"
want /etc/ssl/certs/ca-certificates.crt ca-certificates "checks TLS certificates of package registries"
want ssh openssh-client "citynet lab shell, and you"
want python3 python3 "citynet is written in it"
want yanglint yanglint "validates vendors' configuration against their YANG"
want ip iproute2 "the probe of what this kernel can do"
if [ "${1:-}" = tests ]; then
    want netconfd netconfd "a NETCONF server that is not ours, for tests"
    want nft nftables "tries a gateway's policy on packets"
    want /etc/protocols netbase "names of protocols, for nft before 1.1"
    want sshd openssh-server "in front of it, on a loopback port"
fi
# A Debian python3 without python3-venv has the module but not ensurepip.
if ! python3 -c 'import ensurepip' >/dev/null 2>&1; then
    missing="$missing python3-venv"
    printf 'citynet needs %-24s %s\n' python3-venv "its own Python environment"
fi
if [ "$(id -u)" != 0 ]; then
    want newuidmap uidmap "builds images without root"
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "this is no Debian: install the packages above with your own package manager" >&2
    exit 1
fi
as_root=''
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "run as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
begin=$(date +%s)
quietly() {
    log=$(mktemp)
    if ! $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
quietly apt-get -q update
# yanglint is in a package of another name in each release.
for each in libyang-tools libyang3-tools libyang2-tools; do
    apt-cache show "$each" >/dev/null 2>&1 && break
done
missing=$(printf '%s' "$missing" | sed "s/ yanglint/ $each/")
# shellcheck disable=SC2086 # a list of package names
quietly apt-get -q install -y --no-install-recommends $missing
echo "installed in $(($(date +%s) - begin)) s"
