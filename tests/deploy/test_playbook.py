"""Playbooks, and every mistake in one at its place."""

from pathlib import Path

import pytest

from citynet.deploy.playbook import load
from citynet.errors import InventoryError
from tests.cities import ROOT

ROLES = frozenset({"underlay", "srv6", "vpn"})


def write(folder: Path, text: str) -> Path:
    file = folder / "book.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_ours_is_right() -> None:
    book = load(ROOT / "playbooks" / "site.yaml", ROLES)
    assert [play.roles for play in book.plays] == ["all", "all"]


def test_roles_are_a_list_or_all(tmp_path: Path) -> None:
    text = "- {name: a, hosts: all}\n- {name: b, hosts: x, roles: [vpn, srv6]}\n"
    book = load(write(tmp_path, text), ROLES)
    assert [play.roles for play in book.plays] == ["all", ("vpn", "srv6")]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "a playbook is a list of plays"),
        ("name: a\n", "1:1", "a playbook is a list of plays"),
        ("- name: a\n", "1:3", "no 'hosts'"),
        ("- name: a\n  hosts: all\n  role: vpn\n", "3:3", "did you mean 'roles'"),
        ("- name: a\n  hosts: all\n  roles: [vpm]\n", "3:11", "did you mean 'vpn'"),
        ("- name: a\n  hosts: all\n  roles: []\n", "3:3", "does nothing"),
        ("- name: a\n  hosts: ''\n", "2:3", "'hosts' of a play is wrong, expected a pattern"),
        ("- name: a\n  hosts: ' '\n", "2:3", "'hosts' of a play is wrong, expected a pattern"),
        ("- name: a\n  hosts: []\n", "2:3", "'hosts' of a play is wrong, expected a pattern"),
        ("- name: a\n  hosts: x,,y\n", "2:3", "'x,,y' has an empty name in it, expected dev"),
        ("- name: a\n  hosts: all,!\n", "2:3", "'all,!' has an empty name in it"),
        ("- name: ' '\n  hosts: all\n", "1:3", "'name' of a play is wrong, expected a name"),
        ("- name: a\n  hosts: all\n  roles: ''\n", "3:3", "'roles' of a play is wrong"),
        ("- name: a\n  hosts: all\n  roles: ['']\n", "3:3", "'roles' of a play is wrong"),
        ("- name: a\n  hosts: 5\n", "2:3", "'hosts' of a play is wrong"),
        ("- word\n", "1:3", "a play is a map"),
        ("- name: [\n", "2:1", ""),
        ("- name: a\n\thosts: all\n", "2:1", "tab"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, place: str, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(InventoryError) as caught:
        load(file, ROLES)
    assert f"{file}:{place}: " in str(caught.value)
    assert said in str(caught.value)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = "- name: a\n  hosts: all\n  colour: red\n- hosts: all\n"
    with pytest.raises(InventoryError) as caught:
        load(write(tmp_path, text), ROLES)
    assert len(caught.value.problems) == 2


def test_a_playbook_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="No such file"):
        load(tmp_path / "none.yaml", ROLES)
