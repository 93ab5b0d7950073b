#!/bin/bash
# Run a command as a stranger would: a clean clone in a bare Debian or Ubuntu with only git and
# make in it.
#
#   tests/bare/run.sh bookworm make run
#   tests/bare/run.sh trixie make run CITY=wuhan
#   BARE_USER=stranger tests/bare/run.sh bookworm make run      by a user with sudo, not by root
#   CITYNET_YANG=DIR tests/bare/run.sh bookworm make run        the vendors' models beside the clone
#   CITYNET_YANG_FROM=URL tests/bare/run.sh bookworm make run   or from a mirror of their repositories
#   BARE_SOURCES='deb …' tests/bare/run.sh noble make run       where mmdebstrap needs an apt line
#
# The root is made by mmdebstrap and thrown away afterwards; KEEP=1 keeps it, so that a second
# call with the same suite is a second run on the same machine. Needs root. This machine's own
# client settings (certificates, pip, apt, Go, name resolution) are carried in, nothing else.
set -euo pipefail

suite=${1:?a suite: bookworm, trixie or noble}
shift
here=$(cd "$(dirname "$0")/../.." && pwd)
# A setting that is there says something: BARE_USER=$UNSET is not root.
for each in BARE_USER BARE_ROOT BARE_SOURCES CITYNET_YANG CITYNET_YANG_FROM CITYNET_REQUIRE; do
    if [ -n "${!each+set}" ] && [ -z "${!each//[[:space:]]/}" ]; then
        echo "bare: $each is set and empty; unset it to do without" >&2
        exit 1
    fi
done
user=${BARE_USER-root}
root=${BARE_ROOT-/var/tmp/citynet-bare-$suite${BARE_USER+-$BARE_USER}}
home=/root
[ "$user" = root ] || home=/home/$user

make_root() {
    local settings=(/usr/local/share/ca-certificates /etc/pip.conf /etc/hosts /etc/resolv.conf) each
    for each in /etc/apt/apt.conf.d/*artifact* /etc/apt/apt.conf.d/*proxy* /etc/apt/auth.conf.d; do
        [ -e "$each" ] && settings+=("$each")
    done
    local packages=git,make,ca-certificates
    [ "$user" = root ] || packages+=,sudo
    echo "bare: a $suite root with $packages in $root"
    rm -rf --one-file-system "$root"
    mmdebstrap --quiet --variant=minbase --include="$packages" \
        "$suite" "$root" ${BARE_SOURCES+"$BARE_SOURCES"}
    for each in "${settings[@]}"; do
        [ -e "$each" ] || continue
        mkdir -p "$root$(dirname "$each")"
        cp -aL "$each" "$root$(dirname "$each")/"
    done
    chroot "$root" update-ca-certificates >/dev/null 2>&1
    if [ "$user" != root ]; then
        chroot "$root" useradd --create-home --shell /bin/bash "$user"
        echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
    fi
    for each in pip go; do
        [ -e "$HOME/.config/$each" ] || continue
        mkdir -p "$root$home/.config"
        cp -rL "$HOME/.config/$each" "$root$home/.config/"
    done
    git clone --quiet "$here" "$root$home/citynet"
    chroot "$root" chown -R "$user:" "$home"
    touch "$root/.made"
}

# The models are beside the clone in this run, or they are not, whatever a run before had.
place_models() {
    rm -rf "$root$home/shared"
    [ -n "${CITYNET_YANG-}" ] || return 0
    mkdir "$root$home/shared"
    cp -rL "$CITYNET_YANG" "$root$home/shared/yang"
    chroot "$root" chown -R "$user:" "$home/shared"
}

# Inside private mounts: make $root the root. A chroot would not do, since nobody may make a
# user namespace in one, and building images without root needs user namespaces.
enter() {
    mount --bind "$root" "$root"
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount -t tmpfs tmpfs "$root/run"
    mkdir -p "$root/.outside"
    cd "$root"
    pivot_root . .outside
    exec chroot . sh -c 'umount -l /.outside && rmdir /.outside && exec "$@"' sh "$@"
}

if [ "${BARE_INSIDE:-}" = 1 ]; then
    environment=("HOME=$home" "USER=$user" TERM=dumb LANG=C.UTF-8
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
    while IFS='=' read -r name value; do
        case $name in
            PIP_CERT | PIP_DEFAULT_TIMEOUT | PIP_INDEX_URL | SSL_CERT_* | *_CA_BUNDLE | *_proxy | *_PROXY | GOPROXY | GOSUMDB | CITYNET_YANG_FROM | CITYNET_REQUIRE)
                environment+=("$name=$value") ;;
        esac
    done < <(env)
    # shellcheck disable=SC2016 # for the shell inside
    enter setpriv --reuid "$user" --regid "$user" --init-groups \
        env -i "${environment[@]}" sh -c 'cd ~/citynet && exec "$@"' sh "$@"
fi

[ -e "$root/.made" ] || make_root
place_models
begin=$(date +%s)
status=0
# A private process tree as well: whatever the run leaves running ends with it.
BARE_INSIDE=1 unshare --mount --pid --fork --mount-proc "$0" "$suite" "$@" || status=$?
echo "bare: $* in $suite as $user: exit $status after $(($(date +%s) - begin)) s"
[ "${KEEP:-}" = 1 ] || rm -rf --one-file-system "$root"
exit "$status"
