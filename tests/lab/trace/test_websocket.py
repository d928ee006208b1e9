"""What a trace notes of a WebSocket's server that says exactly what a test wants."""

import socket
from collections.abc import Callable

import pytest

from lab.trace import client
from lab.trace.request import request
from lab.trace.websocket import converse
from lab.trace.wire import Wire
from tests.lab.http_client.listening import accepting, saying, serving, wait_for_the_end
from tests.live.frames import BINARY, CLOSE, CONTINUATION, PING, TEXT, frame

Notes = list[tuple[str, str, list[str]]]


def notes(wire: Wire) -> Notes:
    """Return who did what after the handshake, and which frames passed."""
    return [(event.source, event.step, event.details.get("frames", [])) for event in wire.events[3:]]


def serve_after_accepting(*pieces: bytes) -> Callable[[socket.socket], None]:
    """Return what accepts a WebSocket and answers each thing said with one of these pieces."""

    def serve(line: socket.socket) -> None:
        line.sendall(accepting(line.recv(65_536)))
        for piece in pieces:
            line.recv(65_536)
            line.sendall(piece)
        line.shutdown(socket.SHUT_WR)
        wait_for_the_end(line)

    return serve


def said(opcode: int, content: bytes = b"", *, last: bool = True) -> bytes:
    """Return a frame as a server sends it."""
    return frame(opcode, content, flags=0x80 if last else 0, masked=False)


def conversation(*pieces: bytes, texts: tuple[str, ...] = ("hi",)) -> Wire:
    """Return what was noted of a server that answers with these pieces, then closes the connection."""
    with serving(serve_after_accepting(*pieces)) as port:
        return converse(port, request("/ws", texts=texts))


def test_each_text_waits_for_the_reply_before() -> None:
    """The handshake, texts in turn, and a farewell both ways."""
    wire = conversation(
        said(TEXT, b"HI"), said(BINARY, b"\xff"), said(CLOSE, b"\x03\xe8"), texts=("hi", "ho")
    )
    assert [event.step for event in wire.events[:3]] == ["connect", "bytes", "bytes"]
    assert wire.events[1].details["head"][0] == "GET /ws HTTP/1.1"
    assert wire.events[2].details["head"][0] == "HTTP/1.1 101 Switching Protocols"
    assert notes(wire) == [
        ("client", "bytes", ["text frame 'hi'"]),
        ("server", "bytes", ["text frame 'HI'"]),
        ("client", "bytes", ["text frame 'ho'"]),
        ("server", "bytes", ["binary frame b'\\xff'"]),
        ("client", "bytes", ["close frame 1000"]),
        ("server", "bytes", ["close frame 1000"]),
        ("server", "closed", []),
    ]


def test_reply_in_fragments_is_waited_for() -> None:
    """The next word is said when the message is over; a ping between its fragments is answered."""
    reply = said(TEXT, b"H", last=False) + said(PING, b"x") + said(CONTINUATION, b"I")
    assert notes(conversation(reply))[1:4] == [
        ("server", "bytes", ["text frame 'H'", "ping frame", "text frame 'I'"]),
        ("client", "bytes", ["pong frame"]),
        ("client", "bytes", ["close frame 1000"]),
    ]


def test_servers_farewell_is_returned() -> None:
    """With its code; its reason is told once."""
    assert notes(conversation(said(CLOSE, b"\x03\xe9bye")))[1:] == [
        ("server", "bytes", ["close frame 1001 bye"]),
        ("client", "bytes", ["close frame 1001"]),
        ("server", "closed", []),
    ]


def test_frame_that_is_none_is_shown_as_bytes() -> None:
    """The client says that it is wrong (RFC 6455, section 7.1.7), and what came isn't lost."""
    wire = conversation(said(CONTINUATION, b"x"))
    assert notes(wire)[1:] == [
        ("server", "bytes", []),
        ("client", "bytes", ["close frame 1002"]),
        ("server", "closed", []),
    ]
    assert wire.events[4].details["first"] == "b'\\x80\\x01x'"


def test_refusal_is_heard_to_its_end_and_left() -> None:
    """The answer's head and body are there; no secret in it is."""
    answer = b"HTTP/1.1 403 Forbidden\r\nSet-Cookie: hush\r\nContent-Length: 2\r\n\r\nno"
    with saying(answer, "silence") as port:
        wire = converse(port, request("/ws", texts=["hi"]))
    assert [event.step for event in wire.events] == ["connect", "bytes", "bytes", "leave"]
    assert wire.events[2].details == {
        "bytes": len(answer),
        "head": ["HTTP/1.1 403 Forbidden", "Set-Cookie: [redacted]", "Content-Length: 2"],
        "first": "b'no'",
        "body_bytes": 2,
    }


@pytest.mark.parametrize("name", ["Sec-WebSocket-Key", "host", "Upgrade"])
def test_own_headers_of_the_handshake_stay_its_own(name: str) -> None:
    """Others are sent as they were asked for, secrets told as such."""
    with saying(b"HTTP/1.1 204 No Content\r\n\r\n") as port:
        wire = converse(port, request("/ws", texts=["hi"], headers=[f"{name}: mine", "Cookie: hush"]))
    lines = wire.events[1].details["head"]
    assert [line for line in lines if "mine" in line or "ookie" in line] == ["Cookie: [redacted]"]
    assert len([line for line in lines if line.lower().startswith(name.lower())]) == 1


def test_answer_that_is_not_http_is_heard_out() -> None:
    """Nobody knows where it ends but who closes the connection."""
    with saying(b"SSH-2.0-OpenSSH\r\n\r\n\0") as port:
        wire = converse(port, request("/ws", texts=["hi"]))
    assert [event.step for event in wire.events] == ["connect", "bytes", "bytes", "closed"]
    assert wire.events[2].details["head"] == ["SSH-2.0-OpenSSH"]


def test_silence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers the handshake is left."""
    monkeypatch.setattr(client, "SILENT_S", 0.05)
    with saying(b"", "silence") as port:
        wire = converse(port, request("/ws", texts=["hi"]))
    assert wire.events[-1].step == "gave up"


def test_client_hangs_up_midway() -> None:
    """When it was asked to, without a farewell."""

    def serve(line: socket.socket) -> None:
        line.sendall(accepting(line.recv(65_536)))
        wait_for_the_end(line)

    with serving(serve) as port:
        wire = converse(port, request("/ws", texts=["hi"], hang_up_after_s=0.5))
    assert notes(wire) == [("client", "bytes", ["text frame 'hi'"]), ("client", "hang up", [])]
