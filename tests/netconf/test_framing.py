"""Messages in bytes, however they are cut (RFC 6242)."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citynet.netconf.framing import CHUNK, Frames, FramingError, framed


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """Data in pieces of these sizes, and a last one."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(data[start : start + size])
        start += size
    return [*pieces, data[start:]]


text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.encode)


@given(
    messages=st.lists(text, max_size=4),
    sizes=st.lists(st.integers(1, 20), max_size=30),
    chunked=st.booleans(),
)
def test_whatever_way_it_comes(messages: list[bytes], sizes: list[int], chunked: bool) -> None:  # noqa: FBT001
    messages = [each for each in messages if chunked or b"]]>]]>" not in each + b"]]>]]"]
    stream = b"".join(piece for each in messages for piece in framed(each, chunked=chunked))
    frames = Frames()
    frames.chunked = chunked
    assert [each for piece in cut(stream, sizes) for each in frames.feed(piece)] == messages


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=9))
def test_chunks_as_the_peer_likes_them(chunks: list[bytes]) -> None:
    frames = Frames()
    frames.chunked = True
    stream = b"".join(b"\n#%d\n%s" % (len(each), each) for each in chunks) + b"\n##\n"
    assert list(frames.feed(stream)) == [b"".join(chunks)]


@given(st.binary(max_size=30))
def test_nonsense_is_told_or_waited_for(data: bytes) -> None:
    frames = Frames()
    frames.chunked = True
    with suppress(FramingError):
        list(frames.feed(data))


@pytest.mark.parametrize(
    "data", [b"<rpc-reply/>]]>]]>", b"\n#0\n", b"\n#01\n", b"\n#-1\n", b"\n\n#1\na", b"\n#1a\n"]
)
def test_what_is_no_chunk(data: bytes) -> None:
    frames = Frames()
    frames.chunked = True
    with pytest.raises(FramingError, match="where a chunk should begin it said"):
        list(frames.feed(data))


@pytest.mark.parametrize("chunked", [True, False])
def test_a_message_without_an_end(chunked: bool) -> None:  # noqa: FBT001
    frames = Frames(largest=1000)
    frames.chunked = chunked
    data = b"\n#1001\n" if chunked else b"x" * 1001
    with pytest.raises(FramingError, match="more than 1000 bytes"):
        list(frames.feed(data))


@pytest.mark.parametrize("chunked", [True, False])
def test_time_grows_with_the_bytes(chunked: bool) -> None:  # noqa: FBT001
    """One chunk of 33 MB, as many servers send a configuration."""

    message = b"<a>" + "城".encode() * (11 << 20) + b"</a>"
    wire = b"\n#%d\n%s\n##\n" % (len(message), message) if chunked else message + b"]]>]]>"
    frames = Frames()
    frames.chunked = chunked
    began = time.process_time()
    found = [
        each
        for start in range(0, len(wire), 4096)
        for each in frames.feed(wire[start : start + 4096])
    ]
    seconds = time.process_time() - began
    assert found == [message]
    assert seconds < 5  # a tenth of a second; looking at all of it each time takes minutes


def test_what_is_sent_is_in_pieces() -> None:
    pieces = list(framed(b"x" * (3 * CHUNK + 1), chunked=True))
    assert len(pieces) == 4
    assert max(map(len, pieces)) < CHUNK + 20
    assert pieces[-1] == b"\n#1\nx\n##\n"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_message_of_usual_size_is_one_packet(*, chunked: bool) -> None:
    for message in (b"<a/>", b"x" * CHUNK):
        [piece] = framed(message, chunked=chunked)
        assert piece.endswith(b"\n##\n" if chunked else b"]]>]]>")
