"""A device that treats defaults in any way of RFC 6243 holds what it was given, and no more.

What it holds is printed by libyang, of each document of a city of several vendors.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from citynet.netconf.profile import Owned, Profile
from citynet.netconf.shown import NOTHING as EMPTY
from citynet.netconf.shown import shown, written
from citynet.netconf.wanted import Lack, lacking, places
from citynet.pipeline import prepare
from citynet.xml import Element, parse_document
from citynet.yang import ModelSet, YangError
from citynet.yang.compiled import Kind, compiled
from citynet.yang.filled import Mode, filled
from citynet.yang.shown import derive
from tests.cities import ROOT, VENDORS
from tests.yang.models import MODELS
from tests.yang.shown import known, made, walked
from tests.yang.test_cities import of

PLATFORMS = ("huawei_vrp", "nokia_srlinux", "openconfig")
NOTHING = Element("", "data")
LISTS = (Kind.LIST, Kind.LEAF_LIST)
MANY = 20
"""Leaves that are tried at least."""
each_platform = pytest.mark.parametrize("platform", PLATFORMS)
each_mode = pytest.mark.parametrize("mode", Mode)


@cache
def artifacts(platform: str) -> tuple[bytes, ...]:
    """The documents of a platform's devices in the vendors' city."""
    return tuple(text.encode() for each, text in of(prepare(VENDORS)) if each == platform)


@cache
def held(platform: str, mode: Mode) -> tuple[Element, ...]:
    """What the devices hold that were given these documents."""
    return tuple(filled(known(platform)[0], MODELS, artifacts(platform), mode))


def pairs(platform: str, mode: Mode) -> list[tuple[Element, Element]]:
    """What was wanted, and what a device holds of it."""
    wanted = [parse_document(each) for each in artifacts(platform)]
    assert wanted
    return list(zip(wanted, held(platform, mode), strict=True))


def judged(profile: Profile, wanted: Element, holds: Element) -> list[Lack]:
    return lacking(wanted, NOTHING, holds, profile, additive=False)


def leaves(root: Element) -> Mapping[str, Element]:
    """One leaf of each path of the schema."""
    known_places = places(root)
    every = (each for each in root.walk() if not each.children and id(each) in known_places)
    return MappingProxyType({known_places[id(each)][0]: each for each in every})


def altered(element: Element, at: Element, text: str | None) -> Element:
    """The tree with another text in one leaf, or without it for None."""
    children = tuple(
        replace(each, text=text or "") if each is at else altered(each, at, text)
        for each in element.children
        if text is not None or each is not at
    )
    return replace(element, children=children) if element.children else element


def another(text: str) -> str:
    """A value that is not this one."""
    words = {"true": "false", "false": "true", "enable": "disable", "disable": "enable"}
    return words.get(text) or (f"{text}1" if text.isdigit() else f"{text}x")


@pytest.mark.models
@each_platform
def test_the_table_is_what_the_models_say(platform: str) -> None:
    file = ROOT / "plugins" / platform / "defaults.py"
    assert file.read_text(encoding="utf-8") == made(platform)


@pytest.mark.models
@each_mode
@each_platform
def test_a_device_that_did_right_lacks_nothing(platform: str, mode: Mode) -> None:
    _, profile = known(platform)
    for wanted, holds in pairs(platform, mode):
        assert not judged(profile, wanted, holds)


@pytest.mark.models
@each_platform
def test_the_modes_are_not_one(platform: str) -> None:
    """Or what is tested of each mode were tested of one."""
    count = {mode: sum(len(list(each.walk())) for each in held(platform, mode)) for mode in Mode}
    assert count[Mode.TRIM] < count[Mode.EXPLICIT] < count[Mode.ALL] == count[Mode.TAGGED]


@pytest.mark.models
@each_platform
def test_without_a_table_what_is_tagged_is_known_and_else_only_what_is_explicit(
    platform: str,
) -> None:
    """A table is what names containers that are presence's or a trim device has left out."""
    bare = dataclasses.replace(known(platform)[1], shown=EMPTY)
    lacks = {mode: any(judged(bare, *each) for each in pairs(platform, mode)) for mode in Mode}
    assert [mode for mode in Mode if lacks[mode]] == [Mode.ALL, Mode.TRIM]


def changes(platform: str, mode: Mode) -> Iterator[tuple[str, Element, Element, Element]]:
    """A leaf of each path that a device holds: path, what was wanted, what it holds, the leaf.

    What is not citynet's and not wanted is no concern of this.
    """
    seen: set[str] = set()
    owned = [f"/{'/'.join(step.name for step in each.steps)}/" for each in known(platform)[1].owned]
    for wanted, holds in pairs(platform, mode):
        asked = leaves(wanted)
        for path, leaf in leaves(holds).items():
            ours = path in asked or any(f"{path}/".startswith(each) for each in owned)
            if ours and path not in seen:
                seen.add(path)
                yield path, wanted, holds, leaf


@pytest.mark.models
@pytest.mark.parametrize("mode", [Mode.ALL, Mode.TRIM])
@each_platform
def test_a_leaf_of_another_value_is_found(platform: str, mode: Mode) -> None:
    """Be it wanted, where it may have its default instead, or not wanted and no default."""
    _, profile = known(platform)
    count = 0
    for path, wanted, holds, leaf in changes(platform, mode):
        if not leaf.text or profile.is_secret(leaf.name, leaf.text):
            continue
        others = {another(leaf.text), *profile.shown.values.get(path, ())} - {leaf.text}
        for text in others:
            assert judged(profile, wanted, altered(holds, leaf, text)), (path, text)
            count += 1
    assert count >= MANY


@pytest.mark.models
@pytest.mark.parametrize("mode", [Mode.ALL, Mode.TRIM])
@each_platform
def test_a_leaf_that_is_left_out_is_found_unless_it_has_its_default(
    platform: str, mode: Mode
) -> None:
    _, profile = known(platform)
    found = {True: 0, False: 0}
    for path, wanted, holds, leaf in changes(platform, mode):
        default = leaf.text in profile.shown.values.get(path, ())
        lacks = judged(profile, wanted, altered(holds, leaf, None))
        assert bool(lacks) != default, (path, leaf.text, lacks)
        found[default] += 1
    assert found[False] >= MANY
    assert (found[True] > 0) == (mode != Mode.TRIM)


@pytest.mark.models
@each_platform
def test_the_order_of_what_users_order_counts(platform: str) -> None:
    """Of an SR Linux interface's filters it does not: there is one of each type."""
    _, profile = known(platform)
    found, every = walked(platform)
    rendered = [(path, node) for path, node in every if path in found.rendered]
    by_user = {node.name for _, node in rendered if node.ordered}
    by_system = {node.name for _, node in rendered if node.kind in LISTS and not node.ordered}
    assert by_user & by_system == ({"acl-filter"} if platform == "nokia_srlinux" else set())
    assert profile.ordered == by_user - by_system


TOY = """
module toy {
  yang-version 1.1; namespace "urn:toy"; prefix t;
  typedef metric { type uint8; default 7; }
  identity kind; identity wide { base kind; }
  grouping more { leaf of-more { type string; default "a b"; } }
  container top {
    leaf own { type string; default "with; {signs} \\"quoted\\""; }
    leaf of-type { type metric; }
    leaf of-kind { type identityref { base kind; } default t:wide; }
    leaf none { type string; }
    leaf state { config false; type string; default "s"; }
    container empty { }
    container marked { presence "it means something"; leaf inner { type metric; } }
    container ready { uses more; }
    list entry {
      key "id metric"; ordered-by user; unique "tag label";
      leaf id { type string; } leaf metric { type metric; }
      leaf tag { type string; } leaf label { type metric; }
    }
    list unused { key id; leaf id { type string; } leaf inner { type metric; } }
    choice way { case one { leaf one { type metric; } } case two { leaf two { type metric; } } }
    leaf met { when "../none = 'x'"; type metric; }
    leaf unmet { when "../none = 'y'"; type metric; }
    leaf-list several { type string; default "u"; }
  }
  container foreign { leaf asked { type metric; } leaf other { type metric; } }
  augment /t:top { container added { leaf by-augment { type metric; } } }
}
"""
TABLE = """
foreign asked=7
top of-kind=wide of-type=7 own=with;%20{signs}%20%22quoted%22 met=7 one=7 /empty /marked!
 added by-augment=7
 entry* label=7
 ready of-more=a%20b
"""


def toy(folder: Path) -> ModelSet:
    (folder / "toy").mkdir()
    (folder / "toy" / "toy.yang").write_text(TOY)
    return ModelSet("Toy 1", ("toy",), ("toy",))


@pytest.mark.models
def test_a_table_is_of_what_a_right_device_may_hold_beside_a_document(tmp_path: Path) -> None:
    document = (
        b'<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><top xmlns="urn:toy">'
        b"<none>x</none><one>3</one><entry><id>a</id><metric>7</metric></entry></top>"
        b'<foreign xmlns="urn:toy"><asked>1</asked></foreign></config>'
    )
    profile = Profile("toy", owned=(Owned("/top"),))
    models = toy(tmp_path)
    found = derive(profile, models, tmp_path, [document])
    assert found == shown(TABLE)
    assert shown(written(found)) == found
    [node] = [each for each in compiled(models, tmp_path) if each.name == "top"]
    assert [each.name for each in node.children if each.ordered] == ["entry"]


@pytest.mark.models
def test_a_document_that_is_not_valid_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(YangError, match="yanglint: "):
        filled(toy(tmp_path), tmp_path, [b'<none xmlns="urn:none"/>'], Mode.ALL)
