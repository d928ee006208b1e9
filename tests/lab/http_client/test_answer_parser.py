"""An answer's bytes, in whatever pieces they are received."""

from collections.abc import Iterator

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.http_client.answer_parser import AnswerParser, Event

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"2\r\nhi\r\n0\r\nx-lab: behind\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
HTTP_LIKE = st.lists(
    st.sampled_from(
        [b"HTTP/1.1 ", b"200", b"101", b" OK", b"\r\n", b"\n", b"A: b", b"\0", b"content-length: 3"]
    )
    | st.binary(max_size=4)
)


def parsed(*pieces: bytes, method: str = "GET") -> tuple[AnswerParser, list[Event]]:
    """Return the parser after these pieces, and all events."""
    parser, events = AnswerParser(method), list[Event]()
    for piece in pieces:
        events += parser.receive(piece)
    return parser, events


def body_of(events: list[Event]) -> bytes:
    """Return the body that events hold."""
    return b"".join(bytes(event.data) for event in events if isinstance(event, h11.Data))


def cuts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each way in which the network may cut what it carries in two."""
    return ((content[:cut], content[cut:]) for cut in range(1, len(content)))


def test_no_cut_changes_an_answer() -> None:
    """Heads, body and end are the same, wherever it is."""
    answers = [parsed(*pieces) for pieces in cuts(INTERIM + HEAD + BODY)]
    assert {(p.head_bytes, p.final_head_at) for p, _ in answers} == {(len(INTERIM + HEAD), len(INTERIM))}
    assert {(p.status, body_of(events), p.ended) for p, events in answers} == {(200, b"hi", "whole")}


def test_all_is_head_before_its_end() -> None:
    """What was received of a head that goes on belongs to it."""
    parser, events = parsed(HEAD[:20])
    assert (parser.head_bytes, parser.status, events, parser.ended) == (20, 0, [], None)


@pytest.mark.parametrize(
    ("head", "method"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "GET"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "GET"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: lab\r\n\r\n", "GET"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "CONNECT"),
    ],
)
def test_some_answers_end_with_their_head(head: bytes, method: str) -> None:
    """HEAD, 204, 304, 101 and 2xx to CONNECT have no body, whatever follows (RFC 9112, section 6.3)."""
    parser, events = parsed(head + b"else", method=method)
    assert (parser.ended, parser.head_bytes, body_of(events)) == ("whole", len(head), b"")


def test_body_without_a_length_ends_with_the_connection() -> None:
    """Neither a length nor chunks: closing is its end (RFC 9112, section 6.3)."""
    content = b"HTTP/1.0 200 OK\r\n\r\nhi"
    assert parsed(content)[0].ended is None
    parser, events = parsed(content, b"")
    assert (parser.ended, body_of(events)) == ("whole", b"hi")


@pytest.mark.parametrize("content", [b"", HEAD[:20], HEAD, HEAD + b"2\r\nh", HEAD + b"2\r\nhi\r\n0\r\n"])
def test_connection_that_closes_too_early_is_closed(content: bytes) -> None:
    """Wherever it happens, and in good order or not (RFC 9112, section 8)."""
    parser, _ = parsed(*filter(None, [content]), b"")
    assert (parser.ended, parser.why) == ("closed", "the connection was closed")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "illegal status line: bytearray(b'SSH-2.0-OpenSSH')"),
        (b"\x16\x03\x01", "illegal request line"),
        (b"\r\n", "no response line received"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "illegal header line: bytearray(b'no colon')"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: a\r\n\r\n", "bad Content-Length"),
        (HEAD + b"zz\r\nhi\r\n", "illegal chunk header: bytearray(b'zz\\r\\n')"),
        (b"x" * 1_048_577, "Receive buffer too long"),
    ],
)
def test_what_is_not_http_is_malformed(content: bytes, why: str) -> None:
    """It ends the answer, and h11 says why."""
    parser, _ = parsed(content)
    assert (parser.ended, parser.why) == ("malformed", why)


@pytest.mark.parametrize("before", [b"", INTERIM], ids=["alone", "behind an interim answer"])
def test_malformed_head_ends_with_its_empty_line(before: bytes) -> None:
    """Whoever shows it can tell lines that may be secret from a body, wherever the network cuts."""
    head = before + b"bad\r\nA: b\r\n\r\n"
    parsers = [parsed(*pieces)[0] for pieces in [(head + b"body",), *cuts(head + b"body")]]
    assert {(p.ended, p.head_bytes) for p in parsers} == {("malformed", len(head))}


def test_head_that_goes_on_after_it_was_malformed_ends_later() -> None:
    """Bytes that are no text are known at once; the empty line comes when it comes."""
    parser, _ = parsed(b"\x16\x03", b"more\r")
    assert (parser.ended, parser.head_bytes) == ("malformed", 7)
    parser.receive(b"\n\r\nbody")
    assert parser.head_bytes == 10


def test_what_follows_an_end_is_left_alone() -> None:
    """A second answer, or the bytes of another protocol, belong to somebody else."""
    parser, events = parsed(HEAD + BODY, HEAD + BODY)
    assert (parser.head_bytes, body_of(events), parser.ended) == (len(HEAD), b"hi", "whole")


@given(pieces=HTTP_LIKE, method=st.sampled_from(["GET", "HEAD", "CONNECT"]))
def test_no_bytes_make_it_raise(pieces: list[bytes], method: str) -> None:
    """A server may say anything: heads never shrink, and never hold more than was received."""
    parser, received, heads = AnswerParser(method), 0, 0
    for piece in filter(None, pieces):
        parser.receive(piece)
        received += len(piece)
        assert heads <= parser.head_bytes <= received
        heads = parser.head_bytes
    parser.receive(b"")
    assert parser.ended is not None
