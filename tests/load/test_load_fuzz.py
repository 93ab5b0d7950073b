"""Whatever bytes stand in the files, there is a city with its facts, or problems; no traceback."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.errors import InventoryError
from citynet.house import open_house
from citynet.pipeline import Prepared, prepare
from tests.load.load_cases import FILES, write

pytestmark = pytest.mark.thorough

HOUSE = open_house()
INVENTORY = Path(__file__).parents[2] / "inventory"
WORDS = ": |- |[|]|{|}|'|&a |*a|<<: |!|!!int |%|@|`|>|?|~|#|null|yes|010|1e9|.inf|  |---\n|...\n"
BYTES = (b"|", b"\t", b"\n", b"\r", b'"', b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xae")
PIECES = st.sampled_from((*WORDS.encode().split(b"|"), *BYTES))


@st.composite
def mutated(draw: st.DrawFn, base: bytes) -> bytes:
    """Delete, double or replace pieces of a file."""
    data = base
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(PIECES, st.binary(max_size=6), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


def outcome(files: dict[str, bytes]) -> Prepared | InventoryError:
    """Prepare a city of files; problems all have a place in one of them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, files)
        try:
            return prepare(folder, HOUSE)
        except InventoryError as error:
            check(folder, error)
            return error


def check(folder: Path, error: InventoryError) -> None:
    """Every problem is one line and has a place in a file of the folder."""
    assert error.problems
    for problem in error.problems:
        assert problem.position is not None
        assert problem.position.file.startswith(f"{folder}/")
        assert str(problem).isprintable()


DEMO_FILES, VENDORS_FILES = (
    {file.name: file.read_bytes() for file in sorted((INVENTORY / city).glob("*.yaml"))}
    for city in ("demo", "vendors")
)
SMALL_FILES = {name: text.encode() for name, text in FILES.items()}


@pytest.mark.parametrize(
    "base", [DEMO_FILES, SMALL_FILES, VENDORS_FILES], ids=["demo", "small", "vendors"]
)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mutated_files(base: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(base)))
    outcome({**base, name: data.draw(mutated(base[name]))})


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    assert isinstance(outcome({"city.yaml": data}), InventoryError)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>?%@`'\"#,~ \n\t<0.", max_size=40))
def test_any_yaml(text: str) -> None:
    assert isinstance(outcome({"city.yaml": text.encode()}), InventoryError)
