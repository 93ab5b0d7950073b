#!/bin/bash
# Run a command as a stranger would: a clean clone in a bare Debian with only git and make in it.
#
#   tests/bare/run.sh bookworm make run
#   tests/bare/run.sh trixie make run CITY=wuhan
#
# The root is made by mmdebstrap and thrown away afterwards; KEEP=1 keeps it, so that a second
# call with the same suite is a second run on the same machine. Needs root. This machine's own
# client settings (certificates, pip, apt, Go, name resolution) are carried in, nothing else.
set -euo pipefail

suite=${1:?a suite: bookworm or trixie}
shift
here=$(cd "$(dirname "$0")/../.." && pwd)
root=${BARE_ROOT:-/var/tmp/citynet-bare-$suite}

if [ "${INSIDE:-}" != 1 ]; then
    # Private mounts and a private process tree: whatever the run leaves running ends with it.
    exec env INSIDE=1 unshare --mount --pid --fork --mount-proc "$0" "$suite" "$@"
fi

settings=(
    /usr/local/share/ca-certificates /etc/pip.conf /etc/hosts /etc/resolv.conf
    "$HOME/.config/pip" "$HOME/.config/go"
)
for each in /etc/apt/apt.conf.d/*artifact* /etc/apt/apt.conf.d/*proxy* /etc/apt/auth.conf.d; do
    [ -e "$each" ] && settings+=("$each")
done

if [ ! -e "$root/.made" ]; then
    echo "bare: a $suite root with git and make in $root"
    rm -rf --one-file-system "$root"
    mmdebstrap --quiet --variant=minbase --include=git,make,ca-certificates \
        --aptopt='Acquire::Check-Valid-Until "false"' "$suite" "$root"
    for each in "${settings[@]}"; do
        [ -e "$each" ] || continue
        mkdir -p "$root$(dirname "$each")"
        cp -aL "$each" "$root$(dirname "$each")/"
    done
    chroot "$root" update-ca-certificates >/dev/null 2>&1
    touch "$root/.made"
fi

mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/etc/ssl" "$root/root/citynet"
if [ ! -d "$root/root/citynet/.git" ]; then
    git clone --quiet "$here" "$root/root/citynet"
fi

environment=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8)
while IFS='=' read -r name value; do
    case $name in
        PIP_CERT | PIP_DEFAULT_TIMEOUT | PIP_INDEX_URL | SSL_CERT_* | *_CA_BUNDLE | *_proxy | *_PROXY | GOPROXY | GOSUMDB)
            environment+=("$name=$value") ;;
    esac
done < <(env)

begin=$(date +%s)
status=0
chroot "$root" env -i "${environment[@]}" sh -c 'cd /root/citynet && exec "$@"' sh "$@" || status=$?
echo "bare: $* in $suite: exit $status after $(($(date +%s) - begin)) s"

umount -l "$root/run" "$root/sys" "$root/proc" "$root/dev" "$root"
if [ "${KEEP:-}" != 1 ]; then
    rm -rf --one-file-system "$root"
fi
exit "$status"
