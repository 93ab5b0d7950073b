"""libyang's answers, in the words of its releases, and a validator that cannot be trusted."""

import os
from pathlib import Path
from shutil import which

import pytest

from citynet.yang import ModelSet, YangError
from citynet.yang.document import YangProblem, read
from citynet.yang.program import program, version
from citynet.yang.validate import validate, validate_all
from citynet.yang.yanglint import Complaint, complaints

PATH = "/a:top/list[name='x']/leaf"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("", []),
        ("libyang[1]: Some warning.\nYANGLINT[W]: Another.\n", []),
        (
            f'libyang[0]: Bad. (path: Data location "{PATH}", line number 7.)\nYANGLINT[E]: No\n',
            [Complaint("Bad.", PATH, 7)],
        ),
        (f"libyang[0]: Bad. (data path: {PATH}, line: 7)\n", [Complaint("Bad.", PATH, 7)]),
        ("libyang[0]: Bad. (schemadata path: /a:b, line: 7)\n", [Complaint("Bad.", "/a:b", 7)]),
        (f'libyang[0]: Bad. (path: Data location "{PATH}".)\n', [Complaint("Bad.", PATH, None)]),
        (f'libyang[0]: Bad. (path: Schema location "{PATH}".)', [Complaint("Bad.", PATH, None)]),
        ("libyang[0]: Bad. (path: Line number 3.)\n", [Complaint("Bad.", "", 3)]),
        ("libyang[0]: Bad (really).\n", [Complaint("Bad (really).", "", None)]),
        ('libyang[0]: Value "a\nb". (line: 3)\n', [Complaint('Value "a b".', "", 3)]),
        (
            "libyang[0]: One.\nlibyang[0]: Two.\n",
            [Complaint("One.", "", None), Complaint("Two.", "", None)],
        ),
        ("YANGLINT[E]: Unable to use\n", [Complaint("YANGLINT[E]: Unable to use", "", None)]),
        ("something else\n", [Complaint("something else", "", None)]),
    ],
)
def test_answers(answer: str, wanted: list[Complaint]) -> None:
    assert complaints(answer) == wanted


@pytest.fixture
def models(tmp_path: Path) -> ModelSet:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "toy.yang").write_text(
        'module toy { namespace "urn:toy"; prefix t; leaf a { type uint8; }'
        " feature f; leaf b { if-feature f; type string; }"
        " container c { list l { key k; leaf k { type string; }"
        " leaf m { type string; mandatory true; } } } }"
    )
    return ModelSet("Toy 1", ("elsewhere", "toy"), ("toy",))


GOOD = b'<a xmlns="urn:toy">1</a>'


def test_a_document_is_data_config_or_a_whole_rpc(models: ModelSet, tmp_path: Path) -> None:
    base = 'xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"'
    text = GOOD.decode()
    for form in (
        text,
        f"<config {base}>{text}</config>",
        f"<data {base}>{text}</data>",
        (
            f'<rpc {base} message-id="1"><edit-config><target><candidate/></target>'
            f"<config>{text}</config></edit-config></rpc>"
        ),
    ):
        assert validate(models, form.encode(), tmp_path) == []
        assert validate(models, form.replace(">1<", ">x<").encode(), tmp_path) != []


def test_nothing_to_configure_is_a_problem(models: ModelSet, tmp_path: Path) -> None:
    data = b'<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><get/></rpc>'
    assert validate(models, data, tmp_path) == [
        YangProblem("", "the document configures nothing", 1)
    ]


def test_features_are_all_on_unless_named(models: ModelSet, tmp_path: Path) -> None:
    data = b'<b xmlns="urn:toy">x</b>'
    assert validate(models, data, tmp_path) == []
    none = ModelSet(models.release, models.folders, models.modules, {"toy": ()})
    assert validate(none, data, tmp_path) != []
    but = ModelSet(
        models.release, models.folders, models.modules, without={"toy": frozenset({"f"})}
    )
    assert validate(but, data, tmp_path) != []
    others = ModelSet(
        models.release, models.folders, models.modules, without={"toy": frozenset({"g"})}
    )
    assert validate(others, data, tmp_path) == []


def test_a_patch_never_reaches_the_folder_of_the_models(models: ModelSet, tmp_path: Path) -> None:
    file = tmp_path / "toy" / "toy.yang"
    before = file.read_text()
    patch = before.replace("uint8", "string")
    patched = ModelSet(models.release, models.folders, models.modules, patches={"toy": patch})
    assert validate(patched, GOOD.replace(b">1<", b">x<"), tmp_path) == []
    assert file.read_text() == before


def test_a_schema_path_finds_the_entry_that_lacks_the_leaf(
    models: ModelSet, tmp_path: Path
) -> None:
    data = b"<l><k>1</k><m/></l>\n"
    second = data.replace(b"1", b"2").replace(b"<m/>", b"")
    bad = b'<c xmlns="urn:toy">\n' + data + second + b"</c>"
    [problem] = validate(models, bad, tmp_path)
    assert problem.line == 3


def test_lines_of_a_large_document_are_right(models: ModelSet, tmp_path: Path) -> None:
    many = "".join(f"<l><k>{n}</k>\n<m>\nx</m></l>\n" for n in range(30_000))
    last = '<a xmlns="urn:toy">x</a>'
    base = 'xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"'
    text = f'<config {base}><c xmlns="urn:toy">{many}</c>{last}</config>'
    [problem] = validate(models, text.encode(), tmp_path)
    assert problem.line == text.count("\n") + 1
    assert len(read(text.encode()).elements) == 90_002


@pytest.mark.parametrize(
    ("folders", "modules", "words"),
    [
        (("nothere",), ("toy",), "no models of Toy 1: .* has no nothere"),
        (("toy",), ("toy", "other"), "is not Toy 1: no other"),
    ],
)
def test_missing_models_are_said(
    models: ModelSet, tmp_path: Path, folders: tuple[str, ...], modules: tuple[str, ...], words: str
) -> None:
    with pytest.raises(YangError, match=words):
        validate(ModelSet(models.release, folders, modules), GOOD, tmp_path)


def test_models_that_do_not_load_are_said(models: ModelSet, tmp_path: Path) -> None:
    (tmp_path / "toy" / "toy.yang").write_text("module toy { prefix t; }")
    with pytest.raises(YangError, match="cannot load Toy 1"):
        validate(models, GOOD, tmp_path)


def test_no_folder_of_models_is_said(
    models: ModelSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITYNET_YANG", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(YangError, match="set CITYNET_YANG"):
        validate(models, GOOD)


def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    path = tmp_path / "yanglint"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo yanglint 2.1.30 && exit\n{body}\n')
    path.chmod(0o755)
    monkeypatch.setenv("YANGLINT", str(path))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("exit 0", "ended with 0, saying nothing"),
        ("echo oh no >&2; exit 3", "ended with 3, saying oh no"),
        ("kill -SEGV $$", "ended with -11"),
        # says yes to everything, but has loaded nothing
        (
            "sed -n 's/^@/YANGLINT[E]: Unknown command \"@/; s/\\(command.*\\)/\\1\"/p' >&2",
            "loaded",
        ),
        # says yes to everything, and that everything is loaded
        (
            (
                "echo '    I toy@1';"
                " sed -n 's/^@/YANGLINT[E]: Unknown command \"@/; s/\\(command.*\\)/\\1\"/p' >&2"
            ),
            "its word is nothing",
        ),
    ],
)
def test_a_validator_that_cannot_be_trusted_makes_nothing_valid(
    models: ModelSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    impostor(tmp_path, monkeypatch, body)
    with pytest.raises(YangError, match=words):
        validate(models, GOOD, tmp_path)


def test_a_validator_that_is_not_there_or_too_old_is_said(
    models: ModelSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANGLINT", str(tmp_path / "none"))
    with pytest.raises(YangError, match=r"cannot run .*install libyang"):
        program(models)
    newer = ModelSet("Toy 2", ("toy",), ("toy",), validator=(3, 0))
    impostor(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(YangError, match=r"^yanglint is 2\.1, Toy 2 needs 3\.0; install libyang"):
        program(newer)
    monkeypatch.delenv("YANGLINT")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(YangError, match=r"needs 3\.0; no newer .*mmdebstrap is not installed"):
        program(newer)
    (tmp_path / "yanglint").unlink()
    with pytest.raises(YangError, match=r"yanglint, which is not here; no newer .*; install lib"):
        program(models)


def test_one_that_is_too_old_is_replaced_by_an_unpacked_one_and_nothing_else_is(
    models: ModelSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YANGLINT", raising=False)
    assert program(models) == (which("yanglint"),)
    newer = ModelSet(models.release, models.folders, models.modules, validator=(3, 12))
    old = tmp_path / "yanglint"
    old.write_text("#!/bin/sh\necho yanglint 2.1.30\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    chosen = program(newer)
    assert str(old) not in chosen
    assert version(chosen) >= (3, 12)
    assert validate(newer, GOOD, tmp_path) == []
    assert validate(newer, GOOD.replace(b"1", b"x"), tmp_path) != []
    impossible = ModelSet("Toy 9", ("toy",), ("toy",), validator=(99, 0))
    with pytest.raises(YangError, match=r"the one of labs/yanglint is 3\.12"):
        program(impossible)


def test_a_document_that_libyang_dies_of_is_refused_and_the_others_are_read(
    models: ModelSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = which("yanglint")
    assert real is not None
    body = (
        'cat > all; last=$(grep -l 66 [0-9]*.xml); [ -n "$last" ] || exec ' + real + " < all;"
        f' sed "/ $last\\$/,\\$d" all | {real}; kill -SEGV $$'
    )
    impostor(tmp_path, monkeypatch, body)
    documents = {str(n): GOOD.replace(b"1", str(n).encode()) for n in (5, 66, 7, 999)}
    found = validate_all(models, documents, tmp_path)
    assert [bool(found[name]) for name in documents] == [False, True, False, True]
    assert "libyang dies of this document" in found["66"][-1].message
