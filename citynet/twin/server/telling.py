"""What a twin tells of its state: what is set, else what it has made up.

`operational.xml` in the folder that the twin keeps is state that a test or a scenario sets:
top-level nodes of the vendor's models, side by side or in one `<data>`. It is read again
for every request, and while it is there nothing else is told.
"""

import logging
from pathlib import Path
from typing import Any

from lxml import etree

from .acting import Actor
from .errors import RefusedError, RpcError
from .neighbours import Neighbours
from .store import EVERYTHING, RUNNING, Store

LOG = logging.getLogger("twin")
NAME = "operational.xml"
MADE_UP = "urn:citynet:twin:made-up-state"
"""The capability by which a twin says so."""


class Teller:
    """Follows what runs. One thread calls it, the device's."""

    def __init__(self, folder: Path, actor: Actor | None, neighbours: Neighbours) -> None:
        self._file = folder / NAME
        self._actor = actor
        self._neighbours = neighbours
        self._config: Any = None
        self._runs = -1

    def follow(self, store: Store, runs: int) -> None:
        """See what is configured, if another configuration runs since the last time."""
        if self._actor is None or runs == self._runs:
            return
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        text = b"<data>" + store.get(RUNNING, EVERYTHING) + b"</data>"
        self._runs, self._config = runs, None
        try:
            config = etree.fromstring(text, parser)
            self._neighbours.configured(self._actor.speaks(config))
            self._config = config
        except Exception:
            LOG.exception("nothing is made up of what runs")
            self._neighbours.configured(None)

    def state(self) -> bytes:
        """Top-level nodes, side by side. Raises `RefusedError` where what is set is no XML."""
        if self._file.is_file():
            return self._set()
        if self._actor is None or self._config is None:
            return b""
        return self._actor.state(self._config, self._neighbours.seen()).encode()

    def _set(self) -> bytes:
        data = self._file.read_bytes()
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            root: Any = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            try:
                root = etree.fromstring(b"<data>" + data + b"</data>", parser)
            except etree.XMLSyntaxError:
                raise RefusedError(RpcError("operation-failed", f"{NAME}: {error}")) from error
        if etree.QName(root).localname != "data":
            return data
        return b"".join(etree.tostring(each, with_tail=False) for each in root)
