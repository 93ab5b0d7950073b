"""Broken configurations of a Huawei gateway router (demo's gov-gw1)."""

from tests.yang.broken import Broken

PEER = "<peer><address>2001:db8::1</address></peer>"
NO_IPV6 = ("Unsatisfied pattern", "Failed to convert IPv6 address")

BROKEN = (
    # Values
    Broken("wrong enum", "<cost-style>wide", "<cost-style>wyde", "enumeration", "wyde"),
    Broken("wrong enum of a deviation", "<layer>none", "<layer>vxlan", "enumeration", "vxlan"),
    Broken("out of range", "<mtu>9000", "<mtu>64001", "range", "64001"),
    Broken("beyond its type", "<mtu6>9000", "<mtu6>4294967296", "out of type uint32", "4294967296"),
    Broken("negative", "<priority>1<", "<priority>-1<", "out of type uint16", "-1"),
    Broken(
        "below the range",
        "<detect-multiplier>3",
        "<detect-multiplier>2",
        "range",
        "<detect-multiplier>2",
    ),
    Broken("too long", "<is-name>", f"<is-name>{'n' * 70}", "length", "is-name"),
    Broken("against a pattern", "<value>49", "<value>zz", "pattern", "zz"),
    Broken(
        "a question mark", "<description>gov-core1", "<description>gov-core1?", "pattern", "core1?"
    ),
    Broken("no address", "<ip>fd", "<ip>xx", NO_IPV6, "xx"),
    Broken(
        "IPv4 where IPv6 must be",
        "<source-address>[^<]*",
        "<source-address>10.0.0.1",
        NO_IPV6,
        "<source-address>10.0.0.1",
    ),
    Broken("no boolean", "<enable>true", "<enable>yes", "boolean", "yes"),
    Broken("no number", "<max>1", "<max>one", "Invalid type uint32 value", "one"),
    Broken(
        "a value where none is",
        "<srv6-best-effort-enable/>",
        "<srv6-best-effort-enable>x</srv6-best-effort-enable>",
        "Invalid empty value",
        "<srv6-best-effort-enable>x",
    ),
    Broken("no value where one is", "<as>[^<]*</as>", "<as/>", "Unsatisfied length", "<as/>"),
    # Nodes
    Broken("unknown node", "<cost-style>", "<cost>5</cost><cost-style>", "cost", "<cost>"),
    Broken(
        "misspelt node",
        "<sys-name>(.*?)</sys-name>",
        r"<sysname>\1</sysname>",
        "sysname",
        "sysname",
    ),
    Broken("unknown top node", "<bfd ", "<bfdd/><bfd ", "No module with namespace", "bfdd"),
    Broken(
        "unknown namespace",
        "urn:huawei:yang:huawei-bfd",
        "urn:huawei:yang:bfd",
        "bfd",
        '"urn:huawei:yang:bfd"',
    ),
    Broken("wrong namespace", '<ipv6 xmlns="[^"]*"', "<ipv6", "ipv6", "<ipv6"),
    Broken(
        "taken away by a deviation",
        "<mtu>9000",
        "<network-layer-status>ipv4-down</network-layer-status><mtu>9000",
        "network-layer-status",
        "<network-layer-status>ipv4-down",
    ),
    Broken(
        "state, not configuration", "<mtu>9000", "<index>5</index><mtu>9000", "index", "<index>5"
    ),
    Broken(
        "twice",
        "<cost-style>wide</cost-style>",
        "<cost-style>wide</cost-style><cost-style>wide</cost-style>",
        "cost-style",
        "<cost-style>wide",
    ),
    Broken(
        "of two alternatives both",
        "<source-address>",
        "<source-interface>LoopBack0</source-interface><source-address>",
        'Data for both cases "address" and "interface"',
        "<source-interface>LoopBack0",
    ),
    # Lists
    Broken("missing key", "<name>CITY</name>", "", "key", "<locator>"),
    Broken(
        "missing one of two keys",
        "<mask-length>28</mask-length>|<type>export-extcommunity</type>",
        "",
        "key",
        "<value>64768:1853344075",
    ),
    Broken(
        "an entry twice",
        "(<interface>.*?</interface>)",
        r"\1\1",
        'Duplicate instance of "interface"',
        "<interface>",
    ),
    Broken(
        "unique twice",
        "(<locator>\\s*<name>)(CITY)(</name>\\s*<prefix>.*?)<opcodes>",
        r"\1OTHER\3</locator>\1\2\3<opcodes>",
        "Unique data leaf",
        "<locator>",
    ),
    Broken(
        "too many",
        "(<net-entity>.*?</net-entity>)",
        "".join(
            f"<net-entity><value>49.0001.0000.0000.000{n}.00</value></net-entity>" for n in range(4)
        ),
        "many",
        "<net-entity>",
    ),
    Broken(
        "too few",
        "<afs>\\s*<af>\\s*<type>afipv6</type>\\s*</af>\\s*</afs>",
        "",
        "few",
        ("<af>", "<circuit>"),
    ),
    # What must be there
    Broken("missing mandatory leaf", "<remote-as>[^<]*</remote-as>", "", "remote-as", "<peer>"),
    Broken(
        "missing mandatory leaf of a new entry", "<peers>", f"<peers>{PEER}", "remote-as", "<peers>"
    ),
    Broken(
        "missing mandatory choice",
        "<protocol>6</protocol>",
        "",
        "When condition",
        "<source-port-end>443",
    ),
    # References
    Broken("dangling VRF", "<vrf-name>health", "<vrf-name>wealth", "leafref", "wealth"),
    Broken(
        "dangling interface",
        "(<circuit>\\s*<name>)LoopBack0",
        r"\1LoopBack1",
        "Invalid leafref value",
        "<name>LoopBack1",
    ),
    Broken("dangling locator", "<locator-name>CITY", "<locator-name>CITX", "leafref", "CITX"),
    Broken("dangling VPN of a SID", "<vpn-name>health", "<vpn-name>none", "leafref", "none"),
    Broken("dangling access list", "<acl-name>", "<acl-name>x", "leafref", "<acl-name>x"),
    Broken(
        "dangling prefix list",
        "<import-ip-prefix>",
        "<import-ip-prefix>x",
        "leafref",
        "<import-ip-prefix>xgate.1645-in",
    ),
    Broken(
        "dangling policy",
        "<behavior-name>citynet-pass",
        "<behavior-name>no",
        "leafref",
        "<behavior-name>no",
    ),
    Broken("dangling parent", "<parent-name>Giga", "<parent-name>Tera", "leafref", "Tera"),
    # Conditions
    Broken(
        "must: refresh before lifetime",
        "<lsp-refresh>900",
        "<lsp-refresh>1200",
        "Must condition",
        "<lsp-max>1200",
    ),
    Broken("must: SPF's first delay", "<init>20", "<init>1000", "Must condition", "<init>"),
    Broken(
        "must: lengths of a SID",
        "<args-length>48",
        "<args-length>49",
        "Must condition",
        "<prefix-length>64",
    ),
    Broken(
        "must: an interface of the same instance",
        "(<name>)(Giga[^<]*[.]1645)(</name>.*?<vrf-name>health<.*?<circuit>\\s*<name>)LoopBack0",
        r"\1\2\3\2",
        "Must condition",
        "<name>GigabitEthernet159/8/29.1645",
    ),
    Broken(
        "must: a deviation's",
        "<type>ipv6-unicast</type>",
        "<type>ipv4-unicast</type>",
        "Must condition",
        "<type>afipv6",
    ),
    Broken(
        "must: ours, of the locator",
        "(<name>health</name>.*?<base-process>)",
        r'\1<locator xmlns="urn:huawei:yang:huawei-bgp-srv6"><name>CITY</name></locator>',
        "Must condition",
        "<base-process>",
    ),
    Broken(
        "when: narrow metrics carry no locator",
        "<cost-style>wide",
        "<cost-style>narrow",
        "When condition",
        "<locators>",
    ),
    Broken(
        "when: SRv6 elsewhere than in the public instance",
        "<name>health</name>",
        '<name>health</name><srv6 xmlns="urn:huawei:yang:huawei-srv6"><enable>true</enable></srv6>',
        "When condition",
        "<name>health",
    ),
    Broken(
        "when: point-to-point timers on a broadcast",
        "<p2p-enable>true",
        "<p2p-enable>false",
        "When condition",
        "<p2p>",
    ),
    Broken(
        "when: ports without a protocol of ports",
        "<protocol>17",
        "<protocol>89",
        "When condition",
        "<dest-port-end>5000",
    ),
    # XML
    Broken("not closed", "</system>", "", "well-formed", "</config>"),
    Broken("cut short", "</config>.*", "", "well-formed", "</qos>"),
    Broken("ampersand", "<sys-name>", "<sys-name>a & b", "well-formed", "sys-name"),
    Broken("two roots", "$", "<config/>", "well-formed", "</config>"),
    Broken("undeclared prefix", "<system-info>", "<x:y/><system-info>", "prefix", "x:y"),
    Broken("text between nodes", "<system-info>", "text<system-info>", "text", "<system "),
    Broken(
        "document type", "^", '<!DOCTYPE config [<!ENTITY a "b">]>', "document type", "<!DOCTYPE"
    ),
    Broken(
        "a template's key left in",
        "<interface>",
        '<interface key="name">',
        'Missing mandatory prefix for XML metadata "key"',
        '<interface key="name">',
    ),
    Broken(
        "a deletion",
        "<bfd ",
        '<bfd xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="delete" ',
        "delete",
        "<bfd",
    ),
    Broken("empty", "<config ([^>]*)>.*", r"<config \1/>", "nothing", "<config "),
)
