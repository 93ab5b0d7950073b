"""Mistakes about optical equipment and light: each told at its place, and alone."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.load import load_city
from citynet.pipeline import prepare
from tests.load.load_cases import FILES, write

RINGS = """\
optical:
  l1: {site: town-hall, kind: otn, label: 光一}
  l2: {site: town-hall, kind: otn}
  l3: {site: town-hall, kind: line-system}
  t3: {site: town-hall, kind: terminal, line: l3}
rings:
  ring:
    nodes: [g1, g2, g3]
    line_systems: [l1, l2, l3]
    grid: 100GHz
    protection: 1+1
    spans:
      g1~g2: {srlg: 7, frequency: 193100000, loss: 3.5}
  plain: {nodes: [x1, x2, xw]}
"""
CITY = {
    **FILES,
    "nodes.yaml": FILES["nodes.yaml"].replace("rings:\n  ring: {nodes: [g1, g2, g3]}\n", ""),
    "sites.yaml": "sites:\n  depot: {}\n",
    "rings.yaml": RINGS,
}


@dataclass(frozen=True)
class Case:
    """Replace `old` by `new` in the rings' file; then `words` must be said at the `^`."""

    name: str
    old: str
    new: str
    words: tuple[str, ...]
    others: int = 0

    @property
    def text(self) -> str:
        assert self.old in RINGS, self.name
        return RINGS.replace(self.old, self.new, 1)

    @property
    def place(self) -> str:
        before = self.text.partition("^")[0]
        line = before.count("\n") + 1
        return f"rings.yaml:{line}:{len(before) - (before.rfind(chr(10)) + 1) + 1}"


def case(name: str, old: str, new: str, *words: str, others: int = 0) -> Case:
    return Case(name, old, new, words, others)


L2 = "  l2: {site: town-hall, kind: otn}\n"
LINES = "line_systems: [l1, l2, l3]"
SPAN = "g1~g2: {srlg: 7, frequency: 193100000, loss: 3.5}"
PLAIN = "plain: {nodes: [x1, x2, xw]}"

SHAPE = (
    case("kind", "kind: line-system", "kind: ^line-sistem", "did you mean `line-system`?"),
    case("a router's role", "l2: {", "l2: {^role: core, ", "unknown key `role`"),
    case("a domain", "l2: {", "l2: {^domain: gov, ", "unknown key `domain`"),
    case("no kind", L2, "  ^l2: {site: town-hall}\n", "`kind` is missing"),
    case("grid", "100GHz", "^75GHz", "one of 50GHz, 100GHz"),
    case("protection", "protection: 1+1", "protection: ^1:1", "one of none, 1+1"),
    case("loss", "loss: 3.5", "loss: ^-3.5", "a number from 0 to 40"),
    case("outside the band", "193100000", "^193100", "a whole number from 191350000 to 196100000"),
    case("SRLG", "srlg: 7", "srlg: ^0", "a whole number from 1 to 4294967295"),
    case("a span", "g1~g2:", "^g1-g2:", "such as gov-agg1~gov-core1"),
)
REFERENCES = (
    case("site", "{site: town-hall, kind: line", "{site: ^townhall, kind: line", "`town-hall`?"),
    case(
        "line",
        "line: l3",
        "line: ^l4",
        "there is no optical node `l4`",
        "expected one of l1, l2, l3, t3",
    ),
    case("line system", "[l1, l2, l3]", "[l1, l2, ^l4]", "there is no optical node `l4`", others=0),
    case("a router", "[l1, l2, l3]", "[l1, ^g2, l3]", "`g2` is a router", "in `optical`"),
    case("a node", PLAIN, "plain: {nodes: [x1, x2, ^l1]}", "`l1` is optical equipment, expected"),
)
RULES = (
    case("two of a name", L2, f"{L2}  ^g1: {{site: town-hall, kind: terminal, line: l2}}\n",
         "`g1` is a router already", others=1),
    case("too few", LINES, "^line_systems: [l1, l2]", "has 2 line systems for 3 nodes",
         "3, one for each of `nodes`"),
    case("twice on a ring", LINES, "line_systems: [l1, l2, ^l2]", "`l2` is on the ring twice"),
    case("a terminal on a ring", LINES, "line_systems: [l1, l2, ^t3]", "`t3` is of kind terminal"),
    case("elsewhere", L2, "  l2: {site: depot, kind: otn}\n",
         "`l2` is at `depot`, and `g2` at `town-hall`", "in the order of `nodes`"),
    case("no line", ", line: l3", "", "`line` is missing"),
    case("a line of an otn", L2, "  l2: {site: town-hall, kind: otn, line: ^l3}\n",
         "`l2` is of kind otn"),
    case("a line that is no line system", "line: l3", "line: ^l1", "`l1` is of kind otn"),
    case("a terminal elsewhere", "t3: {site: town-hall, kind: terminal, line: l3",
         "t3: {site: depot, kind: terminal, line: ^l3", "`l3` is at `town-hall`"),
    case("two terminals", "rings:", "  t4: {site: town-hall, kind: terminal, line: ^l3}\nrings:",
         "`l3` has terminal `t3` already"),
    case("grid of plain fibre", PLAIN, "plain: {nodes: [x1, x2, xw], grid: ^50GHz}",
         "`grid` is of light, and ring `plain` has no `line_systems`"),
    case("protection of plain fibre", PLAIN, "plain: {nodes: [x1, x2, xw], protection: ^none}",
         "`protection` is of light"),
    case("frequency of plain fibre", PLAIN,
         "plain: {nodes: [x1, x2, xw], spans: {x1~x2: {frequency: ^193100000}}}",
         "`frequency` is of light"),
    case("channel of no ring", "rings:", "links:\n  ff: {ends: [g1, g2], channel: ^9}\nrings:",
         "the link has a fibre of its own"),
    case("no neighbours", "g1~g2:", "^g1~g9:", "ring `ring` has no span `g1~g9`"),
    case("a span twice", SPAN, f"{SPAN}\n      ^g2~g1: {{srlg: 8}}", "span `g1~g2` is here twice"),
    case("between channels", "193100000", "^193150000", "193150000 MHz is not on the 100GHz grid",
         "did you mean `193"),
    case("SRLG of a link on a ring", "rings:",
         "links:\n  ff: {ends: [g1, g2], ring: ring, srlg: ^9}\nrings:",
         "`srlg` under `spans` of ring `ring`"),
    case("interface of another node", "srlg: 7,", "srlg: 7, interfaces: {g3: ^eth7},",
         "`g3` is not an end of `g1~g2`"),
)  # fmt: skip
WHOLE = (
    case("on no ring", L2, f"{L2}  ^l9: {{site: town-hall, kind: otn}}\n",
         "no ring's fibre ends on `l9`"),
    case("no terminal", "  t3: {site: town-hall, kind: terminal, line: l3}\n", "",
         "`l3` has no terminal, and `g3` is connected there"),
)  # fmt: skip


def said(folder: Path, text: str) -> list[str]:
    files = {**CITY, "rings.yaml": text.replace("^", "", 1)}
    with pytest.raises(InventoryError) as caught:
        prepare(write(folder, files))
    return [str(each).removeprefix(f"{folder}/") for each in caught.value.problems]


def test_the_city_is_right(tmp_path: Path) -> None:
    city = load_city(write(tmp_path, CITY)).city
    assert city.optical["l1"].label == "光一"


@pytest.mark.parametrize("case", [*SHAPE, *REFERENCES, *RULES, *WHOLE], ids=lambda case: case.name)
def test_a_mistake_is_told_where_it_is(case: Case, tmp_path: Path) -> None:
    found = said(tmp_path, case.text)
    here = [line for line in found if "^" not in case.text or line.startswith(f"{case.place}: ")]
    assert here, found
    for words in case.words:
        assert any(words in line for line in here), here
    assert len(found) == 1 + case.others, found


LATER = (
    case("a degree of nobody", "l2: {", "l2: {degrees: {ring/l9: ^1-1}, ", "l2 has no degree",
         "did you mean 'ring/l"),
    case("a port of nobody", "l2: {", "l2: {ports: {ring/g1~g3: ^1-1}, ",
         "l2 has no channel of a link ring/g1~g3", "one of ring/g1~g2"),
    case("ports of one name", "l2: {", "l2: {ports: {ring/g1~g2: ^p, ring/g2~g3: p}, ",
         "both have port p of l2", others=1),
    case("a router's option", "l2: {", "l2: {options: {^underlay: {mtu: 9000}}, ",
         "role underlay is not for an optical node", "one of optical"),
    case("no such option", "l2: {", "l2: {options: {optical: {^gain: 3}}, ",
         "unknown key `gain`"),
    case("a name without its port", "l2: {", "l2: {options: {optical: {names: {client: ^X}}}, ",
         "`client` is `X`, expected a name with {port} in it"),
    case("another platform", "l2: {", "l2: {platform: ^frr, ", "frr cannot do role optical"),
    case("no such platform", "l2: {", "l2: {platform: ^openconfg, ", "did you mean 'openconfig'"),
)  # fmt: skip


@pytest.mark.parametrize("case", LATER, ids=lambda case: case.name)
def test_what_later_stages_find_is_told_where_it_is_too(case: Case, tmp_path: Path) -> None:
    found = said(tmp_path, case.text)
    here = [line for line in found if line.startswith(f"{case.place}: ")]
    assert here, (case.place, found)
    for words in case.words:
        assert words in here[0], here
    assert len(found) == 1 + case.others, found


def test_a_routers_options_do_not_go_to_optical_equipment(tmp_path: Path) -> None:
    nodes = CITY["nodes.yaml"].replace("role: core}", "role: core, options: {optical: {}}}", 1)
    with pytest.raises(InventoryError, match="role optical is not for a router"):
        prepare(write(tmp_path, {**CITY, "nodes.yaml": nodes}))
