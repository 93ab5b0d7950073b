"""Subtree filters (RFC 6241, section 6) as XPath of libyang, whose prefixes are module names."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def xpaths(root: Any, modules: Mapping[str, str]) -> list[str]:
    """What a `<filter>` selects. `modules`: module name by namespace.

    What no module knows selects nothing.
    """
    found: list[str] = []
    for each in root:
        found += _select(each, "", modules)
    return found


def _select(element: Any, parent: str, modules: Mapping[str, str]) -> list[str]:
    step = _step(element, modules)
    if step is None:
        return []
    path = f"{parent}/{step}"
    matches = [child for child in element if _is_match(child)]
    for child in matches:
        inside = _step(child, modules)
        if inside is None:
            return []
        wanted = " or ".join(f"{inside}={_literal(each)}" for each in _values(child, modules))
        path += f"[{wanted}]"
    chosen = [child for child in element if not _is_match(child)]
    if not chosen:
        return [path]
    found = [f"{path}/{_step(child, modules)}" for child in matches]
    for child in chosen:
        found += _select(child, path, modules)
    return found


def _is_match(element: Any) -> bool:
    return not len(element) and bool((element.text or "").strip())


def _step(element: Any, modules: Mapping[str, str]) -> str | None:
    """One step; an element without a namespace is meant in any (section 6.2.1)."""
    name = etree.QName(element)
    if not name.namespace:
        return f"*[local-name()='{name.localname}']"
    module = modules.get(name.namespace)
    return f"{module}:{name.localname}" if module else None


def _values(element: Any, modules: Mapping[str, str]) -> list[str]:
    """What a value may be called: an identity is prefixed by its module's name in libyang."""
    text = (element.text or "").strip()
    prefix, colon, local = text.partition(":")
    if colon:
        module = modules.get(element.nsmap.get(prefix) or "")
        return [text, f"{module}:{local}"] if module else [text]
    own = modules.get(etree.QName(element).namespace or "")
    return [text, f"{own}:{text}"] if own and _NAME.fullmatch(text) else [text]


def _literal(text: str) -> str:
    """A string of XPath 1.0, which knows no escapes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = ', "\'", '.join(f"'{part}'" for part in text.split("'"))
    return f"concat({parts})"
