"""The same ring in netlab's words: IS-IS, BGP with two reflectors, a VRF and SRv6 on FRR."""

from collections.abc import Iterator
from pathlib import Path

HEAD = """provider: clab
defaults.device: frr
module: [ isis, bgp, vrf, srv6 ]
bgp.as: 65000
bgp.rr_list: [ r1, r2 ]
srv6.vpn.ipv4: [ ibgp ]
srv6.vpn.ipv6: [ ibgp ]
addressing:
  loopback: { ipv4: 10.0.0.0/16, ipv6: "2001:db8:0::/48" }
  p2p: { ipv4: 10.1.0.0/16, ipv6: "2001:db8:1::/48" }
  lan: { ipv4: 172.16.0.0/16, ipv6: "2001:db8:2::/48" }
vrfs:
  red: {}
"""


def _lines(devices: int) -> Iterator[str]:
    yield HEAD
    yield "nodes:\n"
    yield from (f"  r{number}: {{}}\n" for number in range(1, devices + 1))
    yield "links:\n"
    for number in range(1, devices + 1):
        yield f"- r{number}-r{number % devices + 1}\n"
        yield f"- {{ r{number}: {{ vrf: red }} }}\n"


def write_topology(devices: int, folder: Path) -> None:
    """Write `topology.yml` for a ring of `devices` routers into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "topology.yml").write_text("".join(_lines(devices)), encoding="utf-8")
