"""Broken configurations of an SR Linux gateway router (demo's gov-gw1, EVPN over VXLAN)."""

from tests.yang.broken import Broken

PEER = "<neighbor><peer-address>2001:db8::1</peer-address></neighbor>"
JOIN = r"ethernet-[0-9/]+"

BROKEN = (
    # Values
    Broken("wrong enum", "<admin-state>enable", "<admin-state>on", "enum", "on"),
    Broken("wrong enum of a level", "<level-capability>L2", "<level-capability>L3", "enum", "L3"),
    Broken("wrong identity", "<type>ip-vrf", "<type>vrf", "identity", "vrf"),
    Broken("an identity of another kind", "common:evpn", "common:ip-vrf", "identity", "ip-vrf"),
    Broken("an identity without its prefix", ">common:evpn", ">evpn", "identity", "evpn"),
    Broken("out of range", "<mtu>9014", "<mtu>9501", "range", "9501"),
    Broken("below the range", "<ip-mtu>1500", "<ip-mtu>1279", "range", "1279"),
    Broken("beyond its type", "<ip-mtu>9000", "<ip-mtu>90000", "", "90000"),
    Broken("BFD too fast", "interval>1000000", "interval>9999", "range", "9999"),
    Broken("too few BFD packets", "<detection-multiplier>3", "<detection-multiplier>2", "range"),
    Broken("negative", "<hello-interval>3", "<hello-interval>-3", "", "-3"),
    Broken("a VNI of 25 bits", "<vni>[0-9]*", "<vni>16777216", "range", "16777216"),
    Broken("an EVI of 17 bits", "<evi>[0-9]*", "<evi>65536", "range", "65536"),
    Broken("a VLAN that is none", "<vlan-id>[0-9]*", "<vlan-id>4095", "", "4095"),
    Broken("a sequence id too high", "<sequence-id>65535", "<sequence-id>65536", "range", "65536"),
    Broken("hold time of one second", "<hold-time>30", "<hold-time>1", "range", "<hold-time>1<"),
    Broken("too long", "<description>gov-core1", f"<description>{'n' * 256}", "length", "nnn"),
    Broken("empty description", "<description>gov-core1</d", "<description></d", "", "description"),
    Broken("no host name", "<host-name>gov-gw1", "<host-name>gov gw1", "pattern", "gov gw1"),
    Broken("no NET", "<net>49", "<net>zz", "pattern", "zz"),
    Broken("a port that no chassis has", "ethernet-", "ethernet-0/", "pattern", "ethernet-0/"),
    Broken("no address", "<ip-prefix>fd", "<ip-prefix>xx", "", "xx"),
    Broken("an address without its length", "(<ip-prefix>fd[^<]*)/127", r"\1", "", "ip-prefix"),
    Broken("IPv4 where IPv6 must be", "<ip-prefix>fd[^<]*", "<ip-prefix>10.0.0.1/24", ""),
    Broken("no boolean", "<passive>true", "<passive>yes", "boolean", "yes"),
    Broken("no route target", "<export-rt>target:", "<export-rt>", "", "export-rt"),
    Broken("no tunnel interface", "<name>vxlan1<", "<name>vxlan256<", "pattern", "vxlan256"),
    Broken("no range of masks", "range>exact", "range>28..24x", "", "28..24x"),
    Broken(
        "flags that TCP has not", r"<tcp-flags>ack\|rst", "<tcp-flags>ack|xyz", "pattern", "xyz"
    ),
    Broken("a value where none is", "<accept/>", "<accept>x</accept>", "", "accept"),
    Broken(
        "no value where one is",
        "<autonomous-system>[^<]*</autonomous-system>",
        "<autonomous-system/>",
        "",
        "autonomous-system",
    ),
    # Nodes
    Broken("unknown node", "<passive>", "<pasive>1</pasive><passive>", "pasive", "pasive"),
    Broken("unknown top node", "<bfd ", "<bfdd/><bfd ", "", "bfdd"),
    Broken("unknown namespace", "urn:nokia.com:srlinux:bfd:bfd", "urn:srlinux:bfd", "bfd"),
    Broken("wrong namespace", '<vlan-tagging xmlns="[^"]*"', "<vlan-tagging", "vlan-tagging"),
    Broken("state, not configuration", "<mtu>9014", "<ifindex>5</ifindex><mtu>9014", "ifindex"),
    Broken("twice", "(<passive>true</passive>)", r"\1\1", "passive"),
    Broken("of two actions both", "<drop/>", "<drop/><accept/>", "", ""),
    Broken(
        "what only other hardware has",
        "<statistics-per-entry>",
        "<forward-redirect/><statistics-per-entry>",
        "",
    ),
    Broken(
        "SRv6, which no hardware of the release has",
        "<level-capability>",
        "<segment-routing><srv6><admin-state>enable</admin-state></srv6></segment-routing>"
        "<level-capability>",
        "",
    ),
    Broken(
        "MPLS, which a 7220 has not",
        "<passive>true",
        "<ldp-synchronization><disable/></ldp-synchronization><passive>true",
        "",
    ),
    # Lists
    Broken("missing key", "<index>0</index>", "", "key", "<subinterface>"),
    Broken("missing one of two keys", "<type>ipv4</type>", "", "key", ""),
    Broken("missing key of a prefix", "<mask-length-range>exact</mask-length-range>", "", "key"),
    Broken("an entry twice", "(<neighbor>.*?</neighbor>)", r"\1\1", ""),
    Broken("a sequence id twice", "<sequence-id>20", "<sequence-id>10", "", ""),
    Broken(
        "too many",
        r"(<vxlan-interface>\s*<name>vxlan1\.)([0-9]*)(</name>\s*</vxlan-interface>)",
        r"\1\2\3\g<1>5\3",
        "many",
    ),
    # What must be there
    Broken("missing mandatory leaf", "<evi>[^<]*</evi>", "", "evi", "<bgp-instance"),
    Broken("missing AS number", "<autonomous-system>[^<]*</autonomous-system>", "", "autonomous"),
    Broken("missing VNI", r">\s*<vni>[^<]*</vni>\s*<", "><", "vni", "<ingress"),
    Broken(
        "missing mandatory leaf of a new entry", "<neighbor>", f"{PEER}<neighbor>", "peer-group"
    ),
    # References
    Broken("dangling interface", "<interface>system0<", "<interface>lo0<", "leafref", "lo0"),
    Broken("dangling subinterface", "<subinterface>0<", "<subinterface>7<", "leafref", ">7<"),
    Broken("dangling group", "<peer-group>reflectors", "<peer-group>nobody", "leafref", "nobody"),
    Broken("dangling policy", "<export-policy>", "<export-policy>x", "leafref", "<export-policy>x"),
    Broken("dangling prefix set", "<prefix-set>gate", "<prefix-set>gone", "leafref", "gone"),
    Broken("dangling VXLAN", "<vxlan-interface>vxlan1.", "<vxlan-interface>vxlan2.", "leafref"),
    Broken(
        "dangling VPN instance",
        r"(<bgp-evpn>\s*<bgp-instance[^>]*>\s*<id>)1",
        r"\g<1>2",
        "leafref",
    ),
    Broken(
        "dangling access list",
        r"(<input>\s*<acl-filter>\s*<name>)gate",
        r"\1gone",
        "leafref",
        "gone",
    ),
    # Conditions
    Broken("must: BFD of no subinterface", "(<id>ethernet-[^<]*)[.]0", r"\1.9", "existing", ".9"),
    Broken("must: only one default instance", "<type>ip-vrf", "<type>default", "", ""),
    Broken(
        "must: an address family is on",
        r"(<afi-safi-name [^>]*>common:evpn</afi-safi-name>\s*<admin-state>)enable",
        r"\1disable",
        "address families",
    ),
    Broken(
        "must: EVPN outside the default instance",
        r"(<name>health</name>.*?)common:ipv4-unicast",
        r"\1common:evpn",
        "EVPN",
    ),
    Broken(
        "must: a VLAN on a port that is not tagged",
        "(<vlan-tagging [^>]*>)true",
        r"\1false",
        "vlan-tagging",
    ),
    Broken(
        "must: flags of what is not TCP",
        "<protocol>6</protocol>(?=(?:(?!</entry>).)*<tcp-flags>)",
        "<protocol>17</protocol>",
        "TCP",
    ),
    Broken("must: ports without a protocol of ports", "<protocol>17", "<protocol>89", ""),
    Broken("must: IPv6 in a list of IPv4", "<type>ipv6</type>", "<type>ipv4</type>", "", ""),
    Broken(
        "must: an address on a bridge",
        r"(<name>ethernet.*?<index>0</index>)",
        r"\1<type>bridged</type>",
        "bridged",
        "",
    ),
    Broken(
        "must: the system's interface in a VRF",
        r"(<name>health</name>.*?<interface>\s*<name>)ethernet[^<]*(</name>\s*<interface-ref>\s*"
        r"<interface>)[^<]*(</interface>\s*<subinterface>)[0-9]*",
        r"\1system0.0\2system0\g<3>0",
        "default",
    ),
    Broken("must: level 1 where the instance is level 2", "<level-number>2", "<level-number>1", ""),
    Broken("must: a kind of tunnel that is none", "if:routed", "if:local-mirror-dest", "type"),
    # XML
    Broken("not closed", "</system>", "", "well-formed"),
    Broken("cut short", "</config>.*", "", "well-formed"),
    Broken("ampersand", "<host-name>", "<host-name>a & b", "well-formed", "host-name"),
    Broken("two roots", "$", "<config/>", "well-formed"),
    Broken("undeclared prefix", "common:evpn<", "other:evpn<", "prefix", "other:evpn"),
    Broken("text between nodes", "<timers>", "text<timers>", "text", "<instance"),
    Broken("document type", "^", '<!DOCTYPE config [<!ENTITY a "b">]>', "document type"),
    Broken("a template's key left in", "<interface>", '<interface key="name">', "", ""),
    Broken(
        "a deletion",
        "<bfd ",
        '<bfd xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="delete" ',
        "delete",
        "<bfd",
    ),
    Broken("empty", "<config ([^>]*)>.*", r"<config \1/>", "nothing"),
)
