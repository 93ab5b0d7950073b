"""What must hold for optical equipment, one by one.

Names that nothing has are `references`' business: every rule here passes them over.
"""

from collections.abc import Iterator

from citynet.errors import Problem
from citynet.model import City, OpticalKind, Ring
from citynet.text import amount


def device_names_once(city: City) -> Iterator[Problem]:
    """Routers and optical equipment are devices of one network: a name is one of them."""
    for name in city.optical:
        if name in city.nodes:
            yield Problem(
                f"`{name}` is a router already",
                ("optical", name),
                expected="a name that no entry of `nodes` has",
            )


def ring_has_a_line_system_for_each_node(city: City) -> Iterator[Problem]:
    """A ring's fibre ends on equipment at each of its nodes, or is plain fibre at all of them."""
    for name, ring in city.rings.items():
        have, need = len(ring.line_systems), len(ring.nodes)
        if have not in (0, need):
            yield Problem(
                f"ring `{name}` has {amount(have, 'line system')} for {need} nodes",
                ("rings", name, "line_systems"),
                expected=f"{need}, one for each of `nodes` in the same order, or none",
            )


def line_systems_of_a_ring(city: City) -> Iterator[Problem]:
    """Fibre ends on line systems, on each once, and beside the router whose links it carries."""
    for name, ring in city.rings.items():
        seen: set[str] = set()
        for index, line in enumerate(ring.line_systems):
            path = ("rings", name, "line_systems", index)
            if line in seen:
                yield Problem(f"`{line}` is on the ring twice", path, expected="each once")
            elif line in city.optical:
                yield from _line_problems(city, name, index)
            seen.add(line)


def _line_problems(city: City, ring: str, index: int) -> Iterator[Problem]:
    nodes, line = city.rings[ring].nodes, city.rings[ring].line_systems[index]
    path, here = ("rings", ring, "line_systems", index), city.optical[line]
    if not here.kind.has_line:
        expected = "a line-system or otn, which fibre ends on"
        yield Problem(f"`{line}` is of kind {here.kind.value}", path, expected=expected)
    router = city.nodes.get(nodes[index]) if index < len(nodes) else None
    if router and router.site != here.site:
        yield Problem(
            f"`{line}` is at `{here.site}`, and `{nodes[index]}` at `{router.site}`",
            path,
            expected=f"a line system where `{nodes[index]}` is",
            hint="`line_systems` are in the order of `nodes`",
        )


def line_of_a_terminal(city: City) -> Iterator[Problem]:
    """A terminal's channels enter the line system beside it; other kinds have their own."""
    for name, node in city.optical.items():
        path = ("optical", name, "line")
        line = city.optical.get(node.line) if node.line else None
        if node.kind is not OpticalKind.TERMINAL:
            if node.line:
                what = f"`{name}` is of kind {node.kind.value}, and has a line of its own"
                yield Problem(what, path, expected="`line` for a terminal only")
        elif node.line is None:
            yield Problem(
                "`line` is missing",
                ("optical", name),
                expected="the line system that the terminal's channels enter",
                hint="kind `otn` is both in one shelf",
            )
        elif line and line.kind is not OpticalKind.LINE_SYSTEM:
            what = f"`{node.line}` is of kind {line.kind.value}"
            yield Problem(what, path, expected="a line-system, which has no transponders itself")
        elif line and line.site != node.site:
            what = f"`{node.line}` is at `{line.site}`, and `{name}` at `{node.site}`"
            yield Problem(what, path, expected="a line system at the same site")


def one_terminal_for_a_line_system(city: City) -> Iterator[Problem]:
    """Where a channel's transponder is must not depend on what else is there."""
    first: dict[str, str] = {}
    for name, node in city.optical.items():
        if node.line is None or node.kind is not OpticalKind.TERMINAL:
            continue
        other = first.setdefault(node.line, name)
        if other != name:
            yield Problem(
                f"`{node.line}` has terminal `{other}` already",
                ("optical", name, "line"),
                expected="one terminal for a line system",
            )


def line_system_is_on_a_ring(city: City) -> Iterator[Problem]:
    """A line system that no fibre ends on would be configured to do nothing."""
    if not all(_is_told_well(city, ring) for ring in city.rings.values()):
        return  # it may be the one that was meant there
    used = {line for ring in city.rings.values() for line in ring.line_systems}
    for name, node in city.optical.items():
        if node.kind.has_line and name not in used:
            yield Problem(
                f"no ring's fibre ends on `{name}`",
                ("optical", name),
                expected="a ring that has it in `line_systems`",
            )


def _is_told_well(city: City, ring: Ring) -> bool:
    """Whether a ring's line systems are as they must be, each on its own."""
    lines = ring.line_systems
    right = len(lines) in (0, len(ring.nodes)) and len(set(lines)) == len(lines)
    return right and all(city.optical[line].kind.has_line for line in lines)


def channels_end_on_a_terminal(city: City) -> Iterator[Problem]:
    """Routers of a ring are connected to transponders."""
    terminals = [each for each in city.optical.values() if each.kind is OpticalKind.TERMINAL]
    lines = {name for name, each in city.optical.items() if each.kind is OpticalKind.LINE_SYSTEM}
    if not all(each.line in lines for each in terminals):
        return  # it may be the one that was meant there
    served = {node.line for node in city.optical.values()}
    for name, ring in city.rings.items():
        for index, line in enumerate(ring.line_systems):
            node = city.optical[line]
            if node.kind is OpticalKind.LINE_SYSTEM and line not in served:
                yield Problem(
                    f"`{line}` has no terminal, and `{ring.nodes[index]}` is connected there",
                    ("rings", name, "line_systems", index),
                    expected=f"a terminal with `line: {line}`",
                    hint="kind `otn` is both in one shelf",
                )
