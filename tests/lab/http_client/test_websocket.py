"""A WebSocket's client, byte by byte, without a socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.http_client.piece import Piece
from lab.http_client.websocket import Frame, WebSocket, offered_subprotocols
from tests.lab.http_client.listening import accepting
from tests.live.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

NOTHING: list[Frame] = []


def opened(*pieces: bytes, headers: tuple[tuple[str, str], ...] = ()) -> WebSocket:
    """Return a WebSocket whose server has accepted it and then said these pieces."""
    websocket = WebSocket("/ws", headers)
    hear(websocket, accepting(websocket.handshake), *pieces)
    return websocket


def hear(websocket: WebSocket, *pieces: bytes) -> WebSocket:
    """Let a WebSocket receive these pieces."""
    for piece in pieces:
        websocket.receive(Piece(0.0, piece))
    return websocket


def said(opcode: int, content: bytes = b"", *, last: bool = True) -> bytes:
    """Return a frame as a server sends it."""
    return frame(opcode, content, flags=0x80 if last else 0, masked=False)


def answer(start: bytes, **fields: str) -> bytes:
    """Return the head of an answer."""
    lines = [f"{name.replace('_', '-')}: {value}".encode() for name, value in fields.items()]
    return b"\r\n".join([start, *lines, b"", b""])


def test_handshake_is_a_request() -> None:
    """An upgrade with a key of its own, and whatever else was asked for (RFC 6455, section 4.1)."""
    first, second = (WebSocket("/ws?a=b", [("Origin", "lab")], "host", 8000).handshake for _ in range(2))
    start, *fields, _, _ = first.decode().split("\r\n")
    assert start == "GET /ws?a=b HTTP/1.1"
    assert [field for field in fields if "Key" not in field] == [
        "Host: host:8000",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Origin: lab",
    ]
    assert first != second


def test_target_goes_as_it_is() -> None:
    """What a URL would be read as is the server's to say."""
    assert WebSocket("//x?").handshake.startswith(b"GET //x? HTTP/1.1\r\n")


def test_no_cut_changes_an_opening() -> None:
    """Wherever the network cuts it: an interim answer, the answer, and a frame right behind it."""
    for cut in range(1, 150):
        websocket = WebSocket("/ws")
        content = b"HTTP/1.1 103 Early Hints\r\n\r\n" + accepting(websocket.handshake) + said(TEXT, b"hi")
        hear(websocket, content[:cut], content[cut:])
        assert (websocket.open, websocket.refused, websocket.broken_handshake) == (True, False, "")
        assert websocket.frames_received() == [Frame("text", "hi")]


@pytest.mark.parametrize(
    ("start", "fields", "broken"),
    [
        (b"HTTP/1.1 101 Switching Protocols", {}, "missing Connection header"),
        (
            b"HTTP/1.1 101 Switching Protocols",
            {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Accept": "nonsense"},
            "invalid Sec-WebSocket-Accept header: nonsense",
        ),
        (b"HTTP/1.1 204 No Content", {}, ""),
    ],
)
def test_refusal_is_an_answer(start: bytes, fields: dict[str, str], broken: str) -> None:
    """Another status, or 101 without the proof that it was meant."""
    websocket = hear(WebSocket("/ws"), answer(start, **fields))
    assert (websocket.open, websocket.refused, websocket.broken_handshake) == (False, True, broken)
    assert websocket.reader.answer().status_line == start.decode()


def test_refusal_is_over_with_its_body() -> None:
    """Before, somebody may still want to read why."""
    websocket = hear(WebSocket("/ws"), answer(b"HTTP/1.1 403 Forbidden", Content_Length="3"), b"n")
    assert (websocket.refused, websocket.reader.answer().body) == (False, b"n")
    hear(websocket, b"o!")
    assert (websocket.refused, websocket.reader.answer().body) == (True, b"no!")


def test_what_follows_a_refusal_is_no_frame() -> None:
    """There is no WebSocket."""
    websocket = hear(WebSocket("/ws"), answer(b"HTTP/1.1 204 No Content"), said(TEXT, b"hi"))
    assert websocket.frames_received() == NOTHING


def test_what_is_not_http_opens_nothing() -> None:
    """Nobody knows where it would end: it isn't refused, either."""
    websocket = hear(WebSocket("/ws"), b"SSH-2.0-OpenSSH\r\n\r\n")
    assert (websocket.open, websocket.refused, websocket.reader.answer().ended) == (False, False, "malformed")


def test_subprotocol_that_was_offered_may_be_chosen() -> None:
    """The server names it in its answer (RFC 6455, section 4.2.2)."""
    websocket = WebSocket("/ws", [("Sec-WebSocket-Protocol", "chat, lab.echo")])
    chosen = accepting(websocket.handshake)[:-2] + b"Sec-WebSocket-Protocol: lab.echo\r\n\r\n"
    assert hear(websocket, chosen).open


def test_subprotocol_that_was_not_offered_is_a_broken_handshake() -> None:
    """Nobody spoke of it (RFC 6455, section 4.1)."""
    websocket = WebSocket("/ws")
    chosen = accepting(websocket.handshake)[:-2] + b"Sec-WebSocket-Protocol: lab.echo\r\n\r\n"
    assert hear(websocket, chosen).broken_handshake == "no subprotocols supported"


def test_offers_are_read_of_all_headers() -> None:
    """A list, in one header or several."""
    headers = [("sec-websocket-protocol", "a, b"), ("X", "c"), ("Sec-WebSocket-Protocol", "d")]
    assert offered_subprotocols(headers) == ["a", "b", "d"]


@pytest.mark.parametrize(
    ("pieces", "frames"),
    [
        ([said(TEXT, "\u20ac".encode())], [Frame("text", "\u20ac")]),
        ([said(BINARY, b"\xff")], [Frame("binary", data=b"\xff")]),
        ([said(PING, b"x"), said(PONG)], [Frame("ping", data=b"x"), Frame("pong")]),
        ([said(CLOSE, b"\x03\xe9bye")], [Frame("close", "bye", code=1001)]),
        ([said(CLOSE)], [Frame("close", code=1005)]),
        (
            [said(TEXT, b"a\xe2", last=False), said(PING), said(CONTINUATION, b"\x82\xac")],
            [Frame("text", "a", last=False), Frame("ping"), Frame("text", "\u20ac")],
        ),
        (
            [said(BINARY, b"a", last=False), said(CONTINUATION, b"b"), said(TEXT, b"c")],
            [Frame("binary", data=b"a", last=False), Frame("binary", data=b"b"), Frame("text", "c")],
        ),
        ([said(TEXT, b"x" * 2_000_000)], [Frame("text", "x" * 2_000_000)]),
        ([said(TEXT, b"hi")[:3], said(TEXT, b"hi")[3:]], [Frame("text", "hi")]),
    ],
    ids=["text", "binary", "control", "close", "close without a code", "fragments", "kinds", "large", "cut"],
)
def test_frames_are_understood(pieces: list[bytes], frames: list[Frame]) -> None:
    """Each as it was sent (RFC 6455, sections 5.4 to 5.6); a character may be cut in two."""
    assert opened(*pieces).frames_received() == frames


def test_frames_are_received_once() -> None:
    """Who asks again gets what was received since."""
    websocket = opened(said(TEXT, b"a"))
    assert websocket.frames_received() == [Frame("text", "a")]
    assert hear(websocket, said(TEXT, b"b")).frames_received() == [Frame("text", "b")]


def test_ping_asks_for_a_pong_and_close_for_a_close() -> None:
    """In the order in which they came (RFC 6455, sections 5.5.1 and 5.5.2)."""
    websocket = opened(said(PING, b"x"), said(CLOSE, b"\x03\xe8"))
    replies = websocket.replies()
    assert [reply.frame for reply in replies] == [Frame("pong"), Frame("close", code=1000)]
    assert [(reply.data[0], reply.data[1]) for reply in replies] == [(0x8A, 0x81), (0x88, 0x82)]
    assert (websocket.open, websocket.replies()) == (False, [])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (frame(TEXT, b"a", flags=0xC0, masked=False), 1002),
        (said(CONTINUATION), 1002),
        (said(TEXT, b"\xff"), 1007),
    ],
    ids=["reserved bit", "continuation of nothing", "no text"],
)
def test_what_is_wrong_is_answered_with_a_close(wrong: bytes, code: int) -> None:
    """The frames before it count, those after it don't (RFC 6455, section 7.1.7)."""
    websocket = opened(said(TEXT, b"a") + wrong + said(TEXT, b"b"), said(TEXT, b"c"))
    assert websocket.frames_received() == [Frame("text", "a")]
    assert [reply.frame for reply in websocket.replies()] == [Frame("close", code=code)]
    assert not websocket.open


def test_what_is_said_is_a_masked_frame() -> None:
    """A client's frames are masked (RFC 6455, section 5.3), each by another key."""
    websocket = opened()
    first, second = websocket.say("hi"), websocket.say("hi")
    assert (first[:2], second[:2]) == (b"\x81\x82", b"\x81\x82")
    assert first != second
    assert bytes(each ^ mask for each, mask in zip(first[6:], first[2:6], strict=False)) == b"hi"


def test_replies_are_not_said_twice() -> None:
    """Whoever speaks before replying sends only what it says."""
    websocket = opened(said(PING))
    assert len(websocket.say("hi")) == len(b"hi") + 6
    assert [reply.frame for reply in websocket.replies()] == [Frame("pong")]


def test_close_ends_what_may_be_said() -> None:
    """The close that comes back needs no answer."""
    websocket = opened()
    assert websocket.close()[:2] == b"\x88\x82"
    assert not websocket.open
    assert hear(websocket, said(CLOSE, b"\x03\xe8")).frames_received() == [Frame("close", code=1000)]
    assert websocket.replies() == []


SAYINGS = [said(TEXT, b"a"), said(TEXT, b"\xe2", last=False), said(CONTINUATION), said(PING), said(CLOSE)]


@given(pieces=st.lists(st.sampled_from(SAYINGS) | st.binary(max_size=6)))
def test_no_bytes_make_it_raise(pieces: list[bytes]) -> None:
    """A server may say anything: what is understood comes before what is wrong, which is answered once."""
    websocket = opened(*filter(None, pieces))
    replies = [reply.frame.kind for reply in websocket.replies()]
    assert replies.count("close") <= 1
    assert "close" in replies or websocket.open
