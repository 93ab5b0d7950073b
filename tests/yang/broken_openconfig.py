"""Broken configurations of an optical node with everything (the vendors city's otn-south)."""

from tests.yang.broken import Broken

OCH = "<optical-channel xmlns"
ODU = "(t:PROT_ODU4</trib-protocol>.*?</config>)"
"""From the protocol of an OTN logical channel to the end of its `config`."""
GE = "(t:PROT_ETHERNET</logical-channel-type>\\s*</config>)"

BROKEN = (
    # Values
    Broken("wrong enum", "<admin-state>ENABLED", "<admin-state>ON", "enumeration", ">ON<"),
    Broken("wrong enum of a stage", ">LOGICAL_CHANNEL<", ">LOGICAL<", "enumeration", ">LOGICAL<"),
    Broken("wrong enum of a switch", ">NONE<", ">BOTH<", "enumeration", ">BOTH<"),
    Broken("no such identity", "TRIB_RATE_100G", "TRIB_RATE_99G", "identity", "TRIB_RATE_99G"),
    Broken("identity of another base", "t:TRIB_RATE_100G", "t:PROT_ODU4", "identity", "rate-class"),
    Broken(
        "identity of another module",
        "t:TRIB_RATE_100G",
        "TRIB_RATE_100G",
        "identity",
        ">TRIB_RATE_100G",
    ),
    Broken("identity with a prefix of nobody", "t:GMP", "q:GMP", "Invalid identityref", "q:GMP"),
    Broken("no such type of amplifier", ">EDFA<", ">RAMAN<", "identity", "RAMAN"),
    Broken("a type where a mode must be", ">CONSTANT_GAIN<", ">EDFA<", "identity", "amp-mode"),
    Broken(
        "terahertz", "<frequency>\\d+", "<frequency>193.1", "Invalid type uint64 value", "193.1"
    ),
    Broken("negative", "<frequency>", "<frequency>-", "out of type uint64", "<frequency>-"),
    Broken(
        "with its unit",
        "<frequency>(\\d+)",
        r"<frequency>\1 MHz",
        "Invalid type uint64 value",
        "MHz",
    ),
    Broken(
        "beyond its type",
        "<operational-mode>1",
        "<operational-mode>65536",
        "out of type uint16",
        "65536",
    ),
    Broken("beyond uint32", "<index>\\d+", "<index>4294967296", "out of type uint32", "4294967296"),
    Broken("out of range", "<target-gain>", "<target-gain>-", "range", "<target-gain>-"),
    Broken(
        "more digits than there are",
        "<target-gain>[\\d.]+",
        "<target-gain>1.125",
        "of decimal64",
        "1.125",
    ),
    Broken(
        "a power with its unit",
        "(<target-output-power>0.00)",
        r"\1dBm",
        "Invalid 5. character of decimal64",
        "dBm",
    ),
    Broken(
        "four digits of gigabits",
        "<allocation>100",
        "<allocation>100.0001",
        "of decimal64",
        "100.0001",
    ),
    Broken(
        "no number",
        "<wait-to-restore-time>\\d+",
        "<wait-to-restore-time>soon",
        "Invalid type uint32 value",
        "soon",
    ),
    Broken("no boolean", "<revertive>true", "<revertive>yes", "boolean", "yes"),
    Broken("no boolean of a port", "<enabled>true", "<enabled>on", "boolean", ">on<"),
    Broken(
        "no value where one is",
        "<frequency>\\d+</frequency>",
        "<frequency/>",
        "Invalid type uint64 empty value",
        "frequency",
    ),
    # Nodes
    Broken(
        "unknown node",
        "<frequency>",
        "<wavelength>1550</wavelength><frequency>",
        "wavelength",
        "<wavelength>1550",
    ),
    Broken(
        "misspelt node",
        "<operational-mode>(.*?)</operational-mode>",
        r"<operation-mode>\1</operation-mode>",
        "operation-mode",
        "operation-mode",
    ),
    Broken("unknown top node", "<aps ", "<apps/><aps ", "No module with namespace", "apps"),
    Broken(
        "a namespace as it should be spelt",
        "optical-amplfier",
        "optical-amplifier",
        "No module with namespace",
        "<optical-amplifier",
    ),
    Broken(
        "wrong namespace",
        f'{OCH}="[^"]*"',
        "<optical-channel",
        'Node "optical-channel" not found',
        "<optical-channel",
    ),
    Broken(
        "a container of a sister",
        "<line-secondary-in>",
        "<line-tertiary-in/>\\g<0>",
        "ertiary",
        "<line-tertiary-in/>",
    ),
    Broken(
        "state, not configuration",
        "(<components [^>]*>\\s*<component>\\s*<name>.*?</name>)",
        r"\1<state><location>1</location></state>",
        "state",
        "<state>",
    ),
    Broken(
        "what is measured, not set",
        "<force-to-port>",
        "<active-path>PRIMARY</active-path><force-to-port>",
        "active-path",
        "<active-path>PRIMARY",
    ),
    Broken(
        "twice", "(<line-port>.*?</line-port>)", r"\1\1", "line-port", "<line-port>LINE-gov-express"
    ),
    Broken(
        "a container where a leaf is",
        "<frequency>\\d+",
        "<frequency><x/>",
        "Invalid type uint64 empty value",
        "<frequency>",
    ),
    # Lists
    Broken("missing key", "(<component>\\s*)<name>[^<]*</name>", r"\1", "key", "<component>"),
    Broken(
        "missing key of a channel", "(<channel>\\s*)<index>\\d+</index>", r"\1", "key", "<channel>"
    ),
    Broken(
        "missing one of two keys",
        "(<distribution>\\s*)<lower-frequency>\\d+</lower-frequency>",
        r"\1",
        "key",
        "<distribution>",
    ),
    Broken(
        "an entry twice",
        "(<amplifier>.*?</amplifier>)",
        r"\1\1",
        'Duplicate instance of "amplifier"',
        "<amplifier>",
    ),
    Broken("key and name differ", "(<amplifier>\\s*<name>)", r"\1X", "leafref", ">X"),
    Broken("key and index differ", "(<assignment>\\s*<index>)1", r"\g<1>2", "leafref", ">2<"),
    Broken(
        "keys and frequencies differ",
        "(<distribution>\\s*<lower-frequency>)",
        r"\g<1>1",
        "leafref",
        "<lower-frequency>1191325000",
    ),
    # References
    Broken("dangling line port", "<line-port>", "<line-port>X", "leafref", "<line-port>X"),
    Broken(
        "dangling optical channel",
        "<optical-channel>OCH",
        "<optical-channel>OCX",
        "leafref",
        "OCX",
    ),
    Broken("dangling client", "<transceiver>TRANS", "<transceiver>TRAMS", "leafref", "TRAMS"),
    Broken(
        "dangling stage",
        "<logical-channel>",
        "<logical-channel>1",
        "leafref",
        "<logical-channel>1475211712",
    ),
    Broken("dangling port", "<port-name>", "<port-name>X", "leafref", "<port-name>X"),
    Broken("dangling port of the way out", "(<dest>.*?<port-name>)", r"\1X", "leafref", ">X"),
    Broken(
        "dangling switch",
        "(<aps-module>.*?<config>\\s*<name>)",
        r"\1X",
        "leafref",
        "<name>XAPS-gov-express",
    ),
    Broken(
        "dangling super-channel",
        "<admin-status>",
        "<super-channel-parent>7</super-channel-parent><admin-status>",
        "leafref",
        "super-channel-parent",
    ),
    # Conditions
    Broken(
        "must: a stage that is light",
        ">LOGICAL_CHANNEL<",
        ">OPTICAL_CHANNEL<",
        "Must condition",
        "<logical-channel>475211712",
    ),
    Broken(
        "must: light that is a stage",
        ">OPTICAL_CHANNEL<",
        ">LOGICAL_CHANNEL<",
        "Must condition",
        "<optical-channel>OCH-gov-express",
    ),
    Broken(
        "when: Ethernet of an OTN channel",
        ODU,
        r"\1<ethernet><config><client-als>NONE</client-als></config></ethernet>",
        "When condition",
        "<ethernet>",
    ),
    Broken(
        "when: OTN of an Ethernet channel",
        GE,
        r"\1<otn><config><tti-msg-auto>true</tti-msg-auto></config></otn>",
        "When condition",
        "<otn>",
    ),
    Broken(
        "when: a threshold of no mode",
        "<admin-status>",
        "<ase-injection-threshold>-20.00</ase-injection-threshold><admin-status>",
        "When condition",
        "<ase-injection-threshold>-20.00",
    ),
    # XML
    Broken("not closed", "</components>", "", "well-formed", "</config>"),
    Broken("cut short", "</config>\\s*$", "", "well-formed", "</"),
    Broken("ampersand", "<description>", "<description>a & b", "well-formed", "description"),
    Broken("undeclared prefix", "<components", "<x:y/><components", "prefix", "x:y"),
    Broken("text between nodes", "<components", "text<components", "text", "<config "),
    Broken(
        "a template's key left in",
        "<component>",
        '<component key="name">',
        'Missing mandatory prefix for XML metadata "key"',
        '<component key="name">',
    ),
    Broken("empty", "<config ([^>]*)>.*", r"<config \1/>", "nothing", "<config "),
)
