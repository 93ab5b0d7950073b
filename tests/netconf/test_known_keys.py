"""Whose host key is whose, in files of known hosts as people and ssh write them."""

from pathlib import Path

import paramiko
import pytest

from citynet.netconf.transport import known_keys


def public() -> str:
    key = paramiko.ECDSAKey.generate()
    return f"{key.get_name()} {key.get_base64()}"


OURS, OTHER, MACHINE = public(), public(), public()
HASHED = paramiko.HostKeys.hash_host("[192.0.2.1]:830")


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([f"[192.0.2.1]:830 {OURS}"], OURS),
        ([f"r1,[192.0.2.1]:830 {OURS} a comment"], OURS),
        ([f"{HASHED} {OURS}"], OURS),
        ([f"192.0.2.1 {MACHINE}", f"[192.0.2.1]:830 {OURS}"], OURS),
        ([f"192.0.2.1 {MACHINE}"], MACHINE),
        ([f"[192.0.2.1]:830 {OURS}", f"[192.0.2.1]:830 {OTHER}"], OURS),
        (["# a comment", "", "[192.0.2.1]:830 ssh-ed25519 nonsense", f"192.0.2.1 {OURS}"], OURS),
        ([f"[192.0.2.1]:8300 {OTHER}", f"[192.0.2.11]:830 {OTHER}", f"192.0.2.10 {OTHER}"], None),
        ([f"@revoked [192.0.2.1]:830 {OTHER}"], None),
    ],
)
def test_the_key_of_a_place(tmp_path: Path, lines: list[str], wanted: str | None) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("\n".join(lines))
    found = known_keys(file, "192.0.2.1", 830)
    assert [f"{kind} {key.get_base64()}" for kind, key in found.items()] == [wanted] * bool(wanted)


def test_only_what_is_needed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A city's file has a line for every device, and every device is logged in to twice."""
    file = tmp_path / "known_hosts"
    lines = [f"[192.0.2.1]:{port} {OTHER}" for port in range(8300, 8400)]
    file.write_text("\n".join([*lines, f"[192.0.2.1]:830 {OURS}"]))
    read: list[str] = []
    entry = paramiko.hostkeys.HostKeyEntry.from_line

    def counted(line: str) -> object:
        read.append(line)
        return entry(line)

    monkeypatch.setattr(paramiko.hostkeys.HostKeyEntry, "from_line", counted)
    assert known_keys(file, "192.0.2.1", 830)
    assert len(read) == 1
