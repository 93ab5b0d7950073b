"""The YANG models of Huawei's NE8000 M8, release 8.22.0, that our configuration touches."""

from citynet.yang import ModelSet, Source

DEVICE = "NE8000M8M14"

MODULES = (
    "system",
    "ifm",
    "ip",
    "ethernet",
    "vlan",
    "bfd",
    "network-instance",
    "l3vpn",
    "tunnel-management",
    "isis",
    "isis-srv6",
    "srv6",
    "bgp",
    "bgp-srv6",
    "routing-policy",
    "acl",
    "qos",
)
"""Without the prefix `huawei-`; each comes with the device's deviations, where it has some."""

WITHOUT_DEVIATIONS = frozenset({"network-instance", "isis-srv6"})

PATCH = """
module citynet-huawei-vrp {
  namespace "urn:citynet:huawei-vrp";
  prefix cnhw;
  import huawei-network-instance { prefix ni; }
  import huawei-bgp { prefix bgp; }
  import huawei-bgp-srv6 { prefix bgp-srv6; }
  import huawei-routing-policy { prefix rtp; }

  deviation "/rtp:routing-policy/rtp:policy-definitions/rtp:policy-definition/rtp:nodes"
          + "/rtp:node/rtp:actions/rtp:apply-as-path/rtp:as-path-string/rtp:as-string/rtp:value" {
    description
      "The pattern of an AS path is larger than PCRE2 compiles: the value is plain text here.";
    deviate replace { type string; }
  }

  deviation "/ni:network-instance/ni:instances/ni:instance/bgp:bgp/bgp:base-process"
          + "/bgp-srv6:locator" {
    description
      "As written it forbids a container without presence, which always exists (RFC 7950,
       section 6.4.1). Said here of what is in it: one locator for all families, or one each.";
    deviate delete {
      must "not (../bgp:afs/bgp:af/bgp:ipv4-unicast/bgp-srv6:locators"
         + " or ../bgp:afs/bgp:af/bgp:ipv6-unicast/bgp-srv6:locators)";
    }
    deviate add {
      must "not (bgp-srv6:name) or"
         + " not (../bgp:afs/bgp:af/bgp:ipv4-unicast/bgp-srv6:locators/bgp-srv6:locator"
         + " or ../bgp:afs/bgp:af/bgp:ipv6-unicast/bgp-srv6:locators/bgp-srv6:locator)";
    }
  }
}
"""


def _modules() -> tuple[str, ...]:
    names: list[str] = []
    for module in MODULES:
        if module not in WITHOUT_DEVIATIONS:
            names.append(f"huawei-{module}-deviations-{DEVICE}")
        names.append(f"huawei-{module}")
    return tuple(names)


SOURCE = Source(
    repository="Huawei/yang",
    commit="1a069483f2ba7213aa4858f799220734ac3eb0f2",
    paths=("LICENSE", "network-router/8.22.0/ne8000-m4m8m14"),
    digest="fe78d590de7181995c3364f17100d08e3fc1d9034bbf53da0241e72f934b4d96",
)

MODELS = ModelSet(
    release="Huawei NE8000 M8/M14, 8.22.0",
    folders=(
        "huawei/ne8000-m4m8m14-8.22.0",
        "vendor/huawei/network-router/8.22.0/ne8000-m4m8m14",
        "huawei",
    ),
    modules=_modules(),
    patches={"citynet-huawei-vrp": PATCH},
    source=SOURCE,
)
