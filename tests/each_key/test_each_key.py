"""The generator of keys, and what is worked out of each without a lab."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from citynet.house import open_house
from citynet.model.city import City
from citynet.pipeline import Prepared, prepare
from citynet.verify.check import Result, Status, Verdict
from citynet.verify.report import Report, as_json
from tests.each_key import city, table
from tests.each_key.__main__ import Plays, plays, read
from tests.each_key.keys import GONE, Key, changed, keys, values
from tests.each_key.offline import Change, Variant, of, variants
from tests.each_key.play import Found, Way, judged


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(city.write(tmp_path_factory.mktemp("base"), city.city()))


def one(folder: Path, base: Prepared, name: str) -> Change:
    (variant,) = [each for each in variants(folder, (name,)) if str(each.key) == name]
    return of(variant, base, folder / "then")


def test_every_field_of_every_model_that_is_used_is_a_key(base: Prepared) -> None:
    """A key that is new in the model is tried without a change here."""
    have = {each.place for each in keys(base.context.city, open_house().roles)}

    def walk(model: BaseModel, at: tuple[str, ...]) -> None:
        for name, info in type(model).model_fields.items():
            value, place = getattr(model, name), (*at, info.alias or name)
            inside = value.values() if isinstance(value, dict) else ()
            if name == "options" or isinstance(value, BaseModel):
                continue
            if any(isinstance(each, BaseModel) for each in inside):
                for entry, each in value.items():
                    assert (*place, entry) in have
                    walk(each, (*place, entry))
            else:
                assert place in have

    walk(base.context.city, ())
    assert ("city", "name") in have
    assert ("gateways", "gate", "allow", "push", "ports") in have
    for role in open_house().roles:
        for name in role.options.model_fields:
            assert ("city", "options", role.name, name) in have


def test_a_value_is_another_one_and_an_entry_is_taken_away(base: Prepared) -> None:
    made: City = base.context.city
    assert list(values(Key(("links", "hub-acc"), None, entry=True), made)) == [GONE]
    assert next(iter(values(Key(("links", "hub-acc", "metric"), 10), made))) == 11
    assert next(iter(values(Key(("x", "strict"), value=True), made))) is False
    gone = changed(city.city(), ("links", "hub-acc"), GONE)
    assert "hub-acc" not in gone["links"]
    assert "hub-acc" in city.CITY["links"]


def test_what_becomes_of_a_key(base: Prepared, tmp_path: Path) -> None:
    metric = one(tmp_path, base, "links.hub-acc.metric")
    assert metric.files == {"acc": ("frr.conf",), "hub": ("frr.conf",)}
    assert set(metric.commands.values()) == {3}
    asn = one(tmp_path, base, "domains.government.asn")
    assert [each.partition(":")[0] for each in asn.notes] == ["bgpd is started again"]
    assert not [each for each in asn.removals if "router bgp" in each]
    vrf = one(tmp_path, base, "vpns.health.table")
    assert "link delete dev health" in vrf.removals
    label = one(tmp_path, base, "sites.hall.label")
    assert (label.files, label.why) == ({}, "")
    assert "there is no domain" in one(tmp_path, base, "domains.crossdomain").why


def test_a_key_that_makes_another_lab_is_played_in_the_lab_that_follows(
    base: Prepared, tmp_path: Path
) -> None:
    chosen = {str(each.key): each for each in variants(tmp_path, ("links.hub-acc", "city.name"))}
    how = {name: plays(each, base, tmp_path / "then") for name, each in chosen.items()}
    assert how["links.hub-acc.metric"] is Plays.AS_IT_IS
    assert how["links.hub-acc"] is Plays.GROWN
    assert how["city.name"] is how["links.hub-acc.label"] is Plays.NOT
    assert plays(Variant(Key(("x",), None), None), base, tmp_path) is Plays.NOT


def test_a_key_is_of_a_kind_and_has_the_choices_of_its_type(base: Prepared) -> None:
    have = {str(each): each for each in keys(base.context.city, open_house().roles)}
    assert have["nodes.acc.number"].kind == have["nodes.gw.number"].kind == ("nodes", "*", "number")
    assert have["nodes.acc"].kind == ("nodes", "*")
    assert have["nodes.hub.options.vpn.hold"].kind == ("nodes", "*", "options", "vpn", "hold")
    assert have["city.options.gateway.answers"].choices == ("by-state", "by-mirrored-rules")
    assert "core" in have["nodes.acc.role"].choices
    assert have["nodes.acc.label"].choices == ()


def test_a_pin_is_taken_from_what_is_allocated(base: Prepared, tmp_path: Path) -> None:
    (locator,) = [
        each for each in variants(tmp_path, ("nodes.acc.locator",)) if each.document is not None
    ]
    assert locator.value != str(base.plan.nodes["acc"].locator)
    assert of(locator, base, tmp_path / "then").files


GOOD = Way("kept", 10.0, 0.0)


def test_a_daemon_that_dies_unannounced_and_a_change_that_goes_back_are_defects() -> None:
    assert Found("k", "v", GOOD, GOOD).defects == ()
    died = Way("kept", 10.0, 18.9, ("hub:bgpd",))
    assert Found("k", "v", died, GOOD).defects == ("bgpd restarted",)
    assert Found("k", "v", died, GOOD, ("bgpd is started again: x",)).defects == ()
    assert Found("k", "v", Way("back", 1.0, 0.0), GOOD).defects == ("there: back",)
    assert Found("k", "v", GOOD, GOOD, bad=("vpn/routes hub",)).defects == ("vpn/routes hub",)


def test_results_are_read_again_and_shown(tmp_path: Path) -> None:
    from dataclasses import asdict  # noqa: PLC0415 - as the command writes them

    found = Found("k", "v", Way("kept", 10.0, 1.5, ("hub:bgpd",)), GOOD, ("bgpd is",), "9/9")
    file = tmp_path / "so-far"
    file.write_text(json.dumps(asdict(found)) + "\n{cut sh", encoding="utf-8")
    assert read(file) == [found]
    assert read(tmp_path / "nowhere") == []
    row = list(table.lab([found]))[-1]
    assert row == "| `k` | `v` | 10, 1.5 | 10, 0 | 9/9 | bgpd |  |"
    text = "\n".join(table.offline([Change("a", "1", files={"hub": ("frr.conf",)}), Change("b")]))
    assert "| `a` | `1` | frr.conf on 1 | 0 |  |" in text
    assert "nothing changes on any router: `b`" in text


def test_what_verify_says_is_understood() -> None:
    """By a report that verify itself has made: its words may change."""
    good, bad = (
        Result(f"vpn/routes {name}", "routes", "vpn", name, (), "s", Verdict(status, "m"))
        for name, status in (("hub", Status.OK), ("acc", Status.ERROR))
    )
    said = as_json(Report("keys", "now", 1.0, 0.0, settled=True, probes=0, results=(good, bad)))
    assert judged(said) == ("1/2", ("vpn/routes acc",))
    assert judged("Traceback") is None
