"""Plans for the Linux side, on tables and on a model of the kernel."""

import random
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.frr.linux import Link, State, StateSyntaxError, Wanted, facts, parse
from plugins.frr.reconcile import Plan, Step, after, kernel_path, missing_ports, plan
from tests.plugins.frr.kernel import Kernel

DATA = Path(__file__).parent / "data"

PORTS = ("p1", "p2", "lo")
V4 = ("10.0.0.1/24", "10.0.0.2/32")
V6 = ("fd00::1/64", "fd00::2/128")


def bare() -> Kernel:
    ports = {name: Link(name, mtu=9216, up=name == "lo") for name in PORTS}
    return Kernel(ports | {"eth0": Link("eth0", mtu=1500)}, {"eth0": {"172.20.20.5/24"}})


def settle(kernel: Kernel, wanted: State) -> None:
    kernel.run(plan(wanted, kernel.state()))


def same(kernel: Kernel, wanted: State) -> bool:
    return facts(kernel.state(), wanted) == facts(wanted, wanted)


def text(*lines: str) -> State:
    return parse("\n".join(lines)).state


def ip(wanted: State, now: State) -> list[str]:
    return [step.text for step in _all(plan(wanted, now)) if step.tool == "ip"]


def _all(made: Plan) -> tuple[Step, ...]:
    return (*made.first, *made.last)


def test_nothing_to_do_is_nothing() -> None:
    kernel = bare()
    wanted = text("link p1 mtu 9000", "address fd00::1/64 dev p1", "link v type vrf table 10")
    settle(kernel, wanted)
    assert not plan(wanted, kernel.state())


def test_a_vrf_is_fenced_before_anything_is_in_it() -> None:
    steps = ip(
        text("link p1 master v", "link v type vrf table 10 exempt 5f00::/32"), bare().state()
    )
    fences = [steps.index(each) for each in steps if each.startswith("route replace unreachable")]
    assert max(fences) < next(n for n, each in enumerate(steps) if "master v" in each)
    assert any(each.startswith("route replace throw 5f00::/32 table 10") for each in steps)


def test_a_change_of_vrf_gives_ipv6_addresses_again() -> None:
    kernel = bare()
    settle(kernel, text("link p1 mtu 9000", "address fd00::1/64 dev p1"))
    wanted = text(
        "link v type vrf table 10", "link p1 mtu 9000 master v", "address fd00::1/64 dev p1"
    )
    assert "address replace fd00::1/64 dev p1 nodad" in ip(wanted, kernel.state())
    settle(kernel, wanted)
    assert same(kernel, wanted)


def test_what_is_not_ours_stays() -> None:
    kernel = bare()
    kernel.run(plan(text("link d type dummy"), kernel.state()))
    kernel.aliases["d"] = "somebody else's"
    settle(kernel, text("link p1 mtu 9000"))
    assert "d" in kernel.links
    assert kernel.addresses["eth0"] == {"172.20.20.5/24"}


def test_what_was_ours_goes() -> None:
    kernel = bare()
    lines = ("link v type vrf table 10", "link p1 mtu 9000 master v", "address fd00::1/64 dev p1")
    settle(kernel, text(*lines, "link p1.5 type vlan id 5 parent p1 master v"))
    settle(kernel, text("link p2 mtu 9000"))
    assert set(kernel.links) == {*PORTS, "eth0"}
    assert kernel.links["p1"].master is None
    assert not kernel.links["p1"].up
    assert not kernel.addresses["p1"]
    assert kernel.routes == set()


def test_an_address_that_somebody_added_to_our_port_goes() -> None:
    kernel = bare()
    wanted = text("link p1 mtu 9000", "address fd00::1/64 dev p1")
    settle(kernel, wanted)
    kernel.addresses["p1"].add("192.0.2.1/24")
    assert ip(wanted, kernel.state()) == ["address delete 192.0.2.1/24 dev p1"]


def test_additive_plans_remove_nothing() -> None:
    kernel = bare()
    settle(kernel, text("link p1 mtu 9000", "address fd00::1/64 dev p1", "link d type dummy"))
    steps = plan(text("link p1 mtu 8000"), kernel.state(), additive=True)
    assert [step.text for step in _all(steps)] == ["link set dev p1 mtu 8000"]


def test_a_table_cannot_be_changed_so_the_vrf_is_made_anew() -> None:
    kernel = bare()
    settle(
        kernel, text("link v type vrf table 10", "link p1 master v", "address fd00::1/64 dev p1")
    )
    wanted = text("link v type vrf table 20", "link p1 master v", "address fd00::1/64 dev p1")
    settle(kernel, wanted)
    assert same(kernel, wanted)


def test_a_setting_of_an_interface_with_a_dot_in_its_name() -> None:
    state = text("link p1.5 type vlan id 5 parent p1")
    path = kernel_path("net.ipv6.conf.p1.5.disable_ipv6", state.links)
    assert path == "/proc/sys/net/ipv6/conf/p1.5/disable_ipv6"
    assert kernel_path("net.ipv6.conf.all.forwarding", state.links).endswith("all/forwarding")


def test_missing_ports_are_named_with_their_line() -> None:
    wanted = parse("link p1 mtu 9000\nlink nowhere mtu 9000\n")
    assert missing_ports(wanted, bare().state()) == {"nowhere": 2}


@pytest.mark.parametrize(
    "line",
    [
        "link",
        "link p mtu",
        "link p mtu big",
        "link p type bridge",
        "address x dev p",
        "sysctl a",
        "address fd00::1/129 dev p",
        "route add",
        "link p colour red",
    ],
)
def test_lines_that_cannot_be_read(line: str) -> None:
    with pytest.raises(StateSyntaxError) as caught:
        parse(f"\n{line}\n")
    assert caught.value.line == 2


def test_a_loopback_that_is_down_is_shown_and_comes_up_with_its_addresses() -> None:
    kernel = bare()
    wanted = text("address fd00::2/128 dev lo", "address 10.0.0.2/32 dev lo")
    settle(kernel, wanted)
    kernel.run(Plan((Step("ip", "link set dev lo down", "link lo"),), ()))
    assert facts(kernel.state(), wanted)["link lo"] == "link lo down"
    assert "address replace fd00::2/128 dev lo nodad" in ip(wanted, kernel.state())
    settle(kernel, wanted)
    assert same(kernel, wanted)


def test_forwarding_of_all_is_set_before_that_of_each() -> None:
    """The kernel gives every interface the value that `ip_forward` changes to."""
    kernel = bare()
    kernel.sysctls |= {"net.ipv4.ip_forward": "0", "net.ipv4.conf.p1.forwarding": "0"}
    wanted = text("link p1", "sysctl net.ipv4.conf.p1.forwarding 1", "sysctl net.ipv4.ip_forward 1")
    keys = [step.about for step in plan(wanted, kernel.state()).first if step.tool == "sysctl"]
    assert keys == ["sysctl net.ipv4.ip_forward", "sysctl net.ipv4.conf.p1.forwarding"]


@pytest.mark.parametrize("node", ["gov-gw1", "gov-acc1"])
def test_facts_are_lines_that_mean_the_same(node: str) -> None:
    wanted = parse((DATA / f"{node}.linux.state").read_text()).state
    lines = "\n".join(facts(wanted, wanted).values())
    assert parse(lines).state == wanted


MTUS = st.sampled_from((None, 1000, 1500, 9000))


@st.composite
def states(draw: st.DrawFn) -> Wanted:
    """A state that a kernel can be in: VLANs no larger than their ports, masters that exist."""
    lines: list[str] = []
    vrfs = draw(st.sets(st.sampled_from(("v1", "v2"))))
    for name in sorted(vrfs):
        exempt = draw(st.sampled_from(("", " exempt 5f00::/32", " exempt 5f01::/32")))
        table = draw(st.integers(10, 11)) + 10 * int(name[1])
        lines.append(f"link {name} type vrf table {table}{exempt}")
    masters = st.sampled_from(("", *(f" master {name}" for name in sorted(vrfs))))
    names = ["p1", "p2"]
    for name in draw(st.sets(st.sampled_from(("p1", "p2")))):
        mtu = draw(st.sampled_from((1500, 9000)))
        lines.append(f"link {name} mtu {mtu}{draw(masters)}")
        if draw(st.booleans()):
            vlan = f"{name}.{draw(st.integers(5, 6))}"
            smaller = draw(st.sampled_from((1280, 1400, mtu)))
            lines.append(f"link {vlan} type vlan id 5 parent {name} mtu {smaller}{draw(masters)}")
            lines.append(f"sysctl net.ipv6.conf.{name}.disable_ipv6 0")
            names.append(vlan)
    if draw(st.booleans()):
        lines.append(f"link d0 type dummy{draw(masters)}")
        names.append("d0")
    present = [name for name in names if any(line.startswith(f"link {name} ") for line in lines)]
    for name in [*present, "lo"]:
        chosen = draw(st.sets(st.sampled_from(V4 + V6), max_size=3))
        lines += [f"address {each} dev {name}" for each in sorted(chosen)]
    lines.append(f"sysctl net.ipv6.conf.all.forwarding {draw(st.integers(0, 1))}")
    return parse("\n".join(lines))


def meddle(kernel: Kernel, seed: int) -> None:
    """What people do to a router by hand."""
    chance = random.Random(seed)  # noqa: S311 - a test, reproducible
    for name in [name for name in kernel.links if name != "eth0"]:
        for change in chance.sample(("address", "lost", "down", "mtu", "nomaster"), k=1):
            if change == "address":
                kernel.addresses.setdefault(name, set()).add("192.0.2.9/24")
            elif change == "lost":
                kernel.addresses[name] = set()
            elif change == "down":
                kernel._set(name, ["down"])
            elif change == "mtu" and name.startswith("p") and "." not in name:
                kernel._set(name, ["mtu", str(chance.choice((1000, 1500)))])
            elif change == "nomaster" and name != "lo":
                kernel._set(name, ["nomaster"])


@pytest.mark.thorough
@settings(max_examples=300, deadline=None)
@given(states(), states(), st.integers(0, 2**16))
def test_any_state_is_reached_from_any_other(first: Wanted, then: Wanted, seed: int) -> None:
    kernel = bare()
    settle(kernel, first.state)
    assert same(kernel, first.state)
    meddle(kernel, seed)
    expected = after(then.state, kernel.state())
    settle(kernel, then.state)
    assert same(kernel, then.state)
    assert not plan(then.state, kernel.state())
    assert facts(kernel.state(), then.state) == facts(expected, then.state)


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(states(), states())
def test_going_back_is_a_plan_as_well(first: Wanted, then: Wanted) -> None:
    kernel = bare()
    settle(kernel, first.state)
    before, saved = deepcopy(kernel), kernel.state()
    settle(kernel, then.state)
    names = (then.state.links.keys() | saved.ours) & saved.links.keys()
    scoped = State(
        {name: saved.links[name] for name in names},
        {name: saved.addresses[name] for name in names},
        saved.sysctls,
        saved.ours,
    )
    kernel.run(plan(scoped, kernel.state()))
    assert facts(kernel.state(), scoped) == facts(before.state(), scoped)
    assert kernel.state().ours == saved.ours
