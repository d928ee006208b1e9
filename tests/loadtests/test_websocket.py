"""The load's WebSocket against servers that behave, and others."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from websockets.utils import accept_key

from loadtests.websocket import EchoSocket
from tests.live.frames import CONTINUATION, PING, TEXT, frame

HOST = "127.0.0.1"


@contextmanager
def echoing(*answers: bytes, status: bytes = b"101 Switching Protocols") -> Iterator[tuple[str, list[bytes]]]:
    """Accept a WebSocket, then give these answers, each to something that was said; yield what was."""
    heard = list[bytes]()
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                key = b""
                for field in line.recv(65_536).split(b"\r\n"):
                    name, _, value = field.partition(b": ")
                    key = value if name.lower() == b"sec-websocket-key" else key
                line.sendall(b"HTTP/1.1 " + status + b"\r\n" + accepting(key) + b"\r\n")
                for answer in answers:
                    heard.append(line.recv(65_536))
                    line.sendall(answer)
                line.shutdown(socket.SHUT_WR)
                while piece := line.recv(65_536):
                    heard.append(piece)

        server = threading.Thread(target=serve)
        server.start()
        yield f"http://{HOST}:{listener.getsockname()[1]}", heard
        server.join()


def accepting(key: bytes) -> bytes:
    """Return the headers that accept a key (RFC 6455, section 4.2.2)."""
    digest = accept_key(key.decode()).encode()
    return b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + digest + b"\r\n"


def opened(host: str, count: int = 2) -> EchoSocket:
    """Open a WebSocket for messages of four bytes."""
    return EchoSocket(host, "/ws/echo", count, 4, 10)


def said(text: bytes) -> bytes:
    """Return a message of a server."""
    return frame(TEXT, text, masked=False)


def test_messages_that_come_back_are_an_echo() -> None:
    """What comes is as long as what was expected, and the same."""
    with echoing(said(b"****") * 2) as (host, _), closing(opened(host)) as line:
        assert line.echo() == len(said(b"****") * 2)


def test_a_ping_among_them_is_answered() -> None:
    """A server that looks whether its client lives gets its pong, and the messages count all the same."""
    pinged = said(b"****") + frame(PING, b"x", masked=False) + said(b"****")
    with echoing(pinged, said(b"****") * 2) as (host, heard):
        with closing(opened(host)) as line:
            line.echo()
            line.echo()
        assert b"\x8a\x81" in b"".join(heard)


def test_an_echo_in_fragments_counts_when_it_is_whole() -> None:
    """A fragment isn't a message."""
    parts = frame(TEXT, b"**", flags=0, masked=False), frame(CONTINUATION, b"**", masked=False)
    with echoing(b"".join(parts)) as (host, _), closing(opened(host, count=1)) as line:
        assert line.echo() == len(said(b"****"))


@pytest.mark.parametrize(
    "answer",
    [b"", said(b"****"), said(b"****") + said(b"#***"), b"\xff" * 20],
    ids=["nothing", "half", "other", "nonsense"],
)
def test_what_is_no_echo_is_an_error(answer: bytes) -> None:
    """A server that goes away, or says what nobody understands, breaks the conversation."""
    with echoing(answer) as (host, _), closing(opened(host)) as line, pytest.raises(OSError, match=r".+"):
        line.echo()


def test_a_handshake_that_is_refused_is_an_error() -> None:
    """The status that came instead is told."""
    with echoing(status=b"501 Not Implemented") as (host, _), pytest.raises(ConnectionError, match="501"):
        opened(host)
