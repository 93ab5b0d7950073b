"""`citynet explain`."""

import json
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

import click

from citynet.cli import complete
from citynet.cli.options import json_option
from citynet.cli.words import Word
from citynet.errors import CitynetError
from citynet.explain.codes import Code, codes
from citynet.explain.example import example, written
from citynet.explain.keys import OPTIONS, Key, keys
from citynet.house import open_house
from citynet.text import listed, nearest

EPILOG = """\b
Examples:
  citynet explain                      what there is
  citynet explain nodes.role           a key: the names of entries are left out
  citynet explain options.gateway.answers
  citynet explain ring-names-once      what `citynet validate` said, by its code
  citynet explain nodes.role nodes.site
"""


@click.command(epilog=EPILOG)
@click.argument(
    "what",
    nargs=-1,
    metavar="[KEY|CODE]...",
    type=Word("a key or a code, such as nodes.role"),
    shell_complete=complete.explained,
)
@json_option
def explain(what: tuple[str, ...], *, as_json: bool) -> None:
    """What a key of an inventory, a role's option or the code of a mistake means, by example.

    With --json several are a list.
    """
    known, kinds = keys(open_house().roles), codes()
    if not what:
        _list(known, kinds, as_json=as_json)
        return
    every = (_find(each, known, kinds) for each in what)
    found = list({each.name: each for each in every}.values())
    if as_json:
        documents = [_document(each, known) for each in found]
        shown = documents[0] if len(documents) == 1 else documents
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2, default=str))
        return
    for number, each in enumerate(found):
        click.echo("\n" if number else "", nl=False)
        _show(each, known)


def _find(what: str, known: dict[str, Key], kinds: dict[str, Code]) -> Key | Code:
    """A key or a code by its name. Raises `CitynetError` where there is none."""
    name = what.strip("., ")
    if name in kinds and name not in known:
        return kinds[name]
    key = known.get(name) or _plain(name, known)
    if key is None:
        raise CitynetError(_unknown(what, known, kinds))
    return key


def _plain(name: str, known: dict[str, Key]) -> Key | None:
    """The key of a path as a problem has it: `nodes.gov-core1.role`, `vpns/health/domain`."""
    parts = name.replace("/", ".").split(".")
    for key in known.values():
        if len(key.path) == len(parts) and all(
            wanted in ("*", part) for wanted, part in zip(key.path, parts, strict=True)
        ):
            return key
    inside = parts[parts.index(OPTIONS) :] if OPTIONS in parts else []
    return known.get(".".join(inside))


def _unknown(what: str, known: dict[str, Key], kinds: dict[str, Code]) -> str:
    """One sentence with what may have been meant: by spelling, or by its last word."""
    last = what.rpartition(".")[2]
    same = [name for name in known if name.rpartition(".")[2] == last]
    said = f"there is no key and no code {what!r}"
    if same:
        return f"{said}; {last!r} is a key in {listed(same, 6)}"
    if hint := nearest(what, [*known, *kinds]):
        return f"{said}; {hint}"
    close = get_close_matches(last, {name.rpartition(".")[2] for name in known}, n=1)
    like = [name for name in known if name.rpartition(".")[2] in close]
    return f"{said}; {f'near it: {listed(like, 6)}' if like else '`citynet explain` lists them'}"


def _list(known: dict[str, Key], kinds: dict[str, Code], *, as_json: bool) -> None:
    if as_json:
        found = {
            "keys": {key.name: key.meaning for key in known.values()},
            "codes": {code.name: code.meaning for code in kinds.values()},
        }
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for title, rows in (
        ("Keys of an inventory", [k for k in known.values() if k.path[0] == k.name.split(".")[0]]),
        (
            "Options of roles (below `options` of the city, a domain or a device)",
            [k for k in known.values() if k.path[0] != k.name.split(".")[0]],
        ),
        ("Codes of mistakes", list(kinds.values())),
    ):
        click.echo(f"{title}:")
        for row in rows:
            click.echo(f"  {row.name:<38} {row.meaning}".rstrip())
        click.echo()


def _document(found: Key | Code, known: dict[str, Key]) -> dict[str, Any]:
    key = found if isinstance(found, Key) else known[found.key]
    return asdict(found) | {"example": written(example(key, known))}


def _show(found: Key | Code, known: dict[str, Key]) -> None:
    if isinstance(found, Key):
        _show_key(found, known)
    else:
        _show_code(found, known)


def _show_key(key: Key, known: dict[str, Key]) -> None:
    click.echo(f"{key.name}: {key.meaning}")
    rows = [
        ("about", key.about),
        ("takes", key.takes),
        ("default", _said(key.default)),
        ("required", "yes" if key.required else ""),
        ("keys", ", ".join(each.rpartition(".")[2] for each in key.inside)),
    ]
    for label, value in rows:
        if value:
            click.echo(f"  {label:<9} {value}")
    _example(written(example(key, known)))


def _said(value: Any) -> str:
    return "" if value in (None, {}, []) else json.dumps(value, ensure_ascii=False)


def _show_code(code: Code, known: dict[str, Key]) -> None:
    key = known[code.key]
    click.echo(f"{code.name}: {code.meaning}")
    click.echo(f"  often at  {key.name}: {key.meaning}")
    _example(written(example(key, known)), "right")


def _example(text: str, word: str = "example") -> None:
    click.echo(f"\n{word}:")
    for line in text.splitlines():
        click.echo(f"  {line}")
