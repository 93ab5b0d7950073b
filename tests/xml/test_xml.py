"""XML of configuration: what a template says survives, what no device reads is refused."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citynet.xml import Element, XmlError, dense, merge, parse_document, parse_parts, write

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
)


def merged(*parts: str) -> str:
    elements = [each for part in parts for each in parse_parts(part)]
    return write(Element("", "config", children=merge(elements)))


@given(TEXT)
def test_any_text_survives_writing_and_parsing(text: str) -> None:
    document = write(Element("urn:a", "leaf", text))
    assert parse_document(document.encode()).text == text
    assert ET.fromstring(document).text == text  # noqa: S314 - our own document
    assert parse_document(dense(Element("urn:a", "leaf", text)).encode()).text == text


@pytest.mark.parametrize("text", ["a\nb", "\ta", "a\r\nb", "<&\">'健康]]>"])
def test_breaks_and_markup_in_values_survive(text: str) -> None:
    root = Element("", "a", children=(Element("", "leaf", text),))
    assert parse_document(write(root).encode()).children[0].text == text
    assert parse_document(dense(root).encode()).children[0].text == text


def test_entries_with_equal_keys_are_one_and_others_are_not() -> None:
    port = '<ports><port key="name"><name>{}</name><{}>1</{}></port></ports>'
    found = merged(port.format("a", "mtu", "mtu"), port.format("a", "vlan", "vlan"))
    assert found.count("<port>") == 1
    assert "<mtu>1</mtu>\n      <vlan>1</vlan>" in found
    assert (
        merged(port.format("a", "mtu", "mtu"), port.format("b", "mtu", "mtu")).count("<port>") == 2
    )
    assert "key=" not in found


def test_keys_of_several_leaves_and_of_leaf_lists() -> None:
    route = '<route key="to via"><to>{}</to><via>{}</via></route>'
    assert merged(*(route.format(a, b) for a in "xy" for b in "xy")).count("<route>") == 4
    tag = '<tag key=".">{}</tag>'
    assert merged(*(tag.format(each) for each in "aba")).count("<tag>") == 2


def test_containers_are_merged_by_namespace() -> None:
    found = merged('<a xmlns="urn:1"><b>1</b></a>', '<a xmlns="urn:2"><b>2</b></a>')
    assert found.count("<a ") == 2
    assert merged("<a><b>1</b></a>", "<a><c>2</c></a>").count("<a>") == 1


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("<a>\n<b>1</b>\n<b>2</b>\n</a>", "'1' and '2'", 3),
        ('<a>\n<b key="name"><x>1</x></b>\n</a>', "has no name", 2),
        ("<a>\n</b>", "mismatched", 2),
        ("<a>\n<b>text<c/></b>\n</a>", "both elements and text", 2),
        ("<a/>\nloose", "outside", 1),
        ("<a>\n<x:b/></a>", "prefix of x:b", 2),
        ("</parts><parts>", "not well-formed", 1),
        ("<a>&b;</a>", "not well-formed", 1),
        ("<a>" * 300 + "</a>" * 300, "levels deep", 1),
    ],
)
def test_what_is_no_configuration_is_said_with_its_line(text: str, words: str, line: int) -> None:
    with pytest.raises(XmlError, match=words) as caught:
        merge(parse_parts(text))
    assert caught.value.line == line


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a/><b/>",
        b"<a>\xff</a>",
        b'<?xml version="1.0" encoding="x-none"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>\x00</a>",
    ],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(XmlError):
        parse_document(data)


def test_an_encoding_that_a_document_declares_is_read() -> None:
    data = '<?xml version="1.0" encoding="UTF-16"?><a>健康</a>'.encode("utf-16")
    assert parse_document(data).text == "健康"


def test_marks_are_taken_off_and_put_at_the_ends_of_lines() -> None:
    found = merged("<a>\x02t:1:0\x03\n<b>1</b>\x02t:2:0\x03\n</a>\x02t:3:0\x03\n")
    lines = found.splitlines()
    assert lines[1:4] == ["  <a>\x02t:1:0\x03", "    <b>1</b>\x02t:2:0\x03", "  </a>\x02t:1:0\x03"]


def test_prefixes_of_values_stay_declared() -> None:
    found = merged('<a xmlns:x="urn:x"><type>x:isis</type></a>')
    assert '<a xmlns:x="urn:x">' in found
