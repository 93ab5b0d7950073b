"""How real devices are reached, and every way to write that wrong."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.fleet.access import load

PORTS = {"agg-07": 830, "agg-08": 22}
DEFAULTS = "defaults: {username: netops, key: keys/id, known_hosts: known}\n"
NO_KEY = "defaults: {username: netops, password: 'env:P', known_hosts: known}\n"
BLANK = ("''", "' '")
JUMP = ":3:17: a jump host has no key '{}', expected one of host, key, known_hosts, port, username"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "access.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_devices_take_from_the_defaults_what_they_do_not_say(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f"{DEFAULTS}nodes:\n  agg-07: {{host: 192.0.2.7}}\n"
        "  agg-08: {host: b, port: 2022, username: li, password: 'env:PW', timeout: 5}\n"
        "jump: {host: j, known_hosts: /etc/jump}\n",
    )
    found = load(file, PORTS)
    one, two = found.nodes["agg-07"], found.nodes["agg-08"]
    assert (one.host, one.port, one.username, one.shell_port) == ("192.0.2.7", 830, "netops", 22)
    assert one.key_file == tmp_path / "keys" / "id"
    assert one.known_hosts == tmp_path / "known"
    assert one.password is None
    assert (two.port, two.username, two.key_file, two.password) == (2022, "li", None, "env:PW")
    assert two.shell_port is None, "a device that is managed over SSH has its shell there"
    assert (one.timeout, two.timeout) == (None, 5.0)
    assert found.jump is not None
    assert (found.jump.port, found.jump.known_hosts) == (22, Path("/etc/jump"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{DEFAULTS}nodes: {{agg-70: {{host: a}}}}", ":2:9: the city has no node 'agg-70'"),
        (f"{DEFAULTS}nodes: {{agg-70: {{host: a}}}}", "did you mean 'agg-0"),
        (f"{DEFAULTS}nodes: {{agg-07: {{}}}}", "has no 'host', expected a name or an address"),
        (f"{DEFAULTS}nodes: {{agg-07: {{host: a, prot: 1}}}}", "no key 'prot'"),
        (f"{DEFAULTS}nodes: {{agg-07: {{host: a, port: 99999}}}}", "a number from 1 to 65535"),
        (f"{DEFAULTS}nodes: {{agg-07: {{host: a, timeout: 0}}}}", "the seconds that an answer may"),
        (f"{DEFAULTS}nodes: {{agg-07: {{host: a, password: hunter2}}}}", "env:NAME, file:/path"),
        ("nodes: {agg-07: {host: a, username: u, known_hosts: k}}", "neither a key nor a pass"),
        ("nodes: {agg-07: {host: a, username: u, key: k}}", "agg-07 has no known_hosts"),
        ("nodes: {agg-07: {host: a, known_hosts: b, key: k}}", "agg-07 has no username"),
        (f"{DEFAULTS}nodes: {{}}\njump: {{host: j, password: 'env:P'}}", JUMP.format("password")),
        (f"{DEFAULTS}nodes: {{}}\njump: {{host: j, shell_port: 22}}", JUMP.format("shell_port")),
        (f"{DEFAULTS}nodes: {{}}\njump: {{host: j, timeout: 30}}", JUMP.format("timeout")),
        (f"{DEFAULTS}nodes: {{}}\njump: {{host: j, port: 0}}", "'port' of a jump host is wrong"),
        (f"{DEFAULTS}nodes: {{}}\njump: j", ":3:1: 'jump' of an access file is wrong"),
        (f"{NO_KEY}nodes: {{}}\njump: {{host: j}}", ":3:1: jump has no key, expected the f"),
        *((f"{DEFAULTS}nodes: {{agg-07: {{host: {each}}}}}", "'host' of an ac") for each in BLANK),
        *(
            (f"{DEFAULTS}nodes: {{agg-07: {{host: a, {key}: {each}}}}}", f"{key!r} of an access fi")
            for key in ("username", "key", "known_hosts", "password", "port", "timeout")
            for each in (*BLANK, "'env: '")[: 3 if key == "password" else 2]
        ),
        (f"{DEFAULTS}nodes: {{'': {{host: a}}}}", ":2:9: the city has no node ''"),
        (f"{DEFAULTS}nodes: {{agg-07: {{host: a, key: ~nosuch/x}}}}", ":2:27: ~nosuch/x cannot be"),
        ("defaults: {key: ~nosuch/x}\nnodes: {}", ":1:12: ~nosuch/x cannot be a path: there is"),
        (f"{DEFAULTS}nodes: {{}}\njump: {{host: j, known_hosts: ~nosuch/x}}", ":3:17: ~nosuch/x"),
        (DEFAULTS, "has no 'nodes'"),
        ("nodes: [agg-07]", "'nodes' of an access file is wrong, expected a map of nodes"),
        ("", "has no 'nodes'"),
        ("[]", "has no 'nodes'"),
        ("[1]", "access.yaml:1:1: an access file is a map"),
        ("nodes: {agg-07: {host: a}, agg-07: {host: b}}", "agg-07"),
        ("\tnodes: 1", "tab"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InventoryError) as caught:
        load(written(tmp_path, text), PORTS)
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="the access file cannot be read: No such file"):
        load(tmp_path / "none.yaml", PORTS)
