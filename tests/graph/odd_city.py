"""A city with everything that a picture may stumble over; more than the loader lets through."""

import yaml

from tests.cities import Raw

ODD = """
city: {name: odd, label: "怪 <b>&\\" 市"}
domains: {aa: {label: 甲}, bb: {}, cc: {}}
networks: {net: {domain: aa, label: "网 & 络"}}
sites: {s1: {label: "机房<1>"}, s2: {}}
nodes:
  a-core1: {site: s1, domain: aa, role: core}
  a-core2: {site: s1, domain: aa, role: core}
  a-core3: {site: s2, domain: aa, role: core}
  a1: {site: s1, domain: aa, role: aggregation}
  a2: {site: s1, domain: aa, role: aggregation}
  a3: {site: s1, domain: aa, role: aggregation}
  a4: {site: s1, domain: aa, role: aggregation}
  a5: {site: s1, domain: aa, role: aggregation}
  a6: {site: s1, domain: aa, role: aggregation}
  a7: {site: s1, domain: aa, role: aggregation}
  a8: {site: s1, domain: aa, role: aggregation}
  a9: {site: s1, domain: aa, role: aggregation}
  acc1: {site: s1, domain: aa, role: access, label: "一个非常非常非常非常非常非常长的名字"}
  acc2: {site: s1, domain: aa, role: access, network: net}
  acc3: {site: s1, domain: aa, role: access}
  lone: {site: s1, domain: aa, role: access}
  a-very-long-name-of-a-router-gw1: {site: s1, domain: aa, role: gateway}
  b-gw: {site: s1, domain: bb, role: gateway}
  b1: {site: s1, domain: bb, role: access}
  c1: {site: s1, domain: cc, role: core}
  c2: {site: s1, domain: cc, role: access}
  c3: {site: s1, domain: cc, role: access}
  c-gw: {site: s1, domain: cc, role: gateway}
rings:
  opposite: {nodes: [a-core1, a1, a-core2, a2]}
  one-hub: {nodes: [a-core2, a3, a4]}
  free: {nodes: [a5, a6, a7]}
  meets: {nodes: [a6, a8, a9]}
  c-ring: {nodes: [c1, c2, c3]}
links:
  l1: {ends: [acc1, a-core1]}
  l2: {ends: [acc2, acc1]}
  l3: {ends: [acc3, a5]}
  l4: {ends: [a1, a-core3]}
  l5: {ends: [a1, a2], ring: opposite}
  l6: {ends: [b-gw, b1]}
  l7: {ends: [a-very-long-name-of-a-router-gw1, a3]}
  l8: {ends: [c-gw, c1]}
  l9: {ends: [a3, a4], ring: one-hub}
vpns:
  v1: {domain: aa, network: net, endpoints: {x1: {node: acc1}, x2: {node: acc2}}}
  v2: {domain: bb, endpoints: {x1: {node: b1}}}
  v3: {domain: cc, endpoints: {x1: {node: c2}}}
gateways:
  g1:
    ends: [a-very-long-name-of-a-router-gw1, b-gw]
    allow: {f1: {from: v1, to: v2, protocol: tcp, ports: [80, 81, 82], label: "<script>"}}
  g2: {ends: [b-gw, c-gw]}
"""


def odd() -> Raw:
    """The odd city as plain values."""
    values: Raw = yaml.safe_load(ODD)
    return values
