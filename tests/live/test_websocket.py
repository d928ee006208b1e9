"""RFC 6455 on the servers that speak it, frame by frame over real sockets."""

import json
import select
import socket
import struct

import pytest

from contract import payloads
from contract.examples import Request
from lab.measure.contract_check import ask
from tests.live.conftest import Serve
from tests.live.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    Client,
    Heard,
    close,
    connected,
    frame,
    opened,
)

STACKS = ("uvicorn/asgi", "gunicorn-asgi/asgi")
BRIDGED = (
    "gunicorn-sync/wsgi",
    "gunicorn-gthread/wsgi",
    "uvicorn/wsgi-bridged",
    "gunicorn-gthread/asgi-bridged",
)
LARGEST = 16 * 1024 * 1024
MOST_BUFFERED = 32 * 1024 * 1024
STUCK_S = 0.5
EURO = "\u20ac".encode()
WELL_FORMED = "k\u00f6sme \u20ac \U0001f600".encode()

Case = tuple[list[bytes], list[Heard]]
"""The frames that a client sends, and what must come back before the close handshake or as its beginning."""

MESSAGES: dict[str, Case] = {
    **{
        f"{length} bytes of {kind}": ([frame(opcode, content)], [(kind, answer)])
        for length in (0, 1, 125, 126, 127, 65_535, 65_536)
        for kind, opcode, content, answer in (
            ("text", TEXT, b"*" * length, "*" * length),
            ("bytes", BINARY, b"\xfe" * length, b"\xfe" * length),
        )
    },
    "text beyond ASCII": ([frame(TEXT, WELL_FORMED)], [("text", WELL_FORMED.decode())]),
    "binary that isn't UTF-8": ([frame(BINARY, b"\xff\xc0\x00")], [("bytes", b"\xff\xc0\x00")]),
    "a hundred at once": (
        [frame(TEXT, b"%d" % n) for n in range(100)],
        [("text", str(n)) for n in range(100)],
    ),
}

FRAGMENTS: dict[str, Case] = {
    "two fragments": ([frame(TEXT, b"a", flags=0), frame(CONTINUATION, b"b")], [("text", "ab")]),
    "binary fragments": (
        [frame(BINARY, b"\xff", flags=0), frame(CONTINUATION, b"\x00")],
        [("bytes", b"\xff\x00")],
    ),
    "empty fragments": (
        [
            frame(TEXT, flags=0),
            frame(CONTINUATION, flags=0),
            frame(CONTINUATION, b"a", flags=0),
            frame(CONTINUATION),
        ],
        [("text", "a")],
    ),
    "nothing but empty fragments": ([frame(TEXT, flags=0), frame(CONTINUATION)], [("text", "")]),
    "a hundred fragments": (
        [frame(TEXT, b"a", flags=0), *[frame(CONTINUATION, b"a", flags=0)] * 98, frame(CONTINUATION, b"a")],
        [("text", "a" * 100)],
    ),
    "a character in two fragments": (
        [frame(TEXT, EURO[:1], flags=0), frame(CONTINUATION, EURO[1:])],
        [("text", "\u20ac")],
    ),
    "a ping between fragments": (
        [frame(TEXT, b"a", flags=0), frame(PING, b"x"), frame(CONTINUATION, b"b")],
        [("pong", b"x"), ("text", "ab")],
    ),
    "a pong between fragments": (
        [frame(TEXT, b"a", flags=0), frame(PONG, b"x"), frame(CONTINUATION, b"b")],
        [("text", "ab")],
    ),
    "a continuation of nothing": ([frame(CONTINUATION, b"a")], [("close", 1002)]),
    "an unfinished continuation of nothing": ([frame(CONTINUATION, b"a", flags=0)], [("close", 1002)]),
    "text within a fragmented message": ([frame(TEXT, b"a", flags=0), frame(TEXT, b"b")], [("close", 1002)]),
    "binary within a fragmented message": (
        [frame(TEXT, b"a", flags=0), frame(BINARY, b"b")],
        [("close", 1002)],
    ),
}

CONTROL: dict[str, Case] = {
    "a ping": ([frame(PING)], [("pong", b"")]),
    "a ping of 125 bytes": ([frame(PING, b"\xfe" * 125)], [("pong", b"\xfe" * 125)]),
    "ten pings": ([frame(PING, b"%d" % n) for n in range(10)], [("pong", b"%d" % n) for n in range(10)]),
    "a pong that nobody asked for": ([frame(PONG, b"x"), frame(TEXT, b"a")], [("text", "a")]),
    "a ping of 126 bytes": ([frame(PING, b"x" * 126)], [("close", 1002)]),
    "a ping in fragments": ([frame(PING, b"a", flags=0), frame(CONTINUATION, b"b")], [("close", 1002)]),
    "a close in fragments": ([frame(CLOSE, flags=0)], [("close", 1002)]),
}

RESERVED: dict[str, Case] = {
    **{
        f"reserved bit {bit:#x}": ([frame(TEXT, b"a", flags=FIN | bit)], [("close", 1002)])
        for bit in (RSV1, RSV2, RSV3)
    },
    **{f"reserved opcode {n}": ([frame(n)], [("close", 1002)]) for n in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "a frame without a mask": ([frame(TEXT, b"a", masked=False)], [("close", 1002)]),
}

BROKEN_TEXTS: dict[str, list[bytes]] = {
    "a byte that is none": [frame(TEXT, b"a\xff")],
    "a lone continuation byte": [frame(TEXT, b"\x80")],
    "a character cut off": [frame(TEXT, EURO[:2])],
    "an overlong slash": [frame(TEXT, b"\xc0\xaf")],
    "a surrogate": [frame(TEXT, b"\xed\xa0\x80")],
    "beyond the last character": [frame(TEXT, b"\xf4\x90\x80\x80")],
    "broken in its second fragment": [frame(TEXT, b"a", flags=0), frame(CONTINUATION, b"\xff")],
    "cut off with its last fragment": [frame(TEXT, b"a", flags=0), frame(CONTINUATION, EURO[:1])],
}
BROKEN: dict[str, Case] = {name: (frames, [("close", 1007)]) for name, frames in BROKEN_TEXTS.items()}

MAY_BE_SENT = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
MAY_NOT = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
CLOSES: dict[str, Case] = {
    **{f"close {code}": ([close(code)], [("close", code)]) for code in MAY_BE_SENT},
    **{f"close {code}, which may not be sent": ([close(code)], [("close", 1002)]) for code in MAY_NOT},
    "close without a code": ([close()], [("close", 1005)]),
    "close with half a code": ([frame(CLOSE, b"\x03")], [("close", 1002)]),
    "close with a reason": ([close(1000, EURO)], [("close", 1000)]),
    "close with the longest reason": ([close(1000, b"x" * 123)], [("close", 1000)]),
    "close with a reason too long": ([close(1000, b"x" * 124)], [("close", 1002)]),
    "close with a broken reason": ([close(1000, b"\xff")], [("close", 1007)]),
    "a message after the close": ([close(1000), frame(TEXT, b"a")], [("close", 1000)]),
    "a second close": ([close(1000), close(1001)], [("close", 1000)]),
}

CASES = {**MESSAGES, **FRAGMENTS, **CONTROL, **RESERVED, **BROKEN, **CLOSES}

DEVIATIONS = {
    (
        "gunicorn-asgi/asgi",
        "close without a code",
    ): "answers 1000 where no code came (RFC 6455, 5.5.1: typically echoed)",
}
BAD_REQUEST = "answers 400 and names no version (RFC 6455, 4.4: the one that is spoken, as in 426)"


each_stack = pytest.mark.parametrize("stack", STACKS)


def known(stack: str, name: str) -> list[pytest.MarkDecorator]:
    """Return the mark of a case in which a stack is known to deviate."""
    reason = DEVIATIONS.get((stack, name))
    return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []


@pytest.mark.parametrize(
    ("stack", "said", "heard"),
    [
        pytest.param(stack, *case, id=f"{stack}: {name}", marks=known(stack, name))
        for stack in STACKS
        for name, case in CASES.items()
    ],
)
def test_what_is_said_is_answered(serve: Serve, stack: str, said: list[bytes], heard: list[Heard]) -> None:
    """Frames get exactly the answer that RFC 6455 asks for, then the close handshake, then the end."""
    with opened(serve(stack).port) as client:
        client.say(*said)
        came = [client.hear() for _ in heard]
        assert came == heard
        if heard[-1][0] != "close":
            client.say(close(1000))
            assert client.hear() == ("close", 1000)
        assert client.hear_all() == []


@each_stack
@pytest.mark.parametrize(
    ("kind", "opcode", "pieces"),
    [("text", TEXT, 1), ("bytes", BINARY, 4)],
    ids=["text, whole", "bytes, in fragments"],
)
def test_sixteen_mebibytes_come_back(serve: Serve, stack: str, kind: str, opcode: int, pieces: int) -> None:
    """The largest message that the servers are set to take is echoed, in one frame or several."""
    piece = b"*" * (LARGEST // pieces)
    with opened(serve(stack).port) as client:
        client.say(frame(opcode, piece, flags=FIN if pieces == 1 else 0))
        for number in range(2, pieces + 1):
            client.say(frame(CONTINUATION, piece, flags=FIN if number == pieces else 0))
        came = client.hear()
        assert came is not None
        assert (came[0], len(str(came[1], "ascii") if isinstance(came[1], bytes) else str(came[1]))) == (
            kind,
            LARGEST,
        )


@each_stack
def test_more_than_sixteen_mebibytes_are_refused(serve: Serve, stack: str) -> None:
    """A frame that says it is larger is refused before it is read."""
    with opened(serve(stack).port) as client:
        client.say(frame(BINARY, bytes(LARGEST + 1))[:14])
        assert client.hear_all() == [("close", 1009)]


@each_stack
def test_fragments_do_not_get_around_the_limit(serve: Serve, stack: str) -> None:
    """Fragments that are too large together are refused with the one that is too much."""
    with opened(serve(stack).port) as client:
        client.say(frame(BINARY, bytes(LARGEST), flags=0), frame(CONTINUATION, b"x"))
        assert client.hear_all() == [("close", 1009)]


@each_stack
def test_frames_may_come_a_byte_at_a_time(serve: Serve, stack: str) -> None:
    """TCP knows no frames: what comes in any pieces is understood."""
    with opened(serve(stack).port) as client:
        client.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(TEXT, b"a" * 200) + frame(PING, b"x"):
            client.say(bytes([byte]))
        assert {client.hear(), client.hear()} == {("text", "a" * 200), ("pong", b"x")}


@each_stack
@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ("", None),
        ("chat", None),
        ("lab.echo", "lab.echo"),
        ("chat, lab.echo", "lab.echo"),
        ("LAB.ECHO", None),
    ],
)
def test_the_subprotocol_is_negotiated(serve: Serve, stack: str, offered: str, chosen: str | None) -> None:
    """The one that is spoken here is named in the answer where it was offered, and none elsewhere."""
    with connected(serve(stack).port) as client:
        status, headers = client.ask("/ws/echo", Sec_WebSocket_Protocol=offered)
    assert (status, headers.get("sec-websocket-protocol")) == (101, chosen)


@pytest.mark.parametrize(
    ("stack", "target", "status"),
    [
        ("uvicorn/asgi", "/ws/nowhere", 404),
        ("uvicorn/asgi", "/ws/clock?interval=6", 400),
        ("gunicorn-asgi/asgi", "/ws/nowhere", 403),
        ("gunicorn-asgi/asgi", "/ws/clock?interval=6", 403),
    ],
)
def test_what_is_refused_never_becomes_a_websocket(
    serve: Serve, stack: str, target: str, status: int
) -> None:
    """Uvicorn passes the app's problem on; gunicorn's ASGI worker has no such extension and says 403."""
    with connected(serve(stack).port) as client:
        assert client.ask(target)[0] == status


@each_stack
@pytest.mark.parametrize("key", ["", "short"])
def test_a_handshake_without_a_sound_key_is_refused(serve: Serve, stack: str, key: str) -> None:
    """A missing or malformed key is a bad request."""
    with connected(serve(stack).port) as client:
        assert client.ask("/ws/echo", Sec_WebSocket_Key=key)[0] == 400


@pytest.mark.parametrize(
    "stack",
    [
        pytest.param("uvicorn/asgi", marks=pytest.mark.xfail(strict=True, reason=BAD_REQUEST)),
        "gunicorn-asgi/asgi",
    ],
)
def test_another_version_is_told_which_one_is_spoken(serve: Serve, stack: str) -> None:
    """Who speaks another version is told that 13 is spoken here."""
    with connected(serve(stack).port) as client:
        status, headers = client.ask("/ws/echo", Sec_WebSocket_Version="12")
    assert (status, headers.get("sec-websocket-version")) == (426, "13")


@each_stack
def test_a_continuation_after_the_end_is_none(serve: Serve, stack: str) -> None:
    """A message that was complete can't be continued."""
    with opened(serve(stack).port) as client:
        client.say(frame(TEXT, b"a", flags=0), frame(CONTINUATION, b"b"))
        assert client.hear() == ("text", "ab")
        client.say(frame(CONTINUATION, b"c"))
        assert client.hear_all() == [("close", 1002)]


@each_stack
def test_the_clock_pushes_and_listens(serve: Serve, stack: str) -> None:
    """Ticks come without being asked for; a ping among them is answered, and the close ends them."""
    with opened(serve(stack).port, "/ws/clock?interval=0.01") as client:
        assert [client.hear() for _ in range(3)] == [("text", payloads.tick(n)) for n in (1, 2, 3)]
        client.say(frame(PING, b"x"))
        while (came := client.hear()) != ("pong", b"x"):
            assert came is not None
        client.say(close(4000))
        *ticks, end = client.hear_all()
    assert {kind for kind, _ in ticks} <= {"text"}
    assert end == ("close", 4000)


@each_stack
def test_who_does_not_read_is_not_read_from(serve: Serve, stack: str) -> None:
    """A client that only sends fills buffers of a bounded size, and gets every answer once it reads."""
    message = frame(BINARY, bytes(65_000))
    with opened(serve(stack).port) as client:
        sent = sent_until_stuck(client, message * 16)
        assert sent < MOST_BUFFERED
        client.line.settimeout(15)
        answers = sent // len(message)
        assert all(client.hear() == ("bytes", bytes(65_000)) for _ in range(answers))


def sent_until_stuck(client: Client, piece: bytes) -> int:
    """Send without reading until nothing goes through any more; return how many bytes were taken."""
    sent = 0
    client.line.settimeout(0)
    while sent < MOST_BUFFERED and select.select([], [client.line], [], STUCK_S)[1]:
        sent += client.line.send(piece[sent % len(piece) :])
    return sent


@each_stack
def test_a_client_that_vanishes_leaves_the_server_serving(serve: Serve, stack: str) -> None:
    """A connection that is reset amid a message is nobody else's concern."""
    server = serve(stack)
    with opened(server.port, "/ws/clock?interval=0") as client:
        client.say(frame(TEXT, b"a" * 100)[:50])
        client.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with opened(server.port) as client:
        client.say(frame(TEXT, b"a"))
        assert client.hear() == ("text", "a")


@pytest.mark.parametrize(("stack", "status"), list(zip(BRIDGED, (501, 501, 403, 426), strict=True)))
def test_other_stacks_refuse_to_upgrade(serve: Serve, stack: str, status: int) -> None:
    """WSGI says why not, a2wsgi closes the WebSocket before the app hears of it, and behind WSGI there is none."""
    with connected(serve(stack).port) as client:
        assert client.ask("/ws/echo")[0] == status


@pytest.mark.parametrize("stack", BRIDGED[:2])
def test_wsgi_gives_its_reason(serve: Serve, stack: str) -> None:
    """Whoever asks a WSGI server to upgrade reads why it can't."""
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    answer = ask(serve(stack).port, Request("GET", "/ws/echo", upgrade))
    assert "PEP 3333" in json.loads(answer.body)["detail"]
