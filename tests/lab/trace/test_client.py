"""What a trace notes of servers that say exactly what a test wants."""

import socket

import pytest

from lab.trace import client
from lab.trace.client import converse
from lab.trace.request import request
from lab.trace.wire import Wire
from records.trace import Event
from tests.lab.http_client.listening import Then, saying, serving, wait_for_the_end

ROOT = request("/")


def received(wire: Wire) -> list[Event]:
    """Return what came from the server."""
    return [event for event in wire.events if event.source == "server"]


@pytest.mark.parametrize(("then", "last"), [("close", "closed"), ("reset", "reset")])
def test_answer_is_noted_to_its_end(then: Then, last: str) -> None:
    """Head, body, and how the connection ended, in the order of time."""
    with saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: hush\r\n\r\nhi", then) as port:
        wire = converse(port, ROOT)
    assert [event.step for event in wire.events] == ["connect", "bytes", "bytes", last]
    assert received(wire)[0].details == {
        "bytes": 39,
        "head": ["HTTP/1.1 200 OK", "Set-Cookie: [redacted]"],
        "first": "b'hi'",
        "body_bytes": 2,
    }
    moments = [event.at_ms for event in wire.events]
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("content", "details"),
    [
        (
            b"SSH-2.0-OpenSSH\r\nCookie: hush\r\n\r\n\0\1",
            {"head": ["SSH-2.0-OpenSSH", "Cookie: [redacted]"], "first": "b'\\x00\\x01'", "body_bytes": 2},
        ),
        (b"\x16\x03 no line ends", {}),
        (
            b"HTTP/1.1 200 OK\r\nno colon\r\nSet-Cookie: hush\r\n\r\nhi",
            {
                "head": ["HTTP/1.1 200 OK", "no colon", "Set-Cookie: [redacted]"],
                "first": "b'hi'",
                "body_bytes": 2,
            },
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            {
                "head": ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"],
                "first": "b'zz\\r\\n'",
                "body_bytes": 4,
            },
        ),
    ],
    ids=["not HTTP", "no text", "a broken header", "a broken chunk"],
)
def test_malformed_answer_is_shown_as_it_is(content: bytes, details: dict[str, object]) -> None:
    """Nothing of it is lost, and no secret in it is told."""
    with saying(content) as port:
        wire = converse(port, ROOT)
    assert [event.step for event in received(wire)] == ["bytes", "closed"]
    assert received(wire)[0].details == {"bytes": len(content), **details}


def test_silence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for longer than any endpoint waits."""
    monkeypatch.setattr(client, "SILENT_S", 0.05)
    with saying(b"", "silence") as port:
        wire = converse(port, ROOT)
    assert wire.events[-1].step == "gave up"


def test_client_hangs_up_midway() -> None:
    """When it was asked to, whatever is still to come."""
    with saying(b"HTTP/1.1 200 OK\r\n\r\nhi", "silence") as port:
        wire = converse(port, request("/", hang_up_after_s=0.5))
    assert [event.step for event in wire.events] == ["connect", "bytes", "bytes", "hang up"]


def test_slow_body_is_sent_while_the_server_speaks() -> None:
    """Pieces go when they are due, and what comes between them is heard."""
    pieces: list[bytes] = []

    def serve(line: socket.socket) -> None:
        while not b"".join(pieces).endswith(b"nine here"):
            pieces.append(line.recv(65_536))
            line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with serving(serve) as port:
        wire = converse(port, request("/upload", data="nine here", slow_body="3x0.05"))
    assert [event.details.get("bytes") for event in wire.events if event.source == "client"][2:] == [3, 3, 3]
    heads = [line for event in received(wire) for line in event.details.get("head", [])]
    assert heads == [*["HTTP/1.1 100 Continue"] * len(pieces), "HTTP/1.1 200 OK"]


def test_answer_to_an_early_client_is_heard() -> None:
    """A server that answers and waits for more isn't left before its answer."""
    said: list[bytes] = []

    def serve(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        said.append(wait_for_the_end(line))

    with serving(serve) as port:
        wire = converse(port, request("/upload", data="x"))
    assert [event.step for event in received(wire)] == ["bytes", "closed"]
