# Tries what a city needs of a kernel, in a scratch network namespace that is removed again.
# Prints one line per question: key, yes or no, why. Run as root by `sh -s`.
scratch="citynet-probe-$$"
cleanup() { ip netns delete "$scratch" 2>/dev/null; }
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

answer() { printf '%s\t%s\t%s\n' "$1" "$2" "$3"; }
# try KEY WHAT COMMAND...: yes if the command succeeds, else no with what it said
try() {
    key=$1 what=$2
    shift 2
    if said=$("$@" 2>&1 >/dev/null); then
        answer "$key" yes "$what"
    else
        answer "$key" no "$(printf '%s' "${said:-$what failed}" | head -n 1 | tr '\t' ' ')"
    fi
}
inside() { ip netns exec "$scratch" "$@"; }

answer memory yes "$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)"
try docker "docker version answers" docker version

if [ "$(id -u)" != 0 ]; then
    answer root no "the probe runs as $(id -un)"
    exit 0
fi
if ! said=$(ip netns add "$scratch" 2>&1); then
    answer root no "cannot make a network namespace: $said"
    exit 0
fi
answer root yes "can make network namespaces"
modprobe -qa vrf macsec esp4 esp6 xfrm_interface sch_netem 2>/dev/null

ip -netns "$scratch" link set dev lo up
ip -netns "$scratch" link add veth0 type veth peer name veth1
ip -netns "$scratch" link set dev veth0 up
ip -netns "$scratch" link set dev veth1 up
ip -netns "$scratch" address add 2001:db8:1::1/64 dev veth0 nodad

try vrf "a VRF can be made" ip -netns "$scratch" link add vrf0 type vrf table 100
ip -netns "$scratch" link set dev vrf0 up 2>/dev/null
try srv6 "a route with segments can be made" \
    ip -netns "$scratch" -6 route add 2001:db8:2::/64 \
    encap seg6 mode encap segs 2001:db8:3::1 dev veth0
inside sh -c 'echo 1 >/proc/sys/net/vrf/strict_mode' 2>/dev/null
try dt46 "an End.DT46 segment can be made" \
    ip -netns "$scratch" -6 route add 2001:db8:4::1/128 \
    encap seg6local action End.DT46 vrftable 100 dev vrf0
try macsec "a MACsec interface can be made" \
    ip -netns "$scratch" link add macsec0 link veth0 type macsec encrypt on
try esp "an ESP state with AES-GCM can be made" \
    ip -netns "$scratch" xfrm state add src 2001:db8:1::1 dst 2001:db8:1::2 proto esp spi 1 \
    mode tunnel aead 'rfc4106(gcm(aes))' 0x0123456789012345678901234567890123456789 128
try xfrm "an XFRM interface can be made" \
    ip -netns "$scratch" link add ipsec0 type xfrm dev veth0 if_id 42
try netem "a netem queue can be made" \
    tc -netns "$scratch" qdisc add dev veth0 root netem delay 1ms
exit 0
