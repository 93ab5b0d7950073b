"""A device that treats defaults in any way of RFC 6243 holds what it was given, and no more.

What it holds is printed by libyang, of each document of a city of several vendors.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from citynet.netconf.profile import Profile
from citynet.netconf.shown import shown, written
from citynet.netconf.wanted import ANOTHER, KEPT, Lack, lacking, places
from citynet.pipeline import prepare
from citynet.xml import Element, parse_document
from citynet.yang.compiled import Kind, SchemaNode, compiled
from citynet.yang.filled import Mode, filled
from tests.cities import ROOT, VENDORS
from tests.yang.models import MODELS
from tests.yang.shown import documents, known, made
from tests.yang.test_cities import of

PLATFORMS = ("huawei_vrp", "nokia_srlinux", "openconfig")
NOTHING = Element("", "data")
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
    assert file.read_text(encoding="utf-8") == made(platform, documents()[platform])


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
    """Or the test above were about one mode: a device that reports all has more to show."""
    texts = {mode: len(str(held(platform, mode))) for mode in Mode}
    assert texts[Mode.TRIM] <= texts[Mode.EXPLICIT] < texts[Mode.ALL]
    assert any("default" in str(each) for each in held(platform, Mode.TAGGED))
