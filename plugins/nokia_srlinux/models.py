"""The YANG models of Nokia SR Linux 25.3 that our configuration touches, on a 7220 IXR-D.

A release has one set of models for all its hardware; features say what a box has. A validator
with every feature on refuses what a 7220 takes (`if-feature "not fpcx"`), so those of other
hardware, and those of releases to come, are off.
"""

import re

from citynet.yang.models import ModelSet, Reading, Source

FEATURES = "srl_nokia-features"

MODULES = (
    FEATURES,
    "srl_nokia-common",
    "srl_nokia-system",
    "srl_nokia-system-name",
    "srl_nokia-system-network-instance",
    "srl_nokia-system-network-instance-bgp-vpn",
    "srl_nokia-interfaces",
    "srl_nokia-interfaces-vlans",
    "srl_nokia-tunnel-interfaces",
    "srl_nokia-network-instance",
    "srl_nokia-network-instance-mtu",
    "srl_nokia-bfd",
    "srl_nokia-isis",
    "srl_nokia-routing-policy",
    "srl_nokia-bgp",
    "srl_nokia-bgp-vpn",
    "srl_nokia-bgp-evpn",
    "srl_nokia-acl",
)

OTHER_HARDWARE = frozenset(
    {
        # 7730 SXR, 7250 IXR, 7215 IXS, other 7220 IXR, management routers and simulators
        *("fpcx", "ixr-dnx", "jericho2", "ac5x", "trident4", "tomahawk5", "chassis", "mda"),
        *("platform-7215-a1", "platform-7220-d1", "platform-7250-ixr", "platform-7250-ixr-e"),
        *("platform-7250-ixr-18e", "platform-7250-ixr-x1b", "platform-7250-ixr-x3b"),
        *("platform-7250-j2", "platform-7730-sxr-1d-32d", "platform-7730-sxr-1x-44s"),
        *("platform-imgmt", "platform-vsrl", "platform-crimson", "platform-sse-t81-64"),
        # what only their chips do, and a 7220 IXR-D does in another way or not at all
        *("acl-action-accept-with-log", "bgp-add-paths-l3vpn", "bgp-add-paths-labeled-unicast"),
        *("bgp-labeled-unicast", "bgp-labeled-unicast-over-sr-te", "ldp-ipv6", "sflow-lag"),
        *("mpls", "ldp", "segment-routing", "evpn-mpls", "ipvpn", "label-range-user-owner"),
        *("policy-based-forwarding-decap-actions", "pseudowire-in-vpws", "macsec"),
        *("qos-multi-traffic-queue", "qos-queue-profile-stats", "submgmt-fpcx"),
        *("te-policies-increased-label-stack-fpcx", "hold-time-fpcx"),
    }
)
TO_COME = frozenset(
    {
        *("disabled", "future-0-0", "isis-srv6", "msdp", "bgp-labeled-unicast-future"),
        *("bgp-backup-path-frr-evpn", "dot1x-tunnel-detail", "system-fips-mode"),
        *("te-policy-colored-statistics", "te-policy-pcep-delay-metric-limit"),
        *("vxlan-destination-groups", "ztp-boot-mode", "vlan-manipulation"),
    }
)
"""In the models of 25.3, on no hardware of 25.3. SRv6 is one of them."""

_EVERY = re.compile(r"srl_nokia-.*")
_FAMILIES = (
    r"(?:l3vpn-)?ipv[46](?:-labeled)?-unicast|evpn|route-target|srte-policy-ipv[46]|link-state"
)
_KINDS = r"bridged|routed|local-mirror-dest"

READINGS = (
    Reading(
        "A leaf is compared with true() by its value; by XPath 1.0, section 3.4, every leaf that "
        "exists is equal to true().",
        _EVERY,
        re.compile(r"((?<=\w)|(?<=\.)|current\(\))\s*=\s*(true|false)\(\)"),
        r"\1 = string(\2())",
    ),
    Reading(
        "A leaf that is not there differs from every value; by XPath 1.0 it differs from none.",
        _EVERY,
        re.compile(
            r"((?:/srl_nokia-if:interface\[(?:(?!['\]] (?:or|and) )[^\"])*?/|(?:\.\./)+)"
            r"(?:[\w-]+:)?type)\s*!=\s*('[^']*')"
        ),
        r"not(\1 = \2)",
    ),
    Reading(
        "The same of the network instance that has the name of the one at hand.",
        re.compile("srl_nokia-network-instance"),
        re.compile(
            r"(/srl_nokia-netinst:network-instance\[srl_nokia-netinst:name = current\(\)[/.]*"
            r"/srl_nokia-netinst:name\]/srl_nokia-netinst:type)\s*!=\s*(\"[^\"]*\")"
        ),
        r"not(\1 = \2)",
    ),
    Reading(
        "Identities are compared by their names alone; by RFC 7950, section 9.10.3, a name without "
        "a prefix is of the module at hand.",
        re.compile("srl_nokia-bgp"),
        re.compile(rf"(=\s*')({_FAMILIES})'"),
        r"\1srl_nokia-comm:\2'",
    ),
    Reading(
        "The same of kinds of subinterfaces.",
        re.compile(
            "srl_nokia-(if-ip|interfaces|interfaces-local-mirror-destination|network-instance)"
        ),
        re.compile(rf"(\btype\s*!?=\s*')({_KINDS})'"),
        r"\1srl_nokia-if:\2'",
    ),
    Reading(
        "What is to be unique is of a feature that a 7220 has not; libyang still looks for it, "
        "in memory that is no longer there.",
        re.compile("srl_nokia-isis"),
        re.compile(r"unique \"segment-routing/mpls/ipv[46]-node-sid/index\";"),
        "",
    ),
)

SOURCE = Source(
    repository="nokia/srlinux-yang-models",
    commit="cd5995eaa6818d02bfff3ae718b89454a82191eb",
    paths=(
        "LICENSE",
        *(f"srlinux-yang-models/{name}" for name in ("iana", "ietf", "openconfig", "srl_nokia")),
    ),
    digest="d131adb7651956a973689276f706637c2246b71a786f0e5af3d7f69035a4d337",
)

MODELS = ModelSet(
    release="Nokia SR Linux 25.3, 7220 IXR-D",
    folders=("nokia_srlinux", "nokia/srlinux-25.3", "srlinux-yang-models"),
    modules=MODULES,
    without={FEATURES: OTHER_HARDWARE | TO_COME},
    readings=READINGS,
    validator=(3, 12),
    source=SOURCE,
)
