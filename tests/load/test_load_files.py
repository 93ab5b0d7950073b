"""Files and folders that are not what an inventory is made of, and what may stand in one."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from citynet.errors import InventoryError, Position, Problem
from citynet.load import folder as folders
from citynet.load import load_city
from citynet.load.builder import MAX_EXPANDED
from tests.load.load_cases import CITY, FILES, NODES, write


def said(folder: Path) -> list[str]:
    """Load a folder that must not load; places are relative to it."""
    with pytest.raises(InventoryError) as caught:
        load_city(folder)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def with_file(folder: Path, name: str, data: bytes | str) -> list[str]:
    """Put a file into the small city that makes it wrong."""
    return said(write(folder, {**FILES, name: data}))


def test_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert said(folder)[0].startswith(f"{folder}:1:1: the folder {folder} does not exist, expected")


def test_a_file_for_a_folder(tmp_path: Path) -> None:
    file = write(tmp_path, FILES) / "city.yaml"
    assert f"did you mean {tmp_path}?" in said(file)[0]


def test_name_that_no_folder_can_have() -> None:
    assert "cannot be read" in said(Path("a\0b"))[0]


def test_empty_folder_and_files_that_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "x", ".hidden.yaml": "x", "city.yaml.bak": "x"})
    (line,) = said(tmp_path)
    assert line.startswith(f"{tmp_path}:1:1: the folder {tmp_path} holds no inventory")
    assert line.endswith("expected at least one *.yaml file")


def test_file_with_a_name_that_nobody_can_read(tmp_path: Path) -> None:
    folder = write(tmp_path, FILES)
    Path(os.fsdecode(os.fsencode(folder) + b"/a\xff\x1b.yaml")).write_text("x")
    (line,) = said(folder)
    assert line.endswith(
        r"a file has the name 'a\udcff\x1b.yaml', expected a name that can be printed"
    )


def test_no_message_holds_what_a_terminal_obeys(tmp_path: Path) -> None:
    lines = with_file(tmp_path, "more.yaml", '"\\e[2J": {}\nnodes: {n1: {"\\r\\n": 1}}\n')
    assert len(lines) > 2
    assert all(line.isprintable() for line in lines)


def test_yml_and_capitals_count(tmp_path: Path) -> None:
    files = {"A.YAML": CITY, "b.yml": NODES, "notes.txt": "x"}
    assert load_city(write(tmp_path, files)).city.city.name == "small"


def test_relative_paths_stay_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "here", {"city.yaml": "city: {}"})
    monkeypatch.chdir(tmp_path)
    assert str(said(Path("here"))[0]).startswith("city.yaml:1:1: ")
    with pytest.raises(InventoryError, match=r"(?m)^here/city.yaml:1:1: `name` is missing"):
        load_city(Path("here"))


def test_no_city_section_says_which_there_are(tmp_path: Path) -> None:
    files = {"nodes.yaml": NODES, "city.yaml": CITY.replace("city:\n  name: small\n", "")}
    (line,) = said(write(tmp_path, files))
    assert line == (
        "city.yaml:1:1: there is no `city:` section, expected a map with keys such as name; "
        "sections found: domains, links, networks, nodes, rings, sites"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "---\n", "~", "---\n...\n"])
def test_empty_file(text: str, tmp_path: Path) -> None:
    lines = with_file(tmp_path, "more.yaml", text)
    assert len(lines) == 1
    assert lines[0].startswith("more.yaml:1:1: the file is empty, expected one or more of")


@pytest.mark.parametrize("text", ["- a\n", "word", "12", "'x'"])
def test_file_without_sections(text: str, tmp_path: Path) -> None:
    lines = with_file(tmp_path, "more.yaml", text)
    assert len(lines) == 1
    assert lines[0].startswith("more.yaml:1:1: the file holds ")


def test_bom(tmp_path: Path) -> None:
    lines = with_file(tmp_path, "nodes.yaml", b"\xef\xbb\xbf" + NODES.encode())
    assert len(lines) == 1
    assert lines[0].startswith("nodes.yaml:1:1: the file begins with a byte order mark (BOM)")
    assert "sed -i" in lines[0]


def test_utf16(tmp_path: Path) -> None:
    lines = with_file(tmp_path, "nodes.yaml", NODES.encode("utf-16"))
    assert lines[0].startswith("nodes.yaml:1:1: the file is UTF-16, not UTF-8")
    assert "iconv -f UTF-16 -t UTF-8" in lines[0]


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf32(order: str, tmp_path: Path) -> None:
    data = f"\ufeff{NODES}".encode(f"utf-32-{order}")
    lines = with_file(tmp_path, "nodes.yaml", data)
    assert lines[0].startswith("nodes.yaml:1:1: the file is UTF-32, not UTF-8")
    assert "iconv -f UTF-32 -t UTF-8" in lines[0]


def test_gbk(tmp_path: Path) -> None:
    (line,) = with_file(tmp_path, "city.yaml", CITY.encode("gb18030"))
    assert line == (
        "city.yaml:4:16: byte 0xd5 is not UTF-8 text, expected UTF-8; "
        "it looks like GB18030 (GBK): iconv -f GB18030 -t UTF-8"
    )


def test_column_counts_characters_before_a_bad_byte(tmp_path: Path) -> None:
    data = "city:\r\n  label: 市民".encode() + b"\xff\n"
    assert with_file(tmp_path, "city.yaml", data)[0].startswith("city.yaml:2:12: byte 0xff")


def test_windows_line_ends_are_fine(tmp_path: Path) -> None:
    files = {name: text.replace("\n", "\r\n").encode() for name, text in FILES.items()}
    loaded = load_city(write(tmp_path, files))
    place = loaded.sources.locate(("nodes", "g2", "role"))
    assert place == Position(str(tmp_path / "nodes.yaml"), 3, 44)


def test_many_control_characters_are_counted(tmp_path: Path) -> None:
    lines = with_file(tmp_path, "noise.yaml", b"\x00" * 1000)
    assert len(lines) == 21
    assert "980 more" in lines[-1]


def test_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_BYTES", 1000)
    lines = with_file(tmp_path, "more.yaml", "#" * 1001)
    assert len(lines) == 1
    assert lines[0].startswith("more.yaml:1:1: the file is too large, expected at most")


def test_unreadable_things(tmp_path: Path) -> None:
    folder = write(tmp_path / "city", FILES)
    (folder / "a.yaml").mkdir()
    (folder / "b.yaml").symlink_to("nowhere")
    (folder / "c.yaml").symlink_to("c.yaml")
    os.mkfifo(folder / "d.yaml")
    lines = said(folder)
    assert [line.partition(", expected")[0] for line in lines] == [
        "a.yaml:1:1: this is a folder",
        "b.yaml:1:1: the file cannot be read: no such file or directory",
        lines[2],
        "d.yaml:1:1: this is a device or a pipe",
    ]
    assert lines[2].startswith("c.yaml:1:1: the file cannot be read: ")


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, FILES)
    opened = Path.open

    def refuse(file: Path, *args: Any, **more: Any) -> Any:
        """Refuse one file: the tests may run as root, who may read everything."""
        if file.name == "nodes.yaml":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
        return opened(file, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    assert said(folder) == ["nodes.yaml:1:1: the file cannot be read: permission denied"]


def test_links_stay_in_the_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: 12\n")
    folder = write(tmp_path / "city", {"city.yaml": CITY})
    write(folder / "real", {"nodes.yaml": NODES})
    (folder / "nodes.yaml").symlink_to("real/nodes.yaml")
    assert load_city(folder).city.nodes
    (folder / "more.yaml").symlink_to(secret)
    lines = said(folder)
    assert len(lines) == 1
    assert "outside the inventory" in lines[0]
    assert "password" not in lines[0]


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    nodes = (
        "nodes:\n"
        "  g1: &core {site: town-hall, domain: gov, role: core}\n"
        "  g2: {<<: *core, role: access}\n"
        "  g3:\n    <<: [{role: service}, *core]\n"
        "  g4: *core\n"
        "rings:\n  ring: {nodes: [g1, g2, g3, g4]}\n"
    )
    loaded = load_city(write(tmp_path, {"city.yaml": CITY, "nodes.yaml": nodes}))
    roles = [str(node.role) for node in loaded.city.nodes.values()]
    assert roles == ["core", "access", "service", "core"]
    file = str(tmp_path / "nodes.yaml")
    assert loaded.sources.locate(("nodes", "g4")) == Position(file, 6, 3)
    assert loaded.sources.locate(("nodes", "g2", "site")) == Position(file, 2, 20)
    assert loaded.sources.locate(("nodes", "g2", "role")) == Position(file, 3, 25)


def test_anchors_that_explode(tmp_path: Path) -> None:
    lines = ["city:", "  options:", "    bomb:", "      a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"      a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]"
        for level in range(1, 12)
    ]
    problems = with_file(tmp_path, "bomb.yaml", "\n".join(lines))
    assert len(problems) == 1
    assert f"expand to more than {MAX_EXPANDED} values" in problems[0]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
def test_deep_nesting(text: str, tmp_path: Path) -> None:
    problems = with_file(tmp_path, "deep.yaml", text)
    assert len(problems) == 1
    assert problems[0].startswith("deep.yaml:1:")


def test_options_are_free(tmp_path: Path) -> None:
    city = CITY.replace(
        "name: small", "name: small\n  options: {qos: {a: , b: 1.5, c: 2024-01-01}}"
    )
    loaded = load_city(write(tmp_path, {**FILES, "city.yaml": city}))
    assert loaded.city.city.options == {"qos": {"a": None, "b": 1.5, "c": "2024-01-01"}}


def test_route_targets_are_text_and_need_no_quotes(tmp_path: Path) -> None:
    services = FILES["services.yaml"].replace(
        "domain: xd", "domain: xd\n    route_target: 64512:10"
    )
    loaded = load_city(write(tmp_path, {**FILES, "services.yaml": services}))
    assert loaded.city.vpns["trade"].route_target == "64512:10"


def test_locate(tmp_path: Path) -> None:
    sources = load_city(write(tmp_path, FILES)).sources
    nodes = str(tmp_path / "nodes.yaml")
    assert sources.locate(("nodes", "g3", "network")) == Position(nodes, 4, 61)
    assert sources.locate(("nodes", "g3", "loopback")) == Position(nodes, 4, 3)
    assert sources.locate(("nodes", "none")) == Position(nodes, 1, 1)
    assert sources.locate(("rings", "ring", "nodes", 1)) == Position(nodes, 10, 22)
    assert sources.locate(("rings", "ring", "nodes", 9)) == Position(nodes, 10, 10)
    assert sources.locate(("pools",)) == Position(str(tmp_path / "city.yaml"), 1, 1)
    assert sources.locate(()) == Position(str(tmp_path / "city.yaml"), 1, 1)


def test_errors_of_later_stages_get_their_places(tmp_path: Path) -> None:
    sources = load_city(write(tmp_path, FILES)).sources
    kept = Position("elsewhere.yaml", 7, 7)
    error = InventoryError(
        [
            Problem("last", ("vpns", "health")),
            Problem("first", ("nodes", "g2", "loopback")),
            Problem("kept", ("nodes", "g2"), position=kept),
        ]
    )
    placed = sources.resolve(error).problems
    by_what = {problem.what: str(problem.position) for problem in placed}
    assert by_what == {
        "first": f"{tmp_path}/nodes.yaml:3:3",
        "last": f"{tmp_path}/services.yaml:2:3",
        "kept": "elsewhere.yaml:7:7",
    }
    assert [problem.position for problem in placed] == sorted(
        problem.position for problem in placed if problem.position
    )
