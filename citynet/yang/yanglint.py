"""libyang's `yanglint` as a validator: one process loads the models and reads many documents.

It is driven by commands on standard input, which all releases from 2.1 take alike (Debian 12
to forky, Ubuntu), and answers on standard error. After each document comes a command that it
does not know and names in its complaint: the mark that tells answers apart. Nothing counts as
valid unless its mark came, the models are in the list of implemented modules, and a document
that no model knows was refused by the same process.
"""

import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from citynet.yang.models import ModelSet, YangError, files, read_as
from citynet.yang.program import Command, program

TIMEOUT = 1800.0
MODULES = "modules"
LOADING = 3
"""Answers before those about documents: adding modules, listing them, the canary."""
CANARY = '<canary xmlns="urn:citynet:in-no-model"/>\n'

_ERROR = "libyang[0]: "
_PLACES = (" (path: ", " (data path: ", " (schema path: ", " (schemadata path: ", " (line")
"""`schemadata` is what 3.12, Debian 13's, says of a schema path where it knows a line."""
_PATH = re.compile(
    r"(?:(?:Data|Schema) location |(?:data|schema) path: )\"?"
    r"(.+?)\"?(?=, (?:[Ll]ine|data|schema)|\.?$)",
    re.DOTALL,
)
_LINE = re.compile(r"[Ll]ine(?: number|:)? (\d+)\.?$")
_FEATURE = re.compile(r"(?:^|[;{}])\s*feature\s+\"?([A-Za-z_][\w.-]*)", re.MULTILINE)
_WARNING = re.compile(r"(libyang\[[1-9]\]|YANGLINT\[[WV]\]): ")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What libyang says of a document: in words, where in the data, at which line of it."""

    message: str
    path: str
    line: int | None


def _complaint(text: str) -> Complaint:
    """One error of libyang: its words, and in brackets a path, a line, both or neither."""
    at = max(text.rfind(place) for place in _PLACES)
    words, where = (text[:at], text[at:].rstrip(")")) if at >= 0 else (text, "")
    path, line = _PATH.search(where), _LINE.search(where)
    message = " ".join((words if path or line else text).split())
    return Complaint(message, path[1] if path else "", int(line[1]) if line else None)


def complaints(answer: str) -> list[Complaint]:
    """What an answer complains about; empty only if it says nothing but warnings."""
    found: list[Complaint] = []
    lead, *said = re.split(r"^(?=libyang\[\d\]: |YANGLINT\[\w\]: )", answer, flags=re.MULTILINE)
    if lead.strip():
        found.append(Complaint(lead.strip(), "", None))
    for each in said:
        if each.startswith(_ERROR):
            found.append(_complaint(each.removeprefix(_ERROR).rstrip()))
        elif not _WARNING.match(each) and not found:
            found.append(Complaint(each.strip(), "", None))
    return found


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Answers in order, what was said after the last one, and whether all were answered."""

    answers: list[str]
    rest: str
    code: int
    printed: str
    whole: bool


class _Session:
    """The commands of one process, and its answers by mark."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._nonce = secrets.token_hex(8)
        self._commands: list[str] = ["verb error", f"searchpath {MODULES}"]
        self._asked = 0

    def ask(self, *commands: str) -> None:
        """Send commands whose answer is one."""
        self._commands += [*commands, f"@{self._nonce}-{self._asked}"]
        self._asked += 1

    def run(self, chosen: Command) -> _Outcome:
        """Run the process on what was asked. Raises `YangError` where it does not end."""
        home = {"HOME": str(self._folder), "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(
                [*chosen],
                input="".join(f"{command}\n" for command in self._commands).encode(),
                capture_output=True,
                cwd=self._folder,
                env=os.environ | home,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise YangError(f"yanglint has not ended after {TIMEOUT:.0f} s") from error
        said = done.stderr.decode(errors="replace")
        mark = rf'^[^\n]*Unknown command "@{self._nonce}-\d+"[^\n]*\n?'
        *answers, rest = re.split(mark, said, flags=re.MULTILINE)
        printed = done.stdout.decode(errors="replace")
        return _Outcome(answers, rest, done.returncode, printed, self._asked == len(answers))


def _add(models: ModelSet, found: Mapping[str, Path], name: str) -> str:
    file = next(
        (each for each in (f"{name}.yang", *sorted(found, reverse=True)) if _is(each, name)), ""
    )
    features = models.features.get(name)
    if name in models.without:
        every = _FEATURE.findall(found[file].read_text(encoding="utf-8"))
        features = tuple(each for each in every if each not in models.without[name])
    chosen = f"-F {name}:{','.join(features)} " if features is not None else ""
    return f"add -i -i {chosen}{MODULES}/{file}"


def _modules(models: ModelSet, found: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Make a folder of all modules, ours too, which are returned.

    It is not the one that yanglint runs in, or its own modules would be looked for here.
    """
    folder.mkdir()
    patches = {f"{module}.yang": text for module, text in models.patches.items()}
    for file, path in found.items():
        if file in patches:  # never through a link into the folder of the vendor's models
            continue
        if models.readings:
            (folder / file).write_bytes(read_as(models, path))
        else:
            (folder / file).symlink_to(path)
    for file, text in patches.items():
        (folder / file).write_text(text, encoding="utf-8")
    return {file: folder / file for file in patches}


def _is(file: str, module: str) -> bool:
    return file.partition(".yang")[0].partition("@")[0] == module


def _loaded(models: ModelSet, outcome: _Outcome) -> None:
    """Raise `YangError` unless every module is implemented and the canary was refused."""
    if len(outcome.answers) < LOADING:
        last = outcome.rest.strip().splitlines()[-1:] or ["nothing"]
        raise YangError(f"yanglint ended with {outcome.code}, saying {last[0]}")
    loading, _, canary = outcome.answers[:LOADING]
    wrong = complaints(loading)
    if wrong:
        raise YangError(f"yanglint cannot load {models.release}: {wrong[0].message}")
    have = set(re.findall(r"^\s*I ([^@\s]+)", outcome.printed, flags=re.MULTILINE))
    missing = [name for name in (*models.patches, *models.modules) if name not in have]
    if missing:
        raise YangError(f"yanglint has not loaded {', '.join(missing[:3])} of {models.release}")
    if not complaints(canary):
        raise YangError("yanglint accepts a document that is in no model, so its word is nothing")


def _run(
    models: ModelSet, root: Path, folder: Path, texts: Sequence[str], commands: Sequence[str]
) -> _Outcome:
    """Have one process, in a folder, load the models and take commands about the texts."""
    chosen, found = program(models), files(models, root)
    every = found | _modules(models, found, folder / MODULES)
    session = _Session(folder)
    session.ask(*(_add(models, every, each) for each in (*models.patches, *models.modules)))
    session.ask("list")
    for at, text in enumerate([CANARY, *texts]):
        (folder / f"{at}.xml").write_text(text, encoding="utf-8")
    for command in ("data -t config -F xml 0.xml", *commands):
        session.ask(command)
    outcome = session.run(chosen)
    _loaded(models, outcome)
    return outcome


def _read(models: ModelSet, texts: Sequence[str], root: Path, kind: str) -> _Outcome:
    """Have one process load the models and read the texts, as far as it comes."""
    commands = [f"data -t {kind} -F xml {at}.xml" for at in range(1, len(texts) + 1)]
    with tempfile.TemporaryDirectory(prefix="citynet-yang-") as name:
        return _run(models, root, Path(name), texts, commands)


def collect(
    models: ModelSet, root: Path, commands: Sequence[str], texts: Sequence[str] = ()
) -> list[str]:
    """What each command writes into the file of its number, `N.out`. Raises `YangError`.

    The texts are `1.xml`, `2.xml` and so on.
    """
    with tempfile.TemporaryDirectory(prefix="citynet-yang-") as name:
        folder = Path(name)
        outcome = _run(models, root, folder, texts, commands)
        for answer in outcome.answers[LOADING:]:
            if wrong := complaints(answer):
                raise YangError(f"yanglint: {wrong[0].message}")
        if not outcome.whole:
            raise YangError(f"yanglint ended with {outcome.code} before it had done all")
        written = (folder / f"{at}.out" for at in range(1, len(commands) + 1))
        return [each.read_text(encoding="utf-8") for each in written]


def lint(
    models: ModelSet, texts: Sequence[str], root: Path, kind: str = "config"
) -> list[list[Complaint]]:
    """What libyang complains about in each text (data nodes side by side). Raises `YangError`.

    `root` is the folder of all vendors' models. `kind` is yanglint's word for what a text is: a
    configuration, or with `data` a whole datastore with its state. A text that libyang dies of
    is refused for that, and the others are read by another process (3.12 and 6.4 die of an entry
    whose key has a wrong value).
    """
    found: list[list[Complaint]] = []
    while True:
        outcome = _read(models, texts[len(found) :], root, kind)
        found += [complaints(answer) for answer in outcome.answers[LOADING:]]
        if outcome.whole:
            return found
        died = Complaint(f"libyang dies of this document (exit code {outcome.code})", "", None)
        found.append([*complaints(outcome.rest), died])
        if len(found) == len(texts):
            return found
