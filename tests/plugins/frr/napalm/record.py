"""Record what two real routers print, for NAPALM's suite.

`python -m tests.plugins.frr.napalm.record`, with the demo city's lab up. Two fresh routers are
joined by two cables, in the default table with a BGP session, and in the VRF TEST; each getter's
answers and result go to `mocked_data/`, to be read before they are committed.
"""

import json
import time
from pathlib import Path
from typing import Any

from napalm.base.test.double import BaseTestDouble

from citynet.fleet.shell import Output
from citynet.lab import api as labs
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost
from citynet.render.artifact import Artifact
from plugins.frr.driver import FrrDriver
from plugins.frr.napalm_driver import FRRDriver
from tests.lab_e2e.routers import Bare, DockerShell, bare

DATA = Path(__file__).parent / "mocked_data"
LEFT = {
    "frr.conf": """log syslog informational
ip route 203.0.113.0/24 blackhole
ip prefix-list wanted seq 5 permit 1.0.4.0/22 le 32
ip prefix-list wanted seq 10 permit 8.8.8.8/32
interface lo
 description the router itself
exit
interface wire
 description to the right
exit
router bgp 65001
 bgp router-id 192.0.2.1
 no bgp ebgp-requires-policy
 neighbor RIGHT peer-group
 neighbor RIGHT remote-as 65002
 neighbor RIGHT description all on the right
 neighbor RIGHT timers 10 30
 neighbor 198.51.100.2 peer-group RIGHT
 neighbor 198.51.100.2 description right
 neighbor 198.51.100.2 password S3cret
 neighbor 198.51.100.9 remote-as 65009
 neighbor 198.51.100.9 shutdown
 address-family ipv4 unicast
  neighbor RIGHT prefix-list wanted in
  neighbor RIGHT maximum-prefix 100 90
 exit-address-family
exit
router bgp 65001 vrf TEST
 bgp router-id 192.0.2.1
 address-family ipv4 unicast
  rd vpn export 65001:7
 exit-address-family
exit
""",
    "linux.state": """link TEST type vrf table 1007
link wire mtu 1500
link test mtu 1500 master TEST
address 192.0.2.1/32 dev lo
address 198.51.100.1/30 dev wire
address 2001:db8::1/64 dev wire
address 198.51.100.5/30 dev test
""",
}
RIGHT = {
    "frr.conf": """log syslog informational
router bgp 65002
 bgp router-id 192.0.2.2
 no bgp ebgp-requires-policy
 neighbor 198.51.100.1 remote-as 65001
 neighbor 198.51.100.1 password S3cret
 address-family ipv4 unicast
  network 1.0.4.0/24
  network 1.0.4.128/25
  network 8.8.8.8/32
 exit-address-family
exit
""",
    "linux.state": """link wire mtu 1500
link test mtu 1500
link far type dummy mtu 1500
address 198.51.100.2/30 dev wire
address 2001:db8::2/64 dev wire
address 198.51.100.6/30 dev test
address 8.8.8.8/32 dev far
address 1.0.4.1/24 dev far
address 1.0.4.129/25 dev far
""",
}
BGP_ROUTES = {"destination": "1.0.4.0/24", "protocol": "bgp"}
CALLS: dict[str, list[dict[str, Any]]] = {
    "is_alive": [{}],
    "get_facts": [{}],
    "get_interfaces": [{}],
    "get_interfaces_counters": [{}],
    "get_environment": [{}],
    "get_bgp_neighbors": [{}],
    "get_bgp_config": [{}],
    "get_bgp_neighbors_detail": [{}],
    "get_arp_table": [{}],
    "get_arp_table with_vrf": [{"vrf": "TEST"}],
    "get_ipv6_neighbors_table": [{}],
    "get_interfaces_ip": [{}],
    "get_route_to": [BGP_ROUTES],
    "get_route_to longer": [BGP_ROUTES | {"longer": True}],
    "ping": [{"destination": "8.8.8.8"}],
    "traceroute": [{"destination": "8.8.8.8"}],
    "get_config": [{}],
    "get_config filtered": [{"retrieve": each} for each in ("running", "startup", "candidate")],
    "get_config sanitized": [{"sanitized": True}],
    "get_config sanitized_filtered": [{"sanitized": True}],
    "get_network_instances": [{}],
}
"""What the suite calls, by method and case; it compares what the last call gives."""


class Recorder(DockerShell):
    """Keeps what a router prints, under the names that NAPALM's doubles look for."""

    folder = DATA

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        done = super().run(command, stdin=stdin, timeout=timeout)
        if command != "true":
            name = f"{BaseTestDouble.sanitize_text(command)[:100]}.txt"
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(done.stdout, encoding="utf-8")
        return done


def join(host: LabHost, left: Bare, right: Bare) -> None:
    """Two cables between two routers."""
    asked = ["docker", "inspect", "--format", "{{.State.Pid}}", left.name, right.name]
    a, b = host.run(asked, timeout=60).stdout.split()
    for name in ("wire", "test"):
        cable = ["ip", "link", "add", name, "netns", a, "type", "veth"]
        done = host.run([*cable, "peer", "name", name, "netns", b], timeout=60)
        assert done.returncode == 0, done.stderr


def configure(router: Bare, files: dict[str, str]) -> None:
    """As `citynet deploy` does."""
    for _ in range(60):
        if "bgpd" in router.box.run("vtysh -c 'show daemons'").stdout:
            break
        time.sleep(1)
    driver = FrrDriver(router)
    driver.stage(Artifact(router.name, "frr", files))
    driver.commit()


def record(router: Bare) -> None:
    """Call every getter as the suite does, and keep what it saw and gave."""
    recorder = Recorder(router.box)
    driver = FRRDriver(router.name, "root", "")
    driver._session._shell = recorder
    for case, calls in CALLS.items():
        recorder.folder = DATA / f"test_{case.replace(' ', '_')}" / "normal"
        results = [getattr(driver, case.partition(" ")[0])(**each) for each in calls]
        recorder.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(results[-1], indent=2, ensure_ascii=False)
        (recorder.folder / "expected_result.json").write_text(f"{text}\n", encoding="utf-8")


def main() -> None:
    """Make the routers, wait for their session, record, and take them down."""
    lab = labs.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` comes first"
    like = container_name("demo", "x-gw1")
    with (
        labs.attached(lab) as host,
        bare(host, like, "citynet-left") as left,
        bare(host, like, "citynet-right") as right,
    ):
        join(host, left, right)
        configure(right, RIGHT)
        configure(left, LEFT)
        left.box.run("ping -c 1 198.51.100.6 -I TEST; ping -c 1 2001:db8::2")
        for _ in range(60):
            if "8.8.8.8" in left.box.run("ip route").stdout:
                break
            time.sleep(1)
        record(left)


if __name__ == "__main__":
    main()
