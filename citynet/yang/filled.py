"""What a device holds that was given a document, in each way to treat defaults (RFC 6243).

libyang reads the document as the device would: it evaluates every `when`, chooses cases, and adds
the defaults that are in use. What it prints is in each basic mode what RFC 6243, section 2, has.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from msgspec.structs import replace

from citynet.xml import Element, parse_document
from citynet.yang.compiled import able
from citynet.yang.document import read
from citynet.yang.models import ModelSet
from citynet.yang.yanglint import collect

WITH_DEFAULTS = """
module ietf-netconf-with-defaults {
  namespace "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults";
  prefix ncwd;
  revision 2011-06-01;
}
"""
"""Of RFC 6243 what libyang asks for before it tags: that the module is there."""


class Mode(StrEnum):
    """yanglint's words for `report-all`, `trim`, `report-all-tagged`; `explicit` needs none."""

    ALL = "all"
    TRIM = "trim"
    EXPLICIT = "explicit"
    TAGGED = "all-tagged"


def filled(models: ModelSet, root: Path, documents: Sequence[bytes], mode: Mode) -> list[Element]:
    """Of each document, the `data` of such a device. Raises `YangError` where one is not valid."""
    words = "" if mode == Mode.EXPLICIT else f"-d {mode} "
    commands = [
        f"data -t config -F xml -f xml {words}-o {at}.out {at}.xml"
        for at in range(1, len(documents) + 1)
    ]
    texts = [read(each).text for each in documents]
    patches = {**models.patches, "ietf-netconf-with-defaults": WITH_DEFAULTS}
    found = collect(replace(able(models), patches=patches), root, commands, texts)
    return [parse_document(f"<data>{each}</data>".encode()) for each in found]
