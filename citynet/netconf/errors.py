"""A device's errors as refusals, each with the line of the artifact that it is about."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from citynet.deploy.driver import Refusal
from citynet.netconf.profile import Profile
from citynet.netconf.reply import RpcError
from citynet.netconf.tree import MASK
from citynet.xml import Element
from citynet.yang.document import find

_ENVELOPE = re.compile(
    r"^/(?:[^/:\[]+:)?rpc(?:/(?:[^/:\[]+:)?[a-z-]+)?(?:/(?:[^/:\[]+:)?config)?(?=/|$)"
)
_NAME = re.compile(r"^/(?:[^/:\[]+:)?([^/:\[]+)")
_PATH = re.compile(
    r"(?<![\w/.-])((?:/(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*(?:\[(?:[^\]'\"]|'[^']*'|\"[^\"]*\")*\])*)+)"
)
"""A path within a sentence, as sysrepo has them: `… (path "/huawei-ifm:ifm/interfaces")`."""
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
SHORTEST_SECRET = 4
"""Characters of a secret that is looked for in what a device says; shorter ones are words."""


def data_path(path: str) -> str:
    """An `error-path` without the request around the configuration: `/rpc/edit-config/config`."""
    return _ENVELOPE.sub("", path)


class Lines:
    """Where in an artifact's document a device's complaint belongs."""

    def __init__(self, profile: Profile, text: str, config: Element, running: Element) -> None:
        self._profile = profile
        self._source = text
        self._roots = (config, running)
        self._nodes = config.children

    @cached_property
    def _lines(self) -> list[str]:
        return self._source.splitlines()

    @cached_property
    def _secrets(self) -> list[str]:
        """What is secret in the artifact and on the device, the longest first."""
        found = {
            leaf.text.strip()
            for root in self._roots
            for each in root.walk()
            for place, leaf in enumerate(each.children)
            if not leaf.children
            and self._is_secret(leaf, first=place == 0 < len(each.children) - 1)
        }
        return sorted((s for s in found if len(s) >= SHORTEST_SECRET), key=len, reverse=True)

    def _is_secret(self, leaf: Element, *, first: bool = False) -> bool:
        return self._profile.is_secret(leaf.name, leaf.text.strip(), first=first)

    def refusals(self, errors: Iterable[RpcError]) -> list[Refusal]:
        """Every error as a refusal; no secret that the artifact or the device has is repeated."""
        return [self._refusal(error) for error in errors]

    def about(self, element: Element | None, path: str, message: str) -> Refusal:
        """A refusal of an element of the artifact, or of what is nearest to a path."""
        here = element or self._element(path)
        shown = self.masked(f"{message} ({path})")
        if here is None:
            return Refusal("", None, "", shown)
        return Refusal(self._profile.file, here.line, self._text(here), shown)

    def _refusal(self, error: RpcError) -> Refusal:
        message = self.masked(str(error))
        path = data_path(error.path) or self._worded(error.message)
        element = self._quoted(path, error) or self._element(path)
        if element is None:
            about = f" ({self.masked(error.path)})" if error.path else ""
            return Refusal("", None, "", f"{message}{about}")
        shown = message if path in error.message else f"{message} ({self.masked(path)})"
        return Refusal(self._profile.file, element.line, self._text(element), shown)

    def _text(self, element: Element) -> str:
        """The element's line."""
        if not element.children and self._is_secret(element):
            return f"<{element.name}>{MASK}</{element.name}>"
        text = self._lines[element.line - 1] if element.line <= len(self._lines) else ""
        return self.masked(text.strip())

    def _element(self, path: str) -> Element | None:
        """The element that a path names, or the nearest around it; None where nothing is near."""
        first = _NAME.match(path)
        if first is None or first[1] not in {each.name for each in self._nodes}:
            return None
        return find(self._nodes, path)

    def _quoted(self, path: str, error: RpcError) -> Element | None:
        """Of the leaves on a path that names no entries, the only one whose value is quoted."""
        names = [each.rpartition(":")[2] for each in path.split("/")[1:]]
        if not names or "[" in path:
            return None
        here = [each for each in self._nodes if each.name == names[0]]
        for name in names[1:]:
            here = [child for each in here for child in each.children if child.name == name]
        said = (error.about("bad-value"), *_QUOTED.findall(error.message))
        found = [each for each in here if each.text and each.text in said]
        return found[0] if len(found) == 1 else None

    def _worded(self, message: str) -> str:
        """The longest path in a message that is of the artifact; empty where there is none."""
        found = [data_path(each) for each in _PATH.findall(message)]
        return max((each for each in found if self._element(each)), key=len, default="")

    def masked(self, text: str) -> str:
        """The text without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def plain(errors: Sequence[RpcError]) -> str:
    """The errors as one sentence, for what has nothing to do with an artifact."""
    return "; ".join(str(error) for error in errors)
