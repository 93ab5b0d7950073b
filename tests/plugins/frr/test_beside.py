"""What a router has beside what is compared: owned, foreign, changed by hand."""

from plugins.frr.driver import FrrDriver
from tests.plugins.frr.test_frr_driver import Router, artifact, reading

STANDARD = """0:	from all lookup local
1000:	from all lookup [l3mdev-table]
32766:	from all lookup main
"""
RULES4 = f"""{STANDARD}32767:	from all lookup default
5000:	from 192.0.2.0/24 lookup 77
default via 172.20.20.1 dev eth0
198.51.100.0/24 dev gov-agg1-98dec scope link
unreachable 203.0.113.0/24 table 77
"""
FOREIGN_LINK = (
    '{"ifname":"wg0","flags":["UP"],"mtu":1420,"addr_info":'
    '[{"local":"192.0.2.7","prefixlen":32,"scope":"global"}]},'
    '{"ifname":"tunl0","flags":["NOARP"],"mtu":1480,"addr_info":[]},'
)


def put(text: str, name: str, said: str) -> str:
    """What a router printed, with one more part."""
    return f"{text}{said}\n@@citynet {name} 0\n"


def staged(text: str, node: str = "gov-acc1") -> FrrDriver:
    return FrrDriver(Router(lambda _: text))


def beside(text: str) -> dict[str, tuple[str, ...]]:
    change = staged(text).stage(artifact("gov-acc1"))
    return dict(change.beside)


def test_nothing_of_a_lab_router_is_foreign_but_its_containers_table() -> None:
    text = put(put(reading("gov-acc1"), "rules4", STANDARD), "rules6", STANDARD)
    found = beside(text)
    assert found.keys() == {"owned", "foreign"}
    assert found["foreign"] == ("table ip nat",)
    assert "link health" in found["owned"]
    assert "table inet citynet-access" in found["owned"]


def test_what_others_have_put_there_is_listed_and_is_no_change() -> None:
    text = reading("gov-acc1").replace("[{", f"[{FOREIGN_LINK}{{", 1)
    assert "wg0" in text
    listing = "table inet citynet-access {"
    text = text.replace(listing, "table inet fail2ban {\n\tchain input {\n\t}\n}\n" + listing, 1)
    text = put(put(text, "rules4", RULES4), "rules6", STANDARD + "900:	from all lookup 78\n")
    change = staged(text).stage(artifact("gov-acc1"))
    assert not change
    assert change.beside["foreign"] == (
        "link wg0 address 192.0.2.7/32",
        "table ip nat",
        "table inet fail2ban",
        "rule 5000: from 192.0.2.0/24 lookup 77",
        "route 198.51.100.0/24 dev gov-agg1-98dec scope link",
        "route unreachable 203.0.113.0/24 table 77",
        "-6 rule 900: from all lookup 78",
    )
    assert "changed by hand" not in change.beside


def test_what_a_hand_has_changed_is_told_from_what_the_inventory_wants() -> None:
    """The running value was changed by hand; another line differs since the inventory does."""
    recorded = reading("gov-acc1")
    hand = recorded.replace(" is-type level-2-only", " is-type level-1-2", 1)
    state = artifact("gov-acc1").files["linux.state"].replace("mtu 9000", "mtu 8000", 1)
    change = staged(hand).stage(artifact("gov-acc1", **{"linux.state": state}))
    assert change.files.keys() == {"frr.conf", "linux.state"}
    assert change.beside["changed by hand"] == (
        " router isis city",
        "- is-type level-2-only",
        "+ is-type level-1-2",
    )


def test_an_interface_and_a_policy_that_a_hand_has_changed() -> None:
    text = reading("gov-acc1").replace('"mtu":9000', '"mtu":1500', 1)
    before, ours, after = text.partition("table inet citynet-access {")
    text = before + ours + after.replace("policy accept;", "policy drop;", 1)
    found = beside(text)["changed by hand"]
    assert any(line.startswith("+link ") and "mtu 1500" in line for line in found)
    assert any(line.startswith("-link ") and "mtu 9000" in line for line in found)
    assert any(line.startswith("+") and "policy drop" in line for line in found)


def test_a_router_that_was_never_deployed_to_has_nothing_changed_by_hand() -> None:
    text = reading("gov-acc1").replace("==> /var/lib/citynet/", "==> /elsewhere/")
    text = text.replace(" is-type level-2-only", " is-type level-1-2", 1)
    assert "changed by hand" not in beside(text)
