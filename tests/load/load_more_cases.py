"""Ways to break the YAML, the references and the rules of the small city."""

from tests.load.load_cases import G2, PUBLISH, city_case, nodes_case, services_case

YAML = (
    nodes_case("tab in the indentation", "  g2: {", "^\tg2: {", "a tab", "spaces"),
    nodes_case("tab after spaces", "  g2: {", "  ^\tg2: {", "a tab", "spaces"),
    nodes_case("open bracket", "[g1, g2, g3]}", "^[g1, g2, g3", "`[` is not closed"),
    nodes_case("open brace", G2, "^{site: town-hall", "`{` is not closed"),
    nodes_case("open quote", "role: core}", "role: core, label: ^'x}", "quote is never closed"),
    city_case(
        "colon in a line", "name: small", "name: small^: city", "a colon where no key can be"
    ),
    city_case("no colon", "  name: small", "  name: small\n  ^label", "no colon"),
    city_case("no space after a colon", "{domain: gov}", "{domain^:}", "a space"),
    city_case("indentation", "  name: small", "    name: small\n  ^label: x", "indentation"),
    city_case("letter that starts no word", "name: small", "name: ^@small", "cannot begin with"),
    city_case("backslash", "name: small", 'name: "small^\\d"', "a backslash"),
    city_case(
        "left over", "name: small", 'name: "small" ^city', "follows a value that is complete"
    ),
    city_case("left-over bracket", "domain: gov}", "domain: gov}^}", "without an open one"),
    city_case("empty item", "{domain: gov}", "{domain: ^]}", "a value is missing"),
    city_case("no item", "sites:\n  ", "sites:\n  - [a]\n  ^", "not an item of the list above"),
    city_case("item beside its key", "city:\n", "city: ^- a\n", "a list item cannot stand here"),
    city_case("after the end", "domains:", "...\n^domains:", "where the file should have ended"),
    city_case("order", "city:\n", "%TAG^\ncity:\n", "begins with %"),
    city_case("tag of nobody", "name: small", "name: ^!x!y small", "an unknown `!` tag"),
    city_case("half a tag", "name: small", "name: !<^ small", "`!` begins a tag"),
    city_case("anchor without a name", "name: small", "name: &^ small", "`&` begins an anchor"),
    city_case("stars", "name: small", "name: *^*small**", "`*` begins an alias"),
    city_case("text after a bar", "name: small", "name: |^small", "`|` and `>` begin"),
    city_case("no character", "name: small", 'name: "\\u^d800"', "no character"),
    city_case("short escape", "name: small", 'name: "\\u^12"', "too few digits"),
    city_case("item in a map", "  name: small", "  name: small\n  ^- x", "indentation"),
    city_case(
        "two documents", "domains:", "^---\ndomains:", "a second document", "a file of its own"
    ),
    city_case("tag", "name: small", "name: ^!secret small", "the tag `!secret`"),
    city_case("python tag", "name: small", "name: ^!!python/name:os.system x", "the tag"),
    city_case("duplicate key", "  name: small", "  name: small\n  ^name: big", "first at", ":2:3"),
    nodes_case("duplicate name", "rings:", f"  ^g2: {G2}\nrings:", "`g2` is here twice", ":3:3"),
    nodes_case(
        "duplicate section", "rings:", "^nodes: {}\nrings:", "`nodes` is here twice", ":1:1"
    ),
    city_case("alias of nothing", "name: small", "name: ^*small", "no anchor `&small`"),
    city_case("endless anchor", "city:\n", "city: &all\n  label: ^*all\n", "inside `&all` itself"),
    city_case(
        "number as a key", "  town-hall:", "  ^12: {}\n  town-hall:", "`12` is a number", '"12"'
    ),
    city_case("yes as a key", "  town-hall:", "  ^yes: {}\n  town-hall:", "true or false", '"yes"'),
    city_case("empty key", "  town-hall:", "  ^~: {}\n  town-hall:", "a key is empty"),
    city_case("list as a key", "  town-hall:", "  ^[a, b]: {}\n  town-hall:", "a key is a list"),
    city_case("template", "name: small", "name: {^{ city_name }}", "a key is a map", "templates"),
    city_case("no as a label", "label: 市民中心", "label: ^no", "true or false", '"no" in quotes'),
    city_case("off as a label", "label: 市民中心", "label: ^Off", "true or false"),
    city_case("octal", "label: 政务域", "asn: ^0644", "octal", "without the zero"),
    city_case("endless octal", "label: 政务域", f"asn: ^{'0' * 5000}", f"`{'0' * 60}` begins with"),
    city_case(
        "endless number",
        "label: 政务域",
        f"asn: ^{'9' * 5000}",
        "this is a number of 5000 digits, expected a number of at most 20, or text in quotes",
    ),
    city_case("endless text", "label: 政务域", f"asn: ^'{'9' * 5000}'", "is the text", '9..."'),
    city_case("new octal", "label: 政务域", "asn: ^0o644", "octal"),
    city_case("merge of text", "gov: {label: 政务域}", "gov: {<<: ^text}", "`<<` merges text"),
    city_case("bidi override", "市民中心", "市民^\u202e中心", "U+202E"),
    city_case("bidi override in disguise", "label: 市民中心", 'label: ^"a\\u202e"', "U+202E"),
    city_case("zero width space", "市民中心", "市民^\u200b中心", "U+200B"),
    city_case("control character", "市民中心", "市民^\x07中心", "U+0007"),
    city_case("escape in disguise", "label: 市民中心", 'label: ^"\\e[31m"', "U+001B"),
    city_case("hidden line break", "市民中心", "市民^\u2028中心", "U+2028"),
    city_case("unknown section", "domains:", "^domain:", "unknown section `domain`", "`domains`"),
    city_case(
        "section that is a list", "sites:\n  town-hall: {label: 市民中心}", "^sites: [a]", "a list"
    ),
    city_case("empty section", "sites:\n  town-hall: {label: 市民中心}", "^sites:", "has no value"),
)

REFERENCES = (
    city_case(
        "network's domain", "video: {domain: gov}", "video: {domain: ^gvo}", "no domain `gvo`"
    ),
    nodes_case(
        "node's site", G2, G2.replace("town-", "^town"), "no site `townhall`", "`town-hall`?"
    ),
    nodes_case("node's domain", G2, G2.replace("gov", "^got"), "no domain `got`", "one of gov, xd"),
    nodes_case("node's network", "network: egov", "network: ^egvo", "no network `egvo`", "`egov`?"),
    nodes_case("ring's node", "[g1, g2, g3]", "[g1, g2, ^g4]", "no node `g4`", "a name in `nodes`"),
    nodes_case("link's end", "[gw, g1]", "[^Gw, g1]", "no node `Gw`", "did you mean `gw`?"),
    nodes_case("link's ring", "[gw, g1]", "[gw, g1], ring: ^rnig", "no ring `rnig`", "`ring`?"),
    services_case("VPN's domain", "domain: xd", "domain: ^dx", "no domain `dx`"),
    services_case("VPN's network", "network: egov", "network: ^gov", "no network `gov`"),
    services_case("endpoint's node", "{node: x2}", "{node: ^x9}", "no node `x9`"),
    services_case("gateway's end", "[gw, xw]", "[gw, ^xww]", "no node `xww`", "did you mean `xw`?"),
    services_case(
        "flow's VPN", "to: trade/", "to: ^trad/", "no VPN `trad`", "did you mean `trade`?"
    ),
    services_case("flow's origin", "from: health/", "from: ^heath/", "no VPN `heath`", "`health`?"),
    services_case(
        "flow's endpoint",
        "to: trade/market",
        "to: ^trade/markt",
        "VPN `trade` has no endpoint `markt`",
        "did you mean `market`?",
    ),
)

RULES = (
    nodes_case(
        "node's network in another domain",
        "domain: xd, role: access",
        "domain: xd, role: access, network: ^egov",
        "part of domain `gov`",
        "a network of domain `xd`",
    ),
    nodes_case(
        "node on a ring twice", "[g1, g2, g3]", "[g1, g2, g3, ^g2]", "`g2` is on the ring twice"
    ),
    nodes_case(
        "ring over domains", "[g1, g2, g3]", "[g1, g2, g3, ^x2]", "`x2` is of domain `xd`", "gov"
    ),
    nodes_case("link to itself", "[gw, g1]", "[g1, ^g1]", "joins `g1` to itself", others=1),
    nodes_case("link over domains", "{ends: [x1, x2]}", "{^ends: [g1, x2]}", "gateways", others=1),
    nodes_case(
        "link beside its ring", "[gw, g1]", "[^gw, g1], ring: ring", "`gw` is not on ring `ring`"
    ),
    nodes_case(
        "interface of another node",
        "[gw, g1]}",
        "[gw, g1], interfaces: {g3: ^eth1}}",
        "`g3` is not an end",
        "gw or g1",
    ),
    nodes_case(
        "interface pinned twice",
        "  x1-x2: {ends: [x1, x2]}\n  xw-x1: {ends: [xw, x1]}",
        "  x1-x2: {ends: [x1, x2], interfaces: {x1: eth7}}\n"
        "  xw-x1: {ends: [xw, x1], interfaces: {x1: ^eth7}}",
        "interface `eth7` of `x1` is taken by `links.x1-x2.interfaces.x1`",
    ),
    nodes_case(
        "node alone",
        "rings:",
        "  ^g9: {site: town-hall, domain: gov, role: access}\nrings:",
        "no way from `g9` to `g1` by links of domain `gov`",
        "a ring or a link that joins them",
    ),
    services_case(
        "VPN's network elsewhere",
        "domain: xd",
        "domain: xd\n    network: ^egov",
        "network `egov` is part of domain `gov`",
        "a network of domain `xd`",
    ),
    services_case(
        "endpoint elsewhere", "{node: x2}", "{node: ^g2}", "of domain `gov`", "domain `xd`"
    ),
    services_case(
        "endpoint on a node of another network",
        "network: egov\n    endpoints:\n      office: {node: g3}",
        "network: video\n    endpoints:\n      office: {node: ^g3}",
        "node `g3` serves network `egov` only",
        "serves `video`",
    ),
    services_case(
        "pin of a subnet's own address",
        "{node: x2}",
        "{node: x2, ipv4: ^10.1.0.0/28}",
        "first or last address of 10.1.0.0/28",
    ),
    services_case(
        "pin of the broadcast address",
        "{node: x2}",
        "{node: x2, ipv4: ^10.1.0.15/28}",
        "first or last address of 10.1.0.0/28",
    ),
    services_case(
        "gateway of a core", "[gw, xw]", "[^g1, xw]", "`g1` has the role core", "role gateway"
    ),
    services_case(
        "gateway in one domain", "ends: [gw, xw]", "^ends: [gw, gw]", "both ends are of domain"
    ),
    services_case(
        "two gateways of one pair",
        "gateways:\n  gate:\n    ends",
        "gateways:\n  first: {ends: [xw, gw]}\n  gate:\n    ^ends",
        "are gateway `first` already",
        "put its flows into `first`",
    ),
    services_case(
        "flow inside a domain",
        PUBLISH,
        "^" + PUBLISH.replace("trade/market", "health/hall"),
        "stays inside domain `gov`",
    ),
    services_case(
        "tcp without ports",
        PUBLISH,
        "^" + PUBLISH.replace(", ports: [443]", ""),
        "`ports` is missing: tcp needs at least one",
    ),
    services_case(
        "icmp with ports", "protocol: tcp, ports", "protocol: icmp, ^ports", "icmp has no ports"
    ),
    services_case("port twice", "[443]", "[443, ^443]", "port 443 is listed twice"),
)
