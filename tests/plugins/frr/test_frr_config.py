"""FRR's configuration: reading it, comparing, and the commands between two of them."""

from pathlib import Path

import pytest

from plugins.frr.config import FrrDiff, difference, merged, parse, script, shown
from plugins.frr.script import parts
from plugins.frr.words import negation, slot

DATA = Path(__file__).parent / "data"
NONE: frozenset[str] = frozenset()
EMPTY = parse("")


def frr(node: str) -> str:
    return parts((DATA / f"{node}.reading").read_text())["frr"].text.partition("\n")[2]


@pytest.mark.parametrize("node", ["gov-gw1", "gov-acc1"])
def test_what_a_router_shows_is_what_was_rendered(node: str) -> None:
    wanted = parse((DATA / f"{node}.frr.conf").read_text())
    assert difference(wanted, parse(frr(node))) == FrrDiff((), ())


def test_an_empty_router_shows_nothing() -> None:
    assert difference(parse("hostname x\n"), parse(frr("empty"))) == FrrDiff((), ())


@pytest.mark.parametrize("node", ["gov-gw1", "gov-acc1"])
def test_text_reads_back_as_itself(node: str) -> None:
    config = parse((DATA / f"{node}.frr.conf").read_text())
    assert parse(config.text()).lines.keys() == config.lines.keys()


def test_contexts_that_come_twice_are_one() -> None:
    config = parse("router isis c\n net 1\nexit\nbfd\nexit\nrouter isis c\n is-type x\nexit\n")
    assert [path for path in config.lines if path[0] == "router isis c"] == [
        ("router isis c",),
        ("router isis c", "net 1"),
        ("router isis c", "is-type x"),
    ]
    assert config.lines["router isis c", "is-type x"] == 7


def test_order_does_not_matter() -> None:
    one = parse("router bgp 1\n neighbor a remote-as 2\n neighbor b remote-as 2\nexit\n")
    other = parse("router bgp 1\n neighbor b remote-as 2\n neighbor a remote-as 2\nexit\n")
    assert not difference(one, other)


def test_empty_contexts_mean_nothing() -> None:
    assert not difference(parse("interface eth1\nexit\nbfd\nexit\n"), EMPTY)
    assert difference(parse("bfd\n profile city\n exit\nexit\n"), EMPTY)


def test_a_new_value_replaces_the_old_one() -> None:
    wanted, running = (
        parse("interface a\n description new\nexit\n"),
        parse("interface a\n description old\nexit\n"),
    )
    sent = script(difference(wanted, running), wanted, running, NONE, 0)
    assert sent.lines == ("interface a", " description new", "exit")


def test_a_later_round_says_no_first() -> None:
    wanted, running = (
        parse("interface a\n description new\nexit\n"),
        parse("interface a\n description old\nexit\n"),
    )
    sent = script(difference(wanted, running), wanted, running, NONE, 1)
    assert sent.lines[:3] == ("interface a", " no description", "exit")


def test_whole_contexts_go_at_once_and_the_last_first() -> None:
    running = parse(
        "router bgp 1\n neighbor a remote-as 2\nexit\nrouter bgp 1 vrf v\n bgp router-id 1\nexit\n"
    )
    sent = script(difference(EMPTY, running), EMPTY, running, NONE, 0)
    assert sent.lines == (
        "no router bgp 1 vrf v",
        "router bgp 1",
        " no neighbor a remote-as 2",
        "exit",
    )


def test_interfaces_are_emptied_and_removed_only_when_the_kernel_has_none() -> None:
    running = parse("interface a\n isis passive\nexit\ninterface b\n isis passive\nexit\n")
    sent = script(difference(EMPTY, running), EMPTY, running, frozenset({"a"}), 0)
    assert "no interface b" in sent.lines
    assert "no interface a" not in sent.lines
    assert sent.lines.count(" no isis passive") == 2


def test_a_vrf_that_nobody_has_is_forgotten() -> None:
    running = parse("vrf old\nexit-vrf\nvrf here\nexit-vrf\nbfd\n profile x\n exit\nexit\n")
    sent = script(difference(EMPTY, running), EMPTY, running, frozenset({"here"}), 0)
    assert "no vrf old" in sent.lines
    assert "no vrf here" not in sent.lines
    again = script(difference(EMPTY, running), EMPTY, running, frozenset({"here"}), 1)
    assert "no vrf old" not in again.lines  # it means nothing, and may be what FRR refused


def test_values_come_before_contexts_inside() -> None:
    wanted = parse(
        "router bgp 1 vrf v\n address-family ipv4 unicast\n  neighbor a activate\n"
        " exit-address-family\nexit\nrouter bgp 1 vrf v\n neighbor a remote-as 2\nexit\n"
    )
    lines = script(difference(wanted, EMPTY), wanted, EMPTY, NONE, 0).lines
    assert lines.index(" neighbor a remote-as 2") < lines.index("  neighbor a activate")


def test_lines_know_where_they_came_from() -> None:
    wanted = parse((DATA / "gov-gw1.frr.conf").read_text())
    sent = script(difference(wanted, EMPTY), wanted, EMPTY, NONE, 0)
    source = (DATA / "gov-gw1.frr.conf").read_text().splitlines()
    for line, path in zip(sent.lines, sent.about, strict=True):
        if path is not None:
            assert source[wanted.lines[path] - 1].strip() == line.strip()


def test_a_part_puts_in_and_takes_nothing_away() -> None:
    running = parse("interface a\n description old\n isis passive\nexit\nrouter bgp 1\nexit\n")
    wanted = parse("interface a\n description new\nexit\n")
    target = merged(wanted, running)
    diff = difference(target, running)
    assert diff.added == (("interface a", "description new"),)
    assert diff.removed == (("interface a", "description old"),)


def test_the_difference_is_shown_in_its_contexts() -> None:
    wanted = parse("router bgp 1\n address-family ipv4 vpn\n  neighbor a activate\n exit\nexit\n")
    running = parse("router bgp 1\n address-family ipv4 vpn\n  neighbor b activate\n exit\nexit\n")
    assert shown(difference(wanted, running)) == [
        " router bgp 1",
        "  address-family ipv4 vpn",
        "-  neighbor b activate",
        "+  neighbor a activate",
    ]


@pytest.mark.parametrize(
    ("line", "attempt", "command"),
    [
        ("description to x", 0, "no description"),
        ("no bgp default ipv4-unicast", 0, "bgp default ipv4-unicast"),
        ("neighbor a description x y", 0, "no neighbor a description"),
        ("net 49.0001", 0, "no net 49.0001"),
        ("a b c d e", 1, "no a b c d"),
        ("neighbor a activate", 3, "no neighbor a activate"),
    ],
)
def test_negations(line: str, attempt: int, command: str) -> None:
    assert negation(line, attempt) == command


def test_slots() -> None:
    assert slot("neighbor a prefix-list x in") != slot("neighbor a prefix-list x out")
    assert slot("neighbor a prefix-list x in") == slot("neighbor a prefix-list y in")
    assert slot("neighbor a activate") is None
    assert slot("network 10.0.0.0/8") is None
